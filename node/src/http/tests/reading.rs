//! Records, cases, the feed, the log, the network, probes.

use super::*;

const UNKNOWN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn two() -> Fake {
    Fake::holding(vec![presented(), distributed(2)])
}

#[tokio::test]
async fn the_public_sees_a_record_s_place_and_kind_only() {
    let (signed, _) = presented();
    let server = Server::new(two());
    let path = format!("/v1/records/{}", signed.id());
    let answer = server.get(&path).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("cache-control").contains("immutable"));
    let view = answer.json();
    assert_eq!(
        (&view["kind"], &view["index"], &view["status"]),
        (&json!("E01"), &json!(0), &json!("final"))
    );
    assert!(view.get("record").is_none());

    let answer = server.get_with(&path, &[("authorization", TOKEN)]).await;
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(answer.json()["record"]["body"]["amount_due"], 5000);
    server.get(&format!("/v1/records/{UNKNOWN}")).await.is_problem(Code::NotFound);
    server.get("/v1/records/xyz").await.is_problem(Code::NotFound);
    server.get(&format!("{path}?x=1")).await.is_problem(Code::BadParameter);
}

#[tokio::test]
async fn receipts_and_proofs_are_for_final_records() {
    let server = Server::new(two());
    let id = presented().0.id();
    let answer = server.get(&format!("/v1/records/{id}/receipt")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with("tamga-receipt/v1\n"));
    assert!(!answer.text().contains("\nopened "));
    let tag = answer.header("etag").to_owned();
    let again =
        server.get_with(&format!("/v1/records/{id}/receipt"), &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, 304);
    let proof = server.get(&format!("/v1/records/{id}/proof")).await;
    assert!(proof.text().starts_with("c2sp.org/tlog-proof@v1\n"));

    let waiting = two();
    waiting.final_size.store(1, std::sync::atomic::Ordering::Relaxed);
    let server = Server::new(waiting);
    let second = distributed(2).0.id();
    for what in ["receipt", "proof"] {
        let answer = server.get(&format!("/v1/records/{second}/{what}")).await;
        assert_eq!(answer.status, 202);
        assert_eq!(answer.json()["status"], "ordered");
        assert_eq!(answer.header("retry-after"), "1");
        server.get(&format!("/v1/records/{UNKNOWN}/{what}")).await.is_problem(Code::NotFound);
    }
}

#[tokio::test]
async fn bodies_open_to_holders_of_a_token_only() {
    let server = Server::new(two());
    let id = presented().0.id();
    let token = [("authorization", TOKEN)];
    for path in [format!("/v1/records/{id}/body"), format!("/v1/records/{id}/receipt?open=*")] {
        let answer = server.get(&path).await;
        answer.is_problem(Code::Unauthenticated);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(
            server.get_with(&path, &token).await.header("cache-control"),
            "private, no-store"
        );
    }
    let body = server.get_with(&format!("/v1/records/{id}/body"), &token).await;
    assert_eq!(Body::decode(&body.body).unwrap(), presented().1.unwrap());
    let opened = |names: &str| format!("/v1/records/{id}/receipt?open={names}");
    let one = server.get_with(&opened("amount_due"), &token).await;
    assert_eq!(
        (one.text().matches("\nopened ").count(), one.text().matches("\nhidden ").count()),
        (1, 1)
    );
    let all = server.get_with(&opened("*"), &token).await;
    assert_eq!(all.text().matches("\nopened ").count(), 2);
    server.get_with(&opened("sum"), &token).await.is_problem(Code::UnknownField);
    let bodiless = format!("/v1/records/{}/body", distributed(2).0.id());
    server.get_with(&bodiless, &token).await.is_problem(Code::NotFound);
}

