//! The portal's page and its parts.

use super::*;

fn server() -> Server {
    Server::new(Fake::holding(Vec::new()))
}

/// Paths of the page's parts, as the page names them.
fn parts_of(page: &str) -> Vec<&str> {
    let named = page.split('"').filter(|text| text.starts_with("/assets/"));
    named.collect()
}

#[tokio::test]
async fn the_page_is_the_same_at_every_language_s_path() {
    let server = server();
    let page = server.get("/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for path in ["/kk", "/ru", "/en", "/index.html"] {
        assert_eq!(server.get(path).await.body, page.body, "{path}");
    }
    for path in ["/de", "/assets", "/assets/other.js", "/kk/more", "/..%2fCargo.toml"] {
        server.get(path).await.is_problem(Code::NotFound);
    }
    for path in ["/?x=1", "/kk?", "/assets/other.js?x"] {
        server.get(path).await.is_problem(Code::BadParameter);
    }
}

#[tokio::test]
async fn the_page_is_asked_after_and_its_parts_are_kept_for_ever() {
    let server = server();
    let page = server.get("/").await;
    assert_eq!(page.header("cache-control"), "no-cache");
    let again = server.get_with("/ru", &[("if-none-match", page.header("etag"))]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let parts = parts_of(page.text());
    let kinds: Vec<_> = parts.iter().map(|part| part.rsplit('.').next()).collect();
    assert_eq!(kinds, [Some("js"), Some("css")], "{parts:?}");
    for part in parts {
        let answer = server.get(part).await;
        assert_eq!(answer.status, 200, "{part}");
        assert!(answer.header("cache-control").contains("immutable"), "{part}");
        assert!(!answer.header("content-type").contains("octet-stream"), "{part}");
    }
}

#[tokio::test]
async fn what_stands_beside_the_page_is_asked_after_too() {
    let server = server();
    for (path, kind) in [
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/tamga.svg", "image/svg+xml"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, kind), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn a_file_is_packed_for_those_who_unpack() {
    use std::io::Read as _;
    let server = server();
    let plain = server.get("/").await;
    assert_eq!(plain.header("content-encoding"), "");
    for (asked, packed) in [
        ("gzip, deflate, br", true),
        ("br;q=1, GZIP;q=0.5", true),
        ("gzip;q=0", false),
        ("br", false),
    ] {
        let answer = server.get_with("/", &[("accept-encoding", asked)]).await;
        assert_eq!(answer.header("content-encoding") == "gzip", packed, "{asked}");
        let mut content = Vec::new();
        if packed {
            flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_end(&mut content).unwrap();
        } else {
            content = answer.body;
        }
        assert_eq!(content, plain.body, "{asked}");
    }
}

#[tokio::test]
async fn the_page_may_load_from_this_node_only_and_holds_nothing_that_runs_inline() {
    let server = server();
    let page = server.get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let text = page.text();
    for script in text.split("<script").skip(1) {
        let (attributes, rest) = script.split_once('>').unwrap();
        assert!(attributes.contains("src=\"/assets/"), "{attributes}");
        assert!(rest.starts_with("</script>"));
    }
    assert!(!text.contains("<style") && !text.contains("style=") && !text.contains("://"));
}
