//! That a quorum decided each block: its certificate, as the node stores it (spec §12.4).

use tamga_format::id::GenesisHash;
use tamga_state::replay::Decided;

use super::run::parallel;
use super::{Class, Finding};
use crate::client::Client;
use crate::error::{CliError, Exit};

/// Certificates that are asked for at once, as many as a node gives.
const PART: usize = 1_000;

/// Those of the blocks that a node can't show to be decided.
///
/// # Errors
/// When the node is not reachable.
pub fn check(
    client: &Client,
    genesis: &GenesisHash,
    blocks: &[Decided],
    jobs: usize,
) -> Result<Vec<Finding>, CliError> {
    // A block's leaf may lie about its height; each run of heights is asked for by itself.
    let runs = blocks.chunk_by(|one, next| one.height.next() == next.height);
    let parts: Vec<&[Decided]> = runs.flat_map(|run| run.chunks(PART)).collect();
    let found = parallel(&parts, jobs, |part| {
        let from = part.first().map_or(0, |block| block.height.get());
        let certificates = match client.certificates(from, part.len()) {
            Err(error)
                if matches!(error.exit, Exit::NotFound | Exit::CannotCheck)
                    || error.is_of_node() =>
            {
                Vec::new()
            }
            answer => answer?,
        };
        let mut certificates = certificates.iter();
        let wrong = part.iter().filter_map(|block| {
            let detail = match certificates.next().filter(|bytes| !bytes.is_empty()) {
                None => "none".to_owned(),
                Some(bytes) => block.check(genesis, bytes).err()?.to_string(),
            };
            Some(Finding::new(Class::Certificate, detail).in_block(block.height))
        });
        Ok(wrong.collect())
    })?;
    Ok(found.into_iter().flat_map(|part: Vec<Finding>| part).collect())
}
