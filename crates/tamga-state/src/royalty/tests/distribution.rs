//! Pools, payouts, statements and reports: what the records themselves must say.

use super::desk::{
    Desk, author, batch, book, copyright, fixed, own, paid, resting_on, step, used, with_usage,
    work,
};
use super::*;
use crate::status::{Account, Book, PoolState};

/// A pool of 1,000,003 tiyn of which 700,003 stand in the lines of two authors.
fn distributed() -> Desk {
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000_003);
    let uses = [used("song", 3), used("hymn", 4)];
    let draft = desk.usage("usage", &uses);
    desk.record(&draft);
    desk.record(&with_usage(fixed("2026-Q1", 1_000_003, 300_000), &["usage"]));
    let lines = desk.allocated(700_003, &uses);
    let draft = resting_on(desk.allocation("allocation", "2026-Q1", &lines), &["usage"]);
    desk.record(&draft);
    desk
}

fn published() -> Desk {
    let mut desk = distributed();
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    desk
}

#[test]
fn c01_every_tiyn_collected_is_deducted_allocated_or_not_distributed_yet() {
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000_003);
    let draft = fixed("2026-Q1", 1_000_003, 300_000);
    for allocated in [700_002_i64, 700_004] {
        let off = draft.clone().field("allocated", allocated);
        desk.refused(&off, Code::PoolNotConserved, "/fields/collected");
    }
    for collected in [1_000_002_i64, 1_000_004] {
        let off = draft.clone().field("collected", collected);
        desk.refused(&off, Code::TotalsMismatch, "/fields/collected");
    }
    let kept = draft.field("allocated", 700_000_i64).field("undistributed", 3_i64);
    desk.record(&kept);
    assert!(desk.pool("2026-Q1").is_conserved());
    // It holds after every later step too.
    let released = |amount: i64| step("2026-Q1", "UNDISTRIBUTED_RELEASED").field("amount", amount);
    desk.refused(&released(4), Code::PoolNotConserved, "/fields/amount");
    desk.record(&released(3));
    let pool = desk.pool("2026-Q1");
    assert_eq!((pool.allocated, pool.undistributed), (700_003, 0));
    assert!(pool.is_conserved());
    let late = collected("FOREIGN_SOCIETY", 5).field("society", "35");
    desk.refused(&late, Code::PoolState, "/fields/period");
    desk.refused(&fixed("2026-Q1", 1_000_003, 1), Code::PoolState, "/fields/action");
}

#[test]
fn c02_deductions_stay_within_the_limit_in_the_pool_and_over_twelve_months() {
    let mut desk = Desk::new();
    // 30 % of 1,000,003 tiyn are 300,000.9.
    desk.collect("2026-Q1", 1_000_003);
    let above = fixed("2026-Q1", 1_000_003, 300_001);
    desk.refused(&above, Code::DeductionAboveLimit, "/fields/deductions");
    desk.record(&fixed("2026-Q1", 1_000_003, 300_000));
    // Later the limit is 20 %: the next pool keeps to it, the twelve months do not.
    desk.world.set("deduction_max_bp", 2_000_i64);
    desk.collect("2026-Q2", 1_000_000);
    let year = fixed("2026-Q2", 1_000_000, 200_000);
    desk.refused(&year, Code::DeductionAboveLimit, "/fields/deductions");
    // 300,000 + 100,000 are within 20 % of 2,000,003; one tiyn more is not.
    let most = fixed("2026-Q2", 1_000_000, 100_001);
    desk.refused(&most, Code::DeductionAboveLimit, "/fields/deductions");
    desk.record(&fixed("2026-Q2", 1_000_000, 100_000));
}

#[test]
fn c06_nothing_is_paid_that_was_not_allocated() {
    let mut desk = distributed();
    let owed = desk.owed("allocation", "berik");
    let early = desk.payout("early", "allocation", "2026-Q1", &[paid("berik", owed, 0)]);
    desk.refused(&early, Code::PoolState, "/subjects");
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.refused(&early, Code::PoolState, "/subjects");
    desk.record(&step("2026-Q1", "PUBLISHED"));
    let stranger = by("cmo", Kind::R09, batch("stranger"));
    let stranger = early.clone().with(|record| {
        record.subject = stranger.record.subject;
        record.subjects.retain(|it| it.role != Role::Batch);
    });
    let refused = desk.submit(&stranger).unwrap_err();
    assert_eq!(refused.code, Code::SubjectUnknown);
    desk.record(&early);
    let flows = account(&desk).flows;
    assert_eq!((flows.allocated, flows.paid), (700_003, owed));
    // Paying again on the old remainders is no payout of what is owed now.
    let again = early.with(|record| record.subject = batch("again"));
    let refused = desk.submit(&again).unwrap_err();
    assert_eq!(refused.code, Code::LinesMismatch, "{refused}");
}

