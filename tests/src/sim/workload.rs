//! The clients of a run: lawful lives of cases, interleaved, and submissions that must be refused.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use tamga_api::assignment::DrawView;
use tamga_api::draft::parse_subject;
use tamga_format::body::Submission;
use tamga_format::id::{LeafIndex, RecordId, UnixMillis, sha256};
use tamga_format::record::SignedRecord;
use tamga_format::subject::Subject;
use tamga_node::demo::rng::Rng;
use tamga_node::devnet::casework::{Case, Office, Stamp, Step, life};
use tamga_replica::Admitted;

use super::Failure;
use super::ledger::{Ledger, ORIGIN, START};
use super::node::Answer;
use super::quarter::Quarter;

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// Days before the start at which every case begins; its steps follow daily.
const BEGIN_DAYS: i64 = 60;
/// After how many milliseconds a client sends again what is not final.
pub(super) const RESEND_MS: u64 = 1_500;

/// What a submission should lead to.
#[derive(Clone, Debug)]
pub(super) enum Expect {
    /// Whatever is said now, in the end a receipt.
    Final,
    /// Whatever is said now, never a place in the log.
    Never,
    /// Refusal, for this reason.
    Refused(&'static str),
    /// It stands at this index already.
    Known(LeafIndex),
}

/// A submission on its way.
#[derive(Clone, Debug)]
struct Sent {
    id: RecordId,
    bytes: Vec<u8>,
    at_ms: u64,
    /// What overtook it could make it unlawful for ever: nothing is sent until it is final.
    first: bool,
}

/// The life of one case.
#[derive(Debug)]
struct Life {
    name: String,
    case: Case,
    office: usize,
    steps: Vec<Step>,
    next: usize,
    /// Steps sent without waiting for the ones before to be final.
    ahead: usize,
    sent: Vec<Sent>,
    /// The record that began it.
    first: Option<RecordId>,
    /// The notice, which a later step may annul.
    notice: Option<RecordId>,
    /// The record that committed to the candidates of its draw.
    commitment: Option<RecordId>,
}

impl Life {
    fn waits_for_draw(&self) -> bool {
        self.steps.iter().skip(self.next).any(|step| matches!(step, Step::Drawn(_)))
    }

    fn is_drawn_next(&self) -> bool {
        matches!(self.steps.get(self.next), Some(Step::Drawn(_)))
    }
}

/// All clients.
#[derive(Debug)]
pub(super) struct Workload {
    ledger: Rc<Ledger>,
    rng: Rng,
    lives: Vec<Life>,
    /// Royalties, beside the cases.
    quarter: Option<Quarter>,
    /// Records with a verified receipt, and their bytes.
    finals: BTreeMap<RecordId, (LeafIndex, Vec<u8>)>,
    /// Ids that must never be in the log.
    hostile: BTreeSet<RecordId>,
    /// Submissions that the rules must refuse, also after everything else.
    kept_out: Vec<Vec<u8>>,
    serial: u64,
}

impl Workload {
    pub(super) fn new(ledger: Rc<Ledger>, mut rng: Rng, cases: usize) -> Self {
        let lives = (0..cases).map(|number| new_life(&ledger, number, &mut rng)).collect();
        let quarter = Some(Quarter::new(&ledger));
        Self {
            ledger,
            rng,
            lives,
            quarter,
            finals: BTreeMap::new(),
            hostile: BTreeSet::new(),
            kept_out: Vec::new(),
            serial: 0,
        }
    }

    /// One case that is presented and drawn, and nothing else.
    pub(super) fn of_one_draw(ledger: Rc<Ledger>, rng: Rng) -> Self {
        let mut workload = Self { quarter: None, ..Self::new(ledger, rng, 1) };
        for life in &mut workload.lives {
            let candidates = candidates(&workload.ledger);
            life.steps = vec![
                Step::Presented(5_000),
                Step::Committed(candidates),
                Step::Drawn(DrawView::default()),
            ];
        }
        workload
    }

