//! Values that are random to a reader and the same on every run: HMAC-SHA-256 under a secret.

use tamga_format::id::sha256;

const TAG: &[u8] = b"tamga/import/v1\0";
const BLOCK: usize = 64;

/// HMAC-SHA-256 (RFC 2104) with a 32-byte key.
#[must_use]
pub fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let pad = |byte: u8| {
        let mut block = [byte; BLOCK];
        for (slot, key) in block.iter_mut().zip(key) {
            *slot ^= key;
        }
        block
    };
    let (inner_pad, outer_pad) = (pad(0x36), pad(0x5c));
    let mut inner: Vec<&[u8]> = vec![&inner_pad];
    inner.extend_from_slice(parts);
    let inner = sha256(&inner);
    sha256(&[&outer_pad, &inner])
}

/// The value for one purpose of one row (or case) of a source.
#[must_use]
pub fn value(secret: &[u8; 32], source: &str, key: &str, purpose: &str) -> [u8; 32] {
    // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
    let length =
        |text: &str| u64::try_from(text.len()).expect("a length fits 64 bits").to_be_bytes();
    hmac(
        secret,
        &[
            TAG,
            &length(source),
            source.as_bytes(),
            &length(key),
            key.as_bytes(),
            &length(purpose),
            purpose.as_bytes(),
        ],
    )
}

/// The first half of [`value`], for a record's nonce.
#[must_use]
pub fn nonce(secret: &[u8; 32], source: &str, key: &str, purpose: &str) -> [u8; 16] {
    let value = value(secret, source, key, purpose);
    std::array::from_fn(|index| value[index])
}
