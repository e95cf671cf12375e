//! The lines of batches: what they come to, and what each must be.

use tamga_format::lines::{AllocationLine, Basis, Hold, PayoutState};

use super::desk::{
    Desk, USED, author, batch, divide, fixed, hash_of, paid, registered, resting_on, salt,
    shares_of, step, used, with_usage, work,
};
use super::*;

const TOTAL: i64 = 700_003;

/// A pool that is fixed, with its usage; and the lawful lines of it.
fn fixed_pool() -> (Desk, Vec<AllocationLine>) {
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000_003);
    let uses = [used("song", 3), used("hymn", 4)];
    let draft = desk.usage("usage", &uses);
    desk.record(&draft);
    desk.record(&with_usage(fixed("2026-Q1", 1_000_003, 300_000), &["usage"]));
    let lines = desk.allocated(TOTAL, &uses);
    (desk, lines)
}

fn drafted(desk: &mut Desk, lines: &[AllocationLine]) -> Draft {
    resting_on(desk.allocation("allocation", "2026-Q1", lines), &["usage"])
}

/// The code at whatever line; the order of a batch depends on hashes.
#[track_caller]
fn refused_at_a_line(desk: &mut Desk, lines: &[AllocationLine], code: Code) {
    let draft = drafted(desk, lines);
    let rejection = desk.submit(&draft).expect_err("it must be refused");
    assert_eq!(rejection.code, code, "{rejection}");
    assert!(rejection.pointer.starts_with("/lines"), "{rejection}");
}

/// The batch that takes what an author did not claim off the lines, and how much that is.
pub(super) fn unclaimed(desk: &mut Desk, lines: &[AllocationLine], name: &str) -> (Draft, i64) {
    let of = lines.iter().filter(|line| line.rightsholder == author(name).id.0);
    let taken: Vec<AllocationLine> = of
        .enumerate()
        .map(|(number, line)| AllocationLine {
            salt: salt("unclaimed", number),
            basis: Basis::UnclaimedRedistribution,
            source: Some(hash_of(line)),
            weight: 0,
            amount: -line.amount,
            ..line.clone()
        })
        .collect();
    let amount: i64 = taken.iter().map(|line| line.amount).sum();
    let draft = desk.allocation("unclaimed", "2026-Q1", &taken);
    (draft.field("corrects", batch("allocation").id.0), -amount)
}

#[test]
fn c04_lines_add_up_to_what_is_allocated_to_the_tiyn() {
    let (mut desk, lines) = fixed_pool();
    // A tiyn moved from one line to another, and one that is lost or invented.
    let mut moved = lines.clone();
    moved[0].amount -= 1;
    moved[1].amount += 1;
    refused_at_a_line(&mut desk, &moved, Code::LinesMismatch);
    let more = desk.allocated(TOTAL + 1, &[used("song", 3), used("hymn", 4)]);
    let draft = drafted(&mut desk, &more);
    desk.refused(&draft, Code::LinesMismatch, "/fields/total");
    let stated = drafted(&mut desk, &lines).field("total", TOTAL - 1);
    desk.refused(&stated, Code::LinesMismatch, "/fields/total");
    let less = desk.allocated(TOTAL - 1, &[used("song", 3), used("hymn", 4)]);
    let mut short = desk.clone();
    let draft = drafted(&mut short, &less);
    short.record(&draft);
    short.refused(&step("2026-Q1", "APPROVED"), Code::LinesMismatch, "/fields/action");
    // Just right.
    let draft = drafted(&mut desk, &lines);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "APPROVED"));
}

