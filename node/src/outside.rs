//! Outside witnesses: who is asked to cosign what is final here, and what they have cosigned (spec §11.8, §20.9).
//!
//! A final checkpoint needs none of them. At a declared pace the newest public one is shown to every configured
//! witness, and whoever wants to rely on them judges by the second policy, *witnessed*.

mod ask;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::limits::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX};
use tamga_format::merkle::Hash;
use tamga_format::note::{Note, NoteSignature, VKey};
use tamga_format::policy::{Definition, Group, Policy, Threshold, Witness};
use tokio::sync::watch;

use crate::config::read_text;
use crate::http::ledger::FinalNote;
use crate::metrics::Metrics;

/// Names in the policy *witnessed* of the outside witnesses together, and of these with the ledger's own quorum.
const OUTSIDE: &str = "outside";
const WITNESSED: &str = "witnessed";
/// File of the newest witnessed checkpoint in a node's data folder.
pub const NOTE_FILE: &str = "witnessed.note";

/// `[[witness]]`: an outside witness that is asked for cosignatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideConfig {
    /// Its name in the policy.
    pub name: String,
    /// Its verifier key, of type 04; nobody else's cosignatures are kept.
    pub vkey: String,
    /// The address that `/add-checkpoint` is below.
    pub url: String,
}

/// The outside witnesses of a node.
#[derive(Clone, Debug)]
pub struct Outside {
    witnesses: Vec<Witness>,
    every: Duration,
    policy: Policy,
    /// Where the newest witnessed checkpoint is kept.
    file: PathBuf,
}

/// What outside witnesses have cosigned so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The newest checkpoint with any cosignature of theirs.
    pub newest: Option<Cosigned>,
    /// The newest that satisfies the policy *witnessed*; it never goes back.
    pub witnessed: Option<Cosigned>,
}

/// A final checkpoint with cosignatures of outside witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// Leaves of the log.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
    /// The note: the final one's lines, then theirs, in the order of the configuration.
    pub note: Arc<str>,
}

/// The consistency path between two sizes of the log; it blocks for a few disk reads.
pub type PathOf = Arc<dyn Fn(TreeSize, TreeSize) -> Option<Vec<Hash>> + Send + Sync>;

/// What asking needs of the node.
#[expect(missing_debug_implementations, reason = "it holds functions")]
pub struct Doors {
    /// The public checkpoint.
    pub newest: Box<dyn Fn() -> Option<FinalNote> + Send + Sync>,
    /// How the log grew.
    pub path: PathOf,
    /// Where it is counted.
    pub metrics: Arc<Metrics>,
}

impl Outside {
    /// The witnesses of a configuration, asked every `every_s` seconds, of which `needed` make a checkpoint witnessed.
    ///
    /// # Errors
    ///
    /// When a name or key is not of its form or used twice, or a note has no room for their lines.
    pub fn new(
        configured: &[OutsideConfig],
        needed: usize,
        every_s: u32,
        own: &Policy,
        data: &Path,
    ) -> Result<Self> {
        ensure!(every_s > 0, "witness_every_s is at least 1");
        let witness = |config: &OutsideConfig| {
            let key = VKey::parse(&config.vkey)
                .with_context(|| format!("vkey of the witness {}", config.name))?;
            let url = config.url.trim_end_matches('/').to_owned();
            Ok(Witness { name: config.name.clone(), key, url })
        };
        let witnesses = configured.iter().map(witness).collect::<Result<Vec<_>>>()?;
        let policy = witnessed(own, &witnesses, needed)
            .with_context(|| format!("{needed} of the {} witnesses configured", witnesses.len()))?;
        let every = Duration::from_secs(u64::from(every_s));
        Ok(Self { witnesses, every, policy, file: data.join(NOTE_FILE) })
    }

    /// The policy *witnessed*: the ledger's own quorum and enough outside witnesses.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What is known of their cosignatures, beginning with what was kept, and how it is written.
    #[must_use]
    pub fn begin(&self) -> (watch::Sender<Seen>, watch::Receiver<Seen>) {
        let kept = read_text(&self.file, NOTE_BYTES_MAX as u64).ok();
        let witnessed = kept.and_then(|text| self.judge(&text));
        watch::channel(Seen { newest: witnessed.clone(), witnessed })
    }

    /// Asks at the declared pace for as long as the node runs.
    pub async fn ask(self, doors: Doors, seen: watch::Sender<Seen>) {
        ask::Asker::new(self, doors, seen).run().await;
    }

    /// The note as a witnessed checkpoint; `None` if the policy does not accept it.
    fn judge(&self, text: &str) -> Option<Cosigned> {
        let verified = self.policy.verify(&Note::parse(text).ok()?).ok()?;
        let checkpoint = verified.checkpoint();
        Some(Cosigned { size: checkpoint.size, root: checkpoint.root, note: text.into() })
    }

    /// A final note with the lines of these witnesses, as many as fit.
    fn cosigned(&self, of: &FinalNote, lines: &[Option<NoteSignature>]) -> Option<Cosigned> {
        let mut note = Note::parse(&of.note).ok()?;
        let room = NOTE_SIGNATURES_MAX.saturating_sub(note.signatures.len());
        let before = note.signatures.len();
        note.signatures.extend(lines.iter().flatten().take(room).cloned());
        let any = note.signatures.len() > before;
        any.then(|| Cosigned { size: of.size, root: of.root, note: note.encode().into() })
    }
}

/// The policy by which a checkpoint is witnessed.
fn witnessed(own: &Policy, witnesses: &[Witness], needed: usize) -> Result<Policy> {
    let members = witnesses.iter().map(|witness| witness.name.clone()).collect();
    let outside = Group { name: OUTSIDE.to_owned(), threshold: Threshold::Count(needed), members };
    let mut definitions = own.definitions().to_vec();
    definitions.extend(witnesses.iter().cloned().map(Definition::Witness));
    definitions.push(Definition::Group(outside));
    let quorum = match own.quorum() {
        None => OUTSIDE,
        Some(own) => {
            definitions.push(Definition::Group(Group {
                name: WITNESSED.to_owned(),
                threshold: Threshold::All,
                members: vec![own.to_owned(), OUTSIDE.to_owned()],
            }));
            WITNESSED
        }
    };
    Ok(Policy::new(own.log().clone(), own.url().to_owned(), definitions, Some(quorum.to_owned()))?)
}

#[cfg(test)]
mod tests;
