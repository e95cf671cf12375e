//! Whatever is tried, lawful or not, every tiyn collected is somewhere.

use proptest::prelude::*;
use tamga_format::lines::{
    AllocationLine, Basis, Hold, Line as _, PayoutLine, PayoutState, line_hash,
};

use super::super::lines::Remainders;
use super::desk::{Desk, USED, author, batch, copyright, divide, fixed, salt, step, work};
use super::*;
use crate::status::{Batch, BatchContent};

const PERIODS: [&str; 2] = ["2026-Q1", "2026-Q2"];
const AUTHORS: [&str; 2] = ["aigul", "berik"];

#[derive(Clone, Debug)]
enum Act {
    Collect { pool: usize, amount: i64 },
    Fix { pool: usize, deducted: i64, undistributed: i64, off: i64 },
    Allocate { pool: usize, part: i64, weights: [u16; 2], held: bool, off: i64 },
    Adjust { of: usize, amount: i64, to: usize, off: i64, taken: bool },
    Pay { of: usize, to: usize, net: i64, tax: i64, levied: i64, back: bool },
    Release { pool: usize, amount: i64 },
    Redistribute { amount: i64 },
    Step { pool: usize, action: usize },
}

const BEGINNING: [Act; 6] = [
    Act::Collect { pool: 0, amount: 3_001 },
    Act::Collect { pool: 1, amount: 999 },
    Act::Fix { pool: 0, deducted: 500, undistributed: 200, off: 0 },
    Act::Allocate { pool: 0, part: 4, weights: [1, 1], held: false, off: 0 },
    Act::Step { pool: 0, action: 0 },
    Act::Step { pool: 0, action: 1 },
];

fn off() -> impl Strategy<Value = i64> {
    prop_oneof![8 => Just(0_i64), 1 => -1..=1_i64]
}

fn act() -> impl Strategy<Value = Act> {
    let pool = || 0..PERIODS.len();
    let amount = || prop_oneof![0..50_i64, 900..1_100_i64];
    prop_oneof![
        3 => (pool(), 1..1_000_i64).prop_map(|(pool, amount)| Act::Collect { pool, amount }),
        2 => (pool(), 0..400_i64, 0..200_i64, off())
            .prop_map(|(pool, deducted, undistributed, off)| Act::Fix { pool, deducted, undistributed, off }),
        3 => (pool(), 0..=4_i64, any::<[u16; 2]>(), any::<bool>(), off())
            .prop_map(|(pool, part, weights, held, off)| Act::Allocate { pool, part, weights, held, off }),
        2 => (0..4_usize, amount(), 0..2_usize, off(), any::<bool>())
            .prop_map(|(of, amount, to, off, taken)| Act::Adjust { of, amount, to, off, taken }),
        4 => (0..4_usize, 0..2_usize, amount(), 0..20_i64, 0..20_i64, prop::bool::weighted(0.2))
            .prop_map(|(of, to, net, tax, levied, back)| Act::Pay { of, to, net, tax, levied, back }),
        1 => (pool(), amount()).prop_map(|(pool, amount)| Act::Release { pool, amount }),
        1 => amount().prop_map(|amount| Act::Redistribute { amount }),
        4 => (pool(), 0..3_usize).prop_map(|(pool, action)| Act::Step { pool, action }),
    ]
}

/// A ledger, and the allocations that it has: name and pool.
struct Books {
    desk: Desk,
    allocations: Vec<(String, usize)>,
    batches: usize,
}

impl Books {
    fn pool(&self, pool: usize) -> Option<Pool> {
        let known = self.desk.world.view.statuses.contains_key(&copyright(PERIODS[pool]));
        known.then(|| self.desk.pool(PERIODS[pool]))
    }

    fn allocation(&self, of: usize) -> Option<(String, usize)> {
        self.allocations.get(of % self.allocations.len().max(1)).cloned()
    }

