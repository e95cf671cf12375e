//! Verdicts on files: genuine, false, broken, absent, and changed in every place.

use std::collections::BTreeMap;

use super::*;
use crate::verify;

fn policy() -> Policy {
    Policy::parse(&std::fs::read_to_string(vectors("receipt/policy.txt")).unwrap()).unwrap()
}

/// `tamga verify` of a file under the policy of the vectors.
fn call_verify(file: &Path, options: &[&str]) -> Call {
    let policy = vectors("receipt/policy.txt");
    let mut args = vec!["verify", file.to_str().unwrap(), "-p", policy.to_str().unwrap()];
    args.extend_from_slice(options);
    call(&args)
}

#[test]
fn a_genuine_receipt_is_authentic_in_every_form_and_language() {
    for name in ["plain", "opened", "plain-at-a-later-checkpoint"] {
        let name = &format!("receipt/{name}.tamga-receipt");
        for (language, word) in [("en", "AUTHENTIC"), ("ru", "ПОДЛИННО"), ("kk", "ТҮПНҰСҚА")]
        {
            let call = call_verify(&vectors(name), &["--lang", language, "--explain"]);
            assert_eq!(call.exit, 0, "{}", call.stdout);
            assert!(call.stdout.contains(word), "{}", call.stdout);
            assert!(call.stdout.contains("[1] ✔"));
        }
        let json = call_verify(&vectors(name), &["--json"]);
        let whole: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(whole["schema"], "tamga.cli.verify/1");
        assert_eq!(whole["verdict"], "authentic");
        let value = &whole["files"][0];
        assert_eq!(value["verdict"], "authentic");
        let quiet = call_verify(&vectors(name), &["-q"]);
        assert_eq!(quiet.stdout.trim(), value["record_id"].as_str().unwrap());
    }
}

#[test]
fn every_published_receipt_that_is_false_or_broken_is_told_apart() {
    for entry in std::fs::read_dir(vectors("receipt")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".tamga-receipt")
            || name.starts_with("plain")
            || name.starts_with("opened.")
        {
            continue;
        }
        let call = call_verify(&path, &[]);
        assert!(matches!(call.exit, 3 | 4), "{name} ended with {}", call.exit);
    }
}

/// Every change of one byte or one line of a file that the test tries, by name.
fn changes(text: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    const OTHERS: [u8; 7] = [b' ', b'\n', b'0', b'A', b'=', 0x00, 0xff];
    let replaced = |at: usize, byte: u8| {
        let mut bytes = text.to_vec();
        bytes[at] = byte;
        bytes
    };
    let of_bytes = (0..text.len()).flat_map(move |at| {
        let old = text[at];
        let bits = (0..8).map(move |bit| old ^ (1 << bit));
        let others = OTHERS.into_iter().filter(move |byte| *byte != old);
        let changed = bits.chain(others);
        let changed =
            changed.map(move |new| (format!("{at}: {old:#04x} to {new:#04x}"), replaced(at, new)));
        let deleted = [&text[..at], &text[at + 1..]].concat();
        let doubled = [&text[..=at], &text[at..]].concat();
        changed.chain([(format!("{at} deleted"), deleted), (format!("{at} doubled"), doubled)])
    });
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let of_lines = (0..lines.len()).flat_map(move |at| {
        let deleted = [&lines[..at], &lines[at + 1..]].concat().concat();
        let doubled = [&lines[..=at], &lines[at..]].concat().concat();
        [(format!("line {at} deleted"), deleted), (format!("line {at} doubled"), doubled)]
    });
    of_bytes.chain(of_lines)
}

