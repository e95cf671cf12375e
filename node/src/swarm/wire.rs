//! The messages of the swarm: borsh behind one version byte, read strictly and within limits.

use borsh::{BorshDeserialize, BorshSerialize};
use tamga_format::held::HELD_BYTES;
use tamga_format::limits::{CHUNK_BYTES_MAX, CHUNKS_MAX, SUBMISSION_BYTES_MAX};

use super::limits::{
    CHECKPOINTS_MAX, HELD_MAX, MESSAGE_BYTES_MAX, PATH_HASHES_MAX, PULL_HASHES_MAX,
    PUSH_RECORDS_MAX, SIGNATURES_MAX,
};

/// The version byte in front of every message.
const VERSION: u8 = 1;
/// An Ed25519 note signature, and one with the time of a cosignature before it.
const BLOB_BYTES: [usize; 2] = [64, 72];

/// A checkpoint with some signatures on it.
///
/// One shape for a cosignature, a log signature and a final note: whoever receives it checks each
/// signature on its own. `height` is a hint, because signatures cover size and root only.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedCheckpoint {
    /// Height of the block that the checkpoint closes, as the sender says.
    pub height: u64,
    /// Size of the tree.
    pub size: u64,
    /// Root of the tree.
    pub root: [u8; 32],
    /// Signatures, each by the id of its note key.
    pub signatures: Vec<SignatureLine>,
}

/// One line of a signed note, without the name its key id stands for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignatureLine {
    /// The note key id.
    pub key_id: [u8; 4],
    /// What follows the key id in the note: a signature, for cosignatures after its time.
    pub blob: Vec<u8>,
}

/// What one peer asks of another.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Request {
    /// Here are submissions for the pool.
    Records(Vec<Vec<u8>>),
    /// Here are signatures on checkpoints.
    Signed(Vec<SignedCheckpoint>),
    /// Send what waits in the pool, except the leaves named.
    Pull {
        /// Leaf hashes the asker has.
        have: Vec<[u8; 32]>,
    },
    /// Send the consistency path between two sizes.
    Consistency {
        /// The smaller size.
        from: u64,
        /// The larger size.
        to: u64,
    },
    /// Send the signatures known for blocks from a height on.
    Notes {
        /// The first height.
        from: u64,
        /// How many heights at most.
        count: u16,
    },
    /// Send the newest checkpoint known under this key, and the newest final note.
    Newest {
        /// The note key id.
        key_id: [u8; 4],
    },
    /// Here are statements that attachments are held and checked, each as its bytes.
    Held(Vec<Vec<u8>>),
    /// Send the manifest of an attachment.
    Manifest {
        /// The attachment.
        id: [u8; 32],
    },
    /// Send a chunk of an attachment.
    Chunk {
        /// The attachment.
        id: [u8; 32],
        /// The chunk's number.
        number: u32,
    },
    /// Send the receipt of the record that entered a policy.
    Policy {
        /// Number of the policy.
        number: u64,
    },
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Response {
    /// Received and handed on.
    Done,
    /// Submissions of the pool.
    Pool {
        /// The submissions.
        records: Vec<Vec<u8>>,
        /// More are waiting: pull again.
        more: bool,
    },
    /// A consistency path.
    Path(Vec<[u8; 32]>),
    /// Signed checkpoints.
    Signed(Vec<SignedCheckpoint>),
    /// A manifest, a chunk or a receipt.
    Bytes(Vec<u8>),
    /// The thing asked for is not here.
    Absent,
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Another version, truncation, trailing bytes or an unknown kind.
    #[error("bytes are not a version {VERSION} message")]
    Form,
    /// A list or text is empty or too long.
    #[error("{0} is empty or over its limit")]
    Limit(&'static str),
}

impl Request {
    /// The bytes of this request.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// When the bytes are anything but one request within limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let request: Self = decode(bytes)?;
        match &request {
            Self::Records(records) => check_records(records)?,
            Self::Signed(checkpoints) => check_checkpoints(checkpoints)?,
            Self::Pull { have } => limit(have.len() <= PULL_HASHES_MAX, "pull")?,
            Self::Consistency { from, to } => limit(0 < *from && from < to, "consistency range")?,
            Self::Notes { count, .. } => {
                limit((1..=CHECKPOINTS_MAX).contains(&usize::from(*count)), "note count")?;
            }
            Self::Held(statements) => {
                limit((1..=HELD_MAX).contains(&statements.len()), "statement list")?;
                limit(statements.iter().all(|it| it.len() == HELD_BYTES), "statement")?;
            }
            Self::Chunk { number, .. } => limit((*number as usize) < CHUNKS_MAX, "chunk number")?,
            Self::Newest { .. } | Self::Manifest { .. } | Self::Policy { .. } => {}
        }
        Ok(request)
    }
}

impl Response {
    /// The bytes of this response.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a response.
    ///
    /// # Errors
    /// When the bytes are anything but one response within limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let response: Self = decode(bytes)?;
        match &response {
            Self::Pool { records, .. } => check_records(records)?,
            Self::Path(path) => limit(path.len() <= PATH_HASHES_MAX, "path")?,
            Self::Signed(checkpoints) => check_checkpoints(checkpoints)?,
            Self::Bytes(bytes) => limit(bytes.len() <= CHUNK_BYTES_MAX, "chunk")?,
            Self::Done | Self::Absent => {}
        }
        Ok(response)
    }
}

fn encode<T: BorshSerialize>(message: &T) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    message.serialize(&mut bytes).expect("writing to memory does not fail");
    bytes
}

fn decode<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, WireError> {
    limit(bytes.len() <= MESSAGE_BYTES_MAX, "message")?;
    match bytes.split_first() {
        Some((&VERSION, message)) => T::try_from_slice(message).map_err(|_| WireError::Form),
        _ => Err(WireError::Form),
    }
}

fn limit(holds: bool, what: &'static str) -> Result<(), WireError> {
    if holds { Ok(()) } else { Err(WireError::Limit(what)) }
}

fn check_records(records: &[Vec<u8>]) -> Result<(), WireError> {
    limit(records.len() <= PUSH_RECORDS_MAX, "record list")?;
    limit(records.iter().all(|r| (1..=SUBMISSION_BYTES_MAX).contains(&r.len())), "record")
}

fn check_checkpoints(checkpoints: &[SignedCheckpoint]) -> Result<(), WireError> {
    limit(checkpoints.len() <= CHECKPOINTS_MAX, "checkpoint list")?;
    for checkpoint in checkpoints {
        limit((1..=SIGNATURES_MAX).contains(&checkpoint.signatures.len()), "signature list")?;
        let sized = |line: &SignatureLine| BLOB_BYTES.contains(&line.blob.len());
        limit(checkpoint.signatures.iter().all(sized), "signature")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
