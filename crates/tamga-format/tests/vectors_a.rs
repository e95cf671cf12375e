//! The vectors of CBOR, keys, signatures, records, bodies and subjects.
//!
//! Each file is made here from fixed inputs and compared; a file that is missing is written and
//! the test fails once, a file that exists is never changed. What the files say is then checked
//! again from their text alone, as another implementation would.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may say so")]

use std::fs;
use std::path::PathBuf;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha512};
use tamga_format::body::{Body, BodyField, Submission, commitment_of};
use tamga_format::cbor::{self, Limits, Value, Writer};
use tamga_format::error::FormatError;
use tamga_format::id::{
    LeafHash, LeafIndex, RecordId, StatusHash, SubjectId, TreeRoot, UnixMillis, sha256,
};
use tamga_format::record::{Record, Reference, SignedRecord};
use tamga_format::signature::{PublicKey, Signature, SigningKey, verify_raw, verify_raw_batch};
use tamga_format::subject::{Role, Subject, map_value, person_tag, status_hash, subject_leaf};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name)
}

/// Compares with the file, or writes it if there is none; gives its lines.
fn frozen(name: &str, lines: &[Json]) -> Vec<Json> {
    let file = path(name);
    let Ok(old) = fs::read_to_string(&file) else {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        panic!("{name} was missing and has been written; review it, then run again");
    };
    // Compared as values: the order of keys in a line is the JSON library's own affair.
    let old: Vec<Json> = old.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(old.len(), lines.len(), "{name} is frozen and has another number of lines");
    for (old, new) in old.iter().zip(lines) {
        assert_eq!(old, new, "{name} is frozen and this line differs");
    }
    old
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn bytes(line: &Json, name: &str) -> Vec<u8> {
    unhex(line[name].as_str().unwrap_or_else(|| panic!("{name} of {line}")))
}

fn fixed<const N: usize>(line: &Json, name: &str) -> [u8; N] {
    bytes(line, name).try_into().unwrap()
}

fn refusal(name: &str, field: &str, input: &[u8], error: FormatError) -> Json {
    json!({"name": name, field: hex(input), "code": error.code.as_str(), "at": error.at})
}

fn check_refusal(line: &Json, error: FormatError) {
    assert_eq!(json!([error.code.as_str(), error.at]), json!([line["code"], line["at"]]), "{line}");
}

/// Diagnostic notation (RFC 8949 §8) of the subset.
fn diagnostic(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Uint(n) => n.to_string(),
        Value::Nint(n) => (-1 - i128::from(*n)).to_string(),
        Value::Bytes(bytes) => format!("h'{}'", hex(bytes)),
        Value::Text(text) => json!(text).to_string(),
        Value::Array(items) => format!("[{}]", list(items.iter().map(diagnostic).collect())),
        Value::Map(pairs) => {
            let pair = |(k, v): &(Value, Value)| format!("{}: {}", diagnostic(k), diagnostic(v));
            format!("{{{}}}", list(pairs.iter().map(pair).collect()))
        }
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".into(),
    }
}

