//! Judging one record: the rules as a table of contents (spec §14.5).

use std::sync::Arc;

use tamga_format::body::Body;
use tamga_format::id::{Height, RecordId, SubjectId, UnixMillis};
use tamga_format::limits::STATUS_BYTES_MAX;
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::Subject;

use crate::catalogue::{Kind, KindInfo, check_record, relation};
use crate::codes::{Code, Rejection};
use crate::overlay::{Effects, Overlay};
use crate::private::{AtHand, Telling};
use crate::status::{Typed, decode, encode, last_record};
use crate::told::Trace;
use crate::view::{StatusRow, View, ViewError};
use crate::writer::{Writer, writer_of};
use crate::{enforcement, registry, royalty};

/// How far ahead of the block a record's `valid_until` may lie: 30 days.
pub const VALID_UNTIL_WINDOW_MS: i64 = 30 * 24 * 3_600_000;

/// How far ahead of the block an event may lie, for clocks that differ: 5 minutes.
pub const EVENT_AHEAD_MS: i64 = 5 * 60_000;

/// Schema version of every kind in force.
pub const SCHEMA_VERSION: u16 = 1;

/// The block in which a record is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockContext {
    /// Origin of the ledger.
    pub origin: String,
    /// Height of the block.
    pub height: Height,
    /// Time of the block.
    pub time: UnixMillis,
    /// The organisations that run the validators which decide the block.
    pub organisations: Arc<[SubjectId]>,
}

/// Judges a record and, if it is lawful, writes its effects to the overlay, all or none. Gives what it decided in
/// private.
///
/// The caller has checked the signature with the key that [`crate::key_of`] gives.
///
/// # Errors
///
/// The [`Rejection`] says which rule is broken, where and what to do. If
/// [`Rejection::is_fault`], the view failed and nothing is said about the record.
pub fn execute_record<V: View>(
    state: &mut Overlay<'_, V>,
    block: &BlockContext,
    record: &SignedRecord,
    body: Option<&Body>,
) -> Result<Trace, Rejection> {
    let effects = judge(&*state, block, record, AtHand::All(body))?;
    Ok(state.apply(record, effects))
}

/// What came of a record of which not everything is at hand.
#[derive(Clone, Debug)]
pub struct Partly {
    /// What it decided in private, as far as that is known or told.
    pub trace: Trace,
    /// Whether amounts were not judged, because an opening is not known.
    pub unjudged: bool,
    /// A subject of which something had to be told and was not; its status is not the right one.
    pub untold: Option<Subject>,
}

/// Judges a record as [`execute_record`] does, but for what the body or the openings would say that are not at hand:
/// of these the statuses say what is told (spec §18.8).
///
/// A body that is given is the one that the record commits to.
///
/// # Errors
///
/// As for [`execute_record`]; the rules about amounts and fields that are not at hand refuse nothing.
pub fn execute_told<V: View>(
    state: &mut Overlay<'_, V>,
    block: &BlockContext,
    record: &SignedRecord,
    body: Option<&Body>,
    told: &Trace,
) -> Result<Partly, Rejection> {
    let telling = Telling::new(told);
    let at_hand = match (record.record().body, body) {
        (Some(_), None) => AtHand::Unseen(&telling),
        (_, body) => AtHand::Body(body, &telling),
    };
    let effects = judge(&*state, block, record, at_hand)?;
    let trace = state.apply(record, effects);
    let (unjudged, untold) = (telling.unjudged.get(), telling.untold.get());
    Ok(Partly { trace, unjudged, untold })
}

