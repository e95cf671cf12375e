//! Clocks that stand, money, corrections, versions of the law, and what is left unsaid.

use super::*;

#[test]
fn the_execution_term_does_not_run_while_the_case_is_suspended_or_deferred() {
    let initiated_on = day("2026-01-12");
    let due = |story: &Story| story.only(Rule::D06).due.map(text);
    let mut story = Story::enforcing();
    assert_eq!(due(&story).as_deref(), Some("2026-03-12"));
    // Ten days, two grounds told apart.
    story.add(initiated_on + 10, suspended("DEBTOR_HOSPITAL", None));
    assert_eq!(due(&story), None);
    assert_eq!(story.only(Rule::D06).state(day("2027-01-01")), State::Standing);
    story.add(initiated_on + 12, suspended("INCAPACITY", None));
    story.add(initiated_on + 15, resumed("DEBTOR_HOSPITAL"));
    assert_eq!(due(&story), None);
    story.add(initiated_on + 20, resumed("INCAPACITY"));
    // The twelfth of March and ten days is a holiday; the days off after it end on the twenty-fifth.
    assert_eq!(due(&story).as_deref(), Some("2026-03-26"));
    // Five more days, by a deferral that ends on its last day, whatever its record says.
    story.add(initiated_on + 30, What::Deferred { until: Some(initiated_on + 35) });
    story.add(initiated_on + 40, What::DeferralEnded);
    assert_eq!(due(&story).as_deref(), Some("2026-03-27"));
    let deadline = story.only(Rule::D06);
    assert_eq!(
        deadline.stopped,
        [
            Interval { after: initiated_on + 10, through: Some(initiated_on + 20) },
            Interval { after: initiated_on + 30, through: Some(initiated_on + 35) },
        ]
    );
    let names: Vec<Name> = deadline.parameters.iter().map(|reading| reading.name).collect();
    assert_eq!(names, [Name::ExecutionMonthsClassA, Name::DeferralStopsClock]);
}

#[test]
fn a_deferral_stops_the_clock_if_its_parameter_says_so() {
    let mut story = Story::enforcing();
    story.add(day("2026-01-20"), What::Deferred { until: None });
    assert_eq!(story.only(Rule::D06).due, None);
    let mut law = with_values(&[]);
    assert_eq!(law.flag(Name::DeferralStopsClock, start()), Some(true));
    law = with_values(&[(Name::DeferralStopsClock, &[])]);
    // Without a value, the case has the benefit of the doubt.
    let find = |law: &Law| {
        let report = deadlines(&story.events, law);
        report.deadlines.into_iter().find(|deadline| deadline.rule == Rule::D06).expect("D06").due
    };
    assert_eq!(find(&law), None);
    let running = Parameter {
        name: Name::DeferralStopsClock.name().to_owned(),
        versions: vec![ItemVersion { from: 0, value: Value::Bool(false), mark: Mark::Confirmed }],
    };
    let all = Name::ALL.iter().filter_map(|name| {
        let reading = Law::initial().reading(*name, start())?;
        let version = ItemVersion { from: 0, value: reading.value, mark: reading.mark };
        Some((*name, Parameter { name: name.name().to_owned(), versions: vec![version] }))
    });
    let mut parameters: std::collections::BTreeMap<Name, Parameter> = all.collect();
    parameters.insert(Name::DeferralStopsClock, running);
    let law = Law::new(parameters, Law::initial().calendar().clone());
    assert_eq!(find(&law).map(text).as_deref(), Some("2026-03-12"));
}

#[test]
fn a_closing_that_was_undone_does_not_meet_the_execution_term() {
    let mut story = Story::enforcing();
    story.add(day("2026-02-12"), closed());
    assert_eq!(story.only(Rule::D06).state(day("2026-12-31")), State::InTime);
    story.add(day("2026-05-12"), What::Reopened);
    let reopened = story.only(Rule::D06);
    // The 89 days of being closed are not counted: 2026-03-12 and 89 days.
    assert_eq!((reopened.met, reopened.due.map(text).as_deref()), (None, Some("2026-06-09")));
    story.add(day("2026-06-10"), closed());
    assert_eq!(story.only(Rule::D06).state(day("2026-12-31")), State::Late { days: 1 });
}

