//! The uses behind the lines: who used which work when, and that a line's weight follows from it (spec §24.8).

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};
use tamga_format::cbor::Value;
use tamga_format::id::{LineHash, SubjectId};
use tamga_format::lines::{
    AllocationLine, Basis, Line as _, LineRange, RangeOf, UsageLine, line_hash,
};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::royalty::desk::measure;
use tamga_state::status::Weighting;

use super::{Shown, StatementError, expect, field, mismatch, named, proven, record, root, text_of};
use crate::light::Policies;

/// Ranges of works in reports that one file carries.
pub const RANGES_MAX: usize = 20_000;

/// A report of use in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsePart {
    /// Receipt of the record that brought it.
    pub receipt: String,
    /// Its uses of the author's works.
    pub works: Vec<WorkPart>,
}

/// The uses of one work in a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkPart {
    /// The work, `work:…`.
    pub work: String,
    /// All lines of the work with their proof, deterministic CBOR in base64; perhaps none.
    pub lines: String,
}

/// A use that a line rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The report.
    pub report: SubjectId,
    /// Who used the work, as a `licensee`.
    pub user: SubjectId,
    /// Who counted: `REPORT`, `COUNTER` or `DSR`.
    pub counted_by: String,
    /// When and how often.
    pub line: UsageLine,
}

/// What the reports show beside the uses that lines rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports {
    /// Reports.
    pub count: u64,
    /// Uses of these works in them on which no line of the author rests.
    pub unpaid: u64,
}

/// A report as the file proves it.
struct Reported {
    user: SubjectId,
    counted_by: String,
    works: BTreeMap<SubjectId, BTreeMap<LineHash, UsageLine>>,
}

/// The works of which a batch's reports must show the uses: those of the lines that rest on a use.
///
/// A line without a work rests on a use that is not identified; its report would show those of everybody.
#[must_use]
pub fn works(lines: &[AllocationLine]) -> BTreeSet<SubjectId> {
    lines.iter().filter(|line| rests_on_use(line)).map(|line| line.work).collect()
}

fn rests_on_use(line: &AllocationLine) -> bool {
    line.basis == Basis::Usage && line.work != SubjectId([0; 32])
}

impl Shown {
    /// Every line that rests on a use has it in exactly one of the reports that its batch divides.
    pub(super) fn uses(
        &mut self,
        parts: &[UsePart],
        policies: &dyn Policies,
    ) -> Result<(), StatementError> {
        let mut reports: BTreeMap<SubjectId, Reported> = BTreeMap::new();
        for (number, part) in parts.iter().enumerate() {
            let (id, report) = self.report(number, part, policies)?;
            if reports.insert(id, report).is_some() {
                return mismatch(format!("report {number} stands in the file twice"));
            }
        }
        let divided = |id: &SubjectId| self.allocations.iter().any(|it| it.usage.contains(id));
        if let Some(id) = reports.keys().find(|id| !divided(id)) {
            return mismatch(format!("no allocation divides report {}", name(id)));
        }
        // Lines that mend others come after them: what a line rests on is known by then.
        let mut known: BTreeMap<LineHash, Use> = BTreeMap::new();
        let mut paid: BTreeSet<(SubjectId, LineHash)> = BTreeSet::new();
        let mut found = Vec::with_capacity(self.lines.len());
        for (number, allotted) in self.lines.iter().enumerate() {
            let line = &allotted.line;
            let usage = if rests_on_use(line) {
                let usage = self.use_of(number, &reports)?;
                paid.extend(line.source.map(|source| (usage.report, source)));
                Some(usage)
            } else {
                line.source.and_then(|mended| known.get(&mended).cloned())
            };
            known.extend(usage.clone().map(|usage| (allotted.hash, usage)));
            found.push(usage);
        }
        for (allotted, usage) in self.lines.iter_mut().zip(found) {
            allotted.usage = usage;
        }
        let all = reports.iter().flat_map(|(id, report)| {
            report.works.values().flat_map(BTreeMap::keys).map(|hash| (*id, *hash))
        });
        let unpaid = all.filter(|line| !paid.contains(line)).count() as u64;
        self.reports = Some(Reports { count: reports.len() as u64, unpaid });
        Ok(())
    }

