//! Runs that can be taken up again: what was signed is kept, and everything random follows from a key and a run's id.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use tamga_api::draft::{Draft, Seal};
use tamga_api::shapes::Stage;
use tamga_format::body::Submission;
use tamga_format::id::{RecordId, UnixMillis};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::royalty::lines::attachment_of;

use super::complete::Brought;
use super::settle::{PATIENCE, settle};
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::import::derive::hmac;
use crate::lang::Said;
use crate::{file, text};

const SCHEMA: &str = "tamga.desk.run/1";
/// How long a record may take to enter the log: a day.
const VALID_FOR_MS: i64 = 86_400_000;
const TAG: &[u8] = b"tamga/desk/v1\0";

/// What is kept of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// Form of this file, `tamga.desk.run/1`.
    schema: String,
    /// The ledger.
    origin: String,
    /// What the run is about, a pool or an organisation.
    about: String,
    /// When it began, RFC 3339.
    created: String,
    /// 64 random hex digits, from which, with the key, nonces and salts follow.
    id: String,
    /// Its steps by name.
    #[serde(default)]
    steps: BTreeMap<String, Step>,
}

/// A step of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// How many of its records were refused for good.
    attempt: u32,
    /// The submission, in base64, kept before it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed: Option<String>,
}

/// Who signs, and what is random about it.
pub struct Scribe {
    origin: String,
    okup: String,
    key: SigningKey,
    secret: [u8; 32],
    time: UnixMillis,
}

/// A record as a desk writes it.
pub struct Written<'w> {
    /// Code of the kind.
    pub kind: &'static str,
    /// The primary subject.
    pub subject: Subject,
    /// The others, but the organisation itself.
    pub subjects: &'w [Subject],
    /// Public fields.
    pub fields: Json,
    /// Restricted fields.
    pub body: Json,
}

impl Scribe {
    /// A scribe of an organisation; `run` is the id of its run.
    #[must_use]
    pub fn new(origin: &str, okup: &str, seed: &[u8; 32], run: &[u8; 32], now: UnixMillis) -> Self {
        Self {
            origin: origin.to_owned(),
            okup: okup.to_owned(),
            key: SigningKey::from_seed(*seed),
            secret: hmac(seed, &[TAG, run]),
            time: UnixMillis(now.0 - now.0.rem_euclid(1000)),
        }
    }

    /// The ledger.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// When its records are written.
    #[must_use]
    pub const fn time(&self) -> UnixMillis {
        self.time
    }

    /// 32 bytes that only the key's holder can tell, the same on every run.
    #[must_use]
    pub fn derive(&self, purpose: &str, number: u64) -> [u8; 32] {
        hmac(&self.secret, &[purpose.as_bytes(), b"\0", &number.to_be_bytes()])
    }

    /// A record of the organisation about itself; `purpose` tells it from every other of the run.
    ///
    /// # Errors
    /// When it does not have the form of its kind.
    pub fn write(&self, purpose: &str, written: &Written<'_>) -> Result<Submission, CliError> {
        let organisation = Subject::registered(Role::Organisation, &self.okup);
        let cmo = Subject::registered(Role::Cmo, &self.okup);
        let mut fields = object(&written.fields);
        fields.insert("okup_id".to_owned(), json!(organisation.id.to_string()));
        let named = written.subjects.iter().chain([&cmo]).filter(|it| **it != written.subject);
        let draft = Draft {
            kind: written.kind.to_owned(),
            version: None,
            issuer: organisation.to_text(),
            subject: written.subject.to_text(),
            subjects: named.map(Subject::to_text).collect(),
            event_time: text::rfc3339(self.time),
            after: None,
            on_behalf_of: None,
            references: Vec::new(),
            fields: fields.into_iter().collect(),
            body: object(&written.body).into_iter().collect(),
        };
        let half = self.derive(&format!("{purpose} nonce"), 0);
        let seal = Seal {
            origin: &self.origin,
            key_id: self.key.public().key_id(),
            nonce: std::array::from_fn(|at| half[at]),
            valid_until: UnixMillis(self.time.0.saturating_add(VALID_FOR_MS)),
            salt: &|name| self.derive(&format!("{purpose} salt {name}"), 0),
        };
        let (record, body) = draft.write(&seal).map_err(|rejection| {
            let code = rejection.code.to_string();
            CliError::rejected(&code, &rejection.pointer, &rejection.detail)
        })?;
        let signed = record.sign(&self.key);
        let signed = signed.map_err(|fault| super::complete::refused(&fault))?;
        Submission::new(signed, body).map_err(|fault| CliError::bug(&fault.to_string()))
    }
}

fn object(value: &Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap_or_default()
}

/// A run and its file.
pub struct Run {
    path: PathBuf,
    kept: Kept,
}

