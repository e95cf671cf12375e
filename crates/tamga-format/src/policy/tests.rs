use std::collections::BTreeMap;

use super::*;
use crate::cosignature::cosign;
use crate::id::{TreeRoot, TreeSize};
use crate::note::sign_note;
use crate::signature::SigningKey;

const ORIGIN: &str = "tamga.example/main";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

fn vkey(name: &str, kind: VKeyKind, seed: u8) -> VKey {
    VKey::new(name, kind, key(seed).public()).unwrap()
}

/// Fills in the keys: `L` is the log's, `K<n>` a cosigner's.
fn text(template: &str) -> String {
    let mut keys = BTreeMap::from([("L".to_string(), vkey(ORIGIN, VKeyKind::Log, 1))]);
    for n in 0..9 {
        keys.insert(format!("K{n}"), vkey(&format!("w{n}.example"), VKeyKind::Cosigner, 10 + n));
    }
    let words = |line: &str| -> String {
        let word = |word| keys.get(word).map_or(String::from(word), ToString::to_string);
        line.split(' ').map(word).collect::<Vec<_>>().join(" ")
    };
    template.lines().map(|line| words(line) + "\n").collect()
}

const NESTED: &str = "log L https://tamga.example/main/
witness v0 K0 https://v0.example/
witness v1 K1 https://v1.example/
witness v2 K2 https://v2.example/
witness v3 K3 https://v3.example/
group validators 3 v0 v1 v2 v3
witness o0 K4 https://o0.example/
witness o1 K5 https://o1.example/
witness o2 K6 https://o2.example/
group outside any o0 o1
group strict all outside o2
group final 1 strict validators
quorum final";

fn note(cosigners: &[u8]) -> Note {
    let checkpoint =
        Checkpoint { origin: ORIGIN.into(), size: TreeSize(9), root: TreeRoot([3; 32]) };
    let text = checkpoint.body();
    let mut signatures = alloc::vec![sign_note(&text, ORIGIN, &key(1)).unwrap()];
    for &n in cosigners {
        let name = format!("w{n}.example");
        signatures.push(cosign(&key(10 + n), &name, &text, 100 + u64::from(n)).unwrap());
    }
    Note { text, signatures }
}

fn names(note: &Note) -> Vec<&str> {
    note.signatures.iter().map(|line| line.name.as_str()).collect()
}

#[test]
fn a_policy_has_one_canonical_text() {
    let policy = Policy::parse(&text(NESTED)).unwrap();
    assert_eq!(policy.encode(), text(NESTED));
    let loose = text(NESTED).replace("group", "# a comment\n\n \t\ngroup").replace(" K", "\t  K");
    let same = Policy::parse(&loose).unwrap();
    assert_eq!((same.encode(), same.hash()), (policy.encode(), policy.hash()));
    assert_eq!(policy.origin(), ORIGIN);
    assert_eq!(policy.witnesses().count(), 7);
}

#[test]
fn the_notes_of_a_ledger_can_be_written_and_so_can_its_policy() {
    let of = |count: u8, url: &str| {
        let witness = |n| Witness {
            name: format!("w{n}"),
            key: vkey(&format!("w{n}.example"), VKeyKind::Cosigner, 10 + n),
            url: format!("https://w{n}.example/{url}"),
        };
        let (log, quorum) = (vkey(ORIGIN, VKeyKind::Log, 1), usize::from(count) * 2 / 3 + 1);
        let url = "https://tamga.example/main/".to_string();
        Policy::for_validators(log, url, (0..count).map(witness).collect(), quorum)
    };
    let largest = of(22, "").unwrap();
    let all: Vec<u8> = (0..15).collect();
    let minimal = largest.minimal(&note(&all)).unwrap();
    assert_eq!(Note::parse(&minimal.encode()), Ok(minimal));
    assert_eq!(of(23, "").unwrap_err().code, FormatCode::PolicyLimit);
    assert_eq!(of(4, &"x".repeat(9_000)).unwrap_err().code, FormatCode::PolicyLimit);
    let long = of(4, &"x".repeat(7_000)).unwrap();
    assert_eq!(Policy::parse(&long.encode()), Ok(long));
}

