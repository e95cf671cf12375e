//! A small registry and builders of lawful records, for tests here and in other packages.
//!
//! Everything is derived from fixed seeds: two runs make the same bytes.

use std::collections::BTreeMap;

use tamga_format::beacon::VrfSecret;
use tamga_format::body::{Body, BodyField};
use tamga_format::cbor::Value;
use tamga_format::id::{Height, RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::{Policy, Witness};
use tamga_format::record::{Record, Reference, SignedRecord};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::validators::{Validator, ValidatorSet, validator_id};

use crate::catalogue::{Kind, OrganisationKind, WriterRole, relation};
use crate::codes::Rejection;
use crate::enforcement::assignment::{self, Candidate, Candidates, Exclusion, PendingDraw};
use crate::genesis::{Genesis, GenesisKey, GenesisOfficer, GenesisOrganisation};
use crate::machine::{BlockContext, execute_record, execute_told};
use crate::memory::MemoryView;
use crate::overlay::{Changes, Overlay};
use crate::status::{
    Amounts, Case, ItemVersion, Mark, Measure, Money, Parameter, Typed, decode, encode,
};
use crate::told::Trace;
use crate::view::{Built, StatusRow};

/// Origin of the test ledger.
pub const ORIGIN: &str = "tamga.example/test";
/// Time of the first test block: 2026-03-02T04:00:00Z.
pub const NOW: UnixMillis = UnixMillis(1_772_424_000_000);
/// The civil day of [`NOW`].
pub const TODAY: i64 = 20_514;
/// Keys and offices of the test registry begin here: 2000-01-01T00:00:00Z.
pub const SINCE: UnixMillis = UnixMillis(946_684_800_000);

/// The writers of the test registry.
pub const WRITERS: &[(&str, WriterRole)] = &[
    ("authority", WriterRole::AuthorisedBody),
    ("operator", WriterRole::Operator),
    ("chamber", WriterRole::RegionalChamber),
    ("far-chamber", WriterRole::RegionalChamber),
    ("court", WriterRole::Court),
    ("police", WriterRole::IssuingBody),
    ("bank", WriterRole::BankGateway),
    ("bailiff", WriterRole::PrivateBailiff),
    ("colleague", WriterRole::PrivateBailiff),
    ("state-bailiff", WriterRole::StateBailiff),
    ("far-bailiff", WriterRole::PrivateBailiff),
    ("robot", WriterRole::SystemRobot),
    ("third-party", WriterRole::ThirdParty),
    ("uetp", WriterRole::Uetp),
];

/// The БИН of the one organisation of the test registry; no such organisation can exist.
pub const BIN: &str = "591240000109";

/// The key of a writer, or of any other name.
#[must_use]
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(sha256(&[b"test key ", name.as_bytes()]))
}

/// The subject of a writer: an officer, or the debtor or claimant of that name.
#[must_use]
pub fn writer(name: &str) -> Subject {
    match name {
        "debtor" => tag(Role::Debtor, "debtor"),
        "claimant" => tag(Role::Claimant, "claimant"),
        _ => Subject::registered(Role::Officer, name),
    }
}

/// A subject with an id made of a name.
#[must_use]
pub fn tag(role: Role, name: &str) -> Subject {
    Subject::new(role, SubjectId(sha256(&[b"test tag ", name.as_bytes()])))
}

/// The organisation of the test registry.
#[must_use]
pub fn organisation() -> Subject {
    Subject::registered(Role::Organisation, BIN)
}

