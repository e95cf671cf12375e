//! A list that was imported, and a ledger that serves the log of it.

use tamga_format::body::Submission;

use super::*;
use crate::testing::{FakeLedger, MAPPING, ServedLog, TABLE, devnet};

/// A folder with a list that was imported, and a ledger that serves its log.
pub(super) struct Desk {
    dir: tempfile::TempDir,
    pub(super) ledger: FakeLedger,
}

impl Desk {
    /// The table without the rows that have no records, imported.
    pub(super) fn imported() -> Self {
        let dir = tempfile::tempdir().unwrap();
        devnet(dir.path());
        let desk = Self { dir, ledger: FakeLedger::start() };
        desk.write("fines.toml", MAPPING);
        desk.write("fines.csv", &table());
        let (list, map) = (desk.path("fines.csv"), desk.path("fines.toml"));
        let import = desk.call(&["import", &list, "--map", &map]);
        assert_eq!(import.exit, 0, "{}", import.stderr);
        desk.log(&[]).serve(&desk.ledger);
        desk
    }

    /// The log of what was imported, and of a block with more.
    pub(super) fn log(&self, more: &[Submission]) -> ServedLog {
        let mut log = ServedLog::new();
        for block in self.ledger.taken().chunks(5) {
            log.commit(block, NOW);
        }
        if !more.is_empty() {
            log.commit(more, NOW);
        }
        log
    }

    /// Forgets which log of this name was seen: the next may be another.
    pub(super) fn forget_seen(&self) {
        std::fs::remove_dir_all(self.path("devnet/seen")).ok();
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    pub(super) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn call(&self, args: &[&str]) -> Call {
        let devnet = self.path("devnet");
        let env = [("TAMGA_URL", self.ledger.url()), ("TAMGA_DEVNET", &devnet)];
        World::with(&env).call(args)
    }
}

/// The list that was imported.
pub(super) fn table() -> String {
    let text = String::from_utf8(TABLE.to_vec()).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with("F3") && !line.starts_with("F4"));
    rows.map(|row| format!("{row}\n")).collect()
}
