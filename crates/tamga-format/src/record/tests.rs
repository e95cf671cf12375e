use super::*;
use crate::cbor::{Value, Writer, tests::any_value};
use crate::subject::Role;
use alloc::string::ToString;
use alloc::vec;
use proptest::collection::{btree_map, btree_set, vec as any_vec};
use proptest::prelude::*;

fn key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

fn subject(role: Role, n: u8) -> Subject {
    Subject::new(role, SubjectId([n; 32]))
}

fn minimal() -> Record {
    Record {
        key_id: key().public().key_id(),
        issuer: subject(Role::Officer, 1),
        subject: subject(Role::Case, 2),
        audience: "tamga.example/devnet".into(),
        kind: 201,
        version: 1,
        nonce: [3; 16],
        event_time: UnixMillis(1_700_000_000_000),
        valid_until: UnixMillis(1_700_000_600_000),
        subjects: vec![],
        after: None,
        on_behalf_of: None,
        references: vec![],
        fields: vec![],
        body: None,
    }
}

fn full() -> Record {
    Record {
        subjects: vec![subject(Role::Case, 9), subject(Role::Debtor, 4), subject(Role::Debtor, 5)],
        after: Some(RecordId([6; 32])),
        on_behalf_of: Some(SubjectId([7; 32])),
        references: vec![
            Reference { relation: 2, record: RecordId([8; 32]), subject: subject(Role::Case, 2) },
            Reference { relation: 1, record: RecordId([8; 32]), subject: subject(Role::Case, 2) },
        ],
        fields: vec![(1, Value::text("court")), (300, Value::int(-5)), (301, Value::Array(vec![]))],
        body: Some(BodyCommitment([10; 32])),
        ..minimal()
    }
}

/// The canonical entry of a record, whether or not it is a valid one.
fn encode_unchecked(record: &Record) -> Vec<u8> {
    let (protected, payload) = (codec::protected(record), codec::payload(record));
    codec::entry(&protected, &payload, &Signature([0; 64]))
}

#[test]
fn a_record_survives_signing_decoding_and_verifying() {
    for record in [minimal(), full()] {
        let signed = record.sign(&key()).unwrap();
        assert_eq!(signed.record(), &record);
        assert_eq!(SignedRecord::decode(signed.entry()), Ok(signed.clone()));
        assert_eq!(signed.signed_bytes(), record.signature_input());
        assert_eq!(signed.id(), RecordId(sha256(&[&signed.signed_bytes()])));
        assert_eq!(signed.leaf_hash(), LeafHash(sha256(&[&[0], signed.entry()])));
        assert_eq!(signed.entry()[0], 0xd2);
        let verified = signed.clone().verify(&key().public()).unwrap();
        assert_eq!(verified.as_signed(), &signed);
        assert_eq!(verified.record().all_subjects().count(), 1 + record.subjects.len());
    }
}

