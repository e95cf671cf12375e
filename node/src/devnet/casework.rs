//! Lawful records of a case as drafts: the demo story, tests and benches write their cases with it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tamga_api::assignment::DrawView;
use tamga_api::draft::{Draft, Seal};
use tamga_api::time::instant;
use tamga_format::body::Submission;
use tamga_format::id::{RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::relation;
use tamga_state::{Code, Rejection};

mod further;

pub use further::{Further, Lot};

/// Milliseconds a record may take to enter the log: a day.
const VALID_FOR_MS: i64 = 24 * 3_600 * 1_000;

/// Who writes: the issuer as a draft names it, and its key.
#[derive(Clone, Debug)]
pub struct Writer {
    /// `organisation#БИН` or `officer#number`.
    pub issuer: String,
    /// Its key.
    pub key: SigningKey,
}

/// The writers of a case.
#[derive(Clone, Debug)]
pub struct Office {
    /// Presents documents.
    pub operator: Writer,
    /// Distributes cases.
    pub chamber: Writer,
    /// The bailiff whose case it is.
    pub officer: Writer,
    /// Who writes what neither of them may.
    pub others: Others,
}

/// Writers that few cases need; whoever is absent writes nothing.
#[derive(Clone, Debug, Default)]
pub struct Others {
    /// The court that answers requests for sanction and complaints.
    pub court: Option<Writer>,
    /// A third person who complains.
    pub petitioner: Option<Writer>,
    /// The gateway of a bank, and the organisation that answers for it.
    pub bank: Option<(Writer, String)>,
    /// The bailiff who takes the case over.
    pub colleague: Option<Writer>,
}

/// The subjects of a case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case.
    pub case: Subject,
    /// Its debtor.
    pub debtor: Subject,
    /// Its claimant.
    pub claimant: Subject,
    /// Its executive document.
    pub document: Subject,
    /// What the document says.
    pub claim: Claim,
}

/// What a document says, beside the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What kind of document it is.
    pub document: &'static str,
    /// What is claimed.
    pub category: &'static str,
    /// The order in which it is satisfied.
    pub order: u8,
    /// What the debtor is.
    pub debtor: &'static str,
    /// What the claimant is.
    pub claimant: &'static str,
    /// The region of the case.
    pub region: &'static str,
}

impl Claim {
    /// A debt to a person by a court's writ, in Almaty.
    pub const DEBT: Self = Self {
        document: "WRIT_JUDICIAL",
        category: "DEBT",
        order: 5,
        debtor: "PERSON",
        claimant: "PERSON",
        region: "75",
    };
}

impl Case {
    /// Invented subjects of the case called `name`: hashes, nobody's numbers.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let subject = |role: Role| {
            let id =
                sha256(&[b"tamga/demo-case/v1\0", role.name().as_bytes(), b"\0", name.as_bytes()]);
            Subject::new(role, SubjectId::from_bytes(id))
        };
        Self {
            case: subject(Role::Case),
            debtor: subject(Role::Debtor),
            claimant: subject(Role::Claimant),
            document: subject(Role::Document),
            claim: Claim::DEBT,
        }
    }

    /// Something of this case, such as its only measure: a subject of its own.
    #[must_use]
    pub fn item(&self, role: Role) -> Subject {
        let id =
            sha256(&[b"tamga/demo-item/v1\0", role.name().as_bytes(), self.case.id.as_bytes()]);
        Subject::new(role, SubjectId::from_bytes(id))
    }
}

/// One record of a case's life. Amounts are tiyn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// E01: the document is presented.
    Presented(i64),
    /// E02 DIRECT: the case goes to the bailiff, as another source says.
    Distributed,
    /// E02 COMMIT: the case will go to one of these, each `officer#number`.
    Committed(Vec<String>),
    /// E02 DRAW: the case goes to whom this draw chose.
    Drawn(DrawView),
    /// E03: proceedings are initiated.
    Initiated,
    /// E04: the debtor is notified.
    Notified,
    /// E05: compulsory enforcement begins.
    Started,
    /// E11: money comes in.
    Recovered(i64),
    /// E12: the money goes to the claimant.
    PaidOut(i64),
    /// E13: the case is suspended because the debtor is in hospital.
    Suspended,
    /// E13: the case goes on.
    Resumed,
    /// E16: the debtor enters the register of debtors.
    Listed,
    /// E16: the debtor leaves the register of debtors.
    Delisted,
    /// E15: the case is closed as executed, with all of this recovered and paid out.
    Closed(i64),
    /// E18: a record of the case, written by its author, is annulled.
    Annulled(RecordId),
    /// What happens more rarely.
    Further(Further),
}

