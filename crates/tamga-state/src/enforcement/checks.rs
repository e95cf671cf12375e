//! Dates, grounds and eligibility, kind by kind (spec §16.3).

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::subject::Role;

use crate::catalogue::{Family, Ground, Kind, TransferReason, WriterRole, relation};
use crate::civil::{DAY_DOUBT, add_months, day_of, year_of};
use crate::codes::{Code, Rejection};
use crate::law::Calendar;
use crate::law::fee::TIYN;
use crate::law::parameters::{self, Name};
use crate::law::presentation::{self, Period};
use crate::law::priority;
use crate::law::terms::Interval;
use crate::machine::{Judgement, at_field};
use crate::matrix::Stage;
use crate::status::{Case, ComplaintKind, ComplaintStage, Document, Money, Officer};
use crate::view::View;
use crate::writer::officer_in_force;

use super::authority::same_region;
use super::proceeding::Proceeding;
use super::step::{Step, date, word};
use super::{Change, levies, lots, measures, money};

/// Field of E01: the court act that restored the presentation period.
pub(super) const TERM_RESTORED_BY: u16 = 10;
/// Field of E01: the day of an interruption that no case shows.
const TERM_INTERRUPTED_ON: u16 = 15;

/// Checks what the kind demands beyond its row of the matrix.
pub(super) fn check<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    after: &Proceeding,
) -> Result<(), Rejection> {
    let case = change.case(after);
    // Opened only where a rule asks for it: most steps don't. Nothing if it is not known here.
    let owed = || money::of_case(judged, case).map(|money| money.amounts);
    if judged.writer.role == WriterRole::SystemRobot {
        robot(judged, case, owed)?;
    }
    match change.step {
        Step::Present => presentation(judged, case),
        Step::Distribute(bailiff) => eligible(judged, case, bailiff, "bailiff_id"),
        Step::Initiate | Step::Refuse => initiation(judged, case, change.step == Step::Refuse),
        Step::Notify => notice(judged, case),
        Step::Start => start(judged),
        Step::Measure(..) => {
            act_date_of(judged, case)?;
            let Some(before) = change.before else { return Ok(()) };
            measures::check(judged, before, after, owed)
        }
        Step::Levy => {
            act_date(judged, case, 3)?;
            levies::check(judged, owed)
        }
        Step::LiftLevy => {
            act_date(judged, case, 3)?;
            levies::check_lifting(judged)
        }
        Step::Lot(stage) => lots::check(judged, after, stage),
        Step::Recover => {
            not_after_event(judged, 2, "value_date")?;
            levies::check_recovery(judged)
        }
        Step::PayOut => not_after_event(judged, 1, "payout_date"),
        Step::Suspend(_) => suspension(judged),
        Step::Defer(_) => no_ground(judged),
        Step::EndDeferral => deferral_ended(judged, case),
        Step::Postpone(until) => postponement(judged, until),
        Step::Transfer(to) => transferring(judged, &after.case, to),
        Step::Close(stage) => closing(judged, case, Some(stage)),
        Step::Reopen => closing(judged, case, None),
        Step::Register(_) => register(judged, case),
        Step::Complain(stage) => complaint(judged, case, stage),
        Step::Commit | Step::Draw(_) | Step::Resume(_) | Step::Correct(_) => Ok(()),
    }
}

/// The robot acts in recoveries for the state below a threshold.
fn robot<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    owed: impl FnOnce() -> Result<Option<Money>, Rejection>,
) -> Result<(), Rejection> {
    let refuse = |detail: &str| Err(Rejection::new(Code::RobotNotAllowed, "/issuer", detail));
    if !case.for_the_state {
        return refuse("the robot recovers for the state only");
    }
    if case.erased {
        return Ok(());
    }
    let day = day_of(judged.record.event_time);
    let Some(most) = mrp_tiyn(judged, Name::RobotThresholdMrp, day)? else { return Ok(()) };
    match owed()? {
        Some(money) if money.due >= most => refuse("what is due is not below robot_threshold_mrp"),
        Some(_) | None => Ok(()),
    }
}

