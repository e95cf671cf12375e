//! What the ledger holds about one subject as of a block: all of its records, or none, and its status (spec §13.9).
//!
//! A proof shows a run of the subject's records that begins where its reader stands, so that long lists come in pages and
//! old ones are gone on with: [`Known`] keeps what was seen. It has one form, like a [receipt](crate::receipt).

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::block_leaf::BlockLeaf;
use crate::error::{FormatCode, FormatError};
use crate::id::{
    Height, LeafHash, LeafIndex, PolicyHash, StatusHash, TreeRoot, TreeSize, UnixMillis,
};
use crate::limits::{PROOF_FILE_BYTES_MAX, STATUS_BYTES_MAX, SUBJECT_PROOF_RECORDS_MAX};
use crate::merkle::{Frontier, Hash, leaf_hash, verify_consistency, verify_inclusion};
use crate::mpt;
use crate::note::{Note, b64_decode, b64_decode_array, b64_encode, decimal};
use crate::policy::Policy;
use crate::receipt::{Lines, ReceiptError};
use crate::subject::{STATUS_NONE, Subject, map_value, status_hash, subject_leaf};

/// First line of a subject's proof.
pub const SUBJECT_PROOF_HEADER: &str = "tamga-subject/v1";

/// What a proof says of a subject's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusPart {
    /// Its hash only.
    Hash(StatusHash),
    /// All of it, with the nonce that salts its hash.
    Shown {
        /// Nonce of the subject's last record.
        nonce: [u8; 16],
        /// Deterministic CBOR.
        status: Vec<u8>,
    },
}

impl StatusPart {
    fn hash(&self) -> StatusHash {
        match self {
            Self::Hash(hash) => *hash,
            Self::Shown { nonce, status } => status_hash(nonce, status),
        }
    }
}

/// A record of a subject: where it stands in the log, and its leaf hash.
pub type Place = (LeafIndex, LeafHash);

/// What stands under a subject's key in the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: the ledger knows no record and no status of it.
    Absent,
    /// Records, or a status.
    Present(Present),
}

/// What a subject's value in the map is made of, and a run of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Records in all.
    pub count: u64,
    /// Its status, or the hash of it.
    pub status: StatusPart,
    /// The tree of the records before the run.
    pub held: Frontier,
    /// The run.
    pub records: Vec<Place>,
    /// Root of all records and, from the end of the run to there, the proof that they go on; `None` if the run goes to
    /// the end.
    pub rest: Option<(TreeRoot, Vec<Hash>)>,
}

/// A subject's place in the map of a block, with a run of its records; nothing is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectProof {
    /// The subject.
    pub subject: Subject,
    /// What the map holds of it.
    pub standing: Standing,
    /// Path in the map (spec §9.3).
    pub map_path: Vec<u8>,
    /// The last leaf of the block.
    pub block: BlockLeaf,
    /// The inclusion proof of that leaf.
    pub block_path: Vec<Hash>,
    /// The checkpoint of that block or of a later one.
    pub checkpoint: Note,
}

/// What a verified proof proves, as of its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenSubject {
    /// The subject.
    pub subject: Subject,
    /// Records in all.
    pub count: u64,
    /// Root of their tree.
    pub root: TreeRoot,
    /// Number of the first record that is shown, from 0.
    pub first: u64,
    /// The records shown, in the order of the log.
    pub records: Vec<Place>,
    /// The tree up to the last one shown, for what is asked next.
    pub known: Known,
    /// The status, if it is shown; `None` within if the subject has none.
    pub status: Option<Option<Vec<u8>>>,
    /// The block.
    pub height: Height,
    /// The block's time.
    pub time: UnixMillis,
    /// Leaves of the log at the end of that block.
    pub size: TreeSize,
    /// The policy that the block says its checkpoint is final under.
    pub policy: PolicyHash,
    /// Who cosigned, by policy name, and when in UTC seconds.
    pub cosigners: Vec<(String, u64)>,
}

impl ProvenSubject {
    /// Whether, with what was known before, every record of the subject up to the block is known.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.known.records.size() == self.count
    }
}

/// The records of a subject that somebody has seen: nothing but the tree's frontier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    records: Frontier,
    last: Option<LeafIndex>,
}

