//! Uses as a report tells of them, as a draft of R05 and the lines that go with it (spec §23.8, §24.9).
//!
//! A use that no work of the list is meant by for sure becomes a line of the work that is not identified, and is listed for
//! people. Salts follow from a seed and the use, so that a second run gives the same bytes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use tamga_api::draft::Draft;
use tamga_api::time::{day, parse_day};
use tamga_format::id::{SubjectId, sha256};
use tamga_format::limits::{LINES_MAX, LINES_OF_TAG_MAX};
use tamga_format::lines::{Line as _, UsageLine, line_hash};
use tamga_format::subject::{Role, Subject};
use tamga_state::status::{RightCategory, UsageSource, Work};

use super::findings::cell;
use super::known::{Match, Works};
use super::name;
use super::usage::Usage;
use super::{Finding, Findings, LeftOut};
use crate::error::CliError;
use crate::import::derive::hmac;
use crate::lang::{Messages, Said};
use crate::text;

/// The currency of lines.
const CURRENCY: &str = "KZT";
/// The work of a line whose work is not identified.
const UNIDENTIFIED: [u8; 32] = [0; 32];

/// What all uses of a file share.
#[derive(Clone, Debug)]
pub struct Terms {
    /// БИН of the organisation.
    pub okup: String,
    /// Who used the works.
    pub user: Subject,
    /// Who writes the report, as in a draft.
    pub issuer: String,
    /// Who counted.
    pub source: UsageSource,
    /// Id of the record that granted the licence, hex.
    pub licence: Option<String>,
    /// Category of uses for which the report gives none.
    pub category: Option<RightCategory>,
    /// First and last day of uses for which the report gives none.
    pub days: (Option<i64>, Option<i64>),
    /// Time of the event, RFC 3339.
    pub event_time: String,
    /// What salts and the batch's id follow from.
    pub seed: [u8; 32],
}

/// How a line can be opened to whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Opening {
    /// Line of the report.
    pub line: u64,
    /// Its work, as in a draft; absent if it is not identified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
    /// Hash of the usage line, hex: allocations name it.
    pub line_hash: String,
    /// What the report calls it.
    pub reported: String,
    /// The salt of that, hex.
    pub salt: String,
    /// The salted hash in the usage line, hex.
    pub reported_as: String,
}

/// A use whose work is not identified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// The use.
    pub usage: Usage,
    /// Its category.
    pub category: RightCategory,
    /// Why.
    pub reason: Said,
    /// Works that it may be.
    pub candidates: Vec<String>,
}

/// The draft of a file, its lines, and what goes with them.
#[derive(Debug)]
pub struct Drafted {
    /// R05 without what depends on the packed attachment.
    pub draft: Draft,
    /// The lines, in the order of the report.
    pub lines: Vec<UsageLine>,
    /// An opening for each line.
    pub openings: Vec<Opening>,
    /// Uses whose work is not identified.
    pub unmatched: Vec<Unmatched>,
    /// Uses that got no line.
    pub left_out: u64,
    /// What stayed out, and why.
    pub findings: Findings,
}

/// The draft and lines of a report's uses.
///
/// # Errors
/// When no use is left, or there are more lines than a batch takes, in all or of one work.
pub fn draft(uses: &[Usage], works: &Works, terms: &Terms) -> Result<Drafted, CliError> {
    let mut findings = Findings::default();
    let (mut lines, mut openings, mut unmatched) = (Vec::new(), Vec::new(), Vec::new());
    let mut left_out = 0_u64;
    for (number, usage) in (0_u64..).zip(uses) {
        let mut maker = Maker { usage, terms, findings: &mut findings };
        let Some(measured) = maker.measured() else {
            left_out = left_out.saturating_add(1);
            continue;
        };
        let category = measured.category;
        let work = match works.find(usage, category.name()) {
            Match::Work(id) => Some(id),
            Match::None { reason, candidates } => {
                let usage = usage.clone();
                unmatched.push(Unmatched { usage, category, reason, candidates });
                None
            }
        };
        let (line, opening) = maker.line(number, work.as_deref(), &measured)?;
        lines.push(line);
        openings.push(opening);
    }
    within(&lines)?;
    let draft = record(&lines, terms)?;
    Ok(Drafted { draft, lines, openings, unmatched, left_out, findings })
}

