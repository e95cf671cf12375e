use alloc::string::ToString;
use alloc::vec;

use super::*;
use crate::checkpoint::Checkpoint;
use crate::note::sign_note;
use crate::signature::SigningKey;

const ORIGIN: &str = "tamga.example/witnessed";

fn request(path: Vec<Hash>) -> AddCheckpoint {
    let checkpoint =
        Checkpoint { origin: ORIGIN.to_string(), size: TreeSize(9), root: TreeRoot([9; 32]) };
    let text = checkpoint.body();
    let line = sign_note(&text, ORIGIN, &SigningKey::from_seed([1; 32])).unwrap();
    AddCheckpoint { old: TreeSize(5), path, note: Note { text, signatures: vec![line] } }
}

#[test]
fn a_request_is_read_as_it_was_written() {
    for hashes in [0, 1, 63] {
        let request = request(vec![[7; 32]; hashes]);
        assert_eq!(AddCheckpoint::parse(&request.encode()), Ok(request));
    }
}

#[test]
fn another_form_is_refused_at_its_line() {
    let text = request(vec![[7; 32]; 2]).encode();
    let hash = b64_encode(&[7; 32]);
    for (changed, code, at) in [
        (String::new(), FormatCode::WitnessSyntax, 0),
        (text.replacen("old 5", "old 05", 1), FormatCode::WitnessSyntax, 0),
        (text.replacen("old 5", "size 5", 1), FormatCode::WitnessSyntax, 0),
        (text.replacen(&hash, "AAAA", 1), FormatCode::WitnessSyntax, 1),
        (text.replacen("\n\n", "\n", 1), FormatCode::WitnessSyntax, 3),
        (text.replacen("\u{2014} ", "- ", 1), FormatCode::NoteSyntax, 8),
        (request(vec![[7; 32]; 64]).encode(), FormatCode::WitnessSyntax, 64),
        ("x".repeat(WITNESS_REQUEST_BYTES_MAX + 1), FormatCode::WitnessSyntax, 0),
    ] {
        let error = AddCheckpoint::parse(&changed).unwrap_err();
        assert_eq!((error.code, error.at), (code, at), "{changed}");
    }
}

#[test]
fn a_foreign_checkpoint_may_have_lines_of_its_own() {
    let body = request(Vec::new()).note.text;
    let known = AnyCheckpoint { origin: ORIGIN, size: TreeSize(9), root: TreeRoot([9; 32]) };
    assert_eq!(AnyCheckpoint::parse(&body), Ok(known.clone()));
    assert_eq!(AnyCheckpoint::parse(&format!("{body}timestamp 7\n")), Ok(known));
    for (changed, at) in [
        (format!("{body}\n"), 3),
        (body.replacen("\n9\n", "\n09\n", 1), 1),
        (body.replacen("CQk", "C", 1), 2),
        (ORIGIN.to_string(), 0),
    ] {
        assert_eq!(AnyCheckpoint::parse(&changed).unwrap_err().at, at, "{changed}");
    }
}

#[test]
fn junk_in_an_answer_is_left_out() {
    let line = request(Vec::new()).note.signatures.remove(0);
    assert_eq!(cosignature_lines(&format!("hello\n{line}\n\n\u{2014} x")), vec![line]);
}

#[test]
fn a_log_is_named_by_the_hash_of_its_origin() {
    let hash = "4d3203c8f35cdf600e475f55fede6081a703d3d322f208865fca2ec4f0e030f8";
    assert_eq!(origin_hash("example.com/log"), hash);
}
