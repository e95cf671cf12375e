//! What was seen of a log, in the form that is kept (spec §13.15).

use std::collections::BTreeMap;

use tamga_format::id::{TreeRoot, TreeSize, UnixMillis};
use tamga_format::note::Note;

use super::sealed::{seal, unseal};
use crate::lang::Said;
use crate::text::{base64, hex, parse_base64, parse_hex32};

/// First line of the file.
const HEADER: &str = "tamga-light/v1";

/// Nodes that are remembered; beyond that, those not asked for longest are forgotten.
pub const NODES_MAX: usize = 64;

/// What was seen of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Name of the ledger.
    pub origin: String,
    /// The fork that was found, if one was; whoever found one believes no checkpoint any more.
    pub fork: Option<Fork>,
    /// What each node showed, by address.
    pub nodes: BTreeMap<String, Seen>,
    /// The largest checkpoint.
    pub head: Option<Head>,
}

/// A fork that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// When, by the own clock.
    pub at: UnixMillis,
    /// SHA-256 of the evidence.
    pub evidence: [u8; 32],
}

/// What a node showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The largest size.
    pub size: TreeSize,
    /// The root at that size.
    pub root: TreeRoot,
    /// When it was first seen, by the own clock.
    pub since: UnixMillis,
    /// When the node last answered, by the own clock.
    pub asked: UnixMillis,
}

/// The largest checkpoint that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// When it was first seen, by the own clock.
    pub since: UnixMillis,
    /// The note.
    pub note: Note,
}

impl Memory {
    /// Of a log of which nothing was seen.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), fork: None, nodes: BTreeMap::new(), head: None }
    }

    /// Remembers what a node showed; a node that goes back is remembered at its largest.
    pub fn see(&mut self, url: &str, size: TreeSize, root: TreeRoot, now: UnixMillis) {
        let seen = Seen { size, root, since: now, asked: now };
        let known = self.nodes.entry(url.to_owned()).or_insert(seen);
        if size > known.size {
            *known = seen;
        }
        known.asked = now;
        while self.nodes.len() > NODES_MAX {
            let oldest = self.nodes.iter().min_by_key(|(_, seen)| seen.asked);
            let Some(oldest) = oldest.map(|(url, _)| url.clone()) else { return };
            self.nodes.remove(&oldest);
        }
    }

    /// The file.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = format!("{HEADER}\norigin {}\n", self.origin);
        let mut line = |line: std::fmt::Arguments<'_>| {
            text.push_str(&line.to_string());
            text.push('\n');
        };
        if let Some(Fork { at, evidence }) = &self.fork {
            line(format_args!("fork {} {}", at.0, hex(evidence)));
        }
        for (url, Seen { size, root, since, asked }) in &self.nodes {
            let (size, root) = (size.get(), base64(&root.0));
            line(format_args!("node {size} {root} {} {} {url}", since.0, asked.0));
        }
        if let Some(Head { since, note }) = &self.head {
            line(format_args!("head {}\n\n{}", since.0, note.encode()));
        }
        seal(&text)
    }

    /// Reads a file in its one form.
    ///
    /// # Errors
    /// What is wrong with it: another version, or a sum or a form that does not hold.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let body = unseal(text, HEADER)?;
        let memory = read(&body).ok_or_else(|| Said::plain("detail-memory-form"))?;
        if memory.encode() == text { Ok(memory) } else { Err(Said::plain("detail-memory-form")) }
    }
}

fn read(body: &str) -> Option<Memory> {
    let (lines, note) = match body.split_once("\n\n") {
        // After the note comes the empty end of its last line.
        Some((lines, note)) => (lines, Some(note.strip_suffix('\n')?)),
        None => (body.strip_suffix('\n')?, None),
    };
    let mut lines = lines.split('\n').skip(1).peekable();
    let mut memory = Memory::new(lines.next()?.strip_prefix("origin ")?);
    let time = |text: &str| text.parse().ok().map(UnixMillis);
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        match *words.as_slice() {
            ["fork", at, evidence] => {
                memory.fork = Some(Fork { at: time(at)?, evidence: parse_hex32(evidence)? });
            }
            ["node", size, root, since, asked, url] => {
                let seen = Seen {
                    size: TreeSize(size.parse().ok()?),
                    root: TreeRoot(parse_base64(root)?.try_into().ok()?),
                    since: time(since)?,
                    asked: time(asked)?,
                };
                memory.nodes.insert(url.to_owned(), seen);
            }
            ["head", since] => {
                let note = Note::parse(note?).ok()?;
                memory.head = Some(Head { since: time(since)?, note });
            }
            _ => return None,
        }
    }
    (memory.nodes.len() <= NODES_MAX).then_some(memory)
}
