//! A random walk through the law: records that mostly fit the case they are about, of every kind and by every writer.
//!
//! Unlike lives that are planned, a walk looks at where the model says a case stands and tries something: so it comes to
//! corrections of corrections, payouts over several claims, complaints about closed cases.

use std::collections::BTreeMap;

use tamga_format::body::{Body, BodyField};
use tamga_format::cbor::Value;
use tamga_format::id::{KeyId, RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::signature::Signature;
use tamga_format::subject::{Role, Subject};
use tamga_node::demo::rng::Rng;
use tamga_state::BlockContext;
use tamga_state::catalogue::Kind;

use super::Model;
use super::case::{SUSPENSION_GROUNDS, Stand};
use super::compare::{Both, Written};
use super::law::{Day, day_of};
use super::mutate::mutate;
use crate::sim::ledger::START;

mod draft;
mod money;
mod registry;

use draft::Draft;
pub use registry::genesis;
use registry::{BIN, DAY_MS, OFFICERS, PARTIES, officer, party};

/// Records of one block.
const BLOCK: usize = 25;
const HOUR_MS: i64 = 3_600_000;

/// A ledger of so many random proceedings, judged twice; before so many records of a hundred comes a faulty copy.
#[must_use]
pub fn judged(seed: u64, cases: usize, faults: u64) -> Both {
    let mut both = Both::new(&genesis(), START);
    let (mut walk, mut chance) = (Walk::new(seed), Rng::new(seed).fork());
    let mut records = 0;
    while walk.begun() < cases {
        let written = walk.next(&both.model, &both.block);
        let faulty = chance.chance(faults * 10).then(|| mutate(&written, &mut chance)).flatten();
        if let Some(faulty) = faulty {
            both.submit(&faulty);
        }
        both.submit(&written);
        records += 1;
        if records % BLOCK == 0 {
            both.build(HOUR_MS);
        }
    }
    both.build(HOUR_MS);
    both
}

/// A walk.
#[derive(Debug)]
pub struct Walk {
    rng: Rng,
    keys: BTreeMap<Subject, KeyId>,
    begun: usize,
    /// Cases that something still happens in.
    open: Vec<Subject>,
    serial: u64,
}

impl Walk {
    /// A walk of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let keys = genesis().keys.iter().map(|it| (it.holder, it.public.key_id())).collect();
        Self { rng: Rng::new(seed), keys, begun: 0, open: Vec::new(), serial: 0 }
    }

    /// Cases that were begun.
    #[must_use]
    pub fn begun(&self) -> usize {
        self.begun
    }

    /// A number below another.
    fn below(&mut self, most: usize) -> usize {
        self.rng.index(most)
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.rng.index(list.len())].clone()
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.rng.index(many) == 0
    }

    /// The next record.
    pub fn next(&mut self, model: &Model, block: &BlockContext) -> Written {
        self.serial += 1;
        let begins = self.open.len() < 12 || self.one_in(20);
        let day = day_of(block.time.get());
        let draft = if begins {
            self.begun += 1;
            let number = u64::try_from(self.begun).expect("few cases").to_be_bytes();
            let case = Subject::new(Role::Case, SubjectId(sha256(&[b"walk case", &number])));
            self.open.push(case);
            if self.open.len() > 40 {
                self.open.remove(0);
            }
            self.present(model, case, day)
        } else {
            let case = self.pick(&self.open.clone());
            match model.cases.get(&case.id) {
                None => self.present(model, case, day),
                Some(known) => self.go_on(model, case, &known.stand(), day),
            }
        };
        self.seal(draft, block)
    }

    fn seal(&mut self, draft: Draft, block: &BlockContext) -> Written {
        let kinds = Kind::ALL.iter().find(|kind| kind.info().code == draft.kind);
        let info = kinds.expect("a kind of the catalogue").info();
        let seed = sha256(&[b"walk", &self.serial.to_be_bytes(), draft.case.id.as_bytes()]);
        let body = (!draft.body.is_empty()).then(|| {
            let field = |(name, value): (&&str, &Value)| BodyField {
                salt: sha256(&[&seed, name.as_bytes()]),
                name: (*name).to_owned(),
                value: value.clone(),
            };
            Body::new(draft.body.iter().map(field).collect()).expect("a small body")
        });
        let mut subjects = draft.subjects;
        subjects.sort_unstable();
        subjects.dedup();
        subjects.retain(|subject| *subject != draft.case);
        let number = |name: &str| info.field_named(name).expect("a field of the kind").number;
        let mut fields: Vec<(u16, Value)> =
            draft.fields.into_iter().map(|(name, value)| (number(name), value)).collect();
        fields.sort_by_key(|(number, _)| *number);
        let robots = [officer("robot"), officer("bank")];
        let organisation = Subject::registered(Role::Organisation, BIN);
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&seed[..16]);
        let late = i64::try_from(self.below(3)).expect("small") * DAY_MS / 2;
        let record = Record {
            // Faults may have made parties that hold no key.
            key_id: self.keys.get(&draft.writer).copied().unwrap_or(KeyId([0; 32])),
            issuer: draft.writer,
            subject: draft.case,
            audience: block.origin.clone(),
            kind: info.kind.number(),
            version: 1,
            nonce,
            event_time: UnixMillis(block.time.get() - late),
            valid_until: UnixMillis(block.time.get() + DAY_MS),
            subjects,
            after: None,
            on_behalf_of: robots.contains(&draft.writer).then_some(organisation.id),
            references: draft.references,
            fields,
            body: body.as_ref().map(Body::commitment),
        };
        unsigned(&record, body)
    }

    fn present(&mut self, model: &Model, case: Subject, day: Day) -> Draft {
        let again = self.one_in(8).then(|| self.ended(model)).flatten();
        let mut document = Subject::new(Role::Document, case.id);
        let mut parties = vec![self.party(Role::Debtor), self.party(Role::Claimant)];
        if self.one_in(5) {
            parties.push(self.party(Role::Claimant));
        }
        let mut due = i128::from(self.rng.within(1..40_000_000));
        if self.one_in(9) {
            let claim = Subject::new(Role::Claim, SubjectId([self.pick(&[1, 2, 3, 4, 5]); 32]));
            due = model.claims.get(&claim.id).map_or(due, |claim| claim.due);
            parties.push(claim);
        }
        let for_the_state = self.one_in(5);
        if for_the_state && self.one_in(2) {
            due = due.min(5_000_000);
        }
        let state = if for_the_state { "STATE" } else { "PERSON" };
        let kind = self.pick(&["PERSON", "PERSON", "ENTREPRENEUR", "ORGANISATION"]);
        let mut order = i64::try_from(1 + self.below(4)).expect("small");
        let category = match order {
            1 => self.pick(&["ALIMONY", "HARM", "WAGES"]),
            2 => "AUTHOR_REMUNERATION",
            _ => self.pick(&["TAX", "FINE", "DEBT", "OTHER"]),
        };
        if self.one_in(40) {
            order = self.pick(&[0, 1, 2, 3, 9]);
        }
        let writer = self.pick(&["operator", "operator", "issuer"]);
        let types = ["COURT_ORDER", "WRIT_JUDICIAL", "FINE_INSTRUCTION", "AIFC_SECURING_ORDER"];
        let age = self.pick(&[1, 30, 200, 363, 366, 400, 1_090, 1_100]);
        let mut draft = self.draft("E01", writer, case);
        if let Some((previous, last, about)) = again {
            document = Subject::new(Role::Document, about);
            draft = draft.referring(2, last, previous);
        }
        draft = draft
            .naming(parties)
            .naming([document])
            .field("exec_doc_type", self.pick(&types))
            .field("issue_date", day - age - 2)
            .field("in_force_date", day - age)
            .field("claim_category", category)
            .field("claim_order", order)
            .field("debtor_kind", kind)
            .field("claimant_kind", state)
            .body("amount_due", due);
        if !self.one_in(6) {
            draft = draft.field("region_code", self.pick(&["75", "75", "75", "10"]));
        }
        if self.one_in(10) {
            draft = draft.field("periodic", Value::Bool(true));
        }
        if self.one_in(8) {
            draft = draft.field("term_restored_by", [7; 32]);
        }
        if self.one_in(10) {
            draft = draft.field("term_interrupted_on", day - age + 100);
        }
        draft
    }

    /// One of a few parties, who change as the walk goes on.
    fn party(&mut self, role: Role) -> Subject {
        party(role, self.begun / 60 % PARTIES * 6 + self.rng.index(6))
    }

    /// A case that has ended, its last record and its document.
    fn ended(&mut self, model: &Model) -> Option<(Subject, RecordId, SubjectId)> {
        let ended: Vec<(Subject, SubjectId)> = self
            .open
            .iter()
            .filter_map(|case| Some((*case, model.cases.get(&case.id)?.stand())))
            .filter(|(_, stand)| !stand.is_open())
            .map(|(case, stand)| (case, stand.document))
            .collect();
        let (case, document) = (!ended.is_empty()).then(|| self.pick(&ended))?;
        Some((case, *model.last.get(&case)?, document))
    }

    fn draft(&self, kind: &'static str, writer: &str, case: Subject) -> Draft {
        Draft {
            kind,
            writer: officer(writer),
            case,
            subjects: Vec::new(),
            references: Vec::new(),
            fields: Vec::new(),
            body: BTreeMap::new(),
        }
    }

    /// A draft by the assignee, or mostly so.
    fn by_assignee(&mut self, kind: &'static str, case: Subject, stand: &Stand) -> Draft {
        let mut draft = self.draft(kind, "court", case);
        if let Some(id) = stand.assignee {
            draft.writer = Subject::new(Role::Officer, id);
        }
        if self.one_in(25) {
            let other = self.pick(&OFFICERS).0;
            draft.writer = officer(other);
        }
        draft.naming(parties(stand, kind))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind")]
    fn go_on(&mut self, model: &Model, case: Subject, stand: &Stand, day: Day) -> Draft {
        let usual: &[&str] = match stand.stage {
            "RECEIVED" => &["E02", "E02", "E02", "E18", "E17"],
            "ASSIGNED" => &["E03", "E03", "E03", "E14", "E17", "E18", "E15"],
            "INITIATED" => {
                &["E04", "E05", "E05", "E05", "E06", "E11", "E13", "E14", "E15", "E18", "E16"]
            }
            "ENFORCING" => &[
                "E04", "E06", "E06", "E07", "E08", "E08", "E09", "E10", "E10", "E10", "E11", "E11",
                "E12", "E12", "E13", "E14", "E15", "E16", "E17", "E18",
            ],
            "DEFERRED" => &["E13", "E13", "E11", "E12", "E06", "E08", "E15", "E18"],
            "SUSPENDED" => &["E13", "E13", "E13", "E06", "E07", "E08", "E11", "E12", "E15", "E18"],
            _ => &["E15", "E16", "E17", "E18", "E18", "E08", "E04"],
        };
        let any = [
            "E02", "E03", "E04", "E05", "E06", "E07", "E08", "E09", "E10", "E11", "E12", "E13",
            "E14", "E15", "E16", "E17", "E18",
        ];
        let kind = if self.one_in(20) { self.pick(&any) } else { self.pick(usual) };
        match kind {
            "E02" => self.distribute(model, case, stand),
            "E03" => {
                let draft = self.by_assignee("E03", case, stand).field("act_date", day);
                if self.one_in(6) {
                    draft
                        .naming([Subject::new(Role::Document, stand.document)])
                        .field("decision", "REFUSED")
                        .field("ground_code", self.pick(&["WRONG_TERRITORY", "NOT_IN_FORCE"]))
                } else {
                    draft.field("decision", "INITIATED").field("execution_class", "A")
                }
            }
            "E04" => {
                let sent = (day - 1) * DAY_MS;
                self.by_assignee("E04", case, stand)
                    .field("recipient", self.pick(&["DEBTOR", "DEBTOR", "CLAIMANT"]))
                    .field("channel", "EGOV")
                    .field("content", self.pick(&["INITIATION", "TRAVEL_BAN_WARNING"]))
                    .field("sent_at", sent)
                    .field("delivery_status", "DELIVERED")
                    .field("delivered_at", sent + 1_000)
            }
            "E05" => {
                let reason = self.pick(&["NO_VOLUNTARY_TERM", "VOLUNTARY_TERM_ELAPSED"]);
                self.by_assignee("E05", case, stand)
                    .field("reason", reason)
                    .field("term_end", day + i64::from(self.one_in(4)) * 3)
            }
            "E06" | "E07" | "E08" => self.measure(kind, model, case, stand, day),
            "E09" => {
                let (levy, payer) = self.pick(&[
                    ("FUNDS", "BANK"),
                    ("WAGES", "EMPLOYER"),
                    ("PROPERTY", "BUYER"),
                    ("ROYALTIES", "CMO"),
                ]);
                if !stand.royalties.is_empty() && self.one_in(3) {
                    return self
                        .by_assignee("E09", case, stand)
                        .naming(levied(stand))
                        .field("levy_kind", "ROYALTIES")
                        .field("payer_kind", "CMO")
                        .field("step", "LIFTED")
                        .field("act_date", day);
                }
                let mut draft = self
                    .by_assignee("E09", case, stand)
                    .field("levy_kind", levy)
                    .field("payer_kind", payer)
                    .field("act_date", day);
                if levy == "ROYALTIES" {
                    draft = draft
                        .naming([self.rightsholder(stand)])
                        .field("payer_id", Subject::registered(Role::Organisation, BIN).id.0);
                }
                if levy == "WAGES" {
                    draft = draft.field("rate_bp", self.pick(&[2_500, 5_000, 6_000]));
                }
                draft.body("limit_amount", i128::from(self.rng.within(1..40_000_000)) / 2)
            }
            "E10" => self.lot(case, stand, day),
            "E11" => {
                let due = model.cases[&case.id].money.due;
                let amount = self.pick(&[due, due / 2, due / 3, 1_000_000]) + 1;
                let mut draft = self.by_assignee("E11", case, stand);
                if self.one_in(5) {
                    draft.writer = officer("bank");
                }
                if self.one_in(30) {
                    draft = draft.field("payout_batch", [4; 32]);
                }
                draft
                    .field("source_kind", self.pick(&["ACCOUNT", "ACCOUNT", "ROYALTIES"]))
                    .field("value_date", day)
                    .body("amount", amount)
            }
            "E12" => self.pay_out(model, case, stand),
            "E13" => self.lifecycle(case, stand, day),
            "E14" => {
                let to = self.pick(&["bailiff-1", "bailiff-2", "state-bailiff", "far-bailiff"]);
                let reason =
                    self.pick(&["LEFT_OFFICE", "LICENCE_SUSPENDED", "REGION_CHANGED", "RECUSAL"]);
                let from = stand.assignee.map_or([0; 32], |id| id.0);
                let mut draft = self.draft("E14", "authority", case);
                if self.one_in(2) {
                    draft = self.draft("E14", "chamber", case);
                }
                draft = draft
                    .naming(parties(stand, "E14"))
                    .naming([officer(to)])
                    .field("from_bailiff", from)
                    .field("to_bailiff", officer(to).id.0)
                    .field("reason", reason)
                    .field("inventory_root", [9; 32]);
                if reason == "REGION_CHANGED" {
                    draft =
                        draft.field("region_code", if to == "far-bailiff" { "10" } else { "75" });
                }
                draft
            }
            "E15" => self.close(model, case, stand, day),
            "E16" => {
                let reason = match (stand.in_register, stand.is_open()) {
                    (false, _) => "ENTERED",
                    (true, true) => self.pick(&["REMOVED_ERROR", "REMOVED_EXECUTED"]),
                    (true, false) => {
                        self.pick(&["REMOVED_EXECUTED", "REMOVED_TERMINATED", "REMOVED_EXPIRED"])
                    }
                };
                self.by_assignee("E16", case, stand)
                    .field("reason", reason)
                    .field("presentation_deadline", day - 1)
            }
            "E17" => self.complain(case, stand),
            _ => self.correct(model, case, stand),
        }
    }

    /// The debtor as a rightsholder, one of a few; now and then somebody else by mistake.
    fn rightsholder(&mut self, stand: &Stand) -> Subject {
        let mistaken = usize::from(self.one_in(12));
        party(Role::Rightsholder, usize::from(stand.debtor.0[0] % 8) + mistaken)
    }

    fn distribute(&mut self, model: &Model, case: Subject, stand: &Stand) -> Draft {
        if let Some((commitment, None)) = stand.draw {
            return self.draw(model, case, commitment);
        }
        let chamber = match stand.region.as_deref() {
            Some("10") => "far-chamber",
            _ => "chamber",
        };
        if self.one_in(3) {
            let mut list: Vec<(Subject, Option<&str>)> = ["bailiff-1", "bailiff-2", "far-bailiff"]
                .into_iter()
                .map(|number| (officer(number), None))
                .collect();
            if stand.region.is_some() {
                let far = usize::from(chamber == "chamber") * 2;
                list[far].1 = Some("WRONG_REGION");
                if far == 0 {
                    list[1].1 = Some("WRONG_REGION");
                }
            }
            if self.one_in(4) {
                list[2].1 = Some("DECLARED_RELATION");
            }
            list.sort_unstable();
            let item = |(officer, reason): &(Subject, Option<&str>)| {
                let id = Value::bytes(officer.id.as_bytes());
                reason.map_or_else(
                    || id.clone(),
                    |reason| Value::Array(vec![id.clone(), Value::text(reason)]),
                )
            };
            return self
                .draft("E02", chamber, case)
                .field("phase", "COMMIT")
                .field("algorithm_version", 1)
                .field("candidates", Value::Array(list.iter().map(item).collect()));
        }
        let near = ["bailiff-1", "bailiff-2", "state-bailiff", "robot"];
        let to = if stand.for_the_state && self.one_in(2) {
            "robot"
        } else if chamber == "far-chamber" {
            self.pick(&["far-bailiff", "state-bailiff"])
        } else {
            self.pick(&near)
        };
        let mut draft = self
            .draft("E02", chamber, case)
            .naming([officer(to)])
            .field("bailiff_id", officer(to).id.0)
            .field("algorithm_version", 0);
        if !self.one_in(10) {
            draft = draft.field("provenance", "DERIVED");
        }
        draft
    }

    /// A draw, with the winner that the model finds; before it is due, with anybody.
    fn draw(&mut self, model: &Model, case: Subject, commitment: RecordId) -> Draft {
        let known = model.cases[&case.id].records.iter().find(|it| it.id == commitment);
        let known = known.expect("it is in the list");
        let fixed = known.fixed.as_ref().expect("a commitment");
        let list = known.says().value("candidates").and_then(super::draw::candidates);
        let list = list.expect("it was accepted");
        let loads = &fixed.loads;
        let at = usize::try_from(fixed.height.get()).expect("short logs");
        let winner = super::draw::beacon(&model.blocks, at).and_then(|beacon| {
            super::draw::winner(&list, loads, 0, (&beacon, case.id, &fixed.root))
        });
        let winner = winner.unwrap_or(list[0].0);
        self.draft("E02", "chamber", case)
            .naming([Subject::new(Role::Officer, winner)])
            .referring(3, commitment, case)
            .field("phase", "DRAW")
            .field("algorithm_version", 1)
            .field("bailiff_id", winner.0)
            .field("candidate_root", fixed.root)
            .field("loads", Value::Array(loads.iter().map(|load| Value::Uint(*load)).collect()))
    }

    fn measure(
        &mut self,
        kind: &'static str,
        model: &Model,
        case: Subject,
        stand: &Stand,
        day: Day,
    ) -> Draft {
        let known: Vec<SubjectId> = stand.measures.keys().copied().collect();
        let fresh = known.is_empty() || kind == "E06" && self.one_in(2);
        let id = if fresh { SubjectId(self.fresh(case)) } else { self.pick(&known) };
        let subject = Subject::new(Role::Measure, id);
        let measure = stand.measures.get(&id);
        let codes = [
            "ACCOUNT_ARREST",
            "FUNDS_COLLECTION",
            "PROPERTY_ARREST",
            "VEHICLE_BAN",
            "TRAVEL_BAN",
            "TRAVEL_BAN_SUSPEND",
            "SEARCH_DEBTOR",
        ];
        let code = measure.map_or_else(|| self.pick(&codes).to_owned(), |it| it.code.clone());
        let mut draft =
            self.by_assignee(kind, case, stand).naming([subject]).field("act_date", day);
        match kind {
            "E06" => {
                let to = match measure.map(|it| it.state.as_str()) {
                    Some("SANCTIONED") => "ACTIVE",
                    Some("PROPOSED") => self.pick(&["SANCTION_REQUESTED", "ACTIVE"]),
                    _ => self.pick(&["PROPOSED", "SANCTION_REQUESTED", "ACTIVE", "ACTIVE"]),
                };
                if let Some(answer) = measure.and_then(|it| it.answered_by) {
                    draft = draft.referring(3, answer, subject);
                }
                let limit = model.cases[&case.id].money.due / self.pick(&[1, 2, 4]);
                draft
                    .field("measure_code", code.as_str())
                    .field("measure_state", to)
                    .body("limit_amount", limit)
            }
            "E07" => {
                draft.writer = officer("court");
                let decision = self.pick(&["SANCTIONED", "SANCTIONED", "SANCTION_DENIED"]);
                draft.field("decision", decision).field("reason", "GROUNDS_HOLD")
            }
            _ => {
                if self.one_in(3) {
                    draft.writer = officer("court");
                }
                let imposed = measure.and_then(|it| it.imposed_by).unwrap_or(RecordId([1; 32]));
                let to = self.pick(&["SUSPENDED", "ACTIVE", "LIFTED", "LIFTED"]);
                draft
                    .field("measure_state", to)
                    .field("reason", "OTHER")
                    .referring(4, imposed, subject)
            }
        }
    }

    fn fresh(&self, case: Subject) -> [u8; 32] {
        sha256(&[b"walk item", case.id.as_bytes(), &self.serial.to_be_bytes()])
    }

    fn lot(&mut self, case: Subject, stand: &Stand, day: Day) -> Draft {
        let known: Vec<SubjectId> = stand.lots.keys().copied().collect();
        let fresh = known.is_empty() || self.one_in(8);
        let id = if fresh { SubjectId(self.fresh(case)) } else { self.pick(&known) };
        let lot = stand.lots.get(&id);
        let stage = match lot.map(|it| it.stage.as_str()) {
            None => "IDENTIFIED",
            Some("IDENTIFIED") => "ARRESTED",
            Some("ARRESTED") => "APPRAISER_APPOINTED",
            Some("APPRAISER_APPOINTED") => "VALUED",
            Some("VALUED") => "LISTED",
            Some("LISTED") => "AUCTION_HELD",
            Some("AUCTION_HELD") => self.pick(&["SOLD", "FAILED"]),
            _ => {
                self.pick(&["LISTED", "TRANSFERRED_TO_CLAIMANT", "RELEASED", "APPRAISER_APPOINTED"])
            }
        };
        let mut draft = self.by_assignee("E10", case, stand);
        if self.one_in(6) {
            draft.writer = officer("uetp");
        }
        draft = draft
            .naming([Subject::new(Role::Lot, id)])
            .field("lot_stage", stage)
            .field("stage_date", day);
        match stage {
            "IDENTIFIED" => draft.field("asset_kind", "VEHICLE"),
            "APPRAISER_APPOINTED" => draft.field("appraiser_id", [3; 32]),
            "VALUED" => draft
                .field("valuation_date", day - self.pick(&[1, 100, 200]))
                .body("valuation", 1_000),
            "LISTED" => draft
                .field("auction_round", lot.map_or(1, |it| it.round + 1))
                .body("start_price", 1_000)
                .body("minimum_price", 800),
            "AUCTION_HELD" => draft.field("participants", 2),
            "SOLD" => draft.body("sale_price", self.pick(&[799, 800, 900])),
            _ => draft,
        }
    }

    fn lifecycle(&mut self, case: Subject, stand: &Stand, day: Day) -> Draft {
        let transition = match stand.stage {
            "SUSPENDED" => self.pick(&["RESUME", "RESUME", "SUSPEND"]),
            "DEFERRED" => self.pick(&["END_DEFERRAL", "END_DEFERRAL", "SUSPEND"]),
            "ENFORCING" => self.pick(&["POSTPONE", "DEFER", "SUSPEND"]),
            _ => self.pick(&["DEFER", "SUSPEND"]),
        };
        let mut draft = self.by_assignee("E13", case, stand).field("transition", transition);
        if self.one_in(4) || transition == "DEFER" {
            draft.writer = officer("court");
        }
        match transition {
            "SUSPEND" => draft.field("ground_code", self.pick(&SUSPENSION_GROUNDS[5..11])),
            "RESUME" => {
                let grounds: Vec<String> = stand.grounds().cloned().collect();
                let ground =
                    if grounds.is_empty() { "INCAPACITY".to_owned() } else { self.pick(&grounds) };
                draft.field("ground_code", ground.as_str())
            }
            "END_DEFERRAL" => {
                draft.writer = officer(self.pick(&["operator", "court"]));
                draft.field("reason", self.pick(&["TERM_OVER", "CANCELLED"]))
            }
            _ => draft.field("until", day + self.pick(&[0, 3, 10, 20])),
        }
    }

    fn close(&mut self, model: &Model, case: Subject, stand: &Stand, day: Day) -> Draft {
        let known = &model.cases[&case.id];
        let mut draft = self.by_assignee("E15", case, stand).field("act_date", day);
        if !stand.is_open() {
            if self.one_in(2) {
                draft.writer = officer("court");
            }
            let last = known.records.iter().rev().find(|it| it.says().kind() == "E18");
            if let Some(last) = last {
                draft = draft.referring(3, last.id, case);
            }
            if self.one_in(2) {
                let money = known.money.parts();
                let part = |(name, amount): (&&str, i128)| {
                    let amount = Value::int(i64::try_from(amount).unwrap_or_default());
                    Value::Array(vec![Value::text(name), amount])
                };
                draft = draft.rows(
                    "restated",
                    tamga_state::status::Money::PARTS.iter().zip(money).map(part).collect(),
                );
            }
            return draft.field("outcome", "REOPENED");
        }
        let open = stand.measures.iter().filter(|(_, it)| it.is_open());
        draft = draft.naming(open.map(|(id, _)| Subject::new(Role::Measure, *id)));
        let outcomes =
            ["EXECUTED", "EXECUTED", "TERMINATED", "RETURNED_CLAIMANT", "RETURNED_ISSUER"];
        let outcome = self.pick(&outcomes);
        draft = draft.field("outcome", outcome);
        match outcome {
            "EXECUTED" => draft
                .body("recovered", known.money.recovered)
                .body("distributed", known.money.distributed),
            "TERMINATED" => draft.field("ground_code", "CLAIMANT_WAIVER"),
            "RETURNED_CLAIMANT" => draft.field("ground_code", "NO_PROPERTY"),
            _ => draft,
        }
    }

    fn complain(&mut self, case: Subject, stand: &Stand) -> Draft {
        let known: Vec<SubjectId> = stand.complaints().collect();
        let fresh = known.is_empty() || self.one_in(6);
        let id = if fresh { SubjectId(self.fresh(case)) } else { self.pick(&known) };
        let next: &[&str] = match stand.complaint_stage(id) {
            None => &["FILED"],
            Some("FILED") => &["ACCEPTED", "ACCEPTED", "RETURNED"],
            Some("ACCEPTED" | "APPEALED") => &["SATISFIED", "PARTIALLY", "DISMISSED"],
            Some("SATISFIED" | "PARTIALLY" | "DISMISSED") => &["APPEALED", "APPEALED", "IN_FORCE"],
            Some(_) => &["APPEALED", "ACCEPTED"],
        };
        let stage = self.pick(next);
        let mut draft = self.draft("E17", "court", case);
        if fresh {
            draft.writer = match self.below(3) {
                0 => Subject::new(Role::Debtor, stand.debtor),
                1 => Subject::new(Role::Claimant, stand.claimants[0]),
                _ => officer("third-party"),
            };
        }
        draft
            .naming(parties(stand, "E17"))
            .naming([Subject::new(Role::Complaint, id)])
            .field("complaint_kind", if self.one_in(6) { "ALGORITHMIC_REVIEW" } else { "ACTIONS" })
            .field("forum", if self.one_in(6) { "ADMIN" } else { "CIVIL" })
            .field("stage", stage)
            .field("act_record", stand.assigned_by.map_or([2; 32], |id| id.0))
    }
}

