use super::*;
use crate::catalogue::AMOUNT_MAX;
use crate::status::{Amounts, Claim, ClaimMoney, Unpaid};
use tamga_format::cbor::Value;

fn named(name: &str) -> Subject {
    tag(Role::Case, name)
}

/// Cases of one debtor under enforcement: name, order of the claim, sum due.
fn owing(claims: &[(&str, i64, i64)]) -> World {
    let mut world = World::new();
    for (name, order, due) in claims {
        let case = named(name);
        let present = World::present(case, *due)
            .field("claim_order", *order)
            .not_naming(tag(Role::Claimant, "claimant"))
            .naming(&[tag(Role::Claimant, name)]);
        world.record(&present);
        world.record(&World::distribute(case, "bailiff"));
        world.record(&world.initiate(case, "bailiff"));
    }
    world
}

/// What one case pays: its own claimant, and those of others.
fn payout(world: &World, from: &str, order: u64, own: i64, others: &[(&str, i64)]) -> Draft {
    let row = |case: &str, amount: i64| {
        let (case, claimant) = (named(case), tag(Role::Claimant, case));
        let id = |subject: Subject| Value::bytes(subject.id.as_bytes());
        Value::Array(vec![id(case), id(claimant), Value::int(amount)])
    };
    let total = own + others.iter().map(|(_, amount)| amount).sum::<i64>();
    let mut draft = world.about(Kind::E12, "bailiff", named(from)).body("total", total);
    if own > 0 {
        let claimant = Value::bytes(tag(Role::Claimant, from).id.as_bytes());
        let line = Value::Array(vec![Value::Uint(order), claimant, Value::int(own)]);
        draft = draft.body("lines", Value::Array(vec![line]));
    }
    for (name, _) in others {
        draft = draft.naming(&[named(name), tag(Role::Claimant, name)]);
    }
    let rows: Vec<Value> = others
        .iter()
        .filter(|(_, amount)| *amount > 0)
        .map(|(case, amount)| row(case, *amount))
        .collect();
    if rows.is_empty() { draft } else { draft.body("other_lines", Value::Array(rows)) }
}

fn unpaid(world: &World) -> [i64; 10] {
    let debtor = tag(Role::Debtor, "debtor");
    let status: DebtorStatus = world.status(debtor);
    let private = &world.view.privates[&debtor];
    assert_eq!(status.unpaid, Some(private.commitment()));
    Unpaid::decode(&private.bytes).expect("amounts").0
}

#[test]
fn the_debtors_status_counts_and_sums_claims_by_order() {
    let mut world = owing(&[("a", 1, 400), ("b", 1, 800), ("c", 5, 50)]);
    let claims = world.status::<DebtorStatus>(tag(Role::Debtor, "debtor")).claims;
    assert_eq!((claims[1], claims[5]), (2, 1));
    assert_eq!((unpaid(&world)[1], unpaid(&world)[5]), (1_200, 50));
    world.record(
        &world
            .about(Kind::E15, "bailiff", named("c"))
            .field("outcome", "TERMINATED")
            .field("ground_code", "LIQUIDATION")
            .field("act_date", TODAY),
    );
    let claims = world.status::<DebtorStatus>(tag(Role::Debtor, "debtor")).claims;
    assert_eq!((claims[5], unpaid(&world)[5]), (0, 0));
    let amend = world
        .correct(named("a"), "operator", "AMEND", world.first_record(named("a")))
        .body("amount_delta", 5);
    world.record(&amend);
    assert_eq!(unpaid(&world)[1], 1_205);
}

#[test]
fn within_an_order_claims_are_paid_pro_rata_by_the_priority_vectors() {
    // Two claims of the first order; the ids decide nothing but ties.
    let mut world = owing(&[("a", 1, 400_000), ("b", 1, 800_000)]);
    world.record(&world.recover(named("a"), "bailiff", 1_000_000));
    let wrong = payout(&world, "a", 1, 333_334, &[("b", 666_666)]);
    refused(&mut world, &wrong, Code::ClaimShare, "/body/lines");
    let alone = payout(&world, "a", 1, 333_333, &[]);
    refused(&mut world, &alone, Code::ClaimsMissing, "/subjects");
    world.record(&payout(&world, "a", 1, 333_333, &[("b", 666_667)]));
    let (a, b) = (world.money(named("a")), world.money(named("b")));
    assert_eq!((a.distributed, a.passed, a.undistributed()), (333_333, 666_667, Some(0)));
    assert_eq!((b.recovered, b.distributed), (666_667, 666_667));
    assert_eq!(unpaid(&world)[1], 200_000);
}

