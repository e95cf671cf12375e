//! One audit: what is fetched in parallel, replayed in order, and named when it is not what it should be.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::id::{GenesisHash, Height, LeafIndex, RecordId, TreeRoot, TreeSize};
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{Frontier, Hash, leaf_hash, root_of};
use tamga_format::policy::Policy;
use tamga_format::record::SignedRecord;
use tamga_format::tile::{BundleCoord, TileCoord, decode_bundle, tile_width};
use tamga_state::replay::{Decided, Fault, Logged, Missing, Signed, forged};
use tamga_state::{Genesis, Replay};

use super::commitments::Commitments;
use super::hashes::{self, Hashes};
use super::lines::{self, Brought};
use super::observed::Cases;
use super::{Class, Finding, Found, certificates, subjects};
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::log::{self, Head, Log};

/// Bundles that one job fetches before they are replayed.
const BUNDLES_PER_JOB: usize = 4;
/// Signatures that are checked together.
const SIGNATURES: usize = 2_048;

/// What is checked beside the log itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// Signatures of records.
    pub signatures: bool,
    /// Bodies, rules, maps and blocks.
    pub rules: bool,
    /// Attachments.
    pub attachments: bool,
    /// Delays, and cases that look alike.
    pub observations: bool,
    /// How many subjects are compared with what the node stores of them.
    pub subjects: usize,
    /// How long after its event a record is late, in milliseconds.
    pub late_ms: i64,
}

/// An audit of a node's ledger.
pub struct Audit<'a> {
    /// The node.
    pub client: &'a Client,
    /// By which its checkpoints are final.
    pub policy: &'a Policy,
    /// Set to end early.
    pub interrupted: &'a AtomicBool,
    /// What is fetched, and how much is checked, at once.
    pub jobs: usize,
    /// What is checked.
    pub checks: Checks,
}

/// How far a ledger was executed: what an audit goes on from, within one process.
#[derive(Clone, Debug)]
pub struct Standing {
    /// None once something stands in the way of executing further.
    replay: Option<Replay>,
    /// The log of the entries that were served.
    log: Frontier,
    /// What the records said of cases, if that is observed.
    cases: Cases,
}

impl Standing {
    /// Before the first block.
    ///
    /// # Errors
    /// When the genesis can't found a ledger.
    pub fn new(genesis: &Genesis, hash: &GenesisHash) -> Result<Self, CliError> {
        let replay = Replay::new(genesis, hash);
        let replay = replay.map_err(|it| CliError::unreadable("genesis", it.to_string()))?;
        Ok(Self { replay: Some(replay), log: Frontier::new(), cases: Cases::default() })
    }

    /// The log so far.
    #[must_use]
    pub fn log(&self) -> Option<(TreeSize, TreeRoot)> {
        let size = self.log.size();
        (size > 0).then(|| (TreeSize(size), self.log.root()))
    }
}

/// What an audit came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// From where the next goes on.
    pub standing: Standing,
    /// The checkpoint up to which the ledger was audited.
    pub head: Head,
    /// What was found.
    pub found: Found,
    /// Records read.
    pub records: u64,
    /// Height up to which blocks were executed again.
    pub replayed: Height,
    /// The first block whose map root could not be compared.
    pub astray: Option<Height>,
    /// Records of which only the public rules were judged, as a body or an opening was not at hand.
    pub partly: u64,
    /// Signatures checked.
    pub signatures: u64,
    /// Certificates of blocks checked.
    pub certificates: u64,
    /// Subjects compared with what the node stores of them.
    pub subjects: u64,
    /// Subjects there are, as far as blocks were executed.
    pub subjects_of: u64,
    /// Bodies checked against their entries.
    pub bodies: u64,
    /// Attachments checked.
    pub attachments: u64,
}

/// What an entry is.
enum Entry {
    Record(Box<Logged>),
    Block(Box<BlockLeaf>),
    Genesis,
}

