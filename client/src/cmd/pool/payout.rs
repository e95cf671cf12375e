//! `tamga pool payout`: what a published pool owes is paid, and what came back is told.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tamga_api::draft::parse_subject;
use tamga_format::id::{SubjectId, sha256};
use tamga_format::lines::PackedBatch;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::royalty::desk::Payout;
use tamga_state::royalty::lines::Remainders;
use tamga_state::status::{Batch, Pool};

use super::super::Session;
use super::super::progress::{Meter, Progress};
use super::super::signing::Signing;
use super::{Which, beside, check};
use crate::client::Client;
use crate::desk::complete::Brought;
use crate::desk::ledger::{LedgerView, Trial};
use crate::desk::payout::{Paid, Payments, Terms, list, table};
use crate::desk::plan::{Plan, Tax};
use crate::desk::run::{Run, Scribe};
use crate::desk::statements::brought as batches_of;
use crate::desk::{PoolName, records};
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::Shown;
use crate::text;

/// Payments to make or to take back.
#[derive(Args)]
pub(in crate::cmd) struct PayoutCommand {
    /// The plan, TOML or JSON; what is sent is kept beside it in PLAN.run.json.
    plan: PathBuf,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: Signing,
    /// Table of what goes to bailiffs, `rightsholder,levied` in tiyn.
    #[arg(long, conflicts_with = "returned")]
    levies: Option<PathBuf>,
    /// Table of whoever is paid, `rightsholder`; all by default.
    #[arg(long, conflicts_with = "returned")]
    only: Option<PathBuf>,
    /// Table of payments that came back, `rightsholder,net,tax,levied` in tiyn.
    #[arg(long)]
    returned: Option<PathBuf>,
    /// The allocation, `batch:…`, if not all of the pool.
    #[arg(long)]
    allocation: Option<String>,
    /// Payment list to write, CSV; PLAN.payments-….csv by default.
    #[arg(long)]
    list: Option<PathBuf>,
    /// Progress of the upload on stderr: auto is a bar on a terminal and nothing elsewhere.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
    /// Only compute and judge; nothing is recorded and no list written.
    #[arg(long)]
    dry_run: bool,
}

/// What one call pays.
struct Desk<'d> {
    client: &'d Client,
    scribe: &'d Scribe,
    name: &'d PoolName,
    tax: &'d Tax,
}

/// One payout.
struct Told {
    allocation: SubjectId,
    record: String,
    list: String,
    paid: [i64; 3],
    count: usize,
    skipped: usize,
}

pub(super) fn run(command: &PayoutCommand, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let plan = Plan::read(&command.plan)?;
    let tax = plan.tax.ok_or_else(|| {
        let detail = Said::plain("detail-no-tax");
        CliError::unreadable(command.plan.display().to_string(), detail)
    })?;
    let name = command.which.name()?;
    let client = session.client()?;
    let origin = session.origin(Some(&client))?;
    let seed = command.signing.seed(session, &origin)?;
    let about = name.subject().to_text();
    let mut run = Run::open(&beside(&command.plan, "run.json"), &origin, &about, session.now)?;
    let scribe = Scribe::new(&origin, &name.okup, &seed, &run.id()?, session.now);
    let desk = Desk { client: &client, scribe: &scribe, name: &name, tax: &tax };
    let allocations = desk.allocations(command)?;
    if command.returned.is_some() && allocations.len() != 1 {
        return Err(CliError::usage(Said::plain("usage-one-allocation")));
    }
    let (mut sums, mut count, mut skipped) = ([0_i64; 3], 0, 0);
    for allocation in &allocations {
        let Some(told) = desk.pay(command, *allocation, &mut run, session)? else { continue };
        for (sum, amount) in sums.iter_mut().zip(told.paid) {
            *sum = sum.saturating_add(amount);
        }
        count += told.count;
        skipped += told.skipped;
        let shown = shown(&told, session);
        session.out.item("pool.payout.record", shown);
    }
    let [net, tax, levied] = sums;
    let args = [
        ("count", count.to_string()),
        ("net", text::hundredths(net)),
        ("tax", text::hundredths(tax)),
        ("levied", text::hundredths(levied)),
        ("skipped", skipped.to_string()),
    ];
    let message = match (count, command.dry_run) {
        (0, _) => "desk-nothing-owed",
        (_, true) => "desk-would-pay",
        (_, false) => "desk-paid",
    };
    let human = session.out.messages.text(message, &args);
    let data = json!({
        "pool": about, "payments": count, "net": net, "tax": tax, "levied": levied,
        "skipped": skipped, "dry_run": command.dry_run,
    });
    session.out.end_list(
        "pool.payout",
        "payouts",
        Shown { data, human, plain: Vec::new(), id: about },
    );
    Ok(if skipped > 0 { Exit::Partial } else { Exit::Success })
}

fn shown(told: &Told, session: &Session<'_>) -> Shown {
    let [net, tax, levied] = told.paid;
    let allocation = Subject::new(Role::Batch, told.allocation).to_text();
    let args = [
        ("allocation", allocation.clone()),
        ("count", told.count.to_string()),
        ("list", told.list.clone()),
    ];
    let mut human = session.out.messages.text("desk-payout", &args);
    if told.skipped > 0 {
        let args = [("count", told.skipped.to_string())];
        human.push_str(&format!("\n  ! {}", session.out.messages.text("desk-skipped", &args)));
    }
    let data = json!({
        "allocation": allocation, "record_id": told.record, "list": told.list,
        "net": net, "tax": tax, "levied": levied, "payments": told.count,
        "skipped": told.skipped,
    });
    let plain = vec![allocation, told.record.clone(), told.list.clone(), net.to_string()];
    Shown { data, human, plain, id: told.record.clone() }
}

