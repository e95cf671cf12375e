use super::*;
use crate::signature::SigningKey;

#[test]
fn a_peer_id_is_its_network_key() {
    // The first key of RFC 8032 §7.1.
    let seed =
        crate::id::parse_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let key = network_key("12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV").unwrap();
    assert_eq!(key, SigningKey::from_seed(seed.unwrap()).public());
    // The example of libp2p's own specification.
    let key = network_key("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA").unwrap();
    assert_eq!(key.as_bytes()[..4], [0x2f, 0xfa, 0x35, 0xa9]);
}

#[test]
fn anything_else_is_refused() {
    for (text, code) in [
        ("", FormatCode::PeerId),
        ("1", FormatCode::PeerId),
        ("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", FormatCode::PeerId),
        ("2D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV", FormatCode::PeerId),
        ("112D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV", FormatCode::PeerId),
        ("12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV1", FormatCode::PeerId),
        ("12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5p", FormatCode::PeerId),
        ("12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL50V", FormatCode::PeerId),
        ("12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgLéV", FormatCode::PeerId),
        // Another length of the key, another length of the multihash, too large a number.
        ("12D3KooWhYLKHSRQ8uMFrgPCtG4eBpcLj7gdnoKGHMmUyTjSr34m", FormatCode::PeerId),
        ("12Ez4z2xSASd1nVP3mC7HYvPRzzxiFWfMQgP9qPrhJUAW2vkJXxu", FormatCode::PeerId),
        ("1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", FormatCode::PeerId),
        // Bytes that are no admissible key.
        ("12D3KooW9pNAk8aiBuGVQtWRdbkLmo5qVL3e2h5UxbN2Nz9ttwiw", FormatCode::KeySmallOrder),
        ("12D3KooW9xAz382syaFvEGkNecHEZeaJ1MBBSbHJ8KyoPNmtLZ3d", FormatCode::KeyNotPoint),
    ] {
        assert_eq!(network_key(text).unwrap_err().code, code, "{text}");
    }
}
