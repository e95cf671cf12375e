//! The real log of fines under the committed mapping: what is recorded, and the deadlines of ten of its fines.
//!
//! The file is not part of the repository (its licence does not allow it); its place is `TAMGA_REAL_DATA`, or beside the
//! repository.

use std::path::PathBuf;

use tamga_api::time::day;
use tamga_format::id::LeafIndex;
use tamga_state::catalogue::Kind;
use tamga_state::delay::{self, Deadline, Rule};
use tamga_state::dossier::Event;
use tamga_state::law::calendar::{self, Known as CalendarKnown};
use tamga_state::law::{Law, Mark};
use tamga_state::{MemoryView, civil};

use super::super::sink::{Known, Verdict};
use super::*;

/// Deadlines of a case by rule: counted from, last day, met on. What begins one every day after year (D22) is not listed.
type Worked = &'static [(&'static str, &'static str, &'static str, &'static str)];

/// Worked out by hand from the file and a calendar in which only weekends are free: the day of the event is not counted;
/// what ends on a weekend by days or months ends on Monday. After each line the weekday it begins on, and the days counted.
/// Ordered as the rules are, then by the day counted from.
#[rustfmt::skip]
const WORKED: [(&str, Worked); 10] = [
    // Paid in full two days after it was made, on the first working day; nobody was notified, nothing closed.
    (
        "A17641",
        &[
            ("D01", "2007-07-14", "2007-07-16", "2007-07-14"), // Sat: Mon 16.07
            ("D02", "2007-07-14", "2007-07-18", "2007-07-14"), // Sat: Mon 16.07, Tue 17.07, Wed 18.07
            ("D03", "2007-07-14", "2007-07-18", "-"), // Sat: Mon 16.07, Tue 17.07, Wed 18.07
            ("D04", "2007-07-14", "2007-07-18", "-"), // Sat: the same days; the claimant is never notified
            ("D06", "2007-07-14", "2007-09-14", "-"), // Sat: 2 months, Fri
            ("D11", "2007-07-16", "2007-07-19", "-"), // Mon: Tue 17.07, Wed 18.07, Thu 19.07
            ("D13", "2007-07-16", "2007-07-19", "-"), // Mon: 36.00 of 36.00; Tue 17.07, Wed 18.07, Thu 19.07
            ("D19", "2007-07-16", "2007-08-15", "-"), // Mon: 30 days, Wed
        ],
    ),
    // Two payments: the second, to the cent, makes 35.00 + 11.00 postage + 36.50 penalty; the term after the notice ends in another year.
    (
        "S106046",
        &[
            ("D01", "2006-07-12", "2006-07-13", "2006-07-12"), // Wed: Thu 13.07
            ("D02", "2006-07-12", "2006-07-17", "2006-07-12"), // Wed: Thu 13.07, Fri 14.07, Mon 17.07
            ("D03", "2006-07-12", "2006-07-17", "2006-12-04"), // Wed: Thu 13.07, Fri 14.07, Mon 17.07
            ("D04", "2006-07-12", "2006-07-17", "-"), // Wed: the same days; the claimant is never notified
            ("D05", "2006-12-25", "2007-01-08", "2007-05-28"), // Mon: 5 + 5 working days, two weeks
            ("D06", "2006-07-12", "2006-09-12", "-"), // Wed: 2 months, Tue
            ("D11", "2007-05-28", "2007-05-31", "-"), // Mon: Tue 29.05, Wed 30.05, Thu 31.05
            ("D11", "2007-07-05", "2007-07-10", "-"), // Thu: Fri 06.07, Mon 09.07, Tue 10.07
            ("D13", "2007-07-05", "2007-07-10", "-"), // Thu: 82.50 of 82.50; Fri 06.07, Mon 09.07, Tue 10.07
            ("D19", "2006-07-12", "2006-08-11", "2006-12-04"), // Wed: 30 days, Fri
            ("D19", "2006-12-25", "2007-01-24", "2007-02-23"), // Mon: 30 days, Wed
            ("D19", "2007-02-23", "2007-03-26", "2007-05-28"), // Fri: 30 days, Sun, so Mon
            ("D19", "2007-05-28", "2007-06-27", "2007-07-05"), // Mon: 30 days, Wed
            ("D19", "2007-07-05", "2007-08-06", "-"), // Thu: 30 days, Sat, so Mon
        ],
    ),
    // The appeal. It holds up nothing here: no record suspended the case, and what was paid (148.00 + 26.00) leaves the penalty.
    (
        "V18195",
        &[
            ("D01", "2008-12-23", "2008-12-24", "2008-12-23"), // Tue: Wed 24.12
            ("D02", "2008-12-23", "2008-12-26", "2008-12-23"), // Tue: Wed 24.12, Thu 25.12, Fri 26.12
            ("D03", "2008-12-23", "2008-12-26", "2009-05-12"), // Tue: Wed 24.12, Thu 25.12, Fri 26.12
            ("D04", "2008-12-23", "2008-12-26", "-"), // Tue: the same days; the claimant is never notified
            ("D05", "2009-05-20", "2009-06-03", "2009-10-29"), // Wed: 5 + 5 working days, two weeks
            ("D06", "2008-12-23", "2009-02-23", "-"), // Tue: 2 months, Mon
            ("D11", "2009-10-29", "2009-11-03", "-"), // Thu: Fri 30.10, Mon 02.11, Tue 03.11
            ("D19", "2008-12-23", "2009-01-22", "2009-05-12"), // Tue: 30 days, Thu
            ("D19", "2009-05-20", "2009-06-19", "2009-06-22"), // Wed: 30 days, Fri
            ("D19", "2009-08-10", "2009-09-09", "2009-10-08"), // Mon: 30 days, Wed
            ("D19", "2009-10-29", "2009-11-30", "-"), // Thu: 30 days, Sat, so Mon
        ],
    ),
    // Paid in full, until the postage of a notice that was sent all the same: no deadline of a payment in full is left.
    (
        "N36957",
        &[
            ("D01", "2001-10-02", "2001-10-03", "2001-10-02"), // Tue: Wed 03.10
            ("D02", "2001-10-02", "2001-10-05", "2001-10-02"), // Tue: Wed 03.10, Thu 04.10, Fri 05.10
            ("D03", "2001-10-02", "2001-10-05", "2001-11-24"), // Tue: Wed 03.10, Thu 04.10, Fri 05.10
            ("D04", "2001-10-02", "2001-10-05", "-"), // Tue: the same days; the claimant is never notified
            ("D06", "2001-10-02", "2001-12-03", "-"), // Tue: 2 months, Sun, so Mon
            ("D11", "2001-10-05", "2001-10-10", "-"), // Fri: Mon 08.10, Tue 09.10, Wed 10.10
            ("D19", "2001-10-05", "2001-11-05", "2001-11-24"), // Fri: 30 days, Sun, so Mon
            ("D19", "2001-11-24", "2001-12-24", "-"), // Sat: 30 days, Mon
        ],
    ),
    // Made and paid on one Sunday.
    (
        "S171178",
        &[
            ("D01", "2011-07-24", "2011-07-25", "2011-07-24"), // Sun: Mon 25.07
            ("D02", "2011-07-24", "2011-07-27", "2011-07-24"), // Sun: Mon 25.07, Tue 26.07, Wed 27.07
            ("D03", "2011-07-24", "2011-07-27", "-"), // Sun: Mon 25.07, Tue 26.07, Wed 27.07
            ("D04", "2011-07-24", "2011-07-27", "-"), // Sun: the same days; the claimant is never notified
            ("D06", "2011-07-24", "2011-09-26", "-"), // Sun: 2 months, Sat, so Mon
            ("D11", "2011-07-24", "2011-07-27", "-"), // Sun: Mon 25.07, Tue 26.07, Wed 27.07
            ("D13", "2011-07-24", "2011-07-27", "-"), // Sun: 39.00 of 39.00; Mon 25.07, Tue 26.07, Wed 27.07
            ("D19", "2011-07-24", "2011-08-23", "-"), // Sun: 30 days, Tue
        ],
    ),
    // Made, handed over and notified on one day, without postage; handed on to collection.
    (
        "C13687",
        &[
            ("D01", "2001-07-09", "2001-07-10", "2001-07-09"), // Mon: Tue 10.07
            ("D02", "2001-07-09", "2001-07-12", "2001-07-09"), // Mon: Tue 10.07, Wed 11.07, Thu 12.07
            ("D03", "2001-07-09", "2001-07-12", "2001-07-09"), // Mon: Tue 10.07, Wed 11.07, Thu 12.07
            ("D04", "2001-07-09", "2001-07-12", "-"), // Mon: the same days; the claimant is never notified
            ("D05", "2001-07-09", "2001-07-23", "2003-01-10"), // Mon: 5 + 5 working days, two weeks
            ("D06", "2001-07-09", "2001-09-10", "-"), // Mon: 2 months, Sun, so Mon
            ("D19", "2001-07-09", "2001-08-08", "2001-09-07"), // Mon: 30 days, Wed
            ("D19", "2001-09-07", "2001-10-08", "2003-01-10"), // Fri: 30 days, Sun, so Mon
            ("D19", "2003-01-10", "2003-02-10", "-"), // Fri: 30 days, Sun, so Mon
        ],
    ),
    // Handed on to collection; silences across a change of year.
    (
        "S59734",
        &[
            ("D01", "2000-10-22", "2000-10-23", "2000-10-22"), // Sun: Mon 23.10
            ("D02", "2000-10-22", "2000-10-25", "2000-10-22"), // Sun: Mon 23.10, Tue 24.10, Wed 25.10
            ("D03", "2000-10-22", "2000-10-25", "2000-11-30"), // Sun: Mon 23.10, Tue 24.10, Wed 25.10
            ("D04", "2000-10-22", "2000-10-25", "-"), // Sun: the same days; the claimant is never notified
            ("D05", "2001-01-08", "2001-01-22", "2002-04-10"), // Mon: 5 + 5 working days, two weeks
            ("D06", "2000-10-22", "2000-12-22", "-"), // Sun: 2 months, Fri
            ("D19", "2000-10-22", "2000-11-21", "2000-11-30"), // Sun: 30 days, Tue
            ("D19", "2000-11-30", "2001-01-01", "2001-01-08"), // Thu: 30 days, Sat, so Mon
            ("D19", "2001-01-08", "2001-02-07", "2001-03-09"), // Mon: 30 days, Wed
            ("D19", "2001-03-09", "2001-04-09", "2002-04-10"), // Fri: 30 days, Sun, so Mon
            ("D19", "2002-04-10", "2002-05-10", "-"), // Wed: 30 days, Fri
        ],
    ),
    // Paid before the notification was entered; both payments make 33.60 + 16.60 postage, the penalty stays.
    (
        "N61259",
        &[
            ("D01", "2004-08-08", "2004-08-09", "2004-08-08"), // Sun: Mon 09.08
            ("D02", "2004-08-08", "2004-08-11", "2004-08-08"), // Sun: Mon 09.08, Tue 10.08, Wed 11.08
            ("D03", "2004-08-08", "2004-08-11", "2004-12-17"), // Sun: Mon 09.08, Tue 10.08, Wed 11.08
            ("D04", "2004-08-08", "2004-08-11", "-"), // Sun: the same days; the claimant is never notified
            ("D05", "2005-01-13", "2005-01-27", "2005-04-04"), // Thu: 5 + 5 working days, two weeks
            ("D06", "2004-08-08", "2004-10-08", "-"), // Sun: 2 months, Fri
            ("D11", "2005-01-11", "2005-01-14", "-"), // Tue: Wed 12.01, Thu 13.01, Fri 14.01
            ("D11", "2005-04-04", "2005-04-07", "-"), // Mon: Tue 05.04, Wed 06.04, Thu 07.04
            ("D19", "2004-08-08", "2004-09-07", "2004-12-17"), // Sun: 30 days, Tue
            ("D19", "2005-01-13", "2005-02-14", "2005-03-14"), // Thu: 30 days, Sat, so Mon
            ("D19", "2005-04-04", "2005-05-04", "-"), // Mon: 30 days, Wed
        ],
    ),
    // Made on the 31st of a month; paid in full. Terms from 02.04.2010 on are those of the initial law.
    (
        "S157468",
        &[
            ("D01", "2010-07-31", "2010-08-02", "2010-07-31"), // Sat: Mon 02.08
            ("D02", "2010-07-31", "2010-08-04", "2010-07-31"), // Sat: Mon 02.08, Tue 03.08, Wed 04.08
            ("D03", "2010-07-31", "2010-08-04", "-"), // Sat: Mon 02.08, Tue 03.08, Wed 04.08
            ("D04", "2010-07-31", "2010-08-04", "-"), // Sat: the same days; the claimant is never notified
            ("D06", "2010-07-31", "2010-09-30", "-"), // Sat: 2 months, Thu (no day 31)
            ("D11", "2010-08-17", "2010-08-20", "-"), // Tue: Wed 18.08, Thu 19.08, Fri 20.08
            ("D13", "2010-08-17", "2010-08-20", "-"), // Tue: 23.00 of 23.00; Wed 18.08, Thu 19.08, Fri 20.08
            ("D19", "2010-08-17", "2010-09-16", "-"), // Tue: 30 days, Thu
        ],
    ),
    // Made on the last day of June: two months end on a Sunday. Penalty and payment on one day.
    (
        "A43678",
        &[
            ("D01", "2009-06-30", "2009-07-01", "2009-06-30"), // Tue: Wed 01.07
            ("D02", "2009-06-30", "2009-07-03", "2009-06-30"), // Tue: Wed 01.07, Thu 02.07, Fri 03.07
            ("D03", "2009-06-30", "2009-07-03", "2009-09-25"), // Tue: Wed 01.07, Thu 02.07, Fri 03.07
            ("D04", "2009-06-30", "2009-07-03", "-"), // Tue: the same days; the claimant is never notified
            ("D05", "2009-10-01", "2009-10-15", "2009-11-30"), // Thu: 5 + 5 working days, two weeks
            ("D06", "2009-06-30", "2009-08-31", "-"), // Tue: 2 months, Sun, so Mon
            ("D11", "2009-11-30", "2009-12-03", "-"), // Mon: Tue 01.12, Wed 02.12, Thu 03.12
            ("D19", "2009-06-30", "2009-07-30", "2009-09-25"), // Tue: 30 days, Thu
            ("D19", "2009-10-01", "2009-11-02", "2009-11-30"), // Thu: 30 days, Sat, so Mon
            ("D19", "2009-11-30", "2009-12-30", "-"), // Mon: 30 days, Wed
        ],
    ),
];