/// A genesis with one organisation, the [`WRITERS`], a debtor's and a claimant's key, and one
/// validator.
///
/// # Panics
///
/// Never: its parts are fixed.
#[must_use]
pub fn genesis() -> Genesis {
    let since = |name: &str| GenesisKey {
        public: key(name).public(),
        holder: writer(name),
        valid_from: SINCE,
        valid_to: None,
    };
    let officers = WRITERS.iter().map(|(name, role)| GenesisOfficer {
        number: (*name).to_owned(),
        role: *role,
        organisation: BIN.to_owned(),
        licence: None,
        region: if name.starts_with("far-") { Some("10".to_owned()) } else { region_of(*role) },
        valid_from: SINCE,
        valid_to: None,
    });
    let consensus = key("consensus").public();
    let vkey = |name: &str, kind| VKey::new(name, kind, key(name).public()).expect("a fixed name");
    let cosigner = vkey("v0", VKeyKind::Cosigner);
    let validator = Validator {
        id: validator_id(&consensus),
        organisation: BIN.to_owned(),
        name: "v0".to_owned(),
        consensus,
        cosigner: cosigner.clone(),
        beacon: VrfSecret::from_seed(&[7; 32]).public(),
        peer_id: "peer-of-v0".to_owned(),
    };
    let witness =
        Witness { name: "v0".to_owned(), key: cosigner, url: "https://v0.example/".to_owned() };
    let log = vkey(ORIGIN, VKeyKind::Log);
    Genesis {
        origin: ORIGIN.to_owned(),
        time: SINCE,
        heartbeat_s: 60,
        organisations: vec![GenesisOrganisation {
            bin: BIN.to_owned(),
            kind: OrganisationKind::Platform,
            region: None,
            governance: Some(key("governance").public()),
        }],
        officers: officers.collect(),
        keys: WRITERS
            .iter()
            .map(|(name, _)| *name)
            .chain(["debtor", "claimant"])
            .map(since)
            .collect(),
        parameters: Vec::new(),
        validators: ValidatorSet::new(vec![validator]).expect("one fixed validator"),
        publishers: Vec::new(),
        policy: Policy::for_validators(log, "https://log.example/".to_owned(), vec![witness], 1)
            .expect("one fixed witness"),
    }
}

fn region_of(role: WriterRole) -> Option<String> {
    let local = matches!(role, WriterRole::PrivateBailiff | WriterRole::RegionalChamber);
    local.then(|| "75".to_owned())
}

/// A record to be, with its body.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The name whose key signs.
    pub signer: String,
    /// The record; its nonce and body commitment are filled in when it is signed.
    pub record: Record,
    /// Fields of the body.
    pub body: BTreeMap<String, Value>,
    /// Tells equal drafts apart.
    pub salt: u64,
}

impl Draft {
    /// A record of a kind about a subject, written by one of the [`WRITERS`] now.
    #[must_use]
    pub fn new(kind: Kind, signer: &str, subject: Subject) -> Self {
        let machine = matches!(signer, "robot" | "bank");
        let record = Record {
            key_id: key(signer).public().key_id(),
            issuer: writer(signer),
            subject,
            audience: ORIGIN.to_owned(),
            kind: kind.number(),
            version: 1,
            nonce: [0; 16],
            event_time: NOW,
            valid_until: UnixMillis(NOW.get() + 3_600_000),
            subjects: Vec::new(),
            after: None,
            on_behalf_of: machine.then(|| organisation().id),
            references: Vec::new(),
            fields: Vec::new(),
            body: None,
        };
        Self { signer: signer.to_owned(), record, body: BTreeMap::new(), salt: 0 }
    }

