//! Every way a command ends without success: what happened, why, what to do next, code, exit code.

use std::io::ErrorKind;
use std::path::Path;

use tamga_state::codes::Code;

use crate::lang::Said;

/// The exit codes of the command line, a contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Success, verified.
    Success = 0,
    /// A bug.
    Unexpected = 1,
    /// The call itself is wrong.
    Usage = 2,
    /// Verification failed: keep the evidence.
    Mismatch = 3,
    /// Cannot verify: unknown key or version, unreadable file.
    CannotCheck = 4,
    /// There is no such thing.
    NotFound = 5,
    /// The service is not reachable; try again later.
    Network = 6,
    /// Not allowed.
    Permission = 7,
    /// Refused by the rules.
    Rejected = 8,
    /// Conflicts with what is recorded.
    Conflict = 9,
    /// Accepted, not final when the wait ended.
    NotFinal = 10,
    /// Some of many succeeded.
    Partial = 11,
    /// Evidence that those who sign went against their word: two different logs, or a record left out.
    SplitView = 12,
    /// Interrupted; can be resumed.
    Interrupted = 130,
}

impl Exit {
    /// The number given to the operating system.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// The message of what a service answered.
const PROBLEM: &str = "error-problem";

/// A failure, told in the user's language from the message `id` (with `.why` and `.next`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// How the process ends.
    pub exit: Exit,
    /// Stable code, `TMG-nnnn`, for `tamga explain`.
    pub code: String,
    /// The message in the locale files.
    pub id: &'static str,
    /// Values of the message's variables.
    pub args: Vec<(&'static str, Said)>,
}

impl CliError {
    fn new(exit: Exit, code: Code, id: &'static str, args: Vec<(&'static str, Said)>) -> Self {
        Self { exit, code: code.to_string(), id, args }
    }

    /// An invariant of this program does not hold.
    #[must_use]
    pub fn bug(detail: &str) -> Self {
        Self::new(Exit::Unexpected, Code::Internal, "error-bug", vec![("detail", detail.into())])
    }

    /// The call is wrong in a way the argument parser cannot see.
    #[must_use]
    pub fn usage(detail: Said) -> Self {
        Self::new(Exit::Usage, Code::ToolUsage, "error-usage", vec![("detail", detail)])
    }

    /// A flag can't have this value.
    #[must_use]
    pub fn bad_value(flag: &'static str, value: &str) -> Self {
        let args = vec![("flag", flag.into()), ("value", value.into())];
        Self::new(Exit::Usage, Code::ToolUsage, "error-bad-value", args)
    }

    /// A flag has no meaning beside something else, and would be ignored.
    #[must_use]
    pub fn pointless(flag: &'static str, beside: &str) -> Self {
        let args = vec![("flag", flag.into()), ("beside", beside.into())];
        Self::new(Exit::Usage, Code::ToolUsage, "error-pointless", args)
    }

