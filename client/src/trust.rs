//! By what this user judges checkpoints: the text of one policy, or a chain that leads to several (spec §13.16).
//!
//! Both are files on this user's disk and trusted as such. A chain lies beside the text of its newest policy, under the
//! same name with the suffix `.tamga-policies`, so that whoever names the text also judges what is older.

use std::path::{Path, PathBuf};

use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::TreeSize;
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::policy_chain::{Policies, PolicyChain, Ruling, is_policy_chain};
use tamga_format::policy_record::policy_digest;
use tamga_format::receipt::{Receipt, ReceiptError};
use tamga_format::subject_proof::SubjectProof;
use tamga_format::tlog_proof::TlogProof;

use crate::error::CliError;
use crate::lang::Said;
use crate::light;
use crate::verify::fault;

/// Suffix of a chain of policies.
pub const CHAIN_SUFFIX: &str = "tamga-policies";

/// What is trusted.
#[derive(Clone, Debug)]
pub enum Trust {
    /// One policy.
    Policy(Policy),
    /// Every policy of a chain, each for its part of the log.
    Chain(Policies),
}

impl Trust {
    /// Reads a policy text with the chain beside it, or a chain.
    ///
    /// # Errors
    /// When a file cannot be read, or is false.
    pub fn load(path: &Path) -> Result<Self, CliError> {
        let text = read(path)?;
        if is_policy_chain(&text) {
            return Ok(Self::Chain(held(path, &text)?));
        }
        let policy = Policy::parse(&text).map_err(|error| CliError::policy(path, fault(&error)))?;
        let beside = beside(path);
        if !beside.is_file() {
            return Ok(Self::Policy(policy));
        }
        let policies = held(&beside, &read(&beside)?)?;
        if policies.by_hash(policy.hash()).is_none() {
            return Err(CliError::policy(&beside, Said::plain("policy-not-in-chain")));
        }
        Ok(Self::Chain(policies))
    }

    /// The newest policy, by which a running ledger is judged.
    #[must_use]
    pub fn newest(&self) -> &Policy {
        match self {
            Self::Policy(policy) => policy,
            Self::Chain(policies) => policies.newest().policy(),
        }
    }

    /// The policy that rules the checkpoint in a file: a receipt, a proof about a subject or a `.tlog-proof`.
    #[must_use]
    pub fn judging(&self, file: &str) -> &Policy {
        let Self::Chain(policies) = self else { return self.newest() };
        // Whatever else the file is, it is refused by any policy.
        let size = note_of(file).and_then(|note| Checkpoint::parse(&note.text).ok());
        size.map_or(self.newest(), |checkpoint| policies.ruling(checkpoint.size).policy())
    }

    /// Whether a policy is one of these.
    #[must_use]
    pub fn has(&self, policy: &Policy) -> bool {
        match self {
            Self::Policy(own) => own == policy,
            Self::Chain(policies) => policies.by_hash(policy.hash()).is_some(),
        }
    }

    /// This trust with what a chain from elsewhere, which holds by itself, adds to it (spec §13.13); `None` if it adds
    /// nothing: it does not go on from the chain that is trusted, or does not lead to the policy text that is. A text
    /// does not say whose signatures may change it, so that nothing goes on from there.
    #[must_use]
    pub fn with(&self, chain: &Policies) -> Option<Self> {
        match self {
            Self::Policy(own) => {
                (chain.newest().policy() == own).then(|| Self::Chain(chain.clone()))
            }
            Self::Chain(held) if continues(held, chain) => Some(Self::Chain(chain.clone())),
            Self::Chain(held) => continues(chain, held).then(|| self.clone()),
        }
    }
}

/// Whether each policy of a chain stands at its place in another, newer one.
#[must_use]
pub fn continues(held: &Policies, new: &Policies) -> bool {
    let same = |(old, new): (&Ruling, &Ruling)| {
        (old.digest, old.after, old.first) == (new.digest, new.after, new.first)
    };
    held.rulings().len() <= new.rulings().len()
        && held.rulings().iter().zip(new.rulings()).all(same)
}

impl light::Policies for Trust {
    fn origin(&self) -> &str {
        self.newest().origin()
    }

    fn at(&self, size: TreeSize) -> Option<&Policy> {
        Some(match self {
            Self::Policy(policy) => policy,
            Self::Chain(policies) => policies.ruling(size).policy(),
        })
    }
}

/// Where the chain of a policy text lies.
#[must_use]
pub fn beside(policy: &Path) -> PathBuf {
    policy.with_extension(CHAIN_SUFFIX)
}

fn note_of(file: &str) -> Option<Note> {
    let receipt = || Some(Receipt::parse(file).ok()?.proof.checkpoint);
    let subject = || Some(SubjectProof::parse(file).ok()?.checkpoint);
    let proof = || Some(TlogProof::parse(file).ok()?.checkpoint);
    receipt().or_else(subject).or_else(proof)
}

/// The policies of a chain that holds by itself: it begins where it says.
///
/// # Errors
/// What is wrong with it.
pub fn alone(text: &str) -> Result<Policies, ReceiptError> {
    let chain = PolicyChain::parse(text)?;
    chain.verify(&policy_digest(&chain.first))
}

/// A chain that this user holds.
fn held(path: &Path, text: &str) -> Result<Policies, CliError> {
    alone(text).map_err(|error| CliError::policy(path, fault(&error.fault())))
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| CliError::policy(path, Said::io(&error)))
}
