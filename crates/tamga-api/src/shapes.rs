//! Request and response shapes of the HTTP interface (spec §20.2 to §20.9).
//!
//! Ids and hashes are lower-case hex, subjects `role:base64url`, times RFC 3339 in UTC, money whole tiyn.
//! Requests refuse fields they don't know; readers of responses must ignore them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::draft::Draft;
use crate::problem::Problem;

/// How far a record has come (spec §20.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// In the pool of a node.
    Accepted,
    /// In a decided block.
    Ordered,
    /// Under a checkpoint that a quorum cosigned.
    Final,
    /// Left out for good; nothing was recorded.
    Rejected,
}

/// Where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Links {
    /// The thing itself.
    #[serde(rename = "self", default, skip_serializing_if = "Option::is_none")]
    pub self_link: Option<String>,
    /// The record's receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The record's inclusion proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// The operation that tells how the submission goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

/// What anybody may know of a record: position, times and kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordView {
    /// Record id.
    pub record_id: String,
    /// Ordered or final.
    pub status: Stage,
    /// Code of the kind, such as `E03`.
    pub kind: String,
    /// Position in the log.
    pub index: u64,
    /// Block.
    pub height: u64,
    /// When it happened, as its writer says.
    pub event_time: String,
    /// When it was recorded: the block's time.
    pub recorded_at: String,
    /// The whole record; only for holders of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Draft>,
    /// Related addresses.
    pub links: Links,
}

/// A receipt in an envelope, for `Accept: application/json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// The record.
    pub data: RecordView,
    /// Always final.
    pub status: Stage,
    /// The receipt file, verbatim (spec §13.2).
    pub receipt: String,
}

/// A submission was taken: its verdict comes by `valid_until`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Record id.
    pub record_id: String,
    /// Accepted or ordered.
    pub status: Stage,
    /// A block later than this can't hold the record.
    pub valid_until: String,
    /// The node's signed word that it holds the record, a note (spec §13.7); absent once the record is in a block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<String>,
    /// Related addresses.
    pub links: Links,
}

/// How a submission goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// Record id, which is also the operation's.
    pub record_id: String,
    /// Where it is.
    pub status: Stage,
    /// Position in the log, once ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Block, once ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u64>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// Related addresses.
    pub links: Links,
}

/// The outcome for one submission of a batch; lines come in the order of the submissions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BatchLine {
    /// Number of the submission, from 0.
    pub line: u64,
    /// What became of it.
    pub status: Stage,
    /// Record id; absent when the bytes are not a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// The same bytes were known before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
    /// Position in the log, when final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Block, when final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u64>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// A submission would be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Validated {
    /// Record id.
    pub record_id: String,
    /// The same bytes are already in the pool or the log.
    pub known: bool,
}

/// A draft to turn into bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// The record in named fields.
    pub draft: Draft,
    /// Id of the key that will sign.
    pub key_id: String,
    /// 16 bytes, hex; drawn by the node when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Last block time at which the record may enter; a day from now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

/// The bytes of a draft, ready to be signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DraftResponse {
    /// Record id.
    pub record_id: String,
    /// COSE Sig_structure, base64: sign exactly these bytes.
    pub to_sign: String,
    /// Protected header, base64.
    pub protected: String,
    /// Payload, base64.
    pub payload: String,
    /// Body, base64, with salts drawn by the node; absent when the record has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// A list and how to read on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub data: Vec<T>,
    /// Where the list goes on.
    pub page: PageInfo,
}

/// Where a list goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageInfo {
    /// Cursor for `after`; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// There is more.
    pub has_more: bool,
}

/// The state of a case, as of the newest block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseView {
    /// The case, `case:base64url`.
    pub case: String,
    /// Stage of the proceedings.
    pub stage: String,
    /// Records of the case.
    pub records: u64,
    /// Id of the last one: `after` of the next.
    pub last_record: String,
    /// Time of the last recorded change.
    pub as_of: AsOf,
    /// The whole status with named fields; only for holders of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<serde_json::Value>,
}

/// The block an answer is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AsOf {
    /// Block.
    pub height: u64,
    /// Leaves of the log.
    pub size: u64,
    /// Block time.
    pub time: String,
}

/// How an upload of an attachment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttachmentView {
    /// The attachment.
    pub attachment_id: String,
    /// Bytes in all.
    pub bytes: u64,
    /// Chunks in all.
    pub chunks: u64,
    /// Numbers of the chunks that are missing, ascending.
    pub missing: Vec<u64>,
}

/// One kind of what is kept of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeductionView {
    /// The kind.
    pub kind: String,
    /// How much, in tiyn.
    pub amount: i64,
}

/// What became of the money of a pool, in tiyn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolView {
    /// The pool, `pool:base64url`.
    pub pool: String,
    /// Where the distribution stands.
    pub state: String,
    /// Collected.
    pub collected: i64,
    /// Of that for use without a licence.
    pub unlicensed: i64,
    /// Deducted, by kind.
    pub deducted: Vec<DeductionView>,
    /// Fell to rightsholders.
    pub allocated: i64,
    /// Of that in lines.
    pub in_lines: i64,
    /// Paid to them.
    pub paid: i64,
    /// Withheld as tax.
    pub tax: i64,
    /// Paid to bailiffs.
    pub levied: i64,
    /// Not distributed yet.
    pub undistributed: i64,
    /// Gone to other pools because nobody claimed it.
    pub redistributed: i64,
    /// What reached rightsholders of what was collected, in basis points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_bp: Option<i64>,
    /// What was deducted of what was collected, in basis points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deducted_bp: Option<i64>,
    /// Checks that warn, in the language of the request.
    pub warnings: Vec<String>,
    /// The block that it is about.
    pub as_of: AsOf,
}

