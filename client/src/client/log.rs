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
        let (mut rest, mut certificates) = (answer.as_slice(), Vec::new());
        while !rest.is_empty() {
            let framed = rest.split_first_chunk().and_then(|(length, rest)| {
                rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
            });
            let cut = || CliError::answer(&self.address(&path), "it ends in a certificate");
            let (certificate, after) = framed.ok_or_else(cut)?;
            certificates.push(certificate.to_vec());
            rest = after;
        }
        Ok(certificates)
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