#[test]
fn periodic_recoveries_have_no_execution_term_and_no_payment_in_full() {
    let mut story = Story::enforcing();
    if let What::Presented(presentation) = &mut story.events[0].what {
        presentation.periodic = true;
    }
    story.add(start(), recovered(2_000));
    for rule in [Rule::D06, Rule::D12, Rule::D13] {
        assert_eq!(story.of(rule), [], "{rule:?}");
    }
    assert_eq!(story.of(Rule::D11).len(), 1);
}

#[test]
fn money_goes_out_in_the_order_in_which_it_came_in() {
    let mut story = Story::enforcing();
    let first = story.add(start(), recovered(100));
    let second = story.add(start() + 1, recovered(50));
    let paid = story.add(start() + 2, distributed(120, 20));
    let met = |story: &Story, cause| {
        let all = story.of(Rule::D11);
        let of = all.into_iter().find(|deadline| deadline.cause == cause).expect("a deadline");
        of.met.map(|met| met.record)
    };
    assert_eq!((met(&story, first), met(&story, second)), (Some(paid), None));
    // A correction gives out the rest; another takes back what never came in.
    let delta = |total: i64| PayoutDelta { total, to_others: 0 };
    let mut amended = story.clone();
    let more = amended.add(start() + 3, corrected(Correction::Amended, paid, 0, delta(30)));
    assert_eq!(met(&amended, second), Some(more));
    let taken = corrected(Correction::Amended, second, -30, PayoutDelta::default());
    let taken = story.add(start() + 3, taken);
    assert_eq!(met(&story, second), Some(taken));
}

#[test]
fn without_amounts_the_next_payout_counts_and_payment_in_full_is_not_known() {
    let mut story = Story::enforcing();
    let unknown = story.add(start(), What::Recovered { amount: None, on: None });
    let paid =
        story.add(start() + 9, What::Distributed { total: None, paid: None, to_others: None });
    let payout = story.only(Rule::D11);
    assert_eq!(payout.met.map(|met| met.record), Some(paid));
    let report = deadlines(&story.events, &law());
    let silent: Vec<Silent> = report.silent.clone();
    let expected = [Rule::D12, Rule::D13].map(|rule| Silent {
        rule,
        cause: unknown,
        missing: Missing::Amounts,
    });
    assert_eq!(silent, expected);
    // Nothing came in, so nothing is asked for and nothing is missing.
    let mut bare = Story::enforcing();
    if let What::Presented(presentation) = &mut bare.events[0].what {
        presentation.amount = None;
    }
    assert_eq!(deadlines(&bare.events, &law()).silent, []);
}

#[test]
fn a_case_is_paid_once_the_sum_covers_what_others_take_too() {
    let mut story = Story::enforcing();
    story.add(start(), recovered(1_000));
    assert_eq!(story.only(Rule::D13).start, start());
    // The fee of 100 leaves the claimant short.
    story.add(start() + 1, distributed(1_000, 100));
    assert_eq!(story.of(Rule::D13), []);
    story.add(start() + 5, What::Received { amount: Some(100) });
    assert_eq!(story.only(Rule::D13).start, start() + 5);
    // No measure was open, so none is to be lifted.
    assert_eq!(story.of(Rule::D12), []);
}

#[test]
fn measures_are_lifted_when_the_last_one_is() {
    let mut story = Story::enforcing();
    let other = |state| What::MeasureChanged { measure: id("another measure"), state };
    story.add(start() - 9, imposed(MeasureCode::AccountArrest, MeasureState::Active));
    story.add(start() - 9, other(MeasureState::Suspended));
    story.add(start(), recovered(1_000));
    story.add(start() + 1, lifted());
    assert_eq!(story.only(Rule::D12).met, None);
    story.add(start() + 2, other(MeasureState::Lifted));
    assert_eq!(story.only(Rule::D12).met.map(|met| met.day), Some(start() + 2));
}