/// The bytes of the file of lines: a CBOR sequence (RFC 8742).
#[must_use]
pub fn sequence(lines: &[UsageLine]) -> Vec<u8> {
    lines.iter().flat_map(UsageLine::encode).collect()
}

/// What a line says beside its work.
struct Measured {
    category: RightCategory,
    days: (i64, i64),
    uses: u64,
    seconds: u64,
    revenue: u64,
}

struct Maker<'a> {
    usage: &'a Usage,
    terms: &'a Terms,
    findings: &'a mut Findings,
}

impl Maker<'_> {
    fn tell(&mut self, field: &'static str, value: &str, left_out: LeftOut, reason: Said) {
        let (line, value) = (self.usage.line, value.to_owned());
        let record = "R05".to_owned();
        self.findings.add(Finding { line, record, field, value, left_out, reason });
    }

    fn lost(&mut self, field: &'static str, value: &str, reason: &'static str) {
        self.tell(field, value, LeftOut::Item, Said::plain(reason));
    }

    /// What the line says; `None` when it can't be one, which is told.
    fn measured(&mut self) -> Option<Measured> {
        let usage = self.usage;
        let given = usage.right_category.as_deref();
        let category = given.and_then(RightCategory::from_name).or(self.terms.category);
        let Some(category) = category else {
            self.lost("right_category", given.unwrap_or_default(), "royalty-use-category");
            return None;
        };
        let at = |text: &Option<String>, default| text.as_deref().and_then(parse_day).or(default);
        let first = at(&usage.period_from, self.terms.days.0);
        let last = at(&usage.period_to, self.terms.days.1);
        let Some(days) = first.zip(last).filter(|(first, last)| first <= last) else {
            self.lost("period_from", "", "royalty-use-days");
            return None;
        };
        let reported = usage.uses.as_deref().unwrap_or("0");
        let Ok(uses) = reported.parse::<u64>() else {
            self.lost("uses", reported, "royalty-use-whole");
            return None;
        };
        let revenue = self.revenue()?;
        let seconds = usage.seconds.unwrap_or(0);
        if (uses, seconds, revenue) == (0, 0, 0) {
            self.lost("uses", reported, "royalty-use-nothing");
            return None;
        }
        Some(Measured { category, days, uses, seconds, revenue })
    }

    /// What was earned, in tiyn; a part of a tiyn is not counted. `None` when it is below 0, which is told.
    fn revenue(&mut self) -> Option<u64> {
        let usage = self.usage;
        let (field, shown) = match (usage.amount, &usage.revenue) {
            (Some(amount), _) => ("amount", text::hundredths(amount)),
            (None, Some(revenue)) => ("revenue", revenue.clone()),
            (None, None) => return Some(0),
        };
        let tiyn = match usage.amount {
            Some(amount) => u64::try_from(amount).ok(),
            None => tiyn(&shown),
        };
        let Some(tiyn) = tiyn else {
            self.lost(field, &shown, "royalty-use-money");
            return None;
        };
        let currency = usage.currency.as_deref().unwrap_or_default();
        if currency != CURRENCY && tiyn > 0 {
            let reason = Said::plain("royalty-use-currency");
            self.tell("currency", currency, LeftOut::Field, reason);
            return Some(0);
        }
        Some(tiyn)
    }

    fn line(
        &self,
        number: u64,
        work: Option<&str>,
        measured: &Measured,
    ) -> Result<(UsageLine, Opening), CliError> {
        let Measured { category, days, uses, seconds, revenue } = measured;
        let content =
            serde_json::to_vec(self.usage).map_err(|error| CliError::bug(&error.to_string()))?;
        let content = sha256(&[&content]);
        let derived =
            |purpose: &[u8]| hmac(&self.terms.seed, &[purpose, &number.to_be_bytes(), &content]);
        let (salt, name_salt) = (derived(b"usage-line\0"), derived(b"reported-as\0"));
        let reported = name::reported(self.usage);
        let reported_as = name::reported_as(&name_salt, &reported);
        let id = work.map_or(UNIDENTIFIED, |work| Work::subject(work, *category).id.0);
        let line = UsageLine {
            work: id,
            salt,
            first_day: days.0,
            last_day: days.1,
            uses: *uses,
            seconds: *seconds,
            revenue: *revenue,
            reported_as,
        };
        let opening = Opening {
            line: self.usage.line,
            work: work.map(|work| format!("work#{work}.{}", category.name())),
            line_hash: line_hash(&line.encode()).to_string(),
            reported,
            salt: text::hex(&name_salt),
            reported_as: text::hex(&reported_as),
        };
        Ok((line, opening))
    }
}

