//! What this verifier says of changed files, for another one to compare with: a line each,
//! `format context answer code base64`.

use base64ct::{Base64, Encoding as _};
use tamga_format::contradiction::Contradiction;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{SubjectId, TreeRoot};
use tamga_format::lines::{LineRange, LinesRoot, RangeOf};
use tamga_format::policy::Policy;
use tamga_format::receipt::{Receipt, ReceiptError};
use tamga_format::record::SignedRecord;
use tamga_format::subject_proof::{Known, SubjectProof};
use tamga_format::tlog_proof::TlogProof;

use crate::mutate::{Rng, mutate};
use crate::seeds;

type Judge = Box<dyn Fn(&[u8]) -> Result<(), ReceiptError>>;

/// A format that both verifiers know.
struct Format {
    name: &'static str,
    /// What a case is judged by, as the other verifier names it: the number of a line in the vectors, or 0.
    context: usize,
    seeds: Vec<Vec<u8>>,
    judge: Judge,
}

/// Prints `count` verdicts on cases that follow from the seed, the formats in turn.
pub(crate) fn print(seed: u64, count: u64) {
    let formats = formats();
    for case in 0..count {
        let at = usize::try_from(case).expect("cases are 64-bit numbers") % formats.len();
        let Format { name, context, seeds, judge } = &formats[at];
        let mut rng = Rng::of(&[&seed.to_be_bytes(), b"verdicts", &case.to_be_bytes()]);
        let input = mutate(&mut rng, seeds);
        let (answer, code) = match judge(&input) {
            Ok(()) => ("authentic", "-"),
            Err(ReceiptError::Mismatch(fault)) => ("mismatch", fault.code.as_str()),
            Err(ReceiptError::CannotCheck(fault)) => ("cannot-check", fault.code.as_str()),
        };
        println!("{name} {context} {answer} {code} {}", Base64::encode_string(&input));
    }
}

/// A judge of text; bytes that are none can't be checked.
fn text(judge: impl Fn(&str) -> Result<(), ReceiptError> + 'static) -> Judge {
    let none = ReceiptError::CannotCheck(FormatError::new(FormatCode::ProofFileVersion, 0));
    Box::new(move |input| judge(str::from_utf8(input).map_err(|_| none)?))
}

fn policy(file: &str) -> Policy {
    Policy::parse(&String::from_utf8(seeds::file(file)).unwrap()).unwrap()
}

fn formats() -> Vec<Format> {
    let trusted = policy("receipt/policy.txt");
    let of_subjects = policy("subject/policy.txt");
    let of_logs = trusted.clone();
    let plain = String::from_utf8(seeds::file("receipt/plain.tamga-receipt")).unwrap();
    let entry = Receipt::parse(&plain).unwrap().record.entry().to_vec();
    let mut formats = vec![
        Format {
            name: "receipt",
            context: 0,
            seeds: seeds::files("receipt", ".tamga-receipt"),
            judge: text(move |text| Receipt::parse(text)?.verify(&trusted).map(drop)),
        },
        Format {
            name: "subject",
            context: 0,
            seeds: seeds::files("subject", ".tamga-subject"),
            judge: text(move |text| {
                SubjectProof::parse(text)?.verify(&of_subjects, &Known::default()).map(drop)
            }),
        },
        Format {
            name: "tlog-proof",
            context: 0,
            seeds: seeds::files("tlog-proof", ".tlog-proof"),
            judge: text(move |text| {
                let proof = TlogProof::parse(text)?;
                proof.verify(&entry, &of_logs).map(drop).map_err(ReceiptError::from)
            }),
        },
        Format {
            name: "contradiction",
            context: 0,
            seeds: strings("contradiction/contradiction.jsonl", "contradiction"),
            judge: text(|text| Ok(Contradiction::parse(text).map(drop)?)),
        },
        Format {
            name: "policy",
            context: 0,
            seeds: vec![seeds::file("receipt/policy.txt"), seeds::file("checkpoint/policy.txt")],
            judge: text(|text| Ok(Policy::parse(text).map(drop)?)),
        },
        Format {
            name: "record",
            context: 0,
            seeds: seeds::bytes("record/accepted.jsonl", "entry"),
            judge: Box::new(|input| Ok(SignedRecord::decode(input).map(drop)?)),
        },
    ];
    formats.extend(ranges());
    formats
}

/// Texts under one name in the lines of a vector file.
fn strings(file: &str, name: &str) -> Vec<Vec<u8>> {
    let lines = seeds::lines(file);
    lines.iter().filter_map(|line| Some(line[name].as_str()?.as_bytes().to_vec())).collect()
}

/// Ranges, each judged as its line in the vectors says.
fn ranges() -> Vec<Format> {
    let lines = seeds::lines("lines/ranges.jsonl");
    let of = |(context, line): (usize, &serde_json::Value)| {
        let bytes = |name: &str| seeds::unhex(line[name].as_str().unwrap());
        let id = |name: &str| <[u8; 32]>::try_from(bytes(name)).unwrap();
        let (batch, tag) = (SubjectId(id("batch")), id("tag"));
        let root = LinesRoot { root: TreeRoot(id("root")), count: line["count"].as_u64().unwrap() };
        Format {
            name: "range",
            context,
            seeds: vec![bytes("range")],
            judge: Box::new(move |input| {
                let of = RangeOf { batch: &batch, tag: &tag, lines: root };
                LineRange::decode(input)?.verify(&of).map(drop).map_err(ReceiptError::from)
            }),
        }
    };
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line["answer"]["lines"].is_array())
        .map(of)
        .collect()
}
