//! The records of a case, seen twice: what is new, what an earlier block held, and a history that was rewritten.

use serde_json::{Value, json};
use tamga_format::id::{LeafHash, LeafIndex, MapRoot, StatusHash, UnixMillis};
use tamga_format::merkle::{Frontier, consistency_path, leaf_hash, root_of};
use tamga_format::mpt;
use tamga_format::subject::{STATUS_NONE, Subject, map_value, subject_leaf};
use tamga_format::subject_proof::{Place, Present, Standing, StatusPart};

use super::following::{Desk, submission};
use super::*;
use crate::testing::ServedLog;

fn subject() -> Subject {
    Subject::registered(Role::Case, "x")
}

/// A ledger of one case whose map says what the test wants.
struct OneCase {
    log: ServedLog,
    /// The records that the map of the newest block commits to.
    places: Vec<Place>,
    events: Vec<Value>,
}

impl OneCase {
    fn new() -> Self {
        Self { log: ServedLog::new(), places: Vec::new(), events: Vec::new() }
    }

    /// A block of one record; the map commits to `keep` of the places before it, and to it.
    fn record(&mut self, nonce: u8, keep: &dyn Fn(usize) -> bool) {
        let (record, index) = (submission(nonce), self.log.size());
        let leaf = LeafHash(leaf_hash(record.record().entry()));
        let mut at = 0;
        self.places.retain(|_| (keep(at), at += 1).0);
        self.places.push((LeafIndex(index), leaf));
        let value = map_value(self.count(), &self.root(), &StatusHash(STATUS_NONE.0));
        let map_root = mpt::root_of(&[(subject().map_key(), value)]).unwrap();
        let number = self.events.len();
        let time = UnixMillis(NOW.0 + 1_000 * i64::from(nonce));
        self.log.commit_under(&[record], time, MapRoot(map_root.0));
        self.events.push(json!({
            "number": number, "record_id": format!("{number:064}"), "status": "final", "kind": "E01",
            "name": "x", "event_time": "2026-03-12T08:58:00Z", "index": index, "height": number + 1,
            "recorded_at": "2026-03-12T09:00:00Z",
        }));
    }

    fn count(&self) -> u64 {
        u64::try_from(self.places.len()).unwrap()
    }

    fn leaves(&self) -> Vec<[u8; 32]> {
        self.places.iter().map(|(index, leaf)| leaf_hash(&subject_leaf(*index, *leaf))).collect()
    }

    fn root(&self) -> tamga_format::id::TreeRoot {
        root_of(&self.leaves())
    }

    /// Serves the log, the list and the proofs that the command asks for, first of all records, then from `held` on.
    fn serve(&self, desk: &Desk, held: usize) {
        let node = &desk.nodes[0];
        self.log.serve(node);
        let (case, page) = (subject(), json!({ "has_more": false }));
        let list = json!({ "data": self.events, "page": page }).to_string();
        node.answer(&format!("/v1/cases/{case}/events"), 200, list);
        let mut frontier = Frontier::new();
        self.leaves().iter().take(held).for_each(|leaf| frontier.push(leaf));
        let all = Present {
            count: self.count(),
            status: StatusPart::Hash(STATUS_NONE),
            held: Frontier::new(),
            records: self.places.clone(),
            rest: None,
        };
        let prove = |present| self.log.about(case, Standing::Present(present)).encode();
        let status =
            Present { records: Vec::new(), rest: Some((self.root(), Vec::new())), ..all.clone() };
        let path = format!("/v1/subjects/{case}/proof");
        node.answer(&path, 200, prove(all));
        node.answer(&format!("{path}?from=0&limit=0"), 200, prove(status.clone()));
        if held > 0 {
            let nodes = Nodes(self.leaves());
            let size = u64::try_from(held).unwrap();
            let path_on = consistency_path(&nodes, size, self.count()).unwrap();
            let rest = (size < self.count()).then(|| (self.root(), path_on));
            let on = Present { held: frontier, rest, ..status };
            node.answer(&format!("{path}?from={held}&limit=0"), 200, prove(on));
        }
        for block in self.log.heights() {
            node.answer(&format!("/v1/blocks/{}", block.0), 200, block.1.to_string());
        }
    }
}

/// A tree given by its leaves.
struct Nodes(Vec<[u8; 32]>);

impl tamga_format::merkle::NodeSource for Nodes {
    fn node(&self, level: u8, index: u64) -> Option<[u8; 32]> {
        let (width, first) = (1_usize << level, usize::try_from(index << level).ok()?);
        self.0.get(first..first + width).map(|leaves| root_of(leaves).0)
    }
}

fn history(desk: &Desk, options: &[&str]) -> Call {
    let case = subject().to_string();
    desk.call(&[&["case", "history", &case, "--prove"], options].concat())
}

fn stored(desk: &Desk) -> Vec<PathBuf> {
    let folder = desk.dir.path().join("state/tamga");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "tamga-light-subject")).collect()
}

