use super::*;

const BODY: &str = "tamga.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

fn key() -> SigningKey {
    SigningKey::from_seed([8; 32])
}

#[test]
fn a_cosignature_signs_its_time_and_body() {
    let line = cosign(&key(), "w", BODY, 1_800_000_000).unwrap();
    let vkey = VKey::new("w", VKeyKind::Cosigner, key().public()).unwrap();
    assert_eq!(verify(&vkey, BODY, &line), Ok(1_800_000_000));
    let signed = format!("cosignature/v1\ntime 1800000000\n{BODY}");
    assert_eq!(line.blob[8..], key().sign(signed.as_bytes()).0);
    for at in 0..line.blob.len() {
        let mut changed = line.clone();
        changed.blob[at] ^= 1;
        assert!(verify(&vkey, BODY, &changed).is_err(), "byte {at}");
    }
    assert!(verify(&vkey, &BODY.replace('1', "2"), &line).is_err());
}

#[test]
fn a_cosignature_of_another_form_or_key_is_refused() {
    let mut line = cosign(&key(), "w", BODY, 1).unwrap();
    let vkey = |name, kind| VKey::new(name, kind, key().public()).unwrap();
    let code = |vkey: &VKey, line: &NoteSignature| verify(vkey, BODY, line).unwrap_err().code;
    assert_eq!(code(&vkey("w", VKeyKind::Log), &line), FormatCode::VKeyType);
    assert_eq!(code(&vkey("x", VKeyKind::Cosigner), &line), FormatCode::SignatureInvalid);
    for length in [0, 7, 8, 71] {
        let short = NoteSignature { blob: line.blob[..length].to_vec(), ..line.clone() };
        assert_eq!(code(&vkey("w", VKeyKind::Cosigner), &short), FormatCode::CosignatureSyntax);
    }
    line.blob.push(0);
    assert_eq!(code(&vkey("w", VKeyKind::Cosigner), &line), FormatCode::CosignatureSyntax);
}

#[test]
fn a_line_is_checked_by_the_kind_of_its_key() {
    let kind = |kind| VKey::new("w", kind, key().public()).unwrap();
    let (cosigner, log) = (kind(VKeyKind::Cosigner), kind(VKeyKind::Log));
    let cosigned = cosign(&key(), "w", BODY, 5).unwrap();
    let logged = crate::note::sign_note(BODY, "w", &key()).unwrap();
    assert_eq!(verify_line(&cosigner, BODY, &cosigned), Ok(Some(5)));
    assert_eq!(verify_line(&log, BODY, &logged), Ok(None));
    assert!(verify_line(&log, BODY, &cosigned).is_err());
    assert!(verify_line(&cosigner, BODY, &logged).is_err());
}