/// What came of a bundle.
#[derive(Default)]
struct Bundle {
    /// Index of its first entry.
    first: u64,
    /// Leaf hashes of what was served.
    leaves: Vec<Hash>,
    /// What the entries are, up to the first that is not the log's own.
    entries: Vec<(LeafIndex, Entry)>,
    findings: Vec<Finding>,
    /// The entries end before the bundle does.
    broken: bool,
    /// Bodies that are not even of the form.
    malformed: BTreeSet<LeafIndex>,
    bodies: u64,
}

/// Calls `work` for each item, `jobs` at a time; the answers in the order of the items.
///
/// # Errors
/// The first of the calls' errors.
pub(super) fn parallel<I: Sync, T: Send>(
    items: &[I],
    jobs: usize,
    work: impl Fn(&I) -> Result<T, CliError> + Sync,
) -> Result<Vec<T>, CliError> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        while let Some((at, item)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            items.get(at).map(|item| (at, item))
        } {
            done.push((at, work(item)?));
        }
        Ok::<_, CliError>(done)
    };
    let parts: Vec<_> = thread::scope(|scope| {
        let jobs = jobs.clamp(1, items.len().max(1));
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut done = Vec::with_capacity(items.len());
    for part in parts {
        done.extend(part.map_err(|_| CliError::bug("a job of the audit ended by itself"))??);
    }
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, answer)| answer).collect())
}

impl Audit<'_> {
    /// Reads and checks the whole ledger up to its newest checkpoint; `None` when interrupted. `tell` hears how many
    /// entries are done, and of how many.
    ///
    /// Signatures below the size of a log that was seen are not checked again: an audit did, and the bytes are the
    /// same.
    ///
    /// # Errors
    /// When the node is not reachable, its checkpoint is not final by the policy, or its genesis is another one.
    pub fn run(
        &self,
        genesis: &GenesisHash,
        standing: Standing,
        seen: Option<(TreeSize, TreeRoot)>,
        tell: &mut dyn FnMut(u64, u64),
    ) -> Result<Option<Outcome>, CliError> {
        let head = Log::new(self.client, self.policy, self.interrupted).head()?;
        let longer = seen.filter(|(size, _)| *size > head.size);
        let read = hashes::read(
            self.client,
            &head,
            seen.filter(|_| longer.is_none()),
            self.jobs,
            self.interrupted,
        )?;
        let Some(Hashes { bundles, findings }) = read else { return Ok(None) };
        let mut found = Found::default();
        found.extend(findings);
        let outcome = Outcome {
            standing,
            head,
            found,
            records: 0,
            replayed: Height(0),
            astray: None,
            partly: 0,
            signatures: 0,
            certificates: 0,
            subjects: 0,
            subjects_of: 0,
            bodies: 0,
            attachments: 0,
        };
        let mut run = Run {
            audit: self,
            genesis: *genesis,
            bundles,
            known: if longer.is_some() { 0 } else { seen.map_or(0, |(size, _)| size.get()) },
            outcome,
            block: Vec::new(),
            commitments: Commitments::default(),
            signed: Vec::new(),
            decided: Vec::new(),
            brought: Vec::new(),
        };
        if let Some((size, root)) = longer {
            let detail = format!("{size} {root}");
            run.outcome.found.push(Finding::new(Class::Rewritten, detail));
        }
        if !run.entries(tell)? {
            return Ok(None);
        }
        run.end()
    }

    /// What is at hand of a record's body; whether it is not even of the form.
    fn body(&self, id: &RecordId) -> Result<(Option<tamga_format::body::Body>, bool), CliError> {
        match self.client.body(id) {
            Ok(body) => Ok((body, false)),
            Err(error) if error.exit == Exit::Permission => Ok((None, false)),
            Err(error) if error.exit == Exit::CannotCheck => Ok((None, true)),
            Err(error) => Err(error),
        }
    }
}

struct Run<'a> {
    audit: &'a Audit<'a>,
    genesis: GenesisHash,
    bundles: Vec<Hash>,
    /// Entries whose signatures an earlier audit checked.
    known: u64,
    outcome: Outcome,
    /// Records of the block that is being read.
    block: Vec<(LeafIndex, Logged)>,
    commitments: Commitments,
    signed: Vec<Signed>,
    /// Blocks whose certificates are still to be checked.
    decided: Vec<Decided>,
    /// Attachments that are still to be read.
    brought: Vec<Brought>,
}

