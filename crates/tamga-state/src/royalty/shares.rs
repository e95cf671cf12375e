//! R02: who holds which share of a work (spec §23.7; C08).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::work::registrant;
use super::{Cmo, day, document, required_day, text};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_body, at_field};
use crate::overlay::Effects;
use crate::status::{RightsholderStatus, ShareSet, Work};
use crate::told::Told;
use crate::view::View;
use tamga_format::body::Body;

const VALID_FROM: (u16, &str) = (3, "valid_from");
const VALID_TO: (u16, &str) = (4, "valid_to");

/// R02: the whole set of shares of a work in a category and territory, from a day on.
pub(crate) fn shares<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::of(case)?;
    let Some(mut work) = case.primary::<Work>()? else {
        return Err(Rejection::new(Code::SubjectUnknown, "/subject", "no such work is registered"));
    };
    let Some(writer) = case.writer.organisation else {
        let detail = "only an organisation sets shares";
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    };
    registrant(case, Some(&work), writer)?;
    document(case)?;
    let complete = text(case, 5) == Some("COMPLETE");
    let (parties, total_bp) = if case.is_unseen() {
        (case.named(Role::Rightsholder), told_bp(case, complete))
    } else {
        read(case)
    };
    let named = parties.iter().map(|party| Subject::new(Role::Rightsholder, *party));
    case.expect_subjects(named.chain(cmo.as_ref().map(|cmo| cmo.subject)).collect())?;

    let fits = if complete { total_bp == Work::WHOLE_BP } else { total_bp < Work::WHOLE_BP };
    if !fits {
        let wanted = if complete { "are 10,000 bp" } else { "leave some of 10,000 bp open" };
        let detail = format!("{} shares {wanted}", text(case, 5).unwrap_or_default());
        return Err(at_body(Code::SharesNotWhole, "shares", detail));
    }
    put(case, &mut work, total_bp)?;

    let mut effects = Effects::default();
    if let (false, Ok(bp)) = (complete, u16::try_from(total_bp)) {
        effects.told.push((case.record.subject, Told::Shares(bp)));
    }
    case.write(&mut effects, case.record.subject.id, &work)?;
    for party in parties {
        let status: RightsholderStatus = case.status(party)?.unwrap_or_default();
        case.write(&mut effects, party, &status)?;
    }
    if let Some(cmo) = cmo {
        cmo.write(case, &mut effects)?;
    }
    Ok(effects)
}

/// The parties of the body's shares, each once and in order, and the sum of their basis points.
fn read<V: View>(case: &Judgement<'_, V>) -> (Vec<SubjectId>, u64) {
    let rows = case.at_hand.body().map(rows).unwrap_or_default();
    let mut parties: Vec<SubjectId> = rows.iter().map(|(party, _)| *party).collect();
    parties.sort_unstable();
    parties.dedup();
    let total_bp = rows.iter().fold(0_u64, |sum, (_, bp)| sum.saturating_add((*bp).into()));
    (parties, total_bp)
}

/// The sum of the basis points of a body that is not at hand.
fn told_bp<V: View>(case: &Judgement<'_, V>, complete: bool) -> u64 {
    if complete {
        return Work::WHOLE_BP;
    }
    match case.at_hand.must_be_told(&case.record.subject) {
        Some(Told::Shares(bp)) => bp.into(),
        Some(Told::State(_) | Told::Money(..)) | None => 0,
    }
}

/// The shares in the body of R02: party and basis points.
#[must_use]
pub fn rows(body: &Body) -> Vec<(SubjectId, u16)> {
    let rows = body.get("shares").and_then(Value::as_list).unwrap_or_default();
    let row = |row: &Value| match row.as_list() {
        Some([party, _, bp]) => {
            Some((SubjectId(party.as_array_of()?), u16::try_from(bp.as_u64()?).ok()?))
        }
        _ => None,
    };
    rows.iter().filter_map(row).collect()
}

/// The set follows the last one of its territory, which ends then.
fn put<V: View>(case: &Judgement<'_, V>, work: &mut Work, total_bp: u64) -> Result<(), Rejection> {
    let territory = text(case, 2).unwrap_or_default().to_owned();
    let from = required_day(case, VALID_FROM)?;
    let to = day(case, VALID_TO.0);
    if to.is_some_and(|to| to <= from) {
        return Err(at_field(Code::DateOrder, VALID_TO.1, "it ends before it begins"));
    }
    if work.shares.iter().any(|known| known.territory == territory && known.from > from) {
        let detail = "a later set of shares is recorded for the territory";
        return Err(at_field(Code::DateOrder, VALID_FROM.1, detail));
    }
    work.shares.retain(|known| known.territory != territory || known.from != from);
    for known in work.shares.iter_mut().filter(|known| known.territory == territory) {
        known.to = Some(known.to.map_or(from, |to| to.min(from)));
    }
    if work.shares.len() >= Work::SHARES_MAX {
        let detail = format!("the work has {} sets of shares, the limit", Work::SHARES_MAX);
        return Err(Rejection::new(Code::StatusFull, "/subject", detail));
    }
    work.shares.push(ShareSet { record: case.id, territory, from, to, total_bp });
    Ok(())
}
