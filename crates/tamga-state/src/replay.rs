//! The ledger executed again from its log, by anybody who trusts none of its nodes (spec §18.8).
//!
//! [`Replay`] takes block after block, computes what each leads to and compares that with what the block's leaf says.
//! It holds the state of the rules, a frontier per subject and the map, and no bodies.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use tamga_format::beacon;
use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::body::Body;
use tamga_format::certificate::Certificate;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::error::FormatError;
use tamga_format::id::{
    GenesisHash, Height, LeafIndex, MapKey, MapRoot, MapValue, PolicyHash, RecordId, RulesHash,
    SubjectId, TreeRoot, TreeSize, UnixMillis, ValueId, sha256,
};
use tamga_format::merkle::{Frontier, leaf_hash};
use tamga_format::policy_record::PolicyPayload;
use tamga_format::record::SignedRecord;
use tamga_format::signature::{PublicKey, Signature, verify_batch};
use tamga_format::subject::{Role, STATUS_NONE, Subject, map_value, status_hash, subject_leaf};
use tamga_format::validators::{Validator, ValidatorSet};

use crate::codes::{Code, Rejection};
use crate::genesis::{Genesis, GenesisError};
use crate::machine::{BlockContext, Partly, execute_told};
use crate::map::Map;
use crate::memory::MemoryView;
use crate::overlay::{Changes, Overlay};
use crate::registry::{entered_policy, key_of};
use crate::rules::rules_hash;
use crate::told::Trace;
use crate::view::Built;

mod past;

pub use past::Past;
use past::Undo;

/// A record of the log, and what is at hand beside it.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The record.
    pub record: SignedRecord,
    /// Its body.
    pub body: Option<Body>,
    /// What a node tells that it decided in private; empty unless the replay [wants](Replay::wants_told) to be told.
    pub told: Trace,
}

impl Logged {
    /// A record with its body, of which nothing is told.
    #[must_use]
    pub const fn new(record: SignedRecord, body: Option<Body>) -> Self {
        Self { record, body, told: Trace::new() }
    }

    /// Whether it has a body that is not at hand, or another one is.
    fn is_unseen(&self) -> bool {
        self.body.as_ref().map(Body::commitment) != self.record.record().body
    }
}

/// What was missing, so that amounts were not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The record's body.
    Body,
    /// The opening of a private state, since a record before it has a body that is not at hand.
    Opening,
}

/// What is wrong with a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A part of the block's leaf, by its name, is not what the blocks before lead to.
    Leaf(&'static str),
    /// The rules refuse a record that the block holds.
    Unlawful {
        /// Its place in the log.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
        /// Which rule, and why.
        rejection: Rejection,
    },
    /// A record was judged by public rules only.
    Unjudged {
        /// Its place in the log.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
        /// What was not at hand.
        missing: Missing,
    },
    /// Nothing is told of what a record decided in private of a subject, and it can't be computed.
    Untold {
        /// The record's place in the log.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
        /// The subject.
        subject: Subject,
    },
    /// What is told of a record is not what it decided in private of a subject.
    Told {
        /// The record's place in the log.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
        /// The subject.
        subject: Subject,
    },
    /// A body is not the one that its entry commits to.
    Body {
        /// The record's place in the log.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
    },
    /// The map leaves a record out of the tree of a subject that the record names.
    Omitted {
        /// The record's place in the log.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
        /// The subject from which it is withheld.
        subject: Subject,
    },
    /// The map's root is another one, and no single omission explains it.
    MapRoot {
        /// What the block leads to.
        computed: MapRoot,
    },
    /// What is told of these records does not lead to the map's root, nor does a single omission explain it.
    Misled {
        /// The records whose private decisions are not known but by what is told.
        told: Vec<(LeafIndex, RecordId)>,
    },
}

/// A signature that is still to be checked: many at once, and apart from the rules.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The record's place in the log.
    pub index: LeafIndex,
    /// The record's id.
    pub id: RecordId,
    key: PublicKey,
    message: Vec<u8>,
    signature: Signature,
}

