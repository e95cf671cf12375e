//! `tamga policy`: which policies are trusted, whether a chain of them holds, what came since, and how the next one
//! comes to be.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};
use tamga_format::policy_chain::{Policies, PolicyChain, Ruling, is_policy_chain};
use tamga_format::policy_record::policy_digest;
use tamga_format::receipt::ReceiptError;
use tamga_state::registry::genesis_policy_fields;

use super::Session;
use crate::error::{CliError, Exit};
use crate::file::replace;
use crate::output::Shown;
use crate::text;
use crate::trust::{Trust, beside, continues};
use crate::verify::fault;

mod ceremony;

/// The policies of a ledger.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show the policies that are trusted here.
    Show {
        /// Trust policy file, or a chain of policies [env: TAMGA_POLICY].
        #[arg(short, long)]
        policy: Option<PathBuf>,
    },
    /// Check a chain of policies from the genesis file on.
    Verify {
        /// The `.tamga-policies` file.
        file: PathBuf,
        /// The genesis file; the devnet's by default.
        #[arg(long)]
        genesis: Option<PathBuf>,
    },
    /// Fetch the policies that followed the trusted one, check them, and trust the newest.
    Update {
        /// Trust policy file, or a chain of policies [env: TAMGA_POLICY].
        #[arg(short, long)]
        policy: Option<PathBuf>,
        /// The genesis file, needed until a chain is held; the devnet's by default.
        #[arg(long)]
        genesis: Option<PathBuf>,
    },
    /// Draft the policy that is to follow the trusted one, for everybody to sign who must.
    Draft(ceremony::Draft),
    /// Show what a draft changes, and who has signed it so far.
    Review(ceremony::Review),
    /// Sign a draft offline, with a key whose signature it asks for.
    Sign(ceremony::Sign),
    /// Record a draft that everybody has signed who must.
    Submit(ceremony::Submit),
}

pub(super) fn run(command: &Command, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Command::Show { policy } => show(policy.as_deref(), session),
        Command::Verify { file, genesis } => verify(file, genesis.as_deref(), session),
        Command::Update { policy, genesis } => {
            update(policy.as_deref(), genesis.as_deref(), session)
        }
        Command::Draft(command) => ceremony::draft(command, session),
        Command::Review(command) => ceremony::review(command, session),
        Command::Sign(command) => ceremony::sign(command, session),
        Command::Submit(command) => ceremony::submit(command, session),
    }
}

fn show(policy: Option<&Path>, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let path = session.config.policy_path(policy)?;
    match Trust::load(&path)? {
        Trust::Chain(policies) => list("policy.show", &policies, session),
        Trust::Policy(policy) => {
            let hash = policy.hash().to_string();
            let args = [
                ("origin", policy.origin().to_owned()),
                ("hash", hash.clone()),
                ("witnesses", policy.witnesses().count().to_string()),
            ];
            let human = session.out.messages.text("policy-alone", &args);
            let data = json!({ "origin": policy.origin(), "hash": hash, "number": Value::Null });
            let plain = vec![String::new(), hash.clone()];
            session.out.item("policy.show", Shown { data, human, plain, id: hash });
            end("policy.show", 1, session);
        }
    }
    Ok(Exit::Success)
}

fn verify(
    file: &Path,
    genesis: Option<&Path>,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let root = root_of_genesis(genesis, session)?;
    let text = std::fs::read_to_string(file).map_err(|error| CliError::file(file, &error))?;
    let policies = checked(&text, &root)?;
    list("policy.verify", &policies, session);
    Ok(Exit::Success)
}

