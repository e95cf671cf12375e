//! A period report: what moved in an account since the last one (spec §23.13; C07).

use serde_json::{Value as Json, json};
use tamga_format::body::Submission;
use tamga_state::status::{Account, Flows};

use super::PoolName;
use super::run::{Scribe, Written};
use crate::error::CliError;
use crate::text;

/// The figures of a report, in tiyn, as their fields are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Name and amount, from the opening to the closing balance.
    pub amounts: Vec<(&'static str, i64)>,
    /// Whether anything moved.
    pub moved: bool,
}

impl Figures {
    /// What moved in an account since its last report; `unclaimed` is what nobody claimed.
    ///
    /// # Errors
    /// When the balance is beyond 64 bits.
    pub fn of(account: &Account, unclaimed: i64) -> Result<Self, CliError> {
        let moved = account.flows.since(&account.reported);
        let closing = moved.closing(account.closing);
        let closing = closing.ok_or_else(|| CliError::bug("the balance is beyond 64 bits"))?;
        let amounts = vec![
            ("opening", account.closing),
            ("collected", moved.collected),
            ("deducted", moved.deducted),
            ("allocated", moved.allocated),
            ("paid", moved.paid),
            ("tax", moved.tax),
            ("levied", moved.levied),
            ("redistributed_out", moved.redistributed_out),
            ("redistributed_in", moved.redistributed_in),
            ("unclaimed", unclaimed),
            ("closing", closing),
        ];
        Ok(Self { amounts, moved: moved != Flows::default() })
    }

    /// R11; the account is the pool's, and its period the report's.
    ///
    /// # Errors
    /// When a figure does not have the form of its field.
    pub fn record(
        &self,
        scribe: &Scribe,
        purpose: &str,
        account: &PoolName,
        document: &[u8; 32],
    ) -> Result<Submission, CliError> {
        let mut fields = json!({
            "sphere": account.sphere.name(), "currency": account.currency,
            "report_period": account.period, "document_hash": text::hex(document),
        });
        for (name, amount) in &self.amounts {
            fields[*name] = Json::from(*amount);
        }
        let subject = account.cmo();
        let written = Written { kind: "R11", subject, subjects: &[], fields, body: json!({}) };
        scribe.write(purpose, &written)
    }
}
