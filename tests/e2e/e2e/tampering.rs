//! Bytes changed on a node's disk by somebody who can write its database: the node refuses to open it, or an audit of
//! the node names what is false.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tamga_node::clock::Clock;
use tamga_node::devnet::casework::life;
use tamga_replica::Store as _;
use tamga_replica::layout::Table;
use tamga_replica::store::CommitBatch;
use tamga_rocks::RocksStore;
use tamga_tests::processes::{Cluster, TOKEN, submit, until};

use super::royalty::{FOUR, READY};
use super::shell::{call, of_devnet};

/// The node whose disk is written to.
const NODE: usize = 3;
/// Rows of a table that are looked at.
const ROWS: usize = 10_000;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), &to).unwrap();
        }
    }
}

/// How it comes to light that a row of a table was changed.
enum Light {
    /// The node does not open its database.
    Refused,
    /// An audit of the node names it so.
    Audited(&'static str),
    /// Nobody who reads all bodies is shown the row: a private state stops the node when a record needs it, commitments
    /// to it are told to auditors without bodies, and an old note is proven or refused with the receipt that carries it.
    Unshown,
    /// The table has no rows here.
    Empty,
}

const fn light(table: Table) -> Light {
    match table {
        Table::Meta | Table::Tiles | Table::Subjects => Light::Refused,
        Table::Entries => Light::Audited("entry"),
        // A record that its id does not lead to has no body either.
        Table::Bodies | Table::Ids => Light::Audited("body"),
        Table::History => Light::Audited("subject"),
        Table::Blocks => Light::Audited("block-row"),
        Table::Certificates => Light::Audited("certificate"),
        Table::Private | Table::PrivateTrace | Table::Notes => Light::Unshown,
        Table::Evidence | Table::Undecided => Light::Empty,
    }
}

/// Changes a byte of the table's middle row; whether there is one. Ids stand in no order of the log, so all
/// rows of theirs are changed: those of records with bodies are among them.
fn change(database: &Path, table: Table) -> bool {
    let mut store = RocksStore::open(database).unwrap();
    let rows = store.scan(table, &[], &[], ROWS).unwrap();
    let middle = rows.len() / 2;
    let changed =
        if table == Table::Ids { &rows[..] } else { &rows[middle..rows.len().min(middle + 1)] };
    let mut batch = CommitBatch::new();
    for (key, value) in changed {
        let mut value = value.clone();
        // In the middle of a block's row stands the builder's proof, which only receipts show.
        let at = if table == Table::Blocks { value.len() / 8 } else { value.len() / 2 };
        value[at] ^= 1;
        batch.put(table, key, &value);
    }
    store.commit(batch).unwrap();
    !rows.is_empty()
}

/// A ledger of a case, with the database of one node, which is stopped.
struct Desk {
    cluster: Cluster,
    folder: tempfile::TempDir,
    database: PathBuf,
}

/// What became of a node with a changed database.
enum Fate {
    Refused,
    Audited(u8, Value),
}

impl Desk {
    fn new() -> Self {
        let mut cluster = Cluster::start(FOUR).unwrap();
        cluster.ready(READY).unwrap();
        let now = Clock.now();
        for (number, step) in (0..).zip(life(1_000_000)) {
            let submission = Cluster::write("changed", number, &step, now).unwrap();
            let (status, text) = submit(&cluster.url(NODE), &submission, "final").unwrap();
            assert!(matches!(status, 200 | 201), "{step:?}: {status} {text}");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy.txt"), cluster.policy().encode()).unwrap();
        std::fs::write(folder.path().join("token.txt"), TOKEN).unwrap();
        cluster.kill(NODE).unwrap();
        let database = cluster.dir().join(cluster.name(NODE)).join("data/db");
        copy(&database, &folder.path().join("kept"));
        Self { cluster, folder, database }
    }

    /// The database as it was.
    fn restore(&self) {
        std::fs::remove_dir_all(&self.database).unwrap();
        copy(&self.folder.path().join("kept"), &self.database);
    }

    /// Starts the node, and audits it if it serves.
    fn fate(&mut self) -> Fate {
        let begun = self.cluster.log(NODE).len();
        self.cluster.start_validator(NODE).unwrap();
        let refused = |it: &Self| it.cluster.log(NODE)[begun..].contains("store is corrupted");
        until(READY, "it serves, or refuses", || {
            let shown = self.cluster.get(NODE, "/log/checkpoint");
            refused(self) || shown.is_ok_and(|(status, _)| status == 200)
        })
        .unwrap_or_else(|error| panic!("{error}: {}", &self.cluster.log(NODE)[begun..]));
        let fate = if refused(self) {
            Fate::Refused
        } else {
            let env = of_devnet(self.cluster.url(NODE), self.folder.path());
            let audit = call(self.folder.path(), &env, &["audit", "--late", "1000000"]);
            assert!(audit.shown.is_object(), "{}", audit.told);
            Fate::Audited(audit.exit, audit.shown)
        };
        self.cluster.kill(NODE).unwrap();
        fate
    }
}

#[test]
fn whatever_is_changed_in_a_database_is_refused_or_named() {
    let mut desk = Desk::new();
    for table in Table::ALL {
        let name = table.name();
        desk.restore();
        let is_changed = change(&desk.database, table);
        assert_eq!(is_changed, !matches!(light(table), Light::Empty), "{name}");
        match (light(table), desk.fate()) {
            (Light::Refused, Fate::Refused) => {}
            (Light::Audited(class), Fate::Audited(exit, found)) => {
                assert_eq!(exit, 3, "{name}: {found}");
                assert!(found["counts"][class].as_u64() > Some(0), "{name}: {found}");
            }
            (Light::Unshown | Light::Empty, Fate::Audited(exit, found)) => {
                assert_eq!((exit, &found["clean"]), (0, &true.into()), "{name}: {found}");
            }
            (_, Fate::Refused) => panic!("{name} is refused"),
            (Light::Refused, Fate::Audited(_, found)) => panic!("{name} is opened: {found}"),
        }
    }
}

#[test]
fn a_file_of_a_database_with_another_byte_is_never_taken_for_a_sound_one() {
    let mut desk = Desk::new();
    // Opening it writes what the log of the database still held into tables.
    drop(RocksStore::open(&desk.database).unwrap());
    std::fs::remove_dir_all(desk.folder.path().join("kept")).unwrap();
    copy(&desk.database, &desk.folder.path().join("kept"));
    let files = std::fs::read_dir(&desk.database).unwrap().map(|it| it.unwrap().path());
    let tables: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "sst")).collect();
    assert!(tables.len() >= 5, "{tables:?}");
    for table in tables {
        desk.restore();
        let mut bytes = std::fs::read(&table).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        std::fs::write(&table, bytes).unwrap();
        if let Fate::Audited(exit, found) = desk.fate() {
            assert_eq!((exit, &found["clean"]), (3, &false.into()), "{}: {found}", table.display());
        }
    }
}