#[tokio::test]
async fn an_operation_tells_how_a_submission_goes_on() {
    let mut fake = two();
    let (waiting, refused) = (distributed(3).0.id(), distributed(4).0.id());
    fake.pool.insert(waiting, Standing::Pooled(UnixMillis(NOW)));
    fake.pool.insert(refused, Standing::Refused(refusal(Code::NotAssignee, "/issuer")));
    let server = Server::new(fake);
    let first = server.get(&format!("/v1/operations/{}", presented().0.id())).await;
    assert_eq!(first.json()["status"], "final");
    assert_eq!(first.json()["height"], 1);
    let second = server.get(&format!("/v1/operations/{waiting}")).await;
    assert_eq!(
        (second.json()["status"].as_str(), second.header("retry-after")),
        (Some("accepted"), "1")
    );
    let third = server.get(&format!("/v1/operations/{refused}")).await;
    assert_eq!(third.json()["status"], "rejected");
    assert_eq!(third.json()["problem"]["code"], Code::NotAssignee.to_string());
    server.get(&format!("/v1/operations/{UNKNOWN}")).await.is_problem(Code::NotFound);
    server.get(&format!("/v1/records/{refused}/receipt")).await.is_problem(Code::NotFound);
}

#[tokio::test]
async fn a_case_shows_its_stage_to_all_and_its_parties_to_some() {
    let server = Server::new(two());
    let path = format!("/v1/cases/{}", case());
    let view = server.get(&path).await.json();
    assert_eq!((&view["stage"], &view["records"]), (&json!("ASSIGNED"), &json!(2)));
    assert_eq!(view["last_record"], distributed(2).0.id().to_string());
    assert!(view.get("status").is_none());
    let view = server.get_with(&path, &[("authorization", TOKEN)]).await.json();
    assert_eq!(view["status"]["region"], "75");
    for other in ["case:x", "officer:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        server.get(&format!("/v1/cases/{other}")).await.is_problem(Code::NotFound);
        server.get(&format!("/v1/cases/{other}/events")).await.is_problem(Code::NotFound);
    }
}

#[tokio::test]
async fn a_history_is_paged_and_marks_what_was_annulled() {
    let annulled = distributed(2);
    let target = annulled.0.id();
    let correction = sign(
        json!({
            "kind": "E18", "issuer": "organisation#591240009013", "subject": case().to_text(),
            "event_time": "2026-03-13T09:00:00Z",
            "references": [{ "relation": 1, "record": target.to_string(), "subject": case().to_text() }],
            "fields": { "correction_kind": "ANNUL", "reason": "CLERICAL" },
        }),
        3,
    );
    let correction_id = correction.0.id();
    let server = Server::new(Fake::holding(vec![presented(), annulled, correction]));
    let path = format!("/v1/cases/{}/events", case());
    let whole = server.get(&path).await.json();
    let stages: Vec<_> =
        whole["data"].as_array().unwrap().iter().map(|it| it["stage"].clone()).collect();
    assert_eq!(stages, ["RECEIVED", "ASSIGNED", "RECEIVED"]);
    assert_eq!(whole["data"][1]["annulled_by"], correction_id.to_string());
    assert_eq!(whole["page"], json!({ "has_more": false }));
    assert!(whole["data"][0].get("record").is_none());

    let mut cursor = String::new();
    let mut paged = Vec::new();
    loop {
        let answer = server.get(&format!("{path}?limit=1{cursor}")).await;
        let page = answer.json();
        paged.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["page"]["next"].as_str() else { break };
        assert!(answer.header("link").contains("rel=\"next\""));
        cursor = format!("&after={next}");
    }
    assert_eq!(json!(paged), whole["data"]);

    let seen = server.get_with(&path, &[("authorization", TOKEN)]).await.json();
    assert_eq!(seen["data"][0]["record"]["body"]["amount_due"], 5000);
    for query in ["limit=0", "limit=201", "after=x", "after=01", "offset=1"] {
        server.get(&format!("{path}?{query}")).await.is_problem(Code::BadParameter);
    }
}

#[tokio::test]
async fn the_feed_names_final_records_to_holders_of_a_token_only() {
    let fake = two();
    fake.final_size.store(1, std::sync::atomic::Ordering::Relaxed);
    let server = Server::new(fake);
    let page = server.get("/v1/events").await.json();
    let event = json!({ "index": 0, "height": 1, "kind": "E01" });
    assert_eq!(page, json!({ "data": [event], "page": { "next": "1", "has_more": false } }));
    let page = server.get("/v1/events?after=1").await.json();
    assert_eq!(page, json!({ "data": [], "page": { "next": "1", "has_more": false } }));
    server.get("/v1/events?wait=61").await.is_problem(Code::BadParameter);
    let page = server.get_with("/v1/events", &[("authorization", TOKEN)]).await.json();
    assert_eq!(page["data"][0]["record_id"], presented().0.id().to_string());

    let server = Server::new(two());
    let page = server.get("/v1/events?limit=1").await.json();
    assert_eq!(page["page"], json!({ "next": "1", "has_more": true }));
    let page = server.get("/v1/events?limit=1&after=1&wait=5").await.json();
    assert_eq!(page["data"][0]["index"], 1);
}

