//! Records waiting for a block: bounded, in order of arrival, each executed on head and pool
//! (spec §18.4).
//!
//! The pool keeps what its records would change, so that records that follow each other without
//! waiting get their verdicts at once. After a block that picture may be stale: another order of
//! records on one subject, or records that never were in this pool. It is made anew at once if the
//! pool is small, and otherwise when it matters, which is when a stale picture would refuse a
//! record. Verdicts here are advice; blocks decide.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tamga_format::body::{Body, Submission};
use tamga_format::id::{Height, KeyId, LeafHash, RecordId, UnixMillis};
use tamga_format::record::{SignedRecord, VerifiedRecord};
use tamga_format::signature::PublicKey;
use tamga_format::subject::Subject;
use tamga_state::{
    BlockContext, Built, Changes, Code, Overlay, Private, Rejection, StatusRow, View, ViewError,
    execute_record, key_of,
};

use tamga_state::royalty::lines::attachment_of;

use crate::block::{Item, cost_units};
use crate::limits::{DROPPED_MAX, ITEM_OVERHEAD_BYTES, POOL_BYTES_MAX, POOL_RECORDS_MAX};

mod parking;
mod share;
pub(crate) use parking::{Parking, Token};
use share::Shares;

/// A record with its body and what both weigh. In the pool its signature is known to hold.
#[derive(Debug)]
pub(crate) struct Pending {
    record: SignedRecord,
    body: Option<(Body, Vec<u8>)>,
    cost: u64,
}

impl Pending {
    /// Joins a record with the body it commits to.
    pub(crate) fn new(record: VerifiedRecord, body: Option<Body>) -> Self {
        Self::unverified(record.into_signed(), body)
    }

    /// The same for a record of a block, whose signatures are checked together.
    pub(crate) fn unverified(record: SignedRecord, body: Option<Body>) -> Self {
        let body = body.map(|body| {
            let bytes = body.encode();
            (body, bytes)
        });
        let cost = cost_units(&record, body.as_ref().map_or(0, |(_, bytes)| bytes.len()));
        Self { record, body, cost }
    }

    pub(crate) fn record(&self) -> &SignedRecord {
        &self.record
    }

    pub(crate) fn body(&self) -> Option<&Body> {
        self.body.as_ref().map(|(body, _)| body)
    }

    pub(crate) fn body_bytes(&self) -> Option<&[u8]> {
        self.body.as_ref().map(|(_, bytes)| bytes.as_slice())
    }

    /// Whether it brings an attachment.
    pub(crate) fn brings(&self) -> bool {
        attachment_of(self.record.record()).is_some()
    }

    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    /// Bytes of entry and body.
    pub(crate) fn bytes(&self) -> usize {
        self.record.entry().len() + self.body_bytes().map_or(0, <[u8]>::len)
    }

    /// Bytes that the record takes in an encoded block.
    pub(crate) fn encoded_bytes(&self) -> usize {
        ITEM_OVERHEAD_BYTES + self.bytes()
    }

    /// The record and its body as a client sends them.
    pub(crate) fn submission(&self) -> Option<Vec<u8>> {
        let submission = Submission::new(self.record.clone(), self.body().cloned());
        submission.ok().map(|it| it.encode())
    }

    pub(crate) fn item(&self) -> Item {
        Item { entry: self.record.entry().to_vec(), body: self.body_bytes().map(<[u8]>::to_vec) }
    }
}

/// The pool.
#[derive(Debug)]
pub(crate) struct Mempool {
    records_max: usize,
    queue: BTreeMap<u64, Arc<Pending>>,
    by_leaf: BTreeMap<LeafHash, u64>,
    by_id: BTreeMap<RecordId, u64>,
    by_expiry: BTreeSet<(UnixMillis, u64)>,
    /// Those that bring an attachment.
    bringing: BTreeSet<RecordId>,
    /// Those of them that nobody was told of yet.
    untold: Vec<RecordId>,
    per_key: Shares,
    next: u64,
    bytes: usize,
    picture: Picture,
    stale: bool,
    pub(crate) parking: Parking,
    dropped: Vec<(RecordId, Rejection)>,
}

/// What the pool's records would change, by subject.
#[derive(Debug, Default)]
struct Picture(BTreeMap<Subject, Touched>);

/// A subject that records of the pool name.
#[derive(Debug, Default)]
struct Touched {
    status: Option<StatusRow>,
    private: Option<Option<Private>>,
    /// Those records, oldest first.
    users: VecDeque<u64>,
}