impl Run {
    /// The run kept at `path`, or a new one about `about`.
    ///
    /// # Errors
    /// When the file can't be read or written, or is of another ledger or subject.
    pub fn open(path: &Path, origin: &str, about: &str, now: UnixMillis) -> Result<Self, CliError> {
        let bad = |detail: Said| CliError::unreadable(path.display().to_string(), detail);
        let kept = match std::fs::read_to_string(path) {
            Ok(text) => {
                let kept: Kept =
                    serde_json::from_str(&text).map_err(|error| bad(error.to_string().into()))?;
                if kept.schema != SCHEMA {
                    let args = vec![("found", kept.schema.into()), ("known", SCHEMA.into())];
                    return Err(bad(Said::message("detail-version", args)));
                }
                if kept.origin != origin || kept.about != about {
                    let args = vec![("source", kept.about.into()), ("origin", kept.origin.into())];
                    return Err(bad(Said::message("detail-belongs", args)));
                }
                kept
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut id = [0_u8; 32];
                getrandom::fill(&mut id).map_err(|error| CliError::bug(&error.to_string()))?;
                Kept {
                    schema: SCHEMA.to_owned(),
                    origin: origin.to_owned(),
                    about: about.to_owned(),
                    created: text::rfc3339(now),
                    id: text::hex(&id),
                    steps: BTreeMap::new(),
                }
            }
            Err(error) => return Err(CliError::file(path, &error)),
        };
        Ok(Self { path: path.to_owned(), kept })
    }

    /// The run's id.
    ///
    /// # Errors
    /// When the file was edited.
    pub fn id(&self) -> Result<[u8; 32], CliError> {
        text::parse_hex32(&self.kept.id).ok_or_else(|| {
            let detail = Said::plain("detail-run-id");
            CliError::unreadable(self.path.display().to_string(), detail)
        })
    }

    /// What tells the next record of a step from those that were refused.
    #[must_use]
    pub fn purpose(&self, step: &str) -> String {
        let attempt = self.kept.steps.get(step).map_or(0, |step| step.attempt);
        format!("{step}.{attempt}")
    }

    fn save(&self) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(&self.kept);
        let text = text.map_err(|error| CliError::bug(&error.to_string()))?;
        file::replace(&self.path, format!("{text}\n").as_bytes())
    }

    /// What was signed for a step and may still be recorded.
    fn signed(
        &mut self,
        client: &Client,
        step: &str,
        brought: Option<&Brought>,
        now: UnixMillis,
    ) -> Result<Option<(Submission, Stage)>, CliError> {
        let Some(kept) = self.kept.steps.get_mut(step) else { return Ok(None) };
        let Some(signed) = kept.signed.as_deref().and_then(text::parse_base64) else {
            return Ok(None);
        };
        let Ok(submission) = Submission::decode(&signed) else { return Ok(None) };
        let record = submission.record().record();
        let stage = match client.operation(&submission.record().id().to_string()) {
            Ok(operation) => Some(operation.status),
            Err(error) if error.exit == Exit::NotFound => None,
            Err(error) => return Err(error),
        };
        let fits = record.valid_until > now && attachment_of(record) == brought.map(|it| it.id);
        match stage {
            Some(Stage::Accepted) if !fits => {
                let args = vec![("id", submission.record().id().to_string().into())];
                Err(CliError::usage(Said::message("usage-run-waits", args)))
            }
            Some(stage @ (Stage::Final | Stage::Ordered | Stage::Accepted)) => {
                Ok(Some((submission, stage)))
            }
            None if fits => Ok(Some((submission, Stage::Accepted))),
            Some(Stage::Rejected) | None => {
                kept.attempt = kept.attempt.saturating_add(1);
                kept.signed = None;
                Ok(None)
            }
        }
    }

    /// Has the record of a step in the log: one that was sent before is taken up, otherwise `make` writes it under the
    /// purpose that it is given.
    ///
    /// # Errors
    /// When the node is not reachable, or refuses the record.
    pub fn step(
        &mut self,
        client: &Client,
        step: &str,
        now: UnixMillis,
        brought: Option<&Brought>,
        make: &mut dyn FnMut(&str) -> Result<Submission, CliError>,
        told: &mut dyn FnMut(usize),
    ) -> Result<RecordId, CliError> {
        let (submission, stage) = match self.signed(client, step, brought, now)? {
            Some(known) => known,
            None => {
                let submission = make(&self.purpose(step))?;
                let kept = self.kept.steps.entry(step.to_owned()).or_default();
                kept.signed = Some(text::base64(&submission.encode()));
                // Durable before it is sent: a run that breaks off after this asks for these very bytes.
                self.save()?;
                (submission, Stage::Accepted)
            }
        };
        if stage != Stage::Final {
            settle(client, &submission, brought, PATIENCE, told)?;
        }
        Ok(submission.record().id())
    }

    /// When the run began.
    ///
    /// # Errors
    /// When the file was edited.
    pub fn created(&self) -> Result<UnixMillis, CliError> {
        text::parse_rfc3339(&self.kept.created).ok_or_else(|| {
            let detail = Said::plain("detail-run-id");
            CliError::unreadable(self.path.display().to_string(), detail)
        })
    }

    /// Keeps the run; it is durable when this returns.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn keep(&self) -> Result<(), CliError> {
        self.save()
    }

    /// Whether a record of this step was recorded for ever.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn is_done(&self, client: &Client, step: &str) -> Result<bool, CliError> {
        let kept = self.kept.steps.get(step).and_then(|step| step.signed.as_deref());
        let Some(signed) = kept.and_then(text::parse_base64) else { return Ok(false) };
        let Ok(submission) = Submission::decode(&signed) else { return Ok(false) };
        match client.operation(&submission.record().id().to_string()) {
            Ok(operation) => Ok(operation.status == Stage::Final),
            Err(error) if error.exit == Exit::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