#[test]
fn the_envelope_is_laid_out_as_specified() {
    let signed = minimal().sign(&key()).unwrap();
    let mut expected = vec![0xd2, 0x84];
    let mut header = Writer::new();
    header.map(4).uint(1).int(-8).uint(3).text("application/vnd.tamga.record+cbor");
    header.uint(4).bytes(signed.record().key_id.as_bytes()).uint(15).map(3);
    header.uint(1).text("officer:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    header.uint(2).text("case:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    header.uint(3).text("tamga.example/devnet");
    let mut payload = Writer::new();
    payload.map(5).uint(1).uint(201).uint(2).uint(1).uint(3).bytes(&[3; 16]);
    payload.uint(4).uint(1_700_000_000_000).uint(5).uint(1_700_000_600_000);
    let (header, payload) = (header.finish(), payload.finish());
    let mut rest = Writer::new();
    rest.bytes(&header).raw(&[0xa0]).bytes(&payload).bytes(&signed.signature().0);
    expected.extend(rest.finish());
    assert_eq!(signed.entry(), expected);
    let mut signed_bytes = Writer::new();
    signed_bytes.array(4).text("Signature1").bytes(&header).bytes(b"").bytes(&payload);
    assert_eq!(signed.signed_bytes(), signed_bytes.finish());
}

#[test]
fn lists_are_put_in_order_when_signed() {
    let mut record = full();
    record.subjects.reverse();
    record.fields.reverse();
    assert_eq!(record.sign(&key()).unwrap().record(), &full());
}

#[test]
fn every_truncation_and_a_trailing_byte_are_refused() {
    for record in [minimal(), full()] {
        let signed = record.sign(&key()).unwrap();
        let mut entry = signed.entry().to_vec();
        for end in 0..entry.len() {
            let error = SignedRecord::decode(&entry[..end]).unwrap_err();
            assert_eq!((error.code, error.at <= end), (FormatCode::CborTruncated, true), "{end}");
        }
        let end = entry.len();
        entry.push(0);
        let error = FormatError::new(FormatCode::CborTrailingBytes, end);
        assert_eq!(SignedRecord::decode(&entry), Err(error));
    }
}

#[test]
fn a_changed_byte_gives_another_record_or_none_and_never_a_valid_signature() {
    let signed = full().sign(&key()).unwrap();
    for at in 0..signed.entry().len() {
        for bit in 0..8 {
            let mut entry = signed.entry().to_vec();
            entry[at] ^= 1 << bit;
            let Ok(other) = SignedRecord::decode(&entry) else { continue };
            // What is accepted is the one encoding of what it says.
            let again = other.record().with_signature(other.signature()).unwrap();
            assert_eq!(again.entry(), entry);
            assert!(other.verify(&key().public()).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn records_without_a_valid_form_are_refused_by_name() {
    use FormatCode as F;
    type Spoil = fn(&mut Record);
    let cases: [(Spoil, F, &str); 16] = [
        (|r| r.audience = "".into(), F::RecordAudience, "aud"),
        (|r| r.audience = "a b".into(), F::RecordAudience, "aud"),
        (|r| r.audience = "a+b".into(), F::RecordAudience, "aud"),
        (|r| r.audience = "таңба".into(), F::RecordAudience, "aud"),
        (|r| r.audience = "a".repeat(129), F::RecordAudience, "aud"),
        (|r| r.event_time.0 = -1, F::RecordTime, "event_time"),
        (|r| r.valid_until.0 = UnixMillis::MAX.0 + 1, F::RecordTime, "valid_until"),
        (|r| r.subjects.push(r.subject), F::RecordSubjects, "subjects"),
        (|r| r.subjects.push(r.subjects[0]), F::RecordSubjects, "subjects"),
        (
            |r| r.subjects = (0..128).map(|n| subject(Role::Lot, n)).collect(),
            F::RecordSubjects,
            "subjects",
        ),
        (|r| r.references.push(r.references[0]), F::RecordReferences, "references"),
        (
            |r| {
                r.references =
                    (0..17).map(|n| Reference { relation: n, ..r.references[0] }).collect()
            },
            F::RecordReferences,
            "references",
        ),
        (|r| r.fields.push((300, Value::Null)), F::CborDuplicateKey, "fields"),
        (|r| r.fields = (0..65).map(|n| (n, Value::Null)).collect(), F::RecordFields, "fields"),
        (
            |r| r.fields = vec![(1, Value::Map(vec![(Value::Null, Value::Null)]))],
            F::CborKeyType,
            "fields",
        ),
        (|r| r.fields = vec![(1, Value::Bytes(vec![0; 65_535]))], F::RecordTooLong, ""),
    ];
    for (spoil, code, what) in cases {
        let mut record = full();
        spoil(&mut record);
        let error = record.sign(&key()).unwrap_err();
        assert_eq!((error.code, error.what), (code, what));
    }
}

#[test]
fn an_entry_holds_65535_bytes_and_not_one_more() {
    let record = |n| Record { fields: vec![(1, Value::Bytes(vec![0; n]))], ..minimal() };
    let spare = ENTRY_BYTES_MAX - encode_unchecked(&record(60_000)).len();
    let longest = record(60_000 + spare).sign(&key()).unwrap();
    assert_eq!(longest.entry().len(), ENTRY_BYTES_MAX);
    let error = record(60_001 + spare).sign(&key()).unwrap_err();
    assert_eq!(error, FormatError::new(FormatCode::RecordTooLong, ENTRY_BYTES_MAX));
}

/// Takes the place of `from` in the entry, which must occur once; both have the same length.
fn replaced(entry: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = entry.windows(from.len()).position(|window| window == from).unwrap();
    [&entry[..at], to, &entry[at + from.len()..]].concat()
}

#[test]
fn envelope_and_header_have_one_form() {
    use FormatCode as F;
    let entry = minimal().sign(&key()).unwrap().entry().to_vec();
    let cases: [(&[u8], &[u8], F); 9] = [
        (b"\xd2\x84", b"\xd1\x84", F::RecordEnvelope),
        (b"\xd2\x84", b"\xd2\x85", F::RecordEnvelope),
        (b"\x01\x27\x03", b"\x01\x26\x03", F::RecordAlgorithm),
        (b"\x01\x27\x03", b"\x02\x27\x03", F::RecordHeader),
        (b"record+cbor", b"record+json", F::RecordContentType),
        (b"\x0f\xa3\x01", b"\x0f\xa4\x01", F::RecordHeader),
        (b"officer:", b"0fficer:", F::RoleUnknown),
        (b"case:A", b"case:=", F::SubjectText),
        (b"\xa0\x58", b"\xa1\x58", F::RecordUnprotected),
    ];
    for (from, to, code) in cases {
        let error = SignedRecord::decode(&replaced(&entry, from, to)).unwrap_err();
        assert_eq!(error.code, code, "{from:?} -> {to:?}");
    }
}

/// An entry with this payload instead.
fn with_payload(write: impl FnOnce(&mut Writer) -> &mut Writer) -> Vec<u8> {
    let mut payload = Writer::new();
    write(&mut payload);
    codec::entry(&codec::protected(&minimal()), &payload.finish(), &Signature([0; 64]))
}

#[test]
fn payload_keys_are_known_required_and_never_empty() {
    use FormatCode as F;
    fn start(out: &mut Writer, count: usize) -> &mut Writer {
        out.map(count).uint(1).uint(1).uint(2).uint(1).uint(3).bytes(&[0; 16]);
        out.uint(4).uint(0).uint(5).uint(0)
    }
    type Write = fn(&mut Writer) -> &mut Writer;
    let cases: [(Write, F, &str); 14] = [
        (|w| w.array(0), F::CborType, "payload"),
        (|w| w.map(0), F::RecordMissing, "kind"),
        (|w| w.map(1).uint(1).uint(1), F::RecordMissing, "version"),
        (|w| w.map(1).uint(0).uint(1), F::RecordKey, ""),
        (|w| w.map(1).uint(1).uint(65_536), F::CborRange, "kind"),
        (|w| w.map(1).uint(3).bytes(&[0; 15]), F::CborRange, "nonce"),
        (|w| w.map(2).uint(1).uint(1).uint(1).uint(1), F::CborDuplicateKey, ""),
        (|w| w.map(2).uint(2).uint(1).uint(1).uint(1), F::CborKeyOrder, ""),
        (|w| start(w, 6).uint(6).array(0), F::RecordEmpty, "subjects"),
        (|w| start(w, 6).uint(7).null(), F::CborType, "after"),
        (|w| start(w, 6).uint(9).array(0), F::RecordEmpty, "references"),
        (|w| start(w, 6).uint(10).map(0), F::RecordEmpty, "fields"),
        (|w| start(w, 6).uint(12).null(), F::RecordKey, ""),
        (|w| start(w, 5).uint(6), F::CborTrailingBytes, ""),
    ];
    for (write, code, what) in cases {
        let error = SignedRecord::decode(&with_payload(write)).unwrap_err();
        assert_eq!((error.code, error.what), (code, what));
    }
    assert!(SignedRecord::decode(&with_payload(|w| start(w, 5))).is_ok());
}

#[test]
fn only_the_named_key_verifies_a_record() {
    let other = SigningKey::from_seed([2; 32]);
    let refused = |code| Err(FormatError::new(code, 0));
    let error = FormatError::new(FormatCode::SignatureKey, 0).of("kid");
    assert_eq!(minimal().sign(&other), Err(error));
    let signed = minimal().sign(&key()).unwrap();
    assert_eq!(signed.clone().verify(&other.public()), Err(error));
    // A signature of the other key under the first key's name.
    let forged = minimal().with_signature(&other.sign(&minimal().signature_input())).unwrap();
    assert_eq!(forged.clone().verify(&key().public()), refused(FormatCode::SignatureInvalid));
    assert_eq!(forged.id(), signed.id(), "one statement, one id, whatever the signature");
    assert_ne!(forged.leaf_hash(), signed.leaf_hash());
    let batch = vec![
        (signed.clone(), key().public()),
        (forged, key().public()),
        (signed.clone(), other.public()),
        (signed.clone(), key().public()),
    ];
    let verified = signed.verify(&key().public());
    let expected = [verified.clone(), refused(FormatCode::SignatureInvalid), Err(error), verified];
    assert_eq!(VerifiedRecord::from_batch(batch, [0; 32]), expected);
}

fn any_subject() -> impl Strategy<Value = Subject> {
    let id = any::<[u8; 32]>().prop_map(SubjectId);
    (proptest::sample::select(Role::ALL), id).prop_map(|(role, id)| Subject { role, id })
}

fn any_reference() -> impl Strategy<Value = Reference> {
    (any::<u8>(), any::<[u8; 32]>(), any_subject()).prop_map(|(relation, record, subject)| {
        Reference { relation, record: RecordId(record), subject }
    })
}

prop_compose! {
    fn any_record()(
        (issuer, subject, audience) in (any_subject(), any_subject(), "[!-*,-~]{1,128}"),
        (kind, version, nonce) in any::<(u16, u16, [u8; 16])>(),
        (event_time, valid_until) in (0..=UnixMillis::MAX.0, 0..=UnixMillis::MAX.0),
        subjects in btree_set(any_subject(), 0..12),
        (after, on_behalf_of, body) in any::<(Option<[u8; 32]>, Option<[u8; 32]>, Option<[u8; 32]>)>(),
        references in btree_set(any_reference(), 0..4).prop_map(Vec::from_iter).prop_shuffle(),
        fields in btree_map(any::<u16>(), any_value(), 0..6),
    ) -> Record {
        Record {
            key_id: key().public().key_id(), issuer, subject, audience, kind, version, nonce,
            event_time: UnixMillis(event_time), valid_until: UnixMillis(valid_until),
            subjects: subjects.into_iter().collect(), after: after.map(RecordId),
            on_behalf_of: on_behalf_of.map(SubjectId), references,
            fields: fields.into_iter().collect(), body: body.map(BodyCommitment),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_record_survives_a_round_trip(record in any_record()) {
        let signed = record.sign(&key()).unwrap();
        prop_assert_eq!(signed.record(), &record);
        prop_assert!(signed.verify(&key().public()).is_ok());
    }

    #[test]
    fn what_decodes_is_the_one_encoding_of_what_it_says(
        record in any_record(), changes in any_vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut entry = encode_unchecked(&record);
        for (at, with) in changes {
            let at = at.index(entry.len());
            entry[at] = with;
        }
        if let Ok(signed) = SignedRecord::decode(&entry) {
            let again = signed.record().with_signature(signed.signature()).unwrap();
            prop_assert_eq!(again.entry(), entry);
        }
    }
}

#[test]
fn an_error_points_at_the_byte_of_the_entry() {
    let mut entry = minimal().sign(&key()).unwrap().entry().to_vec();
    let at = entry.windows(2).position(|w| w == [0x01, 0x18]).unwrap() + 1;
    // Kind 201 as a number of one byte that would fit into the head.
    entry[at + 1] = 0x17;
    let error = SignedRecord::decode(&entry).unwrap_err();
    assert_eq!(error, FormatError::new(FormatCode::CborNotShortest, at).of("kind"));
    assert!(error.to_string().starts_with(&alloc::format!("cbor-not-shortest at {at}: kind: ")));
}
