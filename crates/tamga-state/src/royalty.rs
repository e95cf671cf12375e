//! The rules of royalties, from works and mandates to payouts and reports (spec §23).

use tamga_format::cbor::Value;
use tamga_format::id::{Height, SubjectId, TreeRoot};
use tamga_format::lines::LinesRoot;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{AMOUNT_MAX, OrganisationKind, WriterRole};
use crate::civil::{DAY_DOUBT, day_of};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field, status_of};
use crate::overlay::Effects;
use crate::status::{
    Account, Accreditation, Batch, CmoStatus, Flows, Organisation, Pool, RightCategories,
    RightCategory, Sphere, Standing,
};
use crate::view::View;

mod allocation;
pub mod audit;
mod collection;
pub mod delay;
pub mod desk;
mod dispute;
mod licence;
pub mod lines;
mod mandate;
mod payment;
mod payout;
pub mod period;
mod report;
mod run;
mod shares;
pub mod statement;
mod usage;
mod work;

pub(crate) use allocation::allocation;
pub(crate) use collection::collection;
pub(crate) use dispute::dispute;
pub(crate) use licence::licence;
pub(crate) use mandate::mandate;
pub(crate) use payment::payment;
pub(crate) use payout::payout;
pub(crate) use report::report;
pub(crate) use run::run;
pub use shares::rows as share_rows;
pub(crate) use shares::shares;
pub(crate) use statement::statement;
pub(crate) use usage::usage;
pub(crate) use work::work;

#[cfg(test)]
mod tests;

/// The collective management organisation that a record is about.
struct Cmo {
    /// Its БИН.
    bin: String,
    /// The subject under which its records stand.
    subject: Subject,
    status: CmoStatus,
}

impl Cmo {
    /// The organisation named by the field `okup_id`. One that writes itself writes of itself.
    fn of<V: View>(case: &Judgement<'_, V>) -> Result<Option<Self>, Rejection> {
        let refuse = |code, detail| Err(at_field(code, "okup_id", detail));
        let own = case.writer.organisation.filter(|_| case.writer.role == WriterRole::Cmo);
        let Some(id) = case.record.field(1).and_then(Value::as_array_of).map(SubjectId) else {
            return match own {
                Some(_) => refuse(Code::Validation, "an organisation names itself"),
                None => Ok(None),
            };
        };
        if own.is_some_and(|own| own != id) {
            return refuse(Code::RoleForbidden, "an organisation writes only of itself");
        }
        let Some(organisation) = case.status::<Organisation>(id)? else {
            return refuse(Code::SubjectUnknown, "the organisation is not registered");
        };
        if organisation.kind != OrganisationKind::Cmo || organisation.standing != Standing::Active {
            let detail = "it is no collective management organisation in function";
            return refuse(Code::SubjectUnexpected, detail);
        }
        let subject = Subject::registered(Role::Cmo, &organisation.bin);
        let status = case.status(subject.id)?.unwrap_or_default();
        Ok(Some(Self { bin: organisation.bin, subject, status }))
    }

    /// The organisation, where the catalogue demands the field.
    fn required<V: View>(case: &Judgement<'_, V>) -> Result<Self, Rejection> {
        Self::of(case)?.ok_or_else(|| at_field(Code::Validation, "okup_id", "it is missing"))
    }

    /// Refuses unless it is accredited in the sphere, or in all of them together, on a day (C11).
    fn accredited<V: View>(
        &self,
        case: &Judgement<'_, V>,
        sphere: Sphere,
        day: i64,
        field: &str,
    ) -> Result<(), Rejection> {
        for sphere in [sphere, Sphere::Combined] {
            let item = Accreditation::subject(&self.bin, sphere);
            let known: Option<Accreditation> = status_of(case.view, &item)?;
            if known.is_some_and(|known| known.holds_on(day)) {
                return Ok(());
            }
        }
        let detail = format!("no accreditation in {} is in force on that day", sphere.name());
        Err(at_field(Code::AccreditationNotInForce, field, detail))
    }

    /// What it holds in a sphere and currency.
    fn account(&mut self, sphere: Sphere, currency: &str) -> Result<&mut Account, Rejection> {
        let accounts = &mut self.status.accounts;
        let known = accounts.iter().position(|it| it.sphere == sphere && it.currency == currency);
        if known.is_none() && accounts.len() >= CmoStatus::ACCOUNTS_MAX {
            let detail = "the organisation has as many accounts as there can be";
            return Err(at_field(Code::StatusFull, "okup_id", detail));
        }
        let at = known.unwrap_or_else(|| {
            let (flows, reported) = (Flows::default(), Flows::default());
            accounts.push(Account {
                sphere,
                currency: currency.to_owned(),
                flows,
                reported,
                closing: 0,
            });
            accounts.len().saturating_sub(1)
        });
        accounts.get_mut(at).ok_or_else(|| at_field(Code::StatusFull, "okup_id", "no account"))
    }

    /// Writes its status, which every record that names it does.
    fn write<V: View>(
        &self,
        case: &Judgement<'_, V>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        case.write(effects, self.subject.id, &self.status)
    }
}

/// The civil day of the event.
fn event_day<V: View>(case: &Judgement<'_, V>) -> i64 {
    day_of(case.record.event_time)
}

/// A field that is a day.
fn day<V: View>(case: &Judgement<'_, V>, number: u16) -> Option<i64> {
    case.record.field(number).and_then(Value::as_i64)
}

/// A day that the step has.
fn required_day<V: View>(
    case: &Judgement<'_, V>,
    (number, name): (u16, &str),
) -> Result<i64, Rejection> {
    day(case, number).ok_or_else(|| at_field(Code::Validation, name, "this step has it"))
}

