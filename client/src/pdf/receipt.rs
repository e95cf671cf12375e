//! The page of a receipt (spec §13.12): what, who, when, who signed, how to check it, what it does not prove; the
//! receipt itself as an attached file and, if it is small enough, as a code.

use tamga_format::policy::Policy;

use super::embedded::{self, EmbeddedFault};
use super::font::Face;
use super::lines::{self, LATE, Words};
use super::sheet::{About, Attached, Colour, Frame, Sheet, Style, WIDTH};
use crate::code;
use crate::lang::{Language, Said};
use crate::text;
use crate::verify::{self, Facts, Fault, Report, Verdict};

/// Name of the attached file.
pub const ATTACHED: &str = "receipt.tamga-receipt";
/// The form of the page: another number whenever the same receipt would give other bytes.
const FORM: &str = "tamga-page/1";
/// Bytes of a portal's address.
const PORTAL_BYTES_MAX: usize = 200;

/// Left edge of everything.
const LEFT: i32 = 1_134;
/// Right edge of everything.
const RIGHT: i32 = WIDTH - LEFT;
/// Left edge of values.
const VALUES: i32 = 3_400;
/// Where the values of a record have to end.
const ROWS_END: i32 = 9_300;
/// A square of a code: half a millimetre.
const MODULE: i32 = 28;
/// The empty squares around a code.
const QUIET: i32 = 4 * MODULE;

const TITLE: Style = Style::new(Face::Bold, 400, Colour::Blue);
const SUBTITLE: Style = Style::new(Face::Regular, 260, Colour::Muted);
const LABEL: Style = Style::new(Face::Bold, 165, Colour::Blue);
const SMALL_LABEL: Style = Style::new(Face::Regular, 150, Colour::Muted);
const VALUE: Style = Style::new(Face::Bold, 200, Colour::Ink);
const PLAIN: Style = Style::new(Face::Regular, 180, Colour::Ink);
const ALARM: Style = Style::new(Face::Bold, 180, Colour::Red);
const ID: Style = Style::new(Face::Mono, 150, Colour::Muted);
const KEY: Style = Style::new(Face::Regular, 150, Colour::Muted);
const NOTE: Style = Style::new(Face::Regular, 156, Colour::Ink);
const CAPTION: Style = Style::new(Face::Regular, 140, Colour::Muted);

/// What a page is made of beside the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    languages: Vec<Language>,
    portal: Option<String>,
}

impl Options {
    /// A page in these languages, with a link to a portal if there is one; `None` if the portal's address can't stand
    /// in a link or there is no language.
    #[must_use]
    pub fn new(languages: &[Language], portal: Option<&str>) -> Option<Self> {
        let portal = portal.map(|portal| portal.trim_end_matches('/'));
        let is_address = |portal: &str| {
            let begins = portal.starts_with("https://") || portal.starts_with("http://");
            let plain = |byte: u8| byte.is_ascii_graphic() && !b"#<>&\"".contains(&byte);
            begins && portal.len() <= PORTAL_BYTES_MAX && portal.bytes().all(plain)
        };
        let fits = portal.is_none_or(is_address) && !languages.is_empty();
        fits.then(|| Self { languages: languages.to_vec(), portal: portal.map(str::to_owned) })
    }

    /// As the document says it.
    fn keywords(&self) -> String {
        let tags: Vec<&str> = self.languages.iter().map(|language| language.tag()).collect();
        format!("{FORM} {} {}", tags.join(","), self.portal.as_deref().unwrap_or("-"))
    }

    /// What a document says; `None` if it is of another form.
    fn parse(keywords: &str) -> Option<Self> {
        let mut words = keywords.split(' ');
        let (form, tags, portal) = (words.next()?, words.next()?, words.next()?);
        let language = |tag| Language::ALL.into_iter().find(|language| language.tag() == tag);
        let languages: Vec<Language> = tags.split(',').map(language).collect::<Option<_>>()?;
        let options = Self::new(&languages, Some(portal).filter(|portal| *portal != "-"))?;
        let whole = form == FORM && languages.len() <= Language::ALL.len();
        (whole && options.keywords() == keywords).then_some(options)
    }
}

/// Judges a PDF file that carries a receipt: the receipt, and whether the page is the one that it makes.
#[must_use]
pub fn judge(pdf: &[u8], policy: &Policy) -> Report {
    let receipt = match embedded::receipt(pdf) {
        Ok(receipt) => receipt,
        Err(fault) => return verify::cannot_check(said(fault)),
    };
    let report = verify::receipt(&receipt, policy);
    let Some(facts) = &report.facts else { return report };
    let fault = match embedded::keywords(pdf).and_then(Options::parse) {
        Some(options) if page(&receipt, facts, &options) == pdf => return report,
        // The bytes beside the receipt are what people read: if they are others, nobody should.
        Some(_) => (Verdict::Mismatch, "fault-page"),
        None => (Verdict::CannotCheck, "fault-page-form"),
    };
    let (verdict, id) = fault;
    let fault = Some(Fault { said: Said::plain(id), code: None });
    Report { verdict, facts: None, fault, pending: None }
}

