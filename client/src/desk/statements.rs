//! Statements to rightsholders over the batches of an organisation's book that none covers yet (spec §23.12).

use std::collections::BTreeMap;

use serde_json::json;
use tamga_api::draft::parse_subject;
use tamga_format::body::Submission;
use tamga_format::cbor::Value;
use tamga_format::error::FormatError;
use tamga_format::id::{SubjectId, sha256};
use tamga_format::lines::{AllocationLine, BatchIndex, Line as _, PayoutLine};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::royalty::lines::Remainders;
use tamga_state::royalty::statement::StatementSums;
use tamga_state::status::{Batch, RightsholderStatus};

use super::complete::refused;
use super::ledger::{Chunks, LedgerView};
use super::run::{Scribe, Written};
use crate::error::CliError;
use crate::text;

/// Bytes of range proofs in one statement: a body holds 64 KiB, and its other fields some hundred bytes.
const RANGES_BYTES_MAX: usize = 60 * 1024;

/// A batch of the book that can be proved from.
struct Proved {
    id: SubjectId,
    batch: Batch,
    index: BatchIndex,
    chunks: Chunks,
}

/// A book whose statements are written.
pub struct Statements {
    okup: Subject,
    period: String,
    /// The batches by their number, from 1.
    batches: BTreeMap<u64, Proved>,
    count: u64,
}

/// How far the statements to one rightsholder are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The rightsholder.
    pub rightsholder: SubjectId,
    /// Batches of the book that are covered.
    pub covered: u64,
    /// The balance that the last statement closed at.
    pub closing: i64,
}

impl Statements {
    /// The statements of an organisation for a period, and who is to get one: everybody with lines in a batch that is
    /// not covered.
    ///
    /// # Errors
    /// When the node can't be asked, or does not hold a batch.
    pub fn open(
        ledger: &LedgerView<'_>,
        (okup, book): (Subject, &Subject),
        period: &str,
    ) -> Result<(Self, Vec<Standing>), CliError> {
        let mut batches = BTreeMap::new();
        let mut tags: BTreeMap<SubjectId, u64> = BTreeMap::new();
        for (number, id, batch) in of_book(ledger, book)? {
            ledger.each_line(&id, &batch, |line| {
                let tag = if batch.payout().is_some() {
                    PayoutLine::decode(line).map(|line| line.rightsholder)
                } else {
                    AllocationLine::decode(line).map(|line| line.rightsholder)
                };
                tags.insert(SubjectId(tag.map_err(|fault| refused(&fault))?), number);
                Ok(())
            })?;
            batches.insert(number, (id, batch));
        }
        tags.remove(&SubjectId([0; 32]));
        let count = batches.keys().last().copied().unwrap_or_default();
        let mut standing = Vec::new();
        let subject = |tag: &SubjectId| Subject::new(Role::Rightsholder, *tag);
        ledger.prefetch(tags.keys().map(subject))?;
        for (tag, last) in tags {
            let status: RightsholderStatus = ledger.typed(&subject(&tag))?.unwrap_or_default();
            let known = status.statements.iter().find(|it| it.cmo == okup.id);
            let covered = known.map_or(0, |it| it.covered);
            if covered >= last {
                continue;
            }
            let body = known.map(|it| ledger.body_of(&it.record)).transpose()?.flatten();
            let closing = body.as_ref().and_then(|body| body.get("closing"));
            let closing = closing.and_then(Value::as_i64).unwrap_or_default();
            standing.push(Standing { rightsholder: tag, covered, closing });
        }
        let first = standing.iter().map(|it| it.covered).min().unwrap_or(count);
        let mut proved = BTreeMap::new();
        for (number, (id, batch)) in batches.into_iter().filter(|(number, _)| *number > first) {
            proved.insert(number, prove(ledger, id, batch)?);
        }
        Ok((Self { okup, period: period.to_owned(), batches: proved, count }, standing))
    }

    /// Whether statements cover the whole book.
    #[must_use]
    pub fn is_whole(&self, standing: &Standing) -> bool {
        standing.covered >= self.count
    }

