//! The last checkpoint a key has signed, kept outside the database (spec §7.3).
//!
//! A key that signs checkpoints must never contradict itself, whatever happens to the database. So
//! the watermark moves before the signature is made, only forward, only to a tree that extends the
//! one below it, and by compare-and-swap: the file must still hold what was read from it. One
//! process holds it at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tamga_format::id::{Height, TreeRoot, TreeSize, sha256};
use tamga_format::merkle::{Hash, verify_consistency};

/// Bytes a watermark file may have.
const FILE_BYTES_MAX: u64 = 4_096;

/// A point in the life of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Height of the block that the checkpoint closes.
    pub height: Height,
    /// Size of the tree.
    pub size: TreeSize,
    /// Root of the tree.
    pub root: TreeRoot,
    /// When it was signed, in seconds since 1970-01-01 UTC.
    pub time_s: u64,
}

/// A mark that is durable and therefore may be signed.
///
/// There is no public constructor: holding one is the proof that [`Watermark::advance`] ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signable(Mark);

impl Signable {
    /// What may be signed, with the time to sign it under.
    #[must_use]
    pub const fn mark(&self) -> &Mark {
        &self.0
    }
}

/// Why a watermark cannot be opened or moved.
#[derive(Debug, thiserror::Error)]
pub enum WatermarkError {
    /// Another process holds it.
    #[error("watermark {0} is held by another process; stop that one first")]
    Locked(PathBuf),
    /// The file is not a watermark of this key.
    #[error("watermark {path} is damaged or of another key ({what}); restore it, or remove it and let the peers confirm what was signed")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The file no longer holds what this process wrote.
    #[error("watermark {0} was changed by someone else; nothing more is signed until a restart")]
    Changed(PathBuf),
    /// A checkpoint below the watermark.
    #[error("size {size} is below the watermark {at}")]
    Behind {
        /// The size refused.
        size: u64,
        /// The size of the watermark.
        at: u64,
    },
    /// A second root of a size, or a tree that does not extend the one signed before.
    #[error("size {size} with root {root} does not extend what this key has signed: refused for good")]
    Fork {
        /// The size refused.
        size: u64,
        /// The root refused.
        root: TreeRoot,
    },
    /// The file cannot be read or written; the process must not go on signing.
    #[error("watermark {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The failure.
        error: io::Error,
    },
}

/// The watermark of one key, held exclusively.
#[derive(Debug)]
pub struct Watermark {
    path: PathBuf,
    /// The key's text form: a file of another key is refused.
    key: String,
    current: Option<Mark>,
    /// After a failed write it is unknown what is durable (R3): only opening again tells.
    broken: bool,
    /// Held for its lock.
    _lock: File,
}

impl Watermark {
    /// Opens the watermark of the key with text form `key`; the file may be absent, its folder not.
    ///
    /// # Errors
    /// When another process holds it, or the file is not a watermark of this key.
    pub fn open(path: &Path, key: &str) -> Result<Self, WatermarkError> {
        let io = |error| WatermarkError::Io { path: path.to_owned(), error };
        let mut options = OpenOptions::new();
        let lock = options.write(true).create(true).truncate(false);
        let lock = lock.open(beside(path, "lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(WatermarkError::Locked(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        let current = read(path, key)?;
        Ok(Self { path: path.to_owned(), key: key.to_owned(), current, broken: false, _lock: lock })
    }

    /// The newest mark; `None` when nothing was signed with this file.
    #[must_use]
    pub const fn current(&self) -> Option<&Mark> {
        self.current.as_ref()
    }

    /// Moves to `next` and makes that durable. `path` is the consistency path from the current
    /// size; it is not looked at when the size stays the same.
    ///
    /// The signing time is `next.time_s`, or that of the mark before when the clock went back.
    ///
    /// # Errors
    /// When `next` is behind, or does not extend the mark before; or the file cannot be written.
    pub fn advance(&mut self, next: Mark, path: &[Hash]) -> Result<Signable, WatermarkError> {
        let mut next = next;
        if let Some(last) = &self.current {
            let (size, root) = (next.size.get(), next.root);
            if next.size < last.size {
                return Err(WatermarkError::Behind { size, at: last.size.get() });
            }
            let extends = if next.size == last.size {
                next.root == last.root
            } else {
                verify_consistency(last.size.get(), size, path, &last.root, &root).is_ok()
            };
            if !extends {
                return Err(WatermarkError::Fork { size, root });
            }
            next.time_s = next.time_s.max(last.time_s);
        }
        self.swap(next)?;
        Ok(Signable(next))
    }

    /// Moves to a mark that this key is known to have signed elsewhere: a restored or cloned node
    /// learns from its peers where its key has been. Lower marks change nothing.
    ///
    /// # Errors
    /// When the key signed another root of the current size, or the file cannot be written.
    pub fn raise(&mut self, seen: Mark) -> Result<(), WatermarkError> {
        match &self.current {
            Some(last) if seen.size < last.size => Ok(()),
            Some(last) if seen.size == last.size && seen.root != last.root => {
                Err(WatermarkError::Fork { size: seen.size.get(), root: seen.root })
            }
            Some(last) if seen.size == last.size && seen.time_s <= last.time_s => Ok(()),
            _ => self.swap(seen),
        }
    }

    fn swap(&mut self, next: Mark) -> Result<(), WatermarkError> {
        if self.current == Some(next) && !self.broken {
            return Ok(());
        }
        if self.broken || read(&self.path, &self.key)? != self.current {
            self.broken = true;
            return Err(WatermarkError::Changed(self.path.clone()));
        }
        self.broken = true;
        write(&self.path, &encode(&self.key, &next))
            .map_err(|error| WatermarkError::Io { path: self.path.clone(), error })?;
        self.broken = false;
        self.current = Some(next);
        Ok(())
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Replaces the file. After a crash it holds either the old text or the new one, and once this
/// returns it holds the new one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let fresh = beside(path, "new");
    let mut file = File::create(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn encode(key: &str, mark: &Mark) -> String {
    let Mark { height, size, root, time_s } = mark;
    let (height, size) = (height.get(), size.get());
    let text = format!(
        "tamga-watermark/v1\nkey {key}\nheight {height}\nsize {size}\nroot {root}\ntime {time_s}\n"
    );
    let check = TreeRoot(sha256(&[text.as_bytes()]));
    format!("{text}check {check}\n")
}

fn read(path: &Path, key: &str) -> Result<Option<Mark>, WatermarkError> {
    let io = |error| WatermarkError::Io { path: path.to_owned(), error };
    let damaged = |what| WatermarkError::Damaged { path: path.to_owned(), what };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
        Ok(file) if file.len() > FILE_BYTES_MAX => return Err(damaged("it is too long")),
        Ok(_) => {}
    }
    let bytes = std::fs::read(path).map_err(io)?;
    let text = String::from_utf8(bytes).map_err(|_| damaged("it is not text"))?;
    let mark = decode(&text).ok_or_else(|| damaged("its lines cannot be read"))?;
    // One form: whatever differs from what we would write, by a byte or in its key, is refused.
    if encode(key, &mark) == text { Ok(Some(mark)) } else { Err(damaged("its check fails")) }
}

fn decode(text: &str) -> Option<Mark> {
    let mut lines = text.lines().skip(2);
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    Some(Mark {
        height: Height(field("height")?.parse().ok()?),
        size: TreeSize(field("size")?.parse().ok()?),
        root: TreeRoot::from_hex(field("root")?).ok()?,
        time_s: field("time")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests;
