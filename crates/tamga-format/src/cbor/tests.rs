use super::*;
use alloc::string::ToString;
use alloc::vec;
use proptest::prelude::*;

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
    let digit = |c: u8| u8::try_from(char::from(c).to_digit(16).unwrap()).unwrap();
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[test]
fn one_value_has_one_encoding() {
    use Value::{Array, Bool, Map, Nint, Null, Uint};
    let cases = [
        ("00", Uint(0)),
        ("17", Uint(23)),
        ("18 18", Uint(24)),
        ("18 ff", Uint(255)),
        ("19 0100", Uint(256)),
        ("19 ffff", Uint(65_535)),
        ("1a 00010000", Uint(65_536)),
        ("1a ffffffff", Uint(u64::from(u32::MAX))),
        ("1b 0000000100000000", Uint(1 << 32)),
        ("1b ffffffffffffffff", Uint(u64::MAX)),
        ("20", Nint(0)),
        ("38 18", Nint(24)),
        ("3b 7fffffffffffffff", Value::int(i64::MIN)),
        ("40", Value::bytes(b"")),
        ("43 010203", Value::bytes(&[1, 2, 3])),
        ("60", Value::text("")),
        ("62 d2a3", Value::text("ң")),
        ("80", Array(vec![])),
        ("82 01 f6", Array(vec![Uint(1), Null])),
        ("a0", Map(vec![])),
        ("a2 01 f4 61 61 f5", Map(vec![(Uint(1), Bool(false)), (Value::text("a"), Bool(true))])),
        // RFC 7049 would put the shorter key first.
        ("a2 1818 00 20 00", Map(vec![(Uint(24), Uint(0)), (Nint(0), Uint(0))])),
    ];
    for (text, value) in cases {
        let bytes = unhex(text);
        assert_eq!(decode(&bytes, Limits::STANDARD), Ok(value.clone()), "{text}");
        assert_eq!(encode(&value), bytes, "{text}");
    }
}

#[test]
fn every_other_encoding_is_refused_with_code_and_position() {
    use FormatCode as F;
    let deep = |n: usize| "81".repeat(n) + "00";
    let cases = [
        ("".to_string(), F::CborTruncated, 0),
        ("18".into(), F::CborTruncated, 1),
        ("1b00000001000000".into(), F::CborTruncated, 8),
        ("43 0102".into(), F::CborTruncated, 3),
        ("82 00".into(), F::CborTruncated, 2),
        ("a1 00".into(), F::CborTruncated, 2),
        ("9b ffffffffffffffff".into(), F::CborTruncated, 9),
        ("5b ffffffffffffffff 00".into(), F::CborTruncated, 10),
        ("00 00".into(), F::CborTrailingBytes, 1),
        ("80 f6".into(), F::CborTrailingBytes, 1),
        ("18 17".into(), F::CborNotShortest, 0),
        ("19 00ff".into(), F::CborNotShortest, 0),
        ("1a 0000ffff".into(), F::CborNotShortest, 0),
        ("1b 00000000ffffffff".into(), F::CborNotShortest, 0),
        ("38 00".into(), F::CborNotShortest, 0),
        ("82 00 58 01 00".into(), F::CborNotShortest, 2),
        ("78 01 61".into(), F::CborNotShortest, 0),
        ("98 01 00".into(), F::CborNotShortest, 0),
        ("b8 01 00 00".into(), F::CborNotShortest, 0),
        ("5f 41 00 ff".into(), F::CborIndefinite, 0),
        ("7f ff".into(), F::CborIndefinite, 0),
        ("9f ff".into(), F::CborIndefinite, 0),
        ("bf ff".into(), F::CborIndefinite, 0),
        ("ff".into(), F::CborIndefinite, 0),
        ("f9 0000".into(), F::CborFloat, 0),
        ("fa 00000000".into(), F::CborFloat, 0),
        ("81 fb 0000000000000000".into(), F::CborFloat, 1),
        ("c0 00".into(), F::CborTag, 0),
        ("d2 80".into(), F::CborTag, 0),
        ("f7".into(), F::CborSimple, 0),
        ("e0".into(), F::CborSimple, 0),
        ("f8 20".into(), F::CborSimple, 0),
        ("1c".into(), F::CborReserved, 0),
        ("1f".into(), F::CborReserved, 0),
        ("fe".into(), F::CborReserved, 0),
        ("62 61 ff".into(), F::CborUtf8, 2),
        ("61 c3".into(), F::CborUtf8, 1),
        ("63 eda080".into(), F::CborUtf8, 1),
        ("a2 01 00 00 00".into(), F::CborKeyOrder, 3),
        ("a2 20 00 1818 00".into(), F::CborKeyOrder, 3),
        ("a2 61 61 00 01 00".into(), F::CborKeyOrder, 4),
        ("a2 01 00 01 00".into(), F::CborDuplicateKey, 3),
        ("a1 f5 00".into(), F::CborKeyType, 1),
        ("a1 40 00".into(), F::CborKeyType, 1),
        ("a1 80 00".into(), F::CborKeyType, 1),
        ("a1 78 41".to_string() + &"61".repeat(65) + "00", F::CborKeyType, 1),
        (deep(17), F::CborDepth, 16),
        ("99 1000".to_string() + &"00".repeat(4096), F::CborItems, 3 + 4095),
    ];
    for (text, code, at) in cases {
        let result = decode(&unhex(&text), Limits::STANDARD);
        assert_eq!(result, Err(FormatError::new(code, at)), "{text}");
    }
    assert!(decode(&unhex(&deep(16)), Limits::STANDARD).is_ok());
    let most = "99 0fff".to_string() + &"00".repeat(4095);
    assert!(decode(&unhex(&most), Limits::STANDARD).is_ok());
    let long = decode(&[0x42, 0, 0], Limits::with_bytes(2));
    assert_eq!(long, Err(FormatError::new(FormatCode::CborLength, 2)));
}

