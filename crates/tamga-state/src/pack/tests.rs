use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn numbers_and_texts_are_read_back(a: u64, b: i64, c: Option<String>, d: Vec<(u64, bool)>) {
        let value = ((a, b), (c, d));
        prop_assert_eq!(Pack::unpack_whole(&value.packed()), Some(value));
    }

    #[test]
    fn whatever_the_bytes_are_reading_ends(bytes: Vec<u8>) {
        let _ = Vec::<(u64, Option<String>)>::unpack_whole(&bytes);
        let _ = <(Frontier, Vec<StatusRow>)>::unpack_whole(&bytes);
    }
}

#[test]
fn small_numbers_take_one_byte_and_none_takes_more_than_ten() {
    for (value, length) in [(0, 1), (-64, 1), (63, 1), (64, 2), (i64::MAX, 10), (i64::MIN, 10)] {
        assert_eq!(value.packed().len(), length, "{value}");
        assert_eq!(i64::unpack_whole(&value.packed()), Some(value));
    }
}

#[test]
fn what_is_cut_off_goes_on_or_promises_too_much_is_no_value() {
    let value = (vec![1_u64, 300], "text".to_owned());
    let bytes = value.packed();
    for length in 0..bytes.len() {
        assert_eq!(<(Vec<u64>, String)>::unpack_whole(&bytes[..length]), None, "{length}");
    }
    assert_eq!(<(Vec<u64>, String)>::unpack_whole(&[&bytes[..], &[0]].concat()), None);
    assert_eq!(Vec::<u64>::unpack_whole(&u64::MAX.packed()), None);
    assert_eq!(u64::unpack_whole(&[0xff; 10]), None, "more than 64 bits");
    assert_eq!(bool::unpack_whole(&[2]), None);
}
