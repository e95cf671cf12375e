//! The account of a subject for people (spec §13.13): every record with its two times, what was to follow by when, and
//! what is proven of it.

use tamga_api::queries::{CaseDeadlines, DeadlineState, DeadlineView, Nature};
use tamga_format::subject::Role;
use tamga_format::subject_proof::ProvenSubject;

use super::font::Face;
use super::lines::{self, LATE, Words};
use super::sheet::{About, Colour, Frame, HEIGHT, MILLIMETRE, Sheet, Style, WIDTH};
use crate::lang::{Language, Messages};
use crate::text;
use crate::verify::Facts;

/// The form of the pages: another number whenever the same account would give other bytes.
const FORM: &str = "tamga-account/1";

const LEFT: i32 = 1_020;
const RIGHT: i32 = WIDTH - LEFT;
const BOTTOM: i32 = HEIGHT - 22 * MILLIMETRE;

const TITLE: Style = Style::new(Face::Bold, 400, Colour::Blue);
const HEADING: Style = Style::new(Face::Bold, 230, Colour::Blue);
const LABEL: Style = Style::new(Face::Bold, 150, Colour::Muted);
const STRONG: Style = Style::new(Face::Bold, 176, Colour::Ink);
const PLAIN: Style = Style::new(Face::Regular, 170, Colour::Ink);
const SMALL: Style = Style::new(Face::Regular, 146, Colour::Muted);
const ID: Style = Style::new(Face::Mono, 116, Colour::Muted);
const GOOD: Style = Style::new(Face::Bold, 170, Colour::Green);
const BAD: Style = Style::new(Face::Bold, 170, Colour::Red);
const SIGNAL: Style = Style::new(Face::Bold, 170, Colour::Amber);

/// Columns of the records: number, what, when it happened, when it was recorded, the gap.
const NUMBER: i32 = LEFT;
const WHAT: i32 = LEFT + 520;
const HAPPENED: i32 = RIGHT - 4_560;
const RECORDED: i32 = RIGHT - 2_960;
const GAP: i32 = RIGHT - 1_360;
/// Columns of the deadlines: state, what, the last day.
const TERM: i32 = LEFT + 2_700;
const DUE: i32 = RIGHT - 1_500;

/// What an account tells.
pub struct Account<'a> {
    /// What is proven of the subject.
    pub proven: &'a ProvenSubject,
    /// What each of its records proves, oldest first.
    pub records: &'a [Facts],
    /// The genesis of the ledger, hex, as a node says.
    pub genesis: Option<&'a str>,
    /// What was to follow by when, as a node computed it.
    pub deadlines: Option<&'a CaseDeadlines>,
}

/// The pages of an account.
#[must_use]
pub fn pages(account: &Account<'_>, language: Language) -> Vec<u8> {
    let words = Words::new(&[language]);
    let Some(words) = words.each().next() else { return Vec::new() };
    let mut pages = Pages { sheet: Sheet::new(), words, top: 860 };
    pages.head(account);
    pages.records(account.records);
    if let Some(deadlines) = account.deadlines {
        pages.deadlines(deadlines);
    }
    pages.limits();
    pages.feet(&account.proven.subject.to_text());
    let title = words.text(title(account), &[]);
    pages.sheet.finish(&About {
        title: &title,
        language: language.tag(),
        keywords: FORM,
        time: account.proven.time,
        attached: None,
    })
}

struct Pages<'w> {
    sheet: Sheet,
    words: &'w Messages,
    /// Where the next thing begins.
    top: i32,
}

