use tamga_format::merkle::{NodeSource, consistency_path, leaf_hash, node_hash, root_of};

use super::*;

/// A log of `size` leaves whose contents depend on `branch` from leaf 5 on.
struct Log(Vec<Hash>);

impl Log {
    fn new(size: u8, branch: u8) -> Self {
        let leaf = |i| leaf_hash(&[i, if i < 5 { 0 } else { branch }]);
        Self((0..size).map(leaf).collect())
    }

    fn mark(&self, size: usize, time_s: u64) -> Mark {
        let (height, tree) = (Height(size as u64), TreeSize(size as u64));
        Mark { height, size: tree, root: root_of(&self.0[..size]), time_s }
    }

    fn path(&self, from: u64, to: u64) -> Vec<Hash> {
        consistency_path(self, from, to).unwrap()
    }
}

impl NodeSource for Log {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        if level == 0 {
            return self.0.get(usize::try_from(index).unwrap()).copied();
        }
        Some(node_hash(&self.node(level - 1, 2 * index)?, &self.node(level - 1, 2 * index + 1)?))
    }
}

fn open(folder: &tempfile::TempDir) -> Watermark {
    Watermark::open(&folder.path().join("watermark"), "key-1").unwrap()
}

#[test]
fn marks_survive_a_restart_and_time_never_goes_back() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(20, 0));
    let mut watermark = open(&folder);
    assert_eq!(watermark.current(), None);
    watermark.advance(log.mark(4, 100), &[]).unwrap();
    let signable = watermark.advance(log.mark(9, 90), &log.path(4, 9)).unwrap();
    assert_eq!(signable.mark(), &log.mark(9, 100));
    drop(watermark);
    assert_eq!(open(&folder).current(), Some(&log.mark(9, 100)));
}

#[test]
fn going_back_and_every_kind_of_fork_are_refused_and_change_nothing() {
    let (folder, log, fork) = (tempfile::tempdir().unwrap(), Log::new(20, 0), Log::new(20, 1));
    let mut watermark = open(&folder);
    watermark.advance(log.mark(9, 1), &[]).unwrap();
    let behind = watermark.advance(log.mark(8, 1), &[]);
    assert!(matches!(behind, Err(WatermarkError::Behind { size: 8, at: 9 })));
    let forks = [
        (fork.mark(9, 1), vec![]),
        (fork.mark(12, 1), fork.path(9, 12)),
        (log.mark(12, 1), fork.path(9, 12)),
        (log.mark(12, 1), vec![]),
    ];
    for (mark, path) in forks {
        assert!(matches!(watermark.advance(mark, &path), Err(WatermarkError::Fork { .. })));
    }
    assert_eq!(watermark.current(), Some(&log.mark(9, 1)));
    watermark.advance(log.mark(9, 5), &[]).expect("the same statement may be repeated");
    watermark.advance(log.mark(12, 5), &log.path(9, 12)).unwrap();
}

#[test]
fn a_signature_seen_at_a_peer_raises_the_mark() {
    let (folder, log, fork) = (tempfile::tempdir().unwrap(), Log::new(20, 0), Log::new(20, 1));
    let mut watermark = open(&folder);
    watermark.advance(log.mark(6, 1), &[]).unwrap();
    watermark.raise(log.mark(4, 9)).unwrap();
    assert_eq!(watermark.current(), Some(&log.mark(6, 1)));
    watermark.raise(log.mark(10, 9)).unwrap();
    assert!(matches!(watermark.raise(fork.mark(10, 9)), Err(WatermarkError::Fork { .. })));
    let behind = watermark.advance(log.mark(8, 10), &log.path(6, 8));
    assert!(matches!(behind, Err(WatermarkError::Behind { .. })));
    watermark.advance(log.mark(11, 10), &log.path(10, 11)).unwrap();
}

#[test]
fn one_process_holds_it_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let held = open(&folder);
    let second = Watermark::open(&folder.path().join("watermark"), "key-1");
    assert!(matches!(second, Err(WatermarkError::Locked(_))));
    drop(held);
    open(&folder);
}

#[test]
fn a_file_changed_by_someone_else_stops_the_signing() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(20, 0));
    let mut watermark = open(&folder);
    watermark.advance(log.mark(4, 1), &[]).unwrap();
    let old = std::fs::read(folder.path().join("watermark")).unwrap();
    watermark.advance(log.mark(9, 1), &log.path(4, 9)).unwrap();
    std::fs::write(folder.path().join("watermark"), old).unwrap();
    for _ in 0..2 {
        let moved = watermark.advance(log.mark(12, 1), &log.path(9, 12));
        assert!(matches!(moved, Err(WatermarkError::Changed(_))));
    }
}

#[test]
fn a_torn_slot_leaves_the_mark_before_and_two_damaged_ones_are_refused() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(20, 0));
    let mut watermark = open(&folder);
    watermark.advance(log.mark(4, 1), &[]).unwrap();
    watermark.advance(log.mark(9, 1), &log.path(4, 9)).unwrap();
    drop(watermark);
    let path = folder.path().join("watermark");
    let file = std::fs::read(&path).unwrap();
    for position in 0..FILE_BYTES {
        let mut bytes = file.clone();
        bytes[position] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let held = *Watermark::open(&path, "key-1").unwrap().current().unwrap();
        let newest_is_first = file.starts_with(&encode("key-1", &log.mark(9, 1)));
        let torn_newest = newest_is_first == (position < SLOT_BYTES);
        let expected = if torn_newest { log.mark(4, 1) } else { log.mark(9, 1) };
        assert_eq!(held, expected, "byte {position}");
        bytes[(position + SLOT_BYTES) % FILE_BYTES] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let opened = Watermark::open(&path, "key-1");
        assert!(matches!(opened, Err(WatermarkError::Damaged { .. })), "byte {position}");
    }
    for cut in [0, 1, SLOT_BYTES, FILE_BYTES - 1] {
        std::fs::write(&path, &file[..cut]).unwrap();
        let opened = Watermark::open(&path, "key-1");
        assert!(matches!(opened, Err(WatermarkError::Damaged { .. })), "{cut} bytes");
    }
    std::fs::write(&path, &file).unwrap();
    let foreign = Watermark::open(&path, "key-2");
    assert!(matches!(foreign, Err(WatermarkError::Damaged { .. })));
}

#[test]
fn the_longest_mark_fits_its_slot_and_survives() {
    let folder = tempfile::tempdir().unwrap();
    let key = "k".repeat(200);
    let path = folder.path().join("watermark");
    let size = TreeSize(u64::MAX);
    let mark = Mark { height: Height(u64::MAX), size, root: TreeRoot([255; 32]), time_s: u64::MAX };
    Watermark::open(&path, &key).unwrap().advance(mark, &[]).unwrap();
    assert_eq!(Watermark::open(&path, &key).unwrap().current(), Some(&mark));
}

#[test]
fn a_half_written_file_beside_it_is_harmless() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(20, 0));
    open(&folder).advance(log.mark(9, 1), &[]).unwrap();
    std::fs::write(folder.path().join("watermark.new"), "tamga-waterm").unwrap();
    let mut watermark = open(&folder);
    watermark.advance(log.mark(12, 1), &log.path(9, 12)).unwrap();
    assert_eq!(watermark.current(), Some(&log.mark(12, 1)));
}
