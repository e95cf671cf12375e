//! A quarter of royalties on real processes: lines are held by all, an author's statement is checked offline, and what was
//! changed in it is found.

use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use tamga_api::shapes::{Stage, SubjectView};
use tamga_client::client::{Client, Submitted, Wait};
use tamga_client::statement::{Also, StatementError, StatementFile, fetch};
use tamga_format::attachment::Manifest;
use tamga_format::body::{BodyLeaf, Submission};
use tamga_format::cbor::{self, Limits, Value};
use tamga_format::id::AttachmentId;
use tamga_format::limits::LINE_RANGE_BYTES_MAX;
use tamga_format::policy::Policy;
use tamga_format::receipt::Receipt;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_node::clock::Clock;
use tamga_node::devnet::royalties::{Keys, OKUP, Piece, RADIO, Scale, Season};
use tamga_node::keys::Seed;
use tamga_state::status::{Batch, decode};
use tamga_tests::processes::{Cluster, ORIGIN, TOKEN, until};

pub(crate) const FOUR: &str = include_str!("../../../genesis/four-organisations.toml");
pub(crate) const READY: Duration = Duration::from_secs(60);
const FINAL: Duration = Duration::from_secs(30);
pub(crate) const SCALE: Scale = Scale { authors: 5, works: 7, uses: 60, own: 20 };

pub(crate) fn client(cluster: &Cluster, validator: usize) -> Client {
    Client::new(&cluster.url(validator), Some(TOKEN.to_owned()), "en", std::thread::sleep)
}

pub(crate) fn base(cluster: &Cluster) -> u64 {
    cluster.height(0).unwrap()
}

pub(crate) fn record(client: &Client, submission: &Submission) {
    let done = client.submit(submission, Wait::Final(FINAL)).unwrap();
    assert!(matches!(done, Submitted::Final { .. }), "{done:?}");
}

/// Submits a record and uploads what it brings; where it ended.
pub(crate) fn bring(client: &Client, piece: &Piece) -> (Stage, String) {
    let id = piece.submission.record().id().to_string();
    client.submit(&piece.submission, Wait::Accepted).unwrap();
    let (attachment, manifest, chunks) = piece.attachment.as_ref().unwrap();
    client.upload(attachment, manifest, |number| Ok(&chunks[number]), |_| {}).unwrap();
    let ended = |stage| matches!(stage, Stage::Final | Stage::Rejected);
    until(FINAL, "the batch is judged", || ended(client.operation(&id).unwrap().status)).unwrap();
    let operation = client.operation(&id).unwrap();
    (operation.status, format!("{:?}", operation.problem))
}

pub(crate) fn status(client: &Client, batch: &Subject) -> Batch {
    let view: SubjectView = client.subject(&batch.to_text()).unwrap();
    let bytes = Base64::decode_vec(&view.status.unwrap()).unwrap();
    decode(&bytes).unwrap().1
}

pub(crate) fn keys() -> Keys {
    let key = |name: &str| SigningKey::from_seed(Seed::demo(name).0);
    Keys { authority: key("authority:demo"), okup: key("okup:demo") }
}

