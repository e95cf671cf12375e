//! What must hold of a quarter of royalties: sums after every block, and everything again from the lines at the end.

use std::collections::BTreeMap;

use tamga_format::id::{AttachmentId, LineHash};
use tamga_format::lines::{AllocationLine, Line, PayoutLine, UsageLine, line_hash, lines_of_chunk};
use tamga_format::subject::{Role, Subject};
use tamga_node::devnet::royalties::{OKUP, Season};
use tamga_replica::App;
use tamga_state::status::{Batch, CmoStatus, Pool, PoolState, Sphere, Typed, decode};

use super::Failure;
use super::disk::SimDisk;

/// All basis points of a work.
const WHOLE_BP: u64 = 10_000;

fn wrong<T>(detail: String) -> Result<T, Failure> {
    Err(Failure { check: "royalties", detail })
}

fn broken(detail: &dyn std::fmt::Display) -> Failure {
    Failure { check: "royalties", detail: detail.to_string() }
}

/// A status as a validator has it.
pub(super) fn status<T: Typed>(
    app: &App<SimDisk>,
    subject: &Subject,
) -> Result<Option<T>, Failure> {
    let row = app.reader().subject(subject).map_err(|error| broken(&error))?;
    let row = row.and_then(|state| state.status);
    row.map(|row| decode(&row.bytes).map(|(_, status)| status).map_err(|error| broken(&error)))
        .transpose()
}

/// Every tiyn collected is deducted, allocated, undistributed or in another pool; no more stands in lines than was
/// allocated, and no more is paid than stands in lines; the account of the organisation says the same.
pub(super) fn conserved(app: &App<SimDisk>, season: &Season) -> Result<(), Failure> {
    let Some(pool) = status::<Pool>(app, &season.pool())? else { return Ok(()) };
    let paid: i64 = pool.paid.iter().sum();
    let kept: i64 = pool.deductions.iter().sum();
    let given = kept + pool.allocated + pool.undistributed + pool.redistributed_out;
    if pool.state != PoolState::Open && given != pool.collected
        || pool.in_lines > pool.allocated
        || paid > pool.in_lines
        || pool.paid.iter().any(|paid| *paid < 0)
    {
        return wrong(format!("{pool:?}"));
    }
    let organisation = Subject::registered(Role::Cmo, OKUP);
    let account = status::<CmoStatus>(app, &organisation)?;
    let flows = account.and_then(|it| it.account(Sphere::Copyright, "KZT").map(|it| it.flows));
    let flows = flows.map(|it| (it.collected, it.deducted, [it.paid, it.tax, it.levied]));
    if flows == Some((pool.collected, kept, pool.paid)) {
        Ok(())
    } else {
        wrong(format!("the pool is {pool:?}, the account has {flows:?}"))
    }
}

/// At the end, from the disks of the validators that are honest: those who stated that they hold lines still do, and the
/// lines come to what the statuses say.
pub(super) fn finish(
    app: &App<SimDisk>,
    season: &Season,
    disks: &[&SimDisk],
    stated_at_least: usize,
) -> Result<(), Failure> {
    conserved(app, season)?;
    let lines = |what: &str| -> Result<(Batch, Vec<Vec<u8>>), Failure> {
        let batch = status::<Batch>(app, &season.batch(what))?;
        let Some(batch) = batch else { return wrong(format!("there is no batch of {what}")) };
        let lines = held(disks, &batch.attachment, stated_at_least)?;
        Ok((batch, lines))
    };
    let (_, uses) = lines("usage")?;
    let (allocated, allocations) = lines("allocation")?;
    let (paid, payouts) = lines("payout")?;
    let pool = status::<Pool>(app, &season.pool())?;
    let Some(pool) = pool else { return wrong("there is no pool".to_owned()) };
    let allocations: Vec<AllocationLine> = read(&allocations)?;
    let payouts: Vec<PayoutLine> = read(&payouts)?;
    divided(&uses, &allocations, pool.allocated)?;
    let mut owed: BTreeMap<[u8; 32], i64> = BTreeMap::new();
    for line in &allocations {
        *owed.entry(line.rightsholder).or_default() += line.amount;
    }
    let mut sums = [0_i64; 3];
    for line in &payouts {
        *owed.entry(line.rightsholder).or_default() -= line.net + line.tax + line.levied;
        sums.iter_mut().zip([line.net, line.tax, line.levied]).for_each(|(sum, it)| *sum += it);
    }
    let total: i64 = allocations.iter().map(|line| line.amount).sum();
    let said = allocated.allocation().map(|it| (it.total, it.paid));
    let paid_out = paid.payout().is_some();
    if owed.values().any(|owed| *owed != 0)
        || said != Some((total, sums))
        || !paid_out
        || (pool.in_lines, pool.paid) != (total, sums)
    {
        return wrong(format!("lines: {total}, {sums:?}, open {owed:?}; {said:?}, {pool:?}"));
    }
    Ok(())
}