impl Known {
    /// How many records are known.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.records.size()
    }

    /// Takes up what was kept: the tree's frontier and the place of its last record, which is there if there are any.
    #[must_use]
    pub fn from_parts(records: Frontier, last: Option<LeafIndex>) -> Option<Self> {
        (last.is_some() == (records.size() > 0)).then_some(Self { records, last })
    }

    /// The frontier of the records' tree.
    #[must_use]
    pub const fn records(&self) -> &Frontier {
        &self.records
    }

    /// Where the last record stands in the log.
    #[must_use]
    pub const fn last(&self) -> Option<LeafIndex> {
        self.last
    }

    /// Whether these, all records of the subject from its first on, begin with the ones known.
    #[must_use]
    pub fn begins(&self, records: &[Place]) -> bool {
        let count = usize::try_from(self.count()).unwrap_or(usize::MAX);
        let mut first = Self::default();
        let pushed = records.iter().take(count).all(|place| first.push(*place).is_ok());
        pushed && first == *self
    }

    fn push(&mut self, (index, leaf): Place) -> Result<(), FormatError> {
        if self.last.is_some_and(|last| index <= last) {
            return Err(FormatError::new(FormatCode::SubjectRecords, 0));
        }
        self.last = Some(index);
        self.records.push(&leaf_hash(&subject_leaf(index, leaf)));
        Ok(())
    }
}

impl SubjectProof {
    /// Reads a proof; nothing is checked but its form.
    ///
    /// # Errors
    /// [`FormatCode::ProofFileTooLong`], [`FormatCode::ProofFileVersion`], [`FormatCode::ProofFileSyntax`] with the line,
    /// or the error of the part that is malformed.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::ProofFileSyntax, line);
        if text.len() > PROOF_FILE_BYTES_MAX {
            return Err(FormatError::new(FormatCode::ProofFileTooLong, PROOF_FILE_BYTES_MAX));
        }
        let (head, note) = text.split_once("\n\n").ok_or(syntax(0))?;
        let mut lines = Lines::of(head);
        if lines.next() != Some(SUBJECT_PROOF_HEADER) {
            return Err(FormatError::new(FormatCode::ProofFileVersion, 0));
        }
        let subject = lines.value("subject ")?.parse()?;
        let standing = if lines.at("absent") {
            lines.value("absent")?;
            Standing::Absent
        } else {
            Standing::Present(present(&mut lines)?)
        };
        let map_path = lines.bytes("map ")?;
        let block = BlockLeaf::decode(&lines.bytes("block ")?)?;
        let block_path = lines.path("block-hash ")?;
        if lines.next().is_some() {
            return Err(syntax(lines.number));
        }
        let checkpoint = Note::parse(note)?;
        let proof = Self { subject, standing, map_path, block, block_path, checkpoint };
        if proof.encode() == text { Ok(proof) } else { Err(syntax(0)) }
    }

    /// The text of the proof.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = format!("{SUBJECT_PROOF_HEADER}\nsubject {}", self.subject);
        let mut line = |parts: &[&str]| {
            text.push('\n');
            text.push_str(&parts.join(" "));
        };
        match &self.standing {
            Standing::Absent => line(&["absent"]),
            Standing::Present(present) => present.encode(&mut line),
        }
        line(&["map", &b64_encode(&self.map_path)]);
        line(&["block", &b64_encode(&self.block.encode())]);
        for hash in &self.block_path {
            line(&["block-hash", &b64_encode(hash)]);
        }
        text.push_str("\n\n");
        text.push_str(&self.checkpoint.encode());
        text
    }

    /// Checks everything, for a reader who has seen `known` of the subject's records; a new reader has seen none.
    ///
    /// # Errors
    /// [`ReceiptError::Mismatch`] if something in it is false: among others [`FormatCode::SubjectKnown`] if it does not go
    /// on where the reader stands, or shows another history than the reader has seen.
    /// [`ReceiptError::CannotCheck`] if another policy or program is needed to tell.
    pub fn verify(&self, policy: &Policy, known: &Known) -> Result<ProvenSubject, ReceiptError> {
        let wrong = |code| FormatError::new(code, 0);
        let verified = policy.verify_canonical(&self.checkpoint)?;
        let checkpoint = verified.checkpoint();
        let last = self.block.size.get().checked_sub(1).ok_or(wrong(FormatCode::ReceiptSize))?;
        if self.block.size > checkpoint.size {
            return Err(wrong(FormatCode::ReceiptSize).into());
        }
        let leaf = leaf_hash(&self.block.encode());
        let size = checkpoint.size.get();
        verify_inclusion(&leaf, last, size, &self.block_path, &checkpoint.root)?;
        let key = self.subject.map_key();
        let (count, root, known, records, status) = match &self.standing {
            Standing::Absent => {
                mpt::verify_absence(&self.block.map_root, &key, &self.map_path)?;
                if known.count() > 0 {
                    return Err(wrong(FormatCode::SubjectKnown).into());
                }
                let none = Known::default();
                (0, none.records.root(), none, Vec::new(), Some(None))
            }
            Standing::Present(present) => {
                let (root, known) = present.history(known)?;
                if known.last.is_some_and(|index| index.get() >= last) {
                    return Err(wrong(FormatCode::SubjectRecords).into());
                }
                let hash = present.status.hash();
                let value = map_value(present.count, &root, &hash);
                mpt::verify_presence(&self.block.map_root, &key, &value, &self.map_path)?;
                let status = match &present.status {
                    StatusPart::Shown { status, .. } => Some(Some(status.clone())),
                    StatusPart::Hash(hash) if *hash == STATUS_NONE => Some(None),
                    StatusPart::Hash(_) => None,
                };
                (present.count, root, known, present.records.clone(), status)
            }
        };
        let shown = u64::try_from(records.len()).unwrap_or(u64::MAX);
        Ok(ProvenSubject {
            subject: self.subject,
            count,
            root,
            first: known.count().saturating_sub(shown),
            records,
            known,
            status,
            height: self.block.height,
            time: self.block.time,
            size: self.block.size,
            policy: self.block.policy,
            cosigners: verified.cosigners().to_vec(),
        })
    }
}

