use super::*;
use alloc::string::ToString;

#[test]
fn an_id_is_written_and_read_as_lower_case_hex() {
    let id = RecordId(core::array::from_fn(|i| u8::try_from(i * 8 + 7).unwrap_or(255)));
    let text = id.to_string();
    assert_eq!(text.len(), 64);
    assert!(text.starts_with("070f171f"));
    assert_eq!(RecordId::from_hex(&text), Ok(id));
}

#[test]
fn other_hex_is_refused_with_its_position() {
    let good = "00".repeat(32);
    let cases = [
        ("".to_string(), 0),
        (good[..62].to_string(), 0),
        (good.clone() + "00", 0),
        (good[..60].to_string() + "0A00", 60),
        (good[..62].to_string() + "0g", 62),
    ];
    for (text, at) in cases {
        let error = FormatError::new(FormatCode::HexInvalid, at);
        assert_eq!(KeyId::from_hex(&text), Err(error), "{text}");
    }
}

#[test]
fn parts_hash_like_their_concatenation() {
    assert_eq!(sha256(&[b"ab", b"", b"c"]), sha256(&[b"abc"]));
    assert_eq!(
        RecordId(sha256(&[b"abc"])).to_string(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}