/// The parties and the assignee that a record of a kind names.
fn parties(stand: &Stand, kind: &str) -> Vec<Subject> {
    let mut subjects = vec![Subject::new(Role::Debtor, stand.debtor)];
    if !matches!(kind, "E06" | "E07" | "E08" | "E10" | "E16") {
        subjects.extend(stand.claimants.iter().map(|id| Subject::new(Role::Claimant, *id)));
    }
    subjects.extend(stand.assignee.map(|id| Subject::new(Role::Officer, id)));
    if matches!(kind, "E15" | "E18") {
        subjects.push(Subject::new(Role::Document, stand.document));
    }
    if matches!(kind, "E11" | "E12" | "E15" | "E18") {
        subjects.extend(stand.claim.map(|id| Subject::new(Role::Claim, id)));
    }
    if matches!(kind, "E15" | "E18") {
        subjects.extend(levied(stand));
    }
    subjects
}

/// The rightsholder on whose royalties a case levies.
fn levied(stand: &Stand) -> impl Iterator<Item = Subject> + '_ {
    stand.royalties.iter().map(|id| Subject::new(Role::Rightsholder, *id))
}

/// A record with a signature that nobody looks at: rules are judged apart from signatures.
pub(super) fn unsigned(record: &Record, body: Option<Body>) -> Written {
    let signed: SignedRecord =
        record.with_signature(&Signature::from_bytes([0; 64])).expect("a record with an encoding");
    Written { signed, body }
}