#[test]
fn what_is_annulled_neither_begins_nor_meets_a_deadline() {
    let mut story = Story::enforcing();
    let notified =
        story.add(day("2026-01-13"), notice("DEBTOR", "INITIATION", day("2026-01-13"), None));
    assert!(story.only(Rule::D03).met.is_some());
    let annulment = story.add(start(), annulled(notified));
    assert_eq!(story.only(Rule::D03).met, None);
    story.add(start() + 1, annulled(annulment));
    assert!(story.only(Rule::D03).met.is_some());
    let arrested = story.add(start(), lot(LotStage::Arrested, start()));
    story.add(start() + 1, annulled(arrested));
    assert_eq!(story.of(Rule::D08), []);
}

#[test]
fn a_closing_ends_what_is_not_asked_for_any_more() {
    let mut story = Story::enforcing();
    story.add(day("2026-01-14"), closed());
    // Three working days for the notices were not over yet.
    for rule in [Rule::D03, Rule::D04] {
        let ended = story.only(rule);
        assert_eq!(ended.met.map(|met| met.how), Some(How::Ended));
        assert_eq!(ended.state(start()), State::InTime);
    }
    let mut late = Story::enforcing();
    late.add(day("2026-01-16"), closed());
    assert_eq!(late.only(Rule::D03).state(start()), State::Late { days: 1 });
}

#[test]
fn the_ground_of_challenged_actions_ceases_with_the_last_decision() {
    let mut story = Story::enforcing();
    let complained =
        |name: &str, stage| What::Complained { complaint: id(name), kind: None, stage };
    story.add(start() - 9, complained("one", ComplaintStage::Filed));
    story.add(start() - 9, complained("two", ComplaintStage::Filed));
    story.add(start() - 8, suspended("CHALLENGED_ACTIONS", None));
    story.add(start() - 5, complained("one", ComplaintStage::Returned));
    assert_eq!(story.of(Rule::D17), []);
    let decided = story.add(start(), complained("two", ComplaintStage::InForce));
    let deadline = story.only(Rule::D17);
    assert_eq!((deadline.cause, deadline.due.map(text).as_deref()), (decided, Some("2026-02-05")));
}

#[test]
fn an_appeal_ends_the_wait_for_what_follows_a_complaint() {
    let mut story = Story::enforcing();
    story.add(start(), complaint(ComplaintStage::Satisfied));
    story.add(start() + 3, complaint(ComplaintStage::Appealed));
    assert_eq!(story.only(Rule::D21).met.map(|met| met.how), Some(How::Ended));
    story.add(start() + 30, complaint(ComplaintStage::Satisfied));
    assert_eq!(story.of(Rule::D21).len(), 2);
}

#[test]
fn deadlines_of_one_lot_are_not_met_by_another() {
    let mut story = Story::enforcing();
    story.add(start(), lot(LotStage::Arrested, start()));
    let What::Lot(event) = lot(LotStage::AppraiserAppointed, start() + 1) else { panic!("a lot") };
    story.add(start() + 1, What::Lot(LotEvent { lot: id("another lot"), ..event }));
    let deadline = story.only(Rule::D08);
    assert_eq!((deadline.met, deadline.about), (None, Some(Subject::new(Role::Lot, id("lot")))));
    // Ownership identified after the arrest: the term runs from then.
    let later = LotEvent { identified_on: Some(start() + 7), ..event };
    story.add(start() + 9, What::Lot(later));
    assert_eq!(story.only(Rule::D08).start, start() + 7);
}

#[test]
fn two_versions_of_a_term_are_told_apart_by_the_day_of_the_event() {
    let initiated_on = day("2026-01-12");
    let law = with_values(&[(Name::NoticeWd, &[(0, 3), (initiated_on, 5)])]);
    let due = |moved: i64| {
        let mut story = Story::enforcing();
        for event in &mut story.events {
            event.happened = noon(event.day() + moved);
        }
        let report = deadlines(&story.events, &law);
        let deadline = report.deadlines.into_iter().find(|it| it.rule == Rule::D03).expect("D03");
        let read = &deadline.parameters[0];
        (read.from, read.value.as_i64(), read.mark, deadline.due.map(text).expect("a day"))
    };
    // 2026-01-09 is the Friday before.
    assert_eq!(due(-3), (0, Some(3), Mark::Unverified, "2026-01-14".to_owned()));
    assert_eq!(due(0), (initiated_on, Some(5), Mark::Unverified, "2026-01-19".to_owned()));
}

