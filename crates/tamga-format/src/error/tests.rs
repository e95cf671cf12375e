use super::*;
use alloc::collections::BTreeSet;
use alloc::string::ToString;

#[test]
fn every_code_has_its_own_kebab_case_name_and_a_text() {
    let mut seen = BTreeSet::new();
    for code in FormatCode::ALL {
        let slug = code.as_str();
        assert!(seen.insert(slug), "{slug} occurs twice");
        assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        assert!(!code.explain().is_empty() && !code.explain().ends_with('.'));
    }
}

#[test]
fn a_message_names_the_code_the_place_and_the_thing() {
    let error = FormatError::new(FormatCode::CborRange, 7).of("kind");
    assert_eq!(
        error.to_string(),
        "cbor-range at 7: kind: a number or length is outside the range of this place"
    );
}