    /// Adds or replaces a public field by name.
    ///
    /// # Panics
    ///
    /// If the kind has no such field.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<FieldValue>) -> Self {
        let info = Kind::from_number(self.record.kind).expect("a kind of the catalogue").info();
        let number = info.field_named(name).expect("a field of the kind").number;
        self.record.fields.retain(|(known, _)| *known != number);
        self.record.fields.push((number, value.into().0));
        self.record.fields.sort_by_key(|(number, _)| *number);
        self
    }

    /// Removes a public field by name.
    ///
    /// # Panics
    ///
    /// If the kind has no such field.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let info = Kind::from_number(self.record.kind).expect("a kind of the catalogue").info();
        let number = info.field_named(name).expect("a field of the kind").number;
        self.record.fields.retain(|(known, _)| *known != number);
        self
    }

    /// Adds or replaces a field of the body.
    #[must_use]
    pub fn body(mut self, name: &str, value: impl Into<FieldValue>) -> Self {
        self.body.insert(name.to_owned(), value.into().0);
        self
    }

    /// Adds subjects.
    #[must_use]
    pub fn naming(mut self, subjects: &[Subject]) -> Self {
        self.record.subjects.extend_from_slice(subjects);
        self.record.subjects.sort_unstable();
        self.record.subjects.dedup();
        self
    }

    /// Removes a subject.
    #[must_use]
    pub fn not_naming(mut self, subject: Subject) -> Self {
        self.record.subjects.retain(|known| *known != subject);
        self
    }

    /// Adds a reference.
    #[must_use]
    pub fn referring(mut self, relation: u8, record: RecordId, subject: Subject) -> Self {
        self.record.references.push(Reference { relation, record, subject });
        self
    }

    /// Sets the event time.
    #[must_use]
    pub fn at(mut self, time: UnixMillis) -> Self {
        self.record.event_time = time;
        self
    }

    /// Changes anything else.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Record)) -> Self {
        change(&mut self.record);
        self
    }

    /// Signs the record; salts and nonce are derived from its content.
    ///
    /// # Panics
    ///
    /// If the draft has no valid encoding.
    #[must_use]
    pub fn sign(&self) -> (SignedRecord, Option<Body>) {
        let mut record = self.record.clone();
        let seed = sha256(&[format!("{self:?}").as_bytes()]);
        record.nonce.copy_from_slice(&seed[..16]);
        let body = (!self.body.is_empty()).then(|| {
            let fields = self.body.iter().map(|(name, value)| BodyField {
                salt: sha256(&[&seed, name.as_bytes()]),
                name: name.clone(),
                value: value.clone(),
            });
            Body::new(fields.collect()).expect("a body with an encoding")
        });
        record.body = body.as_ref().map(Body::commitment);
        (record.sign(&key(&self.signer)).expect("a record with an encoding"), body)
    }
}

/// What a field of a draft may be given as.
#[derive(Clone, Debug)]
pub struct FieldValue(pub Value);

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self(Value::text(text))
    }
}

impl From<i64> for FieldValue {
    fn from(number: i64) -> Self {
        Self(Value::int(number))
    }
}

impl From<bool> for FieldValue {
    fn from(truth: bool) -> Self {
        Self(Value::Bool(truth))
    }
}

impl From<[u8; 32]> for FieldValue {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Value::bytes(&bytes))
    }
}

impl From<[u8; 64]> for FieldValue {
    fn from(bytes: [u8; 64]) -> Self {
        Self(Value::bytes(&bytes))
    }
}

impl From<Value> for FieldValue {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

/// A ledger without a log: the test registry and whatever was recorded after it.
#[derive(Clone, Debug)]
pub struct World {
    /// The state.
    pub view: MemoryView,
    /// The block in which records are judged.
    pub block: BlockContext,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The test registry.
    ///
    /// # Panics
    ///
    /// Never: the test genesis is lawful.
    #[must_use]
    pub fn new() -> Self {
        let statuses = genesis().initial_statuses().expect("the test genesis is lawful");
        let view = MemoryView { statuses, ..MemoryView::default() };
        let block = BlockContext {
            origin: ORIGIN.to_owned(),
            height: Height(1),
            time: NOW,
            organisations: [organisation().id].into(),
        };
        Self { view, block }
    }

    /// Ends the block: an organisation of this name has built it, and the next one begins.
    pub fn build(&mut self, by: &str) {
        let height = self.block.height;
        let [first, second] = [0_u8, 1].map(|half| {
            sha256(&[b"test output ", by.as_bytes(), &height.get().to_be_bytes(), &[half]])
        });
        let mut output = [0; 64];
        output[..32].copy_from_slice(&first);
        output[32..].copy_from_slice(&second);
        let organisation = tag(Role::Organisation, by).id;
        self.view.blocks.insert(height, Built { organisation, output, time: self.block.time });
        self.block.height = height.next();
    }

    /// Judges a draft in the next block and records it if it is lawful.
    ///
    /// A draft without a salt of its own gets the number of records, so that it may be repeated.
    ///
    /// # Errors
    ///
    /// The rules' [`Rejection`]; then nothing changed.
    pub fn submit(&mut self, draft: &Draft) -> Result<RecordId, Rejection> {
        let salt = if draft.salt == 0 { self.view.seen.len() as u64 } else { draft.salt };
        let (record, body) = Draft { salt, ..draft.clone() }.sign();
        self.submit_signed(&record, body.as_ref())
    }

