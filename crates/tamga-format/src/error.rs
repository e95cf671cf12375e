//! The one error of all decoders and verifiers: a stable code, a position, the thing meant (spec §2.4).

use core::fmt;

/// Why bytes or text were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The stable reason.
    pub code: FormatCode,
    /// Byte position in the outermost input at which the fault begins; in text formats, the line,
    /// counted from 0.
    pub at: usize,
    /// The thing that is wrong, such as `valid_until`; empty when the code says it all.
    pub what: &'static str,
}

impl FormatError {
    /// An error at a position.
    pub const fn new(code: FormatCode, at: usize) -> Self {
        Self { code, at, what: "" }
    }

    /// The same error, naming the thing that is wrong.
    #[must_use]
    pub const fn of(self, what: &'static str) -> Self {
        Self { what, ..self }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: ", self.code.as_str(), self.at)?;
        if !self.what.is_empty() {
            write!(f, "{}: ", self.what)?;
        }
        f.write_str(self.code.explain())
    }
}

impl core::error::Error for FormatError {}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $text:literal;)*) => {
        /// Every reason of this crate, with a stable name (spec §2.4).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FormatCode {
            $(#[doc = concat!("`", $slug, "`")] $(#[$doc])* $name,)*
        }

        impl FormatCode {
            /// All codes, in the order of the specification.
            pub const ALL: &'static [FormatCode] = &[$(Self::$name,)*];

