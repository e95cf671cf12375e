//! Submitting, validating, drafting, batches.

use tamga_format::acceptance::Acceptance;
use tamga_format::note::{VKey, VKeyKind};

use super::*;

pub(super) const ONE: &str = "application/tamga-submission+cbor";
pub(super) const MANY: &str = "application/tamga-batch+cbor";

fn told(verdict: Result<Admission, Refusal>, settled: Settled) -> Fake {
    let fake = Fake::holding(vec![presented()]);
    *fake.verdicts.lock().unwrap() = vec![verdict];
    *fake.settled.lock().unwrap() = Some(settled);
    fake
}

#[tokio::test]
async fn a_new_record_is_accepted_or_earns_its_receipt() {
    let id = presented().0.id();
    for (query, settled, status) in [
        ("", Settled::Final, 202),
        ("?wait=accepted", Settled::Final, 202),
        ("?wait=final", Settled::Pending, 202),
        ("?wait=final&timeout=5", Settled::Final, 201),
    ] {
        let server = Server::new(told(Ok(Admission::New), settled));
        let answer = server.post(&format!("/v1/records{query}"), ONE, submission()).await;
        assert_eq!(answer.status.as_u16(), status, "{query}");
        assert!(answer.header("tamga-checkpoint").starts_with("size=1; root=0707"));
        assert_eq!(answer.header("idempotency-replayed"), "");
        if status == 202 {
            assert_eq!(answer.header("location"), format!("/v1/operations/{id}"));
            assert_eq!(answer.header("retry-after"), "1");
            assert_eq!(answer.json()["record_id"], id.to_string());
            assert_eq!(answer.json()["status"], "accepted");
        } else {
            assert_eq!(answer.header("location"), format!("/v1/records/{id}"));
            assert!(answer.header("content-type").starts_with("text/plain"));
            assert!(answer.text().starts_with("tamga-receipt/v1\n"), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn what_is_taken_is_taken_with_a_signed_word() {
    let id = presented().0.id();
    let key = VKey::new("v1", VKeyKind::Log, network().public()).unwrap();
    for admission in [Admission::New, Admission::Pending] {
        let server = Server::new(told(Ok(admission), Settled::Pending));
        let before = Clock.now();
        let answer = server.post("/v1/records", ONE, submission()).await;
        assert_eq!(answer.status, 202);
        let note = Note::parse(answer.json()["acceptance"].as_str().unwrap()).unwrap();
        let word = Acceptance::verify(&note, &key).unwrap();
        assert_eq!((word.genesis, word.record), (GENESIS, id));
        assert_eq!(word.verdict_by, presented().0.record().valid_until);
        assert!(before <= word.held_at && word.held_at <= Clock.now());
    }
    let logged = told(Ok(Admission::Logged(LeafIndex(0))), Settled::Pending);
    let answer = Server::new(logged).post("/v1/records", ONE, submission()).await;
    assert_eq!((answer.status.as_u16(), answer.json().get("acceptance")), (202, None));
}

#[tokio::test]
async fn a_receipt_comes_in_an_envelope_to_those_who_ask_for_json() {
    let server = Server::new(told(Ok(Admission::New), Settled::Final));
    let request = Request::post("/v1/records?wait=final")
        .header("content-type", ONE)
        .header("accept", "application/json")
        .body(Content::from(submission()))
        .unwrap();
    let answer = server.send(request).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["status"], "final");
    assert_eq!(answer.json()["data"]["kind"], "E01");
    assert!(answer.json()["receipt"].as_str().unwrap().starts_with("tamga-receipt/v1\n"));
}

#[tokio::test]
async fn the_same_bytes_again_are_harmless() {
    for (admission, settled, query, status) in [
        (Admission::Pending, Settled::Pending, "", 202),
        (Admission::Logged(LeafIndex(0)), Settled::Final, "", 200),
        (Admission::Logged(LeafIndex(0)), Settled::Final, "?wait=final", 200),
        (Admission::Logged(LeafIndex(0)), Settled::Pending, "", 202),
    ] {
        let server = Server::new(told(Ok(admission), settled));
        let answer = server.post(&format!("/v1/records{query}"), ONE, submission()).await;
        assert_eq!(answer.status.as_u16(), status, "{admission:?}");
        assert_eq!(answer.header("idempotency-replayed"), "true");
    }
}

#[tokio::test]
async fn a_refusal_names_code_place_and_remedy() {
    let refuse = || told(Err(refusal(Code::StageNotAllowed, "/kind")), Settled::Pending);
    let problem = Server::new(refuse()).post("/v1/records", ONE, submission()).await;
    let problem = problem.is_problem(Code::StageNotAllowed);
    assert_eq!(problem["errors"][0]["pointer"], "/kind");
    assert_eq!(problem["errors"][0]["code"], "stage-not-allowed");
    assert_eq!(problem["instance"], "/v1/records");

    let request = Request::post("/v1/records")
        .header("content-type", ONE)
        .header("accept-language", "kk, ru;q=0.5")
        .body(Content::from(submission()))
        .unwrap();
    let answer = Server::new(refuse()).send(request).await;
    assert_eq!(answer.header("content-language"), "kk");
    assert_eq!(answer.json()["title"], Code::StageNotAllowed.info().title.kk);
}

#[tokio::test]
async fn whoever_comes_second_learns_who_came_first() {
    let server =
        Server::new(told(Err(refusal(Code::SequenceConflict, "/after")), Settled::Pending));
    let answer = server.post("/v1/records", ONE, submission()).await;
    let problem = answer.is_problem(Code::SequenceConflict);
    assert_eq!(problem["last_record"], presented().0.id().to_string());
}

#[tokio::test]
async fn a_record_left_out_while_its_writer_waits_is_refused() {
    let settled = Settled::Refused(refusal(Code::RecordExpired, ""));
    let server = Server::new(told(Ok(Admission::New), settled));
    server.post("/v1/records?wait=final", ONE, submission()).await.is_problem(Code::RecordExpired);
}

/// A rate at which a pool of 40,000 is drained in ten seconds.
fn slow() -> (watch::Sender<u64>, Arc<DrainRate>) {
    let (pool, waiting) = watch::channel(40_000);
    let drain = DrainRate::new(waiting);
    let now = tokio::time::Instant::now();
    for tenth in (0..100).rev() {
        drain.decided(400, now - Duration::from_millis(tenth * 100));
    }
    (pool, Arc::new(drain))
}

/// Asserts what is asked to wait: ten seconds, give or take what a busy machine loses on the way.
#[track_caller]
fn comes_again(answer: &Answer) -> u64 {
    let seconds = answer.header("retry-after").parse().unwrap();
    assert!((9..=15).contains(&seconds), "{seconds}");
    seconds
}

#[tokio::test]
async fn a_full_pool_says_when_to_come_again() {
    let full = || told(Err(refusal(Code::PoolFull, "")), Settled::Pending);
    let (_pool, drain) = slow();
    let server = Server::of(full(), |parts| HttpParts { drain, ..parts });
    let answer = server.post("/v1/records", ONE, submission()).await;
    let problem = answer.is_problem(Code::PoolFull);
    let seconds = comes_again(&answer);
    assert_eq!(problem["retry_after"], seconds);
    let told = format!("the pool is full; what waits is decided in {seconds} s, try again then");
    assert_eq!(problem["detail"], told);

    let (_pool, drain) = slow();
    let server = Server::of(full(), |parts| HttpParts { drain, ..parts });
    let answer = server.post("/v1/records/batch", MANY, batch(&[&submission()])).await;
    assert!(answer.json()["problem"]["retry_after"].as_u64().unwrap() > 5, "{}", answer.text());

    let answer = Server::new(full()).post("/v1/records", ONE, submission()).await;
    assert_eq!(answer.header("retry-after"), "1", "nothing is known yet");
}

#[tokio::test]
async fn who_is_accepted_hears_when_the_pool_will_be_decided() {
    let (_pool, drain) = slow();
    let fake = told(Ok(Admission::New), Settled::Pending);
    let server = Server::of(fake, |parts| HttpParts { drain, ..parts });
    comes_again(&server.post("/v1/records", ONE, submission()).await);

    let (_pool, drain) = slow();
    let id = distributed(2).0.id();
    let mut fake = Fake::holding(vec![presented()]);
    fake.final_size.store(0, std::sync::atomic::Ordering::Relaxed);
    fake.pool.insert(id, Standing::Pooled(UnixMillis(NOW)));
    let server = Server::of(fake, |parts| HttpParts { drain, ..parts });
    comes_again(&server.get(&format!("/v1/operations/{id}")).await);
    comes_again(&server.get(&format!("/v1/records/{id}/receipt")).await);
    let ordered = presented().0.id();
    let answer = server.get(&format!("/v1/operations/{ordered}")).await;
    assert_eq!(answer.header("retry-after"), "1", "what is in a block waits for signatures only");
}

#[tokio::test]
async fn too_many_waits_cost_the_wait_and_nothing_else() {
    let limits = HttpLimits { waits_max: 0, ..HttpLimits::default() };
    let server = Server::with(told(Ok(Admission::New), Settled::Final), limits);
    let answer = server.post("/v1/records?wait=final", ONE, submission()).await;
    assert_eq!(answer.status, 202);
}

#[tokio::test]
async fn bad_requests_are_problems() {
    let server = Server::new(Fake::default());
    let cut = submission()[..50].to_vec();
    let long = vec![0; 200_000];
    server.post("/v1/records", "application/json", submission()).await.is_problem(Code::MediaType);
    server.post("/v1/records", ONE, long).await.is_problem(Code::PayloadTooLarge);
    server.post("/v1/records", ONE, cut).await.is_problem(Code::FormatInvalid);
    server.post("/v1/records", ONE, Vec::new()).await.is_problem(Code::FormatInvalid);
    for query in ["wait=forever", "timeout=61", "timeout=x", "wiat=final"] {
        let answer = server.post(&format!("/v1/records?{query}"), ONE, submission()).await;
        answer.is_problem(Code::BadParameter);
    }
    // A body without an announced length is cut off at the limit, too.
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0_u8; 10_000]));
    let answer = server.post("/v1/records", ONE, Content::from_stream(endless)).await;
    answer.is_problem(Code::PayloadTooLarge);
}

