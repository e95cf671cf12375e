//! Evidence of a fork: two checkpoints that can't both be of one log that only grows, and the keys that signed both
//! (spec §13.14).
//!
//! A [contradiction](crate::contradiction) is one key and one size. Evidence is of any two sizes and of all keys that
//! signed both checkpoints, so that it shows how many had to be dishonest, stolen or broken together.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::cosignature;
use crate::error::{FormatCode, FormatError};
use crate::id::TreeRoot;
use crate::limits::{NOTE_SIGNATURES_MAX, PROOF_FILE_BYTES_MAX};
use crate::merkle::{Hash, verify_consistency};
use crate::note::{Note, VKey, b64_encode};
use crate::policy::Policy;
use crate::receipt::{Lines, ReceiptError};

/// First line of a file of evidence.
pub const EVIDENCE_HEADER: &str = "tamga-evidence/v1";

/// What the larger log has where the smaller one ends: the root of so many of its leaves, and the proof of that from
/// there to its own size.
pub type Prefix = (TreeRoot, Vec<Hash>);

/// Two checkpoints of one log of which one is false, and the keys that signed both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    keys: Vec<VKey>,
    prefix: Option<Prefix>,
    notes: [Note; 2],
    checkpoints: [Checkpoint; 2],
}

/// What evidence says to whoever trusts a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Cosigners that signed both, by policy name and in policy order.
    pub cosigners: Vec<String>,
    /// Whether the log's key signed both.
    pub log: bool,
    /// How many cosigners may fail before the policy's promise does.
    pub withstands: usize,
    /// Whether each checkpoint is final under the policy.
    pub finals: [bool; 2],
    /// Who signed each checkpoint, and when in UTC seconds; the log's signature has no time.
    pub signers: [Vec<(String, Option<u64>)>; 2],
}

impl Judged {
    /// Whether more keys failed than the policy withstands, so that finality itself is broken.
    #[must_use]
    pub fn exceeds(&self) -> bool {
        self.cosigners.len() > self.withstands || self.finals == [true, true]
    }
}

impl Evidence {
    /// Checks that these notes are of one log, that they can't both be true, and that every key signed both.
    ///
    /// # Errors
    /// [`FormatCode::EvidenceNone`] if both can be true, the notes are not in order, or a key is not in the order of the
    /// first note's lines, stands twice or signed one note only; [`FormatCode::ProofShape`] or [`FormatCode::ProofRoot`] if the prefix is not the
    /// larger log's; those of [`Checkpoint::parse`] and [`cosignature::verify_line`], at the key's line.
    pub fn new(
        keys: Vec<VKey>,
        notes: [Note; 2],
        prefix: Option<Prefix>,
    ) -> Result<Self, FormatError> {
        let none = FormatError::new(FormatCode::EvidenceNone, 0);
        let [first, second] = &notes;
        let checkpoints = [Checkpoint::parse(&first.text)?, Checkpoint::parse(&second.text)?];
        conflict(&checkpoints, prefix.as_ref())?;
        if keys.is_empty() || keys.len() > NOTE_SIGNATURES_MAX {
            return Err(none);
        }
        let mut seen = BTreeSet::new();
        let mut next = 0;
        for (at, key) in (1..).zip(&keys) {
            let place = first.signatures.iter().position(|line| key.is_named_by(line));
            let place = place.filter(|place| *place >= next).ok_or(none)?;
            // A key that counts twice would make a fork look like the work of more.
            if !seen.insert(*key.key()) {
                return Err(none);
            }
            next = place + 1;
            for note in &notes {
                let mut signed = false;
                for line in note.signatures.iter().filter(|line| key.is_named_by(line)) {
                    cosignature::verify_line(key, &note.text, line)
                        .map_err(|error| FormatError { at, ..error })?;
                    signed = true;
                }
                if !signed {
                    return Err(none);
                }
            }
        }
        Ok(Self { keys, prefix, notes, checkpoints })
    }

