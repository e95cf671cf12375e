//! The whole log through the second implementation of the rules: it accepts what is in, and refuses what was kept out.

use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::{Body, Submission};
use tamga_format::id::{Height, UnixMillis};
use tamga_format::record::SignedRecord;
use tamga_format::subject::Role;
use tamga_replica::builders::Builders;
use tamga_replica::{Store, StoreError, Table};
use tamga_state::BlockContext;

use super::Failure;
use super::disk::SimDisk;
use super::ledger::Ledger;
use super::workload::Workload;
use crate::model::Model;

/// Judges every record of the log in its block, and every hostile one after the last block.
pub(super) fn check(ledger: &Ledger, disk: &SimDisk, workload: &Workload) -> Result<(), Failure> {
    let fail = |detail: String| Failure { check: "model", detail };
    let read = |error: StoreError| fail(error.to_string());
    let damaged = |at: usize| fail(format!("entry {at} can't be read"));
    let builders = Builders::from(&ledger.genesis.validators);
    let context = |height: Height, time: UnixMillis| BlockContext {
        origin: ledger.genesis.origin.clone(),
        height,
        time,
        organisations: builders.organisations(),
    };
    let mut model = Model::new(&ledger.genesis);
    let mut block = context(Height(0), ledger.genesis.time);
    let mut waiting: Vec<(SignedRecord, Option<Body>)> = Vec::new();
    let entries = disk.scan(Table::Entries, &[], &[], usize::MAX).map_err(read)?;
    // The first leaf is the genesis'.
    for (at, (key, entry)) in entries.iter().enumerate().skip(1) {
        let Ok(leaf) = BlockLeaf::decode(entry) else {
            let body = disk.get(Table::Bodies, key).map_err(read)?;
            let body = body.map(|body| Body::decode(&body)).transpose();
            let signed = SignedRecord::decode(entry).map_err(|_| damaged(at))?;
            waiting.push((signed, body.map_err(|_| damaged(at))?));
            continue;
        };
        block = context(leaf.height, leaf.time);
        // The model judges cases; what must hold of royalties is computed from their lines.
        for (signed, body) in waiting.drain(..) {
            if signed.record().subject.role != Role::Case {
                continue;
            }
            let verdict = model.submit(&block, &signed, body.as_ref());
            verdict.map_err(|code| fail(format!("{} is in the log: {code}", signed.id())))?;
        }
        let organisation = builders.of(&leaf).ok_or_else(|| damaged(at))?;
        let proof = leaf.ext.ok_or_else(|| damaged(at))?.proof;
        model.built(leaf.height, organisation, proof.output().map_err(|_| damaged(at))?);
    }
    block.height = block.height.next();
    for bytes in workload.kept_out() {
        let Ok(submission) = Submission::decode(bytes) else { continue };
        let (signed, body) = submission.into_parts();
        if model.submit(&block, &signed, body.as_ref()).is_ok() {
            return Err(fail(format!("{} was kept out, the model accepts it", signed.id())));
        }
    }
    Ok(())
}
