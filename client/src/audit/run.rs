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
use tamga_state::Genesis;
use tamga_state::replay::{Decided, Fault, Logged, Missing, Signed, forged};

use super::back::Back;
use super::commitments::Commitments;
use super::hashes::{self, Hashes};
use super::lines::{self, Brought};
use super::standing::Standing;
use super::{Class, Finding, Found, block_rows, certificates, subjects};
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::log::{self, Head, Log};

/// Bundles that one job fetches before they are replayed. A test's log is short and has several such windows.
const BUNDLES_PER_JOB: usize = if cfg!(test) { 1 } else { 4 };
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
    /// Whether signatures are checked that an earlier audit checked.
    pub anew: bool,
}

/// Who hears how far an audit is, and keeps that.
pub trait Watch {
    /// So many entries are done, of so many.
    fn tell(&mut self, done: u64, total: u64);

    /// Whether it is time to keep what was done.
    fn is_due(&self) -> bool;

    /// Keeps what was done.
    ///
    /// # Errors
    /// When it can't be kept; the audit ends.
    fn keep(&mut self, standing: &Standing) -> Result<(), CliError>;
}

/// How an audit ended.
#[derive(Debug)]
pub enum Ended {
    /// At the head of the log.
    Done(Box<Outcome>),
    /// It was interrupted; with what another can go on from, unless that is what this one began with.
    Interrupted(Option<Box<Standing>>),
}

/// What an audit came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// From where the next goes on.
    pub standing: Standing,
    /// The checkpoint up to which the ledger was audited.
    pub head: Head,
    /// Entries that an earlier run read, from whose standing this one went on; none if it began at the genesis.
    pub resumed: Option<TreeSize>,
    /// What was found from the genesis on, and what is so as of the head.
    pub found: Found,
    /// Subjects compared with what the node stores of them.
    pub subjects: u64,
    /// Subjects there are, as far as blocks were executed.
    pub subjects_of: u64,
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
    number: u64,
    /// As it was served.
    bytes: Vec<u8>,
    /// Leaf hashes of what was served.
    leaves: Vec<Hash>,
    /// What the entries are, up to the first that is not the log's own.
    entries: Vec<(LeafIndex, Entry)>,
    /// Why the entries end before the bundle does.
    broken: Option<Finding>,
    /// Bodies that are not even of the form.
    malformed: BTreeSet<LeafIndex>,
}

/// What was read of the block that is not yet at its end. A standing is as of the end of a block, so that another run
/// reads this again.
#[derive(Default)]
struct Pending {
    records: Vec<(LeafIndex, Logged)>,
    leaves: Vec<Hash>,
    /// Why entries are missing.
    broken: Vec<Finding>,
    malformed: BTreeSet<LeafIndex>,
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
    /// Reads and checks the whole ledger up to its newest checkpoint, from where a standing is.
    ///
    /// A standing whose log is not a beginning of the one that the node shows is left aside: the audit begins at the
    /// genesis and says what is wrong. What it then does is not kept, so that the next one notices the same.
    ///
    /// Signatures below the size of a log that was seen are not checked again: an audit did, and the bytes are the
    /// same.
    ///
    /// # Errors
    /// When the node is not reachable, its checkpoint is not final by the policy, or its genesis is another one.
    pub fn run(
        &self,
        genesis: &Genesis,
        standing: Standing,
        seen: Option<(TreeSize, TreeRoot)>,
        watch: &mut dyn Watch,
    ) -> Result<Ended, CliError> {
        let head = Log::new(self.client, self.policy, self.interrupted).head()?;
        let own = standing.log();
        let last = own.into_iter().chain(seen).max_by_key(|(size, _)| *size);
        let longer = last.filter(|(size, _)| *size > head.size);
        let read = |before: &Frontier| {
            let last = last.filter(|_| longer.is_none());
            hashes::read(self.client, &head, before, last, self.jobs, self.interrupted)
        };
        let goes_on = own.filter(|_| longer.is_none());
        let rest = match goes_on {
            Some(_) => match read(&standing.log)? {
                Some(rest) => Some(rest).filter(|it| it.whole && !it.is_rewritten()),
                None => return Ok(Ended::Interrupted(None)),
            },
            None => None,
        };
        let (mut standing, hashes, resumed) = match rest {
            Some(rest) => (standing, rest, goes_on.map(|(size, _)| size)),
            None => match read(&Frontier::new())? {
                Some(hashes) => (Standing::new(genesis, &standing.genesis)?, hashes, None),
                None => return Ok(Ended::Interrupted(None)),
            },
        };
        let mut found = Found::default();
        found.extend(hashes.findings.iter().cloned());
        if let Some((size, root)) = longer {
            found.push(Finding::new(Class::Rewritten, format!("{size} {root}")));
        }
        // What tiles are wrong is found by every audit that reads them: none is to begin behind them.
        let keeps = found.is_clean() && own.is_none_or(|_| resumed.is_some());
        let is_other = found.count(Class::Rewritten) > 0;
        standing.seen = seen.filter(|_| !is_other).or(standing.seen);
        let back = Back::new(self.client, head.size);
        let mut run = Run {
            audit: self,
            genesis: standing.genesis,
            hashes,
            known: seen.filter(|_| !is_other && !self.anew).map_or(0, |(size, _)| size.get()),
            keeps,
            outcome: Outcome { standing, head, resumed, found, subjects: 0, subjects_of: 0 },
            back,
            pending: Pending::default(),
            commitments: Commitments::default(),
            signed: Vec::new(),
            decided: Vec::new(),
        };
        if run.entries(watch)? && run.end()? {
            return Ok(Ended::Done(Box::new(run.outcome)));
        }
        Ok(Ended::Interrupted(run.keeps.then(|| Box::new(run.outcome.standing))))
    }

