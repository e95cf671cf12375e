//! A small ledger made of fixed seeds, for vectors and properties of the log's formats.

use std::collections::BTreeMap;

use tamga_format::beacon::{Ext, VrfSecret, alpha};
use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::body::{Body, BodyField};
use tamga_format::cbor::Value;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature::cosign;
use tamga_format::id::{
    FileHash, GenesisHash, Height, LeafIndex, MapRoot, RecordId, RulesHash, SubjectId, TreeSize,
    UnixMillis, sha256,
};
use tamga_format::merkle::{Frontier, Hash, NodeSource, inclusion_path, leaf_hash, root_of};
use tamga_format::note::{Note, VKey, VKeyKind, sign_note};
use tamga_format::policy::{Policy, Witness};
use tamga_format::receipt::{Previous, Receipt};
use tamga_format::reconciliation::{Item, Reconciliation, Statement};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::tlog_proof::TlogProof;
use tamga_format::validators::{Validator, ValidatorSet, validator_id};

pub(crate) const ORIGIN: &str = "tamga.example/vectors";
const VALIDATORS: u8 = 4;
const START: i64 = 1_800_000_000_000;

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

/// The writer of every record.
pub(crate) fn writer() -> SigningKey {
    key(1)
}

pub(crate) fn genesis() -> GenesisHash {
    GenesisHash(sha256(&[b"genesis file of the vectors"]))
}

pub(crate) struct Ledger {
    pub(crate) leaves: Vec<Vec<u8>>,
    pub(crate) frontier: Frontier,
    pub(crate) blocks: Vec<(BlockLeaf, Checkpoint)>,
    nodes: BTreeMap<(u8, u64), Hash>,
}

impl NodeSource for Ledger {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let mut ledger = Self {
            leaves: Vec::new(),
            frontier: Frontier::new(),
            blocks: Vec::new(),
            nodes: BTreeMap::new(),
        };
        ledger.append(&genesis_leaf(&genesis()));
        ledger
    }

    /// A ledger of these many records per block.
    pub(crate) fn with_blocks(records: &[u8]) -> Self {
        let mut ledger = Self::new();
        for &count in records {
            ledger.commit((0..count).map(|number| sample_record(number, None)).collect());
        }
        ledger
    }

    fn append(&mut self, leaf: &[u8]) {
        let nodes = &mut self.nodes;
        self.frontier.push_nodes(&leaf_hash(leaf), |level, index, hash| {
            nodes.insert((level, index), *hash);
        });
        self.leaves.push(leaf.to_vec());
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            origin: ORIGIN.to_string(),
            size: TreeSize(self.frontier.size()),
            root: self.frontier.root(),
        }
    }

    /// Appends a block of these records.
    pub(crate) fn commit(&mut self, records: Vec<SignedRecord>) {
        let height = u8::try_from(self.blocks.len() + 1).unwrap();
        self.commit_under(records, MapRoot(sha256(&[b"map", &[height]])));
    }

    /// The same with a map of subjects.
    pub(crate) fn commit_under(&mut self, records: Vec<SignedRecord>, map_root: MapRoot) {
        let prev = match self.blocks.last() {
            Some((_, checkpoint)) => checkpoint.value_id(),
            None => self.checkpoint().value_id(),
        };
        for record in records {
            self.append(record.entry());
        }
        let height = u8::try_from(self.blocks.len() + 1).unwrap();
        let builder = height % VALIDATORS;
        let block = BlockLeaf {
            height: Height(u64::from(height)),
            size: TreeSize(self.frontier.size() + 1),
            time: UnixMillis(START + 1000 * i64::from(height)),
            prev,
            map_root,
            policy: policy().hash(),
            rules: RulesHash(sha256(&[b"rules"])),
            ext: Some(Ext {
                builder: validator_id(&consensus_key(builder).public()),
                round: u32::from(height % 3),
                proof: beacon_key(builder).prove(&alpha(ORIGIN, Height(u64::from(height)))),
            }),
        };
        self.append(&block.encode());
        self.blocks.push((block, self.checkpoint()));
    }

    /// The receipt of the record at `index`, committed by block number `block` from 0.
    pub(crate) fn receipt(
        &self,
        block: usize,
        index: u64,
        body: Option<(&Body, &[&str])>,
    ) -> Receipt {
        self.receipt_at(block, block, index, body)
    }

    /// The same with the checkpoint of block number `at`.
    pub(crate) fn receipt_at(
        &self,
        at: usize,
        block: usize,
        index: u64,
        body: Option<(&Body, &[&str])>,
    ) -> Receipt {
        let (leaf, checkpoint) = (self.blocks[block].0.clone(), &self.blocks[at].1);
        let size = checkpoint.size.get();
        let previous = match block.checked_sub(1) {
            Some(before) => self.blocks[before].1.clone(),
            None => Self::new().checkpoint(),
        };
        let whole = inclusion_path(self, leaf.size.get() - 1, size).unwrap();
        Receipt {
            record: SignedRecord::decode(&self.leaves[usize::try_from(index).unwrap()]).unwrap(),
            key: writer().public(),
            body: body.map(|(body, names)| body.open(names)).unwrap_or_default(),
            block_path: Receipt::block_path(LeafIndex(index), &leaf, checkpoint.size, whole),
            block: leaf,
            previous: Previous { size: previous.size, root: previous.root },
            proof: TlogProof {
                index: LeafIndex(index),
                path: inclusion_path(self, index, size).unwrap(),
                checkpoint: policy().minimal(&note(checkpoint)).unwrap(),
            },
        }
    }
}

