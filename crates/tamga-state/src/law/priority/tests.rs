use proptest::prelude::*;

use super::*;

fn claims(list: &[(u64, i64)]) -> BTreeMap<usize, Claim> {
    list.iter().map(|(order, due)| Claim { order: *order, due: *due }).enumerate().collect()
}

#[test]
fn priority_pays_an_order_in_full_before_the_next() {
    // (recovered, claims by order and due) to (paid, rest).
    type Case = (i64, &'static [(u64, i64)], &'static [i64], i64);
    let cases: [Case; 7] = [
        (1_000_000, &[(1, 400_000), (1, 800_000)], &[333_333, 666_667], 0),
        (100, &[(1, 50), (1, 50), (1, 50)], &[34, 33, 33], 0),
        (100, &[(3, 50), (1, 70), (2, 40)], &[0, 70, 30], 0),
        (160, &[(3, 50), (1, 70), (2, 40)], &[50, 70, 40], 0),
        (161, &[(3, 50), (1, 70), (2, 40)], &[50, 70, 40], 1),
        (0, &[(1, 10)], &[0], 0),
        (10, &[], &[], 10),
    ];
    for (sum, list, paid, rest) in cases {
        let position = ChargesPosition::AfterClaims;
        let is = distribute(sum, &claims(list), Charges::default(), position).expect("lawful");
        let parts: Vec<i64> = is.paid.values().copied().collect();
        assert_eq!((parts.as_slice(), is.rest), (paid, rest), "{sum} over {list:?}");
    }
}

#[test]
fn priority_of_the_charges_is_a_parameter() {
    let asked = Charges { expenses: 5, fee: 20, sanction: 3 };
    let list = claims(&[(1, 60), (2, 60)]);
    let cases = [
        (ChargesPosition::AfterClaims, 100, [60, 40], Charges::default(), 0),
        (ChargesPosition::BeforeClaims, 100, [60, 12], asked, 0),
        (ChargesPosition::BeforeClaims, 9, [0, 0], Charges { expenses: 5, fee: 4, sanction: 0 }, 0),
        (
            ChargesPosition::AfterClaims,
            130,
            [60, 60],
            Charges { expenses: 5, fee: 5, sanction: 0 },
            0,
        ),
        (ChargesPosition::AfterClaims, 150, [60, 60], asked, 2),
    ];
    for (position, sum, paid, charges, rest) in cases {
        let is = distribute(sum, &list, asked, position).expect("lawful");
        assert_eq!(is.paid.values().copied().collect::<Vec<_>>(), paid, "{position:?} {sum}");
        assert_eq!((is.charges, is.rest), (charges, rest), "{position:?} {sum}");
    }
    for name in ChargesPosition::NAMES {
        assert!(ChargesPosition::from_name(name).is_some());
    }
}

#[test]
fn priority_knows_no_negative_sums() {
    let position = ChargesPosition::AfterClaims;
    let none = Charges::default();
    assert_eq!(distribute(-1, &claims(&[]), none, position), None);
    assert_eq!(distribute(1, &claims(&[(1, -1)]), none, position), None);
    assert_eq!(distribute(1, &claims(&[]), Charges { fee: -1, ..none }, position), None);
}

proptest! {
    #[test]
    fn priority_neither_loses_nor_invents_a_tiyn(
        sum in 0..=100_000_000_000_000_000_i64,
        list in proptest::collection::vec((1..6_u64, 0..=100_000_000_000_000_000_i64), 0..20),
        charges in (0..1_000_000_i64, 0..1_000_000_i64, 0..1_000_000_i64),
        before in any::<bool>(),
    ) {
        let claims = claims(&list);
        let charges = Charges { expenses: charges.0, fee: charges.1, sanction: charges.2 };
        let position =
            if before { ChargesPosition::BeforeClaims } else { ChargesPosition::AfterClaims };
        let is = distribute(sum, &claims, charges, position).expect("lawful");
        prop_assert_eq!(is.total(), Some(sum));
        for (id, paid) in &is.paid {
            prop_assert!((0..=claims[id].due).contains(paid));
        }
        // Whoever is not paid in full leaves nothing to later orders, and nothing over.
        if let Some(order) =
            is.paid.iter().filter(|(id, paid)| **paid < claims[*id].due).map(|(id, _)| claims[id].order).min()
        {
            prop_assert!(is.paid.iter().all(|(id, paid)| claims[id].order <= order || *paid == 0));
            prop_assert_eq!(is.rest, 0);
        }
    }
}

#[test]
fn every_category_of_claims_has_its_orders() {
    use crate::catalogue::{FieldType, Kind};
    let field = Kind::E01.info().field_named("claim_category").expect("a field");
    let FieldType::Code(categories) = field.ty else { panic!("words") };
    let known: Vec<&str> = ORDERS.iter().map(|(category, _)| *category).collect();
    assert_eq!(known, categories);
    for category in categories {
        assert!(orders("EL-110-112", category).is_some(), "{category}");
        assert_eq!(orders("another edition", category), None);
    }
    assert_eq!(orders("EL-110-112", "ANOTHER"), None);
}