#[test]
fn a_tie_of_remainders_goes_to_the_lowest_case_id() {
    let mut names = ["a", "b", "c"];
    names.sort_by_key(|name| named(name).id);
    let [first, second, third] = names;
    let mut world = owing(&[("a", 3, 100), ("b", 3, 100), ("c", 3, 100)]);
    world.record(&world.recover(named(first), "bailiff", 100));
    let wrong = payout(&world, first, 3, 33, &[(second, 34), (third, 33)]);
    refused(&mut world, &wrong, Code::ClaimShare, "/body/lines");
    world.record(&payout(&world, first, 3, 34, &[(second, 33), (third, 33)]));
}

#[test]
fn a_later_order_is_paid_only_when_earlier_ones_are_satisfied_by_priority() {
    let mut world = owing(&[("alimony", 1, 400), ("author", 2, 300), ("debt", 5, 900)]);
    world.record(&world.recover(named("debt"), "bailiff", 1_000));
    let own = payout(&world, "debt", 5, 900, &[]);
    refused(&mut world, &own, Code::ClaimOrder, "/body/lines");
    let skips = payout(&world, "debt", 5, 500, &[("alimony", 400)]);
    refused(&mut world, &skips, Code::ClaimOrder, "/body/lines");
    let much = payout(&world, "debt", 5, 200, &[("alimony", 401), ("author", 300)]);
    refused(&mut world, &much, Code::LimitExceeded, "/body/lines");
    let idle = payout(&world, "debt", 5, 0, &[("alimony", 400), ("author", 0)]);
    refused(&mut world, &idle, Code::SubjectUnexpected, "/subjects");
    world.record(&payout(&world, "debt", 5, 300, &[("alimony", 400), ("author", 300)]));
    assert_eq!(&unpaid(&world)[..6], [0, 0, 0, 0, 0, 600]);
}

/// Alimony, an author's remuneration and an ordinary debt of one debtor, by the edition in force.
fn three_categories() -> World {
    let mut world = World::new();
    world.set("claim_priorities", "EL-110-112");
    let claims = [
        ("alimony", "ALIMONY", 1, 400),
        ("author", "AUTHOR_REMUNERATION", 2, 300),
        ("debt", "DEBT", 3, 900),
    ];
    for (name, category, order, due) in claims {
        let present = World::present(named(name), due)
            .field("claim_category", category)
            .field("claim_order", order)
            .not_naming(tag(Role::Claimant, "claimant"))
            .naming(&[tag(Role::Claimant, name)]);
        world.record(&present);
        world.record(&World::distribute(named(name), "bailiff"));
        world.record(&world.initiate(named(name), "bailiff"));
    }
    world
}

#[test]
fn an_author_is_paid_after_alimony_and_before_ordinary_claims() {
    // 100 tiyn too little for all: the ordinary claim goes short.
    let mut world = three_categories();
    world.record(&world.recover(named("debt"), "bailiff", 1_500));
    let short = payout(&world, "debt", 3, 900, &[("alimony", 400), ("author", 200)]);
    refused(&mut world, &short, Code::ClaimOrder, "/body/lines");
    world.record(&payout(&world, "debt", 3, 800, &[("alimony", 400), ("author", 300)]));
    assert_eq!(&unpaid(&world)[..4], [0, 0, 0, 100]);
    // 100 tiyn too little for the first two: the author goes short, and nobody after them gets anything.
    let mut world = three_categories();
    world.record(&world.recover(named("debt"), "bailiff", 600));
    let shared = payout(&world, "debt", 3, 100, &[("alimony", 400), ("author", 100)]);
    refused(&mut world, &shared, Code::ClaimOrder, "/body/lines");
    world.record(&payout(&world, "debt", 3, 0, &[("alimony", 400), ("author", 200)]));
    assert_eq!(&unpaid(&world)[..4], [0, 0, 100, 900]);
}

#[test]
fn the_order_of_a_claim_fits_its_category() {
    let mut world = World::new();
    let present = |category: &str, order: i64| {
        let draft = World::present(case(), 100).field("claim_category", category);
        draft.field("claim_order", order)
    };
    // Without an edition in force nothing is refused.
    World::new().record(&present("DEBT", 1));
    world.set("claim_priorities", "EL-110-112");
    let first = [("ALIMONY", 1), ("HARM", 1), ("WAGES", 1), ("AUTHOR_REMUNERATION", 2)];
    let later = [("TAX", 0), ("FINE", 0), ("DEBT", 0), ("NON_MONETARY", 0), ("OTHER", 0)];
    for (category, only) in first.into_iter().chain(later) {
        for order in 0..=9 {
            let lawful = if only == 0 { order >= 3 } else { order == only };
            let draft = present(category, order);
            if lawful {
                world.clone().record(&draft);
            } else {
                refused(&mut world, &draft, Code::ClaimOrder, "/fields/claim_order");
            }
        }
    }
}

