//! An audit of a long log that is interrupted, gone on with by another process, and led astray in between.

use std::sync::atomic::AtomicUsize;

use serde_json::Value;
use tamga_format::id::GenesisHash;
use tamga_format::tile::{BundleCoord, TileCoord};
use tamga_state::Genesis;

use super::desk::Desk;
use super::*;
use crate::audit::{Checks, Standing};
use crate::testing::ServedLog;

/// Blocks of the log, most of them empty: four bundles, which are executed one by one.
const BLOCKS: i64 = 800;
/// Blocks with records: in the first, the second and the last bundle.
const FILLED: [i64; 3] = [0, 400, 790];

/// A lawful log of this list in blocks a millisecond apart.
fn long(desk: &Desk, blocks: i64) -> ServedLog {
    let mut log = ServedLog::lawful();
    let taken = desk.ledger.taken();
    let mut parts = taken.chunks(4);
    for block in 0..blocks {
        let records = if FILLED.contains(&block) { parts.next().unwrap() } else { &[] };
        log.commit(records, UnixMillis(NOW.get() + block));
    }
    log
}

fn bundle(log: &ServedLog, number: u64) -> String {
    let width = tamga_format::tile::tile_width(0, number, log.size()).unwrap();
    format!("/log/{}", BundleCoord::new(number, width).unwrap().path())
}

impl Desk {
    /// An audit that keeps its state in a file, and is interrupted if the flag is set.
    fn goes_on(
        &self,
        state: &str,
        options: &[&str],
        interrupted: &Arc<AtomicBool>,
    ) -> (u8, Value, String) {
        // What this computer saw apart from standings is another matter.
        self.forget_seen();
        let (devnet, state) = (self.path("devnet"), self.path(state));
        let env = [("TAMGA_URL", self.ledger.url()), ("TAMGA_DEVNET", &devnet)];
        let world = World { interrupted: Arc::clone(interrupted), ..World::with(&env) };
        let args = ["audit", "--json", "--jobs", "1", "--late", "1000000", "--state", &state];
        let call = world.call(&[&args[..], options].concat());
        let report = serde_json::from_str(&call.stdout).unwrap_or_default();
        (call.exit, report, call.stderr)
    }

    fn founding(&self) -> (Genesis, GenesisHash) {
        let text = crate::testing::genesis_file().0.to_toml();
        crate::import::genesis(Path::new(self.ledger.url()), &text).unwrap()
    }

    fn finishes(&self, state: &str) -> (u8, Value) {
        let (exit, report, stderr) = self.goes_on(state, &[], &Arc::default());
        assert!(report.is_object(), "{stderr}");
        (exit, report)
    }

    /// An audit that is interrupted when it asks for something.
    fn is_interrupted(&self, state: &str, path: &str) -> String {
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&interrupted);
        self.ledger.when_asked(path, move || flag.store(true, Ordering::Relaxed));
        let (exit, _, stderr) = self.goes_on(state, &[], &interrupted);
        assert_eq!(exit, 130, "{stderr}");
        stderr
    }
}

/// A report without what tells one way to it from another.
fn told(mut report: Value) -> Value {
    for name in ["resumed_from", "made_at"] {
        report.as_object_mut().unwrap().remove(name);
    }
    let findings = report["findings"].as_array_mut().unwrap();
    findings.sort_by_key(Value::to_string);
    report
}

#[test]
fn an_audit_that_is_interrupted_and_gone_on_with_says_what_one_in_one_go_says() {
    let desk = Desk::imported();
    let log = long(&desk, BLOCKS);
    log.serve(&desk.ledger);
    let taken = desk.ledger.taken();
    let bodied = |records: std::ops::Range<usize>| {
        taken[records].iter().find(|it| it.body().is_some()).unwrap()
    };
    // Nothing, a body that is read before each interruption, one that is read after it, and a certificate.
    type Tampering<'t> = (&'t str, String, Vec<u8>, Vec<u8>);
    let body = |name, of: std::ops::Range<usize>| -> Tampering<'_> {
        let submission = bodied(of);
        let path = format!("/v1/records/{}/body", submission.record().id());
        let good = submission.body().unwrap().encode();
        let bad = [&good[..good.len() - 1], &[good[good.len() - 1] ^ 1]].concat();
        (name, path, good, bad)
    };
    let certificates = |changed: Option<&[u8]>| log.certificates(450, changed);
    let tamperings: [Tampering<'_>; 4] = [
        ("", "/nothing".to_owned(), Vec::new(), Vec::new()),
        body("body", 0..4),
        body("body", 8..12),
        (
            "certificate",
            "/v1/blocks/certificates".to_owned(),
            certificates(None),
            certificates(Some(&log.certificate_of(451))),
        ),
    ];
    for (number, (class, path, good, bad)) in tamperings.iter().enumerate() {
        desk.ledger.answer(path, 200, bad.clone());
        let (exit, whole) = desk.finishes(&format!("whole-{number}"));
        assert_eq!(exit, if class.is_empty() { 0 } else { 3 }, "{whole}");
        assert_eq!(whole["resumed_from"], Value::Null);
        assert!(class.is_empty() || whole["counts"][class] == 1, "{whole}");
        for at in 1..4 {
            let state = format!("state-{number}-{at}");
            let said = desk.is_interrupted(&state, &bundle(&log, at));
            assert!(said.contains(&format!("{state}.standing")), "{said}");
            // What was found before the interruption is told though it is no longer so.
            let is_before = number == 1 || (number == 3 && at > 1);
            if is_before {
                desk.ledger.answer(path, 200, good.clone());
            }
            let (exit_after, report) = desk.finishes(&state);
            assert_eq!(report["resumed_from"], 256 * at, "all before it is executed: {report}");
            assert_eq!((exit_after, told(report)), (exit, told(whole.clone())), "{number} {at}");
            desk.ledger.answer(path, 200, bad.clone());
        }
        desk.ledger.answer(path, 200, good.clone());
    }
}

