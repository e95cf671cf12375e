//! The rules of enforcement a second time, naively: a check on the machine, which judges records in another way.
//!
//! Written from the domain model and the specification for obviousness, without the machine's rules, statuses or
//! commitments. A case is the list of its records; where it stands is found by going through all that are in effect,
//! each time anew. Amounts are `i128` in the open. From the machine's crate come the catalogue's tables (names and types
//! of fields) and nothing else.
//!
//! | Module | Holds |
//! |---|---|
//! | [`matrix`] | the transition table of the domain model |
//! | [`case`] | a case as the list of its records, and where they bring it |
//! | [`rules`] | what each kind demands, and who may write it |
//! | [`subjects`] | whom a record names |
//! | [`money`] | amounts, priority, solidary debts |
//! | [`draw`] | the draw of an officer |
//! | [`law`] | days, terms, fees, shares |
//! | [`facts`] | what is known of the registry; registry records are taken as they are, not judged |
//! | [`fields`], [`says`] | fields by name and type |
//! | [`books`] | conservation: nothing is lost, nothing invented |
//! | [`compare`] | machine and model, record by record |
//! | [`royalty`] | all of it for royalties: rules, lines, sums, and seasons with faults |
//! | [`walk`], [`mutate`] | records of every kind at random, and faults |

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "roles are a long list, and a rule names those it knows"
)]

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::body::Body;
use tamga_format::id::{Height, RecordId, SubjectId};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, Subject};
use tamga_state::{BlockContext, Genesis};

mod books;
mod case;
pub mod compare;
mod draw;
mod facts;
mod fields;
mod law;
mod matrix;
mod money;
pub mod mutate;
pub mod royalty;
mod rules;
mod says;
mod subjects;
pub mod walk;

use case::{Case, Correction, Fixed, Stand, Written, correction_kind, readable, row_of, step};
use draw::Built;
use facts::{Facts, Writer};
use matrix::permitted;
use money::{Books, Money, Solidary, Touched};
use rules::Judged;
use says::Says;

/// An answer, or the code of the refusal.
pub type Answer<T = ()> = Result<T, &'static str>;

/// Refuses with a code unless something holds.
fn unless(holds: bool, code: &'static str) -> Answer {
    if holds { Ok(()) } else { Err(code) }
}

/// The whole ledger as the model sees it.
#[derive(Clone, Debug)]
pub struct Model {
    facts: Facts,
    blocks: Vec<Option<Built>>,
    seen: BTreeSet<RecordId>,
    last: BTreeMap<Subject, RecordId>,
    cases: BTreeMap<SubjectId, Case>,
    of_debtor: BTreeMap<SubjectId, Vec<SubjectId>>,
    of_document: BTreeMap<SubjectId, Vec<SubjectId>>,
    claims: BTreeMap<SubjectId, Solidary>,
    /// To which case a measure, lot or complaint belongs.
    belongs: BTreeMap<Subject, SubjectId>,
    /// Open cases of each officer.
    loads: BTreeMap<SubjectId, u64>,
}

/// What a lawful record makes of the ledger.
struct Outcome {
    stand: Stand,
    before: Option<Stand>,
    touched: Touched,
    fixed: Option<Fixed>,
}

impl Model {
    /// A ledger that begins with a genesis.
    #[must_use]
    pub fn new(genesis: &Genesis) -> Self {
        Self {
            facts: Facts::of(genesis),
            blocks: Vec::new(),
            seen: BTreeSet::new(),
            last: BTreeMap::new(),
            cases: BTreeMap::new(),
            of_debtor: BTreeMap::new(),
            of_document: BTreeMap::new(),
            claims: BTreeMap::new(),
            belongs: BTreeMap::new(),
            loads: BTreeMap::new(),
        }
    }

