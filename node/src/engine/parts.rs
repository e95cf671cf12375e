//! Blocks in flight: cut into streams of parts by the proposer, put together by everyone else.
//!
//! Parts arrive in any order and from anybody who is connected. A part is kept only if its sender
//! speaks for a validator; streams, parts and bytes are bounded per peer and per stream. A block
//! leaves here only if its sender signed the end of the stream, and either it is the sender's turn
//! to propose or the stream proves that a quorum prevoted the block before.

use std::collections::BTreeMap;

use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId, StreamMessage};
use arc_malachitebft_app_channel::app::types::PeerId;
use arc_malachitebft_core_types::{Context as _, Round};
use bytes::Bytes;
use tamga_format::id::{Height, ValueId, sha256};
use tamga_replica::engine::parts::{Fin, Init, PART_BYTES, split};
use tamga_replica::engine::{Ledger, ProposalPart, Signer, Verifier};

use super::host::{Turn, Validators};

/// Streams of one peer that are kept at a time, finished and refused ones included.
const STREAMS_PER_PEER: usize = 8;
/// How far above the head a stream's height may be.
const HEIGHTS_AHEAD: u64 = 8;
/// How far above the current round a stream's round may be; the engine's own bound.
const ROUNDS_AHEAD: u32 = 10;
/// Parts of a stream beside the pieces: opening, signed end, end of stream.
const FRAME_PARTS: u64 = 3;
/// Bytes of a stream's name: u64 height ‖ u32 round ‖ 8 random bytes.
const STREAM_ID_BYTES: usize = 20;

/// A stream of parts, ready to be published in order.
///
/// The random part of the name keeps a stream apart from an earlier one for the same proposal.
pub(super) fn stream(
    signer: &Signer,
    init: Init,
    value: ValueId,
    block: &Bytes,
    part_bytes: usize,
    random: [u8; 8],
) -> Vec<StreamMessage<ProposalPart>> {
    let mut id = init.height.get().to_be_bytes().to_vec();
    id.extend_from_slice(&init.round.to_be_bytes());
    id.extend_from_slice(&random);
    let id = StreamId::new(id.into());
    split(signer, init, value, block, part_bytes)
        .into_iter()
        .map(StreamContent::Data)
        .chain([StreamContent::Fin])
        .zip(0..)
        .map(|(content, sequence)| StreamMessage::new(id.clone(), sequence, content))
        .collect()
}

/// A block whose parts all came from one who may send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assembled {
    /// The height it is proposed at.
    pub height: Height,
    /// The round, and its proposer.
    pub turn: Turn,
    /// Whether prevotes of a quorum came with it: then it was judged when it was fresh.
    pub prevoted: bool,
    /// For a re-proposal: the round of those prevotes, proven or only claimed.
    pub valid_round: Option<u32>,
    /// What the sender says its value is.
    pub value: ValueId,
    /// The block's bytes.
    pub block: Bytes,
}

/// Streams that are being put together.
pub(super) struct Assembler {
    verifier: Verifier,
    block_bytes_max: usize,
    peers: BTreeMap<PeerId, BTreeMap<[u8; STREAM_ID_BYTES], Stream>>,
}

enum Stream {
    Open(Open),
    /// Finished or refused: further parts are ignored.
    Closed,
}

#[derive(Default)]
struct Open {
    parts: BTreeMap<u64, ProposalPart>,
    bytes: usize,
    /// Number of parts, known once the end of the stream came.
    count: Option<u64>,
}

/// Where this node stands, to judge which streams are worth keeping.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// The last committed height.
    pub head: Height,
    /// The height the engine works on, and its round.
    pub current: (Height, u32),
}

impl Assembler {
    /// An assembler for blocks of at most `block_bytes_max` bytes.
    pub(super) const fn new(verifier: Verifier, block_bytes_max: usize) -> Self {
        Self { verifier, block_bytes_max, peers: BTreeMap::new() }
    }