#[tokio::test]
async fn a_stream_resumes_where_it_was_cut() {
    use futures::StreamExt as _;
    let server = Server::new(two());
    for (path, header, first) in [
        ("/v1/stream?after=0", "", 0),
        ("/v1/stream?after=1", "", 1),
        ("/v1/stream?after=0", "1", 1),
    ] {
        let mut request = Request::get(path);
        if !header.is_empty() {
            request = request.header("last-event-id", header);
        }
        let request = request.body(Content::empty()).unwrap();
        let response = server.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut events = response.into_body().into_data_stream();
        let event = events.next().await.unwrap().unwrap();
        let event = std::str::from_utf8(&event).unwrap();
        assert!(event.contains(&format!("id: {}\n", first + 1)), "{event}");
        assert!(event.contains(&format!("\"index\":{first}")), "{event}");
    }
    server.get("/v1/stream?after=-1").await.is_problem(Code::BadParameter);
    let limits = HttpLimits { streams_max: 0, ..HttpLimits::default() };
    let answer = Server::with(two(), limits).get("/v1/stream").await;
    answer.is_problem(Code::RateLimited);
    assert_eq!(answer.header("retry-after"), "10");
}

#[tokio::test]
async fn the_log_serves_hashes_to_all_and_entries_to_some() {
    let server = Server::new(two());
    let note = server.get("/log/checkpoint").await;
    assert!(note.text().starts_with(ORIGIN));
    assert_eq!(note.header("cache-control"), "public, max-age=2");
    let tag = note.header("etag").to_owned();
    assert_eq!(server.get_with("/log/checkpoint", &[("if-none-match", &tag)]).await.status, 304);

    let tile = server.get("/log/tile/0/000.p/2").await;
    assert_eq!((tile.status.as_u16(), tile.body.len()), (200, 64));
    assert_eq!(tile.header("content-type"), "application/octet-stream");
    assert!(tile.header("cache-control").contains("immutable"));
    for missing in ["0/001", "0/0", "64/000", "x/000", "0/000.p/256", "0/000.p/0", "entries"] {
        server.get(&format!("/log/tile/{missing}")).await.is_problem(Code::NotFound);
    }
    server.get("/log/tile/entries/000.p/2").await.is_problem(Code::Unauthenticated);
    let token = [("authorization", TOKEN)];
    let bundle = server.get_with("/log/tile/entries/000.p/2", &token).await;
    assert_eq!(
        (bundle.status.as_u16(), bundle.header("cache-control")),
        (200, "private, no-store")
    );
    server.get("/log/checkpoint?x").await.is_problem(Code::BadParameter);
    server.get("/log/tile/0/000.p/2?x=1").await.is_problem(Code::BadParameter);
    Server::new(Fake::default()).get("/log/checkpoint").await.is_problem(Code::NotFound);
}

