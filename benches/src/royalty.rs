//! One distribution of royalties on four validators: a million lines from upload to final, and one author's proof.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use tamga_api::shapes::Stage;
use tamga_client::client::{Client, RangeOf, Submitted, Wait};
use tamga_client::error::CliError;
use tamga_format::body::Submission;
use tamga_format::id::TreeRoot;
use tamga_format::lines::{LineRange, LinesRoot, RangeOf as Of};
use tamga_format::signature::SigningKey;
use tamga_node::clock::Clock;
use tamga_node::config::PaceConfig;
use tamga_node::devnet::royalties::{Keys, Piece, Scale, Season};
use tamga_node::founding::Registry;
use tamga_node::keys::Seed;
use tamga_state::catalogue::Kind;
use tamga_tests::processes::{Cluster, ORIGIN, TOKEN, until};

use crate::procs;
use crate::report::Report;

const TEMPLATE: &str = include_str!("../../genesis/four-organisations.toml");
const REGISTRY: &str = include_str!("../../genesis/demo-registry.toml");
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long a record may take with a million lines.
const FINAL_WITHIN: Duration = Duration::from_secs(300);
/// Seconds in which a million lines are to be final.
const GOAL_S: f64 = 60.0;
/// Bytes of a proof of twenty lines.
const PROOF_GOAL: f64 = 4_096.0;
/// Bytes that a validator may need beside what it had.
const MEMORY_GOAL: f64 = (1_u64 << 30) as f64;

/// How large the distribution is.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct RoyaltyArguments {
    /// Lines of the allocation, twenty of them of one author.
    #[arg(long, default_value_t = 1_000_000)]
    lines: usize,
    /// Works; each has two of the authors.
    #[arg(long, default_value_t = 5_000)]
    works: usize,
    /// Authors.
    #[arg(long, default_value_t = 2_000)]
    authors: usize,
}

/// Measures one distribution.
///
/// # Errors
///
/// When a validator fails, or a record is refused.
pub(crate) fn run(report: &mut Report, arguments: &RoyaltyArguments) -> Result<()> {
    let own = 20;
    let uses = arguments.lines.saturating_sub(own) / 2;
    let scale = Scale { authors: arguments.authors, works: arguments.works, uses, own };
    let mut registry = Registry::initial()?;
    registry.extend(toml::from_str(REGISTRY)?);
    let cluster = Cluster::start_with(TEMPLATE, &registry, PaceConfig::default())?;
    cluster.ready(READY_WITHIN)?;
    let pids: Vec<u32> = (0..cluster.validators()).filter_map(|at| cluster.pid(at)).collect();
    let token = Some(TOKEN.to_owned());
    let client = Client::new(&cluster.url(0), token, "en", std::thread::sleep);
    let key = |name: &str| SigningKey::from_seed(Seed::demo(name).0);
    let keys = Keys { authority: key("authority:demo"), okup: key("okup:demo") };
    let mut season = Season::new("bench", ORIGIN, scale, keys, Clock.now());

    let beginning = season.beginning()?;
    let started = Instant::now();
    for some in beginning.chunks(500) {
        let batch: Vec<&Submission> = some.iter().collect();
        let answer =
            client.submit_batch(&batch, Wait::Final(Duration::from_secs(60))).map_err(said)?;
        if let Some(line) = answer.lines.iter().find(|line| line.status == Stage::Rejected) {
            bail!("refused: {line:?}");
        }
    }
    let took = started.elapsed().as_secs_f64();
    report.add(
        "royalty_beginning_records_per_second",
        beginning.len() as f64 / took,
        "records/s",
        None,
    );

    let usage = season.usage(base(&cluster)?)?;
    measured(report, "usage", &cluster, &client, &pids, &usage)?;
    finish(&client, &season.fixed()?)?;
    let composing = Instant::now();
    let allocation = season.allocation(base(&cluster)?)?;
    report.add("royalty_composing_seconds", composing.elapsed().as_secs_f64(), "s", None);
    measured(report, "allocation", &cluster, &client, &pids, &allocation)?;
    finish(&client, &season.step("APPROVED")?)?;
    finish(&client, &season.step("PUBLISHED")?)?;
    let payout = season.payout(base(&cluster)?)?;
    measured(report, "payout", &cluster, &client, &pids, &payout)?;

    proof(report, &client, &season, &allocation)
}

fn said(error: CliError) -> anyhow::Error {
    anyhow!("{error:?}")
}

fn base(cluster: &Cluster) -> Result<u64> {
    cluster.height(0).context("the first validator answers")
}

fn finish(client: &Client, submission: &Submission) -> Result<()> {
    match client.submit(submission, Wait::Final(Duration::from_secs(60))).map_err(said)? {
        Submitted::Final { .. } => Ok(()),
        Submitted::Accepted(_) => bail!("not final within a minute"),
    }
}

