use tamga_format::note::VKeyKind;

use super::*;
use crate::witness::testing::Log;

const ORIGIN: &str = "log.example/one";
const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

fn witness() -> (SigningKey, VKey) {
    let key = SigningKey::from_seed([9; 32]);
    let vkey = VKey::new("witness.example/w1", VKeyKind::Cosigner, key.public()).unwrap();
    (key, vkey)
}

fn open(folder: &Path) -> Result<Book> {
    let (key, vkey) = witness();
    Book::open(folder, key, vkey, vec![(Log::new(ORIGIN, 0).vkey(), 100)])
}

fn add(book: &Book, request: &AddCheckpoint) -> Result<NoteSignature, Refusal> {
    book.add(&request.encode(), NOW)
}

#[test]
fn checkpoints_that_extend_each_other_are_cosigned_and_shown() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
    let book = open(folder.path()).unwrap();
    let hash = origin_hash(ORIGIN);
    assert_eq!(book.shown(&hash), None);
    for (old, size) in [(0, 3), (3, 3), (3, 8), (8, 21)] {
        let line = add(&book, &log.request(old, size)).unwrap();
        let time = cosignature::verify(book.vkey(), &log.body(size), &line).unwrap();
        assert_eq!(time, 1_800_000_000);
        let mut note = log.note(size);
        note.signatures.push(line);
        assert_eq!(book.shown(&hash), Some(note.encode()));
    }
    drop(book);
    // A restart remembers both.
    let book = open(folder.path()).unwrap();
    assert!(book.shown(&hash).unwrap().starts_with(&log.body(21)));
    assert!(matches!(add(&book, &log.request(8, 30)), Err(Refusal::Conflict { at: TreeSize(21) })));
    add(&book, &log.request(21, 30)).unwrap();
}

/// What is done to a good request.
type Change<'c> = &'c dyn Fn(&mut AddCheckpoint);

#[test]
fn every_fault_of_the_protocol_has_its_refusal_and_changes_nothing() {
    let (folder, log, fork) =
        (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0), Log::new(ORIGIN, 1));
    let book = open(folder.path()).unwrap();
    add(&book, &log.request(0, 9)).unwrap();
    let changed = |change: Change<'_>| {
        let mut request = log.request(9, 20);
        change(&mut request);
        add(&book, &request).unwrap_err().to_string()
    };
    let inconsistent = Refusal::Inconsistent { at: TreeSize(9) }.to_string();
    let cases: [(Change<'_>, String); 11] = [
        (&|it| it.note = Log::new("log.example/two", 0).note(20), Refusal::Unknown.to_string()),
        (
            &|it| it.note.signatures[0].name = "log.example/other".into(),
            Refusal::Untrusted.to_string(),
        ),
        (&|it| it.note.signatures[0].blob[5] ^= 1, Refusal::Untrusted.to_string()),
        (
            &|it| {
                let mut second = it.note.signatures[0].clone();
                second.blob[5] ^= 1;
                it.note.signatures.push(second);
            },
            Refusal::Untrusted.to_string(),
        ),
        (&|it| it.old = TreeSize(21), Refusal::OldAbove.to_string()),
        (&|it| it.old = TreeSize(8), Refusal::Conflict { at: TreeSize(9) }.to_string()),
        (&|it| it.old = TreeSize(0), Refusal::Conflict { at: TreeSize(9) }.to_string()),
        (&|it| it.path.clear(), inconsistent.clone()),
        (&|it| it.path.push([0; 32]), inconsistent.clone()),
        (&|it| *it = fork.request(9, 20), inconsistent.clone()),
        (&|it| *it = fork.request(9, 9), inconsistent),
    ];
    for (change, expected) in cases {
        assert_eq!(changed(change), expected);
    }
    assert!(matches!(book.add("old 9\n", NOW), Err(Refusal::Malformed(_))));
    assert!(book.shown(&origin_hash(ORIGIN)).unwrap().starts_with(&log.body(9)));
    add(&book, &log.request(9, 20)).unwrap();
}

#[test]
fn two_roots_of_one_size_are_kept_as_evidence() {
    let (folder, log, fork) =
        (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0), Log::new(ORIGIN, 1));
    let book = open(folder.path()).unwrap();
    add(&book, &log.request(0, 9)).unwrap();
    add(&book, &fork.request(9, 9)).unwrap_err();
    let file = format!("{}-9.tamga-contradiction", origin_hash(ORIGIN));
    let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
    let evidence = Contradiction::parse(&text).unwrap();
    assert_eq!((evidence.key(), evidence.size()), (&log.vkey(), TreeSize(9)));
}

