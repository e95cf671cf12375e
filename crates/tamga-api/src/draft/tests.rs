use super::*;
use serde_json::json;
use tamga_format::signature::SigningKey;
use tamga_state::catalogue::{FieldType, PAYOUT_LINES};

const CASE: &str = "case:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn seal() -> Seal<'static> {
    Seal {
        origin: "tamga.example/test",
        key_id: SigningKey::from_seed([7; 32]).public().key_id(),
        nonce: [9; 16],
        valid_until: UnixMillis(1_773_400_000_000),
        salt: &|name| tamga_format::id::sha256(&[b"salt", name.as_bytes()]),
    }
}

fn recovered() -> Draft {
    serde_json::from_value(json!({
        "kind": "E11",
        "issuer": "officer#16",
        "subject": CASE,
        "subjects": ["officer#16", "debtor#1", "claimant#2", "debtor#1"],
        "event_time": "2026-03-12T08:58:00Z",
        "fields": { "value_date": "2026-03-11", "source_kind": "WAGES" },
        "body": { "amount": 41_200_000, "payment_ref": "7" },
    }))
    .unwrap()
}

#[test]
fn a_draft_becomes_a_record_that_shows_as_the_same_draft() {
    let (record, body) = recovered().write(&seal()).unwrap();
    assert_eq!(record.kind, 211);
    assert_eq!(record.subjects.len(), 3, "sorted and distinct");
    assert!(record.subjects.is_sorted());
    assert_eq!(record.fields, [(1, Value::text("WAGES")), (2, Value::int(20_523))]);
    assert_eq!(record.body, body.as_ref().map(Body::commitment));

    let shown = Draft::read(&record, body.as_ref());
    assert_eq!(shown.fields, recovered().fields);
    assert_eq!(shown.body, recovered().body);
    assert_eq!(shown.write(&seal()).unwrap(), (record.clone(), body));
    let signed = record.sign(&SigningKey::from_seed([7; 32])).unwrap();
    assert_eq!(signed.record(), &record);
}

#[test]
fn payout_lines_and_ids_have_readable_forms() {
    let lines = json!([{ "order": 3, "claimant": Subject::registered(Role::Claimant, "2").to_text(), "amount": 5 }]);
    let value = value::write(FieldType::Rows(&PAYOUT_LINES), &lines).unwrap();
    assert_eq!(value::read(Some(FieldType::Rows(&PAYOUT_LINES)), &value), lines);

    let officer = Subject::registered(Role::Officer, "16");
    for text in ["officer#16".to_owned(), officer.to_text(), officer.id.to_string()] {
        let value = value::write(FieldType::Bytes32, &json!(text)).unwrap();
        assert_eq!(value, Value::bytes(officer.id.as_bytes()));
        assert_eq!(value::read(Some(FieldType::Bytes32), &value), json!(officer.id.to_string()));
    }
}

#[test]
fn scalars_round_trip() {
    for json in [json!(5), json!(-5), json!(true), json!("flat"), json!([60, 300]), json!(["a"])] {
        let value = value::write(FieldType::Scalar, &json).unwrap();
        assert_eq!(value::read(Some(FieldType::Scalar), &value), json);
    }
    for json in [json!(1.5), json!(null), json!({}), json!(["a", 1])] {
        assert!(value::write(FieldType::Scalar, &json).is_err(), "{json}");
    }
}

#[test]
fn every_mistake_is_named_with_its_place() {
    type Change = fn(&mut Draft);
    let cases: &[(&str, &str, Change)] = &[
        ("unknown-kind", "/kind", |draft| draft.kind = "E99".into()),
        ("validation", "/subject", |draft| draft.subject = "case:xyz".into()),
        ("validation", "/issuer", |draft| draft.issuer = "king#1".into()),
        ("validation", "/subjects/1", |draft| draft.subjects[1] = "debtor#".into()),
        ("validation", "/event_time", |draft| draft.event_time = "2026-03-12".into()),
        ("validation", "/after", |draft| draft.after = Some("00".into())),
        ("validation", "/on_behalf_of", |draft| draft.on_behalf_of = Some("officer#16".into())),
        ("unknown-field", "/fields/source", |draft| {
            draft.fields.insert("source".into(), json!("WAGES"));
        }),
        ("validation", "/fields/value_date", |draft| {
            draft.fields.insert("value_date".into(), json!(5));
        }),
        ("validation", "/fields/value_date", |draft| {
            draft.fields.remove("value_date");
        }),
        ("unknown-field", "/body/sum", |draft| {
            draft.body.insert("sum".into(), json!(5));
        }),
        ("validation", "/body/amount", |draft| {
            draft.body.insert("amount".into(), json!(1.5));
        }),
        ("validation", "/body/amount", |draft| {
            draft.body.remove("amount");
        }),
    ];
    for (slug, pointer, change) in cases {
        let mut draft = recovered();
        change(&mut draft);
        let rejection = draft.write(&seal()).unwrap_err();
        assert_eq!((rejection.code.info().slug, rejection.pointer.as_str()), (*slug, *pointer));
    }
}

#[test]
fn what_the_catalogue_does_not_know_is_still_shown() {
    let (mut record, _) = recovered().write(&seal()).unwrap();
    record.fields.push((99, Value::bytes(&[1, 171])));
    let shown = Draft::read(&record, None);
    assert_eq!(shown.fields["#99"], json!("01ab"));
    assert!(shown.body.is_empty());
    record.kind = 999;
    assert_eq!(Draft::read(&record, None).kind, "999");
}

#[test]
fn unknown_fields_of_a_draft_are_refused() {
    let mut json = serde_json::to_value(recovered()).unwrap();
    json["amount"] = json!(5);
    assert!(serde_json::from_value::<Draft>(json).is_err());
}