    /// Tries one act; what is refused must leave no trace.
    fn act(&mut self, act: &Act) {
        let before = self.desk.world.view.statuses.clone();
        let accepted = self.attempt(act).unwrap_or(false);
        assert!(accepted || self.desk.world.view.statuses == before, "{act:?} left a trace");
    }

    fn attempt(&mut self, act: &Act) -> Option<bool> {
        self.batches += 1;
        let name = format!("batch {}", self.batches);
        match *act {
            Act::Collect { pool, amount } => {
                let draft = collected("FOREIGN_SOCIETY", amount)
                    .field("society", "35")
                    .field("period", PERIODS[pool])
                    .with(|record| record.subject = copyright(PERIODS[pool]));
                Some(self.desk.submit(&draft).is_ok())
            }
            Act::Fix { pool, deducted, undistributed, off } => {
                let known = self.pool(pool)?;
                let draft = fixed(PERIODS[pool], known.collected, deducted)
                    .field("undistributed", undistributed)
                    .field("allocated", (known.collected - deducted - undistributed + off).max(0));
                Some(self.desk.submit(&draft).is_ok())
            }
            Act::Allocate { pool, part, weights, held, off } => {
                let known = self.pool(pool)?;
                let total = (known.allocated - known.in_lines) * part / 4 + off;
                let lines =
                    AUTHORS.iter().zip(weights).enumerate().map(|(at, (name_of, weight))| {
                        AllocationLine {
                            rightsholder: author(name_of).id.0,
                            salt: salt(&name, at),
                            work: work("song").id,
                            used_on: USED,
                            basis: Basis::Sample,
                            source: None,
                            share_bp: if at == 0 { 6_000 } else { 4_000 },
                            weight: weight.into(),
                            amount: 0,
                            hold: (held && at == 0).then_some(Hold::NoBankDetails),
                        }
                    });
                let lines: Vec<AllocationLine> = lines.collect();
                if total < 0 || total > 0 && weights == [0, 0] {
                    return None;
                }
                let draft = self.desk.allocation(&name, PERIODS[pool], &divide(total, lines));
                let accepted = self.desk.submit(&draft).is_ok();
                if accepted {
                    self.allocations.push((name, pool));
                }
                Some(accepted)
            }
            Act::Adjust { of, amount, to, off, taken } => {
                let (mended, pool) = self.allocation(of)?;
                let first = self.desk.lines(&mended).into_iter().next()?;
                let line = |at, tag, amount| AllocationLine {
                    rightsholder: tag,
                    salt: salt(&name, at),
                    basis: Basis::Adjustment,
                    source: Some(line_hash(&first.encode())),
                    weight: 0,
                    amount,
                    hold: None,
                    ..first.clone()
                };
                let lines = [
                    line(0, first.rightsholder, -amount),
                    line(1, author(AUTHORS[to]).id.0, amount + off),
                ];
                let lines = if taken { &lines[..1] } else { &lines[..] };
                let draft = self.desk.allocation(&name, PERIODS[pool], lines);
                let draft = draft.field("corrects", batch(&mended).id.0);
                let accepted = self.desk.submit(&draft).is_ok();
                if accepted {
                    self.allocations.push((name, pool));
                }
                Some(accepted)
            }
            Act::Pay { of, to, net, tax, levied, back } => {
                let (paid, pool) = self.allocation(of)?;
                let owed = self.desk.owed(&paid, AUTHORS[to]);
                // Now and then exactly what is owed.
                let net = if net >= 1_000 { owed - tax - levied } else { net };
                let sign = if back { -1 } else { 1 };
                let line = PayoutLine {
                    rightsholder: author(AUTHORS[to]).id.0,
                    salt: salt(&name, 0),
                    state: if back { PayoutState::Returned } else { PayoutState::Sent },
                    net: sign * net,
                    tax: sign * tax,
                    levied: sign * levied,
                    payment: [8; 32],
                };
                let draft = self.desk.payout(&name, &paid, PERIODS[pool], &[line]);
                Some(self.desk.submit(&draft).is_ok())
            }
            Act::Release { pool, amount } => {
                let draft = step(PERIODS[pool], "UNDISTRIBUTED_RELEASED").field("amount", amount);
                Some(self.desk.submit(&draft).is_ok())
            }
            Act::Redistribute { amount } => {
                let draft = step(PERIODS[0], "REDISTRIBUTED")
                    .naming(&[copyright(PERIODS[1])])
                    .field("amount", amount);
                Some(self.desk.submit(&draft).is_ok())
            }
            Act::Step { pool, action } => {
                let action = ["APPROVED", "PUBLISHED", "CLOSED"][action];
                Some(self.desk.submit(&step(PERIODS[pool], action)).is_ok())
            }
        }
    }