#[test]
fn a_payout_on_remainders_that_another_changed_meanwhile_is_refused() {
    let mut desk = published();
    let first = desk.payout("first", "allocation", "2026-Q1", &[paid("berik", 1_000, 100)]);
    let second = desk.payout("second", "allocation", "2026-Q1", &[paid("aigul", 1_000, 100)]);
    desk.record(&first);
    // The lines were checked before; the record is judged in its block.
    let (record, body) = second.sign();
    let refused = desk.world.submit_signed(&record, body.as_ref()).unwrap_err();
    assert_eq!(
        (refused.code, refused.pointer.as_str()),
        (Code::BatchChanged, "/fields/remainders_before")
    );
    let untaxed = desk.payout("third", "allocation", "2026-Q1", &[paid("aigul", 1_000, 100)]);
    let untaxed = untaxed.without("tax_rule_id");
    desk.refused(&untaxed, Code::Validation, "/fields/tax_rule_id");
}

fn account(desk: &Desk) -> Account {
    let status: CmoStatus = desk.world.status(cmo("cmo"));
    status.account(Sphere::Copyright, "KZT").cloned().unwrap()
}

fn report(desk: &Desk, opening: i64, closing: i64) -> Draft {
    let account = account(desk);
    let moved = account.flows.since(&account.reported);
    Draft::new(Kind::R11, "cmo", cmo("cmo"))
        .with(|record| record.issuer = own())
        .field("okup_id", own().id.0)
        .field("sphere", "COPYRIGHT")
        .field("currency", "KZT")
        .field("report_period", "2026-Q1")
        .field("opening", opening)
        .field("collected", moved.collected)
        .field("deducted", moved.deducted)
        .field("allocated", moved.allocated)
        .field("paid", moved.paid)
        .field("tax", moved.tax)
        .field("levied", moved.levied)
        .field("redistributed_out", moved.redistributed_out)
        .field("redistributed_in", moved.redistributed_in)
        .field("unclaimed", 0_i64)
        .field("closing", closing)
        .field("document_hash", [7; 32])
}

#[test]
fn c07_a_period_closes_at_what_moved_and_the_next_opens_there() {
    let mut desk = published();
    let draft = desk.payout("first", "allocation", "2026-Q1", &[paid("berik", 1_000, 100)]);
    desk.record(&draft);
    let closing = 1_000_003 - 300_000 - 1_100;
    for off in [closing - 1, closing + 1] {
        let draft = report(&desk, 0, off);
        desk.refused(&draft, Code::ReportMismatch, "/fields/closing");
    }
    let silent = report(&desk, 0, closing).field("paid", 999_i64);
    desk.refused(&silent, Code::ReportMismatch, "/fields/paid");
    let bare = report(&desk, 0, closing).without("document_hash");
    desk.refused(&bare, Code::Validation, "/fields/document_hash");
    let lawful = report(&desk, 0, closing);
    desk.record(&lawful);
    // The next period: nothing but what comes after, from where this one closed.
    desk.collect("2026-Q2", 500);
    let wrong = report(&desk, closing - 1, closing + 500);
    desk.refused(&wrong, Code::ReportMismatch, "/fields/opening");
    let next = report(&desk, closing, closing + 500);
    desk.record(&next);
    assert_eq!(account(&desk).closing, closing + 500);
}