fn real_file() -> Option<PathBuf> {
    let dir = std::env::var_os("TAMGA_REAL_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/real"),
        PathBuf::from,
    );
    let path = dir.join("roadtraffic100traces.csv");
    path.is_file().then_some(path)
}

/// The file's bytes; without it a test says that it did not run.
#[expect(clippy::print_stderr, reason = "an absent file is told, not hidden")]
fn real_bytes() -> Option<Vec<u8>> {
    let path = real_file();
    if path.is_none() {
        eprintln!(
            "NOT RUN: roadtraffic100traces.csv is absent; set TAMGA_REAL_DATA to its directory"
        );
    }
    path.map(|path| std::fs::read(path).unwrap())
}

/// The rules, and every record they took, in order.
struct Kept(RulesSink, Vec<Submission>);

impl Sink for Kept {
    fn submit(&mut self, batch: &[&Submission]) -> Result<Vec<Verdict>, CliError> {
        let verdicts = self.0.submit(batch)?;
        let new = |verdict: &Verdict| matches!(verdict, Verdict::Taken { known: Known::No, .. });
        let taken = batch.iter().zip(&verdicts).filter(|(_, verdict)| new(verdict));
        self.1.extend(taken.map(|(submission, _)| (*submission).clone()));
        Ok(verdicts)
    }

