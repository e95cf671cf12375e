use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use tamga_format::id::{LeafIndex, RecordId, SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};

use super::figure::{Cell, counted_rules};
use super::*;
use crate::catalogue::Kind;
use crate::codes::Text;
use crate::delay::{Nature, Rule};
use crate::dossier::{Correction, Event, Notice, Presentation, What};
use crate::matrix::Stage;

/// 2026-03-02, a Monday.
const DAY: i64 = 20_514;

fn officer(n: u8) -> SubjectId {
    SubjectId([n; 32])
}

fn event(number: u8, kind: Kind, day: i64, what: What) -> Event {
    let time = UnixMillis(day * 86_400_000);
    Event {
        record: RecordId([number; 32]),
        index: LeafIndex(number.into()),
        kind,
        happened: time,
        recorded: time,
        writer: Subject::new(Role::Officer, officer(1)),
        what,
    }
}

fn presented(amount: i64) -> What {
    What::Presented(Box::new(Presentation {
        debtor: SubjectId([100; 32]),
        claimants: vec![SubjectId([101; 32])],
        document: SubjectId([102; 32]),
        claim: None,
        previous: None,
        document_type: "COURT_ORDER".into(),
        issuer: None,
        issued_on: None,
        in_force_on: DAY - 30,
        presentation_deadline: None,
        restored: false,
        interrupted_on: None,
        category: "DEBT".into(),
        region: Some("75".into()),
        periodic: false,
        amount: Some(amount),
        case_number: None,
        document_number: None,
    }))
}

fn notice(delivered: bool) -> What {
    What::Notified(Notice {
        recipient: "DEBTOR".into(),
        content: "INITIATION".into(),
        sent: UnixMillis(0),
        delivered: delivered.then_some(UnixMillis(1)),
    })
}

/// From the presentation to enforcement: officer 1, region 75.
fn begun() -> Vec<Event> {
    vec![
        event(1, Kind::E01, DAY, presented(1_000)),
        event(2, Kind::E02, DAY + 1, What::Assigned { officer: officer(1) }),
        event(3, Kind::E03, DAY + 4, What::Initiated { class: "A".into() }),
        event(4, Kind::E04, DAY + 6, notice(true)),
        event(5, Kind::E04, DAY + 7, notice(false)),
        event(6, Kind::E05, DAY + 20, What::Started),
    ]
}

/// Tallies of a case with their values, without those that every record is in.
fn told(events: &[Event], terms: &[Due]) -> Vec<(Tally, Option<SubjectId>, i64)> {
    contributions(events, terms)
        .into_iter()
        .filter(|each| !matches!(each.tally, Tally::Recorded))
        .map(|each| (each.tally, each.area.officer, each.value))
        .collect()
}

#[test]
fn a_case_counts_once_for_each_thing_that_happened() {
    let mut events = begun();
    events.push(event(7, Kind::E11, DAY + 31, What::Recovered { amount: Some(400), on: None }));
    let paid = What::Distributed { total: Some(400), paid: Some(300), to_others: Some(100) };
    events.push(event(8, Kind::E12, DAY + 31, paid));
    events.push(event(9, Kind::E15, DAY + 40, What::Closed { outcome: Stage::ClosedExecuted }));
    let one = Some(officer(1));
    assert_eq!(
        told(&events, &[]),
        [
            (Tally::Presented, None, 0),
            (Tally::Initiated, one, 0),
            (Tally::Executed, one, 0),
            (Tally::DaysToInitiation, one, 4),
            (Tally::DaysToNotice, one, 2),
            (Tally::DaysToClosing, one, 36),
            (Tally::DebtorNoticed, one, 0),
            (Tally::DebtorNoticed, one, 0),
            (Tally::DebtorReached, one, 0),
            (Tally::Claimed, one, 1_000),
            (Tally::Recovered, one, 400),
            (Tally::PaidOut, one, 300),
        ]
    );
    let all = contributions(&events, &[]);
    assert_eq!(all.iter().filter(|each| each.tally == Tally::Recorded).count(), 9);
    let april = Month::of(DAY + 31);
    assert_eq!(april.to_string(), "2026-04");
    assert!(all.iter().any(|each| each.tally == Tally::Recovered && each.month == april));
    assert!(all.iter().all(|each| each.area.region.as_deref() == Some("75")));
}

