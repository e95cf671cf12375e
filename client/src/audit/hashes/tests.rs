use tamga_format::id::sha256;

use super::*;

/// The tiles of a log, some of them changed.
#[derive(Default)]
struct Served {
    log: Frontier,
    nodes: BTreeMap<(u8, u64), Hash>,
    changed: Option<(TileCoord, usize)>,
    asked: std::sync::Mutex<Vec<TileCoord>>,
}

fn leaf(index: u64, log: u8) -> Hash {
    sha256(&[&index.to_be_bytes(), &[log]])
}

impl Served {
    /// Leaves that are those of another log from one on.
    fn new(size: u64, other_from: u64) -> Self {
        let mut served = Self::default();
        served.grow(size, other_from);
        served
    }

    fn grow(&mut self, size: u64, other_from: u64) {
        for index in self.log.size()..size {
            let nodes = &mut self.nodes;
            self.log.push_nodes(&leaf(index, u8::from(index >= other_from)), |level, at, hash| {
                if level.is_multiple_of(TILE_HEIGHT) {
                    nodes.insert((level / TILE_HEIGHT, at), *hash);
                }
            });
        }
    }

    fn tile(&self, at: &TileCoord) -> Vec<Hash> {
        self.asked.lock().unwrap().push(*at);
        let first = at.index() * u64::from(TILE_WIDTH);
        let slots = first..first + u64::from(at.width());
        let mut tile: Vec<Hash> = slots.map(|slot| self.nodes[&(at.level(), slot)]).collect();
        if let Some((_, slot)) = self.changed.filter(|(changed, _)| changed == at) {
            tile[slot][0] ^= 1;
        }
        tile
    }

    fn read(&self, before: &Frontier, seen: Option<(TreeSize, TreeRoot)>) -> Hashes {
        let reading = Reading {
            tiles: &|at| Ok(self.tile(at)),
            size: self.log.size(),
            root: self.log.root(),
            jobs: 2,
            interrupted: &AtomicBool::new(false),
        };
        reading.read(before, seen).unwrap().unwrap()
    }
}

/// More than two tiles of the second level.
const SIZE: u64 = 140_000;
const NEVER: u64 = u64::MAX;

#[test]
fn an_audit_that_goes_on_reads_only_the_tiles_that_grew_and_comes_to_the_same() {
    let whole = Served::new(SIZE, NEVER);
    let all = whole.read(&Frontier::new(), None);
    assert!(all.whole && all.findings.is_empty());
    assert_eq!(all.bundles.len() as u64, SIZE.div_ceil(256));
    for size in [1, 255, 256, 257, 65_535, 65_536, 70_001, 131_072, 139_999, SIZE] {
        let before = Served::new(size, NEVER).log;
        whole.asked.lock().unwrap().clear();
        let rest = whole.read(&before, Some((TreeSize(size), before.root())));
        assert!(rest.whole && rest.findings.is_empty(), "{size}: {:?}", rest.findings);
        assert_eq!(rest.first, size / 256, "{size}");
        assert!((rest.first..SIZE.div_ceil(256)).all(|it| rest.of(it) == all.of(it)), "{size}");
        assert_eq!(rest.of(SIZE.div_ceil(256)), None);
        let asked = whole.asked.lock().unwrap();
        let leaves = asked.iter().filter(|it| it.level() == 0).count() as u64;
        assert_eq!(leaves, SIZE.div_ceil(256) - size / 256, "{size}");
    }
}

#[test]
fn another_log_than_the_one_that_was_read_is_noticed_wherever_it_parts() {
    let seen = Served::new(70_001, NEVER).log;
    for from in [0, 300, 69_887, 69_888, 69_999, 70_000] {
        let other = Served::new(SIZE, from);
        let rest = other.read(&seen, None);
        let noticed = !rest.whole || rest.is_rewritten();
        assert!(noticed, "{from}");
        let all = other.read(&Frontier::new(), Some((TreeSize(70_001), seen.root())));
        assert!(all.whole && all.is_rewritten() && all.findings.len() == 1, "{from}");
    }
    // What was seen may also reach beyond what was read.
    let later = Served::new(80_000, 75_000).log;
    let rest = Served::new(SIZE, NEVER).read(&seen, Some((TreeSize(80_000), later.root())));
    assert!(rest.whole && rest.is_rewritten());
}

#[test]
fn a_changed_tile_of_any_level_is_named_or_makes_the_log_not_whole() {
    let before = Served::new(70_001, NEVER).log;
    for (level, number, slot, read_on) in [
        (0, 5, 9, false),
        (0, 273, 0, true),
        (0, 400, 255, true),
        (1, 0, 7, false),
        (1, 1, 0, true),
        (1, 1, 16, true),
        (1, 2, 0, true),
        (2, 0, 0, true),
        (2, 0, 1, true),
    ] {
        let mut served = Served::new(SIZE, NEVER);
        let at = coordinates(level, number, SIZE).unwrap();
        served.changed = Some((at, slot));
        let all = served.read(&Frontier::new(), None);
        let named: Vec<_> = all.findings.iter().map(|it| it.detail.as_str()).collect();
        assert_eq!(named, [at.path()], "{level} {number} {slot}");
        let rest = served.read(&before, None);
        assert_eq!(rest.whole, !(level == 0 && read_on), "{level} {number} {slot}");
        assert_eq!(!rest.whole || !rest.findings.is_empty(), read_on, "{level} {number} {slot}");
    }
}
