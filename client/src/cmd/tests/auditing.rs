//! The whole ledger audited: an honest one, and one in which each kind of stored bytes was changed.

use serde_json::Value;
use tamga_api::draft::Seal;
use tamga_format::attachment::Manifest;
use tamga_format::body::Submission;
use tamga_format::id::{AttachmentId, MapRoot, StatusHash, SubjectId};
use tamga_format::lines::{Line as _, PackedBatch, UsageLine};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, STATUS_NONE, Subject};
use tamga_format::subject_proof::{Present, Standing as Row, StatusPart, SubjectProof};
use tamga_format::tile::{BundleCoord, TileCoord, decode_bundle, encode_bundle};
use tamga_state::codes::Code;

use super::desk::Desk;
use super::*;
use crate::audit::Class;
use crate::testing::{FakeLedger, OKUP, RADIO, ServedLog, seed};

mod closed;

/// Records of the list.
const RECORDS: usize = 12;

/// Without what proves nothing: the fines of the list were recorded years later.
const QUIET: [&str; 4] = ["--late", "1000000", "--checks", "rules,signatures,attachments"];

/// A finding: its class, the entry, the record.
type Told = (String, Option<u64>, Option<String>);

impl Desk {
    /// The log of what was imported, in blocks of five records a second apart.
    fn audited(&self) -> ServedLog {
        self.audited_by(5)
    }

    /// The same in blocks of so many records.
    fn audited_by(&self, records: usize) -> ServedLog {
        self.forget_seen();
        let mut log = ServedLog::lawful();
        for (block, second) in self.ledger.taken().chunks(records).zip(0..) {
            log.commit(block, UnixMillis(NOW.get() + 1_000 * second));
        }
        log.serve(&self.ledger);
        log
    }

    fn audit(&self, options: &[&str]) -> (u8, Value) {
        let call = self.call(&[&["audit", "--json"], options].concat());
        (
            call.exit,
            serde_json::from_str(&call.stdout).unwrap_or_else(|_| panic!("{}", call.stderr)),
        )
    }

    /// Lets nobody read a body.
    fn close(&self, body: &Submission) {
        let id = body.record().id();
        self.ledger.refuse(&format!("/v1/records/{id}/body"), Code::Unauthenticated);
    }

    /// The findings that prove something, by class, place and record.
    fn proofs(&self) -> (u8, Vec<Told>) {
        let (exit, found) = self.audit(&[]);
        let findings = found["findings"].as_array().unwrap().iter();
        let told = |it: &Value| {
            let record = it["record_id"].as_str().map(str::to_owned);
            (it["class"].as_str().unwrap().to_owned(), it["index"].as_u64(), record)
        };
        let proofs =
            findings.map(told).filter(|(class, ..)| Class::from_name(class).unwrap().proves());
        (exit, proofs.collect())
    }
}

/// A batch of uses in a lawful ledger.
struct Uses {
    batch: Subject,
    attachment: AttachmentId,
    chunk: Vec<u8>,
    submission: Submission,
}

