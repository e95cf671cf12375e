//! CWR (Common Works Registration, CISAC) 2.1 and 2.2: records of fixed columns, one per line.
//!
//! A file is `HDR`, groups from `GRH` to `GRT`, and `TRL`. A group holds transactions; one registers a work, from `NWR`,
//! `REV`, `ISW` or `EXC` on, or answers a registration, from `ACK` on with the registration behind it.
//!
//! What a fault costs follows the standard's levels: an optional field is taken as not given, a territory or a link is
//! left out, and a work is left out whose shares or identity are in doubt. Counts that do not agree cost nothing. A
//! transaction that the file breaks off in is left out.

mod record;
mod transaction;

use std::collections::BTreeMap;

use self::record::{Field, Record};
use self::transaction::Open;
use super::lines::{self, Line};
use super::work::Work;
use super::{Finding, LeftOut, Read, identifier};
use crate::error::CliError;
use crate::lang::Said;

/// Versions that are read, as `GRH` writes them.
const VERSIONS: [&str; 2] = ["02.10", "02.20"];

/// Records of a transaction that are read.
const READ: [&str; 17] = [
    "NWR", "REV", "ISW", "EXC", "SPU", "SPT", "OPU", "OPT", "SWR", "SWT", "OWR", "OWT", "PWR",
    "ALT", "PER", "REC", "MSG",
];

/// Records of the standard that tell nothing that is taken: names in other alphabets, versions, instruments, origins.
const PASSED: [&str; 21] = [
    "NPA", "NPN", "NPR", "NPX", "NWN", "NAT", "NCT", "NVT", "NET", "NOW", "EWT", "VER", "COM",
    "INS", "IND", "ORN", "ARI", "XRF", "TER", "IPA", "SWN",
];

const SENT: Field = Field { name: "creation_date", at: 64, len: 8 };
const TRANSMITTED: Field = Field { name: "transmission_date", at: 78, len: 8 };
const GROUP_TYPE: Field = Field { name: "transaction_type", at: 3, len: 3 };
const GROUP_ID: Field = Field { name: "group_id", at: 6, len: 5 };
const VERSION: Field = Field { name: "version", at: 11, len: 5 };
const TRAILER_ID: Field = Field { name: "group_id", at: 3, len: 5 };
const TRAILER_GROUPS: Field = Field { name: "group_count", at: 3, len: 5 };
const TRANSACTIONS: Field = Field { name: "transaction_count", at: 8, len: 8 };
const RECORDS: Field = Field { name: "record_count", at: 16, len: 8 };

/// Whether a file is CWR: it begins with the record that every transmission begins with.
#[must_use]
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start().starts_with(b"HDR")
}

/// Reads a file of works.
///
/// # Errors
/// When it has too many lines, or does not begin with `HDR`: then it is not CWR.
pub fn read(bytes: &[u8]) -> Result<Read<Work>, CliError> {
    let (lines, _) = lines::split(bytes, "what-cwr")?;
    let begins = lines.first().and_then(|line| line.text).is_some_and(|it| it.starts_with("HDR"));
    if !begins {
        return Err(CliError::unreadable(Said::plain("what-cwr"), Said::plain("detail-no-hdr")));
    }
    let mut reader = Reader::default();
    for line in &lines {
        reader.line(line);
    }
    Ok(reader.end())
}

/// A group that is being read.
struct Group {
    /// Its id as written.
    id: String,
    /// The type of its transactions.
    kind: String,
    /// Whether its version is one that is read.
    known: bool,
    /// Records so far, with `GRH`.
    records: u64,
    /// Transactions so far.
    transactions: u64,
    /// The number that the next one has.
    next: u64,
}

impl Group {
    /// Whether it holds answers in a version that is not read.
    fn answers_unread(&self) -> bool {
        self.kind == "ACK" && !self.known
    }
}

#[derive(Default)]
struct Reader {
    out: Read<Work>,
    group: Option<Group>,
    open: Option<Open>,
    groups: u64,
    transactions: u64,
    records: u64,
    ended: bool,
    last: u64,
    /// Types that are not read: first line and how many.
    unread: BTreeMap<String, (u64, u64)>,
    /// First lines by ISWC and by the submitter's number.
    iswcs: BTreeMap<String, u64>,
    numbers: BTreeMap<String, u64>,
}

