//! Signed notes and verifier keys as C2SP writes them (spec §11.1, §11.2).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use base64ct::{Base64, Encoding as _};

use crate::error::{FormatCode, FormatError};
use crate::id::{parse_hex, sha256};
use crate::limits::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, ORIGIN_BYTES_MAX};
use crate::signature::{PublicKey, Signature, SigningKey};

/// What a verifier key verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VKeyKind {
    /// A log's Ed25519 signature over the text, type 0x01.
    Log,
    /// A `cosignature/v1` with Ed25519, type 0x04.
    Cosigner,
}

impl VKeyKind {
    /// The type byte.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Cosigner => 0x04,
        }
    }
}

/// A verifier key: a name, a purpose and a public key, written `name+id+base64` (spec §11.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VKey {
    name: String,
    kind: VKeyKind,
    key: PublicKey,
}

impl VKey {
    /// A verifier key of these parts.
    ///
    /// # Errors
    /// [`FormatCode::NameInvalid`].
    pub fn new(name: &str, kind: VKeyKind, key: PublicKey) -> Result<Self, FormatError> {
        check_name(name)?;
        Ok(Self { name: name.to_string(), kind, key })
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`FormatCode::VKeySyntax`], [`FormatCode::VKeyType`], [`FormatCode::NameInvalid`], or those
    /// of [`PublicKey::admit`].
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = FormatError::new(FormatCode::VKeySyntax, 0);
        let (name, rest) = text.split_once('+').ok_or(syntax)?;
        let (id, key) = rest.split_once('+').ok_or(syntax)?;
        let id = parse_hex(id).map_err(|_| syntax)?;
        let typed: [u8; 33] = b64_decode_array(key).map_err(|_| syntax)?;
        let (&byte, key) = typed.split_first().ok_or(syntax)?;
        let kind = match byte {
            0x01 => VKeyKind::Log,
            0x04 => VKeyKind::Cosigner,
            _ => return Err(FormatError::new(FormatCode::VKeyType, 0)),
        };
        let key = PublicKey::admit(key.try_into().map_err(|_| syntax)?)?;
        let vkey = Self::new(name, kind, key)?;
        if vkey.key_id() == id { Ok(vkey) } else { Err(syntax) }
    }

    /// The name that signature lines carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key verifies.
    pub const fn kind(&self) -> VKeyKind {
        self.kind
    }

    /// The public key.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key).
    pub fn key_id(&self) -> [u8; 4] {
        key_id(&self.name, self.kind, &self.key)
    }

    /// Whether a signature line names this key.
    pub fn is_named_by(&self, signature: &NoteSignature) -> bool {
        signature.name == self.name && signature.key_id == self.key_id()
    }

    /// Checks a log's signature line over a text.
    ///
    /// # Errors
    /// [`FormatCode::VKeyType`] if this is no log key, [`FormatCode::SignatureInvalid`] otherwise.
    pub fn verify_text(&self, text: &str, signature: &NoteSignature) -> Result<(), FormatError> {
        if self.kind != VKeyKind::Log {
            return Err(FormatError::new(FormatCode::VKeyType, 0));
        }
        let invalid = FormatError::new(FormatCode::SignatureInvalid, 0);
        let bytes = signature.blob.as_slice().try_into().map_err(|_| invalid)?;
        if !self.is_named_by(signature) {
            return Err(invalid);
        }
        self.key.verify(text.as_bytes(), &Signature(bytes))
    }
}

impl fmt::Display for VKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = alloc::vec![self.kind.byte()];
        typed.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+", self.name)?;
        crate::id::write_hex(f, &self.key_id())?;
        write!(f, "+{}", b64_encode(&typed))
    }
}

/// One signature line: who claims to have signed, and the bytes after the key id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The signer's name.
    pub name: String,
    /// The signer's key id.
    pub key_id: [u8; 4],
    /// The signature, in the form that the key's type demands; never empty.
    pub blob: Vec<u8>,
}