#[test]
fn typed_reading_refuses_other_types_and_ranges() {
    use FormatCode as F;
    type Read = fn(&mut Reader<'_>) -> Result<(), FormatError>;
    let cases: [(&str, Read, F); 14] = [
        ("20", |r| r.uint().map(drop), F::CborType),
        ("19 0100", |r| r.small::<u8>().map(drop), F::CborRange),
        ("1b 8000000000000000", |r| r.int().map(drop), F::CborRange),
        ("3b 8000000000000000", |r| r.int().map(drop), F::CborRange),
        ("40", |r| r.int().map(drop), F::CborType),
        ("60", |r| r.bytes().map(drop), F::CborType),
        ("41 00", |r| r.fixed::<2>().map(drop), F::CborRange),
        ("40", |r| r.text().map(drop), F::CborType),
        ("a0", |r| r.array().map(drop), F::CborType),
        ("80", |r| r.map().map(drop), F::CborType),
        ("f6", |r| r.bool().map(drop), F::CborType),
        ("f5", |r| r.null_or(Reader::uint).map(drop), F::CborType),
        ("00", |r| r.nested().map(drop), F::CborType),
        ("a1 20 00", |r| r.keys()?.next(r).map(drop), F::CborKeyType),
    ];
    for (text, read, code) in cases {
        let bytes = unhex(text);
        assert_eq!(read(&mut Reader::new(&bytes)).unwrap_err().code, code, "{text}");
    }
}

#[test]
fn positions_within_a_nested_string_are_those_of_the_outer_input() {
    let bytes = unhex("82 00 43 81 18 17");
    let mut outer = Reader::new(&bytes);
    assert_eq!((outer.array(), outer.uint()), (Ok(2), Ok(0)));
    let mut inner = outer.nested().unwrap();
    assert_eq!(inner.array(), Ok(1));
    assert_eq!(inner.uint(), Err(FormatError::new(FormatCode::CborNotShortest, 4)));
    assert_eq!(outer.end(), Ok(()));
}

#[test]
fn the_writer_puts_pairs_in_order() {
    let value = Value::Map(vec![
        (Value::text("b"), Value::Null),
        (Value::int(-1), Value::Null),
        (Value::Uint(24), Value::Null),
    ]);
    assert_eq!(encode(&value), unhex("a3 1818 f6 20 f6 6162 f6"));
}

/// A decoder of the same value types that accepts every form: what strictness is measured against.
fn lenient(bytes: &mut &[u8]) -> Option<Value> {
    fn take<'a>(bytes: &mut &'a [u8], count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = bytes.split_at_checked(usize::try_from(count).ok()?)?;
        *bytes = rest;
        Some(taken)
    }
    let first = take(bytes, 1)?[0];
    let (major, info) = (first >> 5, first & 31);
    let argument = match info {
        0..=23 => u64::from(info),
        24..=27 => take(bytes, 1 << (info - 24))?.iter().fold(0, |n, b| n << 8 | u64::from(*b)),
        _ => return None,
    };
    Some(match major {
        0 => Value::Uint(argument),
        1 => Value::Nint(argument),
        2 => Value::bytes(take(bytes, argument)?),
        3 => Value::text(core::str::from_utf8(take(bytes, argument)?).ok()?),
        4 => Value::Array((0..argument).map(|_| lenient(bytes)).collect::<Option<_>>()?),
        5 => {
            let pairs: Vec<_> = (0..argument)
                .map(|_| Some((lenient(bytes)?, lenient(bytes)?)))
                .collect::<Option<_>>()?;
            let mut keys: Vec<_> = pairs.iter().map(|(key, _)| encode(key)).collect();
            keys.sort();
            keys.dedup();
            let short = |key: &Value| match key {
                Value::Uint(_) | Value::Nint(_) => true,
                Value::Text(text) => text.len() <= CBOR_KEY_BYTES_MAX,
                Value::Bytes(_)
                | Value::Array(_)
                | Value::Map(_)
                | Value::Bool(_)
                | Value::Null => false,
            };
            if keys.len() != pairs.len() || !pairs.iter().all(|(key, _)| short(key)) {
                return None;
            }
            Value::Map(pairs)
        }
        7 if info < 24 => match info {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 => Value::Null,
            _ => return None,
        },
        _ => return None,
    })
}

