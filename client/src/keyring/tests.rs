use super::*;
use crate::error::Exit;

const ORIGIN: &str = "tamga.example/demo-devnet";

fn text(origin: &str) -> String {
    Keyring::render(origin, &BTreeMap::from([("operator:police".to_owned(), [7; 32])]))
}

#[test]
fn a_demo_key_is_found_by_its_name() {
    let keyring = Keyring::parse(&text(ORIGIN)).unwrap();
    assert_eq!(keyring.names().collect::<Vec<_>>(), ["operator:police"]);
    assert_eq!(keyring.seed("operator:police", ORIGIN).unwrap(), [7; 32]);
    assert_eq!(keyring.seed("nobody", ORIGIN).unwrap_err().exit, Exit::NotFound);
}

#[test]
fn demo_keys_are_refused_outside_their_devnet() {
    assert_eq!(Keyring::parse(&text("tamga.example/log")).unwrap_err().exit, Exit::Permission);
    let keyring = Keyring::parse(&text(ORIGIN)).unwrap();
    for origin in ["tamga.example/log", "other.example/demo-devnet"] {
        assert_eq!(
            keyring.key("operator:police", origin).unwrap_err().exit,
            Exit::Permission,
            "{origin}"
        );
    }
}

#[test]
fn a_malformed_keyring_is_refused() {
    for text in [
        "",
        "origin = 1",
        "origin = \"x-devnet\"\n[keys]\na = \"00\"\n",
        "origin = \"x-devnet\"\nother = 1\n[keys]\n",
    ] {
        assert!(Keyring::parse(text).is_err(), "{text}");
    }
}