/// Those of the signatures that don't hold.
///
/// The batch's randomness is a hash of everything in it, so that a forger would have to choose a batch that its own
/// hash makes pass.
#[must_use]
pub fn forged(signed: &[Signed]) -> Vec<&Signed> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for it in signed {
        parts.extend([it.id.as_bytes().as_slice(), it.key.as_bytes(), it.signature.as_bytes()]);
    }
    let random = sha256(&parts);
    let items: Vec<_> =
        signed.iter().map(|it| (it.key, it.message.as_slice(), it.signature)).collect();
    let holds = verify_batch(&items, random);
    signed.iter().zip(holds).filter(|(_, holds)| !holds).map(|(it, _)| it).collect()
}

/// Why bytes are not the certificate of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// It is of another height or value.
    OtherBlock,
    /// It is malformed, or not of a quorum.
    Format(FormatError),
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherBlock => write!(f, "it is of another block"),
            Self::Format(fault) => write!(f, "{fault}"),
        }
    }
}

impl From<FormatError> for Undecided {
    fn from(fault: FormatError) -> Self {
        Self::Format(fault)
    }
}

/// What a block's certificate has to say: which value was decided at its height, by whom.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The height.
    pub height: Height,
    /// The value that its leaf and all before it make.
    pub value: ValueId,
    /// The validators of the policy that rules the height.
    validators: Arc<ValidatorSet>,
}

impl Decided {
    /// Checks that these bytes are the certificate of a quorum for this block.
    ///
    /// # Errors
    ///
    /// [`Undecided`] if they are malformed, of another block, or not of a quorum.
    pub fn check(&self, genesis: &GenesisHash, certificate: &[u8]) -> Result<(), Undecided> {
        let certificate = Certificate::decode(certificate)?;
        if (certificate.height, certificate.value) != (self.height, self.value) {
            return Err(Undecided::OtherBlock);
        }
        certificate.verify(genesis, &self.validators)?;
        Ok(())
    }
}

/// What became of a block.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// The signatures of its records, by keys that are registered.
    pub signed: Vec<Signed>,
    /// What its certificate has to say.
    pub decided: Decided,
    /// What each of its records decided in private, as far as that is known or told.
    pub traces: Vec<Trace>,
}

/// A ledger as of a block, made of nothing but its genesis and its log.
#[derive(Clone, Debug)]
pub struct Replay {
    origin: String,
    policy: PolicyHash,
    rules: RulesHash,
    validators: Arc<ValidatorSet>,
    organisations: Arc<[SubjectId]>,
    log: Frontier,
    height: Height,
    time: UnixMillis,
    state: MemoryView,
    /// What the statuses of the last hour were.
    undo: Undo,
    trees: BTreeMap<Subject, Frontier>,
    map: Map,
    /// Subjects whose private state may not be the last one that is known here.
    closed: BTreeSet<Subject>,
    /// The first block whose map root could not be compared.
    astray: Option<Height>,
}

/// The organisations that run these validators.
fn organisations(validators: &ValidatorSet) -> Arc<[SubjectId]> {
    let id = |it: &Validator| Subject::registered(Role::Organisation, &it.organisation).id;
    let mut organisations: Vec<SubjectId> = validators.members().iter().map(id).collect();
    organisations.sort_unstable();
    organisations.dedup();
    organisations.into()
}

impl Replay {
    /// The ledger of a genesis before its first block.
    ///
    /// # Errors
    ///
    /// [`GenesisError`] if it can't found a ledger.
    pub fn new(genesis: &Genesis, hash: &GenesisHash) -> Result<Self, GenesisError> {
        let statuses = genesis.initial_statuses()?;
        let mut log = Frontier::new();
        log.push(&leaf_hash(&genesis_leaf(hash)));
        let mut replay = Self {
            origin: genesis.origin.clone(),
            policy: genesis.policy.hash(),
            rules: rules_hash(),
            validators: Arc::new(genesis.validators.clone()),
            organisations: organisations(&genesis.validators),
            log,
            height: Height(0),
            time: genesis.time,
            state: MemoryView { statuses, ..MemoryView::default() },
            undo: Undo::default(),
            trees: BTreeMap::new(),
            map: Map::new(),
            closed: BTreeSet::new(),
            astray: None,
        };
        let subjects: Vec<Subject> = replay.state.statuses.keys().copied().collect();
        let values = subjects.iter().map(|it| (it.map_key(), replay.value(it, None)));
        replay.map = replay.map.updated(&sorted(values));
        Ok(replay)
    }

