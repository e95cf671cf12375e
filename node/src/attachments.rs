//! Attachments on disk: chunks in files, each written whole or not at all (spec §24.1, §24.7).
//!
//! A chunk is taken only for an attachment that a waiting record names, and only if it is the one that the manifest
//! names; so nothing is stored that nobody signed for. It goes with its record, unless that came into the log.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tamga_format::attachment::{MANIFEST_BYTES_MAX, Manifest};
use tamga_format::error::FormatError;
use tamga_format::id::{AttachmentId, RecordId};
use tamga_format::limits::CHUNK_BYTES_MAX;

const MANIFEST: &str = "manifest";
/// The file that names the record for whose sake an attachment is here.
const RECORD: &str = "record";

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
    expected: Arc<Mutex<BTreeMap<AttachmentId, RecordId>>>,
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
            let record = read(&path.join(RECORD), 32)?.and_then(|bytes| bytes.try_into().ok());
            if path.is_dir() && !record.is_some_and(|id| recorded(&RecordId(id))) {
                fs::remove_dir_all(&path)?;
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
            let record = read(&path.join(RECORD), 32)?.and_then(|bytes| bytes.try_into().ok());
            if let Some(record) = record.map(RecordId)
                && !self.is_whole(&id)
            {
                found.push((id, record));
            }
        }
        Ok(found)
    }

    /// Takes chunks of an attachment for the sake of a record from now on.
    pub fn expect(&self, id: AttachmentId, record: RecordId) {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).insert(id, record);
    }

    /// Takes no more.
    pub fn close(&self, id: &AttachmentId) {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Takes no more, and deletes what is here: its record did not come into the log.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn abandon(&self, id: &AttachmentId) -> io::Result<()> {
        self.close(id);
        let folder = self.of(id);
        if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
    }

    /// The record for whose sake chunks of an attachment are taken.
    fn expected(&self, id: &AttachmentId) -> Option<RecordId> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
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
        if let Some(known) = self.progress(id)? {
            return Ok(known);
        }
        let record = self.expected(id).ok_or(AttachmentError::Unexpected)?;
        let folder = self.of(id);
        fs::create_dir_all(&folder)?;
        self.write(&folder, RECORD, record.as_bytes())?;
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
