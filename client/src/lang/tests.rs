use std::collections::BTreeSet;

use fluent_bundle::FluentResource;

use super::*;

/// Every message and attribute of a locale file.
fn keys(language: Language) -> BTreeSet<String> {
    let resource = FluentResource::try_new(language.source().to_owned())
        .map_err(|(_, errors)| format!("{}: {errors:?}", language.tag()))
        .unwrap();
    drop(resource);
    let mut message = String::new();
    let mut keys = BTreeSet::new();
    for line in language.source().lines() {
        let Some((name, _)) = line.split_once('=') else { continue };
        let (indented, name) = (name.starts_with(' '), name.trim());
        if indented && name.starts_with('.') {
            keys.insert(format!("{message}{name}"));
        } else if !indented && !name.starts_with('#') {
            message = name.to_owned();
            keys.insert(message.clone());
        }
    }
    keys
}

#[test]
fn the_three_languages_have_the_same_messages() {
    let english = keys(Language::En);
    for language in [Language::Kk, Language::Ru] {
        let other = keys(language);
        assert_eq!(
            english.difference(&other).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "missing"
        );
        assert_eq!(
            other.difference(&english).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "too many"
        );
    }
}

#[test]
fn every_message_is_written_in_every_language() {
    for language in Language::ALL {
        let messages = Messages::new(language);
        for key in keys(language) {
            assert!(messages.find(&key, &[]).is_some_and(|text| !text.is_empty()), "{key}");
        }
    }
}

#[test]
fn an_error_says_what_why_next_and_its_code() {
    let text = Messages::new(Language::En).error(&CliError::no_such_key("operator:police"));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("operator:police"));
    assert_eq!(lines.last().copied(), Some("TMG-6030  (tamga explain TMG-6030)"));
    assert!(lines.len() >= 3);
}

#[test]
fn the_language_is_taken_from_lang() {
    let cases = [
        ("kk_KZ.UTF-8", Some(Language::Kk)),
        ("ru", Some(Language::Ru)),
        ("de_DE", None),
        ("", None),
    ];
    for (tag, expected) in cases {
        assert_eq!(Language::from_tag(tag), expected, "{tag}");
    }
}
