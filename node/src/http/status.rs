//! The status of a case as HTTP shows it.

use serde_json::{Value as Json, json};
use tamga_api::time;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::{Case, decode};

/// What a reader learns of a case.
pub(super) struct Shown {
    /// Its stage; public.
    pub(super) stage: String,
    /// Id of its last record; public.
    pub(super) last_record: String,
    /// Everything, for holders of a token.
    pub(super) named: Json,
}

/// The status in these bytes; `None` if they are none.
pub(super) fn case(bytes: &[u8]) -> Option<Shown> {
    let (last, case) = decode::<Case>(bytes).ok()?;
    let subject = |role, id: SubjectId| Subject::new(role, id).to_text();
    let claimants: Vec<String> =
        case.claimants.iter().map(|id| subject(Role::Claimant, *id)).collect();
    let named = json!({
        "stage": case.stage.name(),
        "debtor": subject(Role::Debtor, case.debtor),
        "claimants": claimants,
        "document": subject(Role::Document, case.document),
        "assignee": case.assignee.map(|id| subject(Role::Officer, id)),
        "region": case.region,
        "claim_order": case.claim_order,
        "received_at": time::instant(case.received_at),
        "initiated_at": case.initiated_at.map(time::instant),
        "until": case.until.map(time::day),
        "in_debtor_register": case.in_debtor_register,
        "notices": case.notices,
        "open_complaints": case.open_complaints,
        "levied_rightsholder": case.royalties.map(|it| subject(Role::Rightsholder, it.rightsholder)),
        "royalty_levies": case.royalties.map(|it| case.levies_on(it.rightsholder)),
        "correction": case.correction.map(|id| id.to_string()),
    });
    Some(Shown {
        stage: case.stage.name().to_owned(),
        last_record: last.map(|id| id.to_string()).unwrap_or_default(),
        named,
    })
}
