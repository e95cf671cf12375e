//! `tamga witness`: a witness of other logs, which is a part of the node's program.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::Session;
use crate::error::{CliError, Exit};
use crate::output::Form;

/// The node's program, installed beside this one or found by the search path.
const PROGRAM: &str = "tamga-node";

/// What the node's program is told.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(super) struct Witness {
    /// init, start or status, and what belongs to it; --help tells.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
    arguments: Vec<OsString>,
}

pub(super) fn run(command: &Witness, session: &Session<'_>) -> Result<Exit, CliError> {
    if session.out.form() != Form::Human {
        return Err(CliError::pointless("--json, --ndjson, --plain, --quiet", "witness"));
    }
    let own = std::env::current_exe().ok();
    start(&program(own.as_deref().and_then(Path::parent)), &command.arguments)
}

/// The program in this folder, if it is there.
fn program(beside: Option<&Path>) -> PathBuf {
    let beside = beside.map(|folder| folder.join(PROGRAM)).filter(|program| program.is_file());
    beside.unwrap_or_else(|| PROGRAM.into())
}

/// Runs it until it ends; what it says goes where our own words go.
fn start(program: &Path, arguments: &[OsString]) -> Result<Exit, CliError> {
    let status = Command::new(program).arg("witness").args(arguments).status();
    let status = status.map_err(|error| CliError::file(program, &error))?;
    Ok(match status.code() {
        Some(0) => Exit::Success,
        Some(2) => Exit::Usage,
        Some(_) => Exit::Network,
        None => Exit::Interrupted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_beside_this_one_goes_before_any_other() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(program(Some(folder.path())), PathBuf::from(PROGRAM));
        std::fs::write(folder.path().join(PROGRAM), "").unwrap();
        assert_eq!(program(Some(folder.path())), folder.path().join(PROGRAM));
    }

    #[test]
    fn its_end_is_ours_and_its_absence_is_told() {
        let end = |program: &str| start(Path::new(program), &["start".into()]);
        assert_eq!(end("true"), Ok(Exit::Success));
        assert_eq!(end("false"), Ok(Exit::Network));
        assert_eq!(end("no-such-program").unwrap_err().exit, Exit::NotFound);
    }
}
