//! The demo story: a dozen cases at different stages, one notice late, one record annulled.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tamga_api::assignment::DrawView;
use tamga_format::body::Submission;
use tamga_format::id::{RecordId, UnixMillis, sha256};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_replica::{Admitted, Source};

use super::casework::{Case, Office, Others, Stamp, Step, Writer};
use crate::app::Verdict;
use crate::keys::Seed;
use crate::run::Running;

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// Days between a step and the next.
const STEP_DAYS: i64 = 1;
/// How many days before today the first case begins.
const BEGIN_DAYS: i64 = 40;
/// Cases of the story, each a day after the one before.
const CASES: usize = 12;
/// The case whose debtor was notified late, counted from 1.
const LATE_CASE: usize = 3;
/// Days of that delay.
const LATE_DAYS: i64 = 9;
/// The case whose notice is annulled and written again, counted from 1.
const ANNULLED_CASE: usize = 5;
/// Registry numbers of the bailiffs.
const BAILIFFS: [u16; 3] = [1234, 1235, 1236];
/// Place of the notice among the records of a case.
const NOTICE_INDEX: usize = 4;
/// How long a draw, or the last record, may take.
const FINAL_WITHIN: Duration = Duration::from_secs(20);

/// Writes the story, or finds that it stands; one line for people.
///
/// # Errors
///
/// When the network refuses a record or does not make it final.
pub(super) async fn tell(node: &Running, keys: &[(String, Seed)]) -> Result<String> {
    let first = name(1);
    let known = node.app.reader().history(&Case::named(&first).case, 0, 1)?;
    if !known.is_empty() {
        return Ok(format!("demo story from before: cases {first} to {}", name(CASES)));
    }
    let mut records = 0;
    let mut last = None;
    // All cases wait for their draws together.
    for number in 1..=CASES {
        let mut case = Telling::new(number);
        case.submit(node, keys, Step::Presented(amount(number))).await?;
        case.submit(node, keys, Step::Committed(candidates())).await?;
        records += case.index;
    }
    for number in 1..=CASES {
        let mut case = Telling { index: 2, ..Telling::new(number) };
        let draw = drawn(node, number).await?;
        case.officer = bailiff(&draw)?;
        case.submit(node, keys, Step::Drawn(draw)).await?;
        let mut annulled = None;
        for step in steps(number) {
            let step = match (step, annulled) {
                (Step::Annulled(_), Some(target)) => Step::Annulled(target),
                (step, _) => step,
            };
            let is_notice = step == Step::Notified;
            let id = case.submit(node, keys, step).await?;
            if is_notice {
                annulled = Some(id);
            }
            last = Some(id);
        }
        records += case.index - 2;
    }
    let last = last.context("the story has records")?;
    if !matches!(node.app.settled(last, FINAL_WITHIN).await, Verdict::Final(_)) {
        bail!("the demo story is not final after {} s", FINAL_WITHIN.as_secs());
    }
    Ok(format!(
        "demo story: {CASES} cases, {records} records final; {} has a late notice, {} an annulled one",
        name(LATE_CASE),
        name(ANNULLED_CASE)
    ))
}

/// The case with the late notice, as the command line takes it.
pub(super) fn late_case() -> String {
    Case::named(&name(LATE_CASE)).case.to_text()
}

/// What a case is about, in tiyn.
fn amount(number: usize) -> i64 {
    10_000_000 * i64::try_from(number).unwrap_or(1)
}

/// The bailiffs among whom every case is drawn.
fn candidates() -> Vec<String> {
    BAILIFFS.map(|number| format!("officer#{number}")).to_vec()
}

/// The draw of a case, once blocks have settled it.
async fn drawn(node: &Running, number: usize) -> Result<DrawView> {
    let case = Case::named(&name(number)).case;
    let waiting = async {
        let mut head = node.app.head();
        loop {
            let pending = node.app.reader().pending_draw(&case)?;
            if let Some(pending) = pending.filter(|pending| pending.winner.is_some()) {
                return Ok(DrawView::of(&case, &pending));
            }
            head.changed().await.context("the replica stopped")?;
        }
    };
    let drawn = tokio::time::timeout(FINAL_WITHIN, waiting).await;
    drawn.with_context(|| format!("no draw of {} in time", name(number)))?
}