impl Desk<'_> {
    /// The allocations that are paid.
    fn allocations(&self, command: &PayoutCommand) -> Result<Vec<SubjectId>, CliError> {
        let ledger = LedgerView::new(self.client)?;
        let pool: Option<Pool> = ledger.typed(&self.name.subject())?;
        if pool.is_none() {
            return Err(CliError::no_pool(&self.name.subject().to_text()));
        }
        let named = match &command.allocation {
            None => None,
            Some(text) => {
                let parsed = parse_subject(text).ok().filter(|it| it.role == Role::Batch);
                let parsed = parsed.ok_or_else(|| CliError::bad_value("--allocation", text))?;
                Some(parsed.id)
            }
        };
        let all = batches_of(&ledger, &self.name.subject(), &[Kind::R08.info().code])?;
        let ids = all.into_iter().map(|(id, _)| id);
        Ok(ids.filter(|id| named.is_none_or(|named| named == *id)).collect())
    }

    fn pay(
        &self,
        command: &PayoutCommand,
        allocation: SubjectId,
        run: &mut Run,
        session: &mut Session<'_>,
    ) -> Result<Option<Told>, CliError> {
        let ledger = LedgerView::new(self.client)?;
        let subject = Subject::new(Role::Batch, allocation);
        let batch: Option<Batch> = ledger.typed(&subject)?;
        let batch = batch.ok_or_else(|| CliError::bug("the allocation is recorded"))?;
        let state = batch.allocation().map(|state| state.remainders.root);
        let state = state.ok_or_else(|| CliError::bad_value("--allocation", &subject.to_text()))?;
        let mut trial = Trial::new(&ledger, self.scribe.origin(), session.now);
        let mut rest = Remainders::of(&trial, &allocation, &batch, None)
            .map_err(|rejection| ledger.refusal(&rejection))?;
        let short = |bytes: &[u8; 32]| text::hex(bytes).chars().take(16).collect::<String>();
        // A list of returned payments is told once; what is owed, for each state of the allocation.
        let (step, payments) = match &command.returned {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| CliError::file(path, &error))?;
                let step =
                    format!("RETURNED {} {}", short(&allocation.0), short(&sha256(&[&bytes])));
                if run.is_done(self.client, &step)? {
                    return Ok(None);
                }
                let rows = table(path, ["net", "tax", "levied"])?;
                let paid = |[net, tax, levied]: [i64; 3]| Paid { net, tax, levied };
                let rows = rows.into_iter().map(|(tag, row)| (tag, paid(row))).collect();
                let payments = Payments::returned(&rows, (self.scribe, &step));
                (step, payments)
            }
            None => {
                let step = format!("PAID {} {}", short(&allocation.0), short(&state.0));
                let levied = check::levies(command.levies.as_deref())?;
                let only: Option<BTreeSet<SubjectId>> = match &command.only {
                    None => None,
                    Some(path) => Some(table::<0>(path, [])?.into_keys().collect()),
                };
                let terms = Terms { tax: self.tax, levied: &levied, only: only.as_ref() };
                let due = Payments::due(&ledger, &rest, &terms, (self.scribe, &step))?;
                (step, due)
            }
        };
        let skipped = payments.skipped.len();
        if payments.lines.is_empty() {
            let none = Told {
                allocation,
                record: String::new(),
                list: String::new(),
                paid: [0; 3],
                count: 0,
                skipped,
            };
            return Ok((skipped > 0).then_some(none));
        }
        let id = SubjectId(self.scribe.derive(&format!("{step} batch"), 0));
        let mut made = Payout::new(&id, &allocation, &mut rest, &payments.lines)
            .map_err(|rejection| ledger.refusal(&rejection))?;
        let chunks = std::mem::take(&mut made.packed.chunks);
        let brought = Brought::new(PackedBatch { chunks, lines: made.packed.lines })?;
        let ids = (allocation, id, ledger.base().get());
        let taxed = made.paid[1] != 0;
        let rule = Some(self.tax.rule.as_str()).filter(|_| taxed);
        let mut make = |purpose: &str| {
            records::payout(self.scribe, purpose, self.name, rule, ids, (&made, &brought))
        };
        trial
            .judge(&make(&run.purpose(&step))?, Some(brought.chunks.clone()))
            .map_err(|rejection| ledger.refusal(&rejection))?;
        let place = command
            .list
            .clone()
            .unwrap_or_else(|| beside(&command.plan, &format!("payments-{}.csv", short(&id.0))));
        let mut told = Told {
            allocation,
            record: String::new(),
            list: place.display().to_string(),
            paid: made.paid,
            count: payments.list.len(),
            skipped,
        };
        if command.dry_run {
            told.list = String::new();
            return Ok(Some(told));
        }
        let rows: Vec<_> = payments.list.into_iter().map(|payment| (allocation, payment)).collect();
        // The list is there before the record: whatever is final can be told to the bank.
        file::replace(&place, &list(&rows)?)?;
        let meter = Meter::new(command.progress, brought.chunks.len(), session);
        let (now, out) = (session.now, &mut session.out);
        let done = run.step(self.client, &step, now, Some(&brought), &mut make, &mut |chunks| {
            meter.done(u64::try_from(chunks).unwrap_or(u64::MAX), out);
        });
        meter.end();
        told.record = done?.to_string();
        Ok(Some(told))
    }
}
