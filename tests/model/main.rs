//! `model --seed S --cases N --faults F --royalties R`: random proceedings, then seasons of royalties, through the machine
//! and through the model, which must agree on every verdict; then conservation, and a replay that must give the same roots.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its results")]

use std::process::ExitCode;
use std::time::Instant;

use tamga_tests::model::compare::{AMBIGUITIES, Both, Report};
use tamga_tests::model::royalty::walk::{self as seasons, Faults, Scale};
use tamga_tests::model::walk;

const USAGE: &str = "usage: model [--seed S] [--cases N] [--faults PERCENT] [--royalties SEASONS]";
/// Proceedings of one ledger; more are spread over several, so that memory stays bounded.
const CASES_PER_LEDGER: usize = 10_000;

struct Options {
    seed: u64,
    cases: usize,
    faults: u64,
    royalties: u64,
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self { seed: 1, cases: 2_000, faults: 2, royalties: 0 };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seed" => options.seed = words.next()?.parse().ok()?,
                "--cases" => options.cases = words.next()?.parse().ok()?,
                "--faults" => {
                    options.faults = words.next()?.parse().ok().filter(|it| *it <= 100)?
                }
                "--royalties" => options.royalties = words.next()?.parse().ok()?,
                _ => return None,
            }
        }
        Some(options)
    }
}

fn main() -> ExitCode {
    let Some(options) = Options::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let began = Instant::now();
    let mut report = Report::default();
    let mut failed = false;
    let mut left = options.cases;
    let mut number = 0;
    while left > 0 {
        let cases = left.min(CASES_PER_LEDGER);
        let both = walk::judged(options.seed.wrapping_add(number), cases, options.faults);
        failed |= !holds(&both, number);
        report.add(both.report);
        (left, number) = (left - cases, number + 1);
    }
    failed |= !royalties(&options, &mut report);
    println!("{}", report.table());
    for (one, other, why) in AMBIGUITIES {
        println!("may differ: {one} / {other}: {why}");
    }
    for ((kind, machine, model), (times, example)) in &report.reasons {
        println!(
            "reasons differ {times} times: {kind} machine {machine}, model {model}: {example}"
        );
    }
    for it in report.disagreements.iter().take(5) {
        println!("DISAGREE machine {:?}, model {:?}\n  {}", it.answers.0, it.answers.1, it.record);
    }
    failed |= !report.disagreements.is_empty() || !report.reasons.is_empty();
    println!(
        "{} records of {} proceedings and {} seasons, {} accepted, {} disagreements, {} ms",
        report.records(),
        options.cases,
        options.royalties,
        report.accepted(),
        report.disagreements.len(),
        began.elapsed().as_millis()
    );
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Seasons of royalties, small and larger in turn, with half of the faults that there are.
fn royalties(options: &Options, report: &mut Report) -> bool {
    const FAULTS: u64 = 50;
    let mut faults = Faults::default();
    let (mut holds, mut sums) = (true, 0);
    for number in 0..options.royalties {
        let size = usize::try_from(number % 5).unwrap_or_default();
        let scale = Scale { holders: 4 + size, works: 4 + size, uses: 6 + 3 * size };
        let (both, of_season) = seasons::judged(options.seed.wrapping_add(number), scale, FAULTS);
        match (both.check_royalties(), both.replay()) {
            (Ok(checked), Ok(_)) => sums += checked,
            (checked, roots) => {
                println!("FAIL season {number}: {:?} {:?}", checked.err(), roots.err());
                holds = false;
            }
        }
        faults.add(of_season);
        report.add(both.report);
    }
    for (name, (injected, caught)) in &faults.by_name {
        println!("fault {name:<45} injected {injected:>6}, caught {caught:>6}");
    }
    for wrong in faults.wrong.iter().take(20) {
        println!("WRONG {wrong}");
    }
    println!("{sums} sums of royalties counted again");
    holds && faults.wrong.is_empty()
}

/// Conservation and replay of a ledger.
fn holds(both: &Both, number: u64) -> bool {
    let checked = both.check();
    let roots = both.replay();
    match (&checked, &roots) {
        (Ok(it), Ok((log, map))) => {
            println!(
                "ledger {number}: {} cases, {} open, {} counts; tiyn recovered {}, distributed {}, undistributed {}",
                it.cases, it.open, it.counts, it.recovered, it.distributed, it.undistributed
            );
            println!("          log root {log}, map root {map}, the same again");
        }
        _ => println!(
            "FAIL ledger {number}: {:?} {:?}",
            checked.as_ref().err(),
            roots.as_ref().err()
        ),
    }
    checked.is_ok() && roots.is_ok()
}
