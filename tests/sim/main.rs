//! `sim --seed N --runs K [--heights H]`: the simulated cluster, one run per seed.
//!
//! Seeds that failed once (`tests/regressions.txt`) run first. Exit code 1 names the seed, the check
//! and the one command that repeats it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its results")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

use tamga_tests::sim::{self, Failure, HEIGHTS, Report};

/// Seeds that failed once: a number, then the reason.
const REGRESSIONS: &str = include_str!("../regressions.txt");
const USAGE: &str = "usage: sim [--seed N] [--runs K] [--heights H] [--skip-regressions]";

fn main() -> ExitCode {
    let Some(options) = Options::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let known = if options.regressions { regressions() } else { Vec::new() };
    let fresh = (0..options.runs).map(|run| options.seed.wrapping_add(run));
    for seed in known.into_iter().chain(fresh) {
        if !passes(seed, options.heights) {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

struct Options {
    seed: u64,
    runs: u64,
    heights: u64,
    regressions: bool,
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self { seed: 1, runs: 1, heights: HEIGHTS, regressions: true };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seed" => options.seed = words.next()?.parse().ok()?,
                "--runs" => options.runs = words.next()?.parse().ok()?,
                "--heights" => options.heights = words.next()?.parse().ok().filter(|h| *h >= 8)?,
                "--skip-regressions" => options.regressions = false,
                _ => return None,
            }
        }
        Some(options)
    }
}

fn regressions() -> Vec<u64> {
    let lines = REGRESSIONS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

fn passes(seed: u64, heights: u64) -> bool {
    let began = Instant::now();
    let report = catch_unwind(AssertUnwindSafe(|| sim::run(seed, heights)));
    let report = report.unwrap_or_else(|_| Report {
        trace: [0; 32],
        summary: format!("seed {seed}"),
        tail: Vec::new(),
        failure: Some(Failure { check: "panic", detail: "see above".to_owned() }),
    });
    let took = began.elapsed().as_millis();
    let [a, b, c, d, ..] = report.trace;
    let Some(failure) = report.failure else {
        println!("ok    {}, trace {a:02x}{b:02x}{c:02x}{d:02x}, {took} ms", report.summary);
        return true;
    };
    for line in &report.tail {
        println!("      {line}");
    }
    println!("FAIL  {}, {took} ms", report.summary);
    println!("      {failure}");
    println!("repeat: make sim SEED={seed} RUNS=1");
    if heights != HEIGHTS {
        println!("        (with --heights {heights})");
    }
    false
}
