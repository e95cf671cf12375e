//! The portal: pages for people, carried by the program (spec §20.15).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use tamga_format::id::sha256;

use super::fault::Fault;
use super::reads::{IMMUTABLE, not_modified};
use super::request;

/// What `npm run build` made, by path below `dist`; written by `build.rs`.
const BUILT: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/portal.rs"));
/// What the page may load and do, one directive a line; the portal's own tests read the same file.
const POLICY: &str = include_str!("../../portal/content-security-policy.txt");
/// The page itself.
const PAGE: &str = "index.html";
/// The languages that a path may begin with.
const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];
/// Not kept without asking whether it is still the newest.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// One file of the portal, ready to be sent.
struct File {
    bytes: &'static [u8],
    gzip: Bytes,
    kind: HeaderValue,
    /// Weak: both encodings are the same page.
    tag: String,
}

static FILES: LazyLock<BTreeMap<&str, File>> =
    LazyLock::new(|| BUILT.iter().map(|&(name, bytes)| (name, File::new(name, bytes))).collect());

impl File {
    fn new(name: &str, bytes: &'static [u8]) -> Self {
        let hash: String = sha256(&[bytes]).iter().take(8).map(|b| format!("{b:02x}")).collect();
        let kind = match name.rsplit_once('.').map_or("", |(_, suffix)| suffix) {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "webmanifest" => "application/manifest+json",
            _ => "application/octet-stream",
        };
        let kind = HeaderValue::from_static(kind);
        Self { bytes, gzip: gzip(bytes), kind, tag: format!("W/\"{hash}\"") }
    }
}

/// Empty when it can't be packed, which memory never refuses; then it is sent as it is.
fn gzip(bytes: &[u8]) -> Bytes {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let packed = packer.write_all(bytes).and_then(|()| packer.finish());
    packed.map(Bytes::from).unwrap_or_default()
}

/// Headers of every file: what its content may do, and what may be done with it.
static GUARDS: LazyLock<Vec<(HeaderName, HeaderValue)>> = LazyLock::new(|| {
    let policy = POLICY.lines().collect::<Vec<_>>().join("; ");
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(), geolocation=()",
        ),
    ];
    let fixed = fixed.map(|(name, value)| (name, HeaderValue::from_static(value)));
    let policy = HeaderValue::try_from(policy).map(|it| (header::CONTENT_SECURITY_POLICY, it));
    policy.into_iter().chain(fixed).collect()
});

/// The page on which anybody checks a document, in the reader's language.
#[utoipa::path(get, path = "/", tag = "portal",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 304, description = "It has not changed"),
    ))]
pub(super) async fn home(uri: Uri, headers: HeaderMap) -> Result<Response, Fault> {
    request::no_query_string(&uri)?;
    file(PAGE, ASK_AGAIN, &headers)
}

/// The same page in a language that the path names (`/kk`, `/ru`, `/en`), or a file beside it.
#[utoipa::path(get, path = "/{page}", tag = "portal",
    params(("page" = String, Path, description = "`kk`, `ru`, `en`, or the name of a file of the portal")),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 304, description = "It has not changed"),
    ))]
pub(super) async fn page(
    Path(page): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::no_query_string(&uri)?;
    let name = if LANGUAGES.contains(&page.as_str()) { PAGE } else { &page };
    file(name, ASK_AGAIN, &headers)
}

/// A part of the page: its name changes with its content.
#[utoipa::path(get, path = "/assets/{name}", tag = "portal",
    params(("name" = String, Path, description = "Name with the hash of the content")),
    responses(
        (status = 200, description = "The part", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "It has not changed, it never does"),
    ))]
pub(super) async fn asset(
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::no_query_string(&uri)?;
    file(&format!("assets/{name}"), IMMUTABLE, &headers)
}

fn file(name: &str, caching: HeaderValue, asked: &HeaderMap) -> Result<Response, Fault> {
    let file = FILES.get(name).ok_or_else(|| Fault::not_found("page"))?;
    let packed = !file.gzip.is_empty() && takes_gzip(asked);
    let mut response = if not_modified(asked, &file.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if packed {
        let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        ([encoding], file.gzip.clone()).into_response()
    } else {
        Bytes::from_static(file.bytes).into_response()
    };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, file.kind.clone());
    answer.insert(header::CACHE_CONTROL, caching);
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.extend(HeaderValue::try_from(&file.tag).map(|tag| (header::ETAG, tag)));
    answer.extend(GUARDS.iter().cloned());
    Ok(response)
}

/// Whether the reader unpacks gzip: named, and not with a weight of nothing.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    named.is_some_and(|named| {
        named.split(',').any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
        })
    })
}