/// Why a PDF file gives no receipt.
#[must_use]
pub fn said(fault: EmbeddedFault) -> Said {
    Said::plain(match fault {
        EmbeddedFault::None => "fault-no-embedded",
        EmbeddedFault::Several => "fault-several-embedded",
        EmbeddedFault::TooMany => "fault-many-streams",
    })
}

/// The page of a receipt that proves these facts.
#[must_use]
pub fn page(receipt: &str, facts: &Facts, options: &Options) -> Vec<u8> {
    let words = Words::new(&options.languages);
    let mut page = Page { sheet: Sheet::new(), words, top: 860 };
    page.head(facts);
    page.record(facts);
    page.limits();
    page.foot(receipt, facts, options);
    let title = page.words.line("page-title", &[]);
    let language = options.languages.first().map_or("kk", |language| language.tag());
    page.sheet.finish(&About {
        title: &title,
        language,
        keywords: &options.keywords(),
        time: facts.recorded_at.unwrap_or(facts.record.event_time),
        attached: Some(Attached {
            name: ATTACHED,
            media_type: "text/plain",
            about: &facts.record_id,
            bytes: receipt.as_bytes(),
        }),
    })
}

struct Page {
    sheet: Sheet,
    words: Words,
    /// Where the next thing begins.
    top: i32,
}

impl Page {
    fn head(&mut self, facts: &Facts) {
        let mut titles = self.words.all("page-title", &[]).into_iter();
        let title = titles.next().unwrap_or_default();
        self.sheet.line(TITLE, LEFT, self.top, &title);
        self.sheet.line_to(ID, RIGHT, self.top + 60, &facts.record.audience);
        self.top += TITLE.leading();
        for title in titles {
            self.sheet.line(SUBTITLE, LEFT, self.top, &title);
            self.top += SUBTITLE.leading();
        }
        self.top += 90;
        self.sheet.fill(Colour::Blue, Frame { left: LEFT, top: self.top, width: RIGHT - LEFT }, 40);
        self.top += 170;
    }

    /// A row: its label in every language beside its values.
    fn row(&mut self, label: &str, values: &[(Style, String)]) {
        let mut foot = self.top;
        for (number, text) in (0..).zip(self.words.all(label, &[])) {
            let style = if number == 0 { LABEL } else { SMALL_LABEL };
            let frame = Frame { left: LEFT, top: foot, width: VALUES - LEFT - 120 };
            foot = self.sheet.text(style, frame, &text);
        }
        let mut top = self.top - 20;
        for (style, value) in values {
            top =
                self.sheet.text(*style, Frame { left: VALUES, top, width: RIGHT - VALUES }, value);
        }
        self.top = foot.max(top) + 70;
        self.sheet.fill(Colour::Line, Frame { left: LEFT, top: self.top, width: RIGHT - LEFT }, 10);
        self.top += 90;
    }

    fn record(&mut self, facts: &Facts) {
        let record = &facts.record;
        let mut what: Vec<(Style, String)> =
            self.words.each().map(|words| (VALUE, lines::kind(record, words))).collect();
        what.dedup_by(|one, other| one.1 == other.1);
        what.push((PLAIN, record.subject.to_text()));
        what.push((ID, format!("{}  {}", lines::code(record), facts.record_id)));
        self.row("page-what", &what);

        let mut who = Vec::new();
        if let Some(number) = lines::officer(&record.issuer) {
            who.push((VALUE, self.words.line("page-officer", &[("number", number)])));
        }
        who.push((PLAIN, record.issuer.to_text()));
        who.push((KEY, format!("{}: {}", self.words.line("page-key", &[]), record.key_id)));
        self.row("page-who", &who);

        let when = self.times(facts);
        self.row("page-when", &when);

        let args = [
            ("index", facts.index.to_string()),
            ("height", facts.height.unwrap_or_default().to_string()),
            ("size", facts.size.to_string()),
        ];
        let place: Vec<_> =
            self.words.all("page-place", &args).into_iter().map(|text| (PLAIN, text)).collect();
        self.row("page-where", &place);

        let names: Vec<&str> = facts.cosigners.iter().map(|(name, _)| name.as_str()).collect();
        let count = [("count", names.len().to_string())];
        let signed =
            [(VALUE, names.join(", ")), (PLAIN, self.words.line("page-cosigners", &count))];
        self.row("page-signed", &signed);
        self.fields(facts);
    }