#[tokio::test]
async fn a_panic_costs_one_request() {
    let server = Server::new(Fake { panics: true, ..Fake::default() });
    server.post("/v1/records", ONE, submission()).await.is_problem(Code::Internal);
    assert_eq!(server.get("/livez").await.status, 200);
}

pub(super) fn batch(parts: &[&[u8]]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(parts.len());
    for part in parts {
        writer.raw(part);
    }
    writer.finish()
}

#[tokio::test]
async fn a_batch_tells_of_every_submission_in_order() {
    let (record, _) = distributed(2);
    let second = Submission::new(record, None).unwrap().encode();
    let mut garbage = Writer::new();
    garbage.array(2).bytes(&[0xD2, 0x84]).null();
    let body = batch(&[&submission(), &garbage.finish(), &second]);

    let fake = told(Ok(Admission::New), Settled::Final);
    fake.verdicts.lock().unwrap().push(Err(refusal(Code::NotAssignee, "/issuer")));
    let answer = Server::new(fake).post("/v1/records/batch?wait=final", MANY, body).await;
    assert_eq!(answer.status, 207);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.header("tamga-batch-rejected"), "2");
    let lines: Vec<Json> =
        answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seen: Vec<_> =
        lines.iter().map(|line| (line["line"].clone(), line["status"].clone())).collect();
    let expected = [(0, "final"), (1, "rejected"), (2, "rejected")];
    assert_eq!(seen, expected.map(|(line, status)| (json!(line), json!(status))));
    assert_eq!((&lines[0]["index"], &lines[0]["height"]), (&json!(0), &json!(1)));
    assert_eq!(lines[1]["problem"]["code"], Code::FormatInvalid.to_string());
    assert_eq!(lines[2]["problem"]["errors"][0]["pointer"], "/issuer");
}

