//! A log made of the records that a ledger took, as a node serves it: checkpoint, tiles, bundles, receipts.

use std::collections::BTreeMap;

use tamga_format::beacon::{Ext, VrfSecret, alpha};
use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::body::{Body, Submission};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature::cosign;
use tamga_format::id::{
    GenesisHash, Height, LeafIndex, MapRoot, PolicyHash, RulesHash, TreeSize, UnixMillis,
};
use tamga_format::merkle::{Frontier, Hash, NodeSource, inclusion_path, leaf_hash};
use tamga_format::note::{Note, sign_note};
use tamga_format::receipt::{Previous, Receipt};
use tamga_format::signature::SigningKey;
use tamga_format::tile::{BundleCoord, TileCoord, encode_bundle, tile_width};
use tamga_format::tlog_proof::TlogProof;
use tamga_state::replay::{Fault, Logged};
use tamga_state::{Replay, rules_hash};

use super::{FakeLedger, ORIGIN, genesis, genesis_file, seed};

/// The genesis file of the log.
fn genesis_text() -> String {
    genesis_file().0.to_toml()
}

/// The log, and what is recorded in it.
pub(crate) struct ServedLog {
    leaves: Vec<Vec<u8>>,
    frontier: Frontier,
    nodes: BTreeMap<(u8, u64), Hash>,
    blocks: Vec<(BlockLeaf, Previous)>,
    /// Where each submission stands.
    records: Vec<(u64, Submission)>,
    /// The same ledger as the rules have it.
    replay: Option<Replay>,
}

impl NodeSource for ServedLog {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

impl ServedLog {
    /// A log whose blocks say nothing true of the ledger's state.
    pub(crate) fn new() -> Self {
        Self::begun(GenesisHash([7; 32]), None)
    }

    /// A log that an audit can execute again.
    pub(crate) fn lawful() -> Self {
        let (genesis, hash) = tamga_api::genesis_file::parse(genesis_text().as_bytes()).unwrap();
        Self::begun(hash, Some(Replay::new(&genesis, &hash).unwrap()))
    }

    fn begun(hash: GenesisHash, replay: Option<Replay>) -> Self {
        let mut log = Self {
            leaves: Vec::new(),
            frontier: Frontier::new(),
            nodes: BTreeMap::new(),
            blocks: Vec::new(),
            records: Vec::new(),
            replay,
        };
        log.append(genesis_leaf(&hash).to_vec());
        log
    }

    fn append(&mut self, leaf: Vec<u8>) {
        let nodes = &mut self.nodes;
        self.frontier.push_nodes(&leaf_hash(&leaf), |level, index, hash| {
            nodes.insert((level, index), *hash);
        });
        self.leaves.push(leaf);
    }

    /// A block of these records that ends at a time; of a lawful log it is what the rules come to.
    pub(crate) fn commit(&mut self, submissions: &[Submission], time: UnixMillis) {
        self.commit_with(submissions, time, |_| ());
    }

    /// The same; the leaf of a lawful log says something else.
    pub(crate) fn commit_with(
        &mut self,
        submissions: &[Submission],
        time: UnixMillis,
        lie: impl FnOnce(&mut BlockLeaf),
    ) {
        let (size, root) = (TreeSize(self.frontier.size()), self.frontier.root());
        let previous = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        for submission in submissions {
            self.records.push((self.frontier.size(), submission.clone()));
            self.append(submission.record().entry().to_vec());
        }
        let mut block = BlockLeaf {
            height: Height(u64::try_from(self.blocks.len()).unwrap() + 1),
            size: TreeSize(self.frontier.size() + 1),
            time,
            prev: previous.value_id(),
            map_root: MapRoot([1; 32]),
            policy: PolicyHash([2; 32]),
            rules: RulesHash([3; 32]),
            ext: None,
        };
        if let Some(replay) = &mut self.replay {
            let genesis = genesis().0;
            let validator = &genesis.validators.members()[0];
            let beacon = VrfSecret::from_seed(&seed(&validator.name));
            let proof = beacon.prove(&alpha(ORIGIN, block.height));
            block.ext = Some(Ext { builder: validator.id, round: 0, proof });
            (block.policy, block.rules) = (genesis.policy.hash(), rules_hash());
            let logged =
                |it: &Submission| Logged { record: it.record().clone(), body: it.body().cloned() };
            let logged: Vec<Logged> = submissions.iter().map(logged).collect();
            for fault in replay.clone().block(&logged, &block).faults {
                if let Fault::MapRoot { computed } = fault {
                    block.map_root = computed;
                }
            }
            lie(&mut block);
            replay.block(&logged, &block);
        }
        self.append(block.encode());
        self.blocks.push((block, Previous { size, root }));
    }