impl NoteSignature {
    /// Reads one line without its line feed.
    ///
    /// # Errors
    /// [`FormatCode::NoteSyntax`] or [`FormatCode::NameInvalid`].
    pub fn parse(line: &str) -> Result<Self, FormatError> {
        let syntax = FormatError::new(FormatCode::NoteSyntax, 0);
        let (name, blob) =
            line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(syntax)?;
        check_name(name)?;
        let blob = b64_decode(blob).map_err(|_| syntax)?;
        let (key_id, blob) = blob.split_first_chunk().ok_or(syntax)?;
        if blob.is_empty() {
            return Err(syntax);
        }
        Ok(Self { name: name.to_string(), key_id: *key_id, blob: blob.to_vec() })
    }
}

impl fmt::Display for NoteSignature {
    /// The line without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id[..], &self.blob].concat();
        write!(f, "\u{2014} {} {}", self.name, b64_encode(&bytes))
    }
}

/// A text and the signatures under it, none of them checked (spec §11.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, with its last line feed.
    pub text: String,
    /// The signature lines, 1 to 16.
    pub signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note in its one form: [`Self::encode`] gives the same bytes back.
    ///
    /// # Errors
    /// [`FormatCode::NoteTooLong`]; [`FormatCode::NoteSyntax`] or [`FormatCode::NameInvalid`] at
    /// the line that is wrong.
    pub fn parse(note: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::NoteSyntax, line);
        if note.len() > NOTE_BYTES_MAX {
            return Err(FormatError::new(FormatCode::NoteTooLong, NOTE_BYTES_MAX));
        }
        if note.chars().any(|c| c != '\n' && c.is_control()) {
            return Err(syntax(0));
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(syntax(0))?;
        let lines = lines.strip_suffix('\n').ok_or(syntax(0))?;
        let first = text.split('\n').count() + 1;
        let mut signatures = Vec::new();
        for (number, line) in lines.split('\n').enumerate() {
            if number == NOTE_SIGNATURES_MAX {
                return Err(FormatError::new(FormatCode::NoteTooLong, first + number));
            }
            let signature = NoteSignature::parse(line);
            signatures
                .push(signature.map_err(|error| FormatError { at: first + number, ..error })?);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The note: text, an empty line, one line per signature.
    pub fn encode(&self) -> String {
        let mut note = format!("{}\n", self.text);
        for signature in &self.signatures {
            note.push_str(&format!("{signature}\n"));
        }
        note
    }
}

/// Signs a text as the log of this name: a signature line of type 0x01.
///
/// # Errors
/// [`FormatCode::NameInvalid`].
pub fn sign_note(text: &str, name: &str, key: &SigningKey) -> Result<NoteSignature, FormatError> {
    let vkey = VKey::new(name, VKeyKind::Log, key.public())?;
    let blob = key.sign(text.as_bytes()).0.to_vec();
    Ok(NoteSignature { name: vkey.name.clone(), key_id: vkey.key_id(), blob })
}

/// Checks a key name or origin: 1 to 128 bytes of printable ASCII without space and plus.
///
/// # Errors
/// [`FormatCode::NameInvalid`].
pub fn check_name(name: &str) -> Result<(), FormatError> {
    let fits = !name.is_empty() && name.len() <= ORIGIN_BYTES_MAX;
    if fits && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+') {
        Ok(())
    } else {
        Err(FormatError::new(FormatCode::NameInvalid, 0))
    }
}

fn key_id(name: &str, kind: VKeyKind, key: &PublicKey) -> [u8; 4] {
    let hash = sha256(&[name.as_bytes(), b"\n", &[kind.byte()], key.as_bytes()]);
    let mut id = [0; 4];
    id.copy_from_slice(hash.split_at(4).0);
    id
}

/// A decimal number without sign and leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

/// Standard base64 with padding.
pub(crate) fn b64_encode(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Standard base64 with padding, in its one form.
pub(crate) fn b64_decode(text: &str) -> Result<Vec<u8>, FormatError> {
    let invalid = FormatError::new(FormatCode::Base64Invalid, 0);
    let bytes = Base64::decode_vec(text).map_err(|_| invalid)?;
    if b64_encode(&bytes) == text { Ok(bytes) } else { Err(invalid) }
}

/// As [`b64_decode`], for a known length.
pub(crate) fn b64_decode_array<const N: usize>(text: &str) -> Result<[u8; N], FormatError> {
    let invalid = FormatError::new(FormatCode::Base64Invalid, 0);
    b64_decode(text)?.try_into().map_err(|_| invalid)
}

#[cfg(test)]
mod tests;
