//! Arguments, environment and terminal to one command; its exit code back.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tamga_client::cmd::{self, Io};
use tamga_client::error::Exit;
use tamga_format::id::UnixMillis;

fn main() -> ExitCode {
    let mut stdout = std::io::stdout();
    let mut stderr = std::io::stderr();
    let mut io = Io {
        terminal: stderr.is_terminal(),
        colour: stdout.is_terminal(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        env: environment(),
        folder: PathBuf::from("."),
        now: UnixMillis(jiff::Timestamp::now().as_millisecond()),
        sleep: std::thread::sleep,
        interrupt: &interrupt,
    };
    ExitCode::from(cmd::run(std::env::args_os(), &mut io))
}

/// The environment, without what is not text.
fn environment() -> BTreeMap<String, String> {
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the program where it stands.
fn interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    // Without a handler Ctrl-C ends the program at once, which every command survives.
    drop(ctrlc::try_set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            #[expect(clippy::exit, reason = "the second Ctrl-C asks for it")]
            std::process::exit(i32::from(Exit::Interrupted.number()));
        }
    }));
    flag
}