    fn settle(
        &mut self,
        batch: &[&Submission],
        patience: Patience,
    ) -> Result<Vec<Verdict>, CliError> {
        self.0.settle(batch, patience)
    }

    fn pause(&mut self) {}

    fn has_places(&self) -> bool {
        false
    }
}

/// The words of one field in all records of a kind.
fn words(records: &[Submission], kind: Kind, field: &str) -> Vec<String> {
    let number = kind.info().field_named(field).unwrap().number;
    let of_kind = |submission: &&Submission| submission.record().record().kind == kind.number();
    let word = |submission: &Submission| {
        let value = submission.record().record().field(number).unwrap().clone();
        value.as_text().unwrap().to_owned()
    };
    records.iter().filter(of_kind).map(word).collect()
}

#[test]
fn the_real_log_of_fines_is_recorded_by_the_committed_mapping() {
    let Some(bytes) = real_bytes() else { return };
    let (mut sink, mut journal) = (Kept(rules(), Vec::new()), Journal::in_memory());
    let run = import(REAL_MAPPING, &bytes, &mut sink, &mut journal);
    assert_eq!(balance(&run.summary), [390, 390, 0, 0, 0], "{:#?}", run.summary);
    // Every fine gets an officer and proceedings; 73 of the 78 notices cost postage.
    assert_eq!(run.summary.derived.recorded, 100 + 100 + 73);
    assert_eq!(words(&sink.1, Kind::E17, "stage"), ["FILED", "ACCEPTED", "DISMISSED", "IN_FORCE"]);
    let channels = words(&sink.1, Kind::E04, "channel");
    let posted = channels.iter().filter(|channel| *channel == "POST").count();
    assert_eq!((channels.len(), posted), (78 + 57, 78 + 57 - 2 * 5), "five went otherwise");
    let again = import(REAL_MAPPING, &bytes, &mut sink, &mut journal);
    assert_eq!((again.summary.recorded, again.summary.already_recorded), (0, 390));
}

