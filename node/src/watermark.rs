//! The last checkpoint a key has signed, kept outside the database (spec §11.4).
//!
//! A key that signs checkpoints must never contradict itself, whatever happens to the database. So
//! the watermark moves before the signature is made, only forward, only to a tree that extends the
//! one below it, and by compare-and-swap: the file must still hold what was read from it. One
//! process holds it at a time.
//!
//! The file has two slots of text. A mark is written over the older one and synced, so that a crash
//! in the middle leaves the newer one, at the cost of one flush of the disk.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use tamga_format::id::{Height, TreeRoot, TreeSize, sha256};
use tamga_format::merkle::{Hash, verify_consistency};

/// Bytes of a slot: the longest key name and numbers fit.
const SLOT_BYTES: usize = 512;
/// Bytes of the file.
const FILE_BYTES: usize = 2 * SLOT_BYTES;

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
    #[error(
        "watermark {path} is damaged or of another key ({what}); restore it, or remove it and let the peers confirm what was signed"
    )]
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
    #[error(
        "size {size} with root {root} does not extend what this key has signed: refused for good"
    )]
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
    /// What the file holds; `None` when it is absent.
    image: Option<Image>,
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
        let image = read(path).map_err(io)?;
        let current = match &image {
            None => None,
            Some(None) => return Err(damaged(path, "it has not 1,024 bytes")),
            Some(Some(image)) => Some(image.newest(key).map_err(|what| damaged(path, what))?),
        };
        let (path, key, image) = (path.to_owned(), key.to_owned(), image.flatten());
        Ok(Self { path, key, current, image, broken: false, _lock: lock })
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
        let io = |error| WatermarkError::Io { path: self.path.clone(), error };
        let held = read(&self.path).map_err(io)?;
        if self.broken || held != self.image.clone().map(Some) {
            self.broken = true;
            return Err(WatermarkError::Changed(self.path.clone()));
        }
        self.broken = true;
        let slot = encode(&self.key, &next);
        let image = match self.image.take() {
            None => Image::create(&self.path, slot),
            Some(image) => image.replace_older(&self.path, slot, &self.key),
        };
        self.image = Some(image.map_err(io)?);
        self.broken = false;
        self.current = Some(next);
        Ok(())
    }
}

/// The bytes of the file: two slots, each a text padded with line feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Image([[u8; SLOT_BYTES]; 2]);

impl Image {
    /// Makes the file, both slots alike. After a crash it is there whole or not at all.
    fn create(path: &Path, slot: [u8; SLOT_BYTES]) -> io::Result<Self> {
        let fresh = beside(path, "new");
        let mut file = File::create(&fresh)?;
        file.write_all(&[slot, slot].concat())?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(Self([slot, slot]))
    }

    /// Writes over the older slot. After a crash the file holds the newer mark, and once this
    /// returns also the one just written.
    fn replace_older(mut self, path: &Path, slot: [u8; SLOT_BYTES], key: &str) -> io::Result<Self> {
        let [first, second] = &self.0;
        let older = usize::from(order(decode(first, key)) > order(decode(second, key)));
        self.0[older] = slot;
        let file = OpenOptions::new().write(true).open(path)?;
        let offset = if older == 0 { 0 } else { SLOT_BYTES as u64 };
        file.write_all_at(&slot, offset)?;
        file.sync_data()?;
        Ok(self)
    }

    /// The newer mark. One slot may be damaged: a crash in the middle of a write leaves it so, and
    /// the mark that was being written there had not been signed.
    fn newest(&self, key: &str) -> Result<Mark, &'static str> {
        let [first, second] = self.0.each_ref().map(|slot| decode(slot, key));
        let newest = if order(first) > order(second) { first } else { second };
        newest.ok_or("no slot can be read")
    }
}

/// The newer of two marks is the larger, then the later.
fn order(mark: Option<Mark>) -> Option<(TreeSize, u64)> {
    mark.map(|mark| (mark.size, mark.time_s))
}

fn damaged(path: &Path, what: &'static str) -> WatermarkError {
    WatermarkError::Damaged { path: path.to_owned(), what }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// The file: `None` when absent, `Some(None)` when of another length.
fn read(path: &Path) -> io::Result<Option<Option<Image>>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let (slots, rest) = bytes.as_chunks();
    Ok(Some(match slots {
        [first, second] if rest.is_empty() => Some(Image([*first, *second])),
        _ => None,
    }))
}

fn encode(key: &str, mark: &Mark) -> [u8; SLOT_BYTES] {
    let Mark { height, size, root, time_s } = mark;
    let (height, size) = (height.get(), size.get());
    let text = format!(
        "tamga-watermark/v1\nkey {key}\nheight {height}\nsize {size}\nroot {root}\ntime {time_s}\n"
    );
    let check = TreeRoot(sha256(&[text.as_bytes()]));
    let mut slot = [b'\n'; SLOT_BYTES];
    let text = format!("{text}check {check}\n");
    slot.get_mut(..text.len())
        .expect("a key's text form has at most 200 bytes")
        .copy_from_slice(text.as_bytes());
    slot
}

/// Reads a slot. One form: what differs by a byte from what we would write is refused.
fn decode(slot: &[u8; SLOT_BYTES], key: &str) -> Option<Mark> {
    let mut lines = std::str::from_utf8(slot).ok()?.lines().skip(2);
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let mark = Mark {
        height: Height(field("height")?.parse().ok()?),
        size: TreeSize(field("size")?.parse().ok()?),
        root: TreeRoot::from_hex(field("root")?).ok()?,
        time_s: field("time")?.parse().ok()?,
    };
    (encode(key, &mark) == *slot).then_some(mark)
}

#[cfg(test)]
mod tests;