impl Run<'_> {
    /// Reads and replays all entries; whether that was not interrupted.
    fn entries(&mut self, tell: &mut dyn FnMut(u64, u64)) -> Result<bool, CliError> {
        let size = self.outcome.head.size;
        let count = size.get().div_ceil(u64::from(TILE_WIDTH));
        let window = self.audit.jobs.max(1).saturating_mul(BUNDLES_PER_JOB);
        let step = u64::try_from(window).unwrap_or(1);
        let (audit, known) = (self.audit, std::mem::take(&mut self.bundles));
        let genesis = self.genesis;
        let fetch = |from: u64| {
            let numbers: Vec<u64> = (from..count.min(from.saturating_add(step))).collect();
            parallel(&numbers, audit.jobs, |number| {
                let committed = usize::try_from(*number).ok().and_then(|at| known.get(at));
                audit.bundle(*number, size, committed, &genesis)
            })
        };
        let done = self.outcome.standing.log.size();
        let mut from = done / u64::from(TILE_WIDTH);
        let mut next = if done == size.get() { Vec::new() } else { fetch(from)? };
        from = from.saturating_add(step);
        while !next.is_empty() {
            if audit.interrupted.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let (signed, decided) =
                (std::mem::take(&mut self.signed), std::mem::take(&mut self.decided));
            let bundles = std::mem::take(&mut next);
            // While one window is executed, the next is fetched and the signatures of the last are checked.
            let (fetched, checked, taken) = thread::scope(|scope| {
                let fetched = scope.spawn(|| fetch(from));
                let checked = scope.spawn(|| audit.signatures(&genesis, &signed, &decided));
                let taken = bundles.into_iter().try_for_each(|bundle| self.take(bundle));
                (fetched.join(), checked.join(), taken)
            });
            let ended = |_| CliError::bug("a job of the audit ended by itself");
            next = fetched.map_err(ended)??;
            self.outcome.found.extend(checked.map_err(ended)??);
            taken?;
            from = from.saturating_add(step);
            tell(self.outcome.standing.log.size(), size.get());
        }
        let (signed, decided) =
            (std::mem::take(&mut self.signed), std::mem::take(&mut self.decided));
        self.outcome.found.extend(audit.signatures(&genesis, &signed, &decided)?);
        Ok(true)
    }

    fn take(&mut self, bundle: Bundle) -> Result<(), CliError> {
        // The bundle may begin with entries that were done before.
        let done = self.outcome.standing.log.size();
        for (_, leaf) in (bundle.first..).zip(&bundle.leaves).filter(|(index, _)| *index >= done) {
            self.outcome.standing.log.push(leaf);
        }
        self.outcome.found.extend(bundle.findings);
        self.outcome.bodies = self.outcome.bodies.saturating_add(bundle.bodies);
        for (index, entry) in bundle.entries.into_iter().filter(|(index, _)| index.get() >= done) {
            match entry {
                Entry::Genesis => {}
                Entry::Record(logged) => self.record(index, *logged),
                Entry::Block(leaf) => self.end_block(&leaf, &bundle.malformed)?,
            }
        }
        if bundle.broken {
            self.outcome.standing.replay = None;
        }
        Ok(())
    }

    fn record(&mut self, index: LeafIndex, logged: Logged) {
        self.outcome.records = self.outcome.records.saturating_add(1);
        self.brought.extend(Brought::by(index, &logged.record));
        self.block.push((index, logged));
    }

    fn end_block(
        &mut self,
        leaf: &BlockLeaf,
        malformed: &BTreeSet<LeafIndex>,
    ) -> Result<(), CliError> {
        let records = std::mem::take(&mut self.block);
        let Outcome { found, standing, replayed: height, astray, partly, attachments, .. } =
            &mut self.outcome;
        for (index, logged) in &records {
            let delay = leaf.time.get().saturating_sub(logged.record.record().event_time.get());
            if delay > self.audit.checks.late_ms {
                let late = Finding::new(Class::Late, format!("{} h", delay / 3_600_000));
                found.push(late.at(*index).of(logged.record.id()).in_block(leaf.height));
            }
        }
        if self.audit.checks.observations {
            for (index, logged) in &records {
                standing.cases.take(*index, logged, leaf.time);
            }
        }
        let rules = self.audit.checks.rules;
        let Some(replay) = standing.replay.as_mut().filter(|_| rules) else { return Ok(()) };
        let first = records.first().map(|(index, _)| index.get());
        let mut logged: Vec<Logged> = records.into_iter().map(|(_, logged)| logged).collect();
        if replay.astray().is_none()
            && replay.wants_told(&logged)
            && !self.commitments.tell(self.audit.client, leaf.height, &mut logged)?
        {
            found.push(Finding::new(Class::Commitment, "rows").in_block(leaf.height));
        }
        let replayed = replay.block(&logged, leaf);
        let unjudged = replayed.faults.iter().filter(|it| matches!(it, Fault::Unjudged { .. }));
        *partly = partly.saturating_add(u64::try_from(unjudged.count()).unwrap_or(u64::MAX));
        let unsound: BTreeSet<LeafIndex> = replayed.faults.iter().filter_map(place).collect();
        (*height, *astray) = (leaf.height, replay.astray());
        // A body that is another one, or not even of the form, is named as that.
        let others = replayed.faults.iter().filter(|it| matches!(it, Fault::Body { .. }));
        let wrong: BTreeSet<LeafIndex> =
            others.filter_map(place).chain(malformed.iter().copied()).collect();
        let is_named = |it: &Fault| match it {
            Fault::Unjudged { index, missing, .. } => {
                *missing == Missing::Body && wrong.contains(index)
            }
            Fault::Leaf(_)
            | Fault::Unlawful { .. }
            | Fault::Untold { .. }
            | Fault::Told { .. }
            | Fault::Body { .. }
            | Fault::Omitted { .. }
            | Fault::MapRoot { .. }
            | Fault::Misled { .. } => false,
        };
        let faults = replayed.faults.into_iter().filter(|it| !is_named(it));
        let refused = self.commitments.are_refused();
        found.extend(faults.map(|fault| named(fault, leaf.height, refused)));
        for brought in std::mem::take(&mut self.brought) {
            let at = first.and_then(|first| brought.index.get().checked_sub(first));
            let record = at.and_then(|at| logged.get(usize::try_from(at).ok()?));
            let sound = self.audit.checks.attachments && !unsound.contains(&brought.index);
            match record.filter(|_| sound) {
                Some(logged) => {
                    let (client, record) = (self.audit.client, logged.record.record());
                    let wrong = lines::judge(client, replay, &brought, record)?;
                    found.extend(wrong.map(|it| it.in_block(leaf.height)));
                    *attachments = attachments.saturating_add(1);
                }
                None => self.brought.push(brought),
            }
        }
        if self.audit.checks.signatures {
            let known = self.known;
            let new = replayed.signed.into_iter().filter(|signed| signed.index.get() >= known);
            let before = self.signed.len();
            self.signed.extend(new);
            let more = self.signed.len().saturating_sub(before);
            let more = u64::try_from(more).unwrap_or(u64::MAX);
            self.outcome.signatures = self.outcome.signatures.saturating_add(more);
            // No log commits to certificates: those of blocks that were seen may have changed since.
            self.decided.push(replayed.decided);
            self.outcome.certificates = self.outcome.certificates.saturating_add(1);
        }
        Ok(())
    }

    /// Compares the whole log and the subjects, and reads the attachments; `None` when interrupted.
    fn end(mut self) -> Result<Option<Outcome>, CliError> {
        let Outcome { head, found, standing, .. } = &mut self.outcome;
        let whole = standing.log() == Some((head.size, head.root));
        if whole && found.count(Class::Log) > 0 {
            // The entries are the log's, so the tile of leaves that stands below no other is not.
            let last = head.size.get().saturating_sub(1) / u64::from(TILE_WIDTH);
            let width = tile_width(0, last, head.size.get()).unwrap_or(TILE_WIDTH);
            let path = TileCoord::new(0, last, width).map(|it| it.path());
            found.replace(Class::Log, &Finding::new(Class::Tile, path.unwrap_or_default()));
        } else if !whole && found.count(Class::Log) == 0 && found.count(Class::Entry) == 0 {
            found.push(Finding::new(Class::Log, format!("{} {}", head.size, head.root)));
        }
        if self.audit.checks.attachments {
            let audit = self.audit;
            let left = &self.brought;
            let found = parallel(left, audit.jobs, |it| lines::attachment(audit.client, it))?;
            self.outcome.found.extend(found.into_iter().flatten());
            let left = u64::try_from(left.len()).unwrap_or(u64::MAX);
            self.outcome.attachments = self.outcome.attachments.saturating_add(left);
        }
        let Audit { client, policy, interrupted, jobs, checks } = self.audit;
        let Standing { replay, cases, .. } = &mut self.outcome.standing;
        if let Some(replay) = replay.as_ref().filter(|_| checks.observations) {
            let observed = cases.observe(replay.state(), replay.time());
            let observed = observed.map_err(|error| CliError::bug(&error.to_string()))?;
            self.outcome.found.extend(observed);
        }
        // Under a map that is false no subject can be proven.
        let wanted =
            checks.rules && checks.subjects > 0 && self.outcome.found.count(Class::Map) == 0;
        if let Some(replay) = replay.as_ref().filter(|_| wanted) {
            let (most, jobs) = (checks.subjects, *jobs);
            let compared = subjects::compare(client, policy, replay, most, jobs, interrupted)?;
            let Some(compared) = compared else { return Ok(None) };
            self.outcome.subjects = compared.subjects;
            self.outcome.subjects_of = u64::try_from(replay.map().len()).unwrap_or(u64::MAX);
            self.outcome.found.extend(compared.findings);
        }
        Ok(Some(self.outcome))
    }
}

