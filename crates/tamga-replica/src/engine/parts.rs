//! How a block travels beside its proposal: an opening, pieces of its bytes, a signed end.

use arc_malachitebft_core_types as engine;
use bytes::Bytes;
use tamga_format::id::{Height, ValidatorId, ValueId, sha256};
use tamga_format::signature::Signature;

use super::{Ledger, Signer};

/// Bytes of a block in one part: at least, at most. The transport refuses messages over 4 MiB
/// without saying so; these stay far below.
pub const PART_BYTES: std::ops::RangeInclusive<usize> = 128 * 1024..=512 * 1024;

/// One part of a block in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposalPart {
    /// The first part.
    Init(Init),
    /// The next piece of the block's bytes.
    Data(Bytes),
    /// The last part.
    Fin(Fin),
}

impl engine::ProposalPart<Ledger> for ProposalPart {
    fn is_first(&self) -> bool {
        matches!(self, Self::Init(_))
    }

    fn is_last(&self) -> bool {
        matches!(self, Self::Fin(_))
    }
}

/// Which proposal a stream belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Init {
    /// The height proposed at.
    pub height: Height,
    /// The round proposed in.
    pub round: u32,
    /// For a re-proposal: the round in which a quorum prevoted the block.
    pub valid_round: Option<u32>,
    /// Who sends the stream: the proposer of this round, or anyone who holds those prevotes.
    pub sender: ValidatorId,
    /// For a re-proposal: the prevotes of that quorum, in the order of ids. They prove that the
    /// block's time was judged when it was fresh.
    pub polka: Vec<(ValidatorId, Signature)>,
}

/// The end of a stream, signed by its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fin {
    /// The block's id.
    pub value: ValueId,
    /// SHA-256 of the block's bytes.
    pub digest: [u8; 32],
    /// The sender's signature over the opening and these.
    pub signature: Signature,
}

/// Cuts a block into its parts, in order; `part_bytes` is brought into [`PART_BYTES`].
pub fn split(
    signer: &Signer,
    init: Init,
    value: ValueId,
    block: &Bytes,
    part_bytes: usize,
) -> Vec<ProposalPart> {
    let part_bytes = part_bytes.clamp(*PART_BYTES.start(), *PART_BYTES.end());
    let fin = signer.fin(&init, value, sha256(&[block]));
    let mut parts = vec![ProposalPart::Init(init)];
    let mut rest = block.clone();
    while !rest.is_empty() {
        parts.push(ProposalPart::Data(rest.split_to(part_bytes.min(rest.len()))));
    }
    parts.push(ProposalPart::Fin(fin));
    parts
}