    /// Takes one part; returns the block it completes.
    pub(super) fn accept(
        &mut self,
        from: PeerId,
        message: StreamMessage<ProposalPart>,
        at: Position,
        validators: &Validators,
    ) -> Option<Assembled> {
        let id: [u8; STREAM_ID_BYTES] = message.stream_id.to_bytes().as_ref().try_into().ok()?;
        let (height, round) = named(&id);
        if !at.accepts(height, round) {
            return None;
        }
        let sender = *validators.speaker(&from)?;
        let streams = self.peers.entry(from).or_default();
        if !streams.contains_key(&id) && streams.len() >= STREAMS_PER_PEER {
            // Names sort by height and round: the first is the oldest.
            streams.pop_first();
        }
        let stream = streams.entry(id).or_insert_with(|| Stream::Open(Open::default()));
        let Stream::Open(open) = stream else { return None };
        if !open.add(message, self.block_bytes_max) {
            *stream = Stream::Closed;
            return None;
        }
        if !open.complete() {
            return None;
        }
        let finished = std::mem::take(open);
        *stream = Stream::Closed;
        let (init, fin, block) = finished.join()?;
        let members = validators.members();
        let genuine = (init.height, init.round, init.sender) == (height, round, sender)
            && sha256(&[&block]) == fin.digest
            && self.verifier.fin_holds(&init, &fin, &members.find(&sender)?.key);
        let prevoted = init.valid_round.is_some_and(|earlier| {
            self.verifier.polka_holds(members, height, earlier, fin.value, &init.polka)
        });
        let proposer = Ledger.select_proposer(members, height.into(), Round::new(round)).address.0;
        (genuine && (prevoted || proposer == sender)).then_some(Assembled {
            height,
            turn: Turn { round, proposer },
            prevoted,
            valid_round: init.valid_round,
            value: fin.value,
            block,
        })
    }

    /// Forgets streams of decided heights.
    pub(super) fn forget_until(&mut self, head: Height) {
        for streams in self.peers.values_mut() {
            streams.retain(|id, _| named(id).0 > head);
        }
        self.peers.retain(|_, streams| !streams.is_empty());
    }
}

impl Position {
    fn accepts(&self, height: Height, round: u32) -> bool {
        let first_rounds = if height == self.current.0 { self.current.1 } else { 0 };
        height > self.head
            && height.get() - self.head.get() <= HEIGHTS_AHEAD
            && round <= first_rounds.saturating_add(ROUNDS_AHEAD)
    }
}

impl Open {
    /// Adds a part; `false` if the stream is not one an honest proposer sends.
    fn add(&mut self, message: StreamMessage<ProposalPart>, block_bytes_max: usize) -> bool {
        let sequence = message.sequence;
        let parts_max = (block_bytes_max / PART_BYTES.start() + 1) as u64 + FRAME_PARTS;
        if sequence >= parts_max {
            return false;
        }
        match message.content {
            StreamContent::Fin => {
                let kept = self.count.replace(sequence);
                kept.is_none_or(|count| count == sequence)
            }
            StreamContent::Data(part) => {
                let added = if let ProposalPart::Data(piece) = &part { piece.len() } else { 0 };
                if let Some(kept) = self.parts.get(&sequence) {
                    return *kept == part;
                }
                self.bytes = self.bytes.saturating_add(added);
                self.parts.insert(sequence, part);
                self.bytes <= block_bytes_max
            }
        }
    }

    fn complete(&self) -> bool {
        self.count.is_some_and(|count| {
            self.parts.len() as u64 == count && self.parts.keys().copied().eq(0..count)
        })
    }

    /// Opening, pieces and end in this order, or nothing.
    fn join(self) -> Option<(Init, Fin, Bytes)> {
        let mut parts = self.parts.into_values();
        let ProposalPart::Init(init) = parts.next()? else { return None };
        let ProposalPart::Fin(fin) = parts.next_back()? else { return None };
        let mut block = Vec::with_capacity(self.bytes);
        for part in parts {
            let ProposalPart::Data(piece) = part else { return None };
            block.extend_from_slice(&piece);
        }
        Some((init, fin, block.into()))
    }
}

/// The height and round in a stream's name.
fn named(id: &[u8; STREAM_ID_BYTES]) -> (Height, u32) {
    let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = *id;
    (Height(u64::from_be_bytes([a, b, c, d, e, f, g, h])), u32::from_be_bytes([i, j, k, l]))
}

#[cfg(test)]
mod tests;