#[test]
fn c08_shares_add_up_to_10_000_bp_or_are_marked_incomplete() {
    use super::desk::{registered, shares_of};
    let mut desk = Desk::new();
    desk.record(&registered("tune", None));
    let of = |a: i64, b: i64, whole: &str| {
        shares_of("tune", &[("aigul", "COMPOSER", a), ("berik", "LYRICIST", b)], whole, TODAY - 50)
    };
    for last in [3_999, 4_001] {
        desk.refused(&of(6_000, last, "COMPLETE"), Code::SharesNotWhole, "/body/shares");
    }
    desk.refused(&of(6_000, 4_000, "INCOMPLETE"), Code::SharesNotWhole, "/body/shares");
    desk.clone().record(&of(6_000, 3_999, "INCOMPLETE"));
    desk.record(&of(6_000, 4_000, "COMPLETE"));
    // From a later day others hold them; the day before, these do.
    let next = shares_of("tune", &[("berik", "PUBLISHER", 10_000)], "COMPLETE", TODAY - 10);
    desk.record(&next);
    let known: Work = desk.world.status(work("tune"));
    assert_eq!(known.shares_on("KZ", TODAY - 11).map(|set| set.from), Some(TODAY - 50));
    assert_eq!(known.shares_on("KZ", TODAY - 10).map(|set| set.from), Some(TODAY - 10));
    assert_eq!(known.shares_on("KZ", TODAY - 51), None);
    let earlier = shares_of("tune", &[("berik", "PUBLISHER", 10_000)], "COMPLETE", TODAY - 20);
    desk.refused(&earlier, Code::DateOrder, "/fields/valid_from");
    let hidden = next.not_naming(author("berik"));
    desk.refused(&hidden, Code::SubjectMissing, "/subjects");
}

#[test]
fn c11_the_organisation_is_accredited_in_the_sphere_when_it_distributes() {
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000);
    desk.record(&accredit("cmo", "COPYRIGHT", "REVOKED", TODAY));
    let draft = fixed("2026-Q1", 1_000, 300);
    desk.refused(&draft, Code::AccreditationNotInForce, "/fields/okup_id");
    let day_before = UnixMillis(crate::testing::NOW.get() - 86_400_000);
    desk.record(&draft.at(day_before));
}

#[test]
fn c13_usage_is_consumed_by_one_run_in_each_category() {
    let mut desk = Desk::new();
    let draft = desk.usage("usage", &[used("song", 3)]);
    desk.record(&draft);
    for period in ["2026-Q1", "2026-Q2", "2026-Q3"] {
        desk.collect(period, 1_000);
    }
    desk.record(&with_usage(fixed("2026-Q1", 1_000, 300), &["usage"]));
    let again = with_usage(fixed("2026-Q2", 1_000, 300), &["usage"]);
    desk.refused(&again, Code::UsageConsumed, "/subjects/1");
    let both = again.clone().field("right_categories", words(&["MR", "PR"]));
    desk.refused(&both, Code::UsageConsumed, "/subjects/1");
    desk.record(&again.field("right_categories", words(&["MR"])));
    // More may be added until the run is approved; it is consumed alike.
    desk.record(&fixed("2026-Q3", 1_000, 300).field("weighting", "USES"));
    let added = step("2026-Q3", "USAGE_ADDED")
        .naming(&[batch("usage")])
        .field("right_categories", words(&["MR"]));
    desk.refused(&added, Code::UsageConsumed, "/subjects/1");
    desk.record(&added.field("right_categories", words(&["SR"])));
}

#[test]
fn c15_unclaimed_money_goes_to_a_later_pool_of_the_sphere_when_its_years_are_over() {
    let mut desk = published();
    let lines = desk.allocated(700_003, &[used("song", 3), used("hymn", 4)]);
    let taken = |desk: &mut Desk| lines::unclaimed(desk, &lines, "berik");
    let (draft, amount) = taken(&mut desk);
    desk.refused(&draft, Code::UnclaimedTooEarly, "/lines/0");
    let fixed_on = desk.pool("2026-Q1").fixed_on.unwrap();
    assert_eq!(fixed_on, TODAY);
    desk.collect("2026-Q2", 10);
    let to = copyright("2026-Q2");
    let moved =
        |amount: i64| step("2026-Q1", "REDISTRIBUTED").naming(&[to]).field("amount", amount);
    desk.refused(&moved(1), Code::UnclaimedTooEarly, "/fields/amount");
    // 2026-03-02 and three years: one day earlier it may still be claimed.
    desk.world.set("unclaimed_years", 0_i64);
    desk.record(&draft);
    desk.refused(&moved(amount + 1), Code::PoolNotConserved, "/fields/amount");
    desk.record(&moved(amount));
    let (from, into) = (desk.pool("2026-Q1"), desk.pool("2026-Q2"));
    assert!(from.is_conserved());
    assert_eq!((from.redistributed_out, into.collected), (amount, 10 + amount));
    let flows = account(&desk).flows;
    assert_eq!((flows.redistributed_out, flows.redistributed_in), (amount, amount));
}

