//! Files that prove something offline: nothing about them can change unseen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may say so")]

mod evidences;
mod ledger;
mod omissions;
mod receipts;
mod reconciliations;
mod subjects;

/// A changed byte of an accepted file makes it another file, which is not.
fn no_byte_can_change(text: &str, accepted: &dyn Fn(&str) -> bool) {
    assert!(accepted(text));
    for at in 0..text.len() {
        // Every single bit, and some bytes that parsers like to forgive.
        let byte = text.as_bytes()[at];
        let flips = (0..8).map(|bit| byte ^ (1 << bit));
        for other in flips.chain(*b"\n =0").filter(|&other| other != byte) {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = other;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(!accepted(&changed), "byte {at}: {byte:#x} to {other:#x}");
            }
        }
    }
}

/// The same for what is longer or shorter.
fn no_byte_can_be_added_or_dropped(text: &str, accepted: &dyn Fn(&str) -> bool) {
    for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
        assert!(at == text.len() || !accepted(&text[..at]), "cut at {at}");
        for added in ["\n", " ", "=", "A", "\r", "0"] {
            let longer = format!("{}{added}{}", &text[..at], &text[at..]);
            assert!(!accepted(&longer), "{added:?} at {at}");
        }
    }
}