#[test]
fn accepted_cbor_is_the_one_encoding_of_its_value() {
    let cases = [
        ("zero", "00"),
        ("largest number in the head", "17"),
        ("smallest number of one byte", "1818"),
        ("smallest number of two bytes", "190100"),
        ("smallest number of four bytes", "1a00010000"),
        ("smallest number of eight bytes", "1b0000000100000000"),
        ("largest number", "1bffffffffffffffff"),
        ("minus one", "20"),
        ("least signed number of 64 bits", "3b7fffffffffffffff"),
        ("least number", "3bffffffffffffffff"),
        ("empty byte string", "40"),
        ("byte string of 24", "5818000102030405060708090a0b0c0d0e0f1011121314151617"),
        ("empty text", "60"),
        ("text outside ASCII", "6ad182d0b0d2a3d0b1d0b0"),
        ("text that is not NFC", "6365cc81"),
        ("empty array", "80"),
        ("nested arrays", "83018202038104"),
        ("empty map", "a0"),
        ("truth values and null", "83f4f5f6"),
        ("numbers before texts", "a201f46161f5"),
        ("longer text after shorter", "a26162f4626161f5"),
        ("order of RFC 8949, not of RFC 7049: 24 before -1", "a21818002000"),
        ("sixteen arrays deep", &("81".repeat(16) + "00")),
    ];
    let lines: Vec<Json> = cases
        .iter()
        .map(|(name, text)| {
            let value = cbor::decode(&unhex(text), Limits::STANDARD).unwrap();
            json!({"name": name, "bytes": text, "value": diagnostic(&value)})
        })
        .collect();
    for line in frozen("cbor/accepted.jsonl", &lines) {
        let input = bytes(&line, "bytes");
        let value = cbor::decode(&input, Limits::STANDARD).unwrap();
        assert_eq!(cbor::encode(&value), input);
        assert_eq!(line["value"], diagnostic(&value));
    }
}

#[test]
fn refused_cbor_is_refused_with_its_code_and_position() {
    let cases = [
        ("nothing", ""),
        ("number cut short", "1901"),
        ("byte string cut short", "430102"),
        ("array cut short", "8200"),
        ("map without its last value", "a100"),
        ("array longer than any input", "9bffffffffffffffff"),
        ("byte string longer than any input", "5bffffffffffffffff"),
        ("two items", "0000"),
        ("number in a byte that fits into the head", "1817"),
        ("number in two bytes that fits into one", "1900ff"),
        ("number in four bytes that fits into two", "1a0000ffff"),
        ("number in eight bytes that fits into four", "1b00000000ffffffff"),
        ("negative number in a byte that fits into the head", "3817"),
        ("length of a byte string too long", "580100"),
        ("length of a text too long", "780161"),
        ("length of an array too long", "980100"),
        ("length of a map too long", "b8010000"),
        ("indefinite byte string", "5f4100ff"),
        ("indefinite text", "7f6161ff"),
        ("indefinite array", "9fff"),
        ("indefinite map", "bfff"),
        ("break alone", "ff"),
        ("half float", "f93c00"),
        ("single float", "fa3f800000"),
        ("double float inside an array", "81fb3ff0000000000000"),
        ("tag", "c074323032362d31312d32335430303a30303a30305a"),
        ("undefined", "f7"),
        ("simple value in the head", "e0"),
        ("simple value in a byte", "f820"),
        ("reserved additional information", "1c"),
        ("number of indefinite length", "1f"),
        ("text that is not UTF-8", "6261ff"),
        ("text with a surrogate", "63eda080"),
        ("text with an overlong character", "62c080"),
        ("keys out of order", "a202000100"),
        ("order of RFC 7049, not of RFC 8949: -1 before 24", "a22000181800"),
        ("key twice", "a201000100"),
        ("byte string as a key", "a14000"),
        ("null as a key", "a1f600"),
        ("array as a key", "a18000"),
        ("text of 65 bytes as a key", &("a17841".to_string() + &"61".repeat(65) + "00")),
        ("seventeen arrays deep", &("81".repeat(17) + "00")),
        ("4097 items", &("991000".to_string() + &"00".repeat(4096))),
    ];
    let decode = |input: &[u8]| cbor::decode(input, Limits::STANDARD).unwrap_err();
    let lines: Vec<Json> = cases
        .iter()
        .map(|(name, text)| refusal(name, "bytes", &unhex(text), decode(&unhex(text))))
        .collect();
    for line in frozen("cbor/refused.jsonl", &lines) {
        check_refusal(&line, decode(&bytes(&line, "bytes")));
    }
}

