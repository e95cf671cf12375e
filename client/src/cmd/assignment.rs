//! `tamga assignment`: how a case is given to an officer, and the offline check of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tamga_api::assignment::CandidateView;
use tamga_format::assignment::AssignmentFile;
use tamga_format::receipt::ReceiptError;
use tamga_format::subject::{Role, Subject};
use tamga_state::enforcement::assignment::{self, AssignmentError, Ballot, ProvenAssignment};
use tamga_state::genesis::Genesis;

use super::{Session, case};
use crate::error::{CliError, Exit};
use crate::output::Colour;
use crate::output::Shown;
use crate::text;
use crate::trust::Trust;
use crate::verify::Verdict;

/// The draw of an officer.
#[derive(Subcommand)]
pub(super) enum Assignment {
    /// Show the candidates of a case, and whom it went or will go to; nothing is checked.
    Show {
        /// The case: `case:…`, or its id in hex.
        case: String,
    },
    /// Draw again, offline, from the proof file of a case.
    Verify(Verify),
    /// Print the record that draws as a draft for `tamga submit`.
    Draft {
        /// The case: `case:…`, or its id in hex.
        case: String,
        /// Who will write it: `officer#number`, or `organisation#БИН` of a validator.
        #[arg(long)]
        issuer: String,
    },
}

/// The proof file to check, and what it is held against.
#[derive(Args)]
pub(super) struct Verify {
    /// A proof file, or a case whose proof file is fetched.
    target: String,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// Genesis file, which names the validators; the devnet's by default.
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// File to keep the fetched proof in.
    #[arg(short, long)]
    out: Option<PathBuf>,
}

pub(super) fn run(command: &Assignment, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Assignment::Show { case } => show(&case::subject(case)?, session),
        Assignment::Verify(command) => verify(command, session),
        Assignment::Draft { case, issuer } => draft(&case::subject(case)?, issuer, session),
    }
}

fn show(case: &str, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let client = session.client()?;
    let text = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let title = text("assignment-title", &[("case", case.to_owned())]);
    if let Some(draw) = client.draw(case)? {
        let mut lines = vec![title];
        lines.extend(candidates(&draw.candidates, draw.total, session));
        lines.push(match &draw.officer {
            Some(officer) => text("assignment-due", &[("officer", officer.clone())]),
            None => text("assignment-wait", &[("height", draw.height.to_string())]),
        });
        let id = draw.officer.clone().unwrap_or_default();
        let plain = vec![case.to_owned(), id.clone()];
        let shown = Shown { data: json!({ "draw": draw }), human: lines.join("\n"), plain, id };
        session.out.result("assignment.show", &shown);
        return Ok(Exit::Success);
    }
    let Some(file) = client.assignment(case)? else {
        return Err(CliError::no_assignment(case));
    };
    let parsed = AssignmentFile::parse(&file).ok();
    let stated = parsed.as_ref().and_then(assignment::stated);
    let (ballot, officer) =
        stated.ok_or_else(|| CliError::answer(client.url(), "no proof file of an assignment"))?;
    let officer = Subject::new(Role::Officer, officer).to_text();
    let list = CandidateView::all(&ballot);
    let mut lines = vec![title];
    lines.extend(candidates(&list, ballot.total(), session));
    lines.push(text("assignment-drawn", &[("officer", officer.clone())]));
    let data = json!({
        "case": case, "officer": officer, "candidates": list, "total": ballot.total(),
    });
    let plain = vec![case.to_owned(), officer.clone()];
    let shown = Shown { data, human: lines.join("\n"), plain, id: officer };
    session.out.result("assignment.show", &shown);
    session.out.tell_message("assignment-unchecked", &[("case", case.to_owned())]);
    Ok(Exit::Success)
}

fn draft(case: &str, issuer: &str, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let Some(draw) = session.client()?.draw(case)? else {
        return Err(CliError::no_assignment(case));
    };
    let Some(draft) = draw.draft(issuer, session.now) else {
        session.out.tell_message("assignment-wait", &[("height", draw.height.to_string())]);
        return Ok(Exit::NotFinal);
    };
    // A draft is data in every form: it is fed to `tamga submit`.
    let json = serde_json::to_string_pretty(&draft).unwrap_or_default();
    session.out.print(&json);
    Ok(Exit::Success)
}

fn verify(command: &Verify, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let trust = session.trust(command.policy.as_ref())?;
    let path = session.config.genesis_path(command.genesis.as_deref())?;
    let file = std::fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
    let (genesis, hash) = crate::import::genesis(&path, &file)?;
    let content = content(command, session)?;
    let judged = AssignmentFile::parse(&content)
        .map_err(|fault| AssignmentError::Log(ReceiptError::from(fault)))
        .and_then(|file| {
            assignment::verify_by(&file, &hash, &|size| match &trust {
                Trust::Policy(policy) => (policy, &genesis.validators),
                Trust::Chain(policies) => {
                    let payload = &policies.ruling(size).payload;
                    (&payload.policy, &payload.validators)
                }
            })
        })
        .map(|proven| by_number(proven, &genesis));
    let (verdict, human, data, id) = match &judged {
        Ok(proven) => {
            let human = proven_text(proven, &command.target, session);
            let officer = Subject::new(Role::Officer, proven.officer).to_text();
            (Verdict::Authentic, human, proven_json(proven), officer)
        }
        Err(error) => {
            let verdict = match error {
                AssignmentError::Log(ReceiptError::CannotCheck(_)) => Verdict::CannotCheck,
                AssignmentError::Log(_) | AssignmentError::Draw(_) => Verdict::Mismatch,
            };
            let human = refused_text(verdict, error, &command.target, session);
            (verdict, human, json!({ "fault": error.to_string() }), verdict.name().to_owned())
        }
    };
    let mut data = data;
    if let Some(object) = data.as_object_mut() {
        object.insert("target".to_owned(), json!(command.target));
        object.insert("verdict".to_owned(), json!(verdict.name()));
    }
    let plain = vec![verdict.name().to_owned(), command.target.clone(), id.clone()];
    session.out.result("assignment.verify", &Shown { data, human, plain, id });
    Ok(verdict.exit())
}

