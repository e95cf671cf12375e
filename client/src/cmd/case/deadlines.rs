//! `tamga case deadlines`: what comes next and by when; breaches of the law and signals apart.

use serde_json::{Value, json};
use tamga_api::queries::{CaseDeadlines, DeadlineState, DeadlineView, Input, Nature, SilentRule};

use super::super::Session;
use super::super::listing::{column, data, day};
use crate::error::{CliError, Exit};
use crate::output::{Colour, Form, Output, Shown};

pub(super) fn run(case: &str, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let CaseDeadlines { case, as_of, day: today, data: list, silent } =
        session.client()?.deadlines(case)?;
    let out = &mut session.out;
    let args = [("case", case.clone()), ("day", day(&today))];
    let title = out.messages.text("deadlines-title", &args);
    let list = list.into_iter().map(|deadline| {
        let data = data(&deadline);
        Row { deadline, data, further: Vec::new() }
    });
    print(&title, "case.deadline", list.collect(), out);
    let human = silent_text(&silent, out);
    let data = json!({ "case": case, "as_of": as_of, "day": today, "silent": silent });
    out.end_list("case.deadlines", "data", Shown { data, human, ..Shown::default() });
    Ok(Exit::Success)
}

/// A deadline of a list.
pub(in super::super) struct Row {
    /// The deadline.
    pub(in super::super) deadline: DeadlineView,
    /// All that the answer says of it.
    pub(in super::super) data: Value,
    /// What it says beside the deadline, for people.
    pub(in super::super) further: Vec<String>,
}

/// Prints deadlines: what is open comes first, the most urgent before others; the law before signals in every form.
pub(in super::super) fn print(
    title: &str,
    kind: &'static str,
    mut list: Vec<Row>,
    out: &mut Output<'_>,
) {
    let people = out.form() == Form::Human;
    list.sort_by_key(|Row { deadline: it, .. }| {
        (it.nature == Nature::Signal, settled(it), it.due.is_none(), it.due.clone())
    });
    if people {
        out.print(title);
    }
    for nature in [Nature::Statutory, Nature::Signal] {
        let mut of_nature = list.iter().filter(|it| it.deadline.nature == nature).peekable();
        if people {
            let title = out.messages.text(heading(nature), &[]);
            out.print(&title);
            if of_nature.peek().is_none() {
                let none = out.messages.text("deadlines-none", &[]);
                out.print(&format!("  {none}"));
            }
        }
        for row in of_nature {
            let shown = shown(row, out);
            out.item(kind, shown);
        }
    }
}

/// The heading under which terms of a nature stand.
pub(in super::super) const fn heading(nature: Nature) -> &'static str {
    match nature {
        Nature::Statutory => "deadlines-statutory",
        Nature::Signal => "deadlines-signal",
    }
}

/// The word for a nature in answers.
pub(in super::super) const fn nature(nature: Nature) -> &'static str {
    match nature {
        Nature::Statutory => "statutory",
        Nature::Signal => "signal",
    }
}

const fn settled(deadline: &DeadlineView) -> bool {
    matches!(deadline.state, DeadlineState::InTime | DeadlineState::Late)
}

const fn state(state: DeadlineState) -> &'static str {
    match state {
        DeadlineState::InTime => "in-time",
        DeadlineState::Late => "late",
        DeadlineState::Running => "running",
        DeadlineState::Overdue => "overdue",
        DeadlineState::Standing => "standing",
    }
}

fn shown(row: &Row, out: &Output<'_>) -> Shown {
    let deadline = &row.deadline;
    let plain = vec![
        deadline.rule.clone(),
        nature(deadline.nature).to_owned(),
        state(deadline.state).to_owned(),
        column(deadline.days),
        column(deadline.due.as_ref()),
        deadline.start.clone(),
        deadline.cause.clone(),
        column(deadline.about.as_ref()),
        column(deadline.met_by.as_ref()),
        column(deadline.met_on.as_ref()),
        deadline.basis.clone(),
        deadline.title.clone(),
    ];
    let (data, human) = (row.data.clone(), human(deadline, &row.further, out));
    Shown { data, human, plain, id: deadline.rule.clone() }
}

