//! Signs: what an event must say to begin, meet or end a deadline.

use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use crate::civil::day_of;
use crate::dossier::{Correction, Event, What};
use crate::status::{ComplaintStage, LotStage, MeasureCode, MeasureState};

pub(super) const DEBTOR: &str = "DEBTOR";
pub(super) const CLAIMANT: &str = "CLAIMANT";

/// What an event says, as far as deadlines care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The document was presented.
    Presented,
    /// An officer got the case by distribution.
    Assigned,
    /// It was decided whether to initiate proceedings.
    Decided,
    /// Proceedings were initiated.
    Initiated,
    /// Proceedings of a class were initiated.
    InitiatedInClass(&'static str),
    /// A party was sent the notice of initiation.
    Noticed(&'static str),
    /// The notice of initiation was delivered to the debtor.
    DeliveredToDebtor,
    /// Compulsory enforcement began.
    Started,
    /// Money came in.
    Recovered,
    /// Money was given out.
    Distributed,
    /// The case was closed.
    Closed,
    /// The case was reopened.
    Reopened,
    /// The debtor left the register of debtors.
    Deregistered,
    /// The lot came to a stage.
    Lot(LotStage),
    /// The lot came to its last stage.
    LotEnded,
    /// The first auction of the lot failed.
    FirstAuctionFailed,
    /// A court was asked to sanction a travel ban.
    TravelBanRequested,
    /// A travel ban was asked for or imposed.
    TravelBan,
    /// A warning of a travel ban was delivered to the debtor.
    TravelBanWarned,
    /// A court answered about the measure.
    SanctionAnswered,
    /// The measure was lifted.
    MeasureLifted,
    /// The case was suspended on a ground.
    Suspended,
    /// A ground of suspension ceased.
    Resumed,
    /// Execution was deferred.
    Deferred,
    /// Another officer got the case.
    Transferred,
    /// A complaint was granted, in whole or in part.
    ComplaintGranted,
    /// The decision on the complaint was appealed.
    ComplaintAppealed,
    /// An act that may follow from a complaint: a correction, a resumption, a reopening.
    FollowUp,
    /// Any event of the case.
    Anything,
}

impl Sign {
    /// The day on which the event shows the sign; `None` if it does not.
    pub(super) fn day(self, event: &Event) -> Option<i64> {
        let happened = event.day();
        let if_so = |holds: bool| holds.then_some(happened);
        match (self, &event.what) {
            (Self::Noticed(recipient), What::Notified(notice)) => {
                let holds = notice.recipient == recipient && notice.content == "INITIATION";
                holds.then(|| day_of(notice.sent))
            }
            (Self::DeliveredToDebtor, What::Notified(notice)) => {
                let holds = notice.recipient == DEBTOR && notice.content == "INITIATION";
                notice.delivered.filter(|_| holds).map(day_of)
            }
            (Self::TravelBanWarned, What::Notified(notice)) => {
                let holds = notice.recipient == DEBTOR && notice.content == "TRAVEL_BAN_WARNING";
                notice.delivered.filter(|_| holds).map(day_of)
            }
            (Self::Recovered, What::Recovered { on, .. }) => Some(on.unwrap_or(happened)),
            (Self::Lot(stage), What::Lot(lot)) => (lot.stage == stage).then_some(lot.on),
            (Self::LotEnded, What::Lot(lot)) => lot.stage.is_final().then_some(lot.on),
            (Self::FirstAuctionFailed, What::Lot(lot)) => {
                let first = lot.round.is_none_or(|round| round == 1);
                (lot.stage == LotStage::Failed && first).then_some(lot.on)
            }
            (Self::InitiatedInClass(wanted), What::Initiated { class }) => if_so(class == wanted),
            (Self::TravelBanRequested, What::Imposed { code, state, .. }) => {
                let asked = *state == MeasureState::SanctionRequested;
                if_so(*code == MeasureCode::TravelBan && asked)
            }
            (Self::TravelBan, What::Imposed { code, state, .. }) => {
                let proposed = *state == MeasureState::Proposed;
                if_so(*code == MeasureCode::TravelBan && !proposed)
            }
            (Self::MeasureLifted, What::MeasureChanged { state, .. }) => {
                if_so(*state == MeasureState::Lifted)
            }
            (Self::Deregistered, What::Registered { entered, .. }) => if_so(!entered),
            (Self::ComplaintGranted, What::Complained { stage, .. }) => {
                if_so(matches!(stage, ComplaintStage::Satisfied | ComplaintStage::Partially))
            }
            (Self::ComplaintAppealed, What::Complained { stage, .. }) => {
                if_so(*stage == ComplaintStage::Appealed)
            }
            (Self::FollowUp, What::Corrected { how, .. }) => if_so(*how != Correction::Redacted),
            (Self::Anything, What::Elsewhere | What::Received { .. }) => None,
            (Self::Presented, What::Presented(_))
            | (Self::Assigned, What::Assigned { .. })
            | (Self::Decided, What::Initiated { .. } | What::Refused { .. })
            | (Self::Initiated, What::Initiated { .. })
            | (Self::Started, What::Started)
            | (Self::Distributed, What::Distributed { .. })
            | (Self::Closed, What::Closed { .. })
            | (Self::Reopened, What::Reopened)
            | (Self::SanctionAnswered, What::Answered { .. })
            | (Self::Suspended, What::Suspended { .. })
            | (Self::Resumed, What::Resumed { .. })
            | (Self::Deferred, What::Deferred { .. })
            | (Self::Transferred, What::Transferred { .. })
            | (Self::FollowUp, What::Resumed { .. } | What::Reopened)
            | (Self::Anything, _) => Some(happened),
            (_, _) => None,
        }
    }

    /// Whether the sign is about a thing of its own: then only an event about the same thing answers one about it.
    pub(super) const fn is_about_a_thing(self) -> bool {
        matches!(
            self,
            Self::Lot(_)
                | Self::LotEnded
                | Self::FirstAuctionFailed
                | Self::TravelBanRequested
                | Self::TravelBan
                | Self::SanctionAnswered
                | Self::MeasureLifted
                | Self::ComplaintGranted
                | Self::ComplaintAppealed
        )
    }
}

/// The measure, lot or complaint an event is about.
pub(super) fn thing(event: &Event) -> Option<Subject> {
    let of = |role, id: SubjectId| Some(Subject::new(role, id));
    match &event.what {
        What::Imposed { measure, .. }
        | What::Answered { measure, .. }
        | What::MeasureChanged { measure, .. } => of(Role::Measure, *measure),
        What::Lot(lot) => of(Role::Lot, lot.lot),
        What::Complained { complaint, .. } => of(Role::Complaint, *complaint),
        _ => None,
    }
}
