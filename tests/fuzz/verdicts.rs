//! What this verifier says of changed files, for another one to compare with: a line each,
//! `format context answer code base64`.

use base64ct::{Base64, Encoding as _};
use tamga_client::statement::{StatementError, StatementFile};
use tamga_format::assignment::AssignmentFile;
use tamga_format::contradiction::Contradiction;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::evidence::Evidence;
use tamga_format::id::{SubjectId, TreeRoot};
use tamga_format::lines::{LineRange, LinesRoot, RangeOf};
use tamga_format::omission::{Mention, mention};
use tamga_format::policy::Policy;
use tamga_format::policy_chain::PolicyChain;
use tamga_format::receipt::{Receipt, ReceiptError};
use tamga_format::record::SignedRecord;
use tamga_format::subject_proof::{Known, SubjectProof};
use tamga_format::tlog_proof::TlogProof;
use tamga_state::enforcement::assignment::{AssignmentError, verify as verify_assignment};

use crate::ledger;
use crate::mutate::{Rng, mutate};
use crate::seeds;

/// Verdict and code; of what is proven, `-` or what it says.
type Answer = (&'static str, &'static str);
type Judge = Box<dyn Fn(&[u8]) -> Answer>;

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
        let (answer, code) = judge(&input);
        println!("{name} {context} {answer} {code} {}", Base64::encode_string(&input));
    }
}

fn answer(judged: Result<(), ReceiptError>) -> Answer {
    judged.map_or_else(refusal, |()| PROVEN)
}

const PROVEN: Answer = ("authentic", "-");

fn refusal(error: ReceiptError) -> Answer {
    match error {
        ReceiptError::Mismatch(fault) => ("mismatch", fault.code.as_str()),
        ReceiptError::CannotCheck(fault) => ("cannot-check", fault.code.as_str()),
    }
}

/// A judge of bytes.
fn raw(judge: impl Fn(&[u8]) -> Result<(), ReceiptError> + 'static) -> Judge {
    Box::new(move |input| answer(judge(input)))
}

/// A judge of text.
fn text(judge: impl Fn(&str) -> Result<(), ReceiptError> + 'static) -> Judge {
    answered(move |text| answer(judge(text)))
}

/// A judge of text with an answer of its own; bytes that are none can't be checked.
fn answered(judge: impl Fn(&str) -> Answer + 'static) -> Judge {
    let none = ReceiptError::CannotCheck(FormatError::new(FormatCode::ProofFileVersion, 0));
    Box::new(move |input| str::from_utf8(input).map_or_else(|_| refusal(none), &judge))
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
            judge: raw(|input| Ok(SignedRecord::decode(input).map(drop)?)),
        },
    ];
    formats.extend(ranges());
    formats.extend(omissions());
    formats.extend(held());
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
            judge: raw(move |input| {
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

/// What a person may hold beside receipts.
fn held() -> Vec<Format> {
    let of_evidence = policy("evidence/policy.txt");
    let of_assignments = policy("assignment/policy.txt");
    let of_statements = policy("statement/policy.txt");
    let root = String::from_utf8(seeds::file("policy-chain/root.txt")).unwrap();
    let root: [u8; 32] = seeds::unhex(root.trim()).try_into().unwrap();
    let chain = String::from_utf8(seeds::file("policy-chain/whole.tamga-policies")).unwrap();
    let policies = PolicyChain::parse(&chain).unwrap().verify(&root).unwrap();
    let format = |name, seeds, judge| Format { name, context: 0, seeds, judge };
    vec![
        format(
            "evidence",
            strings("evidence/evidence.jsonl", "evidence"),
            text(move |text| Evidence::parse(text)?.judge([&of_evidence, &of_evidence]).map(drop)),
        ),
        format(
            "policies",
            seeds::files("policy-chain", ".tamga-policies"),
            text(move |text| PolicyChain::parse(text)?.verify(&root).map(drop)),
        ),
        format(
            "under-chain",
            seeds::files("policy-chain", ".tamga-receipt"),
            text(move |text| policies.verify_receipt(&Receipt::parse(text)?).map(drop)),
        ),
        format(
            "assignment",
            seeds::files("assignment", ".tamga-assignment"),
            answered(move |text| match AssignmentFile::parse(text) {
                Err(fault) => refusal(fault.into()),
                Ok(file) => {
                    let (genesis, validators) = (ledger::genesis(), ledger::validators());
                    match verify_assignment(&file, &of_assignments, &genesis, &validators) {
                        Ok(_) => PROVEN,
                        Err(AssignmentError::Log(error)) => refusal(error),
                        Err(AssignmentError::Draw(refused)) => {
                            ("mismatch", refused.code.info().slug)
                        }
                    }
                }
            }),
        ),
        format(
            "statement",
            vec![seeds::file("statement/whole.json")],
            answered(move |text| {
                let judged = StatementFile::parse(text).and_then(|it| it.verify(&of_statements));
                match judged {
                    Ok(_) => PROVEN,
                    Err(StatementError::Receipt(_, _, error) | StatementError::Proof(_, error)) => {
                        refusal(error)
                    }
                    Err(StatementError::Mismatch(_)) => ("mismatch", "statement-mismatch"),
                    Err(StatementError::Unreadable(_)) => ("cannot-check", "statement-syntax"),
                }
            }),
        ),
    ]
}

/// Receipts against a list each, and lists against a receipt each; the context is the pair.
fn omissions() -> Vec<Format> {
    let receipts = seeds::files("omission", ".tamga-receipt");
    let proofs = seeds::files("omission", ".tamga-subject");
    let pairs = receipts.clone().into_iter().zip(proofs.clone()).enumerate();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    pairs
        .flat_map(|(context, (receipt, proof))| {
            let (receipt, proof) = (text(receipt), text(proof));
            [
                Format {
                    name: "omission-receipt",
                    context,
                    seeds: receipts.clone(),
                    judge: answered(move |changed| said(changed, &proof)),
                },
                Format {
                    name: "omission-subject",
                    context,
                    seeds: proofs.clone(),
                    judge: answered(move |changed| said(&receipt, changed)),
                },
            ]
        })
        .collect()
}

/// What a proof about a subject says of the record of a receipt.
fn said(receipt: &str, proof: &str) -> Answer {
    let trusted = policy("omission/policy.txt");
    let read = || {
        let record = Receipt::parse(receipt)?.verify(&trusted)?;
        let subject = SubjectProof::parse(proof)?.verify(&trusted, &Known::default())?;
        Ok(mention(&subject, &record))
    };
    match read() {
        Err(error) => refusal(error),
        Ok(Mention::Listed(_)) => ("authentic", "listed"),
        Ok(Mention::OtherSubject) => ("authentic", "other-subject"),
        Ok(Mention::Later) => ("authentic", "later"),
        Ok(Mention::NotShown) => ("authentic", "not-shown"),
        Ok(Mention::LeftOut) => ("authentic", "left-out"),
    }
}