    /// Height of the last block.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.height
    }

    /// Time of the last block.
    #[must_use]
    pub const fn time(&self) -> UnixMillis {
        self.time
    }

    /// Leaves and root of the log.
    #[must_use]
    pub fn log(&self) -> (TreeSize, TreeRoot) {
        (TreeSize(self.log.size()), self.log.root())
    }

    /// The map of subjects as of the last block.
    #[must_use]
    pub const fn map(&self) -> &Map {
        &self.map
    }

    /// The statuses as of the last block.
    #[must_use]
    pub const fn state(&self) -> &MemoryView {
        &self.state
    }

    /// The statuses as of the end of a block of the last hour: what lines of a record with that base are judged by.
    #[must_use]
    pub const fn as_of(&self, base: Height) -> Past<'_> {
        Past { state: &self.state, undo: &self.undo, base }
    }

    /// The first block whose map root could not be compared, as something before it could not be judged or explained.
    #[must_use]
    pub const fn astray(&self) -> Option<Height> {
        self.astray
    }

    /// Whether the next block can't be executed by these records alone: a body is missing, or they name somebody whose
    /// private state an earlier record changed unseen.
    #[must_use]
    pub fn wants_told(&self, records: &[Logged]) -> bool {
        let closed = |record: &SignedRecord| {
            record.record().all_subjects().any(|subject| self.closed.contains(&subject))
        };
        records.iter().any(|it| it.is_unseen() || closed(&it.record))
    }

    /// All subjects that the map holds, each once.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> + '_ {
        let unnamed = self.state.statuses.keys().filter(|it| !self.trees.contains_key(it));
        self.trees.keys().chain(unnamed).copied()
    }

    /// The tree of a subject's records.
    #[must_use]
    pub fn tree(&self, subject: &Subject) -> Frontier {
        self.trees.get(subject).cloned().unwrap_or_default()
    }

    /// What the map commits of a subject.
    #[must_use]
    pub fn of_subject(&self, subject: &Subject) -> Option<MapValue> {
        self.map.get(&subject.map_key())
    }

    /// Executes the next block. The replay goes on from what the block says, whatever is wrong with it, so that
    /// later blocks are judged by themselves.
    pub fn block(&mut self, records: &[Logged], leaf: &BlockLeaf) -> Replayed {
        let (mut faults, mut signed) = (Vec::new(), Vec::new());
        let first = self.log.size();
        let built = self.check_leaf(records.len(), leaf, &mut faults);
        let Executed { changes, traces, told } =
            self.execute(records, leaf, &mut faults, &mut signed);
        self.undo.push((leaf.height, leaf.time), &self.state, &changes);
        let touched = self.take(records, changes, first);
        if self.astray.is_none() {
            faults.extend(self.check_map(records, &touched, leaf, first, told));
        }
        for (subject, tree) in touched.trees {
            self.trees.insert(subject, tree);
        }
        self.log.push(&leaf_hash(&leaf.encode()));
        self.state.blocks.extend(built.map(|built| (leaf.height, built)));
        (self.height, self.time) = (leaf.height, leaf.time);
        let (height, value) = (leaf.height, self.checkpoint().value_id());
        let decided = Decided { height, value, validators: Arc::clone(&self.validators) };
        let entered = records.iter().rev().find_map(|it| entered_policy(it.record.record()));
        if let Some(PolicyPayload { policy, validators, .. }) = entered {
            self.policy = policy.hash();
            self.organisations = organisations(&validators);
            self.validators = Arc::new(validators);
        }
        Replayed { faults, signed, decided, traces }
    }

    /// The checkpoint of the log so far.
    fn checkpoint(&self) -> Checkpoint {
        let (size, root) = self.log();
        Checkpoint { origin: self.origin.clone(), size, root }
    }

    /// Compares all of the leaf but the map's root; who built the block, if that can be told.
    fn check_leaf(
        &self,
        records: usize,
        leaf: &BlockLeaf,
        faults: &mut Vec<Fault>,
    ) -> Option<Built> {
        let before = self.checkpoint();
        let size = before.size;
        let records = u64::try_from(records).unwrap_or(u64::MAX);
        let checks = [
            ("height", leaf.height == self.height.next()),
            ("size", leaf.size.get() == size.get().saturating_add(records).saturating_add(1)),
            ("time", leaf.time > self.time),
            ("prev", leaf.prev == before.value_id()),
            ("policy", leaf.policy == self.policy),
            ("rules", leaf.rules == self.rules),
        ];
        faults.extend(checks.into_iter().filter(|(_, holds)| !holds).map(|it| Fault::Leaf(it.0)));
        let builder =
            leaf.ext.as_ref().and_then(|ext| Some((ext, self.validators.get(&ext.builder)?)));
        let Some((ext, validator)) = builder else {
            faults.push(Fault::Leaf("builder"));
            return None;
        };
        let Ok(output) =
            validator.beacon.verify(&beacon::alpha(&self.origin, leaf.height), &ext.proof)
        else {
            faults.push(Fault::Leaf("beacon"));
            return None;
        };
        let organisation = Subject::registered(Role::Organisation, &validator.organisation).id;
        Some(Built { organisation, output, time: leaf.time })
    }

    /// Judges the records in their order.
    fn execute(
        &mut self,
        records: &[Logged],
        leaf: &BlockLeaf,
        faults: &mut Vec<Fault>,
        signed: &mut Vec<Signed>,
    ) -> Executed {
        let context = BlockContext {
            origin: self.origin.clone(),
            height: leaf.height,
            time: leaf.time,
            organisations: Arc::clone(&self.organisations),
        };
        let mut overlay = Overlay::new(&self.state);
        let (mut traces, mut blind) = (Vec::with_capacity(records.len()), Vec::new());
        for (index, logged) in (self.log.size()..).map(LeafIndex).zip(records) {
            let Logged { record, body, told } = logged;
            let id = record.id();
            let unseen = logged.is_unseen();
            if unseen && body.is_some() {
                faults.push(Fault::Body { index, id });
            }
            let body = body.as_ref().filter(|_| !unseen);
            let judged = signer(&overlay, record).and_then(|key| {
                let (message, signature) = (record.signed_bytes(), *record.signature());
                signed.push(Signed { index, id, key, message, signature });
                execute_told(&mut overlay, &context, record, body, told)
            });
            let Partly { trace, unjudged, untold } = match judged {
                Ok(partly) => partly,
                Err(rejection) => {
                    faults.push(Fault::Unlawful { index, id, rejection });
                    self.astray = self.astray.or(Some(leaf.height));
                    traces.push(Trace::new());
                    continue;
                }
            };
            let missing = match (unseen, unjudged) {
                (true, _) => Some(Missing::Body),
                (false, true) => Some(Missing::Opening),
                (false, false) => None,
            };
            faults.extend(missing.map(|missing| Fault::Unjudged { index, id, missing }));
            // Where no map is compared any more, nothing has to be told.
            let compared = self.astray.is_none_or(|height| height == leaf.height);
            if let Some(subject) = untold.filter(|_| compared) {
                faults.push(Fault::Untold { index, id, subject });
                self.astray = self.astray.or(Some(leaf.height));
            }
            let others = told.iter().filter(|(subject, told)| trace.get(subject) != Some(*told));
            faults.extend(others.map(|(subject, _)| Fault::Told { index, id, subject: *subject }));
            // Also where nothing is told: that a record moved nothing is believed, too.
            if unseen || unjudged {
                blind.push((index, id));
            }
            traces.push(trace);
        }
        Executed { changes: overlay.into_changes(), traces, told: blind }
    }

    /// Takes over what the records changed; the trees of their subjects after them.
    fn take(&mut self, records: &[Logged], mut changes: Changes, first: u64) -> Touched {
        for (subject, private) in &changes.privates {
            match private {
                Some(_) => self.closed.remove(subject),
                None => self.closed.insert(*subject),
            };
        }
        let mut subjects: Vec<Subject> = changes.statuses.keys().copied().collect();
        let mut trees: BTreeMap<Subject, Frontier> = BTreeMap::new();
        for (index, Logged { record, .. }) in (first..).map(LeafIndex).zip(records) {
            let leaf = record.leaf_hash();
            self.log.push(leaf.as_bytes());
            for subject in record.record().all_subjects() {
                let tree = trees
                    .entry(subject)
                    .or_insert_with(|| self.trees.get(&subject).cloned().unwrap_or_default());
                tree.push(&leaf_hash(&subject_leaf(index, leaf)));
            }
            self.state.commit(record, std::mem::take(&mut changes));
        }
        subjects.extend(trees.keys());
        subjects.sort_unstable();
        subjects.dedup();
        Touched { subjects, trees }
    }

    /// Compares the map's root, and takes over the map that the block has.
    fn check_map(
        &mut self,
        records: &[Logged],
        touched: &Touched,
        leaf: &BlockLeaf,
        first: u64,
        told: Vec<(LeafIndex, RecordId)>,
    ) -> Option<Fault> {
        let values: BTreeMap<MapKey, MapValue> = touched
            .subjects
            .iter()
            .map(|it| (it.map_key(), self.value(it, touched.trees.get(it))))
            .collect();
        let with = |values: &BTreeMap<MapKey, MapValue>| {
            let values: Vec<_> = values.iter().map(|(key, value)| (*key, *value)).collect();
            self.map.updated(&values)
        };
        let map = with(&values);
        let computed = map.root();
        if computed == leaf.map_root {
            self.map = map;
            return None;
        }
        for (index, Logged { record, .. }) in (first..).map(LeafIndex).zip(records) {
            for subject in record.record().all_subjects() {
                let (tree, key) =
                    (self.without(records, first, index, &subject), subject.map_key());
                let mut values = values.clone();
                if tree.size() == 0 && !self.state.statuses.contains_key(&subject) {
                    values.remove(&key);
                } else {
                    values.insert(key, self.value(&subject, Some(&tree)));
                }
                let map = with(&values);
                if map.root() == leaf.map_root {
                    self.map = map;
                    self.trees.insert(subject, tree);
                    return Some(Fault::Omitted { index, id: record.id(), subject });
                }
            }
        }
        self.astray = Some(leaf.height);
        Some(if told.is_empty() { Fault::MapRoot { computed } } else { Fault::Misled { told } })
    }

    /// The tree of a subject after a block, but for one of the block's records.
    fn without(
        &self,
        records: &[Logged],
        first: u64,
        left_out: LeafIndex,
        subject: &Subject,
    ) -> Frontier {
        let mut tree = self.trees.get(subject).cloned().unwrap_or_default();
        for (index, Logged { record, .. }) in (first..).map(LeafIndex).zip(records) {
            if index != left_out && record.record().all_subjects().any(|it| it == *subject) {
                tree.push(&leaf_hash(&subject_leaf(index, record.leaf_hash())));
            }
        }
        tree
    }

    /// What the map commits of a subject with this tree, or with the one before the block.
    fn value(&self, subject: &Subject, tree: Option<&Frontier>) -> MapValue {
        let empty = Frontier::new();
        let tree = tree.or_else(|| self.trees.get(subject)).unwrap_or(&empty);
        let status = self.state.statuses.get(subject);
        let status = status.map_or(STATUS_NONE, |row| status_hash(&row.nonce, &row.bytes));
        map_value(tree.size(), &tree.root(), &status)
    }
}

/// What the records of a block came to.
struct Executed {
    changes: Changes,
    traces: Vec<Trace>,
    /// The records whose private decisions are not known but by what is told.
    told: Vec<(LeafIndex, RecordId)>,
}

/// What a block touches: its subjects, and the trees of those that records name.
struct Touched {
    subjects: Vec<Subject>,
    trees: BTreeMap<Subject, Frontier>,
}

/// The registered key of a record's writer, from an earlier block or from earlier in this one.
fn signer(
    overlay: &Overlay<'_, MemoryView>,
    record: &SignedRecord,
) -> Result<PublicKey, Rejection> {
    let id = record.record().key_id;
    let key = key_of(overlay, &id)?.map(|status| status.public);
    key.filter(|key| key.key_id() == id).ok_or_else(|| {
        Rejection::new(Code::UnknownKey, "/kid", format!("no key {id} is registered"))
    })
}

fn sorted(values: impl Iterator<Item = (MapKey, MapValue)>) -> Vec<(MapKey, MapValue)> {
    values.collect::<BTreeMap<_, _>>().into_iter().collect()
}
