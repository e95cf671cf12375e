//! What became of each line's money, and its sums.
//!
//! A pool's deductions fall on all that it gives out in the same ratio, and what was paid out of an allocation, on all
//! lines of the author in it that may be paid. Both are divided among the lines so that their parts add up exactly; a
//! line's own part is right within one tiyn.

use std::collections::BTreeMap;

use tamga_format::lines::Hold;
use tamga_state::royalty::period::Period;

use super::{Allotted, Paid, PoolSums, Shown};

/// What became of some lines' money, in tiyn: collected = deducted + allocated, and allocated = held + tax + levied +
/// paid + open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// Lines.
    pub lines: u64,
    /// How often the works were used, where the file carries the uses.
    pub uses: u64,
    /// Collected for them.
    pub collected: i64,
    /// Of that deducted by the organisation.
    pub deducted: i64,
    /// Allocated.
    pub allocated: i64,
    /// Of that may not be paid yet.
    pub held: i64,
    /// Withheld as tax.
    pub tax: i64,
    /// Paid to a bailiff.
    pub levied: i64,
    /// Paid to the author.
    pub paid: i64,
    /// To be paid; below 0 what is to be recovered.
    pub open: i64,
}

/// A line with what became of its money.
#[derive(Clone, Copy, Debug)]
pub struct Row<'s> {
    /// The line.
    pub allotted: &'s Allotted,
    /// The period of the statement that covers it.
    pub period: &'s str,
    /// What became of it.
    pub money: Money,
}

impl Money {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: &Self) -> Self {
        Self {
            lines: self.lines.saturating_add(other.lines),
            uses: self.uses.saturating_add(other.uses),
            collected: self.collected.saturating_add(other.collected),
            deducted: self.deducted.saturating_add(other.deducted),
            allocated: self.allocated.saturating_add(other.allocated),
            held: self.held.saturating_add(other.held),
            tax: self.tax.saturating_add(other.tax),
            levied: self.levied.saturating_add(other.levied),
            paid: self.paid.saturating_add(other.paid),
            open: self.open.saturating_add(other.open),
        }
    }

    /// The steps from what was collected to what is open, by name, in order.
    #[must_use]
    pub const fn steps(&self) -> [(&'static str, i64); 8] {
        [
            ("collected", self.collected),
            ("deducted", self.deducted),
            ("allocated", self.allocated),
            ("held", self.held),
            ("tax", self.tax),
            ("levied", self.levied),
            ("paid", self.paid),
            ("open", self.open),
        ]
    }
}

/// Divides a sum among parts of a whole as they come: each gets what its end has more than its beginning.
#[derive(Clone, Copy, Debug, Default)]
struct Divided {
    /// What is divided, and among how much.
    sum: i128,
    whole: i128,
    /// Parts seen.
    seen: i128,
}

impl Divided {
    fn next(&mut self, part: i64) -> i64 {
        let until = |seen: i128| match self.whole {
            0 => 0,
            whole => (self.sum * seen).div_euclid(whole),
        };
        let before = until(self.seen);
        self.seen += i128::from(part);
        i64::try_from(until(self.seen) - before).unwrap_or_default()
    }
}

/// What was paid of an allocation: to the author, as tax, to a bailiff.
#[derive(Clone, Copy, Default)]
struct PaidOf([Divided; 3]);

impl Shown {
    /// Every line of the statements whose period lies in `period`, or of all, with what became of its money.
    ///
    /// What was paid is counted with the lines that it was paid of, whichever statement covers the payment.
    #[must_use]
    pub fn rows(&self, period: Option<&Period>) -> Vec<Row<'_>> {
        let mut deductions: Vec<Divided> = self.pools.iter().map(deduction).collect();
        let mut paid = vec![PaidOf::default(); self.allocations.len()];
        for line in &self.payouts {
            if let Some(PaidOf(parts)) = paid.get_mut(line.allocation) {
                let amounts = [line.line.net, line.line.tax, line.line.levied];
                for (part, amount) in parts.iter_mut().zip(amounts) {
                    part.sum += i128::from(amount);
                }
            }
        }
        for allotted in self.lines.iter().filter(|it| it.line.hold.is_none()) {
            if let Some(PaidOf(parts)) = paid.get_mut(allotted.allocation) {
                for part in parts {
                    part.whole += i128::from(allotted.line.amount);
                }
            }
        }
        let mut rows = Vec::new();
        for allotted in &self.lines {
            let Some(allocation) = self.allocations.get(allotted.allocation) else { continue };
            let amount = allotted.line.amount;
            let deducted =
                deductions.get_mut(allocation.pool).map_or(0, |deduction| deduction.next(amount));
            let held = if allotted.line.hold.is_some() { amount } else { 0 };
            let parts = paid.get_mut(allotted.allocation).filter(|_| allotted.line.hold.is_none());
            let [net, tax, levied] = parts
                .map(|PaidOf(parts)| parts.each_mut().map(|part| part.next(amount)))
                .unwrap_or_default();
            let open = [held, net, tax, levied]
                .iter()
                .fold(amount, |rest, part| rest.saturating_sub(*part));
            let money = Money {
                lines: 1,
                uses: allotted.usage.as_ref().map_or(0, |usage| usage.line.uses),
                collected: amount.saturating_add(deducted),
                deducted,
                allocated: amount,
                held,
                tax,
                levied,
                paid: net,
                open,
            };
            let of = self.period_of(allotted.allocation);
            if lies_in(of, period) {
                rows.push(Row { allotted, period: of, money });
            }
        }
        rows
    }

    /// The payments of what the statements of a period allocated.
    pub fn payments(&self, period: Option<&Period>) -> impl Iterator<Item = &Paid> {
        self.payouts.iter().filter(move |paid| lies_in(self.period_of(paid.allocation), period))
    }

    /// The period of the statement that covers an allocation.
    fn period_of(&self, allocation: usize) -> &str {
        let statement = self.allocations.get(allocation).map(|allocation| allocation.statement);
        let stated = statement.and_then(|number| self.statements.get(number));
        stated.map_or("", |stated| stated.period.as_str())
    }
}

