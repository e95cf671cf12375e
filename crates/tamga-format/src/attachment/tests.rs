use alloc::vec;

use super::*;

#[test]
fn a_manifest_names_every_chunk_and_is_read_as_it_was_written() {
    let chunks: [&[u8]; 3] = [b"first", b"second", b"third"];
    let manifest = Manifest::of(chunks).unwrap();
    assert_eq!(manifest.bytes(), 16);
    assert_eq!(Manifest::decode(&manifest.encode()), Ok(manifest.clone()));
    for (number, chunk) in chunks.iter().enumerate() {
        assert_eq!(manifest.check(number, chunk), Ok(()));
        assert_eq!(manifest.check(number + 1, chunk).unwrap_err().code, FormatCode::ChunkHash);
    }
    let other = Manifest::of([&b"first"[..], b"third", b"second"]).unwrap();
    assert_ne!(other.id(), manifest.id(), "the order of the chunks counts");
}

#[test]
fn the_bounds_of_an_attachment_hold() {
    let refused = |bytes, chunks: usize| {
        Manifest::new(bytes, vec![ChunkHash([1; 32]); chunks]).unwrap_err().code
    };
    let most = (CHUNK_BYTES_MAX * CHUNKS_MAX) as u64;
    assert!(Manifest::new(most, vec![ChunkHash([1; 32]); CHUNKS_MAX]).is_ok());
    assert_eq!(refused(0, 0), FormatCode::AttachmentSyntax);
    assert_eq!(refused(1, 2), FormatCode::AttachmentSyntax);
    assert_eq!(refused(most, CHUNKS_MAX - 1), FormatCode::AttachmentSyntax);
    assert_eq!(refused(most, CHUNKS_MAX + 1), FormatCode::AttachmentSyntax);
    assert!(Manifest::of([&[][..]]).is_err());
    assert!(Manifest::of([&vec![0; CHUNK_BYTES_MAX + 1][..]]).is_err());
}
