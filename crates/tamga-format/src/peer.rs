//! PeerIds: libp2p's names of processes, which are their network keys (spec §12.2).

use crate::error::{FormatCode, FormatError};
use crate::signature::PublicKey;

const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// An identity multihash of 36 bytes: the protobuf of an Ed25519 key.
const HEAD: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];
const BYTES: usize = HEAD.len() + 32;

/// The network key in a PeerId.
///
/// # Errors
/// [`FormatCode::PeerId`], or those of [`PublicKey::admit`].
pub fn network_key(peer_id: &str) -> Result<PublicKey, FormatError> {
    let bytes = base58(peer_id);
    let key = bytes.as_ref().and_then(|bytes| bytes.strip_prefix(&HEAD)?.try_into().ok());
    PublicKey::admit(key.ok_or(FormatError::new(FormatCode::PeerId, 0))?)
}

/// As many bytes as a PeerId has, of which the first is zero, from their one text in base58.
fn base58(text: &str) -> Option<[u8; BYTES]> {
    // A leading zero byte is a leading 1; all other bytes are one number.
    let number = text.strip_prefix('1').filter(|number| !number.starts_with('1'))?;
    let mut bytes = [0; BYTES];
    for character in number.bytes() {
        let mut carry = DIGITS.iter().position(|digit| *digit == character)?;
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
