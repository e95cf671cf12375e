//! A transaction of CWR: the records of one work, in their order.

use tamga_state::catalogue::Identifier;

use super::super::work::{CATEGORIES, Party, PartyKind, Territory, Title, Work};
use super::super::{Finding, Findings, LeftOut, TRANSACTION_RECORDS_MAX, identifier};
use super::given;
use super::record::{Field, Record, SEQUENCE, TRANSACTION};
use crate::lang::Said;

/// All of a category, in basis points.
const WHOLE: u64 = 10_000;

const fn field(name: &'static str, at: usize, len: usize) -> Field {
    Field { name, at, len }
}

const ACK_DATE: Field = field("creation_date", 19, 8);
const ACK_PROCESSED: Field = field("processing_date", 149, 8);
const ACK_SOCIETY_WORK: Field = field("society_work", 129, 20);
const ACK_STATUS: Field = field("status", 157, 2);

const TITLE: Field = field("title", 19, 60);
const SUBMITTER_WORK: Field = field("submitter_work", 81, 14);
const ISWC: Field = field("iswc", 95, 11);
const COPYRIGHT_DATE: Field = field("copyright_date", 106, 8);
const DURATION: Field = field("duration", 129, 6);

const ALTERNATIVE: Field = field("title", 19, 60);
const ALTERNATIVE_KIND: Field = field("title_type", 79, 2);
const PERFORMER_LAST: Field = field("last_name", 19, 45);
const PERFORMER_FIRST: Field = field("first_name", 64, 30);
const RELEASED: Field = field("release_date", 19, 8);
const RELEASE_DURATION: Field = field("duration", 87, 6);
const ISRC: Field = field("isrc", 249, 12);

const LINK_PUBLISHER: Field = field("publisher", 19, 9);
const LINK_WRITER: Field = field("writer", 101, 9);

/// Where the records of parties have their fields.
struct PartyLayout {
    kind: PartyKind,
    controlled: bool,
    number: Field,
    name: Field,
    first_name: Option<Field>,
    role: Field,
    ipi_name: Field,
    ipi_base: Field,
    societies: [Field; 3],
    shares: [Field; 3],
}

/// Societies and shares stand in turns, from `at` on.
const fn societies(at: usize) -> [Field; 3] {
    [field("pr_society", at, 3), field("mr_society", at + 8, 3), field("sr_society", at + 16, 3)]
}

const fn shares(at: usize, step: usize) -> [Field; 3] {
    [field("pr_share", at, 5), field("mr_share", at + step, 5), field("sr_share", at + 2 * step, 5)]
}

const fn publisher(controlled: bool) -> PartyLayout {
    PartyLayout {
        kind: PartyKind::Publisher,
        controlled,
        number: field("number", 21, 9),
        name: field("name", 30, 45),
        first_name: None,
        role: field("role", 76, 2),
        ipi_name: field("ipi_name", 87, 11),
        ipi_base: field("ipi_base", 139, 13),
        societies: societies(112),
        shares: shares(115, 8),
    }
}

const fn writer(controlled: bool) -> PartyLayout {
    PartyLayout {
        kind: PartyKind::Writer,
        controlled,
        number: field("number", 19, 9),
        name: field("name", 28, 45),
        first_name: Some(field("first_name", 73, 30)),
        role: field("role", 104, 2),
        ipi_name: field("ipi_name", 115, 11),
        ipi_base: field("ipi_base", 154, 13),
        societies: societies(126),
        shares: shares(129, 8),
    }
}

/// A transaction that is being read.
pub(super) struct Open {
    /// Line of its first record.
    pub(super) line: u64,
    /// Type of its first record.
    pub(super) kind: String,
    /// Something was found for which the work is left out.
    pub(super) lost: bool,
    number: Option<u64>,
    next: u64,
    records: usize,
    /// Whether the record that names the work has come.
    named: bool,
    work: Work,
    /// Which of the work's parties the last record of a party told of.
    latest: Option<usize>,
}

impl Open {
    /// A transaction from its first record.
    pub(super) fn new(record: &Record<'_>, told: &mut Vec<Finding>) -> Self {
        let mut open = Self {
            line: record.line,
            kind: record.kind.to_owned(),
            lost: false,
            number: record.number(&TRANSACTION),
            next: 0,
            records: 0,
            named: false,
            work: Work { line: record.line, ..Work::default() },
            latest: None,
        };
        let mut findings = Findings::default();
        open.take(record, &mut findings);
        told.extend(findings.list().iter().cloned());
        open
    }

    /// Whether this acknowledges the transaction that the record, which could begin one, repeats.
    pub(super) fn answers(&self, record: &Record<'_>) -> bool {
        self.kind == "ACK" && !self.named && record.number(&TRANSACTION) == self.number
    }