    /// Judges a record and records it if it is lawful.
    ///
    /// # Errors
    ///
    /// As for [`World::submit`].
    pub fn submit_signed(
        &mut self,
        record: &SignedRecord,
        body: Option<&Body>,
    ) -> Result<RecordId, Rejection> {
        let mut overlay = Overlay::new(&self.view);
        let trace = execute_record(&mut overlay, &self.block, record, body)?;
        let changes = overlay.into_changes();
        if cfg!(test) {
            self.audit(record, body, &trace, &changes);
        }
        self.view.commit(record, changes);
        Ok(record.id())
    }

    /// Asserts that whoever lacks the body, the openings or both comes to the same statuses by what is told.
    fn audit(&self, record: &SignedRecord, body: Option<&Body>, trace: &Trace, changes: &Changes) {
        let closed = MemoryView { privates: BTreeMap::new(), ..self.view.clone() };
        for (view, body) in [(&self.view, None), (&closed, None), (&closed, body)] {
            let mut overlay = Overlay::new(view);
            let partly = execute_told(&mut overlay, &self.block, record, body, trace);
            let partly = partly.unwrap_or_else(|rejection| panic!("refused: {rejection}"));
            assert_eq!((partly.untold, &partly.trace), (None, trace));
            let partly = overlay.into_changes();
            assert_eq!((&partly.statuses, &partly.erased), (&changes.statuses, &changes.erased));
            assert!(partly.privates.keys().eq(changes.privates.keys()));
            // What is known after the record is what there is to know.
            for (subject, private) in partly.privates {
                let known = &changes.privates[&subject];
                assert!(private.is_none() || private == *known, "{subject}");
            }
        }
    }

    /// Records a draft that must be lawful.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn record(&mut self, draft: &Draft) -> RecordId {
        self.submit(draft).unwrap_or_else(|rejection| panic!("refused: {rejection}"))
    }

    /// The status of a subject.
    ///
    /// # Panics
    ///
    /// If it has none.
    #[must_use]
    pub fn status<T: Typed>(&self, subject: Subject) -> T {
        let row =
            self.view.statuses.get(&subject).unwrap_or_else(|| panic!("no status of {subject}"));
        decode(&row.bytes).expect("statuses decode").1
    }

    /// The status of a case.
    #[must_use]
    pub fn case(&self, case: Subject) -> Case {
        self.status(case)
    }

