//! Who built each block, as compactly as draws allow: one may come long after its commitment (spec §16.18), so that
//! no block is ever too old to be asked for.

use tamga_format::id::{Height, SubjectId, UnixMillis};

use crate::view::Built;

/// The blocks so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// Ascending by height; a log that lies about heights may have gaps.
    lines: Vec<Line>,
    /// Organisations that ever built: few, and named by every line.
    organisations: Vec<SubjectId>,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    height: Height,
    time: UnixMillis,
    output: [u8; 64],
    organisation: usize,
}

impl Blocks {
    /// Takes up a block; a second one of a height replaces the first.
    pub(super) fn insert(&mut self, height: Height, built: &Built) {
        let Built { organisation, output, time } = *built;
        let known = self.organisations.iter().position(|it| *it == organisation);
        let organisation = known.unwrap_or_else(|| {
            self.organisations.push(organisation);
            self.organisations.len().saturating_sub(1)
        });
        let line = Line { height, time, output, organisation };
        if self.lines.last().is_none_or(|last| last.height < height) {
            self.lines.push(line);
            return;
        }
        match self.lines.binary_search_by_key(&height, |it| it.height) {
            Ok(at) => self.lines[at] = line,
            Err(at) => self.lines.insert(at, line),
        }
    }

    pub(super) fn get(&self, height: Height) -> Option<Built> {
        let at = self.lines.binary_search_by_key(&height, |it| it.height).ok()?;
        self.built(self.lines.get(at)?)
    }

    /// All of them, by height.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Height, Built)> + '_ {
        self.lines.iter().filter_map(|line| Some((line.height, self.built(line)?)))
    }

    fn built(&self, line: &Line) -> Option<Built> {
        let organisation = *self.organisations.get(line.organisation)?;
        Some(Built { organisation, output: line.output, time: line.time })
    }
}
