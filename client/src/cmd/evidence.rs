//! `tamga evidence`: files that show two logs of one name, checked offline and told to a person.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value as Json, json};
use tamga_api::genesis_file::{self, GenesisFile, OrganisationPart};
use tamga_format::contradiction::Contradiction;
use tamga_format::error::FormatError;
use tamga_format::evidence::{Evidence, Judged, is_evidence};
use tamga_format::id::UnixMillis;
use tamga_format::note::VKey;
use tamga_format::policy::Policy;
use tamga_format::receipt::ReceiptError;

use super::Session;
use crate::error::{CliError, Exit};
use crate::lang::Language;
use crate::light::Policies as _;
use crate::output::{Colour, Shown};
use crate::text;
use crate::trust::Trust;
use crate::verify::{Verdict, fault};

/// Evidence against keys.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Check evidence offline, and say whose keys it is about and what that means.
    Verify {
        /// The file.
        file: PathBuf,
        /// Trust policy file [env: TAMGA_POLICY].
        #[arg(short, long)]
        policy: Option<PathBuf>,
        /// Genesis file, which names the organisations; the devnet's by default.
        #[arg(long)]
        genesis: Option<PathBuf>,
    },
    /// Show what stands in evidence, without judging whose keys they are.
    Show {
        /// The file.
        file: PathBuf,
    },
}

pub(super) fn run(command: &Command, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Command::Verify { file, policy, genesis } => {
            let trust = session.trust(policy.as_ref())?;
            let founders = founders(genesis.as_deref(), session)?;
            verify(file, &trust, founders.as_ref(), session)
        }
        Command::Show { file } => show(file, session),
    }
}

/// The genesis file, if one is named or at hand.
pub(super) fn founders(
    named: Option<&Path>,
    session: &Session<'_>,
) -> Result<Option<GenesisFile>, CliError> {
    let Ok(path) = session.config.genesis_path(named) else { return Ok(None) };
    if named.is_none() && !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
    let read = genesis_file::read(&text);
    read.map(Some).map_err(|error| CliError::unreadable(path.display().to_string(), error.detail))
}

/// Reads evidence, or a contradiction, which is evidence against one key.
fn read(path: &Path) -> Result<Result<Evidence, FormatError>, CliError> {
    let bytes = std::fs::read(path).map_err(|error| CliError::file(path, &error))?;
    let text = String::from_utf8_lossy(&bytes);
    if is_evidence(&bytes) {
        return Ok(Evidence::parse(&text));
    }
    let contradiction = Contradiction::parse(&text);
    Ok(contradiction.and_then(|it| Evidence::new(vec![it.key().clone()], it.notes().clone(), None)))
}

/// The policies that judge the two notes of evidence, each its own.
pub(super) fn rulings<'t>(evidence: &Evidence, trust: &'t Trust) -> [&'t Policy; 2] {
    evidence.checkpoints().each_ref().map(|it| trust.at(it.size).unwrap_or(trust.newest()))
}

fn verify(
    path: &Path,
    trust: &Trust,
    founders: Option<&GenesisFile>,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let judged = read(path)?.map_err(ReceiptError::from).and_then(|evidence| {
        evidence.judge(rulings(&evidence, trust)).map(|judged| (evidence, judged))
    });
    let name = path.display().to_string();
    let (verdict, human, mut data) = match judged {
        Ok((evidence, judged)) => {
            let policies = rulings(&evidence, trust);
            let mut lines = lines(&evidence, policies, founders, session);
            let args = [("path", text::shell_word(&name))];
            lines.push(format!("  {}", session.out.messages.text("evidence-next", &args)));
            let data = to_json(&evidence, Some((&judged, policies[1], founders)), session);
            (Verdict::Authentic, lines, data)
        }
        Err(error) => {
            let (verdict, sign, id) = match error {
                ReceiptError::Mismatch(_) => (Verdict::Mismatch, "✖", "evidence-false"),
                ReceiptError::CannotCheck(_) => (Verdict::CannotCheck, "?", "evidence-unknown"),
            };
            let detail = session.out.messages.said(&fault(&error.fault()));
            let code = error.fault().code.as_str();
            let title = format!("{sign} {}", session.text(id));
            let colour = if verdict == Verdict::Mismatch { Colour::Red } else { Colour::Yellow };
            let lines = vec![
                session.out.paint(colour, &title),
                format!("  {detail}"),
                format!("  {}", session.text(&format!("{id}.next"))),
            ];
            (verdict, lines, json!({ "fault_code": code }))
        }
    };
    if let Some(fields) = data.as_object_mut() {
        fields.insert("file".to_owned(), json!(name));
        fields.insert("verdict".to_owned(), json!(verdict.name()));
    }
    let plain = vec![name, verdict.name().to_owned()];
    let shown = Shown { data, human: human.join("\n"), plain, id: verdict.name().to_owned() };
    session.out.result("evidence.verify", &shown);
    Ok(verdict.exit())
}

fn show(path: &Path, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let evidence = match read(path)? {
        Ok(evidence) => evidence,
        Err(error) => {
            return Err(CliError::unreadable(path.display().to_string(), fault(&error)));
        }
    };
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let mut lines = what(&evidence, session);
    for key in evidence.keys() {
        lines.push(format!("  {}", say("evidence-key", &[("key", key.to_string())])));
    }
    lines.push(format!("  {}", session.text("evidence-whose")));
    let data = to_json(&evidence, None, session);
    let plain = evidence.keys().iter().map(ToString::to_string).collect();
    let shown = Shown { data, human: lines.join("\n"), plain, id: path.display().to_string() };
    session.out.result("evidence.show", &shown);
    Ok(Exit::Success)
}