    /// Takes a record of the transaction, its first one included.
    pub(super) fn take(&mut self, record: &Record<'_>, findings: &mut Findings) {
        self.records = self.records.saturating_add(1);
        if self.records > TRANSACTION_RECORDS_MAX {
            if self.records == TRANSACTION_RECORDS_MAX.saturating_add(1) {
                self.lost = true;
                let args = vec![("limit", TRANSACTION_RECORDS_MAX.to_string().into())];
                let why = Said::message("royalty-too-many", args);
                findings.add(record.finding(None, LeftOut::Item, why));
            }
            return;
        }
        self.order(record, findings);
        match record.kind {
            "ACK" => self.answer(record, findings),
            "NWR" | "REV" | "ISW" | "EXC" => self.name(record, findings),
            "SPU" => self.party(&publisher(true), record, findings),
            "OPU" => self.party(&publisher(false), record, findings),
            "SWR" => self.party(&writer(true), record, findings),
            "OWR" => self.party(&writer(false), record, findings),
            "SPT" | "OPT" => self.territory(PartyKind::Publisher, 34, 49, record, findings),
            "SWT" | "OWT" => self.territory(PartyKind::Writer, 28, 43, record, findings),
            "PWR" => self.link(record, findings),
            "ALT" => {
                let title = record.cut(&ALTERNATIVE);
                if title.is_empty() {
                    let why = Said::plain("royalty-empty");
                    findings.add(record.finding(Some(&ALTERNATIVE), LeftOut::Record, why));
                } else {
                    let kind = record.cut(&ALTERNATIVE_KIND);
                    self.work.alternative_titles.push(Title { title, kind });
                }
            }
            "PER" => {
                let names = [record.cut(&PERFORMER_FIRST), record.cut(&PERFORMER_LAST)];
                let name = names.join(" ").trim().to_owned();
                self.work.performers.extend((!name.is_empty()).then_some(name));
            }
            "REC" => self.recording(record, findings),
            _ => {}
        }
    }

    /// Records are numbered: one that is missing may have held a share.
    fn order(&mut self, record: &Record<'_>, findings: &mut Findings) {
        let number = record.number(&SEQUENCE);
        let own = record.number(&TRANSACTION) == self.number && self.number.is_some();
        if !own {
            self.lost = true;
            let why = Said::plain("royalty-other-transaction");
            findings.add(record.finding(Some(&TRANSACTION), LeftOut::Item, why));
        }
        if number != Some(self.next) {
            self.lost = true;
            let args = vec![("expected", self.next.to_string().into())];
            let why = Said::message("royalty-order", args);
            findings.add(record.finding(Some(&SEQUENCE), LeftOut::Item, why));
        }
        self.next = number.unwrap_or(self.next).saturating_add(1);
    }

    fn answer(&mut self, record: &Record<'_>, findings: &mut Findings) {
        record.date(&ACK_DATE, findings);
        record.date(&ACK_PROCESSED, findings);
        let text = |field| Some(record.cut(field)).filter(|text| !text.is_empty());
        self.work.society_work = text(&ACK_SOCIETY_WORK);
        self.work.status = text(&ACK_STATUS);
    }

    fn name(&mut self, record: &Record<'_>, findings: &mut Findings) {
        self.named = true;
        record.kind.clone_into(&mut self.work.transaction);
        for field in [&TITLE, &SUBMITTER_WORK] {
            if record.cut(field).is_empty() {
                self.lost = true;
                let why = Said::plain("royalty-empty");
                findings.add(record.finding(Some(field), LeftOut::Item, why));
            }
        }
        self.work.title = record.cut(&TITLE);
        self.work.submitter_work = record.cut(&SUBMITTER_WORK);
        self.work.iswc = identified(record, &ISWC, Identifier::Iswc, findings);
        let why = Said::plain("royalty-duration");
        self.work.duration_s = record.optional(&DURATION, findings, why, identifier::seconds);
        record.date(&COPYRIGHT_DATE, findings);
    }

    fn party(&mut self, layout: &PartyLayout, record: &Record<'_>, findings: &mut Findings) {
        let number = record.cut(&layout.number);
        if number.is_empty() && layout.controlled {
            self.lost = true;
            let why = Said::plain("royalty-empty");
            findings.add(record.finding(Some(&layout.number), LeftOut::Item, why));
        }
        let shares = record.shares(&layout.shares, LeftOut::Item, findings);
        self.lost |= shares.is_none();
        let society = |text: &str| identifier::unpadded(Identifier::Society, text);
        let why = || Said::plain("royalty-society");
        let societies = CATEGORIES.into_iter().zip(&layout.societies);
        let societies = societies.filter_map(|(category, field)| {
            Some((category, record.optional(field, findings, why(), society)?))
        });
        let societies = societies.collect();
        let first = layout.first_name.as_ref().map(|field| record.cut(field)).unwrap_or_default();
        let name = format!("{first} {}", record.cut(&layout.name));
        self.latest = Some(self.work.interested_parties.len());
        self.work.interested_parties.push(Party {
            number,
            kind: layout.kind,
            name: name.trim().to_owned(),
            role: record.cut(&layout.role),
            ipi_name: identified(record, &layout.ipi_name, Identifier::IpiName, findings),
            ipi_base: identified(record, &layout.ipi_base, Identifier::IpiBase, findings),
            controlled: layout.controlled,
            shares: shares.unwrap_or_default(),
            societies,
            territories: Vec::new(),
            publishers: Vec::new(),
        });
    }

