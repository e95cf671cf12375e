//! Flat files of DDEX's Digital Sales Reporting: records of cells between tabs, one per line (parts 1 and 8 of the
//! standard).
//!
//! `HEAD` gives the period, `SY…` a territory and a service each, a block the recordings (`AS…`), works (`MW…`),
//! releases (`RE…`) and their sales or usage (`SU…`), `FOOT` the counts. A line beginning with `#` and a type names the
//! cells of that type; without one only those cells are known whose places all versions share, so that neither number of
//! uses nor revenue can be read.
//!
//! Types that are not known are told once each, with how many there are. A block that the file breaks off in is left out.

mod block;

use std::collections::{BTreeMap, BTreeSet};

use tamga_state::catalogue::Identifier;

use self::block::{Block, Unique};
use super::lines::{self, Line};
use super::usage::Usage;
use super::{Finding, Findings, IDENTIFIERS_MAX, LeftOut, Read, identifier};
use crate::error::CliError;
use crate::lang::Said;

/// Names of cells by what they say, first the one that is preferred. Case and spaces do not count.
const USES: Names = Names(
    "uses",
    &["usages", "numberofstreams", "numberofbroadcasts", "numberofconsumersalesgross"],
);
const REVENUE: Names = Names("revenue", &["netrevenue", "revenue"]);
const CURRENCY: Names =
    Names("currency", &["currencyofreporting", "currencyoftransaction", "currency"]);
const BLOCK: Names = Names("block", &["blockid"]);
const SUMMARY: Names = Names("summary", &["summaryrecordid"]);
const TERRITORY: Names = Names("territory", &["territory"]);
const SERVICE: Names = Names("service", &["servicedescription"]);
const USE_TYPE: Names = Names("use_type", &["usetype"]);
const REFERENCE: Names = Names("reference", &["resourcereference", "releasereference"]);
const OWN_ID: Names =
    Names("work_id", &["dspresourceid", "dspmusicalworkid", "dspworkid", "dspreleaseid"]);
const ISRC: Names = Names("isrc", &["resourceisrc", "isrc"]);
const ISWC: Names = Names("iswc", &["musicalworkiswc", "iswc"]);
const TITLE: Names =
    Names("title", &["resourcetitle", "musicalworktitle", "releasetitle", "title"]);
const RESOURCE: Names = Names("resource", &["transactedresourcereference", "transactedresource"]);
const RELEASE: Names = Names("release", &["transactedreleasereference", "transactedrelease"]);
const FROM: Names = Names("period_from", &["usagestartdate", "messagenotificationstartdate"]);
const TO: Names = Names("period_to", &["usageenddate", "messagenotificationenddate"]);
const LINES: Names = Names("number_of_lines", &["numberoflinesinfile"]);
const SUMMARIES: Names = Names("number_of_summaries", &["numberofsummaryrecords"]);
const BLOCKS: Names = Names("number_of_blocks", &["numberofblocksinfile"]);