    /// A block is committed: who built it, and its output.
    pub fn built(&mut self, height: Height, organisation: SubjectId, output: [u8; 64]) {
        let at = usize::try_from(height.get()).expect("short logs");
        if self.blocks.len() <= at {
            self.blocks.resize(at + 1, None);
        }
        self.blocks[at] = Some((organisation, output));
    }

    /// Whether the model judges records of this kind; others it takes as they are.
    #[must_use]
    pub fn judges(record: &Record) -> bool {
        Says::new(record, None).is_some_and(|says| says.kind().starts_with('E'))
    }

    /// Judges an enforcement record, and takes it into the ledger if it is lawful.
    ///
    /// # Errors
    ///
    /// The code of the refusal.
    pub fn submit(
        &mut self,
        block: &BlockContext,
        signed: &SignedRecord,
        body: Option<&Body>,
    ) -> Answer {
        let outcome = self.judge(block, signed, body)?;
        self.enter(signed, body, outcome);
        Ok(())
    }

    /// A registry record that is in the log.
    pub fn learn(&mut self, block: &BlockContext, signed: &SignedRecord) {
        let record = signed.record();
        let says = Says::new(record, None).expect("a kind of the catalogue");
        self.facts.learn(&says, block);
        self.note(signed);
    }

    fn note(&mut self, signed: &SignedRecord) {
        self.seen.insert(signed.id());
        self.last.extend(signed.record().all_subjects().map(|subject| (subject, signed.id())));
    }

    /// The cases about a document, in the order in which they began.
    fn cases_about(&self, document: SubjectId) -> Vec<&Case> {
        let ids = self.of_document.get(&document).into_iter().flatten();
        ids.map(|id| &self.cases[id]).collect()
    }

    fn judge(
        &self,
        block: &BlockContext,
        signed: &SignedRecord,
        body: Option<&Body>,
    ) -> Answer<Outcome> {
        let record = signed.record();
        unless(record.audience == block.origin, "foreign-ledger")?;
        let says = Says::new(record, body).ok_or("unknown-kind")?;
        unless(says.info.in_force, "kind-not-in-force")?;
        unless(record.version == 1, "unknown-schema-version")?;
        unless(record.subject.role == Role::Case, "primary-subject")?;
        times(block, record)?;
        fields::check(says.info, record, body)?;
        references(&says)?;
        unless(!self.seen.contains(&signed.id()), "already-recorded")?;
        let writer = self.facts.writer(&says, block)?;
        if let Some(after) = record.after
            && self.last.get(&record.subject) != Some(&after)
        {
            return Err(if self.seen.contains(&after) {
                "sequence-conflict"
            } else {
                "after-unknown"
            });
        }
        self.in_case(block, signed, &says, &writer)
    }

    fn in_case(
        &self,
        block: &BlockContext,
        signed: &SignedRecord,
        says: &Says<'_>,
        writer: &Writer,
    ) -> Answer<Outcome> {
        let nothing = Case::default();
        let known = self.cases.get(&says.record.subject.id);
        unless(known.is_some() || says.kind() == "E01", "subject-unknown")?;
        let case = known.unwrap_or(&nothing);
        let before = known.map(Case::stand);
        let stage = before.as_ref().map(|stand| stand.stage);
        readable(says)?;
        permitted(row_of(says, stage), stage)?;
        let stand = match &before {
            Some(before) if says.kind() == "E18" => corrected(case, before, says, writer)?,
            _ => {
                self.belongs_here(says, before.as_ref())?;
                step(before.as_ref(), signed.id(), says)?
            }
        };
        let seen_by_rules = before.as_ref().unwrap_or(&stand);
        let (model, says, after) = (self, *says, &stand);
        let judged = Judged { model, block, says, writer, case, stand: seen_by_rules, after };
        judged.author()?;
        judged.check()?;
        self.expect_subjects(case, before.as_ref(), &stand, &says)?;
        let books = Books {
            cases: &self.cases,
            of_debtor: self.of_debtor.get(&stand.debtor).map_or(&[], Vec::as_slice),
            claims: &self.claims,
            facts: &self.facts,
        };
        let touched = money::after(&books, &says, writer, (case, before.as_ref(), &stand))?;
        self.one_open_case(before.as_ref(), &stand, &says)?;
        let commits = says.kind() == "E02" && says.word("phase") == "COMMIT";
        let fixed = commits.then(|| judged.fixed());
        Ok(Outcome { stand, before, touched, fixed })
    }

