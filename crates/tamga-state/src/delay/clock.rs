//! The days on which a case's clock stood: while it was suspended, deferred, or closed before it was reopened.

use crate::dossier::{Course, Event, What};
use crate::law::parameters::{Law, Name, Reading};
use crate::law::terms::Interval;
use crate::matrix::Stage;

/// A stop of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// When.
    pub(super) interval: Interval,
    /// The parameter by which a deferral stops the clock.
    pub(super) by: Option<Reading>,
}

/// The stops of a case, in order.
pub(super) fn stops(events: &[(&Event, Course)], law: &Law) -> Vec<Stop> {
    let mut stops = Vec::new();
    let mut running: Option<Running> = None;
    let mut until = None;
    for (event, course) in events {
        if let What::Deferred { until: last } = &event.what {
            until = *last;
        }
        if running.as_ref().map(|stop| stop.stage) == course.stage {
            continue;
        }
        let day = event.day();
        stops.extend(running.take().and_then(|stop| stop.end(Some(day))));
        running = course.stage.and_then(|stage| Running::begin(stage, day, until, law));
    }
    stops.extend(running.and_then(|stop| stop.end(None)));
    stops
}

/// A stop that has begun.
struct Running {
    stage: Stage,
    after: i64,
    last: Option<i64>,
    by: Option<Reading>,
}

impl Running {
    fn begin(stage: Stage, after: i64, until: Option<i64>, law: &Law) -> Option<Self> {
        let plain = Self { stage, after, last: None, by: None };
        match stage {
            Stage::Deferred => {
                let by = law.reading(Name::DeferralStopsClock, after);
                let stops = by.as_ref().is_none_or(|by| by.value.as_bool() != Some(false));
                stops.then_some(Self { last: until, by, ..plain })
            }
            Stage::Suspended => Some(plain),
            _ => (!stage.is_open()).then_some(plain),
        }
    }

    /// The stop as it ended on a day, or goes on.
    fn end(self, day: Option<i64>) -> Option<Stop> {
        // A case that stays closed needs no clock.
        if day.is_none() && !self.stage.is_open() {
            return None;
        }
        let through = match (day, self.last) {
            (Some(day), Some(last)) => Some(day.min(last)),
            (day, last) => day.or(last),
        };
        let through = through.map(|through| through.max(self.after));
        Some(Stop { interval: Interval { after: self.after, through }, by: self.by })
    }
}