impl Pages<'_> {
    fn say(&self, id: &str, args: &[(&'static str, String)]) -> String {
        self.words.text(id, args)
    }

    /// Goes on to a new page if there is no room for so much.
    fn room(&mut self, height: i32) -> bool {
        let turns = self.top + height > BOTTOM;
        if turns {
            self.sheet.turn();
            self.top = 860;
        }
        turns
    }

    fn rule(&mut self) {
        let frame = Frame { left: LEFT, top: self.top, width: RIGHT - LEFT };
        self.sheet.fill(Colour::Line, frame, 10);
        self.top += 70;
    }

    fn paragraph(&mut self, style: Style, text: &str) {
        for line in self.sheet.broken(style, RIGHT - LEFT, text) {
            self.room(style.leading());
            self.sheet.line(style, LEFT, self.top, &line);
            self.top += style.leading();
        }
    }

    fn heading(&mut self, id: &str) {
        self.top += 240;
        // A heading does not stand alone at the foot of a page.
        self.room(HEADING.leading() + 900);
        let text = self.say(id, &[]);
        self.sheet.line(HEADING, LEFT, self.top, &text);
        self.top += HEADING.leading() + 70;
    }

    fn head(&mut self, account: &Account<'_>) {
        let proven = account.proven;
        let title = self.say(title(account), &[]);
        self.sheet.line(TITLE, LEFT, self.top, &title);
        self.top += TITLE.leading() + 60;
        let frame = Frame { left: LEFT, top: self.top, width: RIGHT - LEFT };
        self.sheet.fill(Colour::Blue, frame, 40);
        self.top += 170;
        self.paragraph(STRONG, &proven.subject.to_text());
        let args = [
            ("count", proven.count.to_string()),
            ("time", text::local_time(proven.time)),
            ("height", proven.height.to_string()),
        ];
        let complete = self.say("account-complete", &args);
        self.paragraph(GOOD, &complete);
        let names: Vec<&str> = proven.cosigners.iter().map(|(name, _)| name.as_str()).collect();
        let signed = self.say("account-signed", &[("names", names.join(", "))]);
        self.paragraph(PLAIN, &signed);
        if let Some(origin) = account.records.first().map(|facts| facts.record.audience.clone()) {
            let ledger = self.say("account-ledger", &[("origin", origin)]);
            self.paragraph(SMALL, &ledger);
        }
        if let Some(genesis) = account.genesis {
            let genesis = self.say("account-genesis", &[("hash", genesis.to_owned())]);
            self.paragraph(SMALL, &genesis);
        }
    }

    fn record_titles(&mut self) {
        let columns = [
            (WHAT, "account-what"),
            (HAPPENED, "account-happened"),
            (RECORDED, "account-recorded"),
            (GAP, "account-gap"),
        ];
        for (left, id) in columns {
            let text = self.say(id, &[]);
            self.sheet.line(LABEL, left, self.top, &text);
        }
        self.top += LABEL.leading() + 40;
        self.rule();
    }

    fn records(&mut self, records: &[Facts]) {
        self.heading("account-records");
        self.record_titles();
        for (number, facts) in (1_u64..).zip(records) {
            self.record(number, facts);
        }
    }

    fn record(&mut self, number: u64, facts: &Facts) {
        let record = &facts.record;
        let width = HAPPENED - WHAT - 160;
        let who = lines::officer(&record.issuer).map_or_else(
            || record.issuer.to_text(),
            |number| self.say("page-officer", &[("number", number)]),
        );
        let who = format!("{} · {who}", lines::code(record));
        let mut what = vec![(STRONG, lines::kind(record, self.words)), (SMALL, who)];
        let fields = lines::fields(facts).join("; ");
        if !fields.is_empty() {
            what.push((SMALL, fields));
        }
        what.push((ID, facts.record_id.clone()));
        let height: i32 =
            what.iter().map(|(style, text)| self.sheet.height(*style, width, text)).sum();
        if self.room(height.min(BOTTOM - 2_000) + 90) {
            self.record_titles();
        }
        let event = record.event_time;
        let recorded = facts.recorded_at.unwrap_or(event);
        let late = recorded.get().saturating_sub(event.get()) >= LATE;
        let gap = lines::gap(event, recorded, self.words);
        self.sheet.line(PLAIN, NUMBER, self.top, &number.to_string());
        self.sheet.line(PLAIN, HAPPENED, self.top, &text::local_time(event));
        self.sheet.line(PLAIN, RECORDED, self.top, &text::local_time(recorded));
        self.sheet.line(if late { BAD } else { PLAIN }, GAP, self.top, &format!("+{gap}"));
        for (style, text) in what {
            for line in self.sheet.broken(style, width, &text) {
                self.room(style.leading());
                self.sheet.line(style, WHAT, self.top, &line);
                self.top += style.leading();
            }
        }
        self.top += 40;
        self.rule();
    }

    fn deadlines(&mut self, deadlines: &CaseDeadlines) {
        self.heading("account-deadlines");
        let args = [("day", day(&deadlines.day)), ("height", deadlines.as_of.height.to_string())];
        let note = self.say("account-deadlines-note", &args);
        self.paragraph(SMALL, &note);
        self.top += 60;
        self.rule();
        if deadlines.data.is_empty() {
            let none = self.say("deadlines-none", &[]);
            self.paragraph(PLAIN, &none);
        }
        for deadline in &deadlines.data {
            self.deadline(deadline);
        }
    }

    fn deadline(&mut self, deadline: &DeadlineView) {
        let missed = matches!(deadline.state, DeadlineState::Late | DeadlineState::Overdue);
        let (style, id) = match deadline.state {
            DeadlineState::InTime => (GOOD, "deadline-in-time"),
            DeadlineState::Late => (BAD, "deadline-late"),
            DeadlineState::Running => (PLAIN, "deadline-running"),
            DeadlineState::Overdue => (BAD, "deadline-overdue"),
            DeadlineState::Standing => (PLAIN, "deadline-standing"),
        };
        let style = if missed && deadline.nature == Nature::Signal { SIGNAL } else { style };
        let days = deadline.days.map(|days| days.to_string()).unwrap_or_default();
        let state = self.say(id, &[("days", days)]);
        let matter = if missed { "deadline-missed" } else { "deadline-if-missed" };
        let matter = self.say(matter, &[("title", deadline.title.clone())]);
        let basis = self.say("deadline-basis", &[("basis", deadline.basis.clone())]);
        let width = DUE - TERM - 160;
        let height = self.sheet.height(PLAIN, width, &matter)
            + self.sheet.height(SMALL, width, &basis).max(style.leading());
        self.room(height + 110);
        let label = format!("{}  {}", deadline.rule, state);
        let frame = Frame { left: LEFT, top: self.top, width: TERM - LEFT - 120 };
        let foot = self.sheet.text(style, frame, &label);
        let due = deadline.due.as_deref().map_or_else(|| "—".to_owned(), day);
        self.sheet.line(if missed { style } else { PLAIN }, DUE, self.top, &due);
        let frame = Frame { left: TERM, top: self.top, width };
        let top = self.sheet.text(PLAIN, frame, &matter);
        let end = self.sheet.text(SMALL, Frame { top, ..frame }, basis.trim());
        self.top = end.max(foot) + 40;
        self.rule();
    }

    fn limits(&mut self) {
        self.heading("page-limits");
        for id in ["page-limits-text", "account-limits"] {
            let text = self.say(id, &[]);
            self.paragraph(PLAIN, &text);
        }
    }

    /// At the foot of every page what it is about, and its number.
    fn feet(&mut self, subject: &str) {
        let pages = self.sheet.pages();
        for page in 0..pages {
            self.sheet.back(page);
            let top = BOTTOM + 5 * MILLIMETRE;
            self.sheet.line(ID, LEFT, top, subject);
            self.sheet.line_to(SMALL, RIGHT, top, &format!("{} / {pages}", page + 1));
        }
    }
}

/// What an account is called.
fn title(account: &Account<'_>) -> &'static str {
    let of_case = account.proven.subject.role == Role::Case;
    if of_case { "account-title" } else { "account-title-other" }
}

/// A day as people read it.
fn day(written: &str) -> String {
    let parts: Vec<&str> = written.split('-').collect();
    match parts.as_slice() {
        [year, month, day] => format!("{day}.{month}.{year}"),
        _ => written.to_owned(),
    }
}
