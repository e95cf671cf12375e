//! The organisation of a run: one quarter of royalties, from mandates to a statement, and a report whose lines are wrong.

use tamga_format::attachment::Manifest;
use tamga_format::body::Submission;
use tamga_format::id::{Height, LeafIndex, RecordId};
use tamga_format::lines::lines_of_chunk;
use tamga_format::subject::Subject;
use tamga_node::devnet::royalties::{Keys, Piece, Scale, Season};
use tamga_state::status::Batch;

use super::ledger::{Ledger, ORIGIN, START};
use super::workload::{Expect, RESEND_MS};

/// Small, but with ties, several holders of a work, and more than one line of an author.
const SCALE: Scale = Scale { authors: 3, works: 2, uses: 6, own: 3 };
/// The steps of a quarter; each waits until the ones before are final.
const STEPS: [Step; 8] = [
    Step::Beginning,
    Step::Usage,
    Step::Fixed,
    Step::Allocation,
    Step::Further("APPROVED"),
    Step::Further("PUBLISHED"),
    Step::Payout,
    Step::Statement,
];

#[derive(Clone, Copy, Debug)]
enum Step {
    Beginning,
    Usage,
    Fixed,
    Allocation,
    Further(&'static str),
    Payout,
    Statement,
}

/// A record, with the chunks of the attachment that it brings, if any, and what is to come of it.
pub(super) type Sending = (Vec<u8>, Vec<Vec<u8>>, Expect);

#[derive(Debug)]
struct Sent {
    id: RecordId,
    bytes: Vec<u8>,
    chunks: Vec<Vec<u8>>,
    due_ms: u64,
    lawful: bool,
}

/// The organisation at work.
#[derive(Debug)]
pub(super) struct Quarter {
    season: Season,
    next: usize,
    sent: Vec<Sent>,
    /// Records with a verified receipt.
    finals: Vec<(RecordId, LeafIndex)>,
    /// Records whose lines are wrong.
    hostile: Vec<RecordId>,
}

impl Quarter {
    pub(super) fn new(ledger: &Ledger) -> Self {
        let keys = Keys { authority: ledger.authority.clone(), okup: ledger.okup.clone() };
        let season = Season::new("sim", ORIGIN, SCALE, keys, START);
        Self { season, next: 0, sent: Vec::new(), finals: Vec::new(), hostile: Vec::new() }
    }

    /// What stands behind the records.
    pub(super) const fn season(&self) -> &Season {
        &self.season
    }

    /// The next record to send, if one is due. `base` is a block that holds all that is final; `batch` reads a status
    /// as of such a block, and gives nothing where that is not reached.
    pub(super) fn next(
        &mut self,
        now_ms: u64,
        base: Height,
        batch: &dyn Fn(&Subject) -> Option<Batch>,
    ) -> Option<Sending> {
        if self.sent.is_empty() {
            let step = STEPS.get(self.next)?;
            self.take(*step, now_ms, base, batch)?;
            self.next += 1;
        }
        let due = self.sent.iter_mut().filter(|sent| sent.due_ms <= now_ms);
        let sent = due.min_by_key(|sent| sent.due_ms)?;
        sent.due_ms = now_ms + RESEND_MS;
        let expect = if sent.lawful { Expect::Final } else { Expect::Never };
        Some((sent.bytes.clone(), sent.chunks.clone(), expect))
    }

    fn take(
        &mut self,
        step: Step,
        now_ms: u64,
        base: Height,
        batch: &dyn Fn(&Subject) -> Option<Batch>,
    ) -> Option<()> {
        const FITS: &str = "the season fits the catalogue";
        let base = base.get();
        let plain = |submission: Submission| Piece { submission, attachment: None };
        let season = &mut self.season;
        let pieces = match step {
            Step::Beginning => {
                season.beginning().expect(FITS).into_iter().map(plain).collect::<Vec<_>>()
            }
            Step::Usage => {
                let usage = season.usage(base).expect(FITS);
                let short = without_first_line(&usage);
                let id = Manifest::of(short.iter().map(Vec::as_slice)).expect(FITS).id();
                let wrong = season.with_attachment(&usage, id, short).expect(FITS);
                self.hostile.push(wrong.id());
                vec![wrong, usage]
            }
            Step::Fixed => vec![plain(season.fixed().expect(FITS))],
            Step::Allocation => vec![season.allocation(base).expect(FITS)],
            Step::Further(action) => vec![plain(season.step(action).expect(FITS))],
            Step::Payout => vec![season.payout(base).expect(FITS)],
            Step::Statement => {
                let allocation = batch(&season.batch("allocation"))?;
                let payout = batch(&season.batch("payout"))?;
                vec![plain(season.statement([&allocation, &payout]).expect(FITS))]
            }
        };
        for piece in pieces {
            let id = piece.id();
            self.sent.push(Sent {
                id,
                bytes: piece.submission.encode(),
                chunks: piece.attachment.map(|(_, _, chunks)| chunks).unwrap_or_default(),
                due_ms: now_ms,
                lawful: !self.hostile.contains(&id),
            });
        }
        Some(())
    }

    /// Records that wait for a receipt.
    pub(super) fn waiting(&self) -> impl Iterator<Item = RecordId> {
        self.sent.iter().filter(|sent| sent.lawful).map(|sent| sent.id)
    }

    /// A record's receipt was verified; nobody insists on a wrong one once the right one is final.
    pub(super) fn is_final(&mut self, id: RecordId, index: LeafIndex) {
        if self.waiting().any(|waiting| waiting == id) {
            self.sent.retain(|sent| sent.id != id);
            self.finals.push((id, index));
            if self.sent.iter().all(|sent| !sent.lawful) {
                self.sent.clear();
            }
        }
    }

    /// Whether every step is final.
    pub(super) fn is_done(&self) -> bool {
        self.next == STEPS.len() && self.sent.is_empty()
    }

    pub(super) fn finals(&self) -> impl Iterator<Item = (&RecordId, LeafIndex)> {
        self.finals.iter().map(|(id, index)| (id, *index))
    }

    pub(super) fn hostile(&self) -> impl Iterator<Item = &RecordId> {
        self.hostile.iter()
    }

    /// What is not final yet, for the report of a failure.
    pub(super) fn open(&self) -> String {
        let ids: Vec<String> = self.waiting().map(|id| id.to_string()).collect();
        format!("royalties at step {} of {}: {}", self.next, STEPS.len(), ids.join(", "))
    }
}

/// The chunks of a piece, but for the first line.
fn without_first_line(piece: &Piece) -> Vec<Vec<u8>> {
    let (_, _, mut chunks) = piece.attachment.clone().expect("a piece with lines");
    if let Some(first) = chunks.first_mut() {
        let line = lines_of_chunk(first).ok().and_then(|lines| lines.first().map(|it| it.len()));
        first.drain(..line.map_or(0, |line| 2 + line));
    }
    chunks
}
