use super::*;
use crate::cbor::tests::any_value;
use crate::id::UnixMillis;
use crate::record::Record;
use crate::signature::SigningKey;
use crate::subject::{Role, Subject};
use alloc::vec;
use proptest::prelude::*;

fn field(n: u8, name: &str) -> BodyField {
    BodyField { salt: [n; 32], name: name.into(), value: Value::Uint(n.into()) }
}

fn three() -> Body {
    Body::new(vec![field(1, "sum"), field(2, "account"), field(3, "ground.1")]).unwrap()
}

#[test]
fn a_body_is_sorted_and_its_commitment_is_the_one_of_the_specification() {
    let body = three();
    let names: Vec<&str> = body.fields().iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["account", "ground.1", "sum"]);
    assert_eq!(body.get("sum"), Some(&Value::Uint(1)));
    assert_eq!(body.get("su"), None);
    let leaf = |f: &BodyField| {
        let mut bytes = vec![0, 0x83, 0x58, 32];
        bytes.extend(f.salt);
        bytes.push(0x60 + u8::try_from(f.name.len()).unwrap());
        bytes.extend(f.name.as_bytes());
        bytes.push(f.salt[0]);
        sha256(&[&bytes])
    };
    let [a, b, c] = [0, 1, 2].map(|n| leaf(&body.fields()[n]));
    let root = sha256(&[&[1], &sha256(&[&[1], &a, &b]), &c]);
    let expected = sha256(&[b"tamga/body/v1\0", &[0, 3], &root]);
    assert_eq!(body.commitment(), BodyCommitment(expected));
}

#[test]
fn truncations_and_trailing_bytes_are_refused() {
    let mut bytes = three().encode();
    assert_eq!(Body::decode(&bytes), Ok(three()));
    for end in 0..bytes.len() {
        assert_eq!(Body::decode(&bytes[..end]).unwrap_err().code, FormatCode::CborTruncated);
    }
    let end = bytes.len();
    bytes.push(0);
    let error = FormatError::new(FormatCode::CborTrailingBytes, end);
    assert_eq!(Body::decode(&bytes), Err(error));
}

#[test]
fn bodies_without_a_valid_form_are_refused() {
    use FormatCode as F;
    let named = |name: &str| vec![field(1, name)];
    let long = |n| vec![BodyField { value: Value::Bytes(vec![0; n]), ..field(1, "a") }];
    let cases = [
        (vec![], F::BodyCount),
        ((0..65).map(|n| field(n, &alloc::format!("f{n}"))).collect(), F::BodyCount),
        (vec![field(1, "a"), field(2, "a")], F::BodyOrder),
        (named(""), F::BodyName),
        (named("Sum"), F::BodyName),
        (named("a b"), F::BodyName),
        (named("сумма"), F::BodyName),
        (named(&"a".repeat(65)), F::BodyName),
        (long(BODY_BYTES_MAX), F::BodyTooLong),
    ];
    for (fields, code) in cases {
        assert_eq!(Body::new(fields).unwrap_err().code, code);
    }
    let spare = BODY_BYTES_MAX - Body::new(long(60_000)).unwrap().encode().len();
    assert!(Body::new(long(60_000 + spare)).is_ok());
    assert!(Body::new(long(60_001 + spare)).is_err());
    let unsorted = encode(&[field(1, "b"), field(2, "a")]);
    assert_eq!(Body::decode(&unsorted).unwrap_err().code, F::BodyOrder);
}

#[test]
fn any_choice_of_opened_fields_leads_to_the_same_commitment() {
    let body = three();
    let names = ["account", "ground.1", "sum"];
    for choice in 0..8 {
        let shown: Vec<&str> =
            (0..3).filter(|bit| choice >> bit & 1 == 1).map(|bit| names[bit]).collect();
        let leaves = body.open(&shown);
        let opened = leaves.iter().filter(|leaf| matches!(leaf, BodyLeaf::Opened(_))).count();
        assert_eq!((leaves.len(), opened), (3, shown.len()));
        assert_eq!(commitment_of(&leaves), Ok(body.commitment()));
    }
}

