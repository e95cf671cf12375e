//! One case: its records, and where they have brought it (domain model §1.4).

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::body::Body;
use tamga_format::id::{Height, RecordId, SubjectId};
use tamga_format::record::Record;
use tamga_format::subject::Role;

use super::law::{Day, day_of};
use super::matrix::{Row, permitted, row};
use super::money::Money;
use super::says::Says;
use super::{Answer, unless};

/// Grounds on which a case is suspended (domain model §1.4.5).
pub(super) const SUSPENSION_GROUNDS: [&str; 14] = [
    "DEBTOR_DEATH_SUCCESSION",
    "REORGANISATION",
    "INCAPACITY",
    "MILITARY_OPERATIONS",
    "BANKRUPTCY_OR_REHABILITATION",
    "SOLVENCY_RESTORATION",
    "CLAIM_TO_RELEASE_FROM_ARREST",
    "COURT_SUSPENDED_ACT",
    "SEARCH_WITHOUT_PROPERTY",
    "DEBTOR_HOSPITAL",
    "DEBTOR_LONG_ABSENCE",
    "EXPERT_EXAMINATION",
    "CHALLENGED_ACTIONS",
    "CLARIFICATION_REQUESTED",
];

/// A record in the log, of which the case is the primary subject.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) id: RecordId,
    pub(super) record: Record,
    /// Its body, unless it has none or it was erased.
    pub(super) body: Option<Body>,
    /// What an E02 COMMIT fixed beside what it says.
    pub(super) fixed: Option<Fixed>,
}

/// Candidates that are fixed: the block, the loads, and the hash over them.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    pub(super) height: Height,
    pub(super) root: [u8; 32],
    pub(super) loads: Vec<u64>,
}

impl Written {
    pub(super) fn says(&self) -> Says<'_> {
        Says::new(&self.record, self.body.as_ref()).expect("it was accepted")
    }
}

/// A case as a list of what happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    /// Its records in the order of the log.
    pub(super) records: Vec<Written>,
    /// Its money after each change.
    pub(super) money: Money,
    /// Whether its amounts were erased with a body.
    pub(super) erased: bool,
}

/// How a correction corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Correction {
    Amend,
    Annul,
    Reinstate,
    Redact,
}

impl Case {
    /// Where the case stands: the records in effect, one after another.
    pub(super) fn stand(&self) -> Stand {
        let (stand, _) = self.replay(None).expect("what was accepted can be replayed");
        stand
    }

    /// Where the case would stand if a record were annulled or reinstated, and which records would be in effect.
    pub(super) fn replay(&self, change: Option<(usize, bool)>) -> Answer<(Stand, Vec<bool>)> {
        let in_effect = self.in_effect(change);
        let mut stand: Option<Stand> = None;
        for (written, _) in self.records.iter().zip(&in_effect).filter(|(_, holds)| **holds) {
            if written.says().kind() != "E18" {
                stand = Some(step(stand.as_ref(), written.id, &written.says())?);
            }
        }
        Ok((stand.expect("the first record can't be annulled"), in_effect))
    }

    /// Which records are in effect: the last correction in effect about a record says whether it is.
    pub(super) fn in_effect(&self, change: Option<(usize, bool)>) -> Vec<bool> {
        let mut said: Vec<Option<bool>> = vec![None; self.records.len()];
        if let Some((target, holds)) = change {
            said[target] = Some(holds);
        }
        for at in (0..self.records.len()).rev() {
            if said[at] == Some(false) {
                continue;
            }
            match self.correction(at) {
                Some((Correction::Annul, target)) => {
                    said[target].get_or_insert(false);
                }
                Some((Correction::Reinstate, target)) => {
                    said[target].get_or_insert(true);
                }
                Some((Correction::Amend | Correction::Redact, _)) | None => {}
            }
        }
        said.into_iter().map(|said| said.unwrap_or(true)).collect()
    }

    /// How a record corrects which other; nothing if it is no correction.
    pub(super) fn correction(&self, at: usize) -> Option<(Correction, usize)> {
        let says = self.records[at].says();
        if says.kind() != "E18" {
            return None;
        }
        let target = says.reference(1)?.record;
        let target = self.records.iter().position(|known| known.id == target)?;
        Some((correction_kind(&says), target))
    }