/// Each use falls to its work's holders whole, and the sum in proportion, to the tiyn.
fn divided(uses: &[Vec<u8>], lines: &[AllocationLine], sum: i64) -> Result<(), Failure> {
    let mut seconds: BTreeMap<LineHash, (u64, u64)> = BTreeMap::new();
    for line in uses {
        let usage = UsageLine::decode(line).map_err(|error| broken(&error))?;
        seconds.insert(line_hash(line), (usage.seconds, 0));
    }
    for line in lines {
        let usage = line.source.and_then(|source| seconds.get_mut(&source));
        let Some((seconds, shares)) = usage else {
            return wrong(format!("{line:?} is of no use that was reported"));
        };
        *shares += u64::from(line.share_bp);
        if line.weight != *seconds * u64::from(line.share_bp) {
            return wrong(format!("{line:?} has not the weight of its use"));
        }
    }
    let given: i64 = lines.iter().map(|line| line.amount).sum();
    if given != sum || crate::model::royalty::divided(lines.iter().collect()).is_err() {
        return wrong(format!("lines come to {given}, or are not their parts of {sum}: {lines:?}"));
    }
    match seconds.values().all(|(_, shares)| *shares == WHOLE_BP) {
        true => Ok(()),
        false => wrong(format!("the shares of uses are {seconds:?}")),
    }
}

/// The lines of an attachment, which enough of these disks hold.
fn held(disks: &[&SimDisk], id: &AttachmentId, at_least: usize) -> Result<Vec<Vec<u8>>, Failure> {
    let copies: Vec<_> = disks.iter().filter_map(|disk| disk.read_attachment(id)).collect();
    if copies.len() < at_least {
        return wrong(format!("attachment {id} is at {} validators", copies.len()));
    }
    let mut lines = Vec::new();
    for chunk in copies.first().into_iter().flatten() {
        let of_chunk = lines_of_chunk(chunk).map_err(|error| broken(&error))?;
        lines.extend(of_chunk.into_iter().map(<[u8]>::to_vec));
    }
    Ok(lines)
}

fn read<L: Line>(lines: &[Vec<u8>]) -> Result<Vec<L>, Failure> {
    lines.iter().map(|line| L::decode(line).map_err(|error| broken(&error))).collect()
}

#[cfg(test)]
mod tests {
    use tamga_format::id::SubjectId;
    use tamga_state::royalty::desk::{allocate, divide};
    use tamga_state::status::Weighting;

    use super::*;

    const SUM: i64 = 1_000;

    fn uses() -> Vec<UsageLine> {
        let of = |number: u8| UsageLine {
            work: [number; 32],
            salt: [number; 32],
            first_day: 20_000,
            last_day: 20_001,
            uses: 1,
            seconds: 7,
            revenue: 0,
            reported_as: [9; 32],
        };
        (1..=3).map(of).collect()
    }

    fn lawful() -> Vec<AllocationLine> {
        let holders =
            |_: &SubjectId, _: i64| vec![(SubjectId([1; 32]), 6_000), (SubjectId([2; 32]), 4_000)];
        let mut salts = (1..=6).map(|number| [number; 32]);
        let salt = || salts.next().expect("six lines");
        allocate(SUM, Weighting::Seconds, &uses(), holders, salt).expect("lines")
    }

    fn fits(lines: &[AllocationLine]) -> bool {
        let uses: Vec<Vec<u8>> = uses().iter().map(UsageLine::encode).collect();
        divided(&uses, lines, SUM).is_ok()
    }

    fn changed(change: impl Fn(&mut Vec<AllocationLine>)) -> Vec<AllocationLine> {
        let mut lines = lawful();
        change(&mut lines);
        lines
    }

    #[test]
    fn the_checker_finds_a_tiyn_a_lost_line_and_a_use_given_out_twice() {
        assert!(fits(&lawful()));
        assert!(!fits(&changed(|lines| lines[0].amount -= 1)), "a tiyn is lost");
        let moved = changed(|lines| {
            lines[0].amount -= 1;
            lines[1].amount += 1;
        });
        assert!(!fits(&moved), "a tiyn fell to another");
        let short = changed(|lines| {
            lines.pop();
            divide(SUM, lines).expect("weights");
        });
        assert!(!fits(&short), "a line is lost");
        let twice = changed(|lines| {
            let again = AllocationLine { salt: [7; 32], ..lines[0].clone() };
            lines.push(again);
            divide(SUM, lines).expect("weights");
        });
        assert!(!fits(&twice), "a line stands twice");
        let heavier = changed(|lines| {
            lines[0].weight += 1;
            divide(SUM, lines).expect("weights");
        });
        assert!(!fits(&heavier), "a line weighs more than its use");
    }
}