#[test]
fn quorums_are_judged_by_their_groups() {
    let policy = Policy::parse(&text(NESTED)).unwrap();
    // Cosigners 0 to 3 are validators, 4 and 5 "outside", 6 is o2.
    let cases: [(&[u8], Option<&[u8]>); 9] = [
        (&[], None),
        (&[0, 1], None),
        (&[0, 1, 2], Some(&[0, 1, 2])),
        (&[3, 2, 1, 0], Some(&[0, 1, 2])),
        (&[1, 3, 0], Some(&[0, 1, 3])),
        (&[4, 5], None),
        (&[6, 5], Some(&[5, 6])),
        (&[0, 1, 2, 5, 6], Some(&[5, 6])),
        (&[0, 1, 4, 7, 8], None),
    ];
    for (cosigners, needed) in cases {
        let note = note(cosigners);
        match (policy.minimal(&note), needed) {
            (Ok(minimal), Some(needed)) => {
                let expected: Vec<_> = needed.iter().map(|n| format!("w{n}.example")).collect();
                assert_eq!(names(&minimal)[1..], expected);
                assert_eq!(policy.minimal(&minimal).as_ref(), Ok(&minimal));
                assert!(policy.verify_canonical(&minimal).is_ok());
                assert_eq!(policy.verify_canonical(&note).is_ok(), note == minimal);
                let count = cosigners.iter().filter(|&&n| n < 7).count();
                assert_eq!(policy.verify(&note).unwrap().cosigners().len(), count);
            }
            (Err(error), None) => assert_eq!(error.code, FormatCode::CosignatureQuorum),
            (result, _) => panic!("{cosigners:?}: {result:?}"),
        }
    }
}

#[test]
fn unknown_lines_are_ignored_and_known_lines_must_hold() {
    let policy = Policy::parse(&text(NESTED)).unwrap();
    let good = note(&[0, 1, 2, 8]);
    assert!(policy.verify(&good).is_ok());
    let mut unknown = good.clone();
    unknown.signatures[4].blob[20] ^= 1;
    assert!(policy.verify(&unknown).is_ok());
    for at in 0..4 {
        let mut bad = good.clone();
        bad.signatures[at].blob[20] ^= 1;
        let error = policy.verify(&bad).unwrap_err();
        assert_eq!((error.code, error.at), (FormatCode::SignatureInvalid, at));
    }
    let mut other_id = good.clone();
    other_id.signatures[0].key_id[0] ^= 1;
    assert_eq!(policy.verify(&other_id).unwrap_err().code, FormatCode::NoteLogSignature);
    let other = Policy::parse(&text(NESTED).replace("final", "last")).unwrap();
    assert!(other.verify(&good).is_ok());
}

#[test]
fn a_note_of_another_log_is_not_judged() {
    let policy = Policy::parse(&text("log L https://a.example/\nquorum none")).unwrap();
    let mut other = note(&[]);
    assert!(policy.verify_canonical(&other).is_ok());
    other.text = other.text.replace(ORIGIN, "other.example");
    assert_eq!(policy.verify(&other).unwrap_err().code, FormatCode::NoteOrigin);
}

