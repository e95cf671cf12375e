//! How a policy follows another: a draft that goes to every organisation, is signed offline by each for itself, and is
//! recorded once enough have (docs/operations.md).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tamga_api::draft::{self as record_draft, value};
use tamga_api::genesis_file::GenesisFile;
use tamga_format::id::SubjectId;
use tamga_format::policy::Policy;
use tamga_format::policy_record::{PolicyPayload, Purpose};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::registry::genesis_policy_fields;
use tamga_state::status::PolicyStatus;
use zeroize::Zeroizing;

use super::super::Session;
use super::super::evidence::{founders, name_of};
use super::super::signing::{self, Recording};
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::{Colour, Shown};
use crate::policy_draft::changes::Changes;
use crate::policy_draft::{
    Ask, BYTES_MAX, Change, DraftFault, Owner, PolicyDraft, fields_of, purpose_name,
};
use crate::text;
use crate::trust::Trust;
use crate::verify::fault;

/// A policy to draft.
#[derive(Args)]
pub(in crate::cmd) struct Draft {
    /// File of what changes, TOML: validators by name, organisations that govern by БИН.
    changes: PathBuf,
    /// Text of the next policy, where more of it changes than its validators.
    #[arg(long)]
    text: Option<PathBuf>,
    /// File to write the draft to.
    #[arg(short, long)]
    out: PathBuf,
    /// Trust policy file, or a chain of policies [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// The genesis file, needed until a chain is held; it also names the organisations.
    #[arg(long)]
    genesis: Option<PathBuf>,
}

/// A draft to look at.
#[derive(Args)]
pub(in crate::cmd) struct Review {
    /// The draft; of several the signatures are put together.
    #[arg(required = true)]
    drafts: Vec<PathBuf>,
    /// Genesis file, which names the organisations; the devnet's by default.
    #[arg(long)]
    genesis: Option<PathBuf>,
}

/// A draft to sign.
#[derive(Args)]
pub(in crate::cmd) struct Sign {
    /// The draft; the signature is added to it.
    draft: PathBuf,
    /// Key file of an organisation that governs, or keys.toml of a validator or publisher [env: TAMGA_KEY].
    #[arg(short, long)]
    key: Option<String>,
    /// File whose first line is the passphrase [env: TAMGA_PASSPHRASE].
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// Sign what is shown; without it nothing is signed.
    #[arg(long)]
    yes: bool,
    /// Genesis file, which names the organisations; the devnet's by default.
    #[arg(long)]
    genesis: Option<PathBuf>,
}

/// A draft to record.
#[derive(Args)]
pub(in crate::cmd) struct Submit {
    /// The draft; of several the signatures are put together.
    #[arg(required = true)]
    drafts: Vec<PathBuf>,
    #[command(flatten)]
    recording: Recording,
}

pub(super) fn draft(command: &Draft, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let from = in_force(command, session)?;
    let written = file::read(&command.changes, BYTES_MAX)?;
    let unreadable =
        |path: &Path, detail: Said| CliError::unreadable(path.display().to_string(), detail);
    let written = String::from_utf8_lossy(&written);
    let changes: Changes = toml::from_str(&written)
        .map_err(|error| unreadable(&command.changes, error.message().into()))?;
    let next = match &command.text {
        None => None,
        Some(path) => {
            let bytes = file::read(path, BYTES_MAX)?;
            let policy = Policy::parse(&String::from_utf8_lossy(&bytes));
            Some(policy.map_err(|error| unreadable(path, fault(&error)))?)
        }
    };
    let to = changes.apply(&from, next).map_err(|said| unreadable(&command.changes, said))?;
    let draft = PolicyDraft::new(&fields_of(&from), to)
        .map_err(|fault: DraftFault| unreadable(&command.changes, fault.said()))?;
    file::replace(&command.out, draft.encode().as_bytes())?;
    let names = names(command.genesis.as_deref(), session)?;
    show("policy.draft", &draft, &names, session);
    let path = text::shell_word(&command.out.display().to_string());
    session.out.tell_message("policy-draft-next", &[("path", path)]);
    Ok(Exit::Success)
}

pub(super) fn review(command: &Review, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let draft = together(&command.drafts)?;
    let names = names(command.genesis.as_deref(), session)?;
    show("policy.review", &draft, &names, session);
    Ok(Exit::Success)
}

pub(super) fn sign(command: &Sign, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let mut draft = read(&command.draft)?;
    let names = names(command.genesis.as_deref(), session)?;
    if !command.yes {
        show("policy.sign", &draft, &names, session);
        session.out.tell_message("policy-sign-not", &[]);
        return Ok(Exit::Usage);
    }
    let name = signing::name(command.key.as_deref(), session)?;
    let signed: Vec<Purpose> = keys(&name, command, &draft, session)?
        .into_iter()
        .filter(|(purpose, seed)| draft.sign(*purpose, seed))
        .map(|(purpose, _)| purpose)
        .collect();
    if signed.is_empty() {
        return Err(CliError::policy_key(&name));
    }
    file::replace(&command.draft, draft.encode().as_bytes())?;
    show("policy.sign", &draft, &names, session);
    let args =
        [("keys", purposes(&signed, session)), ("path", command.draft.display().to_string())];
    session.out.tell_message("policy-signed", &args);
    Ok(Exit::Success)
}