    fn report(
        &self,
        number: usize,
        part: &UsePart,
        policies: &dyn Policies,
    ) -> Result<(SubjectId, Reported), StatementError> {
        let proven = proven("report", number, &part.receipt, policies)?;
        let record = record(&proven);
        expect(record, Kind::R05)?;
        if named(record, Role::Cmo)? != self.cmo {
            return mismatch(format!("report {number} is for another organisation"));
        }
        let id = record.subject.id;
        let lines = root(record, "usage_root", "usage_count")?;
        let day = |name: &str| field(record, name).and_then(Value::as_i64).unwrap_or_default();
        let days = day("first_day")..=day("last_day");
        let mut works = BTreeMap::new();
        for part in &part.works {
            let unreadable =
                || StatementError::Unreadable(format!("{} in report {number}", part.work));
            let work: Subject = part.work.parse().map_err(|_| unreadable())?;
            let bytes = Base64::decode_vec(&part.lines).map_err(|_| unreadable())?;
            let of = RangeOf { batch: &id, tag: work.id.as_bytes(), lines };
            let fault = |fault| {
                let detail = format!("{} in report {number}: {fault}", part.work);
                StatementError::Mismatch(detail)
            };
            let shown =
                LineRange::decode(&bytes).and_then(|range| range.verify(&of)).map_err(fault)?;
            let mut uses = BTreeMap::new();
            for bytes in &shown {
                let line = UsageLine::decode(bytes).map_err(fault)?;
                if !days.contains(&line.first_day) || !days.contains(&line.last_day) {
                    return mismatch(format!("report {number} has a use on a day outside of it"));
                }
                uses.insert(line_hash(bytes), line);
            }
            if works.insert(work.id, uses).is_some() {
                return mismatch(format!("{} stands in report {number} twice", part.work));
            }
        }
        let user = named(record, Role::Licensee)?;
        let counted_by = text_of(record, "source").unwrap_or_default().to_owned();
        Ok((id, Reported { user, counted_by, works }))
    }

    /// The use that line `number` rests on; its weight is what that use counts times the share.
    fn use_of(
        &self,
        number: usize,
        reports: &BTreeMap<SubjectId, Reported>,
    ) -> Result<Use, StatementError> {
        let places = self.lines.get(number).and_then(|allotted| {
            let allocation = self.allocations.get(allotted.allocation)?;
            Some((&allotted.line, allocation, self.pools.get(allocation.pool)?))
        });
        let Some((line, allocation, pool)) = places else {
            return mismatch(format!("line {number} is of no batch"));
        };
        let mut found: Option<Use> = None;
        for id in &allocation.usage {
            let Some(report) = reports.get(id) else {
                return mismatch(format!("report {} is left out", name(id)));
            };
            let Some(uses) = report.works.get(&line.work) else {
                let work = Subject::new(Role::Work, line.work);
                return mismatch(format!("the uses of {work} in report {} are left out", name(id)));
            };
            let Some(usage) = line.source.and_then(|source| uses.get(&source)) else { continue };
            if found.is_some() {
                return mismatch(format!("the use of line {number} stands in two reports"));
            }
            found = Some(Use {
                report: *id,
                user: report.user,
                counted_by: report.counted_by.clone(),
                line: usage.clone(),
            });
        }
        let Some(usage) = found else {
            return mismatch(format!("line {number} rests on a use that no report has"));
        };
        if usage.line.last_day != line.used_on {
            return mismatch(format!("line {number} is of another day than its use"));
        }
        let counts = measure(pool.weighting.unwrap_or(Weighting::Uses), &usage.line);
        if counts.checked_mul(line.share_bp.into()) != Some(line.weight) {
            return mismatch(format!(
                "the weight of line {number} is not {counts} times its share"
            ));
        }
        Ok(usage)
    }
}

fn name(id: &SubjectId) -> String {
    Subject::new(Role::Batch, *id).to_text()
}
