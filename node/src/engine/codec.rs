//! The engine's codec: the strict forms of [`tamga_replica::engine::wire`], and those of the
//! messages that only the networked engine knows.

use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId, StreamMessage};
use arc_malachitebft_app_channel::app::types::codec::{Codec, HasEncodedLen};
use arc_malachitebft_app_channel::app::types::sync::{RawDecidedValue, Request, Response, Status};
use arc_malachitebft_app_channel::app::types::{PeerId, ProposedValue, SignedConsensusMsg};
use arc_malachitebft_core_consensus::LivenessMsg;
use arc_malachitebft_core_types::{PolkaCertificate, ValidatorProof};
use arc_malachitebft_sync::{ValueRequest, ValueResponse};
use bytes::Bytes;
use tamga_format::certificate::Certificate;
use tamga_replica::engine::wire::{self, Wire, WireError, put_bytes, refuse, take_bytes};
use tamga_replica::engine::{BlockHeight, Ledger, ProposalPart, certificate, extended_certificate};

/// Bytes of a stream's name.
const STREAM_ID_BYTES_MAX: usize = 32;
/// Bytes of a libp2p peer id.
const PEER_ID_BYTES_MAX: usize = 64;
/// Blocks in one answer to a node that catches up.
const ANSWER_BLOCKS_MAX: usize = 1_024;

/// One codec for the write-ahead log, the network and value sync.
#[derive(Clone, Copy, Debug)]
pub struct LedgerCodec {
    /// Bytes of one encoded block.
    pub block_bytes_max: usize,
}

/// Implements [`Codec`] by [`Wire`].
macro_rules! by_wire {
    ($($message:ty),* $(,)?) => {$(
        impl Codec<$message> for LedgerCodec {
            type Error = WireError;

            fn decode(&self, bytes: Bytes) -> Result<$message, WireError> {
                wire::decode(&bytes)
            }

            fn encode(&self, message: &$message) -> Result<Bytes, WireError> {
                Ok(wire::encode(message).into())
            }
        }
    )*};
}

by_wire! {
    SignedConsensusMsg<Ledger>,
    LivenessMsg<Ledger>,
    ProposedValue<Ledger>,
    PolkaCertificate<Ledger>,
    ValidatorProof<Ledger>,
    ProposalPart,
}

impl Codec<StreamMessage<ProposalPart>> for LedgerCodec {
    type Error = WireError;

    fn decode(&self, bytes: Bytes) -> Result<StreamMessage<ProposalPart>, WireError> {
        let mut input = bytes.as_ref();
        let id = take_bytes(&mut input, STREAM_ID_BYTES_MAX, "stream id")?;
        let stream_id = StreamId::new(Bytes::copy_from_slice(id));
        let sequence = Wire::take(&mut input)?;
        let content = match <Option<ProposalPart> as Wire>::take(&mut input)? {
            Some(part) => StreamContent::Data(part),
            None => StreamContent::Fin,
        };
        wire::end(input)?;
        Ok(StreamMessage { stream_id, sequence, content })
    }

    fn encode(&self, message: &StreamMessage<ProposalPart>) -> Result<Bytes, WireError> {
        let mut out = Vec::new();
        put_bytes(&message.stream_id.to_bytes(), &mut out);
        message.sequence.put(&mut out);
        match &message.content {
            StreamContent::Data(part) => {
                out.push(1);
                part.put(&mut out);
            }
            StreamContent::Fin => out.push(0),
        }
        Ok(out.into())
    }
}

impl Codec<Status<Ledger>> for LedgerCodec {
    type Error = WireError;

    fn decode(&self, bytes: Bytes) -> Result<Status<Ledger>, WireError> {
        let mut input = bytes.as_ref();
        let peer_id = PeerId::from_bytes(take_bytes(&mut input, PEER_ID_BYTES_MAX, "peer id")?)
            .map_err(|_| refuse("peer id", input))?;
        let tip_height = Wire::take(&mut input)?;
        let history_min_height = Wire::take(&mut input)?;
        wire::end(input)?;
        Ok(Status { peer_id, tip_height, history_min_height })
    }

    fn encode(&self, status: &Status<Ledger>) -> Result<Bytes, WireError> {
        let mut out = Vec::new();
        put_bytes(&status.peer_id.to_bytes(), &mut out);
        status.tip_height.put(&mut out);
        status.history_min_height.put(&mut out);
        Ok(out.into())
    }
}

impl Codec<Request<Ledger>> for LedgerCodec {
    type Error = WireError;

    fn decode(&self, bytes: Bytes) -> Result<Request<Ledger>, WireError> {
        let (first, last) = wire::decode::<(BlockHeight, BlockHeight)>(&bytes)?;
        Ok(Request::ValueRequest(ValueRequest::new(first..=last)))
    }

    fn encode(&self, request: &Request<Ledger>) -> Result<Bytes, WireError> {
        let Request::ValueRequest(ValueRequest { range }) = request;
        Ok(wire::encode(&(*range.start(), *range.end())).into())
    }
}

impl Codec<Response<Ledger>> for LedgerCodec {
    type Error = WireError;

    fn decode(&self, bytes: Bytes) -> Result<Response<Ledger>, WireError> {
        let mut input = bytes.as_ref();
        let start_height = Wire::take(&mut input)?;
        let count = u32::take(&mut input)? as usize;
        if count > ANSWER_BLOCKS_MAX {
            return Err(refuse("answer", input));
        }
        let mut values = Vec::new();
        for _ in 0..count {
            let block = take_bytes(&mut input, self.block_bytes_max, "block")?;
            let value_bytes = bytes.slice_ref(block);
            let kept = Certificate::take(&mut input)?;
            values.push(RawDecidedValue::new(value_bytes, extended_certificate(&kept)));
        }
        wire::end(input)?;
        Ok(Response::ValueResponse(ValueResponse::new(start_height, values)))
    }

    fn encode(&self, response: &Response<Ledger>) -> Result<Bytes, WireError> {
        let Response::ValueResponse(ValueResponse { start_height, values }) = response;
        let mut out = Vec::new();
        start_height.put(&mut out);
        u32::try_from(values.len()).map_err(|_| refuse("answer", &[]))?.put(&mut out);
        for value in values {
            put_bytes(&value.value_bytes, &mut out);
            kept(value)?.put(&mut out);
        }
        Ok(out.into())
    }
}

impl HasEncodedLen<Response<Ledger>> for LedgerCodec {
    fn encoded_len(&self, response: &Response<Ledger>) -> Result<usize, WireError> {
        let Response::ValueResponse(ValueResponse { values, .. }) = response;
        values.iter().try_fold(8 + 4, |sum, value| {
            Ok(sum + 4 + value.value_bytes.len() + 4 + kept(value)?.encode().len())
        })
    }
}

fn kept(value: &RawDecidedValue<Ledger>) -> Result<Certificate, WireError> {
    certificate(&value.certificate.trim_vote_extensions()).ok_or(refuse("certificate", &[]))
}

#[cfg(test)]
mod tests;
