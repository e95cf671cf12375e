//! A small ledger without a store: four validators, one publisher, a log of given blocks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tamga_format::beacon::VrfSecret;
use tamga_format::certificate::{Certificate, VoteKind, vote_bytes};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{GenesisHash, Height, TreeRoot, TreeSize, UnixMillis, sha256};
use tamga_format::merkle::{Hash, NodeSource, consistency_path, leaf_hash, node_hash, root_of};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::{Policy, Witness};
use tamga_format::policy_chain::{Policies, PolicyChain};
use tamga_format::policy_record::{PolicyPayload, policy_digest};
use tamga_format::signature::SigningKey;
use tamga_format::validators::{Validator, ValidatorSet, validator_id};
use tamga_node::clock::Clock;
use tamga_node::cosigner::{CommittedBlock, CommittedLog, CosignerConfig};
use tamga_node::swarm::wire::SignedCheckpoint;
use tamga_node::swarm::{PeerRole, SwarmConfig, SwarmPeer, peer_id};
use tamga_replica::Reign;

pub const ORIGIN: &str = "tamga.example/test";
pub const GENESIS: GenesisHash = GenesisHash([7; 32]);
pub const VALIDATORS: u8 = 4;
/// Number of the publisher among the processes.
pub const PUBLISHER: u8 = 9;

pub fn seed(purpose: &str, number: u8) -> [u8; 32] {
    sha256(&[purpose.as_bytes(), &[number]])
}

pub fn key(purpose: &str, number: u8) -> SigningKey {
    SigningKey::from_seed(seed(purpose, number))
}

pub fn cosigner_name(number: u8) -> String {
    format!("tamga.example/v{number}")
}

pub fn validators() -> ValidatorSet {
    let validator = |number| {
        let consensus = key("consensus", number).public();
        let name = cosigner_name(number);
        let cosigner = key("cosigner", number).public();
        Validator {
            id: validator_id(&consensus),
            organisation: format!("organisation-{number}"),
            consensus,
            cosigner: VKey::new(&name, VKeyKind::Cosigner, cosigner).unwrap(),
            name: format!("v{number}"),
            beacon: VrfSecret::from_seed(&seed("beacon", number)).public(),
            peer_id: peer_id(&seed("network", number)).to_string(),
        }
    };
    ValidatorSet::new((0..VALIDATORS).map(validator).collect()).unwrap()
}

pub fn policy() -> Policy {
    let log = VKey::new(ORIGIN, VKeyKind::Log, key("log", 0).public()).unwrap();
    let witness = |number| Witness {
        name: format!("v{number}"),
        key: VKey::new(
            &cosigner_name(number),
            VKeyKind::Cosigner,
            key("cosigner", number).public(),
        )
        .unwrap(),
        url: format!("https://v{number}.tamga.example/"),
    };
    let witnesses = (0..VALIDATORS).map(witness).collect();
    Policy::for_validators(log, "https://tamga.example/".into(), witnesses, 3).unwrap()
}

/// The same as a publisher follows it.
pub fn policies() -> Policies {
    let first = PolicyPayload::fields(0, [0; 32], &policy(), &BTreeMap::new(), &validators());
    let root = policy_digest(&first);
    PolicyChain { first, steps: Vec::new() }.verify(&root).unwrap()
}

/// The swarm of process `number`; `listening` says where the others are.
pub fn swarm_config(number: u8, listening: &BTreeMap<u8, String>) -> SwarmConfig {
    let peers =
        (0..VALIDATORS).chain([PUBLISHER]).filter(|peer| *peer != number).map(|peer| SwarmPeer {
            peer_id: peer_id(&seed("network", peer)).to_string(),
            role: if peer == PUBLISHER { PeerRole::Publisher } else { PeerRole::Validator },
            addresses: listening.get(&peer).cloned().into_iter().collect(),
        });
    SwarmConfig {
        network: seed("network", number),
        genesis: GENESIS,
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        peers: peers.collect(),
    }
}