    /// The record whose effect changes when a record is corrected: the end of a chain of corrections.
    pub(super) fn root(&self, target: usize) -> usize {
        let mut at = target;
        while let Some((_, next)) = self.correction(at) {
            at = next;
        }
        at
    }
}

/// How an E18 corrects.
pub(super) fn correction_kind(says: &Says<'_>) -> Correction {
    match says.word("correction_kind") {
        "AMEND" => Correction::Amend,
        "ANNUL" => Correction::Annul,
        "REINSTATE" => Correction::Reinstate,
        _ => Correction::Redact,
    }
}

/// A measure.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    pub(super) code: String,
    pub(super) state: String,
    object: Option<[u8; 32]>,
    pub(super) answered_by: Option<RecordId>,
    pub(super) imposed_by: Option<RecordId>,
}

impl Measure {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "ACTIVE" | "SUSPENDED")
    }
}

/// A lot.
#[derive(Clone, Debug)]
pub(super) struct Lot {
    pub(super) stage: String,
    pub(super) round: i64,
    pub(super) valued_on: Option<Day>,
}

impl Lot {
    pub(super) fn is_open(&self) -> bool {
        !matches!(
            self.stage.as_str(),
            "SOLD" | "TRANSFERRED_TO_CLAIMANT" | "RETURNED_TO_DEBTOR" | "RELEASED"
        )
    }
}

/// A complaint.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    kind: String,
    forum: String,
    stage: String,
}

/// Where a case stands.
#[derive(Clone, Debug)]
pub(super) struct Stand {
    pub(super) stage: &'static str,
    stage_since: i64,
    before_suspension: &'static str,
    before_closing: &'static str,
    pub(super) debtor: SubjectId,
    pub(super) debtor_kind: String,
    pub(super) claimants: Vec<SubjectId>,
    pub(super) for_the_state: bool,
    pub(super) document: SubjectId,
    pub(super) claim: Option<SubjectId>,
    pub(super) order: i64,
    pub(super) periodic: bool,
    pub(super) assignee: Option<SubjectId>,
    pub(super) assigned_by: Option<RecordId>,
    pub(super) region: Option<String>,
    pub(super) received_on: Day,
    pub(super) initiated_on: Option<Day>,
    grounds: BTreeSet<String>,
    pub(super) until: Option<Day>,
    pub(super) in_register: bool,
    pub(super) warned_at: Option<i64>,
    /// The commitment, and the record that drew.
    pub(super) draw: Option<(RecordId, Option<RecordId>)>,
    pub(super) measures: BTreeMap<SubjectId, Measure>,
    pub(super) lots: BTreeMap<SubjectId, Lot>,
    complaints: BTreeMap<SubjectId, Complaint>,
    /// On whose royalties the case levies, once for each levy that is not lifted.
    pub(super) royalties: Vec<SubjectId>,
}

impl Stand {
    pub(super) fn is_open(&self) -> bool {
        self.is_enforced() || matches!(self.stage, "RECEIVED" | "ASSIGNED")
    }

    pub(super) fn is_enforced(&self) -> bool {
        matches!(self.stage, "INITIATED" | "ENFORCING" | "DEFERRED" | "SUSPENDED")
    }

    pub(super) fn grounds(&self) -> impl Iterator<Item = &String> {
        self.grounds.iter()
    }

    pub(super) fn complaints(&self) -> impl Iterator<Item = SubjectId> {
        self.complaints.keys().copied()
    }

    pub(super) fn complaint_stage(&self, id: SubjectId) -> Option<&str> {
        self.complaints.get(&id).map(|it| it.stage.as_str())
    }

    pub(super) fn has_complaint(&self, id: SubjectId) -> bool {
        self.complaints.contains_key(&id)
    }

    /// The day the case ended.
    pub(super) fn ended_on(&self) -> Option<Day> {
        (!self.is_open()).then(|| day_of(self.stage_since))
    }
}

