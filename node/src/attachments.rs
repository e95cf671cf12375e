//! Attachments on disk: chunks in files, each written whole or not at all (spec §24.1, §24.7).
//!
//! A chunk is taken only for an attachment that a waiting record names, and only if it is the one that the manifest
//! names; so nothing is stored that nobody signed for. It goes with the last record that names it, unless one of them
//! came into the log: two records may name one attachment, and the end of one must not take the lines of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tamga_format::attachment::{MANIFEST_BYTES_MAX, Manifest};
use tamga_format::error::FormatError;
use tamga_format::id::{AttachmentId, RecordId};
use tamga_format::limits::CHUNK_BYTES_MAX;
use tamga_format::record::SignedRecord;
use tamga_state::royalty::lines::attachment_of;

const MANIFEST: &str = "manifest";
/// Begins the name of an empty file for each record for whose sake an attachment is here; the record's id follows.
const RECORD: &str = "record.";

/// Why something was not stored.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// No record that waits here names the attachment.
    #[error("no waiting record names the attachment; submit the record first")]
    Unexpected,
    /// The manifest is of another attachment, or the chunk is not the one it names.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The manifest is not here yet.
    #[error("the manifest comes first")]
    NoManifest,
    /// The disk refused.
    #[error("attachments: {0}; check the disk")]
    Io(#[from] io::Error),
}

type Expected = BTreeMap<AttachmentId, BTreeSet<RecordId>>;

/// What is here of an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its chunks.
    pub manifest: Manifest,
    /// Numbers of the chunks that are missing, ascending.
    pub missing: Vec<usize>,
}

/// The attachments of one validator; clones share them.
#[derive(Clone, Debug)]
pub struct Attachments {
    folder: Arc<Path>,
    /// For each attachment that is taken, the records that wait for it. Held locked while claims of records change.
    expected: Arc<Mutex<Expected>>,
    writes: Arc<AtomicU64>,
}