/// A parameter that counts monthly calculation indexes (МРП), in tiyn of the day; nothing unless
/// both are known.
pub(super) fn mrp_tiyn<V: View>(
    judged: &Judgement<'_, V>,
    name: Name,
    day: i64,
) -> Result<Option<i64>, Rejection> {
    let Some(count) = parameters::number(judged.view, name, day)? else { return Ok(None) };
    let mrp = parameters::number(judged.view, Name::Mrp, day)?;
    Ok(mrp.map(|mrp| count.saturating_mul(mrp).saturating_mul(TIYN)))
}

/// The act's date of a measure stands in a field of its own in each kind.
fn act_date_of<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    let number = if judged.info.kind == Kind::E06 { 4 } else { 3 };
    act_date(judged, case, number)
}

/// E14: a reason that holds on the day, the decision behind it, and an officer who may take the
/// case, in its new region if it has one.
fn transferring<V: View>(
    judged: &Judgement<'_, V>,
    after: &Case,
    to: SubjectId,
) -> Result<(), Rejection> {
    let unknown = || at_field(Code::Validation, "reason", "unknown");
    let reason = TransferReason::from_name(word(judged.record, 3)).ok_or_else(unknown)?;
    if !reason.holds_on(day_of(judged.record.event_time)) {
        let detail = format!("{} is no reason on the day of the event", reason.name());
        return Err(at_field(Code::TransferNotAllowed, "reason", detail));
    }
    let decided = judged.record.field(4).is_some() && judged.record.field(5).is_some();
    if reason.needs_decision() && !decided {
        let detail = format!("{} needs decision_hash and decision_date", reason.name());
        return Err(at_field(Code::TransferNotAllowed, "decision_hash", detail));
    }
    not_after_event(judged, 5, "decision_date")?;
    if (reason == TransferReason::RegionChanged) != judged.record.field(8).is_some() {
        let detail = "a new region stands with REGION_CHANGED and with no other reason";
        return Err(at_field(Code::Validation, "region_code", detail));
    }
    eligible(judged, after, to, "to_bailiff")
}

/// E16: an entry is made while the case is enforced, and removed for a reason that holds.
fn register<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    let reason = word(judged.record, 1);
    let day = day_of(judged.record.event_time);
    let (holds, detail) = match reason {
        "ENTERED" => (case.is_enforced(), "only a case under enforcement has an entry made"),
        "REMOVED_EXECUTED" => (
            case.stage == Stage::ClosedExecuted || case.recovered_since.is_some(),
            "neither is the case executed nor all that is due recovered",
        ),
        "REMOVED_TERMINATED" => (
            matches!(case.stage, Stage::ClosedTerminated | Stage::ClosedReturnedIssuer),
            "the case is neither terminated nor returned to the issuer",
        ),
        "REMOVED_EXPIRED" => (
            !case.stage.is_open() && date(judged.record, 2).is_some_and(|last| last < day),
            "the case is open, or presentation_deadline is not stated or not over",
        ),
        _ => (true, ""),
    };
    if holds { Ok(()) } else { Err(at_field(Code::ReasonNotAllowed, "reason", detail)) }
}

/// Whether field 2 names a ground that is in force on the event's day and of a fitting family.
fn on_ground<V: View>(judged: &Judgement<'_, V>, fits: impl Fn(Family) -> bool) -> bool {
    let day = day_of(judged.record.event_time);
    Ground::on(word(judged.record, 2), day).is_some_and(|ground| fits(ground.family))
}

/// A date in the record that can't be later than its event.
fn not_after_event<V: View>(
    judged: &Judgement<'_, V>,
    number: u16,
    name: &str,
) -> Result<(), Rejection> {
    let latest = day_of(judged.record.event_time).saturating_add(DAY_DOUBT);
    match date(judged.record, number) {
        Some(day) if day > latest => {
            Err(at_field(Code::DateOrder, name, "it lies after the event"))
        }
        Some(_) | None => Ok(()),
    }
}

/// An act's date lies between the receipt of the document and the event.
fn act_date<V: View>(judged: &Judgement<'_, V>, case: &Case, number: u16) -> Result<(), Rejection> {
    not_after_event(judged, number, "act_date")?;
    let earliest = day_of(case.received_at).saturating_sub(DAY_DOUBT);
    match date(judged.record, number) {
        Some(day) if day < earliest => {
            Err(at_field(Code::DateOrder, "act_date", "it lies before the receipt of the document"))
        }
        Some(_) | None => Ok(()),
    }
}