impl Uses {
    /// A batch whose record says so many uses more than its lines come to.
    fn new(base: u64, more: u64) -> Self {
        let day_of = |days: i64| tamga_state::civil::day_of(NOW) - days;
        let line = |number: u8| UsageLine {
            work: [0; 32],
            salt: [number; 32],
            first_day: day_of(9),
            last_day: day_of(3),
            uses: 10,
            seconds: 0,
            revenue: 0,
            reported_as: [5; 32],
        };
        let batch = Subject::new(Role::Batch, SubjectId([7; 32]));
        let lines = (1..=3).map(|number| line(number).encode()).collect();
        let packed = PackedBatch::new(&batch.id, lines).unwrap();
        let [chunk] = &packed.chunks[..] else { panic!("one chunk") };
        let attachment = Manifest::of([chunk.as_slice()]).unwrap().id();
        let organisation = Subject::registered(Role::Organisation, OKUP);
        let named =
            [Subject::registered(Role::Cmo, OKUP), Subject::registered(Role::Licensee, RADIO)];
        let day = |days| tamga_api::time::day(day_of(days));
        let fields = serde_json::json!({
            "okup_id": organisation.id.to_string(), "attachment": attachment.to_string(),
            "base": base, "usage_root": packed.lines.root.to_string(),
            "usage_count": packed.lines.count, "uses": 30 + more, "source": "REPORT",
            "first_day": day(9), "last_day": day(3),
        });
        let draft = tamga_api::draft::Draft {
            kind: "R05".to_owned(),
            version: None,
            issuer: organisation.to_text(),
            subject: batch.to_text(),
            subjects: named.map(|it| it.to_text()).to_vec(),
            event_time: tamga_api::time::instant(NOW),
            after: None,
            on_behalf_of: None,
            references: Vec::new(),
            fields: serde_json::from_value(fields).unwrap(),
            body: serde_json::from_str("{}").unwrap(),
        };
        let key = SigningKey::from_seed(seed("okup"));
        let seal = Seal {
            origin: crate::testing::ORIGIN,
            key_id: key.public().key_id(),
            nonce: [3; 16],
            valid_until: UnixMillis(NOW.get() + 600_000),
            salt: &|_: &str| [4; 32],
        };
        let (record, body) = draft.write(&seal).unwrap();
        let submission = Submission::new(record.sign(&key).unwrap(), body).unwrap();
        Self { batch, attachment, chunk: chunk.clone(), submission }
    }

    /// Serves the manifest's figures, and a chunk if it is held.
    fn serve(&self, desk: &Desk, bytes: usize, chunks: usize, chunk: Option<&[u8]>) {
        let missing: &[u64] = if chunk.is_some() { &[] } else { &[0] };
        let view = serde_json::json!({
            "attachment_id": self.attachment.to_string(), "bytes": bytes, "chunks": chunks,
            "missing": missing,
        });
        let path = format!("/v1/attachments/{}", self.attachment);
        desk.ledger.answer(&path, 200, view.to_string());
        let path = format!("/v1/batches/{}/chunks/", self.batch);
        desk.ledger.refuse(&path, Code::NotFound);
        match chunk {
            Some(chunk) => desk.ledger.answer(&format!("{path}0"), 200, chunk),
            None => desk.ledger.refuse(&format!("{path}0"), Code::NotFound),
        }
    }
}

/// Where what is told of one record of a block stands in the block's rows, and how long it is.
fn rows_of(rows: &[u8], record: usize) -> Vec<(usize, usize)> {
    let (mut at, mut found) = (0, Vec::new());
    while at < rows.len() {
        let (number, length) =
            (usize::from(rows[at]) << 8 | usize::from(rows[at + 1]), usize::from(rows[at + 3]));
        if number == record {
            found.push((at + 4, length));
        }
        at += 4 + length;
    }
    found
}

fn entries(log: &ServedLog) -> (String, u16) {
    let width = u16::try_from(log.size()).unwrap();
    (format!("/log/{}", BundleCoord::new(0, width).unwrap().path()), width)
}

#[test]
fn an_honest_ledger_is_executed_again_to_its_last_block() {
    let desk = Desk::imported();
    let log = desk.audited();
    let (exit, found) = desk.audit(&QUIET);
    assert_eq!((exit, &found["clean"]), (0, &Value::Bool(true)), "{found}");
    assert_eq!(found["findings"].as_array().unwrap().len(), 0, "{found}");
    assert_eq!(found["records"], RECORDS);
    assert_eq!(found["signatures"], RECORDS);
    assert_eq!(found["certificates"], 3);
    let subjects = log.subject_proofs().len();
    assert_eq!((&found["subjects"], &found["subjects_of"]), (&subjects.into(), &subjects.into()));
    assert_eq!(
        (found["size"].as_u64(), &found["replayed_height"]),
        (Some(log.size()), &Value::from(3))
    );
    assert_eq!(found["maps_compared_before"], Value::Null);
    assert!(found["bodies"].as_u64().unwrap() > 0);
    for (language, said) in
        [("en", "nothing is false"), ("ru", "ничего ложного"), ("kk", "жалған ештеңе жоқ")]
    {
        let call = desk.call(&["audit", "--lang", language]);
        assert!(call.exit == 0 && call.stdout.contains(said), "{}{}", call.stdout, call.stderr);
    }
}