/// The order of the rules; the first that is broken gives the answer.
fn judge<V: View>(
    view: &V,
    block: &BlockContext,
    signed: &SignedRecord,
    at_hand: AtHand<'_>,
) -> Result<Effects, Rejection> {
    let record = signed.record();
    let info = form(block, record)?;
    times(block, record)?;
    check_record(info, record, at_hand)?;
    references(info, record)?;
    let id = signed.id();
    if view.seen(&id)? {
        return Err(Rejection::new(
            Code::AlreadyRecorded,
            "",
            format!("record {id} is in the log"),
        ));
    }
    let writer = writer_of(view, block, record, info)?;
    let primary = view.status(&record.subject)?;
    after(view, record, primary.as_ref())?;
    let case = Judgement { view, block, id, record, at_hand, info, writer, primary };
    match info.kind {
        Kind::G01 => registry::organisation(&case),
        Kind::G02 => registry::officer(&case),
        Kind::G03 => registry::key_registered(&case),
        Kind::G04 => registry::key_changed(&case),
        Kind::G05 => registry::accreditation(&case),
        Kind::G06 => registry::parameter(&case),
        Kind::G07 => registry::delegation(&case),
        Kind::G08 => registry::policy(&case),
        Kind::G09 => registry::approval(&case),
        Kind::R01 => royalty::work(&case),
        Kind::R02 => royalty::shares(&case),
        Kind::R03 => royalty::mandate(&case),
        Kind::R04 => royalty::licence(&case),
        Kind::R05 => royalty::usage(&case),
        Kind::R06 => royalty::collection(&case),
        Kind::R07 => royalty::run(&case),
        Kind::R08 => royalty::allocation(&case),
        Kind::R09 => royalty::payout(&case),
        Kind::R10 => royalty::statement(&case),
        Kind::R11 => royalty::report(&case),
        Kind::R12 => royalty::dispute(&case),
        Kind::R13 => royalty::payment(&case),
        _ => enforcement::execute(&case),
    }
}

/// Whether it is a record for this ledger, of a kind and version in force.
fn form(block: &BlockContext, record: &Record) -> Result<&'static KindInfo, Rejection> {
    if record.audience != block.origin {
        let detail = format!("it is for {}, this ledger is {}", record.audience, block.origin);
        return Err(Rejection::new(Code::ForeignLedger, "/audience", detail));
    }
    let Some(kind) = Kind::from_number(record.kind) else {
        let detail = format!("there is no kind {}", record.kind);
        return Err(Rejection::new(Code::UnknownKind, "/kind", detail));
    };
    let info = kind.info();
    if !info.in_force {
        let detail = format!("{} {} is not in force", info.code, info.name);
        return Err(Rejection::new(Code::KindNotInForce, "/kind", detail));
    }
    if record.version != SCHEMA_VERSION {
        let detail = format!("{} has version {SCHEMA_VERSION}, not {}", info.code, record.version);
        return Err(Rejection::new(Code::UnknownVersion, "/version", detail));
    }
    if record.subject.role != info.primary {
        let detail = format!("{} is about a {}", info.code, info.primary.name());
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    Ok(info)
}

/// Whether the record's times fit the block's.
fn times(block: &BlockContext, record: &Record) -> Result<(), Rejection> {
    let now = block.time.get();
    if record.valid_until < block.time {
        return Err(Rejection::new(
            Code::RecordExpired,
            "/valid_until",
            "it lies before the block",
        ));
    }
    if record.valid_until.get() > now.saturating_add(VALID_UNTIL_WINDOW_MS) {
        let detail = "it lies more than 30 days after the block";
        return Err(Rejection::new(Code::ValidUntilTooFar, "/valid_until", detail));
    }
    if record.event_time.get() > now.saturating_add(EVENT_AHEAD_MS) {
        let detail = "it lies more than 5 minutes after the block";
        return Err(Rejection::new(Code::EventInFuture, "/event_time", detail));
    }
    Ok(())
}

/// Whether the record has only references of its kind, one of each relation.
fn references(info: &KindInfo, record: &Record) -> Result<(), Rejection> {
    for (at, reference) in record.references.iter().enumerate() {
        let allowed: &[u8] = match info.kind {
            Kind::E01 => &[relation::PREVIOUS_CASE],
            Kind::E02 | Kind::E06 | Kind::E15 => &[relation::AUTHORITY],
            Kind::E08 => &[relation::AUTHORITY, relation::IMPOSED],
            Kind::E18 => &[relation::TARGET],
            _ => &[],
        };
        let earlier = record.references.iter().take(at);
        let repeated = earlier.into_iter().any(|other| other.relation == reference.relation);
        if repeated || !allowed.contains(&reference.relation) {
            let detail = format!("{} allows one reference each of {allowed:?}", info.code);
            return Err(Rejection::new(
                Code::ReferenceNotAllowed,
                format!("/references/{at}"),
                detail,
            ));
        }
    }
    Ok(())
}

