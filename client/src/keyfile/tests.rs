use super::*;
use crate::error::Exit;

const SEED: [u8; 32] = [7; 32];

fn file() -> String {
    seal(&SEED, "correct horse", 2).unwrap()
}

#[test]
fn a_key_file_opens_with_its_passphrase_only() {
    assert_eq!(*open(&file(), "a.key", "correct horse").unwrap(), SEED);
    assert_eq!(open(&file(), "a.key", "wrong").unwrap_err().exit, Exit::Permission);
}

#[test]
fn the_public_half_is_readable_without_the_passphrase() {
    let expected = PublicPart::of(&SigningKey::from_seed(SEED));
    assert_eq!(public_part(&file()).unwrap(), expected);
    assert!(!file().contains(&text::hex(&SEED)));
}

#[test]
fn a_safety_number_is_six_groups_of_five_digits() {
    let number = PublicPart::of(&SigningKey::from_seed(SEED)).safety_number();
    let groups: Vec<&str> = number.split(' ').collect();
    assert_eq!(groups.len(), 6);
    assert!(
        groups
            .iter()
            .all(|group| group.len() == 5 && group.bytes().all(|byte| byte.is_ascii_digit()))
    );
}

#[test]
fn public_lines_of_another_key_are_noticed() {
    let other = seal(&[8; 32], "correct horse", 2).unwrap();
    let (head, _) = other.split_once("\n\n").unwrap();
    let own = file();
    let (_, armored) = own.split_once("\n\n").unwrap();
    assert!(open(&format!("{head}\n\n{armored}"), "a.key", "correct horse").is_err());
}

#[test]
fn what_is_not_a_key_file_is_refused() {
    for text in ["", "tamga-key/v1\n", "tamga-key/v2\n\n", "tamga-key/v1\nkey 00\npublic 00\n\nx"] {
        assert!(public_part(text).is_err(), "{text:?}");
    }
}