#[test]
fn c05_no_line_is_paid_more_than_it_is_owed() {
    let (mut desk, lines) = fixed_pool();
    let draft = drafted(&mut desk, &lines);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    let owed = desk.owed("allocation", "berik");
    let pay = |desk: &mut Desk, net: i64, tax: i64| {
        desk.payout("payout", "allocation", "2026-Q1", &[paid("berik", net, tax)])
    };
    for (net, tax) in [(owed + 1, 0), (owed, 1)] {
        let draft = pay(&mut desk, net, tax);
        desk.refused(&draft, Code::RemainderExceeded, "/lines/0");
    }
    let nobody = desk.payout("payout", "allocation", "2026-Q1", &[paid("stranger", 1, 0)]);
    desk.refused(&nobody, Code::RemainderExceeded, "/lines/0");
    let draft = pay(&mut desk, owed - 10, 10);
    desk.record(&draft);
    assert_eq!(desk.owed("allocation", "berik"), 0);
    // What came back may be paid again; no more than was paid comes back.
    let back = |net: i64, tax: i64| tamga_format::lines::PayoutLine {
        state: PayoutState::Returned,
        ..paid("berik", net, tax)
    };
    let draft = desk.payout("back", "allocation", "2026-Q1", &[back(-(owed - 10), -11)]);
    desk.refused(&draft, Code::RemainderExceeded, "/lines/0");
    let draft = desk.payout("back", "allocation", "2026-Q1", &[back(-(owed - 10), -10)]);
    desk.record(&draft);
    assert_eq!(desk.owed("allocation", "berik"), owed);
    let positive = desk.payout("other", "allocation", "2026-Q1", &[back(1, 0)]);
    desk.refused(&positive, Code::RemainderExceeded, "/lines/0");
}

#[test]
fn c05_what_is_held_is_not_paid() {
    let (mut desk, mut lines) = fixed_pool();
    for line in lines.iter_mut().filter(|line| line.rightsholder == author("berik").id.0) {
        line.hold = Some(Hold::NoBankDetails);
    }
    let draft = drafted(&mut desk, &lines);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    assert_eq!(desk.owed("allocation", "berik"), 0);
    let draft = desk.payout("payout", "allocation", "2026-Q1", &[paid("berik", 1, 0)]);
    desk.refused(&draft, Code::RemainderExceeded, "/lines/0");
    // An adjustment takes the hold off.
    let mended: Vec<AllocationLine> = lines
        .iter()
        .filter(|line| line.hold.is_some())
        .flat_map(|line| {
            let of = |number, amount, hold| AllocationLine {
                salt: salt("mended", number),
                basis: Basis::Adjustment,
                source: Some(hash_of(line)),
                weight: 0,
                amount,
                hold,
                ..line.clone()
            };
            [of(0, -line.amount, line.hold), of(1, line.amount, None)]
        })
        .collect();
    let draft = desk.allocation("mended", "2026-Q1", &mended);
    desk.record(&draft.field("corrects", batch("allocation").id.0));
    assert!(desk.owed("mended", "berik") > 0);
}

#[test]
fn c08_a_line_has_the_share_of_the_day_and_a_use_is_given_out_whole() {
    let (mut desk, lines) = fixed_pool();
    let song = |line: &&mut AllocationLine| line.work == work("song").id;
    // One basis point moved between the two authors.
    let mut moved = lines.clone();
    for (line, share) in moved.iter_mut().filter(song).zip([6_001, 3_999]) {
        let first = line.rightsholder == author("aigul").id.0;
        line.share_bp = if first { share } else { 10_000 - share };
        line.weight = 3 * u64::from(line.share_bp);
    }
    refused_at_a_line(&mut desk, &divide(TOTAL, moved), Code::SharesNotWhole);
    // One author left out.
    let part: Vec<AllocationLine> =
        lines.iter().filter(|line| line.rightsholder != author("berik").id.0).cloned().collect();
    refused_at_a_line(&mut desk, &divide(TOTAL, part), Code::SharesNotWhole);
    let draft = drafted(&mut desk, &lines);
    desk.record(&draft);
}

#[test]
fn c08_shares_that_are_not_known_are_held() {
    let mut desk = Desk::new();
    desk.record(&registered("tune", None));
    desk.record(&shares_of("tune", &[("aigul", "COMPOSER", 9_999)], "INCOMPLETE", USED - 50));
    desk.collect("2026-Q1", 1_000_003);
    let usage = used("tune", 5);
    let draft = desk.usage("usage", std::slice::from_ref(&usage));
    desk.record(&draft);
    desk.record(&with_usage(fixed("2026-Q1", 1_000_003, 300_000), &["usage"]));
    let line = |number, rightsholder, share_bp: u16, hold| AllocationLine {
        rightsholder,
        salt: salt("tune", number),
        work: work("tune").id,
        used_on: USED,
        basis: Basis::Usage,
        source: Some(tamga_format::lines::line_hash(&tamga_format::lines::Line::encode(&usage))),
        share_bp,
        weight: 5 * u64::from(share_bp),
        amount: 0,
        hold,
    };
    let known = line(0, author("aigul").id.0, 9_999, None);
    let of = |hold| divide(TOTAL, vec![known.clone(), line(1, [0; 32], 1, hold)]);
    refused_at_a_line(&mut desk, &of(None), Code::LinesMismatch);
    refused_at_a_line(&mut desk, &of(Some(Hold::BelowMinimum)), Code::LinesMismatch);
    refused_at_a_line(&mut desk, &divide(TOTAL, vec![known.clone()]), Code::SharesNotWhole);
    let draft = drafted(&mut desk, &of(Some(Hold::UnidentifiedRightsholder)));
    desk.record(&draft);
}

