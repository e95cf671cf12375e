//! A log made of the records that a ledger took, as a node serves it: checkpoint, tiles, bundles, receipts.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::body::{Body, Submission};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature::cosign;
use tamga_format::id::{
    GenesisHash, Height, LeafIndex, MapRoot, PolicyHash, RulesHash, TreeSize, UnixMillis, sha256,
};
use tamga_format::merkle::{Frontier, Hash, NodeSource, inclusion_path, leaf_hash};
use tamga_format::note::{Note, sign_note};
use tamga_format::receipt::{Previous, Receipt};
use tamga_format::signature::SigningKey;
use tamga_format::subject::Subject;
use tamga_format::subject_proof::{Standing, SubjectProof};
use tamga_format::tile::{BundleCoord, TileCoord, encode_bundle, tile_width};
use tamga_format::tlog_proof::TlogProof;

use super::{FakeLedger, ORIGIN, SubjectMap, genesis, genesis_file, seed};

/// The log, and what is recorded in it; a copy that goes on otherwise is a fork.
#[derive(Clone)]
pub(crate) struct ServedLog {
    leaves: Vec<Vec<u8>>,
    frontier: Frontier,
    nodes: BTreeMap<(u8, u64), Hash>,
    blocks: Vec<(BlockLeaf, Previous)>,
    /// Where each submission stands.
    records: Vec<(u64, Submission)>,
}

impl NodeSource for ServedLog {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

impl ServedLog {
    pub(crate) fn new() -> Self {
        let mut log = Self {
            leaves: Vec::new(),
            frontier: Frontier::new(),
            nodes: BTreeMap::new(),
            blocks: Vec::new(),
            records: Vec::new(),
        };
        log.append(genesis_leaf(&GenesisHash([7; 32])).to_vec());
        log
    }

    fn append(&mut self, leaf: Vec<u8>) {
        let nodes = &mut self.nodes;
        self.frontier.push_nodes(&leaf_hash(&leaf), |level, index, hash| {
            nodes.insert((level, index), *hash);
        });
        self.leaves.push(leaf);
    }

    /// A block of these records that ends at a time.
    pub(crate) fn commit(&mut self, submissions: &[Submission], time: UnixMillis) {
        self.commit_under(submissions, time, MapRoot(sha256(&[])));
    }

    /// The same with a map of subjects.
    pub(crate) fn commit_under(
        &mut self,
        submissions: &[Submission],
        time: UnixMillis,
        map_root: MapRoot,
    ) {
        let (size, root) = (TreeSize(self.frontier.size()), self.frontier.root());
        let previous = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        for submission in submissions {
            self.records.push((self.frontier.size(), submission.clone()));
            self.append(submission.record().entry().to_vec());
        }
        let block = BlockLeaf {
            height: Height(u64::try_from(self.blocks.len()).unwrap() + 1),
            size: TreeSize(self.frontier.size() + 1),
            time,
            prev: previous.value_id(),
            map_root,
            policy: PolicyHash([2; 32]),
            rules: RulesHash([3; 32]),
            ext: None,
        };
        self.append(block.encode());
        self.blocks.push((block, Previous { size, root }));
    }

    /// Every block as a node lists it, by height.
    pub(crate) fn heights(&self) -> Vec<(u64, Json)> {
        let listed = self.blocks.iter().map(|(block, previous)| {
            let records = block.size.get() - previous.size.get() - 1;
            let view = json!({
                "height": block.height.get(), "size": block.size.get(), "records": records,
                "time": crate::text::rfc3339(block.time), "value": "", "previous": "", "root": "",
                "map_root": "", "status": "final",
            });
            (block.height.get(), view)
        });
        listed.collect()
    }

    /// Leaves.
    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The checkpoint signed by the log and cosigned by everyone.
    pub(crate) fn note(&self) -> Note {
        self.note_by(&["v0", "v1", "v2", "v3"].map(|name| (name, 1_800_000_000)))
    }

