//! What is served from a store, judged by the verifier that outsiders use.

use tamga_format::id::{Height, LeafIndex, TreeSize};
use tamga_format::merkle;
use tamga_format::receipt::Receipt;
use tamga_format::subject_proof::{Known, ProvenSubject, SubjectProof};
use tamga_format::tile::{BundleCoord, TileCoord, decode_bundle};

use super::*;
use crate::app::NoteError;
use crate::reader::{Asked, Unplaced};

/// The filled validator with the note of its head attached, and the drafts in that block.
fn finalised() -> App<MemStore> {
    let mut app = filled();
    app.attach_note(Height(2), &note(&app)).unwrap();
    app
}

#[test]
fn receipts_verify_offline_once_the_block_is_final() {
    let app = finalised();
    let (reader, policy) = (app.reader(), genesis().policy);
    for draft in lifecycle(1)[3..].iter().chain(&lifecycle(2)[..2]) {
        let receipt = reader.receipt(&id(draft)).unwrap().unwrap();
        let proven = Receipt::parse(&receipt.encode()).unwrap().verify(&policy).unwrap();
        assert_eq!((proven.id, proven.height), (id(draft), Height(2)));
        assert_eq!(proven.recorded_at, at(1));
        let proof = reader.tlog_proof(proven.index).unwrap().unwrap();
        proof.verify(receipt.record.entry(), &policy).unwrap();
    }
    assert_eq!(reader.receipt(&RecordId([1; 32])), Ok(None));
    assert_eq!(reader.newest_note().unwrap().unwrap().0, Height(2));
    assert_eq!(filled().reader().receipt(&id(&lifecycle(1)[0])), Ok(None));
}

#[test]
fn a_block_without_a_note_is_proven_by_the_next_that_has_one() {
    let mut app = open(MemStore::new());
    let (mut sizes, mut notes) = (Vec::new(), Vec::new());
    for n in 0..4 {
        admit(&mut app, &World::present(case(n), 1)).unwrap();
        step(&mut app, at(n as i64));
        sizes.push(app.head().size);
        notes.push(note(&app));
    }
    // Blocks 2 and 4 never get a note of their own.
    app.attach_note(Height(1), &notes[0]).unwrap();
    app.attach_note(Height(3), &notes[2]).unwrap();
    let (reader, policy) = (app.reader(), genesis().policy);
    for (n, noted) in [(0, 0), (1, 2), (2, 2)] {
        let receipt = reader.receipt(&id(&World::present(case(n), 1))).unwrap().unwrap();
        let proven = Receipt::parse(&receipt.encode()).unwrap().verify(&policy).unwrap();
        assert_eq!((proven.height, proven.recorded_at), (Height(n + 1), at(n as i64)));
        assert_eq!(proven.size, sizes[noted]);
        let proof = reader.tlog_proof(proven.index).unwrap().unwrap();
        assert_eq!(
            proof.verify(receipt.record.entry(), &policy).unwrap().checkpoint().size,
            sizes[noted]
        );
    }
    assert_eq!(reader.receipt(&id(&World::present(case(3), 1))), Ok(None));
    assert_eq!(reader.tlog_proof(LeafIndex(sizes[3].get() - 2)), Ok(None));
    // A note that comes late takes over.
    app.attach_note(Height(2), &notes[1]).unwrap();
    let receipt = reader.receipt(&id(&World::present(case(1), 1))).unwrap().unwrap();
    assert_eq!(receipt.verify(&policy).unwrap().size, sizes[1]);
}

#[test]
fn a_note_is_stored_only_if_policy_and_block_agree_with_it() {
    let mut app = filled();
    let good = note(&app);
    let mut short = good.clone();
    short.signatures.pop();
    assert!(matches!(app.attach_note(Height(2), &short), Err(NoteError::Policy(_))));
    assert_eq!(app.attach_note(Height(1), &good), Err(NoteError::Checkpoint));
    assert_eq!(app.attach_note(Height(9), &good), Err(NoteError::Unknown(Height(9))));
    assert_eq!(app.reader().newest_note(), Ok(None));

    // What the policy doesn't need is cut away.
    let mut long = good.clone();
    long.signatures.push(sign_note(&good.text, "stranger", &key("stranger")).unwrap());
    app.attach_note(Height(2), &long).unwrap();
    assert_eq!(app.reader().note(Height(2)), Ok(Some(good)));
}

