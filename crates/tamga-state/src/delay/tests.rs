use tamga_format::id::{LeafIndex, RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::subject::{Role, Subject};

use super::*;
use crate::catalogue::Kind;
use crate::civil::{civil, date};
use crate::dossier::{Correction, LotEvent, Notice, PayoutDelta, Presentation, What};
use crate::law::parameters::Mark;
use crate::matrix::Stage;
use crate::status::{ComplaintStage, ItemVersion, LotStage, MeasureCode, MeasureState, Parameter};
use tamga_format::cbor::Value;

mod cases;
mod rules;

/// Noon in UTC+5 of a civil day.
fn noon(day: i64) -> UnixMillis {
    UnixMillis(day * 86_400_000 + 7 * 3_600_000)
}

fn day(text: &str) -> i64 {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().expect("a number"));
    let mut next = || parts.next().expect("three parts");
    date(next(), next(), next()).expect("a date")
}

fn text(day: i64) -> String {
    let (year, month, dom) = civil(day);
    format!("{year}-{month:02}-{dom:02}")
}

fn id(name: &str) -> SubjectId {
    SubjectId(sha256(&[name.as_bytes()]))
}

/// A Monday.
fn start() -> i64 {
    day("2026-02-02")
}

/// The events of a case, each on its day.
#[derive(Clone, Debug, Default)]
struct Story {
    events: Vec<Event>,
}

impl Story {
    /// A case that stands in ENFORCING since January 2026.
    fn enforcing() -> Self {
        let mut story = Self::default();
        let day = day("2026-01-12");
        story.add(day, presented());
        story.add(day, What::Assigned { officer: id("officer") });
        story.add(day, initiated("A"));
        story.add(day, What::Started);
        story
    }

    fn add(&mut self, day: i64, what: What) -> RecordId {
        self.add_by(day, "officer", what)
    }

    fn add_by(&mut self, day: i64, writer: &str, what: What) -> RecordId {
        let index = LeafIndex(self.events.len() as u64);
        let record = RecordId(sha256(&[&index.0.to_be_bytes()]));
        let writer = Subject::new(Role::Officer, id(writer));
        // The kind is for those who show events; deadlines read what an event says.
        let (kind, happened) = (Kind::E01, noon(day));
        let event = Event { record, index, kind, happened, recorded: happened, writer, what };
        self.events.push(event);
        record
    }

    fn of(&self, rule: Rule) -> Vec<Deadline> {
        let report = deadlines(&self.events, &law());
        report.deadlines.into_iter().filter(|deadline| deadline.rule == rule).collect()
    }

    /// The one deadline of a rule.
    #[track_caller]
    fn only(&self, rule: Rule) -> Deadline {
        let mut found = self.of(rule);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }
}

/// The initial law, with a term for courts, which no source names.
fn law() -> Law {
    with_values(&[(Name::SanctionDecisionWd, &[(0, 3)])])
}

/// The initial law with other numbers.
fn with_values(values: &[(Name, &[(i64, i64)])]) -> Law {
    let initial = Law::initial();
    let mut parameters: std::collections::BTreeMap<Name, Parameter> = Name::ALL
        .iter()
        .filter(|name| name.info().is_mandatory())
        .map(|name| {
            let versions = name.info().initial.iter().map(|(from, value)| ItemVersion {
                from: *from,
                value: value.value(),
                mark: name.info().mark,
            });
            (*name, Parameter { name: name.name().to_owned(), versions: versions.collect() })
        })
        .collect();
    for (name, versions) in values {
        let version = |(from, value): &(i64, i64)| ItemVersion {
            from: *from,
            value: Value::int(*value),
            mark: Mark::Unverified,
        };
        let versions = versions.iter().map(version).collect();
        parameters.insert(*name, Parameter { name: name.name().to_owned(), versions });
    }
    Law::new(parameters, initial.calendar().clone())
}

fn presented() -> What {
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

fn initiated(class: &str) -> What {
    What::Initiated { class: class.to_owned() }
}

fn notice(recipient: &str, content: &str, sent: i64, delivered: Option<i64>) -> What {
    What::Notified(Notice {
        recipient: recipient.to_owned(),
        content: content.to_owned(),
        sent: noon(sent),
        delivered: delivered.map(noon),
    })
}

fn lot(stage: LotStage, on: i64) -> What {
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

fn imposed(code: MeasureCode, state: MeasureState) -> What {
    What::Imposed { measure: id("measure"), code, state }
}

fn lifted() -> What {
    What::MeasureChanged { measure: id("measure"), state: MeasureState::Lifted }
}

fn recovered(amount: i64) -> What {
    What::Recovered { amount: Some(amount), on: None }
}

fn distributed(total: i64, to_others: i64) -> What {
    let paid = Some(total - to_others);
    What::Distributed { total: Some(total), paid, to_others: Some(to_others) }
}

fn suspended(ground: &str, until: Option<i64>) -> What {
    What::Suspended { ground: ground.to_owned(), until }
}

fn resumed(ground: &str) -> What {
    What::Resumed { ground: ground.to_owned() }
}

fn closed() -> What {
    What::Closed { outcome: Stage::ClosedExecuted }
}

fn complaint(stage: ComplaintStage) -> What {
    What::Complained { complaint: id("complaint"), kind: None, stage }
}

fn registered(entered: bool) -> What {
    let reason = if entered { "ENTERED" } else { "REMOVED_EXECUTED" };
    What::Registered { entered, reason: reason.to_owned(), presentation_deadline: None }
}

fn corrected(how: Correction, target: RecordId, amount_delta: i64, payout: PayoutDelta) -> What {
    What::Corrected { how, target, amount_delta, payout_delta: Some(payout) }
}

fn annulled(target: RecordId) -> What {
    corrected(Correction::Annulled, target, 0, PayoutDelta::default())
}
