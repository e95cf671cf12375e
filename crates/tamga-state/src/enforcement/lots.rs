//! Lots: property from its identification to its sale or return (E10; spec §16.15).

use tamga_format::cbor::Value;
use tamga_format::subject::Role;

use crate::catalogue::WriterRole;
use crate::civil::{DAY_DOUBT, add_months, day_of};
use crate::codes::{Code, Rejection};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_body, at_field};
use crate::status::{Lot, LotStage, Prices};
use crate::view::View;

use super::proceeding::{Act, Proceeding, named};
use super::step::{date, word};

/// Auctions of one lot (EL art. 74), unless the parameter `max_auctions` says otherwise.
const AUCTIONS_MAX: i64 = 2;

/// The stage that a record brings its lot to.
pub(super) fn target(record: &tamga_format::record::Record) -> Result<LotStage, Rejection> {
    LotStage::from_name(word(record, 1))
        .ok_or_else(|| at_field(Code::Validation, "lot_stage", "unknown"))
}

/// Brings the lot that the record names to its next stage.
pub(super) fn advance(
    proceeding: &mut Proceeding,
    act: Act<'_>,
    to: LotStage,
) -> Result<(), Rejection> {
    let Some(id) = named(act.record, Role::Lot) else {
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", "E10 must name its lot"));
    };
    let before = proceeding.lots.get(&id);
    if before.is_some_and(|known| known.case != act.record.subject.id) {
        let detail = "the lot belongs to another case";
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
    }
    let follows = match before {
        Some(known) => known.stage.may_become(to),
        None => to == LotStage::Identified,
    };
    if !follows {
        let from = before.map_or("NONE", |known| known.stage.name());
        let detail = format!("{} does not follow {from}", to.name());
        return Err(at_field(Code::LotStage, "lot_stage", detail));
    }
    let mut lot = before.cloned().unwrap_or(Lot {
        case: act.record.subject.id,
        stage: to,
        since: act.record.event_time,
        round: 0,
        identified_on: None,
        arrested_on: None,
        valued_on: None,
        prices: None,
    });
    lot.stage = to;
    lot.since = act.record.event_time;
    lot.identified_on = date(act.record, 8).or(lot.identified_on);
    match to {
        LotStage::Arrested => lot.arrested_on = date(act.record, 2),
        LotStage::Valued => lot.valued_on = date(act.record, 6),
        LotStage::Listed => lot.round = lot.round.saturating_add(1),
        _ => {}
    }
    proceeding.put_lot(id, lot);
    Ok(())
}

/// Checks what a stage demands; `after` has the lot as the record leaves it.
pub(super) fn check<V: View>(
    judged: &Judgement<'_, V>,
    after: &Proceeding,
    stage: LotStage,
) -> Result<(), Rejection> {
    let Some(lot) = named(judged.record, Role::Lot).and_then(|id| after.lots.get(&id)) else {
        return Ok(());
    };
    by_platform(judged, stage)?;
    let day = date(judged.record, 2).unwrap_or_default();
    if day > day_of(judged.record.event_time).saturating_add(DAY_DOUBT) {
        return Err(at_field(Code::DateOrder, "stage_date", "it lies after the event"));
    }
    let needed: &[(u16, &str)] = match stage {
        LotStage::Identified => &[(3, "asset_kind")],
        LotStage::AppraiserAppointed => &[(7, "appraiser_id")],
        LotStage::Valued => &[(6, "valuation_date")],
        LotStage::Listed => &[(4, "auction_round")],
        LotStage::AuctionHeld => &[(5, "participants")],
        _ => &[],
    };
    if let Some((_, name)) = needed.iter().find(|(field, _)| judged.record.field(*field).is_none())
    {
        let detail = format!("{} needs {name}", stage.name());
        return Err(at_field(Code::Validation, name, detail));
    }
    match stage {
        LotStage::Valued if lot.valued_on > Some(day) => {
            let detail = "it lies after the day the valuation is recorded for";
            Err(at_field(Code::DateOrder, "valuation_date", detail))
        }
        LotStage::Listed => listing(judged, lot, day),
        _ => Ok(()),
    }
}

/// The trading platform records auctions, nothing else.
fn by_platform<V: View>(judged: &Judgement<'_, V>, stage: LotStage) -> Result<(), Rejection> {
    let auction = matches!(
        stage,
        LotStage::Listed | LotStage::AuctionHeld | LotStage::Sold | LotStage::Failed
    );
    if judged.writer.role != WriterRole::Uetp || auction {
        return Ok(());
    }
    let detail = format!("{} is the officer's to record", stage.name());
    Err(at_field(Code::RoleForbidden, "lot_stage", detail))
}

/// The round follows the last one, there are no more than allowed, and the valuation is fresh.
fn listing<V: View>(judged: &Judgement<'_, V>, lot: &Lot, day: i64) -> Result<(), Rejection> {
    let event = day_of(judged.record.event_time);
    let most = parameters::number(judged.view, Name::MaxAuctions, event)?.unwrap_or(AUCTIONS_MAX);
    if i64::try_from(lot.round).is_ok_and(|round| round > most) {
        let detail = format!("{most} auctions were held, which is the limit");
        return Err(at_field(Code::AuctionsExhausted, "auction_round", detail));
    }
    if judged.record.field(4).and_then(Value::as_u64) != Some(lot.round) {
        let detail = format!("this is round {}", lot.round);
        return Err(at_field(Code::Validation, "auction_round", detail));
    }
    let months = parameters::number(judged.view, Name::ValuationValidityM, event)?;
    match (months, lot.valued_on) {
        (Some(months), Some(valued)) if day > add_months(valued, months) => {
            let detail = format!("valuation_validity_m is {months}; value the property again");
            Err(at_field(Code::ValuationExpired, "stage_date", detail))
        }
        (_, _) => Ok(()),
    }
}

/// Sets the lot's prices, as far as they are known; whether the stage has any.
pub(super) fn price<V: View>(
    judged: &Judgement<'_, V>,
    stage: LotStage,
    prices: Option<&mut Prices>,
) -> Result<bool, Rejection> {
    let needs = |name: &str| {
        if judged.lacks(name) {
            let detail = format!("{} needs {name}", stage.name());
            return Err(at_body(Code::Validation, name, detail));
        }
        Ok(judged.amount(name))
    };
    match stage {
        LotStage::Valued => {
            let valuation = needs("valuation")?;
            if let Some(prices) = prices {
                prices.valuation = valuation;
            }
            Ok(true)
        }
        LotStage::Listed => {
            let (start, minimum) = (needs("start_price")?, needs("minimum_price")?);
            if minimum > start {
                let detail = "the lowest price is above the start price";
                return Err(at_body(Code::TotalsMismatch, "minimum_price", detail));
            }
            if let Some(prices) = prices {
                prices.minimum = minimum;
            }
            Ok(true)
        }
        LotStage::Sold => {
            let price = needs("sale_price")?;
            let is_below = |prices: &mut Prices| price < prices.minimum;
            if !judged.is_unseen() && prices.is_some_and(is_below) {
                let detail = "it is below the lowest price of the round";
                return Err(at_body(Code::PriceBelowMinimum, "sale_price", detail));
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}
