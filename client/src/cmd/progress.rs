//! How far a long command is, told on stderr.

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tamga_format::id::{LeafIndex, UnixMillis};

use super::Session;
use crate::error::CliError;
use crate::log::{Head, Log, Show};
use crate::output::{Form, Output};

/// How progress is told.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Progress {
    /// A bar on a terminal, nothing elsewhere.
    Auto,
    /// A bar.
    Bar,
    /// Lines of text.
    Plain,
    /// Lines of JSON.
    Json,
    /// Nothing.
    None,
}

/// Lines that are told of one command.
const LINES: u64 = 20;

/// Tells how many of so many things are done.
pub(super) struct Meter {
    how: Progress,
    bar: ProgressBar,
    total: u64,
}

impl Meter {
    pub(super) fn new(asked: Progress, total: usize, session: &Session<'_>) -> Self {
        let watched = session.out.terminal && session.out.form() == Form::Human;
        let how = match (asked, watched) {
            (Progress::Auto, true) => Progress::Bar,
            (Progress::Auto, false) => Progress::None,
            (how, _) => how,
        };
        let shown = how == Progress::Bar;
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let left = session.text("progress-left");
        let template = format!("{{bar:30}} {{pos}}/{{len}}  {{per_sec}}  {left} {{eta}}");
        let style = ProgressStyle::with_template(&template);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { how, bar, total }
    }

    pub(super) fn done(&self, done: u64, out: &mut Output<'_>) {
        let step = (self.total / LINES).max(1);
        let told = done.is_multiple_of(step) || done == self.total;
        match self.how {
            Progress::Bar => self.bar.set_position(done),
            Progress::Plain if told => out.tell(&format!("{done}/{}", self.total)),
            Progress::Json if told => {
                let schema = "tamga.cli.progress/1";
                let line = json!({ "schema": schema, "done": done, "total": self.total });
                out.tell(&line.to_string());
            }
            Progress::Auto | Progress::Plain | Progress::Json | Progress::None => {}
        }
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Reads a log from an entry on ([`Log::read`]) and tells how far it is.
pub(super) fn read_log(
    log: &Log<'_>,
    head: &Head,
    (first, time): (LeafIndex, UnixMillis),
    asked: Progress,
    session: &mut Session<'_>,
    show: &mut Show<'_>,
) -> Result<bool, CliError> {
    let entries = head.size.get().saturating_sub(first.get());
    let meter = Meter::new(asked, usize::try_from(entries).unwrap_or(0), session);
    let out = &mut session.out;
    let read = log.read(head, first, time, &mut |index, entry| {
        meter.done(index.get().saturating_sub(first.get()).saturating_add(1), out);
        show(index, entry)
    });
    meter.end();
    read
}