#[test]
fn c09_a_mandate_covers_the_day_of_use_not_that_of_payment() {
    let (desk, lines) = fixed_pool();
    let ended = |day: i64| {
        by("cmo", Kind::R03, mandate("cmo", "berik"))
            .naming(&[author("berik")])
            .field("action", "ENDED")
            .field("end_date", day)
    };
    // The first day no longer covered is the day of use, or the one after it.
    let mut early = desk.clone();
    early.record(&ended(USED));
    refused_at_a_line(&mut early, &lines, Code::MandateNotInForce);
    let mut held = lines.clone();
    for line in held.iter_mut().filter(|line| line.rightsholder == author("berik").id.0) {
        line.hold = Some(Hold::UnidentifiedRightsholder);
    }
    let draft = drafted(&mut early, &held);
    early.record(&draft);
    let mut just = desk;
    just.record(&ended(USED + 1));
    let draft = drafted(&mut just, &lines);
    just.record(&draft);
}

#[test]
fn c09_a_work_that_the_mandate_leaves_out_is_not_distributed() {
    let (mut desk, lines) = fixed_pool();
    let amended = by("cmo", Kind::R03, mandate("cmo", "berik"))
        .naming(&[author("berik")])
        .field("action", "AMENDED")
        .field("valid_from", USED - 99)
        .field("document_hash", [2; 32])
        .field(
            "excluded_works",
            Value::Array(vec![Value::Array(vec![Value::bytes(&work("song").id.0)])]),
        );
    desk.record(&amended);
    refused_at_a_line(&mut desk, &lines, Code::MandateNotInForce);
}

#[test]
fn c12_every_line_rests_on_a_use_or_on_a_rule_that_is_named() {
    let (mut desk, lines) = fixed_pool();
    let changed = |change: fn(&mut AllocationLine)| {
        let mut lines = lines.clone();
        change(&mut lines[0]);
        lines
    };
    refused_at_a_line(&mut desk, &changed(|line| line.source = None), Code::BasisMissing);
    let other = changed(|line| line.source = Some(tamga_format::id::LineHash([1; 32])));
    refused_at_a_line(&mut desk, &other, Code::BasisMissing);
    refused_at_a_line(&mut desk, &changed(|line| line.used_on -= 1), Code::BasisMissing);
    refused_at_a_line(&mut desk, &changed(|line| line.basis = Basis::Sample), Code::BasisMissing);
    refused_at_a_line(
        &mut desk,
        &changed(|line| line.basis = Basis::Adjustment),
        Code::BasisMissing,
    );
    // Without the batch of uses nothing rests on it.
    let alone = desk.allocation("allocation", "2026-Q1", &lines);
    let refused = desk.submit(&alone).unwrap_err();
    assert_eq!(refused.code, Code::BasisMissing);
    // By a sample: no usage line, and the rule is named.
    let sampled: Vec<AllocationLine> = lines
        .iter()
        .map(|line| AllocationLine { basis: Basis::Sample, source: None, ..line.clone() })
        .collect();
    let draft = desk.allocation("allocation", "2026-Q1", &sampled);
    desk.record(&draft);
}

#[test]
fn c13_a_use_is_given_out_once_and_in_the_categories_consumed() {
    let (mut desk, lines) = fixed_pool();
    let mut twice = lines.clone();
    let again = AllocationLine { salt: [1; 32], ..twice[0].clone() };
    twice.push(again);
    refused_at_a_line(&mut desk, &divide(TOTAL, twice), Code::SharesNotWhole);
    // Consumed for another category only.
    let mut other = Desk::new();
    other.collect("2026-Q1", 1_000_003);
    let draft = other.usage("usage", &[used("song", 3), used("hymn", 4)]);
    other.record(&draft);
    let run = with_usage(fixed("2026-Q1", 1_000_003, 300_000), &["usage"]);
    other.record(&run.field("right_categories", words(&["MR"])));
    refused_at_a_line(&mut other, &lines, Code::UsageConsumed);
}