#[test]
fn records_histories_and_statuses_are_found() {
    let app = filled();
    let reader = app.reader();
    let drafts = lifecycle(1);
    let recorded = reader.record(&id(&drafts[0])).unwrap().unwrap();
    let (record, body) = drafts[0].sign();
    assert_eq!((recorded.index, recorded.height, recorded.time), (LeafIndex(1), Height(1), NOW));
    assert_eq!(
        (recorded.entry.as_slice(), recorded.body),
        (record.entry(), body.map(|b| b.encode()))
    );

    let history = reader.history(&case(1), 0, 100).unwrap();
    let leaves: Vec<_> = drafts.iter().map(|draft| draft.sign().0.leaf_hash()).collect();
    assert_eq!(history.iter().map(|line| line.leaf).collect::<Vec<_>>(), leaves);
    assert_eq!(reader.history(&case(1), 2, 2).unwrap(), history[2..4]);
    assert_eq!(reader.subject(&case(1)).unwrap().unwrap().records, 6);
    assert_eq!(reader.subject(&case(99)), Ok(None));
    assert_eq!(reader.tip(), Ok((Height(2), app.head().size)));
}

#[test]
fn every_leaf_belongs_to_the_block_that_wrote_it() {
    let app = filled();
    let reader = app.reader();
    for index in 0..app.head().size.get() {
        let block = reader.block_of(LeafIndex(index)).unwrap().unwrap();
        assert!((block.first.get()..block.size.get()).contains(&index));
    }
    assert_eq!(reader.block_of(LeafIndex(app.head().size.get())), Ok(None));
    assert_eq!(reader.block(Height(0)).unwrap().unwrap().size, TreeSize(1));
    assert_eq!(reader.block(Height(2)).unwrap().unwrap().value, app.head().value);
}

#[test]
fn tiles_and_bundles_rebuild_the_log() {
    let mut app = open(MemStore::new());
    for n in 0..300 {
        admit(&mut app, &World::present(case(n), 1)).unwrap();
        if n % 100 == 99 {
            step(&mut app, at(n as i64));
        }
    }
    let (reader, size) = (app.reader(), app.head().size.get());
    let mut hashes = Vec::new();
    for (index, width) in [(0, 256), (1, size - 256)] {
        let width = width as u16;
        let tile = reader.tile(TileCoord::new(0, index, width).unwrap()).unwrap().unwrap();
        let bundle = reader.bundle(BundleCoord::new(index, width).unwrap()).unwrap().unwrap();
        for (hash, entry) in
            tile.as_chunks::<32>().0.iter().zip(decode_bundle(&bundle, width).unwrap())
        {
            assert_eq!(*hash, merkle::leaf_hash(entry));
            hashes.push(*hash);
        }
    }
    assert_eq!(merkle::root_of(&hashes), app.head().root);
    let narrow = reader.tile(TileCoord::new(0, 1, 3).unwrap()).unwrap().unwrap();
    assert_eq!(narrow, hashes[256..259].concat());
    for beyond in [TileCoord::new(0, 1, 256), TileCoord::new(0, 2, 1), TileCoord::new(1, 0, 2)] {
        assert_eq!(reader.tile(beyond.unwrap()), Ok(None));
    }
    assert_eq!(reader.bundle(BundleCoord::new(1, 256).unwrap()), Ok(None));

    let old = merkle::root_of(&hashes[..102]);
    let path = reader.consistency(TreeSize(102), TreeSize(size)).unwrap().unwrap();
    merkle::verify_consistency(102, size, &path, &old, &app.head().root).unwrap();
    assert_eq!(reader.consistency(TreeSize(1), TreeSize(size + 1)), Ok(None));
    let path = reader.inclusion(LeafIndex(7), TreeSize(size)).unwrap().unwrap();
    merkle::verify_inclusion(&hashes[7], 7, size, &path, &app.head().root).unwrap();
}

