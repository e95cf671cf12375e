//! Machine and model over the same records: every verdict is compared, and in the end every sum and every root.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tamga_format::body::Body;
use tamga_format::id::{
    AttachmentId, Height, LeafHash, LeafIndex, MapRoot, RecordId, SubjectId, TreeRoot, UnixMillis,
    sha256,
};
use tamga_format::merkle::Frontier;
use tamga_format::mpt;
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_replica::subjects::SubjectState;
use tamga_state::catalogue::Kind;
use tamga_state::royalty::lines::{self, Holder};
use tamga_state::{
    BlockContext, Built, Changes, Code, Genesis, Overlay, Private, Rejection, StatusRow, View,
    ViewError, execute_record, execute_told,
};

use super::books::{self, Checked};
use super::royalty::Books as Royalties;
use super::{Answer, Model};

/// Codes of refusals that may differ, since a record may break two rules: the machine's, the model's, and why.
pub const AMBIGUITIES: &[(&str, &str, &str)] = &[];

/// A record with its body.
#[derive(Clone, Debug)]
pub struct Written {
    /// The record; its signature may be none.
    pub signed: SignedRecord,
    /// Its body.
    pub body: Option<Body>,
}

/// A replica in memory: each entry once, rows by subject.
#[derive(Debug)]
struct Replica {
    subjects: BTreeMap<Subject, SubjectState>,
    privates: BTreeMap<Subject, Private>,
    entries: Vec<Vec<u8>>,
    bodies: Vec<Option<Body>>,
    /// The first record of each block.
    blocks: Vec<(usize, BlockContext, Built)>,
    of_case: BTreeMap<Subject, Vec<usize>>,
    places: BTreeMap<RecordId, usize>,
    log: Frontier,
}

impl View for Replica {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        Ok(self.subjects.get(subject).and_then(|known| known.status.clone()))
    }
    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        Ok(self.privates.get(subject).cloned())
    }
    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        let places = self.of_case.get(subject).into_iter().flatten().take(max);
        Ok(places.map(|at| self.entries[*at].clone()).collect())
    }
    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(self.places.contains_key(id))
    }
    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        Ok(self.places.get(id).map(|at| self.entries[*at].clone()))
    }
    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        let at = usize::try_from(height.get()).ok().and_then(|height| height.checked_sub(1));
        Ok(at.and_then(|at| self.blocks.get(at)).map(|(_, _, built)| built.clone()))
    }
}

impl Replica {
    fn new(genesis: &Genesis) -> Self {
        let statuses = genesis.initial_statuses().expect("a lawful genesis");
        let subjects = statuses.into_iter().map(|(it, row)| (it, SubjectState::of_genesis(row)));
        Self {
            subjects: subjects.collect(),
            privates: BTreeMap::new(),
            entries: Vec::new(),
            bodies: Vec::new(),
            blocks: Vec::new(),
            of_case: BTreeMap::new(),
            places: BTreeMap::new(),
            log: Frontier::new(),
        }
    }

    /// Makes a block durable.
    fn commit(
        &mut self,
        block: &BlockContext,
        built: Built,
        records: &[Written],
        changes: Changes,
    ) {
        let first = self.entries.len();
        for (written, (id, leaf, subjects)) in records.iter().zip(&changes.touched) {
            let at = self.entries.len();
            let index = LeafIndex(u64::try_from(at).expect("short logs"));
            self.log.push(&leaf.0);
            self.places.insert(*id, at);
            for subject in subjects {
                if subject.role == Role::Case {
                    self.of_case.entry(*subject).or_default().push(at);
                }
                self.subjects.entry(*subject).or_default().push(index, LeafHash(leaf.0));
            }
            self.entries.push(written.signed.entry().to_vec());
            self.bodies.push(written.body.clone());
        }
        for (subject, row) in changes.statuses {
            self.subjects.entry(subject).or_default().status = Some(row);
        }
        for (subject, private) in changes.privates {
            match private {
                Some(private) => self.privates.insert(subject, private),
                None => self.privates.remove(&subject),
            };
        }
        self.blocks.push((first, block.clone(), built));
    }

    fn roots(&self) -> (TreeRoot, MapRoot) {
        let pairs = self.subjects.iter().map(|(it, state)| (it.map_key(), state.map_value()));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_unstable_by_key(|(key, _)| *key);
        (self.log.root(), mpt::root_of(&pairs).expect("distinct keys"))
    }
}

