//! Each of D30–D38 just holds on its last day and just breaks the day after.

use tamga_format::id::{LeafIndex, RecordId, UnixMillis, sha256};

use super::*;
use crate::delay::{Missing, Nature, State};
use crate::law::parameters::Name;
use crate::status::{ItemVersion, Mark, Parameter};

fn id(name: &str) -> SubjectId {
    SubjectId(sha256(&[b"test id ", name.as_bytes()]))
}

/// The day of a date.
fn day(text: &str) -> i64 {
    let parts: Vec<i64> = text.split('-').map(|it| it.parse().expect("digits")).collect();
    days(parts[0], parts[1]) + parts[2] - 1
}

fn text(day: i64) -> String {
    let (year, month, dom) = crate::civil::civil(day);
    format!("{year:04}-{month:02}-{dom:02}")
}

/// What an organisation recorded.
#[derive(Clone, Default)]
struct Story(Vec<RoyaltyEvent>);

impl Story {
    /// Adds a record of noon on a day.
    fn add(&mut self, on: i64, what: RoyaltyWhat) -> &mut Self {
        let number = self.0.len() as u64;
        self.0.push(RoyaltyEvent {
            record: RecordId(sha256(&[b"test record ", &number.to_be_bytes()])),
            index: LeafIndex(number),
            happened: UnixMillis(on * 86_400_000 + 7 * 3_600_000),
            what,
        });
        self
    }

    fn report(&self, today: i64) -> OrganisationReport {
        deadlines(&self.0, &Law::initial(), today)
    }

    fn of(&self, rule: Rule, today: i64) -> Vec<Deadline> {
        let found = self.report(today).report.deadlines;
        found.into_iter().filter(|deadline| deadline.rule == rule).collect()
    }

    #[track_caller]
    fn only(&self, rule: Rule, today: i64) -> Deadline {
        let mut found = self.of(rule, today);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }
}

fn collected(pool: &str, on: &str, ends: &str) -> RoyaltyWhat {
    RoyaltyWhat::Collected {
        pool: id(pool),
        on: day(on),
        ends: day(ends),
        account: (Sphere::Copyright, "KZT".to_owned()),
    }
}

fn allocated(batch: &str, pool: &str, total: i64, held: i64) -> RoyaltyWhat {
    RoyaltyWhat::Allocated { batch: id(batch), pool: id(pool), total, held }
}

fn paid(batch: &str, allocation: &str, pool: &str, amount: i64) -> RoyaltyWhat {
    RoyaltyWhat::Paid {
        batch: id(batch),
        allocation: id(allocation),
        pool: id(pool),
        amount,
        lines: 3,
    }
}

fn stated(batches: &[&str]) -> RoyaltyWhat {
    RoyaltyWhat::Stated { batches: batches.iter().map(|name| id(name)).collect() }
}

fn reported(currency: &str, ends: &str) -> RoyaltyWhat {
    RoyaltyWhat::Reported { account: (Sphere::Copyright, currency.to_owned()), ends: day(ends) }
}

fn granted(sphere: Sphere, from: &str, to: &str) -> RoyaltyWhat {
    RoyaltyWhat::Accredited { sphere, from: day(from), to: day(to) }
}

fn licensed(user: &str, from: &str, to: &str) -> RoyaltyWhat {
    RoyaltyWhat::Licensed { licensee: id(user), from: day(from), to: day(to) }
}

fn used(user: &str, first: &str, last: &str, counted: bool) -> RoyaltyWhat {
    RoyaltyWhat::Used { licensee: id(user), first: day(first), last: day(last), counted }
}

/// What begins a deadline, what meets it on a day, and its last day.
struct Case {
    rule: Rule,
    begin: fn(&mut Story),
    meet: fn(&mut Story, i64),
    start: &'static str,
    due: &'static str,
}

fn pool(story: &mut Story) {
    story.add(day("2026-02-10"), collected("q1", "2026-02-10", "2026-03-31"));
}

