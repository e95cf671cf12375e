//! Presentation periods that ran out, and stale entries in the register of debtors (domain model §4.3; spec §22.2).

use tamga_format::cbor::Writer;
use tamga_format::id::{SubjectId, sha256, tag};

use crate::dossier::Summary;
use crate::law::calendar::Known;
use crate::law::parameters::{Law, Name, Reading};
use crate::law::presentation::{Period, begins};
use crate::law::terms::Interval;

use crate::civil::year_of;

/// The presentation period of a document, with all that it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The tag of the document.
    pub document: SubjectId,
    /// Its type.
    pub document_type: String,
    /// The day from which the period runs.
    pub begins: i64,
    /// Its length in months.
    pub months: Reading,
    /// Whether time before an interruption counts.
    pub elapsed_counts: Reading,
    /// The interruptions: from a presentation to the end of its case, and those that presentations name.
    pub interruptions: Vec<Interval>,
    /// Whether a court restored the period; then nothing is computed.
    pub restored: bool,
    /// Whether the last case gave the document back; otherwise it is being executed, or done with.
    pub returned: bool,
    /// What was known of the calendar years of the last day.
    pub years: Vec<(i64, Known)>,
    /// The last day on which it may be presented; `None` while it is interrupted, or if a court restored it.
    pub last_day: Option<i64>,
}

impl Expiry {
    /// The period of the document that these cases are about; `Err` names the parameter that has no value.
    ///
    /// The law is that of the last presentation. `None` without a case.
    pub fn of(cases: &[&Summary], law: &Law) -> Option<Result<Self, Name>> {
        let mut cases: Vec<&Summary> = cases.to_vec();
        cases.sort_by_key(|case| case.presented_at);
        let (first, last) = (cases.first()?, cases.last()?);
        Some(Self::compute(&cases, first, last, law))
    }

    fn compute(
        cases: &[&Summary],
        first: &Summary,
        last: &Summary,
        law: &Law,
    ) -> Result<Self, Name> {
        let presentation = &first.presentation;
        let read = |name| law.reading(name, last.presented_on).ok_or(name);
        let document_type = &presentation.document_type;
        let months = read(Name::presentation(document_type).unwrap_or(Name::PresentationOther))?;
        let elapsed_counts = read(Name::ElapsedBeforeInterruptionCounts)?;
        let mut interruptions: Vec<Interval> = cases
            .iter()
            .map(|case| Interval { after: case.presented_on, through: case.ended_on })
            .collect();
        let named = cases.iter().filter_map(|case| case.presentation.interrupted_on);
        interruptions.extend(named.map(|day| Interval { after: day, through: Some(day) }));
        let restored = cases.iter().any(|case| case.presentation.restored);
        let period = Period {
            begins: begins(document_type, presentation.issued_on, presentation.in_force_on),
            months: months.value.as_i64().and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX),
            elapsed_counts: elapsed_counts.value.as_bool().unwrap_or(true),
        };
        let calendar = law.calendar();
        let end = period.end(calendar, interruptions.iter().copied());
        let last_day = end.filter(|_| !restored);
        Ok(Self {
            document: presentation.document,
            document_type: document_type.clone(),
            begins: period.begins,
            months,
            elapsed_counts,
            interruptions,
            restored,
            returned: last.is_returned(),
            years: last_day
                .iter()
                .map(|day| (year_of(*day), calendar.known(year_of(*day))))
                .collect(),
            last_day,
        })
    }

    /// Whether the period has run out by a day and nothing more can come of the document.
    #[must_use]
    pub fn is_expired(&self, today: i64) -> bool {
        self.returned && self.last_day.is_some_and(|last| today > last)
    }

    /// The hash of the inputs, which E16 with REMOVED_EXPIRED commits to.
    #[must_use]
    pub fn inputs_hash(&self) -> [u8; 32] {
        let mut to = Writer::new();
        to.array(8).bytes(self.document.as_bytes()).text(&self.document_type).int(self.begins);
        for reading in [&self.months, &self.elapsed_counts] {
            to.array(2).int(reading.from).value(&reading.value);
        }
        to.array(self.interruptions.len());
        for Interval { after, through } in &self.interruptions {
            to.array(2).int(*after);
            match through {
                Some(day) => to.int(*day),
                None => to.null(),
            };
        }
        to.bool(self.restored);
        match self.last_day {
            Some(day) => to.int(day),
            None => to.null(),
        };
        sha256(&[tag::EXPIRY, &to.finish()])
    }
}

/// Entries of a debtor in the register that no open case holds up, given all cases of the debtor.
#[must_use]
pub fn stale_entries<'s>(cases: &[&'s Summary]) -> Vec<&'s Summary> {
    if cases.iter().any(|case| case.is_open()) {
        return Vec::new();
    }
    cases.iter().copied().filter(|case| case.registered).collect()
}

#[cfg(test)]
mod tests;