impl Audit<'_> {
    /// What is wrong with signatures of records and with certificates of blocks.
    fn signatures(
        &self,
        genesis: &GenesisHash,
        signed: &[Signed],
        decided: &[Decided],
    ) -> Result<Vec<Finding>, CliError> {
        let batches: Vec<&[Signed]> = signed.chunks(SIGNATURES).collect();
        let found = parallel(&batches, self.jobs, |batch| {
            let forged = forged(batch).into_iter();
            Ok(forged.map(|it| Finding::new(Class::Signature, "").at(it.index).of(it.id)).collect())
        })?;
        let mut found: Vec<Finding> = found.into_iter().flat_map(|part: Vec<_>| part).collect();
        found.extend(certificates::check(self.client, genesis, decided, self.jobs)?);
        Ok(found)
    }

    /// Fetches a bundle and the bodies of its records.
    fn bundle(
        &self,
        number: u64,
        size: TreeSize,
        committed: Option<&Hash>,
        genesis: &GenesisHash,
    ) -> Result<Bundle, CliError> {
        let first = number.saturating_mul(u64::from(TILE_WIDTH));
        let mut bundle = Bundle { first, ..Bundle::default() };
        if self.interrupted.load(Ordering::Relaxed) {
            return Ok(bundle);
        }
        let width = tile_width(0, number, size.get()).unwrap_or(TILE_WIDTH);
        let path = BundleCoord::new(number, width)
            .map_err(|error| CliError::bug(&error.to_string()))?
            .path();
        let bytes = self.client.log_file(&path)?;
        let Ok(entries) = decode_bundle(&bytes, width) else {
            bundle.findings.push(Finding::new(Class::Entry, path).at(LeafIndex(first)));
            bundle.broken = true;
            return Ok(bundle);
        };
        bundle.leaves = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let wrong = match committed {
            Some(root) if root_of(&bundle.leaves).0 != *root => {
                let leaves = hashes::leaves(self.client, number, size)?;
                let pairs = bundle.leaves.iter().zip(&leaves);
                // Where the tile is wrong too, the first entry stands for all.
                Some(pairs.clone().position(|(served, tile)| served != tile).unwrap_or_default())
            }
            _ => None,
        };
        for (at, (index, entry)) in (first..).map(LeafIndex).zip(entries).enumerate() {
            if wrong == Some(at) {
                let finding = Finding::new(Class::Entry, path).at(index);
                let record = SignedRecord::decode(entry).ok();
                bundle.findings.push(match record {
                    Some(record) => finding.of(record.id()),
                    None => finding,
                });
                bundle.broken = true;
                break;
            }
            match self.entry(index, entry, genesis, &mut bundle)? {
                Some(entry) => bundle.entries.push((index, entry)),
                None => {
                    bundle.findings.push(Finding::new(Class::Block, "entry").at(index));
                    bundle.broken = true;
                    break;
                }
            }
        }
        Ok(bundle)
    }

    /// What an entry of the log is; `None` if it is nothing that belongs there.
    fn entry(
        &self,
        index: LeafIndex,
        entry: &[u8],
        genesis: &GenesisHash,
        bundle: &mut Bundle,
    ) -> Result<Option<Entry>, CliError> {
        if let Ok(Some(record)) = log::record(index, entry) {
            let wanted = record.record().body.is_some() && self.checks.rules;
            let (body, malformed) = if wanted { self.body(&record.id())? } else { (None, false) };
            if malformed {
                bundle.malformed.insert(index);
                bundle.findings.push(Finding::new(Class::Body, "").at(index).of(record.id()));
            }
            bundle.bodies = bundle.bodies.saturating_add(u64::from(body.is_some()));
            return Ok(Some(Entry::Record(Box::new(Logged::new(record, body)))));
        }
        if index.get() == 0 {
            let own = entry == genesis_leaf(genesis).as_slice();
            return Ok(own.then_some(Entry::Genesis));
        }
        Ok(BlockLeaf::decode(entry).ok().map(Box::new).map(Entry::Block))
    }
}

