//! How far an audit is, and the file in which a later one finds that.
//!
//! A standing is as of the end of a block: the state that the log leads to, what was found on the way, and what the
//! records said of cases. The file is for this program on this computer: a line with its version, then frames of
//! pieces, each of them a length (four bytes, big-endian) and that many bytes, an empty frame, and 32 bytes of SHA-256.
//! The hash is of the last frame after the hash of the one before, and so on down to that of the first line: whatever
//! byte is changed, cut off or added, the file is refused. It holds openings of private state, hence its owner's mode.

use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::Path;

use tamga_format::id::{GenesisHash, Height, TreeRoot, TreeSize, sha256};
use tamga_format::merkle::Frontier;
use tamga_format::subject::Subject;
use tamga_state::pack::Pack;
use tamga_state::replay::{Rebuilding, Row};
use tamga_state::{Genesis, Replay, packed, rules_hash};

use super::lines::Brought;
use super::observed::Cases;
use super::{Checks, Found};
use crate::error::CliError;
use crate::file::Part;
use crate::lang::Said;

/// First line of the file.
const VERSION: &[u8] = b"tamga audit standing 1\n";
/// Bytes from which a frame is closed.
const FRAME: usize = 1 << 16;
/// Bytes of the events of a case that stand in one piece.
const PART: usize = 1 << 20;

/// How far a ledger was audited.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Of which ledger.
    pub(super) genesis: GenesisHash,
    /// None once something stands in the way of executing further.
    pub(super) replay: Option<Replay>,
    /// The log of the entries that were served.
    pub(super) log: Frontier,
    /// What the records said of cases, if that is observed.
    pub(super) cases: Cases,
    /// What was found in what was read.
    pub(super) found: Found,
    /// What was done.
    pub(super) counts: Counts,
    /// Attachments that are still to be read.
    pub(super) brought: Vec<Brought>,
    /// The log that an earlier audit ended at, of which this one is known to be a continuation.
    pub(super) seen: Option<(TreeSize, TreeRoot)>,
}

/// What was done, from the genesis on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Height up to which blocks were executed again.
    pub replayed: Height,
    /// The first block whose map root could not be compared.
    pub astray: Option<Height>,
    /// Records of which only the public rules were judged, as a body or an opening was not at hand.
    pub partly: u64,
    /// Signatures checked.
    pub signatures: u64,
    /// Certificates of blocks checked.
    pub certificates: u64,
    /// Bodies checked against their entries.
    pub bodies: u64,
    /// Attachments checked.
    pub attachments: u64,
}

packed!(struct Counts { records, replayed, astray, partly, signatures, certificates, bodies, attachments });

/// What of an audit has to be the same for another to go on from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Made {
    genesis: GenesisHash,
    rules: [u8; 32],
    signatures: bool,
    judged: bool,
    attachments: bool,
    observations: bool,
    late_ms: i64,
}

packed!(struct Made { genesis, rules, signatures, judged, attachments, observations, late_ms });

impl Made {
    fn new(genesis: GenesisHash, checks: &Checks) -> Self {
        let Checks { signatures, rules, attachments, observations, late_ms, .. } = *checks;
        let judged = rules;
        let rules = *rules_hash().as_bytes();
        Self { genesis, rules, signatures, judged, attachments, observations, late_ms }
    }
}

/// A part of the file.
enum Piece {
    /// The first.
    Head { made: Made, log: Frontier, counts: Counts, seen: Option<(TreeSize, TreeRoot)> },
    /// What was found.
    Found { found: Found },
    /// An attachment that is still to be read.
    Brought { brought: Brought },
    /// Events of a case, or a part of them that goes on from the piece before.
    Case { case: Subject, events: Vec<u8> },
    /// A row of the replay.
    Row { row: Row },
}

packed!(enum Piece {
    0 Head { made, log, counts, seen },
    1 Found { found },
    2 Brought { brought },
    3 Case { case, events },
    4 Row { row },
});

impl Standing {
    /// Before the first block.
    ///
    /// # Errors
    /// When the genesis can't found a ledger.
    pub fn new(genesis: &Genesis, hash: &GenesisHash) -> Result<Self, CliError> {
        let replay = Replay::new(genesis, hash);
        let replay = replay.map_err(|it| CliError::unreadable("genesis", it.to_string()))?;
        Ok(Self {
            genesis: *hash,
            replay: Some(replay),
            log: Frontier::new(),
            cases: Cases::default(),
            found: Found::default(),
            counts: Counts::default(),
            brought: Vec::new(),
            seen: None,
        })
    }

    /// The log so far.
    #[must_use]
    pub fn log(&self) -> Option<(TreeSize, TreeRoot)> {
        let size = self.log.size();
        (size > 0).then(|| (TreeSize(size), self.log.root()))
    }

    /// What was done.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether this is known to go on from a log that an earlier audit ended at, or can be compared with it.
    #[must_use]
    pub fn belongs_to(&self, seen: (TreeSize, TreeRoot)) -> bool {
        let own = self.log();
        self.seen == Some(seen) || own == Some(seen) || own.is_none_or(|(size, _)| size < seen.0)
    }

