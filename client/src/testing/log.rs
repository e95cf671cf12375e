//! A log made of the records that a ledger took, as a node serves it: checkpoint, tiles, bundles, receipts.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use tamga_format::beacon::{Ext, VrfSecret, alpha};
use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::body::{Body, Submission};
use tamga_format::certificate::{Certificate, VoteKind, vote_bytes};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature::cosign;
use tamga_format::id::{
    GenesisHash, Height, LeafIndex, MapRoot, PolicyHash, RulesHash, StatusHash, TreeSize,
    UnixMillis, ValueId, sha256,
};
use tamga_format::merkle::{Frontier, Hash, NodeSource, inclusion_path, leaf_hash};
use tamga_format::mpt::ProofWriter;
use tamga_format::note::{Note, sign_note};
use tamga_format::policy_chain::PolicyChain;
use tamga_format::receipt::{Previous, Receipt};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{STATUS_NONE, Subject, map_value, subject_leaf};
use tamga_format::subject_proof::{Place, Present, Standing, StatusPart, SubjectProof};
use tamga_format::tile::{BundleCoord, TileCoord, encode_bundle, tile_width};
use tamga_format::tlog_proof::TlogProof;
use tamga_format::validators::Validator;
use tamga_state::map::MapProof;
use tamga_state::registry::genesis_policy_fields;
use tamga_state::replay::{Fault, Logged};
use tamga_state::told::push_row;
use tamga_state::{Genesis, Replay, Trace, rules_hash};

use super::{FakeLedger, ORIGIN, SubjectMap, genesis, genesis_file, seed};

/// The genesis file of the log.
fn genesis_text() -> String {
    genesis_file().0.to_toml()
}

/// The status of the mapped subject, of which only the hash is known.
const STATUS: StatusHash = StatusHash([9; 32]);

/// What records decided in private, as a node tells it.
fn rows(records: &[Logged], traces: &[Trace]) -> Vec<u8> {
    let mut rows = Vec::new();
    for ((logged, trace), number) in records.iter().zip(traces).zip(0..) {
        for (subject, at) in logged.record.record().all_subjects().zip(0..) {
            if let Some(told) = trace.get(&subject) {
                push_row(&mut rows, number, at, &told.encode());
            }
        }
    }
    rows
}