#[test]
fn every_kind_of_stored_bytes_that_is_changed_is_found_and_named() {
    let desk = Desk::imported();
    let mut log = desk.audited();
    let uses = Uses::new(3, 0);
    log.commit(std::slice::from_ref(&uses.submission), UnixMillis(NOW.get() + 9_000));
    log.serve(&desk.ledger);
    uses.serve(&desk, uses.chunk.len(), 1, Some(&uses.chunk));
    let (exit, found) = desk.audit(&QUIET);
    assert_eq!((exit, &found["attachments"]), (0, &Value::from(1)), "{found}");
    let taken = desk.ledger.taken();
    let (path, width) = entries(&log);
    let bundle = log.bundle(0);
    // The first block has the entries 1 to 5, its leaf is entry 6; the second begins with entry 7.
    let id = |number: usize| taken[number].record().id().to_string();

    // Each record, with each of a few bytes changed.
    for (index, number) in [(1, 0), (5, 4), (7, 5)] {
        let good = decode_bundle(&bundle, width).unwrap();
        for at in [0, good[index].len() / 2, good[index].len() - 1] {
            let mut entries: Vec<Vec<u8>> = good.iter().map(|entry| entry.to_vec()).collect();
            entries[index][at] ^= 1;
            desk.ledger.answer(&path, 200, encode_bundle(&entries).unwrap());
            let (exit, proofs) = desk.proofs();
            assert_eq!((exit, proofs.len()), (3, 1), "{index} {at} {proofs:?}");
            assert_eq!((proofs[0].0.as_str(), proofs[0].1), ("entry", Some(index as u64)));
            // Only a signature is no part of a record's id.
            let signature = at == good[index].len() - 1;
            assert_eq!(proofs[0].2 == Some(id(number)), signature, "{proofs:?}");
        }
    }
    // A block's leaf.
    let mut changed: Vec<Vec<u8>> =
        decode_bundle(&bundle, width).unwrap().iter().map(|entry| entry.to_vec()).collect();
    changed[6][40] ^= 1;
    desk.ledger.answer(&path, 200, encode_bundle(&changed).unwrap());
    assert_eq!(desk.proofs(), (3, vec![("entry".to_owned(), Some(6), None)]));
    desk.ledger.answer(&path, 200, bundle);

    // A hash tile.
    let tile = TileCoord::new(0, 0, width).unwrap().path();
    let client = Client::new(desk.ledger.url(), None, "en", |_| ());
    let good = client.log_file(&tile).unwrap();
    for at in [0, 32 * 7 + 3, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        desk.ledger.answer(&format!("/log/{tile}"), 200, bad);
        let (exit, found) = desk.audit(&[]);
        let findings = found["findings"].as_array().unwrap();
        let tiles: Vec<_> = findings.iter().filter(|it| it["class"] == "tile").collect();
        assert_eq!((exit, tiles.len()), (3, 1), "{found}");
        assert_eq!(tiles[0]["detail"], tile.as_str());
    }
    desk.ledger.answer(&format!("/log/{tile}"), 200, good);

    // Each body: one that is of no form, and one that is another's.
    let bodied: Vec<usize> = (0..taken.len()).filter(|it| taken[*it].body().is_some()).collect();
    for (at, number) in bodied.iter().enumerate() {
        let body = taken[*number].body().unwrap().encode();
        let other = bodied[(at + 1) % bodied.len()];
        let mut broken = body.clone();
        broken[0] ^= 1;
        let path = format!("/v1/records/{}/body", id(*number));
        for bad in [broken, taken[other].body().unwrap().encode()] {
            desk.ledger.answer(&path, 200, bad);
            let (exit, proofs) = desk.proofs();
            assert_eq!(exit, 3, "{proofs:?}");
            assert_eq!(
                (proofs[0].0.as_str(), proofs[0].2.as_deref()),
                ("body", Some(id(*number).as_str()))
            );
        }
        desk.ledger.answer(&path, 200, body);
    }

    // Each certificate: each of its parts, and all of it.
    let certificates = "/v1/blocks/certificates";
    for height in 1..=4 {
        let own = log.certificate_of(height);
        // Version, height, round, value, count, signer, signature.
        let mut tampered: Vec<Vec<u8>> = [0, 8, 12, 13, 46, 47, 80, own.len() - 1]
            .map(|at| {
                let mut bad = own.clone();
                bad[at] ^= 1;
                bad
            })
            .into();
        let mut short = own[..own.len() - 96].to_vec();
        short[46] -= 1;
        tampered.extend([short, own[..own.len() - 1].to_vec(), log.certificate_of(5 - height)]);
        tampered.push(Vec::new());
        for bad in tampered {
            desk.ledger.answer(certificates, 200, log.certificates(height, Some(&bad)));
            let (exit, found) = desk.audit(&QUIET);
            let findings = found["findings"].as_array().unwrap();
            assert_eq!((exit, findings.len()), (3, 1), "{found}");
            let named = (&findings[0]["class"], &findings[0]["height"]);
            assert_eq!(named, (&Value::from("certificate"), &Value::from(height)));
        }
    }
    desk.ledger.answer(certificates, 200, log.certificates(0, None));

    // What is told of each block: each of its parts, and nothing of it.
    for height in 1..=4 {
        let parts = ["size", "records", "time", "value", "previous", "root", "map_root"];
        for part in parts {
            log.serve_blocks(&desk.ledger, |view| {
                if view["height"] == height {
                    view[part] = match view[part].as_str() {
                        Some(told) => Value::from(told.replacen('2', "1", 1) + "0"),
                        None => Value::from(view[part].as_u64().unwrap() + 1),
                    };
                }
            });
            let (exit, found) = desk.audit(&QUIET);
            let findings = found["findings"].as_array().unwrap();
            assert_eq!((exit, findings.len()), (3, 1), "{part} {found}");
            let named = (&findings[0]["class"], &findings[0]["height"]);
            assert_eq!(named, (&Value::from("block-row"), &Value::from(height)));
        }
    }
    log.serve_blocks(&desk.ledger, |_| ());
    // A node that can't read a row says so, and is named.
    desk.ledger.refuse("/v1/blocks", Code::Internal);
    for (height, view) in log.heights() {
        desk.ledger.answer(&format!("/v1/blocks/{height}"), 200, view.to_string());
    }
    desk.ledger.refuse("/v1/blocks/2", Code::Internal);
    let (exit, found) = desk.audit(&QUIET);
    let findings = found["findings"].as_array().unwrap();
    assert_eq!((exit, findings.len()), (3, 1), "{found}");
    let named = (&findings[0]["class"], &findings[0]["height"], &findings[0]["detail"]);
    assert_eq!(named, (&Value::from("block-row"), &Value::from(2), &Value::from("TMG-5000")));
    // Each commitment that is believed since its record's body is closed, record by record: of several in a block the
    // map shows the last.
    let single = desk.audited_by(1);
    for number in &bodied {
        desk.close(&taken[*number]);
        let height = *number as u64 + 1;
        let own = single.told_of(height);
        for (begin, length) in rows_of(own, 0) {
            let changed = [begin, begin + length - 1].map(|byte| {
                let mut bad = own.to_vec();
                bad[byte] ^= 1;
                bad
            });
            let gone = [&own[..begin - 4], &own[begin + length..]].concat();
            for bad in changed.into_iter().chain([gone]) {
                single.serve_told(&desk.ledger, height, Some(&bad));
                let (exit, found) = desk.audit(&QUIET);
                let findings = found["findings"].as_array().unwrap().iter();
                let proofs: Vec<_> = findings.filter(|it| it["class"] != "closed").collect();
                assert!(exit == 3 && !proofs.is_empty(), "{found}");
                for it in proofs {
                    let named = (&it["class"], &it["height"], &it["record_id"]);
                    let expected = (&"commitment".into(), &height.into(), &id(*number).into());
                    assert_eq!(named, expected);
                }
            }
        }
        single.serve(&desk.ledger);
    }
    desk.forget_seen();
    log.serve(&desk.ledger);

    // Each subject: its status, its nonce, its count, its tree, and the inner nodes of the map above it.
    for good in log.subject_proofs() {
        let Row::Present(present) = &good.standing else { panic!("{}", good.subject) };
        let mut rows = Vec::new();
        if let StatusPart::Shown { nonce, status } = &present.status {
            let mut bad = (*nonce, status.clone());
            bad.0[3] ^= 1;
            rows.push((present.count, StatusPart::Shown { nonce: bad.0, status: bad.1.clone() }));
            bad.1[0] ^= 1;
            rows.push((present.count, StatusPart::Shown { nonce: *nonce, status: bad.1 }));
            rows.push((present.count, StatusPart::Hash(STATUS_NONE)));
        } else {
            rows.push((present.count, StatusPart::Hash(StatusHash([1; 32]))));
        }
        if present.count > 0 {
            rows.push((present.count + 1, present.status.clone()));
        }
        let of =
            |present: Present| SubjectProof { standing: Row::Present(present), ..good.clone() };
        let mut tampered: Vec<SubjectProof> = rows
            .into_iter()
            .map(|(count, status)| of(Present { count, status, ..present.clone() }))
            .collect();
        if let Some((root, path)) = &present.rest {
            let mut root = *root;
            root.0[0] ^= 1;
            tampered.push(of(Present { rest: Some((root, path.clone())), ..present.clone() }));
        }
        let mut inner = good.clone();
        *inner.map_path.last_mut().unwrap() ^= 1;
        tampered.push(inner);
        tampered.push(SubjectProof { standing: Row::Absent, ..good.clone() });
        let path = format!("/v1/subjects/{}/proof", good.subject);
        // Some subjects stand for all of their kind: each audit takes its time.
        let few = good.subject.map_key().as_bytes()[0] % 64 == 0;
        for bad in tampered.into_iter().filter(|_| few) {
            desk.ledger.answer(&path, 200, bad.encode());
            let (exit, found) = desk.audit(&QUIET);
            let findings = found["findings"].as_array().unwrap();
            assert_eq!((exit, findings.len()), (3, 1), "{found}");
            let named = (&findings[0]["class"], findings[0]["subject"].as_str());
            assert_eq!(named, (&Value::from("subject"), Some(good.subject.to_text().as_str())));
        }
        desk.ledger.answer(&path, 200, good.encode());
    }

    // The attachment: each part of its chunk, and the figures of its manifest.
    let length = uses.chunk.len();
    let mut tampered: Vec<(usize, usize, Vec<u8>)> = [0, 2, length / 2, length - 1]
        .map(|at| {
            let mut bad = uses.chunk.clone();
            bad[at] ^= 1;
            (length, 1, bad)
        })
        .into();
    tampered.push((length, 1, uses.chunk[..length - 1].to_vec()));
    tampered.extend(
        [(length + 1, 1), (length, 2), (length, 0)]
            .map(|(bytes, chunks)| (bytes, chunks, uses.chunk.clone())),
    );
    let at = log.size() - 2;
    let brought = Some(uses.submission.record().id().to_string());
    for (bytes, chunks, chunk) in tampered {
        uses.serve(&desk, bytes, chunks, Some(&chunk));
        let proofs = desk.proofs();
        assert_eq!(proofs, (3, vec![("attachment".to_owned(), Some(at), brought.clone())]));
    }
    uses.serve(&desk, length, 1, Some(&uses.chunk));

    // The checkpoint: root, and signatures.
    let note = log.note();
    let text = note.encode();
    let root = text.lines().nth(2).unwrap();
    let other =
        if root.starts_with('A') { root.replacen('A', "B", 1) } else { format!("A{}", &root[1..]) };
    for bad in
        [text.replace(root, &other), text.lines().take(5).map(|it| format!("{it}\n")).collect()]
    {
        desk.ledger.answer("/log/checkpoint", 200, bad);
        let call = desk.call(&["audit"]);
        assert!(matches!(call.exit, 3 | 4), "{}", call.stderr);
    }
    desk.ledger.answer("/log/checkpoint", 200, text);
    assert_eq!(desk.proofs(), (0, Vec::new()), "all is as it was");
}

