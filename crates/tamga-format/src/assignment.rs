//! The proof file of an assignment: what shows that a case was given away by a draw (spec §13.5).
//!
//! Two receipts, of the record that committed to the candidates and of the one that drew, and the
//! block leaves between them, whose builders' proofs are the randomness. Here the log's part is
//! read and checked; what was drawn is recomputed by the rules, in another crate.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::beacon::alpha;
use crate::block_leaf::{BlockLeaf, genesis_leaf};
use crate::checkpoint::Checkpoint;
use crate::error::{FormatCode, FormatError};
use crate::id::{GenesisHash, Height, SubjectId, TreeSize, ValidatorId};
use crate::limits::{ASSIGNMENT_BLOCKS_MAX, ASSIGNMENT_FILE_BYTES_MAX};
use crate::merkle::{Hash, leaf_hash, verify_inclusion};
use crate::note::b64_encode;
use crate::policy::Policy;
use crate::receipt::{Lines, Proven, RECEIPT_HEADER, Receipt, ReceiptError};
use crate::validators::ValidatorSet;

/// First line of the file.
pub const ASSIGNMENT_HEADER: &str = "tamga-assignment/v1";

/// The parts of the file; nothing is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentFile {
    /// The inclusion proof of the genesis leaf in the log of the draw's checkpoint.
    pub genesis_path: Vec<Hash>,
    /// The leaves of the blocks after the commitment's, in order of height, up to the first by
    /// which two organisations have built; each with its inclusion proof in the draw's checkpoint.
    pub blocks: Vec<(BlockLeaf, Vec<Hash>)>,
    /// The receipt of the record that committed to the candidates.
    pub commitment: Receipt,
    /// The receipt of the record that drew.
    pub draw: Receipt,
}

/// A block whose builder gave randomness to the draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenBlock {
    /// Its height.
    pub height: Height,
    /// The validator that built it.
    pub builder: ValidatorId,
    /// The organisation that runs the builder.
    pub organisation: String,
    /// The round in which it was first proposed: above 0, a proposer before it missed its turn.
    pub round: u32,
    /// The output of the builder's beacon proof.
    pub output: [u8; 64],
}

/// By what a log of so many leaves is judged: the policy for its checkpoint, and the validators of
/// which one built the block that ends there.
pub type RulingOf<'r> = dyn Fn(TreeSize) -> (&'r Policy, &'r ValidatorSet) + 'r;

/// What the log says of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRun {
    /// The record that committed to the candidates.
    pub commitment: Proven,
    /// The record that drew.
    pub draw: Proven,
    /// The commitment's block and those after it, up to the draw's.
    pub blocks: Vec<ProvenBlock>,
}