/// Whether a stated period lies in the one asked for.
#[must_use]
pub fn lies_in(stated: &str, period: Option<&Period>) -> bool {
    period.is_none_or(|period| Period::parse(stated).is_some_and(|stated| period.contains(&stated)))
}

/// What a pool keeps of what it gives out, now or later.
fn deduction(pool: &PoolSums) -> Divided {
    let (collected, deducted) = (i128::from(pool.collected), i128::from(pool.deducted));
    Divided { sum: deducted, whole: collected - deducted, seen: 0 }
}

/// All rows together.
#[must_use]
pub fn total(rows: &[Row<'_>]) -> Money {
    rows.iter().fold(Money::default(), |sum, row| sum.plus(&row.money))
}

/// Sums of the rows by what `key` says of them, in its order.
pub fn by<K: Ord>(rows: &[Row<'_>], key: impl Fn(&Row<'_>) -> K) -> BTreeMap<K, Money> {
    let mut sums: BTreeMap<K, Money> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(key(row)).or_default();
        *sum = sum.plus(&row.money);
    }
    sums
}

/// What is held, by its reason.
#[must_use]
pub fn held(rows: &[Row<'_>]) -> BTreeMap<Hold, i64> {
    let mut sums: BTreeMap<Hold, i64> = BTreeMap::new();
    for row in rows {
        if let Some(hold) = row.allotted.line.hold {
            let sum = sums.entry(hold).or_default();
            *sum = sum.saturating_add(row.money.held);
        }
    }
    sums
}

/// What a group got in two periods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Allocated in the period.
    pub now: i64,
    /// Allocated in the one that it is compared with.
    pub before: i64,
}

impl Compared {
    /// The groups of both periods.
    #[must_use]
    pub fn of<K: Ord>(now: BTreeMap<K, Money>, before: BTreeMap<K, Money>) -> BTreeMap<K, Self> {
        let mut groups: BTreeMap<K, Self> = BTreeMap::new();
        for (key, money) in now {
            groups.entry(key).or_default().now = money.allocated;
        }
        for (key, money) in before {
            groups.entry(key).or_default().before = money.allocated;
        }
        groups
    }

    /// By how much it is more.
    #[must_use]
    pub const fn difference(&self) -> i64 {
        self.now.saturating_sub(self.before)
    }

    /// The same in basis points of the earlier sum, towards zero; `None` where there was nothing, or less.
    #[must_use]
    pub fn change_bp(&self) -> Option<i64> {
        let change = (i128::from(self.now) - i128::from(self.before)) * 10_000;
        let before = Some(i128::from(self.before)).filter(|before| *before > 0)?;
        i64::try_from(change / before).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_sum_add_up_whatever_their_order() {
        for parts in [&[3, 4, 5][..], &[5, -2, 9], &[1; 12], &[12], &[0, 12, 0]] {
            let mut divided = Divided { sum: 7, whole: 12, seen: 0 };
            let given: Vec<i64> = parts.iter().map(|part| divided.next(*part)).collect();
            assert_eq!(given.iter().sum::<i64>(), 7, "{parts:?}: {given:?}");
            for (part, given) in parts.iter().zip(given) {
                assert!((12 * given - 7 * part).abs() < 12, "{part}: {given}");
            }
        }
        assert_eq!(Divided { sum: 7, whole: 0, seen: 0 }.next(5), 0);
    }

    #[test]
    fn a_change_is_told_against_what_there_was() {
        let change = |now, before| Compared { now, before }.change_bp();
        assert_eq!(change(150, 100), Some(5_000));
        assert_eq!(change(50, 100), Some(-5_000));
        assert_eq!(change(0, 100), Some(-10_000));
        assert_eq!(change(50, 0), None);
        assert_eq!(Compared { now: 50, before: 0 }.difference(), 50);
    }
}