/// The state on head and pool, as the record being judged sees it.
struct PoolView<'a, V: View> {
    base: &'a V,
    pool: &'a Mempool,
    /// The record being judged, which is known to be neither in the log nor in the pool.
    judged: RecordId,
}

impl<V: View> View for PoolView<'_, V> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        match self.pool.picture.get(subject).and_then(|touched| touched.status.as_ref()) {
            Some(row) => Ok(Some(row.clone())),
            None => self.base.status(subject),
        }
    }

    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        match self.pool.picture.get(subject).and_then(|touched| touched.private.as_ref()) {
            Some(private) => Ok(private.clone()),
            None => self.base.private(subject),
        }
    }

    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        let mut entries = self.base.entries(subject, max)?;
        let users = self.pool.picture.get(subject).into_iter().flat_map(|touched| &touched.users);
        let pending = users.filter_map(|seq| self.pool.queue.get(seq));
        let pending = pending.take(max.saturating_sub(entries.len()));
        entries.extend(pending.map(|pending| pending.record().entry().to_vec()));
        Ok(entries)
    }

    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(*id != self.judged && (self.pool.by_id.contains_key(id) || self.base.seen(id)?))
    }

    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        self.base.entry(id)
    }

    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        self.base.block(height)
    }
}

impl Default for Mempool {
    fn default() -> Self {
        Self::new(POOL_RECORDS_MAX)
    }
}

impl Mempool {
    /// An empty pool for so many records.
    pub(crate) fn new(records_max: usize) -> Self {
        Self {
            records_max,
            queue: BTreeMap::new(),
            by_leaf: BTreeMap::new(),
            by_id: BTreeMap::new(),
            by_expiry: BTreeSet::new(),
            bringing: BTreeSet::new(),
            untold: Vec::new(),
            per_key: Shares::default(),
            next: 0,
            bytes: 0,
            picture: Picture::default(),
            stale: false,
            parking: Parking::default(),
            dropped: Vec::new(),
        }
    }