#[test]
fn lines_that_are_not_what_their_record_says_are_named_though_a_quorum_stated_them() {
    for (more, expected) in [(0, None), (1, Some("lines"))] {
        let desk = Desk::imported();
        let mut log = desk.audited();
        let uses = Uses::new(3, more);
        log.commit(std::slice::from_ref(&uses.submission), UnixMillis(NOW.get() + 9_000));
        log.serve(&desk.ledger);
        uses.serve(&desk, uses.chunk.len(), 1, Some(&uses.chunk));
        let told = expected.map(|class| {
            let id = uses.submission.record().id().to_string();
            (class.to_owned(), Some(log.size() - 2), Some(id))
        });
        let exit = if told.is_some() { 3 } else { 0 };
        assert_eq!(desk.proofs(), (exit, told.into_iter().collect()), "{more}");

        // What is not held proves nothing.
        uses.serve(&desk, uses.chunk.len(), 1, None);
        let (exit, found) = desk.audit(&[]);
        assert_eq!((exit, &found["counts"]["unheld"]), (0, &Value::from(1)), "{found}");
    }
}

#[test]
fn what_a_quorum_lies_about_is_named_with_its_block() {
    let desk = Desk::imported();
    let taken = desk.ledger.taken();
    type Lie = fn(&mut tamga_format::block_leaf::BlockLeaf);
    let lies: [(&str, Lie); 5] = [
        ("map", |leaf| leaf.map_root = MapRoot([9; 32])),
        ("block", |leaf| leaf.time = UnixMillis(NOW.get() - 1)),
        ("block", |leaf| leaf.prev.0[0] ^= 1),
        ("block", |leaf| leaf.rules.0[0] ^= 1),
        ("block", |leaf| leaf.ext = None),
    ];
    for (class, lie) in lies {
        desk.forget_seen();
        let mut log = ServedLog::lawful();
        log.commit(&taken[..5], NOW);
        log.commit_with(&taken[5..], UnixMillis(NOW.get() + 1), lie);
        log.serve(&desk.ledger);
        let (exit, found) = desk.audit(&QUIET);
        let findings = found["findings"].as_array().unwrap();
        assert_eq!((exit, findings.len()), (3, 1), "{found}");
        assert_eq!(
            (&findings[0]["class"], &findings[0]["height"]),
            (&Value::from(class), &Value::from(2))
        );
    }
}

