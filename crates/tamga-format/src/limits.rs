//! Every bound of the formats, in one place (spec §2.3).

/// A log entry, and so a record, in bytes: tiles carry a 16-bit length.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// An encoded body in bytes.
pub const BODY_BYTES_MAX: usize = 65_536;
/// Fields of a body.
pub const BODY_FIELDS_MAX: usize = 64;
/// Name of a body field in bytes.
pub const BODY_NAME_BYTES_MAX: usize = 64;
/// An encoded submission in bytes: entry, body and their heads.
pub const SUBMISSION_BYTES_MAX: usize = ENTRY_BYTES_MAX + BODY_BYTES_MAX + 16;
/// Nesting of CBOR arrays and maps.
pub const CBOR_DEPTH_MAX: usize = 16;
/// CBOR items of one input, counting arrays, maps, keys and values.
pub const CBOR_ITEMS_MAX: usize = 4_096;
/// A text used as a CBOR map key in bytes.
pub const CBOR_KEY_BYTES_MAX: usize = 64;
/// Subjects of a record beside the primary one.
pub const SUBJECTS_MAX: usize = 127;
/// References of a record.
pub const REFERENCES_MAX: usize = 16;
/// Public fields of a record.
pub const FIELDS_MAX: usize = 64;
/// Origin of a ledger in bytes.
pub const ORIGIN_BYTES_MAX: usize = 128;
/// Status of a subject in bytes.
pub const STATUS_BYTES_MAX: usize = 4_096;

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// A map proof in bytes: the neighbour's leaf and one step per bit of the key, each at most
/// 34 bytes.
pub const MAP_PROOF_BYTES_MAX: usize = 66 + 256 * 34;
/// Hashes of an inclusion or consistency proof.
pub const PATH_HASHES_MAX: usize = 63;
/// The extension of a block leaf in bytes.
pub const LEAF_EXT_BYTES_MAX: usize = 1_024;
/// A signed note in bytes.
pub const NOTE_BYTES_MAX: usize = 65_536;
/// Signature lines of a note.
pub const NOTE_SIGNATURES_MAX: usize = 16;
/// A request to a witness in bytes: the old size, a consistency path and a note.
pub const WITNESS_REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + 25 + PATH_HASHES_MAX * 45 + 1;
/// A policy text in bytes.
pub const POLICY_BYTES_MAX: usize = 32_768;
/// Witnesses of a policy.
pub const POLICY_WITNESSES_MAX: usize = 32;
/// Groups of a policy.
pub const POLICY_GROUPS_MAX: usize = 32;
/// Organisations with a governance key in a policy.
pub const GOVERNORS_MAX: usize = 16;
/// Members of a validator set.
pub const VALIDATORS_MAX: usize = 64;
/// A receipt or proof file in bytes: entry and body in base64, and the notes and paths around them.
pub const PROOF_FILE_BYTES_MAX: usize = 524_288;
/// Records that one proof about a subject shows; what goes beyond comes in further proofs.
pub const SUBJECT_PROOF_RECORDS_MAX: usize = 4_096;
/// Blocks between a commitment and its draw in an assignment's proof file.
pub const ASSIGNMENT_BLOCKS_MAX: usize = 1_024;
/// An assignment's proof file in bytes: two receipts, and the block leaves with their paths.
pub const ASSIGNMENT_FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Policies after that of the genesis in a chain.
pub const POLICIES_MAX: usize = 1_024;
/// A chain of policies in bytes.
pub const POLICY_CHAIN_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Items of a reconciliation's report.
pub const RECONCILIATION_ITEMS_MAX: usize = 100_000;
/// Names of fields in one item of such a report: the envelope's, the public fields, the body's.
pub const RECONCILIATION_FIELDS_MAX: usize = 16 + FIELDS_MAX + BODY_FIELDS_MAX;
/// Such a report in bytes.
pub const RECONCILIATION_FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A chunk of an attachment in bytes.
pub const CHUNK_BYTES_MAX: usize = 262_144;
/// Chunks of an attachment: one of at most 1 GiB.
pub const CHUNKS_MAX: usize = 4_096;
/// A line of a batch in bytes.
pub const LINE_BYTES_MAX: usize = 512;
/// Lines of a batch.
pub const LINES_MAX: u64 = 6_000_000;
/// Lines of one tag in a batch, and so of a range proof.
pub const LINES_OF_TAG_MAX: usize = 100_000;
/// A range proof in bytes: its lines, two neighbours and two hashes for each level of the tree.
pub const LINE_RANGE_BYTES_MAX: usize = LINES_OF_TAG_MAX * (LINE_BYTES_MAX + 3) + 8_192;

const _: () = assert!(ENTRY_BYTES_MAX == u16::MAX as usize);