impl From<Further> for Step {
    fn from(further: Further) -> Self {
        Self::Further(further)
    }
}

impl Step {
    /// The same step referring to this earlier record, if it is one that refers.
    #[must_use]
    pub fn referring(&self, record: RecordId) -> Self {
        let mut step = self.clone();
        if let Self::Annulled(it) = &mut step {
            *it = record;
        }
        if let Self::Further(further) = &mut step {
            further.refer_to(record);
        }
        step
    }
}

/// A life of ten records, from the document to the closing; the amount is paid in two halves.
#[must_use]
pub fn life(amount: i64) -> Vec<Step> {
    let half = amount / 2;
    vec![
        Step::Presented(amount),
        Step::Distributed,
        Step::Initiated,
        Step::Notified,
        Step::Started,
        Step::Listed,
        Step::Recovered(half),
        Step::Recovered(amount - half),
        Step::PaidOut(amount),
        Step::Closed(amount),
    ]
}

/// What makes a submission unique and dated.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Name of the ledger.
    pub origin: &'a str,
    /// Nonce and salts are derived from it: equal seeds make equal bytes.
    pub seed: [u8; 32],
    /// When it happened.
    pub event: UnixMillis,
    /// When it is written.
    pub now: UnixMillis,
}

impl Office {
    /// The writer of a step, if the office has one.
    #[must_use]
    pub fn writer(&self, step: &Step) -> Option<&Writer> {
        Some(match step {
            Step::Presented(_) => &self.operator,
            Step::Distributed | Step::Committed(_) | Step::Drawn(_) => &self.chamber,
            Step::Further(further) => return further.writer(self),
            Step::Initiated
            | Step::Notified
            | Step::Started
            | Step::Recovered(_)
            | Step::PaidOut(_)
            | Step::Suspended
            | Step::Resumed
            | Step::Listed
            | Step::Delisted
            | Step::Closed(_)
            | Step::Annulled(_) => &self.officer,
        })
    }