/// From the first byte of the upload until every validator has the block and the record is final.
fn measured(
    report: &mut Report,
    what: &str,
    cluster: &Cluster,
    client: &Client,
    pids: &[u32],
    piece: &Piece,
) -> Result<()> {
    let (id, manifest, chunks) = piece.attachment.as_ref().context("a piece with lines")?;
    let before: Vec<u64> = pids.iter().map(|pid| procs::resident_bytes(*pid)).collect();
    let watch = Watch::start(pids);
    let cpu_before: f64 = pids.iter().map(|pid| procs::cpu_seconds(*pid)).sum();
    let started = Instant::now();
    client.submit(&piece.submission, Wait::Accepted).map_err(said)?;
    let chunk = |number: usize| Ok(chunks.get(number).cloned().unwrap_or_default());
    client.upload(id, manifest, chunk, |_| {}).map_err(said)?;
    let uploaded = started.elapsed();
    let record = piece.id().to_string();
    until(FINAL_WITHIN, "the distribution is final", || {
        client
            .operation(&record)
            .is_ok_and(|it| matches!(it.status, Stage::Final | Stage::Rejected))
    })?;
    let took = started.elapsed().as_secs_f64();
    let operation = client.operation(&record).map_err(said)?;
    if operation.status == Stage::Rejected {
        bail!("{what}: {operation:?}");
    }
    let cpu: f64 = pids.iter().map(|pid| procs::cpu_seconds(*pid)).sum();
    let extra = watch.peaks().into_iter().zip(&before).map(|(peak, was)| peak.saturating_sub(*was));
    let goal = (what == "allocation").then_some(GOAL_S);
    report.add(format!("royalty_{what}_upload_seconds"), uploaded.as_secs_f64(), "s", None);
    report.add(format!("royalty_{what}_upload_to_final_seconds"), took, "s", goal);
    report.add(
        format!("royalty_{what}_validator_cpu_seconds"),
        (cpu - cpu_before) / pids.len().max(1) as f64,
        "s",
        None,
    );
    report.add(
        format!("royalty_{what}_extra_memory_bytes"),
        extra.max().unwrap_or_default() as f64,
        "bytes/validator",
        (what == "allocation").then_some(MEMORY_GOAL),
    );
    report.note(format!(
        "{what}: {} bytes in {} chunks, {} validators",
        manifest.bytes(),
        manifest.chunks().len(),
        cluster.validators()
    ));
    Ok(())
}

/// One author's twenty lines, proved and verified.
fn proof(report: &mut Report, client: &Client, season: &Season, piece: &Piece) -> Result<()> {
    let batch = season.batch("allocation");
    let author = season.author().id;
    let fetch =
        || client.range(&batch.to_text(), &author.to_string(), RangeOf::Lines).map_err(said);
    let started = Instant::now();
    let bytes = fetch()?;
    report.add("royalty_first_proof_ms", started.elapsed().as_secs_f64() * 1e3, "ms", None);
    let started = Instant::now();
    let again = fetch()?;
    report.add("royalty_next_proof_ms", started.elapsed().as_secs_f64() * 1e3, "ms", None);
    let record = piece.submission.record().record();
    let field = |name: &str| {
        let field = Kind::R08.info().field_named(name)?;
        record.field(field.number)
    };
    let root = field("allocation_root").and_then(|value| value.as_array_of());
    let count = field("line_count").and_then(|value| value.as_u64());
    let (root, count) = root.zip(count).context("the record has root and count")?;
    let lines = LinesRoot { root: TreeRoot(root), count };
    let of = Of { batch: &batch.id, tag: &author.0, lines };
    let shown = LineRange::decode(&again)?.verify(&of)?;
    report.add("royalty_proof_bytes_of_20_lines", bytes.len() as f64, "bytes", Some(PROOF_GOAL));
    report.add("royalty_proof_lines", shown.len() as f64, "lines", None);
    Ok(())
}

/// The most memory that processes use while something runs.
struct Watch {
    peaks: Arc<Vec<AtomicU64>>,
    over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Watch {
    fn start(pids: &[u32]) -> Self {
        let peaks: Arc<Vec<AtomicU64>> = Arc::new(pids.iter().map(|_| AtomicU64::new(0)).collect());
        let over = Arc::new(AtomicBool::new(false));
        let (pids, seen, end) = (pids.to_vec(), Arc::clone(&peaks), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                for (pid, peak) in pids.iter().zip(seen.iter()) {
                    peak.fetch_max(procs::resident_bytes(*pid), Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        Self { peaks, over, thread }
    }

    fn peaks(self) -> Vec<u64> {
        self.over.store(true, Ordering::Relaxed);
        // A watcher that panicked has seen less, and says so by its figures.
        self.thread.join().ok();
        self.peaks.iter().map(|peak| peak.load(Ordering::Relaxed)).collect()
    }
}
