use super::*;

#[test]
fn hex_reads_what_it_writes_and_refuses_the_rest() {
    let bytes: [u8; 32] = std::array::from_fn(|index| u8::try_from(index * 7).unwrap());
    assert_eq!(parse_hex32(&hex(&bytes)), Some(bytes));
    for bad in ["", "00", &"g".repeat(64), &"0".repeat(65)] {
        assert_eq!(parse_hex32(bad), None, "{bad}");
    }
}

#[test]
fn times_are_printed_in_utc_and_read_aloud_in_utc_plus_five() {
    let time = parse_rfc3339("2026-03-12T09:05:00Z").unwrap();
    assert_eq!(rfc3339(time), "2026-03-12T09:05:00Z");
    assert_eq!(local_time(time), "12.03.2026 14:05");
}

#[test]
fn words_for_a_shell_are_quoted_when_they_must_be() {
    for (word, quoted) in [
        ("target/devnet", "target/devnet"),
        ("else where.csv", "'else where.csv'"),
        ("it's", r"'it'\''s'"),
        ("$HOME", "'$HOME'"),
        ("", "''"),
    ] {
        assert_eq!(shell_word(word), quoted);
    }
}

#[test]
fn hundredths_have_two_decimals_and_thousands_apart() {
    for (number, text) in [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (7_000, "70.00"),
        (41_200_050, "412 000.50"),
        (i64::MIN, "-92 233 720 368 547 758.08"),
    ] {
        assert_eq!(hundredths(number), text);
    }
}
