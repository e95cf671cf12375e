//! Cosignatures: `cosignature/v1` with Ed25519 (spec §11.4).
//!
//! A cosignature says: at this time, the largest tree I saw for this origin has this root, and it
//! extends everything I cosigned before. Keeping that promise is the cosigner's business.

use alloc::format;
use alloc::string::{String, ToString};

use crate::error::{FormatCode, FormatError};
use crate::note::{NoteSignature, VKey, VKeyKind};
use crate::signature::{Signature, SigningKey};

/// Cosigns a checkpoint body at a time in UTC seconds.
///
/// # Errors
/// [`FormatCode::NameInvalid`].
pub fn cosign(
    key: &SigningKey,
    name: &str,
    body: &str,
    time_s: u64,
) -> Result<NoteSignature, FormatError> {
    let vkey = VKey::new(name, VKeyKind::Cosigner, key.public())?;
    let signature = key.sign(message(body, time_s).as_bytes());
    let blob = [&time_s.to_be_bytes()[..], &signature.0].concat();
    Ok(NoteSignature { name: name.to_string(), key_id: vkey.key_id(), blob })
}

/// Checks a cosignature line over a checkpoint body and returns its time in UTC seconds.
///
/// # Errors
/// [`FormatCode::VKeyType`] if the key is no cosigner's, [`FormatCode::CosignatureSyntax`] for a
/// wrong length, [`FormatCode::SignatureInvalid`] if it does not hold.
pub fn verify(vkey: &VKey, body: &str, signature: &NoteSignature) -> Result<u64, FormatError> {
    if vkey.kind() != VKeyKind::Cosigner {
        return Err(FormatError::new(FormatCode::VKeyType, 0));
    }
    let syntax = FormatError::new(FormatCode::CosignatureSyntax, 0);
    let (time, bytes) = signature.blob.split_first_chunk().ok_or(syntax)?;
    let bytes = bytes.try_into().map_err(|_| syntax)?;
    if !vkey.is_named_by(signature) {
        return Err(FormatError::new(FormatCode::SignatureInvalid, 0));
    }
    let time_s = u64::from_be_bytes(*time);
    vkey.key().verify(message(body, time_s).as_bytes(), &Signature(bytes))?;
    Ok(time_s)
}

/// Checks a signature line over a checkpoint body, whichever kind the key is, and returns its time
/// in UTC seconds; a log's has none.
///
/// # Errors
/// Those of [`verify`] and [`VKey::verify_text`].
pub fn verify_line(
    vkey: &VKey,
    body: &str,
    signature: &NoteSignature,
) -> Result<Option<u64>, FormatError> {
    match vkey.kind() {
        VKeyKind::Log => vkey.verify_text(body, signature).map(|()| None),
        VKeyKind::Cosigner => verify(vkey, body, signature).map(Some),
    }
}

fn message(body: &str, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{body}")
}

#[cfg(test)]
mod tests;
