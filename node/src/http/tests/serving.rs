//! Connections, over real sockets: what each may cost, and how they end.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::submitting::ONE;
use super::*;

/// A limit that is waited for.
const SHORT: Duration = Duration::from_millis(100);
/// Time in which a busy machine does anything.
const PATIENCE: Duration = Duration::from_secs(20);

const LIVEZ: &str = "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";

struct Listening {
    address: SocketAddr,
    state: HttpState,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

async fn listen(change: impl FnOnce(HttpParts) -> HttpParts) -> Listening {
    let (stop, stopping) = watch::channel(false);
    let state = HttpState::new(change(parts(Arc::new(Fake::default()), stopping)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(serve(listener, state.clone()));
    Listening { address, state, stop, task }
}

async fn listen_within(limits: HttpLimits) -> Listening {
    listen(|parts| HttpParts { limits, ..parts }).await
}

impl Listening {
    async fn connect(&self) -> Peer {
        Peer(TcpStream::connect(self.address).await.unwrap())
    }

    /// A connection over which these bytes were sent.
    async fn send(&self, bytes: &str) -> Peer {
        let mut peer = self.connect().await;
        peer.write(bytes).await;
        peer
    }

    async fn until(&self, holds: impl Fn(&HttpState) -> bool) {
        let held = async {
            while !holds(&self.state) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, held).await.unwrap();
    }

    async fn until_connections(&self, count: i64) {
        self.until(|state| state.metrics.http_connections.get() == count).await;
    }
}

struct Peer(TcpStream);

impl Peer {
    async fn write(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).await.unwrap();
    }

    /// Everything until the server closes the connection.
    async fn rest(mut self) -> String {
        let mut bytes = Vec::new();
        // A reset ends a connection as well.
        timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.unwrap().ok();
        String::from_utf8(bytes).unwrap()
    }

    /// The next bytes.
    async fn some(&mut self) -> String {
        let mut bytes = vec![0; 10_000];
        let count = timeout(PATIENCE, self.0.read(&mut bytes)).await.unwrap().unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    }

    async fn is_silent(&mut self) {
        let mut byte = [0];
        let read = timeout(Duration::from_millis(50), self.0.peek(&mut byte)).await;
        assert!(read.is_err(), "{read:?}");
    }
}

#[tokio::test]
async fn slow_heads_and_idle_connections_are_ended() {
    let server = listen_within(HttpLimits { head_timeout: SHORT, ..HttpLimits::default() }).await;
    for bytes in ["", "G", "GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        assert_eq!(server.send(bytes).await.rest().await, "", "{bytes}");
    }
    // A trickle does not help.
    let mut trickling = server.send("GET /livez HTTP/1.1\r\nx-slow: ").await;
    let ended = async {
        while trickling.0.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 4).await;
        }
    };
    timeout(PATIENCE, ended).await.unwrap();
    let idle = server.send(LIVEZ).await.rest().await;
    assert!(idle.starts_with("HTTP/1.1 200 OK\r\n") && idle.ends_with("\r\n\r\nok\n"), "{idle}");
}