    /// The next submission, if there is a reason for one. `hostile` clients may be told to rest;
    /// `draw` tells the draw that a case waits for.
    pub(super) fn next(
        &mut self,
        now_ms: u64,
        hostile: bool,
        draw: &dyn Fn(&Subject) -> Option<DrawView>,
    ) -> Option<(Vec<u8>, Expect)> {
        if hostile && self.rng.chance(150) {
            return self.attack(now_ms, draw);
        }
        let overdue = self.lives.iter_mut().flat_map(|life| &mut life.sent);
        let overdue = overdue.filter(|sent| now_ms - sent.at_ms >= RESEND_MS);
        if let Some(sent) = overdue.min_by_key(|sent| sent.at_ms) {
            sent.at_ms = now_ms;
            return Some((sent.bytes.clone(), Expect::Final));
        }
        let open: Vec<usize> = (0..self.lives.len())
            .filter(|at| {
                let life = &self.lives[*at];
                let closing = matches!(life.steps.get(life.next), Some(Step::Closed(_)));
                let ahead = if closing { 1 } else { life.ahead };
                let more = life.next < life.steps.len() && life.sent.len() < ahead;
                let held = life.sent.iter().any(|sent| sent.first);
                more && !held && (!life.is_drawn_next() || due(draw, &life.case.case).is_some())
            })
            .collect();
        if open.is_empty() {
            return None;
        }
        // Mostly one of the first open cases, so that cases end while others begin.
        let at = open[self.rng.index(open.len().min(4))];
        let life = &mut self.lives[at];
        let mut step = life.steps[life.next].clone();
        if let Step::Annulled(target) = &mut step {
            *target = life.notice?;
        }
        if let Step::Drawn(drawn) = &mut step {
            let (view, chosen) = due(draw, &life.case.case)?;
            let is_chosen = |office: &Office| {
                parse_subject(&office.officer.issuer).is_ok_and(|officer| officer == chosen)
            };
            life.office = self.ledger.offices.iter().position(is_chosen)?;
            *drawn = view;
        }
        let office = &self.ledger.offices[life.office];
        let submission = write(office, life, &step, now_ms, ORIGIN, 0);
        let id = submission.record().id();
        if step == Step::Notified {
            life.notice = Some(id);
        }
        life.first = life.first.or(Some(id));
        if matches!(step, Step::Committed(_)) {
            life.commitment = Some(id);
        }
        life.next += 1;
        let bytes = submission.encode();
        let first =
            matches!(step, Step::Started | Step::Suspended | Step::Resumed | Step::Annulled(_));
        life.sent.push(Sent { id, bytes: bytes.clone(), at_ms: now_ms, first });
        Some((bytes, Expect::Final))
    }

    /// The royalties, if this run has any.
    pub(super) const fn quarter(&self) -> Option<&Quarter> {
        self.quarter.as_ref()
    }

    /// The same, to send its records.
    pub(super) const fn quarter_mut(&mut self) -> Option<&mut Quarter> {
        self.quarter.as_mut()
    }

    /// A submission that must not get in.
    fn attack(
        &mut self,
        now_ms: u64,
        draw: &dyn Fn(&Subject) -> Option<DrawView>,
    ) -> Option<(Vec<u8>, Expect)> {
        self.serial += 1;
        let serial = self.serial;
        let kind = self.rng.within(0..11);
        if kind == 0 {
            let count = self.finals.len();
            let at = (count > 0).then(|| self.rng.index(count))?;
            let (index, bytes) = self.finals.values().nth(at)?;
            return Some((bytes.clone(), Expect::Known(*index)));
        }
        let begun: Vec<&Life> = self.lives.iter().filter(|life| life.next >= 2).collect();
        if begun.is_empty() {
            return None;
        }
        let life = begun[self.rng.index(begun.len())];
        let office = &self.ledger.offices[life.office];
        let mut other = self.ledger.offices[(life.office + 1) % self.ledger.offices.len()].clone();
        let plain = |step: &Step| write(office, life, step, now_ms, ORIGIN, serial);
        let (bytes, reason) = match kind {
            1 => {
                let (record, body) = plain(&Step::Suspended).into_parts();
                let mut entry = record.entry().to_vec();
                let last = entry.len() - 1 - self.rng.index(64);
                entry[last] ^= 1 << self.rng.within(0..8);
                let record = SignedRecord::decode(&entry).ok()?;
                (Submission::new(record, body).ok()?.encode(), "its signature is wrong")
            }
            2 => {
                let foreign = "tamga.example/other";
                let it = write(office, life, &Step::Suspended, now_ms, foreign, serial);
                (it.encode(), "it is of another ledger")
            }
            3 => {
                other.officer.issuer.clone_from(&office.officer.issuer);
                other.officer.key = self.ledger.stranger.clone();
                let it = write(&other, life, &Step::Suspended, now_ms, ORIGIN, serial);
                (it.encode(), "its key is unknown")
            }
            4 => {
                // A draw may still make the other one the assignee.
                if life.waits_for_draw() {
                    return None;
                }
                let it = write(&other, life, &Step::Suspended, now_ms, ORIGIN, serial);
                (it.encode(), "its writer is not the assignee")
            }
            5 => {
                let it = plain(&Step::Presented(1));
                let begun = life.first.is_some_and(|id| self.finals.contains_key(&id));
                self.hostile.extend(begun.then(|| it.record().id()));
                return begun.then(|| (it.encode(), Expect::Never));
            }
            9 => {
                // Once the commitment is final, the case goes by the draw and no other way.
                let steps = [Step::Distributed, Step::Committed(candidates(&self.ledger))];
                let it = plain(&steps[usize::from(serial.is_multiple_of(2))]);
                let fixed = life.commitment.is_some_and(|id| self.finals.contains_key(&id));
                self.hostile.extend(fixed.then(|| it.record().id()));
                return fixed.then(|| (it.encode(), Expect::Never));
            }
            10 => {
                let (view, chosen) = due(draw, &life.case.case)?;
                let officer = |office: &Office| parse_subject(&office.officer.issuer).ok();
                let other = self.ledger.offices.iter().filter_map(officer).find(|it| *it != chosen);
                let officer = other.map(|other| other.to_text());
                let it = plain(&Step::Drawn(DrawView { officer, ..view }));
                (it.encode(), "the draw chose another officer")
            }
            6 => (plain(&Step::PaidOut(1 << 40)).encode(), "there is no such money"),
            7 => {
                let whole = plain(&Step::Suspended).encode();
                (whole[..self.rng.index(whole.len())].to_vec(), "it is cut")
            }
            _ => {
                other.officer.key = office.officer.key.clone();
                let it = write(&other, life, &Step::Suspended, now_ms, ORIGIN, serial);
                (it.encode(), "its key is not its issuer's")
            }
        };
        self.hostile.extend(Submission::decode(&bytes).map(|it| it.record().id()));
        // Rules don't look at signatures.
        if kind != 1 {
            self.kept_out.push(bytes.clone());
        }
        Some((bytes, Expect::Refused(reason)))
    }