/// What became of the money of one or more pools, in tiyn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolMoney {
    /// Collected.
    pub collected: i64,
    /// Deducted, by kind.
    pub deducted: Vec<DeductionView>,
    /// Fell to rightsholders.
    pub allocated: i64,
    /// Paid to them.
    pub paid: i64,
    /// Withheld as tax.
    pub tax: i64,
    /// Paid to bailiffs.
    pub levied: i64,
    /// Not distributed yet.
    pub undistributed: i64,
    /// Gone to other pools because nobody claimed it.
    pub redistributed: i64,
    /// What reached rightsholders of what was collected, in basis points: paid, tax and levied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_bp: Option<i64>,
    /// What was deducted of what was collected, in basis points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deducted_bp: Option<i64>,
}

/// A pool of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OkupPool {
    /// The pool, `pool:base64url`.
    pub pool: String,
    /// Its sphere.
    pub sphere: String,
    /// Its currency.
    pub currency: String,
    /// Its period.
    pub period: String,
    /// Where the distribution stands.
    pub state: String,
    /// Its money.
    pub money: PoolMoney,
    /// Checks that warn, in the language of the request.
    pub warnings: Vec<String>,
}

/// All pools of one sphere and currency together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OkupSum {
    /// The sphere.
    pub sphere: String,
    /// The currency.
    pub currency: String,
    /// How many pools.
    pub pools: u64,
    /// Of them with warnings.
    pub warned: u64,
    /// Their money.
    pub money: PoolMoney,
    /// Whether what was paid reaches the threshold; absent if nothing was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaches_threshold: Option<bool>,
}

/// What became of the money that an organisation collected for a period, as of the newest block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OkupView {
    /// БИН of the organisation.
    pub okup: String,
    /// The period: the pools are those whose own period lies in it.
    pub period: String,
    /// How many pools there are.
    pub pools: u64,
    /// What has to reach rightsholders of what is collected, in basis points: all but the deductions allowed on the
    /// day of the newest block.
    pub threshold_bp: i64,
    /// The sums of all pools, also of those on other pages, by sphere and currency.
    pub sums: Vec<OkupSum>,
    /// The pools, by sphere, currency and period.
    pub data: Vec<OkupPool>,
    /// Where the list goes on.
    pub page: PageInfo,
    /// The block that it is about.
    pub as_of: AsOf,
}

/// A subject, as of the newest block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubjectView {
    /// The subject, `role:base64url`.
    pub subject: String,
    /// Records that name it.
    pub records: u64,
    /// Its status, deterministic CBOR in base64; some roles have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The block that it is about.
    pub as_of: AsOf,
}

/// A record that names a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubjectRecord {
    /// Record id.
    pub record_id: String,
    /// Code of the kind.
    pub kind: String,
    /// Position in the log.
    pub index: u64,
    /// Block.
    pub height: u64,
}

/// One record in the history of a subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseEvent {
    /// Number among the subject's records, from 0.
    pub number: u64,
    /// Record id.
    pub record_id: String,
    /// Ordered or final.
    pub status: Stage,
    /// Code of the kind.
    pub kind: String,
    /// Name of the kind.
    pub name: String,
    /// Stage of the case after this record; absent while that isn't known from the log alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// When it happened, as its writer says.
    pub event_time: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// Position in the log.
    pub index: u64,
    /// Block.
    pub height: u64,
    /// Record id of the correction that annulled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annulled_by: Option<String>,
    /// The whole record; only for holders of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Draft>,
}

/// A final record in the live feed: place and kind, never contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedEvent {
    /// Position in the log: the cursor.
    pub index: u64,
    /// Block.
    pub height: u64,
    /// Record id; only for holders of a token, because it opens the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// Code of the kind.
    pub kind: String,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockView {
    /// Its number.
    pub height: u64,
    /// Leaves of the log up to and with it.
    pub size: u64,
    /// Its records.
    pub records: u64,
    /// Block time.
    pub time: String,
    /// The value that was voted on: SHA-256 of the checkpoint body.
    pub value: String,
    /// The previous block's value.
    pub previous: String,
    /// Root of the log.
    pub root: String,
    /// Root of the authenticated map.
    pub map_root: String,
    /// A quorum cosigned it, or a later one.
    pub status: Stage,
}

/// A validator, as the policy in force names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidatorView {
    /// Id: hash of its consensus key.
    pub validator_id: String,
    /// Short name.
    pub name: String,
    /// Organisation.
    pub organisation: String,
    /// Consensus key, base64.
    pub consensus: String,
    /// Cosigner key, a vkey.
    pub cosigner: String,
    /// Beacon key, base64.
    pub beacon: String,
    /// PeerId.
    pub peer: String,
}

/// The validators and their quorum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidatorsView {
    /// Origin of the ledger.
    pub origin: String,
    /// SHA-256 of the genesis file.
    pub genesis: String,
    /// Signatures that decide and make final.
    pub quorum: u64,
    /// In order of their ids.
    pub data: Vec<ValidatorView>,
}

/// Whether a node is ready, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// All checks hold.
    pub ready: bool,
    /// One line per check.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// One check of readiness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// What is checked.
    pub name: String,
    /// It holds.
    pub ok: bool,
    /// What was found, and what to do.
    pub detail: String,
}