pub fn cosigner_config(number: u8, folder: &std::path::Path) -> CosignerConfig {
    let vkey =
        VKey::new(&cosigner_name(number), VKeyKind::Cosigner, key("cosigner", number).public());
    CosignerConfig {
        key: key("cosigner", number),
        vkey: vkey.unwrap(),
        genesis: GENESIS,
        quorum: validators().quorum(),
        policy: policy(),
        watermark: folder.join(format!("cosigner-{number}")),
        clock: Clock,
    }
}

/// A log in which block h closes a tree of 3·h + 1 leaves; `branch` changes the leaves from 8 on.
pub struct FakeLog {
    leaves: Vec<Hash>,
    pub finals: Mutex<BTreeMap<Height, String>>,
}

impl FakeLog {
    pub fn new(branch: u8) -> Self {
        let leaf = |i: u8| leaf_hash(&[i, if i < 8 { 0 } else { branch }]);
        Self { leaves: (0..100).map(leaf).collect(), finals: Mutex::default() }
    }

    pub fn checkpoint(&self, height: u64) -> Checkpoint {
        let size = 3 * height + 1;
        let root: TreeRoot = root_of(&self.leaves[..usize::try_from(size).unwrap()]);
        Checkpoint { origin: ORIGIN.into(), size: TreeSize(size), root }
    }

    pub fn block_at(&self, height: u64) -> CommittedBlock {
        let checkpoint = self.checkpoint(height);
        let (height, value) = (Height(height), checkpoint.value_id());
        let set = validators();
        let signatures = (0..VALIDATORS).map(|number| {
            let key = key("consensus", number);
            let id = validator_id(&key.public());
            let vote = vote_bytes(VoteKind::Precommit, &GENESIS, height, 0, Some(&value), &id);
            (id, key.sign(&vote))
        });
        let mut signatures: Vec<_> = signatures.collect();
        signatures.sort_by_key(|(id, _)| *id);
        signatures.truncate(set.quorum());
        let certificate = Certificate { height, round: 0, value, signatures };
        let reign = Arc::new(Reign::new(Height(0), 0, policy(), set));
        CommittedBlock { height, time: UnixMillis(1_000_500), checkpoint, certificate, reign }
    }
}

impl NodeSource for FakeLog {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        if level == 0 {
            return self.leaves.get(usize::try_from(index).ok()?).copied();
        }
        Some(node_hash(&self.node(level - 1, 2 * index)?, &self.node(level - 1, 2 * index + 1)?))
    }
}

impl CommittedLog for FakeLog {
    fn block(&self, height: Height) -> anyhow::Result<Option<CommittedBlock>> {
        Ok((1..=30).contains(&height.get()).then(|| self.block_at(height.get())))
    }

    fn consistency(&self, from: TreeSize, to: TreeSize) -> anyhow::Result<Option<Vec<Hash>>> {
        Ok(consistency_path(self, from.get(), to.get()))
    }

    fn final_note(&self, height: Height) -> anyhow::Result<Option<String>> {
        Ok(self.finals.lock().unwrap().get(&height).cloned())
    }

    fn policy_receipt(&self, _: u64) -> anyhow::Result<Option<String>> {
        Ok(None)
    }
}

/// A cosignature by validator `number`, made without asking any watermark.
pub fn cosigned(log: &FakeLog, height: u64, number: u8) -> SignedCheckpoint {
    use tamga_format::cosignature::cosign;
    let checkpoint = log.checkpoint(height);
    let line = cosign(&key("cosigner", number), &cosigner_name(number), &checkpoint.body(), 2_000);
    signed(height, &checkpoint, line.unwrap())
}

/// The log's signature.
pub fn log_signed(log: &FakeLog, height: u64) -> SignedCheckpoint {
    let checkpoint = log.checkpoint(height);
    let line = tamga_format::note::sign_note(&checkpoint.body(), ORIGIN, &key("log", 0));
    signed(height, &checkpoint, line.unwrap())
}

fn signed(
    height: u64,
    checkpoint: &Checkpoint,
    line: tamga_format::note::NoteSignature,
) -> SignedCheckpoint {
    let line = tamga_node::swarm::wire::SignatureLine { key_id: line.key_id, blob: line.blob };
    let (size, root) = (checkpoint.size.get(), checkpoint.root.0);
    SignedCheckpoint { height, size, root, signatures: vec![line] }
}