pub(super) fn submit(command: &Submit, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let draft = together(&command.drafts)?;
    let fields = draft.record_fields().map_err(|_| {
        let missing = draft.asked().into_iter().filter(|it| it.new && !it.signed);
        let missing: Vec<String> =
            missing.map(|it| asked(&it, &BTreeMap::new(), session)).collect();
        let missing = if missing.is_empty() { "0".to_owned() } else { missing.join(", ") };
        CliError::policy_unsigned(draft.governors(), &missing)
    })?;
    let info = Kind::G08.info();
    let json = |(number, field): &(u16, _)| {
        let known = info.field(*number)?;
        Some((known.name.to_owned(), value::read(Some(known.ty), field)))
    };
    let record = record_draft::Draft {
        kind: info.code.to_owned(),
        version: None,
        issuer: String::new(),
        subject: PolicyStatus::subject().to_text(),
        subjects: Vec::new(),
        event_time: String::new(),
        after: None,
        on_behalf_of: None,
        references: Vec::new(),
        fields: fields.iter().filter_map(json).collect(),
        body: BTreeMap::new(),
    };
    let client = session.client()?;
    let writer = command.recording.writer(&client, session)?;
    let exit = command.recording.record(record, &writer, session)?;
    if exit == Exit::Success {
        session.out.tell_message("policy-submitted", &[]);
    }
    Ok(exit)
}

/// The newest policy that is trusted: of the chain, or the genesis's as long as there is no other.
fn in_force(command: &Draft, session: &Session<'_>) -> Result<PolicyPayload, CliError> {
    let path = session.config.policy_path(command.policy.as_deref())?;
    let policy = match Trust::load(&path)? {
        Trust::Chain(policies) => return Ok(policies.newest().payload.clone()),
        Trust::Policy(policy) => policy,
    };
    let path = session.config.genesis_path(command.genesis.as_deref())?;
    let text = std::fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
    let (genesis, _) = crate::import::genesis(&path, &text)?;
    if genesis.policy != policy {
        return Err(CliError::policies_differ());
    }
    PolicyPayload::read(&genesis_policy_fields(&genesis)).map_err(|fault| {
        CliError::unreadable(path.display().to_string(), DraftFault::from(fault).said())
    })
}

fn read(path: &Path) -> Result<PolicyDraft, CliError> {
    let bytes = file::read(path, BYTES_MAX)?;
    let draft = String::from_utf8(bytes).map_err(|_| DraftFault::Form);
    draft
        .and_then(|text| PolicyDraft::parse(&text))
        .map_err(|fault| CliError::unreadable(path.display().to_string(), fault.said()))
}

/// One draft with the signatures of all these files.
fn together(paths: &[PathBuf]) -> Result<PolicyDraft, CliError> {
    let mut all: Option<PolicyDraft> = None;
    for path in paths {
        let next = read(path)?;
        let Some(draft) = &mut all else {
            all = Some(next);
            continue;
        };
        if !draft.take(next) {
            return Err(CliError::policy_drafts(path));
        }
    }
    all.ok_or_else(|| CliError::bug("the parser wants a draft"))
}

type Seed = Zeroizing<[u8; 32]>;

/// Seeds that a validator or publisher keeps, each for one purpose.
#[derive(Default, Deserialize)]
struct NodeKeys {
    consensus: Option<String>,
    cosigner: Option<String>,
    beacon: Option<String>,
    log: Option<String>,
}

/// The keys of a file by purpose: those of a process, or the one by which an organisation governs.
fn keys(
    name: &str,
    command: &Sign,
    draft: &PolicyDraft,
    session: &Session<'_>,
) -> Result<Vec<(Purpose, Seed)>, CliError> {
    let text = std::fs::read_to_string(name).map(Zeroizing::new).unwrap_or_default();
    let of_process: NodeKeys = toml::from_str(&text).unwrap_or_default();
    let of_process = [
        (Purpose::Consensus, of_process.consensus),
        (Purpose::Cosigner, of_process.cosigner),
        (Purpose::Beacon, of_process.beacon),
        (Purpose::Log, of_process.log),
    ];
    let seeds: Vec<_> = of_process
        .into_iter()
        .filter_map(|(purpose, seed)| Some((purpose, Zeroizing::new(seed?))))
        .filter_map(|(purpose, seed)| Some((purpose, Zeroizing::new(text::parse_hex32(&seed)?))))
        .collect();
    if !seeds.is_empty() {
        return Ok(seeds);
    }
    let origin = draft.successor().policy.origin();
    let seed = signing::seed(name, command.passphrase_file.as_deref(), session, origin)?;
    Ok(vec![(Purpose::Governance, seed)])
}