#[test]
fn a_changed_opening_leads_elsewhere_or_nowhere() {
    let body = three();
    let leaves = body.open(&["account", "sum"]);
    for at in 0..3 {
        let mut changed = leaves.clone();
        match &mut changed[at] {
            BodyLeaf::Opened(field) => field.value = Value::Null,
            BodyLeaf::Hidden(hash) => hash[0] ^= 1,
        }
        assert_ne!(commitment_of(&changed), Ok(body.commitment()));
        changed = leaves.clone();
        changed.remove(at);
        assert_ne!(commitment_of(&changed), Ok(body.commitment()));
    }
    let mut swapped = leaves;
    swapped.swap(0, 2);
    assert_eq!(commitment_of(&swapped), Err(FormatError::new(FormatCode::BodyOrder, 2)));
    assert_eq!(commitment_of(&[]), Err(FormatError::new(FormatCode::BodyCount, 0)));
}

fn record(body: Option<BodyCommitment>) -> SignedRecord {
    let key = SigningKey::from_seed([1; 32]);
    let record = Record {
        key_id: key.public().key_id(),
        issuer: Subject::registered(Role::Officer, "1"),
        subject: Subject::registered(Role::Case, "2"),
        audience: "tamga.example/devnet".into(),
        kind: 211,
        version: 1,
        nonce: [0; 16],
        event_time: UnixMillis(0),
        valid_until: UnixMillis(0),
        subjects: vec![],
        after: None,
        on_behalf_of: None,
        references: vec![],
        fields: vec![],
        body,
    };
    record.sign(&key).unwrap()
}

#[test]
fn a_submission_brings_exactly_the_body_its_record_commits_to() {
    let (body, other) = (three(), Body::new(vec![field(1, "sum")]).unwrap());
    let (with, without) = (record(Some(body.commitment())), record(None));
    for (record, body) in [(with.clone(), Some(body.clone())), (without.clone(), None)] {
        let submission = Submission::new(record, body).unwrap();
        let mut bytes = submission.encode();
        assert_eq!(Submission::decode(&bytes), Ok(submission));
        for end in 0..bytes.len() {
            assert_eq!(
                Submission::decode(&bytes[..end]).unwrap_err().code,
                FormatCode::CborTruncated
            );
        }
        bytes.push(0);
        assert_eq!(Submission::decode(&bytes).unwrap_err().code, FormatCode::CborTrailingBytes);
    }
    let cases = [
        (with.clone(), None, FormatCode::BodyMissing),
        (with, Some(other), FormatCode::BodyCommitment),
        (without, Some(body), FormatCode::BodyUnexpected),
    ];
    for (record, body, code) in cases {
        assert_eq!(Submission::new(record, body).unwrap_err().code, code);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_body_survives_a_round_trip(
        fields in proptest::collection::btree_map(
            "[a-z0-9_.-]{1,64}", (any::<[u8; 32]>(), any_value()), 1..20,
        ),
        choice in any::<u64>(),
    ) {
        let fields: Vec<BodyField> =
            fields.into_iter().map(|(name, (salt, value))| BodyField { salt, name, value }).collect();
        let body = Body::new(fields.clone()).unwrap();
        prop_assert_eq!(body.fields(), fields.as_slice());
        prop_assert_eq!(Body::decode(&body.encode()), Ok(body.clone()));
        let names: Vec<&str> = fields
            .iter()
            .enumerate()
            .filter(|(n, _)| choice >> n & 1 == 1)
            .map(|(_, field)| field.name.as_str())
            .collect();
        prop_assert_eq!(commitment_of(&body.open(&names)), Ok(body.commitment()));
        for field in &fields {
            prop_assert_eq!(&BodyField::decode(&field.encode()), &Ok(field.clone()));
        }
    }
}
