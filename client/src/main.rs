//! Arguments, environment and terminal to one command; its exit code back.

use std::io::IsTerminal;
use std::process::ExitCode;

use tamga_client::cmd::{self, Io};
use tamga_format::id::UnixMillis;

fn main() -> ExitCode {
    let mut stdout = std::io::stdout();
    let mut stderr = std::io::stderr();
    let mut io = Io {
        terminal: stderr.is_terminal(),
        colour: stdout.is_terminal(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        env: std::env::vars().collect(),
        now: UnixMillis(jiff::Timestamp::now().as_millisecond()),
    };
    ExitCode::from(cmd::run(std::env::args_os(), &mut io))
}