    /// What is at hand of a record's body; whether it is not even of the form.
    fn body(&self, id: &RecordId) -> Result<(Option<tamga_format::body::Body>, bool), CliError> {
        match self.client.body(id) {
            Ok(body) => Ok((body, false)),
            Err(error) if error.exit == Exit::Permission => Ok((None, false)),
            Err(error) if error.exit == Exit::CannotCheck || error.is_of_node() => Ok((None, true)),
            Err(error) => Err(error),
        }
    }
}

struct Run<'a> {
    audit: &'a Audit<'a>,
    genesis: GenesisHash,
    hashes: Hashes,
    /// Entries whose signatures an earlier audit checked.
    known: u64,
    /// Whether another run may go on from what this one did.
    keeps: bool,
    outcome: Outcome,
    /// Entries of earlier blocks.
    back: Back<'a>,
    pending: Pending,
    commitments: Commitments,
    signed: Vec<Signed>,
    /// Blocks whose certificates are still to be checked.
    decided: Vec<Decided>,
}

impl Run<'_> {
    /// Reads and replays all entries; whether that was not interrupted.
    fn entries(&mut self, watch: &mut dyn Watch) -> Result<bool, CliError> {
        let size = self.outcome.head.size;
        let count = size.get().div_ceil(u64::from(TILE_WIDTH));
        let window = self.audit.jobs.max(1).saturating_mul(BUNDLES_PER_JOB);
        let step = u64::try_from(window).unwrap_or(1);
        let (audit, hashes) = (self.audit, std::mem::take(&mut self.hashes));
        let genesis = self.genesis;
        let fetch = |from: u64| {
            let numbers: Vec<u64> = (from..count.min(from.saturating_add(step))).collect();
            parallel(&numbers, audit.jobs, |number| {
                audit.bundle(*number, size, hashes.of(*number), &genesis)
            })
        };
        let done = self.outcome.standing.log.size();
        let mut from = done / u64::from(TILE_WIDTH);
        let mut next = if done == size.get() { Vec::new() } else { fetch(from)? };
        from = from.saturating_add(step);
        while !next.is_empty() {
            // What was fetched since the interruption may lack something.
            if audit.interrupted.load(Ordering::Relaxed) {
                self.check()?;
                return Ok(false);
            }
            if self.keeps && watch.is_due() {
                self.check()?;
                watch.keep(&self.outcome.standing)?;
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
            self.outcome.standing.found.extend(checked.map_err(ended)??);
            taken?;
            from = from.saturating_add(step);
            watch.tell(self.position(), size.get());
        }
        self.check()?;
        self.close();
        Ok(true)
    }

    /// Checks the signatures and certificates that are left, so that the standing says all of its blocks.
    fn check(&mut self) -> Result<(), CliError> {
        let (signed, decided) =
            (std::mem::take(&mut self.signed), std::mem::take(&mut self.decided));
        let found = self.audit.signatures(&self.genesis, &signed, &decided)?;
        self.outcome.standing.found.extend(found);
        Ok(())
    }

    /// The entry that is read next.
    fn position(&self) -> u64 {
        let pending = u64::try_from(self.pending.leaves.len()).unwrap_or(u64::MAX);
        self.outcome.standing.log.size().saturating_add(pending)
    }

    fn take(&mut self, bundle: Bundle) -> Result<(), CliError> {
        let Bundle { number, bytes, leaves, entries, broken, malformed } = bundle;
        let first = number.saturating_mul(u64::from(TILE_WIDTH));
        self.back.keep(number, bytes);
        // The bundle may begin with entries that were done before.
        let done = self.position();
        let mut leaves = (first..).zip(leaves).skip_while(|(index, _)| *index < done);
        for (index, entry) in entries.into_iter().filter(|(index, _)| index.get() >= done) {
            self.pending.leaves.extend(leaves.next().map(|(_, leaf)| leaf));
            match entry {
                Entry::Genesis => {
                    self.close();
                }
                Entry::Record(logged) => {
                    if malformed.contains(&index) {
                        self.pending.malformed.insert(index);
                    }
                    self.pending.records.push((index, *logged));
                }
                Entry::Block(leaf) => self.end_block(&leaf)?,
            }
        }
        self.pending.leaves.extend(leaves.map(|(_, leaf)| leaf));
        self.pending.broken.extend(broken);
        Ok(())
    }

    /// Takes over what was read up to here.
    fn close(&mut self) -> Pending {
        let pending = std::mem::take(&mut self.pending);
        let Standing { log, found, counts, replay, .. } = &mut self.outcome.standing;
        for leaf in &pending.leaves {
            log.push(leaf);
        }
        for (index, Logged { record, body, .. }) in &pending.records {
            counts.records = counts.records.saturating_add(1);
            counts.bodies = counts.bodies.saturating_add(u64::from(body.is_some()));
            if pending.malformed.contains(index) {
                found.push(Finding::new(Class::Body, "").at(*index).of(record.id()));
            }
        }
        if !pending.broken.is_empty() {
            found.extend(pending.broken.iter().cloned());
            // The entries that were served are not the log's: nobody is to begin behind them.
            (*replay, self.keeps) = (None, false);
        }
        pending
    }

    fn end_block(&mut self, leaf: &BlockLeaf) -> Result<(), CliError> {
        let Pending { records, malformed, .. } = self.close();
        let checks = self.audit.checks;
        let Standing { found, cases, brought, counts, replay, .. } = &mut self.outcome.standing;
        for (index, logged) in &records {
            let delay = leaf.time.get().saturating_sub(logged.record.record().event_time.get());
            if delay > checks.late_ms {
                let late = Finding::new(Class::Late, format!("{} h", delay / 3_600_000));
                found.push(late.at(*index).of(logged.record.id()).in_block(leaf.height));
            }
            if checks.observations {
                cases.take(*index, logged, leaf.time);
            }
        }
        let of = |(index, logged): &(LeafIndex, Logged)| Brought::by(*index, &logged.record);
        let new = records.iter().map(|record| of(record).filter(|_| checks.attachments));
        let new: Vec<Option<Brought>> = new.collect();
        let Some(replay) = replay.as_mut().filter(|_| checks.rules) else {
            brought.extend(new.into_iter().flatten());
            return Ok(());
        };
        let mut logged: Vec<Logged> = records.into_iter().map(|(_, logged)| logged).collect();
        if replay.astray().is_none()
            && replay.wants_told(&logged)
            && !self.commitments.tell(self.audit.client, leaf.height, &mut logged)?
        {
            found.push(Finding::new(Class::Commitment, "rows").in_block(leaf.height));
        }
        let back = &self.back;
        let replayed = replay.block(back, &logged, leaf).map_err(|_| back.failure())?;
        let unjudged = replayed.faults.iter().filter(|it| matches!(it, Fault::Unjudged { .. }));
        let unjudged = u64::try_from(unjudged.count()).unwrap_or(u64::MAX);
        counts.partly = counts.partly.saturating_add(unjudged);
        let unsound: BTreeSet<LeafIndex> = replayed.faults.iter().filter_map(place).collect();
        (counts.replayed, counts.astray) = (leaf.height, replay.astray());
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
        for (new, logged) in new.into_iter().zip(&logged) {
            let Some(new) = new else { continue };
            if unsound.contains(&new.index) {
                brought.push(new);
                continue;
            }
            let record = logged.record.record();
            let wrong = lines::judge(self.audit.client, (replay, back), &new, record)?;
            found.extend(wrong.map(|it| it.in_block(leaf.height)));
            counts.attachments = counts.attachments.saturating_add(1);
        }
        if checks.signatures {
            let known = self.known;
            let new = replayed.signed.into_iter().filter(|signed| signed.index.get() >= known);
            let before = self.signed.len();
            self.signed.extend(new);
            let more = self.signed.len().saturating_sub(before);
            let more = u64::try_from(more).unwrap_or(u64::MAX);
            counts.signatures = counts.signatures.saturating_add(more);
            // No log commits to certificates: those of blocks that were seen may have changed since.
            self.decided.push(replayed.decided);
            counts.certificates = counts.certificates.saturating_add(1);
        }
        Ok(())
    }

    /// What is compared once all entries are read; whether that was not interrupted.
    fn end(&mut self) -> Result<bool, CliError> {
        let Audit { client, policy, interrupted, jobs, checks, .. } = self.audit;
        let Outcome {
            head, found: as_of_head, standing, subjects: compared_of, subjects_of, ..
        } = &mut self.outcome;
        let left = std::mem::take(&mut standing.brought);
        let wrong = parallel(&left, *jobs, |it| lines::attachment(client, it))?;
        standing.found.extend(wrong.into_iter().flatten());
        let left = u64::try_from(left.len()).unwrap_or(u64::MAX);
        standing.counts.attachments = standing.counts.attachments.saturating_add(left);
        let mut found = as_of_head.clone();
        found.join(&standing.found);
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
        let Standing { replay, cases, .. } = standing;
        if let Some(replay) = replay.as_ref().filter(|_| checks.observations) {
            let (none, now) = (Vec::new(), replay.time());
            let observed = cases.observe(&replay.as_of(replay.height(), &none), now);
            found.join(observed.map_err(|error| CliError::bug(&error.to_string()))?);
        }
        // Under a map that is false no subject can be proven.
        let wanted = checks.rules && checks.subjects > 0 && found.count(Class::Map) == 0;
        if let Some(replay) = replay.as_ref().filter(|_| wanted) {
            let most = checks.subjects;
            let compared = subjects::compare(client, policy, replay, most, *jobs, interrupted)?;
            let Some(compared) = compared else { return Ok(false) };
            *compared_of = compared.subjects;
            *subjects_of = u64::try_from(replay.map().len()).unwrap_or(u64::MAX);
            found.extend(compared.findings);
        }
        *as_of_head = found;
        Ok(true)
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
        found.extend(block_rows::check(self.client, decided, self.jobs)?);
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
        let mut bundle = Bundle { number, ..Bundle::default() };
        if self.interrupted.load(Ordering::Relaxed) {
            return Ok(bundle);
        }
        let width = tile_width(0, number, size.get()).unwrap_or(TILE_WIDTH);
        let path = BundleCoord::new(number, width)
            .map_err(|error| CliError::bug(&error.to_string()))?
            .path();
        let bytes = self.client.log_file(&path)?;
        let Ok(entries) = decode_bundle(&bytes, width) else {
            bundle.broken = Some(Finding::new(Class::Entry, path).at(LeafIndex(first)));
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
            if self.interrupted.load(Ordering::Relaxed) {
                return Ok(bundle);
            }
            if wrong == Some(at) {
                let finding = Finding::new(Class::Entry, path).at(index);
                bundle.broken = Some(match SignedRecord::decode(entry).ok() {
                    Some(record) => finding.of(record.id()),
                    None => finding,
                });
                break;
            }
            let Some(entry) = self.entry(index, entry, genesis, &mut bundle)? else {
                bundle.broken = Some(Finding::new(Class::Block, "entry").at(index));
                break;
            };
            bundle.entries.push((index, entry));
        }
        bundle.bytes = bytes;
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
            }
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
