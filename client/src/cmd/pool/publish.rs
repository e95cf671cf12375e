//! `tamga pool publish`: a distribution is recorded, from the pool's fixing to its publication.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tamga_format::body::Submission;
use tamga_format::id::{UnixMillis, sha256};
use tamga_format::lines::PackedBatch;
use tamga_state::status::{Pool, PoolState};

use super::super::Session;
use super::super::progress::{Meter, Progress};
use super::super::signing::Signing;
use super::{Which, beside, check};
use crate::client::Client;
use crate::desk::check::Outcome;
use crate::desk::complete::Brought;
use crate::desk::compose::{batch_of, compose, not_consumed, salts};
use crate::desk::ledger::LedgerView;
use crate::desk::plan::Plan;
use crate::desk::run::{Run, Scribe};
use crate::desk::{PoolName, records};
use crate::error::{CliError, Exit};
use crate::output::Shown;
use crate::text;

/// A distribution to record.
#[derive(Args)]
pub(in crate::cmd) struct Publish {
    /// The plan, TOML or JSON; what is sent is kept beside it in PLAN.run.json.
    plan: PathBuf,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: Signing,
    /// Progress of the upload on stderr: auto is a bar on a terminal and nothing elsewhere.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
    /// Only check; nothing is recorded.
    #[arg(long)]
    dry_run: bool,
}

/// A distribution under way.
struct Desk<'d> {
    client: &'d Client,
    scribe: &'d Scribe,
    name: &'d PoolName,
    plan: &'d Plan,
    run: Run,
}

pub(super) fn run(command: &Publish, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let plan = Plan::read(&command.plan)?;
    let name = command.which.name()?;
    let client = session.client()?;
    let origin = session.origin(Some(&client))?;
    let seed = command.signing.seed(session, &origin)?;
    let about = name.subject().to_text();
    let run = Run::open(&beside(&command.plan, "run.json"), &origin, &about, session.now)?;
    let scribe = Scribe::new(&origin, &name.okup, &seed, &run.id()?, session.now);
    let ledger = LedgerView::new(&client)?;
    let report = crate::desk::check::check(&ledger, &scribe, &name, &plan, &BTreeMap::new())?;
    drop(ledger);
    if command.dry_run || report.outcome() == Outcome::Fails {
        return Ok(check::tell(&report, &name.subject(), session));
    }
    run.keep()?;
    let mut desk = Desk { client: &client, scribe: &scribe, name: &name, plan: &plan, run };
    let mut told = 0;
    while let Some((step, id)) = desk.next(command.progress, session)? {
        told += 1;
        let args = [("step", step.clone()), ("id", id.clone())];
        let human = session.out.messages.text("desk-recorded", &args);
        let data = json!({ "step": step, "record_id": id });
        session
            .out
            .item("pool.publish.record", Shown { data, human, plain: vec![step, id.clone()], id });
    }
    let pool = desk.pool(&LedgerView::new(&client)?)?;
    let args = [("state", pool.state.name().to_owned()), ("count", told.to_string())];
    let human = session.out.messages.text("desk-published", &args);
    let data = json!({
        "pool": name.subject().to_text(), "state": pool.state.name(),
        "allocated": pool.allocated, "in_lines": pool.in_lines,
    });
    let id = name.subject().to_text();
    session.out.end_list("pool.publish", "records", Shown { data, human, plain: Vec::new(), id });
    Ok(Exit::Success)
}

impl Desk<'_> {
    fn pool(&self, ledger: &LedgerView<'_>) -> Result<Pool, CliError> {
        let subject = self.name.subject();
        ledger.typed(&subject)?.ok_or_else(|| CliError::no_pool(&subject.to_text()))
    }

    /// Has the next record of the distribution in the log; none when it is published. What comes next follows from
    /// where the pool stands, so that nothing is repeated.
    fn next(
        &mut self,
        progress: Progress,
        session: &mut Session<'_>,
    ) -> Result<Option<(String, String)>, CliError> {
        let (scribe, name, plan) = (self.scribe, self.name, self.plan);
        let ledger = LedgerView::new(self.client)?;
        let pool = self.pool(&ledger)?;
        let now = session.now;
        if pool.state == PoolState::Open {
            let collected = pool.collected;
            let make = |purpose: &str| records::fixed(scribe, purpose, name, plan, collected);
            return self.simple("POOL_FIXED", now, make).map(Some);
        }
        if pool.state == PoolState::PoolFixed {
            let left = not_consumed(&ledger, name, plan)?;
            if !left.is_empty() {
                let all: Vec<u8> = left.iter().flat_map(|id| id.0).collect();
                let short: String = text::hex(&sha256(&[&all])).chars().take(16).collect();
                let make = |purpose: &str| records::added(scribe, purpose, name, plan, &left);
                return self.simple(&format!("USAGE_ADDED {short}"), now, make).map(Some);
            }
        }
        if pool.state != PoolState::Closed && pool.in_lines < pool.allocated {
            return self.allocate(&ledger, &pool, progress, session).map(Some);
        }
        let action = match pool.state {
            PoolState::PoolFixed => "APPROVED",
            PoolState::Approved => "PUBLISHED",
            PoolState::Open | PoolState::Published | PoolState::Closed => return Ok(None),
        };
        let make = |purpose: &str| records::step(scribe, purpose, name, action);
        self.simple(action, now, make).map(Some)
    }

    /// A step without lines.
    fn simple(
        &mut self,
        step: &str,
        now: UnixMillis,
        mut make: impl FnMut(&str) -> Result<Submission, CliError>,
    ) -> Result<(String, String), CliError> {
        let id = self.run.step(self.client, step, now, None, &mut make, &mut |_| ())?;
        Ok((step.to_owned(), id.to_string()))
    }

    /// What is allocated and stands in no lines yet falls to rightsholders.
    fn allocate(
        &mut self,
        ledger: &LedgerView<'_>,
        pool: &Pool,
        progress: Progress,
        session: &mut Session<'_>,
    ) -> Result<(String, String), CliError> {
        let (scribe, name, plan) = (self.scribe, self.name, self.plan);
        let batch = batch_of(scribe, pool);
        let rest = pool.allocated - pool.in_lines;
        let cmo = name.cmo().id;
        let made = compose(ledger, &cmo, plan, (rest, &batch), salts(scribe, pool))?.made;
        let mut made = made.ok_or_else(|| CliError::bug("something is allocated"))?;
        let chunks = std::mem::take(&mut made.packed.chunks);
        let brought = Brought::new(PackedBatch { chunks, lines: made.packed.lines })?;
        let step = format!("ALLOCATED {}", pool.batches);
        let base = ledger.base().get();
        let mut make = |purpose: &str| {
            records::allocation(scribe, purpose, name, plan, (batch, base), (&made, &brought))
        };
        let meter = Meter::new(progress, brought.chunks.len(), session);
        let (now, out) = (session.now, &mut session.out);
        let id = self.run.step(self.client, &step, now, Some(&brought), &mut make, &mut |chunks| {
            meter.done(u64::try_from(chunks).unwrap_or(u64::MAX), out);
        });
        meter.end();
        Ok((step, id?.to_string()))
    }
}
