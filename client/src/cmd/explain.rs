//! `tamga explain CODE`: what a code means and what to do.

use clap::Args;
use serde_json::json;
use tamga_state::codes::Code;

use super::Session;
use crate::error::{CliError, Exit};
use crate::output::Shown;

/// The code to explain.
#[derive(Args)]
pub(super) struct Explain {
    /// Code (`TMG-4120`, `4120`) or its name (`stage-not-allowed`).
    code: String,
}

pub(super) fn run(command: &Explain, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let found =
        Code::from_number(&command.code).or_else(|| Code::from_slug(&command.code.to_lowercase()));
    let code = found.ok_or_else(|| CliError::unknown_code(&command.code))?;
    let info = code.info();
    let language = session.out.messages.language().tag();
    let (title, remedy) = (info.title.in_language(language), info.remedy.in_language(language));
    let again = session.text(if info.retryable { "explain-retry" } else { "explain-final" });
    let human = format!("{code}  {}\n  {title}\n  {remedy}\n  {again}", info.slug);
    let data = json!({
        "code": code.to_string(),
        "slug": info.slug,
        "title": title,
        "remedy": remedy,
        "http_status": (info.http != 0).then_some(info.http),
        "retryable": info.retryable,
    });
    let plain = vec![
        code.to_string(),
        info.slug.to_owned(),
        info.retryable.to_string(),
        title.to_owned(),
        remedy.to_owned(),
    ];
    session.out.result("explain", &Shown { data, human, plain, id: code.to_string() });
    Ok(Exit::Success)
}
