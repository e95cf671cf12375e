//! What a node tells that records decided in private, for the records whose bodies or openings are not at hand
//! (spec §18.8).

use tamga_format::id::Height;
use tamga_format::record::Record;
use tamga_state::replay::Logged;
use tamga_state::told::read_rows;

use crate::client::Client;
use crate::error::{CliError, Exit};

/// Blocks that are asked for at once, as many as a node gives.
const WINDOW: usize = 200;

/// The blocks of the last answer: most blocks that follow are in it too.
#[derive(Debug, Default)]
pub(super) struct Commitments {
    from: u64,
    blocks: Vec<Vec<u8>>,
    /// Whether the node tells nothing; it is not asked again.
    refused: bool,
}

impl Commitments {
    /// Whether the node tells nothing of any block.
    pub(super) const fn are_refused(&self) -> bool {
        self.refused
    }

    /// Adds to the records of a block what the node tells of them; whether what it tells is of the form.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub(super) fn tell(
        &mut self,
        client: &Client,
        height: Height,
        records: &mut [Logged],
    ) -> Result<bool, CliError> {
        let Some(rows) = self.rows(client, height.get())? else { return Ok(true) };
        let parsed: Vec<&Record> = records.iter().map(|logged| logged.record.record()).collect();
        let Ok(traces) = read_rows(&parsed, rows) else { return Ok(false) };
        for (logged, trace) in records.iter_mut().zip(traces) {
            logged.told = trace;
        }
        Ok(true)
    }

    /// The rows of a block; `None` if the node has none to tell.
    fn rows(&mut self, client: &Client, height: u64) -> Result<Option<&[u8]>, CliError> {
        let held = |it: &Self| usize::try_from(height.checked_sub(it.from)?).ok();
        if !self.refused && held(self).is_none_or(|at| at >= self.blocks.len()) {
            self.from = height;
            self.blocks = match client.commitments(height, WINDOW) {
                Err(error)
                    if matches!(
                        error.exit,
                        Exit::NotFound | Exit::Permission | Exit::CannotCheck
                    ) =>
                {
                    self.refused = true;
                    Vec::new()
                }
                blocks => blocks?,
            };
        }
        Ok(held(self).and_then(|at| self.blocks.get(at)).map(Vec::as_slice))
    }
}