    /// Records in the pool, without the parked ones.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// The records in order of arrival.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Pending>> {
        self.queue.values()
    }

    pub(crate) fn contains(&self, id: &RecordId) -> bool {
        self.by_id.contains_key(id)
    }

    /// The records that bring an attachment.
    pub(crate) fn bringing(&self) -> impl Iterator<Item = &RecordId> {
        self.bringing.iter()
    }

    /// Those of them that came since this was last asked.
    pub(crate) fn take_bringing(&mut self) -> Vec<SignedRecord> {
        let untold = std::mem::take(&mut self.untold);
        let record = |id| self.queue.get(self.by_id.get(id)?).map(|it| it.record().clone());
        untold.iter().filter_map(record).collect()
    }

    /// The record whose entry has this leaf hash.
    pub(crate) fn by_leaf(&self, leaf: &LeafHash) -> Option<&Arc<Pending>> {
        self.queue.get(self.by_leaf.get(leaf)?)
    }

    /// The record with this id.
    pub(crate) fn by_id(&self, id: &RecordId) -> Option<&Arc<Pending>> {
        self.queue.get(self.by_id.get(id)?)
    }

    /// Whether a record still fits, and into its key's share: half of the pool.
    pub(crate) fn has_room(&self, pending: &Pending) -> bool {
        let bytes = pending.bytes();
        let share = self.per_key.with(&pending.record().record().key_id, bytes);
        self.queue.len() < self.records_max
            && self.bytes + bytes <= POOL_BYTES_MAX
            && share.records <= self.records_max.div_ceil(2)
            && share.bytes <= POOL_BYTES_MAX / 2
    }

    /// The public key behind a key id, on head and pool.
    pub(crate) fn public_key<V: View>(
        &self,
        base: &V,
        key: &KeyId,
    ) -> Result<Option<PublicKey>, ViewError> {
        let view = PoolView { base, pool: self, judged: RecordId([0; 32]) };
        Ok(key_of(&view, key)?.map(|status| status.public))
    }

    /// Judges a record that is neither in the log nor in the pool, without keeping it. A stale
    /// picture is made anew before it may refuse anything, or be taken for a damaged store: its
    /// parts may be of different blocks.
    pub(crate) fn check<V: View>(
        &mut self,
        base: &V,
        context: &BlockContext,
        pending: &Pending,
    ) -> Result<Changes, Rejection> {
        let verdict = self.judge(base, context, pending);
        // An expired record is so in every picture.
        let doubtful = |rejection: &Rejection| rejection.code != Code::RecordExpired;
        if self.stale && verdict.as_ref().is_err_and(doubtful) {
            self.refresh(base, context)?;
            return self.judge(base, context, pending);
        }
        verdict
    }

    /// Judges such a record and, if it is lawful, takes it in.
    pub(crate) fn push<V: View>(
        &mut self,
        base: &V,
        context: &BlockContext,
        pending: &Arc<Pending>,
    ) -> Result<(), Rejection> {
        let changes = self.check(base, context, pending)?;
        let seq = self.next;
        self.next += 1;
        self.picture.apply(seq, changes);
        self.insert(seq, Arc::clone(pending));
        if pending.brings() {
            self.untold.push(pending.record().id());
        }
        Ok(())
    }

    /// The verdict on a record in the picture as it is.
    fn judge<V: View>(
        &self,
        base: &V,
        context: &BlockContext,
        pending: &Pending,
    ) -> Result<Changes, Rejection> {
        let judged = pending.record().id();
        let view = PoolView { base, pool: self, judged };
        let mut overlay = Overlay::new(&view);
        execute_record(&mut overlay, context, pending.record(), pending.body())?;
        Ok(overlay.into_changes())
    }

    /// Executes the whole pool on the head again and drops what fails.
    ///
    /// # Errors
    ///
    /// A rejection that is a fault of the view.
    pub(crate) fn refresh<V: View>(
        &mut self,
        base: &V,
        context: &BlockContext,
    ) -> Result<(), Rejection> {
        let queue = std::mem::take(&mut self.queue);
        self.clear();
        self.stale = false;
        let mut fault = None;
        for (seq, pending) in queue {
            if fault.is_none() {
                match self.judge(base, context, &pending) {
                    Ok(changes) => self.picture.apply(seq, changes),
                    Err(rejection) if rejection.is_fault() => {
                        self.stale = true;
                        fault = Some(rejection);
                    }
                    Err(rejection) => {
                        self.note_dropped(pending.record().id(), rejection);
                        continue;
                    }
                }
            }
            self.insert(seq, pending);
        }
        fault.map_or(Ok(()), Err)
    }

    /// Drops records with their verdicts.
    pub(crate) fn drop_records(&mut self, verdicts: Vec<(RecordId, Rejection)>) {
        for (id, rejection) in verdicts {
            if let Some(&seq) = self.by_id.get(&id) {
                self.remove(seq);
                self.stale = true;
                self.note_dropped(id, rejection);
            }
        }
    }

    /// Takes out the records of a decided block, given with their subjects, and those that have
    /// expired by `now`; returns how many are left to execute again, which is none if the picture
    /// still holds.
    pub(crate) fn decided<'a>(
        &mut self,
        records: impl Iterator<Item = (RecordId, &'a [Subject])>,
    ) -> usize {
        let mut disturbed = BTreeSet::new();
        for (id, subjects) in records {
            let seq = self.by_id.get(&id).copied();
            for subject in subjects {
                if self.picture.settle(subject, seq) == Settled::Disturbed {
                    disturbed.insert(*subject);
                }
            }
            if let Some(seq) = seq {
                self.take(seq);
            }
        }
        self.stale |= disturbed.iter().any(|subject| self.picture.get(subject).is_some());
        if self.stale { self.queue.len() } else { 0 }
    }

    /// Takes out the records that can no longer enter a block of this time or later.
    pub(crate) fn expired(&mut self, time: UnixMillis) -> Vec<Arc<Pending>> {
        let mut gone = Vec::new();
        while let Some(&(until, seq)) = self.by_expiry.first() {
            if until >= time {
                break;
            }
            self.stale = true;
            gone.extend(self.remove(seq));
        }
        gone
    }

    /// Remembers a verdict until it is fetched.
    pub(crate) fn note_dropped(&mut self, id: RecordId, rejection: Rejection) {
        if self.dropped.len() < DROPPED_MAX {
            self.dropped.push((id, rejection));
        }
    }

    /// A trial over head and pool.
    ///
    /// # Errors
    ///
    /// A rejection that is a fault of the view: a stale picture could not be made anew.
    pub(crate) fn trial<'a, V: View>(
        &'a mut self,
        base: &'a V,
        context: &BlockContext,
    ) -> Result<Trial<'a, V>, Rejection> {
        if self.stale {
            self.refresh(base, context)?;
        }
        let view = PoolView { base, pool: self, judged: RecordId([0; 32]) };
        Ok(Trial { view, changes: Changes::default() })
    }

    /// The verdicts remembered so far.
    pub(crate) fn take_dropped(&mut self) -> Vec<(RecordId, Rejection)> {
        std::mem::take(&mut self.dropped)
    }

    fn insert(&mut self, seq: u64, pending: Arc<Pending>) {
        let record = pending.record();
        self.by_leaf.insert(record.leaf_hash(), seq);
        self.by_id.insert(record.id(), seq);
        self.by_expiry.insert((record.record().valid_until, seq));
        if pending.brings() {
            self.bringing.insert(record.id());
        }
        self.per_key.add(&record.record().key_id, pending.bytes());
        self.bytes += pending.bytes();
        self.queue.insert(seq, pending);
    }

    fn remove(&mut self, seq: u64) -> Option<Arc<Pending>> {
        let pending = self.take(seq)?;
        for subject in pending.record().record().all_subjects() {
            self.picture.settle(&subject, Some(seq));
        }
        Some(pending)
    }

    /// Takes a record out of everything but the picture.
    fn take(&mut self, seq: u64) -> Option<Arc<Pending>> {
        let pending = self.queue.remove(&seq)?;
        let record = pending.record();
        self.by_leaf.remove(&record.leaf_hash());
        self.by_id.remove(&record.id());
        self.by_expiry.remove(&(record.record().valid_until, seq));
        self.bringing.remove(&record.id());
        self.per_key.remove(&record.record().key_id, pending.bytes());
        self.bytes -= pending.bytes();
        Some(pending)
    }

    fn clear(&mut self) {
        self.queue.clear();
        self.by_leaf.clear();
        self.by_id.clear();
        self.by_expiry.clear();
        self.bringing.clear();
        self.per_key = Shares::default();
        self.bytes = 0;
        self.picture = Picture::default();
    }
}

