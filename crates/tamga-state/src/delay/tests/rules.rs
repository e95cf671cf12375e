//! Every rule just holds on its last day and just breaks the day after.

use super::*;

/// What begins a deadline on [`start`], what meets it on a day, and its last day.
struct Case {
    rule: Rule,
    begin: fn(&mut Story),
    meet: fn(&mut Story, i64),
    due: &'static str,
}

const CASES: &[Case] = &[
    Case {
        rule: Rule::D01,
        begin: |story| {
            story.events.clear();
            story.add(start(), presented());
        },
        meet: |story, day| {
            story.add(day, What::Assigned { officer: id("officer") });
        },
        due: "2026-02-03",
    },
    Case {
        rule: Rule::D02,
        begin: |story| {
            story.events.truncate(1);
            story.add(start(), What::Assigned { officer: id("officer") });
        },
        meet: |story, day| {
            story.add(day, What::Refused { ground: "NOT_IN_FORCE".to_owned() });
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D03,
        begin: |story| {
            story.events.truncate(2);
            story.add(start(), initiated("A"));
            story.add(start(), notice("CLAIMANT", "INITIATION", start(), None));
            story.add(start(), notice("DEBTOR", "OTHER", start(), None));
        },
        // The day on which it was sent counts, not the day of its record.
        meet: |story, day| {
            story.add(day + 1, notice("DEBTOR", "INITIATION", day, None));
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D04,
        begin: |story| {
            story.events.truncate(2);
            story.add(start(), initiated("B"));
            story.add(start(), notice("DEBTOR", "INITIATION", start(), None));
        },
        meet: |story, day| {
            story.add(day, notice("CLAIMANT", "INITIATION", day, None));
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D05,
        begin: |story| {
            story.events.truncate(3);
            story.add(start(), notice("DEBTOR", "INITIATION", start() - 3, None));
            story.add(start() + 1, notice("DEBTOR", "INITIATION", start() - 3, Some(start())));
        },
        meet: |story, day| {
            story.add(day, What::Started);
        },
        due: "2026-02-16",
    },
    Case {
        rule: Rule::D06,
        begin: |story| {
            story.events.truncate(2);
            story.add(start(), initiated("A"));
        },
        meet: |story, day| {
            story.add(day, closed());
        },
        due: "2026-04-02",
    },
    Case {
        rule: Rule::D07,
        begin: |story| {
            story.events.truncate(2);
            story.add(start(), initiated("B"));
        },
        meet: |story, day| {
            story.add(day, closed());
        },
        due: "2026-06-02",
    },
    Case {
        rule: Rule::D08,
        begin: |story| {
            story.add(start() - 9, lot(LotStage::Identified, start() - 10));
            story.add(start() + 1, lot(LotStage::Arrested, start()));
        },
        meet: |story, day| {
            story.add(day + 2, lot(LotStage::AppraiserAppointed, day));
        },
        due: "2026-02-16",
    },
    Case {
        rule: Rule::D09,
        begin: |story| {
            story.add(start(), lot(LotStage::Valued, start()));
        },
        meet: |story, day| {
            story.add(day, lot(LotStage::Listed, day));
        },
        due: "2026-02-16",
    },
    Case {
        rule: Rule::D09V,
        begin: |story| {
            story.add(start(), lot(LotStage::Valued, start()));
        },
        meet: |story, day| {
            story.add(day, lot(LotStage::Listed, day));
        },
        due: "2026-08-03",
    },
    Case {
        rule: Rule::D10,
        begin: |story| {
            story.add(start(), lot(LotStage::Failed, start()));
        },
        meet: |story, day| {
            story.add(day, lot(LotStage::ReturnedToDebtor, day));
        },
        due: "2026-03-02",
    },
    Case {
        rule: Rule::D11,
        begin: |story| {
            story.add(start() + 1, What::Recovered { amount: Some(500), on: Some(start()) });
            story.add(start() + 1, distributed(499, 0));
        },
        meet: |story, day| {
            story.add(day, distributed(1, 1));
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D12,
        begin: |story| {
            story.add(start() - 9, imposed(MeasureCode::AccountArrest, MeasureState::Active));
            story.add(start() - 9, recovered(999));
            story.add(start(), recovered(1));
        },
        meet: |story, day| {
            story.add(day, lifted());
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D13,
        begin: |story| {
            story.add(start(), recovered(1_000));
            story.add(start(), distributed(1_000, 0));
        },
        meet: |story, day| {
            story.add(day, closed());
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D14,
        begin: |story| {
            story.add(start() - 9, registered(true));
            story.add(start(), closed());
        },
        meet: |story, day| {
            story.add(day, registered(false));
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D15,
        begin: |story| {
            story.add(start(), imposed(MeasureCode::TravelBan, MeasureState::SanctionRequested));
        },
        meet: |story, day| {
            let state = MeasureState::SanctionDenied;
            story.add_by(day, "court", What::Answered { measure: id("measure"), state });
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D17,
        begin: |story| {
            story.add(start() - 9, suspended("DEBTOR_HOSPITAL", Some(start())));
            story.add(start() - 9, suspended("INCAPACITY", None));
        },
        meet: |story, day| {
            story.add(day - 1, resumed("INCAPACITY"));
            story.add(day, resumed("DEBTOR_HOSPITAL"));
        },
        due: "2026-02-05",
    },
    Case {
        rule: Rule::D18,
        begin: |story| {
            story.add(start() - 9, What::Deferred { until: Some(start()) });
            story.add(start() - 1, recovered(1));
        },
        meet: |story, day| {
            story.add(day, recovered(1));
        },
        due: "2026-02-03",
    },
    Case {
        rule: Rule::D20,
        begin: |story| {
            let (from, to) = (Some(id("officer")), id("another"));
            story.add_by(start(), "chamber", What::Transferred { from, to, region: None });
            story.add_by(start(), "bank", recovered(1));
        },
        meet: |story, day| {
            story.add_by(day, "another", What::Levied { kind: "WAGES".to_owned() });
        },
        due: "2026-02-09",
    },
    Case {
        rule: Rule::D21,
        begin: |story| {
            story.add(start() - 9, complaint(ComplaintStage::Filed));
            story.add(start(), complaint(ComplaintStage::Partially));
        },
        meet: |story, day| {
            let target = story.events[3].record;
            story.add(day, annulled(target));
        },
        due: "2026-02-09",
    },
];

#[test]
fn every_rule_holds_on_its_last_day_and_breaks_the_day_after() {
    for Case { rule, begin, meet, due } in CASES {
        let mut story = Story::enforcing();
        begin(&mut story);
        let last = day(due);
        let open = story.only(*rule);
        assert_eq!(
            (text(open.start), open.due.map(text)),
            (text(start()), Some((*due).to_owned())),
            "{rule:?}"
        );
        assert_eq!(open.state(last), State::Running { days: 0 }, "{rule:?}");
        assert_eq!(open.state(last + 1), State::Overdue { days: 1 }, "{rule:?}");
        for (on, state) in [(last, State::InTime), (last + 1, State::Late { days: 1 })] {
            let mut story = story.clone();
            meet(&mut story, on);
            let met = story.only(*rule);
            assert_eq!(met.state(on), state, "{rule:?} {}", text(on));
            // Before it was met, it stood as if it never would be.
            assert_eq!(met.state(on - 1), open.state(on - 1), "{rule:?}");
        }
    }
    // Three rules have tests of their own below.
    let tested: Vec<Rule> = CASES.iter().map(|case| case.rule).collect();
    let others: Vec<Rule> = Rule::of_cases().filter(|rule| !tested.contains(rule)).collect();
    assert_eq!(others, [Rule::D16, Rule::D19, Rule::D22]);
}

#[test]
fn d16_a_travel_ban_is_imposed_after_its_warning_was_delivered() {
    let state = |warned: Option<i64>, banned: i64, warned_at: fn(&mut Story, i64)| {
        let mut story = Story::enforcing();
        if let Some(day) = warned.filter(|day| *day <= banned) {
            warned_at(&mut story, day);
        }
        story.add(banned, imposed(MeasureCode::TravelBan, MeasureState::SanctionRequested));
        if let Some(day) = warned.filter(|day| *day > banned) {
            warned_at(&mut story, day);
        }
        story.add(banned, imposed(MeasureCode::TravelBan, MeasureState::Active));
        story.of(Rule::D16).first().map(|deadline| deadline.state(day("2026-12-31")))
    };
    let warn = |story: &mut Story, day: i64| {
        story.add(day, notice("DEBTOR", "TRAVEL_BAN_WARNING", day, Some(day)));
    };
    let sent = |story: &mut Story, day: i64| {
        story.add(day, notice("DEBTOR", "TRAVEL_BAN_WARNING", day, None));
    };
    let ban = start();
    assert_eq!(state(Some(ban - 1), ban, warn), Some(State::InTime));
    assert_eq!(state(Some(ban), ban, warn), Some(State::Late { days: 1 }), "at the same time");
    assert_eq!(state(Some(ban + 1), ban, warn), Some(State::Late { days: 1 }));
    let overdue = Some(State::Overdue { days: day("2026-12-31") - ban });
    assert_eq!(state(None, ban, warn), overdue);
    assert_eq!(state(Some(ban - 1), ban, sent), overdue, "sent, not delivered");
    // Warnings are required from 2025-12-25.
    assert_eq!(state(None, day("2025-12-24"), warn), None);
    assert!(state(None, day("2025-12-25"), warn).is_some());
}

#[test]
fn d19_an_open_case_is_not_silent_for_longer_than_its_term() {
    let silent = |gap: i64| {
        let mut story = Story::enforcing();
        story.add(start(), What::Levied { kind: "WAGES".to_owned() });
        story.add(start() + gap, What::Levied { kind: "FUNDS".to_owned() });
        story.of(Rule::D19)
    };
    // Thirty days after 2026-02-02 is 2026-03-04; only the last event is waited for.
    assert_eq!(silent(30).len(), 1);
    let [gap, last] = &silent(31)[..] else { panic!("two") };
    assert_eq!(
        (text(gap.start), gap.due.map(text)),
        ("2026-02-02".into(), Some("2026-03-04".into()))
    );
    assert_eq!(gap.state(start() + 31), State::Late { days: 1 });
    assert_eq!(last.state(last.due.expect("a day")), State::Running { days: 0 });
    assert_eq!(last.state(last.due.expect("a day") + 1), State::Overdue { days: 1 });
    // A closed case may rest.
    let mut story = Story::enforcing();
    story.add(day("2026-01-13"), closed());
    assert_eq!(story.of(Rule::D19), []);
}

#[test]
fn d22_an_event_is_recorded_within_its_term() {
    // 2026-03-06 is a Friday before a holiday on Monday the ninth.
    let late = |recorded: &str| {
        let mut story = Story::enforcing();
        story.add(day("2026-03-06"), What::Levied { kind: "WAGES".to_owned() });
        story.events[4].recorded = noon(day(recorded));
        story.of(Rule::D22)
    };
    assert_eq!(late("2026-03-10"), []);
    let [event] = &late("2026-03-11")[..] else { panic!("one") };
    assert_eq!((event.due.map(text), event.nature()), (Some("2026-03-10".into()), Nature::Signal));
    assert_eq!(event.state(day("2026-03-11")), State::Late { days: 1 });
}

#[test]
fn the_table_is_that_of_the_domain_model() {
    let table: Vec<String> = Rule::ALL
        .iter()
        .map(|rule| {
            let info = rule.info();
            let nature = match info.nature {
                Nature::Statutory => "L",
                Nature::Signal => "H",
            };
            let terms: Vec<&str> = info.terms.iter().map(|name| name.name()).collect();
            format!("{} {nature} {}", info.code, terms.join(" + "))
        })
        .collect();
    assert_eq!(
        table.join("\n"),
        "\
D01 L distribution_wd
D02 L initiation_wd
D03 L notice_wd
D04 L notice_wd
D05 H voluntary_term_wd + enforcement_start_wd
D06 L execution_months_class_a
D07 L execution_months_class_b
D08 L appraiser_wd
D09 H listing_wd
D09V L valuation_validity_m
D10 H second_auction_wd
D11 L payout_wd
D12 L lift_wd
D13 L close_wd
D14 L erd_remove_wd
D15 L sanction_decision_wd
D16 L 
D17 L resumption_wd
D18 H until_wd
D19 H silence_cd
D20 H transferee_wd
D21 L complaint_followup_wd
D22 H late_anchor_wd
D30 H distribution_cd
D31 H payout_cd
D32 L statement_lag_wd
D33 H collection_run_m
D34 H usage_report_cd
D35 L unclaimed_years
D36 L annual_report_due
D37 L 
D38 H dispute_answer_wd"
    );
}

#[test]
fn every_rule_speaks_three_languages_and_counts_in_one_unit() {
    for rule in Rule::ALL {
        let info = rule.info();
        assert_eq!((info.rule, Rule::from_code(info.code)), (*rule, Some(*rule)));
        assert_eq!(Rule::from_number(rule.number()), Some(*rule));
        for language in ["kk", "ru", "en"] {
            assert!(!info.title.in_language(language).is_empty(), "{rule:?}");
        }
        assert!(!info.basis.is_empty());
        let units: Vec<Unit> = info.terms.iter().map(|name| name.info().unit).collect();
        assert!(units.windows(2).all(|pair| pair[0] == pair[1]), "{rule:?}");
    }
}
