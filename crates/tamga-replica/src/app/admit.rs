//! Admission: from a verified record to the pool (spec §18.4).

use std::collections::BTreeSet;
use std::sync::Arc;

use tamga_format::body::Body;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{BodyCommitment, KeyId, LeafIndex, RecordId, UnixMillis};
use tamga_format::record::{SignedRecord, VerifiedRecord};
use tamga_format::signature::PublicKey;
use tamga_state::{BlockContext, Code, Rejection};

use super::{AdmitError, Admitted, App, Source};
use crate::layout::IdRow;
use crate::limits::POOL_RETRY_AFTER_MS;
use crate::mempool::{Pending, Token};
use crate::store::{Store, StoreError};
use crate::view::StoreView;

const POOL_FULL: AdmitError = AdmitError::PoolFull { retry_after_ms: POOL_RETRY_AFTER_MS };

impl<S: Store> App<S> {
    /// The public key behind a key id, as of head and pool: for checking a signature before
    /// [`admit`](Self::admit). A key id is a hash of its key, so an answer never changes.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn public_key(&self, key: &KeyId) -> Result<Option<PublicKey>, StoreError> {
        let view = StoreView::cached(&self.store, &self.reigns, &self.map, &self.cache);
        self.pool.public_key(&view, key).map_err(|_| view.fault_or_corrupted())
    }

    /// Takes records into the pool, in order, each with an immediate verdict on head and pool.
    pub fn admit(
        &mut self,
        records: Vec<(VerifiedRecord, Option<Body>)>,
        source: Source,
        now: UnixMillis,
    ) -> Vec<Result<Admitted, AdmitError>> {
        self.clock = now;
        let context = self.next_context();
        records
            .into_iter()
            .map(|(record, body)| self.admit_one(record, body, source, &context))
            .collect()
    }

    /// The verdicts on records on head and pool, in order, without any effect; each record sees the lawful
    /// ones before it. They are those of [`admit`](Self::admit), but that a record whose predecessor is
    /// unknown is refused rather than parked, and that a pool has always room.
    pub fn check(
        &mut self,
        records: Vec<(VerifiedRecord, Option<Body>)>,
        now: UnixMillis,
    ) -> Vec<Result<Admitted, AdmitError>> {
        let count = records.len();
        self.check_all(records, now).unwrap_or_else(|error| vec![Err(error.into()); count])
    }

    fn check_all(
        &mut self,
        records: Vec<(VerifiedRecord, Option<Body>)>,
        now: UnixMillis,
    ) -> Result<Vec<Result<Admitted, AdmitError>>, StoreError> {
        self.intact()?;
        self.clock = now;
        let context = self.next_context();
        let view = StoreView::cached(&self.store, &self.reigns, &self.map, &self.cache);
        let Ok(mut trial) = self.pool.trial(&view, &context) else {
            return Err(view.fault_or_corrupted());
        };
        let mut verdicts = Vec::with_capacity(records.len());
        let mut lawful = BTreeSet::new();
        for (record, body) in records {
            let id = record.id();
            let verdict = if let Some(IdRow::V1 { index, .. }) = view.place(&id)? {
                Ok(Admitted::Final(LeafIndex(index)))
            } else if trial.is_pooled(&id) || lawful.contains(&id) {
                Ok(Admitted::Pending)
            } else if let Err(error) = check_body(record.record().body, body.as_ref()) {
                Err(AdmitError::Body(error))
            } else {
                match trial.judge(&context, &Pending::new(record, body)) {
                    Ok(()) => {
                        lawful.insert(id);
                        Ok(Admitted::New)
                    }
                    Err(rejection) if rejection.is_fault() => {
                        return Err(view.fault_or_corrupted());
                    }
                    Err(rejection) => Err(AdmitError::Rejected(rejection)),
                }
            };
            verdicts.push(verdict);
        }
        Ok(verdicts)
    }

    fn admit_one(
        &mut self,
        record: VerifiedRecord,
        body: Option<Body>,
        source: Source,
        context: &BlockContext,
    ) -> Result<Admitted, AdmitError> {
        self.intact()?;
        let id = record.id();
        if self.pool.contains(&id) {
            return Ok(Admitted::Pending);
        }
        let view = StoreView::cached(&self.store, &self.reigns, &self.map, &self.cache);
        if let Some(IdRow::V1 { index, .. }) = view.place(&id)? {
            return Ok(Admitted::Final(LeafIndex(index)));
        }
        if self.pool.parking.contains(&id) {
            return Ok(Admitted::Parked);
        }
        check_body(record.record().body, body.as_ref()).map_err(AdmitError::Body)?;
        let pending = Arc::new(Pending::new(record, body));
        if !self.pool.has_room(&pending) {
            return Err(POOL_FULL);
        }
        match self.pool.push(&view, context, &pending) {
            Ok(()) => {
                self.wake(tokens_of(pending.record()), context)?;
                Ok(Admitted::New)
            }
            Err(rejection) if rejection.is_fault() => Err(view.fault_or_corrupted().into()),
            Err(rejection) if awaits_another(&rejection, source) => {
                if self.pool.parking.park(pending) { Ok(Admitted::Parked) } else { Err(POOL_FULL) }
            }
            Err(rejection) => Err(AdmitError::Rejected(rejection)),
        }
    }

    /// Judges the parked records again that wait for one of these, and those that wait for them.
    pub(super) fn wake(
        &mut self,
        mut tokens: Vec<Token>,
        context: &BlockContext,
    ) -> Result<(), StoreError> {
        let view = StoreView::cached(&self.store, &self.reigns, &self.map, &self.cache);
        while !tokens.is_empty() && !self.pool.parking.is_empty() {
            let woken = self.pool.parking.woken(tokens.drain(..));
            for pending in woken {
                if !self.pool.has_room(&pending) {
                    self.pool.parking.park(pending);
                    continue;
                }
                match self.pool.push(&view, context, &pending) {
                    Ok(()) => tokens.extend(tokens_of(pending.record())),
                    Err(rejection) if rejection.is_fault() => {
                        return Err(view.fault_or_corrupted());
                    }
                    Err(rejection) if awaits_another(&rejection, Source::Peer) => {
                        self.pool.parking.park(pending);
                    }
                    Err(rejection) => {
                        self.pool.note_dropped(pending.record().id(), rejection);
                    }
                }
            }
        }
        Ok(())
    }
}

