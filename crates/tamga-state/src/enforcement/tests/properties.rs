use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Act {
    Recover(i64),
    PayOut { paid: i64, fee: i64, returned: i64, error: i64 },
    AmendRecovered(i64),
    Close,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1..500_i64).prop_map(Act::Recover),
        (0..300_i64, 0..50_i64, 0..50_i64, prop_oneof![9 => Just(0_i64), 1 => -3..3_i64])
            .prop_map(|(paid, fee, returned, error)| Act::PayOut { paid, fee, returned, error }),
        (-300..300_i64).prop_map(Act::AmendRecovered),
        Just(Act::Close),
    ]
}

/// What is due; claimants get no more.
const DUE: i64 = 1_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is tried, the ledger's sums are those of a plain model, and money is conserved.
    #[test]
    fn money_is_neither_lost_nor_invented(acts in proptest::collection::vec(act(), 1..12)) {
        let mut world = World::new();
        world.enforcing(case(), DUE);
        let mut payment = None;
        let (mut recovered, mut given, mut paid_out, mut open) = (0_i64, 0_i64, 0_i64, true);
        for (at, act) in acts.into_iter().enumerate() {
            let salt = at as u64;
            let (draft, lawful, moves) = match act {
                Act::Recover(amount) => (world.recover(case(), "bailiff", amount), open, (amount, 0)),
                Act::PayOut { paid, fee, returned, error } => {
                    let sum = paid + fee + returned;
                    let draft = world
                        .pay_out(case(), "bailiff", paid)
                        .body("fee", fee)
                        .body("returned", returned)
                        .body("total", (sum + error).max(0));
                    let fits = (sum + error).max(0) == sum && sum > 0 && given + sum <= recovered;
                    (draft, open && fits && paid_out + paid <= DUE, (0, sum))
                }
                Act::AmendRecovered(delta) => {
                    let Some(target) = payment else { continue };
                    let draft = world.correct(case(), "bailiff", "AMEND", target).body("amount_delta", delta);
                    (draft, recovered + delta >= given, (delta, 0))
                }
                Act::Close => (world.close(case(), "bailiff"), open && recovered == given, (0, 0)),
            };
            let is_payment = draft.record.kind == Kind::E11.number();
            let is_close = draft.record.kind == Kind::E15.number();
            let answer = world.submit(&Draft { salt, ..draft });
            prop_assert_eq!(answer.is_ok(), lawful, "{:?}", answer);
            if let Ok(id) = answer {
                recovered += moves.0;
                given += moves.1;
                open &= !is_close;
                if is_payment {
                    payment = Some(id);
                }
            }
            let money = world.money(case());
            prop_assert!(money.is_sound());
            paid_out = money.distributed;
            prop_assert_eq!((money.recovered, money.given_out()), (recovered, Some(given)));
            prop_assert_eq!(world.case(case()).money, world.view.privates[&case()].commitment());
        }
    }
}
