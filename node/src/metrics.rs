//! The names of all metrics, and the text that Prometheus reads.
//!
//! Counters of HTTP live here; gauges of the replica are set by whoever knows them. The engine keeps a registry of its
//! own, whose text is appended by a hook.

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tamga_state::codes::Code;

use crate::http::ledger::Admission;

/// Upper bounds of latencies, in seconds: finer where the goals lie.
const LATENCIES: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: Route,
    status: u16,
}

/// The path of a resource in the router's form; never what a client sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Route(Arc<str>);

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.as_ref().encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limited {
    allowance: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Full {
    limit: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Resource {
    route: Route,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    witness: String,
    outcome: &'static str,
}

type Hook = Box<dyn Fn() -> String + Send + Sync>;

/// Counters and gauges of one node.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    latency: Family<Resource, Histogram>,
    submissions: Family<Outcome, Counter>,
    refusals: Family<Refused, Counter>,
    limited: Family<Limited, Counter>,
    refused_connections: Family<Full, Counter>,
    witness_answers: Family<Outcome, Counter>,
    witness_requests: Family<Asked, Counter>,
    /// Leaves under the newest checkpoint that as many outside witnesses cosigned as are needed.
    pub witnessed_size: Gauge<i64, AtomicI64>,
    /// Open connections of HTTP.
    pub http_connections: Gauge<i64, AtomicI64>,
    /// Height of the last committed block.
    pub height: Gauge<i64, AtomicI64>,
    /// Leaves of the log.
    pub log_size: Gauge<i64, AtomicI64>,
    /// Leaves under the newest final checkpoint.
    pub final_size: Gauge<i64, AtomicI64>,
    /// Records waiting in the pool.
    pub pool_records: Gauge<i64, AtomicI64>,
    /// Records committed since the start.
    pub committed_records: Counter<u64, AtomicU64>,
    hook: RwLock<Option<Hook>>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tamga");
        let requests = Family::<Request, Counter>::default();
        let latency =
            Family::<Resource, Histogram>::new_with_constructor(|| Histogram::new(LATENCIES));
        let submissions = Family::<Outcome, Counter>::default();
        let refusals = Family::<Refused, Counter>::default();
        let limited = Family::<Limited, Counter>::default();
        let refused_connections = Family::<Full, Counter>::default();
        let witness_answers = Family::<Outcome, Counter>::default();
        let witness_requests = Family::<Asked, Counter>::default();
        let (http_connections, witnessed_size) = (Gauge::default(), Gauge::default());
        let (height, log_size, final_size, pool_records) =
            (Gauge::default(), Gauge::default(), Gauge::default(), Gauge::default());
        let committed_records = Counter::default();
        registry.register("http_requests", "Answers by method, route and status", requests.clone());
        registry.register("http_seconds", "Time to answer, waits included", latency.clone());
        registry.register(
            "submissions",
            "Submissions by outcome of admission",
            submissions.clone(),
        );
        registry.register("refusals", "Refused submissions by stable code", refusals.clone());
        registry.register(
            "http_limited",
            "Requests refused because a client's allowance is used up",
            limited.clone(),
        );
        registry.register(
            "http_connections_refused",
            "Connections closed at once because the node or the client has its most",
            refused_connections.clone(),
        );
        registry.register(
            "witness_answers",
            "Checkpoints that this witness was asked to cosign, by outcome",
            witness_answers.clone(),
        );
        registry.register(
            "witness_requests",
            "Checkpoints that outside witnesses were asked to cosign, by witness and outcome",
            witness_requests.clone(),
        );
        registry.register(
            "witnessed_size",
            "Leaves under the newest checkpoint with the outside witnesses needed",
            witnessed_size.clone(),
        );
        registry.register("http_connections", "Open connections of HTTP", http_connections.clone());
        registry.register("height", "Height of the last committed block", height.clone());
        registry.register("log_size", "Leaves of the log", log_size.clone());
        registry.register(
            "final_size",
            "Leaves under the newest final checkpoint",
            final_size.clone(),
        );
        registry.register("pool_records", "Records waiting in the pool", pool_records.clone());
        registry.register(
            "committed_records",
            "Records committed since the start",
            committed_records.clone(),
        );
        Self {
            registry,
            requests,
            latency,
            submissions,
            refusals,
            limited,
            refused_connections,
            witness_answers,
            witness_requests,
            witnessed_size,
            http_connections,
            height,
            log_size,
            final_size,
            pool_records,
            committed_records,
            hook: RwLock::new(None),
        }
    }
}