/// The log, and what is recorded in it; a copy that goes on otherwise is a fork.
#[derive(Clone)]
pub(crate) struct ServedLog {
    leaves: Vec<Vec<u8>>,
    frontier: Frontier,
    nodes: BTreeMap<(u8, u64), Hash>,
    blocks: Vec<(BlockLeaf, Previous)>,
    /// Where each submission stands.
    records: Vec<(u64, Submission)>,
    /// The one subject that the maps of its blocks hold.
    mapped: Option<Subject>,
    /// The same ledger as the rules have it.
    replay: Option<Replay>,
    genesis: GenesisHash,
    /// Read once, for logs of many blocks.
    founding: Arc<Genesis>,
    certificates: Vec<Certificate>,
    /// What the records of each block of a lawful ledger decided in private, as rows.
    told: Vec<Vec<u8>>,
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
            mapped: None,
            replay,
            genesis: hash,
            founding: Arc::new(genesis().0),
            certificates: Vec::new(),
            told: Vec::new(),
        };
        log.append(genesis_leaf(&hash).to_vec());
        log
    }

    /// A log whose blocks commit to the records of a subject.
    pub(crate) fn mapping(subject: Subject) -> Self {
        Self { mapped: Some(subject), ..Self::new() }
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
        let previous = self.record(submissions);
        let empty = MapRoot(sha256(&[]));
        let map_root = self.mapped.map_or(empty, |subject| self.map_root(&subject));
        let mut block = self.leaf(previous, time, map_root);
        if let Some(replay) = &mut self.replay {
            let genesis = &self.founding;
            let validator = &genesis.validators.members()[0];
            let beacon = VrfSecret::from_seed(&seed(&validator.name));
            let proof = beacon.prove(&alpha(ORIGIN, block.height));
            block.ext = Some(Ext { builder: validator.id, round: 0, proof });
            (block.policy, block.rules) = (genesis.policy.hash(), rules_hash());
            let logged = |it: &Submission| Logged::new(it.record().clone(), it.body().cloned());
            let logged: Vec<Logged> = submissions.iter().map(logged).collect();
            for fault in replay.clone().block(&self.leaves, &logged, &block).unwrap().faults {
                if let Fault::MapRoot { computed } = fault {
                    block.map_root = computed;
                }
            }
            lie(&mut block);
            let traces = replay.block(&self.leaves, &logged, &block).unwrap().traces;
            self.told.push(rows(&logged, &traces));
        }
        self.close(previous, block);
    }

    /// The same with a map of subjects.
    pub(crate) fn commit_under(
        &mut self,
        submissions: &[Submission],
        time: UnixMillis,
        map_root: MapRoot,
    ) {
        let previous = self.record(submissions);
        let block = self.leaf(previous, time, map_root);
        self.close(previous, block);
    }

    /// Appends the records of a block; gives where the log stood before it.
    fn record(&mut self, submissions: &[Submission]) -> Previous {
        let previous =
            Previous { size: TreeSize(self.frontier.size()), root: self.frontier.root() };
        for submission in submissions {
            self.records.push((self.frontier.size(), submission.clone()));
            self.append(submission.record().entry().to_vec());
        }
        previous
    }

    /// The leaf that would close a block now.
    fn leaf(&self, previous: Previous, time: UnixMillis, map_root: MapRoot) -> BlockLeaf {
        let Previous { size, root } = previous;
        BlockLeaf {
            height: Height(u64::try_from(self.blocks.len()).unwrap() + 1),
            size: TreeSize(self.frontier.size() + 1),
            time,
            prev: Checkpoint { origin: ORIGIN.to_owned(), size, root }.value_id(),
            map_root,
            policy: PolicyHash([2; 32]),
            rules: RulesHash([3; 32]),
            ext: None,
        }
    }

    fn close(&mut self, previous: Previous, block: BlockLeaf) {
        self.append(block.encode());
        let (size, root) = (TreeSize(self.frontier.size()), self.frontier.root());
        let value = Checkpoint { origin: ORIGIN.to_owned(), size, root }.value_id();
        self.certificates.push(self.certificate(block.height, value));
        self.blocks.push((block, previous));
    }

    /// What three of the four validators signed of a block.
    fn certificate(&self, height: Height, value: ValueId) -> Certificate {
        let genesis = &self.founding;
        let quorum = genesis.validators.members().iter().take(genesis.validators.quorum());
        let vote = |member: &Validator| {
            let (kind, id) = (VoteKind::Precommit, member.id);
            let bytes = vote_bytes(kind, &self.genesis, height, 0, Some(&value), &id);
            (id, SigningKey::from_seed(seed(&format!("consensus {}", member.name))).sign(&bytes))
        };
        Certificate { height, round: 0, value, signatures: quorum.map(vote).collect() }
    }

    /// The certificates of all blocks as a node serves them, that of one height something else.
    pub(crate) fn certificates(&self, height: u64, changed: Option<&[u8]>) -> Vec<u8> {
        let mut answer = Vec::new();
        for certificate in &self.certificates {
            let own = certificate.encode();
            let is_changed = certificate.height.get() == height;
            let bytes = changed.filter(|_| is_changed).unwrap_or(&own);
            answer.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
            answer.extend(bytes);
        }
        answer
    }

    /// What the records of a block decided in private, as rows.
    pub(crate) fn told_of(&self, height: u64) -> &[u8] {
        &self.told[usize::try_from(height).unwrap() - 1]
    }

    /// Serves what records decided in private, of one block something else.
    pub(crate) fn serve_told(&self, ledger: &FakeLedger, height: u64, changed: Option<&[u8]>) {
        for from in 1..=self.told.len() {
            let mut answer = Vec::new();
            for (at, own) in (1_u64..).zip(&self.told).skip(from - 1) {
                let rows = changed.filter(|_| at == height).unwrap_or(own);
                answer.extend(u32::try_from(rows.len()).unwrap().to_be_bytes());
                answer.extend(rows);
            }
            ledger.answer(&format!("/v1/blocks/commitments?from={from}&"), 200, answer);
        }
    }

    /// The certificate of a block.
    pub(crate) fn certificate_of(&self, height: u64) -> Vec<u8> {
        self.certificates[usize::try_from(height).unwrap() - 1].encode()
    }

    /// What a lawful ledger holds of each subject, as its node proves it.
    pub(crate) fn subject_proofs(&self) -> Vec<SubjectProof> {
        let replay = self.replay.as_ref().unwrap();
        replay.subjects().map(|subject| self.present(replay, subject)).collect()
    }

    fn present(&self, replay: &Replay, subject: Subject) -> SubjectProof {
        let tree = replay.tree(&subject);
        let status = match replay.state().of(&subject) {
            Some(row) => StatusPart::Shown { nonce: row.nonce, status: row.bytes.to_vec() },
            None => StatusPart::Hash(STATUS_NONE),
        };
        let rest = (tree.size() > 0).then(|| (tree.root(), Vec::new()));
        let (count, held) = (tree.size(), Frontier::new());
        let present = Present { count, status, held, records: Vec::new(), rest };
        let MapProof::Present(_, map_path) = replay.map().prove(&subject.map_key()) else {
            panic!("{subject} is in the map")
        };
        SubjectProof { map_path, ..self.about(subject, Standing::Present(present)) }
    }

    /// Every block as a node lists it, by height.
    pub(crate) fn heights(&self) -> Vec<(u64, Json)> {
        let next = self.blocks.iter().skip(1).map(|(_, previous)| previous.root);
        let mut roots = next.chain([self.frontier.root()]);
        let mut listed = Vec::new();
        for ((block, previous), certificate) in self.blocks.iter().zip(&self.certificates) {
            let view = json!({
                "height": block.height.get(), "size": block.size.get(),
                "records": block.size.get() - previous.size.get() - 1,
                "time": tamga_api::time::instant(block.time), "value": certificate.value.to_string(),
                "previous": block.prev.to_string(), "root": roots.next().unwrap().to_string(),
                "map_root": block.map_root.to_string(), "status": "final",
            });
            listed.push((block.height.get(), view));
        }
        listed
    }

    /// The records of a subject, in log order.
    fn of(&self, subject: &Subject) -> Vec<(u64, &Submission)> {
        let names = |submission: &Submission| {
            submission.record().record().all_subjects().any(|named| named == *subject)
        };
        let all = self.records.iter().filter(|(_, submission)| names(submission));
        all.map(|(index, submission)| (*index, submission)).collect()
    }

    fn places(&self, subject: &Subject) -> Vec<Place> {
        let place = |(index, submission): (u64, &Submission)| {
            (LeafIndex(index), submission.record().leaf_hash())
        };
        self.of(subject).into_iter().map(place).collect()
    }

    /// The map that holds nothing but this subject.
    fn map_root(&self, subject: &Subject) -> MapRoot {
        let mut tree = Frontier::new();
        let places = self.places(subject);
        for (index, leaf) in &places {
            tree.push(&leaf_hash(&subject_leaf(*index, *leaf)));
        }
        let count = u64::try_from(places.len()).unwrap();
        let value = map_value(count, &tree.root(), &STATUS);
        tamga_format::mpt::root_of(&[(subject.map_key(), value)]).unwrap()
    }

    /// The proof of all records of the mapped subject, as of the last block.
    pub(crate) fn mapped_proof(&self) -> SubjectProof {
        let subject = self.mapped.unwrap();
        let (block, _) = self.blocks.last().unwrap();
        let records = self.places(&subject);
        SubjectProof {
            subject,
            standing: Standing::Present(Present {
                count: u64::try_from(records.len()).unwrap(),
                status: StatusPart::Hash(STATUS),
                held: Frontier::new(),
                records,
                rest: None,
            }),
            map_path: ProofWriter::default().finish(),
            block: block.clone(),
            block_path: inclusion_path(self, block.size.get() - 1, self.size()).unwrap(),
            checkpoint: genesis().0.policy.minimal(&self.note()).unwrap(),
        }
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
        ledger.answer("/.well-known/tamga/genesis", 200, genesis_text());
        let first = genesis_policy_fields(&genesis().0);
        let chain = PolicyChain { first, steps: Vec::new() };
        ledger.answer("/.well-known/tamga/policies", 200, chain.encode());
        ledger.answer("/log/checkpoint", 200, note.encode());
        ledger.answer("/v1/blocks/certificates", 200, self.certificates(0, None));
        self.serve_blocks(ledger, |_| ());
        self.serve_told(ledger, 0, None);
        if self.replay.is_some() && !self.blocks.is_empty() {
            for proof in self.subject_proofs() {
                let path = format!("/v1/subjects/{}/proof", proof.subject);
                ledger.answer(&path, 200, proof.encode());
            }
        }
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
        if let Some(subject) = self.mapped {
            let proof = self.mapped_proof().encode();
            ledger.answer(&format!("/v1/subjects/{subject}/proof"), 200, proof);
            let record = |(index, submission): (u64, &Submission)| {
                let block = self.blocks.iter().find(|(block, _)| index < block.size.get());
                serde_json::json!({
                    "record_id": submission.record().id().to_string(), "kind": "",
                    "index": index, "height": block.unwrap().0.height.get(),
                })
            };
            let data: Vec<_> = self.of(&subject).into_iter().map(record).collect();
            let page = serde_json::json!({
                "data": data, "page": { "next": null, "has_more": false },
            });
            let path = format!("/v1/subjects/{subject}/records");
            ledger.answer(&path, 200, page.to_string());
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

    /// Lets a ledger list the blocks, each after a change.
    pub(crate) fn serve_blocks(&self, ledger: &FakeLedger, change: impl Fn(&mut Json)) {
        let mut blocks: Vec<Json> = self.heights().into_iter().map(|(_, view)| view).collect();
        blocks.reverse();
        blocks.iter_mut().for_each(change);
        let page = json!({ "data": blocks, "page": { "next": null, "has_more": false } });
        ledger.answer("/v1/blocks", 200, page.to_string());
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
        let whole = inclusion_path(self, block.size.get() - 1, self.size()).unwrap();
        let size = TreeSize(self.size());
        Some(Receipt {
            record: submission.record().clone(),
            key: keys.find(|key| key.key_id() == key_id)?,
            body: submission.body().map(open).unwrap_or_default(),
            block: block.clone(),
            previous: *previous,
            block_path: Receipt::block_path(LeafIndex(index), block, size, whole),
            proof: TlogProof {
                index: LeafIndex(index),
                path: inclusion_path(self, index, self.size()).unwrap(),
                checkpoint: genesis().0.policy.minimal(&self.note()).unwrap(),
            },
        })
    }
}
