//! A ledger in memory that does as it is told.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tamga_state::dossier::Event;
use tamga_state::law::Law;
use tamga_state::royalty::delay::RoyaltyEvent;

use tamga_replica::Reign;
use tamga_replica::reader::{Asked, Placed};

use super::*;
use crate::index::Lookup;

/// Fixed verdicts and a few records.
#[derive(Default)]
pub(super) struct Fake {
    /// Verdicts on the next submissions; `New` when there are none left.
    pub(super) verdicts: Mutex<Vec<Result<Admission, Refusal>>>,
    /// Submissions that were to take effect.
    pub(super) admitted: AtomicU64,
    /// What waits end with.
    pub(super) settled: Mutex<Option<Settled>>,
    /// The log: records at their positions, and whether they are final is a matter of `final_size`.
    pub(super) log: Vec<(SignedRecord, Option<Body>)>,
    pub(super) final_size: AtomicU64,
    pub(super) pool: BTreeMap<RecordId, Standing>,
    pub(super) checks: Vec<Check>,
    /// The draw of every case.
    pub(super) draw: Option<PendingDraw>,
    /// The proof file of every case's assignment.
    pub(super) assignment: Option<String>,
    pub(super) panics: bool,
    /// Statuses of subjects that no record of the log names.
    pub(super) statuses: BTreeMap<Subject, Vec<u8>>,
    /// The index, and the ledger it is of.
    pub(super) lookup: Option<Arc<Lookup>>,
    /// The batches that are held.
    pub(super) batches: Option<Arc<crate::lines::Batches>>,
    /// How often each block's height stands in what its records decided in private.
    pub(super) told: usize,
}

impl Fake {
    pub(super) fn holding(log: Vec<(SignedRecord, Option<Body>)>) -> Self {
        let size = log.len() as u64;
        Self { log, final_size: AtomicU64::new(size), ..Self::default() }
    }

    fn find(&self, id: &RecordId) -> Option<usize> {
        self.log.iter().position(|(record, _)| record.id() == *id)
    }

    fn logged(&self, at: usize) -> LoggedRecord {
        LoggedRecord {
            entry: self.log[at].0.entry().to_vec(),
            index: LeafIndex(at as u64),
            height: Height(at as u64 + 1),
            recorded_at: UnixMillis(NOW),
        }
    }