    /// The evidence that two notes make, each judged by its policy: of each the lines of the policy's keys, and as keys
    /// those that signed both. The prefix is that of the larger log, none if both are of one size.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn between(
        notes: [(&Note, &Policy); 2],
        prefix: Option<Prefix>,
    ) -> Result<Self, FormatError> {
        let clean = |(note, policy): (&Note, &Policy)| {
            let mut clean = Note { text: note.text.clone(), signatures: Vec::new() };
            let mut keys = Vec::new();
            for (_, key) in known(policy) {
                if let Some(line) = note.signatures.iter().find(|line| key.is_named_by(line)) {
                    clean.signatures.push(line.clone());
                    keys.push(key.clone());
                }
            }
            let size = Checkpoint::parse(&clean.text)?.size;
            Ok::<_, FormatError>((size, clean, keys))
        };
        let [a, b] = notes;
        let mut sides = [clean(a)?, clean(b)?];
        sides.sort_by(|a, b| (a.0, &a.1.text).cmp(&(b.0, &b.1.text)));
        let [(_, first, mut keys), (_, second, others)] = sides;
        keys.retain(|key| others.contains(key));
        Self::new(keys, [first, second], prefix)
    }

    /// The keys that signed both; whose they are, a policy says.
    #[must_use]
    pub fn keys(&self) -> &[VKey] {
        &self.keys
    }

    /// The two checkpoints, the smaller first.
    #[must_use]
    pub const fn checkpoints(&self) -> &[Checkpoint; 2] {
        &self.checkpoints
    }

    /// The two notes, in the same order.
    #[must_use]
    pub const fn notes(&self) -> &[Note; 2] {
        &self.notes
    }

    /// The root that the larger log has at the size of the smaller one; its own if both are of one size.
    #[must_use]
    pub const fn other_root(&self) -> TreeRoot {
        match &self.prefix {
            Some((root, _)) => *root,
            None => self.checkpoints[1].root,
        }
    }

    /// What this says to whoever trusts a policy for each checkpoint; mostly it is one and the same.
    ///
    /// # Errors
    /// [`ReceiptError::CannotCheck`] with [`FormatCode::NoteOrigin`] if it is about another log, or
    /// [`FormatCode::EvidenceKey`] if a signature is by a key that the policy does not name;
    /// [`ReceiptError::Mismatch`] if a signature does not hold or stands twice.
    pub fn judge(&self, policies: [&Policy; 2]) -> Result<Judged, ReceiptError> {
        let [smaller, larger] = policies;
        let first = judge_note(&self.notes[0], &self.checkpoints[0], smaller)?;
        let second = judge_note(&self.notes[1], &self.checkpoints[1], larger)?;
        let both = |key: &VKey| self.keys.contains(key);
        let signed_both = smaller.witnesses().filter(|witness| both(&witness.key));
        Ok(Judged {
            cosigners: signed_both.map(|witness| witness.name.clone()).collect(),
            log: both(smaller.log()),
            withstands: smaller.withstands().min(larger.withstands()),
            finals: [first.is_final, second.is_final],
            signers: [first.signers, second.signers],
        })
    }

    /// The file.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = EVIDENCE_HEADER.to_owned();
        for key in &self.keys {
            text.push_str(&format!("\nkey {key}"));
        }
        if let Some((root, path)) = &self.prefix {
            text.push_str(&format!("\nprefix {}", b64_encode(&root.0)));
            for hash in path {
                text.push_str(&format!("\nprefix-hash {}", b64_encode(hash)));
            }
        }
        let [first, second] = &self.notes;
        format!("{text}\n\n{}\n{}", first.encode(), second.encode())
    }

    /// Reads a file in its one form, and checks it as [`Self::new`] does.
    ///
    /// # Errors
    /// [`FormatCode::ProofFileTooLong`], [`FormatCode::ProofFileVersion`], [`FormatCode::ProofFileSyntax`] with the line,
    /// the error of the part that is malformed, and those of [`Self::new`].
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::ProofFileSyntax, line);
        if text.len() > PROOF_FILE_BYTES_MAX {
            return Err(FormatError::new(FormatCode::ProofFileTooLong, PROOF_FILE_BYTES_MAX));
        }
        let mut parts = text.split("\n\n");
        let mut part = || parts.next().ok_or(syntax(0));
        let mut lines = Lines::of(part()?);
        if lines.next() != Some(EVIDENCE_HEADER) {
            return Err(FormatError::new(FormatCode::ProofFileVersion, 0));
        }
        let mut keys = Vec::new();
        while lines.at("key ") {
            let at = lines.number;
            if keys.len() == NOTE_SIGNATURES_MAX {
                return Err(syntax(at));
            }
            let key = VKey::parse(lines.value("key ")?);
            keys.push(key.map_err(|error| FormatError { at, ..error })?);
        }
        let prefix = if lines.at("prefix ") {
            Some((TreeRoot(lines.array("prefix ")?), lines.path("prefix-hash ")?))
        } else {
            None
        };
        if lines.next().is_some() {
            return Err(syntax(lines.number));
        }
        let mut begin = lines.number;
        let mut note = |end: &str| {
            let (text, signatures) = (part()?, part()?);
            let note = format!("{text}\n\n{signatures}{end}");
            let in_file = |error: FormatError| FormatError { at: begin + error.at, ..error };
            let parsed = Note::parse(&note).map_err(in_file)?;
            Checkpoint::parse(&parsed.text).map_err(in_file)?;
            begin += note.split('\n').count();
            Ok(parsed)
        };
        // The empty line between the notes has taken the line feed that ends the first.
        let notes = [note("\n")?, note("")?];
        let evidence = Self::new(keys, notes, prefix)?;
        if evidence.encode() == text { Ok(evidence) } else { Err(syntax(0)) }
    }
}