/// What is held is never given up for less: the new chain must contain the trusted policy and go on where the held
/// chain ends.
fn update(
    policy: Option<&Path>,
    genesis: Option<&Path>,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let path = session.config.policy_path(policy)?;
    let trust = Trust::load(&path)?;
    let root = match &trust {
        Trust::Chain(policies) => policies.root(),
        Trust::Policy(_) => root_of_genesis(genesis, session)?,
    };
    let fetched = session.client()?.policies()?;
    let policies = checked(&fetched, &root)?;
    if policies.by_hash(trust.newest().hash()).is_none() {
        let known = match &trust {
            Trust::Chain(held) => held.newest().number > policies.newest().number,
            Trust::Policy(_) => false,
        };
        // Who is behind is not believed less for it.
        return Err(if known { CliError::policies_behind() } else { CliError::policies_differ() });
    }
    if let Trust::Chain(held) = &trust
        && !continues(held, &policies)
    {
        return Err(CliError::policies_differ());
    }
    let newest = policies.newest();
    let text_held = std::fs::read_to_string(&path).unwrap_or_default();
    if is_policy_chain(&text_held) {
        replace(&path, fetched.as_bytes())?;
    } else {
        // The chain first: beside the text of an older policy it is as good.
        replace(&beside(&path), fetched.as_bytes())?;
        replace(&path, newest.policy().encode().as_bytes())?;
    }
    let changed = trust.newest() != newest.policy();
    list("policy.update", &policies, session);
    let id = if changed { "policy-changed" } else { "policy-unchanged" };
    session.out.tell_message(id, &[("number", newest.number.to_string())]);
    Ok(Exit::Success)
}

fn root_of_genesis(genesis: Option<&Path>, session: &Session<'_>) -> Result<[u8; 32], CliError> {
    let path = session.config.genesis_path(genesis)?;
    let text = std::fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
    let (genesis, _) = crate::import::genesis(&path, &text)?;
    Ok(policy_digest(&genesis_policy_fields(&genesis)))
}

fn checked(text: &str, root: &[u8; 32]) -> Result<Policies, CliError> {
    let chain = PolicyChain::parse(text).map_err(ReceiptError::from);
    chain.and_then(|chain| chain.verify(root)).map_err(|error| {
        let false_one = matches!(error, ReceiptError::Mismatch(_));
        CliError::policies(false_one, fault(&error.fault()))
    })
}

fn list(kind: &'static str, policies: &Policies, session: &mut Session<'_>) {
    for ruling in policies.rulings() {
        let item = item(ruling, session);
        session.out.item(kind, item);
    }
    end(kind, policies.rulings().len(), session);
}

fn end(kind: &'static str, count: usize, session: &mut Session<'_>) {
    let data = json!({ "policies": count });
    session.out.end_list(kind, "policies", Shown { data, ..Shown::default() });
}

fn item(ruling: &Ruling, session: &Session<'_>) -> Shown {
    let (policy, validators) = (ruling.policy(), &ruling.payload.validators);
    let hash = policy.hash().to_string();
    let recorded = ruling.recorded_at.map(text::rfc3339);
    let names: Vec<&str> = validators.members().iter().map(|it| it.name.as_str()).collect();
    let args = [
        ("number", ruling.number.to_string()),
        ("height", ruling.first.get().to_string()),
        ("size", ruling.after.get().to_string()),
        ("quorum", validators.quorum().to_string()),
        ("count", names.len().to_string()),
        ("names", names.join(", ")),
        ("governors", ruling.payload.governance.len().to_string()),
        ("hash", hash.clone()),
    ];
    Shown {
        data: json!({
            "number": ruling.number,
            "hash": hash,
            "from_height": ruling.first.get(),
            "after_size": ruling.after.get(),
            "recorded_at": recorded,
            "validators": names,
            "quorum": validators.quorum(),
            "governors": ruling.payload.governance.len(),
        }),
        human: session.out.messages.text("policy-row", &args),
        plain: vec![
            ruling.number.to_string(),
            hash.clone(),
            ruling.first.get().to_string(),
            ruling.after.get().to_string(),
            recorded.unwrap_or_default(),
            names.join(","),
        ],
        id: hash,
    }
}