#[test]
fn an_empty_log_is_cosigned_only_with_the_root_of_the_empty_tree() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
    let book = open(folder.path()).unwrap();
    let empty = |root: [u8; 32]| {
        let body = log.body(1).replacen("\n1\n", "\n0\n", 1);
        let old = body.lines().nth(2).unwrap().to_owned();
        let new = {
            use base64ct::Encoding as _;
            base64ct::Base64::encode_string(&root)
        };
        let note = log.sign(body.replace(&old, &new));
        AddCheckpoint { old: TreeSize(0), path: Vec::new(), note }
    };
    assert!(matches!(add(&book, &empty([1; 32])), Err(Refusal::Inconsistent { .. })));
    add(&book, &empty(sha256(&[]))).unwrap();
    add(&book, &log.request(0, 4)).unwrap();
}

#[test]
fn lines_of_a_foreign_checkpoint_are_cosigned_with_it() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
    let book = open(folder.path()).unwrap();
    let note = log.sign(format!("{}a line of its own\n", log.body(4)));
    let text = note.text.clone();
    let line = add(&book, &AddCheckpoint { old: TreeSize(0), path: Vec::new(), note }).unwrap();
    cosignature::verify(book.vkey(), &text, &line).unwrap();
}

#[test]
fn of_requests_at_one_time_one_is_cosigned() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
    let book = open(folder.path()).unwrap();
    add(&book, &log.request(0, 9)).unwrap();
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let sizes = 10..26;
        let threads: Vec<_> = sizes
            .map(|size| {
                let (book, request) = (&book, log.request(9, size));
                scope.spawn(move || add(book, &request).is_ok())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|cosigned| **cosigned).count(), 1);
}

#[test]
fn a_second_process_and_another_key_are_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let book = open(folder.path()).unwrap();
    assert!(format!("{:#}", open(folder.path()).unwrap_err()).contains("held by another process"));
    add(&book, &Log::new(ORIGIN, 0).request(0, 9)).unwrap();
    drop(book);
    let other = SigningKey::from_seed([8; 32]);
    let vkey = VKey::new("witness.example/w2", VKeyKind::Cosigner, other.public()).unwrap();
    let logs = vec![(Log::new(ORIGIN, 0).vkey(), 100)];
    let refused = Book::open(folder.path(), other, vkey, logs);
    assert!(format!("{:#}", refused.unwrap_err()).contains("of another key"));
}

#[test]
fn a_changed_watermark_stops_cosigning() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
    let book = open(folder.path()).unwrap();
    add(&book, &log.request(0, 9)).unwrap();
    let file = folder.path().join(format!("{}.watermark", origin_hash(ORIGIN)));
    let copy = std::fs::read(&file).unwrap();
    add(&book, &log.request(9, 12)).unwrap();
    std::fs::write(&file, copy).unwrap();
    for _ in 0..2 {
        assert!(matches!(add(&book, &log.request(12, 20)), Err(Refusal::Broken)));
    }
}

#[test]
fn the_agreed_number_is_cosigned_in_a_minute_and_repeating_costs_nothing() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
    let (key, vkey) = witness();
    let book = Book::open(folder.path(), key, vkey, vec![(log.vkey(), 3)]).unwrap();
    let at = |s: i64| UnixMillis(NOW.0 + s * 1_000);
    for size in 1..=3 {
        book.add(&log.request(size - 1, size).encode(), NOW).unwrap();
    }
    let first = book.add(&log.request(3, 3).encode(), at(5)).unwrap();
    assert_eq!(book.add(&log.request(3, 3).encode(), at(19)).unwrap(), first);
    let fourth = log.request(3, 4).encode();
    assert!(matches!(book.add(&fourth, at(5)), Err(Refusal::TooOften { after_s: 15 })));
    book.add(&fourth, at(20)).unwrap();
    // A later repetition is a new word: the checkpoint is the newest as of then.
    let again = log.request(4, 4).encode();
    let (early, late) = (book.add(&again, at(21)).unwrap(), book.add(&again, at(90)).unwrap());
    assert_eq!(cosignature::verify(book.vkey(), &log.body(4), &early), Ok(1_800_000_020));
    assert_eq!(cosignature::verify(book.vkey(), &log.body(4), &late), Ok(1_800_000_090));
}
