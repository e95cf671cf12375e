//! What was seen of a subject: whoever keeps it can't be shown another history later, not even by a dishonest quorum.

use tamga_format::id::{Height, LeafIndex, TreeSize, UnixMillis};
use tamga_format::merkle::{Frontier, Hash};
use tamga_format::subject::Subject;
use tamga_format::subject_proof::Known;

use super::sealed::{seal, unseal};
use crate::lang::Said;
use crate::text::{base64, parse_base64};

/// First line of the file.
const HEADER: &str = "tamga-light-subject/v1";

/// The records of a subject as of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectSeen {
    /// Name of the ledger.
    pub origin: String,
    /// The subject.
    pub subject: Subject,
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: UnixMillis,
    /// Leaves of the log at its end.
    pub size: TreeSize,
    /// All records then.
    pub known: Known,
}

impl SubjectSeen {
    /// The file.
    #[must_use]
    pub fn encode(&self) -> String {
        let Self { origin, subject, height, time, size, known } = self;
        let last = known.last().map_or(0, LeafIndex::get);
        let mut text = format!(
            "{HEADER}\norigin {origin}\nsubject {subject}\nblock {height} {} {}\nrecords {} {last}\n",
            time.0,
            size.get(),
            known.count(),
        );
        for hash in known.records().hashes() {
            text.push_str(&format!("hash {}\n", base64(hash)));
        }
        seal(&text)
    }

    /// Reads a file in its one form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let form = || Said::plain("detail-memory-form");
        let seen = read(&unseal(text, HEADER)?).ok_or_else(form)?;
        if seen.encode() == text { Ok(seen) } else { Err(form()) }
    }
}

fn read(body: &str) -> Option<SubjectSeen> {
    let mut lines = body.lines().skip(1);
    let mut words = |name: &str| lines.next().and_then(|line| line.strip_prefix(name));
    let (origin, subject) = (words("origin ")?.to_owned(), words("subject ")?.parse().ok()?);
    let mut block = words("block ")?.split(' ').map(str::parse);
    let (height, time, size) = (block.next()?.ok()?, block.next()?.ok()?, block.next()?.ok()?);
    let (count, last) = words("records ")?.split_once(' ')?;
    let (count, last): (u64, u64) = (count.parse().ok()?, last.parse().ok()?);
    let hash =
        |line: &str| -> Option<Hash> { parse_base64(line.strip_prefix("hash ")?)?.try_into().ok() };
    let hashes: Vec<Hash> = lines.map(hash).collect::<Option<_>>()?;
    let records = Frontier::from_parts(count, hashes)?;
    Some(SubjectSeen {
        origin,
        subject,
        height: Height(height),
        time: UnixMillis(i64::try_from(time).ok()?),
        size: TreeSize(size),
        known: Known::from_parts(records, (count > 0).then_some(LeafIndex(last)))?,
    })
}
