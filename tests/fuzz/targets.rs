//! What is fuzzed, and what must hold of every input.

mod bytes;
mod carriers;
mod messages;
mod proofs;
mod text;

/// One reader of bytes from outside.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Inputs to start from; at least one is accepted.
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Whether an input is accepted. Panics if something does not hold that must.
    pub(crate) check: Check,
}

type Check = Box<dyn Fn(&[u8]) -> bool>;

impl Target {
    fn new(
        name: &'static str,
        seeds: Vec<Vec<u8>>,
        check: impl Fn(&[u8]) -> bool + 'static,
    ) -> Self {
        Self { name, seeds, check: Box::new(check) }
    }
}

/// Every target.
pub(crate) fn all() -> Vec<Target> {
    [bytes::targets(), proofs::targets(), text::targets(), messages::targets(), carriers::targets()]
        .into_iter()
        .flatten()
        .collect()
}

/// What was read is written as the same bytes.
fn same(input: &[u8], written: impl AsRef<[u8]>) -> bool {
    assert!(written.as_ref() == input, "written: {}", written.as_ref().escape_ascii());
    true
}

/// A check of text: other bytes are not accepted.
fn of_text(check: impl Fn(&str) -> bool) -> impl Fn(&[u8]) -> bool {
    move |input| str::from_utf8(input).is_ok_and(&check)
}

fn texts<T: ToString>(items: impl IntoIterator<Item = T>) -> Vec<Vec<u8>> {
    items.into_iter().map(|item| item.to_string().into_bytes()).collect()
}
