//! Key files: an Ed25519 seed under a passphrase, with its public half in front.
//!
//! ```text
//! tamga-key/v1
//! key <64 hex digits: key id>
//! public <64 hex digits>
//!
//! -----BEGIN AGE ENCRYPTED FILE-----
//! …
//! ```
//!
//! The public lines let a key be listed without its passphrase; opening compares them with the seed.

use std::path::Path;

use age::secrecy::SecretString;
use tamga_format::id::KeyId;
use tamga_format::signature::{PublicKey, SigningKey};
use zeroize::Zeroizing;

use crate::error::CliError;
use crate::lang::Said;
use crate::text;

const HEADER: &str = "tamga-key/v1";
const SAFETY_TAG: &[u8] = b"tamga/safety-number/v1\0";

/// Cost of guessing a passphrase: scrypt with N = 2^18, about a second.
pub const WORK_FACTOR: u8 = 18;

/// The public half of a key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicPart {
    /// Id of the key.
    pub id: KeyId,
    /// The public key's 32 bytes.
    pub public: [u8; 32],
}

impl PublicPart {
    /// The public half of `key`.
    #[must_use]
    pub fn of(key: &SigningKey) -> Self {
        let public = key.public();
        Self { id: public.key_id(), public: *public.as_bytes() }
    }

    /// Six groups of five digits, to be read aloud and compared.
    #[must_use]
    pub fn safety_number(&self) -> String {
        let hash = tamga_format::id::sha256(&[SAFETY_TAG, self.id.as_bytes()]);
        let group = |bytes: &[u8]| {
            let number = bytes.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
            format!("{:05}", number % 100_000)
        };
        hash.chunks_exact(5).map(group).collect::<Vec<_>>().join(" ")
    }
}

/// The text of a key file for `seed`.
///
/// # Errors
/// When the encryption fails, which the machine's randomness alone can cause.
pub fn seal(seed: &[u8; 32], passphrase: &str, work_factor: u8) -> Result<String, CliError> {
    let part = PublicPart::of(&SigningKey::from_seed(*seed));
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(work_factor);
    let secret = Zeroizing::new(text::hex(seed));
    let armored = age::encrypt_and_armor(&recipient, secret.as_bytes())
        .map_err(|error| CliError::bug(&error.to_string()))?;
    let public = text::hex(&part.public);
    Ok(format!("{HEADER}\nkey {}\npublic {public}\n\n{armored}", part.id))
}

/// The public half of a key file's text.
///
/// # Errors
/// When the text is not a key file.
pub fn public_part(file: &str) -> Result<PublicPart, CliError> {
    parse(file).map(|(part, _)| part)
}

/// The seed in a key file's text.
///
/// # Errors
/// When the text is not a key file, the passphrase is wrong, or the public lines belong to another key.
pub fn open(file: &str, name: &str, passphrase: &str) -> Result<Zeroizing<[u8; 32]>, CliError> {
    let (part, armored) = parse(file)?;
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    identity.set_max_work_factor(WORK_FACTOR + 4);
    let plain =
        age::decrypt(&identity, armored.as_bytes()).map_err(|_| CliError::passphrase(name))?;
    let plain = Zeroizing::new(plain);
    let seed = std::str::from_utf8(&plain)
        .ok()
        .and_then(text::parse_hex32)
        .ok_or_else(|| bad(Said::plain("detail-key-secret")))?;
    if PublicPart::of(&SigningKey::from_seed(seed)) != part {
        return Err(bad(Said::plain("detail-key-lines")));
    }
    Ok(Zeroizing::new(seed))
}

/// Writes a new key file, readable by its owner only; an existing file is never replaced.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn create(path: &Path, text: &str) -> Result<(), CliError> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(|error| CliError::file(parent, &error))?;
    }
    let mut file = options.open(path).map_err(|error| CliError::file(path, &error))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| CliError::file(path, &error))
}

fn bad(detail: Said) -> CliError {
    CliError::unreadable(Said::plain("what-key-file"), detail)
}

fn parse(file: &str) -> Result<(PublicPart, &str), CliError> {
    let (head, armored) =
        file.split_once("\n\n").ok_or_else(|| bad(Said::plain("detail-key-empty-line")))?;
    let mut lines = head.lines();
    if lines.next() != Some(HEADER) {
        let args = vec![("header", HEADER.into())];
        return Err(bad(Said::message("detail-first-line", args)));
    }
    let mut field = |name: &'static str| {
        lines
            .next()
            .and_then(|line| line.strip_prefix(name))
            .and_then(|rest| text::parse_hex32(rest.trim_start()))
            .ok_or_else(|| bad(Said::message("detail-key-line", vec![("name", name.into())])))
    };
    let id = KeyId(field("key")?);
    let public = field("public")?;
    if PublicKey::admit(&public).map(|key| key.key_id()).ok() != Some(id) {
        return Err(bad(Said::plain("detail-key-id")));
    }
    Ok((PublicPart { id, public }, armored))
}

#[cfg(test)]
mod tests;