#[test]
fn what_is_annulled_does_not_count() {
    let mut events = begun();
    events.push(event(7, Kind::E15, DAY + 21, What::Closed { outcome: Stage::ClosedTerminated }));
    let annul = |number, target: u8| {
        let target = RecordId([target; 32]);
        event(
            number,
            Kind::E18,
            DAY + 22,
            What::Corrected {
                how: Correction::Annulled,
                target,
                amount_delta: 0,
                payout_delta: None,
            },
        )
    };
    assert!(told(&events, &[]).iter().any(|(tally, ..)| *tally == Tally::Terminated));
    events.push(annul(8, 7));
    assert!(!told(&events, &[]).iter().any(|(tally, ..)| *tally == Tally::Terminated));
    events.push(annul(9, 8));
    assert!(told(&events, &[]).iter().any(|(tally, ..)| *tally == Tally::Terminated));
}

#[test]
fn a_transfer_takes_from_one_office_what_it_gives_to_another() {
    let mut events = begun();
    let to =
        What::Transferred { from: Some(officer(1)), to: officer(2), region: Some("10".into()) };
    events.push(event(7, Kind::E14, DAY + 21, to));
    events.push(event(8, Kind::E15, DAY + 22, What::Closed { outcome: Stage::ClosedExecuted }));
    let moved: Vec<_> = contributions(&events, &[])
        .into_iter()
        .filter(|each| {
            matches!(each.tally, Tally::TransferredIn | Tally::TransferredOut | Tally::Executed)
        })
        .map(|each| (each.tally, each.area.officer, each.area.region))
        .collect();
    assert_eq!(
        moved,
        [
            (Tally::Executed, Some(officer(2)), Some("10".to_owned())),
            (Tally::TransferredIn, Some(officer(2)), Some("10".to_owned())),
            (Tally::TransferredOut, Some(officer(1)), Some("75".to_owned())),
        ]
    );
}

#[test]
fn a_corrected_sum_moves_in_the_month_of_the_correction() {
    let amend = |number, target: u8, amount_delta| {
        let target = RecordId([target; 32]);
        let how = Correction::Amended;
        let what = What::Corrected { how, target, amount_delta, payout_delta: None };
        event(number, Kind::E18, DAY + 40, what)
    };
    let mut events = begun();
    events.push(event(7, Kind::E11, DAY + 21, What::Recovered { amount: Some(400), on: None }));
    events.push(amend(8, 1, -100));
    events.push(amend(9, 7, 50));
    let sums = |tally| {
        let all = contributions(&events, &[]).into_iter().filter(|each| each.tally == tally);
        all.map(|each| (each.month.to_string(), each.value)).collect::<Vec<_>>()
    };
    let (march, april) = ("2026-03".to_owned(), "2026-04".to_owned());
    assert_eq!(sums(Tally::Claimed), [(march.clone(), 1_000), (april.clone(), -100)]);
    assert_eq!(sums(Tally::Recovered), [(march, 400), (april, 50)]);
}

#[test]
fn a_term_counts_where_the_case_was_when_it_was_met_or_is_while_it_is_open() {
    let mut events = begun();
    let to = What::Transferred { from: Some(officer(1)), to: officer(2), region: None };
    events.push(event(7, Kind::E14, DAY + 21, to));
    let due = |rule, from, on, met| Due { rule, from: LeafIndex(from), on, met };
    let terms = [
        due(Rule::D01, 1, DAY + 1, Some((DAY + 1, LeafIndex(2)))),
        due(Rule::D02, 2, DAY + 3, Some((DAY + 4, LeafIndex(3)))),
        due(Rule::D06, 3, DAY + 60, None),
    ];
    let found: Vec<_> = told(&events, &terms)
        .into_iter()
        .filter(|(tally, ..)| matches!(tally, Tally::Term(..)))
        .collect();
    assert_eq!(
        found,
        [
            (Tally::Term(Rule::D01, Outcome::Kept), None, DAY + 1),
            (Tally::Term(Rule::D02, Outcome::Late), Some(officer(1)), DAY + 3),
            (Tally::Term(Rule::D06, Outcome::Open), Some(officer(2)), DAY + 60),
        ]
    );
}