/// All encodings of points of small order: eight canonical ones, six others.
fn small_order_encodings() -> Vec<[u8; 32]> {
    let mut all: Vec<[u8; 32]> = EIGHT_TORSION.iter().map(|p| p.compress().to_bytes()).collect();
    // The field's prime, one more, and the other sign of the two points with x = 0.
    for (first, middle, last) in [
        (0xed, 0xff, 0x7f),
        (0xed, 0xff, 0xff),
        (0xee, 0xff, 0x7f),
        (0xee, 0xff, 0xff),
        (0x01, 0x00, 0x80),
        (0xec, 0xff, 0xff),
    ] {
        let mut bytes = [middle; 32];
        (bytes[0], bytes[31]) = (first, last);
        all.push(bytes);
    }
    all
}

fn signature_of(r: &[u8; 32], s: &[u8; 32]) -> Signature {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s);
    Signature(bytes)
}

fn signature_line(name: &str, key: &[u8; 32], message: &[u8], signature: &Signature) -> Json {
    let valid = verify_raw(key, message, signature).is_ok();
    json!({
        "name": name, "key": hex(key), "message": hex(message),
        "signature": hex(&signature.0), "valid": valid,
    })
}

/// One rule: alone, in a batch of its own, and in a batch with a valid signature.
fn check_signature(line: &Json) {
    let (key, message, signature) =
        (fixed::<32>(line, "key"), bytes(line, "message"), Signature(fixed(line, "signature")));
    let valid = line["valid"].as_bool().unwrap();
    let good = SigningKey::from_seed([1; 32]);
    let other = (*good.public().as_bytes(), &b"other"[..], good.sign(b"other"));
    let item = (key, message.as_slice(), signature);
    assert_eq!(verify_raw(&key, &message, &signature).is_ok(), valid, "{line}");
    assert_eq!(verify_raw_batch(&[item, item], [7; 32]), [valid, valid], "{line}");
    assert_eq!(verify_raw_batch(&[other, item], [7; 32]), [true, valid], "{line}");
}

#[test]
fn all_196_signatures_of_small_order_are_valid_alone_and_in_batches() {
    let mut lines = Vec::new();
    for (a, key) in small_order_encodings().iter().enumerate() {
        for (r, nonce) in small_order_encodings().iter().enumerate() {
            let signature = signature_of(nonce, &[0; 32]);
            lines.push(signature_line(&format!("A {a}, R {r}"), key, b"Zcash", &signature));
        }
    }
    let lines = frozen("signature/small-order.jsonl", &lines);
    assert_eq!(lines.len(), 196);
    for line in &lines {
        assert_eq!(line["valid"], true);
        assert!(PublicKey::admit(&fixed(line, "key")).is_err());
        check_signature(line);
    }
}

/// A signature under a key that no seed has: A = a·B + torsion, R = r·B + torsion.
fn edge(a: EdwardsPoint, r: EdwardsPoint) -> ([u8; 32], Signature) {
    let (secret, nonce) = (Scalar::from(12_345u64), Scalar::from(67_890u64));
    let key = (secret * ED25519_BASEPOINT_POINT + a).compress().to_bytes();
    let r = (nonce * ED25519_BASEPOINT_POINT + r).compress().to_bytes();
    let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(b"edge").finalize();
    let k = Scalar::from_bytes_mod_order_wide(&hash.into());
    (key, signature_of(&r, (nonce + k * secret).as_bytes()))
}

/// s + the group order: the same number modulo the order, in a form that must be refused.
fn plus_order(signature: &Signature) -> Signature {
    let mut order = (-Scalar::ONE).to_bytes();
    order[0] += 1;
    let (mut out, mut carry) = (*signature, 0);
    for (byte, add) in out.0[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_be_bytes()[1];
        carry >>= 8;
    }
    out
}