/// The admission rule, by the book: decode anything, encode again, compare.
fn reencodes_to_itself(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    lenient(&mut rest).is_some_and(|value| rest.is_empty() && encode(&value) == bytes)
}

pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        any::<u64>().prop_map(Value::Uint),
        (0..40u64).prop_map(Value::Uint),
        (0..40u64).prop_map(Value::Nint),
        "[a-zң]{0,8}".prop_map(Value::Text),
    ];
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::int),
        any::<u64>().prop_map(Value::Uint),
        any::<u64>().prop_map(Value::Nint),
        (0..30u64).prop_map(Value::Uint),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ".{0,30}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec((key.clone(), inner), 0..6).prop_map(|mut pairs| {
                pairs.sort_by_key(|(key, _)| encode(key));
                pairs.dedup_by(|a, b| a.0 == b.0);
                Value::Map(pairs)
            }),
        ]
    })
}

/// Short inputs with many heads and few lengths, which random bytes rarely are.
fn near_miss() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &str = "80 81 82 a1 a2 00 17 1818 1817 190018 20 3800 40 4100 5800 6161 780161 \
                          9801 b801 f5 f6 f7 c0 9f ff";
    let pieces: Vec<_> = PIECES.split(' ').map(unhex).collect();
    let piece = proptest::sample::select(pieces);
    proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

fn strict_is_the_rule(bytes: &[u8]) -> Result<(), TestCaseError> {
    let strict = decode(bytes, Limits::STANDARD);
    prop_assert_eq!(strict.is_ok(), reencodes_to_itself(bytes), "{:?}", strict);
    if let Ok(value) = strict {
        prop_assert_eq!(encode(&value), bytes);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn values_survive_a_round_trip(value in any_value()) {
        let bytes = encode(&value);
        prop_assert_eq!(decode(&bytes, Limits::STANDARD), Ok(value));
        prop_assert!(reencodes_to_itself(&bytes));
    }

    #[test]
    fn random_bytes_are_accepted_exactly_if_they_encode_again_to_themselves(
        bytes in proptest::collection::vec(any::<u8>(), 0..12),
    ) {
        strict_is_the_rule(&bytes)?;
    }

    #[test]
    fn near_misses_are_accepted_exactly_if_they_encode_again_to_themselves(bytes in near_miss()) {
        strict_is_the_rule(&bytes)?;
    }

    #[test]
    fn changed_encodings_are_accepted_exactly_if_they_encode_again_to_themselves(
        value in any_value(), at in any::<proptest::sample::Index>(), with in any::<u8>(),
    ) {
        let mut bytes = encode(&value);
        let at = at.index(bytes.len());
        bytes[at] = with;
        strict_is_the_rule(&bytes)?;
    }

    #[test]
    fn truncations_and_trailing_bytes_are_refused(value in any_value(), extra in any::<u8>()) {
        let mut bytes = encode(&value);
        for end in 0..bytes.len() {
            let error = decode(&bytes[..end], Limits::STANDARD).unwrap_err();
            prop_assert_eq!((error.code, error.at <= end), (FormatCode::CborTruncated, true));
        }
        let end = bytes.len();
        bytes.push(extra);
        let error = decode(&bytes, Limits::STANDARD).unwrap_err();
        prop_assert_eq!(error, FormatError::new(FormatCode::CborTrailingBytes, end));
    }
}