#[test]
fn an_author_checks_a_quarter_offline_and_every_change_is_found() {
    let mut cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let client = client(&cluster, 0);
    let mut season = Season::new("e2e", ORIGIN, SCALE, keys(), Clock.now());
    for submission in season.beginning().unwrap() {
        record(&client, &submission);
    }

    // Nothing is stored that no waiting record names.
    let stray = Manifest::of([&b"stray"[..]]).unwrap();
    let refused = client.upload(&stray.id(), &stray, |_| Ok(b"stray"), |_| {}).unwrap_err();
    assert!(format!("{refused:?}").contains("TMG-4220"), "{refused:?}");
    let unknown = client.upload(&AttachmentId([1; 32]), &stray, |_| Ok(b"stray"), |_| {});
    assert!(unknown.is_err());

    let usage = season.usage(base(&cluster)).unwrap();
    assert_eq!(bring(&client, &usage).0, Stage::Final);
    record(&client, &season.fixed().unwrap());

    // One validator is away while the lines come, and gets them when it is back.
    cluster.kill(3).unwrap();
    let allocation = season.allocation(base(&cluster)).unwrap();
    assert_eq!(bring(&client, &allocation).0, Stage::Final);
    record(&client, &season.step("APPROVED").unwrap());
    record(&client, &season.step("PUBLISHED").unwrap());
    cluster.start_validator(3).unwrap();
    let back = self::client(&cluster, 3);
    let id = allocation.attachment.as_ref().unwrap().0;
    let path = format!("/v1/attachments/{id}");
    until(FINAL, "the validator that was away holds the lines", || {
        cluster.get(3, &path).is_ok_and(|(status, text)| status == 200 && text.contains("[]"))
    })
    .unwrap();

    let payout = season.payout(base(&cluster)).unwrap();
    assert_eq!(bring(&client, &payout).0, Stage::Final);
    let batches = ["allocation", "payout"].map(|what| status(&client, &season.batch(what)));
    record(&client, &season.statement([&batches[0], &batches[1]]).unwrap());

    // Any validator serves the same file.
    let author = season.author();
    let cmo = Subject::registered(Role::Cmo, OKUP);
    let all = Also { uses: true, balance: true, proof: false };
    let file = fetch(&client, &author, &cmo, all).unwrap();
    let proven = fetch(&client, &author, &cmo, Also { proof: true, ..all }).unwrap();
    until(FINAL, "the other validator has the statement", || {
        fetch(&back, &author, &cmo, Also::default()).is_ok_and(|other| other.batches.len() == 2)
    })
    .unwrap();
    let policy = cluster.policy().clone();
    drop(cluster);

    let shown = file.verify(&policy).unwrap();
    assert_eq!((shown.lines.len(), shown.payouts.len(), shown.batches), (20, 1, 2));
    let stated = &shown.statements[0];
    assert_eq!(stated.allocated, shown.lines.iter().map(|it| it.line.amount).sum::<i64>());
    assert_eq!(stated.allocated, stated.net + stated.tax);
    assert_eq!(stated.closing, 0);
    assert_eq!(shown.pools[0].collected, season.collected());
    // Every line shows whose use it rests on, and the rules came to the balance that the status commits to.
    let radio = Subject::registered(Role::Licensee, RADIO).id;
    assert!(
        shown.lines.iter().all(|it| it.usage.as_ref().is_some_and(|usage| usage.user == radio))
    );
    assert_eq!(shown.reports.map(|reports| (reports.count, reports.unpaid)), Some((1, 0)));
    assert_eq!(shown.balance.as_ref().map(|balance| balance.owed), Some(0));
    changed(&file, &policy);

    // The other file proves that as of a block these are all batches and nothing is owed.
    let shown = proven.verify(&policy).unwrap();
    assert_eq!(shown.whole.map(|whole| (whole.owed, whole.later.batches)), Some((0, 0)));
    let mut unstated = proven.clone();
    unstated.batches.pop();
    let error = unstated.verify(&policy).unwrap_err().to_string();
    assert!(error.contains("left out"), "{error}");
    let mut edited = proven;
    edited.proof.as_mut().unwrap().book[0] = edited.proof.as_ref().unwrap().rightsholder.clone();
    let error = edited.verify(&policy).unwrap_err().to_string();
    assert!(error.contains("is about rightsholder:"), "{error}");
}