/// The organisations by their БИН, as far as the genesis knows them; later policies name ids.
fn by_number(mut proven: ProvenAssignment, genesis: &Genesis) -> ProvenAssignment {
    let known: BTreeMap<String, &String> =
        genesis.organisations.iter().map(|it| (it.subject().id.to_string(), &it.bin)).collect();
    for block in &mut proven.run.blocks {
        if let Some(number) = known.get(&block.organisation) {
            block.organisation.clone_from(number);
        }
    }
    proven
}

/// The proof file: read, or fetched and kept where it was asked for.
fn content(command: &Verify, session: &Session<'_>) -> Result<String, CliError> {
    let path = Path::new(&command.target);
    if path.exists() {
        return std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error));
    }
    let case = case::subject(&command.target)?;
    let file = session.client()?.assignment(&case)?;
    let file = file.ok_or_else(|| CliError::no_assignment(&case))?;
    if let Some(out) = &command.out {
        std::fs::write(out, &file).map_err(|error| CliError::file(out, &error))?;
    }
    Ok(file)
}

/// A line for each candidate: load, weight and chance, or why the officer is left out.
fn candidates(list: &[CandidateView], total: u64, session: &Session<'_>) -> Vec<String> {
    let text = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let count = [("count", list.len().to_string()), ("total", total.to_string())];
    let mut lines = vec![format!("  {}", text("assignment-list", &count))];
    for candidate in list {
        let officer = ("officer", candidate.officer.clone());
        let line = match (candidate.load, candidate.weight, &candidate.reason) {
            (Some(load), Some(weight), _) => {
                let numbers = [
                    officer,
                    ("load", load.to_string()),
                    ("weight", weight.to_string()),
                    ("chance", chance(weight, total)),
                ];
                text("assignment-line", &numbers)
            }
            (_, _, reason) => {
                text("assignment-out", &[officer, ("reason", reason.clone().unwrap_or_default())])
            }
        };
        lines.push(format!("    {line}"));
    }
    lines
}

/// A weight's share of all, in hundredths of a percent.
fn chance(weight: u64, total: u64) -> String {
    let share = u128::from(weight).saturating_mul(10_000).checked_div(total.into());
    let share = share.unwrap_or_default();
    format!("{}.{:02}", share / 100, share % 100)
}

fn proven_text(proven: &ProvenAssignment, target: &str, session: &Session<'_>) -> String {
    let text = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let verdict = format!("✔ {}", session.text("verdict-authentic"));
    let officer = Subject::new(Role::Officer, proven.officer).to_text();
    let mut lines = vec![
        format!("{}  {target}", session.out.paint(Colour::Green, &verdict)),
        format!("  {}", text("assignment-title", &[("case", proven.case.to_text())])),
        format!("  {}", text("assignment-drawn", &[("officer", officer)])),
    ];
    lines.extend(candidates(&CandidateView::all(&proven.ballot), proven.ballot.total(), session));
    for block in &proven.run.blocks {
        let args = [
            ("height", block.height.get().to_string()),
            ("organisation", block.organisation.clone()),
            ("round", block.round.to_string()),
        ];
        let id = if block.round == 0 { "assignment-block" } else { "assignment-missed" };
        lines.push(format!("  {}", text(id, &args)));
    }
    lines.push(format!("  {}", session.text("assignment-open")));
    lines.join("\n")
}

fn refused_text(
    verdict: Verdict,
    error: &AssignmentError,
    target: &str,
    session: &Session<'_>,
) -> String {
    let (sign, colour) = match verdict {
        Verdict::Mismatch => ("✖", Colour::Red),
        Verdict::Authentic | Verdict::CannotCheck | Verdict::Pending => ("?", Colour::Yellow),
    };
    let title = session.text(&format!("verdict-{}", verdict.name()));
    [
        format!("{}  {target}", session.out.paint(colour, &format!("{sign} {title}"))),
        format!("  {:<14} {error}", session.text("verify-why")),
        format!("  {}", session.text(&format!("verdict-{}.next", verdict.name()))),
    ]
    .join("\n")
}

fn proven_json(proven: &ProvenAssignment) -> Value {
    let ballot: &Ballot = &proven.ballot;
    let blocks = proven.run.blocks.iter().map(|block| {
        json!({
            "height": block.height.get(), "builder": block.builder.to_string(),
            "organisation": block.organisation, "round": block.round,
        })
    });
    json!({
        "case": proven.case.to_text(),
        "officer": Subject::new(Role::Officer, proven.officer).to_text(),
        "candidates": CandidateView::all(ballot),
        "total": ballot.total(),
        "candidate_root": text::hex(&ballot.root()),
        "beacon": text::hex(&proven.beacon),
        "seed": text::hex(&proven.seed),
        "commitment": proven.run.commitment.id.to_string(),
        "draw": proven.run.draw.id.to_string(),
        "blocks": blocks.collect::<Vec<_>>(),
    })
}