    /// A validator has answered.
    pub(super) fn answered(&self, expect: &Expect, answer: &Answer) -> Result<(), Failure> {
        let fail = |what: String| Err(Failure { check: "admission", detail: what });
        match (expect, answer) {
            // A lawful record may come before its predecessor here; it is sent again. A validator
            // that is behind may not know yet why a record is unlawful.
            (Expect::Final | Expect::Never, _) | (Expect::Refused(_), Answer::Refused(_)) => Ok(()),
            (Expect::Refused(reason), answer) => {
                fail(format!("{answer:?} of a submission though {reason}"))
            }
            // A validator that is behind does not know it yet.
            (Expect::Known(index), Answer::Admitted(Admitted::Final(at))) if index != at => {
                fail(format!("a record stands at index {at} and at {index}"))
            }
            (Expect::Known(_), _) => Ok(()),
        }
    }

    /// Records that wait for a receipt.
    pub(super) fn waiting(&self) -> Vec<RecordId> {
        let of_cases = self.lives.iter().flat_map(|life| &life.sent).map(|sent| sent.id);
        of_cases.chain(self.quarter.iter().flat_map(Quarter::waiting)).collect()
    }

    /// A record's receipt was verified.
    pub(super) fn is_final(&mut self, id: RecordId, index: LeafIndex) {
        if let Some(quarter) = &mut self.quarter {
            quarter.is_final(id, index);
        }
        for life in &mut self.lives {
            if let Some(at) = life.sent.iter().position(|sent| sent.id == id) {
                let sent = life.sent.remove(at);
                self.finals.insert(id, (index, sent.bytes));
            }
        }
    }

    /// Whether every case has ended and every record has its receipt.
    pub(super) fn is_done(&self) -> bool {
        self.quarter.iter().all(Quarter::is_done)
            && self.lives.iter().all(|life| life.next == life.steps.len() && life.sent.is_empty())
    }

    /// Records with a verified receipt.
    pub(super) fn finals(&self) -> impl Iterator<Item = (&RecordId, LeafIndex)> {
        let of_cases = self.finals.iter().map(|(id, (index, _))| (id, *index));
        of_cases.chain(self.quarter.iter().flat_map(Quarter::finals))
    }

    /// Ids that must never be in the log.
    pub(super) fn hostile(&self) -> impl Iterator<Item = &RecordId> {
        self.hostile.iter().chain(self.quarter.iter().flat_map(Quarter::hostile))
    }

    /// Submissions that the rules must have refused, as they were sent.
    pub(super) fn kept_out(&self) -> impl Iterator<Item = &[u8]> {
        self.kept_out.iter().map(Vec::as_slice)
    }