#[test]
fn missed_deadlines_are_observed_and_prove_nothing() {
    let desk = Desk::imported();
    desk.audited();
    let (exit, found) = desk.audit(&["--late", "1000000"]);
    let findings = found["findings"].as_array().unwrap();
    assert_eq!((exit, &found["clean"]), (0, &Value::Bool(true)), "{found}");
    assert!(!findings.is_empty() && findings.iter().all(|it| it["class"] == "delay"), "{found}");
    for finding in findings {
        let (rule, due) = finding["detail"].as_str().unwrap().split_once(' ').unwrap();
        assert!(rule.starts_with('D') && due.len() == 10, "{finding}");
        assert!(finding["subject"].as_str().unwrap().starts_with("case:"), "{finding}");
        assert!(finding["index"].is_u64() && finding["record_id"].is_string(), "{finding}");
    }
    assert_eq!(desk.audit(&["--fail-on", "delay>0"]).0, 11);
    assert_eq!(desk.audit(&["--fail-on", "duplicate>0"]).0, 0);
}

#[test]
fn a_body_that_is_not_to_be_had_is_no_falsehood_and_can_be_made_to_fail() {
    let desk = Desk::imported();
    desk.audited();
    let taken = desk.ledger.taken();
    let last = taken.iter().rev().find(|it| it.body().is_some()).unwrap().record().id();
    desk.ledger.refuse(&format!("/v1/records/{last}/body"), Code::NotFound);
    let (exit, found) = desk.audit(&QUIET);
    assert_eq!((exit, &found["clean"]), (0, &Value::Bool(true)), "{found}");
    assert_eq!(found["counts"]["closed"], 1);
    assert_eq!(
        (&found["maps_compared_before"], &found["public_rules_only"]),
        (&Value::Null, &1.into())
    );
    for (threshold, exit) in
        [("closed>0", 11), ("closed>1", 0), ("closed>1%", 11), ("closed>50%", 0)]
    {
        assert_eq!(desk.audit(&["--fail-on", threshold]).0, exit, "{threshold}");
    }
    for wrong in ["closed", "closed>x", "nothing>1"] {
        assert_eq!(desk.call(&["audit", "--fail-on", wrong]).exit, 2, "{wrong}");
    }
}