/// Organisations by id, with number and name.
type Names = BTreeMap<SubjectId, String>;

fn names(genesis: Option<&Path>, session: &Session<'_>) -> Result<Names, CliError> {
    let file: Option<GenesisFile> = founders(genesis, session)?;
    let parts = file.iter().flat_map(|file| &file.organisations);
    let named = parts.map(|part| {
        let id = Subject::registered(Role::Organisation, &part.number).id;
        (id, format!("{} ({})", name_of(part, session), part.number))
    });
    Ok(named.collect())
}

fn organisation(id: &SubjectId, names: &Names) -> String {
    names.get(id).cloned().unwrap_or_else(|| Subject::new(Role::Organisation, *id).to_text())
}

fn purposes(purposes: &[Purpose], session: &Session<'_>) -> String {
    let name = |purpose: &Purpose| session.text(purpose_name(*purpose));
    purposes.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A signature that is asked for: what for, and whose.
fn asked(ask: &Ask, names: &Names, session: &Session<'_>) -> String {
    let owner = match &ask.owner {
        Owner::Organisation(id) => organisation(id, names),
        Owner::Validator(name) => name.clone(),
        Owner::Log => String::new(),
    };
    format!("{} {owner}", session.text(purpose_name(ask.purpose))).trim_end().to_owned()
}

fn change(change: &Change, names: &Names, session: &Session<'_>) -> String {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let of = |id: &str, name: &str| say(id, &[("name", name.to_owned())]);
    let by = |id: &str, governor: &SubjectId| of(id, &organisation(governor, names));
    match change {
        Change::Joins(name) => of("policy-change-joins", name),
        Change::Leaves(name) => of("policy-change-leaves", name),
        Change::Place(name) => of("policy-change-place", name),
        Change::Keys(name, keys) => {
            let args = [("name", name.clone()), ("keys", purposes(keys, session))];
            say("policy-change-keys", &args)
        }
        Change::Governs(id) => by("policy-change-governs", id),
        Change::GovernsNot(id) => by("policy-change-governs-not", id),
        Change::GovernsBy(id) => by("policy-change-governs-by", id),
        Change::Log => say("policy-change-log", &[]),
        Change::Quorum([(before, all), (quorum, count)]) => {
            let args = [
                ("before", before.to_string()),
                ("all", all.to_string()),
                ("quorum", quorum.to_string()),
                ("count", count.to_string()),
            ];
            say("policy-change-quorum", &args)
        }
    }
}

/// What a draft changes, in words and line by line, and who has signed it.
fn show(command: &'static str, draft: &PolicyDraft, names: &Names, session: &mut Session<'_>) {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let (to, digest) = (draft.successor(), text::hex(&draft.successor().digest()));
    let changes: Vec<String> =
        draft.changes().iter().map(|it| change(it, names, session)).collect();
    let [gone, come] = draft.lines();
    let asks = draft.asked();
    let missing = asks.iter().filter(|it| it.new && !it.signed).count();
    let (signed, needed) = draft.governors();
    let complete = draft.record_fields().is_ok();
    let head = [
        ("number", to.number.to_string()),
        ("origin", to.policy.origin().to_owned()),
        ("before", draft.in_force().number.to_string()),
    ];
    let mut lines = vec![say("policy-draft-head", &head)];
    lines.push(format!("  {}", say("policy-draft-digest", &[("digest", digest.clone())])));
    lines.extend(changes.iter().map(|line| format!("  {line}")));
    lines.push(say("policy-draft-lines", &[]));
    lines.extend(gone.iter().map(|line| session.out.paint(Colour::Red, &format!("- {line}"))));
    lines.extend(come.iter().map(|line| session.out.paint(Colour::Green, &format!("+ {line}"))));
    let counts = [
        ("signed", signed.to_string()),
        ("needed", needed.to_string()),
        ("missing", missing.to_string()),
    ];
    lines.push(say("policy-draft-signed", &counts));
    for ask in &asks {
        let sign = if ask.signed { "✔" } else { "·" };
        lines.push(format!("  {sign} {}", asked(ask, names, session)));
    }
    if complete {
        lines.push(say("policy-draft-complete", &[]));
    }
    let json = |ask: &Ask| -> Json {
        json!({
            "purpose": ask.purpose.name(), "key": text::base64(&ask.key),
            "owner": asked(ask, names, session), "new": ask.new, "signed": ask.signed,
        })
    };
    let data = json!({
        "origin": to.policy.origin(), "number": to.number, "digest": digest,
        "changes": changes, "removed": gone, "added": come,
        "signatures": asks.iter().map(json).collect::<Vec<_>>(),
        "governors": signed, "governors_needed": needed, "new_missing": missing,
        "complete": complete,
    });
    let plain = vec![
        digest.clone(),
        to.number.to_string(),
        signed.to_string(),
        needed.to_string(),
        missing.to_string(),
    ];
    session.out.result(command, &Shown { data, human: lines.join("\n"), plain, id: digest });
}
