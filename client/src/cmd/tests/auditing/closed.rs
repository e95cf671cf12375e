//! Audits by whoever may not read all bodies, and of ledgers that have erased some.

use serde_json::json;
use tamga_state::catalogue::Kind;

use super::*;

/// A record about a case that somebody of the registry signs; its number makes it another one.
fn written(number: u8, by: (Subject, &SigningKey), named: &[Subject], parts: Value) -> Submission {
    let (issuer, key) = by;
    let mut named = named.to_vec();
    let case = named.remove(0);
    named.sort_unstable();
    let part = |name: &str| parts.get(name).cloned().unwrap_or(Value::Array(Vec::new()));
    let fields = |name: &str| part(name).as_object().cloned().unwrap_or_default();
    let draft = tamga_api::draft::Draft {
        kind: parts["kind"].as_str().unwrap().to_owned(),
        version: None,
        issuer: issuer.to_text(),
        subject: case.to_text(),
        subjects: named.iter().map(Subject::to_text).collect(),
        event_time: tamga_api::time::instant(NOW),
        after: None,
        on_behalf_of: None,
        references: serde_json::from_value(part("references")).unwrap(),
        fields: serde_json::from_value(Value::Object(fields("fields"))).unwrap(),
        body: serde_json::from_value(Value::Object(fields("body"))).unwrap(),
    };
    let seal = Seal {
        origin: crate::testing::ORIGIN,
        key_id: key.public().key_id(),
        nonce: [number; 16],
        valid_until: UnixMillis(NOW.get() + 600_000),
        salt: &|_: &str| [number; 32],
    };
    let (record, body) = draft.write(&seal).unwrap();
    Submission::new(record.sign(key).unwrap(), body).unwrap()
}

/// A case of the list in which nothing was paid, is closed, and then the body of its presentation is erased: what was
/// erased, and both records.
fn erased(taken: &[Submission]) -> (Submission, [Submission; 2]) {
    let of = |case: Subject, kind: Kind| {
        taken.iter().find(|it| {
            let record = it.record().record();
            record.subject == case && record.kind == kind.number()
        })
    };
    let cases = taken.iter().map(|it| it.record().record().subject);
    let case = cases
        .into_iter()
        .find(|case| of(*case, Kind::E03).is_some() && of(*case, Kind::E11).is_none());
    let case = case.expect("a case in which nothing was paid");
    let (first, third) = (of(case, Kind::E01).unwrap(), of(case, Kind::E03).unwrap());
    let (_, seeds) = crate::testing::genesis_file();
    let key_of = |submission: &Submission| {
        let id = submission.record().record().key_id;
        let mut keys = seeds.values().map(|seed| SigningKey::from_seed(*seed));
        keys.find(|key| key.public().key_id() == id).unwrap()
    };
    let mut named: Vec<Subject> = vec![case];
    for submission in [first, third] {
        named.extend(submission.record().record().subjects.iter().copied());
    }
    named[1..].sort_unstable();
    named.dedup();
    let day = tamga_api::time::day(tamga_state::civil::day_of(NOW));
    let by = |it: &Submission| (it.record().record().issuer, key_of(it));
    let ((bailiff, bailiff_key), (operator, operator_key)) = (by(third), by(first));
    let close = json!({
        "kind": "E15",
        "fields": {
            "outcome": "RETURNED_CLAIMANT", "ground_code": "NO_PROPERTY", "act_date": day,
        },
    });
    let erase = json!({
        "kind": "E18",
        "fields": { "correction_kind": "REDACT_BODY", "reason": "ERASURE_REQUEST" },
        "references": [{
            "relation": 1, "record": first.record().id().to_string(), "subject": case.to_text(),
        }],
    });
    let close = written(1, (bailiff, &bailiff_key), &named, close);
    let erase = written(2, (operator, &operator_key), &named, erase);
    (first.clone(), [close, erase])
}

#[test]
fn whoever_may_read_entries_but_no_bodies_compares_every_map() {
    let desk = Desk::imported();
    let mut log = desk.audited();
    let (_, more) = erased(&desk.ledger.taken());
    log.commit(&more, UnixMillis(NOW.get() + 9_000));
    log.serve(&desk.ledger);
    let bodied: Vec<_> = desk.ledger.taken().into_iter().filter(|it| it.body().is_some()).collect();
    bodied.iter().for_each(|it| desk.close(it));
    let (exit, found) = desk.audit(&QUIET);
    assert_eq!((exit, &found["clean"]), (0, &Value::Bool(true)), "{found}");
    assert_eq!(found["maps_compared_before"], Value::Null, "{found}");
    assert_eq!((&found["bodies"], &found["replayed_height"]), (&0.into(), &4.into()), "{found}");
    let partly = found["public_rules_only"].as_u64().unwrap();
    assert!(partly >= bodied.len() as u64, "{found}");
    assert_eq!(found["counts"]["closed"], partly);
    let subjects = log.subject_proofs().len();
    assert_eq!(found["subjects"], subjects);
    for (language, said) in
        [("en", "public rules"), ("ru", "открытым правилам"), ("kk", "ашық ережелермен")]
    {
        let call = desk.call(&["audit", "--lang", language]);
        assert!(call.exit == 0 && call.stdout.contains(said), "{}{}", call.stdout, call.stderr);
    }

    // The public rules are judged all the same: a case is presented once.
    let mut log = desk.audited();
    let record = bodied[0].record().record();
    let key = SigningKey::from_seed(seed("operator:police"));
    let day = tamga_api::time::day(tamga_state::civil::day_of(NOW));
    let again = json!({
        "kind": "E01",
        "fields": {
            "provenance": "IMPORTED", "exec_doc_type": "FINE_INSTRUCTION", "issue_date": day,
            "in_force_date": day, "claim_category": "FINE", "claim_order": 3,
            "debtor_kind": "PERSON", "currency": "EUR",
        },
        "body": { "amount_due": 5 },
    });
    let again = written(3, (record.issuer, &key), &[record.subject], again);
    log.commit(std::slice::from_ref(&again), UnixMillis(NOW.get() + 9_000));
    log.serve(&desk.ledger);
    bodied.iter().chain([&again]).for_each(|it| desk.close(it));
    let (exit, found) = desk.audit(&QUIET);
    assert_eq!((exit, &found["counts"]["unlawful"]), (3, &1.into()), "{found}");
}