/// The registry number of the bailiff whom a draw chose.
fn bailiff(draw: &DrawView) -> Result<u16> {
    let chosen = |number: &u16| {
        let officer = Subject::registered(Role::Officer, &number.to_string()).to_text();
        draw.officer.as_deref() == Some(officer.as_str())
    };
    BAILIFFS.into_iter().find(chosen).context("the draw chose one of the candidates")
}

/// The steps of a case after its draw; later cases are less far.
fn steps(number: usize) -> Vec<Step> {
    let amount = amount(number);
    let mut steps = vec![Step::Initiated, Step::Notified];
    if number == ANNULLED_CASE {
        steps.extend([Step::Annulled(RecordId::from_bytes([0; 32])), Step::Notified]);
    }
    let rest = match number % 4 {
        1 => vec![
            Step::Listed,
            Step::Started,
            Step::Recovered(amount),
            Step::PaidOut(amount),
            Step::Delisted,
            Step::Closed(amount),
        ],
        2 => vec![Step::Started, Step::Recovered(amount / 4)],
        3 => vec![Step::Started, Step::Suspended, Step::Resumed],
        _ => Vec::new(),
    };
    steps.extend(rest);
    steps
}

/// The name of a case of the story.
fn name(number: usize) -> String {
    format!("demo-{number:02}")
}

/// A case being told.
struct Telling {
    number: usize,
    /// Records of the case so far.
    index: usize,
    /// Registry number of the bailiff whose case it is, once drawn.
    officer: u16,
}

impl Telling {
    const fn new(number: usize) -> Self {
        Self { number, index: 0, officer: BAILIFFS[0] }
    }

    async fn submit(
        &mut self,
        node: &Running,
        keys: &[(String, Seed)],
        step: Step,
    ) -> Result<RecordId> {
        let (name, index) = (name(self.number), self.index);
        let submission = self.write(keys, &step, node.app.now())?;
        self.index += 1;
        let id = submission.record().id();
        let verdict = node.app.admit(vec![submission], Source::Local).await.pop();
        match verdict.context("one verdict per record")? {
            Ok(Admitted::New | Admitted::Pending | Admitted::Final(_)) => Ok(id),
            Ok(Admitted::Parked) => bail!("record {index} of {name} waits for another"),
            Err(fault) => bail!("record {index} of {name} is refused: {fault}"),
        }
    }

    fn write(&self, keys: &[(String, Seed)], step: &Step, now: UnixMillis) -> Result<Submission> {
        let writer = |name: &str, issuer: &str| -> Result<Writer> {
            let found = keys.iter().find(|(known, _)| known == name);
            let (_, seed) = found.with_context(|| format!("no demo key {name}"))?;
            Ok(Writer { issuer: issuer.to_owned(), key: SigningKey::from_seed(seed.0) })
        };
        let Self { number, index, officer } = *self;
        let office = Office {
            operator: writer("operator:demo", "organisation#591240000218")?,
            chamber: writer("chamber:demo", "organisation#591240000228")?,
            officer: writer(&format!("officer:{officer}"), &format!("officer#{officer}"))?,
            others: Others::default(),
        };
        let late = if number == LATE_CASE && index >= NOTICE_INDEX { LATE_DAYS } else { 0 };
        let days = i64::try_from(number + index)? * STEP_DAYS + late;
        let event = UnixMillis(now.get() - (BEGIN_DAYS - days) * DAY_MS);
        let name = name(number);
        let seed = sha256(&[b"tamga/demo-story/v1\0", name.as_bytes(), &[u8::try_from(index)?]]);
        let stamp = Stamp { origin: super::ORIGIN, seed, event, now };
        office
            .write(&Case::named(&name), step, &stamp)
            .map_err(|refused| anyhow::anyhow!("record {index} of {name}: {}", refused.detail))
    }
}
