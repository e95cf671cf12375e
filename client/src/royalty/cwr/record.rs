//! A record of CWR: its type, and its fields by place. Places count characters from 0.

use super::super::lines::Line;
use super::super::work::{CATEGORIES, Shares};
use super::super::{Finding, Findings, LeftOut, identifier};
use super::given;
use crate::lang::Said;

/// Number of a record's transaction in its group, from 0.
pub(super) const TRANSACTION: Field = Field { name: "transaction_number", at: 3, len: 8 };
/// Number of a record in its transaction, from 0.
pub(super) const SEQUENCE: Field = Field { name: "record_number", at: 11, len: 8 };

/// All of a share, in basis points.
const WHOLE: u16 = 10_000;

/// Where a field stands.
pub(super) struct Field {
    /// Its name in findings.
    pub(super) name: &'static str,
    /// Its first character.
    pub(super) at: usize,
    /// How many there are.
    pub(super) len: usize,
}

/// A line of the file with its type.
pub(super) struct Record<'a> {
    pub(super) line: u64,
    /// Three letters.
    pub(super) kind: &'a str,
    text: &'a str,
}

impl<'a> Record<'a> {
    /// The record of a line; `None` when the line is no text.
    pub(super) fn of(line: &Line<'a>) -> Option<Self> {
        let text = line.text?;
        let kind =
            text.char_indices().nth(3).map_or(text, |(end, _)| text.get(..end).unwrap_or(""));
        Some(Self { line: line.number, kind, text })
    }

    /// A field without the spaces around it; empty beyond the end of the line.
    pub(super) fn cut(&self, field: &Field) -> String {
        let text: String = self.text.chars().skip(field.at).take(field.len).collect();
        text.trim().to_owned()
    }

    /// A field of digits.
    pub(super) fn number(&self, field: &Field) -> Option<u64> {
        let text = self.cut(field);
        let digits = text.len() == field.len && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    }

    /// A finding about this record.
    pub(super) fn finding(
        &self,
        field: Option<&Field>,
        left_out: LeftOut,
        reason: Said,
    ) -> Finding {
        Finding {
            line: self.line,
            record: self.kind.to_owned(),
            field: field.map_or("", |field| field.name),
            value: field.map(|field| self.cut(field)).unwrap_or_default(),
            left_out,
            reason,
        }
    }

    /// A field that is taken as not given when it does not read.
    pub(super) fn optional<T>(
        &self,
        field: &Field,
        findings: &mut Findings,
        reason: Said,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.cut(field);
        if !given(&text) {
            return None;
        }
        let value = read(&text);
        if value.is_none() {
            findings.add(self.finding(Some(field), LeftOut::Field, reason));
        }
        value
    }

    /// Checks a date that nothing is taken from.
    pub(super) fn date(&self, field: &Field, findings: &mut Findings) {
        self.optional(field, findings, Said::plain("royalty-date"), identifier::date);
    }

    /// The three shares at these places; `None` when one is no share, which is told.
    pub(super) fn shares(
        &self,
        fields: &[Field; 3],
        left_out: LeftOut,
        findings: &mut Findings,
    ) -> Option<Shares> {
        let mut shares = Shares::new();
        for (category, field) in CATEGORIES.into_iter().zip(fields) {
            let text = self.cut(field);
            // Blank is none.
            let share = if text.is_empty() { Some(0) } else { self.number(field) };
            match share.and_then(|share| u16::try_from(share).ok()).filter(|it| *it <= WHOLE) {
                Some(share) => shares.insert(category, share),
                None => {
                    let why = Said::plain("royalty-share");
                    findings.add(self.finding(Some(field), left_out, why));
                    return None;
                }
            };
        }
        Some(shares)
    }
}
