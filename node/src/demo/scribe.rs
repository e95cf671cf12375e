//! Writes and signs the records of a plan; what chance left open is read from the ledger.

use anyhow::{Context, Result, anyhow};
use tamga_api::assignment::DrawView;
use tamga_format::body::Body;
use tamga_format::id::{RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::record::SignedRecord;
use tamga_format::signature::PublicKey;
use tamga_replica::Reader;
use tamga_rocks::RocksStore;
use tamga_state::status::{self, Case};

use super::fault::Fault;
use super::life::Life;
use super::people::People;
use super::plan::{Next, Plan};
use super::rng::Rng;
use crate::devnet::casework::{Office, Stamp, Step};

/// How far ahead the event of a record lies that must be refused for it, in milliseconds: a day.
const FORETOLD_MS: i64 = 24 * 3_600 * 1_000;

/// Tells the chances of faults apart from those of lives.
const FAULTS: u64 = 0xfa17;
/// More than the records of any life.
const PLACES: u64 = 256;

/// A record to be admitted, and the fault for which it must be refused.
pub(super) struct Written {
    pub(super) record: SignedRecord,
    pub(super) body: Option<Body>,
    pub(super) key: PublicKey,
    pub(super) fault: Option<Fault>,
}

/// Who writes.
pub(super) struct Scribe<'a> {
    pub(super) plan: Plan,
    pub(super) people: &'a People,
    pub(super) reader: Reader<RocksStore>,
}

impl Scribe<'_> {
    /// The records of one place in a life: the right one, and before it perhaps a faulty one.
    ///
    /// # Errors
    ///
    /// When the store fails, or does not hold what the plan says.
    pub(super) fn written(&self, next: &Next, life: &Life) -> Result<Vec<Written>> {
        let event = life.events.get(next.place).context("a life has the event")?;
        let step = if matches!(event.step, Step::Committed(_)) {
            Step::Committed(self.people.candidates(life))
        } else if matches!(event.step, Step::Drawn(_)) {
            let pending =
                self.reader.pending_draw(&life.case.case)?.context("a draw is pending")?;
            Step::Drawn(DrawView::of(&life.case.case, &pending))
        } else if let Some(place) = event.refers {
            event.step.referring(self.earlier(life, place)?)
        } else {
            event.step.clone()
        };
        let office = self.people.office(life, self.assignee(life)?);
        let mut written = Vec::new();
        // Apart from what the life is made of, which is the same with faults and without.
        let place = u64::try_from(next.place)?;
        let mut rng =
            Rng::of(self.plan.seed ^ FAULTS, next.life.wrapping_mul(PLACES).wrapping_add(place));
        if rng.chance(self.plan.faults.into()) {
            let fault = Fault::of(&step, &mut rng);
            let (step, office) = fault.spoil(&step, &office, &self.people.stranger(life));
            written.push(self.signed(next, life, &step, &office, Some(fault))?);
        }
        written.push(self.signed(next, life, &step, &office, None)?);
        Ok(written)
    }

    fn signed(
        &self,
        next: &Next,
        life: &Life,
        step: &Step,
        office: &Office,
        fault: Option<Fault>,
    ) -> Result<Written> {
        let ahead = if fault == Some(Fault::Foretold) { FORETOLD_MS } else { 0 };
        let (place, faulty) = (next.place.to_be_bytes(), [u8::from(fault.is_some())]);
        let (seed, number) = (self.plan.seed.to_be_bytes(), next.life.to_be_bytes());
        let seed = sha256(&[b"tamga/demo-record/v1\0", &seed, &number, &place, &faulty]);
        let (event, now) = (UnixMillis(next.time + ahead), UnixMillis(next.time));
        let stamp = Stamp { origin: self.reader.origin(), seed, event, now };
        let refused = |error| anyhow!("{step:?} of life {}: {error}", next.life);
        let submission = office.write(&life.case, step, &stamp).map_err(refused)?;
        let key = office.writer(step).context("an office has every writer")?.key.public();
        let (record, body) = submission.into_parts();
        Ok(Written { record, body, key, fault })
    }

    /// The officer that the case is assigned to, as the ledger has it.
    fn assignee(&self, life: &Life) -> Result<Option<SubjectId>> {
        let state = self.reader.subject(&life.case.case)?;
        let Some(row) = state.and_then(|state| state.status) else { return Ok(None) };
        let (_, case): (_, Case) = status::decode(&row.bytes)?;
        Ok(case.assignee)
    }

    /// The id of an earlier record of a case; its place in the life is its place in the case's history.
    fn earlier(&self, life: &Life, place: usize) -> Result<RecordId> {
        let reader = &self.reader;
        let lines = reader.history(&life.case.case, u64::try_from(place)?, 1)?;
        let index = lines.first().context("the case has the record")?.index;
        let entry = reader.leaf(index)?.context("the log has the entry")?;
        Ok(SignedRecord::decode(&entry)?.id())
    }
}
