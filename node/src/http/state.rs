//! What every handler shares: the ledger, its texts, tokens, limits and counters.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use tamga_api::shapes::{Stage, ValidatorsView};
use tamga_format::id::{RecordId, TreeSize, sha256};
use tamga_state::codes::Code;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use super::clients::{Allowance, Client, ClientLimits, Clients};
use super::drain::DrainRate;
use super::fault::Fault;
use super::ledger::{FinalNote, Ledger, ReadError, Refusal};
use super::receipts::Receipts;
use crate::acceptor::Acceptor;
use crate::metrics::Metrics;
use crate::outside::Seen;

/// Bytes in which room for bodies is counted.
const BODY_UNIT: usize = 1 << 10;

/// The texts of a ledger that never change.
#[derive(Clone, Debug)]
pub struct LedgerInfo {
    /// Name of the ledger.
    pub origin: String,
    /// The policy of the genesis, tlog-policy text.
    pub policy: String,
    /// The genesis file, verbatim.
    pub genesis: Vec<u8>,
    /// The validators of the genesis.
    pub validators: ValidatorsView,
}

/// Bounds of the HTTP interface.
#[derive(Clone, Debug)]
pub struct HttpLimits {
    /// Connections at a time.
    pub connections_max: usize,
    /// Bytes of a request's line and headers.
    pub head_bytes_max: usize,
    /// Time for these to arrive, counted from when the connection is free for them: slow heads and idle connections
    /// end alike.
    pub head_timeout: Duration,
    /// Time for a request's body to arrive.
    pub body_timeout: Duration,
    /// Bytes of all bodies that arrive or wait for their verdict; beyond them a body waits to be read.
    pub body_bytes_all_max: usize,
    /// Time for which an answer may make no progress because its reader does not read.
    pub write_timeout: Duration,
    /// Time for running requests to finish once the node stops.
    pub stop_within: Duration,
    /// Bytes of one batch.
    pub batch_bytes_max: usize,
    /// Submissions of one batch.
    pub batch_records_max: usize,
    /// Bytes of a JSON request.
    pub json_bytes_max: usize,
    /// Items of one page.
    pub page_max: usize,
    /// Items of a page when the request names no limit.
    pub page_default: usize,
    /// Records of one subject that a history reads to find corrections.
    pub history_records_max: usize,
    /// Longest wait for a verdict or an event.
    pub wait_max: Duration,
    /// Requests that wait at once; beyond them a submission is answered without waiting.
    pub waits_max: usize,
    /// Live streams at once.
    pub streams_max: usize,
    /// Blocking reads at once.
    pub reads_max: usize,
    /// The public checkpoint advances at most this often.
    pub checkpoint_every: Duration,
    /// Silence after which a stream sends a comment.
    pub heartbeat: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections_max: 2_048,
            head_bytes_max: 16 << 10,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            body_bytes_all_max: 256 << 20,
            write_timeout: Duration::from_secs(30),
            stop_within: Duration::from_secs(5),
            batch_bytes_max: 8 << 20,
            batch_records_max: 1_000,
            json_bytes_max: 256 << 10,
            page_max: 200,
            page_default: 50,
            history_records_max: 4_096,
            wait_max: Duration::from_secs(60),
            waits_max: 20_000,
            streams_max: 1_000,
            reads_max: 64,
            checkpoint_every: Duration::from_secs(10),
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// Bearer tokens that open entries and bodies.
///
/// Only their hashes are kept, and a presented token is compared with every one of them in constant time.
#[derive(Clone, Debug, Default)]
pub struct Tokens(Vec<[u8; 32]>);

impl Tokens {
    /// The tokens of a configuration; empty ones are left out.
    pub fn new<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let tokens = tokens.into_iter().filter(|token| !token.is_empty());
        Self(tokens.map(|token| sha256(&[token.as_bytes()])).collect())
    }

    /// Whether the request carries one of the tokens.
    #[must_use]
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let presented = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let Some(presented) = presented else { return false };
        let hash = sha256(&[presented.as_bytes()]);
        // Neither loop ends early, so the time tells nothing about the tokens.
        self.0.iter().fold(false, |found, token| {
            let difference = token.iter().zip(&hash).fold(0, |sum, (a, b)| sum | (a ^ b));
            found | (difference == 0)
        })
    }
}

/// What outside witnesses add to a ledger's texts.
#[derive(Clone, Debug)]
pub struct Witnessed {
    /// The policy *witnessed*, tlog-policy text.
    pub policy: String,
    /// What they have cosigned.
    pub seen: watch::Receiver<Seen>,
}

