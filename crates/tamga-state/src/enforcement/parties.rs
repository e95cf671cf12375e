//! The subjects a record must name, fixed by rule, and what it does to their statuses (spec §16.5).

use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{Part, relation};
use crate::civil::day_of;
use crate::codes::{Code, Rejection};
use crate::machine::Judgement;

use crate::overlay::Effects;
use crate::status::{
    Case, Claim, ClaimantStatus, DebtorStatus, Document, Lot, LotStage, Measure, MeasureState,
    Officer, RightsholderStatus, Typed,
};
use crate::view::{View, ViewError};

use super::checks::TERM_RESTORED_BY;
use super::levies;
use super::money::Sealed;
use super::proceeding::Proceeding;
use super::step::Step;
use super::{Change, History};

/// Another case of the debtor whose claim a payout touches.
pub(super) struct Other {
    pub(super) id: SubjectId,
    pub(super) case: Case,
    /// What it gets, in tiyn; a correction may take it back.
    pub(super) amount: i64,
}

/// The debtor's other cases that a record names.
#[derive(Default)]
pub(super) struct Others(pub(super) Vec<Other>);

impl Others {
    /// Loads the cases that a payout, or the correction of one, names.
    pub(super) fn load<V: View>(
        judged: &Judgement<'_, V>,
        change: &Change<'_>,
        case: &Case,
    ) -> Result<Self, Rejection> {
        let payout = change.step == Step::PayOut;
        if !payout && !matches!(change.step, Step::Correct(_)) {
            return Ok(Self::default());
        }
        let mut others = Vec::new();
        for (at, subject) in judged.record.subjects.iter().enumerate() {
            if subject.role != Role::Case {
                continue;
            }
            let pointer = format!("/subjects/{at}");
            let Some(other) = judged.status::<Case>(subject.id)? else {
                return Err(Rejection::new(Code::SubjectUnknown, pointer, "there is no such case"));
            };
            if other.debtor != case.debtor || payout && !other.is_enforced() {
                let detail = "it is no case under enforcement of the same debtor";
                return Err(Rejection::new(Code::SubjectUnexpected, pointer, detail));
            }
            others.push(Other { id: subject.id, case: other, amount: 0 });
        }
        Ok(Self(others))
    }

    pub(super) fn get_mut(&mut self, id: SubjectId) -> Option<&mut Other> {
        self.0.iter_mut().find(|other| other.id == id)
    }

    /// Those of the cases that count, with their claimants and their solidary claims.
    fn subjects<'a>(
        &'a self,
        counts: impl Fn(SubjectId) -> bool + 'a,
    ) -> impl Iterator<Item = Subject> + 'a {
        self.0.iter().filter(move |other| counts(other.id)).flat_map(|other| {
            let claimants = other.case.claimants.iter().map(|id| Subject::new(Role::Claimant, *id));
            let claim = other.case.claim.map(|id| Subject::new(Role::Claim, id));
            [Subject::new(Role::Case, other.id)].into_iter().chain(claimants).chain(claim)
        })
    }
}

