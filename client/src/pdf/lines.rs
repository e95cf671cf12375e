//! What pages say of a record, in words: its kind, its writer, its two times, its fields.

use serde_json::Value;
use tamga_format::id::UnixMillis;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::{COMMON, FieldType, Kind};

use crate::lang::{Language, Messages};
use crate::text;
use crate::verify::Facts;

/// From this gap between event and record on, a page says so in red.
pub(super) const LATE: i64 = 24 * 3_600_000;
/// Numbers under which an officer is looked for: licences have up to four digits.
const NUMBERS: std::ops::RangeInclusive<u32> = 1..=9_999;

/// The languages of a page.
pub(super) struct Words(Vec<Messages>);

impl Words {
    pub(super) fn new(languages: &[Language]) -> Self {
        Self(languages.iter().map(|language| Messages::new(*language)).collect())
    }

    /// Each language in turn.
    pub(super) fn each(&self) -> impl Iterator<Item = &Messages> {
        self.0.iter()
    }

    /// A message in every language, those that are alike once.
    pub(super) fn all(&self, id: &str, args: &[(&'static str, String)]) -> Vec<String> {
        let mut texts: Vec<String> = self.each().map(|words| words.text(id, args)).collect();
        texts.dedup();
        texts
    }

    /// A message in every language, in one line.
    pub(super) fn line(&self, id: &str, args: &[(&'static str, String)]) -> String {
        self.all(id, args).join(" · ")
    }
}

/// The kind of a record with its title.
pub(super) fn kind(record: &Record, words: &Messages) -> String {
    Kind::from_number(record.kind).map(Kind::info).map_or_else(
        || record.kind.to_string(),
        |kind| kind.title.in_language(words.language().tag()).to_owned(),
    )
}

/// The code of a record's kind.
pub(crate) fn code(record: &Record) -> String {
    let kind = Kind::from_number(record.kind).map(Kind::info);
    kind.map_or_else(|| record.kind.to_string(), |kind| kind.code.to_owned())
}

/// The number in the public register of officers, when the writer is an officer: their id is the hash of it.
pub(super) fn officer(writer: &Subject) -> Option<String> {
    let plain = NUMBERS.map(|number| number.to_string());
    let padded = (1..=999_u32).map(|number| format!("{number:04}"));
    let is_writer = |number: &String| Subject::registered(Role::Officer, number) == *writer;
    if writer.role != Role::Officer {
        return None;
    }
    plain.chain(padded).find(is_writer)
}

/// Time between event and record: days, hours and minutes, two of them at most.
pub(super) fn gap(event: UnixMillis, recorded: UnixMillis, words: &Messages) -> String {
    let minutes = recorded.get().saturating_sub(event.get()).max(0) / 60_000;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let part = |id: &str, number: i64| words.text(id, &[("number", number.to_string())]);
    match (days, hours) {
        (0, 0) => part("page-minutes", rest),
        (0, _) => format!("{} {}", part("page-hours", hours), part("page-minutes", rest)),
        (100.., _) => part("page-days", days),
        (_, _) => format!("{} {}", part("page-days", days), part("page-hours", hours)),
    }
}

/// The public fields of a record and those that are opened, as lines.
pub(super) fn fields(facts: &Facts) -> Vec<String> {
    let info = Kind::from_number(facts.record.kind).map(Kind::info);
    let is_money = |name: &str| {
        let known = info.iter().flat_map(|info| info.fields.iter().chain(info.body).chain(COMMON));
        let mut named = known.filter(|field| field.name == name);
        named.any(|field| matches!(field.ty, FieldType::Amount | FieldType::Difference))
    };
    let line = |(name, value): (&String, &Value)| {
        let money = value.as_i64().filter(|_| is_money(name)).map(text::hundredths);
        let shown = money.or_else(|| value.as_str().map(str::to_owned));
        let shown = shown.unwrap_or_else(|| value.to_string());
        format!("{name}: {shown}")
    };
    facts.draft.fields.iter().chain(&facts.draft.body).map(line).collect()
}
