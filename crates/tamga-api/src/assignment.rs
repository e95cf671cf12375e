//! The draw of an officer as JSON, and the record that draws as a draft (spec §20.7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tamga_format::id::{SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::relation;
use tamga_state::enforcement::assignment::{ALGORITHM_VERSION, Ballot, PendingDraw, Share};
use utoipa::ToSchema;

use crate::draft::{Draft, DraftReference};
use crate::time::instant;

/// An officer among whom a case is drawn, or who is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CandidateView {
    /// The officer, `officer:base64url`.
    pub officer: String,
    /// Open cases when the candidates were fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<u32>,
    /// The officer's chance out of the sum of all weights; 0 above the limit of load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u64>,
    /// Why the officer is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl CandidateView {
    /// Everybody of a ballot, in order.
    #[must_use]
    pub fn all(ballot: &Ballot) -> Vec<Self> {
        let view = |(id, share): &(SubjectId, Share)| {
            let none = Self { officer: officer(*id), load: None, weight: None, reason: None };
            match share {
                Share::Weighs { load, weight } => {
                    Self { load: Some(*load), weight: Some(*weight), ..none }
                }
                Share::Excluded(reason) => Self { reason: Some(reason.name().to_owned()), ..none },
            }
        };
        ballot.lines().iter().map(view).collect()
    }
}

/// A draw that is committed to and not drawn yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawView {
    /// The case, `case:base64url`.
    pub case: String,
    /// Record id of the commitment, hex.
    pub commitment: String,
    /// The commitment's block; the draw is due when two organisations have built after it.
    pub height: u64,
    /// The candidates by ascending id.
    pub candidates: Vec<CandidateView>,
    /// The sum of all weights.
    pub total: u64,
    /// The hash over the candidates, hex.
    pub candidate_root: String,
    /// The loads that the record which draws repeats.
    pub loads: Vec<u32>,
    /// Whom the case goes to; absent until the draw is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
}

impl DrawView {
    /// The draw that a case waits for.
    #[must_use]
    pub fn of(case: &Subject, pending: &PendingDraw) -> Self {
        let root = pending.ballot.root();
        Self {
            case: case.to_text(),
            commitment: pending.commitment.to_string(),
            height: pending.height.get(),
            candidates: CandidateView::all(&pending.ballot),
            total: pending.ballot.total(),
            candidate_root: root.iter().map(|byte| format!("{byte:02x}")).collect(),
            loads: pending.loads.clone(),
            officer: pending.winner.map(officer),
        }
    }

    /// The record that draws, by this writer; `None` until the draw is due.
    #[must_use]
    pub fn draft(&self, issuer: &str, event_time: UnixMillis) -> Option<Draft> {
        let officer = self.officer.clone()?;
        let fields = [
            ("algorithm_version", json!(ALGORITHM_VERSION)),
            ("bailiff_id", json!(officer)),
            ("candidate_root", json!(self.candidate_root)),
            ("loads", json!(self.loads)),
            ("phase", json!("DRAW")),
        ];
        Some(Draft {
            kind: "E02".to_owned(),
            version: None,
            issuer: issuer.to_owned(),
            subject: self.case.clone(),
            subjects: vec![officer],
            event_time: instant(event_time),
            after: None,
            on_behalf_of: None,
            references: vec![DraftReference {
                relation: relation::AUTHORITY,
                record: self.commitment.clone(),
                subject: self.case.clone(),
            }],
            fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
            body: BTreeMap::new(),
        })
    }
}

fn officer(id: SubjectId) -> String {
    Subject::new(Role::Officer, id).to_text()
}

#[cfg(test)]
mod tests;
