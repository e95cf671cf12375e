//! The money of a case: recovered sums are neither lost nor invented (spec §16.6).
//!
//! Amounts are confidential, so a refusal names the fields that disagree, never the difference.

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::{SubjectId, sha256, tag};

use crate::catalogue::{AMOUNT_MAX, WriterRole, payout_line};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_body};
use crate::matrix::Stage;
use crate::overlay::Effects;
use crate::status::{Amounts, Case, Money};
use crate::view::{Private, View, ViewError};

use super::correction::History;
use super::step::Step;

/// The salt of the private state after a record: the previous salt and the body's, chained.
fn next_salt(previous: &[u8; 32], body: &Body) -> [u8; 32] {
    let mut parts: Vec<&[u8]> = vec![tag::PRIVATE_SALT, previous];
    parts.extend(body.fields().iter().map(|field| field.salt.as_slice()));
    sha256(&parts)
}

/// Moves the case's money as the step says, and commits to it in the case's status.
pub(super) fn apply<V: View>(
    judged: &Judgement<'_, V>,
    step: &Step,
    history: Option<&History>,
    after: &mut Case,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let (salt, money) = match step {
        Step::Present => ([0; 32], Money { due: judged.amount("amount_due"), ..Money::default() }),
        Step::Recover => {
            let (salt, mut money) = load(judged, after)?;
            recover(judged, &mut money)?;
            (salt, money)
        }
        Step::PayOut => {
            let (salt, mut money) = load(judged, after)?;
            pay_out(judged, after, &mut money)?;
            (salt, money)
        }
        Step::Close(stage) => return close(judged, *stage, &load(judged, after)?.1),
        Step::Correct(how) => {
            let (Some(history), Some(_)) = (history, judged.body) else {
                return history.map_or(Ok(()), |history| history.expects_no_money(*how));
            };
            let (salt, mut money) = load(judged, after)?;
            history.move_money(judged, *how, &mut money)?;
            (salt, money)
        }
        _ => return Ok(()),
    };
    let Some(body) = judged.body else { return Ok(()) };
    let private = Private { salt: next_salt(&salt, body), bytes: money.encode() };
    after.money = private.commitment();
    effects.private = Some((judged.record.subject, Some(private)));
    Ok(())
}

/// The money as it stands, and the salt of its commitment.
fn load<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<([u8; 32], Money), Rejection> {
    let subject = judged.record.subject;
    let private = judged.view.private(&subject)?.ok_or(ViewError::PrivateMissing(subject))?;
    let money = Money::decode(&private.bytes);
    match money {
        Ok(money) if private.commitment() == case.money => Ok((private.salt, money)),
        Ok(_) | Err(_) => Err(ViewError::Corrupt(subject).into()),
    }
}

/// E11: more was recovered, perhaps more than is due; the surplus is returned later.
fn recover<V: View>(judged: &Judgement<'_, V>, money: &mut Money) -> Result<(), Rejection> {
    let amount = judged.amount("amount");
    money.recovered = money.recovered.saturating_add(amount);
    if amount == 0 || money.recovered > AMOUNT_MAX {
        let detail = "it must be above 0, and the sum of all recoveries below 10^17 tiyn";
        return Err(at_body(Code::AmountOutOfRange, "amount", detail));
    }
    Ok(())
}

/// E12: the parts add up to the total, and the total was recovered and not given out before.
fn pay_out<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    money: &mut Money,
) -> Result<(), Rejection> {
    let paid = lines_total(judged, case)?;
    let part = |name| judged.amount(name);
    let (fee, expenses, sanction) = (part("fee"), part("expenses"), part("sanction"));
    let (retained, returned) = (part("retained"), part("returned"));
    if fee > 0 && judged.writer.role != WriterRole::PrivateBailiff {
        return Err(at_body(Code::RoleForbidden, "fee", "only private bailiffs earn a fee"));
    }
    if sanction > 0 && judged.writer.role != WriterRole::StateBailiff {
        return Err(at_body(
            Code::RoleForbidden,
            "sanction",
            "only state bailiffs levy the sanction",
        ));
    }
    let sum =
        [fee, expenses, sanction, retained, returned].into_iter().try_fold(paid, i64::checked_add);
    let total = part("total");
    if total == 0 || sum != Some(total) {
        let detail = "total differs from lines + fee + expenses + sanction + retained + returned";
        return Err(at_body(Code::TotalsMismatch, "total", detail));
    }
    if money.undistributed().is_none_or(|rest| total > rest) {
        let detail = "total exceeds what was recovered and not yet distributed";
        return Err(at_body(Code::TotalsMismatch, "total", detail));
    }
    // No sum below overflows: all of them together are at most what was recovered.
    money.distributed = money.distributed.saturating_add(paid);
    money.fee = money.fee.saturating_add(fee);
    money.expenses = money.expenses.saturating_add(expenses);
    money.sanction = money.sanction.saturating_add(sanction);
    money.retained = money.retained.saturating_add(retained);
    money.returned = money.returned.saturating_add(returned);
    Ok(())
}

/// What the lines pay; each goes to a claimant of this case, in the order of its claim.
fn lines_total<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<i64, Rejection> {
    let lines =
        judged.body.and_then(|body| body.get("lines")).and_then(Value::as_list).unwrap_or_default();
    let mut sum = 0_i64;
    for (at, line) in lines.iter().enumerate() {
        let refuse = |code, detail: &str| Rejection::new(code, format!("/body/lines/{at}"), detail);
        let Some((order, claimant, amount)) = payout_line(line) else {
            return Err(refuse(Code::Validation, "a line is [order, claimant, amount]"));
        };
        if !case.claimants.contains(&SubjectId(claimant)) {
            return Err(refuse(Code::PayeeNotParty, "the payee is no claimant of this case"));
        }
        if order != case.claim_order {
            return Err(refuse(Code::ClaimOrder, "the order is not that of the case"));
        }
        let next = sum.checked_add(amount);
        sum =
            next.ok_or_else(|| refuse(Code::AmountOutOfRange, "the lines' sum is out of range"))?;
    }
    Ok(sum)
}

/// E15: nothing is left undistributed, and the totals stated are those of the case.
fn close<V: View>(judged: &Judgement<'_, V>, stage: Stage, money: &Money) -> Result<(), Rejection> {
    if money.undistributed() != Some(0) {
        let detail = "recovered funds are not distributed yet";
        return Err(Rejection::new(Code::FundsUndistributed, "/fields/outcome", detail));
    }
    for (name, is) in [("recovered", money.recovered), ("distributed", money.distributed)] {
        let stated = judged.has(name);
        if stage == Stage::ClosedExecuted && !stated {
            let detail = "an executed case states what was recovered and distributed";
            return Err(at_body(Code::Validation, name, detail));
        }
        if stated && judged.amount(name) != is {
            let detail = format!("{name} differs from the sum of the case's records");
            return Err(at_body(Code::TotalsMismatch, name, detail));
        }
    }
    Ok(())
}
