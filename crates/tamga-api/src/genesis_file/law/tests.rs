use std::collections::{BTreeMap, BTreeSet};

use tamga_state::codes::Code;
use tamga_state::law::calendar::{INITIAL, Year};
use tamga_state::law::parameters::initial_lines;

use super::*;

const FILE: &str = include_str!("../../../../../genesis/parameters.toml");

/// Lines by name and first day, but for the order of a calendar's entries.
fn sorted(lines: Vec<GenesisParameter>) -> BTreeMap<(String, i64), GenesisParameter> {
    let key = |line: GenesisParameter| ((line.name.clone(), line.from), line);
    lines.into_iter().filter(|line| !line.name.starts_with("calendar.")).map(key).collect()
}

#[test]
fn the_initial_file_is_the_table_of_parameters() {
    let lines = LawFile::read(FILE).and_then(|file| file.lines()).expect("a lawful file");
    assert_eq!(lines.len(), initial_lines().len(), "no line stands twice");
    assert_eq!(sorted(lines), sorted(initial_lines()));
    // What has no value is named in a comment.
    for name in Name::ALL.iter().filter(|name| name.info().initial.is_empty()) {
        assert!(FILE.contains(&format!("\n#   {}: ", name.name())), "{}", name.name());
    }
}

#[test]
fn the_initial_file_has_the_initial_calendars() {
    let lines = LawFile::read(FILE).and_then(|file| file.lines()).expect("a lawful file");
    let years: Vec<_> = lines.iter().filter(|line| line.name.starts_with("calendar.")).collect();
    assert_eq!(years.len(), INITIAL.len());
    for (line, initial) in years.into_iter().zip(INITIAL) {
        assert_eq!(
            (line.name.as_str(), line.basis.as_str()),
            (&*calendar::name(initial.year), initial.basis)
        );
        let entries: Vec<i64> =
            line.value.as_list().expect("a list").iter().filter_map(Value::as_i64).collect();
        assert_eq!(
            Year::new(initial.year, &entries, line.mark),
            Year::new(initial.year, initial.entries, Mark::Unverified)
        );
        let set = |entries: &[i64]| entries.iter().copied().collect::<BTreeSet<i64>>();
        assert_eq!(set(&entries), set(initial.entries));
    }
}

#[test]
fn what_is_wrong_with_a_file_is_named_with_its_place() {
    let parameter = "[[parameter]]\nname = \"travel_ban_notice_required_from\"\nfrom = \"2020-01-01\"\nbasis = \"EL\"\n";
    let calendar = "[[calendar]]\nyear = 2026\nbasis = \"EL\"\n";
    let cases = [
        (format!("{parameter}value = \"2025-13-01\"\n"), "/parameter/0/value"),
        (
            format!("{calendar}{parameter}value = \"2025-12-01\"\nmark = \"?\"\n"),
            "/parameter/0/mark",
        ),
        (format!("{calendar}{calendar}working_days = [\"02-30\"]\n"), "/calendar/1/working_days/0"),
        (calendar.replace("2026", "99999"), "/calendar/0/year"),
        (format!("{calendar}holidays = []\n"), ""),
        ("[parameter".to_owned(), ""),
    ];
    for (text, at) in cases {
        let rejection = LawFile::read(&text).and_then(|file| file.lines()).expect_err(at);
        assert_eq!(
            (rejection.code, rejection.pointer.as_str()),
            (Code::GenesisInvalid, at),
            "{text}"
        );
    }
    let day = LawFile::read(&format!("{parameter}value = \"2025-12-25\"\n")).expect("a file");
    assert_eq!(day.lines().expect("lawful")[0].value, Value::int(20_447));
}