/// A day that is over: not after that of the event.
fn past_day<V: View>(case: &Judgement<'_, V>, field: (u16, &str)) -> Result<i64, Rejection> {
    let found = required_day(case, field)?;
    if found > event_day(case).saturating_add(DAY_DOUBT) {
        return Err(at_field(Code::DateOrder, field.1, "it lies after the event"));
    }
    Ok(found)
}

/// Refuses fields that a step has not.
fn without<V: View>(case: &Judgement<'_, V>, fields: &[(u16, &str)]) -> Result<(), Rejection> {
    match fields.iter().find(|(number, _)| case.record.field(*number).is_some()) {
        Some((_, name)) => Err(at_field(Code::Validation, name, "this step has no such field")),
        None => Ok(()),
    }
}

fn text<'a, V: View>(case: &'a Judgement<'_, V>, number: u16) -> Option<&'a str> {
    case.record.field(number).and_then(Value::as_text)
}

/// The sphere of a field.
fn sphere<V: View>(
    case: &Judgement<'_, V>,
    (number, name): (u16, &str),
) -> Result<Sphere, Rejection> {
    let found = text(case, number).and_then(Sphere::from_name);
    found.ok_or_else(|| at_field(Code::Validation, name, "a sphere is missing"))
}

/// The categories of rights in a field; `None` if the record has none.
fn categories<V: View>(
    case: &Judgement<'_, V>,
    number: u16,
) -> Result<Option<RightCategories>, Rejection> {
    let Some(rows) = case.record.field(number).and_then(Value::as_list) else { return Ok(None) };
    let word = |row: &Value| match row.as_list() {
        Some([word]) => word.as_text().and_then(RightCategory::from_name),
        _ => None,
    };
    let known: Option<Vec<RightCategory>> = rows.iter().map(word).collect();
    let found = known.and_then(|categories| RightCategories::new(&categories));
    let twice = || at_field(Code::Validation, "right_categories", "each category stands once");
    found.map(Some).ok_or_else(twice)
}

/// How old the base of a batch may be: one hour.
pub const BASE_AGE_MS: i64 = 3_600_000;

/// The block as of whose end the lines of a batch are judged (spec §24.6).
pub(crate) fn base<V: View>(case: &Judgement<'_, V>) -> Result<Height, Rejection> {
    let base = Height(case.record.field(BASE.0).and_then(Value::as_u64).unwrap_or_default());
    let built = if base < case.block.height { case.view.block(base)? } else { None };
    let Some(built) = built else {
        return Err(at_field(Code::BaseOutdated, BASE.1, "no such block is committed"));
    };
    if built.time.get().saturating_add(BASE_AGE_MS) < case.block.time.get() {
        return Err(at_field(Code::BaseOutdated, BASE.1, "it is more than an hour old"));
    }
    Ok(base)
}

const BASE: (u16, &str) = (3, "base");
const ATTACHMENT: (u16, &str) = (2, "attachment");

/// 32 bytes of a field that the catalogue demands.
fn hash<V: View>(case: &Judgement<'_, V>, number: u16) -> [u8; 32] {
    case.record.field(number).and_then(Value::as_array_of).unwrap_or_default()
}

/// A number of a field that the catalogue demands.
fn count<V: View>(case: &Judgement<'_, V>, number: u16) -> u64 {
    case.record.field(number).and_then(Value::as_u64).unwrap_or_default()
}

/// Root and count of lines, in two fields.
fn lines_root<V: View>(case: &Judgement<'_, V>, root: u16, number: u16) -> LinesRoot {
    LinesRoot { root: TreeRoot(hash(case, root)), count: count(case, number) }
}

/// The ids in a list of rows of one id each.
fn ids<V: View>(case: &Judgement<'_, V>, number: u16) -> Vec<SubjectId> {
    let rows = case.record.field(number).and_then(Value::as_list).unwrap_or_default();
    let id = |row: &Value| row.as_list()?.first()?.as_array_of().map(SubjectId);
    rows.iter().filter_map(id).collect()
}

/// The one pool that the record names, which must be the organisation's.
fn named_pool<V: View>(case: &Judgement<'_, V>, cmo: &Cmo) -> Result<(Subject, Pool), Rejection> {
    let [id] = case.named(Role::Pool)[..] else {
        let detail = format!("{} names exactly one pool", case.info.code);
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    let known: Option<Pool> = case.status(id)?;
    match known.filter(|pool| pool.cmo == cmo.subject.id) {
        Some(pool) => Ok((Subject::new(Role::Pool, id), pool)),
        None => {
            let detail = "the organisation has no such pool";
            Err(Rejection::new(Code::SubjectUnknown, "/subjects", detail))
        }
    }
}

/// Refuses a batch that is there already.
fn new_batch<V: View>(case: &Judgement<'_, V>) -> Result<(), Rejection> {
    match case.primary::<Batch>()? {
        None => Ok(()),
        Some(_) => Err(Rejection::new(Code::Duplicate, "/subject", "the batch is recorded")),
    }
}

/// A sum within the bounds of money.
fn sum(amounts: &[i64], field: &str) -> Result<i64, Rejection> {
    let total = amounts.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount));
    total
        .filter(|total| total.checked_abs().is_some_and(|total| total <= AMOUNT_MAX))
        .ok_or_else(|| at_field(Code::AmountOutOfRange, field, "the sum is beyond 10^17 tiyn"))
}

/// Refuses a contract without the hash of its document.
fn document<V: View>(case: &Judgement<'_, V>) -> Result<(), Rejection> {
    const DOCUMENT_HASH: u16 = 61;
    if case.record.field(DOCUMENT_HASH).is_some() {
        return Ok(());
    }
    Err(at_field(Code::Validation, "document_hash", "a contract has the hash of its document"))
}