/// Whole hundredths of an exact decimal from 0 on.
fn tiyn(decimal: &str) -> Option<u64> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let cents: String = fraction.chars().chain("00".chars()).take(2).collect();
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)
}

/// Whether a batch takes these lines.
fn within(lines: &[UsageLine]) -> Result<(), CliError> {
    let refused = |id, limit: String| {
        let detail = Said::message(id, vec![("limit", limit.into())]);
        Err(CliError::unreadable(Said::plain("what-usage"), detail))
    };
    if lines.is_empty() {
        return refused("detail-no-uses", String::new());
    }
    if u64::try_from(lines.len()).map_or(true, |count| count > LINES_MAX) {
        return refused("detail-lines-many", LINES_MAX.to_string());
    }
    let mut tags: BTreeMap<&[u8; 32], usize> = BTreeMap::new();
    for line in lines {
        let count = tags.entry(&line.work).or_insert(0);
        *count = count.saturating_add(1);
    }
    if tags.values().any(|count| *count > LINES_OF_TAG_MAX) {
        return refused("detail-lines-of-work", LINES_OF_TAG_MAX.to_string());
    }
    Ok(())
}

/// The draft. What depends on the packed attachment and the ledger's head (`attachment`, `base`, `usage_root`,
/// `usage_count`) is filled in by whoever sends it.
fn record(lines: &[UsageLine], terms: &Terms) -> Result<Draft, CliError> {
    let uses = lines.iter().try_fold(0_u64, |sum, line| sum.checked_add(line.uses));
    let uses = uses.filter(|uses| i64::try_from(*uses).is_ok()).ok_or_else(|| {
        CliError::unreadable(Said::plain("what-usage"), Said::plain("detail-range"))
    })?;
    let first = lines.iter().map(|line| line.first_day).min().unwrap_or_default();
    let last = lines.iter().map(|line| line.last_day).max().unwrap_or_default();
    let fields = json!({
        "okup_id": format!("organisation#{}", terms.okup),
        "uses": uses, "first_day": day(first), "last_day": day(last),
        "source": terms.source.name(),
    });
    let mut fields: BTreeMap<String, Value> =
        if let Value::Object(map) = fields { map.into_iter().collect() } else { BTreeMap::new() };
    fields.extend(terms.licence.as_ref().map(|licence| ("licence".to_owned(), json!(licence))));
    let batch = Subject::new(Role::Batch, SubjectId(hmac(&terms.seed, &[b"usage-batch\0"])));
    Ok(Draft {
        kind: "R05".to_owned(),
        version: None,
        issuer: terms.issuer.clone(),
        subject: batch.to_text(),
        subjects: vec![terms.user.to_text(), format!("cmo#{}", terms.okup)],
        event_time: terms.event_time.clone(),
        after: None,
        on_behalf_of: None,
        references: Vec::new(),
        fields,
        body: BTreeMap::new(),
    })
}

/// The bytes of the file of uses whose work is not identified: CSV in UTF-8, for people.
///
/// # Errors
/// Never for uses of this module.
pub fn render(unmatched: &[Unmatched], messages: &Messages) -> Result<Vec<u8>, CliError> {
    let bug = |error: ::csv::Error| CliError::bug(&error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let header = [
        "line",
        "title",
        "creators",
        "work_id",
        "iswcs",
        "isrcs",
        "right_category",
        "uses",
        "seconds",
        "reason",
        "hint",
        "candidates",
    ];
    writer.write_record(header).map_err(bug)?;
    for Unmatched { usage, category, reason, candidates } in unmatched {
        let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
        let hint = match reason {
            Said::Message(id, _) => messages.text(&format!("{id}.next"), &[]),
            Said::Text(_) => String::new(),
        };
        let row = [
            usage.line.to_string(),
            text(&usage.title),
            cell(&usage.creators.join("; ")),
            text(&usage.work_id),
            usage.iswcs.join("; "),
            usage.isrcs.join("; "),
            category.name().to_owned(),
            text(&usage.uses),
            usage.seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
            messages.said(reason),
            hint,
            candidates.join("; "),
        ];
        writer.write_record(row).map_err(bug)?;
    }
    writer.into_inner().map_err(|error| CliError::bug(&error.to_string()))
}
