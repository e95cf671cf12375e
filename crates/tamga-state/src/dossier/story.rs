//! Made-up events of a case, for tests of what is computed from them.

use tamga_format::id::{LeafIndex, RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::subject::{Role, Subject};

use super::{Correction, Event, LotEvent, Notice, PayoutDelta, Presentation, What};
use crate::catalogue::Kind;
use crate::civil::{civil, date};
use crate::matrix::Stage;
use crate::status::{ComplaintStage, LotStage, MeasureCode, MeasureState};

/// Noon in UTC+5 of a civil day.
pub(crate) fn noon(day: i64) -> UnixMillis {
    UnixMillis(day * 86_400_000 + 7 * 3_600_000)
}

pub(crate) fn day(text: &str) -> i64 {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().expect("a number"));
    let mut next = || parts.next().expect("three parts");
    date(next(), next(), next()).expect("a date")
}

pub(crate) fn text(day: i64) -> String {
    let (year, month, dom) = civil(day);
    format!("{year}-{month:02}-{dom:02}")
}

pub(crate) fn id(name: &str) -> SubjectId {
    SubjectId(sha256(&[name.as_bytes()]))
}

/// A Monday.
pub(crate) fn start() -> i64 {
    day("2026-02-02")
}

/// The events of a case, each on its day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    pub(crate) events: Vec<Event>,
}

impl Story {
    /// A case that stands in ENFORCING since January 2026.
    pub(crate) fn enforcing() -> Self {
        let mut story = Self::default();
        let day = day("2026-01-12");
        story.add(day, presented());
        story.add(day, What::Assigned { officer: id("officer") });
        story.add(day, initiated("A"));
        story.add(day, What::Started);
        story
    }

    pub(crate) fn add(&mut self, day: i64, what: What) -> RecordId {
        self.add_by(day, "officer", what)
    }

    pub(crate) fn add_by(&mut self, day: i64, writer: &str, what: What) -> RecordId {
        let index = LeafIndex(self.events.len() as u64);
        let record = RecordId(sha256(&[&index.0.to_be_bytes()]));
        let writer = Subject::new(Role::Officer, id(writer));
        // The kind is for those who show events; deadlines read what an event says.
        let (kind, happened) = (Kind::E01, noon(day));
        let event = Event { record, index, kind, happened, recorded: happened, writer, what };
        self.events.push(event);
        record
    }
}

pub(crate) fn presented() -> What {
    What::Presented(Box::new(Presentation {
        debtor: id("debtor"),
        claimants: vec![id("claimant")],
        document: id("document"),
        claim: None,
        previous: None,
        document_type: "COURT_ORDER".to_owned(),
        issuer: None,
        issued_on: None,
        in_force_on: day("2026-01-05"),
        presentation_deadline: None,
        restored: false,
        interrupted_on: None,
        category: "DEBT".to_owned(),
        region: None,
        periodic: false,
        amount: Some(1_000),
        case_number: None,
        document_number: None,
    }))
}

pub(crate) fn initiated(class: &str) -> What {
    What::Initiated { class: class.to_owned() }
}

pub(crate) fn notice(recipient: &str, content: &str, sent: i64, delivered: Option<i64>) -> What {
    What::Notified(Notice {
        recipient: recipient.to_owned(),
        content: content.to_owned(),
        sent: noon(sent),
        delivered: delivered.map(noon),
    })
}

pub(crate) fn lot(stage: LotStage, on: i64) -> What {
    let event = LotEvent {
        lot: id("lot"),
        stage,
        on,
        identified_on: None,
        valued_on: (stage == LotStage::Valued).then_some(on),
        round: (stage == LotStage::Failed).then_some(1),
    };
    What::Lot(event)
}

pub(crate) fn imposed(code: MeasureCode, state: MeasureState) -> What {
    What::Imposed { measure: id("measure"), code, state }
}

pub(crate) fn lifted() -> What {
    What::MeasureChanged { measure: id("measure"), state: MeasureState::Lifted }
}

pub(crate) fn recovered(amount: i64) -> What {
    What::Recovered { amount: Some(amount), on: None }
}

pub(crate) fn distributed(total: i64, to_others: i64) -> What {
    let paid = Some(total - to_others);
    What::Distributed { total: Some(total), paid, to_others: Some(to_others) }
}

pub(crate) fn suspended(ground: &str, until: Option<i64>) -> What {
    What::Suspended { ground: ground.to_owned(), until }
}

pub(crate) fn resumed(ground: &str) -> What {
    What::Resumed { ground: ground.to_owned() }
}

pub(crate) fn closed() -> What {
    What::Closed { outcome: Stage::ClosedExecuted }
}

pub(crate) fn complaint(stage: ComplaintStage) -> What {
    What::Complained { complaint: id("complaint"), kind: None, stage }
}

pub(crate) fn registered(entered: bool) -> What {
    let reason = if entered { "ENTERED" } else { "REMOVED_EXECUTED" };
    What::Registered { entered, reason: reason.to_owned(), presentation_deadline: None }
}

pub(crate) fn corrected(
    how: Correction,
    target: RecordId,
    amount_delta: i64,
    payout: PayoutDelta,
) -> What {
    What::Corrected { how, target, amount_delta, payout_delta: Some(payout) }
}

pub(crate) fn annulled(target: RecordId) -> What {
    corrected(Correction::Annulled, target, 0, PayoutDelta::default())
}
