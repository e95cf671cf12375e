use super::*;
use crate::note::VKeyKind;

const ACCEPTANCE: Acceptance = Acceptance {
    genesis: GenesisHash([1; 32]),
    record: RecordId([2; 32]),
    held_at: UnixMillis(1_800_000_000_123),
    verdict_by: UnixMillis(1_800_086_400_000),
};

fn key() -> SigningKey {
    SigningKey::from_seed([9; 32])
}

fn vkey(name: &str, key: &SigningKey) -> VKey {
    VKey::new(name, VKeyKind::Log, key.public()).unwrap()
}

#[test]
fn an_acceptance_is_a_note_under_the_validator_s_name() {
    let note = ACCEPTANCE.sign("ministry-1", &key()).unwrap();
    let again = Note::parse(&note.encode()).unwrap();
    assert_eq!(Acceptance::verify(&again, &vkey("ministry-1", &key())), Ok(ACCEPTANCE));
    for other in [vkey("ministry-2", &key()), vkey("ministry-1", &SigningKey::from_seed([8; 32]))] {
        let error = Acceptance::verify(&again, &other).unwrap_err();
        assert_eq!((error.code, error.at), (FormatCode::SignatureInvalid, 6));
    }
    let mut changed = again.clone();
    changed.text = changed.text.replace("00123", "00124");
    let error = Acceptance::verify(&changed, &vkey("ministry-1", &key())).unwrap_err();
    assert_eq!(error.code, FormatCode::SignatureInvalid);
    changed = again.clone();
    changed.signatures.push(again.signatures[0].clone());
    let error = Acceptance::verify(&changed, &vkey("ministry-1", &key())).unwrap_err();
    assert_eq!((error.code, error.at), (FormatCode::AcceptanceSyntax, 6));
}

#[test]
fn the_text_has_one_form() {
    let text = ACCEPTANCE.text();
    assert_eq!(Acceptance::parse(&text), Ok(ACCEPTANCE));
    use FormatCode::{AcceptanceSyntax as Syntax, AcceptanceVersion as Version};
    for (from, to, code, at) in [
        ("/v1", "/v2", Version, 0),
        ("genesis ", "genesis  ", Syntax, 1),
        ("genesis 01", "genesis 0A", Syntax, 1),
        ("record 02", "record 2", Syntax, 2),
        ("record", "Record", Syntax, 2),
        ("held-at 1", "held-at 01", Syntax, 3),
        ("held-at 1", "held-at -1", Syntax, 3),
        ("held-at 1800000000123", "held-at 253402300800000", Syntax, 3),
        ("verdict-by 1", "verdict-by +1", Syntax, 4),
        ("000\n", "000\n\n", Syntax, 5),
        ("000\n", "000\nmore\n", Syntax, 5),
        ("000\n", "000", Syntax, 5),
        ("\nverdict-by 1800086400000", "", Syntax, 4),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text);
        let error = Acceptance::parse(&wrong).unwrap_err();
        assert_eq!((error.code, error.at), (code, at), "{wrong}");
    }
}

#[test]
fn what_a_network_key_signs_for_an_acceptance_is_no_checkpoint() {
    let note = ACCEPTANCE.sign("ministry-1", &key()).unwrap();
    assert!(crate::checkpoint::Checkpoint::parse(&note.text).is_err());
}
