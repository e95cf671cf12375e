//! The chain of policies: by which the policy of the genesis leads to the one in force, and to
//! every one between, offline (spec §13.16).
//!
//! A policy says who makes checkpoints final; who may replace it, the governance keys of its
//! organisations say. So a step holds if these have signed the next policy, and it shows the
//! receipt of that record under a later checkpoint, which the new keys made final. All checkpoints
//! are of one log, so that the newest keys vouch for everything before, and retired ones for nothing.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::cbor::{self, Limits, Value};
use crate::checkpoint::Checkpoint;
use crate::error::{FormatCode, FormatError};
use crate::id::{Height, PolicyHash, TreeSize, UnixMillis};
use crate::limits::{POLICIES_MAX, POLICY_CHAIN_BYTES_MAX};
use crate::merkle::{Hash, verify_consistency};
use crate::note::{b64_encode, decimal};
use crate::policy::Policy;
use crate::policy_record::{POLICY_KIND, PolicyPayload, policy_payload};
use crate::receipt::{Lines, Proven, Receipt, ReceiptError};
use crate::subject::{Role, Subject};

/// First line of the file.
pub const POLICY_CHAIN_HEADER: &str = "tamga-policies/v1";

/// The parts of the file; nothing is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChain {
    /// The signed fields of the policy of the genesis.
    pub first: Vec<(u16, Value)>,
    /// Each policy after it, in order of their numbers.
    pub steps: Vec<PolicyStep>,
}

/// One policy after that of the genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyStep {
    /// The proof that the log of this step's checkpoint extends that of the step before; empty in the first.
    pub consistency: Vec<Hash>,
    /// The receipt of the record that entered the policy, under a checkpoint that it rules or a
    /// later policy does.
    pub receipt: Receipt,
}

/// A policy of a chain that holds, and the part of the log that it rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Number of the policy; 0 is that of the genesis.
    pub number: u64,
    /// Digest of its payload.
    pub digest: [u8; 32],
    /// Its payload: the policy, the validators, and who may replace them.
    pub payload: PolicyPayload,
    /// It rules checkpoints of more leaves than this, until the next policy does.
    pub after: TreeSize,
    /// The height from which it rules.
    pub first: Height,
    /// When the record that entered it was recorded; the genesis has none.
    pub recorded_at: Option<UnixMillis>,
}

impl Ruling {
    /// The policy.
    pub const fn policy(&self) -> &Policy {
        &self.payload.policy
    }
}

/// The policies of a ledger, proven by a chain, each with what it rules; only [`PolicyChain`] makes
/// them. Never empty; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies(Arc<[Ruling]>);