#[test]
fn malformed_policies_are_refused_with_their_line() {
    use FormatCode::{
        NameInvalid, PolicyLimit, PolicyName, PolicySyntax, PolicyThreshold, VKeyType,
    };
    let log = "log L https://a.example/";
    let w = "witness a K0 https://a.example/\nwitness b K1 https://b.example/";
    let cases = [
        (String::new(), PolicySyntax),
        ("quorum none".into(), PolicySyntax),
        (log.into(), PolicySyntax),
        (format!("{log}\n{log}\nquorum none"), PolicyLimit),
        ("log L\nquorum none".into(), PolicySyntax),
        ("log L ftp://a/\nquorum none".into(), PolicySyntax),
        ("log K0 https://a.example/\nquorum none".into(), VKeyType),
        (format!("{log}\nquorum none\nquorum none"), PolicySyntax),
        (format!("{log}\nquorum none\n{w}"), PolicySyntax),
        (format!("{log}\nquorum a"), PolicyName),
        (format!("{log}\nwitness a L https://a.example/\nquorum a"), VKeyType),
        (format!("{log}\nwitness a K0\nquorum a"), PolicySyntax),
        (format!("{log}\nwitness a+ K0 https://a.example/\nquorum none"), NameInvalid),
        (format!("{log}\nwitness none K0 https://a.example/\nquorum none"), PolicyName),
        (format!("{log}\n{w}\nwitness a K2 https://a.example/\nquorum a"), PolicyName),
        (format!("{log}\n{w}\nwitness c K1 https://a.example/\nquorum a"), PolicyName),
        (format!("{log}\n{w}\ngroup g 3 a b\nquorum g"), PolicyThreshold),
        (format!("{log}\n{w}\ngroup g 0 a b\nquorum g"), PolicyThreshold),
        (format!("{log}\n{w}\ngroup g all\nquorum g"), PolicyThreshold),
        (format!("{log}\n{w}\ngroup g any\nquorum g"), PolicyThreshold),
        (format!("{log}\n{w}\ngroup g 01 a b\nquorum g"), PolicySyntax),
        (format!("{log}\n{w}\ngroup g most a b\nquorum g"), PolicySyntax),
        (format!("{log}\n{w}\ngroup g any a a\nquorum g"), PolicyName),
        (format!("{log}\n{w}\ngroup g any a c\nquorum g"), PolicyName),
        (format!("{log}\n{w}\ngroup g any a g\nquorum g"), PolicyName),
        (format!("{log}\n{w}\ngroup g any a\ngroup h any a b\nquorum h"), PolicyName),
        (format!("{log}\nvalidator a\nquorum none"), PolicySyntax),
    ];
    for (template, code) in cases {
        let error = Policy::parse(&text(&template)).unwrap_err();
        assert_eq!(error.code, code, "{template}\n{error}");
    }
}

#[test]
fn a_policy_has_at_most_32_witnesses_and_groups() {
    let of = |witnesses: u8, groups: usize| {
        let witness = |n| {
            let key = vkey(&format!("w{n}.example"), VKeyKind::Cosigner, 100 + n);
            format!("witness w{n} {key} https://w.example/\n")
        };
        let group = |n: usize| match n {
            0 => "group g0 any w0\n".to_string(),
            _ => format!("group g{n} any g{}\n", n - 1),
        };
        let text: String = [text("log L https://a.example/")]
            .into_iter()
            .chain((0..witnesses).map(witness))
            .chain((0..groups).map(group))
            .chain([format!("quorum g{}\n", groups - 1)])
            .collect();
        Policy::parse(&text)
    };
    assert!(of(32, 32).is_ok());
    assert_eq!(of(33, 1).unwrap_err().code, FormatCode::PolicyLimit);
    assert_eq!(of(1, 33).unwrap_err().code, FormatCode::PolicyLimit);
}

#[test]
fn a_policy_says_how_many_of_its_cosigners_may_fail() {
    let validators = |n: usize, quorum: usize| {
        let witness = |number: usize| {
            let seed = 10 + u8::try_from(number).unwrap();
            let name = format!("w{number}.example");
            let key = vkey(&name, VKeyKind::Cosigner, seed);
            Witness { name: format!("v{number}"), key, url: "https://v.example/".into() }
        };
        let log = vkey(ORIGIN, VKeyKind::Log, 1);
        let witnesses = (0..n).map(witness).collect();
        Policy::for_validators(log, "https://tamga.example/".into(), witnesses, quorum).unwrap()
    };
    for (n, f) in [(1, 0), (3, 0), (4, 1), (6, 1), (7, 2), (10, 3), (22, 7)] {
        assert_eq!(validators(n, 2 * n / 3 + 1).withstands(), f, "of {n}");
    }
    // Either branch is enough: of the strict one, one member; of the validators, two.
    assert_eq!(Policy::parse(&text(NESTED)).unwrap().withstands(), 2);
    let all = text(NESTED).replace("group final 1", "group final all");
    assert_eq!(Policy::parse(&all).unwrap().withstands(), 0);
    let none = text(NESTED).replace("quorum final", "quorum none");
    assert_eq!(Policy::parse(&none).unwrap().withstands(), 0);
}