impl Attachments {
    /// The attachments in a folder, which is created; what an earlier run left of records that never came into the
    /// log is deleted.
    ///
    /// # Errors
    /// When the folder can't be read or written.
    pub fn open(folder: PathBuf, recorded: impl Fn(&RecordId) -> bool) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if !path.is_dir() {
                continue;
            }
            let (kept, gone): (Vec<RecordId>, Vec<RecordId>) =
                records_of(&path)?.into_iter().partition(&recorded);
            if kept.is_empty() {
                fs::remove_dir_all(&path)?;
                continue;
            }
            for record in gone {
                fs::remove_file(path.join(claim(&record)))?;
            }
        }
        Ok(Self { folder: folder.into(), expected: Arc::default(), writes: Arc::default() })
    }

    /// Attachments that are not here whole, with their records, which are in the log.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn unfinished(&self) -> io::Result<Vec<(AttachmentId, RecordId)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&*self.folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Ok(id) = AttachmentId::from_hex(name) else { continue };
            if let Some(record) = records_of(&path)?.first().copied()
                && !self.is_whole(&id)
            {
                found.push((id, record));
            }
        }
        Ok(found)
    }

    /// Takes chunks of an attachment for the sake of a record from now on; what is here already stays for it, durably.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn expect(&self, id: AttachmentId, record: RecordId) -> io::Result<()> {
        let mut expected = self.expected();
        if self.manifest(&id)?.is_some() {
            self.claim(&id, &record)?;
        }
        expected.entry(id).or_default().insert(record);
        Ok(())
    }

    /// Takes chunks of what a record brings, if it brings anything; a disk that refuses is logged, and uploads are refused.
    pub fn expect_of(&self, record: &SignedRecord) {
        let Some(attachment) = attachment_of(record.record()) else { return };
        if let Err(error) = self.expect(attachment, record.id()) {
            tracing::error!(%attachment, %error, "attachment not awaited");
        }
    }

    /// Takes no more for the sake of a record.
    pub fn close(&self, id: &AttachmentId, record: &RecordId) {
        close(&mut self.expected(), id, record);
    }

    /// Takes no more for the sake of a record, which did not come into the log, and deletes what is here unless another
    /// record needs it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn abandon(&self, id: &AttachmentId, record: &RecordId) -> io::Result<()> {
        let mut expected = self.expected();
        close(&mut expected, id, record);
        let folder = self.of(id);
        if !folder.exists() {
            return Ok(());
        }
        let mut records = records_of(&folder)?;
        if records.remove(record) {
            fs::remove_file(folder.join(claim(record)))?;
        }
        if records.is_empty() && !expected.contains_key(id) {
            fs::remove_dir_all(folder)?;
        }
        Ok(())
    }

    fn expected(&self) -> MutexGuard<'_, Expected> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says durably that what is here is here for the sake of a record.
    fn claim(&self, id: &AttachmentId, record: &RecordId) -> io::Result<()> {
        let (folder, name) = (self.of(id), claim(record));
        if folder.join(&name).exists() { Ok(()) } else { self.write(&folder, &name, &[]) }
    }

    /// Takes the manifest of an attachment; taking it again changes nothing.
    ///
    /// # Errors
    /// [`AttachmentError`].
    pub fn begin(&self, id: &AttachmentId, bytes: &[u8]) -> Result<Progress, AttachmentError> {
        let manifest = Manifest::decode(bytes)?;
        if manifest.id() != *id {
            return Err(FormatError::new(tamga_format::error::FormatCode::ChunkHash, 0).into());
        }
        let expected = self.expected();
        if let Some(known) = self.progress(id)? {
            return Ok(known);
        }
        let records = expected.get(id).ok_or(AttachmentError::Unexpected)?;
        let folder = self.of(id);
        fs::create_dir_all(&folder)?;
        for record in records {
            self.claim(id, record)?;
        }
        self.write(&folder, MANIFEST, bytes)?;
        let missing = (0..manifest.chunks().len()).collect();
        Ok(Progress { manifest, missing })
    }

    /// Takes a chunk; taking it again changes nothing.
    ///
    /// # Errors
    /// [`AttachmentError`].
    pub fn put(
        &self,
        id: &AttachmentId,
        number: usize,
        chunk: &[u8],
    ) -> Result<(), AttachmentError> {
        let manifest = self.manifest(id)?.ok_or(AttachmentError::NoManifest)?;
        manifest.check(number, chunk)?;
        let folder = self.of(id);
        let name = number.to_string();
        if folder.join(&name).exists() {
            return Ok(());
        }
        Ok(self.write(&folder, &name, chunk)?)
    }

    /// The manifest, if it is here.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn manifest(&self, id: &AttachmentId) -> io::Result<Option<Manifest>> {
        let Some(bytes) = read(&self.of(id).join(MANIFEST), MANIFEST_BYTES_MAX)? else {
            return Ok(None);
        };
        Manifest::decode(&bytes).map(Some).map_err(io::Error::other)
    }

    /// What is here of an attachment; `None` without its manifest.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn progress(&self, id: &AttachmentId) -> io::Result<Option<Progress>> {
        let Some(manifest) = self.manifest(id)? else { return Ok(None) };
        let folder = self.of(id);
        let absent = |number: &usize| !folder.join(number.to_string()).exists();
        let missing = (0..manifest.chunks().len()).filter(absent).collect();
        Ok(Some(Progress { manifest, missing }))
    }

    /// Whether all of an attachment is here.
    #[must_use]
    pub fn is_whole(&self, id: &AttachmentId) -> bool {
        matches!(self.progress(id), Ok(Some(progress)) if progress.missing.is_empty())
    }

    /// A chunk, if it is here.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn chunk(&self, id: &AttachmentId, number: usize) -> io::Result<Option<Vec<u8>>> {
        read(&self.of(id).join(number.to_string()), CHUNK_BYTES_MAX)
    }

    fn of(&self, id: &AttachmentId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Writes a file whole and synced: a crash before the renaming leaves a file that nobody reads.
    fn write(&self, folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let unnamed = folder.join(format!(".{name}.{number}"));
        let mut file = fs::File::create(&unnamed)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        // Whoever writes the same file at the same time writes the same bytes.
        fs::rename(&unnamed, folder.join(name))?;
        fs::File::open(folder)?.sync_all()
    }
}

/// The name of the file that says for which record an attachment is here.
fn claim(record: &RecordId) -> String {
    format!("{RECORD}{record}")
}

/// The records for whose sake an attachment is here.
fn records_of(folder: &Path) -> io::Result<BTreeSet<RecordId>> {
    let mut records = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let record = name.to_str().and_then(|name| name.strip_prefix(RECORD));
        records.extend(record.and_then(|hex| RecordId::from_hex(hex).ok()));
    }
    Ok(records)
}

fn close(expected: &mut Expected, id: &AttachmentId, record: &RecordId) {
    if let Some(records) = expected.get_mut(id) {
        records.remove(record);
        if records.is_empty() {
            expected.remove(id);
        }
    }
}

fn read(path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) if bytes.len() <= limit => Ok(Some(bytes)),
        Ok(_) => Err(io::Error::other(format!("{} is too long", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