#[test]
fn signatures_at_the_edge_are_judged_by_one_rule() {
    let key = SigningKey::from_seed([9; 32]);
    let public = *key.public().as_bytes();
    let good = key.sign(b"message");
    let changed = |at: usize| {
        let mut other = good;
        other.0[at] ^= 1;
        other
    };
    let zero = EIGHT_TORSION[0];
    let (torsion_key, torsion_key_signature) = edge(EIGHT_TORSION[1], zero);
    let (plain_key, torsion_r_signature) = edge(zero, EIGHT_TORSION[1]);
    let (both_key, both_signature) = edge(EIGHT_TORSION[3], EIGHT_TORSION[6]);
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let s = |signature: &Signature| <[u8; 32]>::try_from(&signature.0[32..]).unwrap();
    let lines = [
        signature_line("as signed", &public, b"message", &good),
        signature_line("another message", &public, b"massage", &good),
        signature_line("another R", &public, b"message", &changed(0)),
        signature_line("another s", &public, b"message", &changed(32)),
        signature_line("another key", &plain_key, b"message", &good),
        signature_line("s plus the group order", &public, b"message", &plus_order(&good)),
        signature_line("R is no point", &public, b"message", &signature_of(&no_point, &s(&good))),
        signature_line("key is no point", &no_point, b"message", &good),
        signature_line("key with torsion", &torsion_key, b"edge", &torsion_key_signature),
        signature_line("R with torsion", &plain_key, b"edge", &torsion_r_signature),
        signature_line("key and R with torsion", &both_key, b"edge", &both_signature),
        signature_line("all zero", &[0; 32], b"message", &Signature([0; 64])),
    ];
    for line in frozen("signature/verify.jsonl", &lines) {
        check_signature(&line);
    }
}

#[test]
fn keys_are_admitted_or_refused_with_their_code() {
    let good = SigningKey::from_seed([9; 32]).public();
    let torsion = CompressedEdwardsY(*good.as_bytes()).decompress().unwrap() + EIGHT_TORSION[2];
    let mut not_canonical = small_order_encodings()[8];
    not_canonical[0] += 3;
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let mut cases = vec![
        ("a key".to_string(), *good.as_bytes()),
        ("a key plus a point of order 4".into(), torsion.compress().to_bytes()),
        ("y = p + 3, a point whose y is 3".into(), not_canonical),
        ("no point".into(), no_point),
    ];
    let small = small_order_encodings();
    cases.extend(small.iter().enumerate().map(|(n, key)| (format!("small order {n}"), *key)));
    let lines: Vec<Json> = cases
        .iter()
        .map(|(name, key)| match PublicKey::admit(key) {
            Ok(admitted) => {
                json!({"name": name, "key": hex(key), "key_id": admitted.key_id().to_string()})
            }
            Err(error) => refusal(name, "key", key, error),
        })
        .collect();
    for line in frozen("signature/keys.jsonl", &lines) {
        let key: [u8; 32] = fixed(&line, "key");
        match PublicKey::admit(&key) {
            Ok(_) => {
                let cose = [&unhex("a301012006215820")[..], &key].concat();
                assert_eq!(line["key_id"], hex(&sha256(&[&cose])));
            }
            Err(error) => check_refusal(&line, error),
        }
    }
}

#[test]
fn keys_and_signatures_are_those_of_rfc_8032() {
    // RFC 8032 §7.1, tests 1 to 3; then one of ours.
    let cases = [
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""),
        ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"),
        ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"),
        ("0101010101010101010101010101010101010101010101010101010101010101", "74616d6761"),
    ];
    let lines: Vec<Json> = cases
        .iter()
        .map(|(seed, message)| {
            let key = SigningKey::from_seed(unhex(seed).try_into().unwrap());
            let signature = key.sign(&unhex(message));
            json!({
                "seed": seed, "key": key.public().to_string(),
                "key_id": key.public().key_id().to_string(), "message": message,
                "signature": hex(&signature.0), "valid": true,
            })
        })
        .collect();
    let lines = frozen("signature/sign.jsonl", &lines);
    let published = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a3\
                     3bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    assert_eq!(lines[0]["signature"], published);
    for line in &lines {
        check_signature(line);
    }
}

