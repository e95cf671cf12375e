use super::*;

#[test]
fn instants_have_one_text() {
    for (ms, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00Z"),
        (1_773_305_880_123, "2026-03-12T08:58:00.123Z"),
        (FIRST_MS, "0001-01-01T00:00:00Z"),
        (LAST_MS, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(instant(UnixMillis(ms)), text);
        assert_eq!(parse_instant(text).map(|at| at.0), Some(ms), "{text}");
    }
}

#[test]
fn other_texts_are_refused() {
    for text in [
        "",
        "2026-03-12",
        "2026-03-12T08:58:00",
        "2026-03-12T08:58:00+05:00",
        "2026-03-12t08:58:00Z",
        "2026-03-12T08:58Z",
        "2026-03-12T08:58:60Z",
        "2026-03-12T24:00:00Z",
        "2026-03-12T08:58:00.000Z",
        "2026-03-12T08:58:00.1Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-03-12T+8:58:00Z",
    ] {
        assert_eq!(parse_instant(text), None, "{text}");
    }
}

#[test]
fn every_day_of_eight_centuries_survives_a_round_trip() {
    for days in -146_097..146_097 {
        assert_eq!(parse_day(&day(days)), Some(days));
    }
}
