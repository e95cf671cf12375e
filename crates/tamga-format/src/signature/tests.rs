use super::*;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use proptest::prelude::*;
use std::string::ToString;
use std::vec::Vec;

const RANDOM: [u8; 32] = [7; 32];

/// All encodings of points of small order: eight canonical ones, six others.
fn small_order_encodings() -> Vec<[u8; 32]> {
    let mut all: Vec<[u8; 32]> = EIGHT_TORSION.iter().map(|p| p.compress().to_bytes()).collect();
    let p_plus = |n: u8| {
        core::array::from_fn(|i| match i {
            0 => 0xed + n,
            31 => 0x7f,
            _ => 0xff,
        })
    };
    let one = core::array::from_fn(|i| u8::from(i == 0));
    let minus_one = core::array::from_fn(|i| match i {
        0 => 0xec,
        31 => 0x7f,
        _ => 0xff,
    });
    let negative = |mut bytes: [u8; 32]| {
        bytes[31] |= 0x80;
        bytes
    };
    all.extend([p_plus(0), negative(p_plus(0)), p_plus(1), negative(p_plus(1))]);
    all.extend([negative(one), negative(minus_one)]);
    all
}

fn signature_of(r: &[u8; 32], s: &Scalar) -> Signature {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s.as_bytes());
    Signature(bytes)
}

/// Single and batch verification, alone and beside a valid signature, all give `expected`.
fn check(key: &[u8; 32], message: &[u8], signature: Signature, expected: bool) {
    assert_eq!(verify_raw(key, message, &signature).is_ok(), expected);
    let good = SigningKey::from_seed([1; 32]);
    let item = (*key, message, signature);
    let other = (*good.public().as_bytes(), &b"other"[..], good.sign(b"other"));
    assert_eq!(verify_raw_batch(&[item], RANDOM), [expected]);
    assert_eq!(verify_raw_batch(&[other, item], RANDOM), [true, expected]);
    // The batch equation itself, without the fallback that would hide a disagreement.
    assert_eq!(batch_holds([(key, message, &signature)].into_iter(), RANDOM), expected);
    let both = [(&other.0, other.1, &other.2), (key, message, &signature)];
    assert_eq!(batch_holds(both.into_iter(), RANDOM), expected);
}

#[test]
fn all_196_small_order_signatures_hold_and_none_of_their_keys_is_admitted() {
    let points = small_order_encodings();
    assert_eq!(points.len(), 14);
    for key in &points {
        for r in &points {
            check(key, b"Zcash", signature_of(r, &Scalar::ZERO), true);
        }
        let code = PublicKey::admit(key).unwrap_err().code;
        assert!(matches!(code, FormatCode::KeySmallOrder | FormatCode::KeyNotCanonical));
    }
}

#[test]
fn admission_refuses_each_kind_of_bad_key() {
    let points = small_order_encodings();
    let torsion = SigningKey::from_seed([3; 32]).public();
    let torsion = CompressedEdwardsY(*torsion.as_bytes()).decompress().unwrap() + EIGHT_TORSION[1];
    // y = 2^255 - 19 + 3 is a point whose canonical y is 3.
    let not_canonical: [u8; 32] = core::array::from_fn(|i| match i {
        0 => 0xed + 3,
        31 => 0x7f,
        _ => 0xff,
    });
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let cases = [
        (points[1], FormatCode::KeySmallOrder),
        (points[8], FormatCode::KeyNotCanonical),
        (points[12], FormatCode::KeyNotCanonical),
        (torsion.compress().to_bytes(), FormatCode::KeyTorsion),
        (not_canonical, FormatCode::KeyNotCanonical),
        (no_point, FormatCode::KeyNotPoint),
    ];
    for (key, code) in cases {
        assert_eq!(PublicKey::admit(&key), Err(FormatError::new(code, 0)));
    }
    let good = SigningKey::from_seed([3; 32]).public();
    assert_eq!(PublicKey::admit(good.as_bytes()), Ok(good));
    assert_eq!(PublicKey::from_hex(&good.to_string()), Ok(good));
}

