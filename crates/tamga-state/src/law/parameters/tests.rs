use std::collections::BTreeSet;

use super::*;
use crate::catalogue::looks_personal;
use crate::memory::MemoryView;
use crate::status::encode;
use crate::view::StatusRow;

fn day(year: i64, month: i64, dom: i64) -> i64 {
    date(year, month, dom).expect("a date")
}

fn entry<'a>(name: &'a str, value: &'a Value, from: i64) -> Entry<'a> {
    Entry { name, value, from, to: None, mark: Mark::Confirmed, basis: "EL art. 11" }
}

#[test]
fn the_table_holds_lawful_initial_values() {
    let names: BTreeSet<&str> = Name::ALL.iter().map(|name| name.name()).collect();
    assert_eq!(names.len(), Name::ALL.len());
    for name in Name::ALL {
        let info = name.info();
        assert_eq!((info.name, Name::from_name(name.name())), (*name, Some(*name)));
        assert!(!looks_personal(info.basis) && info.basis.len() <= 160, "{}", name.name());
        assert!(info.initial.is_sorted_by_key(|(from, _)| *from), "{}", name.name());
        for (from, initial) in info.initial {
            let value = initial.value();
            let entered = entry(name.name(), &value, *from).enter(None);
            assert!(entered.is_ok(), "{}: {entered:?}", name.name());
        }
    }
}

/// Every parameter of the domain model's file, but the swaps of working days, which are entries of calendar years.
#[test]
fn the_table_holds_every_parameter_of_the_domain_model() {
    let names = "
        distribution_wd initiation_wd notice_wd voluntary_term_wd execution_months_class_a execution_months_class_b
        appraiser_wd max_auctions valuation_validity_m payout_wd lift_wd close_wd erd_remove_wd suspension_act_wd
        resumption_wd complaint_wd complaint_followup_wd travel_ban_mrp travel_ban_periodic_m
        travel_ban_notice_required_from robot_threshold_mrp state_recovery_limit wage_withholding_max_bp
        elapsed_before_interruption_counts deferral_stops_clock late_anchor_wd transfer_wd postpone_max_cd
        protected_minimum fee_position claim_priorities erd_enter_rule max_load sanction_bp fee_mode
        fee_brackets_mrp fee_rates_bp mrp deduction_max_bp distribution_period unclaimed_years accreditation_years
        statement_lag_wd annual_report_due usage_report_period usage_tolerance_bp mandate_scope_exclusive spheres
        n_okup private_copy_split_bp exclusion_notice_m audit_period tax_rules k_min";
    for name in names.split_whitespace() {
        assert!(Name::from_name(name).is_some(), "{name}");
    }
    let law = Law::initial();
    let day = day(2026, 3, 2);
    let numbers = [
        (Name::AppraiserWd, 10, Mark::Confirmed),
        (Name::InitiationWd, 3, Mark::Unverified),
        (Name::LateAnchorWd, 1, Mark::Design),
        (Name::StateRecoveryLimit, 4_300_000, Mark::Confirmed),
        (Name::Mrp, 4_325, Mark::Confirmed),
        (Name::DeductionMaxBp, 3_000, Mark::Unverified),
        (Name::TravelBanNoticeRequiredFrom, 20_447, Mark::Confirmed),
    ];
    for (name, number, mark) in numbers {
        let reading = law.reading(name, day).expect("a value");
        assert_eq!((reading.value.as_i64(), reading.mark), (Some(number), mark), "{name:?}");
    }
    assert_eq!(law.word(Name::FeePosition, day), Some("after_claims"));
    assert_eq!(law.flag(Name::ElapsedBeforeInterruptionCounts, day), Some(true));
    assert_eq!(law.numbers(Name::PrivateCopySplitBp, day), None);
}

#[test]
fn values_have_the_form_of_their_parameter() {
    let texts = |words: &[&str]| Value::Array(words.iter().map(|word| Value::text(word)).collect());
    let numbers = |list: &[i64]| Value::Array(list.iter().copied().map(Value::int).collect());
    let lawful = [
        ("notice_wd", Value::int(0)),
        ("deferral_stops_clock", Value::Bool(false)),
        ("fee_mode", Value::text("marginal")),
        ("travel_ban_notice_required_from", Value::int(20_000)),
        ("annual_report_due", Value::text("02-29")),
        ("fee_rates_bp", numbers(&[10_000])),
        ("spheres", texts(&["copyright"])),
        ("calendar.2030", numbers(&[])),
    ];
    for (name, value) in lawful {
        let from = if name.starts_with("calendar") { day(2030, 1, 1) } else { 0 };
        assert!(entry(name, &value, from).enter(None).is_ok(), "{name}");
    }
    let flawed = [
        ("notice_wd", Value::int(-1)),
        ("notice_wd", Value::int(3_661)),
        ("notice_wd", Value::text("3")),
        ("deferral_stops_clock", Value::int(1)),
        ("fee_mode", Value::text("Flat")),
        ("annual_report_due", Value::text("02-30")),
        ("annual_report_due", Value::text("4-15")),
        ("annual_report_due", Value::text("April")),
        ("fee_rates_bp", numbers(&[])),
        ("fee_rates_bp", numbers(&[10_001])),
        ("fee_rates_bp", Value::Array(vec![Value::int(1); 65])),
        ("spheres", texts(&["patents"])),
        ("calendar.2030", numbers(&[101])),
        ("calendar.2030", texts(&["01-01"])),
        ("calendar.2030", Value::int(10_101)),
    ];
    for (name, value) in flawed {
        let flaw = entry(name, &value, day(2030, 1, 1)).enter(None).expect_err(name);
        assert_eq!((flaw.code, flaw.field), (Code::Validation, "value"), "{name}: {flaw:?}");
    }
}

