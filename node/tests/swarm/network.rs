//! Cosigners and a publisher together: every committed block gets its final note everywhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tamga_format::id::Height;
use tamga_format::note::Note;
use tamga_node::clock::Clock;
use tamga_node::cosigner::{self, CosignerHandle};
use tamga_node::gather::FinalNote;
use tamga_node::publisher::{self, PublisherConfig};
use tamga_node::swarm::{self, Addresses, SwarmHandle};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::ledger::{
    FakeLog, PUBLISHER, VALIDATORS, cosigner_config, key, policies, policy, swarm_config,
};

const PATIENCE: Duration = Duration::from_secs(30);

struct Validator {
    swarm: SwarmHandle,
    cosigner: CosignerHandle,
    log: Arc<FakeLog>,
    finals: mpsc::Receiver<FinalNote>,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Validator {
    fn start(
        number: u8,
        tip: u64,
        listening: &BTreeMap<u8, String>,
        log: Arc<FakeLog>,
        folder: &tempfile::TempDir,
    ) -> Self {
        let (notes, inbox) = mpsc::channel(64);
        let swarm = swarm::start(swarm_config(number, listening), None, notes).unwrap();
        let (finals_in, finals) = mpsc::channel(64);
        let config = cosigner_config(number, folder.path());
        let started =
            cosigner::start(config, Height(tip), log.clone(), swarm.clone(), inbox, finals_in);
        let (cosigner, task) = started.unwrap();
        Self { swarm, cosigner, log, finals, task }
    }

    async fn address(&self) -> String {
        let mut listening = self.swarm.listening();
        let addresses = timeout(PATIENCE, listening.wait_for(|a| !a.is_empty())).await;
        addresses.unwrap().unwrap()[0].to_string()
    }

    /// Waits for the final notes of these heights, in any order, and stores them.
    async fn finalises(&mut self, heights: std::ops::RangeInclusive<u64>) {
        for _ in heights.clone() {
            let note = timeout(PATIENCE, self.finals.recv()).await.unwrap().unwrap();
            let verified = policy().verify_canonical(&Note::parse(&note.note).unwrap()).unwrap();
            assert!(heights.contains(&note.height.get()), "{note:?}");
            assert_eq!(*verified.checkpoint(), self.log.checkpoint(note.height.get()));
            let stored = self.log.finals.lock().unwrap().insert(note.height, note.note);
            assert_eq!(stored, None);
        }
    }
}

fn publish(
    listening: &BTreeMap<u8, String>,
    folder: &tempfile::TempDir,
) -> JoinHandle<anyhow::Result<()>> {
    tokio::spawn(publisher::run(PublisherConfig {
        key: key("log", 0),
        policies: policies(),
        swarm: swarm_config(PUBLISHER, listening),
        addresses: Addresses::default(),
        watermark: folder.path().join("publisher"),
        clock: Clock,
    }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_block_is_final_everywhere_whoever_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let (mut validators, mut listening) = (Vec::new(), BTreeMap::new());
    for number in 0..VALIDATORS - 1 {
        let log = Arc::new(FakeLog::new(0));
        let validator = Validator::start(number, 0, &listening, log, &folder);
        listening.insert(number, validator.address().await);
        validators.push(validator);
    }
    let publisher = publish(&listening, &folder);
    for height in 1..=5 {
        for validator in &mut validators {
            validator.cosigner.committed(Height(height));
        }
        for validator in &mut validators {
            validator.finalises(height..=height).await;
        }
    }

    // Blocks committed while no publisher runs get their notes when one comes back.
    publisher.abort();
    publisher.await.unwrap_err();
    for validator in &validators {
        validator.cosigner.committed(Height(8));
    }
    let publisher = publish(&listening, &folder);
    for validator in &mut validators {
        validator.finalises(6..=8).await;
    }

    // The fourth validator comes late and learns all notes from the others.
    let log = Arc::new(FakeLog::new(0));
    let mut late = Validator::start(VALIDATORS - 1, 8, &listening, log, &folder);
    late.finalises(1..=8).await;

    // With the fourth, finality survives the loss of another.
    let lost = validators.remove(0);
    lost.task.abort();
    drop(lost);
    validators.push(late);
    for validator in &validators {
        validator.cosigner.committed(Height(9));
    }
    for validator in &mut validators {
        validator.finalises(9..=9).await;
        assert!(!validator.task.is_finished());
    }
    assert!(!publisher.is_finished());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_on_a_fork_is_outvoted_and_a_forked_restart_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut validators, mut listening) = (Vec::new(), BTreeMap::new());
    for number in 0..VALIDATORS {
        // The fourth one has another log from block 3 on.
        let log = Arc::new(FakeLog::new(u8::from(number == 3)));
        let validator = Validator::start(number, 0, &listening, log, &folder);
        listening.insert(number, validator.address().await);
        validators.push(validator);
    }
    let publisher = publish(&listening, &folder);
    for validator in &validators {
        validator.cosigner.committed(Height(6));
    }
    let mut forked = validators.pop().unwrap();
    for validator in &mut validators {
        validator.finalises(1..=6).await;
    }
    forked.finalises(1..=2).await;
    assert!(forked.finals.try_recv().is_err());

    // The publisher's watermark now refuses the fork for good.
    publisher.abort();
    publisher.await.unwrap_err();
    let watermark = folder.path().join("publisher");
    let key = policy().log().to_string();
    let mut watermark = tamga_node::watermark::Watermark::open(&watermark, &key).unwrap();
    let last = *watermark.current().unwrap();
    assert_eq!(last.height, Height(6));
    let fork = forked.log.checkpoint(7);
    let path = cosigner::CommittedLog::consistency(&*forked.log, last.size, fork.size).unwrap();
    let mark = tamga_node::watermark::Mark {
        height: Height(7),
        size: fork.size,
        root: fork.root,
        time_s: 0,
    };
    assert!(watermark.advance(mark, &path.unwrap()).is_err());
}