/// Refuses unless the record names exactly the subjects that its kind and the statuses demand.
pub(super) fn expect<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    after: &Proceeding,
    others: &Others,
) -> Result<(), Rejection> {
    let mut named = Vec::with_capacity(8);
    let before = change.before.map(|known| &known.case);
    let case = &after.case;
    let officer = |id: Option<SubjectId>| id.map(|id| Subject::new(Role::Officer, id));
    for part in judged.info.parts {
        match part {
            Part::Debtor => named.push(Subject::new(Role::Debtor, case.debtor)),
            Part::Claimants => {
                named.extend(case.claimants.iter().map(|id| Subject::new(Role::Claimant, *id)));
            }
            Part::Assignee => named.extend(officer(before.and_then(|case| case.assignee))),
            Part::Chosen => named.extend(officer(case.assignee)),
            Part::Affected => {
                named.extend(officer(case.assignee));
                named.extend(change.history.into_iter().flat_map(History::affected));
            }
            Part::DocumentIfClosing if opened(before, case) == Move::Stay => {}
            Part::Document | Part::DocumentIfClosing => {
                named.push(Subject::new(Role::Document, case.document));
            }
            Part::ClaimIfSolidary => {
                named.extend(case.claim.map(|id| Subject::new(Role::Claim, id)));
            }
            Part::OtherClaims => named.extend(others.subjects(|_| true)),
            Part::OpenMeasures if matches!(change.step, Step::Close(_)) => {
                named.extend(open_measures(judged, case)?);
            }
            Part::Measure => named.push(first_named(judged, Role::Measure)),
            Part::Lot => named.push(first_named(judged, Role::Lot)),
            Part::Complaint => named.push(first_named(judged, Role::Complaint)),
            Part::RightsholderIfRoyalties if !levies::on_royalties(judged.record) => {}
            Part::RightsholderIfRoyalties | Part::RightsholderIfLevied => {
                let levied =
                    [before, Some(case)].into_iter().flatten().filter_map(|it| it.royalties);
                named.extend(levied.map(|it| Subject::new(Role::Rightsholder, it.rightsholder)));
            }
            Part::OpenMeasures
            | Part::Organisation
            | Part::Holder
            | Part::HolderOrganisation
            | Part::NewKey
            | Part::Cmo
            | Part::Delegate
            | Part::Rightsholder
            | Part::Creators
            | Part::OtherCategories
            | Part::LicenseeIfPaying
            | Part::Licensee
            | Part::ShareHolders
            | Part::Usage
            | Part::OtherPool
            | Part::Pool
            | Part::Allocation
            | Part::Book
            | Part::Parties
            | Part::WorkIfShares
            | Part::RightsholderIfConfirming => {}
        }
    }
    if change.history.is_some() {
        // Whom a payout paid elsewhere is named by its correction too, and nobody else.
        let affected = named.clone();
        named.extend(others.subjects(|id| affected.contains(&Subject::new(Role::Case, id))));
    }
    judged.expect_subjects(named)
}

/// The first subject of a role that the record names; its id is the writer's to choose.
fn first_named<V: View>(judged: &Judgement<'_, V>, role: Role) -> Subject {
    let missing = SubjectId([0; 32]);
    Subject::new(role, judged.named(role).into_iter().next().unwrap_or(missing))
}

/// Whoever closes a case names every open measure of it, which are to be lifted soon.
fn open_measures<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
) -> Result<Vec<Subject>, Rejection> {
    let named = judged.named(Role::Measure);
    let mut open = 0_u64;
    for id in &named {
        let measure: Option<Measure> = judged.status(*id)?;
        let own =
            measure.is_some_and(|it| it.case == judged.record.subject.id && it.state.is_open());
        if !own {
            let subject = Subject::new(Role::Measure, *id);
            let detail = format!("{subject} is no open measure of this case");
            return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
        }
        open = open.saturating_add(1);
    }
    if open == case.open_measures {
        return Ok(named.into_iter().map(|id| Subject::new(Role::Measure, id)).collect());
    }
    let detail = format!(
        "{} measures are open and {open} are named; lift them or name every one",
        case.open_measures
    );
    Err(Rejection::new(Code::MeasuresOpen, "/subjects", detail))
}

/// Whether a count grows, shrinks or stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Up,
    Down,
    Stay,
}

impl Move {
    const fn of(before: bool, after: bool) -> Self {
        match (before, after) {
            (false, true) => Self::Up,
            (true, false) => Self::Down,
            (true, true) | (false, false) => Self::Stay,
        }
    }

    const fn count(self, count: u64) -> u64 {
        match self {
            Self::Up => count.saturating_add(1),
            Self::Down => count.saturating_sub(1),
            Self::Stay => count,
        }
    }
}

/// How the case's being open changes.
fn opened(before: Option<&Case>, after: &Case) -> Move {
    Move::of(before.is_some_and(|case| case.stage.is_open()), after.stage.is_open())
}

