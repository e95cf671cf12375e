//! What one client may ask for.

use super::submitting::{MANY, ONE, batch};
use super::*;

/// A client on the internet.
const ADDRESS: [u8; 4] = [203, 0, 113, 9];

fn limits() -> ClientLimits {
    ClientLimits {
        reads_per_minute: 2,
        token_reads_per_minute: 3,
        records_per_minute: 4,
        ..ClientLimits::default()
    }
}

fn server() -> Server {
    Server::of(Fake::default(), |parts| HttpParts { clients: limits(), ..parts })
}

/// Asserts that a header is `"name";r=remaining;t=seconds`, give or take what a busy machine loses on the way.
#[track_caller]
fn is_left(answer: &Answer, name: &str, remaining: u64, seconds: u64) {
    let found = answer.header("ratelimit");
    let left = found.strip_prefix(&format!("\"{name}\";r={remaining};t="));
    let left: u64 = left.unwrap_or_else(|| panic!("{found}")).parse().unwrap();
    assert!(left <= seconds && left + 5 >= seconds, "{found}");
}

/// The same of `Retry-After`, which the detail names too.
#[track_caller]
fn is_refused(answer: &Answer, seconds: u64) {
    let problem = answer.is_problem(Code::RateLimited);
    let found: u64 = answer.header("retry-after").parse().unwrap();
    assert!(found <= seconds && found + 5 >= seconds, "{found}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.ends_with(&format!("try again in {found} s")), "{detail}");
}

impl Server {
    async fn from(&self, address: [u8; 4], mut request: Request<Content>) -> Answer {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 4711))));
        self.send(request).await
    }

    async fn read(&self, path: &str) -> Answer {
        self.from(ADDRESS, Request::get(path).body(Content::empty()).unwrap()).await
    }

    async fn submit(&self, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(path).header("content-type", kind).body(body.into()).unwrap();
        self.from(ADDRESS, request).await
    }
}

#[tokio::test]
async fn reads_are_counted_told_and_refused() {
    let server = server();
    let answer = server.read("/v1/blocks").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("ratelimit-policy"), "\"reads\";q=2;w=60;qu=\"requests\"");
    is_left(&answer, "reads", 1, 30);
    // An error costs as much as an answer.
    let answer = server.read("/v1/blocks?limit=0").await;
    answer.is_problem(Code::BadParameter);
    is_left(&answer, "reads", 0, 60);

    let answer = server.read("/v1/blocks").await;
    is_refused(&answer, 30);
    is_left(&answer, "reads", 0, 60);
    let metrics = server.get("/metrics").await;
    assert!(metrics.text().contains("tamga_http_limited_total{allowance=\"reads\"} 1\n"));

    let other = Request::get("/v1/blocks").body(Content::empty()).unwrap();
    assert_eq!(server.from([203, 0, 113, 10], other).await.status, 200);
}

#[tokio::test]
async fn what_caches_hold_and_probes_are_free() {
    let server = server();
    for path in ["/log/checkpoint", "/log/tile/0/000", "/livez", "/metrics", "/v1/openapi.json"] {
        for _ in 0..5 {
            let answer = server.read(path).await;
            assert_ne!(answer.status, 429, "{path}");
            assert_eq!(answer.header("ratelimit"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn holders_of_a_token_have_an_allowance_of_their_own() {
    let server = server();
    for expected in [200, 200, 200, 429] {
        let request = Request::get("/v1/blocks").header("authorization", TOKEN);
        let answer = server.from(ADDRESS, request.body(Content::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), expected);
        assert!(answer.header("ratelimit").starts_with("\"token-reads\";"));
    }
    let request = Request::get("/v1/blocks").header("authorization", "Bearer guess");
    let answer = server.from(ADDRESS, request.body(Content::empty()).unwrap()).await;
    is_left(&answer, "reads", 1, 30);
}

#[tokio::test]
async fn submissions_are_counted_by_their_records() {
    let server = server();
    let one = submission();
    let answer = server.submit("/v1/records", ONE, one.clone()).await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.header("ratelimit-policy"), "\"records\";q=4;w=60;qu=\"records\"");
    is_left(&answer, "records", 3, 15);
    let answer = server.submit("/v1/records/batch", MANY, batch(&[&one, &one])).await;
    assert_eq!(answer.status, 202);
    is_left(&answer, "records", 1, 45);
    // The last unit carries a whole batch; what is overdrawn is paid back first.
    let answer = server.submit("/v1/records/batch", MANY, batch(&[one.as_slice(); 6])).await;
    assert_eq!(answer.status, 202);
    is_left(&answer, "records", 0, 135);
    let answer = server.submit("/v1/records/batch", MANY, batch(&[&one])).await;
    is_refused(&answer, 90);
    let answer = server.submit("/v1/records", ONE, b"junk".to_vec()).await;
    answer.is_problem(Code::RateLimited);
    assert_eq!(server.read("/v1/blocks").await.status, 200, "reads are counted apart");
}

#[tokio::test]
async fn junk_in_place_of_records_counts_as_one() {
    let server = server();
    for expected in [422, 422, 422, 422, 429] {
        let answer = server.submit("/v1/records", ONE, b"junk".to_vec()).await;
        assert_eq!(answer.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn addresses_without_limits_are_told_of_none() {
    let server = server();
    for _ in 0..5 {
        let request = Request::get("/v1/blocks").body(Content::empty()).unwrap();
        let answer = server.from([127, 0, 0, 1], request).await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit")), (200, ""));
    }
}