#[tokio::test]
async fn a_head_has_a_largest_size() {
    let server = listen_within(HttpLimits::default()).await;
    let fits = format!("GET /livez HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(16_000));
    assert!(server.send(&fits).await.some().await.starts_with("HTTP/1.1 200 OK\r\n"));
    let answer = server.send(&format!("GET /livez HTTP/1.1\r\nx: {}", "y".repeat(16_400))).await;
    let answer = answer.rest().await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

fn post(length: usize, body: &str) -> String {
    format!(
        "POST /v1/records HTTP/1.1\r\ncontent-type: {ONE}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

impl Listening {
    /// A connection whose body the server has begun to read: this much of it is announced, nothing sent.
    async fn begin(&self, length: usize) -> Peer {
        let head = post(length, "").replace("content-type", "expect: 100-continue\r\ncontent-type");
        let mut peer = self.send(&head).await;
        assert_eq!(peer.some().await, "HTTP/1.1 100 Continue\r\n\r\n");
        peer
    }
}

#[tokio::test]
async fn a_slow_body_is_refused_and_ends_its_connection() {
    let server = listen_within(HttpLimits { body_timeout: SHORT, ..HttpLimits::default() }).await;
    let answer = server.send(&post(10, "abc")).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("\"code\":\"TMG-4080\""), "{answer}");
}

#[tokio::test]
async fn a_body_waits_until_there_is_room_for_it() {
    let limits = HttpLimits { body_bytes_all_max: 2_048, ..HttpLimits::default() };
    let server = listen_within(limits).await;
    let mut first = server.begin(1_500).await;
    let mut second = server.send(&post(3, "abc")).await;
    second.is_silent().await;
    first.write(&"x".repeat(1_500)).await;
    for peer in [&mut first, &mut second] {
        let answer = peer.some().await;
        assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    }
}

#[tokio::test]
async fn a_node_has_a_largest_number_of_connections() {
    let server = listen_within(HttpLimits { connections_max: 1, ..HttpLimits::default() }).await;
    let mut first = server.send(LIVEZ).await;
    assert!(first.some().await.starts_with("HTTP/1.1 200 OK\r\n"));
    let refused = server.connect().await.rest().await;
    assert!(refused.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{refused}");
    assert!(refused.contains("retry-after: 5\r\n") && refused.contains("\"code\":\"TMG-5036\""));
    let (_, body) = refused.split_once("\r\n\r\n").unwrap();
    assert!(refused.contains(&format!("content-length: {}\r\n", body.len())));
    let metrics = server.state.metrics.render();
    assert!(metrics.contains("tamga_http_connections_refused_total{limit=\"node\"} 1\n"));
    drop(first);
    server.until_connections(0).await;
    assert!(server.send(LIVEZ).await.some().await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_client_has_a_largest_number_of_connections() {
    let few = |unlimited: &[&str]| ClientLimits {
        connections: 1,
        unlimited: unlimited.iter().map(|network| network.parse().unwrap()).collect(),
        ..ClientLimits::default()
    };
    let server = listen(|parts| HttpParts { clients: few(&[]), ..parts }).await;
    let mut first = server.send(LIVEZ).await;
    assert!(first.some().await.starts_with("HTTP/1.1 200 OK\r\n"));
    let refused = server.connect().await.rest().await;
    assert!(refused.starts_with("HTTP/1.1 429 Too Many Requests\r\n"), "{refused}");
    assert!(refused.contains("\"code\":\"TMG-4290\""));

    let server = listen(|parts| HttpParts { clients: few(&["127.0.0.1"]), ..parts }).await;
    let mut peers = Vec::new();
    for _ in 0..3 {
        let mut peer = server.send(LIVEZ).await;
        assert!(peer.some().await.starts_with("HTTP/1.1 200 OK\r\n"));
        peers.push(peer);
    }
}

#[tokio::test]
async fn who_does_not_read_the_answer_is_cut_off() {
    let server = listen(|parts| HttpParts {
        // More than the operating system buffers on the way.
        info: LedgerInfo { genesis: vec![b'x'; 64 << 20], ..parts.info },
        limits: HttpLimits { write_timeout: SHORT, ..HttpLimits::default() },
        ..parts
    })
    .await;
    let peer = server.send("GET /.well-known/tamga/genesis HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.until_connections(1).await;
    server.until_connections(0).await;
    assert!(peer.rest().await.len() < 64 << 20);
}

#[tokio::test]
async fn a_stopping_node_answers_who_waits_and_closes_idle_connections() {
    let server = listen_within(HttpLimits::default()).await;
    let mut idle = server.send(LIVEZ).await;
    assert!(idle.some().await.starts_with("HTTP/1.1 200 OK\r\n"));
    let fresh = server.connect().await;
    let waiting = server.send("GET /v1/events?wait=60 HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.until_connections(3).await;
    let all = HttpLimits::default().waits_max;
    server.until(|state| state.waits.available_permits() < all).await;
    server.stop.send_replace(true);
    let answer = waiting.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert_eq!((idle.rest().await, fresh.rest().await), (String::new(), String::new()));
    timeout(PATIENCE, server.task).await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_stopping_node_does_not_wait_for_ever() {
    let server = listen_within(HttpLimits { stop_within: SHORT, ..HttpLimits::default() }).await;
    let stuck = server.begin(10).await;
    server.stop.send_replace(true);
    timeout(PATIENCE, server.task).await.unwrap().unwrap();
    assert_eq!(stuck.rest().await, "");
    assert_eq!(server.state.metrics.http_connections.get(), 0);
}