/// The record that can't be relied on.
const fn place(fault: &Fault) -> Option<LeafIndex> {
    match fault {
        Fault::Unlawful { index, .. }
        | Fault::Unjudged { index, .. }
        | Fault::Body { index, .. }
        | Fault::Omitted { index, .. } => Some(*index),
        Fault::Untold { .. }
        | Fault::Told { .. }
        | Fault::Leaf(_)
        | Fault::MapRoot { .. }
        | Fault::Misled { .. } => None,
    }
}

/// A fault of a block as a finding; a node that refuses to tell commitments lies about none.
fn named(fault: Fault, height: Height, refused: bool) -> Finding {
    let told = if refused { Class::Closed } else { Class::Commitment };
    let finding = match fault {
        Fault::Leaf(part) => Finding::new(Class::Block, part),
        Fault::Unlawful { index, id, rejection } => {
            let detail = format!("{} {} {}", rejection.code, rejection.pointer, rejection.detail);
            Finding::new(Class::Unlawful, detail).at(index).of(id)
        }
        Fault::Unjudged { index, id, missing } => {
            let detail = match missing {
                Missing::Body => "",
                Missing::Opening => "opening",
            };
            Finding::new(Class::Closed, detail).at(index).of(id)
        }
        Fault::Untold { index, id, subject } => {
            Finding::new(told, "none").at(index).of(id).about(subject)
        }
        Fault::Told { index, id, subject } => {
            Finding::new(Class::Commitment, "other").at(index).of(id).about(subject)
        }
        Fault::Body { index, id } => Finding::new(Class::Body, "").at(index).of(id),
        Fault::Omitted { index, id, subject } => {
            Finding::new(Class::Withheld, "").at(index).of(id).about(subject)
        }
        Fault::MapRoot { computed } => Finding::new(Class::Map, computed.to_string()),
        // Which of several is wrong, their one root does not say.
        Fault::Misled { told: records } => match records[..] {
            [(index, id)] => Finding::new(told, "map").at(index).of(id),
            _ => Finding::new(told, format!("map of {} records", records.len())),
        },
    };
    finding.in_block(height)
}