impl Present {
    /// The root of all records, and the tree up to the last one shown.
    fn history(&self, known: &Known) -> Result<(TreeRoot, Known), FormatError> {
        let wrong = |code| FormatError::new(code, 0);
        if self.held != known.records {
            return Err(wrong(FormatCode::SubjectKnown));
        }
        let mut shown = known.clone();
        for place in &self.records {
            shown.push(*place)?;
        }
        let so_far = shown.count();
        match &self.rest {
            None if so_far == self.count => Ok((shown.records.root(), shown)),
            Some((root, path)) if so_far < self.count => {
                // Any tree goes on from the empty one.
                if so_far == 0 && !path.is_empty() {
                    return Err(wrong(FormatCode::ProofShape));
                }
                if so_far > 0 {
                    let of = shown.records.root();
                    verify_consistency(so_far, self.count, path, &of, root)?;
                }
                Ok((*root, shown))
            }
            _ => Err(wrong(FormatCode::SubjectRecords)),
        }
    }

    fn encode(&self, line: &mut impl FnMut(&[&str])) {
        line(&["records", &self.count.to_string()]);
        match &self.status {
            StatusPart::Hash(hash) => line(&["status-hash", &b64_encode(&hash.0)]),
            StatusPart::Shown { nonce, status } => {
                line(&["status", &b64_encode(nonce), &b64_encode(status)]);
            }
        }
        line(&["held", &self.held.size().to_string()]);
        for hash in self.held.hashes() {
            line(&["held-hash", &b64_encode(hash)]);
        }
        for (index, leaf) in &self.records {
            line(&["record", &index.get().to_string(), &b64_encode(&leaf.0)]);
        }
        if let Some((root, path)) = &self.rest {
            line(&["rest", &b64_encode(&root.0)]);
            for hash in path {
                line(&["rest-hash", &b64_encode(hash)]);
            }
        }
    }
}

fn present(lines: &mut Lines<'_>) -> Result<Present, FormatError> {
    let count = number(lines, "records ")?;
    let status = if lines.at("status ") {
        let at = lines.number;
        let syntax = FormatError::new(FormatCode::ProofFileSyntax, at);
        let (nonce, status) = lines.value("status ")?.split_once(' ').ok_or(syntax)?;
        let status = b64_decode(status).map_err(|error| FormatError { at, ..error })?;
        if status.len() > STATUS_BYTES_MAX {
            return Err(syntax);
        }
        let nonce = b64_decode(nonce).map_err(|error| FormatError { at, ..error })?;
        StatusPart::Shown { nonce: nonce.try_into().map_err(|_| syntax)?, status }
    } else {
        StatusPart::Hash(StatusHash(lines.array("status-hash ")?))
    };
    let at = lines.number;
    let held = number(lines, "held ")?;
    let held = Frontier::from_parts(held, lines.path("held-hash ")?)
        .ok_or(FormatError::new(FormatCode::ProofFileSyntax, at))?;
    let mut records = Vec::new();
    while lines.at("record ") {
        let at = lines.number;
        let syntax = FormatError::new(FormatCode::ProofFileSyntax, at);
        if records.len() == SUBJECT_PROOF_RECORDS_MAX {
            return Err(syntax);
        }
        let (index, leaf) = lines.value("record ")?.split_once(' ').ok_or(syntax)?;
        let leaf = b64_decode_array(leaf).map_err(|error| FormatError { at, ..error })?;
        records.push((LeafIndex(decimal(index).ok_or(syntax)?), LeafHash(leaf)));
    }
    let rest = if lines.at("rest ") {
        Some((TreeRoot(lines.array("rest ")?), lines.path("rest-hash ")?))
    } else {
        None
    };
    Ok(Present { count, status, held, records, rest })
}

fn number(lines: &mut Lines<'_>, word: &str) -> Result<u64, FormatError> {
    let syntax = FormatError::new(FormatCode::ProofFileSyntax, lines.number);
    decimal(lines.value(word)?).ok_or(syntax)
}
