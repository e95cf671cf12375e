use super::*;

/// The published key of a log that has nothing to do with this one.
const VKEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

fn key() -> SigningKey {
    SigningKey::from_seed([7; 32])
}

fn note() -> Note {
    let text = "first\n\nthird\n".to_string();
    let signatures = (0..3).map(|n| sign_note(&text, &format!("k{n}"), &key()).unwrap()).collect();
    Note { text, signatures }
}

#[test]
fn vkeys_round_trip_and_their_ids_are_checked() {
    for kind in [VKeyKind::Log, VKeyKind::Cosigner] {
        let vkey = VKey::new("tamga.example/log", kind, key().public()).unwrap();
        assert_eq!(VKey::parse(&vkey.to_string()), Ok(vkey));
    }
    let text = VKey::new("name", VKeyKind::Log, key().public()).unwrap().to_string();
    let refused = [
        "",
        "name",
        "name+00000000",
        &text.replacen("name", "nome", 1),
        &text.replacen("name", "", 1),
        &text.replacen("name", "na me", 1),
        &format!("{text}="),
        &format!("+{text}"),
        &text[..text.len() - 1],
        &text.to_uppercase(),
    ];
    for text in refused {
        assert!(VKey::parse(text).is_err(), "{text}");
    }
}

#[test]
fn vkeys_of_other_types_are_refused() {
    for kind in [0x00, 0x02, 0x05, 0x06, 0xFF] {
        let typed = [&[kind][..], key().public().as_bytes()].concat();
        let text = format!("name+00000000+{}", b64_encode(&typed));
        assert_eq!(VKey::parse(&text).unwrap_err().code, FormatCode::VKeyType);
    }
}

#[test]
fn another_log_s_key_is_read() {
    let vkey = VKey::parse(VKEY).unwrap();
    assert_eq!((vkey.name(), vkey.kind()), ("sum.golang.org", VKeyKind::Log));
    assert_eq!(vkey.to_string(), VKEY);
}

#[test]
fn notes_round_trip_and_the_last_empty_line_divides() {
    let note = note();
    let text = note.encode();
    assert_eq!(Note::parse(&text), Ok(note.clone()));
    for length in (0..text.len()).filter(|&length| text.is_char_boundary(length)) {
        if let Ok(shorter) = Note::parse(&text[..length]) {
            assert!(shorter.signatures.len() < note.signatures.len());
            assert_eq!(shorter.encode(), text[..length]);
        }
    }
}

#[test]
fn malformed_notes_are_refused() {
    let good = note().encode();
    let line = good.lines().last().unwrap().to_string();
    let cases = [
        String::new(),
        "\n\n".into(),
        "text\n".into(),
        "text\n\n".into(),
        format!("text\n{line}\n"),
        format!("text\n\n{line}"),
        format!("text\n\n{line}\n\n"),
        format!("text\n\n{line}\r\n"),
        format!("te\u{7}xt\n\n{line}\n"),
        format!("text\n\n{}\n", line.replace('\u{2014}', "-")),
        format!("text\n\n{}\n", line.replacen(' ', "  ", 1)),
        format!("text\n\n{line} \n"),
        format!("text\n\n{}\n", line.replace('=', "")),
        "text\n\n\u{2014} k AAAAAA==\n".into(),
        "text\n\n\u{2014} k AAAAAAA=\n\u{2014} k AAAAAAB=\n".into(),
        "text\n\n\u{2014} k AAAA\n".into(),
        "text\n\n\u{2014} k+k AAAAAAA=\n".into(),
        "text\n\n\u{2014}  AAAAAAA=\n".into(),
    ];
    for text in cases {
        assert!(Note::parse(&text).is_err(), "{text:?}");
    }
    assert!(Note::parse(&format!("text\n\n{line}\n")).is_ok());
}

#[test]
fn a_note_has_at_most_sixteen_signatures() {
    let line = note().signatures[0].clone();
    let of = |count| Note { text: "text\n".into(), signatures: alloc::vec![line.clone(); count] };
    assert_eq!(Note::parse(&of(16).encode()), Ok(of(16)));
    assert_eq!(Note::parse(&of(17).encode()).unwrap_err().code, FormatCode::NoteTooLong);
}

#[test]
fn a_signature_holds_for_its_text_name_and_purpose_only() {
    let text = "text\n";
    let line = sign_note(text, "log", &key()).unwrap();
    let vkey = |name, kind| VKey::new(name, kind, key().public()).unwrap();
    assert_eq!(vkey("log", VKeyKind::Log).verify_text(text, &line), Ok(()));
    assert!(vkey("log", VKeyKind::Log).verify_text("text2\n", &line).is_err());
    assert!(vkey("gol", VKeyKind::Log).verify_text(text, &line).is_err());
    assert!(vkey("log", VKeyKind::Cosigner).verify_text(text, &line).is_err());
    let longer = NoteSignature { blob: [&line.blob[..], &[0]].concat(), ..line };
    assert!(vkey("log", VKeyKind::Log).verify_text(text, &longer).is_err());
}