#[test]
fn an_interrupted_audit_says_how_to_go_on_in_each_language_and_without_a_file_that_it_cannot() {
    let desk = Desk::imported();
    let log = long(&desk, BLOCKS);
    log.serve(&desk.ledger);
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    desk.ledger.when_asked(&bundle(&log, 1), move || flag.store(true, Ordering::Relaxed));
    for (language, goes_on) in [
        ("en", "The same call goes on from there"),
        ("ru", "Тот же вызов продолжит оттуда"),
        ("kk", "Сол шақыру содан әрі жалғастырады"),
    ] {
        interrupted.store(false, Ordering::Relaxed);
        let (exit, _, said) = desk.goes_on(language, &["--lang", language], &interrupted);
        assert!(exit == 130 && said.contains(goes_on), "{said}");
    }
    interrupted.store(false, Ordering::Relaxed);
    let devnet = desk.path("devnet");
    let env = [("TAMGA_URL", desk.ledger.url()), ("TAMGA_DEVNET", &devnet)];
    let world = World { interrupted, ..World::with(&env) };
    let call = world.call(&["audit", "--jobs", "1"]);
    assert!(call.exit == 130 && call.stderr.contains("--state FILE"), "{}", call.stderr);
}

#[test]
fn an_audit_of_a_log_that_grew_reads_what_is_new_and_tells_of_all() {
    let desk = Desk::imported();
    let log = long(&desk, 500);
    log.serve(&desk.ledger);
    let (exit, first) = desk.finishes("state");
    assert_eq!((exit, &first["records"]), (0, &Value::from(8)), "{first}");

    let log = long(&desk, BLOCKS);
    log.serve(&desk.ledger);
    let old = Arc::new(AtomicUsize::new(0));
    let tile = TileCoord::new(0, 0, 256).unwrap().path();
    for path in [bundle(&log, 0), format!("/log/{tile}")] {
        let old = Arc::clone(&old);
        desk.ledger.when_asked(&path, move || {
            old.fetch_add(1, Ordering::Relaxed);
        });
    }
    let (exit, second) = desk.finishes("state");
    assert_eq!((exit, &second["resumed_from"]), (0, &first["size"]), "{second}");
    assert_eq!(old.load(Ordering::Relaxed), 0, "what was read is not asked for again");
    // Nothing is new: the same is told.
    let (exit, third) = desk.finishes("state");
    assert_eq!((exit, &third["resumed_from"]), (0, &second["size"]));
    assert_eq!(told(third), told(second.clone()));

    let (exit, anew, said) = desk.goes_on("state", &["--anew"], &Arc::default());
    assert_eq!((exit, &anew["resumed_from"]), (0, &Value::Null), "{said}");
    assert_eq!(old.load(Ordering::Relaxed), 2);
    assert_eq!(told(anew), told(second));
}

fn checks() -> Checks {
    Checks {
        signatures: true,
        rules: true,
        attachments: true,
        observations: true,
        subjects: 1_000,
        late_ms: 1_000_000 * 3_600_000,
    }
}