/// Judges every change as the command would, on all cores; what is neither 3 nor 4 is named.
fn judge_all(
    changes: impl Iterator<Item = (String, Vec<u8>)>,
    judge: impl Fn(&[u8]) -> Exit + Sync,
) -> BTreeMap<u8, Vec<String>> {
    let changes: Vec<_> = changes.collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let judge = &judge;
    let judged: Vec<(u8, String)> = std::thread::scope(|scope| {
        let threads: Vec<_> = changes
            .chunks(changes.len().div_ceil(cores))
            .map(|part| {
                scope.spawn(move || {
                    let exits =
                        part.iter().map(|(name, bytes)| (judge(bytes).number(), name.clone()));
                    exits.collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut by_exit: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for (exit, name) in judged {
        by_exit.entry(exit).or_default().push(name);
    }
    by_exit
}

#[test]
fn no_receipt_with_a_changed_byte_or_line_is_authentic() {
    let policy = policy();
    for (name, all) in [("opened", true), ("plain", false), ("plain-at-a-later-checkpoint", false)]
    {
        let text = std::fs::read(vectors(&format!("receipt/{name}.tamga-receipt"))).unwrap();
        let judge = |bytes: &[u8]| verify::file(bytes, None, &policy).verdict.exit();
        assert_eq!(judge(&text), Exit::Success);
        // One receipt has every kind of line; of the others a few changes of each byte are enough.
        let some = changes(&text).enumerate().filter(|(number, _)| all || number % 7 == 0);
        let mut exits = judge_all(some.map(|(_, change)| change), judge);
        let known = [Exit::Mismatch, Exit::CannotCheck].map(|exit| exits.remove(&exit.number()));
        assert!(exits.is_empty(), "{name}: {exits:?}");
        assert!(known.iter().all(|found| found.as_ref().is_some_and(|found| found.len() > 100)));
    }
}

#[test]
fn no_proof_with_a_changed_byte_or_line_is_authentic() {
    let policy = policy();
    let text = std::fs::read_to_string(vectors("receipt/plain.tamga-receipt")).unwrap();
    let receipt = tamga_format::receipt::Receipt::parse(&text).unwrap();
    let (proof, entry) = (receipt.proof.encode(), receipt.record.entry());
    let judge =
        |proof: &[u8], entry: &[u8]| verify::file(proof, Some(entry), &policy).verdict.exit();
    assert_eq!(judge(proof.as_bytes(), entry), Exit::Success);
    // A note may carry more signatures than are needed, the same one twice among them.
    let signatures: Vec<String> = (0..)
        .zip(proof.lines())
        .filter(|(_, line)| line.starts_with('\u{2014}'))
        .map(|(at, _): (usize, _)| format!("line {at} doubled"))
        .collect();
    let exits = judge_all(changes(proof.as_bytes()), |bytes| judge(bytes, entry));
    assert_eq!(exits.get(&0), Some(&signatures));
    assert!(exits.keys().all(|exit| matches!(exit, 0 | 3 | 4)), "{:?}", exits.keys());
    let exits = judge_all(changes(entry), |bytes| judge(proof.as_bytes(), bytes));
    assert!(exits.keys().all(|exit| matches!(exit, 3 | 4)), "{exits:?}");
}

#[test]
fn the_four_verdicts_have_their_exit_codes() {
    let dir = tempfile::tempdir().unwrap();
    let pending = dir.path().join("pending.json");
    let accepted =
        r#"{"record_id":"00","status":"accepted","valid_until":"2026-11-01T00:00:00Z","links":{}}"#;
    std::fs::write(&pending, accepted).unwrap();
    assert_eq!(call_verify(&pending, &[]).exit, 10);
    assert_eq!(call_verify(&dir.path().join("absent"), &[]).exit, 4);
    let binary = dir.path().join("binary");
    std::fs::write(&binary, [0xff, 0xfe]).unwrap();
    assert_eq!(call_verify(&binary, &[]).exit, 4);
    assert_eq!(call_verify(&vectors("receipt/index-of-another-leaf.tamga-receipt"), &[]).exit, 3);
    let genuine = vectors("receipt/plain.tamga-receipt");
    let missing = call(&["verify", genuine.to_str().unwrap(), "-p", "no-such-policy"]);
    assert_eq!(missing.exit, 4, "{}", missing.stderr);
    let unset = call(&["verify", genuine.to_str().unwrap()]);
    assert_eq!(unset.exit, 2, "{}", unset.stderr);
}

#[test]
fn what_a_list_says_of_a_record_is_told_and_what_was_left_out_is_evidence() {
    let policy = vectors("omission/policy.txt").display().to_string();
    let file = |name: &str, form: &str| vectors(&format!("omission/{name}.tamga-{form}"));
    let verify = |name: &str, options: &[&str]| {
        let (receipt, list) = (file(name, "receipt"), file(name, "subject"));
        let (receipt, list) = (receipt.display().to_string(), list.display().to_string());
        call(&[&["verify", &receipt, "-p", &policy, "--against", &list], options].concat())
    };
    for (name, exit, says, verdict, word) in [
        ("listed", 0, "listed", "authentic", "record 4 of 5"),
        ("left-out", 12, "left-out", "left-out", "LEFT OUT"),
        ("absent", 12, "left-out", "left-out", "LEFT OUT"),
        ("first-page", 4, "not-shown", "cannot-check", "other pages"),
        ("earlier-block", 4, "later", "cannot-check", "a newer one"),
        ("other-subject", 4, "other-subject", "cannot-check", "is not about"),
    ] {
        let call = verify(name, &[]);
        assert_eq!(call.exit, exit, "{name}: {}", call.stdout);
        assert!(call.stdout.contains(word), "{name}: {}", call.stdout);
        let json: serde_json::Value =
            serde_json::from_str(&verify(name, &["--json"]).stdout).unwrap();
        assert_eq!(json["verdict"], verdict, "{name}");
        // The list, then the receipt: each by itself is genuine.
        let files = json["files"].as_array().unwrap();
        assert!(files.iter().all(|it| it["verdict"] == "authentic"), "{name}: {files:?}");
        assert_eq!(files[1]["against"][0]["says"], says, "{name}");
    }
    for (language, word) in
        [("en", "Both can't be true"), ("ru", "пропустили запись"), ("kk", "түсіріп қалдырған")]
    {
        let call = verify("left-out", &["--lang", language]);
        assert!(call.stdout.contains(word), "{}", call.stdout);
        assert!(call.stdout.contains("v0, v1, v2"), "who signed is named: {}", call.stdout);
    }
    // A list that is false by itself accuses nobody.
    let receipt = file("listed", "receipt").display().to_string();
    let forged = vectors("subject/record-left-out.tamga-subject").display().to_string();
    let call = call(&["verify", &receipt, "-p", &policy, "--against", &forged]);
    assert_eq!(call.exit, 3, "{}", call.stdout);
}

#[test]
fn pages_of_a_list_are_judged_in_their_order() {
    let policy = vectors("subject/policy.txt").display().to_string();
    let page = |name: &str| vectors(&format!("subject/{name}.tamga-subject")).display().to_string();
    let (first, second) = (page("first-page"), page("second-page"));
    let verify = |files: &[&str]| call(&[&["verify", "-p", &policy], files].concat()).exit;
    assert_eq!(verify(&[&first, &second]), 0);
    assert_eq!(verify(&[&second, &first]), 3);
    assert_eq!(verify(&[&second]), 3);
    assert_eq!(verify(&[&first, &first]), 0, "a page from the beginning begins anew");
}