    /// The two times, and what lies between them.
    fn times(&self, facts: &Facts) -> Vec<(Style, String)> {
        let event = facts.record.event_time;
        let recorded = facts.recorded_at.unwrap_or(event);
        let line =
            |time, id| format!("{} (UTC+5) — {}", text::local_time(time), self.words.line(id, &[]));
        let mut times =
            vec![(VALUE, line(recorded, "page-recorded")), (PLAIN, line(event, "page-claimed"))];
        let late = recorded.get().saturating_sub(event.get()) >= LATE;
        let (style, id) = if late { (ALARM, "page-late") } else { (PLAIN, "page-gap") };
        for words in self.words.each() {
            let gap = [("gap", lines::gap(event, recorded, words))];
            times.push((style, words.text(id, &gap)));
        }
        times
    }

    /// As many fields as there is room for.
    fn fields(&mut self, facts: &Facts) {
        let all = lines::fields(facts);
        if all.is_empty() {
            return;
        }
        let room = ROWS_END - self.top - PLAIN.leading();
        let (mut used, mut shown) = (0, Vec::new());
        for line in &all {
            used += self.sheet.height(PLAIN, RIGHT - VALUES, line);
            if used > room {
                break;
            }
            shown.push((PLAIN, line.clone()));
        }
        let left = all.len() - shown.len();
        if left > 0 {
            shown.push((PLAIN, self.words.line("page-more", &[("count", left.to_string())])));
        }
        self.row("page-fields", &shown);
    }

    /// What the page does not prove, a column for each language.
    fn limits(&mut self) {
        self.top += 60;
        let texts = self.words.all("page-limits-text", &[]);
        let titles = self.words.all("page-limits", &[]);
        let columns = i32::try_from(texts.len()).unwrap_or(1).max(1);
        let gap = 300;
        let width = (RIGHT - LEFT - 2 * 180 - gap * (columns - 1)) / columns;
        let height = texts.iter().map(|text| self.sheet.height(NOTE, width, text)).max();
        let height = height.unwrap_or_default() + LABEL.leading() + 2 * 130;
        let ground = Frame { left: LEFT, top: self.top, width: RIGHT - LEFT };
        self.sheet.fill(Colour::Ground, ground, height);
        let mut left = LEFT + 180;
        for (title, text) in titles.iter().zip(&texts) {
            let top = self.sheet.text(LABEL, Frame { left, top: self.top + 120, width }, title);
            self.sheet.text(NOTE, Frame { left, top, width }, text);
            left += width + gap;
        }
        self.top += height;
    }

    /// How to check it; beside that the code that carries the whole proof, below it the one that leads to a portal.
    fn foot(&mut self, receipt: &str, facts: &Facts, options: &Options) {
        let top = self.top + 220;
        let mut right = RIGHT;
        let whole = code::large(&code::whole(receipt));
        if let Some(code) = &whole {
            let left = RIGHT - code.width() * MODULE;
            let side = self.sheet.code(code, MODULE, left, top + 40);
            let caption = self.words.all("page-whole", &[]).join("\n");
            let frame = Frame { left, top: top + 40 + side + QUIET, width: side };
            self.sheet.text(CAPTION, frame, &caption);
            right = left - QUIET - 260;
        }
        let file = [("file", ATTACHED.to_owned())];
        let mut notes: Vec<(String, String)> = Vec::new();
        for words in self.words.each() {
            notes.push((words.text("page-check", &[]), words.text("page-check-text", &file)));
        }
        if whole.is_none() {
            notes.push((String::new(), self.words.all("page-no-whole", &[]).join(" ")));
        }
        let mut frame = Frame { left: LEFT, top, width: right - LEFT };
        for (title, text) in &notes {
            if !title.is_empty() {
                frame.top = self.sheet.text(LABEL, frame, title);
            }
            frame.top = self.sheet.text(NOTE, frame, text) + 110;
        }
        let Some(portal) = &options.portal else { return };
        if let Some(code) = code::small(&code::link(portal, &facts.record_id)) {
            let top = frame.top + QUIET;
            let side = self.sheet.code(&code, MODULE, LEFT, top);
            let left = LEFT + side + QUIET + 60;
            let frame = Frame { left, top, width: right - left };
            let end = self.sheet.text(CAPTION, frame, &self.words.all("page-link", &[]).join("\n"));
            self.sheet.text(ID, Frame { top: end, ..frame }, portal);
        }
    }
}

#[cfg(test)]
mod tests;
