//! What the lines of a batch must be (spec §23.8, §23.10, §23.11, §24.2, §24.5).

use std::collections::BTreeMap;

use tamga_format::id::SubjectId;
use tamga_format::lines::{
    AllocationLine, Basis, Hold, Line, LinePlace, LinesRoot, PackedBatch, PayoutLine, PayoutState,
    Remainder, UsageLine, line_hash, lines_of_chunk,
};
use tamga_format::subject::{Role, Subject};

use super::super::{Answer, unless};
use super::books::{Entry, Owed, Pool, amount, ids, owed_first, pay, words};
use super::rules::Judged;

const WRONG: &str = "lines-mismatch";
const NOBODY: [u8; 32] = [0; 32];

/// The lines of a batch in order, if they are what the record says.
pub(super) fn check(judged: &Judged<'_>, chunks: &[Vec<u8>]) -> Answer<Vec<Vec<u8>>> {
    let batch = judged.says.record.subject.id;
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for chunk in chunks {
        let of_chunk = lines_of_chunk(chunk).map_err(|_| WRONG)?;
        lines.extend(of_chunk.into_iter().map(<[u8]>::to_vec));
    }
    let places: Result<Vec<LinePlace>, _> =
        lines.iter().map(|line| LinePlace::of(&batch, line)).collect();
    unless(places.is_ok_and(|it| it.is_sorted_by(|a, b| a < b)), WRONG)?;
    let packed = PackedBatch::new(&batch, lines.clone()).map_err(|_| WRONG)?;
    unless(packed.chunks == chunks, WRONG)?;
    match judged.says.kind() {
        "R05" => usage(judged, &lines)?,
        "R08" => allocation(judged, &lines)?,
        _ => payout(judged, &lines)?,
    }
    let (root, count) = match judged.says.kind() {
        "R05" => ("usage_root", "usage_count"),
        "R08" => ("allocation_root", "line_count"),
        _ => ("payout_root", "line_count"),
    };
    is_root(judged, root, packed.lines)?;
    unless(amount(&judged.says, count) == i128::from(packed.lines.count), WRONG)?;
    Ok(lines)
}

fn is_root(judged: &Judged<'_>, name: &str, is: LinesRoot) -> Answer {
    unless(judged.says.bytes(name) == Some(is.root.0), WRONG)
}

/// The line that says what a rightsholder is owed.
pub(super) fn remainder(tag: &[u8; 32], owed: &Owed) -> Vec<u8> {
    let small = |sum: i128| i64::try_from(sum).expect("within bounds");
    let (open, held) = (small(owed.open), small(owed.held));
    Remainder { rightsholder: *tag, salt: owed.salt, open, held }.encode()
}

fn remainders(batch: SubjectId, owed: &BTreeMap<[u8; 32], Owed>) -> Answer<LinesRoot> {
    let lines = owed.iter().map(|(tag, it)| remainder(tag, it)).collect();
    Ok(PackedBatch::new(&batch, lines).map_err(|_| WRONG)?.lines)
}

fn decoded<L: Line>(lines: &[Vec<u8>]) -> Answer<Vec<L>> {
    lines.iter().map(|line| L::decode(line).map_err(|_| WRONG)).collect()
}

fn usage(judged: &Judged<'_>, lines: &[Vec<u8>]) -> Answer {
    let says = &judged.says;
    let lines: Vec<UsageLine> = decoded(lines)?;
    for line in &lines {
        let inside = says.number("first_day") <= Some(line.first_day)
            && line.first_day <= line.last_day
            && Some(line.last_day) <= says.number("last_day");
        unless(inside, "date-order")?;
        let known = line.work == NOBODY || category(judged, SubjectId(line.work)).is_some();
        unless(known, "subject-unknown")?;
    }
    let uses: i128 = lines.iter().map(|line| i128::from(line.uses)).sum();
    unless(uses == amount(says, "uses"), WRONG)
}

/// The category in which a work was registered under an id.
fn category(judged: &Judged<'_>, work: SubjectId) -> Option<String> {
    judged.books.of_kind("R01").find_map(|it| {
        let says = it.says();
        let id = |category: &String| {
            Subject::registered(Role::Work, &format!("{}.{category}", says.word("work_id"))).id
        };
        words(&says, "right_categories").into_iter().find(|category| id(category) == work)
    })
}

