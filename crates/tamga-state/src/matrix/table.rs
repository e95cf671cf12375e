//! The rows (domain model, table of transitions).

use super::{Author, From, Stage, To, Transition};
use crate::catalogue::{Kind, WriterRole};

/// Version of the table; it changes with every change of a row.
pub const MATRIX_VERSION: u16 = 2;

const NOTHING: From = From::Nothing;
const ANY: From = From::Any;
const CLOSED: From = From::Closed;
const RECEIVED: From = From::In(Stage::Received);
const ASSIGNED: From = From::In(Stage::Assigned);
const REFUSED: From = From::In(Stage::Refused);
const INITIATED: From = From::In(Stage::Initiated);
const ENFORCING: From = From::In(Stage::Enforcing);
const DEFERRED: From = From::In(Stage::Deferred);
const SUSPENDED: From = From::In(Stage::Suspended);

const BAILIFF: Author = Author::Bailiff;
const BAILIFF_E18: Author = Author::BailiffWithCorrection;
const TARGET: Author = Author::AuthorOfTarget;
const SUPERIOR: Author = Author::Superior;
const CLAIMANT: Author = Author::Role(WriterRole::Claimant);
const ISSUING_BODY: Author = Author::Role(WriterRole::IssuingBody);
const OPERATOR: Author = Author::Role(WriterRole::Operator);
const REGIONAL_CHAMBER: Author = Author::Role(WriterRole::RegionalChamber);
const SYSTEM_ROBOT: Author = Author::Role(WriterRole::SystemRobot);
const COURT: Author = Author::Role(WriterRole::Court);
const UETP: Author = Author::Role(WriterRole::Uetp);
const BANK_GATEWAY: Author = Author::Role(WriterRole::BankGateway);
const AUTHORISED_BODY: Author = Author::Role(WriterRole::AuthorisedBody);
const DEBTOR: Author = Author::Role(WriterRole::Debtor);
const THIRD_PARTY: Author = Author::Role(WriterRole::ThirdParty);

const fn row(
    id: &'static str,
    kinds: &'static [Kind],
    from: &'static [From],
    to: To,
    remark: &'static str,
    authors: &'static [Author],
) -> Transition {
    Transition { id, kinds, from, to, remark, authors }
}

/// The table of transitions.
#[rustfmt::skip]
pub const MATRIX: &[Transition] = &[
    row("T01", &[Kind::E01], &[NOTHING], To::Stage(Stage::Received), "", &[CLAIMANT, ISSUING_BODY, OPERATOR]),
    row("T02a", &[Kind::E02], &[RECEIVED], To::Same, "candidates committed", &[REGIONAL_CHAMBER]),
    row("T02", &[Kind::E02], &[RECEIVED], To::Stage(Stage::Assigned), "", &[REGIONAL_CHAMBER]),
    row("T03", &[Kind::E03], &[ASSIGNED], To::Stage(Stage::Refused), "", &[BAILIFF]),
    row("T04", &[Kind::E03], &[ASSIGNED], To::Stage(Stage::Initiated), "", &[BAILIFF, SYSTEM_ROBOT]),
    row("T05", &[Kind::E04], &[INITIATED, ENFORCING, DEFERRED, SUSPENDED, CLOSED, REFUSED], To::Same, "", &[BAILIFF, OPERATOR, SYSTEM_ROBOT]),
    row("T06", &[Kind::E05], &[INITIATED], To::Stage(Stage::Enforcing), "", &[BAILIFF, SYSTEM_ROBOT]),
    row("T07", &[Kind::E06, Kind::E07, Kind::E08], &[INITIATED, ENFORCING, DEFERRED, SUSPENDED], To::Same, "", &[BAILIFF, COURT, SYSTEM_ROBOT]),
    row("T07L", &[Kind::E08], &[CLOSED], To::Same, "lifting only", &[BAILIFF, COURT, SYSTEM_ROBOT]),
    row("T08", &[Kind::E09], &[ENFORCING], To::Same, "", &[BAILIFF, SYSTEM_ROBOT]),
    row("T08L", &[Kind::E09], &[ENFORCING, DEFERRED, SUSPENDED], To::Same, "lifting only", &[BAILIFF, SYSTEM_ROBOT]),
    row("T09", &[Kind::E10], &[ENFORCING], To::Same, "", &[BAILIFF, UETP]),
    row("T10", &[Kind::E11], &[INITIATED, ENFORCING, DEFERRED, SUSPENDED], To::Same, "", &[BAILIFF, BANK_GATEWAY, SYSTEM_ROBOT]),
    row("T11", &[Kind::E12], &[INITIATED, ENFORCING, DEFERRED, SUSPENDED], To::Same, "", &[BAILIFF, SYSTEM_ROBOT]),
    row("T12", &[Kind::E13], &[INITIATED, ENFORCING, DEFERRED], To::Stage(Stage::Suspended), "", &[BAILIFF, COURT]),
    row("T12b", &[Kind::E13], &[SUSPENDED], To::Stage(Stage::Suspended), "ground added", &[BAILIFF, COURT]),
    row("T13", &[Kind::E13], &[SUSPENDED], To::Previous, "", &[BAILIFF, COURT]),
    row("T14", &[Kind::E13], &[INITIATED, ENFORCING], To::Stage(Stage::Deferred), "", &[COURT]),
    row("T15", &[Kind::E13], &[ENFORCING], To::Stage(Stage::Deferred), "", &[BAILIFF, COURT]),
    row("T16", &[Kind::E13], &[DEFERRED], To::Stage(Stage::Enforcing), "", &[OPERATOR, COURT]),
    row("T17", &[Kind::E14], &[ASSIGNED, INITIATED, ENFORCING, DEFERRED, SUSPENDED], To::Same, "assignee changes", &[REGIONAL_CHAMBER, AUTHORISED_BODY]),
    row("T18a", &[Kind::E15], &[INITIATED, ENFORCING, DEFERRED, SUSPENDED], To::Stage(Stage::ClosedExecuted), "", &[BAILIFF, SYSTEM_ROBOT]),
    row("T18b", &[Kind::E15], &[INITIATED, ENFORCING, DEFERRED, SUSPENDED], To::Stage(Stage::ClosedTerminated), "", &[BAILIFF, COURT]),
    row("T18c", &[Kind::E15], &[INITIATED, ENFORCING, SUSPENDED], To::Stage(Stage::ClosedReturnedClaimant), "", &[BAILIFF]),
    row("T18d", &[Kind::E15], &[ASSIGNED, INITIATED, ENFORCING, DEFERRED, SUSPENDED], To::Stage(Stage::ClosedReturnedIssuer), "", &[BAILIFF]),
    row("T19", &[Kind::E15], &[CLOSED, REFUSED], To::Previous, "", &[COURT, BAILIFF_E18]),
    row("T21", &[Kind::E17], &[ANY], To::Same, "", &[CLAIMANT, DEBTOR, THIRD_PARTY, COURT]),
    row("T22", &[Kind::E18], &[ANY], To::Replayed, "", &[TARGET, SUPERIOR, COURT]),
    row("TER", &[Kind::E16], &[INITIATED, ENFORCING, DEFERRED, SUSPENDED, CLOSED], To::Same, "", &[BAILIFF, OPERATOR]),
];
