//! After the decision: one durable write, the pool on the new head, blocks for others (spec §19.1).

use std::sync::Arc;

use tamga_format::certificate::{Certificate, VerifiedCertificate};
use tamga_format::id::{Height, ValueId};
use tamga_format::note::Note;
use tamga_format::subject::Subject;

use super::admit::{tokens, tokens_of};
use super::{App, CommitError, Committed, NoteError, after};
use crate::block::Block;
use crate::layout::{self, BlockRow, Table, meta};
use crate::limits::{EVIDENCE_BYTES_MAX, EVIDENCE_MAX, REEXECUTE_AT_COMMIT_MAX};
use crate::mempool::Token;
use crate::store::{CommitBatch, Store, StoreError};
use crate::view::StoreView;

impl<S: Store> App<S> {
    /// Makes a decided value durable, in one write, without executing anything again. Evidence of
    /// equivocation is stored beside it, within its limits.
    ///
    /// # Errors
    ///
    /// [`CommitError::Unknown`]: validate the block and commit again; [`CommitError::Certificate`]
    /// is a fault of the caller; [`CommitError::Store`] leaves the outcome unknown: stop and open
    /// the store again.
    pub fn commit(
        &mut self,
        value: ValueId,
        certificate: VerifiedCertificate,
        evidence: Vec<Vec<u8>>,
    ) -> Result<Committed, CommitError> {
        self.intact()?;
        let height = self.head.height.next();
        if certificate.value() != value || certificate.height() != height {
            return Err(CommitError::Certificate);
        }
        let mut executed = self.undecided.take(&value).ok_or(CommitError::Unknown(value))?;
        let certificate = certificate.as_certificate();
        let mut batch = std::mem::take(&mut executed.batch);
        let row = BlockRow::V1 {
            leaf: executed.block.leaf.encode(),
            first: executed.first.get(),
            size: executed.head.size.get(),
            root: executed.head.root.0,
            value: value.0,
            beacon: executed.head.beacon,
            round: certificate.round,
        };
        let key = layout::height_key(height);
        batch.put(Table::Blocks, &key, &layout::encode(&row));
        batch.put(Table::Certificates, &key, &certificate.encode());
        let evidence = evidence.iter().filter(|piece| piece.len() <= EVIDENCE_BYTES_MAX);
        for (number, piece) in (0..).zip(evidence.take(EVIDENCE_MAX)) {
            batch.put(Table::Evidence, &layout::evidence_key(height, number), piece);
        }
        for kept in self.kept.drain(..) {
            batch.delete(Table::Undecided, &kept);
        }
        if let Err(error) = self.store.commit(batch) {
            self.broken = true;
            return Err(error.into());
        }
        // Durable from here on: whatever fails below is found again by opening the store.
        let builders = &self.reign.builders;
        let builder = builders.of(&executed.block.leaf);
        self.draws.observe(height, builder, executed.commits_to_draw, builders);
        let reign = executed.reign.map(|reign| {
            self.reigns.begin(reign);
            self.reigns.newest()
        });
        if let Some(reign) = &reign {
            self.reign = Arc::clone(reign);
        }
        self.head = executed.head;
        self.log = executed.log;
        self.map = executed.map;
        let cache = self.cache.get_mut();
        for (subject, key, state) in executed.subjects {
            cache.subjects.insert(subject, (key, Some(state)));
        }
        for (subject, private) in executed.privates {
            cache.privates.insert(subject, private);
        }
        if let Err(error) = self.follow(&executed.records) {
            self.broken = true;
            return Err(error.into());
        }
        Ok(Committed {
            head: self.head,
            records: executed.records.iter().map(|(id, index, _)| (*id, *index)).collect(),
            dropped: self.pool.take_dropped(),
            brought: executed.bringing,
            reign,
        })
    }