fn human(deadline: &DeadlineView, further: &[String], out: &Output<'_>) -> String {
    let text = |id: &str, args: &[(&'static str, String)]| out.messages.text(id, args);
    let missed = matches!(deadline.state, DeadlineState::Late | DeadlineState::Overdue);
    let sign = match (missed, deadline.nature) {
        (true, Nature::Statutory) => out.paint(Colour::Red, "✖"),
        (true, Nature::Signal) => out.paint(Colour::Yellow, "!"),
        (false, _) if settled(deadline) => out.paint(Colour::Green, "✔"),
        (false, _) => "·".to_owned(),
    };
    let due = deadline.due.as_deref().map_or_else(|| "—".to_owned(), day);
    let standing = [("days", column(deadline.days))];
    let standing = text(&format!("deadline-{}", state(deadline.state)), &standing);
    let matter = if missed { "deadline-missed" } else { "deadline-if-missed" };
    let matter = text(matter, &[("title", deadline.title.clone())]);
    let mut lines = vec![
        format!("  {sign} {:<4} {due:<10}  {standing}. {matter}", deadline.rule),
        text("deadline-basis", &[("basis", deadline.basis.clone())]),
        text("deadline-from", &[("day", day(&deadline.start)), ("record", deadline.cause.clone())]),
    ];
    if let (Some(record), Some(on)) = (&deadline.met_by, &deadline.met_on) {
        lines.push(text("deadline-met", &[("day", day(on)), ("record", record.clone())]));
    }
    let about = deadline.about.iter();
    lines.extend(about.map(|about| text("deadline-about", &[("subject", about.clone())])));
    lines.extend(further.iter().cloned());
    lines.extend(deadline.inputs.iter().map(|input| input_text(input, out)));
    lines.extend(deadline.stopped.iter().map(|stop| {
        let after = ("after", day(&stop.after));
        match &stop.through {
            Some(through) => text("deadline-stopped", &[after, ("through", day(through))]),
            None => text("deadline-stands", &[after]),
        }
    }));
    lines.extend(deadline.years.iter().map(|year| {
        let known = text(&format!("calendar-{}", year.known), &[]);
        let mark = year.mark.as_deref().map_or_else(String::new, |mark| marked(mark, out));
        text(
            "deadline-calendar",
            &[("year", year.year.to_string()), ("known", format!("{known}{mark}"))],
        )
    }));
    lines.join("\n         ")
}

fn input_text(input: &Input, out: &Output<'_>) -> String {
    let args = [
        ("parameter", input.parameter.clone()),
        ("value", input.value.clone()),
        ("day", day(&input.since)),
        ("mark", marked(&input.mark, out)),
    ];
    out.messages.text("deadline-input", &args)
}

/// Whether a value is confirmed, in brackets.
fn marked(mark: &str, out: &Output<'_>) -> String {
    let found = out.messages.find(&format!("mark-{mark}"), &[]);
    format!(" ({})", found.unwrap_or_else(|| mark.to_owned()))
}

pub(in super::super) fn silent_text(silent: &[SilentRule], out: &Output<'_>) -> String {
    if silent.is_empty() {
        return String::new();
    }
    let line = |it: &SilentRule| {
        let args = [
            ("rule", it.rule.clone()),
            ("missing", it.missing.clone()),
            ("record", it.cause.clone()),
        ];
        format!("  ? {}", out.messages.text("deadline-silent", &args))
    };
    let title = out.messages.text("deadlines-silent", &[]);
    std::iter::once(title).chain(silent.iter().map(line)).collect::<Vec<_>>().join("\n")
}