#[tokio::test]
async fn the_public_checkpoint_advances_at_most_once_per_interval() {
    let fake = Arc::new(two());
    let (_stop, stopping) = watch::channel(false);
    let state = HttpState::new(parts(Arc::<Fake>::clone(&fake), stopping));
    assert_eq!(state.public_note().unwrap().size, TreeSize(2));
    fake.final_size.store(3, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(state.public_note().unwrap().size, TreeSize(2), "ten seconds have not passed");
}

#[tokio::test]
async fn outside_witnesses_add_their_lines_to_the_checkpoint_they_saw() {
    let witnessed = "/log/checkpoint/witnessed";
    let policy = "/.well-known/tamga/trust-policy/witnessed";
    let none = Server::new(two());
    none.get(witnessed).await.is_problem(Code::NotFound);
    none.get(policy).await.is_problem(Code::NotFound);

    let fake = Arc::new(two());
    let (seen_in, seen) = watch::channel(Seen::default());
    let server = Server::sharing(Arc::clone(&fake), |parts| HttpParts {
        witnessed: Some(Witnessed { policy: "log …\nquorum witnessed\n".into(), seen }),
        ..parts
    });
    assert_eq!(server.get(policy).await.text(), "log …\nquorum witnessed\n");
    server.get(witnessed).await.is_problem(Code::NotFound);
    let bare = server.get("/log/checkpoint").await;
    let cosigned = |size, root: TreeRoot, note: &str| {
        Some(Cosigned { size: TreeSize(size), root, note: note.into() })
    };
    let root = fake.final_head().unwrap().root;
    for (newest, shown) in [
        (cosigned(1, root, "of another size\n"), bare.text()),
        (cosigned(2, TreeRoot([0; 32]), "of another root\n"), bare.text()),
        (cosigned(2, root, "with a line\n"), "with a line\n"),
    ] {
        seen_in.send_replace(Seen { newest, witnessed: cosigned(1, root, "enough lines\n") });
        assert_eq!(server.get("/log/checkpoint").await.text(), shown);
    }
    assert_ne!(server.get("/log/checkpoint").await.header("etag"), bare.header("etag"));
    let kept = server.get(witnessed).await;
    assert_eq!(
        (kept.text(), kept.header("cache-control")),
        ("enough lines\n", "public, max-age=2")
    );
    server.get("/log/checkpoint/witnessed?x").await.is_problem(Code::BadParameter);
}

#[tokio::test]
async fn blocks_are_listed_from_the_newest() {
    let server = Server::new(two());
    let all = server.get("/v1/blocks").await.json();
    let heights: Vec<_> =
        all["data"].as_array().unwrap().iter().map(|it| it["height"].clone()).collect();
    assert_eq!(heights, [2, 1]);
    assert_eq!(all["page"], json!({ "has_more": false }));
    let first = server.get("/v1/blocks?limit=1").await.json();
    assert_eq!(first["page"], json!({ "next": "2", "has_more": true }));
    let second = server.get("/v1/blocks?limit=1&after=2").await.json();
    assert_eq!(
        (&second["data"][0]["height"], &second["page"]),
        (&json!(1), &json!({ "has_more": false }))
    );
    assert_eq!(server.get("/v1/blocks/1").await.json()["records"], 1);
    for missing in ["0", "3", "x", "01"] {
        server.get(&format!("/v1/blocks/{missing}")).await.is_problem(Code::NotFound);
    }
}

#[tokio::test]
async fn certificates_come_in_a_row_and_one_that_is_missing_is_empty() {
    let server = Server::new(two());
    let first = [&[0, 8][..], &1_u64.to_be_bytes()].concat();
    for (query, expected) in [
        ("", [&first[..], &[0, 0]].concat()),
        ("?from=0&limit=1", first),
        ("?from=2", vec![0, 0]),
        ("?from=3", Vec::new()),
        ("?from=18446744073709551615", Vec::new()),
    ] {
        let answer = server.get(&format!("/v1/blocks/certificates{query}")).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &expected), "{query}");
    }
    for wrong in ["?limit=0", "?limit=1001", "?from=x", "?after=1"] {
        let answer = server.get(&format!("/v1/blocks/certificates{wrong}")).await;
        answer.is_problem(Code::BadParameter);
    }
}

#[tokio::test]
async fn commitments_come_in_a_row_to_holders_of_a_token() {
    let server = Server::new(Fake { told: 1, ..two() });
    let path = "/v1/blocks/commitments";
    server.get(path).await.is_problem(Code::Unauthenticated);
    let token = [("authorization", TOKEN)];
    let [first, second] =
        [1_u64, 2].map(|height| [&[0, 0, 0, 8][..], &height.to_be_bytes()].concat());
    for (query, expected) in [
        ("", [&first[..], &second].concat()),
        ("?from=0&limit=1", first),
        ("?from=2", second),
        ("?from=3", Vec::new()),
        ("?from=18446744073709551615", Vec::new()),
    ] {
        let answer = server.get_with(&format!("{path}{query}"), &token).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &expected), "{query}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }
    for wrong in ["?limit=0", "?limit=201", "?from=x", "?after=1"] {
        let answer = server.get_with(&format!("{path}{wrong}"), &token).await;
        answer.is_problem(Code::BadParameter);
    }
    // A long answer ends with the block that makes it long.
    let server = Server::new(Fake { told: 1 << 17, ..two() });
    let answer = server.get_with(path, &token).await;
    assert_eq!(answer.body.len(), 4 + (1 << 20));
}

