//! The receipt: one record, everything that proves it final, in one text (spec §13.2–§13.4).
//!
//! A receipt has one form: parsing and encoding gives the same text, and no byte of it can change
//! without [`Receipt::verify`] or [`Receipt::parse`] refusing it. Its checkpoint is that of the
//! record's block or of any later one, since cosigners that catch up sign the newest only.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::block_leaf::BlockLeaf;
use crate::body::{BodyField, BodyLeaf, commitment_of};
use crate::checkpoint::Checkpoint;
use crate::error::{FormatCode, FormatError};
use crate::id::{Height, LeafIndex, PolicyHash, RecordId, TreeRoot, TreeSize, UnixMillis};
use crate::limits::{BODY_FIELDS_MAX, PATH_HASHES_MAX, PROOF_FILE_BYTES_MAX};
use crate::merkle::{Hash, Meeting, leaf_hash, verify_subtree_inclusion};
use crate::note::{b64_decode, b64_decode_array, b64_encode, decimal};
use crate::policy::Policy;
use crate::record::{SignedRecord, VerifiedRecord};
use crate::signature::PublicKey;
use crate::tlog_proof::TlogProof;

/// First line of a receipt.
pub const RECEIPT_HEADER: &str = "tamga-receipt/v1";

/// A record with its key, opened fields, block leaf and proofs; nothing is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The record.
    pub record: SignedRecord,
    /// The key that signed it.
    pub key: PublicKey,
    /// All leaves of the body, at least one opened; empty if nothing is opened.
    pub body: Vec<BodyLeaf>,
    /// The last leaf of the record's block.
    pub block: BlockLeaf,
    /// The log before that block, which the leaf commits to.
    pub previous: Previous,
    /// What leads from the block leaf to a hash of the record's own path.
    pub block_path: Vec<Hash>,
    /// Where the record stands, and the checkpoint of its block or a later one.
    pub proof: TlogProof,
}

/// The log before a block: with the origin it makes the checkpoint that the block leaf's `prev`
/// is the hash of, and so tells where the block begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Leaves of the log, and the index of the block's first leaf.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
}

/// What a verified receipt proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The record, its signature checked.
    pub record: VerifiedRecord,
    /// Id of the record.
    pub id: RecordId,
    /// Position of the record in the log.
    pub index: LeafIndex,
    /// The block that recorded it.
    pub height: Height,
    /// The block's time.
    pub recorded_at: UnixMillis,
    /// Leaves of the log at the checkpoint, which may be of a later block.
    pub size: TreeSize,
    /// The policy that the block says its checkpoint is final under; it is a statement of the
    /// cosigners, not a check of the policy that was used here.
    pub policy: PolicyHash,
    /// Who cosigned, by policy name, and when in UTC seconds.
    pub cosigners: Vec<(String, u64)>,
    /// The opened fields of the body.
    pub opened: Vec<BodyField>,
}

/// Why a receipt is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptError {
    /// Something in it is false: do not rely on it.
    Mismatch(FormatError),
    /// It cannot be judged: it is no receipt, or of a version, log or key unknown here.
    CannotCheck(FormatError),
}

impl ReceiptError {
    /// The fault that was found first.
    pub const fn fault(&self) -> FormatError {
        match self {
            Self::Mismatch(fault) | Self::CannotCheck(fault) => *fault,
        }
    }
}

impl From<FormatError> for ReceiptError {
    /// False statements are mismatches; all other faults leave the question open (spec §13.4).
    fn from(fault: FormatError) -> Self {
        if is_mismatch(fault.code) { Self::Mismatch(fault) } else { Self::CannotCheck(fault) }
    }
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch(fault) => write!(f, "the receipt is false: {fault}"),
            Self::CannotCheck(fault) => write!(f, "the receipt cannot be checked: {fault}"),
        }
    }
}

impl core::error::Error for ReceiptError {}

impl Receipt {
    /// What of the block leaf's whole inclusion path a receipt holds: the record's own path has the rest.
    #[must_use]
    pub fn block_path(
        index: LeafIndex,
        block: &BlockLeaf,
        at: TreeSize,
        whole: Vec<Hash>,
    ) -> Vec<Hash> {
        let last = block.size.get().saturating_sub(1);
        match Meeting::of(index.get(), last, at.get()) {
            Some(meeting) => meeting.below(last, whole),
            None => whole,
        }
    }