/// Whether the record comes directly after the one its writer saw last.
fn after<V: View>(view: &V, record: &Record, primary: Option<&StatusRow>) -> Result<(), Rejection> {
    let Some(after) = record.after else { return Ok(()) };
    let last = match primary {
        Some(row) => last_record(&row.bytes).map_err(|_| ViewError::Corrupt(record.subject))?,
        None => None,
    };
    if last == Some(after) {
        Ok(())
    } else if view.seen(&after)? {
        let last = last.map_or_else(|| "nothing".to_owned(), |last| last.to_string());
        let detail = format!("the last record of {} is {last}", record.subject);
        Err(Rejection::new(Code::SequenceConflict, "/after", detail))
    } else {
        Err(Rejection::new(
            Code::AfterUnknown,
            "/after",
            format!("record {after} is not in the log"),
        ))
    }
}

/// Everything a kind's rule may look at.
pub(crate) struct Judgement<'a, V: View> {
    pub(crate) view: &'a V,
    pub(crate) block: &'a BlockContext,
    pub(crate) id: RecordId,
    pub(crate) record: &'a Record,
    pub(crate) at_hand: AtHand<'a>,
    pub(crate) info: &'static KindInfo,
    pub(crate) writer: Writer,
    pub(crate) primary: Option<StatusRow>,
}

impl<V: View> Judgement<'_, V> {
    /// The status of the primary subject.
    pub(crate) fn primary<T: Typed>(&self) -> Result<Option<T>, Rejection> {
        self.primary.as_ref().map(|row| typed(row, &self.record.subject)).transpose()
    }

    /// The status of another subject.
    pub(crate) fn status<T: Typed>(&self, id: SubjectId) -> Result<Option<T>, Rejection> {
        status_of(self.view, &Subject::new(T::ROLE, id))
    }

    /// The status a subject has after this record.
    pub(crate) fn write<T: Typed>(
        &self,
        effects: &mut Effects,
        id: SubjectId,
        status: &T,
    ) -> Result<(), Rejection> {
        let subject = Subject::new(T::ROLE, id);
        let bytes = encode(status, Some(self.id));
        if bytes.len() > STATUS_BYTES_MAX {
            let detail = format!("the status of {subject} would exceed {STATUS_BYTES_MAX} bytes");
            return Err(Rejection::new(Code::StatusFull, "/subject", detail));
        }
        effects
            .statuses
            .push((subject, StatusRow { nonce: self.record.nonce, bytes: bytes.into() }));
        Ok(())
    }

    /// Refuses the record unless it names exactly these subjects beside the primary one.
    pub(crate) fn expect_subjects(&self, mut expected: Vec<Subject>) -> Result<(), Rejection> {
        expected.sort_unstable();
        expected.dedup();
        expected.retain(|subject| *subject != self.record.subject);
        if expected == self.record.subjects {
            return Ok(());
        }
        if let Some(missing) =
            expected.iter().find(|subject| !self.record.subjects.contains(subject))
        {
            let detail = format!("{} must name {missing}", self.info.code);
            return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
        }
        let extra = self.record.subjects.iter().position(|subject| !expected.contains(subject));
        let at = extra.unwrap_or_default();
        let detail = format!("{} must not name it", self.info.code);
        Err(Rejection::new(Code::SubjectUnexpected, format!("/subjects/{at}"), detail))
    }

    /// The subjects of a role that the record names.
    pub(crate) fn named(&self, role: tamga_format::subject::Role) -> Vec<SubjectId> {
        let of_role = self.record.subjects.iter().filter(|subject| subject.role == role);
        of_role.map(|subject| subject.id).collect()
    }
}

/// The status of a subject, if it has one.
pub(crate) fn status_of<V: View, T: Typed>(
    view: &V,
    subject: &Subject,
) -> Result<Option<T>, Rejection> {
    view.status(subject)?.map(|row| typed(&row, subject)).transpose()
}

fn typed<T: Typed>(row: &StatusRow, subject: &Subject) -> Result<T, Rejection> {
    let decoded = decode(&row.bytes).map_err(|_| ViewError::Corrupt(*subject))?;
    Ok(decoded.1)
}

/// A rejection at a public field.
pub(crate) fn at_field(code: Code, name: &str, detail: impl Into<String>) -> Rejection {
    Rejection::new(code, format!("/fields/{name}"), detail)
}

/// A rejection at a field of the body.
pub(crate) fn at_body(code: Code, name: &str, detail: impl Into<String>) -> Rejection {
    Rejection::new(code, format!("/body/{name}"), detail)
}

#[cfg(test)]
mod tests;
