//! What a draft of a record that brings lines leaves out, and its lines say (spec §24.10).

use serde_json::{Map, Value as Json, json};
use tamga_api::draft::parse_subject;
use tamga_api::time;
use tamga_format::attachment::Manifest;
use tamga_format::error::FormatError;
use tamga_format::id::{AttachmentId, SubjectId};
use tamga_format::lines::{Line, LinesRoot, PackedBatch, UsageLine};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::royalty::desk::{Allocation, Payout};
use tamga_state::royalty::lines::{Remainders, brings_lines};
use tamga_state::status::Batch;
use tamga_state::{Code, Rejection};

use super::ledger::{Chunks, LedgerView, Trial};
use crate::error::CliError;
use crate::lang::Said;

/// A batch that goes with a record.
#[derive(Clone)]
pub struct Brought {
    /// The attachment.
    pub id: AttachmentId,
    /// Its manifest.
    pub manifest: Manifest,
    /// Its chunks.
    pub chunks: Chunks,
}

impl Brought {
    /// Packed lines as an attachment.
    ///
    /// # Errors
    /// When there are more than an attachment holds.
    pub fn new(packed: PackedBatch) -> Result<Self, CliError> {
        let manifest =
            Manifest::of(packed.chunks.iter().map(Vec::as_slice)).map_err(|it| refused(&it))?;
        Ok(Self { id: manifest.id(), manifest, chunks: packed.chunks.into() })
    }
}

/// A fault of a format, as a refusal before anything is sent.
pub(crate) fn refused(fault: &FormatError) -> CliError {
    CliError::rejected(&Code::of_format(fault.code).to_string(), "/lines", &fault.to_string())
}

/// Fills the fields of a draft that its lines determine; what it says itself stays, for the check to judge.
///
/// Without a subject the draft gets a new batch with the id `fresh`.
///
/// # Errors
/// When the draft's kind brings no lines, a line is none of that kind, or the ledger can't be asked.
pub fn complete(
    draft: &mut Map<String, Json>,
    lines: Vec<Vec<u8>>,
    fresh: [u8; 32],
    trial: &Trial<'_, '_>,
    ledger: &LedgerView<'_>,
) -> Result<Brought, CliError> {
    let bad =
        |detail: &'static str| CliError::unreadable(Said::plain("what-draft"), Said::plain(detail));
    let kind = draft.get("kind").and_then(Json::as_str).and_then(Kind::from_name);
    let kind = kind.filter(|kind| brings_lines(*kind)).ok_or_else(|| bad("detail-no-lines"))?;
    let new = || json!(Subject::new(Role::Batch, SubjectId(fresh)).to_text());
    let subject = draft.entry("subject").or_insert_with(new).as_str().unwrap_or_default();
    let batch = parse_subject(subject).ok().filter(|it| it.role == Role::Batch);
    let batch = batch.ok_or_else(|| bad("detail-no-batch"))?.id;
    let said = |rejection: Rejection| ledger.refusal(&rejection);
    let allocation = if kind == Kind::R09 {
        Some(named_batch(draft).ok_or_else(|| bad("detail-no-allocation"))?)
    } else {
        None
    };
    let fields = draft.entry("fields").or_insert_with(|| json!({}));
    let fields = fields.as_object_mut().ok_or_else(|| bad("detail-no-fields"))?;
    let mut fill = |name: &str, value: Json| {
        fields.entry(name).or_insert(value);
    };
    let root = |lines: &LinesRoot| json!(lines.root.to_string());
    fill("base", json!(ledger.base().get()));
    let packed = if kind == Kind::R05 {
        let read: Vec<UsageLine> = read(&lines)?;
        let packed = PackedBatch::new(&batch, lines).map_err(|fault| refused(&fault))?;
        fill("usage_root", root(&packed.lines));
        fill("usage_count", json!(packed.lines.count));
        fill("uses", json!(read.iter().fold(0_u64, |sum, it| sum.saturating_add(it.uses))));
        let first = read.iter().map(|it| it.first_day).min().unwrap_or_default();
        let last = read.iter().map(|it| it.last_day).max().unwrap_or_default();
        fill("first_day", json!(time::day(first)));
        fill("last_day", json!(time::day(last)));
        packed
    } else if kind == Kind::R08 {
        let made = Allocation::new(&batch, &read(&lines)?).map_err(said)?;
        fill_allocation(&made, &mut fill);
        made.packed
    } else {
        let allocation = allocation.unwrap_or(SubjectId([0; 32]));
        let known: Option<Batch> = trial.typed(&Subject::new(Role::Batch, allocation))?;
        let known = known.ok_or_else(|| bad("detail-no-allocation"))?;
        let mut rest = Remainders::of(trial, &allocation, &known, None).map_err(said)?;
        let made = Payout::new(&batch, &allocation, &mut rest, &read(&lines)?).map_err(said)?;
        fill_payout(&made, &mut fill);
        made.packed
    };
    let brought = Brought::new(packed)?;
    fill("attachment", json!(brought.id.to_string()));
    Ok(brought)
}

/// The fields of R08 that its lines determine.
pub(crate) fn fill_allocation(made: &Allocation, fill: &mut dyn FnMut(&str, Json)) {
    fill("allocation_root", json!(made.packed.lines.root.to_string()));
    fill("line_count", json!(made.packed.lines.count));
    fill("total", json!(made.total));
    fill("held", json!(made.held));
    fill("recoverable", json!(made.recoverable));
    fill("remainders_root", json!(made.first.root.to_string()));
    fill("remainders_count", json!(made.first.count));
}

/// The fields of R09 that its lines determine.
pub(crate) fn fill_payout(made: &Payout, fill: &mut dyn FnMut(&str, Json)) {
    let [net, tax, levied] = made.paid;
    fill("payout_root", json!(made.packed.lines.root.to_string()));
    fill("line_count", json!(made.packed.lines.count));
    fill("net", json!(net));
    fill("tax", json!(tax));
    fill("levied", json!(levied));
    fill("remainders_before", json!(made.before.root.to_string()));
    fill("remainders_root", json!(made.after.root.to_string()));
}

/// The one batch among the other subjects of a draft: of a payout the allocation.
fn named_batch(draft: &Map<String, Json>) -> Option<SubjectId> {
    let subjects = draft.get("subjects")?.as_array()?.iter();
    let parsed = subjects.filter_map(|it| parse_subject(it.as_str()?).ok());
    parsed.into_iter().find(|it| it.role == Role::Batch).map(|it| it.id)
}

fn read<L: Line>(lines: &[Vec<u8>]) -> Result<Vec<L>, CliError> {
    let read = |(number, line): (usize, &Vec<u8>)| {
        L::decode(line).map_err(|fault| {
            let code = Code::of_format(fault.code).to_string();
            CliError::rejected(&code, &format!("/lines/{number}"), &fault.to_string())
        })
    };
    lines.iter().enumerate().map(read).collect()
}
