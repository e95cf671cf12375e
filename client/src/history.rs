//! All records of a subject, fetched page by page, each page proven to go on where the last one ended (spec §13.9).

use std::collections::BTreeMap;

use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::ReceiptError;
use tamga_format::subject::Subject;
use tamga_format::subject_proof::{
    Known, Place, ProvenSubject, SUBJECT_PROOF_HEADER, Standing, SubjectProof,
};

use crate::client::Client;
use crate::error::CliError;

/// How often a list that grows while it is fetched is gone on with.
const PAGES_MAX: usize = 1_024;

/// Why a proof about a subject can't be relied on.
#[derive(Debug)]
pub enum HistoryError {
    /// The node did not answer.
    Client(CliError),
    /// What it answered is not proven.
    Proof(ReceiptError),
    /// It is about another subject than the one asked for.
    OtherSubject(Subject),
}

impl From<CliError> for HistoryError {
    fn from(error: CliError) -> Self {
        Self::Client(error)
    }
}

/// What is proven of a subject as of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The last proof, which says how many records there are and, if it was asked for, the status.
    pub proven: ProvenSubject,
    /// All records, in the order of the log.
    pub records: Vec<Place>,
    /// The proofs, one after the other.
    pub files: Vec<String>,
}

/// Fetches and verifies all records of a subject.
///
/// # Errors
///
/// [`HistoryError`].
pub fn whole(client: &Client, policy: &Policy, subject: &Subject) -> Result<History, HistoryError> {
    let (mut known, mut records, mut files) = (Known::default(), Vec::new(), Vec::new());
    for _ in 0..PAGES_MAX {
        let text = client.subject_proof(subject, known.count(), None)?;
        let proven = judge(&text, policy, subject, &known)?;
        records.extend(proven.records.iter().copied());
        known = proven.known.clone();
        files.push(text);
        if proven.is_complete() {
            return Ok(History { proven, records, files });
        }
    }
    Err(CliError::answer(client.url(), "the list does not end".to_owned()).into())
}

/// Fetches and verifies where a subject stands: how many records it has, and its status.
///
/// # Errors
///
/// [`HistoryError`].
pub fn standing(
    client: &Client,
    policy: &Policy,
    subject: &Subject,
) -> Result<(ProvenSubject, String), HistoryError> {
    let text = client.subject_proof(subject, 0, Some(0))?;
    let proven = judge(&text, policy, subject, &Known::default())?;
    Ok((proven, text))
}

/// Fetches and verifies that a subject's records go on from the ones known, without the records themselves.
///
/// # Errors
///
/// [`HistoryError`]; [`tamga_format::error::FormatCode::SubjectKnown`] or `proof-root` if they do not.
pub fn goes_on(
    client: &Client,
    policy: &Policy,
    subject: &Subject,
    known: &Known,
) -> Result<ProvenSubject, HistoryError> {
    let text = client.subject_proof(subject, known.count(), Some(0))?;
    judge(&text, policy, subject, known)
}

/// The checkpoint that a proof rests on.
#[must_use]
pub fn checkpoint(file: &str) -> Option<Note> {
    SubjectProof::parse(file).ok().map(|proof| proof.checkpoint)
}

/// Whether a file begins as a proof about a subject does.
#[must_use]
pub fn is_proof(file: &[u8]) -> bool {
    file.starts_with(SUBJECT_PROOF_HEADER.as_bytes())
}

/// What files that are proofs about subjects show, taken one after the other: a page goes on where the one before ended.
#[derive(Clone, Debug, Default)]
pub struct Lists(BTreeMap<Subject, ProvenSubject>);

impl Lists {
    /// Judges a file and adds what it shows of its subject to what was shown before.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Proof`].
    pub fn add(&mut self, file: &[u8], policy: &Policy) -> Result<ProvenSubject, HistoryError> {
        let text = core::str::from_utf8(file).unwrap_or_default();
        let proof = SubjectProof::parse(text).map_err(|fault| HistoryError::Proof(fault.into()))?;
        let goes_on = match &proof.standing {
            Standing::Present(present) => present.held.size() > 0,
            Standing::Absent => false,
        };
        let before = self.0.get(&proof.subject).filter(|_| goes_on);
        let known = before.map_or_else(Known::default, |before| before.known.clone());
        let page = proof.verify(policy, &known).map_err(HistoryError::Proof)?;
        let mut whole = page.clone();
        if let Some(before) = before {
            whole.first = before.first;
            whole.records = [&before.records[..], &page.records].concat();
        }
        self.0.insert(proof.subject, whole);
        Ok(page)
    }

    /// What is shown of each subject, in one run from the first record shown to the last.
    pub fn whole(&self) -> impl Iterator<Item = &ProvenSubject> {
        self.0.values()
    }
}

/// Judges a proof about a subject.
///
/// # Errors
///
/// [`HistoryError`].
pub fn judge(
    text: &str,
    policy: &Policy,
    subject: &Subject,
    known: &Known,
) -> Result<ProvenSubject, HistoryError> {
    let proof = SubjectProof::parse(text).map_err(|fault| HistoryError::Proof(fault.into()))?;
    if proof.subject != *subject {
        return Err(HistoryError::OtherSubject(proof.subject));
    }
    proof.verify(policy, known).map_err(HistoryError::Proof)
}