    /// Leaves.
    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The checkpoint signed by the log and cosigned by everyone.
    pub(crate) fn note(&self) -> Note {
        let (size, root) = (TreeSize(self.frontier.size()), self.frontier.root());
        let text = Checkpoint { origin: ORIGIN.to_owned(), size, root }.body();
        let key = |name: &str| SigningKey::from_seed(seed(name));
        let mut signatures = vec![sign_note(&text, ORIGIN, &key("log")).unwrap()];
        for name in ["v0", "v1", "v2", "v3"] {
            let key = key(&format!("cosigner {name}"));
            signatures.push(cosign(&key, name, &text, 1_800_000_000).unwrap());
        }
        Note { text, signatures }
    }

    /// The bytes of an entry bundle.
    pub(crate) fn bundle(&self, number: u64) -> Vec<u8> {
        let begin = usize::try_from(number).unwrap() * 256;
        let width = usize::from(tile_width(0, number, self.size()).unwrap());
        encode_bundle(&self.leaves[begin..begin + width]).unwrap()
    }

    /// Lets a ledger answer for this log.
    pub(crate) fn serve(&self, ledger: &FakeLedger) {
        ledger.answer("/.well-known/tamga/genesis", 200, genesis_text());
        ledger.answer("/log/checkpoint", 200, self.note().encode());
        for number in 0.. {
            let Some(width) = tile_width(0, number, self.size()) else { break };
            let bundle = BundleCoord::new(number, width).unwrap();
            ledger.answer(&format!("/log/{}", bundle.path()), 200, self.bundle(number));
        }
        for level in 0..2 {
            for number in 0.. {
                let Some(width) = tile_width(level, number, self.size()) else { break };
                let tile = TileCoord::new(level, number, width).unwrap();
                let hashes = (0..u64::from(width))
                    .flat_map(|slot| self.node(level * 8, number * 256 + slot).unwrap());
                let hashes: Vec<u8> = hashes.collect();
                ledger.answer(&format!("/log/{}", tile.path()), 200, hashes);
            }
        }
        for (index, submission) in &self.records {
            let id = submission.record().id();
            if let Some(body) = submission.body() {
                ledger.answer(&format!("/v1/records/{id}/body"), 200, body.encode());
            }
            // Only records of demo keys have receipts here.
            if let Some(receipt) = self.receipt(*index, submission) {
                ledger.answer(&format!("/v1/records/{id}/receipt"), 200, receipt.encode());
            }
        }
    }

    /// The receipt of record number `number`, with all of its body opened.
    pub(crate) fn receipt_of(&self, number: usize) -> Receipt {
        let (index, submission) = &self.records[number];
        self.receipt(*index, submission).unwrap()
    }

    /// The receipt of a record, with all of its body opened.
    fn receipt(&self, index: u64, submission: &Submission) -> Option<Receipt> {
        let (block, previous) =
            self.blocks.iter().find(|(block, _)| index < block.size.get()).unwrap();
        let open = |body: &Body| {
            let names: Vec<&str> = body.fields().iter().map(|field| field.name.as_str()).collect();
            body.open(&names)
        };
        let key_id = submission.record().record().key_id;
        let (_, seeds) = genesis_file();
        let mut keys = seeds.values().map(|seed| SigningKey::from_seed(*seed).public());
        Some(Receipt {
            record: submission.record().clone(),
            key: keys.find(|key| key.key_id() == key_id)?,
            body: submission.body().map(open).unwrap_or_default(),
            block: block.clone(),
            previous: *previous,
            block_path: inclusion_path(self, block.size.get() - 1, self.size()).unwrap(),
            proof: TlogProof {
                index: LeafIndex(index),
                path: inclusion_path(self, index, self.size()).unwrap(),
                checkpoint: genesis().0.policy.minimal(&self.note()).unwrap(),
            },
        })
    }
}