#[test]
fn a_rewritten_log_is_noticed_though_all_signed_it() {
    let desk = Desk::imported();
    let taken = desk.ledger.taken();
    let state = desk.path("audit-state.json");
    let options = ["--state", &state];
    let mut first = ServedLog::lawful();
    first.commit(&taken[..5], NOW);
    first.serve(&desk.ledger);
    assert_eq!(desk.audit(&options).0, 0);
    desk.write("alone.json", &desk.text("audit-state.json"));
    desk.audited();
    let (exit, found) = desk.audit(&options);
    assert_eq!((exit, &found["signatures"]), (0, &Value::from(RECORDS)), "five of them before");
    assert!(found["resumed_from"].is_u64(), "{found}");
    // Where nothing but the checkpoint was kept, all is executed, and signatures are not checked again.
    let (exit, found) = desk.audit(&["--state", &desk.path("alone.json")]);
    assert_eq!((exit, &found["signatures"]), (0, &Value::from(RECORDS - 5)), "{found}");
    assert_eq!((&found["resumed_from"], &found["records"]), (&Value::Null, &RECORDS.into()));

    // The same checkpoint again, then one of a log in which a record is gone, and one that went back.
    assert_eq!(desk.audit(&options).0, 0);
    let kept = desk.text("audit-state.json");
    let mut other = ServedLog::lawful();
    other.commit(&taken[..4], NOW);
    for second in 1..9 {
        other.commit(&[], UnixMillis(NOW.get() + second));
    }
    other.commit(&taken[4..], UnixMillis(NOW.get() + 9));
    for log in [other, first] {
        log.serve(&desk.ledger);
        let (exit, found) = desk.audit(&options);
        assert_eq!((exit, &found["counts"]["rewritten"]), (12, &Value::from(1)), "{found}");
        assert_eq!(desk.text("audit-state.json"), kept, "the evidence stays");
    }
}

