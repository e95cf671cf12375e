//! The lines that a validator holds: it gets attachments, judges lines, and states it, as `node/src/lines.rs` does.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use tamga_format::attachment::Manifest;
use tamga_format::body::Body;
use tamga_format::held::HeldStatement;
use tamga_format::id::{AttachmentId, RecordId};
use tamga_format::record::SignedRecord;
use tamga_replica::Reader;
use tamga_replica::reader::AsOf;
use tamga_state::royalty::lines::{Holder, attachment_of, base_of, check};
use tamga_state::{Code, Rejection, ViewError};

use super::{Node, TICK_MS};
use crate::sim::disk::SimDisk;
use crate::sim::packet::Packet;
use crate::sim::{Out, Stop};

/// How long others may still come to a quorum on a record whose base is outdated here.
const OUTDATED_WAIT_MS: u64 = 10_000;

/// Records that wait with lines, and attachments that are missing.
#[derive(Debug, Default)]
pub(super) struct Lines {
    jobs: BTreeMap<RecordId, Job>,
    wanted: BTreeSet<AttachmentId>,
}

#[derive(Debug)]
struct Job {
    record: SignedRecord,
    attachment: AttachmentId,
    since_ms: u64,
    /// When the lines are to be judged next.
    next_ms: u64,
    stated: Option<HeldStatement>,
}

impl Node {
    /// An upload of a client, taken for the sake of a record that waits.
    pub(in crate::sim) fn upload(&mut self, now_ms: u64, chunks: Vec<Vec<u8>>) -> Result<(), Stop> {
        self.now_ms = now_ms;
        self.take_chunks(chunks)?;
        self.drive()
    }

    /// Chunks of a client or a peer: kept if they are an attachment that is wanted here.
    pub(super) fn take_chunks(&mut self, chunks: Vec<Vec<u8>>) -> Result<(), Stop> {
        let Ok(manifest) = Manifest::of(chunks.iter().map(Vec::as_slice)) else { return Ok(()) };
        if self.lines.wanted.remove(&manifest.id()) {
            self.disk.write_attachment(manifest.id(), chunks).map_err(Stop::Disk)?;
            for job in self.lines.jobs.values_mut() {
                job.next_ms = self.now_ms;
            }
        }
        Ok(())
    }

    /// A peer wants an attachment.
    pub(super) fn answer_attachment(&mut self, from: usize, id: &AttachmentId) {
        let found = self.disk.read_attachment(id);
        self.out.extend(found.map(|chunks| Out::Send(from, Packet::Chunks(chunks))));
    }

    /// Attachments whose records are in the log now.
    pub(super) fn want_brought(&mut self, brought: &[(RecordId, AttachmentId)]) {
        let missing = brought.iter().map(|(_, id)| *id);
        let missing = missing.filter(|id| self.disk.read_attachment(id).is_none());
        self.lines.wanted.extend(missing);
    }

    /// Judges the lines of records that wait, and states what holds.
    pub(super) fn hold_lines(&mut self) -> Result<(), Stop> {
        for record in self.app.take_bringing() {
            let Some(attachment) = attachment_of(record.record()) else { continue };
            let (since_ms, next_ms) = (self.now_ms, self.now_ms);
            let job = Job { record, attachment, since_ms, next_ms, stated: None };
            self.lines.jobs.insert(job.record.id(), job);
        }
        self.lines.jobs.retain(|id, _| self.app.waits(id));
        let due = self.lines.jobs.iter();
        let due = due.filter(|(_, job)| job.stated.is_none() && job.next_ms <= self.now_ms);
        for id in due.map(|(id, _)| *id).collect::<Vec<_>>() {
            if let Some(mut job) = self.lines.jobs.remove(&id)
                && self.hold_one(id, &mut job)?
            {
                self.lines.jobs.insert(id, job);
            }
        }
        Ok(())
    }

    /// Whether the record still waits.
    fn hold_one(&mut self, id: RecordId, job: &mut Job) -> Result<bool, Stop> {
        job.next_ms = self.now_ms + TICK_MS;
        if self.disk.read_attachment(&job.attachment).is_none() {
            self.lines.wanted.insert(job.attachment);
            return Ok(true);
        }
        let base = base_of(job.record.record());
        if self.app.head().height < base {
            return Ok(true);
        }
        let reader = self.app.reader();
        let missing = Cell::new(None);
        let held = HeldHere {
            view: reader.as_of(base),
            reader: &reader,
            disk: &self.disk,
            missing: &missing,
        };
        let Err(rejection) = check(&held, job.record.record()) else {
            let keys = self.ledger.keys_under(self.me, &self.app.reigns().newest());
            let statement = HeldStatement::sign(&self.ledger.hash, id, keys.id, &keys.consensus);
            self.app.hold(statement);
            job.stated = Some(statement);
            self.out.push(Out::Broadcast(Packet::Held(statement)));
            return Ok(true);
        };
        match (rejection.code, missing.get()) {
            (Code::AttachmentMissing, Some(attachment)) => {
                self.lines.wanted.insert(attachment);
                Ok(true)
            }
            (Code::BaseOutdated, _) if self.now_ms - job.since_ms <= OUTDATED_WAIT_MS => Ok(true),
            (_, _) if rejection.is_fault() => Err(Stop::Fault("lines", rejection.to_string())),
            (_, _) => {
                self.app
                    .refuse(id, rejection)
                    .map_err(|error| Stop::Fault("lines", error.to_string()))?;
                Ok(false)
            }
        }
    }

    /// Asks the peer whose turn it is for what is missing, and says again what is stated.
    pub(super) fn heal_lines(&mut self) {
        if self.turn != self.me {
            let wanted = self.lines.wanted.iter().map(|id| Packet::Attachment(*id));
            self.out.extend(wanted.map(|packet| Out::Send(self.turn, packet)));
        }
        for statement in self.lines.jobs.values().filter_map(|job| job.stated) {
            self.app.hold(statement);
            self.out.push(Out::Broadcast(Packet::Held(statement)));
        }
    }
}

/// What this validator holds, as the rules ask for it.
struct HeldHere<'r> {
    view: AsOf<'r, SimDisk>,
    reader: &'r Reader<SimDisk>,
    disk: &'r SimDisk,
    /// The attachment of an earlier batch that was asked for and is not here.
    missing: &'r Cell<Option<AttachmentId>>,
}

impl<'r> Holder for HeldHere<'r> {
    type View = AsOf<'r, SimDisk>;

    fn view(&self) -> &Self::View {
        &self.view
    }

    fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError> {
        self.reader.body(record)
    }

    fn chunks(
        &self,
        attachment: &AttachmentId,
        _: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let Some(chunks) = self.disk.read_attachment(attachment) else {
            self.missing.set(Some(*attachment));
            let detail = format!("attachment {attachment} is not here yet");
            return Err(Rejection::new(Code::AttachmentMissing, "/fields/attachment", detail));
        };
        chunks.iter().try_for_each(|chunk| each(chunk))
    }
}