/// Judges records one after another without keeping any; each sees the lawful ones before it.
pub(crate) struct Trial<'a, V: View> {
    view: PoolView<'a, V>,
    changes: Changes,
}

impl<V: View> Trial<'_, V> {
    /// Whether the record waits in the pool.
    pub(crate) fn is_pooled(&self, id: &RecordId) -> bool {
        self.view.pool.contains(id) || self.view.pool.parking.contains(id)
    }

    /// The verdict on a record.
    ///
    /// # Errors
    ///
    /// The rule that it breaks, or a fault of the view.
    pub(crate) fn judge(
        &mut self,
        context: &BlockContext,
        pending: &Pending,
    ) -> Result<(), Rejection> {
        let mut overlay = Overlay::resume(&self.view, std::mem::take(&mut self.changes));
        let verdict = execute_record(&mut overlay, context, pending.record(), pending.body());
        self.changes = overlay.into_changes();
        verdict.map(drop)
    }
}

/// What taking a record from the picture of a subject means for the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    /// It holds: the record was the oldest of the subject, or none of the pool names the subject.
    Holds,
    /// It may not: the pool has older records of the subject, or never had this one.
    Disturbed,
}

impl Picture {
    fn get(&self, subject: &Subject) -> Option<&Touched> {
        self.0.get(subject)
    }

    /// Adds what a record changes; it changes nothing but the subjects it names.
    fn apply(&mut self, seq: u64, mut changes: Changes) {
        for (_, _, subjects) in std::mem::take(&mut changes.touched) {
            for subject in subjects {
                let touched = self.0.entry(subject).or_default();
                touched.users.push_back(seq);
                if let Some(row) = changes.statuses.remove(&subject) {
                    touched.status = Some(row);
                }
                if let Some(private) = changes.privates.remove(&subject) {
                    touched.private = Some(private);
                }
            }
        }
        debug_assert!(changes.statuses.is_empty() && changes.privates.is_empty());
    }

    /// Takes a record of a block from a subject, if the pool has it. A subject that no other
    /// record of the pool names is as in the head from then on.
    fn settle(&mut self, subject: &Subject, seq: Option<u64>) -> Settled {
        let Some(touched) = self.0.get_mut(subject) else { return Settled::Holds };
        let at = seq.and_then(|seq| touched.users.iter().position(|&user| user == seq));
        if let Some(at) = at {
            touched.users.remove(at);
            if touched.users.is_empty() {
                self.0.remove(subject);
            }
        }
        if at == Some(0) { Settled::Holds } else { Settled::Disturbed }
    }
}

#[cfg(test)]
mod tests;
