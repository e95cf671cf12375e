//! The command line, run in the test's process against real nodes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use tamga_client::cmd::{Io, run};
use tamga_node::clock::Clock;

/// How a call ended, and what it printed.
pub(super) struct Called {
    /// The exit code.
    pub(super) exit: u8,
    /// The object that it printed; null if it printed none.
    pub(super) shown: Value,
    /// What it told.
    pub(super) told: String,
}

/// How a call ended, and its data and messages as a person reads them.
pub(super) struct Said {
    /// The exit code.
    pub(super) exit: u8,
    /// Data.
    pub(super) text: String,
    /// Messages.
    pub(super) told: String,
}

/// Runs a command that prints one object, in a folder and with these variables.
pub(super) fn call(folder: &Path, env: &[(&str, String)], args: &[&str]) -> Called {
    let Said { exit, text, told } = say(folder, env, &[args, &["--json"]].concat());
    Called { exit, shown: serde_json::from_str(&text).unwrap_or(Value::Null), told }
}

/// Runs a command for a person.
pub(super) fn say(folder: &Path, env: &[(&str, String)], args: &[&str]) -> Said {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let env: BTreeMap<String, String> =
        env.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let interrupted = Arc::new(AtomicBool::new(false));
    let mut io = Io {
        stdout: &mut stdout,
        stderr: &mut stderr,
        env,
        folder: folder.to_owned(),
        terminal: false,
        colour: false,
        now: Clock.now(),
        sleep: std::thread::sleep,
        interrupt: &|| Arc::clone(&interrupted),
    };
    let exit = run(["tamga"].iter().chain(args).map(OsString::from), &mut io);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { exit, text: text(stdout), told: text(stderr) }
}

/// The variables of a devnet's folder at a node.
pub(super) fn of_devnet(url: String, folder: &Path) -> [(&'static str, String); 2] {
    [("TAMGA_URL", url), ("TAMGA_DEVNET", folder.display().to_string())]
}
