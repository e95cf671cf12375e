//! What a node serves of its log (spec §20.9).

use std::time::Duration;

use super::{Client, TEXT};
use crate::error::CliError;

const BYTES: &str = "application/octet-stream";

impl Client {
    /// The newest checkpoint, a signed note; whether it is final is for a policy to say.
    ///
    /// # Errors
    /// When the node is not reachable, or has none yet.
    pub fn log_checkpoint(&self) -> Result<String, CliError> {
        let path = "/log/checkpoint";
        let answer = self.call(path, None, TEXT, Duration::ZERO)?;
        self.utf8(path, answer.body)
    }

    /// The genesis file, whose hash leaf 0 of the log is to hold.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn genesis(&self) -> Result<String, CliError> {
        let path = "/.well-known/tamga/genesis";
        let answer = self.call(path, None, TEXT, Duration::ZERO)?;
        self.utf8(path, answer.body)
    }

    /// The certificates of at most so many blocks in a row; empty for one that the node lacks.
    ///
    /// # Errors
    /// When the node is not reachable, or the answer is not of the form.
    pub fn certificates(&self, from: u64, limit: usize) -> Result<Vec<Vec<u8>>, CliError> {
        let path = format!("/v1/blocks/certificates?from={from}&limit={limit}");
        let answer = self.call(&path, None, BYTES, Duration::ZERO)?.body;
        let framed = framed(&answer, |rest| {
            let (length, rest) = rest.split_first_chunk()?;
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
        });
        framed.ok_or_else(|| CliError::answer(&self.address(&path), "it ends in a certificate"))
    }

    /// What the records of at most so many blocks in a row decided in private, as rows; it needs a token.
    ///
    /// # Errors
    /// When the node is not reachable, wants another token, or the answer is not of the form.
    pub fn commitments(&self, from: u64, limit: usize) -> Result<Vec<Vec<u8>>, CliError> {
        let path = format!("/v1/blocks/commitments?from={from}&limit={limit}");
        let answer = self.call(&path, None, BYTES, Duration::ZERO)?.body;
        let framed = framed(&answer, |rest| {
            let (length, rest) = rest.split_first_chunk()?;
            rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
        });
        framed.ok_or_else(|| CliError::answer(&self.address(&path), "it ends in a block"))
    }

    /// A hash tile, or an entry bundle, which needs a token, by its path below the log's prefix.
    ///
    /// # Errors
    /// When the node is not reachable, has no such tile, or wants another token.
    pub fn log_file(&self, path: &str) -> Result<Vec<u8>, CliError> {
        let path = format!("/log/{path}");
        self.call(&path, None, BYTES, Duration::ZERO).map(|answer| answer.body)
    }
}

/// The pieces of an answer, as long as there is one to take; `None` if the answer ends in a piece.
fn framed(mut rest: &[u8], take: impl Fn(&[u8]) -> Option<(&[u8], &[u8])>) -> Option<Vec<Vec<u8>>> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = take(rest)?;
        pieces.push(piece.to_vec());
        rest = after;
    }
    Some(pieces)
}