#[test]
fn other_sources_have_to_show_the_same_log() {
    let desk = Desk::imported();
    let log = desk.audited();
    let source = FakeLedger::start();
    let (url, devnet) = (desk.ledger.url().to_owned(), desk.path("devnet"));
    let (state, report) = (desk.path("state"), desk.path("audit.json"));
    let audit = |options: &[&str]| {
        let env = [
            ("TAMGA_URL", url.as_str()),
            ("TAMGA_DEVNET", &devnet),
            ("XDG_STATE_HOME", &state),
            ("TAMGA_NODES", &url),
        ];
        call_with(&[&["audit", "--report", &report], &QUIET[..], options].concat(), &env)
    };
    let named = ["--source", source.url(), "--source", &format!("{url}/")];
    let sources = || -> Value {
        serde_json::from_str::<Value>(&desk.text("audit.json")).unwrap()["report"]["sources"].take()
    };
    log.serve(&source);
    let same = audit(&named);
    assert_eq!(same.exit, 0, "{}{}", same.stdout, same.stderr);
    let line = format!("✔ {} shows the same log, {} entries", source.url(), log.size());
    assert!(same.stdout.contains(&line), "{}", same.stdout);
    assert_eq!(sources()[0]["standing"], "current", "{}", sources());
    assert_eq!(sources().as_array().unwrap().len(), 1, "the audited node is no source of itself");
    assert_eq!(audit(&[]).exit, 0, "the settings name the audited node alone");
    assert_eq!(sources(), Value::from(Vec::<Value>::new()));

    // Whoever does not answer proves nothing; whoever shows less than before is told.
    source.refuse("/log/checkpoint", Code::NotFound);
    let silent = audit(&named);
    assert_eq!(silent.exit, 0, "{}", silent.stdout);
    assert!(silent.stdout.contains("could not be compared"), "{}", silent.stdout);
    let taken = desk.ledger.taken();
    let mut shorter = ServedLog::lawful();
    shorter.commit(&taken[..5], NOW);
    shorter.serve(&source);
    let back = audit(&named);
    assert_eq!((back.exit, &sources()[0]["standing"]), (3, &Value::from("went-back")));
    assert!(back.stdout.contains("fewer than it showed before"), "{}", back.stdout);

    // Another log of the same keys: a fork, with evidence that anybody can check.
    let mut other = ServedLog::lawful();
    for block in taken[..RECORDS - 1].chunks(4) {
        other.commit(block, NOW);
    }
    other.commit(&taken[RECORDS - 1..], UnixMillis(NOW.get() + 9_000));
    other.serve(&source);
    let forked = audit(&named);
    assert_eq!(forked.exit, 12, "{}{}", forked.stdout, forked.stderr);
    assert!(forked.stderr.contains(".tamga-evidence"), "{}", forked.stderr);
    let policy = desk.path("devnet/policy.txt");
    let env = [("TAMGA_URL", url.as_str()), ("TAMGA_POLICY", &policy)];
    let here = call_with(&["audit", named[0], named[1]], &env);
    assert_eq!(here.exit, 2, "without a folder for evidence nothing is compared: {}", here.stderr);
}