#[test]
fn equal_places_are_told_apart() {
    let due = Due { rule: Rule::D12, from: LeafIndex(3), on: DAY + 9, met: None };
    let ordinals: Vec<u16> = contributions(&begun(), &[due, due, due])
        .into_iter()
        .filter(|each| matches!(each.tally, Tally::Term(..)))
        .map(|each| each.ordinal)
        .collect();
    assert_eq!(ordinals, [0, 1, 2]);
}

#[test]
fn names_numbers_and_codes_are_each_given_once() {
    let terms = Rule::ALL.iter().flat_map(|rule| {
        [Outcome::Kept, Outcome::Late, Outcome::Open].map(|outcome| Tally::Term(*rule, outcome))
    });
    let all: Vec<Tally> = Tally::PLAIN.iter().copied().chain(terms).collect();
    let numbers: BTreeSet<u16> = all.iter().map(|tally| tally.number()).collect();
    assert_eq!(numbers.len(), all.len());
    for tally in all {
        assert_eq!(Tally::from_name(&tally.name()), Some(tally));
        assert_eq!(Tally::from_number(tally.number()), Some(tally));
    }
    for wrong in ["", "D3-kept", "D03-", "D300-kept", "dropped"] {
        assert_eq!(Tally::from_name(wrong), None, "{wrong}");
    }
    for wrong in [0, 999, 1_000, 1_004, u16::MAX] {
        assert_eq!(Tally::from_number(wrong), None, "{wrong}");
    }
    let codes: BTreeSet<&str> = INDICATORS.iter().map(|it| it.code).collect();
    assert_eq!(codes.len(), INDICATORS.len());
    for indicator in INDICATORS {
        assert_eq!(Indicator::from_code(indicator.code), Some(indicator));
        let Text { kk, ru, en } = indicator.title;
        assert!(!kk.is_empty() && !ru.is_empty() && !en.is_empty() && kk != ru);
        assert!(!indicator.formula_text().is_empty());
    }
}

#[test]
fn periods_are_whole_months() {
    for (text, months) in [
        ("2026-03", "2026-03"),
        ("2026", "2026-01..2026-12"),
        ("2026-Q3", "2026-07..2026-09"),
        ("2025-12..2026-02", "2025-12..2026-02"),
        ("2025-Q4..2026", "2025-10..2026-12"),
    ] {
        assert_eq!(Period::parse(text).unwrap().to_string(), months);
    }
    for wrong in [
        "",
        "26",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "2026-3",
        "2026-02..2026-01",
        "1969",
        "+026",
        "2026-Q",
        "99999",
    ] {
        assert_eq!(Period::parse(wrong), None, "{wrong}");
    }
    let march = Month::of(DAY);
    assert_eq!((march.first_day(), march.last_day()), (DAY - 1, DAY + 29));
    assert_eq!(Month::of(march.first_day() - 1), march.previous().unwrap());
    assert_eq!(Month::from_number(march.number()), Some(march));
    assert_eq!(Month::of(i64::MAX / 2), Month::LAST);
    assert_eq!(Month::of(-1), Month::of(0));
}

/// Cells by tally.
#[derive(Default)]
struct Told(BTreeMap<Tally, Vec<Cell>>);

impl Told {
    fn with(mut self, tally: Tally, month: &str, value: Option<i64>, count: u64, sum: i64) -> Self {
        let month = Period::parse(month).unwrap().first();
        self.0.entry(tally).or_default().push(Cell { month, value, count, sum });
        self
    }
}

impl Cells for &Told {
    type Error = Infallible;

    fn read(&self, tally: Tally, period: Period) -> Result<Vec<Cell>, Infallible> {
        let cells = self.0.get(&tally).cloned().unwrap_or_default();
        let within = |cell: &Cell| (period.first()..=period.last()).contains(&cell.month);
        Ok(cells.into_iter().filter(within).collect())
    }
}

fn figure(told: &Told, code: &str, period: &str) -> Figure {
    let period = Period::parse(period).unwrap();
    Indicator::from_code(code).unwrap().figure(&told, period, DAY).unwrap()
}