fn published(story: &mut Story) {
    pool(story);
    story.add(day("2026-04-20"), RoyaltyWhat::Fixed { pool: id("q1") });
    story.add(day("2026-04-21"), allocated("a", "q1", 100, 10));
    story.add(day("2026-04-22"), RoyaltyWhat::Published { pool: id("q1") });
}

const CASES: &[Case] = &[
    // 60 days after the quarter: 2026-05-30 is a Saturday.
    Case {
        rule: Rule::D30,
        begin: pool,
        meet: |story, on| {
            story.add(on, RoyaltyWhat::Published { pool: id("q1") });
        },
        start: "2026-03-31",
        due: "2026-06-01",
    },
    Case {
        rule: Rule::D31,
        begin: published,
        meet: |story, on| {
            story.add(on, paid("p", "a", "q1", 5));
        },
        start: "2026-04-22",
        due: "2026-05-22",
    },
    // The report comes with the payout.
    Case {
        rule: Rule::D32,
        begin: |story| {
            published(story);
            story.add(day("2026-05-12"), paid("p", "a", "q1", 5));
        },
        meet: |story, on| {
            story.add(on, stated(&["a", "p"]));
        },
        start: "2026-05-12",
        due: "2026-05-12",
    },
    Case {
        rule: Rule::D33,
        begin: pool,
        meet: |story, on| {
            story.add(on, RoyaltyWhat::Fixed { pool: id("q1") });
        },
        start: "2026-02-10",
        due: "2027-02-10",
    },
    Case {
        rule: Rule::D34,
        begin: |story| {
            story.add(day("2026-01-20"), licensed("radio", "2026-04-01", "2026-05-01"));
        },
        meet: |story, on| {
            story.add(on, used("radio", "2026-04-01", "2026-04-30", false));
        },
        start: "2026-04-30",
        // The tenth is a Sunday and the eleventh free for the ninth.
        due: "2026-05-12",
    },
    Case {
        rule: Rule::D35,
        begin: published,
        meet: |story, on| {
            story.add(on - 1, paid("p", "a", "q1", 60));
            story.add(on, allocated("unclaimed", "q1", -40, 0));
        },
        start: "2026-04-20",
        due: "2029-04-20",
    },
    Case {
        rule: Rule::D36,
        begin: pool,
        meet: |story, on| {
            story.add(on, reported("KZT", "2026-12-31"));
        },
        start: "2026-12-31",
        due: "2027-04-15",
    },
    Case {
        rule: Rule::D37,
        begin: |story| {
            story.add(day("2021-06-01"), granted(Sphere::Copyright, "2021-06-01", "2026-06-01"));
        },
        meet: |story, on| {
            story.add(on, granted(Sphere::Copyright, "2026-06-01", "2031-06-01"));
        },
        start: "2026-05-31",
        due: "2026-05-31",
    },
    // Fifteen working days; 7 and 9 May are free, and the eleventh for the ninth.
    Case {
        rule: Rule::D38,
        begin: |story| {
            story.add(day("2026-04-22"), RoyaltyWhat::Objected { dispute: id("shares") });
        },
        meet: |story, on| {
            story.add(on, RoyaltyWhat::Answered { dispute: id("other") });
            story.add(on, RoyaltyWhat::Answered { dispute: id("shares") });
        },
        start: "2026-04-22",
        due: "2026-05-18",
    },
];

