//! Mutation fuzzing of everything that reads bytes from outside, on stable Rust.
//!
//! `fuzz --seconds 60 --seed 7` spends so long on each target. Every input follows from the seed,
//! the target's name and the number of the case, so a failure is repeated exactly by the command
//! that it prints. `fuzz --verdicts 1000` prints what it says of changed files, for another verifier to compare with. What holds for all targets: no input panics, and what is read is written back as
//! the same bytes; what verifies is true of the ledger that the inputs were made from.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports to people")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken invariant is what it looks for")]

#[path = "../../crates/tamga-format/tests/ledger/mod.rs"]
#[allow(dead_code, reason = "the tests of the formats use more of it")]
mod ledger;
mod mutate;
mod seeds;
mod targets;
mod verdicts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mutate::{Rng, mutate};
use targets::Target;

const USAGE: &str =
    "usage: fuzz [--seconds N] [--seed N] [--target NAME] [--case N] [--verdicts N]";
/// Cases between two looks at the clock.
const STRIDE: u64 = 16;

struct Options {
    seconds: u64,
    seed: u64,
    target: Option<String>,
    case: Option<u64>,
    verdicts: Option<u64>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self { seconds: 1, seed: 1, target: None, case: None, verdicts: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next()?;
            match name.as_str() {
                "--seconds" => options.seconds = value.parse().ok()?,
                "--seed" => options.seed = value.parse().ok()?,
                "--target" => options.target = Some(value),
                "--case" => options.case = Some(value.parse().ok()?),
                "--verdicts" => options.verdicts = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// What became of a target's cases.
#[derive(Default)]
struct Tally {
    cases: u64,
    accepted: u64,
    slowest: Duration,
}

fn main() -> ExitCode {
    let Some(options) = Options::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if let Some(count) = options.verdicts {
        verdicts::print(options.seed, count);
        return ExitCode::SUCCESS;
    }
    let mut targets = targets::all();
    targets.retain(|target| options.target.as_deref().is_none_or(|name| name == target.name));
    if targets.is_empty() {
        eprintln!("no such target; there are:");
        targets::all().iter().for_each(|target| eprintln!("  {}", target.name));
        return ExitCode::from(2);
    }
    let mut failed = false;
    for target in &targets {
        match run(target, &options) {
            Ok(Tally { cases, accepted, slowest }) => {
                let micros = slowest.as_micros();
                println!(
                    "{:20} {cases:>9} cases {accepted:>8} accepted, slowest {micros} µs",
                    target.name
                );
            }
            Err(case) => {
                let (name, seed) = (target.name, options.seed);
                eprintln!("FAILED: fuzz --target {name} --seed {seed} --case {case}");
                failed = true;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Tries cases until the time is up; the number of the one that failed, if one did.
fn run(target: &Target, options: &Options) -> Result<Tally, u64> {
    let mut tally = Tally::default();
    if let Some(case) = options.case {
        let input = input(target, options.seed, case);
        println!("{} bytes: {}", input.len(), input.escape_ascii());
        attempt(target, &input, case, &mut tally)?;
        return Ok(tally);
    }
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let seeds = u64::try_from(target.seeds.len()).expect("seeds are few");
    for case in 0.. {
        // The seeds themselves are tried whatever the time.
        if case >= seeds && case % STRIDE == 0 && Instant::now() >= end {
            break;
        }
        if case == seeds {
            assert!(tally.accepted > 0, "{}: none of the seeds is accepted", target.name);
        }
        attempt(target, &input(target, options.seed, case), case, &mut tally)?;
    }
    Ok(tally)
}

fn attempt(target: &Target, input: &[u8], case: u64, tally: &mut Tally) -> Result<(), u64> {
    let start = Instant::now();
    let accepted = catch_unwind(AssertUnwindSafe(|| (target.check)(input))).map_err(|_| case)?;
    tally.slowest = tally.slowest.max(start.elapsed());
    tally.cases += 1;
    tally.accepted += u64::from(accepted);
    Ok(())
}

/// The input of a case: first the seeds as they are, then changes of them.
fn input(target: &Target, seed: u64, case: u64) -> Vec<u8> {
    if let Some(input) = usize::try_from(case).ok().and_then(|case| target.seeds.get(case)) {
        return input.clone();
    }
    let mut rng = Rng::of(&[&seed.to_be_bytes(), target.name.as_bytes(), &case.to_be_bytes()]);
    mutate(&mut rng, &target.seeds)
}
