use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::*;

mod auditing;
mod ceremony;
mod conventions;
mod converting;
mod desk;
mod drafting;
mod exporting;
mod following;
mod going_on;
mod importing;
mod looking_up;
mod packing;
mod policies;
mod pool;
mod reconciling;
mod resuming;
mod royalty;
mod stating;
mod templates;
mod verifying;

/// What a call printed and how it ended.
struct Call {
    exit: u8,
    stdout: String,
    stderr: String,
}

use crate::testing::NOW;

/// What is around a call.
#[derive(Default)]
struct World {
    env: Vec<(String, String)>,
    /// Ctrl-C is pressed when this is set.
    interrupted: Arc<AtomicBool>,
    /// Data go to a terminal.
    terminal: bool,
}

impl World {
    fn with(env: &[(&str, &str)]) -> Self {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { env: env.iter().map(text).collect(), ..Self::default() }
    }

    fn call(&self, args: &[&str]) -> Call {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut io = Io {
            stdout: &mut stdout,
            stderr: &mut stderr,
            env: self.env.iter().cloned().collect(),
            folder: PathBuf::from("no such folder"),
            terminal: false,
            colour: self.terminal,
            now: NOW,
            sleep: |_| (),
            interrupt: &|| Arc::clone(&self.interrupted),
        };
        let args = ["tamga"].iter().chain(args).map(OsString::from);
        let exit = run(args, &mut io);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Call { exit, stdout: text(stdout), stderr: text(stderr) }
    }
}

fn call_with(args: &[&str], env: &[(&str, &str)]) -> Call {
    World::with(env).call(args)
}

fn call(args: &[&str]) -> Call {
    call_with(args, &[])
}

fn vectors(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors").join(name)
}

#[test]
fn a_bare_call_shows_examples_and_unknown_flags_are_errors() {
    let bare = call(&[]);
    assert_eq!(bare.exit, 0);
    assert!(bare.stdout.contains("tamga keygen"));
    for wrong in [&["--nonsense"][..], &["verify", "--nonsense", "x"], &["fly"], &["verify"]] {
        let call = call(wrong);
        assert_eq!((call.exit, call.stdout.as_str()), (2, ""), "{wrong:?}");
        assert!(!call.stderr.is_empty(), "{wrong:?}");
    }
}

#[test]
fn a_key_is_made_shown_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("my.key");
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "correct horse battery\n").unwrap();
    let args = [
        "keygen",
        "--out",
        path.to_str().unwrap(),
        "--passphrase-file",
        secret.to_str().unwrap(),
        "--json",
    ];
    let made = call(&args);
    assert_eq!(made.exit, 0, "{}", made.stderr);
    let made: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
    let shown = call(&["key", "show", path.to_str().unwrap(), "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(made["safety_number"], shown["safety_number"]);
    let list = call(&["key", "list", "--dir", dir.path().to_str().unwrap(), "-q"]);
    assert_eq!(list.stdout.trim(), made["key_id"].as_str().unwrap());
    let before = std::fs::read(&path).unwrap();
    assert_ne!(call(&args).exit, 0);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let silent = call(&["keygen", "--out", dir.path().join("other.key").to_str().unwrap()]);
    assert_eq!(silent.exit, 2, "no passphrase and no terminal");
}

#[test]
fn codes_are_explained_by_number_and_by_name() {
    for code in ["TMG-4120", "4120", "stage-not-allowed"] {
        let call = call(&["explain", code]);
        assert_eq!(call.exit, 0);
        assert!(call.stdout.starts_with("TMG-4120  stage-not-allowed\n"), "{}", call.stdout);
    }
    let unknown = call(&["explain", "TMG-0001"]);
    assert_eq!(unknown.exit, 5);
    assert!(unknown.stderr.contains("tamga explain TMG-4040"));
    let russian = call_with(&["explain", "4120"], &[("LANG", "ru_RU.UTF-8")]);
    assert!(russian.stdout.contains("стадия"), "{}", russian.stdout);
}

#[test]
fn a_draft_is_signed_and_checked_without_a_node() {
    let dir = tempfile::tempdir().unwrap();
    let policy = vectors("receipt/policy.txt");
    let key = dir.path().join("a.key");
    std::fs::write(&key, crate::keyfile::seal(&[7; 32], "horse", 2).unwrap()).unwrap();
    let draft = dir.path().join("draft.json");
    let env = [("TAMGA_POLICY", policy.to_str().unwrap()), ("TAMGA_PASSPHRASE", "horse")];
    let case = format!("case:{}", "A".repeat(43));
    let good = format!(
        r#"{{"kind":"E05","case":"{case}","issuer":"officer#16","fields":{{"reason":"URGENCY"}}}}"#
    );
    let submit = |text: &str| {
        std::fs::write(&draft, text).unwrap();
        call_with(
            &["submit", draft.to_str().unwrap(), "--key", key.to_str().unwrap(), "--dry-run"],
            &env,
        )
    };
    let done = submit(&good);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert!(done.stdout.contains("Nothing was recorded"));
    let cases = [
        (good.replace("reason", "raeson"), 8, "TMG-4101"),
        (good.replace("E05", "E99"), 8, "TMG-4103"),
        (good.replace("\"issuer\"", "\"writer\""), 2, "TMG-6002"),
        ("{".to_owned(), 2, "TMG-6002"),
    ];
    for (text, exit, code) in cases {
        let call = submit(&text);
        assert_eq!(call.exit, exit, "{text}: {}", call.stderr);
        assert!(call.stderr.contains(code), "{text}: {}", call.stderr);
    }
}

#[test]
fn a_node_that_is_not_there_is_a_network_failure() {
    // Port 9 of the loopback address is the discard service, which nobody runs.
    let call = call(&["--url", "http://127.0.0.1:9", "--json", "case", "history", &"0".repeat(64)]);
    assert_eq!(call.exit, 6, "{}", call.stderr);
    assert!(call.stdout.contains("\"schema\":\"tamga.cli.error/1\""));
}

#[test]
fn completions_and_version_are_data() {
    assert!(call(&["completions", "bash"]).stdout.contains("_tamga"));
    assert_eq!(call(&["version", "-q"]).stdout.trim(), env!("CARGO_PKG_VERSION"));
}
