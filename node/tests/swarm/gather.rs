//! Signatures become a final note exactly when the policy is content.

use tamga_format::id::Height;
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_node::gather::{Gatherer, WINDOW, note_to_signed};

use crate::ledger::{FakeLog, cosigned, log_signed, policy};

#[test]
fn a_quorum_and_the_log_make_a_canonical_note_in_any_order_of_arrival() {
    let log = FakeLog::new(0);
    let signatures = || {
        vec![log_signed(&log, 2), cosigned(&log, 2, 3), cosigned(&log, 2, 0), cosigned(&log, 2, 2)]
    };
    let checkpoint = log.checkpoint(2);
    for turn in 0..4 {
        let mut gatherer = Gatherer::new(policy());
        let mut arriving = signatures();
        arriving.rotate_left(turn);
        for (count, signed) in arriving.iter().enumerate() {
            let note = gatherer.final_note(Height(2), checkpoint.size, checkpoint.root);
            assert_eq!(note, None, "after {count} of 4");
            assert_eq!(gatherer.add(signed).fresh, 1);
            assert_eq!(gatherer.add(signed).fresh, 0);
        }
        let note = gatherer.final_note(Height(2), checkpoint.size, checkpoint.root).unwrap();
        policy().verify_canonical(&Note::parse(&note.note).unwrap()).unwrap();
        // What travels among peers makes the same note again.
        let mut second = Gatherer::new(policy());
        assert_eq!(second.add(&note_to_signed(Height(2), &note.note).unwrap()).fresh, 4);
        assert_eq!(second.final_note(Height(2), checkpoint.size, checkpoint.root), Some(note));
    }
}

#[test]
fn a_policy_judges_the_checkpoints_that_it_rules_and_no_others() {
    let log = FakeLog::new(0);
    let old = policy();
    let fourth = old.witnesses().nth(3).cloned().unwrap();
    let url = old.url().to_owned();
    let alone = Policy::for_validators(old.log().clone(), url, vec![fourth], 1).unwrap();
    let mut gatherer = Gatherer::new(old);
    // From block 4 on the fourth cosigner is enough, and nobody else counts.
    gatherer.follow(log.checkpoint(3).size, alone.clone());
    for height in [3, 4] {
        for signed in [log_signed(&log, height), cosigned(&log, height, 3)] {
            assert_eq!(gatherer.add(&signed).fresh, 1);
        }
        let at = log.checkpoint(height);
        let note = gatherer.final_note(Height(height), at.size, at.root);
        assert_eq!(note.is_some(), height == 4);
        if let Some(note) = note {
            alone.verify_canonical(&Note::parse(&note.note).unwrap()).unwrap();
        }
    }
    for number in [0, 1, 2] {
        for height in [3, 5] {
            gatherer.add(&cosigned(&log, height, number));
        }
    }
    gatherer.add(&log_signed(&log, 5));
    let [before, after] = [3, 5].map(|height| log.checkpoint(height));
    assert!(gatherer.final_note(Height(3), before.size, before.root).is_some());
    assert!(gatherer.final_note(Height(5), after.size, after.root).is_none());
}

#[test]
fn unknown_keys_and_broken_signatures_are_refused_and_not_kept() {
    let log = FakeLog::new(0);
    let mut broken = cosigned(&log, 2, 0);
    broken.signatures[0].blob[20] ^= 1;
    let mut moved = cosigned(&log, 2, 0);
    moved.size += 1;
    for signed in [cosigned(&log, 2, 40), broken, moved] {
        let mut gatherer = Gatherer::new(policy());
        assert_eq!((gatherer.add(&signed).fresh, gatherer.add(&signed).refused), (0, 1));
        assert_eq!(gatherer.newest(signed.signatures[0].key_id), None);
    }
}

#[test]
fn two_roots_of_one_size_by_one_key_are_evidence() {
    let (log, fork) = (FakeLog::new(0), FakeLog::new(1));
    let mut gatherer = Gatherer::new(policy());
    assert!(gatherer.add(&cosigned(&log, 5, 1)).conflicts.is_empty());
    let added = gatherer.add(&cosigned(&fork, 5, 1));
    assert_eq!(added.fresh, 0);
    let [conflict] = added.conflicts.as_slice() else { panic!("one conflict expected") };
    for note in &conflict.notes {
        assert!(note.contains(&conflict.name));
    }
    assert_ne!(conflict.notes[0], conflict.notes[1]);
}

#[test]
fn the_window_of_a_key_keeps_the_newest_and_harms_no_other_key() {
    use tamga_format::checkpoint::Checkpoint;
    use tamga_format::cosignature::cosign;
    use tamga_node::swarm::wire::{SignatureLine, SignedCheckpoint};

    use crate::ledger::{ORIGIN, cosigner_name, key};

    let log = FakeLog::new(0);
    let mut gatherer = Gatherer::new(policy());
    gatherer.add(&cosigned(&log, 1, 0));
    let root = tamga_format::id::TreeRoot([1; 32]);
    for size in 1_000..1_001 + WINDOW as u64 {
        let checkpoint =
            Checkpoint { origin: ORIGIN.into(), size: tamga_format::id::TreeSize(size), root };
        let line = cosign(&key("cosigner", 1), &cosigner_name(1), &checkpoint.body(), 5).unwrap();
        let line = SignatureLine { key_id: line.key_id, blob: line.blob };
        let signed = SignedCheckpoint { height: 1, size, root: root.0, signatures: vec![line] };
        assert_eq!(gatherer.add(&signed).fresh, 1);
    }
    let height = Height(1);
    assert_eq!(gatherer.signed(height, tamga_format::id::TreeSize(1_000), root), None);
    assert!(gatherer.signed(height, tamga_format::id::TreeSize(1_001), root).is_some());
    let first = log.checkpoint(1);
    assert!(gatherer.signed(height, first.size, first.root).is_some());
}
