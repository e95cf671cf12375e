//! `tamga keygen`, `tamga key list`, `tamga key show`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use tamga_format::signature::SigningKey;
use zeroize::Zeroizing;

use super::Session;
use crate::error::{CliError, Exit};
use crate::keyfile::{self, PublicPart};
use crate::keyring::{FILE_NAME, Keyring};
use crate::output::Shown;
use crate::signer::Passphrase;
use crate::text;

/// A new key.
#[derive(Args)]
pub(super) struct Keygen {
    /// Key file to write; by default `<key id>.key` in the keys' directory.
    #[arg(long)]
    out: Option<PathBuf>,
    /// File whose first line is the passphrase [env: TAMGA_PASSPHRASE].
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

/// Keys at hand.
#[derive(Subcommand)]
pub(super) enum Key {
    /// List key files and the devnet's demo keys.
    List {
        /// Directory of key files.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Show the public part of a key file.
    Show {
        /// Key file.
        file: PathBuf,
    },
}

pub(super) fn keygen(command: &Keygen, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let passphrase = Passphrase {
        again: Some(session.text("prompt-repeat-passphrase")),
        ..session
            .passphrase(command.passphrase_file.as_deref(), session.text("prompt-new-passphrase"))
    }
    .obtain()?;
    if passphrase.is_empty() {
        return Err(CliError::passphrase_needed());
    }
    let mut seed = Zeroizing::new([0_u8; 32]);
    getrandom::fill(seed.as_mut()).map_err(|error| CliError::bug(&error.to_string()))?;
    let part = PublicPart::of(&SigningKey::from_seed(*seed));
    let path = command
        .out
        .clone()
        .unwrap_or_else(|| session.config.keys_dir.value.join(format!("{}.key", part.id)));
    let file = keyfile::seal(&seed, &passphrase, keyfile::WORK_FACTOR)?;
    keyfile::create(&path, &file)?;
    let shown = shown(&part, &path.display().to_string(), session);
    session.out.result("keygen", &shown);
    session.out.tell_message("keygen-next", &[("path", path.display().to_string())]);
    Ok(Exit::Success)
}

pub(super) fn key(command: &Key, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Key::Show { file } => {
            let text =
                std::fs::read_to_string(file).map_err(|error| CliError::file(file, &error))?;
            let part = keyfile::public_part(&text)?;
            let shown = shown(&part, &file.display().to_string(), session);
            session.out.result("key.show", &shown);
        }
        Key::List { dir } => {
            let dir = dir.clone().unwrap_or_else(|| session.config.keys_dir.value.clone());
            let mut found = files(&dir)?;
            let demo = session.config.devnet().map(|dir| dir.join(FILE_NAME));
            if let Some(path) = demo.filter(|path| path.is_file()) {
                let ring = Keyring::load(&path)?;
                for name in ring.names() {
                    let part = PublicPart::of(&ring.key(name, ring.origin())?);
                    found.push((name.to_owned(), part));
                }
            }
            for (name, part) in found {
                let human = format!("{}  {name}", part.id);
                let shown = Shown { human, ..shown(&part, &name, session) };
                session.out.item("key", shown);
            }
            session.out.end_list("key.list", "keys", Shown::default());
        }
    }
    Ok(Exit::Success)
}

/// The key files of a directory, by name; none when there is no such directory.
fn files(dir: &Path) -> Result<Vec<(String, PublicPart)>, CliError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(CliError::file(dir, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| CliError::file(dir, &error))?.path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if let Ok(part) = keyfile::public_part(&text) {
            found.push((path.display().to_string(), part));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

fn shown(part: &PublicPart, name: &str, session: &Session<'_>) -> Shown {
    let (id, number) = (part.id.to_string(), part.safety_number());
    let public = text::base64(&part.public);
    let human = [("key-file", name), ("key-id", &id), ("key-safety", &number)]
        .iter()
        .map(|(id, value)| format!("{:<18} {value}", session.text(id)))
        .collect::<Vec<_>>()
        .join("\n");
    let data = json!({
        "name": name,
        "key_id": id,
        "public_key": public,
        "safety_number": number,
    });
    Shown { data, human, plain: vec![id.clone(), public, number, name.to_owned()], id }
}