/// The events of the case that a document number stands for.
fn events(records: &[Submission], number: &str) -> Vec<Event> {
    let presents = |submission: &&Submission| {
        let document = submission.body().and_then(|body| body.get("exec_doc_number")?.as_text());
        document == Some(number)
    };
    let case = records.iter().find(presents).unwrap().record().record().subject;
    let read = |(index, submission): (u64, &Submission)| {
        Event::read(case, submission.record(), submission.body(), LeafIndex(index), NOW)
    };
    let named = |(_, submission): &(u64, &Submission)| submission.record().record().subject == case;
    (0..).zip(records).filter(named).filter_map(read).collect()
}

fn worked(deadline: &Deadline) -> [String; 4] {
    [
        deadline.rule.code().to_owned(),
        day(deadline.start),
        deadline.due.map_or("-".to_owned(), day),
        deadline.met.map_or("-".to_owned(), |met| day(met.day)),
    ]
}

#[test]
fn the_deadlines_of_ten_real_fines_equal_those_worked_out_by_hand() {
    let Some(bytes) = real_bytes() else { return };
    let mut sink = Kept(rules(), Vec::new());
    import(REAL_MAPPING, &bytes, &mut sink, &mut Journal::in_memory());
    let view =
        MemoryView { statuses: genesis().0.initial_statuses().unwrap(), ..MemoryView::default() };
    let law = Law::read(&view, calendar::YEARS).unwrap();
    let today = civil::day_of(NOW);
    for (case, expected) in WORKED {
        let events = events(&sink.1, case);
        let report = delay::deadlines(&events, &law);
        assert_eq!(report.silent, [], "{case}");
        let (recorded, mut computed): (Vec<Deadline>, Vec<Deadline>) =
            report.deadlines.into_iter().partition(|deadline| deadline.rule == Rule::D22);
        assert_eq!(recorded.len(), events.len(), "{case}: every event was recorded years later");
        computed.sort_by_key(|deadline| (deadline.rule, deadline.start));
        let found: Vec<[String; 4]> = computed.iter().map(worked).collect();
        let expected: Vec<[String; 4]> = expected
            .iter()
            .map(|(rule, start, due, met)| [*rule, *start, *due, *met].map(str::to_owned))
            .collect();
        assert_eq!(found, expected, "{case}");
        for deadline in &computed {
            let line = worked(deadline);
            let weekends = |(_, known): &(i64, CalendarKnown)| {
                *known == CalendarKnown::Weekends(Mark::Unverified)
            };
            assert!(deadline.years.iter().all(weekends), "{case} {line:?}");
            let late = line[3] == "-" || line[3] > line[2];
            assert_eq!(deadline.state(today).is_delay(), late, "{case} {line:?}");
        }
    }
}