    /// A measure, lot or complaint is of this case, and what was annulled as a whole does not go on.
    fn belongs_here(&self, says: &Says<'_>, before: Option<&Stand>) -> Answer {
        let role = match says.kind() {
            "E06" | "E07" | "E08" => Role::Measure,
            "E10" => Role::Lot,
            "E17" => Role::Complaint,
            _ => return Ok(()),
        };
        let Some(id) = says.first(role) else { return Ok(()) };
        let Some(case) = self.belongs.get(&Subject::new(role, id)) else { return Ok(()) };
        unless(*case == says.record.subject.id, "subject-unexpected")?;
        let Some(before) = before else { return Ok(()) };
        match role {
            Role::Measure if !before.measures.contains_key(&id) => {
                let to = if says.kind() == "E07" { "decision" } else { "measure_state" };
                case::measure_may(says.kind(), "ANNULLED", says.word(to))
            }
            Role::Lot if !before.lots.contains_key(&id) => Err("lot-stage"),
            Role::Complaint if !before.has_complaint(id) => Err("stage-not-allowed"),
            _ => Ok(()),
        }
    }

    /// A document has one open case at a time, and what was presented before is presented again as such.
    fn one_open_case(&self, before: Option<&Stand>, after: &Stand, says: &Says<'_>) -> Answer {
        if before.is_some_and(Stand::is_open) || !after.is_open() {
            return Ok(());
        }
        let own = says.record.subject.id;
        let about = self.of_document.get(&after.document).map_or(&[][..], Vec::as_slice);
        let open = |id: &SubjectId| *id != own && self.cases[id].stand().is_open();
        unless(!about.iter().any(open), "duplicate")?;
        if before.is_none()
            && let Some(last) = about.last()
        {
            let refers = says.reference(2).is_some_and(|it| it.subject.id == *last);
            unless(refers, "duplicate")?;
        }
        Ok(())
    }

    /// The record is in the log.
    fn enter(&mut self, signed: &SignedRecord, body: Option<&Body>, outcome: Outcome) {
        let Outcome { stand, before, touched, fixed } = outcome;
        let record = signed.record();
        let id = record.subject.id;
        self.note(signed);
        for subject in &record.subjects {
            if matches!(subject.role, Role::Measure | Role::Lot | Role::Complaint) {
                self.belongs.entry(*subject).or_insert(id);
            }
        }
        if before.is_none() {
            self.of_debtor.entry(stand.debtor).or_default().push(id);
            self.of_document.entry(stand.document).or_default().push(id);
        }
        for (stand, sign) in [(before.as_ref(), false), (Some(&stand), true)] {
            let officer = stand.filter(|it| it.is_open()).and_then(|it| it.assignee);
            if let Some(officer) = officer {
                let load = self.loads.entry(officer).or_default();
                *load = if sign { *load + 1 } else { *load - 1 };
            }
        }
        let says = Says::new(record, body).expect("it was judged");
        let restates = self.cases.get(&id).is_some_and(|case| case.erased);
        for (touched, money) in &touched {
            let old = self.cases.get(touched).map_or_else(Money::default, |case| case.money);
            let claim = match *touched == id {
                true => stand.claim,
                false => self.cases[touched].stand().claim,
            };
            // What is stated anew after an erasure moves nothing.
            let moved = !(restates && *touched == id);
            if let Some(claim) = claim.filter(|_| moved) {
                let first = before.is_none() && self.claims.contains_key(&claim);
                let it = self.claims.entry(claim).or_default();
                it.due += if first { 0 } else { money.due - old.due };
                it.distributed += money.distributed - old.distributed;
            }
        }
        let case = self.cases.entry(id).or_default();
        if !touched.is_empty() {
            case.erased = false;
        }
        if says.kind() == "E18" && correction_kind(&says) == Correction::Redact {
            case.erased = true;
            let target = says.reference(1).map(|it| it.record);
            let target = case.records.iter_mut().find(|it| Some(it.id) == target);
            target.expect("it was found").body = None;
        }
        let body = body.cloned();
        case.records.push(Written { id: signed.id(), record: record.clone(), body, fixed });
        for (id, money) in touched {
            self.cases.entry(id).or_default().money = money;
        }
    }
}

