//! One case beside others: what it is about and how it stands, for duplicates, expiry and the register.

use tamga_format::id::{LeafIndex, RecordId, SubjectId};

use super::{Balance, Event, Presentation, What, balances, course};
use crate::matrix::Stage;

/// What others than its own parties need to know of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The case.
    pub case: SubjectId,
    /// The record that presented the document.
    pub presented_by: RecordId,
    /// Its position in the log.
    pub presented_at: LeafIndex,
    /// The day of the presentation.
    pub presented_on: i64,
    /// What the presentation says.
    pub presentation: Presentation,
    /// Where the case stands.
    pub stage: Stage,
    /// The day on which it ended; `None` while it is open.
    pub ended_on: Option<i64>,
    /// Whether the debtor is in the register of debtors because of it.
    pub registered: bool,
    /// The record by which a debtor entered the register who was in it already.
    pub registered_twice: Option<RecordId>,
    /// Its money; `None` if a body is not held.
    pub balance: Option<Balance>,
}

impl Summary {
    /// Reads all events of a case; `None` if they don't begin with its presentation.
    #[must_use]
    pub fn of(case: SubjectId, events: &[Event]) -> Option<Self> {
        let course = course(events);
        let (presented, _) = course.first()?;
        let What::Presented(presentation) = &presented.what else { return None };
        let (_, now) = course.last()?;
        let stage = now.stage?;
        let ending = course
            .iter()
            .rev()
            .find(|(event, _)| matches!(event.what, What::Closed { .. } | What::Refused { .. }));
        let ended_on = ending.filter(|_| !stage.is_open()).map(|(event, _)| event.day());
        let mut before = false;
        let registered_twice = course.iter().find_map(|(event, after)| {
            let again = before && matches!(event.what, What::Registered { entered: true, .. });
            before = after.registered;
            again.then_some(event.record)
        });
        Some(Self {
            case,
            presented_by: presented.record,
            presented_at: presented.index,
            presented_on: presented.day(),
            presentation: (**presentation).clone(),
            stage,
            ended_on,
            registered: now.registered,
            registered_twice,
            balance: events.last().and_then(|last| balances(events).get(&last.record).copied()),
        })
    }

    /// Whether the case goes on.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.stage.is_open()
    }

    /// Whether the document went back and may be presented again.
    #[must_use]
    pub const fn is_returned(&self) -> bool {
        matches!(
            self.stage,
            Stage::Refused | Stage::ClosedReturnedClaimant | Stage::ClosedReturnedIssuer
        )
    }
}