pub(crate) fn sample_body() -> Body {
    let field = |salt, name: &str, value| BodyField { salt: [salt; 32], name: name.into(), value };
    Body::new(vec![
        field(1, "amount", Value::Uint(1_500_000)),
        field(2, "currency", Value::Text("KZT".into())),
        field(3, "sequence", Value::Uint(7)),
    ])
    .unwrap()
}

pub(crate) fn sample_record(number: u8, body: Option<&Body>) -> SignedRecord {
    let subject = |role, byte| Subject { role, id: SubjectId([byte; 32]) };
    Record {
        key_id: writer().public().key_id(),
        issuer: subject(Role::Officer, 9),
        subject: subject(Role::Case, number),
        audience: ORIGIN.into(),
        kind: 201,
        version: 1,
        nonce: [number; 16],
        event_time: UnixMillis(START),
        valid_until: UnixMillis(START + 86_400_000),
        subjects: vec![],
        after: None,
        on_behalf_of: None,
        references: vec![],
        fields: vec![(1, Value::Uint(u64::from(number)))],
        body: body.map(Body::commitment),
    }
    .sign(&writer())
    .unwrap()
}

pub(crate) fn consensus_key(number: u8) -> SigningKey {
    key(10 + number)
}

pub(crate) fn cosigner_key(number: u8) -> SigningKey {
    key(20 + number)
}

pub(crate) fn beacon_key(number: u8) -> VrfSecret {
    VrfSecret::from_seed(&[30 + number; 32])
}

fn cosigner_name(number: u8) -> String {
    format!("tamga.example/v{number}")
}

pub(crate) fn log_vkey() -> VKey {
    VKey::new(ORIGIN, VKeyKind::Log, key(2).public()).unwrap()
}

pub(crate) fn cosigner_vkey(number: u8) -> VKey {
    VKey::new(&cosigner_name(number), VKeyKind::Cosigner, cosigner_key(number).public()).unwrap()
}

pub(crate) fn validators() -> ValidatorSet {
    let member = |number| {
        let consensus = consensus_key(number).public();
        Validator {
            id: validator_id(&consensus),
            organisation: format!("org{number}"),
            name: format!("v{number}"),
            consensus,
            cosigner: cosigner_vkey(number),
            beacon: beacon_key(number).public(),
            peer_id: format!("peer{number}"),
        }
    };
    ValidatorSet::new((0..VALIDATORS).map(member).collect()).unwrap()
}

pub(crate) fn policy() -> Policy {
    let witness = |number| Witness {
        name: format!("v{number}"),
        key: cosigner_vkey(number),
        url: format!("https://v{number}.tamga.example/"),
    };
    let witnesses = (0..VALIDATORS).map(witness).collect();
    let url = "https://tamga.example/log/".to_string();
    Policy::for_validators(log_vkey(), url, witnesses, validators().quorum()).unwrap()
}

/// The checkpoint signed by the log and cosigned by everyone.
pub(crate) fn note(checkpoint: &Checkpoint) -> Note {
    let body = checkpoint.body();
    let mut signatures = vec![sign_note(&body, ORIGIN, &key(2)).unwrap()];
    for number in 0..VALIDATORS {
        let time_s = 1_800_000_100 + u64::from(number);
        let key = cosigner_key(number);
        signatures.push(cosign(&key, &cosigner_name(number), &body, time_s).unwrap());
    }
    Note { text: body, signatures }
}

/// A report with an item of every class, made against a ledger of nine entries.
pub(crate) fn reconciliation() -> Reconciliation {
    let mut ledger = Ledger::with_blocks(&[3]);
    ledger.commit(vec![sample_record(51, None)]);
    ledger.commit(vec![sample_record(52, None)]);
    let checkpoint = ledger.checkpoint();
    let statement = Statement {
        origin: ORIGIN.to_string(),
        file: FileHash(sha256(&[b"list"])),
        rows: 9,
        left_out: 1,
        mapping: FileHash(sha256(&[b"mapping"])),
        period: (UnixMillis(START), UnixMillis(START + 86_400_000)),
        made_at: UnixMillis(START + 90_000_000),
        key: writer().public(),
        first: LeafIndex(0),
        size: checkpoint.size,
        root: checkpoint.root,
        records: 7,
        matched: 3,
        matched_root: root_of(&[[1; 32], [2; 32], [3; 32]]),
    };
    let (id, label) = (|byte| RecordId([byte; 32]), |text: &str| text.to_string());
    let names = |names: &[&str]| names.iter().map(|name| label(name)).collect();
    let items = vec![
        Item::Unreadable { row: 1, code: label("TMG-6020") },
        Item::MissingInLedger { row: 2, label: label("E01.0") },
        Item::Differing {
            row: 4,
            label: label("E11.0"),
            index: LeafIndex(2),
            id: id(6),
            fields: names(&["body.amount", "event_time"]),
        },
        Item::Differing {
            row: 5,
            label: label("E11.0"),
            index: LeafIndex(3),
            id: id(7),
            fields: names(&["body"]),
        },
        Item::RepeatedInList { row: 6, label: label("E04.0"), first: 3 },
        Item::MissingInList { index: LeafIndex(5), id: id(8) },
        Item::RepeatedInLedger { index: LeafIndex(7), id: id(9), first: LeafIndex(1) },
        Item::SameDocument { index: LeafIndex(7), id: id(9), row: 2 },
    ];
    let minimal = policy().minimal(&note(&checkpoint)).unwrap();
    Reconciliation::sign(statement, items, minimal, &writer()).unwrap()
}