/// A cell: its name in findings, and the names it has in headings.
struct Names(&'static str, &'static [&'static str]);

/// What a type of record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Head,
    Summary,
    Resource,
    Work,
    Release,
    Sales,
    Foot,
}

impl Kind {
    /// The kind of a type, whose version stands behind a point; `None` when it is not read.
    fn of(written: &str) -> Option<Self> {
        let plain = plain(written);
        let numbered = |prefix: &str| {
            let number = plain.strip_prefix(prefix);
            number.is_some_and(|it| it.len() == 2 && it.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let kinds = [
            ("SY", Self::Summary),
            ("AS", Self::Resource),
            ("MW", Self::Work),
            ("RE", Self::Release),
            ("SU", Self::Sales),
        ];
        match plain {
            "HEAD" => Some(Self::Head),
            "FOOT" => Some(Self::Foot),
            _ => kinds.into_iter().find(|(prefix, _)| numbered(prefix)).map(|(_, kind)| kind),
        }
    }

    /// Cells whose places all versions of a type share, from the second on.
    fn places(self, plain: &str) -> &'static [&'static str] {
        match self {
            Self::Head => &["", "", "", "", "", "", "", "usagestartdate", "usageenddate"],
            Self::Summary if matches!(plain, "SY01" | "SY02" | "SY03" | "SY04") => {
                &["summaryrecordid", "", "", "", "usetype", "territory", "servicedescription"]
            }
            Self::Summary => &["summaryrecordid"],
            Self::Resource if matches!(plain, "AS01" | "AS02" | "AS05" | "AS06") => {
                &["blockid", "resourcereference", "dspresourceid", "resourceisrc", "resourcetitle"]
            }
            Self::Resource => &["blockid", "resourcereference"],
            Self::Work => &["blockid", "dspmusicalworkid", "musicalworkiswc", "musicalworktitle"],
            Self::Release => &["blockid", "releasereference", "dspreleaseid"],
            // Kinds of sales differ from the third cell on.
            Self::Sales => &["blockid"],
            Self::Foot => &[
                "numberoflinesinfile",
                "numberoflinesinreport",
                "numberofsummaryrecords",
                "numberofblocksinfile",
            ],
        }
    }
}

/// A type without its version.
fn plain(written: &str) -> &str {
    written.split('.').next().unwrap_or(written)
}

/// Whether bytes begin as such a file does: with `HEAD` and a tab, after lines that begin with `#`.
#[must_use]
pub fn is_one(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.find(|line| !line.starts_with(b"#")).is_some_and(|line| line.starts_with(b"HEAD\t"))
}

/// Reads a report.
///
/// # Errors
/// When it has too many lines, would give more than [`IDENTIFIERS_MAX`] identifiers, or does not begin with `HEAD`.
pub fn read(bytes: &[u8]) -> Result<Read<Usage>, CliError> {
    let (lines, count) = lines::split(bytes, "what-dsr")?;
    if !is_one(bytes) {
        return Err(CliError::unreadable(Said::plain("what-dsr"), Said::plain("detail-no-head")));
    }
    let mut reader = Reader { lines: count, ..Reader::default() };
    for line in &lines {
        reader.line(line);
        if reader.identifiers > IDENTIFIERS_MAX {
            let limit = vec![("limit", IDENTIFIERS_MAX.to_string().into())];
            let detail = Said::message("detail-identifiers", limit);
            return Err(CliError::unreadable(Said::plain("what-dsr"), detail));
        }
    }
    Ok(reader.end())
}

/// A record: its cells by their names.
#[derive(Clone, Debug, Default)]
struct Record {
    line: u64,
    kind: String,
    cells: BTreeMap<String, String>,
}

impl Record {
    /// The first of a cell's names that the record has, empty or not.
    fn find(&self, names: &Names) -> Option<&str> {
        names.1.iter().find_map(|name| self.cells.get(*name)).map(String::as_str)
    }

    /// A cell; empty when there is none.
    fn get(&self, names: &Names) -> &str {
        self.find(names).unwrap_or_default()
    }

    fn text(&self, names: &Names) -> Option<String> {
        self.find(names).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn finding(&self, names: Option<&Names>, left_out: LeftOut, reason: Said) -> Finding {
        Finding {
            line: self.line,
            record: self.kind.clone(),
            field: names.map_or("", |names| names.0),
            value: names.map(|names| self.get(names).to_owned()).unwrap_or_default(),
            left_out,
            reason,
        }
    }

    /// A cell that is taken as not given when it does not read.
    fn optional(
        &self,
        names: &Names,
        id: &'static str,
        findings: &mut Findings,
        read: impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let text = self.text(names)?;
        let value = read(&text);
        if value.is_none() {
            findings.add(self.finding(Some(names), LeftOut::Field, Said::plain(id)));
        }
        value
    }

    /// The identifiers of a cell of several, those that hold, each once.
    fn identifiers(&self, names: &Names, kind: Identifier, findings: &mut Findings) -> Unique {
        let mut held = Unique::default();
        for text in self.get(names).split('|').map(str::trim).filter(|text| !text.is_empty()) {
            match identifier::bare(kind, text) {
                Some(bare) => held.add(&bare),
                None => {
                    let args = vec![("kind", identifier::named(kind))];
                    let why = Said::message("royalty-identifier", args);
                    let finding = self.finding(Some(names), LeftOut::Field, why);
                    findings.add(Finding { value: text.to_owned(), ..finding });
                }
            }
        }
        held
    }
}

/// What the sales that name it have in common.
struct Summary {
    territory: Option<String>,
    record: Record,
}

#[derive(Default)]
struct Reader {
    out: Read<Usage>,
    /// Lines of the file, empty ones included.
    lines: u64,
    last: u64,
    headings: BTreeMap<String, Vec<String>>,
    period: [Option<String>; 2],
    summaries: BTreeMap<String, Summary>,
    summary_count: u64,
    block: Option<Block>,
    block_count: u64,
    blocks: BTreeSet<String>,
    /// ISRCs and ISWCs that come out.
    identifiers: usize,
    begun: bool,
    ended: bool,
    /// Types that are not read: first line and how many.
    unread: BTreeMap<String, (u64, u64)>,
}

impl Reader {
    fn line(&mut self, line: &Line<'_>) {
        self.last = line.number;
        let Some(text) = line.text else {
            let record = Record { line: line.number, ..Record::default() };
            let why = Said::plain("royalty-not-text");
            return self.out.findings.add(record.finding(None, LeftOut::Record, why));
        };
        if let Some(comment) = text.strip_prefix('#') {
            return self.heading(comment);
        }
        let written = text.split('\t').next().unwrap_or_default().trim();
        let Some(kind) = Kind::of(written) else {
            let unread = self.unread.entry(written.to_owned()).or_insert((line.number, 0));
            unread.1 = unread.1.saturating_add(1);
            return;
        };
        let record = self.record(line.number, written, kind, text);
        if self.ended {
            let why = Said::plain("royalty-after-foot");
            return self.out.findings.add(record.finding(None, LeftOut::Record, why));
        }
        match kind {
            Kind::Head => self.head(&record),
            Kind::Summary => self.summary(record),
            Kind::Resource | Kind::Work | Kind::Release | Kind::Sales => {
                self.in_block(kind, record);
            }
            Kind::Foot => self.foot(&record),
        }
    }

    /// Names of cells, from a line that begins with `#` and a type that is read; other such lines are remarks.
    fn heading(&mut self, comment: &str) {
        let mut cells = comment.split('\t').map(str::trim);
        let kind = cells.next().unwrap_or_default();
        if Kind::of(kind).is_some() {
            let named = |name: &str| {
                name.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
            };
            self.headings.insert(kind.to_owned(), cells.map(named).collect());
        }
    }

    /// The headings of a type in its version, or of any.
    fn names(&self, written: &str) -> Option<&Vec<String>> {
        self.headings.get(written).or_else(|| self.headings.get(plain(written)))
    }

    fn record(&self, line: u64, written: &str, kind: Kind, text: &str) -> Record {
        let places: Vec<&str> = match self.names(written) {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => kind.places(plain(written)).to_vec(),
        };
        let cells =
            places.into_iter().zip(text.split('\t').skip(1)).filter(|(it, _)| !it.is_empty());
        let cells = cells.map(|(name, cell)| (name.to_owned(), cell.trim().to_owned())).collect();
        Record { line, kind: written.to_owned(), cells }
    }

    fn head(&mut self, record: &Record) {
        if std::mem::replace(&mut self.begun, true) {
            let why = Said::plain("royalty-second-head");
            return self.out.findings.add(record.finding(None, LeftOut::Record, why));
        }
        self.period = [&FROM, &TO]
            .map(|names| record.optional(names, "royalty-date", &mut self.out.findings, day));
    }

    /// A territory and a service; of two with one id the first counts.
    fn summary(&mut self, record: Record) {
        self.summary_count = self.summary_count.saturating_add(1);
        let id = record.get(&SUMMARY).to_owned();
        if id.is_empty() {
            let why = Said::plain("royalty-empty");
            return self.out.findings.add(record.finding(Some(&SUMMARY), LeftOut::Record, why));
        }
        let known = |text: &str| identifier::unpadded(Identifier::Territory, text);
        let findings = &mut self.out.findings;
        let territory = record.optional(&TERRITORY, "royalty-territory", findings, known);
        self.summaries.entry(id).or_insert(Summary { territory, record });
    }

    fn in_block(&mut self, kind: Kind, record: Record) {
        let id = record.get(&BLOCK).to_owned();
        if self.block.as_ref().is_none_or(|block| block.id != id) {
            self.close();
            self.block_count = self.block_count.saturating_add(1);
            if !self.blocks.insert(id.clone()) {
                let why = Said::plain("royalty-block-again");
                self.out.findings.add(record.finding(Some(&BLOCK), LeftOut::Nothing, why));
            }
            self.block = Some(Block::new(id));
        }
        if let Some(block) = &mut self.block {
            block.take(kind, record, &mut self.out.findings);
        }
    }

    fn foot(&mut self, record: &Record) {
        self.close();
        self.ended = true;
        let counts =
            [(&LINES, self.lines), (&SUMMARIES, self.summary_count), (&BLOCKS, self.block_count)];
        for (names, found) in counts {
            if record.get(names).parse() != Ok(found) {
                let args = vec![("found", found.to_string().into())];
                let why = Said::message("royalty-count", args);
                self.out.findings.add(record.finding(Some(names), LeftOut::Nothing, why));
            }
        }
    }

    /// Ends the block, all of which is there.
    fn close(&mut self) {
        let Some(block) = self.block.take() else { return };
        if block.is_full() {
            self.out.left_out = self.out.left_out.saturating_add(block.sales_count());
            return;
        }
        for sales in block.sales() {
            match self.usage(&block, sales) {
                Ok(usage) => {
                    let named = usage.isrcs.len().saturating_add(usage.iswcs.len());
                    self.identifiers = self.identifiers.saturating_add(named);
                    if self.identifiers > IDENTIFIERS_MAX {
                        return;
                    }
                    self.out.items.push(usage);
                }
                Err(finding) => {
                    self.out.left_out = self.out.left_out.saturating_add(1);
                    self.out.findings.add(*finding);
                }
            }
        }
    }

    fn usage(&self, block: &Block, sales: &Record) -> Result<Usage, Box<Finding>> {
        let fails = |names: &Names, id| {
            Box::new(sales.finding(Some(names), LeftOut::Item, Said::plain(id)))
        };
        let id = sales.find(&SUMMARY).ok_or_else(|| fails(&SUMMARY, "royalty-no-heading"))?;
        let of = self.summaries.get(id).ok_or_else(|| fails(&SUMMARY, "royalty-no-summary"))?;
        let Summary { territory, record: summary } = of;
        let thing = block.sold(sales)?;
        let number = |names: &Names| match sales.find(names) {
            Some(text) if !text.is_empty() => {
                let value = identifier::decimal(text);
                value.map(Some).ok_or_else(|| fails(names, "royalty-decimal"))
            }
            Some(_) | None => Ok(None),
        };
        let (uses, revenue) = (number(&USES)?, number(&REVENUE)?);
        if uses.is_none() && revenue.is_none() {
            return Err(fails(&USES, "royalty-no-uses"));
        }
        let currency = sales.text(&CURRENCY).or_else(|| summary.text(&CURRENCY));
        let currency = match (&revenue, currency) {
            (None, _) => None,
            (Some(_), Some(code)) if identifier::is_currency(&code) => Some(code),
            (Some(_), _) => return Err(fails(&CURRENCY, "royalty-currency")),
        };
        let [period_from, period_to] = self.period.clone();
        Ok(Usage {
            line: sales.line,
            title: thing.title,
            work_id: thing.id,
            iswcs: thing.iswcs,
            isrcs: thing.isrcs,
            source: sales.text(&USE_TYPE).or_else(|| summary.text(&USE_TYPE)),
            uses,
            revenue,
            currency,
            territory: territory.clone(),
            service: summary.text(&SERVICE),
            period_from,
            period_to,
            ..Usage::default()
        })
    }

    fn end(mut self) -> Read<Usage> {
        if !self.ended {
            let cut_off = self.block.take().map_or(0, |block| block.sales_count());
            self.out.left_out = self.out.left_out.saturating_add(cut_off);
            let record = Record { line: self.last, kind: "FOOT".to_owned(), ..Record::default() };
            let left_out = if cut_off > 0 { LeftOut::Group } else { LeftOut::Nothing };
            let why = Said::plain("royalty-no-foot");
            self.out.findings.add(record.finding(None, left_out, why));
        }
        for (kind, (line, count)) in std::mem::take(&mut self.unread) {
            let record = Record { line, kind, ..Record::default() };
            let why = Said::message("royalty-unread", vec![("count", count.to_string().into())]);
            self.out.findings.add(record.finding(None, LeftOut::Record, why));
        }
        self.out
    }
}

fn day(text: &str) -> Option<String> {
    let day: Result<jiff::civil::Date, _> = text.parse();
    day.ok().filter(|_| text.len() == 10).map(|day| day.to_string())
}