/// What evidence says, and what it means, line by line.
pub(super) fn lines(
    evidence: &Evidence,
    policies: [&Policy; 2],
    founders: Option<&GenesisFile>,
    session: &Session<'_>,
) -> Vec<String> {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let judged = match evidence.judge(policies) {
        Ok(judged) => judged,
        Err(error) => return vec![session.out.messages.said(&fault(&error.fault()))],
    };
    let broken = judged.exceeds();
    let (sign, colour, title, means) = if broken {
        ("✖", Colour::Red, "evidence-broken", "evidence-broken.means")
    } else {
        ("!", Colour::Yellow, "evidence-few", "evidence-few.means")
    };
    let title = format!("{sign} {}", session.text(title));
    let mut lines = vec![session.out.paint(colour, &title)];
    lines.extend(what(evidence, session));
    for name in &judged.cosigners {
        let times = judged.signers.each_ref().map(|signers| {
            let time =
                signers.iter().find(|(signer, _)| signer == name).and_then(|(_, time)| *time);
            text::local_time(UnixMillis(
                i64::try_from(time.unwrap_or(0)).unwrap_or(0).saturating_mul(1_000),
            ))
        });
        let [first, second] = times;
        let whose = operator(name, policies, founders, session);
        let args = [("name", whose), ("first", first), ("second", second)];
        lines.push(format!("  - {}", say("evidence-signed", &args)));
    }
    if judged.log {
        lines.push(format!("  - {}", session.text("evidence-log")));
    }
    let args = [
        ("count", judged.cosigners.len().to_string()),
        ("withstands", judged.withstands.to_string()),
    ];
    lines.push(format!("  {}", say("evidence-count", &args)));
    lines.push(format!("  {}", session.text(means)));
    lines
}

/// Which two checkpoints, and why they can't both be true.
fn what(evidence: &Evidence, session: &Session<'_>) -> Vec<String> {
    let [first, second] = evidence.checkpoints();
    let args = [
        ("smaller", first.size.get().to_string()),
        ("larger", second.size.get().to_string()),
        ("root", first.root.to_string()),
        ("other", evidence.other_root().to_string()),
    ];
    let id = if first.size == second.size { "evidence-one-size" } else { "evidence-two-sizes" };
    let origin = [("origin", first.origin.clone())];
    vec![
        format!("  {}", session.out.messages.text("evidence-origin", &origin)),
        format!("  {}", session.out.messages.text(id, &args)),
        format!("  {}", session.out.messages.text("evidence-roots", &args)),
    ]
}

/// A cosigner by name, with its organisation and its address as far as they are known.
fn operator(
    name: &str,
    policies: [&Policy; 2],
    founders: Option<&GenesisFile>,
    session: &Session<'_>,
) -> String {
    let witness = policies.iter().find_map(|policy| policy.witnesses().find(|it| it.name == name));
    let Some(witness) = witness else { return name.to_owned() };
    let organisation = founders.and_then(|file| organisation(&witness.key, file, session));
    let parts = organisation.into_iter().chain([witness.url.clone()]).collect::<Vec<_>>();
    format!("{name} ({})", parts.join(", "))
}

/// The organisation whose validator has a key.
fn organisation(key: &VKey, file: &GenesisFile, session: &Session<'_>) -> Option<String> {
    let key = key.to_string();
    let validator = file.validators.iter().find(|validator| validator.cosigner == key)?;
    let part = file.organisations.iter().find(|part| part.number == validator.organisation)?;
    Some(name_of(part, session).to_owned())
}

/// The name of an organisation in the user's language.
pub(super) fn name_of<'p>(part: &'p OrganisationPart, session: &Session<'_>) -> &'p str {
    match session.out.messages.language() {
        Language::Kk => &part.name_kk,
        Language::Ru => &part.name_ru,
        Language::En => &part.name_en,
    }
}

/// What evidence says, and under a policy whose keys it is about, as JSON.
fn to_json(
    evidence: &Evidence,
    judged: Option<(&Judged, &Policy, Option<&GenesisFile>)>,
    session: &Session<'_>,
) -> Json {
    let [first, second] = evidence.checkpoints();
    let mut data = json!({
        "origin": first.origin,
        "sizes": [first.size.get(), second.size.get()],
        "roots": [first.root.to_string(), second.root.to_string()],
        "other_root": evidence.other_root().to_string(),
        "keys": evidence.keys().iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if let (Some((judged, policy, founders)), Some(fields)) = (judged, data.as_object_mut()) {
        let of_policy =
            policy.witnesses().filter(|witness| judged.cosigners.contains(&witness.name));
        let cosigners: Vec<Json> = of_policy
            .map(|witness| {
                let organisation =
                    founders.and_then(|file| organisation(&witness.key, file, session));
                json!({ "name": witness.name, "url": witness.url, "organisation": organisation })
            })
            .collect();
        fields.insert("cosigners".to_owned(), json!(cosigners));
        fields.insert("log".to_owned(), json!(judged.log));
        fields.insert("withstands".to_owned(), json!(judged.withstands));
        fields.insert("exceeds".to_owned(), json!(judged.exceeds()));
        fields.insert("finals".to_owned(), json!(judged.finals));
    }
    data
}