/// Whether a file begins as evidence does.
#[must_use]
pub fn is_evidence(file: &[u8]) -> bool {
    file.starts_with(EVIDENCE_HEADER.as_bytes())
}

/// Two checkpoints that can't both be true.
fn conflict(checkpoints: &[Checkpoint; 2], prefix: Option<&Prefix>) -> Result<(), FormatError> {
    let none = FormatError::new(FormatCode::EvidenceNone, 0);
    let [first, second] = checkpoints;
    if first.origin != second.origin {
        return Err(none);
    }
    match prefix {
        None if first.size == second.size && first.body() < second.body() => Ok(()),
        Some((root, path)) if first.size < second.size => {
            let (smaller, larger) = (first.size.get(), second.size.get());
            verify_consistency(smaller, larger, path, root, &second.root)?;
            if *root == first.root { Err(none) } else { Ok(()) }
        }
        _ => Err(none),
    }
}

/// Every key of a policy with its name, the log's first.
fn known(policy: &Policy) -> impl Iterator<Item = (&str, &VKey)> {
    let witnesses = policy.witnesses().map(|witness| (witness.name.as_str(), &witness.key));
    [(policy.origin(), policy.log())].into_iter().chain(witnesses)
}

/// A note of evidence under a policy.
struct JudgedNote {
    is_final: bool,
    signers: Vec<(String, Option<u64>)>,
}

fn judge_note(
    note: &Note,
    checkpoint: &Checkpoint,
    policy: &Policy,
) -> Result<JudgedNote, ReceiptError> {
    if checkpoint.origin != policy.origin() {
        return Err(FormatError::new(FormatCode::NoteOrigin, 0).into());
    }
    let (mut log, mut names, mut signers) = (false, BTreeSet::new(), Vec::new());
    for (at, line) in note.signatures.iter().enumerate() {
        let found = known(policy).find(|(_, key)| key.is_named_by(line));
        let (name, key) = found.ok_or(FormatError::new(FormatCode::EvidenceKey, at))?;
        let time = cosignature::verify_line(key, &note.text, line)
            .map_err(|error| FormatError { at, ..error })?;
        let is_log = key == policy.log();
        let again = if is_log { log } else { !names.insert(name) };
        if again {
            return Err(FormatError::new(FormatCode::NoteNotMinimal, at).into());
        }
        log |= is_log;
        signers.push((name.to_owned(), time));
    }
    Ok(JudgedNote { is_final: log && policy.is_satisfied_by(&names), signers })
}