#[test]
fn every_rule_holds_on_its_last_day_and_breaks_the_day_after() {
    for Case { rule, begin, meet, start, due } in CASES {
        let last = day(due);
        // Far enough that it has begun, and no other of its rule.
        let today = last + 1;
        let mut story = Story::default();
        begin(&mut story);
        let open = |story: &Story| {
            let found = story.of(*rule, today);
            found.into_iter().find(|it| it.start == day(start))
        };
        let running = open(&story).expect("it has begun");
        assert_eq!(
            (text(running.start).as_str(), running.due.map(text).as_deref()),
            (*start, Some(*due)),
            "{rule:?}"
        );
        assert_eq!(running.state(last), State::Running { days: 0 }, "{rule:?}");
        assert_eq!(running.state(last + 1), State::Overdue { days: 1 }, "{rule:?}");
        assert_eq!(running.recompute(Law::initial().calendar()), running.due, "{rule:?}");
        let mut in_time = story.clone();
        meet(&mut in_time, last);
        // Of users' reports only what was missed is told.
        match open(&in_time) {
            None => assert_eq!(*rule, Rule::D34),
            Some(met) => assert_eq!(met.state(today), State::InTime, "{rule:?}"),
        }
        meet(&mut story, last + 1);
        let late = open(&story).expect("it was missed");
        assert_eq!(late.state(today), State::Late { days: 1 }, "{rule:?}");
        assert_eq!(late.state(last), State::Running { days: 0 }, "{rule:?}");
    }
    let tested: Vec<Rule> = CASES.iter().map(|case| case.rule).collect();
    let cases: Vec<Rule> = Rule::of_cases().collect();
    let others: Vec<Rule> = Rule::ALL.iter().copied().filter(|it| !cases.contains(it)).collect();
    assert_eq!(tested, others);
}

#[test]
fn a_deadline_names_the_versions_of_the_parameters_it_rests_on() {
    let mut story = Story::default();
    pool(&mut story);
    let deadline = story.only(Rule::D30, day("2026-04-01"));
    let named: Vec<(&str, i64, Mark)> =
        deadline.parameters.iter().map(|it| (it.name.name(), it.from, it.mark)).collect();
    let law = day("1996-06-10");
    assert_eq!(
        named,
        [
            ("distribution_cd", law, Mark::Unverified),
            ("distribution_period", law, Mark::Unverified)
        ]
    );
    assert_eq!(deadline.nature(), Nature::Signal);
    assert_eq!(deadline.about, Some(Subject::new(Role::Pool, id("q1"))));
}

#[test]
fn a_distribution_waits_for_the_end_of_use_and_for_the_money() {
    let start = |on: &str, ends: &str| {
        let mut story = Story::default();
        story.add(day(on), collected("pool", on, ends));
        story.of(Rule::D30, day("2027-12-31")).first().map(|it| text(it.start))
    };
    // Paid in advance, in time, after the quarter, for a year.
    assert_eq!(start("2026-02-10", "2026-06-30").as_deref(), Some("2026-06-30"));
    assert_eq!(start("2026-05-10", "2026-06-30").as_deref(), Some("2026-06-30"));
    assert_eq!(start("2026-08-10", "2026-06-30").as_deref(), Some("2026-09-30"));
    assert_eq!(start("2026-08-10", "2026-12-31").as_deref(), Some("2026-12-31"));
    // Nothing is asked for before the quarter is over.
    let mut story = Story::default();
    pool(&mut story);
    assert_eq!(story.of(Rule::D30, day("2026-03-30")), []);
    assert_eq!(story.of(Rule::D30, day("2026-03-31")).len(), 1);
}

#[test]
fn a_pool_is_distributed_a_year_after_its_earliest_collection() {
    let mut story = Story::default();
    story.add(day("2026-03-01"), collected("q1", "2026-02-20", "2026-03-31"));
    story.add(day("2026-03-02"), collected("q1", "2026-02-10", "2026-03-31"));
    let deadline = story.only(Rule::D33, day("2026-03-02"));
    assert_eq!((text(deadline.start), deadline.cause), ("2026-02-10".into(), story.0[1].record));
}

#[test]
fn each_allocation_that_owes_something_is_paid_after_its_publication() {
    let mut story = Story::default();
    published(&mut story);
    // All of it is held; an adjustment frees it later; one of an unpublished pool.
    story.add(day("2026-05-01"), allocated("held", "q1", 50, 50));
    story.add(day("2026-06-01"), allocated("freed", "q1", 0, -50));
    story.add(day("2026-06-02"), allocated("early", "q2", 50, 0));
    let found: Vec<(String, Option<Subject>)> = story
        .of(Rule::D31, day("2026-12-31"))
        .into_iter()
        .map(|it| (text(it.start), it.about))
        .collect();
    let batch = |name: &str| Some(Subject::new(Role::Batch, id(name)));
    assert_eq!(found, [("2026-04-22".into(), batch("a")), ("2026-06-01".into(), batch("freed"))]);
}