#[test]
fn evidence_is_kept_with_its_height() {
    let mut app = filled();
    let block = propose(&mut app, at(3));
    let certificate = certificate(&genesis(), &block, 0);
    let evidence = vec![b"two votes".to_vec(), b"two proposals".to_vec()];
    app.commit(block.value, certificate, evidence.clone()).unwrap();
    assert_eq!(app.reader().evidence(Height(3)), Ok(evidence));
    assert_eq!(app.reader().evidence(Height(2)), Ok(Vec::new()));
}

/// The proof of a subject as asked for, read and verified as an outsider does.
fn proven(
    app: &App<MemStore>,
    subject: &Subject,
    asked: Asked,
    known: &Known,
) -> Option<ProvenSubject> {
    let (reader, policy) = (app.reader(), genesis().policy);
    let placed = reader.placed(&app.mapped(), subject, asked).unwrap();
    let proof = reader.subject_proof(&placed).unwrap()?;
    Some(SubjectProof::parse(&proof.encode()).unwrap().verify(&policy, known).unwrap())
}

#[test]
fn a_subject_is_proven_whole_in_pages_and_absent_once_the_block_is_final() {
    let all = Asked { from: 0, limit: 4_096, status: true };
    assert_eq!(proven(&filled(), &case(1), all, &Known::default()), None, "nothing is final yet");
    let app = finalised();
    let whole = proven(&app, &case(1), all, &Known::default()).unwrap();
    let lines = app.reader().history(&case(1), 0, 100).unwrap();
    assert!(whole.is_complete() && whole.count > 3, "{}", whole.count);
    let served: Vec<_> = lines.iter().map(|line| (line.index, line.leaf)).collect();
    assert_eq!(whole.records, served);
    let state = app.reader().subject(&case(1)).unwrap().unwrap();
    assert_eq!(whole.status, Some(state.status.map(|row| row.bytes.to_vec())));

    // Any pages come to the same.
    for size in 1..whole.count {
        let mut known = Known::default();
        let mut seen = Vec::new();
        while known.count() < whole.count {
            let limit = usize::try_from(size).unwrap();
            let asked = Asked { from: known.count(), limit, status: false };
            let page = proven(&app, &case(1), asked, &known).unwrap();
            assert_eq!((page.count, page.root, page.status), (whole.count, whole.root, None));
            seen.extend(page.records);
            known = page.known;
        }
        assert_eq!(seen, served);
    }
    let status = Asked { from: 0, limit: 0, status: true };
    assert_eq!(proven(&app, &case(1), status, &Known::default()).unwrap().status, whole.status);
    let nobody = proven(&app, &case(77), all, &Known::default()).unwrap();
    assert_eq!((nobody.count, nobody.status), (0, Some(None)));
}

#[test]
fn a_proof_is_of_the_map_of_one_block_and_of_no_other() {
    let mut app = finalised();
    let (before, all) = (app.mapped(), Asked { from: 0, limit: 4_096, status: true });
    let reader = app.reader();
    let early = reader.placed(&before, &case(1), all).unwrap();
    admit(&mut app, &World::present(case(50), 1)).unwrap();
    step(&mut app, at(60));
    // What the block did not touch is proven from either; what it made is absent before.
    assert_eq!(reader.placed(&before, &case(1), all).unwrap(), early);
    assert!(matches!(reader.placed(&before, &case(50), all), Err(Unplaced::Moved)));
    assert!(reader.placed(&app.mapped(), &case(50), all).is_ok());
    let more = Asked { from: 99, ..all };
    assert!(
        matches!(reader.placed(&before, &case(1), more), Err(Unplaced::Fewer(count)) if count < 99)
    );
    assert!(matches!(reader.placed(&before, &case(77), more), Err(Unplaced::Fewer(0))));
    assert!(reader.subject_proof(&early).unwrap().is_some());
}