/// What a server is made of.
#[expect(missing_debug_implementations, reason = "HttpState shows what is worth showing")]
pub struct HttpParts {
    /// The ledger behind it.
    pub ledger: Arc<dyn Ledger>,
    /// The ledger's texts.
    pub info: LedgerInfo,
    /// The outside witnesses, if any are configured.
    pub witnessed: Option<Witnessed>,
    /// Who may read everything.
    pub tokens: Tokens,
    /// Bounds of the interface.
    pub limits: HttpLimits,
    /// What one client may ask for.
    pub clients: ClientLimits,
    /// How fast waiting records are decided.
    pub drain: Arc<DrainRate>,
    /// Who signs for what was taken.
    pub acceptor: Acceptor,
    /// Where it is counted.
    pub metrics: Arc<Metrics>,
    /// Waits and streams end once this turns true.
    pub stop: watch::Receiver<bool>,
}

/// What every handler shares; cheap to clone.
#[derive(Clone)]
pub struct HttpState(Arc<Shared>);

impl std::fmt::Debug for HttpState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpState").field("origin", &self.info.origin).finish_non_exhaustive()
    }
}

/// The fields behind [`HttpState`].
#[expect(missing_debug_implementations, reason = "HttpState shows what is worth showing")]
pub struct Shared {
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) info: LedgerInfo,
    pub(super) witnessed: Option<Witnessed>,
    pub(super) tokens: Tokens,
    pub(super) limits: HttpLimits,
    pub(super) clients: Arc<Clients>,
    drain: Arc<DrainRate>,
    pub(super) acceptor: Acceptor,
    pub(super) metrics: Arc<Metrics>,
    pub(super) waits: Semaphore,
    pub(super) streams: Arc<Semaphore>,
    pub(super) stop: watch::Receiver<bool>,
    /// Room for bodies, in [`BODY_UNIT`]s.
    bodies: Semaphore,
    reads: Semaphore,
    receipts: Receipts,
    boot: u32,
    requests: AtomicU64,
    /// The note that `/log/checkpoint` serves, and since when.
    public: Mutex<Option<(FinalNote, Instant)>>,
    /// The `Tamga-Checkpoint` header of the newest final checkpoint.
    banner: Mutex<(TreeSize, Option<HeaderValue>)>,
}

impl std::ops::Deref for HttpState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl HttpState {
    /// The state of a server of these parts.
    pub fn new(parts: HttpParts) -> Self {
        let HttpParts {
            ledger,
            info,
            witnessed,
            tokens,
            limits,
            clients,
            drain,
            acceptor,
            metrics,
            stop,
        } = parts;
        let mut boot = [0; 4];
        // Request ids need not be secret; without entropy they are merely the same after a restart.
        if getrandom::fill(&mut boot).is_err() {
            tracing::warn!("no system randomness: request ids repeat after a restart");
        }
        Self(Arc::new(Shared {
            receipts: Receipts::start(Arc::clone(&ledger)),
            ledger,
            info,
            witnessed,
            tokens,
            clients: Arc::new(Clients::new(&clients)),
            drain,
            acceptor,
            metrics,
            stop,
            waits: Semaphore::new(limits.waits_max),
            streams: Arc::new(Semaphore::new(limits.streams_max)),
            bodies: Semaphore::new(limits.body_bytes_all_max / BODY_UNIT),
            reads: Semaphore::new(limits.reads_max),
            boot: u32::from_le_bytes(boot),
            requests: AtomicU64::new(0),
            public: Mutex::new(None),
            banner: Mutex::new((TreeSize(0), None)),
            limits,
        }))
    }

    /// Seconds after which what waits now is decided, 1 to 60.
    fn retry_after_s(&self) -> u32 {
        self.drain.retry_after_s(Instant::now())
    }

    /// Seconds after which to ask again about a record that is not final yet.
    pub(super) fn ask_again_s(&self, stage: Stage) -> u32 {
        if stage == Stage::Accepted { self.retry_after_s() } else { 1 }
    }

    /// The fault that tells of a refusal; of a full pool, when to come again.
    pub(super) fn refused(&self, refusal: Refusal) -> Fault {
        let Refusal { code, pointer, detail } = refusal;
        if code != Code::PoolFull {
            return Fault::at(code, pointer, detail);
        }
        let seconds = self.retry_after_s();
        let detail =
            format!("the pool is full; what waits is decided in {seconds} s, try again then");
        Fault::new(Code::PoolFull, detail).retry_after(seconds)
    }

