//! `tamga export evidence`: all that a court needs of one subject in one file.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tamga_api::draft::parse_subject;

use super::super::{Session, case, status};
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Language;
use crate::output::Shown;
use crate::pack::{archive, make};
use crate::text;
use crate::verify::Verdict;

/// Which subject, and where to.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("whose").required(true).args(["case", "subject"])))]
pub(in super::super) struct Evidence {
    /// The case: `case:…`, or its id in hex.
    #[arg(long)]
    case: Option<String>,
    /// Another subject: `pool:…`, `work#ID.PR` and so on.
    #[arg(long)]
    subject: Option<String>,
    /// File to write.
    #[arg(short, long)]
    out: PathBuf,
    /// Trust policy file, or a chain of policies [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
}

pub(in super::super) fn run(
    command: &Evidence,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let written = match (&command.case, &command.subject) {
        (Some(case), _) => case::subject(case)?,
        (None, subject) => subject.clone().unwrap_or_default(),
    };
    let subject =
        parse_subject(&written).map_err(|_| CliError::bad_value("--subject", &written))?;
    let trust = session.trust(command.policy.as_ref())?;
    let url = session.config.url()?.to_owned();
    let token = session.config.token.as_ref().map(|token| token.value.clone());
    let sleep = session.sleep;
    let speak = |language: Language| Ok(Client::new(&url, token.clone(), language.tag(), sleep));
    let made = match make::make(&speak, &trust, &subject) {
        Ok(made) => made,
        Err(error) => {
            let (verdict, human) = status::refused(error, session)?;
            let id = verdict.name().to_owned();
            let plain = vec![subject.to_text(), id.clone()];
            let data = json!({ "subject": subject.to_text(), "verdict": id });
            session.out.result("export.evidence", &Shown { data, human, plain, id });
            return Ok(verdict.exit());
        }
    };
    let too_large = || CliError::too_large_pack(archive::MEMBERS_MAX, archive::PACK_BYTES_MAX);
    let bytes = archive::write(&made.members).ok_or_else(too_large)?;
    file::replace(&command.out, &bytes)?;
    let path = command.out.display().to_string();
    let args = [
        ("path", path.clone()),
        ("word", text::shell_word(&path)),
        ("count", made.records.to_string()),
        ("closed", made.closed.to_string()),
        ("files", made.members.len().to_string()),
    ];
    let told = [("pack-made", true), ("pack-closed", made.closed > 0), ("pack-private", true)];
    let lines = told.into_iter().filter(|(_, told)| *told);
    let human: Vec<String> = lines.map(|(id, _)| session.out.messages.text(id, &args)).collect();
    let data = json!({
        "file": path, "subject": subject.to_text(), "verdict": Verdict::Authentic.name(),
        "records": made.records, "closed_bodies": made.closed, "files": made.members.len(),
    });
    let plain = vec![path.clone(), made.records.to_string(), made.closed.to_string()];
    let shown = Shown { data, human: human.join("\n"), plain, id: path };
    session.out.result("export.evidence", &shown);
    Ok(Exit::Success)
}
