//! Every bound of the swarm, in one place.

use std::time::Duration;

use tamga_format::attachment::MANIFEST_BYTES_MAX;
use tamga_format::limits::{CHUNK_BYTES_MAX, SUBMISSION_BYTES_MAX};

/// Bytes of records that travel in one push, unless a single record is longer.
pub const PUSH_BYTES: usize = 256 << 10;
/// Records of one push.
pub const PUSH_RECORDS_MAX: usize = 4_096;
/// Least time between two pushes to a peer that are not full: a record goes out at once when none went before it,
/// and waits for company under load.
pub const PUSH_EVERY: Duration = Duration::from_millis(15);
/// Bytes of records that wait for one peer; older ones give way.
pub const QUEUE_BYTES_MAX: usize = 16 << 20;
/// Leaf hashes in a pull of the pool.
pub const PULL_HASHES_MAX: usize = 16_384;
/// Bytes of records in the answer to one pull.
pub const PULL_BYTES: usize = 512 << 10;
/// Rounds of one pull of the pool.
pub const PULL_ROUNDS_MAX: u32 = 64;
/// Signed checkpoints of one message.
pub const CHECKPOINTS_MAX: usize = 256;
/// Signatures of one checkpoint: the floor of C2SP verifiers.
pub const SIGNATURES_MAX: usize = 16;
/// Hashes of a consistency path: twice the depth of the largest tree.
pub const PATH_HASHES_MAX: usize = 128;
/// Statements of one message that attachments are held.
pub const HELD_MAX: usize = 256;
/// Bytes of one message in either direction.
pub const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Requests of one peer that are being answered at a time.
pub const ANSWERING_MAX: u32 = 64;
/// Notices to one peer that wait for their acknowledgement.
pub const NOTICES_MAX: u32 = 48;
/// Streams of one connection.
pub const STREAMS_MAX: usize = 64;
/// Connections of one peer: two when both dial at once, more while old ones time out.
pub const CONNECTIONS_PER_PEER_MAX: u32 = 4;
/// Connections that have not yet shown who they are.
pub const CONNECTIONS_PENDING_MAX: u32 = 64;
/// Senseless messages after which a peer is disconnected.
pub const JUNK_MAX: u32 = 32;
/// Time a peer has to answer.
pub const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// Commands that wait for the swarm's task.
pub const COMMANDS_MAX: usize = 8_192;
/// First pause before a peer is dialled again.
pub const REDIAL_FIRST: Duration = Duration::from_millis(100);
/// Longest pause before a peer is dialled again.
pub const REDIAL_LAST: Duration = Duration::from_secs(5);
/// How long a peer that sent junk may not connect.
pub const JUNK_PAUSE: Duration = Duration::from_secs(60);

const _: () = assert!(PUSH_BYTES + SUBMISSION_BYTES_MAX + 8 * PUSH_RECORDS_MAX < MESSAGE_BYTES_MAX);
const _: () = assert!(PULL_BYTES + SUBMISSION_BYTES_MAX + 8 * PUSH_RECORDS_MAX < MESSAGE_BYTES_MAX);
// What one peer can make us buffer of messages that are not whole yet.
const _: () =
    assert!(STREAMS_MAX * MESSAGE_BYTES_MAX * CONNECTIONS_PER_PEER_MAX as usize <= 256 << 20);
const _: () =
    assert!(MANIFEST_BYTES_MAX + 64 < CHUNK_BYTES_MAX && CHUNK_BYTES_MAX + 64 < MESSAGE_BYTES_MAX);
const _: () = assert!(PULL_HASHES_MAX * 32 + 64 < MESSAGE_BYTES_MAX);
const _: () = assert!(CHECKPOINTS_MAX * (64 + SIGNATURES_MAX * 96) < MESSAGE_BYTES_MAX);
