//! Where inputs come from: the committed vectors, and a small ledger made here.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tamga_format::note::Note;
use tamga_format::receipt::Receipt;
use tamga_format::record::SignedRecord;

use crate::ledger::{self, Ledger, sample_body, sample_record};

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// A vector file as it is.
pub(crate) fn file(name: &str) -> Vec<u8> {
    fs::read(vectors().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All vector files of a folder with this suffix, in order of their names.
pub(crate) fn files(folder: &str, suffix: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(vectors().join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(suffix));
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The byte strings under one name in the lines of a vector file.
pub(crate) fn bytes(file_name: &str, name: &str) -> Vec<Vec<u8>> {
    lines(file_name).iter().filter_map(|line| line[name].as_str()).map(unhex).collect()
}

/// The lines of a vector file.
pub(crate) fn lines(file_name: &str) -> Vec<Json> {
    let text = String::from_utf8(file(file_name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    text.as_bytes().chunks(2).map(pair).collect()
}

/// The ledger of the receipt vectors: three blocks, of which the second has a record with a body.
pub(crate) fn small_ledger() -> Ledger {
    let mut ledger = Ledger::with_blocks(&[3]);
    ledger.commit(vec![sample_record(50, None), sample_record(51, Some(&sample_body()))]);
    ledger.commit(vec![sample_record(53, None)]);
    ledger
}

/// A checkpoint note of each block, with all signatures and with just those needed.
pub(crate) fn notes(ledger: &Ledger) -> Vec<Note> {
    let all: Vec<Note> = ledger.blocks.iter().map(|(_, at)| ledger::note(at)).collect();
    let minimal = all.iter().map(|note| ledger::policy().minimal(note).unwrap());
    all.iter().cloned().chain(minimal).collect()
}

/// Every receipt that a ledger can give: of each record, at each checkpoint, with each choice of
/// opened fields.
pub(crate) fn receipts(ledger: &Ledger) -> Vec<Receipt> {
    let body = sample_body();
    let names: Vec<&str> = body.fields().iter().map(|field| field.name.as_str()).collect();
    let mut receipts = Vec::new();
    let mut first = 1;
    for (block, (leaf, _)) in ledger.blocks.iter().enumerate() {
        for index in first..leaf.size.get() - 1 {
            let entry = &ledger.leaves[usize::try_from(index).unwrap()];
            let record = SignedRecord::decode(entry).unwrap();
            for at in block..ledger.blocks.len() {
                receipts.push(ledger.receipt_at(at, block, index, None));
                if record.record().body != Some(body.commitment()) {
                    continue;
                }
                for choice in 1..1_u32 << names.len() {
                    let chosen = names.iter().enumerate().filter(|(n, _)| choice >> n & 1 == 1);
                    let chosen: Vec<&str> = chosen.map(|(_, name)| *name).collect();
                    let opened = Some((&body, chosen.as_slice()));
                    receipts.push(ledger.receipt_at(at, block, index, opened));
                }
            }
        }
        first = leaf.size.get();
    }
    receipts
}