impl Reader {
    fn find(&mut self, record: &Record<'_>, field: Option<&Field>, left_out: LeftOut, why: Said) {
        self.out.findings.add(record.finding(field, left_out, why));
    }

    fn line(&mut self, line: &Line<'_>) {
        self.last = line.number;
        self.records = self.records.saturating_add(1);
        if let Some(group) = &mut self.group {
            group.records = group.records.saturating_add(1);
        }
        let Some(record) = Record::of(line) else {
            let whole = self.open.is_some();
            if let Some(open) = &mut self.open {
                open.lost = true;
            }
            let left_out = if whole { LeftOut::Item } else { LeftOut::Record };
            let reason = Said::plain("royalty-not-text");
            let record = String::new();
            let value = String::new();
            let finding = Finding { line: line.number, record, field: "", value, left_out, reason };
            self.out.findings.add(finding);
            return;
        };
        if self.ended {
            return self.find(&record, None, LeftOut::Record, Said::plain("royalty-after-trl"));
        }
        match record.kind {
            "HDR" => self.header(&record),
            "GRH" => self.group_begins(&record),
            "GRT" => self.group_ends(&record),
            "TRL" => self.file_ends(&record),
            "ACK" => self.transaction_begins(&record),
            "NWR" | "REV" | "ISW" | "EXC" | "AGR" => {
                let unread = self.group.as_ref().is_some_and(Group::answers_unread);
                let answered = self.open.as_ref().is_some_and(|open| open.answers(&record));
                if answered || unread {
                    self.member(&record);
                } else {
                    self.transaction_begins(&record);
                }
            }
            _ => self.member(&record),
        }
    }

    fn header(&mut self, record: &Record<'_>) {
        if self.records > 1 {
            return self.find(record, None, LeftOut::Record, Said::plain("royalty-second-hdr"));
        }
        for field in [SENT, TRANSMITTED] {
            record.date(&field, &mut self.out.findings);
        }
    }

    fn group_begins(&mut self, record: &Record<'_>) {
        self.close();
        if self.group.is_some() {
            self.find(record, None, LeftOut::Nothing, Said::plain("royalty-no-grt"));
        }
        self.groups = self.groups.saturating_add(1);
        let version = record.cut(&VERSION);
        let known = VERSIONS.contains(&version.as_str());
        if !known {
            let args = vec![("known", "2.1, 2.2".into())];
            let why = Said::message("royalty-version", args);
            self.find(record, Some(&VERSION), LeftOut::Group, why);
        }
        self.group = Some(Group {
            id: record.cut(&GROUP_ID),
            kind: record.cut(&GROUP_TYPE),
            known,
            records: 1,
            transactions: 0,
            next: 0,
        });
    }

    fn group_ends(&mut self, record: &Record<'_>) {
        self.close();
        let Some(group) = self.group.take() else {
            return self.find(record, None, LeftOut::Record, Said::plain("royalty-no-grh"));
        };
        if record.cut(&TRAILER_ID) != group.id {
            let args = vec![("found", group.id.as_str().into())];
            let why = Said::message("royalty-group-id", args);
            self.find(record, Some(&TRAILER_ID), LeftOut::Nothing, why);
        }
        self.counted(record, &TRANSACTIONS, group.transactions);
        self.counted(record, &RECORDS, group.records);
    }

    fn file_ends(&mut self, record: &Record<'_>) {
        self.close();
        if self.group.take().is_some() {
            self.find(record, None, LeftOut::Nothing, Said::plain("royalty-no-grt"));
        }
        self.counted(record, &TRAILER_GROUPS, self.groups);
        self.counted(record, &TRANSACTIONS, self.transactions);
        self.counted(record, &RECORDS, self.records);
        self.ended = true;
    }

    /// Compares what a trailer says with what is there.
    fn counted(&mut self, record: &Record<'_>, field: &Field, found: u64) {
        if record.number(field) != Some(found) {
            let args = vec![("found", found.to_string().into())];
            let why = Said::message("royalty-count", args);
            self.find(record, Some(field), LeftOut::Nothing, why);
        }
    }

