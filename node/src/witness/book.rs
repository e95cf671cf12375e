//! What a witness saw of each log, and whether it cosigns the next checkpoint.
//!
//! A checkpoint is checked against the one cosigned last, made durable and only then cosigned, all under one lock of
//! its log: of two requests at a time the second finds what the first left (the race of C2SP tlog-witness). The
//! [watermark](crate::watermark) sees to it that a second process, a copied file or a failed write can't make the key
//! contradict itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use tamga_api::time;
use tamga_format::contradiction::Contradiction;
use tamga_format::cosignature;
use tamga_format::error::FormatError;
use tamga_format::id::{Height, TreeRoot, TreeSize, UnixMillis, sha256};
use tamga_format::limits::NOTE_BYTES_MAX;
use tamga_format::note::{Note, NoteSignature, VKey};
use tamga_format::signature::SigningKey;
use tamga_format::witness::{AddCheckpoint, AnyCheckpoint, origin_hash};

use crate::config::read_text;
use crate::watermark::{Mark, Watermark, WatermarkError};

/// For how long the same checkpoint gets the same cosignature again, without another write.
const SAME_WITHIN_S: u64 = 60;
const MINUTE_MS: u64 = 60_000;

/// Why a checkpoint is not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The request has another form.
    #[error("{0}")]
    Malformed(#[from] FormatError),
    /// No such log is configured.
    #[error("this witness does not know the log")]
    Unknown,
    /// The log's signature is missing or does not hold.
    #[error("the note has no signature that holds by the key known for the log")]
    Untrusted,
    /// The old size is above the checkpoint's.
    #[error("the old size is above the size of the checkpoint")]
    OldAbove,
    /// Something else was cosigned last.
    #[error("cosigned last was size {at}")]
    Conflict {
        /// The size that was cosigned last.
        at: TreeSize,
    },
    /// It does not extend what was cosigned last.
    #[error("the checkpoint does not extend size {at}, which was cosigned last")]
    Inconsistent {
        /// The size that was cosigned last.
        at: TreeSize,
    },
    /// The log asks more often than was agreed.
    #[error("more checkpoints of this log than agreed; come again in {after_s} s")]
    TooOften {
        /// Seconds after which to come again.
        after_s: u64,
    },
    /// What was cosigned can't be kept.
    #[error("the witness can't keep what it cosigns")]
    Broken,
}

/// A cosigned checkpoint as it is shown to monitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The note: the log's line and the witness's.
    pub note: Note,
    /// Leaves of the log.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
    /// When it was cosigned, in UTC seconds.
    pub time_s: u64,
}

impl Shown {
    /// Reads and checks the file that a witness keeps of a log.
    #[must_use]
    pub fn read(file: &Path, log: &VKey, witness: &VKey) -> Option<Self> {
        let text = read_text(file, NOTE_BYTES_MAX as u64).ok()?;
        let note = Note::parse(&text).ok()?;
        let checkpoint = AnyCheckpoint::parse(&note.text).ok()?;
        let [log_line, own] = note.signatures.as_slice() else { return None };
        log.verify_text(&note.text, log_line).ok()?;
        let time_s = cosignature::verify(witness, &note.text, own).ok()?;
        let (size, root) = (checkpoint.size, checkpoint.root);
        (checkpoint.origin == log.name()).then_some(Self { note, size, root, time_s })
    }

    /// When it was cosigned, for people.
    #[must_use]
    pub fn instant(&self) -> String {
        let ms = i64::try_from(self.time_s.saturating_mul(1_000)).unwrap_or(i64::MAX);
        time::instant(UnixMillis(ms))
    }
}

/// A witness's key and what it saw of each log.
#[derive(Debug)]
pub struct Book {
    key: SigningKey,
    vkey: VKey,
    /// By the hash of the origin.
    pages: BTreeMap<String, Mutex<Page>>,
}

/// One log.
#[derive(Debug)]
struct Page {
    log: VKey,
    watermark: Watermark,
    shown: Option<Shown>,
    folder: PathBuf,
    /// Milliseconds in which one request comes back.
    unit_ms: u64,
    /// When as many requests as agreed are there again.
    full_at_ms: u64,
}