    /// The party that the last record of one told of, if it is of this kind and number.
    fn latest(&mut self, kind: PartyKind, number: &str) -> Option<&mut Party> {
        let party = self.work.interested_parties.get_mut(self.latest?)?;
        (party.kind == kind && party.number == number).then_some(party)
    }

    fn territory(
        &mut self,
        kind: PartyKind,
        shares_at: usize,
        sign_at: usize,
        record: &Record<'_>,
        findings: &mut Findings,
    ) {
        let number = field("number", 19, 9);
        let sign = field("inclusion", sign_at, 1);
        let tis = field("territory", sign_at + 1, 4);
        let wrong =
            |field: &Field, id| record.finding(Some(field), LeftOut::Record, Said::plain(id));
        let Some(shares) = record.shares(&shares(shares_at, 5), LeftOut::Record, findings) else {
            return;
        };
        let included = match record.cut(&sign).as_str() {
            "I" => true,
            "E" => false,
            _ => return findings.add(wrong(&sign, "royalty-inclusion")),
        };
        let Some(code) = identifier::unpadded(Identifier::Territory, &record.cut(&tis)) else {
            return findings.add(wrong(&tis, "royalty-territory"));
        };
        match self.latest(kind, &record.cut(&number)) {
            Some(party) => party.territories.push(Territory { tis: code, included, shares }),
            None => findings.add(wrong(&number, "royalty-no-party")),
        }
    }

    /// A writer's publisher. Without a number the writer is the one before.
    fn link(&mut self, record: &Record<'_>, findings: &mut Findings) {
        let (number, named) = (record.cut(&LINK_PUBLISHER), record.cut(&LINK_WRITER));
        let parties = &mut self.work.interested_parties;
        let is = |party: &Party, kind, number: &str| party.kind == kind && party.number == number;
        let known = parties.iter().any(|party| is(party, PartyKind::Publisher, &number));
        let mut lost = |field| {
            findings.add(record.finding(
                Some(field),
                LeftOut::Record,
                Said::plain("royalty-no-party"),
            ))
        };
        if !known {
            return lost(&LINK_PUBLISHER);
        }
        let mut writers = parties.iter_mut().rev().filter(|party| party.kind == PartyKind::Writer);
        match writers.find(|party| named.is_empty() || party.number == named) {
            Some(writer) if !writer.publishers.contains(&number) => writer.publishers.push(number),
            Some(_) => {}
            None => lost(&LINK_WRITER),
        }
    }

    fn recording(&mut self, record: &Record<'_>, findings: &mut Findings) {
        record.date(&RELEASED, findings);
        let why = Said::plain("royalty-duration");
        record.optional(&RELEASE_DURATION, findings, why, identifier::seconds);
        let isrc = identified(record, &ISRC, Identifier::Isrc, findings);
        let isrcs = &mut self.work.isrcs;
        isrcs.extend(isrc.filter(|isrc| !isrcs.contains(isrc)));
    }

    /// The work, when all of it is there and nothing puts its shares or identity in doubt.
    pub(super) fn end(mut self, findings: &mut Findings) -> Option<Work> {
        let mut fails = |lost: &mut bool, field: &'static str, value: String, reason| {
            *lost = true;
            let (line, record, left_out) = (self.line, self.kind.clone(), LeftOut::Item);
            findings.add(Finding { line, record, field, value, left_out, reason });
        };
        if !self.named {
            fails(&mut self.lost, "", String::new(), Said::plain("royalty-no-work"));
            return None;
        }
        let parties = &self.work.interested_parties;
        if !parties.iter().any(|party| party.kind == PartyKind::Writer) {
            fails(&mut self.lost, "", String::new(), Said::plain("royalty-no-writer"));
        }
        for category in CATEGORIES {
            let shares = parties.iter().filter_map(|party| party.shares.get(category));
            let sum = shares.fold(0_u64, |sum, share| sum.saturating_add(u64::from(*share)));
            if sum > WHOLE {
                let args = vec![("category", category.into()), ("sum", sum.to_string().into())];
                let why = Said::message("royalty-shares", args);
                fails(&mut self.lost, "shares", sum.to_string(), why);
            }
        }
        (!self.lost).then_some(self.work)
    }
}

/// An identifier in its bare form; one that does not hold is told, and taken as not given.
fn identified(
    record: &Record<'_>,
    field: &Field,
    kind: Identifier,
    findings: &mut Findings,
) -> Option<String> {
    let text = record.cut(field);
    let nothing = text.trim_start_matches(['T', 'I']).replace(['-', '.'], "");
    if !given(&nothing) {
        return None;
    }
    let why = Said::message("royalty-identifier", vec![("kind", identifier::named(kind))]);
    record.optional(field, findings, why, |text| identifier::bare(kind, text))
}