    /// Reads a receipt; no proof or signature is checked.
    ///
    /// # Errors
    /// [`FormatCode::ProofFileTooLong`], [`FormatCode::ProofFileVersion`],
    /// [`FormatCode::ProofFileSyntax`] with the line, or the error of the part that is malformed.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::ProofFileSyntax, line);
        if text.len() > PROOF_FILE_BYTES_MAX {
            return Err(FormatError::new(FormatCode::ProofFileTooLong, PROOF_FILE_BYTES_MAX));
        }
        let (head, proof) = text.split_once("\n\n").ok_or(syntax(0))?;
        let mut lines = Lines::of(head);
        if lines.next() != Some(RECEIPT_HEADER) {
            return Err(FormatError::new(FormatCode::ProofFileVersion, 0));
        }
        let record = SignedRecord::decode(&lines.bytes("entry ")?)?;
        let key = lines.bytes("key ")?;
        let key = key.as_slice().try_into().map_err(|_| syntax(2)).and_then(PublicKey::admit)?;
        let body = lines.body()?;
        let block = BlockLeaf::decode(&lines.bytes("block ")?)?;
        let previous = lines.previous()?;
        let block_path = lines.path("block-hash ")?;
        if lines.next().is_some() {
            return Err(syntax(lines.number));
        }
        let proof = TlogProof::parse(proof)?;
        let receipt = Self { record, key, body, block, previous, block_path, proof };
        // One form: whatever a part's own parser may forgive is refused here.
        if receipt.encode() == text { Ok(receipt) } else { Err(syntax(0)) }
    }

    /// The text of the receipt.
    pub fn encode(&self) -> String {
        let mut text = String::from(RECEIPT_HEADER);
        let mut line = |word: &str, bytes: &[u8]| {
            text.extend(["\n", word, " ", &b64_encode(bytes)]);
        };
        let previous = format!("previous {}", self.previous.size.get());
        line("entry", self.record.entry());
        line("key", self.key.as_bytes());
        for leaf in &self.body {
            match leaf {
                BodyLeaf::Opened(field) => line("opened", &field.encode()),
                BodyLeaf::Hidden(hash) => line("hidden", hash),
            }
        }
        line("block", &self.block.encode());
        line(&previous, &self.previous.root.0);
        for hash in &self.block_path {
            line("block-hash", hash);
        }
        text.push_str("\n\n");
        text.push_str(&self.proof.encode());
        text
    }

    /// Checks everything and returns what is proven (spec §13.3).
    ///
    /// # Errors
    /// [`ReceiptError::Mismatch`] if the record must not be relied on,
    /// [`ReceiptError::CannotCheck`] if another policy or program is needed to tell.
    pub fn verify(&self, policy: &Policy) -> Result<Proven, ReceiptError> {
        let wrong = |code| FormatError::new(code, 0);
        let verified = policy.verify_canonical(&self.proof.checkpoint)?;
        let checkpoint = verified.checkpoint();
        self.proof.verify_at(self.record.entry(), &verified)?;
        self.verify_block(checkpoint)?;
        let record = self.record.clone().verify(&self.key)?;
        if record.record().audience != policy.origin() {
            return Err(wrong(FormatCode::ReceiptOrigin).into());
        }
        let opened = self.opened()?;
        Ok(Proven {
            id: record.id(),
            record,
            index: self.proof.index,
            height: self.block.height,
            recorded_at: self.block.time,
            size: checkpoint.size,
            policy: self.block.policy,
            cosigners: verified.cosigners().to_vec(),
            opened,
        })
    }

    /// Checks that the block leaf stands in the log, and that the record is of its block; the record's own path is
    /// checked already.
    fn verify_block(&self, checkpoint: &Checkpoint) -> Result<(), FormatError> {
        let wrong = |code| FormatError::new(code, 0);
        let index = self.proof.index.get();
        // A block leaf closes its block, so the size it names is also its place.
        let last = self.block.size.get().checked_sub(1).ok_or(wrong(FormatCode::ReceiptSize))?;
        if self.block.size > checkpoint.size {
            return Err(wrong(FormatCode::ReceiptSize));
        }
        let meeting = Meeting::of(index, last, checkpoint.size.get());
        let Meeting { place, leaves } = meeting.ok_or(wrong(FormatCode::ReceiptIndex))?;
        let root = self.proof.path.get(place).ok_or(wrong(FormatCode::ProofShape))?;
        let leaf = leaf_hash(&self.block.encode());
        verify_subtree_inclusion(&leaf, last, leaves.start, leaves.end, &self.block_path, root)?;
        let Previous { size, root } = self.previous;
        let previous = Checkpoint { origin: checkpoint.origin.clone(), size, root };
        if previous.value_id() != self.block.prev {
            return Err(wrong(FormatCode::ReceiptPrevious));
        }
        if size.get() > index { Err(wrong(FormatCode::ReceiptIndex)) } else { Ok(()) }
    }

    /// The opened fields, checked against the record's commitment.
    fn opened(&self) -> Result<Vec<BodyField>, FormatError> {
        if self.body.is_empty() {
            return Ok(Vec::new());
        }
        if Some(commitment_of(&self.body)?) != self.record.record().body {
            return Err(FormatError::new(FormatCode::BodyCommitment, 0));
        }
        let opened = self.body.iter().filter_map(|leaf| match leaf {
            BodyLeaf::Opened(field) => Some(field.clone()),
            BodyLeaf::Hidden(_) => None,
        });
        Ok(opened.collect())
    }
}

