//! What a proof about a subject says of a record with a receipt, and that those who signed both have left it out
//! (spec §13.9).
//!
//! A receipt shows a record in the log and names its subjects; a proof shows all records of a subject as of a block.
//! A record that stood in the log before that block and is not among those of a subject it names was left out by
//! whoever signed the block: no verdict of theirs, no order of events and no later correction explains it.

use crate::receipt::Proven;
use crate::subject_proof::ProvenSubject;

/// What a proof about a subject says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mention {
    /// It is the subject's record of this number, from 0.
    Listed(u64),
    /// The record does not name the subject.
    OtherSubject,
    /// The record stands behind the block as of which the proof is.
    Later,
    /// The records that are shown end before its place, or begin behind it: others are needed to tell.
    NotShown,
    /// As of its block the subject has no such record: two things were signed of which one is false.
    LeftOut,
}

/// What a verified proof says of the record of a verified receipt, both under one policy.
#[must_use]
pub fn mention(subject: &ProvenSubject, record: &Proven) -> Mention {
    let signed = record.record.as_signed();
    if !signed.record().all_subjects().any(|named| named == subject.subject) {
        return Mention::OtherSubject;
    }
    if record.index.get() >= subject.size.get() {
        return Mention::Later;
    }
    let place = (record.index, signed.leaf_hash());
    if let Some(at) = subject.records.iter().position(|shown| *shown == place) {
        return Mention::Listed(
            subject.first.saturating_add(u64::try_from(at).unwrap_or(u64::MAX)),
        );
    }
    // The records shown are consecutive: the place lies among them, or at an end beyond which there are no others.
    let from_here = subject.first == 0
        || subject.records.first().is_some_and(|(index, _)| *index <= record.index);
    let to_here = subject.is_complete()
        || subject.records.last().is_some_and(|(index, _)| *index >= record.index);
    if from_here && to_here { Mention::LeftOut } else { Mention::NotShown }
}
