use tamga_format::subject::{Role, Subject};

use super::{Marks, Told, Trace, push_row, read_rows};
use crate::catalogue::Kind;
use crate::testing::{Draft, tag};

#[test]
fn what_is_told_is_read_back_and_nothing_else_is() {
    let marks = [(false, false), (true, false), (false, true), (true, true)];
    let money = marks.map(|(undistributed, recovered)| {
        (Role::Case, Told::Money([7; 32], Marks { undistributed, recovered }))
    });
    let states = [Role::Debtor, Role::Claim, Role::Lot, Role::Rightsholder]
        .map(|role| (role, Told::State([8; 32])));
    let shares = [(Role::Work, Told::Shares(9_999))];
    for (role, told) in money.into_iter().chain(states).chain(shares) {
        let bytes = told.encode();
        assert_eq!(Told::decode(role, &bytes), Ok(told));
        for length in 0..bytes.len() {
            assert!(Told::decode(role, &bytes[..length]).is_err(), "{role:?} {length}");
        }
        assert!(Told::decode(role, &[&bytes[..], &[0]].concat()).is_err(), "{role:?}");
        assert!(Told::decode(Role::Officer, &bytes).is_err());
    }
    assert!(Told::decode(Role::Case, &[4; 33]).is_err(), "no such mark");
}

#[test]
fn rows_of_a_block_are_read_by_its_records() {
    let case = tag(Role::Case, "case");
    let debtor = tag(Role::Debtor, "debtor");
    let draft = |naming: &[Subject]| Draft::new(Kind::E01, "operator", case).naming(naming);
    let records = [draft(&[]).sign().0, draft(&[debtor]).sign().0];
    let records = records.each_ref().map(|signed| signed.record());
    let money = Told::Money([1; 32], Marks { undistributed: true, recovered: false });
    let unpaid = Told::State([2; 32]);
    let mut rows = Vec::new();
    push_row(&mut rows, 0, 0, &money.encode());
    push_row(&mut rows, 1, 1, &unpaid.encode());
    let expected = [Trace::from([(case, money)]), Trace::from([(debtor, unpaid)])];
    assert_eq!(read_rows(&records, &rows), Ok(expected.to_vec()));
    assert_eq!(read_rows(&records, &[]), Ok(vec![Trace::new(); 2]));
    let ends = [0, 4 + 33, rows.len()];
    for length in (0..rows.len()).filter(|length| !ends.contains(length)) {
        assert!(read_rows(&records, &rows[..length]).is_err(), "{length}");
    }
    let row = |record, subject, told: &[u8]| {
        let mut other = rows.clone();
        push_row(&mut other, record, subject, told);
        read_rows(&records, &other)
    };
    assert!(row(2, 0, &money.encode()).is_err(), "the block has two records");
    assert!(row(0, 1, &unpaid.encode()).is_err(), "the record names one subject");
    assert!(row(0, 0, &money.encode()).is_err(), "it is told already");
    assert!(row(1, 0, &unpaid.encode()).is_err(), "a case has marks");
    assert!(row(1, 0, &money.encode()).is_ok());
}
