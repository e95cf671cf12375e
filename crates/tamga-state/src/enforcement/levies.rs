//! E09: what execution is levied on, and through whom (spec §16.16).

use tamga_format::cbor::Value;

use crate::civil::day_of;
use crate::codes::{Code, Rejection};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_body, at_field};
use crate::status::Money;
use crate::view::View;

use super::step::word;

/// Who may be the payer of each kind of levy, and whether the levy is limited to an amount.
const LEVIES: &[(&str, &[&str], bool)] = &[
    ("FUNDS", &["BANK", "DEBTOR"], true),
    ("WAGES", &["EMPLOYER"], false),
    ("PROPERTY", &["BUYER", "DEBTOR"], false),
    ("RECEIVABLES", &["THIRD_PARTY"], true),
    ("ROYALTIES", &["CMO"], true),
    ("NON_MONETARY", &["DEBTOR", "THIRD_PARTY"], false),
];

/// Whether a levy is on royalties, so that it names the debtor as a rightsholder too.
pub(super) fn on_royalties(record: &tamga_format::record::Record) -> bool {
    word(record, 1) == "ROYALTIES"
}

pub(super) fn check<V: View>(
    judged: &Judgement<'_, V>,
    money: impl FnOnce() -> Result<Money, Rejection>,
) -> Result<(), Rejection> {
    let (kind, payer) = (word(judged.record, 1), word(judged.record, 2));
    let Some((_, payers, limited)) = LEVIES.iter().find(|(known, _, _)| *known == kind) else {
        return Err(at_field(Code::Validation, "levy_kind", "unknown"));
    };
    if !payers.contains(&payer) {
        let detail = format!("a levy on {kind} goes through {}", payers.join(" or "));
        return Err(at_field(Code::Validation, "payer_kind", detail));
    }
    if kind == "ROYALTIES" && judged.record.field(5).is_none() {
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
    if *limited && !judged.has("limit_amount") {
        let detail = format!("a levy on {kind} needs the amount it is limited to");
        return Err(at_body(Code::Validation, "limit_amount", detail));
    }
    if judged.has("limit_amount") && judged.amount("limit_amount") > money()?.unpaid() {
        let detail = "it exceeds what is due and not paid yet";
        return Err(at_body(Code::LimitExceeded, "limit_amount", detail));
    }
    Ok(())
}