impl PolicyChain {
    /// Reads a file in its one form; no proof or signature is checked.
    ///
    /// # Errors
    /// [`FormatCode::ProofFileTooLong`], [`FormatCode::ProofFileVersion`],
    /// [`FormatCode::ProofFileSyntax`] with the line, or the error of the part that is malformed,
    /// with the line counted within that part.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::ProofFileSyntax, line);
        if text.len() > POLICY_CHAIN_BYTES_MAX {
            return Err(FormatError::new(FormatCode::ProofFileTooLong, POLICY_CHAIN_BYTES_MAX));
        }
        if text.split('\n').next() != Some(POLICY_CHAIN_HEADER) {
            return Err(FormatError::new(FormatCode::ProofFileVersion, 0));
        }
        let text_of_steps = text.strip_suffix('\n').ok_or(syntax(0))?;
        let mut parts = text_of_steps.split("\n\npolicy ");
        let mut lines = Lines::of(parts.next().unwrap_or_default());
        // The first line was read above.
        let _header = lines.next();
        let first = lines.bytes("first ")?;
        if lines.next().is_some() {
            return Err(syntax(lines.number));
        }
        let first = cbor::decode(&first, Limits::STANDARD)?;
        let first = (1..).zip(first.as_list().unwrap_or_default().iter().cloned()).collect();
        let mut steps = Vec::new();
        for (number, part) in (1_u64..).zip(parts) {
            if steps.len() == POLICIES_MAX {
                return Err(FormatError::new(FormatCode::ProofFileTooLong, POLICIES_MAX));
            }
            let (head, receipt) = part.split_once("\n\n").ok_or(syntax(0))?;
            let mut lines = Lines::of(head);
            if lines.next().and_then(decimal) != Some(number) {
                return Err(syntax(0));
            }
            let consistency = lines.path("consistency ")?;
            if lines.next().is_some() {
                return Err(syntax(lines.number));
            }
            let receipt = Receipt::parse(&format!("{receipt}\n"))?;
            steps.push(PolicyStep { consistency, receipt });
        }
        let chain = Self { first, steps };
        // One form: whatever a part's own parser may forgive is refused here.
        if chain.encode() == text { Ok(chain) } else { Err(syntax(0)) }
    }

    /// The text of the file.
    pub fn encode(&self) -> String {
        let mut text = POLICY_CHAIN_HEADER.to_string();
        text.extend(["\nfirst ", &b64_encode(&policy_payload(&self.first)), "\n"]);
        for (number, step) in (1_u64..).zip(&self.steps) {
            text.push_str(&format!("\npolicy {number}\n"));
            for hash in &step.consistency {
                text.extend(["consistency ", &b64_encode(hash), "\n"]);
            }
            text.push('\n');
            text.push_str(&step.receipt.encode());
        }
        text
    }

    /// Checks everything (spec §13.17). `root` is the digest of the policy of the genesis, the one
    /// thing that is trusted: it commits to the first policy and to who may replace it.
    ///
    /// # Errors
    /// [`ReceiptError::Mismatch`] if the chain must not be relied on,
    /// [`ReceiptError::CannotCheck`] if another program is needed to tell. Positions of
    /// [`FormatCode::PolicyChainRecord`] and [`FormatCode::PolicyChainOrder`] are numbers of policies.
    pub fn verify(&self, root: &[u8; 32]) -> Result<Policies, ReceiptError> {
        let wrong_root = FormatError::new(FormatCode::PolicyChainRoot, 0);
        let payload = PolicyPayload::read(&self.first).map_err(|_| wrong_root)?;
        if payload.digest() != *root || payload.number != 0 {
            return Err(wrong_root.into());
        }
        let mut rulings = Vec::with_capacity(self.steps.len() + 1);
        rulings.push(Ruling {
            number: 0,
            digest: payload.digest(),
            payload,
            after: TreeSize(0),
            first: Height(0),
            recorded_at: None,
        });
        for step in &self.steps {
            let last = rulings.last().ok_or(wrong_root)?;
            rulings.push(next(last, &step.receipt)?);
        }
        let policies = Policies(rulings.into());
        let mut before: Option<Checkpoint> = None;
        for (number, step) in (1_usize..).zip(&self.steps) {
            let out_of_order = FormatError::new(FormatCode::PolicyChainOrder, number);
            let checkpoint = Checkpoint::parse(&step.receipt.proof.checkpoint.text)?;
            let ruling = policies.ruling(checkpoint.size);
            // What the old policy made final says nothing about the keys of the new one.
            if checkpoint.size <= step.receipt.block.size {
                return Err(out_of_order.into());
            }
            step.receipt.verify(ruling.policy())?;
            match before {
                Some(before) => verify_consistency(
                    before.size.get(),
                    checkpoint.size.get(),
                    &step.consistency,
                    &before.root,
                    &checkpoint.root,
                )?,
                None if step.consistency.is_empty() => {}
                None => return Err(out_of_order.into()),
            }
            before = Some(checkpoint);
        }
        Ok(policies)
    }
}