/// How the load of an officer changes: open cases assigned to them are counted.
fn load_change(before: Option<&Case>, after: &Case, officer: SubjectId) -> Move {
    let carries = |case: &Case| case.stage.is_open() && case.assignee == Some(officer);
    Move::of(before.is_some_and(carries), carries(after))
}

/// Writes the statuses of all subjects named, the case's own excepted.
pub(super) fn write<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    after: &Proceeding,
    others: &Others,
    sealed: &Sealed,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let before = change.before.map(|known| &known.case);
    let case = &after.case;
    let opened = opened(before, case);
    for subject in &judged.record.subjects {
        let id = subject.id;
        match subject.role {
            Role::Debtor => judged.write(effects, id, &debtor(judged, before, case, sealed)?)?,
            Role::Claimant => {
                let mut claimant: ClaimantStatus = judged.status(id)?.unwrap_or_default();
                if case.claimants.contains(&id) {
                    claimant.open_cases = opened.count(claimant.open_cases);
                }
                judged.write(effects, id, &claimant)?;
            }
            Role::Officer => {
                let mut officer: Officer =
                    judged.status(id)?.ok_or(ViewError::Corrupt(*subject))?;
                officer.load = load_change(before, case, id).count(officer.load);
                judged.write(effects, id, &officer)?;
            }
            Role::Document => {
                let status = document(judged, before, case, opened, id)?;
                judged.write(effects, id, &status)?;
            }
            Role::Claim => {
                let own = case.claim == Some(id);
                let status =
                    claim(judged, sealed, id, before.is_none() && own, own.then_some(opened))?;
                judged.write(effects, id, &status)?;
            }
            Role::Case => {
                let other = others.0.iter().find(|other| other.id == id);
                let other = other.ok_or(ViewError::Corrupt(*subject))?;
                judged.write(effects, id, &other.case)?;
            }
            Role::Measure => {
                let known = after.measures.get(&id).cloned();
                let status = or_annulled(judged, change, id, known, |it: &mut Measure| {
                    it.state = MeasureState::Annulled;
                })?;
                judged.write(effects, id, &status)?;
            }
            Role::Lot => {
                let known = after.lots.get(&id).cloned();
                let status = or_annulled(judged, change, id, known, |it: &mut Lot| {
                    it.stage = LotStage::Annulled;
                })?;
                judged.write(effects, id, &status)?;
            }
            Role::Complaint => {
                let known = after.complaints.get(&id).copied();
                let status = or_annulled(judged, change, id, known, |it| {
                    it.stage = crate::status::ComplaintStage::Returned;
                })?;
                judged.write(effects, id, &status)?;
            }
            Role::Rightsholder => {
                let mut status: RightsholderStatus = judged.status(id)?.unwrap_or_default();
                let known = status.levies;
                let gone = before.map_or(0, |case| case.levies_on(id));
                let others = status.levies.saturating_sub(gone);
                status.levies = others.saturating_add(case.levies_on(id));
                if status.levies != known {
                    status.rights_set = Some(judged.id);
                }
                judged.write(effects, id, &status)?;
            }
            // No other role is expected of an enforcement record.
            _ => return Err(ViewError::Corrupt(*subject).into()),
        }
    }
    Ok(())
}

/// The status after a replay, or if nothing of it is in effect any more, the known one marked so.
fn or_annulled<V: View, T: Typed>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    id: SubjectId,
    after: Option<T>,
    mark: impl FnOnce(&mut T),
) -> Result<T, Rejection> {
    if let Some(status) = after {
        return Ok(status);
    }
    let known: Option<T> = judged.status(id)?;
    match (known, change.step) {
        (Some(mut status), Step::Correct(_)) => {
            mark(&mut status);
            Ok(status)
        }
        // A closing names measures and changes none.
        (Some(status), _) => Ok(status),
        (None, _) => Err(ViewError::Corrupt(Subject::new(T::ROLE, id)).into()),
    }
}