fn presentation<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    not_after_event(judged, 3, "issue_date")?;
    not_after_event(judged, 4, "in_force_date")?;
    order(judged, case)?;
    previous_case(judged, case)?;
    let document: Document = judged.status(case.document)?.unwrap_or_default();
    if document.restored || judged.record.field(TERM_RESTORED_BY).is_some() {
        return Ok(());
    }
    // The period of each type of document is a parameter; without a value nothing is refused.
    let document_type = word(judged.record, 1);
    let event = day_of(judged.record.event_time);
    let Some(name) = Name::presentation(document_type) else { return Ok(()) };
    let Some(months) = parameters::number(judged.view, name, event)? else { return Ok(()) };
    let in_force = date(judged.record, 4).unwrap_or(event);
    let begins = presentation::begins(document_type, date(judged.record, 3), in_force);
    let elapsed_counts =
        parameters::flag(judged.view, Name::ElapsedBeforeInterruptionCounts, event)?
            .unwrap_or(true);
    let period =
        Period { begins, months: u32::try_from(months).unwrap_or(u32::MAX), elapsed_counts };
    let end = |begins: i64, stopped: i64| {
        // Every earlier presentation was in time, so as one interruption they come to the same.
        let interruption = Interval { after: begins, through: Some(stopped.max(begins)) };
        // A last day on a weekend or holiday moves, so its year's calendar is read and perhaps the next.
        let year = year_of(add_months(stopped.max(begins), months));
        let calendar = Calendar::read(judged.view, year..=year.saturating_add(1))?;
        Ok::<_, Rejection>(Period { begins, ..period }.end(&calendar, [interruption]))
    };
    let last = if elapsed_counts {
        end(begins, begins.saturating_add(document.stopped_days))?
    } else {
        let last = end(begins, document.ended_on.unwrap_or(begins))?;
        // An interruption after the last day does not revive the period.
        match date(judged.record, TERM_INTERRUPTED_ON) {
            Some(on) if on > begins && last.is_some_and(|last| on <= last) => {
                last.max(end(on, on)?)
            }
            Some(_) | None => last,
        }
    };
    match last {
        Some(end) if event > end => {
            let detail = format!("{} is {months}, and its last day has passed", name.name());
            Err(at_field(Code::PresentationExpired, "in_force_date", detail))
        }
        Some(_) | None => Ok(()),
    }
}

/// The order of the claim is one that its category may have.
fn order<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    let day = day_of(judged.record.event_time);
    let edition = parameters::word(judged.view, Name::ClaimPriorities, day)?;
    let category = word(judged.record, 5);
    match edition.as_deref().and_then(|edition| priority::orders(edition, category)) {
        Some(orders) if !orders.contains(&case.claim_order) => {
            let (first, last) = (orders.start(), orders.end());
            let detail =
                format!("a claim of category {category} has an order from {first} to {last}");
            Err(at_field(Code::ClaimOrder, "claim_order", detail))
        }
        Some(_) | None => Ok(()),
    }
}

/// The earlier case about the same document, if one is referred to, has ended and is meant as it
/// stands now.
fn previous_case<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    let references = judged.record.references.iter();
    let Some(reference) = references.into_iter().find(|r| r.relation == relation::PREVIOUS_CASE)
    else {
        return Ok(());
    };
    let refuse =
        |detail: &str| Err(Rejection::new(Code::ReferenceNotAllowed, "/references", detail));
    if reference.subject.role != Role::Case || reference.subject == judged.record.subject {
        return refuse("the previous case must be another case");
    }
    let Some(row) = judged.view.status(&reference.subject)? else {
        return refuse("there is no such case");
    };
    let decoded = crate::status::decode::<Case>(&row.bytes);
    let (last, previous) =
        decoded.map_err(|_| crate::view::ViewError::Corrupt(reference.subject))?;
    if previous.document != case.document || last != Some(reference.record) {
        return refuse("it must be the last record of an ended case about the same document");
    }
    let returned = matches!(
        previous.stage,
        Stage::Refused | Stage::ClosedReturnedClaimant | Stage::ClosedReturnedIssuer
    );
    if returned {
        return Ok(());
    }
    refuse("a document is presented again when it was refused or returned")
}