    /// Puts the standing in the place of a file. When this returns it is durable; after a crash the file is the old one
    /// or the new one. One whose ledger can't be executed further is not to be kept: no file says that.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn keep(&self, path: &Path, checks: &Checks) -> Result<(), CliError> {
        let mut frames = Frames::create(path)?;
        let made = Made::new(self.genesis, checks);
        let Self { log, counts, seen, found, .. } = self;
        frames.add(&Piece::Head { made, log: log.clone(), counts: *counts, seen: *seen })?;
        frames.add(&Piece::Found { found: found.clone() })?;
        for brought in &self.brought {
            frames.add(&Piece::Brought { brought: brought.clone() })?;
        }
        for (case, events) in self.cases.packed() {
            for part in events.chunks(PART) {
                frames.add(&Piece::Case { case, events: part.to_vec() })?;
            }
        }
        for row in self.replay.iter().flat_map(Replay::rows) {
            frames.add(&Piece::Row { row })?;
        }
        frames.finish()
    }

    /// What a file says; `None` if there is none.
    ///
    /// # Errors
    /// When it can't be read, is not whole, or is of another ledger, of other rules or of other checks: an audit that
    /// went on from it would say something else than it did.
    pub fn load(
        path: &Path,
        genesis: &Genesis,
        hash: &GenesisHash,
        checks: &Checks,
    ) -> Result<Option<Self>, CliError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CliError::file(path, &error)),
        };
        let bad = |detail| CliError::standing(path, Said::plain(detail));
        let damaged = || bad("detail-standing-damaged");
        let mut reading = Frames::open(file).ok_or_else(|| bad("detail-standing-version"))?;
        let mut standing = Self::new(genesis, hash)?;
        let rebuilding = Rebuilding::new(genesis, hash);
        let mut rebuilding = rebuilding.map_err(|it| CliError::bug(&it.to_string()))?;
        let mut made = None;
        while let Some(frame) = reading.next().ok_or_else(damaged)? {
            let mut left = frame.as_slice();
            while !left.is_empty() {
                match Piece::unpack(&mut left).ok_or_else(damaged)? {
                    Piece::Head { made: as_made, log, counts, seen } => {
                        made = Some(as_made);
                        (standing.log, standing.counts, standing.seen) = (log, counts, seen);
                    }
                    Piece::Found { found } => standing.found = found,
                    Piece::Brought { brought } => standing.brought.push(brought),
                    Piece::Case { case, events } => standing.cases.add(case, &events),
                    Piece::Row { row } => rebuilding.take(row).map_err(|_| damaged())?,
                }
            }
        }
        // The hash was right: whatever follows is not damage but another ledger, program or call.
        let (made, own) = (made.ok_or_else(damaged)?, Made::new(*hash, checks));
        if made.genesis != own.genesis {
            return Err(bad("detail-other-genesis"));
        }
        if made.rules != own.rules {
            return Err(bad("detail-standing-rules"));
        }
        if made != own {
            return Err(bad("detail-standing-checks"));
        }
        standing.replay = Some(rebuilding.finish().map_err(|_| damaged())?);
        if standing.cases.is_whole() { Ok(Some(standing)) } else { Err(damaged()) }
    }
}

/// A file of frames that is being written.
struct Frames {
    part: Part,
    path: std::path::PathBuf,
    frame: Vec<u8>,
    hash: [u8; 32],
}

impl Frames {
    fn create(path: &Path) -> Result<Self, CliError> {
        let mut part = Part::create_private(path)?;
        part.write_all(VERSION).map_err(|error| CliError::file(path, &error))?;
        let hash = sha256(&[VERSION]);
        Ok(Self { part, path: path.to_owned(), frame: Vec::new(), hash })
    }

    fn add(&mut self, piece: &Piece) -> Result<(), CliError> {
        piece.pack(&mut self.frame);
        if self.frame.len() >= FRAME { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), CliError> {
        let frame = std::mem::take(&mut self.frame);
        let length = u32::try_from(frame.len()).map_err(|_| CliError::bug("a piece of 4 GiB"))?;
        self.hash = sha256(&[&self.hash, &frame]);
        let written = self.part.write_all(&length.to_be_bytes());
        let written = written.and_then(|()| self.part.write_all(&frame));
        written.map_err(|error| CliError::file(&self.path, &error))
    }

    fn finish(mut self) -> Result<(), CliError> {
        if !self.frame.is_empty() {
            self.close()?;
        }
        // The empty frame says that all of them are there.
        self.close()?;
        let Self { mut part, path, hash, .. } = self;
        part.write_all(&hash).map_err(|error| CliError::file(&path, &error))?;
        part.keep()
    }

    fn open(file: File) -> Option<Opened> {
        let mut file = BufReader::new(file);
        let mut version = [0; VERSION.len()];
        file.read_exact(&mut version).ok()?;
        (version == VERSION).then(|| Opened { file, hash: sha256(&[VERSION]) })
    }
}

/// A file of frames that is being read.
struct Opened {
    file: BufReader<File>,
    hash: [u8; 32],
}

impl Opened {
    /// The next frame, `Some(None)` after the last; `None` if the file is not whole.
    ///
    /// A frame is as large as what the file holds of it: a changed length reserves nothing.
    fn next(&mut self) -> Option<Option<Vec<u8>>> {
        let mut length = [0; 4];
        self.file.read_exact(&mut length).ok()?;
        let length = u32::from_be_bytes(length);
        let mut frame = Vec::new();
        self.file.by_ref().take(length.into()).read_to_end(&mut frame).ok()?;
        if frame.len() != usize::try_from(length).ok()? {
            return None;
        }
        self.hash = sha256(&[&self.hash, &frame]);
        if length > 0 {
            return Some(Some(frame));
        }
        let mut end = Vec::new();
        self.file.by_ref().take(33).read_to_end(&mut end).ok()?;
        (end == self.hash).then_some(None)
    }
}