/// What may be waiting for this record.
pub(super) fn tokens_of(record: &SignedRecord) -> Vec<Token> {
    tokens(record.id(), record.record().all_subjects())
}

pub(super) fn tokens(
    id: RecordId,
    subjects: impl IntoIterator<Item = tamga_format::subject::Subject>,
) -> Vec<Token> {
    [Token::Record(id)].into_iter().chain(subjects.into_iter().map(Token::Subject)).collect()
}

/// Whether another record, not here yet, may turn the verdict. A client is told of all but an
/// unknown predecessor at once, since it knows best what it has sent.
fn awaits_another(rejection: &Rejection, source: Source) -> bool {
    match source {
        Source::Local => rejection.code == Code::AfterUnknown,
        Source::Peer => matches!(
            rejection.code,
            Code::AfterUnknown | Code::SubjectUnknown | Code::TargetUnknown | Code::StageNotAllowed
        ),
    }
}

/// Checks that the body is the one the entry commits to, and present if and only if it does.
pub(super) fn check_body(
    commitment: Option<BodyCommitment>,
    body: Option<&Body>,
) -> Result<(), FormatError> {
    let code = match (commitment, body) {
        (None, None) => return Ok(()),
        (Some(wanted), Some(body)) if body.commitment() == wanted => return Ok(()),
        (Some(_), Some(_)) => FormatCode::BodyCommitment,
        (Some(_), None) => FormatCode::BodyMissing,
        (None, Some(_)) => FormatCode::BodyUnexpected,
    };
    Err(FormatError::new(code, 0).of("body"))
}