#[test]
fn c14_amounts_follow_from_the_uses_and_their_weights() {
    let (mut desk, lines) = fixed_pool();
    let mut heavier = lines.clone();
    heavier[0].weight += 1;
    refused_at_a_line(&mut desk, &divide(TOTAL, heavier), Code::LinesMismatch);
    // By hand: 700,003 over 3·6,000 + 3·4,000 + 4·10,000 = 70,000.
    let of = |name: &str, share: u16| {
        let line = lines.iter().find(|line| line.work == work(name).id && line.share_bp == share);
        line.unwrap().amount
    };
    // 180,000.77, 120,000.51 and 400,001.71: the two tiyn that remain go to the largest remainders.
    assert_eq!(
        (of("song", 6_000), of("song", 4_000), of("hymn", 10_000)),
        (180_001, 120_000, 400_002)
    );
}

#[test]
fn c16_what_was_overpaid_is_stated_as_recoverable() {
    let (mut desk, lines) = fixed_pool();
    let draft = drafted(&mut desk, &lines);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    let owed = desk.owed("allocation", "berik");
    let draft = desk.payout("payout", "allocation", "2026-Q1", &[paid("berik", owed, 0)]);
    desk.record(&draft);
    let of = |name: &str| lines.iter().find(|line| line.rightsholder == author(name).id.0).unwrap();
    let line = |number, of: &AllocationLine, rightsholder, amount| AllocationLine {
        rightsholder,
        salt: salt("mended", number),
        basis: Basis::Adjustment,
        source: Some(hash_of(of)),
        weight: 0,
        amount,
        ..of.clone()
    };
    // Ten tiyn go from one author to another; he has been paid already.
    let berik = of("berik");
    let moved =
        [line(0, berik, author("berik").id.0, -10), line(1, berik, author("aigul").id.0, 10)];
    let draft = desk.allocation("mended", "2026-Q1", &moved);
    let draft = draft.field("corrects", batch("allocation").id.0);
    for off in [0_i64, 9, 11] {
        let off = draft.clone().field("recoverable", off);
        desk.refused(&off, Code::RecoverableMismatch, "/fields/recoverable");
    }
    let robbed = [line(0, of("aigul"), author("berik").id.0, -10)];
    let off = desk.allocation("robbed", "2026-Q1", &robbed);
    let refused = desk.submit(&off.field("corrects", batch("allocation").id.0)).unwrap_err();
    assert_eq!(refused.code, Code::LinesMismatch);
    let draft = desk.allocation("mended", "2026-Q1", &moved);
    desk.record(&draft.field("corrects", batch("allocation").id.0).field("recoverable", 10_i64));
    // Nor to somebody whose rights the organisation did not manage then.
    let foreign =
        [line(2, berik, author("aigul").id.0, -1), line(3, berik, author("stranger").id.0, 1)];
    let foreign = desk.allocation("foreign", "2026-Q1", &foreign[1..]);
    let refused = desk.submit(&foreign.field("corrects", batch("allocation").id.0)).unwrap_err();
    assert_eq!(refused.code, Code::MandateNotInForce);
    assert_eq!(desk.owed("mended", "berik"), -10);
    let pay = desk.payout("again", "mended", "2026-Q1", &[paid("berik", 1, 0)]);
    desk.refused(&pay, Code::RemainderExceeded, "/lines/0");
}

#[test]
fn a_levy_on_royalties_is_served_before_the_author_is_paid() {
    let (mut desk, lines) = fixed_pool();
    let draft = drafted(&mut desk, &lines);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    levy(&mut desk, "berik", 1);
    let draft = desk.payout("payout", "allocation", "2026-Q1", &[paid("berik", 100, 0)]);
    desk.refused(&draft, Code::LevyUnpaid, "/lines/0");
    let served = tamga_format::lines::PayoutLine { levied: 50, ..paid("berik", 50, 0) };
    let draft = desk.payout("payout", "allocation", "2026-Q1", &[served]);
    desk.record(&draft);
}