    /// A file cannot be read or written.
    #[must_use]
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        let exits = [
            (ErrorKind::NotFound, Exit::NotFound),
            (ErrorKind::PermissionDenied, Exit::Permission),
            (ErrorKind::AlreadyExists, Exit::Usage),
        ];
        let known = exits.into_iter().find(|(kind, _)| *kind == error.kind());
        let exit = known.map_or(Exit::Unexpected, |(_, exit)| exit);
        let args = vec![("path", path.display().to_string().into()), ("detail", Said::io(error))];
        Self::new(exit, Code::ToolFile, "error-file", args)
    }

    /// A file was read but is not what it should be.
    #[must_use]
    pub fn unreadable(what: impl Into<Said>, detail: impl Into<Said>) -> Self {
        let args = vec![("what", what.into()), ("detail", detail.into())];
        Self::new(Exit::Usage, Code::ToolFile, "error-unreadable", args)
    }

    /// More records of a dry run belong together than a ledger can be asked about at once.
    #[must_use]
    pub fn trial_too_large(limit: usize) -> Self {
        let args = vec![("limit", limit.to_string().into())];
        Self::new(Exit::CannotCheck, Code::PayloadTooLarge, "error-trial-too-large", args)
    }

    /// An import is to go on, and has not begun.
    #[must_use]
    pub fn no_manifest(path: &Path) -> Self {
        let args = vec![("path", path.display().to_string().into())];
        Self::new(Exit::NotFound, Code::ToolFile, "error-no-manifest", args)
    }

    /// A demo key was asked for on a ledger that is not a demonstration.
    #[must_use]
    pub fn demo_key_refused(origin: &str) -> Self {
        Self::new(
            Exit::Permission,
            Code::DemoKeys,
            "error-demo-key",
            vec![("origin", origin.into())],
        )
    }

    /// No key of that name is at hand.
    #[must_use]
    pub fn no_such_key(name: &str) -> Self {
        Self::new(Exit::NotFound, Code::KeyFile, "error-no-key", vec![("name", name.into())])
    }

    /// The passphrase does not open the key file.
    #[must_use]
    pub fn passphrase(path: &str) -> Self {
        Self::new(Exit::Permission, Code::KeyFile, "error-passphrase", vec![("path", path.into())])
    }

    /// A new passphrase was not typed the same way twice.
    #[must_use]
    pub fn passphrases_differ() -> Self {
        Self::new(Exit::Usage, Code::KeyFile, "error-passphrases-differ", Vec::new())
    }

    /// A passphrase is needed and there is no terminal to ask on.
    #[must_use]
    pub fn passphrase_needed() -> Self {
        Self::new(Exit::Usage, Code::KeyFile, "error-passphrase-needed", Vec::new())
    }

    /// A setting is missing.
    #[must_use]
    pub fn missing(setting: &str) -> Self {
        Self::new(
            Exit::Usage,
            Code::ConfigInvalid,
            "error-missing",
            vec![("setting", setting.into())],
        )
    }

    /// No configuration file has such a profile.
    #[must_use]
    pub fn no_profile(name: &str) -> Self {
        let args = vec![("name", name.into())];
        Self::new(Exit::Usage, Code::ConfigInvalid, "error-no-profile", args)
    }

    /// A setting can't have this value.
    #[must_use]
    pub fn bad_setting(setting: &'static str, value: &str) -> Self {
        let args = vec![("setting", setting.into()), ("value", value.into())];
        Self::new(Exit::Usage, Code::ConfigInvalid, "error-bad-setting", args)
    }

    /// The trust policy cannot be read, so nothing can be judged.
    #[must_use]
    pub fn policy(path: &Path, detail: impl Into<Said>) -> Self {
        let args = vec![("path", path.display().to_string().into()), ("detail", detail.into())];
        Self::new(Exit::CannotCheck, Code::CannotVerify, "error-policy", args)
    }

    /// A chain of policies is false, or can't be judged.
    #[must_use]
    pub fn policies(is_false: bool, detail: impl Into<Said>) -> Self {
        let exit = if is_false { Exit::Mismatch } else { Exit::CannotCheck };
        Self::new(exit, Code::CannotVerify, "error-policies", vec![("detail", detail.into())])
    }

    /// A chain of policies does not go on where the trusted one ends: one of them is forged.
    #[must_use]
    pub fn policies_differ() -> Self {
        Self::new(Exit::Mismatch, Code::CannotVerify, "error-policies-differ", Vec::new())
    }

    /// A draft of a policy asks for no signature of a key.
    #[must_use]
    pub fn policy_key(key: &str) -> Self {
        let args = vec![("key", key.into())];
        Self::new(Exit::Usage, Code::ToolUsage, "error-policy-key", args)
    }

    /// Two drafts are not of one policy.
    #[must_use]
    pub fn policy_drafts(path: &Path) -> Self {
        let args = vec![("path", path.display().to_string().into())];
        Self::new(Exit::Mismatch, Code::ToolUsage, "error-policy-drafts", args)
    }

    /// A draft of a policy lacks signatures.
    #[must_use]
    pub fn policy_unsigned((signed, needed): (usize, usize), missing: &str) -> Self {
        let args = vec![
            ("signed", signed.to_string().into()),
            ("needed", needed.to_string().into()),
            ("missing", missing.into()),
        ];
        Self::new(Exit::Rejected, Code::PolicySignatures, "error-policy-unsigned", args)
    }

    /// A node does not know the newest policy that is trusted here yet.
    #[must_use]
    pub fn policies_behind() -> Self {
        Self::new(Exit::NotFinal, Code::CannotVerify, "error-policies-behind", Vec::new())
    }

    /// The service did not answer.
    #[must_use]
    pub fn network(url: &str, detail: &str) -> Self {
        let args = vec![("url", url.into()), ("detail", detail.into())];
        Self::new(Exit::Network, Code::Unreachable, "error-network", args)
    }

    /// The service answered with a problem.
    #[must_use]
    pub fn problem(status: u16, code: &str, detail: &str, hint: &str) -> Self {
        let exit = match status {
            401 | 403 => Exit::Permission,
            404 | 410 => Exit::NotFound,
            409 => Exit::Conflict,
            425 => Exit::NotFinal,
            429 | 502..=504 => Exit::Network,
            400 | 413 | 415 | 422 => Exit::Rejected,
            _ => Exit::Unexpected,
        };
        let args = vec![
            ("status", status.to_string().into()),
            ("detail", detail.into()),
            ("hint", hint.into()),
        ];
        Self { exit, code: code.to_owned(), id: PROBLEM, args }
    }

    /// The service answered with an error that is not a problem document.
    #[must_use]
    pub fn status(status: u16, url: &str) -> Self {
        let detail = format!("HTTP {status}");
        if matches!(status, 429 | 502..=504) {
            Self::network(url, &detail)
        } else {
            Self::answer(url, detail)
        }
    }

    /// A record is accepted and not final yet.
    #[must_use]
    pub fn not_final(id: &str) -> Self {
        Self::new(Exit::NotFinal, Code::NotFinalYet, "error-not-final", vec![("id", id.into())])
    }

    /// A case waits for no draw and was not given away by one, or that is not final yet.
    #[must_use]
    pub fn no_assignment(case: &str) -> Self {
        let args = vec![("case", case.into())];
        Self::new(Exit::NotFound, Code::NotFound, "error-no-assignment", args)
    }

    /// An organisation collected nothing for such a pool.
    #[must_use]
    pub fn no_pool(pool: &str) -> Self {
        Self::new(Exit::NotFound, Code::NotFound, "error-no-pool", vec![("pool", pool.into())])
    }

    /// An organisation gave an author no statement, or none that is final.
    #[must_use]
    pub fn no_statement(args: &[(&'static str, String)]) -> Self {
        let args = args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        Self::new(Exit::NotFound, Code::NotFound, "error-no-statement", args)
    }

    /// A record or draft was refused before it was sent.
    #[must_use]
    pub fn rejected(code: &str, pointer: &str, detail: &str) -> Self {
        let args = vec![("pointer", pointer.into()), ("detail", detail.into())];
        Self { exit: Exit::Rejected, code: code.to_owned(), id: "error-rejected", args }
    }

    /// A code that no registry knows.
    #[must_use]
    pub fn unknown_code(code: &str) -> Self {
        Self::new(Exit::NotFound, Code::NotFound, "error-unknown-code", vec![("code", code.into())])
    }

    /// The service's answer is not in the agreed form.
    #[must_use]
    pub fn answer(url: &str, detail: impl Into<Said>) -> Self {
        let args = vec![("url", url.into()), ("detail", detail.into())];
        Self::new(Exit::CannotCheck, Code::AnswerUnknown, "error-answer", args)
    }

    /// A node's log is not the one that its checkpoint stands for, or the checkpoint is not final.
    #[must_use]
    pub fn false_log(url: &str, detail: impl Into<Said>) -> Self {
        let args = vec![("url", url.into()), ("detail", detail.into())];
        Self::new(Exit::Mismatch, Code::VerificationFailed, "error-false-log", args)
    }

    /// What was seen of a log can't be read: it was cut off, changed, or is of another version.
    #[must_use]
    pub fn memory(path: &Path, detail: Said) -> Self {
        let args = vec![("path", path.display().to_string().into()), ("detail", detail)];
        Self::new(Exit::CannotCheck, Code::ToolFile, "error-memory", args)
    }

    /// How far an audit is can't be taken up: it was cut off, changed, or is of another ledger or call.
    #[must_use]
    pub fn standing(path: &Path, detail: Said) -> Self {
        let args = vec![("path", path.display().to_string().into()), ("detail", detail)];
        Self::new(Exit::CannotCheck, Code::ToolFile, "error-standing", args)
    }

    /// Another process keeps what was seen of a log locked.
    #[must_use]
    pub fn memory_busy(path: &Path) -> Self {
        let args = vec![("path", path.display().to_string().into())];
        Self::new(Exit::Network, Code::ToolFile, "error-memory-busy", args)
    }

    /// The policy does not accept the checkpoint that was kept.
    #[must_use]
    pub fn memory_policy(path: &Path, detail: Said) -> Self {
        let args = vec![("path", path.display().to_string().into()), ("detail", detail)];
        Self::new(Exit::CannotCheck, Code::CannotVerify, "error-memory-policy", args)
    }

    /// There are two logs of one name, and evidence of that.
    #[must_use]
    pub fn fork(evidence: &Path) -> Self {
        let args = vec![("path", evidence.display().to_string().into())];
        Self::new(Exit::SplitView, Code::SplitView, "error-fork", args)
    }

    /// A checkpoint is not shown to be of the log that was seen before.
    #[must_use]
    pub fn other_log(url: &str, detail: impl Into<Said>) -> Self {
        let args = vec![("url", url.into()), ("detail", detail.into())];
        Self::new(Exit::Mismatch, Code::VerificationFailed, "error-other-log", args)
    }

    /// The same, where what would show it is missing.
    #[must_use]
    pub fn unproven_log(url: &str, detail: impl Into<Said>) -> Self {
        let args = vec![("url", url.into()), ("detail", detail.into())];
        Self::new(Exit::CannotCheck, Code::CannotVerify, "error-other-log", args)
    }

    /// What another failure says of itself, without the rest of its message.
    #[must_use]
    pub fn detail(&self) -> Said {
        let detail = self.args.iter().find(|(name, _)| *name == "detail");
        detail.map_or_else(|| self.code.as_str().into(), |(_, detail)| detail.clone())
    }

    /// A receipt is not genuine, or can't be judged, and nothing is made of it.
    #[must_use]
    pub fn not_genuine(what: impl Into<Said>, exit: Exit, detail: impl Into<Said>) -> Self {
        let code =
            if exit == Exit::Mismatch { Code::VerificationFailed } else { Code::CannotVerify };
        let args = vec![("what", what.into()), ("detail", detail.into())];
        Self::new(exit, code, "error-not-genuine", args)
    }

    /// A subject has more records, or larger ones, than an evidence pack holds.
    #[must_use]
    pub fn too_large_pack(files: usize, bytes: usize) -> Self {
        let args = vec![("files", files.to_string().into()), ("bytes", bytes.to_string().into())];
        Self::new(Exit::CannotCheck, Code::PayloadTooLarge, "error-too-large-pack", args)
    }

    /// An entry of the log is of a form that this program does not know.
    #[must_use]
    pub fn unknown_entry(index: u64, detail: impl Into<Said>) -> Self {
        let args = vec![("index", index.to_string().into()), ("detail", detail.into())];
        Self::new(Exit::CannotCheck, Code::CannotVerify, "error-unknown-entry", args)
    }

    /// List and ledger differ in more things than a report holds.
    #[must_use]
    pub fn too_many_items(limit: usize) -> Self {
        let args = vec![("limit", limit.to_string().into())];
        Self::new(Exit::CannotCheck, Code::PayloadTooLarge, "error-too-many-items", args)
    }

    /// The uses behind an author's lines are more than a statement file carries.
    #[must_use]
    pub fn too_many_uses(limit: usize) -> Self {
        let args = vec![("limit", limit.to_string().into())];
        Self::new(Exit::CannotCheck, Code::PayloadTooLarge, "error-too-many-uses", args)
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.exit == Exit::Network
    }

    /// Whether a node could not answer for a fault of its own, such as a damaged row.
    #[must_use]
    pub fn is_of_node(&self) -> bool {
        self.id == PROBLEM && self.code == Code::Internal.to_string()
    }
}