#[test]
fn figures_follow_their_formulas() {
    let told = Told::default()
        .with(Tally::Initiated, "2025-12", None, 60, 0)
        .with(Tally::Executed, "2025-12", None, 10, 0)
        .with(Tally::Initiated, "2026-01", None, 50, 0)
        .with(Tally::Executed, "2026-01", None, 30, 0)
        .with(Tally::Terminated, "2026-01", None, 10, 0)
        .with(Tally::DaysToClosing, "2026-01", Some(10), 5, 50)
        .with(Tally::DaysToClosing, "2026-01", Some(20), 4, 80)
        .with(Tally::DaysToClosing, "2026-01", Some(90), 1, 90)
        .with(Tally::Claimed, "2026-01", None, 50, 3_000)
        .with(Tally::Recovered, "2026-01", None, 30, 1_000);
    let value = |code| figure(&told, code, "2026-01").value;
    assert_eq!(value("opened"), Some(50));
    assert_eq!(value("closed"), Some(40));
    assert_eq!(value("share-executed"), Some(7_500));
    // 40 of the 50 from before and the 50 initiated.
    assert_eq!(value("share-closed"), Some(4_000));
    assert_eq!(value("carried-over"), Some(60));
    assert_eq!(value("recovered-share"), Some(3_333));
    let days = figure(&told, "days-to-closing", "2026-01");
    assert_eq!((days.value, days.p90, days.records), (Some(10), Some(20), 10));
    let share = figure(&told, "share-executed", "2026-01");
    assert_eq!((share.part, share.whole, share.records), (Some(30), Some(40), 40));
    assert_eq!(figure(&told, "share-executed", "2027").value, None);
    assert_eq!(figure(&told, "closed", "2025-12..2026-01").value, Some(50));
}

#[test]
fn a_term_is_missed_when_it_was_met_late_or_its_day_is_past() {
    let told = Told::default()
        .with(Tally::Term(Rule::D03, Outcome::Kept), "2026-03", None, 6, 0)
        .with(Tally::Term(Rule::D03, Outcome::Late), "2026-03", None, 2, 0)
        .with(Tally::Term(Rule::D03, Outcome::Open), "2026-03", Some(DAY - 1), 2, 0)
        .with(Tally::Term(Rule::D03, Outcome::Open), "2026-03", Some(DAY), 7, 0)
        .with(Tally::Term(Rule::D19, Outcome::Open), "2026-03", Some(DAY - 1), 1, 0);
    let missed = figure(&told, "statutory-breaches", "2026-03");
    assert_eq!((missed.part, missed.whole, missed.value), (Some(4), Some(10), Some(4_000)));
    assert_eq!(figure(&told, "statutory-overdue", "2026-03").value, Some(2));
    assert_eq!(figure(&told, "signals-open", "2026-03").value, Some(1));
    assert_eq!(figure(&told, "signals", "2026-03").value, None);
    let tallies = Indicator::from_code("statutory-breaches").unwrap().tallies();
    let statutory = |rule: &Rule| rule.info().nature == Nature::Statutory;
    assert!(tallies.iter().all(|tally| matches!(tally, Tally::Term(rule, _) if statutory(rule))));
    assert!(!counted_rules(Nature::Signal).contains(&Rule::D22));
}

#[test]
fn the_public_sees_no_cell_below_the_least_and_nothing_computed_from_one() {
    let told = Told::default()
        .with(Tally::Executed, "2026-01", None, 9, 0)
        .with(Tally::Terminated, "2026-01", None, 40, 0)
        .with(Tally::Executed, "2026-02", None, 10, 0)
        .with(Tally::Terminated, "2026-02", None, 10, 0);
    let shown = |code: &str, period: &str| {
        let cells = Published::new(&told, 10);
        let period = Period::parse(period).unwrap();
        Indicator::from_code(code).unwrap().figure(&cells, period, DAY).unwrap()
    };
    let year = shown("closed", "2026");
    assert_eq!((year.value, year.withheld), (Some(60), 1));
    let both =
        shown("closed", "2026-01").value.unwrap() + shown("closed", "2026-02").value.unwrap();
    assert_eq!(year.value, Some(both));
    assert_eq!(shown("share-executed", "2026-02").value, Some(5_000));
    let withheld = shown("share-executed", "2026-01");
    assert_eq!((withheld.value, withheld.part, withheld.withheld), (None, None, 1));
}
