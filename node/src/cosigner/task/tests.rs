use std::sync::Mutex;

use tamga_format::beacon::VrfSecret;
use tamga_format::certificate::Certificate;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{GenesisHash, UnixMillis, ValueId, sha256};
use tamga_format::merkle::Hash;
use tamga_format::note::{VKey, VKeyKind, sign_note};
use tamga_format::policy::Witness;
use tamga_format::signature::SigningKey;
use tamga_format::validators::{Validator, ValidatorSet, validator_id};
use tamga_replica::Reign;

use super::super::{CommittedBlock, CosignerConfig};
use super::*;
use crate::swarm::wire::SignatureLine;
use crate::swarm::{self, SwarmConfig};
use crate::watermark::{Mark, Watermark};

const ORIGIN: &str = "tamga.example/test";

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(sha256(&[name.as_bytes()]))
}

fn vkey(name: &str, kind: VKeyKind) -> VKey {
    VKey::new(name, kind, key(name).public()).unwrap()
}

fn policy() -> Policy {
    let witness = Witness {
        name: "v0".into(),
        key: vkey("v0", VKeyKind::Cosigner),
        url: "https://v0.tamga.example/".into(),
    };
    let log = vkey(ORIGIN, VKeyKind::Log);
    Policy::for_validators(log, "https://tamga.example/".into(), vec![witness], 1).unwrap()
}

/// The only validator's, from the beginning.
fn reign() -> Arc<Reign> {
    let consensus = key("consensus").public();
    let validator = Validator {
        id: validator_id(&consensus),
        organisation: "organisation".into(),
        name: "v0".into(),
        consensus,
        cosigner: vkey("v0", VKeyKind::Cosigner),
        beacon: VrfSecret::from_seed(&[7; 32]).public(),
        peer_id: "peer".into(),
    };
    let validators = ValidatorSet::new(vec![validator]).unwrap();
    Arc::new(Reign::new(Height(0), 0, policy(), validators))
}

/// A log whose blocks are empty and whose roots are made up; none of its blocks is final.
struct EmptyBlocks {
    asked: Mutex<u64>,
}

impl CommittedLog for EmptyBlocks {
    fn block(&self, height: Height) -> Result<Option<CommittedBlock>> {
        let checkpoint = checkpoint(height.get());
        let value = ValueId([0; 32]);
        let certificate = Certificate { height, round: 0, value, signatures: Vec::new() };
        let (time, reign) = (UnixMillis(0), reign());
        Ok(Some(CommittedBlock { height, time, checkpoint, certificate, reign }))
    }

    fn consistency(&self, _: TreeSize, _: TreeSize) -> Result<Option<Vec<Hash>>> {
        Ok(None)
    }

    fn final_note(&self, _: Height) -> Result<Option<String>> {
        *self.asked.lock().unwrap() += 1;
        Ok(None)
    }

    fn policy_receipt(&self, _: u64) -> Result<Option<String>> {
        Ok(None)
    }
}

fn checkpoint(height: u64) -> Checkpoint {
    let root = TreeRoot(sha256(&[&height.to_be_bytes()]));
    Checkpoint { origin: ORIGIN.into(), size: TreeSize(height + 1), root }
}

/// A block's checkpoint with the signatures that make it final.
fn finalised(height: u64) -> SignedCheckpoint {
    let checkpoint = checkpoint(height);
    let log = sign_note(&checkpoint.body(), ORIGIN, &key(ORIGIN)).unwrap();
    let own = tamga_format::cosignature::cosign(&key("v0"), "v0", &checkpoint.body(), 5).unwrap();
    let line =
        |it: tamga_format::note::NoteSignature| SignatureLine { key_id: it.key_id, blob: it.blob };
    let (size, root) = (checkpoint.size.get(), checkpoint.root.0);
    SignedCheckpoint { height, size, root, signatures: vec![line(log), line(own)] }
}

struct Running {
    task: Task,
    tips: watch::Sender<Height>,
    finals: mpsc::Receiver<FinalNote>,
    log: Arc<EmptyBlocks>,
}

/// A cosigner of the only validator, with a log of `tip` blocks.
fn start(folder: &tempfile::TempDir, tip: u64, finals_max: usize) -> Running {
    let config = CosignerConfig {
        key: key("v0"),
        vkey: vkey("v0", VKeyKind::Cosigner),
        genesis: GenesisHash([1; 32]),
        quorum: 1,
        policy: policy(),
        watermark: folder.path().join("watermark"),
        clock: Clock,
    };
    let (notes, inbox) = mpsc::channel(1);
    let alone = SwarmConfig {
        network: [1; 32],
        genesis: GenesisHash([1; 32]),
        listen: Vec::new(),
        peers: Vec::new(),
    };
    let swarm = swarm::start(alone, None, notes).unwrap();
    let (tips, tips_out) = watch::channel(Height(tip));
    let (finals_in, finals) = mpsc::channel(finals_max);
    let log = Arc::new(EmptyBlocks { asked: Mutex::default() });
    let doors =
        Doors { tips: tips_out, log: log.clone(), swarm, inbox, finals: finals_in, clock: Clock };
    let task = Task::new(Signer::open(config).unwrap(), policy(), 1, doors);
    Running { task, tips, finals, log }
}

#[tokio::test]
async fn blocks_that_never_become_final_hide_no_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let most = MISSING_MAX as u64;
    let Running { mut task, tips, mut finals, log } = start(&folder, 3 * most, 1);
    task.start_survey().unwrap();
    assert!(*log.asked.lock().unwrap() <= most, "a start looks back so far and no further");
    for tip in [3 * most, 3 * most + 1, 5 * most] {
        tips.send_replace(Height(tip));
        task.survey().unwrap();
        assert!(task.missing.len() <= MISSING_MAX);
        assert_eq!(task.add(None, &finalised(tip)), 0);
        assert_eq!(finals.try_recv().map(|note| note.height), Ok(Height(tip)));
    }
}

#[tokio::test]
async fn a_final_note_without_room_is_handed_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let Running { mut task, mut finals, tips: _tips, .. } = start(&folder, 3, 1);
    task.start_survey().unwrap();
    task.survey().unwrap();
    for height in 1..=3 {
        task.add(None, &finalised(height));
    }
    let mut heights = Vec::new();
    while let Ok(note) = finals.try_recv() {
        heights.push(note.height.get());
        task.heal();
    }
    assert_eq!(heights, [1, 2, 3]);
    assert!(task.missing.is_empty());
}

#[tokio::test]
async fn a_height_that_a_peer_made_up_does_not_silence_a_cosigner() {
    let folder = tempfile::tempdir().unwrap();
    // What a restored node learned of its own key: size and root are signed, the height is not.
    let path = folder.path().join("watermark");
    let key = vkey("v0", VKeyKind::Cosigner).to_string();
    let (size, root) = (TreeSize(1_000_000), TreeRoot([1; 32]));
    let mark = Mark { height: Height(999_999), size, root, time_s: 1 };
    Watermark::open(&path, &key).unwrap().raise(mark).unwrap();
    let Running { task, tips: _tips, .. } = start(&folder, 50, 1);
    assert_eq!(task.next, Height(51));
}