/// A signature under any key point A = [a]B + torsion, made without the usual key derivation.
fn sign_with(
    a: Scalar,
    key: EdwardsPoint,
    r: Scalar,
    r_point: EdwardsPoint,
) -> ([u8; 32], Signature) {
    let key = key.compress().to_bytes();
    let r_bytes = r_point.compress().to_bytes();
    let hash = sha2::Sha512::new().chain_update(r_bytes).chain_update(key).chain_update(b"edge");
    let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    (key, signature_of(&r_bytes, &(r + k * a)))
}

#[test]
fn torsion_in_key_or_nonce_does_not_matter_to_the_equation() {
    let (a, r) = (Scalar::from(12_345u64), Scalar::from(67_890u64));
    let (key, nonce) = (a * ED25519_BASEPOINT_POINT, r * ED25519_BASEPOINT_POINT);
    for torsion in EIGHT_TORSION {
        for (key, nonce) in
            [(key + torsion, nonce), (key, nonce + torsion), (key + torsion, nonce + torsion)]
        {
            let (key, signature) = sign_with(a, key, r, nonce);
            check(&key, b"edge", signature, true);
        }
    }
}

#[test]
fn a_scalar_that_is_not_reduced_is_refused() {
    let key = SigningKey::from_seed([9; 32]);
    let mut signature = key.sign(b"x");
    check(key.public().as_bytes(), b"x", signature, true);
    // Adds the group order to s.
    let order: [u8; 32] = {
        let mut bytes = (-Scalar::ONE).to_bytes();
        bytes[0] += 1;
        bytes
    };
    let mut carry = 0u16;
    for (byte, add) in signature.0[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = u8::try_from(carry & 0xff).unwrap();
        carry >>= 8;
    }
    check(key.public().as_bytes(), b"x", signature, false);
}

#[test]
fn a_batch_names_exactly_the_bad_ones() {
    let keys: Vec<SigningKey> = (0..8).map(|n| SigningKey::from_seed([n; 32])).collect();
    let messages: Vec<Vec<u8>> = (0..8).map(|n| std::vec![n; usize::from(n)]).collect();
    let mut items: Vec<(PublicKey, &[u8], Signature)> = keys
        .iter()
        .zip(&messages)
        .map(|(key, message)| (key.public(), message.as_slice(), key.sign(message)))
        .collect();
    assert_eq!(verify_batch(&items, RANDOM), [true; 8]);
    items[3].2.0[0] ^= 1;
    items[5].1 = b"another";
    let expected: Vec<bool> = (0..8).map(|n| n != 3 && n != 5).collect();
    assert_eq!(verify_batch(&items, RANDOM), expected);
    assert!(verify_batch(&[], RANDOM).is_empty());
}

#[test]
fn the_key_id_is_the_thumbprint_of_rfc_9679() {
    // The COSE_Key {1: 1, -1: 6, -2: key} in deterministic CBOR.
    let key = SigningKey::from_seed([0; 32]).public();
    let mut cose = crate::cbor::Writer::new();
    cose.map(3).uint(1).uint(1).int(-1).uint(6).int(-2).bytes(key.as_bytes());
    assert_eq!(key.key_id(), KeyId(sha256(&[&cose.finish()])));
}

#[test]
fn a_secret_key_prints_its_public_key_only() {
    let key = SigningKey::from_seed([5; 32]);
    assert_eq!(std::format!("{key:?}"), std::format!("SigningKey(of {})", key.public()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_signed_verifies_and_nothing_else(
        seed in any::<[u8; 32]>(), message in proptest::collection::vec(any::<u8>(), 1..200), bit in 0usize..512,
    ) {
        let key = SigningKey::from_seed(seed);
        let signature = key.sign(&message);
        prop_assert_eq!(PublicKey::admit(key.public().as_bytes()), Ok(key.public()));
        prop_assert!(key.public().verify(&message, &signature).is_ok());
        let mut other = signature;
        other.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(key.public().verify(&message, &other).is_err());
        let mut changed = message;
        changed[0] ^= 1;
        prop_assert!(key.public().verify(&changed, &signature).is_err());
    }
}
