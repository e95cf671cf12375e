//! A ledger that is only asked: what a dry run uses when there is one.
//!
//! A ledger judges a request over its own state, in which the records of this run are not. So a request
//! begins with the records of this run that its own may follow from: those that would be taken and belong
//! to the same group. Two records belong together when they are about one case, document, complaint or work, or
//! are mandates of one rightsholder; what a record does to any other subject is counted and turns no verdict
//! (spec §16.5, §23).

use std::collections::BTreeMap;

use tamga_format::body::Submission;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;

use super::sink::{Known, Patience, Sink, Verdict, verdict};
use crate::client::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, Client};
use crate::error::CliError;

/// A ledger behind its HTTP interface, asked without effect.
pub struct TrialSink<'a> {
    client: &'a Client,
    groups: Groups,
}

/// Records of this run that would be taken, by group, in their order.
#[derive(Default)]
struct Groups {
    of: BTreeMap<Subject, usize>,
    /// The group that a group was joined to; itself for one that stands.
    joined: Vec<usize>,
    held: Vec<Vec<(u64, Vec<u8>)>>,
    next: u64,
}

/// The records of one group in one request: first those held, then new ones by their place in the batch.
struct Part {
    group: usize,
    new: Vec<usize>,
}

impl<'a> TrialSink<'a> {
    /// The ledger of `client`.
    #[must_use]
    pub fn new(client: &'a Client) -> Self {
        Self { client, groups: Groups::default() }
    }

    /// Asks about some groups at once and puts the verdicts in their places.
    fn ask(
        &mut self,
        parts: &[Part],
        encoded: &[Vec<u8>],
        verdicts: &mut [Option<Verdict>],
    ) -> Result<(), CliError> {
        let mut request: Vec<&[u8]> = Vec::new();
        let mut places: Vec<Option<(usize, usize)>> = Vec::new();
        for part in parts {
            let held = self.groups.held(part.group);
            request.extend(held.iter().map(|(_, bytes)| bytes.as_slice()));
            places.resize(request.len(), None);
            for at in &part.new {
                request.extend(encoded.get(*at).map(Vec::as_slice));
                places.push(Some((part.group, *at)));
            }
        }
        let lines = self.client.ask_batch(&request)?;
        for (place, line) in places.into_iter().zip(lines) {
            let Some((group, at)) = place else { continue };
            let found = match verdict(line, false) {
                // Asking again would give the same answer: nothing is under way.
                Verdict::Refused { code, detail, hint, .. } => {
                    Verdict::Refused { code, detail, hint, retryable: false }
                }
                taken @ Verdict::Taken { .. } => taken,
            };
            if let (Verdict::Taken { known: Known::No, .. }, Some(bytes)) =
                (&found, encoded.get(at))
            {
                self.groups.hold(group, bytes.clone());
            }
            if let Some(slot) = verdicts.get_mut(at) {
                *slot = Some(found);
            }
        }
        Ok(())
    }
}

impl Sink for TrialSink<'_> {
    fn submit(&mut self, batch: &[&Submission]) -> Result<Vec<Verdict>, CliError> {
        let encoded: Vec<Vec<u8>> = batch.iter().map(|submission| submission.encode()).collect();
        for submission in batch {
            self.groups.join(submission);
        }
        let mut parts: Vec<Part> = Vec::new();
        for (at, submission) in batch.iter().enumerate() {
            let group = self.groups.join(submission);
            match parts.iter_mut().find(|part| part.group == group) {
                Some(part) => part.new.push(at),
                None => parts.push(Part { group, new: vec![at] }),
            }
        }
        let mut verdicts = vec![None; batch.len()];
        let mut waiting = Vec::new();
        let (mut records, mut bytes) = (0, 0);
        for part in parts {
            let held = self.groups.held(part.group);
            let new = part.new.iter().filter_map(|at| encoded.get(*at));
            let sizes = held.iter().map(|(_, bytes)| bytes.len()).chain(new.map(Vec::len));
            let (count, size) = sizes.fold((0, 0), |(count, sum), size| (count + 1, sum + size));
            if count > BATCH_RECORDS_MAX || size > BATCH_BYTES_MAX {
                return Err(CliError::trial_too_large(BATCH_RECORDS_MAX));
            }
            if records + count > BATCH_RECORDS_MAX || bytes + size > BATCH_BYTES_MAX {
                self.ask(&std::mem::take(&mut waiting), &encoded, &mut verdicts)?;
                (records, bytes) = (0, 0);
            }
            (records, bytes) = (records + count, bytes + size);
            waiting.push(part);
        }
        self.ask(&waiting, &encoded, &mut verdicts)?;
        verdicts
            .into_iter()
            .map(|verdict| verdict.ok_or_else(|| CliError::bug("each record is in a part")))
            .collect()
    }

    fn settle(&mut self, batch: &[&Submission], _: Patience) -> Result<Vec<Verdict>, CliError> {
        Ok(batch.iter().map(|_| Verdict::Taken { known: Known::Yes, index: None }).collect())
    }

    fn pause(&mut self) {}

    fn has_places(&self) -> bool {
        false
    }
}

impl Groups {
    /// The group of a record, after joining the groups of everything it is about.
    fn join(&mut self, submission: &Submission) -> usize {
        let record = submission.record().record();
        let mandate = record.kind == Kind::R03.number();
        let ties = |subject: &Subject| {
            *subject == record.subject
                || matches!(
                    subject.role,
                    Role::Case | Role::Document | Role::Complaint | Role::Work
                )
                || (mandate && subject.role == Role::Rightsholder)
        };
        let mut found: Option<usize> = None;
        for subject in record.all_subjects().filter(ties) {
            let group = match self.of.get(&subject) {
                Some(group) => self.standing(*group),
                None => found.unwrap_or_else(|| self.add()),
            };
            let group = found.map_or(group, |other| self.unite(other, group));
            self.of.insert(subject, group);
            found = Some(group);
        }
        found.unwrap_or_else(|| self.add())
    }

    fn add(&mut self) -> usize {
        let group = self.joined.len();
        self.joined.push(group);
        self.held.push(Vec::new());
        group
    }

    /// The group that stands for this one.
    fn standing(&self, mut group: usize) -> usize {
        while let Some(next) = self.joined.get(group).filter(|next| **next != group) {
            group = *next;
        }
        group
    }

    fn unite(&mut self, one: usize, other: usize) -> usize {
        if one == other {
            return one;
        }
        let moved = self.held.get_mut(other).map(std::mem::take).unwrap_or_default();
        if let (Some(held), Some(joined)) = (self.held.get_mut(one), self.joined.get_mut(other)) {
            held.extend(moved);
            held.sort_unstable_by_key(|(number, _)| *number);
            *joined = one;
        }
        one
    }

    fn held(&self, group: usize) -> &[(u64, Vec<u8>)] {
        self.held.get(group).map_or(&[], Vec::as_slice)
    }

    fn hold(&mut self, group: usize, bytes: Vec<u8>) {
        self.next = self.next.saturating_add(1);
        if let Some(held) = self.held.get_mut(group) {
            held.push((self.next, bytes));
        }
    }
}