    fn transaction_begins(&mut self, record: &Record<'_>) {
        self.close();
        let Some(group) = &mut self.group else {
            return self.find(record, None, LeftOut::Record, Said::plain("royalty-no-grh"));
        };
        self.transactions = self.transactions.saturating_add(1);
        group.transactions = group.transactions.saturating_add(1);
        let mut findings = Vec::new();
        if group.kind != record.kind {
            let args = vec![("found", group.kind.as_str().into())];
            let why = Said::message("royalty-group-kind", args);
            findings.push(record.finding(None, LeftOut::Nothing, why));
        }
        let number = record.number(&record::TRANSACTION);
        if number != Some(group.next) {
            let args = vec![("expected", group.next.to_string().into())];
            let why = Said::message("royalty-transaction-order", args);
            findings.push(record.finding(Some(&record::TRANSACTION), LeftOut::Nothing, why));
        }
        group.next = number.unwrap_or(group.next).saturating_add(1);
        if !group.known {
            self.out.left_out = self.out.left_out.saturating_add(1);
        } else if record.kind == "AGR" {
            self.unread(record);
        } else {
            self.open = Some(Open::new(record, &mut findings));
        }
        findings.into_iter().for_each(|finding| self.out.findings.add(finding));
    }

    /// A record that begins nothing.
    fn member(&mut self, record: &Record<'_>) {
        if let Some(open) = &mut self.open {
            open.take(record, &mut self.out.findings);
        } else if self.group.is_none() {
            return self.find(record, None, LeftOut::Record, Said::plain("royalty-no-grh"));
        }
        // Without an open transaction, what the record belongs to is told of already.
        if !READ.contains(&record.kind) && !PASSED.contains(&record.kind) {
            self.unread(record);
        }
    }

    fn unread(&mut self, record: &Record<'_>) {
        let unread = self.unread.entry(record.kind.to_owned()).or_insert((record.line, 0));
        unread.1 = unread.1.saturating_add(1);
    }

    /// Ends the open transaction, all of which is there.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let (line, record) = (open.line, open.kind.clone());
        let Some(work) = open.end(&mut self.out.findings) else {
            self.out.left_out = self.out.left_out.saturating_add(1);
            return;
        };
        let mut repeated = |seen: &mut BTreeMap<String, u64>, key: &str, field: &'static str| {
            let first = *seen.entry(key.to_owned()).or_insert(line);
            if first != line {
                let reason =
                    Said::message("royalty-repeated", vec![("line", first.to_string().into())]);
                let (record, value) = (record.clone(), key.to_owned());
                let left_out = LeftOut::Nothing;
                self.out.findings.add(Finding { line, record, field, value, left_out, reason });
            }
        };
        if let Some(iswc) = &work.iswc {
            repeated(&mut self.iswcs, iswc, "iswc");
        }
        repeated(&mut self.numbers, &work.submitter_work, "submitter_work");
        self.out.items.push(work);
    }

    fn end(mut self) -> Read<Work> {
        let at_end = |record: &str, left_out, reason| Finding {
            line: self.last,
            record: record.to_owned(),
            field: "",
            value: String::new(),
            left_out,
            reason,
        };
        if !self.ended {
            let cut_off = self.open.take();
            let left_out = if cut_off.is_some() { LeftOut::Item } else { LeftOut::Nothing };
            self.out.left_out = self.out.left_out.saturating_add(u64::from(cut_off.is_some()));
            self.out.findings.add(at_end("TRL", left_out, Said::plain("royalty-no-trl")));
        }
        for (kind, (line, count)) in std::mem::take(&mut self.unread) {
            let reason = Said::message("royalty-unread", vec![("count", count.to_string().into())]);
            let left_out = LeftOut::Record;
            let value = String::new();
            let finding = Finding { line, record: kind, field: "", value, left_out, reason };
            self.out.findings.add(finding);
        }
        self.out
    }
}

/// Whether a text of a fixed column says something.
fn given(text: &str) -> bool {
    !identifier::is_nothing(text)
}
