//! E09: what execution is levied on, through whom, and how a levy on royalties ends; E11: money that came of one
//! (spec §16.6, §16.16).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use crate::civil::day_of;
use crate::codes::{Code, Rejection};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_body, at_field};
use crate::status::{Batch, BatchContent, Case, Money, RoyaltyLevies};
use crate::view::View;

use super::proceeding::named;
use super::step::word;

/// Field of E09: whether a levy is applied or lifted.
pub(super) const STEP: u16 = 6;
/// The word for the latter.
pub(super) const LIFTED: &str = "LIFTED";
const ROYALTIES: &str = "ROYALTIES";
/// Field of E11: the batch of payouts that the money was levied in.
const PAYOUT_BATCH: (u16, &str) = (4, "payout_batch");

/// Who may be the payer of each kind of levy, and whether the levy is limited to an amount.
const LEVIES: &[(&str, &[&str], bool)] = &[
    ("FUNDS", &["BANK", "DEBTOR"], true),
    ("WAGES", &["EMPLOYER"], false),
    ("PROPERTY", &["BUYER", "DEBTOR"], false),
    ("RECEIVABLES", &["THIRD_PARTY"], true),
    (ROYALTIES, &["CMO"], true),
    ("NON_MONETARY", &["DEBTOR", "THIRD_PARTY"], false),
];

/// Whether a levy is on royalties, so that it names the debtor as a rightsholder too.
pub(super) fn on_royalties(record: &Record) -> bool {
    word(record, 1) == ROYALTIES
}

pub(super) fn check<V: View>(
    judged: &Judgement<'_, V>,
    money: impl FnOnce() -> Result<Option<Money>, Rejection>,
) -> Result<(), Rejection> {
    let (kind, payer) = (word(judged.record, 1), word(judged.record, 2));
    let Some((_, payers, limited)) = LEVIES.iter().find(|(known, _, _)| *known == kind) else {
        return Err(at_field(Code::Validation, "levy_kind", "unknown"));
    };
    if !payers.contains(&payer) {
        let detail = format!("a levy on {kind} goes through {}", payers.join(" or "));
        return Err(at_field(Code::Validation, "payer_kind", detail));
    }
    if kind == ROYALTIES && judged.record.field(5).is_none() {
        let detail = "a levy on royalties names the organisation that pays them";
        return Err(at_field(Code::Validation, "payer_id", detail));
    }
    let rate = judged.record.field(4).and_then(Value::as_i64);
    if (kind == "WAGES") != rate.is_some() {
        let detail = "a levy on wages has a rate, and no other";
        return Err(at_field(Code::Validation, "rate_bp", detail));
    }
    let day = day_of(judged.record.event_time);
    let most = parameters::number(judged.view, Name::WageWithholdingMaxBp, day)?;
    if let (Some(rate), Some(most)) = (rate, most)
        && rate > most
    {
        let detail = format!("wage_withholding_max_bp is {most}");
        return Err(at_field(Code::LimitExceeded, "rate_bp", detail));
    }
    if *limited && judged.lacks("limit_amount") {
        let detail = format!("a levy on {kind} needs the amount it is limited to");
        return Err(at_body(Code::Validation, "limit_amount", detail));
    }
    if judged.has("limit_amount")
        && let Some(money) = money()?
        && judged.amount("limit_amount") > money.unpaid()
    {
        let detail = "it exceeds what is due and not paid yet";
        return Err(at_body(Code::LimitExceeded, "limit_amount", detail));
    }
    Ok(())
}

/// What a levy does to its case. One debtor is one rightsholder, so all levies of a case are on one's royalties.
pub(super) fn apply(case: &mut Case, record: &Record) -> Result<(), Rejection> {
    case.levies = case.levies.saturating_add(1);
    if !on_royalties(record) {
        return Ok(());
    }
    // Who names nobody is told so when the subjects are judged.
    let rightsholder = named(record, Role::Rightsholder).unwrap_or(SubjectId([0; 32]));
    let known = case.royalties.unwrap_or(RoyaltyLevies { rightsholder, count: 0 });
    if known.rightsholder != rightsholder {
        let known = Subject::new(Role::Rightsholder, known.rightsholder);
        let detail = format!("the case levies on the royalties of {known}");
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
    }
    let count = known.count.saturating_add(1);
    case.royalties = Some(RoyaltyLevies { rightsholder, count });
    Ok(())
}

/// What the end of a levy on royalties does to its case.
pub(super) fn lift(case: &mut Case) -> Result<(), Rejection> {
    let Some(known) = case.royalties else {
        let detail = "the case has no levy on royalties that is not lifted";
        return Err(at_field(Code::LevyNotInForce, "step", detail));
    };
    let left = RoyaltyLevies { count: known.count.saturating_sub(1), ..known };
    case.royalties = (left.count > 0).then_some(left);
    Ok(())
}

/// A levy on royalties is lifted with the organisation that was to pay. Other levies have no effect in the ledger beyond
/// their case, and end with it.
pub(super) fn check_lifting<V: View>(judged: &Judgement<'_, V>) -> Result<(), Rejection> {
    let record = judged.record;
    if !on_royalties(record) {
        let detail = "a levy on royalties is lifted by a record, and no other";
        return Err(at_field(Code::Validation, "levy_kind", detail));
    }
    if word(record, 2) != "CMO" {
        let detail = "a levy on royalties goes through CMO";
        return Err(at_field(Code::Validation, "payer_kind", detail));
    }
    if record.field(4).is_some() {
        return Err(at_field(Code::Validation, "rate_bp", "a levy on wages has a rate"));
    }
    if judged.has("limit_amount") {
        let detail = "nothing is levied any more";
        return Err(at_body(Code::Validation, "limit_amount", detail));
    }
    Ok(())
}

/// Money that is said to come out of a batch of payouts was levied in it: the batch is one, and levied as much.
///
/// Only this one recovery is held against the batch. Their sum would be an amount of a person that every validator
/// reads in the batch's status, and would outdate the base of each payout that waits for the batch.
pub(super) fn check_recovery<V: View>(judged: &Judgement<'_, V>) -> Result<(), Rejection> {
    let (number, name) = PAYOUT_BATCH;
    let Some(id) = judged.record.field(number).and_then(Value::as_array_of).map(SubjectId) else {
        return Ok(());
    };
    if word(judged.record, 1) != ROYALTIES {
        let detail = "a batch of payouts stands with the source ROYALTIES";
        return Err(at_field(Code::Validation, name, detail));
    }
    let batch: Option<Batch> = judged.status(Subject::new(Role::Batch, id).id)?;
    let levied = batch.and_then(|batch| match batch.content {
        BatchContent::Payout(payout) => Some(payout.paid[2]),
        BatchContent::Usage(_) | BatchContent::Allocation(_) => None,
    });
    match levied.filter(|levied| *levied > 0) {
        None => {
            let detail = "it is no batch of payouts in which something was levied";
            Err(at_field(Code::TargetUnknown, name, detail))
        }
        Some(levied) if judged.amount("amount") > levied => {
            let detail = "less was levied in the batch";
            Err(at_body(Code::LimitExceeded, "amount", detail))
        }
        Some(_) => Ok(()),
    }
}