    /// The next statement to a rightsholder, and where it leaves them.
    ///
    /// # Errors
    /// When a range can't be proved, which is a fault of the lines.
    pub fn next(
        &self,
        scribe: &Scribe,
        standing: &Standing,
    ) -> Result<(Submission, Standing), CliError> {
        let tag = standing.rightsholder;
        let mut sums = StatementSums::default();
        let (mut ranges, mut batches) = (Vec::new(), Vec::new());
        let (mut bytes, mut covered) = (0, standing.covered);
        let mut hashed: Vec<u8> = Vec::new();
        let bug = |detail: String| CliError::bug(&detail);
        for (number, proved) in self.batches.range(standing.covered.saturating_add(1)..) {
            let chunk = |number: usize| -> Result<Vec<u8>, FormatError> {
                Ok(proved.chunks.get(number).cloned().unwrap_or_default())
            };
            let range = proved.index.range(&tag.0, chunk).map_err(|fault| refused(&fault))?;
            let encoded = range.encode();
            bytes += encoded.len() + proved.id.0.len() + 8;
            let full = bytes > RANGES_BYTES_MAX && !ranges.is_empty();
            if full || ranges.len() >= Batch::NAMED_MAX {
                break;
            }
            sums.add(&proved.batch, &proved.id, &tag.0, &range)
                .map_err(|rejection| bug(rejection.to_string()))?;
            hashed.extend_from_slice(&encoded);
            ranges.push(json!({ "range": text::hex(&encoded) }));
            batches.push(json!({ "batch": Subject::new(Role::Batch, proved.id).to_text() }));
            covered = *number;
        }
        let closing = sums.closing(standing.closing);
        let closing = closing.map_err(|rejection| bug(rejection.to_string()))?;
        let fields = json!({
            "period": self.period, "after_batch": standing.covered, "batches": batches,
            "statement_root": text::hex(&sha256(&[&hashed])),
        });
        let body = json!({
            "opening": standing.closing, "allocated": sums.allocated, "net": sums.net,
            "tax": sums.tax, "levied": sums.levied, "closing": closing, "ranges": ranges,
        });
        let subject = Subject::new(Role::Rightsholder, tag);
        let purpose = format!("statement {tag} {}", standing.covered);
        let written = Written { kind: "R10", subject, subjects: &[self.okup], fields, body };
        let submission = scribe.write(&purpose, &written)?;
        Ok((submission, Standing { rightsholder: tag, covered, closing }))
    }
}

fn prove(ledger: &LedgerView<'_>, id: SubjectId, batch: Batch) -> Result<Proved, CliError> {
    let chunks = if batch.allocation().is_some() {
        let mut first = Remainders::default();
        ledger.each_line(&id, &batch, |line| {
            let line = AllocationLine::decode(line).map_err(|fault| refused(&fault))?;
            first.allocate(&line).map_err(|rejection| ledger.refusal(&rejection))
        })?;
        first.packed(&id).map_err(|rejection| ledger.refusal(&rejection))?.chunks.into()
    } else {
        ledger.chunks_of(&id, &batch)?
    };
    let index = BatchIndex::of(id, &chunks).map_err(|fault| refused(&fault))?;
    Ok(Proved { id, batch, index, chunks })
}

/// The batches of a book, with their numbers, ascending.
///
/// # Errors
/// When the node can't be asked.
pub fn of_book(
    ledger: &LedgerView<'_>,
    book: &Subject,
) -> Result<Vec<(u64, SubjectId, Batch)>, CliError> {
    let kinds = [Kind::R08.info().code, Kind::R09.info().code];
    let mut batches = Vec::new();
    for (id, batch) in brought(ledger, book, &kinds)? {
        if let Some((_, number)) = batch.in_book() {
            batches.push((number, id, batch));
        }
    }
    batches.sort_by_key(|(number, ..)| *number);
    Ok(batches)
}

/// The batches that records of these kinds about a subject brought, in the order of the log.
///
/// # Errors
/// When the node can't be asked.
pub fn brought(
    ledger: &LedgerView<'_>,
    about: &Subject,
    kinds: &[&str],
) -> Result<Vec<(SubjectId, Batch)>, CliError> {
    let client = ledger.client();
    let mut found = Vec::new();
    for entry in client.subject_records(&about.to_text())? {
        if !kinds.contains(&entry.kind.as_str()) {
            continue;
        }
        let record = client.record(&entry.record_id)?.record;
        let subject = record.and_then(|record| parse_subject(&record.subject).ok());
        let Some(subject) = subject.filter(|subject| subject.role == Role::Batch) else {
            return Err(CliError::answer(client.url(), entry.record_id));
        };
        let batch: Option<Batch> = ledger.typed(&subject)?;
        found.extend(batch.map(|batch| (subject.id, batch)));
    }
    Ok(found)
}
