//! What HTTP sees of the replica.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tamga_api::shapes::Check;
use tamga_format::body::{Body, Submission};
use tamga_format::id::{Height, LeafIndex, RecordId, TreeSize};
use tamga_format::receipt::Receipt;
use tamga_format::subject::Subject;
use tamga_format::tile::{BundleCoord, TileCoord};
use tamga_replica::reader::{Asked, Placed, Unplaced};
use tamga_replica::{AdmitError, Admitted, Reign, Source, StoreError};
use tamga_state::codes::Code;
use tamga_state::dossier::Event;
use tamga_state::enforcement::assignment::PendingDraw;
use tamga_state::law::Law;
use tamga_state::royalty::delay::RoyaltyEvent;
use tokio::sync::watch;

use super::{AdmitFault, AppHandle, FinalHead, Verdict};
use crate::engine::EngineState;
use crate::http::ledger::{
    Admission, BlockSummary, FinalNote, HeadView, Ledger, LoggedRecord, NotPlaced, ReadError,
    Refusal, Settled, Standing, SubjectView,
};
use crate::index::{IndexHandle, Lookup};
use crate::lines::Batches;

/// How often a subject is looked for in the newest map while blocks change it.
const PLACED_TRIES: usize = 8;
/// Seconds without a final checkpoint, while records wait, after which a node is not ready.
const STALL_S: i64 = 30;

/// The replica as HTTP's ledger.
#[derive(Clone, Debug)]
pub struct HttpLedger {
    app: AppHandle,
    engine: watch::Receiver<EngineState>,
    index: Option<IndexHandle>,
    batches: Option<Arc<Batches>>,
    /// The newest note in HTTP's terms: every request asks for it, the store is asked once per note.
    newest: Arc<Mutex<Option<FinalNote>>>,
}

impl HttpLedger {
    /// The replica behind `app`, decided for by an engine in this state, with its index and its batches, if there are any.
    #[must_use]
    pub fn new(
        app: AppHandle,
        engine: watch::Receiver<EngineState>,
        index: Option<IndexHandle>,
        batches: Option<Arc<Batches>>,
    ) -> Self {
        Self { app, engine, index, batches, newest: Arc::default() }
    }