    fn is_final(&self, at: usize) -> bool {
        (at as u64) < self.final_size.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Ledger for Fake {
    async fn admit(&self, submissions: Vec<Submission>) -> Vec<Result<Admission, Refusal>> {
        assert!(!self.panics, "told to panic");
        self.admitted.fetch_add(submissions.len() as u64, Ordering::Relaxed);
        self.check(submissions).await
    }

    async fn check(&self, submissions: Vec<Submission>) -> Vec<Result<Admission, Refusal>> {
        let mut verdicts = self.verdicts.lock().unwrap();
        let mut next = || if verdicts.is_empty() { Ok(Admission::New) } else { verdicts.remove(0) };
        submissions.iter().map(|_| next()).collect()
    }

    async fn settled(&self, _: RecordId, _: Duration) -> Settled {
        self.settled.lock().unwrap().clone().unwrap_or(Settled::Pending)
    }

    async fn final_beyond(&self, size: TreeSize) -> FinalNote {
        loop {
            if let Some(note) = self.final_head().filter(|note| note.size > size) {
                return note;
            }
            tokio::task::yield_now().await;
        }
    }

    fn final_head(&self) -> Option<FinalNote> {
        let size = self.final_size.load(Ordering::Relaxed);
        (size > 0).then(|| FinalNote {
            height: Height(size),
            size: TreeSize(size),
            root: TreeRoot([7; 32]),
            time: UnixMillis(NOW),
            note: format!("{ORIGIN}\n{size}\nroot\n\n— log sig\n").into(),
        })
    }

    fn head(&self) -> HeadView {
        let size = self.log.len() as u64;
        HeadView { height: Height(size), size: TreeSize(size), time: UnixMillis(NOW) }
    }

    fn checks(&self) -> Vec<Check> {
        self.checks.clone()
    }

    fn standing(&self, id: &RecordId) -> Result<Standing, ReadError> {
        let logged = |at: usize| Standing::Logged(LeafIndex(at as u64), Height(at as u64 + 1));
        let pooled = || self.pool.get(id).cloned().unwrap_or(Standing::Unknown);
        Ok(self.find(id).map_or_else(pooled, logged))
    }

    fn record(&self, id: &RecordId) -> Result<Option<LoggedRecord>, ReadError> {
        Ok(self.find(id).map(|at| self.logged(at)))
    }

    fn body(&self, id: &RecordId) -> Result<Option<Body>, ReadError> {
        Ok(self.find(id).and_then(|at| self.log[at].1.clone()))
    }

    fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, ReadError> {
        let receipt = |at: usize| Receipt {
            record: self.log[at].0.clone(),
            key: SigningKey::from_seed([1; 32]).public(),
            body: Vec::new(),
            block: leaf(at as u64 + 1),
            previous: Previous { size: TreeSize(at as u64), root: TreeRoot([0; 32]) },
            block_path: Vec::new(),
            proof: TlogProof {
                index: LeafIndex(at as u64),
                path: Vec::new(),
                checkpoint: Note { text: "text\n".into(), signatures: Vec::new() },
            },
        };
        Ok(self.find(id).filter(|at| self.is_final(*at)).map(receipt))
    }

    fn proof(&self, id: &RecordId) -> Result<Option<String>, ReadError> {
        Ok(self.find(id).filter(|at| self.is_final(*at)).map(|_| "c2sp.org/tlog-proof@v1\n".into()))
    }

    fn records_from(&self, from: LeafIndex, limit: usize) -> Result<Vec<LoggedRecord>, ReadError> {
        Ok((usize::try_from(from.0).unwrap()..self.log.len())
            .take(limit)
            .map(|at| self.logged(at))
            .collect())
    }

    fn history(
        &self,
        subject: &Subject,
        from: u64,
        limit: usize,
    ) -> Result<Vec<LoggedRecord>, ReadError> {
        let of = (0..self.log.len()).filter(|at| self.log[*at].0.record().subject == *subject);
        Ok(of.skip(usize::try_from(from).unwrap()).take(limit).map(|at| self.logged(at)).collect())
    }

    fn subject(&self, subject: &Subject) -> Result<Option<SubjectView>, ReadError> {
        if let Some(status) = self.statuses.get(subject) {
            return Ok(Some(SubjectView { records: 1, status: Some(status.clone()) }));
        }
        let behind = self.lookup.as_ref().map(|lookup| lookup.log.subject(subject)).transpose()?;
        if let Some(state) = behind.flatten() {
            let status = state.status.map(|row| row.bytes.to_vec());
            return Ok(Some(SubjectView { records: state.records, status }));
        }
        let records = self.history(subject, 0, usize::MAX)?.len() as u64;
        let signed = self.log.iter().rev().find(|(record, _)| record.record().subject == *subject);
        let status = signed.map(|(record, _)| encode(&case_status(), Some(record.id())));
        Ok((records > 0).then_some(SubjectView { records, status }))
    }

    fn placed(
        &self,
        subject: &Subject,
        asked: Asked,
    ) -> Result<Result<Placed, NotPlaced>, ReadError> {
        let records = self.history(subject, 0, usize::MAX)?.len() as u64;
        Ok(Err(if asked.from > records { NotPlaced::Fewer(records) } else { NotPlaced::Busy }))
    }

    fn subject_proof(&self, _: &Placed) -> Result<Option<String>, ReadError> {
        Ok(None)
    }

    fn events(&self, case: &Subject, size: TreeSize) -> Result<Vec<Event>, ReadError> {
        let read = |(at, (record, body)): (usize, &(SignedRecord, Option<Body>))| {
            let index = LeafIndex(at as u64);
            let names = record.record().all_subjects().any(|subject| subject == *case);
            names.then(|| Event::read(*case, record, body.as_ref(), index, UnixMillis(NOW)))?
        };
        let known = self.log.iter().take(usize::try_from(size.get()).unwrap());
        Ok(known.enumerate().filter_map(read).collect())
    }

    fn royalty_events(
        &self,
        bin: &str,
        _: TreeSize,
    ) -> Result<(Vec<RoyaltyEvent>, bool), ReadError> {
        let Some(lookup) = &self.lookup else { return Ok((Vec::new(), true)) };
        let (_, size) = lookup.log.tip()?;
        Ok(lookup.log.royalty_events(bin, size)?)
    }

    fn law(&self) -> Result<Law, ReadError> {
        Ok(Law::initial())
    }

    fn lookup(&self) -> Option<Arc<Lookup>> {
        self.lookup.clone()
    }

    fn batches(&self) -> Option<Arc<crate::lines::Batches>> {
        self.batches.clone()
    }

    fn pending_draw(&self, _: &Subject) -> Result<Option<PendingDraw>, ReadError> {
        Ok(self.draw.clone())
    }

    fn assignment(&self, _: &Subject) -> Result<Option<String>, ReadError> {
        Ok(self.assignment.clone())
    }

    fn tile(&self, tile: TileCoord) -> Result<Option<Vec<u8>>, ReadError> {
        Ok((tile.index() == 0).then(|| vec![9; usize::from(tile.width()) * 32]))
    }

    fn bundle(&self, bundle: BundleCoord) -> Result<Option<Vec<u8>>, ReadError> {
        Ok((bundle.index() == 0).then(|| vec![8; 10]))
    }

    fn block(&self, height: Height) -> Result<Option<BlockSummary>, ReadError> {
        let known = height.0 > 0 && height.0 <= self.log.len() as u64;
        Ok(known.then(|| BlockSummary {
            leaf: leaf(height.0),
            root: TreeRoot([6; 32]),
            value: ValueId([5; 32]),
            size_before: TreeSize(height.0 - 1),
        }))
    }

    fn certificate(&self, height: Height) -> Result<Option<Vec<u8>>, ReadError> {
        let known = height.0 == 1 || height.0 > 2 && height.0 <= self.log.len() as u64;
        Ok(known.then(|| height.0.to_be_bytes().to_vec()))
    }

    fn told(&self, height: Height) -> Result<Vec<u8>, ReadError> {
        Ok(height.0.to_be_bytes().repeat(self.told))
    }

    fn in_force(&self) -> Option<Arc<Reign>> {
        None
    }

    fn policy_chain(&self) -> Result<String, ReadError> {
        Ok("tamga-policies/v1\n".to_owned())
    }
}

pub(super) fn leaf(height: u64) -> BlockLeaf {
    BlockLeaf {
        height: Height(height),
        size: TreeSize(height + 1),
        time: UnixMillis(NOW),
        prev: ValueId([1; 32]),
        map_root: MapRoot([2; 32]),
        policy: PolicyHash([3; 32]),
        rules: RulesHash([4; 32]),
        ext: None,
    }
}

fn case_status() -> Case {
    let received = UnixMillis(NOW);
    Case {
        stage: Stage::Assigned,
        stage_since: received,
        before_suspension: None,
        before_closing: None,
        debtor: SubjectId([1; 32]),
        debtor_kind: PartyKind::Person,
        claimants: vec![SubjectId([2; 32])],
        for_the_state: false,
        document: SubjectId([3; 32]),
        claim: None,
        claim_order: 3,
        periodic: false,
        assignee: Some(SubjectId([4; 32])),
        assigned_at: Some(received),
        assigned_by: None,
        region: Some("75".into()),
        received_at: received,
        initiated_at: None,
        class: None,
        last_event_at: received,
        grounds: 0,
        until: None,
        in_debtor_register: false,
        notices: 0,
        debtor_notified_at: None,
        claimant_notified_at: None,
        warned_at: None,
        open_complaints: 0,
        pending_sanctions: 0,
        open_measures: 0,
        open_lots: 0,
        levies: 0,
        correction: None,
        undistributed_since: None,
        recovered_since: None,
        erased: false,
        money: [0; 32],
        draw: None,
        royalties: None,
    }
}