fn debtor<V: View>(
    judged: &Judgement<'_, V>,
    before: Option<&Case>,
    case: &Case,
    sealed: &Sealed,
) -> Result<DebtorStatus, Rejection> {
    let mut debtor: DebtorStatus = judged.status(case.debtor)?.unwrap_or_default();
    debtor.open_cases = opened(before, case).count(debtor.open_cases);
    let listed = |case: &Case| case.in_debtor_register;
    debtor.register_entries =
        Move::of(before.is_some_and(listed), listed(case)).count(debtor.register_entries);
    let enforced = Move::of(before.is_some_and(Case::is_enforced), case.is_enforced());
    let order = usize::try_from(case.claim_order).ok();
    if let Some(claims) = order.and_then(|order| debtor.claims.get_mut(order)) {
        *claims = enforced.count(*claims);
    }
    debtor.unpaid = sealed.unpaid.or(debtor.unpaid);
    Ok(debtor)
}

/// The document's status: at most one open case is about it.
fn document<V: View>(
    judged: &Judgement<'_, V>,
    before: Option<&Case>,
    after: &Case,
    opened: Move,
    id: SubjectId,
) -> Result<Document, Rejection> {
    let mut status: Document = judged.status(id)?.unwrap_or_default();
    let case = judged.record.subject.id;
    if before.is_none() {
        presented_again(judged, &status)?;
        status.cases = status.cases.saturating_add(1);
        status.last_case = Some(case);
        status.restored |= judged.record.field(TERM_RESTORED_BY).is_some();
    }
    // A closing adds the case's days, a reopening takes them away, a correction may do either.
    let stopped = days_stopped(after).saturating_sub(before.map_or(0, days_stopped));
    status.stopped_days = status.stopped_days.saturating_add(stopped);
    // A correction of an earlier case does not make it the last one.
    if before.is_none() || before.and_then(ended_on) != ended_on(after) {
        status.ended_on = ended_on(after);
    }
    match opened {
        Move::Up => {
            if let Some(other) = status.open_case.filter(|open| *open != case) {
                let detail =
                    format!("{} is open about this document", Subject::new(Role::Case, other));
                return Err(Rejection::new(Code::Duplicate, "/subjects", detail));
            }
            status.open_case = Some(case);
        }
        Move::Down => status.open_case = None,
        Move::Stay => {}
    }
    Ok(status)
}

/// The day a case ended.
fn ended_on(case: &Case) -> Option<i64> {
    (!case.stage.is_open()).then(|| day_of(case.stage_since))
}

/// The days in which the presentation period did not run because of a case that has ended.
fn days_stopped(case: &Case) -> i64 {
    ended_on(case).map_or(0, |end| end.saturating_sub(day_of(case.received_at)).max(0))
}

/// A document that was presented before is presented again with a reference to the last case.
fn presented_again<V: View>(
    judged: &Judgement<'_, V>,
    document: &Document,
) -> Result<(), Rejection> {
    let references = judged.record.references.iter();
    let previous = references.into_iter().find(|it| it.relation == relation::PREVIOUS_CASE);
    let previous = previous.map(|it| it.subject.id);
    if document.open_case.is_some() || previous == document.last_case {
        return Ok(());
    }
    let detail = "the document was presented before; refer (relation 2) to its last case";
    Err(Rejection::new(Code::Duplicate, "/references", detail))
}

/// The solidary claim's status.
fn claim<V: View>(
    judged: &Judgement<'_, V>,
    sealed: &Sealed,
    id: SubjectId,
    first: bool,
    opened: Option<Move>,
) -> Result<Claim, Rejection> {
    let known: Option<Claim> = judged.status(id)?;
    let mut status = known.unwrap_or(Claim { cases: 0, open_cases: 0, money: [0; 32] });
    status.cases = Move::of(false, first).count(status.cases);
    if let Some(opened) = opened {
        status.open_cases = opened.count(status.open_cases);
    }
    if let Some((_, money)) = sealed.claims.iter().find(|(known, _)| *known == id) {
        status.money = *money;
    }
    Ok(status)
}
