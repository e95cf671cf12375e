use tamga_format::beacon::VrfSecret;
use tamga_format::id::sha256;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::validators::{Validator, ValidatorSet, validator_id};
use tamga_state::testing::{genesis, key};

use super::*;

/// Builders of a validator for each of these organisations.
fn builders(organisations: &[&str]) -> Builders {
    let member = |(number, organisation): (usize, &&str)| {
        let name = format!("v{number}");
        let consensus = key(&format!("consensus {number}")).public();
        let cosigner = key(&format!("cosigner {number}")).public();
        Validator {
            id: validator_id(&consensus),
            organisation: (*organisation).to_owned(),
            cosigner: VKey::new(&name, VKeyKind::Cosigner, cosigner).unwrap(),
            beacon: VrfSecret::from_seed(&[number as u8; 32]).public(),
            peer_id: format!("peer of {name}"),
            name,
            consensus,
        }
    };
    let members = organisations.iter().enumerate().map(member).collect();
    Builders::from(&ValidatorSet::new(members).unwrap())
}

#[test]
fn a_commitment_waits_for_two_organisations() {
    let builders = builders(&["a", "a", "b", "c"]);
    let by = |name: &str| Some(SubjectId(sha256(&[name.as_bytes()])));
    let mut draws = Draws::default();
    let mut next = 0;
    let mut observe = |draws: &mut Draws, builder: &str, commits| {
        next += 1;
        draws.observe(Height(next), by(builder), commits, &builders);
        draws.wait()
    };
    assert!(!observe(&mut draws, "a", false));
    assert!(observe(&mut draws, "a", true));
    assert!(observe(&mut draws, "a", false));
    assert!(observe(&mut draws, "a", false));
    // The block that settles one commitment may hold another.
    assert!(observe(&mut draws, "b", true));
    assert!(observe(&mut draws, "a", false));
    assert!(!observe(&mut draws, "c", false));
    assert!(observe(&mut draws, "c", true));
    for _ in 0..7 {
        assert!(observe(&mut draws, "c", false));
    }
    // Two turns of four validators are over.
    assert!(!observe(&mut draws, "c", false));
}

#[test]
fn one_organisation_alone_never_settles_a_draw_and_is_not_kept_busy_with_it() {
    let builders = Builders::from(&genesis().validators);
    assert_eq!(builders.organisations().len(), 1);
    let mut draws = Draws::default();
    draws.observe(Height(1), None, true, &builders);
    assert!(!draws.wait());
}