/// Whether a fault makes a statement false, rather than unreadable.
fn is_mismatch(code: FormatCode) -> bool {
    matches!(
        code,
        FormatCode::SignatureInvalid
            | FormatCode::SignatureKey
            | FormatCode::BodyCommitment
            | FormatCode::BodyOrder
            | FormatCode::ProofShape
            | FormatCode::ProofRoot
            | FormatCode::MapProofRoot
            | FormatCode::BeaconProof
            | FormatCode::CosignatureQuorum
            | FormatCode::NoteNotMinimal
            | FormatCode::ReceiptIndex
            | FormatCode::ReceiptSize
            | FormatCode::ReceiptPrevious
            | FormatCode::ReceiptOrigin
            | FormatCode::AssignmentBlocks
            | FormatCode::AssignmentBuilder
            | FormatCode::ReconciliationParts
            | FormatCode::SubjectRecords
            | FormatCode::SubjectKnown
            | FormatCode::EvidenceNone
            | FormatCode::PolicyChainRoot
            | FormatCode::PolicyChainRecord
            | FormatCode::PolicyChainOrder
    )
}

/// The lines before the proof, with their numbers.
pub(crate) struct Lines<'a> {
    rest: core::iter::Peekable<core::str::Split<'a, char>>,
    pub(crate) number: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { rest: text.split('\n').peekable(), number: 0 }
    }

    pub(crate) fn next(&mut self) -> Option<&'a str> {
        self.number += 1;
        self.rest.next()
    }

    pub(crate) fn at(&mut self, word: &str) -> bool {
        self.rest.peek().is_some_and(|line| line.starts_with(word))
    }

    pub(crate) fn value(&mut self, word: &str) -> Result<&'a str, FormatError> {
        let syntax = FormatError::new(FormatCode::ProofFileSyntax, self.number);
        self.next().and_then(|line| line.strip_prefix(word)).ok_or(syntax)
    }

    pub(crate) fn bytes(&mut self, word: &str) -> Result<Vec<u8>, FormatError> {
        let at = self.number;
        b64_decode(self.value(word)?).map_err(|error| FormatError { at, ..error })
    }

    pub(crate) fn array(&mut self, word: &str) -> Result<Hash, FormatError> {
        let at = self.number;
        b64_decode_array(self.value(word)?).map_err(|error| FormatError { at, ..error })
    }

    /// At most as many hashes as an inclusion path has, one a line.
    pub(crate) fn path(&mut self, word: &str) -> Result<Vec<Hash>, FormatError> {
        let mut path = Vec::new();
        while path.len() < PATH_HASHES_MAX && self.at(word) {
            path.push(self.array(word)?);
        }
        Ok(path)
    }

    fn previous(&mut self) -> Result<Previous, FormatError> {
        let at = self.number;
        let syntax = FormatError::new(FormatCode::ProofFileSyntax, at);
        let (size, root) = self.value("previous ")?.split_once(' ').ok_or(syntax)?;
        let size = TreeSize(decimal(size).ok_or(syntax)?);
        let root = b64_decode_array(root).map_err(|error| FormatError { at, ..error })?;
        Ok(Previous { size, root: TreeRoot(root) })
    }

    fn body(&mut self) -> Result<Vec<BodyLeaf>, FormatError> {
        let mut leaves = Vec::new();
        let mut opens = false;
        while leaves.len() < BODY_FIELDS_MAX {
            if self.at("opened ") {
                leaves.push(BodyLeaf::Opened(BodyField::decode(&self.bytes("opened ")?)?));
                opens = true;
            } else if self.at("hidden ") {
                leaves.push(BodyLeaf::Hidden(self.array("hidden ")?));
            } else {
                break;
            }
        }
        if leaves.is_empty() || opens {
            Ok(leaves)
        } else {
            Err(FormatError::new(FormatCode::ProofFileSyntax, self.number))
        }
    }
}
