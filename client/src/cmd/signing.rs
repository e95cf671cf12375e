//! What commands that record something have in common: whose key signs, and the record it makes of a draft.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use clap::Args;
use tamga_api::draft::{Draft, Seal};
use tamga_format::body::Submission;
use tamga_format::id::{SubjectId, UnixMillis};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::{KeyStatus, Typed, decode};
use zeroize::Zeroizing;

use super::{Session, submit};
use crate::client::{Client, Wait};
use crate::error::{CliError, Exit};
use crate::signer::Keys;
use crate::text;
use crate::verify::fault;

/// A key to sign with.
#[derive(Args)]
pub(super) struct Signing {
    /// Key file, or the name of a devnet's demo key [env: TAMGA_KEY].
    #[arg(short, long)]
    key: Option<String>,
    /// File whose first line is the passphrase [env: TAMGA_PASSPHRASE].
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

impl Signing {
    /// The seed of the key.
    pub(super) fn seed(
        &self,
        session: &Session<'_>,
        origin: &str,
    ) -> Result<Zeroizing<[u8; 32]>, CliError> {
        let name = name(self.key.as_deref(), session)?;
        seed(&name, self.passphrase_file.as_deref(), session, origin)
    }
}

/// Who signs a record, and what becomes of it.
#[derive(Args)]
pub(super) struct Recording {
    #[command(flatten)]
    signing: Signing,
    /// Organisation that answers for a gateway or robot, `organisation#БИН`; the writer's own by default.
    #[arg(long)]
    on_behalf_of: Option<String>,
    /// File to write the receipt to.
    #[arg(long, conflicts_with = "dry_run")]
    receipt_out: Option<PathBuf>,
    /// Sign and ask whether the record would be taken; nothing is recorded.
    #[arg(long)]
    dry_run: bool,
}

/// The writer of a record to be: a key, and whose it is.
pub(super) struct Writer {
    key: SigningKey,
    origin: String,
    on_behalf_of: Option<String>,
    /// The subject that holds the key.
    pub(super) holder: Subject,
}

impl Recording {
    /// Opens the key and asks the ledger whose it is.
    pub(super) fn writer(
        &self,
        client: &Client,
        session: &Session<'_>,
    ) -> Result<Writer, CliError> {
        let origin = session.origin(Some(client))?;
        let key = SigningKey::from_seed(*self.signing.seed(session, &origin)?);
        let id = SubjectId(*key.public().key_id().as_bytes());
        let status: KeyStatus = status(client, &Subject::new(Role::Key, id))?;
        let holder = status.holder;
        // An organisation's own gateway answers to nobody else.
        let own = (holder.role == Role::Organisation).then(|| holder.to_text());
        let on_behalf_of = self.on_behalf_of.clone().or(own);
        Ok(Writer { key, origin, on_behalf_of, holder })
    }

    /// Signs a draft as the writer, and records it unless it is a dry run.
    pub(super) fn record(
        &self,
        draft: Draft,
        writer: &Writer,
        session: &mut Session<'_>,
    ) -> Result<Exit, CliError> {
        let time = text::rfc3339(UnixMillis(session.now.0 - session.now.0.rem_euclid(1000)));
        let draft = Draft {
            issuer: writer.holder.to_text(),
            event_time: time,
            on_behalf_of: writer.on_behalf_of.clone(),
            ..draft
        };
        let submission = seal(&draft, &writer.key, &writer.origin, submit::VALID_FOR_S, session)?;
        if self.dry_run {
            let id = submission.record().id().to_string();
            return submit::dry_run(&submission, &id, session);
        }
        let wait = Wait::Final(Duration::from_secs(submit::TIMEOUT_S));
        submit::deliver(&submission, wait, self.receipt_out.as_deref(), session)
    }
}

/// The status of a subject as the node states it.
pub(super) fn status<T: Typed>(client: &Client, subject: &Subject) -> Result<T, CliError> {
    let view = client.subject(&subject.to_text())?;
    let bytes = Base64::decode_vec(&view.status.unwrap_or_default())
        .map_err(|error| CliError::answer(client.url(), error.to_string()))?;
    let decoded = decode(&bytes).map_err(|error| CliError::answer(client.url(), fault(&error)))?;
    Ok(decoded.1)
}

/// The same, nothing if no record names the subject.
pub(super) fn known<T: Typed>(client: &Client, subject: &Subject) -> Result<Option<T>, CliError> {
    match status(client, subject) {
        Ok(status) => Ok(Some(status)),
        Err(error) if error.exit == Exit::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The key that is named, or set.
pub(super) fn name(given: Option<&str>, session: &Session<'_>) -> Result<String, CliError> {
    let set = || session.config.key.as_ref().map(|key| key.value.clone());
    given.map(str::to_owned).or_else(set).ok_or_else(|| CliError::missing("--key, TAMGA_KEY"))
}

/// The seed of a key of a ledger.
pub(super) fn seed(
    name: &str,
    passphrase_file: Option<&Path>,
    session: &Session<'_>,
    origin: &str,
) -> Result<Zeroizing<[u8; 32]>, CliError> {
    let passphrase = session.passphrase(passphrase_file, session.text("prompt-passphrase"));
    Keys::load(&session.config, origin)?.resolve(name, &session.config, &passphrase)
}

/// The signed record of a draft, with fresh nonce and salts.
pub(super) fn seal(
    draft: &Draft,
    key: &SigningKey,
    origin: &str,
    valid_for_s: i64,
    session: &Session<'_>,
) -> Result<Submission, CliError> {
    let mut random = [0_u8; 48];
    getrandom::fill(&mut random).map_err(|error| CliError::bug(&error.to_string()))?;
    let (nonce, salt_seed) = random.split_at(16);
    let salt_seed: [u8; 32] = salt_seed.try_into().map_err(|_| CliError::bug("32 bytes remain"))?;
    let valid_until = session.now.0.saturating_add(valid_for_s.saturating_mul(1000));
    let seal = Seal {
        origin,
        key_id: key.public().key_id(),
        nonce: nonce.try_into().map_err(|_| CliError::bug("16 bytes come first"))?,
        valid_until: UnixMillis(valid_until),
        salt: &|name| crate::import::derive::hmac(&salt_seed, &[name.as_bytes()]),
    };
    let (record, body) = draft.write(&seal).map_err(|rejection| {
        CliError::rejected(&rejection.code.to_string(), &rejection.pointer, &rejection.detail)
    })?;
    let record =
        record.sign(key).map_err(|error| CliError::rejected("TMG-4100", "", &error.to_string()))?;
    Submission::new(record, body).map_err(|error| CliError::bug(&error.to_string()))
}