#[test]
fn statements_are_counted_by_the_payout_they_answer() {
    let mut story = Story::default();
    published(&mut story);
    story.add(day("2026-05-12"), paid("p1", "a", "q1", 5));
    story.add(day("2026-05-12"), stated(&["a", "p1"]));
    story.add(day("2026-05-13"), stated(&["a", "p1"]));
    story.add(day("2026-08-12"), paid("p2", "a", "q1", 5));
    // A new member's first statement covers the whole book, and answers its last payout.
    story.add(day("2026-08-12"), stated(&["a", "p1", "p2"]));
    let counts = story.report(day("2026-08-31")).statements;
    assert_eq!(counts[&id("p1")], Statements { lines: 3, in_time: 1, late: 1 });
    assert_eq!(counts[&id("p2")], Statements { lines: 3, in_time: 1, late: 0 });
}

#[test]
fn a_user_reports_the_last_licensed_day_of_every_month() {
    let mut story = Story::default();
    story.add(day("2026-01-10"), licensed("radio", "2026-01-15", "2026-04-01"));
    let months = |story: &Story, today: &str| {
        let found = story.of(Rule::D34, day(today)).into_iter();
        found.map(|it| text(it.start)).collect::<Vec<_>>()
    };
    assert_eq!(months(&story, "2026-01-30"), [""; 0]);
    assert_eq!(months(&story, "2026-12-31"), ["2026-01-31", "2026-02-28", "2026-03-31"]);
    // A week is no month, and what a counter says is not the user's report.
    story.add(day("2026-02-02"), used("radio", "2026-01-15", "2026-01-21", false));
    story.add(day("2026-02-03"), used("radio", "2026-01-15", "2026-01-31", true));
    story.add(day("2026-03-02"), used("tv", "2026-02-01", "2026-02-28", false));
    assert_eq!(months(&story, "2026-03-31").len(), 3);
    story.add(day("2026-03-02"), used("radio", "2026-01-15", "2026-02-28", false));
    // January came too late and stays on the list.
    assert_eq!(months(&story, "2026-03-31"), ["2026-01-31", "2026-03-31"]);
    // A licence that ended early asks for no more than its days.
    let licence = story.0[0].record;
    story.add(day("2026-03-10"), RoyaltyWhat::Unlicensed { licence, on: day("2026-03-01") });
    assert_eq!(months(&story, "2026-12-31"), ["2026-01-31"]);
}

#[test]
fn what_is_unclaimed_is_asked_for_until_nothing_is_owed() {
    let mut story = Story::default();
    published(&mut story);
    story.add(day("2026-05-12"), paid("p", "a", "q1", 100));
    // What came back is owed again.
    story.add(day("2026-05-20"), paid("back", "a", "q1", -30));
    assert_eq!(story.only(Rule::D35, day("2026-06-01")).met, None);
    story.add(day("2026-06-10"), paid("again", "a", "q1", 30));
    let met = story.only(Rule::D35, day("2026-07-01")).met.expect("all is paid");
    assert_eq!(text(met.day), "2026-06-10");
}