#[test]
fn a_signed_report_is_checked_offline() {
    let desk = Desk::imported();
    desk.audited();
    let key = crate::keyfile::seal(&seed("auditor"), "horse", 2).unwrap();
    desk.write("auditor.key", &key);
    desk.write("secret", "horse\n");
    let (report, secret) = (desk.path("audit.json"), desk.path("secret"));
    let named = format!("auditor={}", desk.path("auditor.key"));
    let call = desk.call(&[
        "audit",
        "--report",
        &report,
        "--sign",
        "auditor",
        "--key",
        &named,
        "--passphrase-file",
        &secret,
    ]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    let signer = SigningKey::from_seed(seed("auditor")).public().key_id();
    let verify = |by: &str| desk.call(&["audit", "verify", &report, "--by", by]).exit;
    assert_eq!(verify(&signer.to_string()), 0);
    assert_eq!(verify(&"0".repeat(64)), 3, "another's");
    let text = desk.text("audit.json");
    for (is, becomes) in
        [("\"records\": 12", "\"records\": 13"), ("\"clean\": true", "\"clean\": false")]
    {
        assert!(text.contains(is), "{text}");
        desk.write("audit.json", &text.replace(is, becomes));
        assert_eq!(verify(&signer.to_string()), 3, "{becomes}");
    }
    let call = desk.call(&["audit", "--report", &report]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    assert_eq!(verify(&signer.to_string()), 3, "a report without a signature");
}

#[test]
fn an_audit_that_goes_on_shows_figures_and_ends_when_told() {
    let desk = Desk::imported();
    let log = desk.audited();
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let (url, devnet) = (desk.ledger.url().to_owned(), desk.path("devnet"));
    let interrupted = Arc::new(AtomicBool::new(false));
    let audit = std::thread::spawn({
        let (address, interrupted) = (address.clone(), Arc::clone(&interrupted));
        move || {
            let env = [("TAMGA_URL", url.as_str()), ("TAMGA_DEVNET", devnet.as_str())];
            let world = World { interrupted, ..World::with(&env) };
            world.call(&["audit", "--follow", "--interval", "1", "--metrics", &address])
        }
    });
    let size = format!("tamga_audit_log_size {}\n", log.size());
    let shown = (0..2_000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let figures = ureq::get(format!("http://{address}/metrics")).call();
        let figures = figures.ok().and_then(|mut it| it.body_mut().read_to_string().ok());
        figures.is_some_and(|it| it.contains(&size) && it.contains("tamga_audit_clean 1\n"))
    });
    interrupted.store(true, Ordering::Relaxed);
    let call = audit.join().unwrap();
    assert!(shown, "{}", call.stderr);
    assert_eq!(call.exit, 130, "{}", call.stderr);
}
