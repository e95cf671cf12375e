//! Where a case stood after each of its events, with whom, and in which region.

use std::collections::BTreeSet;

use tamga_format::id::SubjectId;

use super::{Event, What, in_effect};
use crate::matrix::Stage;

/// A case after one of its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Where it stands; `None` before the presentation.
    pub stage: Option<Stage>,
    /// The officer it is assigned to.
    pub officer: Option<SubjectId>,
    /// The region it is in.
    pub region: Option<String>,
    /// Whether the debtor is in the register of debtors because of it.
    pub registered: bool,
    before_suspension: Option<Stage>,
    before_closing: Option<Stage>,
    grounds: BTreeSet<String>,
}

/// The events in effect, each with the case as it stood after it.
#[must_use]
pub fn course(events: &[Event]) -> Vec<(&Event, Course)> {
    let mut now = Course::default();
    in_effect(events)
        .into_iter()
        .map(|event| {
            now = now.after(&event.what);
            (event, now.clone())
        })
        .collect()
}

impl Course {
    /// Whether the case goes on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stage.is_some_and(Stage::is_open)
    }

    fn after(&self, what: &What) -> Self {
        let mut next = self.clone();
        match what {
            What::Presented(presentation) => {
                next.stage = Some(Stage::Received);
                next.region.clone_from(&presentation.region);
            }
            What::Assigned { officer } => {
                next.stage = Some(Stage::Assigned);
                next.officer = Some(*officer);
            }
            What::Initiated { .. } => next.stage = Some(Stage::Initiated),
            What::Refused { .. } => next.close(Stage::Refused),
            What::Started | What::DeferralEnded => next.stage = Some(Stage::Enforcing),
            What::Suspended { ground, .. } => {
                if next.stage != Some(Stage::Suspended) {
                    next.before_suspension = next.stage;
                }
                next.grounds.insert(ground.clone());
                next.stage = Some(Stage::Suspended);
            }
            What::Resumed { ground } => {
                next.grounds.remove(ground);
                if next.grounds.is_empty() {
                    next.stage = next.before_suspension.take().or(next.stage);
                }
            }
            What::Deferred { .. } => next.stage = Some(Stage::Deferred),
            What::Transferred { to, region, .. } => {
                next.officer = Some(*to);
                if region.is_some() {
                    next.region.clone_from(region);
                }
            }
            What::Closed { outcome } => next.close(*outcome),
            What::Reopened => next.stage = next.before_closing.take().or(next.stage),
            What::Registered { entered, .. } => next.registered = *entered,
            What::Committed
            | What::Notified(_)
            | What::Imposed { .. }
            | What::Answered { .. }
            | What::MeasureChanged { .. }
            | What::Levied { .. }
            | What::Lot(_)
            | What::Recovered { .. }
            | What::Distributed { .. }
            | What::Complained { .. }
            | What::Corrected { .. }
            | What::Received { .. }
            | What::Elsewhere => {}
        }
        next
    }

    fn close(&mut self, outcome: Stage) {
        self.before_closing = self.stage;
        self.stage = Some(outcome);
    }
}
