//! The listener: connections under limits, and an end that lets answers finish (spec §20.12).

use std::collections::HashMap;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tamga_api::problem::{Language, MEDIA_TYPE};
use tamga_state::codes::Code;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Service as _;

use super::clients::{Client, ClientLimits, Clients};
use super::fault::Fault;
use super::progress::Progress;
use super::state::{HttpLimits, HttpState};
use crate::metrics::Metrics;

/// Bytes that are buffered in each direction of a connection.
const BUFFER_BYTES: usize = 64 << 10;
/// Pause after the operating system gave no connection: it lacks files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// After how many seconds a client whose connection was refused may try again.
const RETRY_AFTER_S: u32 = 5;

/// Serves the interface on a listener until the state's `stop` turns true.
pub async fn serve(listener: TcpListener, state: HttpState) {
    let router = super::router(state.clone());
    let service = Service {
        router,
        limits: state.limits.clone(),
        clients: Arc::clone(&state.clients),
        metrics: Arc::clone(&state.metrics),
        stop: state.stop.clone(),
    };
    service.serve(listener).await;
}

/// What is served to whom.
#[derive(Debug)]
pub struct Service {
    router: Router,
    limits: HttpLimits,
    clients: Arc<Clients>,
    metrics: Arc<Metrics>,
    stop: watch::Receiver<bool>,
}

impl Service {
    /// What this router answers, within these limits, until `stop` turns true.
    #[must_use]
    pub fn new(
        router: Router,
        limits: HttpLimits,
        clients: &ClientLimits,
        metrics: Arc<Metrics>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self { router, limits, clients: Arc::new(Clients::new(clients)), metrics, stop }
    }

    /// Serves on a listener; once it is to stop no request is taken any more, and those that run may finish within
    /// the limit.
    pub async fn serve(self, listener: TcpListener) {
        let limits = &self.limits;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_header_size(limits.head_bytes_max)
            .max_buf_size(BUFFER_BYTES.max(limits.head_bytes_max));
        let (write_timeout, stop) = (limits.write_timeout, self.stop.clone());
        let server = Server { http, router: self.router.clone(), write_timeout, stop };
        let door = Arc::new(Door::new(&self));
        let mut connections = JoinSet::new();
        let mut stop = self.stop.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
                () = stopped(&mut stop) => break,
            };
            match accepted {
                Ok((stream, peer)) => match door.enter(self.clients.peer(peer.ip())) {
                    Ok(pass) => {
                        drop(connections.spawn(server.clone().converse(stream, peer, pass)));
                    }
                    Err(full) => door.refuse(stream, full),
                },
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        let finished = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.stop_within, finished).await.is_err() {
            let (open, seconds) = (connections.len(), limits.stop_within.as_secs());
            tracing::warn!(open, "requests were still open after {seconds} s and are cut off");
            connections.shutdown().await;
        }
    }
}

/// Waits until the service is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the process is ending anyway.
    stop.wait_for(|stop| *stop).await.ok();
}

/// What every connection needs.
#[derive(Clone)]
struct Server {
    http: http1::Builder,
    router: Router,
    write_timeout: Duration,
    stop: watch::Receiver<bool>,
}

impl Server {
    /// Answers the requests of one connection, one after the other.
    async fn converse(mut self, stream: TcpStream, peer: SocketAddr, _pass: Pass) {
        // Answers are small and waited for: without this, Nagle's algorithm may hold them back.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let router = self.router;
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().call(request.map(Body::new))
        });
        let stream = TokioIo::new(Progress::new(stream, self.write_timeout));
        let mut connection = pin!(self.http.serve_connection(stream, service));
        let ended = tokio::select! {
            // Looked at first, so that the last answer says that the connection closes.
            biased;
            () = stopped(&mut self.stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
            ended = connection.as_mut() => ended,
        };
        if let Err(error) = ended {
            tracing::debug!(%peer, %error, "a connection broke off");
        }
    }
}

/// Counts who is inside.
struct Door {
    connections_max: usize,
    connections_per_client_max: usize,
    open: Mutex<Open>,
    metrics: Arc<Metrics>,
    node_is_full: Vec<u8>,
    client_is_full: Vec<u8>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

/// Who has as many connections as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    Node,
    Client,
}

impl Door {
    fn new(service: &Service) -> Self {
        let (all, one) = (service.limits.connections_max, service.clients.connections_max());
        let node = format!("this node serves at most {all} connections at a time");
        let client = format!("one address may have at most {one} connections at a time");
        Self {
            connections_max: all,
            connections_per_client_max: one,
            open: Mutex::default(),
            metrics: Arc::clone(&service.metrics),
            node_is_full: answer(Fault::new(Code::Busy, node)),
            client_is_full: answer(Fault::new(Code::RateLimited, client)),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection in until its pass is dropped.
    fn enter(self: &Arc<Self>, client: Client) -> Result<Pass, Full> {
        let mut open = self.open();
        if open.all >= self.connections_max {
            return Err(Full::Node);
        }
        if let Some(address) = client.0 {
            let held = open.by_client.get(&address).copied().unwrap_or_default();
            if held >= self.connections_per_client_max {
                return Err(Full::Client);
            }
            open.by_client.insert(address, held + 1);
        }
        open.all += 1;
        self.metrics.http_connections.inc();
        Ok(Pass { door: Arc::clone(self), client })
    }

    /// Tells why, as far as the operating system takes it at once, and closes.
    fn refuse(&self, stream: TcpStream, full: Full) {
        let (limit, answer) = match full {
            Full::Node => ("node", &self.node_is_full),
            Full::Client => ("client", &self.client_is_full),
        };
        self.metrics.connection_refused(limit);
        let told = stream.into_std().and_then(|mut stream| stream.write_all(answer));
        if let Err(error) = told {
            tracing::debug!(%error, "a refused connection was not told why");
        }
    }
}

/// One open connection.
struct Pass {
    door: Arc<Door>,
    client: Client,
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut open = self.door.open();
        open.all = open.all.saturating_sub(1);
        self.door.metrics.http_connections.dec();
        let Some(address) = self.client.0 else { return };
        match open.by_client.get_mut(&address) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(open.by_client.remove(&address)),
        }
    }
}

/// The answer to a connection of which nothing was read, so in English.
fn answer(fault: Fault) -> Vec<u8> {
    let fault = fault.retry_after(RETRY_AFTER_S);
    let body = serde_json::to_string(&fault.problem(Language::En)).unwrap_or_default();
    let (status, length) = (fault.status(), body.len());
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {MEDIA_TYPE}\r\nretry-after: {RETRY_AFTER_S}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