#[test]
fn a_standing_that_is_changed_cut_off_or_longer_is_refused_by_name() {
    let desk = Desk::imported();
    let log = long(&desk, 30);
    log.serve(&desk.ledger);
    assert_eq!(desk.finishes("state").0, 0);
    let (genesis, hash) = desk.founding();
    let path = PathBuf::from(desk.path("state.standing"));
    let good = std::fs::read(&path).unwrap();
    let load = || Standing::load(&path, &genesis, &hash, &checks());
    assert_eq!(load().unwrap().unwrap().log().unwrap().0.get(), log.size());
    let places = (0..300).chain((300..good.len()).step_by(131)).chain(good.len() - 40..good.len());
    for at in places {
        for bit in [1, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= bit;
            std::fs::write(&path, bad).unwrap();
            assert!(load().is_err(), "byte {at} of {}", good.len());
        }
    }
    for length in [0, 10, 23, 24, good.len() / 2, good.len() - 32, good.len() - 1] {
        std::fs::write(&path, &good[..length]).unwrap();
        assert!(load().is_err(), "{length} of {}", good.len());
    }
    std::fs::write(&path, [&good[..], &[0]].concat()).unwrap();
    let (exit, _, said) = desk.goes_on("state", &[], &Arc::default());
    assert!(exit == 4 && said.contains("state.standing") && said.contains("--anew"), "{said}");
    // The remedy is one.
    assert_eq!(desk.goes_on("state", &["--anew"], &Arc::default()).0, 0);
    assert_eq!(desk.finishes("state").0, 0);
}

#[test]
#[cfg(unix)]
fn a_standing_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::imported();
    long(&desk, 3).serve(&desk.ledger);
    assert_eq!(desk.finishes("state").0, 0);
    let mode = std::fs::metadata(desk.path("state.standing")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_standing_of_another_ledger_or_of_another_call_is_refused() {
    let desk = Desk::imported();
    long(&desk, 30).serve(&desk.ledger);
    assert_eq!(desk.finishes("state").0, 0);
    let refused = |state: &str, options: &[&str], why: &str| {
        let (exit, _, said) = desk.goes_on(state, options, &Arc::default());
        assert!(exit == 4 && said.contains(why), "{said}");
    };
    refused("state", &["--checks", "rules"], "other checks");

    let (genesis, hash) = desk.founding();
    let other = Standing::new(&genesis, &GenesisHash([9; 32])).unwrap();
    other.keep(Path::new(&desk.path("other.standing")), &checks()).unwrap();
    refused("other", &[], "another ledger");
    assert_ne!(hash, GenesisHash([9; 32]));

    // A standing beside the state file of another log: what that saw would never be compared.
    let mut log = ServedLog::lawful();
    for block in 0..10 {
        log.commit(&[], UnixMillis(NOW.get() + 7 * block));
    }
    log.serve(&desk.ledger);
    assert_eq!(desk.finishes("else").0, 0);
    std::fs::copy(desk.path("else"), desk.path("state")).unwrap();
    refused("state", &[], "another log");
}

#[test]
fn a_log_that_is_rewritten_below_a_standing_is_noticed_by_every_audit_from_then_on() {
    let desk = Desk::imported();
    let log = long(&desk, BLOCKS);
    log.serve(&desk.ledger);
    desk.is_interrupted("state", &bundle(&log, 3));
    let kept = std::fs::read(desk.path("state.standing")).unwrap();
    assert!(!Path::new(&desk.path("state")).exists(), "no audit came to an end");
    let taken = desk.ledger.taken();

    // Another block in the first bundle; and a log that ends before.
    let mut other = ServedLog::lawful();
    for block in 0..BLOCKS {
        let records = if block == 1 { &taken[..4] } else { &[] };
        other.commit(records, UnixMillis(NOW.get() + block));
    }
    for other in [other, long(&desk, 300)] {
        other.serve(&desk.ledger);
        for _ in 0..2 {
            let (exit, report) = desk.finishes("state");
            assert_eq!((exit, &report["counts"]["rewritten"]), (12, &Value::from(1)), "{report}");
            assert_eq!(report["resumed_from"], Value::Null);
            assert!(std::fs::read(desk.path("state.standing")).unwrap() == kept, "it stays");
        }
    }
    log.serve(&desk.ledger);
    assert_eq!(desk.finishes("state").0, 0, "the log is the one again");
}

#[test]
fn nothing_is_built_on_a_ledger_that_was_found_false() {
    let desk = Desk::imported();
    let log = long(&desk, 30);
    log.serve(&desk.ledger);
    assert_eq!(desk.finishes("state").0, 0);
    let log = long(&desk, 60);
    log.serve(&desk.ledger);
    let certificates = log.certificates(40, Some(&log.certificate_of(39)));
    desk.ledger.answer("/v1/blocks/certificates", 200, certificates);
    let (exit, report) = desk.finishes("state");
    assert_eq!((exit, &report["counts"]["certificate"]), (3, &Value::from(1)), "{report}");
    assert!(!Path::new(&desk.path("state.standing")).exists());
    // The next reads all of it, and finds it as it is by then.
    log.serve(&desk.ledger);
    let (exit, report) = desk.finishes("state");
    assert_eq!((exit, &report["resumed_from"]), (0, &Value::Null), "{report}");
    assert!(Path::new(&desk.path("state.standing")).exists());
}