#[test]
fn a_rule_without_a_parameter_is_silent_and_says_so() {
    let mut story = Story::enforcing();
    let asked =
        story.add(start(), imposed(MeasureCode::TravelBan, MeasureState::SanctionRequested));
    let report = deadlines(&story.events, &Law::initial());
    let missing = Missing::Parameter(Name::SanctionDecisionWd);
    assert_eq!(report.silent, [Silent { rule: Rule::D15, cause: asked, missing }]);
    // Without any law nothing is asked for, and every rule says why, once.
    let nothing = deadlines(&story.events, &Law::default());
    assert_eq!(nothing.deadlines, []);
    let mut rules: Vec<Rule> = nothing.silent.iter().map(|silent| silent.rule).collect();
    rules.dedup();
    assert_eq!(rules.len(), nothing.silent.len());
    assert!(rules.contains(&Rule::D19) && rules.contains(&Rule::D22));
}

#[test]
fn a_deadline_is_computed_again_from_what_it_names() {
    let mut story = Story::enforcing();
    story.add(day("2026-01-20"), suspended("DEBTOR_HOSPITAL", Some(day("2026-02-20"))));
    story.add(day("2026-03-01"), resumed("DEBTOR_HOSPITAL"));
    story.add(
        day("2026-03-02"),
        notice("DEBTOR", "INITIATION", day("2026-03-02"), Some(day("2026-03-05"))),
    );
    story.add(day("2026-03-09"), lot(LotStage::Valued, day("2026-03-06")));
    story.add(day("2026-12-25"), recovered(1_500));
    let law = law();
    let report = deadlines(&story.events, &law);
    assert!(report.deadlines.len() > 10);
    for deadline in &report.deadlines {
        assert_eq!(deadline.recompute(law.calendar()), deadline.due, "{deadline:?}");
        assert!(story.events.iter().any(|event| event.record == deadline.cause));
    }
    // The years a term ran in, with what is known of them; of 2028 nothing is.
    let payout = report.deadlines.iter().find(|deadline| deadline.rule == Rule::D11).expect("D11");
    assert_eq!(payout.years, [(2026, Known::Holidays(Mark::Unverified))]);
    let silence =
        report.deadlines.iter().rfind(|deadline| deadline.rule == Rule::D19).expect("D19");
    let both = [2026, 2027].map(|year| (year, Known::Holidays(Mark::Unverified)));
    assert_eq!(silence.years, both);
    assert_eq!(years(law.calendar(), day("2027-12-31"), Some(day("2028-01-03"))).len(), 2);
    assert_eq!(law.calendar().known(2028), Known::Nothing);
}

#[test]
fn what_comes_next_is_told_in_order_and_breaches_never_mix_with_signals() {
    let mut story = Story::enforcing();
    story.add(start(), recovered(500));
    let report = deadlines(&story.events, &law());
    let today = day("2026-03-05");
    let next: Vec<(Rule, String)> = report
        .next(today)
        .into_iter()
        .map(|deadline| (deadline.rule, deadline.due.map(text).unwrap_or_default()))
        .collect();
    let expected = [
        (Rule::D03, "2026-01-15"),
        (Rule::D04, "2026-01-15"),
        (Rule::D11, "2026-02-05"),
        (Rule::D19, "2026-03-04"),
        (Rule::D06, "2026-03-12"),
    ];
    assert_eq!(next, expected.map(|(rule, due)| (rule, due.to_owned())));
    let delays = |nature| report.delays(nature, today).map(|it| it.rule).collect::<Vec<_>>();
    assert_eq!(delays(Nature::Statutory), [Rule::D03, Rule::D04, Rule::D11]);
    assert_eq!(delays(Nature::Signal), [Rule::D19]);
    // On an earlier day the same report has fewer delays, and knows nothing of what came later.
    assert_eq!(report.delays(Nature::Statutory, day("2026-01-15")).count(), 0);
}
