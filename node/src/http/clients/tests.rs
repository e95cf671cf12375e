use super::*;

fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn clients(proxies: &[&str]) -> Clients {
    Clients::new(&ClientLimits { trusted_proxies: networks(proxies), ..ClientLimits::default() })
}

fn forwarded(lines: &[&'static str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
    }
    headers
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_client_is_the_nearest_address_that_is_no_trusted_proxy() {
    let proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"];
    for (proxies, peer, lines, client) in [
        // Without trusted proxies the header is only what a client says of itself.
        (&proxies[..0], "198.51.100.7", &["203.0.113.9"][..], Some("198.51.100.7")),
        (&[], "127.0.0.1", &["203.0.113.9"], None),
        (&proxies, "198.51.100.7", &["203.0.113.9"], Some("198.51.100.7")),
        // A trusted proxy appends whom it heard; what stands to the left is hearsay.
        (&proxies, "127.0.0.1", &["203.0.113.9"], Some("203.0.113.9")),
        (&proxies, "127.0.0.1", &["127.0.0.1, 203.0.113.9"], Some("203.0.113.9")),
        (&proxies, "10.1.1.1", &["192.0.2.1, 203.0.113.9 , 10.2.2.2"], Some("203.0.113.9")),
        (&proxies, "10.1.1.1", &["192.0.2.1, 203.0.113.9", "10.2.2.2"], Some("203.0.113.9")),
        (&proxies, "fd00::1", &["203.0.113.9:4711"], Some("203.0.113.9")),
        (&proxies, "fd00::1", &["[2001:db8::1]"], Some("2001:db8::")),
        (&proxies, "fd00::1", &["[2001:db8::1]:4711"], Some("2001:db8::")),
        (&proxies, "::ffff:10.1.1.1", &["::ffff:203.0.113.9"], Some("203.0.113.9")),
        // The proxy itself asks.
        (&proxies, "127.0.0.1", &[], None),
        (&proxies, "10.1.1.1", &[], Some("10.1.1.1")),
        (&proxies, "10.1.1.1", &["127.0.0.1"], None),
        // What can't be read is nobody in particular, and limited.
        (&proxies, "127.0.0.1", &["unknown"], Some("0.0.0.0")),
        (&proxies, "127.0.0.1", &["203.0.113.9, "], Some("0.0.0.0")),
        (&proxies, "127.0.0.1", &[""], Some("0.0.0.0")),
    ] {
        let found = clients(proxies).identify(Some(ip(peer)), &forwarded(lines));
        assert_eq!(found, Client(client.map(ip)), "{peer} {lines:?}");
    }
    let many = ["10.1.1.1"; PROXIES_MAX + 1].join(",");
    let mut headers = HeaderMap::new();
    headers.insert(FORWARDED_FOR, HeaderValue::try_from(many).unwrap());
    let found = clients(&proxies).identify(Some(ip("10.1.1.1")), &headers);
    assert_eq!(found, Client(Some(UNKNOWN)));
    assert_eq!(clients(&[]).identify(None, &HeaderMap::new()), Client(Some(UNKNOWN)));
}

#[test]
fn one_subscriber_s_addresses_are_one_client() {
    let clients = clients(&[]);
    let client = |text| clients.identify(Some(ip(text)), &HeaderMap::new());
    assert_eq!(client("2001:db8:0:1::1"), client("2001:db8:0:1:ffff::2"));
    assert_ne!(client("2001:db8:0:1::1"), client("2001:db8:0:2::1"));
    assert_ne!(client("203.0.113.9"), client("203.0.113.10"));
}

#[test]
fn networks_have_one_text_and_addresses_stand_for_themselves() {
    for (text, written) in
        [("10.0.0.0/8", "10.0.0.0/8"), ("203.0.113.9", "203.0.113.9/32"), ("::1", "::1/128")]
    {
        assert_eq!(text.parse::<Network>().unwrap().to_string(), written);
    }
    for wrong in ["", "10.0.0.0/33", "ministry", "10.0.0", "1.2.3.4:80"] {
        assert!(wrong.parse::<Network>().unwrap_err().contains("write 10.0.0.0/8"), "{wrong}");
    }
}

#[test]
fn a_configuration_names_what_differs_from_the_defaults() {
    let limits: ClientLimits =
        toml::from_str("reads_per_minute = 5\nunlimited = [\"10.0.0.0/8\", \"fd00::1\"]").unwrap();
    assert_eq!((limits.reads_per_minute, limits.records_per_minute), (5, 6_000));
    assert_eq!(limits.unlimited, networks(&["10.0.0.0/8", "fd00::1"]));
    assert!(toml::from_str::<ClientLimits>("reads = 5").is_err());
    let written = toml::to_string(&ClientLimits::default()).unwrap();
    assert_eq!(toml::from_str::<ClientLimits>(&written).unwrap().unlimited.len(), 2);
}
