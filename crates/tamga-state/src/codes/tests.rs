use std::collections::BTreeSet;

use super::*;

#[test]
fn numbers_and_slugs_are_distinct_and_ascending() {
    let numbers: Vec<u16> = Code::ALL.iter().map(|code| code.info().number).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    let slugs: BTreeSet<&str> = Code::ALL.iter().map(|code| code.info().slug).collect();
    assert_eq!(slugs.len(), Code::ALL.len());
}

#[test]
fn every_code_speaks_three_languages() {
    for code in Code::ALL {
        let info = code.info();
        for text in [info.title, info.remedy] {
            for language in ["kk", "ru", "en"] {
                assert!(!text.in_language(language).is_empty(), "{code}");
            }
            assert!(text.en.is_ascii() || text.en.contains('…') || text.en.contains('И'), "{code}");
        }
        assert!(info.slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
        let http = [0, 202, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503];
        assert!(http.contains(&info.http), "{code}");
    }
}

#[test]
fn codes_are_found_by_number_and_slug() {
    for text in ["TMG-4120", "tmg-4120", "4120"] {
        assert_eq!(Code::from_number(text), Some(Code::StageNotAllowed));
    }
    for text in ["", "TMG", "TMG-", "TMG-9999", "ТМГ-4120", "x"] {
        assert_eq!(Code::from_number(text), None);
    }
    assert_eq!(Code::from_slug("not-assignee"), Some(Code::NotAssignee));
    assert_eq!(Code::NotAssignee.to_string(), "TMG-4310");
}

#[test]
fn every_refusal_of_the_formats_has_a_code() {
    for format in FormatCode::ALL {
        let code = Code::of_format(*format);
        assert!((400..500).contains(&code.info().http), "{format:?}");
    }
}
