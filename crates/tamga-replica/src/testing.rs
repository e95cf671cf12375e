//! A store that fails on purpose, and a ledger of one validator, for tests here and in other packages.

use std::sync::{Arc, Mutex, PoisonError};

use tamga_format::beacon::VrfSecret;
use tamga_format::certificate::{Certificate, VoteKind, vote_bytes};
use tamga_format::id::{GenesisHash, RecordId, UnixMillis};
use tamga_state::Genesis;
use tamga_state::law::parameters::initial_lines;
use tamga_state::testing::{Draft, NOW, World, genesis, key};

use crate::app::{App, Builder, Source};
use crate::limits::BLOCK_COST_MAX;
use crate::store::{CommitBatch, Rows, Store, StoreError, Tables};

/// What happens to the write that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It is lost.
    Before,
    /// It is durable, but the caller is told that it failed.
    After,
}

/// A store whose writes fail when told to.
#[derive(Clone, Debug)]
pub struct FailingStore<S> {
    inner: S,
    next: Arc<Mutex<Option<Failure>>>,
}

impl<S> FailingStore<S> {
    /// A store that works, for now.
    pub fn new(inner: S) -> Self {
        Self { inner, next: Arc::default() }
    }

    /// Makes the next write fail.
    pub fn fail_next(&self, failure: Failure) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }
}

impl<T: Tables, S: Store<T>> Store<T> for FailingStore<S> {
    fn commit(&mut self, batch: CommitBatch<T>) -> Result<(), StoreError> {
        let failure = self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        if failure != Some(Failure::Before) {
            self.inner.commit(batch)?;
        }
        failure.map_or(Ok(()), |_| Err(StoreError::Io("told to fail".to_owned())))
    }

    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(table, key)
    }

    fn scan(&self, table: T, from: &[u8], prefix: &[u8], limit: usize) -> Result<Rows, StoreError> {
        self.inner.scan(table, from, prefix, limit)
    }
}

/// The genesis hash of every [`TestLedger`].
const GENESIS: GenesisHash = GenesisHash([0xAB; 32]);

/// A ledger of one validator with the rules' test registry and the initial law. Only lawful drafts are recorded.
#[derive(Debug)]
pub struct TestLedger<S: Store> {
    /// The validator.
    pub app: App<S>,
    /// The same ledger without a log, to make drafts from.
    pub world: World,
    genesis: Genesis,
    tried: u64,
    blocks: i64,
}

impl<S: Store> TestLedger<S> {
    /// An empty ledger in an empty store.
    ///
    /// # Panics
    ///
    /// If the store fails.
    pub fn new(store: S) -> Self {
        let genesis = Genesis { parameters: initial_lines(), ..genesis() };
        let mut world = World::new();
        world.view.statuses = genesis.initial_statuses().expect("the test genesis is lawful");
        let app = App::open(store, &genesis, GENESIS).expect("the store works");
        Self { app, world, genesis, tried: 0, blocks: 0 }
    }

    /// Takes a draft into the pool if it is lawful after those before.
    ///
    /// # Panics
    ///
    /// If the validator judges otherwise than the rules alone.
    pub fn try_record(&mut self, draft: &Draft) -> Option<RecordId> {
        self.tried += 1;
        let draft = Draft { salt: self.tried, ..draft.clone() };
        let id = self.world.submit(&draft).ok()?;
        let (record, body) = draft.sign();
        let record = record.verify(&key(&draft.signer).public()).expect("it was signed just now");
        let verdict = self.app.admit(vec![(record, body)], Source::Local, NOW).pop();
        assert!(matches!(verdict, Some(Ok(_))), "{verdict:?}");
        Some(id)
    }

    /// Takes a lawful draft into the pool.
    ///
    /// # Panics
    ///
    /// If it is not lawful.
    #[track_caller]
    pub fn record(&mut self, draft: &Draft) -> RecordId {
        self.try_record(draft).expect("a lawful draft")
    }

    /// Makes a block of what the pool holds, a second after the one before.
    ///
    /// # Panics
    ///
    /// If the validator refuses its own block.
    pub fn block(&mut self) {
        self.blocks += 1;
        let now = UnixMillis(NOW.get() + 1_000 * self.blocks);
        let validator = self.genesis.validators.members()[0].id;
        let builder = Builder { validator, beacon: VrfSecret::from_seed(&[7; 32]) };
        let height = self.app.head().height.next();
        let block = self.app.propose(height, 0, &builder, now, BLOCK_COST_MAX);
        let value = block.expect("the pool holds what is lawful").value;
        let vote = vote_bytes(VoteKind::Precommit, &GENESIS, height, 0, Some(&value), &validator);
        let signatures = vec![(validator, key("consensus").sign(&vote))];
        let certificate = Certificate { height, round: 0, value, signatures };
        let certificate = certificate.verify(&GENESIS, &self.genesis.validators);
        let certificate = certificate.expect("the one validator has voted");
        self.app.commit(value, certificate, Vec::new()).expect("the store works");
    }
}
