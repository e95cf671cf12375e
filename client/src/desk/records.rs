//! The records of a distribution, from a plan and what was composed (spec §23.9–§23.11).

use serde_json::{Value as Json, json};
use tamga_format::body::Submission;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::DEDUCTION_KINDS;
use tamga_state::royalty::desk::{Allocation, Payout};

use super::PoolName;
use super::complete::{Brought, fill_allocation, fill_payout};
use super::plan::Plan;
use super::run::{Scribe, Written};
use crate::error::CliError;
use crate::text;

/// R07 POOL_FIXED: every tiyn collected is deducted, allocated or not distributed yet.
///
/// # Errors
/// When a record does not have its form; so in all of these.
pub fn fixed(
    scribe: &Scribe,
    purpose: &str,
    name: &PoolName,
    plan: &Plan,
    collected: i64,
) -> Result<Submission, CliError> {
    let allocated = collected - plan.deducted() - plan.undistributed;
    let deductions = DEDUCTION_KINDS.iter().zip(plan.deductions).filter(|(_, amount)| *amount > 0);
    let deductions: Vec<Json> =
        deductions.map(|(kind, amount)| json!({ "kind": kind, "amount": amount })).collect();
    let mut fields = json!({
        "action": "POOL_FIXED", "collected": collected, "deductions": deductions,
        "allocated": allocated, "undistributed": plan.undistributed,
        "weighting": plan.weighting.name(),
    });
    if !plan.usage.is_empty() {
        fields["right_categories"] = categories(plan);
    }
    if let Some(hash) = &plan.document_hash {
        fields["document_hash"] = json!(text::hex(hash));
    }
    let subjects = batches(&plan.usage);
    run(scribe, purpose, name, &subjects, fields)
}

/// R07 USAGE_ADDED: the pool consumes further usage.
///
/// # Errors
/// As [`fixed`].
pub fn added(
    scribe: &Scribe,
    purpose: &str,
    name: &PoolName,
    plan: &Plan,
    usage: &[SubjectId],
) -> Result<Submission, CliError> {
    let fields = json!({ "action": "USAGE_ADDED", "right_categories": categories(plan) });
    run(scribe, purpose, name, &batches(usage), fields)
}

/// R07 APPROVED or PUBLISHED.
///
/// # Errors
/// As [`fixed`].
pub fn step(
    scribe: &Scribe,
    purpose: &str,
    name: &PoolName,
    action: &str,
) -> Result<Submission, CliError> {
    run(scribe, purpose, name, &[], json!({ "action": action }))
}

fn run(
    scribe: &Scribe,
    purpose: &str,
    name: &PoolName,
    subjects: &[Subject],
    fields: Json,
) -> Result<Submission, CliError> {
    let subject = name.subject();
    scribe.write(purpose, &Written { kind: "R07", subject, subjects, fields, body: json!({}) })
}

fn categories(plan: &Plan) -> Json {
    plan.categories.iter().map(|it| json!({ "category": it.name() })).collect()
}

fn batches(ids: &[SubjectId]) -> Vec<Subject> {
    ids.iter().map(|id| Subject::new(Role::Batch, *id)).collect()
}

/// R08: what falls to rightsholders, with its lines.
///
/// # Errors
/// As [`fixed`].
pub fn allocation(
    scribe: &Scribe,
    purpose: &str,
    name: &PoolName,
    plan: &Plan,
    (batch, base): (SubjectId, u64),
    (made, brought): (&Allocation, &Brought),
) -> Result<Submission, CliError> {
    let usage = batches(&plan.usage);
    let usage: Json = usage.iter().map(|it| json!({ "batch": it.to_text() })).collect();
    let mut fields = json!({
        "attachment": brought.id.to_string(), "base": base, "usage": usage,
    });
    fill_allocation(made, &mut |field, value| fields[field] = value);
    let subjects = [name.subject(), name.book()];
    let subject = Subject::new(Role::Batch, batch);
    let written = Written { kind: "R08", subject, subjects: &subjects, fields, body: json!({}) };
    scribe.write(purpose, &written)
}

/// R09: what is paid of an allocation, with its lines.
///
/// # Errors
/// As [`fixed`].
pub fn payout(
    scribe: &Scribe,
    purpose: &str,
    name: &PoolName,
    tax_rule: Option<&str>,
    (allocation, batch, base): (SubjectId, SubjectId, u64),
    (made, brought): (&Payout, &Brought),
) -> Result<Submission, CliError> {
    let mut fields = json!({ "attachment": brought.id.to_string(), "base": base });
    fill_payout(made, &mut |field, value| fields[field] = value);
    if let Some(rule) = tax_rule {
        fields["tax_rule_id"] = json!(rule);
    }
    let allocation = Subject::new(Role::Batch, allocation);
    let subjects = [name.subject(), name.book(), allocation];
    let subject = Subject::new(Role::Batch, batch);
    let written = Written { kind: "R09", subject, subjects: &subjects, fields, body: json!({}) };
    scribe.write(purpose, &written)
}
