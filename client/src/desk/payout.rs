//! Payments: who is paid what of an allocation, and the list for the bank (spec §23.11).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tamga_api::draft::parse_subject;
use tamga_format::id::{SubjectId, sha256};
use tamga_format::lines::{PayoutLine, PayoutState};
use tamga_format::subject::{Role, Subject};
use tamga_state::royalty::lines::Remainders;
use tamga_state::status::RightsholderStatus;

use super::ledger::LedgerView;
use super::plan::Tax;
use super::run::Scribe;
use crate::error::CliError;
use crate::lang::Said;
use crate::text;

/// Amounts in tiyn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// To the rightsholder.
    pub net: i64,
    /// Withheld as tax.
    pub tax: i64,
    /// To a bailiff.
    pub levied: i64,
}

/// One payment, as the bank makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Who gets it.
    pub rightsholder: SubjectId,
    /// What.
    pub paid: Paid,
    /// What the payment is called; the line holds its hash.
    pub reference: String,
}

/// What is paid, and what is not though it is owed.
#[derive(Default)]
pub struct Payments {
    /// The lines.
    pub lines: Vec<PayoutLine>,
    /// The list for the bank.
    pub list: Vec<Payment>,
    /// Owed to rightsholders with a levy in force and no amount for the bailiff.
    pub skipped: BTreeMap<SubjectId, i64>,
}

/// How payments are made.
pub struct Terms<'t> {
    /// The tax.
    pub tax: &'t Tax,
    /// What goes to bailiffs, by rightsholder.
    pub levied: &'t BTreeMap<SubjectId, i64>,
    /// Whoever is paid; all if none.
    pub only: Option<&'t BTreeSet<SubjectId>>,
}

impl Payments {
    /// Payments of everything that is owed and not held.
    ///
    /// # Errors
    /// When the node can't be asked, or a bailiff is to get more than is owed after tax.
    pub fn due(
        ledger: &LedgerView<'_>,
        rest: &Remainders,
        terms: &Terms<'_>,
        (scribe, purpose): (&Scribe, &str),
    ) -> Result<Self, CliError> {
        let owed: Vec<(SubjectId, i64)> = rest
            .iter()
            .map(|it| (SubjectId(it.rightsholder), it.open))
            .filter(|(tag, open)| *open > 0 && tag.0 != [0; 32])
            .filter(|(tag, _)| terms.only.is_none_or(|only| only.contains(tag)))
            .collect();
        let subject = |tag: &SubjectId| Subject::new(Role::Rightsholder, *tag);
        ledger.prefetch(owed.iter().map(|(tag, _)| subject(tag)))?;
        let mut payments = Self::default();
        for (tag, open) in owed {
            let status: Option<RightsholderStatus> = ledger.typed(&subject(&tag))?;
            let in_force = status.is_some_and(|status| status.levies > 0);
            let levied = terms.levied.get(&tag).copied().unwrap_or_default();
            let tax = terms.tax.of(open);
            let net = open - tax - levied;
            if net < 0 || (levied > 0 && !in_force) {
                let args = vec![
                    ("rightsholder", subject(&tag).to_text().into()),
                    ("levied", levied.to_string().into()),
                    ("most", if in_force { open - tax } else { 0 }.to_string().into()),
                ];
                let detail = Said::message("detail-levied", args);
                return Err(CliError::unreadable(Said::plain("what-levies"), detail));
            }
            if in_force && levied == 0 && net > 0 {
                payments.skipped.insert(tag, open);
                continue;
            }
            payments.push(tag, Paid { net, tax, levied }, PayoutState::Sent, (scribe, purpose));
        }
        Ok(payments)
    }

    /// Payments that came back.
    #[must_use]
    pub fn returned(
        came_back: &BTreeMap<SubjectId, Paid>,
        (scribe, purpose): (&Scribe, &str),
    ) -> Self {
        let mut payments = Self::default();
        for (tag, paid) in came_back {
            let Paid { net, tax, levied } = *paid;
            let back = Paid { net: -net, tax: -tax, levied: -levied };
            payments.push(*tag, back, PayoutState::Returned, (scribe, purpose));
        }
        payments
    }

    fn push(
        &mut self,
        tag: SubjectId,
        paid: Paid,
        state: PayoutState,
        (scribe, purpose): (&Scribe, &str),
    ) {
        let of = |what: &str| {
            let tag = text::hex(&tag.0);
            scribe.derive(&format!("{purpose} {what} {tag}"), 0)
        };
        let reference: String = text::hex(&of("payment")).chars().take(24).collect();
        self.lines.push(PayoutLine {
            rightsholder: tag.0,
            salt: of("salt"),
            state,
            net: paid.net,
            tax: paid.tax,
            levied: paid.levied,
            payment: sha256(&[reference.as_bytes()]),
        });
        self.list.push(Payment { rightsholder: tag, paid, reference });
    }
}

/// The payment list: a table for the bank.
///
/// # Errors
/// Never, but for a lack of memory.
pub fn list(payments: &[(SubjectId, Payment)]) -> Result<Vec<u8>, CliError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| CliError::bug(&error.to_string());
    table
        .write_record(["rightsholder", "net", "tax", "levied", "reference", "allocation"])
        .map_err(failed)?;
    for (allocation, payment) in payments {
        let Paid { net, tax, levied } = payment.paid;
        table
            .write_record([
                Subject::new(Role::Rightsholder, payment.rightsholder).to_text(),
                net.to_string(),
                tax.to_string(),
                levied.to_string(),
                payment.reference.clone(),
                Subject::new(Role::Batch, *allocation).to_text(),
            ])
            .map_err(failed)?;
    }
    table.into_inner().map_err(|error| CliError::bug(&error.to_string()))
}

/// A table by rightsholder: the amounts of some columns, which may be absent (0).
///
/// # Errors
/// When the file can't be read, a cell is no amount from 0, or a rightsholder stands twice.
pub fn table<const N: usize>(
    path: &Path,
    columns: [&str; N],
) -> Result<BTreeMap<SubjectId, [i64; N]>, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    let bad = |row: usize, detail: String| {
        let args = vec![("row", row.to_string().into()), ("detail", detail.into())];
        let detail = Said::message("detail-row", args);
        CliError::unreadable(path.display().to_string(), detail)
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| bad(1, error.to_string()))?.clone();
    let place = |name: &str| headers.iter().position(|header| header == name);
    let tag_at = place("rightsholder").ok_or_else(|| bad(1, "rightsholder".to_owned()))?;
    let places = columns.map(place);
    let mut rows = BTreeMap::new();
    for (at, record) in reader.records().enumerate() {
        let row = at + 2;
        let record = record.map_err(|error| bad(row, error.to_string()))?;
        let cell = record.get(tag_at).unwrap_or_default();
        let tag = parse_subject(cell).ok().filter(|it| it.role == Role::Rightsholder);
        let tag = tag.map(|it| it.id).or_else(|| text::parse_hex32(cell).map(SubjectId));
        let tag = tag.ok_or_else(|| bad(row, cell.to_owned()))?;
        let mut amounts = [0_i64; N];
        for (slot, place) in amounts.iter_mut().zip(places) {
            let cell = place.and_then(|at| record.get(at)).unwrap_or_default();
            if !cell.is_empty() {
                let amount = cell.parse::<i64>().ok().filter(|amount| *amount >= 0);
                *slot = amount.ok_or_else(|| bad(row, cell.to_owned()))?;
            }
        }
        if rows.insert(tag, amounts).is_some() {
            return Err(bad(row, cell.to_owned()));
        }
    }
    Ok(rows)
}
