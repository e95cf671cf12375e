//! Identifiers, positions and domain tags (spec §3).
//!
//! Different meanings are different types: a [`LeafHash`] never stands where a [`RecordId`] is
//! meant, and a [`LeafIndex`] is never added to a [`TreeSize`].

use core::fmt;

use sha2::{Digest, Sha256};

use crate::error::{FormatCode, FormatError};

/// SHA-256 over the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// Every domain tag of the ledger; no other module spells one (spec §3.3).
pub mod tag {
    /// Body commitment (spec §6.2).
    pub const BODY: &[u8] = b"tamga/body/v1\0";
    /// Subject ids made of registry numbers (spec §7.2).
    pub const ID: &[u8] = b"tamga/id/v1\0";
    /// Person tags; an HMAC message, hence without the closing zero (spec §7.2).
    pub const PERSON: &[u8] = b"tamga/subject/v1";
    /// Keys of the authenticated map (spec §7.3).
    pub const MAP_KEY: &[u8] = b"tamga/map-key/v1\0";
    /// The salt before a status (spec §7.5).
    pub const STATUS_SALT: &[u8] = b"tamga/status-salt/v1\0";
    /// Commitment to a subject's private state (spec §14.4).
    pub const PRIVATE: &[u8] = b"tamga/private/v1\0";
    /// The chained salt of private state (spec §14.4).
    pub const PRIVATE_SALT: &[u8] = b"tamga/private-salt/v1\0";
    /// Proof that the holder has a new key (spec §15.3).
    pub const KEY_POSSESSION: &[u8] = b"tamga/key-possession/v1\0";
    /// What the keys of a new policy sign (spec §15.7).
    pub const POLICY: &[u8] = b"tamga/policy/v1\0";
    /// Which rules judge a block (spec §14.6).
    pub const RULES: &[u8] = b"tamga/rules/v1\0";
    /// Inputs of a presentation period (spec §22.2).
    pub const EXPIRY: &[u8] = b"tamga/expiry/v1\0";
    /// Consensus votes.
    pub const VOTE: &[u8] = b"tamga/vote/v1\0";
    /// Proposals of the consensus engine.
    pub const PROPOSAL: &[u8] = b"tamga/proposal/v1\0";
    /// The signed end of a proposed block's parts.
    pub const PROPOSAL_FIN: &[u8] = b"tamga/proposal-fin/v1\0";
    /// Validator ids, from consensus keys.
    pub const VALIDATOR: &[u8] = b"tamga/validator/v1\0";
    /// What a builder's beacon proof is over.
    pub const BEACON_ALPHA: &[u8] = b"tamga/beacon-alpha/v1\0";
    /// The next beacon, from the last and a proof's output.
    pub const BEACON_NEXT: &[u8] = b"tamga/beacon/v1\0";
    /// The list of candidates of a draw, with loads and weights (spec §16.18).
    pub const CANDIDATES: &[u8] = b"tamga/candidates/v1\0";
    /// The seed of a draw (spec §16.18).
    pub const DRAW_SEED: &[u8] = b"tamga/draw-seed/v1\0";
    /// The numbers that a seed gives (spec §16.18).
    pub const DRAW_PICK: &[u8] = b"tamga/draw-pick/v1\0";
    /// Where a tag's lines stand in a batch (spec §24.2).
    pub const LINE_KEY: &[u8] = b"tamga/line-key/v1\0";
    /// A salted line (spec §24.2).
    pub const LINE: &[u8] = b"tamga/line/v1\0";
    /// The salt of a remainder, from those of the lines it is left of (spec §24.5).
    pub const REMAINDER_SALT: &[u8] = b"tamga/remainder-salt/v1\0";
    /// An attachment, by its chunks (spec §24.1).
    pub const ATTACHMENT: &[u8] = b"tamga/attachment/v1\0";
    /// What a validator signs that holds and checked an attachment (spec §24.6).
    pub const HELD: &[u8] = b"tamga/held/v1\0";
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes `bytes` in lower-case hexadecimal.
pub(crate) fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    use fmt::Write as _;
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            f.write_char(char::from(*HEX.get(usize::from(nibble)).unwrap_or(&b'0')))?;
        }
    }
    Ok(())
}

/// Reads exactly `N` bytes of lower-case hexadecimal.
///
/// # Errors
///
/// [`FormatCode::HexInvalid`] for another length, an upper-case digit or anything else.
pub fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], FormatError> {
    fn digit(c: u8) -> Option<u8> {
        match c {
            b'0'..=b'9' => Some(c - b'0'),
            b'a'..=b'f' => Some(c - b'a' + 10),
            _ => None,
        }
    }
    let mut out = [0; N];
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return Err(FormatError::new(FormatCode::HexInvalid, 0));
    }
    for (at, (byte, pair)) in out.iter_mut().zip(text.chunks_exact(2)).enumerate() {
        let &[high, low] = pair else { continue };
        match (digit(high), digit(low)) {
            (Some(high), Some(low)) => *byte = high << 4 | low,
            _ => return Err(FormatError::new(FormatCode::HexInvalid, 2 * at)),
        }
    }
    Ok(out)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// The id of these 32 bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Reads 64 lower-case hexadecimal digits (spec §3.2).
            ///
            /// # Errors
            ///
            /// [`FormatCode::HexInvalid`] for anything else.
            pub fn from_hex(text: &str) -> Result<Self, FormatError> {
                parse_hex(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }
    )*};
}

ids! {
    /// SHA-256 of a record's COSE Sig_structure: one statement, one id (spec §5.5).
    RecordId;
    /// RFC 9162 leaf hash of an entry: SHA-256(0x00 ‖ entry) (spec §5.5).
    LeafHash;
    /// Root of an RFC 9162 tree.
    TreeRoot;
    /// Root of the authenticated map.
    MapRoot;
    /// Key of a subject in the authenticated map (spec §7.3).
    MapKey;
    /// Value of a subject in the authenticated map (spec §7.4).
    MapValue;
    /// SHA-256 of a checkpoint body: what consensus votes on.
    ValueId;
    /// COSE key thumbprint (RFC 9679, SHA-256) of a public key (spec §4.3).
    KeyId;
    /// The 32 bytes that name a subject within its role (spec §7.2).
    SubjectId;
    /// Commitment to a body (spec §6.2).
    BodyCommitment;
    /// SHA-256 of the genesis file: which ledger this is.
    GenesisHash;
    /// SHA-256 of a file that a report names (spec §13.8).
    FileHash;
    /// SHA-256 of a policy text.
    PolicyHash;
    /// Which rules judged a block.
    RulesHash;
    /// Salted hash of a subject's status, or zero (spec §7.5).
    StatusHash;
    /// Id of a validator, from its consensus key.
    ValidatorId;
    /// Hash of an attachment's chunks: the attachment itself (spec §24.1).
    AttachmentId;
    /// RFC 9162 leaf hash of one chunk of an attachment (spec §24.1).
    ChunkHash;
    /// Where the lines of a tag stand in a batch (spec §24.2).
    LineKey;
    /// Hash of a salted line (spec §24.2).
    LineHash;
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The number.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The one after this.
            ///
            /// # Panics
            ///
            /// At 2^64 - 1, which no ledger reaches.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.checked_add(1).expect("a ledger stays below 2^64 entries and blocks"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

counters! {
    /// Number of a block; the genesis is height 0.
    Height;
    /// Position of a leaf in the log, from 0.
    LeafIndex;
    /// Number of leaves of a tree.
    TreeSize;
}

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// 9999-12-31T23:59:59.999Z, the last time a record can name.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The number of milliseconds.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