    /// The cases whose draw is final.
    pub(super) fn drawn(&self) -> impl Iterator<Item = &Subject> {
        let is_drawn = |life: &&Life| {
            let at = life.steps.iter().position(|step| matches!(step, Step::Drawn(_)));
            at.is_some_and(|at| life.next > at && life.sent.is_empty())
        };
        self.lives.iter().filter(is_drawn).map(|life| &life.case.case)
    }

    /// The cases, and whether each was closed by its last step.
    pub(super) fn cases(&self) -> impl Iterator<Item = (&Subject, bool)> {
        self.lives.iter().map(|life| {
            let last = life.steps.last();
            let closed = life.next == life.steps.len() && matches!(last, Some(Step::Closed(_)));
            (&life.case.case, closed)
        })
    }

    /// What is not final yet, for the report of a failure.
    pub(super) fn open(&self) -> String {
        let open = self.lives.iter().filter(|life| !life.sent.is_empty());
        let open = open.map(|life| {
            let sent: Vec<String> = life.sent.iter().map(|sent| sent.id.to_string()).collect();
            let steps = life.steps.len();
            format!("{} at step {} of {steps}: {}", life.name, life.next, sent.join(", "))
        });
        let royalties = self.quarter.iter().filter(|it| !it.is_done()).map(Quarter::open);
        open.chain(royalties).collect::<Vec<_>>().join("; ")
    }
}

fn new_life(ledger: &Ledger, number: usize, rng: &mut Rng) -> Life {
    let amount = 2 * i64::try_from(rng.within(1_000..100_000_000)).expect("below 2^63");
    let steps = match rng.within(0..4) {
        0 | 1 => life(amount),
        2 => vec![
            Step::Presented(amount),
            Step::Distributed,
            Step::Initiated,
            Step::Notified,
            Step::Annulled(RecordId([0; 32])),
            Step::Notified,
            Step::Started,
            Step::Suspended,
            Step::Resumed,
            Step::Recovered(amount / 2),
            Step::PaidOut(amount / 2),
        ],
        _ => vec![
            Step::Presented(amount),
            Step::Distributed,
            Step::Initiated,
            Step::Notified,
            Step::Listed,
            Step::Started,
            Step::Recovered(amount),
            Step::PaidOut(amount / 2),
            Step::PaidOut(amount - amount / 2),
            Step::Delisted,
            Step::Closed(amount),
        ],
    };
    let steps = if rng.chance(500) { by_draw(steps, ledger) } else { steps };
    let name = format!("sim-{number}");
    Life {
        case: Case::named(&name),
        name,
        office: rng.index(ledger.offices.len()),
        steps,
        next: 0,
        ahead: rng.index(4) + 1,
        sent: Vec::new(),
        first: None,
        notice: None,
        commitment: None,
    }
}

/// The same life with a draw instead of a direct distribution.
fn by_draw(steps: Vec<Step>, ledger: &Ledger) -> Vec<Step> {
    let drawn = |step| {
        if step == Step::Distributed {
            vec![Step::Committed(candidates(ledger)), Step::Drawn(DrawView::default())]
        } else {
            vec![step]
        }
    };
    steps.into_iter().flat_map(drawn).collect()
}

/// Everybody among whom cases are drawn.
fn candidates(ledger: &Ledger) -> Vec<String> {
    ledger.offices.iter().map(|office| office.officer.issuer.clone()).collect()
}

/// The draw of a case, if it is due, and whom it chose.
fn due(draw: &dyn Fn(&Subject) -> Option<DrawView>, case: &Subject) -> Option<(DrawView, Subject)> {
    let view = draw(case)?;
    let chosen = view.officer.as_deref()?.parse().ok()?;
    Some((view, chosen))
}

/// A signed submission; `serial` tells attempts apart, lawful steps have 0.
fn write(
    office: &Office,
    life: &Life,
    step: &Step,
    now_ms: u64,
    origin: &str,
    serial: u64,
) -> Submission {
    let day = i64::try_from(life.next).expect("short lives") - BEGIN_DAYS;
    let now = START.get() + i64::try_from(now_ms).expect("short runs");
    let number = u64::try_from(life.next).expect("short lives").to_be_bytes();
    let seed = sha256(&[b"tamga/sim/v1\0", life.name.as_bytes(), &number, &serial.to_be_bytes()]);
    let event = UnixMillis(START.get() + day * DAY_MS);
    let stamp = Stamp { origin, seed, event, now: UnixMillis(now) };
    office.write(&life.case, step, &stamp).expect("casework fits the catalogue")
}