/// Spec §14.5, 2.
fn times(block: &BlockContext, record: &Record) -> Answer {
    let (now, until) = (block.time.get(), record.valid_until.get());
    unless(until >= now, "record-expired")?;
    unless(until <= now + 30 * 24 * 3_600_000, "valid-until-too-far")?;
    unless(record.event_time.get() <= now + 5 * 60_000, "event-in-future")
}

/// Spec §14.5, 4: references of the kind's relations, one of each.
fn references(says: &Says<'_>) -> Answer {
    let allowed: &[u8] = match says.kind() {
        "E01" => &[2],
        "E02" | "E06" | "E15" => &[3],
        "E08" => &[3, 4],
        "E18" => &[1],
        _ => &[],
    };
    let mut relations: Vec<u8> = says.record.references.iter().map(|it| it.relation).collect();
    unless(relations.iter().all(|it| allowed.contains(it)), "reference-not-allowed")?;
    let count = relations.len();
    relations.sort_unstable();
    relations.dedup();
    unless(relations.len() == count, "reference-not-allowed")
}

/// Where a correction brings a case (spec §16.7).
fn corrected(case: &Case, before: &Stand, says: &Says<'_>, writer: &Writer) -> Answer<Stand> {
    let reference = says.reference(1).ok_or("reference-not-allowed")?;
    unless(reference.subject == says.record.subject, "target-unknown")?;
    unless(case.records.len() <= 2_048, "history-too-long")?;
    let target = case.records.iter().position(|it| it.id == reference.record);
    let target = target.ok_or("target-unknown")?;
    let how = correction_kind(says);
    let (_, in_effect) = case.replay(None)?;
    let holds = in_effect[target];
    match how {
        Correction::Amend => {
            unless(holds, "already-annulled")?;
            return Ok(before.clone());
        }
        Correction::Redact => {
            unless(!before.is_open(), "stage-not-allowed")?;
            unless(case.records[target].record.body.is_some(), "target-not-correctable")?;
            unless(says.record.body.is_none(), "body-presence")?;
            let erased = |at| case.correction(at) == Some((Correction::Redact, target));
            unless(!(0..case.records.len()).any(erased), "body-erased")?;
            return Ok(before.clone());
        }
        Correction::Annul => unless(holds, "already-annulled")?,
        Correction::Reinstate => unless(!holds, "not-annulled")?,
    }
    let root = case.root(target);
    let of_root = case.records[root].says();
    unless(of_root.kind() != "E01", "target-not-correctable")?;
    let redacts = case.correction(target).is_some_and(|(how, _)| how == Correction::Redact);
    unless(!redacts, "target-not-correctable")?;
    let change = Some((target, how == Correction::Reinstate));
    let replayed = case.replay(change);
    if of_root.kind() == "E02" && matches!(of_root.word("phase"), "COMMIT" | "DRAW") {
        let stands = case.in_effect(change)[root];
        let commit = of_root.word("phase") == "COMMIT";
        unless(writer.role == "COURT" && !(commit && stands), "target-not-correctable")?;
    }
    let (stand, _) = replayed.map_err(|_| "replay-impossible")?;
    Ok(stand)
}
