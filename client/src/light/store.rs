//! The file in which a light client keeps what it saw, with a lock against another one that writes it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use tamga_format::evidence::Evidence;
use tamga_format::id::{UnixMillis, sha256};
use tamga_format::subject::Subject;

use super::{Fork, Memory, SubjectSeen};
use crate::error::CliError;
use crate::file;
use crate::lang::Said;
use crate::text::hex;

/// The place of one log's memory, locked while this lives.
pub struct Store {
    folder: PathBuf,
    path: PathBuf,
    /// The system frees the lock with the file, also when the process is killed.
    _lock: File,
}

impl Store {
    /// Locks the memory of a log and reads it; of a log that was never seen it is empty. While another process has the
    /// lock, `wait` is called before it is tried again, and says whether it shall be.
    ///
    /// # Errors
    /// When the folder can't be made or written, another process keeps the lock, or the file is not what was kept: it is
    /// never silently begun anew.
    pub fn open(
        folder: &Path,
        origin: &str,
        mut wait: impl FnMut() -> bool,
    ) -> Result<(Self, Memory), CliError> {
        let failed = |error: std::io::Error| CliError::file(folder, &error);
        std::fs::create_dir_all(folder).map_err(failed)?;
        let path = Self::path(folder, origin);
        let beside = path.with_extension("lock");
        let lock = File::create(&beside).map_err(|error| CliError::file(&beside, &error))?;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if wait() => {}
                Err(TryLockError::WouldBlock) => return Err(CliError::memory_busy(&path)),
                Err(TryLockError::Error(error)) => return Err(CliError::file(&beside, &error)),
            }
        }
        let memory = match std::fs::read(&path) {
            Ok(bytes) => read(&path, bytes, origin)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Memory::new(origin),
            Err(error) => return Err(CliError::file(&path, &error)),
        };
        Ok((Self { folder: folder.to_owned(), path, _lock: lock }, memory))
    }

    /// Where the memory of a log is.
    #[must_use]
    pub fn path(folder: &Path, origin: &str) -> PathBuf {
        folder.join(format!("{}.tamga-light", stem(origin)))
    }

    /// Keeps it; when this returns it is durable.
    ///
    /// # Errors
    /// When the file can't be written; then what was kept before is still there.
    pub fn keep(&self, memory: &Memory) -> Result<(), CliError> {
        file::replace(&self.path, memory.encode().as_bytes())
    }

    /// What was seen of a subject, if anything.
    ///
    /// # Errors
    /// When the file is not what was kept.
    pub fn subject(
        &self,
        origin: &str,
        subject: &Subject,
    ) -> Result<Option<SubjectSeen>, CliError> {
        let path = self.subject_path(origin, subject);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CliError::file(&path, &error)),
        };
        let wrong = |detail| CliError::memory(&path, detail);
        let text =
            String::from_utf8(bytes).map_err(|_| wrong(Said::plain("detail-memory-torn")))?;
        let seen = SubjectSeen::parse(&text).map_err(wrong)?;
        let same = seen.origin == origin && seen.subject == *subject;
        if same { Ok(Some(seen)) } else { Err(wrong(Said::plain("detail-memory-form"))) }
    }

    /// Keeps what was seen of a subject.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn keep_subject(&self, seen: &SubjectSeen) -> Result<(), CliError> {
        let path = self.subject_path(&seen.origin, &seen.subject);
        file::replace(&path, seen.encode().as_bytes())
    }

    fn subject_path(&self, origin: &str, subject: &Subject) -> PathBuf {
        let subject = stem(&subject.to_string());
        self.folder.join(format!("{}-{subject}.tamga-light-subject", stem(origin)))
    }

    /// Keeps evidence in a file of its own and then the fork in the memory, which is durable when this returns.
    ///
    /// # Errors
    /// When one of the files can't be written.
    pub fn keep_fork(
        &self,
        memory: &mut Memory,
        evidence: &Evidence,
        now: UnixMillis,
    ) -> Result<PathBuf, CliError> {
        let text = evidence.encode();
        let fork = Fork { at: now, evidence: sha256(&[text.as_bytes()]) };
        let path = self.evidence(&fork);
        // Killed in between, the next round finds the fork again.
        file::replace(&path, text.as_bytes())?;
        memory.fork = Some(fork);
        self.keep(memory)?;
        Ok(path)
    }

    /// Where the evidence of a fork is.
    #[must_use]
    pub fn evidence(&self, fork: &Fork) -> PathBuf {
        let name = hex(&fork.evidence);
        self.folder.join(format!("{}.tamga-evidence", name.get(..16).unwrap_or(&name)))
    }
}

/// A name of a file for what may hold what no file name can.
fn stem(name: &str) -> String {
    let mut stem = hex(&sha256(&[name.as_bytes()]));
    stem.truncate(16);
    stem
}

fn read(path: &Path, bytes: Vec<u8>, origin: &str) -> Result<Memory, CliError> {
    let wrong = |detail| CliError::memory(path, detail);
    let text = String::from_utf8(bytes).map_err(|_| wrong(Said::plain("detail-memory-torn")))?;
    let memory = Memory::parse(&text).map_err(wrong)?;
    if memory.origin == origin { Ok(memory) } else { Err(wrong(Said::plain("detail-memory-form"))) }
}

/// Sets the memory of a log and of its subjects aside, readable or not, so that the next round begins anew; the place
/// that the log's is moved to, `None` if there is none.
///
/// # Errors
/// When it can't be moved.
pub fn set_aside(
    folder: &Path,
    origin: &str,
    now: UnixMillis,
) -> Result<Option<PathBuf>, CliError> {
    let failed = |error: std::io::Error| CliError::file(folder, &error);
    let path = Store::path(folder, origin);
    let subjects = format!("{}-", stem(origin));
    let mut aside = None;
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let found = entry.map_err(failed)?.path();
        let name = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let of_subject = name.starts_with(&subjects) && name.ends_with(".tamga-light-subject");
        if found != path && !of_subject {
            continue;
        }
        let moved = folder.join(format!("{name}.{}.set-aside", now.0));
        std::fs::rename(&found, &moved).map_err(failed)?;
        if found == path {
            aside = Some(moved);
        }
    }
    file::sync_folder(&path).map(|()| aside)
}