    /// The money of a case.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn money(&self, case: Subject) -> Money {
        Money::decode(&self.view.privates[&case].bytes).expect("private state decodes")
    }

    /// A draft about a case, naming debtor, claimant and the officers and document asked for.
    #[must_use]
    pub fn about(&self, kind: Kind, signer: &str, case: Subject) -> Draft {
        use crate::catalogue::Part;
        let mut draft = Draft::new(kind, signer, case);
        let Some(row) = self.view.statuses.get(&case) else { return draft };
        let (_, known) = decode::<Case>(&row.bytes).expect("statuses decode");
        for part in kind.info().parts {
            draft = match part {
                Part::Debtor => draft.naming(&[Subject::new(Role::Debtor, known.debtor)]),
                Part::Claimants => {
                    let claimants =
                        known.claimants.iter().map(|id| Subject::new(Role::Claimant, *id));
                    draft.naming(&claimants.collect::<Vec<_>>())
                }
                Part::Assignee => {
                    let assignee = known.assignee.map(|id| Subject::new(Role::Officer, id));
                    draft.naming(&Vec::from_iter(assignee))
                }
                Part::Document => draft.naming(&[Subject::new(Role::Document, known.document)]),
                Part::RightsholderIfLevied => {
                    let levied = known.royalties.map(|it| it.rightsholder);
                    let levied = levied.map(|id| Subject::new(Role::Rightsholder, id));
                    draft.naming(&Vec::from_iter(levied))
                }
                Part::ClaimIfSolidary => {
                    let claim = known.claim.map(|id| Subject::new(Role::Claim, id));
                    draft.naming(&Vec::from_iter(claim))
                }
                _ => draft,
            };
        }
        draft
    }

    /// E01 for a case with the test debtor and claimant.
    #[must_use]
    pub fn present(case: Subject, amount: i64) -> Draft {
        let document = Subject::new(Role::Document, case.id);
        Draft::new(Kind::E01, "operator", case)
            .naming(&[tag(Role::Debtor, "debtor"), tag(Role::Claimant, "claimant"), document])
            .field("exec_doc_type", "COURT_ORDER")
            .field("in_force_date", TODAY - 1)
            .field("claim_category", "DEBT")
            .field("claim_order", 3)
            .field("debtor_kind", "PERSON")
            .field("region_code", "75")
            .body("amount_due", amount)
    }

    /// E02: gives a case to an officer without a draw, as another source says.
    #[must_use]
    pub fn distribute(case: Subject, to: &str) -> Draft {
        Draft::new(Kind::E02, "chamber", case)
            .naming(&[writer(to)])
            .field("bailiff_id", *writer(to).id.as_bytes())
            .field("algorithm_version", 0)
            .field("provenance", "DERIVED")
    }

    /// E02 COMMIT: fixes the candidates of a draw, some of them left out.
    ///
    /// # Panics
    ///
    /// If one is named twice.
    #[must_use]
    pub fn commit(case: Subject, candidates: &[(&str, Option<Exclusion>)]) -> Draft {
        let candidate = |(name, exclusion): &(&str, Option<Exclusion>)| Candidate {
            officer: writer(name).id,
            exclusion: *exclusion,
        };
        let candidates = Candidates::new(candidates.iter().map(candidate).collect());
        Draft::new(Kind::E02, "chamber", case)
            .field("phase", "COMMIT")
            .field("algorithm_version", 1)
            .field("candidates", candidates.expect("each is named once").value())
    }

    /// E02 DRAW: gives a case to whom the draw chose, or before it is due to the test bailiff.
    ///
    /// # Panics
    ///
    /// If the case waits for no draw.
    #[must_use]
    pub fn draw(&self, case: Subject) -> Draft {
        let pending = assignment::pending(&self.view, &case).expect("the view can be read");
        Self::draw_of(case, &pending.expect("the case waits for a draw"))
    }

    /// As [`World::draw`], of a draw that another ledger waits for.
    #[must_use]
    pub fn draw_of(case: Subject, pending: &PendingDraw) -> Draft {
        let officer = pending.winner.unwrap_or(writer("bailiff").id);
        let loads = pending.loads.iter().map(|load| Value::Uint((*load).into())).collect();
        Draft::new(Kind::E02, "chamber", case)
            .naming(&[Subject::new(Role::Officer, officer)])
            .referring(relation::AUTHORITY, pending.commitment, case)
            .field("phase", "DRAW")
            .field("algorithm_version", 1)
            .field("bailiff_id", *officer.as_bytes())
            .field("candidate_root", pending.ballot.root())
            .field("loads", Value::Array(loads))
    }

    /// E03: initiates.
    #[must_use]
    pub fn initiate(&self, case: Subject, by: &str) -> Draft {
        self.about(Kind::E03, by, case)
            .field("decision", "INITIATED")
            .field("act_date", TODAY)
            .field("execution_class", "A")
    }

    /// E05: starts enforcement.
    #[must_use]
    pub fn start(&self, case: Subject, by: &str) -> Draft {
        self.about(Kind::E05, by, case).field("reason", "NO_VOLUNTARY_TERM")
    }

    /// E11: recovers an amount.
    #[must_use]
    pub fn recover(&self, case: Subject, by: &str, amount: i64) -> Draft {
        self.about(Kind::E11, by, case)
            .field("source_kind", "VOLUNTARY")
            .field("value_date", TODAY)
            .body("amount", amount)
    }

    /// E12: pays an amount to the test claimant.
    #[must_use]
    pub fn pay_out(&self, case: Subject, by: &str, amount: i64) -> Draft {
        self.about(Kind::E12, by, case)
            .body("lines", lines(&[("claimant", amount)]))
            .body("total", amount)
    }

    /// E13: changes the lifecycle.
    #[must_use]
    pub fn change(&self, case: Subject, by: &str, transition: &str) -> Draft {
        self.about(Kind::E13, by, case).field("transition", transition)
    }

    /// E15: closes as executed, with the totals the case has.
    #[must_use]
    pub fn close(&self, case: Subject, by: &str) -> Draft {
        let money = self.money(case);
        self.about(Kind::E15, by, case)
            .field("outcome", "EXECUTED")
            .field("act_date", TODAY)
            .body("recovered", money.recovered)
            .body("distributed", money.distributed)
    }

    /// E18: corrects a record of the case.
    #[must_use]
    pub fn correct(&self, case: Subject, by: &str, how: &str, target: RecordId) -> Draft {
        self.about(Kind::E18, by, case)
            .field("correction_kind", how)
            .field("reason", "CLERICAL")
            .referring(relation::TARGET, target, case)
    }

    /// E06: brings a measure to a state.
    #[must_use]
    pub fn impose(&self, case: Subject, by: &str, measure: Subject, code: &str, to: &str) -> Draft {
        self.about(Kind::E06, by, case)
            .naming(&[measure])
            .field("measure_code", code)
            .field("measure_state", to)
            .field("act_date", TODAY)
    }

    /// E07: answers a request for sanction.
    #[must_use]
    pub fn answer(&self, case: Subject, by: &str, measure: Subject, decision: &str) -> Draft {
        self.about(Kind::E07, by, case)
            .naming(&[measure])
            .field("decision", decision)
            .field("reason", "GROUNDS_HOLD")
            .field("act_date", TODAY)
    }

    /// E08: changes a measure, referring to the record that imposed it.
    #[must_use]
    pub fn change_measure(&self, case: Subject, by: &str, measure: Subject, to: &str) -> Draft {
        let imposed = self.status::<Measure>(measure).imposed_by.unwrap_or(RecordId([0; 32]));
        self.about(Kind::E08, by, case)
            .naming(&[measure])
            .field("measure_state", to)
            .field("reason", "OTHER")
            .field("act_date", TODAY)
            .referring(relation::IMPOSED, imposed, measure)
    }

    /// E10: brings a lot to a stage.
    #[must_use]
    pub fn lot(&self, case: Subject, by: &str, lot: Subject, stage: &str) -> Draft {
        self.about(Kind::E10, by, case)
            .naming(&[lot])
            .field("lot_stage", stage)
            .field("stage_date", TODAY)
    }

    /// E14: gives the case to another officer because the first left office.
    #[must_use]
    pub fn transfer(&self, case: Subject, by: &str, to: &str) -> Draft {
        let from = self.case(case).assignee.map_or([0; 32], |id| id.0);
        self.about(Kind::E14, by, case)
            .naming(&[writer(to)])
            .field("from_bailiff", from)
            .field("to_bailiff", *writer(to).id.as_bytes())
            .field("reason", "LEFT_OFFICE")
            .field("inventory_root", [9; 32])
    }

    /// The id of a case's first record.
    ///
    /// # Panics
    ///
    /// If there is no such case.
    #[must_use]
    pub fn first_record(&self, case: Subject) -> RecordId {
        SignedRecord::decode(&self.view.entries[&case][0]).expect("an entry").id()
    }

    /// Puts a parameter's value, in force since ever.
    pub fn set(&mut self, name: &str, value: impl Into<FieldValue>) {
        self.set_versions(
            name,
            vec![ItemVersion { from: 0, value: value.into().0, mark: Mark::Design }],
        );
    }

    /// Puts a parameter's values.
    pub fn set_versions(&mut self, name: &str, versions: Vec<ItemVersion>) {
        let parameter = Parameter { name: name.to_owned(), versions };
        let row = StatusRow { nonce: [0; 16], bytes: encode(&parameter, None).into() };
        self.view.statuses.insert(Parameter::subject(name), row);
    }

    /// A case in `ENFORCING`, assigned to the test bailiff; its ids in order.
    pub fn enforcing(&mut self, case: Subject, amount: i64) -> Vec<RecordId> {
        let mut ids = vec![self.record(&Self::present(case, amount))];
        ids.push(self.record(&Self::distribute(case, "bailiff")));
        ids.push(self.record(&self.initiate(case, "bailiff")));
        ids.push(self.record(&self.start(case, "bailiff")));
        ids
    }
}

/// Payout lines of order 3 to claimants by name.
#[must_use]
pub fn lines(lines: &[(&str, i64)]) -> Value {
    let line = |(claimant, amount): &(&str, i64)| {
        let claimant = tag(Role::Claimant, claimant);
        Value::Array(vec![
            Value::Uint(3),
            Value::bytes(claimant.id.as_bytes()),
            Value::int(*amount),
        ])
    };
    Value::Array(lines.iter().map(line).collect())
}