impl AssignmentFile {
    /// Reads a file in its one form; no proof or signature is checked.
    ///
    /// # Errors
    /// [`FormatCode::ProofFileTooLong`], [`FormatCode::ProofFileVersion`],
    /// [`FormatCode::ProofFileSyntax`] with the line, or the error of the part that is malformed,
    /// with the line counted within that part.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::ProofFileSyntax, line);
        if text.len() > ASSIGNMENT_FILE_BYTES_MAX {
            return Err(FormatError::new(FormatCode::ProofFileTooLong, ASSIGNMENT_FILE_BYTES_MAX));
        }
        if text.split('\n').next() != Some(ASSIGNMENT_HEADER) {
            return Err(FormatError::new(FormatCode::ProofFileVersion, 0));
        }
        let (head, rest) = text.split_once("\n\n").ok_or(syntax(0))?;
        let mut lines = Lines::of(head);
        // The first line was read above.
        let _header = lines.next();
        let genesis_path = lines.path("genesis-hash ")?;
        let mut blocks = Vec::new();
        while blocks.len() < ASSIGNMENT_BLOCKS_MAX && lines.at("block ") {
            let leaf = BlockLeaf::decode(&lines.bytes("block ")?)?;
            blocks.push((leaf, lines.path("block-hash ")?));
        }
        if lines.next().is_some() {
            return Err(syntax(lines.number));
        }
        let cut = ["\n\n", RECEIPT_HEADER, "\n"].concat();
        let at = rest.find(&cut).ok_or(syntax(lines.number))?;
        let (commitment, draw) = rest.split_at_checked(at).ok_or(syntax(lines.number))?;
        let commitment = Receipt::parse(&[commitment, "\n"].concat())?;
        let draw = Receipt::parse(draw.trim_start_matches('\n'))?;
        let file = Self { genesis_path, blocks, commitment, draw };
        // One form: whatever a part's own parser may forgive is refused here.
        if file.encode() == text { Ok(file) } else { Err(syntax(0)) }
    }

    /// The text of the file.
    pub fn encode(&self) -> String {
        let mut text = ASSIGNMENT_HEADER.to_string();
        let mut line = |word: &str, bytes: &[u8]| {
            text.extend(["\n", word, " ", &b64_encode(bytes)]);
        };
        for hash in &self.genesis_path {
            line("genesis-hash", hash);
        }
        for (leaf, path) in &self.blocks {
            line("block", &leaf.encode());
            for hash in path {
                line("block-hash", hash);
            }
        }
        text.push_str("\n\n");
        text.push_str(&self.commitment.encode());
        text.push('\n');
        text.push_str(&self.draw.encode());
        text
    }

    /// Checks everything that the log says: both receipts, that the ledger is the one of this
    /// genesis, the run of blocks, and every builder's proof (spec §13.6).
    ///
    /// # Errors
    /// [`ReceiptError::Mismatch`] if the assignment must not be relied on,
    /// [`ReceiptError::CannotCheck`] if another policy, genesis or program is needed to tell.
    pub fn verify(
        &self,
        policy: &Policy,
        genesis: &GenesisHash,
        validators: &ValidatorSet,
    ) -> Result<ProvenRun, ReceiptError> {
        self.verify_by(genesis, &|_| (policy, validators))
    }

    /// The same of a ledger whose policies have followed each other: every checkpoint and every
    /// builder is judged by what ruled then.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn verify_by<'r>(
        &self,
        genesis: &GenesisHash,
        ruling: &RulingOf<'r>,
    ) -> Result<ProvenRun, ReceiptError> {
        let wrong = |at| FormatError::new(FormatCode::AssignmentBlocks, at);
        let policy_of = |receipt: &Receipt| -> Result<&'r Policy, FormatError> {
            Ok(ruling(Checkpoint::parse(&receipt.proof.checkpoint.text)?.size).0)
        };
        let commitment = self.commitment.verify(policy_of(&self.commitment)?)?;
        let policy = policy_of(&self.draw)?;
        let draw = self.draw.verify(policy)?;
        let verified = policy.verify_canonical(&self.draw.proof.checkpoint)?;
        let (size, root) = (verified.checkpoint().size.get(), verified.checkpoint().root);
        let founded = leaf_hash(&genesis_leaf(genesis));
        verify_inclusion(&founded, 0, size, &self.genesis_path, &root)
            .map_err(|error| error.of("genesis"))?;

        let mut blocks = Vec::with_capacity(self.blocks.len() + 1);
        let mut organisations = BTreeSet::new();
        blocks.push(built(&self.commitment.block, policy.origin(), ruling)?.0);
        let mut height = commitment.height;
        for (number, (leaf, path)) in self.blocks.iter().enumerate() {
            let last = leaf.size.get().checked_sub(1).ok_or(wrong(number))?;
            if leaf.height != height.next() || organisations.len() >= 2 {
                return Err(wrong(number).into());
            }
            verify_inclusion(&leaf_hash(&leaf.encode()), last, size, path, &root)?;
            let (block, organisation) = built(leaf, policy.origin(), ruling)?;
            organisations.insert(organisation);
            height = leaf.height;
            blocks.push(block);
        }
        if organisations.len() < 2 || draw.height <= height {
            return Err(wrong(self.blocks.len()).into());
        }
        Ok(ProvenRun { commitment, draw, blocks })
    }
}

/// A block and the organisation that built it, the builder's proof checked.
fn built(
    leaf: &BlockLeaf,
    origin: &str,
    ruling: &RulingOf<'_>,
) -> Result<(ProvenBlock, SubjectId), FormatError> {
    let unknown = FormatError::new(FormatCode::AssignmentBuilder, 0);
    let ext = leaf.ext.as_ref().ok_or(unknown)?;
    let validator = ruling(leaf.size).1.get(&ext.builder).ok_or(unknown)?;
    let block = ProvenBlock {
        height: leaf.height,
        builder: ext.builder,
        organisation: validator.organisation.clone(),
        round: ext.round,
        output: validator.beacon.verify(&alpha(origin, leaf.height), &ext.proof)?,
    };
    Ok((block, validator.organisation_id()))
}