/// What a validator holds beside the state of the last block.
struct Held<'a> {
    replica: &'a Replica,
    chunks: &'a BTreeMap<AttachmentId, Vec<Vec<u8>>>,
}

impl Holder for Held<'_> {
    type View = Replica;

    fn view(&self) -> &Replica {
        self.replica
    }

    fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError> {
        Ok(self.replica.places.get(record).and_then(|at| self.replica.bodies[*at].clone()))
    }

    fn chunks(
        &self,
        attachment: &AttachmentId,
        _: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let missing = || Rejection::new(Code::AttachmentMissing, "/fields/attachment", "not held");
        let chunks = self.chunks.get(attachment).ok_or_else(missing)?;
        chunks.iter().try_for_each(|chunk| each(chunk))
    }
}

/// What became of the records of a kind.
#[derive(Clone, Debug, Default)]
struct Count {
    accepted: u64,
    refused: BTreeMap<&'static str, u64>,
}

/// Verdicts on which machine and model differ.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The machine's answer, then the model's.
    pub answers: (Result<(), String>, Answer),
    /// The record.
    pub record: String,
}

/// What both said.
#[derive(Debug, Default)]
pub struct Report {
    kinds: BTreeMap<&'static str, Count>,
    /// Refusals for different reasons.
    pub reasons: BTreeMap<(&'static str, &'static str, &'static str), (u64, String)>,
    /// Where one accepted and the other refused.
    pub disagreements: Vec<Disagreement>,
}

impl Report {
    /// Records that were judged.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.kinds.values().map(|it| it.accepted + it.refused.values().sum::<u64>()).sum()
    }

    /// Records that were accepted.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.kinds.values().map(|it| it.accepted).sum()
    }

    /// Takes in another ledger's.
    pub fn add(&mut self, other: Self) {
        for (kind, count) in other.kinds {
            let known = self.kinds.entry(kind).or_default();
            known.accepted += count.accepted;
            for (code, times) in count.refused {
                *known.refused.entry(code).or_default() += times;
            }
        }
        for (pair, (times, example)) in other.reasons {
            self.reasons.entry(pair).or_insert((0, example)).0 += times;
        }
        self.disagreements.extend(other.disagreements);
    }

    /// Verdicts by kind and code.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (kind, count) in &self.kinds {
            let refused: u64 = count.refused.values().sum();
            let codes: Vec<String> =
                count.refused.iter().map(|(code, times)| format!("{code} {times}")).collect();
            let (accepted, codes) = (count.accepted, codes.join(", "));
            // Writing to a string can't fail.
            let _infallible =
                writeln!(text, "{kind}  accepted {accepted:>8}  refused {refused:>7}  {codes}");
        }
        text
    }
}

/// One ledger, judged twice.
#[derive(Debug)]
pub struct Both {
    /// The model.
    pub model: Model,
    /// The block in which records are judged.
    pub block: BlockContext,
    /// What was said.
    pub report: Report,
    genesis: Genesis,
    replica: Replica,
    changes: Changes,
    pending: Vec<Written>,
    /// The royalty records a second time.
    pub(super) royalties: Royalties,
    chunks: BTreeMap<AttachmentId, Vec<Vec<u8>>>,
}

impl Both {
    /// A ledger from its genesis.
    #[must_use]
    pub fn new(genesis: &Genesis, time: UnixMillis) -> Self {
        let organisations: Vec<SubjectId> =
            genesis.organisations.iter().take(4).map(|it| it.subject().id).collect();
        let block = BlockContext {
            origin: genesis.origin.clone(),
            height: Height(1),
            time,
            organisations: organisations.into(),
        };
        Self {
            model: Model::new(genesis),
            block,
            report: Report::default(),
            genesis: genesis.clone(),
            replica: Replica::new(genesis),
            changes: Changes::default(),
            pending: Vec::new(),
            royalties: Royalties::of(genesis),
            chunks: BTreeMap::new(),
        }
    }

    /// A figure of the law on the day of the block.
    pub(super) fn law_number(&self, name: &str) -> Option<i64> {
        let day = super::law::day_of(self.block.time.get());
        self.model.facts.law.number(name, day)
    }