    /// Whether the node stops.
    pub(super) fn stops(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until the node stops.
    pub(super) async fn stopped(&self) {
        let mut stop = self.stop.clone();
        // An error means that the process is ending anyway.
        stop.wait_for(|stop| *stop).await.ok();
    }

    /// Waits for room for a body of so many bytes; a body above all room takes all of it.
    pub(super) async fn room(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let all = self.limits.body_bytes_all_max / BODY_UNIT;
        let units = u32::try_from(bytes.div_ceil(BODY_UNIT).min(all)).unwrap_or(u32::MAX);
        // The semaphore is never closed: should it be, reading unbounded is the lesser evil.
        self.bodies.acquire_many(units).await.ok()
    }

    /// Runs a blocking read on a thread for such reads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Ledger) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, Fault> {
        // The semaphore is never closed: should it be, reading unbounded is the lesser evil.
        let _permit = self.reads.acquire().await.ok();
        let ledger = Arc::clone(&self.ledger);
        match tokio::task::spawn_blocking(move || read(ledger.as_ref())).await {
            Ok(answer) => answer.map_err(|error| unreadable(&error)),
            Err(_) => Err(Fault::internal()),
        }
    }

    /// The receipt of a record as text; `None` while it is not final.
    pub(super) async fn receipt(&self, id: RecordId) -> Result<Option<String>, Fault> {
        self.receipts.read(id).await.map_err(|error| unreadable(&error))
    }

    /// Takes a unit of a client's allowance.
    pub(super) fn take(&self, client: Client, allowance: Allowance) -> Result<(), Fault> {
        let limited = |_: &Fault| self.metrics.limited(allowance.name());
        self.clients.take(client, allowance).inspect_err(limited)
    }

    /// Takes the records of a batch beyond the one that the request itself took.
    pub(super) fn take_batch(&self, client: Client, records: usize) -> Result<(), Fault> {
        let limited = |_: &Fault| self.metrics.limited(Allowance::Records.name());
        let more = records.saturating_sub(1);
        self.clients.take_more(client, Allowance::Records, more).inspect_err(limited)
    }

    /// An id for the next request.
    pub(super) fn next_request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-{number:x}", self.boot)
    }

    /// The public checkpoint with the cosignatures of outside witnesses that there are on it.
    pub(super) fn shown_note(&self) -> Option<FinalNote> {
        let public = self.public_note()?;
        let seen = self.witnessed.as_ref().map(|witnessed| witnessed.seen.borrow());
        let cosigned = seen.as_ref().and_then(|seen| seen.newest.as_ref());
        let same = cosigned.filter(|it| (it.size, it.root) == (public.size, public.root));
        let note = same.map_or_else(|| Arc::clone(&public.note), |it| Arc::clone(&it.note));
        Some(FinalNote { note, ..public })
    }

    /// The public checkpoint: the newest final one, but at most one new note per interval, never an older one.
    pub fn public_note(&self) -> Option<FinalNote> {
        let newest = self.ledger.final_head()?;
        let mut public = self.public.lock().unwrap_or_else(PoisonError::into_inner);
        let due = match &*public {
            None => true,
            Some((shown, since)) => {
                newest.size > shown.size && since.elapsed() >= self.limits.checkpoint_every
            }
        };
        if due {
            *public = Some((newest, Instant::now()));
        }
        public.as_ref().map(|(note, _)| note.clone())
    }

    /// The `Tamga-Checkpoint` header: the newest final checkpoint this node knows.
    pub(super) fn banner(&self) -> Option<HeaderValue> {
        let newest = self.ledger.final_head()?;
        let mut banner = self.banner.lock().unwrap_or_else(PoisonError::into_inner);
        if banner.0 != newest.size {
            let time = tamga_api::time::instant(newest.time);
            let text = format!("size={}; root={}; time={time}", newest.size, newest.root);
            *banner = (newest.size, HeaderValue::try_from(text).ok());
        }
        banner.1.clone()
    }
}

fn unreadable(ReadError(reason): &ReadError) -> Fault {
    tracing::error!(reason, "the store can't answer");
    Fault::internal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_configured_bearer_token_is_admitted() {
        let tokens = Tokens::new(["alpha", "beta", ""]);
        for (header, admitted) in [
            ("Bearer alpha", true),
            ("Bearer beta", true),
            ("Bearer alph", false),
            ("Bearer alphaa", false),
            ("Bearer ", false),
            ("bearer alpha", false),
            ("Basic alpha", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(header));
            assert_eq!(tokens.admit(&headers), admitted, "{header}");
        }
        assert!(!tokens.admit(&HeaderMap::new()));
    }
}