    fn final_note(&self, newest: &FinalHead) -> Option<FinalNote> {
        let mut known = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|known| known.height != newest.height) {
            let block = self.app.reader().block(newest.height).ok()??;
            *known = Some(FinalNote {
                height: newest.height,
                size: newest.size,
                root: block.checkpoint.root,
                time: block.time,
                note: newest.note.encode().into(),
            });
        }
        known.clone()
    }

    fn logged(&self, index: LeafIndex) -> Result<Option<LoggedRecord>, ReadError> {
        let Some(entry) = self.app.reader().leaf(index)? else { return Ok(None) };
        let Some(block) = self.app.reader().block_of(index)? else { return Ok(None) };
        Ok(Some(LoggedRecord { entry, index, height: block.height, recorded_at: block.time }))
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// Why a record is refused, in the registry's terms.
fn refusal(fault: AdmitFault) -> Refusal {
    let of = |code: Code, pointer: &str, detail: &str| Refusal {
        code,
        pointer: pointer.to_owned(),
        detail: detail.to_owned(),
    };
    match fault {
        AdmitFault::UnknownKey => of(
            Code::UnknownKey,
            "/protected/kid",
            "no key with this id is registered; register it with G03 first",
        ),
        AdmitFault::BadSignature => of(
            Code::BadSignature,
            "/signature",
            "the signature does not hold over the bytes received; sign exactly the bytes you send",
        ),
        AdmitFault::Refused(AdmitError::Rejected(rejection)) => {
            Refusal { code: rejection.code, pointer: rejection.pointer, detail: rejection.detail }
        }
        AdmitFault::Refused(AdmitError::PoolFull { retry_after_ms }) => Refusal {
            code: Code::PoolFull,
            pointer: String::new(),
            detail: format!("the pool is full; try again in {retry_after_ms} ms"),
        },
        AdmitFault::Refused(AdmitError::Body(error)) => Refusal {
            code: Code::BodyMismatch,
            pointer: "/body".to_owned(),
            detail: error.to_string(),
        },
        AdmitFault::Refused(AdmitError::Store(_)) | AdmitFault::Stopped => {
            of(Code::Internal, "", "this node is stopping; send the same bytes to another node")
        }
    }
}

const fn admission(admitted: Admitted) -> Admission {
    match admitted {
        Admitted::New | Admitted::Parked => Admission::New,
        Admitted::Pending => Admission::Pending,
        Admitted::Final(index) => Admission::Logged(index),
    }
}

#[async_trait]
impl Ledger for HttpLedger {
    async fn admit(&self, submissions: Vec<Submission>) -> Vec<Result<Admission, Refusal>> {
        let verdicts = self.app.admit(submissions, Source::Local).await;
        verdicts.into_iter().map(|verdict| verdict.map(admission).map_err(refusal)).collect()
    }

    async fn check(&self, submissions: Vec<Submission>) -> Vec<Result<Admission, Refusal>> {
        let verdicts = self.app.check(submissions).await;
        verdicts.into_iter().map(|verdict| verdict.map(admission).map_err(refusal)).collect()
    }

    async fn settled(&self, id: RecordId, within: Duration) -> Settled {
        match self.app.settled(id, within).await {
            Verdict::Final(_) => Settled::Final,
            Verdict::Rejected(rejection) => {
                Settled::Refused(refusal(AdmitFault::Refused(AdmitError::Rejected(rejection))))
            }
            Verdict::Pending => Settled::Pending,
        }
    }

    fn final_head(&self) -> Option<FinalNote> {
        let finals = self.app.finals();
        let newest = finals.borrow();
        self.final_note(newest.as_ref()?)
    }

    async fn final_beyond(&self, size: TreeSize) -> FinalNote {
        let mut finals = self.app.finals();
        loop {
            let newest = finals.borrow_and_update().clone().filter(|newest| newest.size > size);
            if let Some(note) = newest.and_then(|newest| self.final_note(&newest)) {
                return note;
            }
            if finals.changed().await.is_err() {
                // The process is going down: whoever waits is dropped with it.
                std::future::pending::<()>().await;
            }
        }
    }

    fn head(&self) -> HeadView {
        let head = *self.app.head().borrow();
        HeadView { height: head.height, size: head.size, time: head.time }
    }

    fn checks(&self) -> Vec<Check> {
        let head = *self.app.head().borrow();
        let last = self.app.finals().borrow().as_ref().map_or(0, |newest| newest.height.get());
        let waiting = *self.app.pending().borrow();
        let silent_s = self.app.now().get().saturating_sub(head.time.get()) / 1_000;
        let engine = match &*self.engine.borrow() {
            EngineState::Running => (true, "votes or follows".to_owned()),
            EngineState::Halted(why) => (false, format!("halted on purpose: {why}")),
            EngineState::Failed(why) => (false, format!("failed: {why}")),
            EngineState::Stopped => (false, "stopped".to_owned()),
        };
        vec![
            Check { name: "engine".into(), ok: engine.0, detail: engine.1 },
            Check {
                name: "finality".into(),
                ok: waiting == 0 || silent_s < STALL_S,
                detail: format!("{waiting} records wait; the last block is {silent_s} s old"),
            },
            Check {
                name: "final-checkpoint".into(),
                ok: last > 0,
                detail: format!("height {last} is final, {} is ordered", head.height.get()),
            },
        ]
    }

    fn standing(&self, id: &RecordId) -> Result<Standing, ReadError> {
        if let Some((index, height)) = self.app.reader().place(id)? {
            return Ok(Standing::Logged(index, height));
        }
        if let Some(rejection) = self.app.rejection(id) {
            let fault = AdmitFault::Refused(AdmitError::Rejected(rejection));
            return Ok(Standing::Refused(refusal(fault)));
        }
        Ok(match self.app.admitted_at(id) {
            Some(time) => Standing::Pooled(time),
            None => Standing::Unknown,
        })
    }

    fn record(&self, id: &RecordId) -> Result<Option<LoggedRecord>, ReadError> {
        Ok(self.app.reader().record(id)?.map(|record| LoggedRecord {
            entry: record.entry,
            index: record.index,
            height: record.height,
            recorded_at: record.time,
        }))
    }

    fn body(&self, id: &RecordId) -> Result<Option<Body>, ReadError> {
        let bytes = self.app.reader().record(id)?.and_then(|record| record.body);
        let Some(bytes) = bytes else { return Ok(None) };
        Body::decode(&bytes).map(Some).map_err(|error| ReadError(format!("body of {id}: {error}")))
    }

    fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, ReadError> {
        Ok(self.app.reader().receipt(id)?)
    }

    fn proof(&self, id: &RecordId) -> Result<Option<String>, ReadError> {
        let Some((index, _)) = self.app.reader().place(id)? else { return Ok(None) };
        Ok(self.app.reader().tlog_proof(index)?.map(|proof| proof.encode()))
    }

    fn records_from(&self, from: LeafIndex, limit: usize) -> Result<Vec<LoggedRecord>, ReadError> {
        let (_, size) = self.app.reader().tip()?;
        let mut records = Vec::new();
        let mut index = from;
        while records.len() < limit && index.get() < size.get() {
            // Block leaves and the genesis leaf are no records.
            records
                .extend(self.logged(index)?.filter(|record| record.entry.first() == Some(&0xD2)));
            index = index.next();
        }
        Ok(records)
    }

    fn history(
        &self,
        subject: &Subject,
        from: u64,
        limit: usize,
    ) -> Result<Vec<LoggedRecord>, ReadError> {
        let lines = self.app.reader().history(subject, from, limit)?;
        let mut records = Vec::with_capacity(lines.len());
        for line in lines {
            records.extend(self.logged(line.index)?);
        }
        Ok(records)
    }

    fn subject(&self, subject: &Subject) -> Result<Option<SubjectView>, ReadError> {
        let state = self.app.reader().subject(subject)?;
        Ok(state.map(|state| SubjectView {
            records: state.records,
            status: state.status.map(|row| row.bytes.to_vec()),
        }))
    }

    fn placed(
        &self,
        subject: &Subject,
        asked: Asked,
    ) -> Result<Result<Placed, NotPlaced>, ReadError> {
        // A commit between the map and the rows is seen, and the next map is tried.
        for _ in 0..PLACED_TRIES {
            match self.app.reader().placed(&self.app.mapped(), subject, asked) {
                Ok(placed) => return Ok(Ok(placed)),
                Err(Unplaced::Moved) => {}
                Err(Unplaced::Fewer(records)) => return Ok(Err(NotPlaced::Fewer(records))),
                Err(Unplaced::Many(records)) => return Ok(Err(NotPlaced::Many(records))),
                Err(Unplaced::Store(error)) => return Err(error.into()),
            }
        }
        Ok(Err(NotPlaced::Busy))
    }

    fn subject_proof(&self, placed: &Placed) -> Result<Option<String>, ReadError> {
        Ok(self.app.reader().subject_proof(placed)?.map(|proof| proof.encode()))
    }

    fn events(&self, case: &Subject, size: TreeSize) -> Result<Vec<Event>, ReadError> {
        Ok(self.app.reader().events(case, size)?)
    }

    fn royalty_events(
        &self,
        bin: &str,
        size: TreeSize,
    ) -> Result<(Vec<RoyaltyEvent>, bool), ReadError> {
        Ok(self.app.reader().royalty_events(bin, size)?)
    }

    fn law(&self) -> Result<Law, ReadError> {
        Ok(self.app.reader().law()?.0)
    }

    fn batches(&self) -> Option<Arc<Batches>> {
        self.batches.clone()
    }

    fn lookup(&self) -> Option<Arc<Lookup>> {
        self.index.as_ref()?.lookup()
    }

    fn pending_draw(&self, case: &Subject) -> Result<Option<PendingDraw>, ReadError> {
        Ok(self.app.reader().pending_draw(case)?)
    }

    fn assignment(&self, case: &Subject) -> Result<Option<String>, ReadError> {
        Ok(self.app.reader().assignment(case)?.map(|file| file.encode()))
    }

    fn tile(&self, tile: TileCoord) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.app.reader().tile(tile)?)
    }

    fn bundle(&self, bundle: BundleCoord) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.app.reader().bundle(bundle)?)
    }

    fn block(&self, height: Height) -> Result<Option<BlockSummary>, ReadError> {
        let Some(block) = self.app.reader().block(height)? else { return Ok(None) };
        let Some(leaf) = block.leaf else { return Ok(None) };
        Ok(Some(BlockSummary {
            leaf,
            root: block.checkpoint.root,
            value: block.value,
            size_before: block.first,
        }))
    }

    fn certificate(&self, height: Height) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.app.reader().certificate_bytes(height)?)
    }

    fn told(&self, height: Height) -> Result<Vec<u8>, ReadError> {
        Ok(self.app.reader().told_rows(height)?)
    }

    fn in_force(&self) -> Option<Arc<Reign>> {
        Some(self.app.reader().reigns().newest()).filter(|reign| reign.number > 0)
    }

    fn policy_chain(&self) -> Result<String, ReadError> {
        Ok(self.app.reader().policy_chain()?.encode())
    }
}
