//! `tamga verify`: one verdict per file, offline.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tamga_state::catalogue::Kind;

use super::Session;
use crate::error::{CliError, Exit};
use crate::lang::Said;
use crate::output::{Colour, Shown};
use crate::text;
use crate::verify::{self, Facts, Report, Verdict};

/// The files to judge.
#[derive(Args)]
pub(super) struct Verify {
    /// Receipts, or one `.tlog-proof` together with --record.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// Entry bytes of the record that the one `.tlog-proof` is about.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Show each step of the check.
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(command: &Verify, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let policy_path = session.config.policy_path(command.policy.as_deref())?;
    let policy = session.policy(Some(&policy_path))?;
    let entry = match &command.record {
        Some(path) => Some(std::fs::read(path).map_err(|error| CliError::file(path, &error))?),
        None => None,
    };
    let mut worst = Verdict::Authentic;
    for file in &command.files {
        let report = match std::fs::read(file) {
            Ok(bytes) if entry.is_some() && verify::is_receipt(&bytes) => {
                return Err(CliError::pointless("--record", &file.display().to_string()));
            }
            Ok(bytes) => verify::file(&bytes, entry.as_deref(), &policy),
            Err(error) => verify::cannot_check(Said::io(&error)),
        };
        worst = worst.max(report.verdict);
        let shown = shown(&report, &file.display().to_string(), &policy_path, command, session);
        session.out.item("verify.file", shown);
    }
    let data = json!({ "verdict": worst.name() });
    session.out.end_list("verify", "files", Shown { data, ..Shown::default() });
    Ok(worst.exit())
}

fn shown(
    report: &Report,
    name: &str,
    policy: &Path,
    command: &Verify,
    session: &Session<'_>,
) -> Shown {
    let facts = report.facts.as_ref();
    let id = facts.map(|facts| facts.record_id.clone()).or_else(|| report.pending.clone());
    let plain = vec![
        name.to_owned(),
        report.verdict.name().to_owned(),
        id.clone().unwrap_or_default(),
        facts.map(|facts| facts.index.to_string()).unwrap_or_default(),
        facts.and_then(|facts| facts.recorded_at).map(text::rfc3339).unwrap_or_default(),
        report.fault.as_ref().and_then(|fault| fault.code).unwrap_or_default().to_owned(),
    ];
    Shown {
        data: report.json(name, &session.out.messages),
        human: human(report, name, policy, command.explain, session),
        plain,
        id: id.unwrap_or_else(|| report.verdict.name().to_owned()),
    }
}

fn human(
    report: &Report,
    name: &str,
    policy: &Path,
    explain: bool,
    session: &Session<'_>,
) -> String {
    let (sign, colour) = match report.verdict {
        Verdict::Authentic => ("✔", Colour::Green),
        Verdict::Mismatch => ("✖", Colour::Red),
        Verdict::CannotCheck | Verdict::Pending => ("?", Colour::Yellow),
    };
    let title = session.text(&format!("verdict-{}", report.verdict.name()));
    let mut lines =
        vec![format!("{}  {name}", session.out.paint(colour, &format!("{sign} {title}")))];
    if let Some(facts) = &report.facts {
        lines.extend(summary(facts, policy, session));
    }
    if let Some(fault) = &report.fault {
        let fault = session.out.messages.said(&fault.said);
        lines.push(row(session, "verify-why", &fault));
        lines.push(format!(
            "  {}",
            session.text(&format!("verdict-{}.next", report.verdict.name()))
        ));
    }
    if let Some(id) = &report.pending {
        lines.push(row(session, "verify-what", id));
        lines.push(format!("  {}", session.text("verdict-pending.next")));
    }
    if explain {
        lines.extend(steps(report, session));
    }
    lines.join("\n")
}

/// What, who, when, who signed, and what no offline check can tell.
fn summary(facts: &Facts, policy: &Path, session: &Session<'_>) -> Vec<String> {
    let record = &facts.record;
    let language = session.out.messages.language().tag();
    let kind = Kind::from_number(record.kind).map(Kind::info);
    let what = kind.map_or_else(
        || record.kind.to_string(),
        |kind| format!("{} {}", kind.code, kind.title.in_language(language)),
    );
    let claimed = text::local_time(record.event_time);
    let when = facts.recorded_at.map_or_else(
        || session.text("verify-when-unknown"),
        |time| {
            session.out.messages.text(
                "verify-when-text",
                &[("recorded", text::local_time(time)), ("claimed", claimed.clone())],
            )
        },
    );
    let names: Vec<&str> = facts.cosigners.iter().map(|(name, _)| name.as_str()).collect();
    let mut lines = vec![
        row(session, "verify-what", &format!("{what}, {}", record.subject)),
        row(session, "verify-who", &format!("{} ({})", record.issuer, record.key_id)),
        row(session, "verify-when", &when),
        row(session, "verify-where", &format!("{} / {}", facts.index, facts.size)),
        row(session, "verify-signed", &format!("{} ({})", names.join(", "), policy.display())),
    ];
    for (name, value) in &facts.draft.body {
        lines.push(row(session, "verify-opened", &format!("{name} = {value}")));
    }
    lines.push(row(session, "verify-open-question", &session.text("verify-newer")));
    lines
}

fn row(session: &Session<'_>, id: &str, value: &str) -> String {
    format!("  {:<14} {value}", session.text(id))
}

/// The steps of the check; after a fault only that it was found is known.
fn steps(report: &Report, session: &Session<'_>) -> Vec<String> {
    let Some(facts) = &report.facts else {
        return Vec::new();
    };
    let mut ids = vec!["step-form", "step-quorum", "step-inclusion"];
    if facts.height.is_some() {
        ids.push("step-block");
    }
    if facts.signature_checked {
        ids.push("step-signature");
    }
    if !facts.draft.body.is_empty() {
        ids.push("step-opened");
    }
    let mut lines: Vec<String> = (1..)
        .zip(ids)
        .map(|(number, id): (u32, &str)| format!("  [{number}] ✔ {}", session.text(id)))
        .collect();
    if !facts.signature_checked {
        lines.push(format!("  [-] {}", session.text("step-signature-open")));
    }
    lines
}