            /// The stable name, in kebab case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// What is wrong and what would be right, in one lower-case line.
            pub const fn explain(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    // Deterministic CBOR (spec §2.1).
    CborTruncated = "cbor-truncated", "the input ends inside an item; send it whole";
    CborTrailingBytes = "cbor-trailing-bytes", "bytes follow the item; remove them";
    CborNotShortest = "cbor-not-shortest", "a number or length has a shorter form; use that";
    CborIndefinite = "cbor-indefinite", "indefinite lengths are refused; state the length";
    CborFloat = "cbor-float", "floats are refused; use an integer of minor units";
    CborTag = "cbor-tag", "tags are refused; only tag 18 around a record exists";
    CborSimple = "cbor-simple", "only false, true and null exist among the simple values";
    CborReserved = "cbor-reserved", "the additional information 28 to 30 is reserved";
    CborUtf8 = "cbor-utf8", "text is not valid UTF-8";
    CborKeyOrder = "cbor-key-order", "map keys are not sorted bytewise by their encoding";
    CborDuplicateKey = "cbor-duplicate-key", "a map key occurs twice";
    CborKeyType = "cbor-key-type", "a map key is an integer or a text of at most 64 bytes";
    CborDepth = "cbor-depth", "arrays and maps nest deeper than the limit of 16";
    CborItems = "cbor-items", "more items than the limit of 4096";
    CborLength = "cbor-length", "the input is longer than this decoder's limit";
    CborType = "cbor-type", "another type is expected here";
    CborRange = "cbor-range", "a number or length is outside the range of this place";
    // Text forms (spec §3.2).
    HexInvalid = "hex-invalid", "not lower-case hexadecimal of the expected length";
    Base64Invalid = "base64-invalid", "not canonical base64 of the expected length";
    // Keys and signatures (spec §4).
    KeyNotPoint = "key-not-point", "the public key is not a point of the curve";
    KeyNotCanonical = "key-not-canonical", "the public key is not in its one canonical encoding";
    KeySmallOrder = "key-small-order", "the public key is a point of small order";
    KeyTorsion = "key-torsion", "the public key is outside the prime-order subgroup";
    SignatureInvalid = "signature-invalid", "the signature does not hold for these bytes and this key";
    SignatureKey = "signature-key", "the key is not the one named by the record's key id";
    // Records (spec §5).
    RecordTooLong = "record-too-long", "a record is at most 65535 bytes";
    RecordEnvelope = "record-envelope", "a record starts with tag 18, an array of four";
    RecordHeader = "record-header", "the protected header differs from the one allowed form";
    RecordUnprotected = "record-unprotected", "the unprotected header must be the empty map";
    RecordAlgorithm = "record-algorithm", "the only algorithm is -8 (EdDSA with Ed25519)";
    RecordContentType = "record-content-type", "the content type is application/vnd.tamga.record+cbor";
    RecordAudience = "record-audience", "the audience is an origin of 1 to 128 printable ASCII bytes, without space and plus";
    RecordKey = "record-key", "the payload holds an unknown key";
    RecordMissing = "record-missing", "the payload lacks a required key";
    RecordEmpty = "record-empty", "an empty list is left out, never written";
    RecordTime = "record-time", "a time lies outside the years 1970 to 9999";
    RecordSubjects = "record-subjects", "subjects are sorted, distinct, without the primary one, at most 127";
    RecordReferences = "record-references", "references are distinct, at most 16";
    RecordFields = "record-fields", "a record holds at most 64 public fields";
    // Bodies (spec §6).
    BodyTooLong = "body-too-long", "a body is at most 65536 bytes";
    BodyCount = "body-count", "a body holds 1 to 64 fields";
    BodyName = "body-name", "a field name is 1 to 64 of the characters a-z 0-9 _ . -";
    BodyOrder = "body-order", "body fields are sorted by name, each name once";
    BodyCommitment = "body-commitment", "the body is not the one the record commits to";
    BodyMissing = "body-missing", "the record commits to a body and none came with it";
    BodyUnexpected = "body-unexpected", "the record commits to no body and one came with it";
    // Subjects (spec §7).
    RoleUnknown = "role-unknown", "no such role";
    SubjectText = "subject-text", "a subject is written as role:base64url of 32 bytes without padding";
    AmountOverflow = "amount-overflow", "the amount leaves the range of 64 bits";
    // The log (spec §8).
    ProofShape = "proof-shape", "the index, size or path length does not fit the tree";
    ProofRoot = "proof-root", "the path leads to another root";
    TileCoord = "tile-coord", "no such tile path; write tile/<level>/<number>[.p/<width>]";
    BundleSyntax = "bundle-syntax", "not a bundle of 1 to 256 entries with 16-bit lengths";
    // The map (spec §9).
    MapOrder = "map-order", "map keys are distinct and sorted";
    MapProofSyntax = "map-proof-syntax", "not a map proof in its one form";
    MapProofRoot = "map-proof-root", "the map proof leads to another root";
    // Block leaf and beacon (spec §10).
    LeafVersion = "leaf-version", "the leaf is of an unknown kind or version";
    LeafSyntax = "leaf-syntax", "the leaf is not as long as its form demands";
    BeaconVersion = "beacon-version", "the beacon extension is of an unknown version";
    BeaconSyntax = "beacon-syntax", "the beacon extension or proof is malformed";
    BeaconProof = "beacon-proof", "the beacon proof does not hold for this key and height";
    // Notes, checkpoints, policies (spec §11).
    NoteSyntax = "note-syntax", "not a signed note: text, an empty line, signature lines";
    NoteTooLong = "note-too-long", "a note is at most 65536 bytes with 1 to 16 signatures";
    NameInvalid = "name-invalid", "a name is 1 to 128 bytes of printable ASCII without space and plus";
    VKeySyntax = "vkey-syntax", "a verifier key is name+id+base64, the id made of name and key";
    VKeyType = "vkey-type", "a log key has type 01, a cosigner's key type 04";
    CheckpointSyntax = "checkpoint-syntax", "a checkpoint body is three lines: origin, size, root";
    PolicySyntax = "policy-syntax", "not a policy line: log, witness, group or quorum";
    PolicyLimit = "policy-limit", "a policy has one log, at most 32 witnesses and 32 groups, 32768 bytes, and a quorum whose lines fit a note";
    PolicyName = "policy-name", "a policy name is unknown, reserved or used twice";
    PolicyThreshold = "policy-threshold", "a group's threshold is any, all, or 1 to its member count";
    NoteOrigin = "note-origin", "the checkpoint is of a log that the policy does not name";
    NoteLogSignature = "note-log-signature", "the note has no signature by the policy's log key";
    CosignatureSyntax = "cosignature-syntax", "a cosignature is eight bytes of time and a signature";
    CosignatureQuorum = "cosignature-quorum", "fewer cosigners than the policy demands";
    NoteNotMinimal = "note-not-minimal", "a receipt's note has the log's line and the needed cosignatures in policy order";
    ContradictionVersion = "contradiction-version", "the first lines name an unknown kind or version of evidence";
    ContradictionSyntax = "contradiction-syntax", "the evidence is not in its one form: version, key, two notes";
    ContradictionNone = "contradiction-none", "these are not two roots of one size, each signed once";
    WitnessSyntax = "witness-syntax", "a witness is asked with the old size, at most 63 hashes, an empty line and a note";
    // Votes and certificates (spec §12).
    ValidatorSet = "validator-set", "a validator set has 1 to 64 members, sorted, without shared keys";
    PeerId = "peer-id", "a PeerId is the base58 of an Ed25519 key: 12D3KooW and 44 characters more";
    CertificateVersion = "certificate-version", "the certificate is of an unknown version";
    CertificateSyntax = "certificate-syntax", "the certificate is not as long as its form demands";
    CertificateOrder = "certificate-order", "signers are sorted by id, each once";
    CertificateSigner = "certificate-signer", "a signer is not in the validator set";
    CertificateQuorum = "certificate-quorum", "fewer signers than a quorum";
    // Proof files and receipts (spec §13).
    ProofFileVersion = "proof-file-version", "the first line names an unknown kind or version of proof";
    ProofFileSyntax = "proof-file-syntax", "the proof file is not in its one form";
    ProofFileTooLong = "proof-file-too-long", "the proof file is longer than its limit";
    ReceiptSize = "receipt-size", "the block leaf names no leaf of the checkpoint's log";
    ReceiptPrevious = "receipt-previous", "the block leaf follows another log than the previous line says";
    ReceiptIndex = "receipt-index", "the record's index is outside the block";
    ReceiptOrigin = "receipt-origin", "the record was written for another ledger";
    AssignmentBlocks = "assignment-blocks", "the block leaves are not the run from the commitment's block to the draw's";
    AssignmentBuilder = "assignment-builder", "a block names no builder of this genesis";
    AcceptanceVersion = "acceptance-version", "the first line names an unknown kind or version of acceptance";
    AcceptanceSyntax = "acceptance-syntax", "the acceptance is not in its one form: five lines and one signature";
    ReconciliationParts = "reconciliation-parts", "counts, items and checkpoint of the report do not agree";
    SubjectRecords = "subject-records", "the records shown are not in the order of the log, or not as many as the subject has";
    SubjectKnown = "subject-known", "the proof does not go on where its reader stands, or shows another history than the reader has seen";
    EvidenceNone = "evidence-none", "both checkpoints can be true of one log, or a key named here did not sign both";
    EvidenceKey = "evidence-key", "a checkpoint of the evidence is signed by a key that the policy does not name";
    PolicyChainRoot = "policy-chain-root", "the chain begins with another policy than the one that is trusted";
    PolicyChainRecord = "policy-chain-record", "the record does not enter the next policy, signed by the old organisations and every new key";
    PolicyChainOrder = "policy-chain-order", "the policies, their blocks and their checkpoints do not follow each other";
    // Attachments and lines (spec §24).
    AttachmentSyntax = "attachment-syntax", "not the manifest of 1 to 4096 chunks of at most 262144 bytes each";
    ChunkHash = "chunk-hash", "the chunk is not the one that the manifest names at this place";
    ChunkFilling = "chunk-filling", "a chunk holds whole lines, as many as fit into 262144 bytes";
    LineSyntax = "line-syntax", "not a line of this kind in its one form, of at most 512 bytes";
    LineOrder = "line-order", "lines are sorted by key, those of one key by hash, and each stands once";
    LineLimit = "line-limit", "a batch has 1 to 6000000 lines, at most 100000 of one tag";
    LineTag = "line-tag", "the line is not of this tag";
    RangeSyntax = "range-syntax", "not a range proof in its one form";
    RangeGap = "range-gap", "the range does not begin and end where the lines of the tag do";
}

#[cfg(test)]
mod tests;
