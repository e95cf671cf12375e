//! Attachments that records brought, and their lines, judged again as of the record's base (spec §24.6).

use std::cell::RefCell;

use tamga_format::attachment::{Manifest, chunk_hash};
use tamga_format::body::Body;
use tamga_format::id::{AttachmentId, LeafIndex, RecordId};
use tamga_format::limits::CHUNKS_MAX;
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, Subject};
use tamga_state::replay::Past;
use tamga_state::royalty::lines::{Holder, attachment_of, base_of, check};
use tamga_state::{Code, Rejection, Replay, View as _, ViewError, packed};

use super::back::Back;
use super::{Class, Finding};
use crate::client::Client;
use crate::error::{CliError, Exit};

/// An attachment that a record brought.
#[derive(Clone, Debug)]
pub(super) struct Brought {
    pub(super) index: LeafIndex,
    record: RecordId,
    batch: Option<Subject>,
    attachment: AttachmentId,
}

packed!(struct Brought { index, record, batch, attachment });

impl Brought {
    /// What a record brought, if it did.
    pub(super) fn by(index: LeafIndex, record: &SignedRecord) -> Option<Self> {
        let attachment = attachment_of(record.record())?;
        Some(Self { index, record: record.id(), batch: batch_of(record.record()), attachment })
    }

    fn found(&self, class: Class, detail: impl Into<String>) -> Finding {
        Finding::new(class, detail).at(self.index).of(self.record)
    }
}

fn batch_of(record: &Record) -> Option<Subject> {
    record.all_subjects().find(|subject| subject.role == Role::Batch)
}

/// How what a node serves as an attachment stands to its id.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Served {
    Whole,
    Absent,
    Other,
}

/// Hands out the chunks of an attachment as a node serves them; what they are is known at the end.
fn read(
    client: &Client,
    batch: Option<Subject>,
    attachment: &AttachmentId,
    each: &mut dyn FnMut(&[u8]),
) -> Result<Served, CliError> {
    let absent = |error: &CliError| matches!(error.exit, Exit::NotFound | Exit::Permission);
    let Some(batch) = batch else { return Ok(Served::Absent) };
    let view = match client.attachment(attachment) {
        Err(error) if absent(&error) => return Ok(Served::Absent),
        view => view?,
    };
    let mut chunks = Vec::new();
    for number in (0..view.chunks).take(CHUNKS_MAX) {
        let chunk = match client.batch_chunk(&batch.to_text(), number) {
            Err(error) if absent(&error) && view.missing.contains(&number) => {
                return Ok(Served::Absent);
            }
            // It is none of those that the node says it lacks.
            Err(error) if absent(&error) => return Ok(Served::Other),
            chunk => chunk?,
        };
        chunks.push(chunk_hash(&chunk));
        each(&chunk);
    }
    let same = Manifest::new(view.bytes, chunks).is_ok_and(|it| it.id() == *attachment);
    Ok(if same { Served::Whole } else { Served::Other })
}

/// What is wrong with an attachment, whatever its lines say.
///
/// # Errors
/// When the node is not reachable.
pub(super) fn attachment(client: &Client, brought: &Brought) -> Result<Option<Finding>, CliError> {
    let id = &brought.attachment;
    let found = |class| Some(brought.found(class, id.to_string()));
    Ok(match read(client, brought.batch, id, &mut |_| ())? {
        Served::Whole => None,
        Served::Absent => found(Class::Unheld),
        Served::Other => found(Class::Attachment),
    })
}

/// What is wrong with an attachment, or with its lines: their root, their sums, and the rules of each of them.
///
/// # Errors
/// When the node is not reachable.
pub(super) fn judge(
    client: &Client,
    (replay, back): (&Replay, &Back<'_>),
    brought: &Brought,
    record: &Record,
) -> Result<Option<Finding>, CliError> {
    let view = replay.as_of(base_of(record), back);
    let held = Held { client, view, brought, stop: RefCell::default() };
    let judged = check(&held, record);
    if held.view.failed().is_some() {
        return Err(back.failure());
    }
    match (held.stop.into_inner(), judged) {
        (Some(Stop::Failed(error)), _) => Err(error),
        (Some(Stop::Found(finding)), _) => Ok(Some(finding)),
        (None, Ok(())) => Ok(None),
        (None, Err(Rejection { code, pointer, detail })) => {
            Ok(Some(brought.found(Class::Lines, format!("{code} {pointer} {detail}"))))
        }
    }
}

/// Why lines can't be judged.
enum Stop {
    Failed(CliError),
    Found(Finding),
}

/// What a node serves, as the rules of lines ask for it.
struct Held<'a> {
    client: &'a Client,
    view: Past<'a>,
    brought: &'a Brought,
    /// The first thing that stands in the way; it says more than the rejection that it leads to.
    stop: RefCell<Option<Stop>>,
}

impl Held<'_> {
    fn stop(&self, stop: Stop) -> Rejection {
        self.stop.borrow_mut().get_or_insert(stop);
        Rejection::new(Code::AttachmentMissing, "/fields/attachment", "it can't be judged")
    }

    fn unheld(&self, detail: impl Into<String>) -> Stop {
        Stop::Found(self.brought.found(Class::Unheld, detail))
    }

    fn record(&self, id: &RecordId) -> Result<Option<SignedRecord>, ViewError> {
        let damaged = |_| ViewError::Store("an entry of the log");
        self.view.entry(id)?.map(|entry| SignedRecord::decode(&entry).map_err(damaged)).transpose()
    }
}

impl<'a> Holder for Held<'a> {
    type View = Past<'a>;

    fn view(&self) -> &Past<'a> {
        &self.view
    }

    fn body(&self, id: &RecordId) -> Result<Option<Body>, ViewError> {
        let committed = self.record(id)?.and_then(|record| record.record().body);
        let body = match self.client.body(id) {
            Ok(body) => body.filter(|body| Some(body.commitment()) == committed),
            Err(error) if matches!(error.exit, Exit::Permission | Exit::CannotCheck) => None,
            Err(error) => {
                self.stop(Stop::Failed(error));
                None
            }
        };
        if body.is_none() && committed.is_some() {
            self.stop(self.unheld(format!("body of {id}")));
        }
        Ok(body)
    }

    fn chunks(
        &self,
        attachment: &AttachmentId,
        by: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let batch = match by {
            None => self.brought.batch,
            Some(by) => self.record(by)?.and_then(|record| batch_of(record.record())),
        };
        let mut judged = Ok(());
        let served = read(self.client, batch, attachment, &mut |chunk| {
            if judged.is_ok() {
                judged = each(chunk);
            }
        });
        match served {
            Ok(Served::Whole) => judged,
            Ok(Served::Other) if by.is_none() => Err(self
                .stop(Stop::Found(self.brought.found(Class::Attachment, attachment.to_string())))),
            // That of another record is named where that record stands.
            Ok(_) => Err(self.stop(self.unheld(attachment.to_string()))),
            Err(error) => Err(self.stop(Stop::Failed(error))),
        }
    }
}