const fn divides(line: &AllocationLine) -> bool {
    match line.basis {
        Basis::Adjustment => false,
        Basis::UnclaimedRedistribution => line.source.is_none(),
        Basis::Usage | Basis::Analogy | Basis::Sample | Basis::PrivateCopy => true,
    }
}

fn allocation(judged: &Judged<'_>, bytes: &[Vec<u8>]) -> Answer {
    let says = &judged.says;
    let (id, pool) = judged.named_pool()?;
    let lines: Vec<AllocationLine> = decoded(bytes)?;
    let batch = |id: SubjectId| judged.books.batch(id).ok_or("subject-unknown");
    let batches: Vec<&Entry> =
        ids(says, "usage").into_iter().map(batch).collect::<Answer<Vec<_>>>()?;
    says.id("corrects").map(batch).transpose()?;
    for line in &lines {
        if divides(line) {
            based(judged, (id, &pool), &batches, line)?;
        } else {
            mended(judged, &pool, line)?;
        }
    }
    // Of each use all or nothing.
    for use_line in batches.iter().flat_map(|it| &it.lines) {
        let hash = line_hash(use_line);
        let of = lines.iter().filter(|it| divides(it) && it.source == Some(hash));
        let given: u64 = of.map(|line| u64::from(line.share_bp)).sum();
        unless(matches!(given, 0 | 10_000), "shares-not-whole")?;
    }
    divided(lines.iter().filter(|line| divides(line)).collect())?;
    let total: i128 = lines.iter().map(|line| i128::from(line.amount)).sum();
    let owed = owed_first(bytes);
    let held: i128 = owed.values().map(|it| it.held).sum();
    let recoverable: i128 = owed.values().map(|it| -(it.open + it.held).min(0)).sum();
    unless((total, held) == (amount(says, "total"), amount(says, "held")), WRONG)?;
    unless(recoverable == amount(says, "recoverable"), "recoverable-mismatch")?;
    is_root(judged, "remainders_root", remainders(says.record.subject.id, &owed)?)?;
    unless(amount(says, "remainders_count") == i128::try_from(owed.len()).unwrap_or(-1), WRONG)
}

/// The sum of lines in proportion to their weights: rounded down, then a tiyn each by the largest remainders.
pub(crate) fn divided(mut lines: Vec<&AllocationLine>) -> Answer {
    let total: i128 = lines.iter().map(|line| i128::from(line.amount)).sum();
    let weights: i128 = lines.iter().map(|line| i128::from(line.weight)).sum();
    unless(weights > 0 || total == 0, WRONG)?;
    lines.sort_by_key(|line| line.salt);
    let exact = |line: &AllocationLine| total * i128::from(line.weight);
    let mut parts: Vec<i128> =
        lines.iter().map(|line| exact(line).checked_div(weights).unwrap_or(0)).collect();
    for _ in parts.iter().sum::<i128>()..total {
        let rest = |at: &usize| exact(lines[*at]) - parts[*at] * weights;
        let mut best = 0;
        for at in 1..lines.len() {
            if rest(&at) > rest(&best) {
                best = at;
            }
        }
        parts[best] += 1;
    }
    unless(lines.iter().zip(parts).all(|(line, part)| i128::from(line.amount) == part), WRONG)
}

