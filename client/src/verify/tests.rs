use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Map;
use tamga_state::catalogue::{Field, FieldType, Kind};

use super::*;
use crate::lang::Language;

/// A text in every language.
fn texts(text: impl Fn(Language) -> String) -> Value {
    let all = Language::ALL.map(|language| (language.tag().to_owned(), json!(text(language))));
    Value::Object(all.into_iter().collect())
}

/// What makes a file false, without the place for the program's own words.
fn faults() -> Map<String, Value> {
    let told = FormatCode::ALL.iter().filter(|code| fault_message(**code) != "fault-form");
    let bare = |code: FormatCode, language| {
        let nothing = [("detail", String::new())];
        Messages::new(language).text(fault_message(code), &nothing).replace(" ()", "")
    };
    told.map(|code| (code.as_str().to_owned(), texts(|language| bare(*code, language)))).collect()
}

fn kinds() -> Map<String, Value> {
    let title = |kind: &Kind| texts(|it| kind.info().title.in_language(it.tag()).to_owned());
    Kind::ALL.iter().map(|kind| (kind.number().to_string(), title(kind))).collect()
}

/// Names of fields that hold tenge wherever they occur; foreign sums are of their own currency.
fn money() -> BTreeSet<&'static str> {
    let fields =
        || Kind::ALL.iter().flat_map(|kind| kind.info().fields.iter().chain(kind.info().body));
    let is_money = |it: &Field| {
        matches!(it.ty, FieldType::Amount | FieldType::Difference)
            && !it.name.starts_with("foreign_")
    };
    let other: BTreeSet<_> = fields().filter(|it| !is_money(it)).map(|it| it.name).collect();
    fields().filter(|it| is_money(it) && !other.contains(it.name)).map(|it| it.name).collect()
}

#[test]
fn the_portal_says_the_same_of_faults_and_kinds() {
    let table = json!({ "faults": faults(), "kinds": kinds(), "money": money() });
    let text = format!("{}\n", serde_json::to_string_pretty(&table).unwrap());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/portal/src/texts/ledger.json");
    if std::env::var_os("TAMGA_BLESS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(committed == text, "node/portal/src/texts/ledger.json differs: run `make bless`");
}