/// Whether an officer may be given the case; `field` names the officer.
fn eligible<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    bailiff: SubjectId,
    field: &str,
) -> Result<(), Rejection> {
    let pointer = format!("/fields/{field}");
    let officer = takes_cases(judged, bailiff, &pointer)?;
    officer_in_force(judged.block, judged.record, &officer, &pointer)?;
    if !same_region(&officer.region, &case.region) {
        let detail = format!("officer {} holds office in another region", officer.number);
        return Err(Rejection::new(Code::WrongRegion, pointer, detail));
    }
    Ok(())
}

/// The officer, if registered in a role that has cases assigned to it.
pub(super) fn takes_cases<V: View>(
    judged: &Judgement<'_, V>,
    officer: SubjectId,
    pointer: &str,
) -> Result<Officer, Rejection> {
    let Some(officer) = judged.status::<Officer>(officer)? else {
        return Err(Rejection::new(Code::SubjectUnknown, pointer, "the officer is not registered"));
    };
    if !officer.role.is_enforcer() {
        let detail = format!("a {} takes no cases", officer.role.name());
        return Err(Rejection::new(Code::RoleForbidden, pointer, detail));
    }
    Ok(officer)
}

fn initiation<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    refusal: bool,
) -> Result<(), Rejection> {
    act_date(judged, case, 3)?;
    let (ground, class) = (judged.record.field(2).is_some(), judged.record.field(4).is_some());
    if refusal != ground || refusal && !on_ground(judged, |family| family == Family::Refusal) {
        let detail = if refusal {
            "a refusal needs a ground of refusal in force"
        } else {
            "an initiation has no ground"
        };
        return Err(at_field(Code::GroundUnknown, "ground_code", detail));
    }
    if refusal == class {
        let detail =
            if refusal { "a refusal has no class" } else { "an initiation needs class A or B" };
        return Err(at_field(Code::Validation, "execution_class", detail));
    }
    Ok(())
}

fn notice<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    let tag = judged.record.field(7).and_then(Value::as_array_of).map(SubjectId);
    let party = match word(judged.record, 1) {
        "DEBTOR" => tag.is_none_or(|tag| tag == case.debtor),
        "CLAIMANT" => tag.is_none_or(|tag| case.claimants.contains(&tag)),
        _ => true,
    };
    if !party {
        let detail = "the recipient is no such party of this case";
        return Err(at_field(Code::NotParty, "recipient_tag", detail));
    }
    let (sent, delivered) = (date(judged.record, 4), date(judged.record, 6));
    if (word(judged.record, 5) == "DELIVERED") != delivered.is_some() {
        let detail = "delivered_at stands with the status DELIVERED and with no other";
        return Err(at_field(Code::Validation, "delivered_at", detail));
    }
    if delivered.is_some_and(|delivered| Some(delivered) < sent) {
        return Err(at_field(Code::DateOrder, "delivered_at", "it lies before sent_at"));
    }
    let latest = judged.block.time.get().saturating_add(crate::machine::EVENT_AHEAD_MS);
    for (time, name) in [(sent, "sent_at"), (delivered, "delivered_at")] {
        if time.is_some_and(|time| time > latest) {
            return Err(at_field(Code::EventInFuture, name, "it lies after the block"));
        }
    }
    Ok(())
}

fn start<V: View>(judged: &Judgement<'_, V>) -> Result<(), Rejection> {
    let (start, end) = (date(judged.record, 2), date(judged.record, 3));
    if end.is_some() && end < start {
        return Err(at_field(Code::DateOrder, "term_end", "it lies before term_start"));
    }
    // Imported acts may not say when the term ran; those that do must not contradict themselves.
    let elapsed = word(judged.record, 1) == "VOLUNTARY_TERM_ELAPSED";
    let latest = day_of(judged.record.event_time).saturating_add(DAY_DOUBT);
    if elapsed && end.is_some_and(|end| end > latest) {
        return Err(at_field(
            Code::TermNotOver,
            "term_end",
            "the voluntary term ends after the event",
        ));
    }
    Ok(())
}