    /// Brings the pool to the new head.
    fn follow(
        &mut self,
        records: &[(tamga_format::id::RecordId, tamga_format::id::LeafIndex, Vec<Subject>)],
    ) -> Result<(), StoreError> {
        let context = self.next_context();
        let left = self.pool.decided(records.iter().map(|(id, _, subjects)| (*id, &subjects[..])));
        for (id, ..) in records {
            self.pool.parking.remove(id);
            self.held.forget(id);
        }
        let view = StoreView::cached(&self.store, &self.reigns, &self.map, &self.cache);
        let mut gone = self.pool.expired(after(self.head.time));
        let freed: Vec<Token> = gone.iter().flat_map(|it| tokens_of(it.record())).collect();
        gone.extend(self.pool.parking.expired(after(self.head.time)));
        for pending in gone {
            match self.pool.check(&view, &context, &pending) {
                Ok(_) => {}
                Err(rejection) if rejection.is_fault() => return Err(view.fault_or_corrupted()),
                Err(rejection) => self.pool.note_dropped(pending.record().id(), rejection),
            }
        }
        if left > 0 && left <= REEXECUTE_AT_COMMIT_MAX {
            self.pool.refresh(&view, &context).map_err(|_| view.fault_or_corrupted())?;
        }
        if self.pool.parking.is_empty() {
            return Ok(());
        }
        let woken: Vec<Token> = records
            .iter()
            .flat_map(|(id, _, subjects)| tokens(*id, subjects.iter().copied()))
            .chain(freed)
            .collect();
        self.wake(woken, &context)
    }

    /// A decided block and its certificate, for a peer that is catching up; `None` for the
    /// genesis and beyond the head.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn decided(&self, height: Height) -> Result<Option<(Block, Certificate)>, StoreError> {
        self.reader().decided(height)
    }

    /// Keeps an undecided block on disk until its height is decided, synced: a validator that has
    /// voted for a block must have it whenever the others decide on it, also after a loss of power.
    /// If all lost it, none could go on.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn keep_undecided(&mut self, round: u32, block: &Block) -> Result<(), StoreError> {
        self.intact()?;
        let key = layout::undecided_key(block.height(), round, &block.value);
        if self.kept.contains(&key) {
            return Ok(());
        }
        let mut batch = CommitBatch::new();
        batch.put(Table::Undecided, &key, &block.encode());
        self.store.commit(batch).inspect_err(|_| self.broken = true)?;
        self.kept.push(key);
        Ok(())
    }

    /// The undecided blocks kept for a height, with their rounds.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn undecided(&self, height: Height) -> Result<Vec<(u32, Block)>, StoreError> {
        let prefix = layout::height_key(height);
        let rows = self.store.scan(Table::Undecided, &[], &prefix, usize::MAX)?;
        let corrupted = || StoreError::Corrupted("an undecided block is damaged".to_owned());
        rows.iter()
            .map(|(key, bytes)| {
                let round = key.get(8..12).and_then(|round| round.try_into().ok());
                let round = u32::from_be_bytes(round.ok_or_else(corrupted)?);
                Ok((round, Block::decode(bytes).map_err(|_| corrupted())?))
            })
            .collect()
    }

    /// Verifies a note of a committed height with the policy that rules it, cuts it down to exactly the
    /// signatures the policy needs and stores it; from then on receipts of that block exist.
    ///
    /// # Errors
    ///
    /// [`NoteError`]; only [`NoteError::Store`] stops the process.
    pub fn attach_note(&mut self, height: Height, note: &Note) -> Result<(), NoteError> {
        self.intact()?;
        let key = layout::height_key(height);
        let row = self.store.get(Table::Blocks, &key)?.ok_or(NoteError::Unknown(height))?;
        let BlockRow::V1 { value, .. } = layout::decode(Table::Blocks, &row)?;
        let policy = &self.reigns.at(height).policy;
        let verified = policy.verify(note).map_err(NoteError::Policy)?;
        if verified.checkpoint().value_id() != ValueId(value) {
            return Err(NoteError::Checkpoint);
        }
        let note = policy.minimal(note).map_err(NoteError::Policy)?;
        let mut batch = CommitBatch::buffered();
        batch.put(Table::Notes, &key, note.encode().as_bytes());
        let noted = self.store.get(Table::Meta, meta::NOTED)?;
        if noted.is_none_or(|noted| noted.as_slice() < key.as_slice()) {
            batch.put(Table::Meta, meta::NOTED, &key);
        }
        self.store.commit(batch).inspect_err(|_| self.broken = true)?;
        Ok(())
    }
}