impl Book {
    /// Opens what was cosigned of these logs, each with the checkpoints agreed for a minute.
    ///
    /// # Errors
    ///
    /// When a log is named twice, a file belongs to another key, or another process holds it.
    pub fn open(
        folder: &Path,
        key: SigningKey,
        vkey: VKey,
        logs: Vec<(VKey, u32)>,
    ) -> Result<Self> {
        let mut pages = BTreeMap::new();
        for (log, per_minute) in logs {
            let hash = origin_hash(log.name());
            let watermark = folder.join(format!("{hash}.watermark"));
            let watermark =
                Watermark::open(&watermark, &format!("{vkey} {hash}")).with_context(|| {
                    format!("log {}: a witness that lost it needs a new name and key", log.name())
                })?;
            let shown = Shown::read(&folder.join(format!("{hash}.note")), &log, &vkey);
            let unit_ms = MINUTE_MS / u64::from(per_minute.max(1));
            let (name, folder) = (log.name().to_owned(), folder.to_owned());
            let page = Page { log, watermark, shown, folder, unit_ms, full_at_ms: 0 };
            if pages.insert(hash, Mutex::new(page)).is_some() {
                bail!("the log {name} is configured twice; an origin has one key");
            }
        }
        Ok(Self { key, vkey, pages })
    }

    /// The witness's key.
    #[must_use]
    pub const fn vkey(&self) -> &VKey {
        &self.vkey
    }