fn suspension<V: View>(judged: &Judgement<'_, V>) -> Result<(), Rejection> {
    if on_ground(judged, Family::suspends) {
        return Ok(());
    }
    let detail = "the ground of suspension is not in force on the day of the event";
    Err(at_field(Code::GroundUnknown, "ground_code", detail))
}

fn no_ground<V: View>(judged: &Judgement<'_, V>) -> Result<(), Rejection> {
    match judged.record.field(2) {
        Some(_) => Err(at_field(Code::GroundUnknown, "ground_code", "grounds are for suspensions")),
        None => Ok(()),
    }
}

/// A deferral whose term is said to be over has no later last day.
fn deferral_ended<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    no_ground(judged)?;
    let day = day_of(judged.record.event_time);
    if word(judged.record, 6) == "TERM_OVER" && case.until.is_some_and(|until| day < until) {
        let detail = "the deferral's last day is to come";
        return Err(at_field(Code::TermNotOver, "reason", detail));
    }
    Ok(())
}

fn postponement<V: View>(judged: &Judgement<'_, V>, until: Option<i64>) -> Result<(), Rejection> {
    no_ground(judged)?;
    let Some(until) = until else {
        return Err(at_field(Code::Validation, "until", "a postponement needs its last day"));
    };
    let event = day_of(judged.record.event_time);
    if until < event {
        return Err(at_field(Code::DateOrder, "until", "it lies before the event"));
    }
    match parameters::number(judged.view, Name::PostponeMaxCd, event)? {
        Some(days) if until > event.saturating_add(days) => {
            let detail = format!("postpone_max_cd is {days} days");
            Err(at_field(Code::DateOrder, "until", detail))
        }
        Some(_) | None => Ok(()),
    }
}

/// Grounds and act of a closing; `None` for a reopening.
fn closing<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    to: Option<Stage>,
) -> Result<(), Rejection> {
    act_date(judged, case, 3)?;
    if to.is_some() && case.open_lots > 0 {
        let detail = format!("{} lots are not sold, returned or released yet", case.open_lots);
        return Err(at_field(Code::MeasuresOpen, "outcome", detail));
    }
    let (holds, detail) = match to {
        Some(Stage::ClosedTerminated) => (
            on_ground(judged, |family| family == Family::Termination),
            "a termination needs a ground of termination",
        ),
        Some(Stage::ClosedReturnedClaimant) => (
            on_ground(judged, |family| family == Family::Return),
            "a return to the claimant needs a ground of return",
        ),
        Some(_) | None => (judged.record.field(2).is_none(), "this outcome has no ground"),
    };
    if holds { Ok(()) } else { Err(at_field(Code::GroundUnknown, "ground_code", detail)) }
}

/// Parties file and appeal; what lies between is the court's.
fn complaint<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    stage: ComplaintStage,
) -> Result<(), Rejection> {
    not_after_event(judged, 6, "decision_date")?;
    let by_court = judged.writer.role == WriterRole::Court;
    if !by_court && !matches!(stage, ComplaintStage::Filed | ComplaintStage::Appealed) {
        let detail = format!("{} is the court's to record", stage.name());
        return Err(at_field(Code::RoleForbidden, "stage", detail));
    }
    if stage == ComplaintStage::Filed
        && word(judged.record, 1) == ComplaintKind::AlgorithmicReview.name()
    {
        return algorithmic(judged, case);
    }
    Ok(())
}

/// What an algorithm decided: to whom the case was given, or anything the robot did in it.
fn algorithmic<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    let act = judged.record.field(4).and_then(Value::as_array_of).map(RecordId);
    if act.is_none() {
        let detail = "a review names the record of the decision";
        return Err(at_field(Code::Validation, "act_record", detail));
    }
    let officer: Option<Officer> = match case.assignee {
        Some(id) => judged.status(id)?,
        None => None,
    };
    let by_robot = officer.is_some_and(|officer| officer.role == WriterRole::SystemRobot);
    if act == case.assigned_by || by_robot {
        return Ok(());
    }
    let detail = "it is neither the record that assigned the case nor is the case the robot's";
    Err(at_field(Code::ReferenceNotAllowed, "act_record", detail))
}