/// The policy that a record enters, checked against the one before it; its receipt is not.
fn next(last: &Ruling, receipt: &Receipt) -> Result<Ruling, FormatError> {
    let number = last.number.saturating_add(1);
    let at = usize::try_from(number).unwrap_or(usize::MAX);
    let wrong = |what| FormatError::new(FormatCode::PolicyChainRecord, at).of(what);
    let record = receipt.record.record();
    if record.kind != POLICY_KIND || record.subject != Subject::registered(Role::Item, "policy") {
        return Err(wrong("kind"));
    }
    let payload = PolicyPayload::read(&record.fields).map_err(|fault| wrong(fault.field))?;
    if payload.number != number {
        return Err(wrong("number"));
    }
    if payload.predecessor != last.digest {
        return Err(wrong("predecessor"));
    }
    let names = payload.validators.members().iter().map(|it| it.name.as_str()).collect();
    let quorum = payload.validators.quorum();
    if payload.policy.origin() != last.policy().origin()
        || !payload.policy.demands_validators(&names, quorum)
    {
        return Err(wrong("policy"));
    }
    let old: Vec<[u8; 32]> = last.payload.keys().into_iter().map(|(_, key)| key).collect();
    payload
        .check_signatures(&record.fields, last.payload.governance.values(), |key| old.contains(key))
        .map_err(|fault| wrong(fault.field))?;
    if receipt.block.size < last.after || receipt.block.height.next() < last.first {
        return Err(FormatError::new(FormatCode::PolicyChainOrder, at));
    }
    Ok(Ruling {
        number,
        digest: payload.digest(),
        payload,
        after: receipt.block.size,
        first: receipt.block.height.next(),
        recorded_at: Some(receipt.block.time),
    })
}

impl Policies {
    /// All of them, in order of their numbers.
    pub fn rulings(&self) -> &[Ruling] {
        &self.0
    }

    /// Digest of the policy of the genesis: what was trusted.
    pub fn root(&self) -> [u8; 32] {
        self.0.first().map_or([0; 32], |first| first.digest)
    }

    /// The one in force as far as the chain goes.
    ///
    /// # Panics
    /// Never: there is that of the genesis.
    pub fn newest(&self) -> &Ruling {
        self.0.last().expect("a chain begins with the policy of the genesis")
    }

    /// The policy by which a checkpoint of so many leaves is judged.
    pub fn ruling(&self, size: TreeSize) -> &Ruling {
        // A checkpoint of no leaves has no policy; any would do to refuse it.
        self.0.iter().rev().find(|ruling| ruling.after < size).unwrap_or(self.newest())
    }

    /// The policy with this hash, as block leaves name it.
    pub fn by_hash(&self, hash: PolicyHash) -> Option<&Ruling> {
        self.0.iter().find(|ruling| ruling.policy().hash() == hash)
    }

    /// These and the one that a receipt's record enters, for whoever follows a running ledger: the
    /// checkpoint may be that of the record's own block, which the newest of these made final. It
    /// says what is to come, so that the keys of the next policy need not have signed anything yet.
    ///
    /// # Errors
    /// [`ReceiptError`] if the record must not be followed.
    pub fn followed_by(&self, receipt: &Receipt) -> Result<Self, ReceiptError> {
        let ruling = next(self.newest(), receipt)?;
        let policies = Self(self.0.iter().cloned().chain([ruling]).collect());
        policies.verify_receipt(receipt)?;
        Ok(policies)
    }

    /// Checks a receipt by the policy that rules its checkpoint (spec §13.17).
    ///
    /// # Errors
    /// Those of [`Receipt::verify`].
    pub fn verify_receipt(&self, receipt: &Receipt) -> Result<(Proven, &Ruling), ReceiptError> {
        let checkpoint = Checkpoint::parse(&receipt.proof.checkpoint.text)?;
        let ruling = self.ruling(checkpoint.size);
        Ok((receipt.verify(ruling.policy())?, ruling))
    }
}

/// Whether a text says that it is a chain of policies.
pub fn is_policy_chain(text: &str) -> bool {
    text.split('\n').next() == Some(POLICY_CHAIN_HEADER)
}