#[test]
fn what_is_new_of_a_case_goes_on_from_what_was_seen() {
    let (desk, mut case) = (Desk::new(), OneCase::new());
    for nonce in 0..3 {
        case.record(nonce, &|_| true);
    }
    case.serve(&desk, 0);
    let first = history(&desk, &[]);
    assert_eq!(first.exit, 0, "{}{}", first.stdout, first.stderr);
    assert!(!first.stdout.contains("goes on"), "{}", first.stdout);
    assert_eq!(stored(&desk).len(), 1);
    for nonce in 3..5 {
        case.record(nonce, &|_| true);
    }
    case.serve(&desk, 3);
    let status = desk.call(&["status", &subject().to_string()]);
    assert_eq!(status.exit, 0, "{}{}", status.stdout, status.stderr);
    assert!(status.stdout.contains("the 3 records that this computer saw as of block 3"));
    let second = history(&desk, &[]);
    assert_eq!(second.exit, 0, "{}{}", second.stdout, second.stderr);
    assert!(second.stdout.contains("nothing was rewritten; new: 2"), "{}", second.stdout);
    // A damaged file is no beginning.
    let file = &stored(&desk)[0];
    let whole = std::fs::read(file).unwrap();
    std::fs::write(file, &whole[..40]).unwrap();
    assert_eq!(history(&desk, &[]).exit, 4);
    std::fs::write(file, whole).unwrap();
    assert_eq!(history(&desk, &[]).exit, 0);
}

#[test]
fn a_dishonest_quorum_that_rewrites_a_history_is_found_out_by_who_saw_it() {
    let (desk, mut case) = (Desk::new(), OneCase::new());
    for nonce in 0..3 {
        case.record(nonce, &|_| true);
    }
    case.serve(&desk, 0);
    assert_eq!(history(&desk, &[]).exit, 0);
    // The log goes on as it should; its map leaves out the second record, and so does the list.
    case.record(3, &|at| at != 1);
    case.events.remove(1);
    case.serve(&desk, 2);
    let found = history(&desk, &[]);
    assert_eq!(found.exit, 3, "{}{}", found.stdout, found.stderr);
    assert!(found.stdout.contains("the history was rewritten"), "{}", found.stdout);
    // Whoever saw nothing before can't know.
    assert_eq!(desk.call(&["checkpoint", "forget", "--yes"]).exit, 0);
    assert_eq!(stored(&desk), Vec::<PathBuf>::new(), "set aside with the log's");
    assert_eq!(history(&desk, &[]).exit, 0);
}

#[test]
fn an_earlier_block_is_proven_with_the_same_proof() {
    let (desk, mut case) = (Desk::new(), OneCase::new());
    for nonce in 0..5 {
        case.record(nonce, &|_| true);
    }
    case.serve(&desk, 0);
    let early = history(&desk, &["--at", "2"]);
    assert_eq!(early.exit, 0, "{}{}", early.stdout, early.stderr);
    assert!(early.stdout.contains("these 2 records are all"), "{}", early.stdout);
    assert!(early.stdout.contains("as of block 2"), "{}", early.stdout);
    let value: Value =
        serde_json::from_str(&history(&desk, &["--at", "2", "--json"]).stdout).unwrap();
    assert_eq!(value["events"].as_array().unwrap().len(), 2);
    assert_eq!(value["complete"]["height"], 2);
    // A node that names another place for the block is not believed.
    let lie = case.log.heights()[2].1.to_string();
    desk.nodes[0].answer("/v1/blocks/2", 200, lie);
    assert_eq!(history(&desk, &["--at", "2"]).exit, 3);
    assert_eq!(history(&desk, &["--at", "5"]).exit, 0, "that is now");
    assert_eq!(history(&desk, &["--at", "6"]).exit, 2);
    let case = subject().to_string();
    assert_eq!(desk.call(&["case", "history", &case, "--at", "2"]).exit, 2, "only with --prove");
}

#[test]
fn records_seen_have_one_form_on_disk() {
    let mut case = OneCase::new();
    for nonce in 0..5 {
        case.record(nonce, &|_| true);
    }
    let proof = case.log.about(
        subject(),
        Standing::Present(Present {
            count: case.count(),
            status: StatusPart::Hash(STATUS_NONE),
            held: Frontier::new(),
            records: case.places.clone(),
            rest: None,
        }),
    );
    let policy = crate::testing::genesis().0.policy;
    let proven = proof.verify(&policy, &Default::default()).unwrap();
    let seen = crate::light::SubjectSeen {
        origin: policy.origin().to_owned(),
        subject: subject(),
        height: proven.height,
        time: proven.time,
        size: proven.size,
        known: proven.known,
    };
    let text = seen.encode();
    assert_eq!(crate::light::SubjectSeen::parse(&text).as_ref(), Ok(&seen));
    for at in 0..text.len() {
        assert!(crate::light::SubjectSeen::parse(&text[..at]).is_err(), "cut at {at}");
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let changed = String::from_utf8_lossy(&bytes);
        assert!(crate::light::SubjectSeen::parse(&changed).is_err(), "byte {at}");
    }
}