impl Metrics {
    /// Appends what `hook` returns to the text: the engine's own registry.
    pub fn append(&self, hook: impl Fn() -> String + Send + Sync + 'static) {
        *self.hook.write().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(hook));
    }

    /// The text that Prometheus reads.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            tracing::error!("the metrics can't be written as text");
        }
        let hook = self.hook.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(hook) = hook.as_ref() {
            // One document has one end mark, and it is the last line.
            let ours = text.trim_end().strip_suffix("# EOF").unwrap_or(&text).len();
            text.truncate(ours);
            let theirs = hook();
            text.push_str(theirs.trim_end().strip_suffix("# EOF").unwrap_or(&theirs).trim_end());
            text.push_str("\n# EOF\n");
        }
        text
    }

    pub(crate) fn answered(
        &self,
        method: &Method,
        route: &str,
        status: StatusCode,
        took: Duration,
    ) {
        let route = Route(route.into());
        // Methods outside this list reach no handler, and a client must not be able to invent label values.
        let method = match *method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::HEAD => "HEAD",
            _ => "other",
        };
        self.latency.get_or_create(&Resource { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status: status.as_u16() }).inc();
    }

    pub(crate) fn admitted(&self, admission: Admission) {
        let outcome = match admission {
            Admission::New => "new",
            Admission::Pending => "pending",
            Admission::Logged(_) => "logged",
        };
        self.submissions.get_or_create(&Outcome { outcome }).inc();
    }

    pub(crate) fn limited(&self, allowance: &'static str) {
        self.limited.get_or_create(&Limited { allowance }).inc();
    }

    pub(crate) fn connection_refused(&self, limit: &'static str) {
        self.refused_connections.get_or_create(&Full { limit }).inc();
    }

    pub(crate) fn witness_answered(&self, outcome: &'static str) {
        self.witness_answers.get_or_create(&Outcome { outcome }).inc();
    }

    /// Counts a request to an outside witness of the configuration.
    pub(crate) fn witness_asked(&self, witness: &str, outcome: &'static str) {
        let witness = witness.to_owned();
        self.witness_requests.get_or_create(&Asked { witness, outcome }).inc();
    }

    pub(crate) fn refused(&self, code: Code) {
        self.submissions.get_or_create(&Outcome { outcome: "refused" }).inc();
        self.refusals.get_or_create(&Refused { code: code.info().slug }).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_holds_our_metrics_and_the_engine_s_and_ends_once() {
        let metrics = Metrics::default();
        metrics.answered(&Method::GET, "/livez", StatusCode::OK, Duration::from_millis(3));
        metrics.refused(Code::UnknownKey);
        metrics
            .append(|| "# TYPE engine_rounds counter\nengine_rounds_total 7\n# EOF\n".to_owned());
        let text = metrics.render();
        assert!(
            text.contains(
                "tamga_http_requests_total{method=\"GET\",route=\"/livez\",status=\"200\"} 1"
            ),
            "{text}"
        );
        assert!(text.contains("tamga_refusals_total{code=\"unknown-key\"} 1"));
        assert!(text.contains("\nengine_rounds_total 7\n"));
        assert_eq!(text.matches("# EOF").count(), 1);
        assert!(text.ends_with("# EOF\n"));
    }
}