#[tokio::test]
async fn the_network_describes_itself() {
    let server = Server::new(two());
    assert_eq!(server.get("/v1/validators").await.json()["quorum"], 3);
    assert_eq!(server.get("/.well-known/tamga/trust-policy").await.text(), "log …\n");
    assert_eq!(server.get("/.well-known/tamga/genesis").await.text(), "version = 1\n");
    assert_eq!(server.get("/v1/openapi.json").await.text(), openapi::text());
}

#[tokio::test]
async fn probes_tell_whether_and_why_not() {
    let check = |ok| Check { name: "finality".into(), ok, detail: "found".into() };
    let server = Server::new(Fake { checks: vec![check(true)], ..Fake::default() });
    assert_eq!(server.get("/livez").await.text(), "ok\n");
    assert_eq!(server.get("/readyz").await.json(), json!({ "ready": true }));
    assert_eq!(server.get("/readyz?verbose").await.json()["checks"][0]["name"], "finality");
    let server = Server::new(Fake { checks: vec![check(false)], ..Fake::default() });
    let answer = server.get("/readyz").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["checks"][0]["ok"].clone()),
        (503, json!(false))
    );
}

#[tokio::test]
async fn metrics_count_answers_by_route_never_by_path() {
    let server = Server::new(two());
    server.get(&format!("/v1/records/{UNKNOWN}")).await;
    server.get("/nowhere/7").await;
    let text = server.get("/metrics").await.text().to_owned();
    assert!(text.contains("route=\"/v1/records/{id}\",status=\"404\"} 1"), "{text}");
    assert!(text.contains("route=\"unknown\",status=\"404\"} 1"), "{text}");
    assert!(!text.contains(UNKNOWN) && !text.contains("nowhere"));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let server = Server::new(two());
    server.get("/v2/records").await.is_problem(Code::NotFound);
    let answer = server.get("/v1/records").await;
    answer.is_problem(Code::MethodNotAllowed);
    assert_eq!(answer.header("allow"), "POST");
    let answer = server.post("/livez", "text/plain", "x").await;
    answer.is_problem(Code::MethodNotAllowed);
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn every_route_reaches_its_handler() {
    let server = Server::new(two());
    for (method, path) in routes() {
        let path = path
            .replace("{id}", UNKNOWN)
            .replace("{case}", &case().to_text())
            .replace("{height}", "1")
            .replace("{path}", "0/000.p/1");
        if path == "/v1/stream" {
            continue;
        }
        let request = Request::builder().method(method.to_uppercase().as_str()).uri(&path);
        let answer = server.send(request.body(Content::empty()).unwrap()).await;
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(!answer.text().contains("no such resource"), "{method} {path}");
    }
}

#[test]
fn every_code_for_http_keeps_its_status() {
    use axum::response::IntoResponse as _;
    for &code in Code::ALL {
        let status = Fault::new(code, "").into_response().status().as_u16();
        let expected = if code.info().http >= 400 { code.info().http } else { 500 };
        assert_eq!(status, expected, "{code}");
    }
}

#[tokio::test]
async fn a_proof_about_a_subject_is_for_readers_and_says_what_can_not_be_shown() {
    let server = Server::new(two());
    let path = format!("/v1/subjects/{}/proof", case());
    server.get(&path).await.is_problem(Code::Unauthenticated);
    let ask = async |query: &str| {
        server.get_with(&format!("{path}{query}"), &[("authorization", TOKEN)]).await
    };
    for (query, pointer) in
        [("?limit=4097", "/limit"), ("?status=all", "/status"), ("?from=3", "/from")]
    {
        let answer = ask(query).await;
        let problem = answer.is_problem(Code::BadParameter);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    // Blocks go on and on, and the subject with them.
    let busy = ask("?from=2").await;
    busy.is_problem(Code::Busy);
    assert_eq!(busy.header("retry-after"), "1");
    assert_ne!(ask("?unknown=1").await.status, StatusCode::OK);
}