#[test]
fn the_year_is_reported_account_by_account() {
    let mut story = Story::default();
    story.add(day("2025-11-01"), granted(Sphere::Copyright, "2025-11-01", "2030-11-01"));
    pool(&mut story);
    story.add(
        day("2026-03-01"),
        RoyaltyWhat::Collected {
            pool: id("usd"),
            on: day("2026-03-01"),
            ends: day("2026-03-31"),
            account: (Sphere::Copyright, "USD".to_owned()),
        },
    );
    let years = |story: &Story, today: &str| {
        let found = story.of(Rule::D36, day(today)).into_iter();
        found.map(|it| (text(it.start), it.met.is_some())).collect::<Vec<_>>()
    };
    assert_eq!(years(&story, "2025-12-31"), []);
    assert_eq!(years(&story, "2026-01-01"), [("2025-12-31".into(), false)]);
    story.add(day("2026-02-01"), reported("KZT", "2025-12-31"));
    story.add(day("2027-02-01"), reported("KZT", "2026-12-31"));
    let one_missing = [("2025-12-31".into(), true), ("2026-12-31".into(), false)];
    assert_eq!(years(&story, "2027-03-01"), one_missing);
    // A report of the last quarter is one to the year's end.
    story.add(day("2027-02-02"), reported("USD", "2026-12-31"));
    assert!(years(&story, "2027-03-01").iter().all(|(_, met)| *met));
}

#[test]
fn an_accreditation_goes_on_without_a_gap() {
    let first = granted(Sphere::Copyright, "2021-06-01", "2026-06-01");
    let state = |next: Option<(i64, RoyaltyWhat)>| {
        let mut story = Story::default();
        story.add(day("2021-06-01"), first.clone());
        if let Some((on, what)) = next {
            story.add(on, what);
        }
        let found = story.of(Rule::D37, day("2026-07-01"));
        found.first().map(|it| it.state(day("2026-07-01")))
    };
    assert_eq!(state(None), Some(State::Overdue { days: 31 }));
    let on = day("2026-05-01");
    let later = granted(Sphere::Copyright, "2026-06-11", "2031-06-11");
    assert_eq!(state(Some((on, later))), Some(State::Late { days: 10 }));
    let combined = granted(Sphere::Combined, "2026-01-01", "2031-01-01");
    assert_eq!(state(Some((on, combined))), Some(State::InTime));
    let other = granted(Sphere::RelatedRights, "2026-01-01", "2031-01-01");
    assert_eq!(state(Some((on, other))), Some(State::Overdue { days: 31 }));
    // Nothing is to follow what was revoked.
    let revoked = RoyaltyWhat::Revoked { sphere: Sphere::Copyright, on };
    assert_eq!(state(Some((on, revoked))), None);
}

#[test]
fn an_objection_that_is_withdrawn_needs_no_answer() {
    let mut story = Story::default();
    story.add(day("2026-04-22"), RoyaltyWhat::Objected { dispute: id("shares") });
    story.add(day("2026-04-23"), RoyaltyWhat::Withdrawn { dispute: id("shares") });
    let deadline = story.only(Rule::D38, day("2026-12-31"));
    assert_eq!(deadline.met.map(|met| met.how), Some(How::Ended));
    assert_eq!(deadline.about, Some(Subject::new(Role::Dispute, id("shares"))));
}

#[test]
fn a_rule_without_its_parameter_is_silent() {
    let initial = Law::initial();
    let names = [Name::DistributionPeriod, Name::CollectionRunM];
    let known = names.map(|name| {
        let version = |(from, value): &(i64, crate::law::parameters::Initial)| ItemVersion {
            from: *from,
            value: value.value(),
            mark: Mark::Unverified,
        };
        let versions = name.info().initial.iter().map(version).collect();
        (name, Parameter { name: name.name().to_owned(), versions })
    });
    let law = Law::new(known.into_iter().collect(), initial.calendar().clone());
    let mut story = Story::default();
    published(&mut story);
    let found = deadlines(&story.0, &law, day("2026-12-31")).report;
    let silent: Vec<(Rule, Missing)> =
        found.silent.iter().map(|it| (it.rule, it.missing)).collect();
    assert_eq!(
        silent,
        [
            (Rule::D30, Missing::Parameter(Name::DistributionCd)),
            (Rule::D35, Missing::Parameter(Name::UnclaimedYears)),
            (Rule::D31, Missing::Parameter(Name::PayoutCd)),
        ]
    );
    assert!(found.deadlines.iter().all(|it| it.rule == Rule::D33));
}