#[test]
fn a_lawful_erasure_ends_no_comparison_of_maps() {
    let desk = Desk::imported();
    let mut log = desk.audited();
    let (first, more) = erased(&desk.ledger.taken());
    log.commit(&more, UnixMillis(NOW.get() + 9_000));
    log.commit(&[], UnixMillis(NOW.get() + 69_000));
    log.serve(&desk.ledger);
    let (exit, found) = desk.audit(&QUIET);
    assert_eq!(
        (exit, &found["public_rules_only"]),
        (0, &0.into()),
        "the node has it still: {found}"
    );

    let id = first.record().id();
    desk.ledger.refuse(&format!("/v1/records/{id}/body"), Code::NotFound);
    let (exit, found) = desk.audit(&QUIET);
    assert_eq!((exit, &found["clean"]), (0, &Value::Bool(true)), "{found}");
    assert_eq!(found["maps_compared_before"], Value::Null, "{found}");
    assert_eq!(found["replayed_height"], 5);
    let closed: Vec<&Value> = found["findings"].as_array().unwrap().iter().collect();
    assert_eq!(closed[0]["record_id"], id.to_string());
    assert_eq!(found["public_rules_only"], closed.len(), "{found}");
    assert!(closed[1..].iter().all(|it| it["detail"] == "opening"), "{found}");

    // A node that tells nothing of it is not accused, and the maps can't be compared.
    for from in 1..=5 {
        desk.ledger.refuse(&format!("/v1/blocks/commitments?from={from}&"), Code::NotFound);
    }
    let taken = desk.ledger.taken();
    let paid = taken.iter().rev().find(|it| it.record().record().kind == Kind::E11.number());
    for (closed, before) in [(&first, 1), (paid.unwrap(), 2)] {
        desk.close(closed);
        let (exit, found) = desk.audit(&QUIET);
        assert_eq!((exit, &found["clean"]), (0, &Value::Bool(true)), "{found}");
        assert!(found["maps_compared_before"].as_u64().unwrap() >= before, "{found}");
        let id = closed.record().id();
        let path = format!("/v1/records/{id}/body");
        desk.ledger.answer(&path, 200, closed.body().unwrap().encode());
    }
}

#[test]
fn a_commitment_that_is_not_told_or_not_of_the_form_or_not_what_was_computed_is_named() {
    let desk = Desk::imported();
    let log = desk.audited();
    let taken = desk.ledger.taken();
    let findings = || {
        let (exit, found) = desk.audit(&QUIET);
        let findings = found["findings"].as_array().unwrap().clone();
        let of = |it: &Value| it["class"] == "commitment";
        assert_eq!(found["counts"]["map"], 0, "{found}");
        (exit, findings.into_iter().filter(of).collect::<Vec<_>>(), found)
    };
    // The first record presents a case, the third begins it, the fifth presents another one, whose body is at hand.
    let first = &taken[0];
    desk.close(first);
    let own = log.told_of(1).to_vec();
    let serve = |rows: &[u8]| log.serve_told(&desk.ledger, 1, Some(rows));
    let rows = rows_of(&own, 0);
    assert_eq!(rows.len(), 2, "of the case and its debtor");
    for (begin, length) in rows {
        serve(&[&own[..begin - 4], &own[begin + length..]].concat());
        let (exit, named, found) = findings();
        assert_eq!((exit, &named[0]["detail"]), (3, &"none".into()), "{found}");
        assert_eq!(named[0]["record_id"], first.record().id().to_string());
        assert!(named[0]["subject"].is_string(), "{found}");
    }
    let with = |begin: usize| {
        let mut bad = own.clone();
        bad[begin] ^= 1;
        bad
    };
    serve(&with(rows_of(&own, 0)[0].0));
    let (exit, named, found) = findings();
    assert_eq!(
        (exit, named.len(), &named[0]["detail"]),
        (3, 1, &"map of 2 records".into()),
        "{found}"
    );
    assert!(!rows_of(&own, 4).is_empty());
    for (begin, _) in rows_of(&own, 4) {
        serve(&with(begin));
        let (exit, named, found) = findings();
        assert_eq!((exit, named.len(), &named[0]["detail"]), (3, 1, &"other".into()), "{found}");
        assert_eq!(named[0]["record_id"], taken[4].record().id().to_string());
    }
    serve(&own[..own.len() - 1]);
    let (exit, named, found) = findings();
    assert_eq!((exit, &named[0]["detail"]), (3, &"rows".into()), "{found}");
    serve(&own);
    assert_eq!(findings().0, 0);
}
