//! The cosigner signs what is decided and extends its past, and nothing else.

use tamga_format::cosignature;
use tamga_format::id::UnixMillis;
use tamga_format::note::NoteSignature;
use tamga_node::cosigner::{CosignError, Signer};
use tamga_node::swarm::wire::SignedCheckpoint;
use tamga_node::watermark::WatermarkError;

use crate::ledger::{FakeLog, ORIGIN, cosigned, cosigner_config, cosigner_name, policy};

fn signer(folder: &tempfile::TempDir) -> Signer {
    Signer::open(cosigner_config(0, folder.path())).unwrap()
}

/// The time of a cosignature, which must hold under the policy.
fn time_of(log: &FakeLog, height: u64, signed: &SignedCheckpoint) -> u64 {
    let line = &signed.signatures[0];
    let line =
        NoteSignature { name: cosigner_name(0), key_id: line.key_id, blob: line.blob.clone() };
    let policy = policy();
    let witness = policy.witnesses().next().unwrap();
    cosignature::verify(&witness.key, &log.checkpoint(height).body(), &line).unwrap()
}

#[test]
fn cosignatures_hold_and_their_times_are_monotone_and_not_before_the_block() {
    let (folder, log) = (tempfile::tempdir().unwrap(), FakeLog::new(0));
    let mut signer = signer(&folder);
    // Blocks of the fake log have the time 1,000.5 s.
    for (height, now, time) in [(1, 900_000, 1_001), (2, 5_000_000, 5_000), (3, 4_000_000, 5_000)] {
        let signed = signer.sign(&log.block_at(height), &log, UnixMillis(now)).unwrap();
        assert_eq!(time_of(&log, height, &signed), time);
    }
}

#[test]
fn a_fork_is_refused_even_after_a_restart() {
    let (folder, log, fork) = (tempfile::tempdir().unwrap(), FakeLog::new(0), FakeLog::new(1));
    let now = UnixMillis(2_000_000);
    signer(&folder).sign(&log.block_at(5), &log, now).unwrap();
    let mut signer = signer(&folder);
    for height in [5, 6] {
        let refused = signer.sign(&fork.block_at(height), &fork, now);
        assert!(matches!(refused, Err(CosignError::Watermark(WatermarkError::Fork { .. }))));
    }
    let behind = signer.sign(&log.block_at(4), &log, now).unwrap_err();
    assert!(behind.is_passing());
    signer.sign(&log.block_at(6), &log, now).unwrap();
}

#[test]
fn a_block_without_its_own_certificate_is_refused() {
    let (folder, log) = (tempfile::tempdir().unwrap(), FakeLog::new(0));
    let mut signer = signer(&folder);
    let mut thin = log.block_at(2);
    thin.certificate.signatures.pop();
    let mut false_vote = log.block_at(2);
    false_vote.certificate.signatures[0].1.0[0] ^= 1;
    let mut foreign = log.block_at(2);
    foreign.certificate = log.block_at(3).certificate;
    for block in [thin, false_vote, foreign] {
        let refused = signer.sign(&block, &log, UnixMillis(2_000_000)).unwrap_err();
        assert!(matches!(refused, CosignError::Certificate { .. } | CosignError::OtherBlock(_)));
        assert!(!refused.is_passing());
    }
    assert_eq!(signer.last(), None);
}

#[test]
fn a_restored_node_learns_from_peers_what_its_key_has_signed() {
    let (folder, log, fork) = (tempfile::tempdir().unwrap(), FakeLog::new(0), FakeLog::new(1));
    let (mut signer, now) = (signer(&folder), UnixMillis(3_000_000));
    signer.learn(ORIGIN, &cosigned(&log, 9, 1)).unwrap();
    assert_eq!(signer.last(), None, "another key's signature says nothing about ours");
    let mut forged = cosigned(&log, 9, 0);
    forged.signatures[0].blob[30] ^= 1;
    signer.learn(ORIGIN, &forged).unwrap();
    assert_eq!(signer.last(), None);
    signer.learn(ORIGIN, &cosigned(&log, 9, 0)).unwrap();
    assert!(signer.sign(&log.block_at(8), &log, now).unwrap_err().is_passing());
    assert!(signer.sign(&fork.block_at(10), &fork, now).is_err());
    signer.sign(&log.block_at(10), &log, now).unwrap();
}
