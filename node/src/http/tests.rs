//! Every resource against a ledger that does as it is told.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body as Content, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use tamga_api::draft::{Draft, Seal};
use tamga_api::shapes::{Check, ValidatorsView};
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::{Body, Submission};
use tamga_format::cbor::Writer;
use tamga_format::id::{
    GenesisHash, Height, LeafIndex, MapRoot, PolicyHash, RecordId, RulesHash, SubjectId, TreeRoot,
    TreeSize, UnixMillis, ValueId,
};
use tamga_format::note::Note;
use tamga_format::receipt::{Previous, Receipt};
use tamga_format::record::SignedRecord;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::tile::{BundleCoord, TileCoord};
use tamga_format::tlog_proof::TlogProof;
use tamga_state::codes::Code;
use tamga_state::enforcement::assignment::{Ballot, Candidate, Candidates, PendingDraw};
use tamga_state::matrix::Stage;
use tamga_state::status::{Case, PartyKind, encode};
use tokio::sync::watch;
use tower::ServiceExt as _;

use super::ledger::*;
use super::*;
use crate::acceptor::Acceptor;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::outside::{Cosigned, Seen};

mod assignment;
mod batches;
mod fake;
mod limiting;
mod looking;
mod okup_deadlines;
mod okups;
mod portal;
mod reading;
mod serving;
mod submitting;

use fake::Fake;

const ORIGIN: &str = "tamga.example/test";
const GENESIS: GenesisHash = GenesisHash([7; 32]);
const NOW: i64 = 1_773_305_880_000;
const TOKEN: &str = "Bearer secret";

fn case() -> Subject {
    Subject::new(Role::Case, SubjectId([42; 32]))
}

fn key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

/// The network key of this validator, `v1`.
fn network() -> SigningKey {
    SigningKey::from_seed([40; 32])
}

fn sign(draft: Json, nonce: u8) -> (SignedRecord, Option<Body>) {
    let draft: Draft = serde_json::from_value(draft).unwrap();
    let seal = Seal {
        origin: ORIGIN,
        key_id: key().public().key_id(),
        nonce: [nonce; 16],
        valid_until: UnixMillis(NOW + 1000),
        salt: &|_| [7; 32],
    };
    let (record, body) = draft.write(&seal).unwrap();
    (record.sign(&key()).unwrap(), body)
}

/// E01 of the case.
fn presented() -> (SignedRecord, Option<Body>) {
    let draft = json!({
        "kind": "E01", "issuer": "organisation#591240009003", "subject": case().to_text(),
        "subjects": ["debtor#1", "claimant#2", "document#3"],
        "event_time": "2026-03-12T08:58:00Z",
        "fields": {
            "exec_doc_type": "COURT_ORDER", "in_force_date": "2026-03-01", "claim_category": "FINE",
            "claim_order": 3, "debtor_kind": "PERSON",
        },
        "body": { "amount_due": 5000, "exec_doc_number": "7" },
    });
    sign(draft, 1)
}

/// E02 of the case.
fn distributed(nonce: u8) -> (SignedRecord, Option<Body>) {
    let draft = json!({
        "kind": "E02", "issuer": "organisation#591240009013", "subject": case().to_text(),
        "subjects": ["officer#16"], "event_time": "2026-03-12T09:00:00Z",
        "fields": { "bailiff_id": "officer#16", "algorithm_version": 0 },
    });
    sign(draft, nonce)
}

fn submission() -> Vec<u8> {
    let (record, body) = presented();
    Submission::new(record, body).unwrap().encode()
}

fn refusal(code: Code, pointer: &str) -> Refusal {
    Refusal { code, pointer: pointer.into(), detail: "told to refuse".into() }
}

/// What a server over a ledger is made of, with every default.
fn parts(ledger: Arc<dyn Ledger>, stop: watch::Receiver<bool>) -> HttpParts {
    let validators =
        ValidatorsView { origin: ORIGIN.into(), genesis: "00".into(), quorum: 3, data: Vec::new() };
    HttpParts {
        ledger,
        info: LedgerInfo {
            origin: ORIGIN.into(),
            policy: "log …\n".into(),
            genesis: b"version = 1\n".to_vec(),
            validators,
        },
        witnessed: None,
        tokens: Tokens::new(["secret"]),
        limits: HttpLimits::default(),
        clients: ClientLimits::default(),
        drain: Arc::new(DrainRate::new(watch::channel(0).1)),
        acceptor: Acceptor::new(GENESIS, "v1", network(), Clock).unwrap(),
        metrics: Arc::new(Metrics::default()),
        stop,
    }
}

/// A server over a fake.
struct Server {
    router: Router,
    _stop: watch::Sender<bool>,
}

impl Server {
    fn new(fake: Fake) -> Self {
        Self::over(Arc::new(fake))
    }

    fn with(fake: Fake, limits: HttpLimits) -> Self {
        Self::of(fake, |parts| HttpParts { limits, ..parts })
    }

    /// A server over a fake that the test looks at afterwards.
    fn over(fake: Arc<Fake>) -> Self {
        let limits = HttpLimits { checkpoint_every: Duration::ZERO, ..HttpLimits::default() };
        Self::sharing(fake, |parts| HttpParts { limits, ..parts })
    }

    fn of(fake: Fake, change: impl FnOnce(HttpParts) -> HttpParts) -> Self {
        Self::sharing(Arc::new(fake), change)
    }

    fn sharing(fake: Arc<Fake>, change: impl FnOnce(HttpParts) -> HttpParts) -> Self {
        let (stop, stopping) = watch::channel(false);
        let state = HttpState::new(change(parts(fake, stopping)));
        Self { router: router(state), _stop: stop }
    }

    async fn send(&self, request: Request<Content>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Content::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, kind: &str, body: impl Into<Content>) -> Answer {
        let request = Request::post(path).header("content-type", kind).body(body.into()).unwrap();
        self.send(request).await
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    /// Asserts that this is a problem of a code, in full.
    #[track_caller]
    fn is_problem(&self, code: Code) -> Json {
        let problem = self.json();
        assert_eq!(problem["code"], code.to_string(), "{problem}");
        assert_eq!(self.status.as_u16(), code.info().http);
        assert_eq!(problem["status"], code.info().http);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(problem["request_id"], self.header("request-id"));
        assert!(problem["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()));
        problem
    }
}
