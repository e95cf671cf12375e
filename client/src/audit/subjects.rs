//! What a node stores of subjects, against the map that the log leads to.
//!
//! The inner nodes of the map are made of the stored subjects whenever a store is opened; so a changed subject shows in
//! its own proof, or in that of another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use tamga_format::id::{Height, sha256};
use tamga_format::policy::Policy;
use tamga_format::receipt::ReceiptError;
use tamga_format::subject::Subject;
use tamga_format::subject_proof::{Known, SubjectProof};
use tamga_state::Replay;

use super::run::parallel;
use super::{Class, Finding};
use crate::client::Client;
use crate::error::{CliError, Exit};

/// What came of it.
#[derive(Debug, Default)]
pub struct Compared {
    /// Subjects that were compared.
    pub subjects: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// The subjects to compare: all, or as many as are wanted, of which no node knows in advance which.
fn sample(replay: &Replay, most: usize) -> Result<Vec<Subject>, CliError> {
    let few: Vec<Subject> = replay.subjects().take(most.saturating_add(1)).collect();
    if few.len() <= most {
        return Ok(few);
    }
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| CliError::bug(&error.to_string()))?;
    // Those whose keys hash to the least, without a copy of all.
    let mut chosen = BTreeMap::new();
    for subject in replay.subjects() {
        chosen.insert(sha256(&[&random, subject.map_key().as_bytes()]), subject);
        if chosen.len() > most {
            chosen.pop_last();
        }
    }
    Ok(chosen.into_values().collect())
}

/// Compares what the node serves of at most so many subjects; `None` when interrupted.
///
/// # Errors
/// When the node is not reachable.
pub fn compare(
    client: &Client,
    policy: &Policy,
    replay: &Replay,
    most: usize,
    jobs: usize,
    interrupted: &AtomicBool,
) -> Result<Option<Compared>, CliError> {
    let subjects = sample(replay, most)?;
    let judged = parallel(&subjects, jobs, |subject| {
        if interrupted.load(Ordering::Relaxed) {
            return Ok(None);
        }
        judge(client, policy, replay, subject).map(Some)
    })?;
    let Some(judged) = judged.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
    let mut compared = Compared::default();
    for (subject, verdict) in subjects.iter().zip(judged) {
        compared.subjects = compared.subjects.saturating_add(u64::from(verdict != Verdict::Unseen));
        if let Verdict::Wrong(detail, height) = verdict {
            let finding = Finding::new(Class::Subject, detail).about(*subject);
            compared.findings.push(Finding { height, ..finding });
        }
    }
    Ok(Some(compared))
}

/// What is said of one subject.
#[derive(PartialEq, Eq)]
enum Verdict {
    /// What the log leads to, or, where the node is ahead of the audit, what its own block commits.
    Right,
    /// Something else, with the block it was to be of.
    Wrong(String, Option<Height>),
    /// It changes too fast, or another policy is needed to tell.
    Unseen,
}

fn judge(
    client: &Client,
    policy: &Policy,
    replay: &Replay,
    subject: &Subject,
) -> Result<Verdict, CliError> {
    let wrong = |detail: &str| Ok(Verdict::Wrong(detail.to_owned(), None));
    // With its records, as many as stand in one proof.
    let text = match client.subject_proof(subject, 0, None) {
        Err(error) if error.is_retryable() => return Ok(Verdict::Unseen),
        Err(error) if error.is_of_node() => return wrong(&error.code),
        Err(error) if matches!(error.exit, Exit::NotFound | Exit::CannotCheck) => {
            return wrong("none");
        }
        text => text?,
    };
    let proof = match SubjectProof::parse(&text) {
        Ok(proof) if proof.subject == *subject => proof,
        Ok(_) => return wrong("of another subject"),
        Err(error) => return wrong(&error.to_string()),
    };
    let height = proof.block.height;
    let proven = match proof.verify(policy, &Known::default()) {
        Ok(proven) => proven,
        Err(ReceiptError::Mismatch(error)) => {
            return Ok(Verdict::Wrong(error.to_string(), Some(height)));
        }
        // A node that is ahead may be under another policy; of the block that was audited everything can be checked.
        Err(ReceiptError::CannotCheck(_)) if height > replay.height() => {
            return Ok(Verdict::Unseen);
        }
        Err(ReceiptError::CannotCheck(_)) => {
            return Ok(Verdict::Wrong("not to be checked".to_owned(), Some(height)));
        }
    };
    // The node may be ahead; what its later blocks commit is for the audit of those to say.
    if height != replay.height() || replay.astray().is_some() {
        return Ok(Verdict::Right);
    }
    let tree = replay.tree(subject);
    let status = replay.state().of(subject).map(|row| row.bytes.to_vec());
    let same =
        (proven.count, proven.root, proven.status) == (tree.size(), tree.root(), Some(status));
    Ok(if same { Verdict::Right } else { Verdict::Wrong("other".to_owned(), Some(height)) })
}