    /// A signed submission of one step.
    ///
    /// # Errors
    ///
    /// When the step does not fit the catalogue, which is a mistake in this module.
    pub fn write(
        &self,
        case: &Case,
        step: &Step,
        stamp: &Stamp<'_>,
    ) -> Result<Submission, Rejection> {
        let absent =
            || Rejection::new(Code::RoleForbidden, "/issuer", "the office has no such writer");
        let writer = self.writer(step).ok_or_else(absent)?;
        let draft = if let Step::Drawn(draw) = step {
            draw.draft(&writer.issuer, stamp.event).ok_or_else(|| {
                Rejection::new(Code::DrawNotDue, "/fields/phase", "nobody is drawn yet")
            })?
        } else {
            self.draft(writer, case, step, stamp.event)
        };
        let derive = |purpose: &[u8]| sha256(&[b"tamga/demo-salt/v1\0", &stamp.seed, purpose]);
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&derive(b"nonce")[..16]);
        let (record, body) = draft.write(&Seal {
            origin: stamp.origin,
            key_id: writer.key.public().key_id(),
            nonce,
            valid_until: UnixMillis(stamp.now.get() + VALID_FOR_MS),
            salt: &|name: &str| derive(name.as_bytes()),
        })?;
        let signed = record.sign(&writer.key)?;
        Ok(Submission::new(signed, body)?)
    }

    /// The organisation that answers for a step's writer, where the writer is a machine.
    fn answering(&self, step: &Step) -> Option<String> {
        let (_, organisation) = self.others.bank.as_ref()?;
        matches!(step, Step::Further(Further::Collected(_))).then(|| organisation.clone())
    }

    /// The draft of one step.
    fn draft(&self, writer: &Writer, case: &Case, step: &Step, event: UnixMillis) -> Draft {
        let day = instant(event)[..10].to_owned();
        let at = instant(event);
        let officer = &self.officer.issuer;
        let parties = || vec![case.debtor.to_text(), case.claimant.to_text()];
        let with = |mut subjects: Vec<String>, more: &[String]| {
            subjects.extend_from_slice(more);
            subjects
        };
        let document = case.document.to_text();
        let assigned = || with(parties(), std::slice::from_ref(officer));
        let (kind, subjects, fields, body) = match step {
            Step::Presented(amount) => (
                "E01",
                with(parties(), &[document]),
                json!({
                    "exec_doc_type": case.claim.document, "in_force_date": day,
                    "claim_category": case.claim.category, "claim_order": case.claim.order,
                    "debtor_kind": case.claim.debtor, "claimant_kind": case.claim.claimant,
                    "region_code": case.claim.region,
                }),
                json!({ "amount_due": amount }),
            ),
            Step::Distributed => (
                "E02",
                vec![officer.clone()],
                json!({
                    "bailiff_id": officer_id(officer), "algorithm_version": 0,
                    "provenance": "DERIVED",
                }),
                json!({}),
            ),
            Step::Committed(candidates) => (
                "E02",
                Vec::new(),
                json!({ "phase": "COMMIT", "algorithm_version": 1, "candidates": candidates }),
                json!({}),
            ),
            // Its draft comes with the draw.
            Step::Drawn(_) => ("E02", Vec::new(), json!({}), json!({})),
            Step::Initiated => (
                "E03",
                assigned(),
                json!({ "decision": "INITIATED", "act_date": day, "execution_class": "A" }),
                json!({}),
            ),
            Step::Notified => (
                "E04",
                assigned(),
                json!({
                    "recipient": "DEBTOR", "channel": "EGOV", "content": "INITIATION",
                    "sent_at": at, "delivery_status": "DELIVERED", "delivered_at": at,
                }),
                json!({}),
            ),
            Step::Started => {
                ("E05", assigned(), json!({ "reason": "VOLUNTARY_TERM_ELAPSED" }), json!({}))
            }
            Step::Recovered(amount) => (
                "E11",
                assigned(),
                json!({ "source_kind": "VOLUNTARY", "value_date": day }),
                json!({ "amount": amount }),
            ),
            Step::PaidOut(amount) => (
                "E12",
                assigned(),
                json!({ "payout_date": day }),
                json!({
                    "total": amount,
                    "lines": [{ "order": case.claim.order, "claimant": hex(&case.claimant), "amount": amount }],
                }),
            ),
            Step::Suspended => (
                "E13",
                assigned(),
                json!({ "transition": "SUSPEND", "ground_code": "DEBTOR_HOSPITAL", "act_date": day }),
                json!({}),
            ),
            Step::Resumed => (
                "E13",
                assigned(),
                json!({ "transition": "RESUME", "ground_code": "DEBTOR_HOSPITAL", "act_date": day }),
                json!({}),
            ),
            Step::Listed | Step::Delisted => {
                let entered = *step == Step::Listed;
                let reason = if entered { "ENTERED" } else { "REMOVED_EXECUTED" };
                let subjects = vec![case.debtor.to_text(), officer.clone()];
                ("E16", subjects, json!({ "reason": reason }), json!({}))
            }
            Step::Closed(amount) => (
                "E15",
                with(assigned(), &[document]),
                json!({ "outcome": "EXECUTED", "act_date": day }),
                json!({ "recovered": amount, "distributed": amount }),
            ),
            Step::Annulled(_) => (
                "E18",
                with(assigned(), &[document]),
                json!({ "correction_kind": "ANNUL", "reason": "CLERICAL" }),
                json!({}),
            ),
            Step::Further(further) => further.content(self, case, event),
        };
        let mut references = Vec::new();
        if let Step::Annulled(target) = step {
            references.push(further::reference(relation::TARGET, target, case.case));
        }
        if let Step::Further(further) = step {
            references.extend(further.reference(case));
        }
        Draft {
            kind: kind.to_owned(),
            version: None,
            issuer: writer.issuer.clone(),
            subject: case.case.to_text(),
            subjects,
            event_time: at,
            after: None,
            on_behalf_of: self.answering(step),
            references,
            fields: object(&fields),
            body: object(&body),
        }
    }
}

fn object(value: &Value) -> BTreeMap<String, Value> {
    value.as_object().map(|map| map.clone().into_iter().collect()).unwrap_or_default()
}

fn hex(subject: &Subject) -> String {
    subject.id.to_string()
}

/// The id of an officer written `officer#number`, as fields hold it.
fn officer_id(issuer: &str) -> String {
    let number = issuer.split_once('#').map_or(issuer, |(_, number)| number);
    hex(&Subject::registered(Role::Officer, number))
}
