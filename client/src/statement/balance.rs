//! That the balance after the last statement is the one that the author's status commits to (spec §14.4, §24.8).
//!
//! The commitment is to the balances with all organisations, and its salt is chained from every statement to the author.
//! So who checks it needs the statements of the other organisations too. In a file of version 2 the status is what a
//! node says of the block it names; in one of version 3, [`whole`](super::whole) proves it.

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};
use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::receipt::Proven;
use tamga_format::subject::{Role, Subject};
use tamga_state::Private;
use tamga_state::catalogue::Kind;
use tamga_state::status::{Amounts as _, Balances, RightsholderStatus, StatementState, decode};

use super::{Shown, StatementError, batches_of, expect, field, mismatch, named, proven, record};
use crate::light::Policies;

/// The status of the author, and what opens the balances in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalancePart {
    /// The status, deterministic CBOR in base64.
    pub status: String,
    /// The block that the node says it is of.
    pub height: u64,
    /// Leaves of the log then.
    pub size: u64,
    /// That block's time.
    pub time: String,
    /// Receipts of the other organisations' statements to the author, with every field of their bodies opened.
    pub others: Vec<String>,
}

/// The balance that the status commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// What the organisation owes after its last statement, in tiyn.
    pub owed: i64,
    /// The block of which this is the status.
    pub height: u64,
    /// Its time.
    pub time: String,
}

/// What the statements to one author come to, one after another.
struct Chain {
    holder: Subject,
    salt: [u8; 32],
    amounts: Balances,
    states: Vec<StatementState>,
}

impl BalancePart {
    /// Checks that the status holds these statements as the last ones and commits to their closing balances.
    pub(super) fn verify(
        &self,
        shown: &Shown,
        own: &[Proven],
        policies: &dyn Policies,
    ) -> Result<Balance, StatementError> {
        let unreadable = |_| StatementError::Unreadable("the author's status".to_owned());
        let status = Base64::decode_vec(&self.status).map_err(unreadable)?;
        let owed = owed(&status, shown, own, &self.others, policies)?;
        Ok(Balance { owed, height: self.height, time: self.time.clone() })
    }
}

/// What the organisation owes by a status, which names the statements of the file and of `others` as the last ones and
/// commits to their closing balances.
pub(super) fn owed(
    status: &[u8],
    shown: &Shown,
    own: &[Proven],
    others: &[String],
    policies: &dyn Policies,
) -> Result<i64, StatementError> {
    let others = others
        .iter()
        .enumerate()
        .map(|(number, text)| proven("other statement", number, text, policies))
        .collect::<Result<Vec<_>, _>>()?;
    for other in &others {
        expect(record(other), Kind::R10)?;
        if named(record(other), Role::Cmo)? == shown.cmo {
            return mismatch("a statement of the organisation stands among the others'");
        }
    }
    let mut all: Vec<&Proven> = own.iter().chain(&others).collect();
    all.sort_unstable_by_key(|proven| proven.index);
    let holder = Subject::new(Role::Rightsholder, shown.rightsholder);
    let mut chain =
        Chain { holder, salt: [0; 32], amounts: Balances::default(), states: Vec::new() };
    for proven in all {
        chain.add(proven)?;
    }

    let unreadable = |_| StatementError::Unreadable("the author's status".to_owned());
    let (_, status) = decode::<RightsholderStatus>(status).map_err(unreadable)?;
    if status.statements != chain.states {
        return mismatch("the author's status names other last statements than the file");
    }
    let opening = Private { salt: chain.salt, bytes: chain.amounts.encode() };
    if status.balances != Some(opening.commitment()) {
        return mismatch("the author's status does not commit to the balances stated");
    }
    let slot = chain.states.iter().position(|state| state.cmo == shown.cmo);
    Ok(slot.and_then(|slot| chain.amounts.0.get(slot)).copied().unwrap_or_default())
}

impl Chain {
    /// A further statement, in the order of the log.
    fn add(&mut self, proven: &Proven) -> Result<(), StatementError> {
        let record = record(proven);
        if record.subject != self.holder {
            return mismatch("a statement among the others' is to another rightsholder");
        }
        let cmo: SubjectId = named(record, Role::Cmo)?;
        let number = |name| field(record, name).and_then(Value::as_u64).unwrap_or_default();
        let covered =
            number("after_batch").saturating_add(batches_of(record, "batches").len() as u64);
        let state = StatementState { cmo, covered, record: RecordId(proven.id.0) };
        let known = self.states.iter().position(|it| it.cmo == cmo);
        let slot = known.unwrap_or(self.states.len());
        let closing = proven.opened.iter().find(|field| field.name == "closing");
        let closing = closing.and_then(|field| field.value.as_i64());
        let Some((amount, closing)) = self.amounts.0.get_mut(slot).zip(closing) else {
            return mismatch("a statement among the others' does not open its closing balance");
        };
        *amount = closing;
        match self.states.get_mut(slot) {
            Some(place) => *place = state,
            None => self.states.push(state),
        }
        let salts = proven.opened.iter().map(|field| &field.salt);
        self.salt = Private::next_salt(&self.holder, &self.salt, salts);
        Ok(())
    }
}