    /// Every tiyn collected is deducted, undistributed, owed, held, paid, or in another pool.
    fn check(&self) {
        let (mut collected, mut deducted, mut moved, mut paid) = (0, 0, 0, [0_i64; 3]);
        for (at, period) in PERIODS.iter().enumerate() {
            let Some(pool) = self.pool(at) else { continue };
            assert!(pool.is_conserved(), "{pool:?}");
            let mut in_lines = 0;
            let mut of_pool = [0_i64; 3];
            for (name, _) in self.allocations.iter().filter(|(_, pool)| *pool == at) {
                let known: Batch = self.desk.world.status(batch(name));
                let BatchContent::Allocation(state) = &known.content else { panic!("{name}") };
                let rest = Remainders::of(&self.desk, &batch(name).id, &known, None).unwrap();
                let owed: i64 = rest.iter().map(|rest| rest.open + rest.held).sum();
                assert_eq!(owed + state.paid.iter().sum::<i64>(), state.total, "{name}");
                assert_eq!(rest.packed(&batch(name).id).unwrap().lines, state.remainders);
                assert!(state.paid.iter().all(|paid| *paid >= 0));
                in_lines += state.total;
                for (sum, amount) in of_pool.iter_mut().zip(state.paid) {
                    *sum += amount;
                }
            }
            assert_eq!(in_lines, pool.in_lines, "{period}");
            assert!(in_lines <= pool.allocated);
            assert_eq!(of_pool, pool.paid, "{period}");
            collected += pool.collected;
            deducted += pool.deducted();
            moved += pool.redistributed_out;
            paid.iter_mut().zip(of_pool).for_each(|(sum, amount)| *sum += amount);
        }
        let status: CmoStatus = self.desk.world.status(cmo("cmo"));
        let Some(account) = status.account(Sphere::Copyright, "KZT") else { return };
        let flows = account.flows;
        assert_eq!(flows.collected + flows.redistributed_in, collected);
        assert_eq!((flows.deducted, flows.redistributed_out), (deducted, moved));
        assert_eq!(flows.redistributed_in, moved);
        assert_eq!([flows.paid, flows.tax, flows.levied], paid);
        assert_eq!(flows.closing(0), Some(flows.collected - deducted - paid.iter().sum::<i64>()));
    }
}

proptest! {
    #[test]
    fn royalties_are_neither_lost_nor_invented(
        begun in prop_oneof![1 => 0..BEGINNING.len(), 3 => Just(BEGINNING.len())],
        weights in any::<[u16; 2]>(),
        acts in proptest::collection::vec(act(), 1..24),
    ) {
        let mut desk = Desk::new();
        desk.world.set("unclaimed_years", 0_i64);
        desk.world.set("deduction_max_bp", 10_000_i64);
        let mut books = Books { desk, allocations: Vec::new(), batches: 0 };
        // From a pool that is as far as it may be, most acts have something to act on.
        for act in &BEGINNING[..begun] {
            let act = match act.clone() {
                Act::Allocate { pool, part, held, off, .. } => {
                    Act::Allocate { pool, part, weights, held, off }
                }
                other => other,
            };
            books.act(&act);
        }
        for act in &acts {
            books.act(act);
        }
        books.check();
    }
}
