//! Until when an executive document may be presented (EL art. 11; spec §16.13).
//!
//! The length of the period is a parameter for each type of document: [`Name::presentation`]. A presentation, a partial
//! execution and a search of the debtor interrupt it. After an interruption it runs anew; if the time that had passed
//! before counts (the parameter `elapsed_before_interruption_counts`), it goes on where it stood. Only a court restores
//! a missed period, and then nothing is computed.

use crate::law::calendar::Calendar;
use crate::law::parameters::Name;
use crate::law::terms::{Interval, Intervals, Term};

/// Types of documents whose period runs from their issue; the others' runs from the day they are in force.
const FROM_ISSUE: &[&str] = &["AIFC_SECURING_ORDER"];

/// The day from which the period of a document runs.
#[must_use]
pub fn begins(document_type: &str, issued: Option<i64>, in_force: i64) -> i64 {
    if FROM_ISSUE.contains(&document_type) { issued.unwrap_or(in_force) } else { in_force }
}

/// A presentation period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The day of the event from which it runs.
    pub begins: i64,
    /// Its length.
    pub months: u32,
    /// Whether the time before an interruption counts.
    pub elapsed_counts: bool,
}

impl Period {
    /// The last day of the period; `None` while it is interrupted.
    ///
    /// An interruption lasts from one day to another: from the presentation to the end of the case, or from the
    /// beginning of a search to its end. A partial execution begins and ends on one day. What happens after the period
    /// has run out does not revive it.
    #[must_use]
    pub fn end(
        &self,
        calendar: &Calendar,
        interruptions: impl IntoIterator<Item = Interval>,
    ) -> Option<i64> {
        let term = Term::Months(self.months);
        let interruptions = Intervals::union(interruptions);
        if self.elapsed_counts {
            return term.end_without(calendar, self.begins, &interruptions);
        }
        let mut end = term.end(calendar, self.begins);
        for Interval { after, through } in interruptions.iter() {
            if after > end {
                break;
            }
            end = term.end(calendar, through?.max(self.begins));
        }
        Some(end)
    }
}

impl Name {
    /// The parameter that holds the length of the presentation period of a type of document.
    #[must_use]
    pub fn presentation(document_type: &str) -> Option<Self> {
        Self::from_name(&format!("presentation_months.{}", document_type.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests;