    /// The checkpoint signed by the log and cosigned by these at these times.
    pub(crate) fn note_by(&self, cosigners: &[(&str, u64)]) -> Note {
        let (size, root) = (TreeSize(self.frontier.size()), self.frontier.root());
        let text = Checkpoint { origin: ORIGIN.to_owned(), size, root }.body();
        let key = |name: &str| SigningKey::from_seed(seed(name));
        let mut signatures = vec![sign_note(&text, ORIGIN, &key("log")).unwrap()];
        for (name, time_s) in cosigners {
            let key = key(&format!("cosigner {name}"));
            signatures.push(cosign(&key, name, &text, *time_s).unwrap());
        }
        Note { text, signatures }
    }

    /// The bytes of an entry bundle.
    pub(crate) fn bundle(&self, number: u64) -> Vec<u8> {
        let begin = usize::try_from(number).unwrap() * 256;
        let width = usize::from(tile_width(0, number, self.size()).unwrap());
        encode_bundle(&self.leaves[begin..begin + width]).unwrap()
    }

    /// The bytes of a hash tile; `None` if the log has no such tile.
    pub(crate) fn tile(&self, tile: &TileCoord) -> Option<Vec<u8>> {
        let width = tile_width(tile.level(), tile.index(), self.size())?;
        if tile.width() > width {
            return None;
        }
        let hash = |slot| self.node(tile.level() * 8, tile.index() * 256 + slot).unwrap();
        Some((0..u64::from(tile.width())).flat_map(hash).collect())
    }

    /// Lets a ledger answer for this log.
    pub(crate) fn serve(&self, ledger: &FakeLedger) {
        self.serve_as(ledger, &self.note());
    }

    /// The same with a checkpoint of one's choice.
    pub(crate) fn serve_as(&self, ledger: &FakeLedger, note: &Note) {
        ledger.answer("/log/checkpoint", 200, note.encode());
        for number in 0.. {
            let Some(width) = tile_width(0, number, self.size()) else { break };
            let bundle = BundleCoord::new(number, width).unwrap();
            ledger.answer(&format!("/log/{}", bundle.path()), 200, self.bundle(number));
        }
        for level in 0..2 {
            for number in 0.. {
                let Some(width) = tile_width(level, number, self.size()) else { break };
                let tile = TileCoord::new(level, number, width).unwrap();
                ledger.answer(&format!("/log/{}", tile.path()), 200, self.tile(&tile).unwrap());
            }
        }
        for (index, submission) in &self.records {
            let id = submission.record().id();
            // Only records of demo keys have receipts here.
            if let Some(receipt) = self.receipt(*index, submission) {
                ledger.answer(&format!("/v1/records/{id}/receipt"), 200, receipt.encode());
            }
        }
    }

    /// The proof that the ledger, whose map is empty, holds nothing of a subject.
    pub(crate) fn absence(&self, subject: Subject) -> SubjectProof {
        self.about(subject, Standing::Absent)
    }

    /// A proof about the only subject of the map, or about nobody of an empty one.
    pub(crate) fn about(&self, subject: Subject, standing: Standing) -> SubjectProof {
        let block = self.blocks.last().unwrap().0.clone();
        SubjectProof {
            subject,
            standing,
            map_path: Vec::new(),
            block_path: inclusion_path(self, block.size.get() - 1, self.size()).unwrap(),
            block,
            checkpoint: genesis().0.policy.minimal(&self.note()).unwrap(),
        }
    }

    /// What the map of the last block holds of a subject.
    pub(crate) fn subject_proof(&self, map: &SubjectMap, subject: &Subject) -> SubjectProof {
        let (block, _) = self.blocks.last().unwrap();
        let (standing, map_path) = map.standing(subject);
        SubjectProof {
            subject: *subject,
            standing,
            map_path,
            block: block.clone(),
            block_path: inclusion_path(self, block.size.get() - 1, self.size()).unwrap(),
            checkpoint: genesis().0.policy.minimal(&self.note()).unwrap(),
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
