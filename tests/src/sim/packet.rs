//! What travels between the processes of a simulated cluster, as bytes.
//!
//! Consensus messages, parts, records, notes and certificates are in their real encodings; the
//! envelope around them is the simulator's own.

use tamga_format::held::{HELD_BYTES, HeldStatement};
use tamga_format::id::{AttachmentId, Height, LeafHash, TreeSize};
use tamga_replica::engine::wire::{self, Wire, WireError, put_bytes, refuse, take_bytes};

/// Bytes of the longest field of a packet.
const FIELD_BYTES_MAX: usize = 4 << 20;
/// Fields of one packet.
const FIELDS_MAX: u32 = 65_536;

/// A message between two processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// A vote or a proposal.
    Consensus(Vec<u8>),
    /// A vote sent again, or a certificate of votes.
    Liveness(Vec<u8>),
    /// A block in flight: opening, pieces, signed end.
    Parts(Vec<Vec<u8>>),
    /// A submission.
    Record(Vec<u8>),
    /// The records that the sender has waiting; it wants the others.
    Pool(Vec<LeafHash>),
    /// The last height that the sender has committed.
    Status(Height),
    /// The sender wants decided blocks from this height on.
    Blocks(Height),
    /// A decided block with its certificate.
    Block(Vec<u8>, Vec<u8>),
    /// A checkpoint with some signatures, as a note.
    Note(Height, String),
    /// The sender wants the notes from this height on.
    Notes(Height),
    /// The sender wants the consistency path between two sizes.
    Path(TreeSize, TreeSize),
    /// Such a path.
    PathFound(TreeSize, TreeSize, Vec<[u8; 32]>),
    /// The sender holds the lines of a record.
    Held(HeldStatement),
    /// The sender wants an attachment.
    Attachment(AttachmentId),
    /// The chunks of one.
    Chunks(Vec<Vec<u8>>),
    /// The sender wants the receipt of the record that entered the policy of this number.
    Policy(u64),
    /// Such a receipt.
    PolicyFound(String),
}

impl Packet {
    /// A word for the trace.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Consensus(_) => "consensus",
            Self::Liveness(_) => "liveness",
            Self::Parts(_) => "parts",
            Self::Record(_) => "record",
            Self::Pool(_) => "pool",
            Self::Status(_) => "status",
            Self::Blocks(_) => "blocks?",
            Self::Block(..) => "block",
            Self::Note(..) => "note",
            Self::Notes(_) => "notes?",
            Self::Path(..) => "path?",
            Self::PathFound(..) => "path",
            Self::Held(_) => "held",
            Self::Attachment(_) => "attachment?",
            Self::Chunks(_) => "attachment",
            Self::Policy(_) => "policy?",
            Self::PolicyFound(_) => "policy",
        }
    }

    /// Whether a silent validator keeps it back: it says nothing that helps to decide, but asks.
    #[must_use]
    pub const fn is_spoken(&self) -> bool {
        matches!(
            self,
            Self::Consensus(_)
                | Self::Liveness(_)
                | Self::Parts(_)
                | Self::Note(..)
                | Self::Held(_)
        )
    }

    /// The packet's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let number = |n: u64| n.to_be_bytes().to_vec();
        let (tag, fields): (u8, Vec<Vec<u8>>) = match self {
            Self::Consensus(bytes) => (1, vec![bytes.clone()]),
            Self::Liveness(bytes) => (2, vec![bytes.clone()]),
            Self::Parts(parts) => (3, parts.clone()),
            Self::Record(bytes) => (4, vec![bytes.clone()]),
            Self::Pool(leaves) => (5, leaves.iter().map(|leaf| leaf.0.to_vec()).collect()),
            Self::Status(height) => (6, vec![number(height.get())]),
            Self::Blocks(height) => (7, vec![number(height.get())]),
            Self::Block(block, certificate) => (8, vec![block.clone(), certificate.clone()]),
            Self::Note(height, note) => (9, vec![number(height.get()), note.clone().into_bytes()]),
            Self::Notes(height) => (10, vec![number(height.get())]),
            Self::Path(from, to) => (11, vec![number(from.get()), number(to.get())]),
            Self::PathFound(from, to, path) => {
                let ends = [number(from.get()), number(to.get())];
                (12, ends.into_iter().chain(path.iter().map(|hash| hash.to_vec())).collect())
            }
            Self::Held(statement) => (13, vec![statement.encode().to_vec()]),
            Self::Attachment(id) => (14, vec![id.as_bytes().to_vec()]),
            Self::Chunks(chunks) => (15, chunks.clone()),
            Self::Policy(wanted) => (16, vec![number(*wanted)]),
            Self::PolicyFound(receipt) => (17, vec![receipt.clone().into_bytes()]),
        };
        let mut out = vec![tag];
        u32::try_from(fields.len()).expect("a packet has few fields").put(&mut out);
        for field in &fields {
            put_bytes(field, &mut out);
        }
        out
    }

    /// Reads a packet.
    ///
    /// # Errors
    ///
    /// For anything that [`encode`](Self::encode) does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let wrong = refuse("packet", bytes);
        let (&tag, mut rest) = bytes.split_first().ok_or(wrong)?;
        let count = u32::take(&mut rest)?;
        if count > FIELDS_MAX {
            return Err(wrong);
        }
        let mut fields = Vec::new();
        for _ in 0..count {
            fields.push(take_bytes(&mut rest, FIELD_BYTES_MAX, "field")?.to_vec());
        }
        wire::end(rest)?;
        let hash = |field: &Vec<u8>| <[u8; 32]>::try_from(field.as_slice()).map_err(|_| wrong);
        match tag {
            3 => return Ok(Self::Parts(fields)),
            5 => {
                let leaves: Result<_, _> = fields.iter().map(|f| hash(f).map(LeafHash)).collect();
                return leaves.map(Self::Pool);
            }
            15 => return Ok(Self::Chunks(fields)),
            _ => {}
        }
        let mut fields = fields.into_iter();
        let mut field = || fields.next().ok_or(wrong);
        let number = |field: Vec<u8>| wire::decode::<u64>(&field);
        let packet = match tag {
            1 => Self::Consensus(field()?),
            2 => Self::Liveness(field()?),
            4 => Self::Record(field()?),
            6 => Self::Status(Height(number(field()?)?)),
            7 => Self::Blocks(Height(number(field()?)?)),
            8 => Self::Block(field()?, field()?),
            9 => {
                let height = Height(number(field()?)?);
                Self::Note(height, String::from_utf8(field()?).map_err(|_| wrong)?)
            }
            10 => Self::Notes(Height(number(field()?)?)),
            11 => Self::Path(TreeSize(number(field()?)?), TreeSize(number(field()?)?)),
            12 => {
                let (from, to) = (TreeSize(number(field()?)?), TreeSize(number(field()?)?));
                let path: Result<_, _> = fields.by_ref().map(|field| hash(&field)).collect();
                Self::PathFound(from, to, path?)
            }
            13 => {
                let bytes = <[u8; HELD_BYTES]>::try_from(field()?).map_err(|_| wrong)?;
                Self::Held(HeldStatement::decode(&bytes))
            }
            14 => Self::Attachment(AttachmentId(hash(&field()?)?)),
            16 => Self::Policy(number(field()?)?),
            17 => Self::PolicyFound(String::from_utf8(field()?).map_err(|_| wrong)?),
            _ => return Err(wrong),
        };
        if fields.next().is_some() { Err(wrong) } else { Ok(packet) }
    }
}