fn signer() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

fn subject(role: Role, n: u8) -> Subject {
    Subject::new(role, SubjectId([n; 32]))
}

fn minimal() -> Record {
    Record {
        key_id: signer().public().key_id(),
        issuer: subject(Role::Officer, 1),
        subject: subject(Role::Case, 2),
        audience: "tamga.example/vectors".into(),
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

fn sample_body() -> Body {
    let field = |n: u8, name: &str, value| BodyField { salt: [n; 32], name: name.into(), value };
    Body::new(vec![
        field(1, "amount", Value::int(1_234_500)),
        field(2, "ground", Value::text("court-order")),
        field(3, "parts", Value::Array(vec![Value::Uint(1), Value::Null, Value::Bool(true)])),
    ])
    .unwrap()
}

fn full() -> Record {
    let reference = |relation| Reference {
        relation,
        record: RecordId([8; 32]),
        subject: subject(Role::Case, 2),
    };
    Record {
        subjects: vec![
            subject(Role::Debtor, 4),
            subject(Role::Debtor, 5),
            subject(Role::Claimant, 4),
        ],
        after: Some(RecordId([6; 32])),
        on_behalf_of: Some(SubjectId([7; 32])),
        references: vec![reference(2), reference(1)],
        fields: vec![
            (1, Value::text("соттың шешімі")),
            (23, Value::int(-5)),
            (24, Value::Map(vec![(Value::Uint(24), Value::Null), (Value::int(-1), Value::Null)])),
            (300, Value::bytes(&[0; 3])),
        ],
        body: Some(sample_body().commitment()),
        ..minimal()
    }
}

fn record_line(name: &str, record: &Record) -> Json {
    let signed = record.sign(&signer()).unwrap();
    let optional = |id: Option<[u8; 32]>| id.map(|id| hex(&id));
    let subjects: Vec<String> = record.subjects.iter().map(Subject::to_text).collect();
    let references: Vec<Json> = record
        .references
        .iter()
        .map(|r| json!([r.relation, r.record.to_string(), r.subject.to_text()]))
        .collect();
    let fields: Vec<Json> =
        record.fields.iter().map(|(n, value)| json!([n, diagnostic(value)])).collect();
    json!({
        "name": name,
        "key": signer().public().to_string(),
        "entry": hex(signed.entry()),
        "signed_bytes": hex(&signed.signed_bytes()),
        "record_id": signed.id().to_string(),
        "leaf_hash": signed.leaf_hash().to_string(),
        "key_id": record.key_id.to_string(),
        "issuer": record.issuer.to_text(),
        "subject": record.subject.to_text(),
        "audience": record.audience,
        "kind": record.kind,
        "version": record.version,
        "nonce": hex(&record.nonce),
        "event_time": record.event_time.get(),
        "valid_until": record.valid_until.get(),
        "subjects": subjects,
        "after": optional(record.after.map(|id| id.0)),
        "on_behalf_of": optional(record.on_behalf_of.map(|id| id.0)),
        "references": references,
        "fields": fields,
        "body": optional(record.body.map(|id| id.0)),
    })
}

#[test]
fn accepted_records_say_what_their_lines_say() {
    let most = Record {
        subjects: (0..127).map(|n| subject(Role::Lot, n)).collect(),
        references: (0..16)
            .map(|relation| Reference { relation, ..full().references[0] })
            .collect(),
        fields: (0..64).map(|n| (n * 1000, Value::Bool(true))).collect(),
        ..full()
    };
    let lines = [
        record_line("smallest", &minimal()),
        record_line("every key", &full()),
        record_line("longest lists", &most),
    ];
    for line in frozen("record/accepted.jsonl", &lines) {
        let entry = bytes(&line, "entry");
        let record = SignedRecord::decode(&entry).unwrap();
        assert_eq!(line["record_id"], hex(&sha256(&[&bytes(&line, "signed_bytes")])));
        assert_eq!(line["leaf_hash"], hex(&sha256(&[&[0], &entry])));
        let key = PublicKey::admit(&fixed(&line, "key")).unwrap();
        let name = line["name"].as_str().unwrap();
        assert_eq!(record_line(name, record.record()), line);
        assert!(record.verify(&key).is_ok());
    }
}

/// The entry of a header and a payload that need not be valid.
fn assemble(protected: &[u8], unprotected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(&[0xd2, 0x84]).bytes(protected).raw(unprotected).bytes(payload).bytes(&[0; 64]);
    out.finish()
}

fn refused_records() -> Vec<(&'static str, Vec<u8>)> {
    let good = minimal().sign(&signer()).unwrap();
    let entry = good.entry().to_vec();
    let parts = cbor::decode(&good.signed_bytes(), Limits::STANDARD).unwrap();
    let part = |n: usize| parts.as_list().unwrap()[n].as_bytes().unwrap().to_vec();
    let (header, payload) = (part(1), part(3));
    let swap = |from: &[u8], to: &[u8], bytes: &[u8]| {
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        [&bytes[..at], to, &bytes[at + from.len()..]].concat()
    };
    let with_header =
        |from: &[u8], to: &[u8]| assemble(&swap(from, to, &header), &[0xa0], &payload);
    let with_payload =
        |from: &[u8], to: &[u8]| assemble(&header, &[0xa0], &swap(from, to, &payload));
    // The first five keys of a payload of `count`, then `rest`.
    let longer = |count: u8, rest: &[u8]| {
        assemble(&header, &[0xa0], &[&[0xa0 + count], &payload[1..], rest].concat())
    };
    let case = Subject::new(Role::Case, SubjectId([2; 32]));
    let pair = |role: u8, n: u8| [&[0x82, role, 0x58, 32][..], &[n; 32]].concat();
    let reference = [&[0x84, 1, 0x58, 32][..], &[8; 32], &[1, 0x58, 32], &[2; 32]].concat();
    vec![
        ("nothing", vec![]),
        ("last byte missing", entry[..entry.len() - 1].to_vec()),
        ("one byte more", [&entry[..], &[0]].concat()),
        ("65536 bytes", vec![0xd2; 65_536]),
        ("no tag", entry[1..].to_vec()),
        ("tag 98", [&[0xd8, 98], &entry[1..]].concat()),
        ("array of five", [&[0xd2, 0x85], &entry[2..]].concat()),
        ("tag 18 in two bytes", [&[0xd8, 18], &entry[1..]].concat()),
        ("unprotected header with a key", assemble(&header, &[0xa1, 4, 0x40], &payload)),
        ("unprotected header in two bytes", assemble(&header, &[0xb8, 0], &payload)),
        ("detached payload", {
            let mut out = Writer::new();
            out.raw(&[0xd2, 0x84]).bytes(&header).raw(&[0xa0]).null().bytes(&[0; 64]);
            out.finish()
        }),
        ("empty protected header", assemble(&[], &[0xa0], &payload)),
        ("algorithm -7", with_header(&[1, 0x27, 3], &[1, 0x26, 3])),
        ("algorithm -19", with_header(&[1, 0x27, 3], &[1, 0x32, 3])),
        ("content type of another kind", with_header(b"record+cbor", b"record+json")),
        ("key id of 31 bytes", with_header(&[4, 0x58, 32], &[4, 0x58, 31])),
        ("a claim too many", with_header(&[0x0f, 0xa3], &[0x0f, 0xa4])),
        ("unknown role of the issuer", with_header(b"officer:", b"Officer:")),
        ("subject without a role", with_header(b"case:", b"case.")),
        ("subject with stray bits", {
            let id = case.to_text();
            with_header(id.as_bytes(), [&id[..id.len() - 1], "J"].concat().as_bytes())
        }),
        ("audience with a space", with_header(b"example/", b"example ")),
        ("audience with a plus", with_header(b"example/", b"example+")),
        ("header followed by a byte", assemble(&[&header[..], &[0]].concat(), &[0xa0], &payload)),
        ("payload is an array", assemble(&header, &[0xa0], &[0x80])),
        ("payload is empty", assemble(&header, &[0xa0], &[0xa0])),
        ("payload followed by a byte", assemble(&header, &[0xa0], &[&payload[..], &[0]].concat())),
        ("kind in two bytes that fits into one", with_payload(&[1, 0x18, 201], &[1, 0x19, 0, 201])),
        ("kind that needs 17 bits", with_payload(&[1, 0x18, 201], &[1, 0x1a, 0, 1, 0, 0])),
        ("kind is a text", with_payload(&[1, 0x18, 201], &[1, 0x61, b'E'])),
        ("version left out", with_payload(&[0xa5, 1, 0x18, 201, 2, 1], &[0xa4, 1, 0x18, 201])),
        (
            "keys out of order",
            with_payload(&[0xa5, 1, 0x18, 201, 2, 1], &[0xa5, 2, 1, 1, 0x18, 201]),
        ),
        ("key twice", with_payload(&[2, 1, 3], &[1, 1, 3])),
        ("nonce of 15 bytes", with_payload(&[[3, 0x50], [3; 2]].concat(), &[3, 0x4f, 3])),
        ("event time before 1970", with_payload(&[4, 0x1b], &[4, 0x3b])),
        ("event time after 9999", with_payload(&[4, 0x1b, 0, 0, 1], &[4, 0x1b, 0, 1, 1])),
        ("no other subjects, but the key", longer(6, &[6, 0x80])),
        ("primary subject repeated", longer(6, &[&[6, 0x81][..], &pair(1, 2)].concat())),
        ("subject twice", longer(6, &[&[6, 0x82][..], &pair(2, 4), &pair(2, 4)].concat())),
        ("subjects out of order", longer(6, &[&[6, 0x82][..], &pair(3, 4), &pair(2, 5)].concat())),
        ("unknown role of a subject", longer(6, &[&[6, 0x81][..], &pair(21, 4)].concat())),
        ("128 other subjects", {
            let pairs: Vec<Vec<u8>> = (0..128).map(|n| pair(16, n)).collect();
            longer(6, &[&[6, 0x98, 128][..], &pairs.concat()].concat())
        }),
        ("after is null", longer(6, &[7, 0xf6])),
        ("no references, but the key", longer(6, &[9, 0x80])),
        ("reference twice", longer(6, &[&[9, 0x82][..], &reference, &reference].concat())),
        ("17 references", {
            let all: Vec<Vec<u8>> =
                (0..17).map(|n| swap(&[0x84, 1], &[0x84, n], &reference)).collect();
            longer(6, &[&[9, 0x91][..], &all.concat()].concat())
        }),
        ("no fields, but the key", longer(6, &[10, 0xa0])),
        ("field number of 17 bits", longer(6, &[10, 0xa1, 0x1a, 0, 1, 0, 0, 0])),
        ("field with a float", longer(6, &[10, 0xa1, 1, 0xf9, 0, 0])),
        ("65 fields", {
            let all: Vec<u8> = (100..165).flat_map(|n| [0x18, n, 0xf6]).collect();
            longer(6, &[&[10, 0xb8, 65][..], &all].concat())
        }),
        ("unknown key 12", longer(6, &[12, 0xf6])),
        ("negative key", longer(6, &[0x20, 0xf6])),
        ("signature of 63 bytes", {
            let at = entry.len() - 65;
            [&entry[..at], &[63], &entry[at + 1..entry.len() - 1]].concat()
        }),
    ]
}

#[test]
fn refused_records_are_refused_with_their_code_and_position() {
    let decode = |name: &str, entry: &[u8]| SignedRecord::decode(entry).expect_err(name);
    let lines: Vec<Json> = refused_records()
        .iter()
        .map(|(name, entry)| refusal(name, "entry", entry, decode(name, entry)))
        .collect();
    for line in frozen("record/refused.jsonl", &lines) {
        check_refusal(&line, decode("a refused record", &bytes(&line, "entry")));
    }
}

#[test]
fn bodies_and_their_openings_have_one_commitment() {
    let single = Body::new(vec![sample_body().fields()[0].clone()]).unwrap();
    let lines: Vec<Json> = [("three fields", sample_body()), ("one field", single)]
        .iter()
        .map(|(name, body)| {
            let record = Record { body: Some(body.commitment()), ..minimal() };
            let submission =
                Submission::new(record.sign(&signer()).unwrap(), Some(body.clone())).unwrap();
            let leaves: Vec<String> = body.fields().iter().map(|f| hex(&f.encode())).collect();
            json!({
                "name": name, "body": hex(&body.encode()), "leaves": leaves,
                "commitment": body.commitment().to_string(),
                "submission": hex(&submission.encode()),
            })
        })
        .collect();
    for line in frozen("record/bodies.jsonl", &lines) {
        let body = Body::decode(&bytes(&line, "body")).unwrap();
        assert_eq!(line["commitment"], body.commitment().to_string());
        let leaf = |(n, leaf): (usize, &Json)| {
            let field = BodyField::decode(&unhex(leaf.as_str().unwrap())).unwrap();
            assert_eq!(field, body.fields()[n]);
        };
        line["leaves"].as_array().unwrap().iter().enumerate().for_each(leaf);
        assert_eq!(commitment_of(&body.open(&["amount"])), Ok(body.commitment()));
        let submission = Submission::decode(&bytes(&line, "submission")).unwrap();
        assert_eq!(submission.body(), Some(&body));
    }
}

#[test]
fn subjects_have_the_texts_keys_and_values_of_their_lines() {
    let of_role = |role: &Role| {
        let registered = Subject::registered(*role, "990140000000");
        json!({
            "role": role.name(), "code": role.code(), "number": "990140000000",
            "subject": registered.to_text(), "map_key": registered.map_key().to_string(),
            "secret": hex(&[5; 32]), "person_tag": person_tag(&[5; 32], *role).to_string(),
        })
    };
    // Roles that came later stand at the end: the file only grows.
    let (first, later) = Role::ALL.split_at(20);
    let mut lines: Vec<Json> = first.iter().map(of_role).collect();
    let (nonce, status) = ([4; 16], unhex("a20101024a"));
    let hash = status_hash(&nonce, &status);
    let root = TreeRoot([6; 32]);
    let leaf = subject_leaf(LeafIndex(258), LeafHash([7; 32]));
    lines.push(
        json!({"nonce": hex(&nonce), "status": hex(&status), "status_hash": hash.to_string()}),
    );
    lines.push(json!({"index": 258, "leaf_hash": hex(&[7; 32]), "subject_leaf": hex(&leaf)}));
    for status in [hash, StatusHash([0; 32])] {
        lines.push(json!({
            "count": 3, "root": root.to_string(), "status_hash": status.to_string(),
            "map_value": map_value(3, &root, &status).to_string(),
        }));
    }
    lines.extend(later.iter().map(of_role));
    for line in frozen("record/subjects.jsonl", &lines) {
        let Some(text) = line["subject"].as_str() else { continue };
        let subject: Subject = text.parse().unwrap();
        let role = line["role"].as_str().unwrap();
        assert_eq!((subject.role.name(), subject.to_text().as_str()), (role, text));
        let id = sha256(&[b"tamga/id/v1\0", role.as_bytes(), b"\0", b"990140000000"]);
        assert_eq!(subject.id, SubjectId(id));
        let key = sha256(&[b"tamga/map-key/v1\0", role.as_bytes(), b"\0", &id]);
        assert_eq!(line["map_key"], hex(&key));
    }
}