/// Which row of the table a record is, in a case of a stage.
pub(super) fn row_of(says: &Says<'_>, stage: Option<&str>) -> &'static Row {
    let suspended = stage == Some("SUSPENDED");
    let ended = stage.is_some_and(|stage| stage.starts_with("CLOSED_"));
    row(match says.kind() {
        "E01" => "T01",
        "E02" if says.word("phase") == "COMMIT" => "T02a",
        "E02" => "T02",
        "E03" if says.word("decision") == "REFUSED" => "T03",
        "E03" => "T04",
        "E04" => "T05",
        "E05" => "T06",
        "E08" if ended && says.word("measure_state") == "LIFTED" => "T07L",
        "E06" | "E07" | "E08" => "T07",
        "E09" if says.word("step") == "LIFTED" => "T08L",
        "E09" => "T08",
        "E10" => "T09",
        "E11" => "T10",
        "E12" => "T11",
        "E13" => match says.word("transition") {
            "SUSPEND" if suspended => "T12b",
            "SUSPEND" => "T12",
            "RESUME" => "T13",
            "DEFER" => "T14",
            "POSTPONE" => "T15",
            _ => "T16",
        },
        "E14" => "T17",
        "E15" => match says.word("outcome") {
            "EXECUTED" => "T18a",
            "TERMINATED" => "T18b",
            "RETURNED_CLAIMANT" => "T18c",
            "RETURNED_ISSUER" => "T18d",
            _ => "T19",
        },
        "E16" => "TER",
        "E17" => "T21",
        _ => "T22",
    })
}

/// What can be said of a record before the case is looked at.
pub(super) fn readable(says: &Says<'_>) -> Answer {
    if says.kind() == "E02" {
        let (version, needs, may): (i64, &[&str], &[&str]) = match says.word("phase") {
            "COMMIT" => (1, &["candidates"], &["max_load"]),
            "DRAW" => (1, &["bailiff_id", "candidate_root", "loads"], &[]),
            _ => (0, &["bailiff_id"], &[]),
        };
        unless(says.number("algorithm_version") == Some(version), "transition-not-in-force")?;
        for name in ["bailiff_id", "candidate_root", "candidates", "max_load", "loads"] {
            let fits = if says.has(name) {
                needs.contains(&name) || may.contains(&name)
            } else {
                !needs.contains(&name)
            };
            unless(fits, "validation")?;
        }
        let refers = !says.record.references.is_empty();
        unless(refers == (says.word("phase") == "DRAW"), "reference-not-allowed")?;
    }
    if says.kind() == "E13" && matches!(says.word("transition"), "SUSPEND" | "RESUME") {
        unless(SUSPENSION_GROUNDS.contains(&says.word("ground_code")), "ground-unknown")?;
    }
    Ok(())
}

/// What a record makes of a case.
pub(super) fn step(before: Option<&Stand>, id: RecordId, says: &Says<'_>) -> Answer<Stand> {
    let stage = before.map(|stand| stand.stage);
    let row = row_of(says, stage);
    permitted(row, stage)?;
    let Some(before) = before else { return presented(says) };
    let mut after = before.clone();
    let now = says.record.event_time.get();
    if !row.to.starts_with("self") && row.to != "previous" && row.to != "replayed" {
        after.stage = row.to.split(' ').next().unwrap_or_default();
    }
    match row.id {
        "T02a" => after.draw = Some((id, None)),
        "T02" => {
            after.assignee = says.id("bailiff_id");
            after.assigned_by = Some(id);
            if says.word("phase") == "DRAW"
                && let Some((_, drawn)) = &mut after.draw
            {
                *drawn = Some(id);
            }
        }
        "T04" => after.initiated_on = Some(says.day()),
        "T05" => {
            let warning =
                says.word("recipient") == "DEBTOR" && says.word("content") == "TRAVEL_BAN_WARNING";
            if warning && after.warned_at.is_none() {
                after.warned_at = says.number("delivered_at");
            }
        }
        "T07" | "T07L" => measure(&mut after, id, says)?,
        "T08" if says.word("levy_kind") == "ROYALTIES" => {
            let rightsholder = says.first(Role::Rightsholder).unwrap_or(SubjectId([0; 32]));
            let same = after.royalties.iter().all(|it| *it == rightsholder);
            unless(same, "subject-unexpected")?;
            after.royalties.push(rightsholder);
        }
        "T08L" => {
            after.royalties.pop().ok_or("levy-not-in-force")?;
        }
        "T09" => lot(&mut after, says)?,
        "T12" | "T12b" => {
            let new = after.grounds.insert(says.word("ground_code").to_owned());
            unless(new, "ground-unknown")?;
            if row.id == "T12" {
                after.before_suspension = before.stage;
            }
        }
        "T13" => {
            unless(after.grounds.remove(says.word("ground_code")), "ground-unknown")?;
            if after.grounds.is_empty() {
                after.stage = after.before_suspension;
            }
        }
        "T14" | "T15" => after.until = says.number("until"),
        "T16" => after.until = None,
        "T17" => {
            unless(after.assignee == says.id("from_bailiff"), "not-assignee")?;
            unless(after.assignee != says.id("to_bailiff"), "transfer-not-allowed")?;
            after.assignee = says.id("to_bailiff");
            after.assigned_by = Some(id);
            if says.has("region_code") {
                after.region = Some(says.word("region_code").to_owned());
            }
        }
        "T03" | "T18a" | "T18b" | "T18c" | "T18d" => after.before_closing = before.stage,
        "T19" => after.stage = before.before_closing,
        "TER" => {
            after.in_register = says.word("reason") == "ENTERED";
            unless(after.in_register != before.in_register, "stage-not-allowed")?;
        }
        "T21" => complaint(&mut after, says)?,
        _ => {}
    }
    if after.stage != before.stage {
        after.stage_since = now;
    }
    Ok(after)
}

fn presented(says: &Says<'_>) -> Answer<Stand> {
    let one = |role: Role| match says.named(role)[..] {
        [id] => Ok(id),
        _ => Err("subject-missing"),
    };
    let claimants = says.named(Role::Claimant);
    unless((1..=16).contains(&claimants.len()), "subject-missing")?;
    Ok(Stand {
        stage: "RECEIVED",
        stage_since: says.record.event_time.get(),
        before_suspension: "",
        before_closing: "",
        debtor: one(Role::Debtor)?,
        debtor_kind: says.word("debtor_kind").to_owned(),
        claimants,
        for_the_state: says.word("claimant_kind") == "STATE",
        document: one(Role::Document)?,
        claim: says.first(Role::Claim),
        order: says.number("claim_order").unwrap_or_default(),
        periodic: says.flag("periodic"),
        assignee: None,
        assigned_by: None,
        region: says.has("region_code").then(|| says.word("region_code").to_owned()),
        received_on: says.day(),
        initiated_on: None,
        grounds: BTreeSet::new(),
        until: None,
        in_register: false,
        warned_at: None,
        draw: None,
        measures: BTreeMap::new(),
        lots: BTreeMap::new(),
        complaints: BTreeMap::new(),
        royalties: Vec::new(),
    })
}

/// PROPOSED → SANCTION_REQUESTED → SANCTIONED or DENIED → ACTIVE → SUSPENDED → ACTIVE → LIFTED.
fn measure(stand: &mut Stand, id: RecordId, says: &Says<'_>) -> Answer {
    let measure = says.first(Role::Measure).ok_or("subject-missing")?;
    let known = stand.measures.get(&measure);
    let from = known.map_or("NONE", |it| it.state.as_str());
    let to = if says.kind() == "E07" { says.word("decision") } else { says.word("measure_state") };
    measure_may(says.kind(), from, to)?;
    let object = says.kind().eq("E06").then(|| says.bytes("measure_object_tag")).flatten();
    let mut next = known.cloned().unwrap_or_else(|| Measure {
        code: says.word("measure_code").to_owned(),
        state: String::new(),
        object,
        answered_by: None,
        imposed_by: None,
    });
    if says.kind() == "E06" {
        unless(next.code == says.word("measure_code") && next.object == object, "measure-state")?;
    }
    to.clone_into(&mut next.state);
    match says.kind() {
        "E07" => next.answered_by = Some(id),
        "E06" if to == "ACTIVE" => next.imposed_by = Some(id),
        _ => {}
    }
    stand.measures.insert(measure, next);
    Ok(())
}

/// Whether a kind brings a measure from one state to another; the code of what is wrong.
pub(super) fn measure_may(kind: &str, from: &str, to: &str) -> Answer {
    match (kind, from, to) {
        ("E06", "NONE", "PROPOSED" | "SANCTION_REQUESTED" | "ACTIVE")
        | ("E06", "PROPOSED", "SANCTION_REQUESTED" | "ACTIVE")
        | ("E06", "SANCTIONED", "ACTIVE")
        | ("E07", "SANCTION_REQUESTED", _)
        | ("E08", "ACTIVE", "SUSPENDED" | "LIFTED")
        | ("E08", "SUSPENDED", "ACTIVE" | "LIFTED") => Ok(()),
        ("E07", ..) => Err("sanction-not-awaited"),
        ("E06", "SANCTION_REQUESTED" | "SANCTION_DENIED", "ACTIVE") => Err("sanction-missing"),
        _ => Err("measure-state"),
    }
}

/// Domain model §1.4.4.
fn lot(stand: &mut Stand, says: &Says<'_>) -> Answer {
    let lot = says.first(Role::Lot).ok_or("subject-missing")?;
    let known = stand.lots.get(&lot);
    let (from, to) = (known.map_or("NONE", |it| it.stage.as_str()), says.word("lot_stage"));
    let next: &[&str] = match from {
        "NONE" => &["IDENTIFIED"],
        "IDENTIFIED" => &["ARRESTED", "RELEASED"],
        "ARRESTED" => &["APPRAISER_APPOINTED", "RELEASED"],
        "APPRAISER_APPOINTED" => &["VALUED", "RELEASED"],
        "VALUED" => &["LISTED", "APPRAISER_APPOINTED", "RELEASED"],
        "LISTED" => &["AUCTION_HELD", "RELEASED"],
        "AUCTION_HELD" => &["SOLD", "FAILED"],
        "FAILED" => &[
            "LISTED",
            "APPRAISER_APPOINTED",
            "TRANSFERRED_TO_CLAIMANT",
            "RETURNED_TO_DEBTOR",
            "RELEASED",
        ],
        _ => &[],
    };
    unless(next.contains(&to), "lot-stage")?;
    let start = Lot { stage: String::new(), round: 0, valued_on: None };
    let mut lot_after = known.cloned().unwrap_or(start);
    to.clone_into(&mut lot_after.stage);
    match to {
        "VALUED" => lot_after.valued_on = says.number("valuation_date"),
        "LISTED" => lot_after.round += 1,
        _ => {}
    }
    stand.lots.insert(lot, lot_after);
    Ok(())
}

/// Domain model §1.7.
fn complaint(stand: &mut Stand, says: &Says<'_>) -> Answer {
    let complaint = says.first(Role::Complaint).ok_or("subject-missing")?;
    let known = stand.complaints.get(&complaint);
    let (from, to) = (known.map_or("NONE", |it| it.stage.as_str()), says.word("stage"));
    let next: &[&str] = match from {
        "NONE" => &["FILED"],
        "FILED" => &["ACCEPTED", "RETURNED"],
        "ACCEPTED" | "APPEALED" => &["SATISFIED", "PARTIALLY", "DISMISSED"],
        "SATISFIED" | "PARTIALLY" | "DISMISSED" => &["IN_FORCE", "APPEALED"],
        _ => &[],
    };
    unless(next.contains(&to), "stage-not-allowed")?;
    let (kind, forum) = (says.word("complaint_kind"), says.word("forum"));
    if let Some(known) = known {
        // Another court may hear the appeal; what the complaint is about stays.
        let same = known.kind == kind && (known.forum == forum || to == "APPEALED");
        unless(same, "validation")?;
    }
    let after = Complaint { kind: kind.into(), forum: forum.into(), stage: to.into() };
    stand.complaints.insert(complaint, after);
    Ok(())
}