    fn page(&self, hash: &str) -> Option<MutexGuard<'_, Page>> {
        // Every change of a page leaves it whole, so a panic elsewhere spoils nothing.
        Some(self.pages.get(hash)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was cosigned last of the log whose origin has this hash.
    #[must_use]
    pub fn shown(&self, hash: &str) -> Option<String> {
        self.page(hash)?.shown.as_ref().map(|shown| shown.note.encode())
    }

    /// Cosigns the checkpoint of a request. Blocks for the flush of a file.
    ///
    /// # Errors
    ///
    /// Why it is not cosigned.
    pub fn add(&self, body: &str, now: UnixMillis) -> Result<NoteSignature, Refusal> {
        let request = AddCheckpoint::parse(body)?;
        let checkpoint = AnyCheckpoint::parse(&request.note.text)?;
        let mut page = self.page(&origin_hash(checkpoint.origin)).ok_or(Refusal::Unknown)?;
        let line = page.signed_by_log(&request.note)?;
        let at = page.watermark.current().map_or(TreeSize(0), |mark| mark.size);
        if request.old > checkpoint.size {
            return Err(Refusal::OldAbove);
        }
        if request.old != at {
            return Err(Refusal::Conflict { at });
        }
        let needs_no_path = request.old == TreeSize(0) || request.old == checkpoint.size;
        let empty_tree = TreeRoot(sha256(&[]));
        if (needs_no_path && !request.path.is_empty())
            || (checkpoint.size == TreeSize(0) && checkpoint.root != empty_tree)
        {
            return Err(Refusal::Inconsistent { at });
        }
        let now_ms = u64::try_from(now.get()).unwrap_or(0);
        if let Some(again) = page.cosigned_lately(&request.note.text, now_ms / 1_000) {
            return Ok(again);
        }
        page.take(now_ms)?;
        let (size, root) = (checkpoint.size, checkpoint.root);
        // A witness does not look at blocks.
        let mark = Mark { height: Height(0), size, root, time_s: now_ms / 1_000 };
        let time_s = if size == TreeSize(0) {
            // Nothing can contradict the empty tree, so that there is nothing to remember.
            mark.time_s
        } else {
            let advanced = page.watermark.advance(mark, &request.path);
            advanced.map_err(|error| page.refuse(error, &request.note, line, at))?.mark().time_s
        };
        // From here on the mark is durable: a crash loses a cosignature, never the memory of it.
        let text = request.note.text.clone();
        let own = cosignature::cosign(&self.key, self.vkey.name(), &text, time_s)
            .expect("the name of a verifier key is a name");
        let note = Note { text, signatures: vec![line.clone(), own.clone()] };
        page.show(Shown { note, size, root, time_s })?;
        Ok(own)
    }
}

impl Page {
    /// The log's line of a note; every line that names its key must hold.
    fn signed_by_log<'n>(&self, note: &'n Note) -> Result<&'n NoteSignature, Refusal> {
        let mut lines = note.signatures.iter().filter(|line| self.log.is_named_by(line)).peekable();
        let first = lines.peek().copied().ok_or(Refusal::Untrusted)?;
        for line in lines {
            self.log.verify_text(&note.text, line).map_err(|_| Refusal::Untrusted)?;
        }
        Ok(first)
    }

    /// The cosignature of the last minute, if this is the checkpoint it was made for: anybody can repeat a request.
    fn cosigned_lately(&self, text: &str, now_s: u64) -> Option<NoteSignature> {
        let shown = self.shown.as_ref().filter(|shown| shown.note.text == text)?;
        let lately = now_s < shown.time_s.saturating_add(SAME_WITHIN_S);
        lately.then(|| shown.note.signatures.last().cloned()).flatten()
    }

    /// Takes one of the requests agreed for a minute.
    fn take(&mut self, now_ms: u64) -> Result<(), Refusal> {
        let full_at = self.full_at_ms.max(now_ms) + self.unit_ms;
        let over = (full_at - now_ms).saturating_sub(MINUTE_MS);
        if over > 0 {
            return Err(Refusal::TooOften { after_s: over.div_ceil(1_000) });
        }
        self.full_at_ms = full_at;
        Ok(())
    }

    /// Keeps and shows a cosigned checkpoint: the file is there whole or not at all.
    fn show(&mut self, shown: Shown) -> Result<(), Refusal> {
        let name = format!("{}.note", origin_hash(self.log.name()));
        self.write(&name, &shown.note.encode()).map_err(|error| {
            tracing::error!(log = self.log.name(), %error, "a cosigned checkpoint can't be kept");
            Refusal::Broken
        })?;
        self.shown = Some(shown);
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> std::io::Result<()> {
        let fresh = self.folder.join(format!("{name}.new"));
        let mut file = File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, self.folder.join(name))
    }

    /// What a log is told whose checkpoint could not become the newest; a fork leaves evidence.
    fn refuse(
        &self,
        error: WatermarkError,
        note: &Note,
        line: &NoteSignature,
        at: TreeSize,
    ) -> Refusal {
        let log = self.log.name();
        match error {
            WatermarkError::Behind { .. } | WatermarkError::Fork { .. } => {
                tracing::warn!(log, %error, "a checkpoint is not cosigned");
                self.keep_evidence(note, line);
                Refusal::Inconsistent { at }
            }
            WatermarkError::Locked(_)
            | WatermarkError::Damaged { .. }
            | WatermarkError::Changed(_)
            | WatermarkError::Io { .. } => {
                tracing::error!(log, %error, "the log is no longer cosigned");
                Refusal::Broken
            }
        }
    }

    /// Writes down two roots of one size under the log's key: proof, to anybody, of what the log did.
    fn keep_evidence(&self, note: &Note, line: &NoteSignature) {
        let Some(shown) = &self.shown else { return };
        let of_log = |note: &Note, line: Option<&NoteSignature>| Note {
            text: note.text.clone(),
            signatures: line.into_iter().cloned().collect(),
        };
        let notes = [of_log(&shown.note, shown.note.signatures.first()), of_log(note, Some(line))];
        let Ok(contradiction) = Contradiction::new(self.log.clone(), notes) else { return };
        let name = format!("{}-{}.tamga-contradiction", origin_hash(self.log.name()), shown.size);
        match self.write(&name, &contradiction.encode()) {
            Ok(()) => {
                tracing::error!(log = self.log.name(), name, "the log signed two roots of one size")
            }
            Err(error) => tracing::error!(name, %error, "evidence against the log can't be kept"),
        }
    }
}

#[cfg(test)]
mod tests;