/// Every change to a file is found.
fn changed(file: &StatementFile, policy: &Policy) {
    let refused = |change: &dyn Fn(&mut StatementFile)| {
        let mut file = file.clone();
        change(&mut file);
        file.verify(policy).unwrap_err()
    };
    let says = |error: StatementError, word: &str| {
        assert!(error.to_string().contains(word), "{error}");
    };
    // A line removed, and one tiyn moved in a line.
    says(refused(&|file| edit(&mut file.batches[0].lines, |lines| drop(lines.pop()))), "batch 0");
    says(
        refused(&|file| {
            edit(&mut file.batches[0].lines, |lines| {
                let Some(Value::Bytes(line)) = lines.first_mut() else { panic!("a line") };
                // Of a line without its tag the amount stands before the last byte, which is the hold.
                let at = line.len() - 2;
                line[at] ^= 1;
            });
        }),
        "batch 0",
    );
    // A range that hides all lines: another batch's.
    says(
        refused(&|file| {
            let other = file.batches[1].lines.clone();
            file.batches[0].lines = other;
        }),
        "batch 0",
    );
    says(refused(&|file| drop(file.batches.remove(1))), "left out");
    says(refused(&|file| drop(file.batches.remove(0))), "another one");
    says(refused(&|file| file.batches.push(file.batches[0].clone())), "no statement covers");
    says(refused(&|file| file.pools.clear()), "left out");
    let cut = |file: &mut StatementFile| {
        let uses = file.uses.as_mut().unwrap();
        edit(&mut uses[0].works[0].lines, |lines| drop(lines.pop()));
    };
    says(refused(&cut), "in report 0");
    says(refused(&|file| file.uses.as_mut().unwrap().clear()), "is left out");
    says(refused(&|file| file.statements.clear()), "no statement");
    says(
        refused(&|file| {
            let twice = file.statements[0].clone();
            file.statements.push(twice);
        }),
        "does not go on",
    );
    // A hidden field of the body says nothing.
    says(
        refused(&|file| {
            let mut receipt = Receipt::parse(&file.statements[0]).unwrap();
            receipt.body = receipt
                .body
                .iter()
                .map(|leaf| match leaf {
                    BodyLeaf::Opened(field) if field.name == "net" => {
                        let hash = tamga_format::merkle::leaf_hash(&field.encode());
                        BodyLeaf::Hidden(hash)
                    }
                    BodyLeaf::Opened(_) | BodyLeaf::Hidden(_) => leaf.clone(),
                })
                .collect();
            file.statements[0] = receipt.encode();
        }),
        "does not open net",
    );
    // A stated sum is part of a signed record.
    let forged = refused(&|file| {
        let mut receipt = Receipt::parse(&file.statements[0]).unwrap();
        for leaf in &mut receipt.body {
            if let BodyLeaf::Opened(field) = leaf
                && field.name == "allocated"
            {
                field.value = Value::int(field.value.as_i64().unwrap() + 1);
            }
        }
        file.statements[0] = receipt.encode();
    });
    assert!(matches!(forged, StatementError::Receipt("statement", 0, _)), "{forged}");
}

/// Changes the lines of a range.
fn edit(range: &mut String, change: impl Fn(&mut Vec<Value>)) {
    let bytes = Base64::decode_vec(range).unwrap();
    let limits = Limits { bytes: LINE_RANGE_BYTES_MAX, ..Limits::STANDARD };
    let mut value = cbor::decode(&bytes, limits).unwrap();
    if let Value::Array(parts) = &mut value
        && let Some(Value::Array(lines)) = parts.get_mut(4)
    {
        change(lines);
    }
    *range = Base64::encode_string(&cbor::encode(&value));
}

#[test]
fn a_batch_whose_lines_are_not_what_the_record_says_is_refused_by_all() {
    let cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let client = client(&cluster, 0);
    let mut season = Season::new("false", ORIGIN, SCALE, keys(), Clock.now());
    for submission in season.beginning().unwrap() {
        record(&client, &submission);
    }
    let usage = season.usage(base(&cluster)).unwrap();
    assert_eq!(bring(&client, &usage).0, Stage::Final);
    record(&client, &season.fixed().unwrap());
    // Of another name, so that its record and its lines differ: the lines of the first under the record of the second.
    let lawful = season.allocation(base(&cluster)).unwrap();
    let chunk_lost = {
        let (_, _, chunks) = lawful.attachment.clone().unwrap();
        let mut chunks = chunks;
        let first = chunks[0].clone();
        let cut = usize::from(u16::from_be_bytes([first[0], first[1]])) + 2;
        chunks[0] = first[cut..].to_vec();
        let manifest = Manifest::of(chunks.iter().map(Vec::as_slice)).unwrap();
        season.with_attachment(&lawful, manifest.id(), chunks).unwrap()
    };
    let (stage, problem) = bring(&client, &chunk_lost);
    assert_eq!(stage, Stage::Rejected);
    assert!(problem.contains("TMG-4207") || problem.contains("TMG-4209"), "{problem}");
    // The lawful one is not held up by it.
    assert_eq!(bring(&client, &lawful).0, Stage::Final);
}