#[test]
fn an_entry_names_a_parameter_its_days_and_its_act() {
    let one = Value::int(1);
    let year = Value::Array(Vec::new());
    let wrong = |entry: Entry<'_>, code, field| {
        let flaw = entry.enter(None).expect_err("it is flawed");
        assert_eq!((flaw.code, flaw.field), (code, field), "{flaw:?}");
    };
    wrong(entry("notice", &one, 0), Code::ParameterUnknown, "name");
    wrong(entry("calendar.1999", &one, 0), Code::ParameterUnknown, "name");
    wrong(Entry { basis: "—", ..entry("notice_wd", &one, 0) }, Code::Validation, "legal_basis");
    wrong(entry("calendar.2030", &year, day(2030, 1, 2)), Code::DateOrder, "valid_from");
    let ends =
        Entry { to: Some(day(2030, 12, 31)), ..entry("calendar.2030", &year, day(2030, 1, 1)) };
    wrong(ends, Code::DateOrder, "valid_from");
    wrong(Entry { to: Some(4), ..entry("notice_wd", &one, 5) }, Code::DateOrder, "valid_to");
}

#[test]
fn a_mandatory_parameter_is_never_without_a_value() {
    let (one, two) = (Value::int(1), Value::int(2));
    let until = |name, value, from, to| Entry { to: Some(to), ..entry(name, value, from) };
    let later = entry("notice_wd", &two, 20).enter(None).expect("lawful");
    let gap = until("notice_wd", &one, 5, 18).enter(Some(later.clone())).expect_err("a gap");
    assert_eq!((gap.code, gap.field), (Code::ParameterGap, "valid_to"));
    let over = until("notice_wd", &one, 5, 20).enter(Some(later.clone())).expect_err("it overlaps");
    assert_eq!((over.code, over.field), (Code::DateOrder, "valid_to"));
    let whole = until("notice_wd", &one, 5, 19).enter(Some(later)).expect("no gap");
    let on = |item: &Parameter, day| item.on(day).and_then(Value::as_i64);
    assert_eq!([4, 5, 19, 20].map(|day| on(&whole, day)), [None, Some(1), Some(1), Some(2)]);
    // One that no source knows may be repealed, and enacted again.
    let name = "presentation_months.other";
    let repealed = until(name, &one, 5, 9).enter(None).expect("lawful");
    assert_eq!([5, 9, 10].map(|day| on(&repealed, day)), [Some(1), Some(1), None]);
    let again = entry(name, &two, 10).enter(Some(repealed)).expect("lawful");
    assert_eq!([9, 10].map(|day| on(&again, day)), [Some(1), Some(2)]);
}

#[test]
fn an_item_holds_so_many_values_and_no_more() {
    let one = Value::int(1);
    let mut item = None;
    for from in (0..).take(Parameter::VERSIONS_MAX) {
        item = Some(entry("notice_wd", &one, from).enter(item).expect("there is room"));
    }
    let replaced =
        entry("notice_wd", &Value::int(9), 3).enter(item.clone()).expect("no more values");
    assert_eq!(replaced.on(3), Some(&Value::int(9)));
    let full = entry("notice_wd", &one, 64).enter(item).expect_err("it is full");
    assert_eq!(full.code, Code::StatusFull);
}

#[test]
fn the_law_is_read_from_the_registry() {
    let mut view = MemoryView::default();
    for line in initial_lines() {
        let subject = Parameter::subject(&line.name);
        let known = item(&view, &subject).expect("in memory");
        let basis = line.basis.as_str();
        let entry = Entry { mark: line.mark, basis, ..entry(&line.name, &line.value, line.from) };
        let bytes = encode(&entry.enter(known).expect("lawful"), None);
        view.statuses.insert(subject, StatusRow { nonce: [0; 16], bytes: bytes.into() });
    }
    assert_eq!(Law::read(&view, calendar::YEARS), Ok(Law::initial()));
    let on = |name, day| number(&view, name, day).expect("in memory");
    assert_eq!(on(Name::Mrp, day(2025, 12, 31)), Some(3_932));
    assert_eq!(on(Name::Mrp, day(2026, 1, 1)), Some(4_325));
    assert_eq!(flag(&view, Name::FeeBoundaryInclusive, day(2026, 1, 1)), Ok(Some(true)));
    assert_eq!(on(Name::SanctionDecisionWd, day(2026, 1, 1)), None);
}