fn based(
    judged: &Judged<'_>,
    (id, pool): (SubjectId, &Pool),
    batches: &[&Entry],
    line: &AllocationLine,
) -> Answer {
    let books = judged.books;
    unless(line.amount >= 0, "amount-out-of-range")?;
    let unidentified = line.hold == Some(Hold::UnidentifiedWork);
    let nobody_known = unidentified
        || matches!(line.hold, Some(Hold::UnidentifiedRightsholder | Hold::DisputedShare));
    unless(line.rightsholder != NOBODY || nobody_known, WRONG)?;
    unless(line.work.0 != NOBODY || unidentified, WRONG)?;
    let category = match line.work.0 {
        NOBODY => None,
        _ => Some(category(judged, line.work).ok_or("subject-unknown")?),
    };
    if line.basis == Basis::Usage {
        let found = line.source.and_then(|source| {
            let of =
                |entry: &&Entry| entry.lines.iter().find(|it| line_hash(it) == source).cloned();
            batches.iter().find_map(|entry| Some((entry.record.subject.id, of(entry)?)))
        });
        let (batch, used) = found.ok_or("basis-missing")?;
        let used = UsageLine::decode(&used).map_err(|_| WRONG)?;
        let same = (used.work, used.last_day) == (line.work.0, line.used_on);
        unless(same, "basis-missing")?;
        let consumed = books.consumed(batch, Some(id));
        unless(category.as_ref().is_none_or(|it| consumed.contains(it)), "usage-consumed")?;
        let measure = match &*pool.weighting {
            "SECONDS" => used.seconds,
            "REVENUE" => used.revenue,
            _ => used.uses,
        };
        let weight = u128::from(measure) * u128::from(line.share_bp);
        unless(u128::from(line.weight) == weight, WRONG)?;
    } else {
        unless(line.source.is_none(), "basis-missing")?;
        let private = line.basis == Basis::PrivateCopy;
        unless(!private || pool.sphere == "PRIVATE_COPYING", "basis-missing")?;
    }
    let Some(category) = category else { return Ok(()) };
    let compared = !matches!(
        line.hold,
        Some(Hold::DisputedShare | Hold::UnidentifiedRightsholder | Hold::HeirPending)
    );
    if compared {
        let shares = books.shares(line.work, line.used_on).ok_or("shares-not-whole")?;
        let share = shares.get(&SubjectId(line.rightsholder)).copied().unwrap_or_default();
        unless(share == u64::from(line.share_bp), "shares-not-whole")?;
    }
    if nobody_known { Ok(()) } else { covered(judged, line, &category) }
}

fn covered(judged: &Judged<'_>, line: &AllocationLine, category: &str) -> Answer {
    let who = (SubjectId(line.rightsholder), judged.okup);
    let covers = judged.books.covered(who, category, line.work, line.used_on);
    unless(covers, "mandate-not-in-force")
}

fn mended(judged: &Judged<'_>, pool: &Pool, line: &AllocationLine) -> Answer {
    let corrected = judged.says.id("corrects").and_then(|id| judged.books.batch(id));
    let earlier = corrected
        .and_then(|it| it.lines.iter().find(|earlier| Some(line_hash(earlier)) == line.source));
    let earlier = AllocationLine::decode(earlier.ok_or("basis-missing")?).map_err(|_| WRONG)?;
    unless(earlier.work == line.work && line.weight == 0, WRONG)?;
    unless(line.amount >= 0 || earlier.rightsholder == line.rightsholder, WRONG)?;
    if line.basis == Basis::UnclaimedRedistribution {
        unless(line.amount <= 0, WRONG)?;
        judged.unclaimed(pool)?;
    }
    if line.amount > 0 && line.hold.is_none() {
        let category = category(judged, line.work).ok_or("subject-unknown")?;
        covered(judged, line, &category)?;
    }
    Ok(())
}

fn payout(judged: &Judged<'_>, bytes: &[Vec<u8>]) -> Answer {
    let says = &judged.says;
    let of = says.first(Role::Batch).and_then(|id| judged.books.batch(id));
    let of = of.ok_or("subject-unknown")?;
    let id = of.record.subject.id;
    let mut owed = judged.books.owed(of);
    is_root(judged, "remainders_before", remainders(id, &owed)?)?;
    let lines: Vec<PayoutLine> = decoded(bytes)?;
    let mut sums = [0_i128; 3];
    for line in &lines {
        let amounts = [line.net, line.tax, line.levied];
        let returned = line.state == PayoutState::Returned;
        let odd = amounts.iter().any(|it| if returned { *it > 0 } else { *it < 0 });
        unless(!odd, "remainder-exceeded")?;
        let rest = owed.get_mut(&line.rightsholder).ok_or("remainder-exceeded")?;
        pay(rest, line);
        let pays = amounts.iter().sum::<i64>() > 0;
        unless(rest.paid >= 0 && !(pays && rest.open < 0), "remainder-exceeded")?;
        sums.iter_mut().zip(amounts).for_each(|(sum, it)| *sum += i128::from(it));
    }
    unless(["net", "tax", "levied"].map(|name| amount(says, name)) == sums, WRONG)?;
    is_root(judged, "remainders_root", remainders(id, &owed)?)
}