#[test]
fn what_falls_due_periodically_has_no_end_to_be_paid_to() {
    let mut world = World::new();
    let present = World::present(case(), 100).field("claim_order", 1).field("periodic", true);
    world.record(&present);
    world.record(&World::distribute(case(), "bailiff"));
    world.record(&world.initiate(case(), "bailiff"));
    world.record(&world.recover(case(), "bailiff", 150));
    let claimant = tag(Role::Claimant, "claimant");
    let line =
        Value::Array(vec![Value::Uint(1), Value::bytes(claimant.id.as_bytes()), Value::int(150)]);
    let pay = world
        .about(Kind::E12, "bailiff", case())
        .body("lines", Value::Array(vec![line]))
        .body("total", 150);
    world.record(&pay);
}

#[test]
fn money_passed_to_another_case_comes_back_when_the_payout_is_annulled() {
    let mut world = owing(&[("a", 1, 400), ("b", 1, 800)]);
    world.record(&world.recover(named("a"), "bailiff", 300));
    let paid = world.record(&payout(&world, "a", 1, 100, &[("b", 200)]));
    let delta = |amount: i64| {
        let row = vec![Value::bytes(named("b").id.as_bytes()), Value::int(amount)];
        Value::Array(vec![Value::Array(row)])
    };
    let annul = world
        .correct(named("a"), "bailiff", "ANNUL", paid)
        .body("distributed_delta", -100)
        .body("passed_delta", -200);
    let unnamed = annul.clone().body("other_deltas", delta(-200));
    refused(&mut world, &unnamed, Code::SubjectMissing, "/subjects");
    let parties = [named("b"), tag(Role::Claimant, "b")];
    let silent = annul.naming(&parties);
    refused(&mut world, &silent, Code::TotalsMismatch, "/body/passed_delta");
    let whole = unnamed.naming(&parties);
    // Taking back from one case what is given to another is no annulment.
    let [mut back, mut more] = [-201, 1].map(delta);
    if let (Value::Array(rows), Value::Array(others)) = (&mut back, &mut more) {
        rows.append(others);
    }
    let upwards = whole.clone().body("other_deltas", back);
    refused(&mut world, &upwards, Code::TotalsMismatch, "/body/other_deltas");
    world.record(&whole);
    assert_eq!(world.money(named("b")).recovered, 0);
    assert_eq!(world.money(named("a")).undistributed(), Some(300));
    assert_eq!(unpaid(&world)[1], 1_200);
}

#[test]
fn a_correction_names_no_case_that_its_target_has_no_effect_on() {
    let mut world = owing(&[("a", 1, 400), ("b", 1, 800)]);
    let recovered = world.record(&world.recover(named("a"), "bailiff", 300));
    let annul = world.correct(named("a"), "bailiff", "ANNUL", recovered).body("amount_delta", -300);
    let strange = annul.clone().naming(&[named("b"), tag(Role::Claimant, "b")]);
    refused(&mut world, &strange, Code::SubjectUnexpected, "/subjects/0");
    world.record(&annul);
}

#[test]
fn a_debt_owed_together_is_recovered_once() {
    let claim = tag(Role::Claim, "together");
    let mut world = World::new();
    for (name, due) in [("a", 1_000), ("b", 1_000)] {
        let case = named(name);
        let present = World::present(case, due)
            .naming(&[claim, tag(Role::Debtor, name)])
            .not_naming(tag(Role::Debtor, "debtor"));
        world.record(&present);
        world.record(&World::distribute(case, "bailiff"));
        world.record(&world.initiate(case, "bailiff"));
    }
    let other = World::present(named("c"), 999).naming(&[claim]);
    refused(&mut world, &other, Code::TotalsMismatch, "/body/amount_due");
    let pay = |world: &World, name: &str, amount| world.pay_out(named(name), "bailiff", amount);
    world.record(&world.recover(named("a"), "bailiff", 700));
    world.record(&world.recover(named("b"), "bailiff", 700));
    world.record(&pay(&world, "a", 700));
    let twice = pay(&world, "b", 301);
    refused(&mut world, &twice, Code::DoubleRecovery, "/body/total");
    let silent = pay(&world, "b", 300).not_naming(claim);
    refused(&mut world, &silent, Code::SubjectMissing, "/subjects");
    world.record(&pay(&world, "b", 300));
    let status: Claim = world.status(claim);
    let private = &world.view.privates[&claim];
    assert_eq!((status.cases, status.open_cases, status.money), (2, 2, private.commitment()));
    let money = ClaimMoney::decode(&private.bytes).expect("amounts");
    assert_eq!(money, ClaimMoney { due: 1_000, recovered: 1_400, distributed: 1_000 });
}

#[test]
fn sums_at_the_limit_do_not_overflow() {
    let mut world = owing(&[("a", 1, AMOUNT_MAX), ("b", 1, AMOUNT_MAX)]);
    world.record(&world.recover(named("a"), "bailiff", AMOUNT_MAX));
    let more = world.recover(named("a"), "bailiff", 1);
    refused(&mut world, &more, Code::AmountOutOfRange, "/body/amount");
    let half = AMOUNT_MAX / 2;
    world.record(&payout(&world, "a", 1, half, &[("b", half)]));
}
