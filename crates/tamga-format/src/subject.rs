//! Subjects: what a record is about, and how the map names and values them (spec §7).

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use sha2::{Digest, Sha256};

use crate::error::{FormatCode, FormatError};
use crate::id::{
    LeafHash, LeafIndex, MapKey, MapValue, StatusHash, SubjectId, TreeRoot, sha256, tag,
};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// What kind of thing a subject is (spec §7.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Role {
            $($(#[$doc])* $name = $code,)*
        }

        impl Role {
            /// Every role, by code.
            pub const ALL: &'static [Role] = &[$(Self::$name,)*];

            /// The number in encodings.
            pub const fn code(self) -> u8 {
                match self { $(Self::$name => $code,)* }
            }

            /// The ASCII name in texts and hashes.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The role of a number.
            pub const fn from_code(code: u64) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// The role of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

roles! {
    /// Enforcement proceedings.
    Case = 1, "case";
    /// A debtor, by person tag.
    Debtor = 2, "debtor";
    /// A claimant, by person tag.
    Claimant = 3, "claimant";
    /// A bailiff or another officer.
    Officer = 4, "officer";
    /// An author or another holder of rights, by person tag.
    Rightsholder = 5, "rightsholder";
    /// A work in one category of rights.
    Work = 6, "work";
    /// A collective management organisation.
    Cmo = 7, "cmo";
    /// Somebody who uses works under licence.
    Licensee = 8, "licensee";
    /// Money collected for one purpose and period.
    Pool = 9, "pool";
    /// An organisation that takes part in the ledger.
    Organisation = 10, "organisation";
    /// A signing key; its id is the key id.
    Key = 11, "key";
    /// A registry item: a parameter, an accreditation, a calendar year.
    Item = 12, "item";
    /// An executive document, by vault-keyed tag.
    Document = 13, "document";
    /// A claim against solidary debtors.
    Claim = 14, "claim";
    /// An enforcement measure.
    Measure = 15, "measure";
    /// A lot of seized property.
    Lot = 16, "lot";
    /// A complaint.
    Complaint = 17, "complaint";
    /// A mandate of a holder of rights.
    Mandate = 18, "mandate";
    /// The lines of a distribution or a payout.
    Batch = 19, "batch";
    /// Distributions and statements of one organisation, and nothing else.
    Book = 20, "book";
    // 21 stays unknown: a frozen vector of a refused record has it.
    /// A dispute about shares, allocations or payouts.
    Dispute = 22, "dispute";
    /// What a bank, or a rightsholder, says of a payout.
    Payment = 23, "payment";
}

/// A thing with a history: a role and an id within it. Ordered by (role code, id).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// What kind of thing it is.
    pub role: Role,
    /// Which one it is.
    pub id: SubjectId,
}

impl Subject {
    /// The subject of a role and an id.
    pub const fn new(role: Role, id: SubjectId) -> Self {
        Self { role, id }
    }

    /// The subject that a public registry knows by `number` (spec §7.2).
    pub fn registered(role: Role, number: &str) -> Self {
        let id = sha256(&[tag::ID, role.name().as_bytes(), &[0], number.as_bytes()]);
        Self { role, id: SubjectId(id) }
    }

    /// The key of this subject in the authenticated map (spec §7.3).
    pub fn map_key(&self) -> MapKey {
        MapKey(sha256(&[tag::MAP_KEY, self.role.name().as_bytes(), &[0], self.id.as_bytes()]))
    }
}

/// `case:AAECAw…`: the role's name, a colon, 43 characters of base64url (spec §7.1).
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 43];
        let id =
            Base64UrlUnpadded::encode(self.id.as_bytes(), &mut text).map_err(|_| fmt::Error)?;
        write!(f, "{}:{id}", self.role.name())
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Subject {
    type Err = FormatError;

    /// Reads the form that [`Subject`] prints, and no other.
    fn from_str(text: &str) -> Result<Self, FormatError> {
        let refuse = |code, at| FormatError::new(code, at);
        let (role, id) = text.split_once(':').ok_or(refuse(FormatCode::SubjectText, text.len()))?;
        let at = role.len() + 1;
        let role = Role::from_name(role).ok_or(refuse(FormatCode::RoleUnknown, 0))?;
        let mut bytes = [0; 32];
        // The decoder refuses padding, other alphabets and stray bits in the last character.
        match Base64UrlUnpadded::decode(id, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => {}
            _ => return Err(refuse(FormatCode::SubjectText, at)),
        }
        Ok(Self { role, id: SubjectId(bytes) })
    }
}

impl Subject {
    /// The text form, as a string of its own.
    pub fn to_text(&self) -> String {
        alloc::format!("{self}")
    }
}

/// The status hash of a subject whose role has no status, or that has none yet (spec §7.5).
pub const STATUS_NONE: StatusHash = StatusHash([0; 32]);

/// A leaf of a subject's tree: the record's position in the log and its leaf hash (spec §7.4).
pub fn subject_leaf(index: LeafIndex, leaf: LeafHash) -> [u8; 40] {
    let mut out = [0; 40];
    let (head, tail) = out.split_at_mut(8);
    head.copy_from_slice(&index.get().to_be_bytes());
    tail.copy_from_slice(leaf.as_bytes());
    out
}

/// The value of a subject in the authenticated map (spec §7.4).
///
/// `count` is the number of the subject's records, `root` the root of their tree.
pub fn map_value(count: u64, root: &TreeRoot, status: &StatusHash) -> MapValue {
    MapValue(sha256(&[&[2], &count.to_be_bytes(), root.as_bytes(), status.as_bytes()]))
}

/// The salted hash of a status (spec §7.5).
///
/// `nonce` is that of the subject's last record, so a status of few possible values can't be
/// guessed from its hash; `status` is its deterministic CBOR.
pub fn status_hash(nonce: &[u8; 16], status: &[u8]) -> StatusHash {
    let salt = sha256(&[tag::STATUS_SALT, nonce]);
    StatusHash(sha256(&[&salt, status]))
}

/// The id of a person in a role, from the person's secret in the identity vault (spec §7.2).
pub fn person_tag(secret: &[u8; 32], role: Role) -> SubjectId {
    SubjectId(hmac_sha256(secret, &[tag::PERSON, role.name().as_bytes()]))
}

/// HMAC-SHA-256 (RFC 2104) with a 32-byte key, which is shorter than a block.
fn hmac_sha256(key: &[u8; 32], message: &[&[u8]]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let mut inner = Sha256::new_with_prefix(pad(0x36));
    for part in message {
        inner.update(part);
    }
    Sha256::new_with_prefix(pad(0x5c)).chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
mod tests;