/// So many levies on an author's royalties in the state.
fn levy(desk: &mut Desk, name: &str, levies: u64) {
    let mut status: RightsholderStatus = desk.world.status(author(name));
    status.levies = levies;
    let row = desk.world.view.statuses.get_mut(&author(name)).unwrap();
    row.bytes = crate::status::encode(&status, None).into();
}

#[test]
fn a_line_is_held_for_a_bailiff_while_a_levy_is_in_force_and_released_after_it() {
    let (mut desk, mut lines) = fixed_pool();
    let of = |line: &AllocationLine| line.rightsholder == author("berik").id.0;
    for line in lines.iter_mut().filter(|line| of(line)) {
        line.hold = Some(Hold::EnforcementLevy);
    }
    refused_at_a_line(&mut desk, &lines, Code::LevyNotInForce);
    // Another author's levy is none of theirs.
    levy(&mut desk, "aigul", 1);
    refused_at_a_line(&mut desk, &lines, Code::LevyNotInForce);
    levy(&mut desk, "berik", 1);
    let draft = drafted(&mut desk, &lines);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    assert_eq!(desk.owed("allocation", "berik"), 0);
    levy(&mut desk, "berik", 0);
    let held: Vec<AllocationLine> = lines.iter().filter(|line| of(line)).cloned().collect();
    let adjusted = |name: &str, hold: Option<Hold>| -> Vec<AllocationLine> {
        let mend = |(number, line): (usize, &AllocationLine)| {
            let part = |half: usize, amount: i64, hold| AllocationLine {
                salt: salt(name, number * 2 + half),
                basis: Basis::Adjustment,
                source: Some(hash_of(line)),
                weight: 0,
                amount,
                hold,
                ..line.clone()
            };
            [part(0, -line.amount, line.hold), part(1, line.amount, hold)]
        };
        held.iter().enumerate().flat_map(mend).collect()
    };
    let corrects = batch("allocation").id.0;
    let again =
        desk.allocation("again", "2026-Q1", &adjusted("again", Some(Hold::EnforcementLevy)));
    let refused = desk.submit(&again.field("corrects", corrects)).unwrap_err();
    assert_eq!(refused.code, Code::LevyNotInForce);
    let freed = desk.allocation("freed", "2026-Q1", &adjusted("freed", None));
    desk.record(&freed.field("corrects", corrects));
    let owed: i64 = held.iter().map(|line| line.amount).sum();
    assert_eq!(desk.owed("freed", "berik"), owed);
}

#[test]
fn usage_lines_come_to_what_the_report_says() {
    let mut desk = Desk::new();
    let lines = [used("song", 3), used("hymn", 4)];
    let draft = desk.usage("usage", &lines);
    desk.refused(&draft.clone().field("uses", 8_i64), Code::LinesMismatch, "/fields/uses");
    desk.refused(
        &draft.clone().field("usage_count", 3_i64),
        Code::LinesMismatch,
        "/fields/usage_count",
    );
    desk.refused(
        &draft.clone().field("usage_root", [1; 32]),
        Code::LinesMismatch,
        "/fields/usage_root",
    );
    let short = draft.clone().field("last_day", USED - 1);
    let refused = desk.submit(&short).unwrap_err();
    assert_eq!(refused.code, Code::DateOrder);
    let unknown = desk.usage("unknown", &[used("nobody's", 3)]);
    desk.refused(&unknown, Code::SubjectUnknown, "/lines/0");
    let absent = draft.clone().field("attachment", [1; 32]);
    desk.refused(&absent, Code::AttachmentMissing, "/fields/attachment");
    // The base is a committed block at most an hour old.
    desk.refused(&draft.clone().field("base", 2_i64), Code::BaseOutdated, "/fields/base");
    let draft = draft.with(|record| {
        record.valid_until = UnixMillis(record.valid_until.get() + BASE_AGE_MS);
    });
    let mut later = desk.clone();
    later.world.block.time = UnixMillis(later.world.block.time.get() + BASE_AGE_MS);
    later.record(&draft);
    let mut late = desk.clone();
    late.world.block.time = UnixMillis(late.world.block.time.get() + BASE_AGE_MS + 1);
    late.refused(&draft, Code::BaseOutdated, "/fields/base");
    desk.record(&draft);
    let refused = desk.submit(&draft).unwrap_err();
    assert_eq!(refused.code, Code::Duplicate);
}
