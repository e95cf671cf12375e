//! Titles and names made alike, and the hashes by which the ledger knows titles (spec §23.3) and reports (spec §24.9).

use std::collections::BTreeSet;

use icu_normalizer::ComposingNormalizerBorrowed;
use tamga_format::id::sha256;

use super::usage::Usage;

const TITLE: &[u8] = b"tamga/title/v1\0";
const REPORTED: &[u8] = b"tamga/reported-as/v1\0";

/// A title as it is compared: NFKC, lower case, `ё` as `е`, words of letters and digits with one space between them.
#[must_use]
pub fn normalised(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let mut plain = String::with_capacity(composed.len());
    let lower = composed.chars().flat_map(char::to_lowercase);
    // Some letters become two when they are small; what is left of their marks belongs to the word.
    for c in lower.filter(|c| !('\u{300}'..='\u{36f}').contains(c)) {
        match c {
            'ё' => plain.push('е'),
            c if c.is_alphanumeric() => plain.push(c),
            _ => plain.push(' '),
        }
    }
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The hash of a title, alike for titles that [`normalised`] makes alike.
#[must_use]
pub fn title_hash(title: &str) -> [u8; 32] {
    sha256(&[TITLE, normalised(title).as_bytes()])
}

/// The names of creators as they are compared: each one's words in the order of the alphabet, since registrations put
/// the family name first and reports often last.
#[must_use]
pub fn creators<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let sorted = |name: &str| {
        let name = normalised(name);
        let mut words: Vec<&str> = name.split(' ').collect();
        words.sort_unstable();
        words.join(" ")
    };
    names.into_iter().map(sorted).filter(|name| !name.is_empty()).collect()
}

/// The creators of one cell: names with `;`, `/` or `|` between them. A comma stands within names too.
#[must_use]
pub fn split_names(cell: &str) -> Vec<String> {
    let names = cell.split([';', '/', '|']).map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// What a report calls what was used: a line `name value` for each thing that it says.
#[must_use]
pub fn reported(usage: &Usage) -> String {
    let one_line = |text: &str| text.split(char::is_control).collect::<Vec<_>>().join(" ");
    let single = [("title", &usage.title), ("work_id", &usage.work_id)];
    let single = single.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
    let lists = [("creator", &usage.creators), ("iswc", &usage.iswcs), ("isrc", &usage.isrcs)];
    let lists = lists.into_iter().flat_map(|(name, texts)| texts.iter().map(move |it| (name, it)));
    let lines = single.chain(lists).map(|(name, text)| format!("{name} {}", one_line(text)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The salted hash of what a report calls what was used.
#[must_use]
pub fn reported_as(salt: &[u8; 32], text: &str) -> [u8; 32] {
    sha256(&[REPORTED, salt, text.as_bytes()])
}
