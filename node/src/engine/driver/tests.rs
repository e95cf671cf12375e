use std::sync::Mutex;

use async_trait::async_trait;
use tamga_format::certificate::Certificate;
use tamga_format::id::{GenesisHash, sha256};
use tamga_format::signature::SigningKey;

use super::super::config::{Pace, peer_id};
use super::*;

const HEIGHT: Height = Height(1);
const NODES: u8 = 4;

fn key(node: u8) -> SigningKey {
    SigningKey::from_seed([node; 32])
}

fn id(node: u8) -> ValidatorId {
    tamga_format::validators::validator_id(&key(node).public())
}

/// The value of honest bytes; the others are no block.
fn value(block: &[u8]) -> ValueId {
    ValueId(sha256(&[block]))
}

/// A host to which bytes that begin with a one are a valid block.
struct Judge {
    validators: Arc<Validators>,
    pending: watch::Receiver<u64>,
    judged: Mutex<Vec<Bytes>>,
    kept: Mutex<Vec<(u32, Bytes)>>,
}

#[async_trait]
impl Host for Judge {
    async fn propose(&self, _: Height, _: u32) -> Result<Proposed, HostError> {
        Err(HostError::Failed("it is not this node's turn".into()))
    }

    async fn validate(&self, block: Bytes, _: Option<Turn>) -> Result<ValueId, Refusal> {
        self.judged.lock().unwrap().push(block.clone());
        let valid = block.first() == Some(&1);
        if valid { Ok(value(&block)) } else { Err(Refusal::Invalid("junk".into())) }
    }

    async fn commit(&self, _: Certificate, _: Vec<Vec<u8>>) -> Result<(), HostError> {
        Ok(())
    }

    async fn decided(&self, _: Height) -> Result<Option<(Bytes, Certificate)>, HostError> {
        Ok(None)
    }

    async fn keep_undecided(&self, round: u32, block: Bytes) -> Result<(), HostError> {
        self.kept.lock().unwrap().push((round, block));
        Ok(())
    }

    async fn undecided(&self, _: Height) -> Result<Vec<(u32, Bytes)>, HostError> {
        Ok(self.kept.lock().unwrap().clone())
    }

    fn validators(&self) -> Arc<Validators> {
        Arc::clone(&self.validators)
    }

    fn head(&self) -> Height {
        Height(0)
    }

    fn reasons(&self) -> watch::Receiver<u64> {
        self.pending.clone()
    }
}

/// A driver at the first height, in the first round.
async fn driver() -> (Driver, Arc<Judge>) {
    let peers: Vec<String> = (0..NODES).map(|node| peer_id(&[node; 32]).unwrap()).collect();
    let four = (0..NODES).zip(&peers).map(|(node, peer)| (id(node), key(node).public(), &**peer));
    let host = Arc::new(Judge {
        validators: Arc::new(Validators::new(four).unwrap()),
        pending: watch::channel(0).1,
        judged: Mutex::default(),
        kept: Mutex::default(),
    });
    let config = EngineConfig {
        moniker: "test".into(),
        genesis: GenesisHash([1; 32]),
        validator: id(0),
        consensus_key: key(0),
        network_seed: [0; 32],
        listen: "/ip4/127.0.0.1/tcp/0".into(),
        peers: Vec::new(),
        dir: "unused".into(),
        pace: Pace::default(),
        block_bytes_max: 1 << 20,
        part_bytes: 1 << 17,
    };
    let allowed = Allowed::new(id(0), &[], &host.validators, mpsc::channel(1).0).unwrap();
    let network = mpsc::channel(1).0;
    let mut driver = Driver::new(host.clone(), config, Sight::default(), network, allowed);
    driver.started_round(HEIGHT, 0).await.unwrap();
    (driver, host)
}

/// A block as its proposer sends it, labelled with any value.
fn sent(driver: &Driver, round: u32, value: ValueId, block: &[u8]) -> Assembled {
    let block = Bytes::copy_from_slice(block);
    let turn = driver.turn(HEIGHT, round);
    Assembled { height: HEIGHT, turn, prevoted: false, valid_round: None, value, block }
}

#[tokio::test]
async fn other_bytes_under_the_value_of_a_valid_block_do_not_take_its_place() {
    let (mut driver, host) = driver().await;
    let good = [1, 2, 3];
    let told = driver.received(sent(&driver, 0, value(&good), &good)).await.unwrap();
    assert_eq!(told.map(|told| told.validity), Some(Validity::Valid));
    for junk in [&[0, 9][..], &[1, 2, 3, 4], &[]] {
        let told = driver.received(sent(&driver, 1, value(&good), junk)).await.unwrap();
        assert_eq!(told, None);
        let found = driver.find(HEIGHT, value(&good)).await.unwrap();
        assert_eq!(found.as_deref(), Some(&good[..]));
    }
    assert_eq!(*host.kept.lock().unwrap(), [(0, Bytes::copy_from_slice(&good))]);
}

#[tokio::test]
async fn junk_that_came_first_gives_way_to_the_block() {
    let (mut driver, _) = driver().await;
    let good = [1, 2, 3];
    let told = driver.received(sent(&driver, 0, value(&good), &[0])).await.unwrap();
    assert_eq!(told.map(|told| told.validity), Some(Validity::Invalid));
    assert_eq!(driver.find(HEIGHT, value(&good)).await.unwrap(), None);
    let told = driver.received(sent(&driver, 1, value(&good), &good)).await.unwrap();
    assert_eq!(told.map(|told| told.validity), Some(Validity::Valid));
    assert_eq!(driver.find(HEIGHT, value(&good)).await.unwrap().as_deref(), Some(&good[..]));
}

#[tokio::test]
async fn a_proposer_of_many_blocks_costs_two_executions_a_round() {
    let (mut driver, host) = driver().await;
    for round in 0..2 {
        for number in 0..10 {
            let block = [1, u8::try_from(round).unwrap(), number];
            driver.received(sent(&driver, round, value(&block), &block)).await.unwrap();
        }
    }
    assert_eq!(host.judged.lock().unwrap().len(), 4);
    // What a quorum has prevoted is judged whoever sends how much.
    let block = [1, 7, 7];
    let proven = Assembled {
        prevoted: true,
        valid_round: Some(0),
        ..sent(&driver, 1, value(&block), &block)
    };
    let told = driver.received(proven).await.unwrap();
    assert_eq!(told.map(|told| told.validity), Some(Validity::Valid));
}