#[test]
fn c07_a_period_in_which_more_was_redistributed_than_allocated_is_reported() {
    let mut desk = published();
    let first = report(&desk, 0, 700_003);
    desk.record(&first);
    let lines = desk.allocated(700_003, &[used("song", 3), used("hymn", 4)]);
    let (draft, amount) = lines::unclaimed(&mut desk, &lines, "berik");
    desk.collect("2026-Q2", 10);
    desk.world.set("unclaimed_years", 0_i64);
    desk.record(&draft);
    let to = copyright("2026-Q2");
    desk.record(&step("2026-Q1", "REDISTRIBUTED").naming(&[to]).field("amount", amount));
    let known = account(&desk);
    assert_eq!(known.flows.since(&known.reported).allocated, -amount);
    let second = report(&desk, 700_003, 700_013);
    desk.record(&second);
}

#[test]
fn c15_the_years_end_on_the_same_day_of_the_year() {
    let desk = published();
    let pool = desk.pool("2026-Q1");
    let after = crate::civil::add_months(TODAY, 36);
    assert!(!run::over(&desk.world.view, &pool, after - 1).unwrap());
    assert!(run::over(&desk.world.view, &pool, after).unwrap());
}

#[test]
fn c18_a_statement_is_the_sum_of_the_lines_of_every_batch_of_the_book() {
    let mut desk = published();
    let owed = desk.owed("allocation", "aigul");
    let draft = desk.payout(
        "payout",
        "allocation",
        "2026-Q1",
        &[paid("aigul", owed - 1_000, 1_000), paid("berik", 5, 0)],
    );
    desk.record(&draft);
    assert_eq!(desk.world.status::<Book>(book()).batches, 2);
    let whole = desk.statement("aigul", 0, 0, &["allocation", "payout"]);
    for (name, off) in
        [("allocated", owed - 1), ("net", owed), ("tax", 999), ("closing", 1), ("opening", 1)]
    {
        let off = whole.clone().body(name, off);
        desk.refused(&off, Code::StatementMismatch, &format!("/body/{name}"));
    }
    // A batch left out, or out of its turn.
    let part = desk.statement("aigul", 0, 0, &["payout"]);
    desk.refused(&part, Code::StatementMismatch, "/fields/batches");
    let later = desk.statement("aigul", 1, 0, &["payout"]);
    desk.refused(&later, Code::StatementMismatch, "/fields/after_batch");
    // Another author's range.
    let other = desk.statement("berik", 0, 0, &["allocation", "payout"]);
    let foreign = whole.clone().body("ranges", other.body["ranges"].clone());
    desk.refused(&foreign, Code::StatementMismatch, "/body/ranges");
    desk.record(&whole);
    let status: RightsholderStatus = desk.world.status(author("aigul"));
    assert_eq!(status.statements[0].covered, 2);
    // Who has no lines in a batch gets a range that shows it.
    let rest = desk.owed("allocation", "berik");
    let berik = desk.statement("berik", 0, 0, &["allocation"]);
    desk.record(&berik);
    let next = desk.statement("berik", 1, rest + 5, &["payout"]);
    desk.record(&next);
    let repeated = desk.statement("berik", 1, rest + 5, &["payout"]);
    desk.refused(&repeated, Code::StatementMismatch, "/fields/after_batch");
}

#[test]
fn a_pool_is_approved_published_paid_and_closed_in_this_order() {
    let mut desk = distributed();
    desk.refused(&step("2026-Q1", "PUBLISHED"), Code::PoolState, "/fields/action");
    desk.refused(&step("2026-Q1", "CLOSED"), Code::PoolState, "/fields/action");
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    let lines = [
        paid("aigul", desk.owed("allocation", "aigul"), 0),
        paid("berik", desk.owed("allocation", "berik") - 1, 0),
    ];
    let draft = desk.payout("payout", "allocation", "2026-Q1", &lines);
    desk.record(&draft);
    desk.refused(&step("2026-Q1", "CLOSED"), Code::PoolNotConserved, "/fields/action");
    let draft = desk.payout("rest", "allocation", "2026-Q1", &[paid("berik", 1, 0)]);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "CLOSED"));
    assert_eq!(desk.pool("2026-Q1").state, PoolState::Closed);
    let foreign = step("2026-Q1", "APPROVED").with(|record| record.issuer = organisation("rival"));
    assert!(desk.submit(&foreign).is_err());
}