    /// Holds an attachment.
    pub(super) fn hold(&mut self, id: AttachmentId, chunks: Vec<Vec<u8>>) {
        self.chunks.insert(id, chunks);
    }

    /// What the model says of a royalty record; what it takes in is its lines.
    fn royalty(&self, signed: &SignedRecord, body: Option<&Body>) -> Answer<Vec<Vec<u8>>> {
        let attachment = lines::attachment_of(signed.record());
        let chunks = attachment.and_then(|id| self.chunks.get(&id)).map(Vec::as_slice);
        self.royalties.judge(&self.model.facts.law, &self.block, (signed, body), chunks)
    }

    /// The state as the machine's rules see it.
    pub fn view(&self) -> impl View + '_ {
        Overlay::resume(&self.replica, self.changes.clone())
    }

    /// Judges a record twice; whether the machine accepted it.
    pub fn submit(&mut self, written: &Written) -> bool {
        self.submit_for_code(written).is_ok()
    }

    /// Judges a record twice; the machine's verdict.
    pub(super) fn submit_for_code(&mut self, written: &Written) -> Answer {
        let (signed, body) = (&written.signed, written.body.as_ref());
        let mut overlay = Overlay::resume(&self.replica, core::mem::take(&mut self.changes));
        let held = Held { replica: &self.replica, chunks: &self.chunks };
        let machine = lines::check(&held, signed.record())
            .and_then(|()| execute_record(&mut overlay, &self.block, signed, body).map(drop));
        self.changes = overlay.into_changes();
        let kind = Kind::from_number(signed.record().kind).map_or("none", |kind| kind.info().code);
        let model = if kind.starts_with('R') {
            let judged = self.royalty(signed, body);
            if let (Ok(()), Ok(lines)) = (&machine, &judged) {
                self.royalties.enter(signed, body, lines.clone());
            }
            judged.map(drop)
        } else if Model::judges(signed.record()) {
            self.model.submit(&self.block, signed, body)
        } else {
            // Registry records are facts to the model.
            match &machine {
                Ok(()) => {
                    self.model.learn(&self.block, signed);
                    self.royalties.enter(signed, body, Vec::new());
                    Ok(())
                }
                Err(rejection) => Err(rejection.code.info().slug),
            }
        };
        if machine.is_ok() {
            self.pending.push(written.clone());
        }
        let count = self.report.kinds.entry(kind).or_default();
        match (&machine, model) {
            (Ok(()), Ok(())) => count.accepted += 1,
            (Err(rejection), Err(code)) => {
                let slug = rejection.code.info().slug;
                *count.refused.entry(slug).or_default() += 1;
                let lawful =
                    AMBIGUITIES.iter().any(|(one, other, _)| (*one, *other) == (slug, code));
                if slug != code && !lawful {
                    let example = || (0, format!("{rejection} {:?}", signed.record()));
                    self.report.reasons.entry((kind, slug, code)).or_insert_with(example).0 += 1;
                }
            }
            (_, model) => self.report.disagreements.push(Disagreement {
                answers: (machine.clone().map_err(|it| it.to_string()), model),
                record: format!("{:?} {:?}", signed.record(), written.body),
            }),
        }
        machine.map_err(|rejection| rejection.code.info().slug)
    }

    /// Ends the block; the next one comes so much later.
    pub fn build(&mut self, after_ms: i64) {
        let height = self.block.height;
        let number = usize::try_from(height.get()).expect("short logs");
        // Each organisation builds now and then two blocks in a row.
        let organisation = self.block.organisations[number / 2 % 2];
        let [one, two] =
            [0_u8, 1].map(|half| sha256(&[b"output", &height.get().to_be_bytes(), &[half]]));
        let mut output = [0; 64];
        output[..32].copy_from_slice(&one);
        output[32..].copy_from_slice(&two);
        let changes = core::mem::take(&mut self.changes);
        let records = core::mem::take(&mut self.pending);
        let built = Built { organisation, output, time: self.block.time };
        self.replica.commit(&self.block, built, &records, changes);
        self.model.built(height, organisation, output);
        self.royalties.built(&self.block);
        self.block.height = height.next();
        self.block.time = UnixMillis(self.block.time.get() + after_ms);
    }

    /// Checks that nothing was lost or invented.
    ///
    /// # Errors
    ///
    /// The first thing that does not hold.
    pub fn check(&self) -> Result<Checked, String> {
        books::check(&self.model, &self.view())
    }

    /// Checks every sum of royalties, and counts them.
    ///
    /// # Errors
    ///
    /// The first that does not hold.
    pub fn check_royalties(&self) -> Result<usize, String> {
        self.royalties.check(&self.view())
    }

    /// Replays the accepted records from the genesis and compares the roots of log and map.
    ///
    /// # Errors
    ///
    /// A record that is refused now, or roots that differ.
    pub fn replay(&self) -> Result<(TreeRoot, MapRoot), String> {
        let mut again = Replica::new(&self.genesis);
        let firsts = self.replica.blocks.iter().map(|(first, ..)| *first);
        let ends = firsts.skip(1).chain([self.replica.entries.len()]);
        for ((first, block, built), end) in self.replica.blocks.iter().zip(ends) {
            let mut overlay = Overlay::new(&again);
            let mut records = Vec::new();
            for at in *first..end {
                let signed = SignedRecord::decode(&self.replica.entries[at]);
                let signed = signed.map_err(|error| format!("entry {at}: {error}"))?;
                let body = self.replica.bodies[at].clone();
                execute_record(&mut overlay, block, &signed, body.as_ref())
                    .map_err(|rejection| format!("record {at} is refused now: {rejection}"))?;
                records.push(Written { signed, body });
            }
            let changes = overlay.into_changes();
            again.commit(block, built.clone(), &records, changes);
        }
        let (roots, same) = (self.replica.roots(), again.roots());
        if roots == same { Ok(roots) } else { Err(format!("{roots:?} became {same:?}")) }
    }

    /// Replays the accepted records without some of the bodies, by what validators keep of each: every status and the
    /// roots are those of a replay with all bodies.
    ///
    /// # Errors
    ///
    /// A record that is refused, a status that is another one, or roots that differ.
    pub fn replay_partly(&self, is_seen: impl Fn(usize) -> bool) -> Result<Judged, String> {
        let mut whole = Replica::new(&self.genesis);
        let mut partly = Replica::new(&self.genesis);
        let mut judged = Judged::default();
        let firsts = self.replica.blocks.iter().map(|(first, ..)| *first);
        let ends = firsts.skip(1).chain([self.replica.entries.len()]);
        for ((first, block, built), end) in self.replica.blocks.iter().zip(ends) {
            let (mut seeing, mut blind) = (Overlay::new(&whole), Overlay::new(&partly));
            let mut records = Vec::new();
            for at in *first..end {
                let signed = SignedRecord::decode(&self.replica.entries[at]);
                let signed = signed.map_err(|error| format!("entry {at}: {error}"))?;
                let body = self.replica.bodies[at].clone();
                let refused = |rejection| format!("record {at} is refused now: {rejection}");
                let trace = execute_record(&mut seeing, block, &signed, body.as_ref());
                let trace = trace.map_err(refused)?;
                let seen = body.as_ref().filter(|_| is_seen(at));
                let came = execute_told(&mut blind, block, &signed, seen, &trace);
                let came = came.map_err(refused)?;
                if let Some(subject) = came.untold {
                    return Err(format!("record {at}: nothing is told of {subject}"));
                }
                for subject in signed.record().all_subjects() {
                    if seeing.status(&subject) != blind.status(&subject) {
                        return Err(format!("record {at} leads to another status of {subject}"));
                    }
                }
                let is_unseen = seen.is_none() && body.is_some();
                let count = match (is_unseen, came.unjudged) {
                    (true, _) => &mut judged.unseen,
                    (false, true) => &mut judged.unopened,
                    (false, false) => &mut judged.whole,
                };
                *count += 1;
                records.push(Written { signed, body });
            }
            let (all, some) = (seeing.into_changes(), blind.into_changes());
            whole.commit(block, built.clone(), &records, all);
            partly.commit(block, built.clone(), &records, some);
        }
        let (roots, same) = (whole.roots(), partly.roots());
        if roots == same { Ok(judged) } else { Err(format!("{roots:?} became {same:?}")) }
    }
}

/// How records were judged by somebody who lacks bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// By all rules.
    pub whole: usize,
    /// By public rules, since the body was not at hand.
    pub unseen: usize,
    /// By public rules and those of the body, since an opening was not at hand.
    pub unopened: usize,
}
