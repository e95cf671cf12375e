use alloc::vec::Vec;

use super::*;

#[test]
fn a_proof_holds_for_its_key_and_input_only() {
    let (secret, other) = (VrfSecret::from_seed(&[1; 32]), VrfSecret::from_seed(&[2; 32]));
    let alpha = alpha("tamga.example", Height(5));
    let proof = secret.prove(&alpha);
    let output = secret.public().verify(&alpha, &proof).unwrap();
    assert_eq!(proof.output(), Ok(output));
    assert_eq!(secret.prove(&alpha), proof);
    assert!(other.public().verify(&alpha, &proof).is_err());
    assert!(secret.public().verify(b"", &proof).is_err());
    for at in 0..proof.0.len() {
        let mut changed = proof;
        changed.0[at] ^= 1;
        assert!(secret.public().verify(&alpha, &changed).is_err(), "byte {at}");
    }
}

#[test]
fn a_response_above_the_group_order_is_refused() {
    let secret = VrfSecret::from_seed(&[1; 32]);
    let mut proof = secret.prove(b"");
    // The group order added to the response leaves the equation true.
    let order = -Scalar::ONE;
    let mut carry = 1;
    for (byte, add) in proof.0[48..].iter_mut().zip(order.as_bytes()) {
        let sum = u16::from(*byte) + u16::from(*add) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    let error = secret.public().verify(b"", &proof).unwrap_err();
    assert_eq!((error.code, error.at), (FormatCode::BeaconSyntax, 48));
}

#[test]
fn points_outside_their_one_encoding_are_refused() {
    // The point with y = 1, written as y = p + 1, and the identity with a negative zero.
    let mut above = [0xFF; 32];
    above[0] = 0xEE;
    above[31] = 0x7F;
    let mut negative_zero = [0; 32];
    negative_zero[0] = 1;
    negative_zero[31] = 0x80;
    assert!(decode_point(&above).is_none());
    assert!(decode_point(&negative_zero).is_none());
    assert!(VrfPublic::admit(&above).is_err());
}

#[test]
fn extensions_are_117_bytes() {
    let ext = Ext { builder: ValidatorId([3; 32]), round: 9, proof: VrfProof([4; 80]) };
    let bytes = ext.encode();
    assert_eq!(bytes.len(), EXT_BYTES);
    assert_eq!(Ext::decode(&bytes).as_ref(), Ok(&ext));
    for length in 0..bytes.len() {
        assert_eq!(Ext::decode(&bytes[..length]).unwrap_err().code, FormatCode::BeaconSyntax);
    }
    let longer: Vec<u8> = [&bytes[..], &[0]].concat();
    assert_eq!(Ext::decode(&longer).unwrap_err().code, FormatCode::BeaconSyntax);
}

#[test]
fn inputs_of_different_ledgers_never_meet() {
    assert_ne!(alpha("a", Height(1)), alpha("a", Height(2)));
    assert_ne!(alpha("a", Height(1)), alpha("b", Height(1)));
    assert_ne!(next_beacon(&[0; 32], &[1; 64]), next_beacon(&[1; 32], &[1; 64]));
}

#[test]
fn a_run_of_blocks_has_a_beacon_of_its_own() {
    let (first, second) = ([1; 64], [2; 64]);
    let expected = next_beacon(&next_beacon(&[0; 32], &first), &second);
    assert_eq!(run_beacon([&first, &second]), expected);
    assert_ne!(run_beacon([&second, &first]), expected);
    assert_ne!(run_beacon([&first]), expected);
}