#[tokio::test]
async fn the_status_of_a_batch_hides_nothing() {
    let one = submission();
    for (settled, query, status) in [
        (Settled::Pending, "", 202),
        (Settled::Pending, "?wait=final&timeout=1", 202),
        (Settled::Final, "?wait=final&timeout=1", 200),
        (Settled::Refused(refusal(Code::RecordExpired, "")), "?wait=final", 207),
    ] {
        let server = Server::new(told(Ok(Admission::New), settled));
        let answer = server.post(&format!("/v1/records/batch{query}"), MANY, batch(&[&one])).await;
        assert_eq!(answer.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn a_dry_run_tells_the_verdicts_and_takes_nothing() {
    let (record, _) = distributed(2);
    let second = Submission::new(record, None).unwrap().encode();
    let verdicts = [
        Ok(Admission::Logged(LeafIndex(0))),
        Ok(Admission::New),
        Err(refusal(Code::NotAssignee, "/issuer")),
    ];
    let fake = Arc::new(Fake::holding(vec![presented()]));
    *fake.verdicts.lock().unwrap() = verdicts.to_vec();
    *fake.settled.lock().unwrap() = Some(Settled::Final);
    let server = Server::over(Arc::clone(&fake));
    let body = batch(&[&submission(), &second, &second]);
    let answer = server.post("/v1/records/batch?dry_run=true", MANY, body.clone()).await;
    assert_eq!(answer.status, 207);
    let lines: Vec<Json> =
        answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["status"], &lines[0]["replayed"]), (&json!("final"), &json!(true)));
    assert_eq!((&lines[1]["status"], &lines[1]["replayed"]), (&json!("accepted"), &Json::Null));
    assert_eq!(lines[2]["problem"]["code"], Code::NotAssignee.to_string());
    assert_eq!(fake.admitted.load(std::sync::atomic::Ordering::Relaxed), 0);
    for query in ["dry_run=true&wait=final", "dry_run=true&timeout=1", "dry_run=yes"] {
        let answer = server.post(&format!("/v1/records/batch?{query}"), MANY, body.clone()).await;
        answer.is_problem(Code::BadParameter);
    }
}

#[tokio::test]
async fn a_batch_that_is_none_fails_as_a_whole() {
    let server = Server::new(Fake::default());
    let one = submission();
    let many = vec![one.as_slice(); 1_001];
    let small = HttpLimits { batch_bytes_max: 10, ..HttpLimits::default() };
    let trailing = [batch(&[&one]), vec![0]].concat();
    server.post("/v1/records/batch", MANY, batch(&many)).await.is_problem(Code::PayloadTooLarge);
    server.post("/v1/records/batch", MANY, trailing).await.is_problem(Code::FormatInvalid);
    server.post("/v1/records/batch", MANY, one.clone()).await.is_problem(Code::FormatInvalid);
    server.post("/v1/records/batch", ONE, batch(&[&one])).await.is_problem(Code::MediaType);
    let server = Server::with(Fake::default(), small);
    server.post("/v1/records/batch", MANY, batch(&[&one])).await.is_problem(Code::PayloadTooLarge);
}

#[tokio::test]
async fn validation_has_the_verdict_of_admission() {
    let answer = Server::new(Fake::default()).post("/v1/records:validate", ONE, submission()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({ "record_id": presented().0.id().to_string(), "known": false })
    );
    let server = Server::new(told(Err(refusal(Code::UnknownKey, "")), Settled::Pending));
    server.post("/v1/records:validate", ONE, submission()).await.is_problem(Code::UnknownKey);
}

#[tokio::test]
async fn a_draft_becomes_the_bytes_to_sign() {
    use base64ct::{Base64, Encoding as _};
    let (signed, _) = presented();
    let draft = Draft::read(signed.record(), presented().1.as_ref());
    let ask = json!({
        "draft": draft,
        "key_id": key().public().key_id().to_string(),
        "nonce": "01".repeat(16),
    });
    let server = Server::new(Fake::default());
    let answer = server.post("/v1/records:draft", "application/json", ask.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let part = |name: &str| Base64::decode_vec(answer.json()[name].as_str().unwrap()).unwrap();

    // What a client without our library does: sign, and put the four parts together.
    let mut entry = vec![0xD2];
    let mut writer = Writer::new();
    writer.array(4).bytes(&part("protected")).map(0).bytes(&part("payload"));
    writer.bytes(&key().sign(&part("to_sign")).0);
    entry.extend(writer.finish());
    let record = SignedRecord::decode(&entry).unwrap();
    assert_eq!(record.id().to_string(), answer.json()["record_id"].as_str().unwrap());
    let body = Body::decode(&part("body")).unwrap();
    assert_eq!(Draft::read(record.record(), Some(&body)), draft);
    assert!(record.verify(&key().public()).is_ok());
}

#[tokio::test]
async fn a_wrong_draft_is_told_where() {
    let server = Server::new(Fake::default());
    let (signed, body) = presented();
    let draft = Draft::read(signed.record(), body.as_ref());
    let ask = |draft: Json, key_id: &str| json!({ "draft": draft, "key_id": key_id }).to_string();
    let good = key().public().key_id().to_string();
    let json = "application/json";

    let mut wrong = serde_json::to_value(&draft).unwrap();
    wrong["fields"]["claim_order"] = json!("three");
    let answer = server.post("/v1/records:draft", json, ask(wrong, &good)).await;
    let problem = answer.is_problem(Code::Validation);
    assert_eq!(problem["errors"][0]["pointer"], "/draft/fields/claim_order");

    let mut wrong = serde_json::to_value(&draft).unwrap();
    wrong["feilds"] = json!({});
    let answer = server.post("/v1/records:draft", json, ask(wrong, &good)).await;
    assert!(answer.is_problem(Code::UnknownField)["detail"].as_str().unwrap().contains("feilds"));

    let right = serde_json::to_value(&draft).unwrap();
    server.post("/v1/records:draft", json, ask(right, "zz")).await.is_problem(Code::Validation);
    server.post("/v1/records:draft", json, "{").await.is_problem(Code::Malformed);
    server.post("/v1/records:draft", json, "[]").await.is_problem(Code::Validation);
}
