//! What a node tells of each block, against what the log leads to.

use tamga_api::shapes::{BlockView, Stage};
use tamga_api::time;
use tamga_format::id::Height;
use tamga_state::replay::Decided;

use super::run::parallel;
use super::{Class, Finding};
use crate::client::Client;
use crate::error::CliError;

/// Blocks that are asked for at once, as many as a node gives.
const PAGE: usize = 200;

/// Those of the blocks of which a node tells something else.
///
/// # Errors
/// When the node is not reachable.
pub fn check(client: &Client, blocks: &[Decided], jobs: usize) -> Result<Vec<Finding>, CliError> {
    // A block's leaf may lie about its height; each run of heights is asked for by itself.
    let runs = blocks.chunk_by(|one, next| one.height.next() == next.height);
    let parts: Vec<&[Decided]> = runs.flat_map(|run| run.chunks(PAGE)).collect();
    let found = parallel(&parts, jobs, |part| {
        let last = part.last().map_or(0, |block| block.height.get());
        let page = match client.blocks(last, part.len()) {
            // The page falls with any of its blocks: which, they say by themselves.
            Err(error) if error.is_of_node() => None,
            page => Some(page?),
        };
        part.iter().filter_map(|block| judge(client, block, page.as_deref()).transpose()).collect()
    })?;
    Ok(found.into_iter().flat_map(|part: Vec<Finding>| part).collect())
}

fn judge(
    client: &Client,
    block: &Decided,
    page: Option<&[BlockView]>,
) -> Result<Option<Finding>, CliError> {
    let height = block.height.get();
    let told = match page {
        Some(page) => Ok(page.iter().find(|it| it.height == height).cloned()),
        None => client.block(height),
    };
    let detail = match told {
        Ok(Some(told)) if same(&told, block) => return Ok(None),
        Ok(Some(_)) => "other".to_owned(),
        Ok(None) => "none".to_owned(),
        Err(error) if error.is_of_node() => error.code,
        Err(error) => return Err(error),
    };
    Ok(Some(Finding::new(Class::BlockRow, detail).in_block(block.height)))
}

/// Whether this is the block, but for its stage, which changes.
fn same(told: &BlockView, block: &Decided) -> bool {
    let Decided { height: Height(height), value, root, records, leaf, .. } = block;
    let expected = BlockView {
        height: *height,
        size: leaf.size.get(),
        records: *records,
        time: time::instant(leaf.time),
        value: value.to_string(),
        previous: leaf.prev.to_string(),
        root: root.to_string(),
        map_root: leaf.map_root.to_string(),
        status: Stage::Final,
    };
    *told == BlockView { status: told.status, ..expected }
}
