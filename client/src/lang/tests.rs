use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::*;

/// Every message and attribute of a locale file with the names of its variables.
fn arguments(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    fn variables(pattern: &Pattern<&str>) -> BTreeSet<String> {
        let element = |element: &PatternElement<&str>| match element {
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => Some(id.name.to_owned()),
            PatternElement::TextElement { .. } => None,
            PatternElement::Placeable { .. } => panic!("only variables are used: {element:?}"),
        };
        pattern.elements.iter().filter_map(element).collect()
    }
    let resource = parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut found = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let name = message.id.name;
        if let Some(value) = &message.value {
            found.insert(name.to_owned(), variables(value));
        }
        for attribute in &message.attributes {
            found.insert(format!("{name}.{}", attribute.id.name), variables(&attribute.value));
        }
    }
    found
}

/// The messages and attributes of a locale file.
pub(crate) fn keys_of(source: &str) -> BTreeSet<String> {
    arguments(source).into_keys().collect()
}

#[test]
fn the_three_languages_have_the_same_messages_with_the_same_arguments() {
    let english = arguments(Language::En.source());
    assert!(english.len() > 200);
    for language in [Language::Kk, Language::Ru] {
        let other = arguments(language.source());
        for (key, variables) in &english {
            assert_eq!(other.get(key), Some(variables), "{key} in {}", language.tag());
        }
        let stale: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(stale.is_empty(), "{}: {stale:?}", language.tag());
    }
    let [kk, ru] =
        [Language::Kk, Language::Ru].map(|language| arguments(language.help_source().unwrap()));
    assert_eq!(kk, ru);
}

#[test]
fn no_language_borrows_the_words_of_another() {
    let latin = |text: &str| text.chars().all(|c| !c.is_alphabetic() || c.is_ascii());
    // The letters that Kazakh has and Russian has not, and the other way round.
    let kazakh = |c: char| "әғқңөұүһіӘҒҚҢӨҰҮҺІ".contains(c);
    let only_text = |text: &str| {
        let open: Vec<&str> = text.split('{').collect();
        open.iter().map(|part| part.rsplit('}').next().unwrap_or(part)).collect::<String>()
    };
    for key in keys_of(Language::En.source()) {
        let [en, ru, kk] = [Language::En, Language::Ru, Language::Kk]
            .map(|language| Messages::new(language).find(&key, &[]).unwrap());
        assert!(latin(&en.replace(['…', '✔'], "")), "{key}: {en}");
        assert!(!ru.chars().any(kazakh), "{key}: {ru}");
        // What has words in English has words in the other two.
        let words = |text: &str| only_text(text).chars().any(char::is_alphabetic);
        let cyrillic = |text: &str| text.chars().any(|c| ('\u{400}'..'\u{500}').contains(&c));
        if words(&en) {
            assert!(cyrillic(&ru) && cyrillic(&kk), "{key}: {ru} / {kk}");
        }
    }
}

#[test]
fn every_message_of_the_code_is_in_the_locale_files() {
    let keys = keys_of(Language::En.source());
    let mut used = BTreeSet::new();
    for source in sources() {
        for part in source.split('"').skip(1).step_by(2) {
            let families = [
                "error-",
                "usage-",
                "io-",
                "what-",
                "detail-",
                "fault-",
                "config-",
                "import-",
                "submit-",
                "royalty-",
                "draft-",
                "template-",
            ];
            let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if families.iter().any(|family| part.starts_with(family)) && part.chars().all(name) {
                used.insert(part.to_owned());
            }
        }
    }
    assert!(used.len() > 100, "{}", used.len());
    // Names of other things that begin so.
    let others = ["import-devnet"];
    let missing: Vec<_> =
        used.iter().filter(|id| !keys.contains(*id) && !others.contains(&id.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The text of every source file of this package but tests.
fn sources() -> Vec<String> {
    fn walk(folder: &std::path::Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, texts);
            } else if !path.ends_with("tests.rs") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut texts = Vec::new();
    walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    texts
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
fn what_an_error_is_about_is_told_in_the_language_of_the_error() {
    let error = CliError::unreadable(Said::plain("what-mapping"), Said::plain("detail-delimiter"));
    for (language, words) in [
        (Language::En, ["the mapping", "one ASCII character"]),
        (Language::Ru, ["таблица соответствий", "один знак ASCII"]),
        (Language::Kk, ["сәйкестік кестесі", "бір ASCII таңбасы"]),
    ] {
        let text = Messages::new(language).error(&error);
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
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
