//! What the records of a case say, read once for those who compute from them: deadlines, duplicates, indicators
//! (spec §22.1).
//!
//! | Item | Is |
//! |---|---|
//! | [`Event`] | one record of a case: who, when, recorded when, and [`What`] it says |
//! | [`in_effect`] | the events that no correction has annulled |
//! | [`course`] | where the case stood after each event in effect, with whom, and in which region |
//! | [`balances`] | what was due, recovered and given out after each event |
//! | [`Summary`] | one case beside others: what it is about and how it stands |
//!
//! Nothing here judges: the records were accepted. What a field does not say, or a body that is not held, is `None`.

use std::collections::BTreeMap;

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::{LeafIndex, RecordId, SubjectId, UnixMillis};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{Kind, KindInfo, relation};
use crate::civil::day_of;
use crate::matrix::Stage;
use crate::status::{ComplaintKind, ComplaintStage, LotStage, MeasureCode, MeasureState};

mod course;
mod money;
mod packed;
#[cfg(test)]
pub(crate) mod story;
mod summary;

pub use course::{Course, course};
pub use money::{Balance, balances};
pub use summary::Summary;

/// One record of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub record: RecordId,
    /// Its position in the log.
    pub index: LeafIndex,
    /// Its kind.
    pub kind: Kind,
    /// When it happened, as its writer says.
    pub happened: UnixMillis,
    /// When it was recorded: the time of its block.
    pub recorded: UnixMillis,
    /// Who wrote it.
    pub writer: Subject,
    /// What it says.
    pub what: What,
}

/// What a record of a case says, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// E01: the document was presented.
    Presented(Box<Presentation>),
    /// E02: the candidates of a draw were committed.
    Committed,
    /// E02: an officer got the case.
    Assigned {
        /// The officer.
        officer: SubjectId,
    },
    /// E03: proceedings were initiated.
    Initiated {
        /// Class of the execution term: `A`, `B`, or empty where the record names none.
        class: String,
    },
    /// E03: initiation was refused.
    Refused {
        /// The ground.
        ground: String,
    },
    /// E04: somebody was notified.
    Notified(Notice),
    /// E05: compulsory enforcement began.
    Started,
    /// E06: a measure was proposed, a sanction was asked for, or a measure was imposed.
    Imposed {
        /// The measure.
        measure: SubjectId,
        /// What it is.
        code: MeasureCode,
        /// Where it stands with this record.
        state: MeasureState,
    },
    /// E07: a court answered.
    Answered {
        /// The measure.
        measure: SubjectId,
        /// Where it stands with this record.
        state: MeasureState,
    },
    /// E08: a measure was suspended, resumed or lifted.
    MeasureChanged {
        /// The measure.
        measure: SubjectId,
        /// Where it stands with this record.
        state: MeasureState,
    },
    /// E09: execution was levied.
    Levied {
        /// On what.
        kind: String,
    },
    /// E10: a lot went on.
    Lot(LotEvent),
    /// E11: money came in.
    Recovered {
        /// How much, in tiyn.
        amount: Option<i64>,
        /// Value date.
        on: Option<i64>,
    },
    /// E12: money was given out.
    Distributed {
        /// How much in all, in tiyn.
        total: Option<i64>,
        /// How much of it to claimants, in tiyn.
        paid: Option<i64>,
        /// How much of it to others: fee, expenses, sanction, the debtor, claimants of other cases; in tiyn.
        to_others: Option<i64>,
    },
    /// E13: the case was suspended on one more ground.
    Suspended {
        /// The ground.
        ground: String,
        /// Last day, if one is set.
        until: Option<i64>,
    },
    /// E13: a ground of suspension ceased.
    Resumed {
        /// The ground.
        ground: String,
    },
    /// E13: execution was deferred, spread over instalments or postponed.
    Deferred {
        /// Last day, if one is set.
        until: Option<i64>,
    },
    /// E13: the deferral ended.
    DeferralEnded,
    /// E14: another officer got the case.
    Transferred {
        /// From whom.
        from: Option<SubjectId>,
        /// To whom.
        to: SubjectId,
        /// The region it is in from now on, if that changes.
        region: Option<String>,
    },
    /// E15: the case was closed.
    Closed {
        /// How.
        outcome: Stage,
    },
    /// E15: the case was reopened.
    Reopened,
    /// E16: the debtor entered the register of debtors or left it.
    Registered {
        /// Whether the debtor entered.
        entered: bool,
        /// The word in the record.
        reason: String,
        /// Last day of the presentation period, if the record states it.
        presentation_deadline: Option<i64>,
    },
    /// E17: a complaint went on.
    Complained {
        /// The complaint.
        complaint: SubjectId,
        /// What it is about.
        kind: Option<ComplaintKind>,
        /// Where it stands with this record.
        stage: ComplaintStage,
    },
    /// E18: a record was corrected.
    Corrected {
        /// How.
        how: Correction,
        /// The record.
        target: RecordId,
        /// By how much the target's amount changes, in tiyn.
        amount_delta: i64,
        /// By how much the parts of a payout change; `None` if the record has a body that is not held.
        payout_delta: Option<PayoutDelta>,
    },
    /// E12 of another case of the debtor: claimants of this one were paid.
    Received {
        /// How much, in tiyn.
        amount: Option<i64>,
    },
    /// Another record of another case that names this one.
    Elsewhere,
}

/// By how much a correction changes what a payout gave out, in tiyn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayoutDelta {
    /// In all.
    pub total: i64,
    /// To others than claimants of the case, as in [`What::Distributed`].
    pub to_others: i64,
}

/// How a record was corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Its sums were changed, or a replacement was named.
    Amended,
    /// It is not in effect any more.
    Annulled,
    /// It is in effect again.
    Reinstated,
    /// Its body was erased.
    Redacted,
}

/// What a presentation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presentation {
    /// The debtor.
    pub debtor: SubjectId,
    /// The claimants, sorted.
    pub claimants: Vec<SubjectId>,
    /// The tag of the executive document.
    pub document: SubjectId,
    /// The claim that several debtors owe together.
    pub claim: Option<SubjectId>,
    /// The last record of the earlier case about the same document.
    pub previous: Option<RecordId>,
    /// Type of the document.
    pub document_type: String,
    /// Who issued it.
    pub issuer: Option<SubjectId>,
    /// When it was issued.
    pub issued_on: Option<i64>,
    /// When it came into force.
    pub in_force_on: i64,
    /// Last day of the presentation period, if the record states it.
    pub presentation_deadline: Option<i64>,
    /// Whether a court restored the presentation period.
    pub restored: bool,
    /// When the presentation period was interrupted before.
    pub interrupted_on: Option<i64>,
    /// Category of the claim.
    pub category: String,
    /// Region of the debtor.
    pub region: Option<String>,
    /// Whether payments fall due periodically.
    pub periodic: bool,
    /// To be recovered, in tiyn.
    pub amount: Option<i64>,
    /// Number of the court's case.
    pub case_number: Option<String>,
    /// Number of the document.
    pub document_number: Option<String>,
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// To whom: `DEBTOR`, `CLAIMANT`, `THIRD_PARTY`.
    pub recipient: String,
    /// About what.
    pub content: String,
    /// When it was sent.
    pub sent: UnixMillis,
    /// When it was delivered.
    pub delivered: Option<UnixMillis>,
}

/// What the record of a lot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotEvent {
    /// The lot.
    pub lot: SubjectId,
    /// Where it stands with this record.
    pub stage: LotStage,
    /// On which day.
    pub on: i64,
    /// The day ownership was identified, if the record says so.
    pub identified_on: Option<i64>,
    /// The day of the valuation, if the record says so.
    pub valued_on: Option<i64>,
    /// The auction's number.
    pub round: Option<u64>,
}

impl Event {
    /// Reads a record that names `case`; `None` for kinds that are not about cases, and for what no rule would have
    /// accepted.
    #[must_use]
    pub fn read(
        case: Subject,
        signed: &SignedRecord,
        body: Option<&Body>,
        index: LeafIndex,
        recorded: UnixMillis,
    ) -> Option<Self> {
        let record = signed.record();
        let kind = Kind::from_number(record.kind)?;
        if kind.info().primary != Role::Case {
            return None;
        }
        let fields = Fields { info: kind.info(), record, body };
        let what = if record.subject == case {
            fields.what(kind)?
        } else if kind == Kind::E12 {
            What::Received { amount: fields.paid_to(case.id) }
        } else {
            What::Elsewhere
        };
        Some(Self {
            record: signed.id(),
            index,
            kind,
            happened: record.event_time,
            recorded,
            writer: record.issuer,
            what,
        })
    }

    /// The civil day on which it happened.
    #[must_use]
    pub fn day(&self) -> i64 {
        day_of(self.happened)
    }

    /// The civil day on which it was recorded.
    #[must_use]
    pub fn recorded_day(&self) -> i64 {
        day_of(self.recorded)
    }
}

/// Which events are not in effect today, and by which correction.
///
/// A correction is later than its target, so one pass from the end decides: the last correction in effect prevails.
#[must_use]
pub fn annulled(events: &[Event]) -> BTreeMap<RecordId, RecordId> {
    let mut decided: BTreeMap<RecordId, Option<RecordId>> = BTreeMap::new();
    for event in events.iter().rev() {
        let annulled = decided.get(&event.record).copied().flatten().is_some();
        if let (false, What::Corrected { how, target, .. }) = (annulled, &event.what) {
            match how {
                Correction::Annulled => decided.entry(*target).or_insert(Some(event.record)),
                Correction::Reinstated => decided.entry(*target).or_insert(None),
                Correction::Amended | Correction::Redacted => continue,
            };
        }
    }
    decided.into_iter().filter_map(|(id, by)| Some((id, by?))).collect()
}

/// The events in effect, in log order, corrections in effect included.
#[must_use]
pub fn in_effect(events: &[Event]) -> Vec<&Event> {
    let annulled = annulled(events);
    events.iter().filter(|event| !annulled.contains_key(&event.record)).collect()
}

/// The fields of one record, by name.
struct Fields<'r> {
    info: &'static KindInfo,
    record: &'r Record,
    body: Option<&'r Body>,
}

impl Fields<'_> {
    fn what(&self, kind: Kind) -> Option<What> {
        Some(match kind {
            Kind::E01 => What::Presented(Box::new(self.presentation()?)),
            Kind::E02 if self.word("phase") == "COMMIT" => What::Committed,
            Kind::E02 => What::Assigned { officer: self.id("bailiff_id")? },
            Kind::E03 if self.word("decision") == "REFUSED" => {
                What::Refused { ground: self.text("ground_code") }
            }
            Kind::E03 => What::Initiated { class: self.text("execution_class") },
            Kind::E04 => What::Notified(Notice {
                recipient: self.text("recipient"),
                content: self.text("content"),
                sent: self.time("sent_at").unwrap_or(self.record.event_time),
                delivered: self
                    .time("delivered_at")
                    .filter(|_| self.word("delivery_status") == "DELIVERED"),
            }),
            Kind::E05 => What::Started,
            Kind::E06 => What::Imposed {
                measure: self.named(Role::Measure)?,
                code: MeasureCode::from_name(self.word("measure_code"))?,
                state: MeasureState::from_name(self.word("measure_state"))?,
            },
            Kind::E07 => What::Answered {
                measure: self.named(Role::Measure)?,
                state: MeasureState::from_name(self.word("decision"))?,
            },
            Kind::E08 => What::MeasureChanged {
                measure: self.named(Role::Measure)?,
                state: MeasureState::from_name(self.word("measure_state"))?,
            },
            Kind::E09 => What::Levied { kind: self.text("levy_kind") },
            Kind::E10 => What::Lot(LotEvent {
                lot: self.named(Role::Lot)?,
                stage: LotStage::from_name(self.word("lot_stage"))?,
                on: self.number("stage_date")?,
                identified_on: self.number("ownership_identified_on"),
                valued_on: self.number("valuation_date"),
                round: self.field("auction_round").and_then(Value::as_u64),
            }),
            Kind::E11 => {
                What::Recovered { amount: self.amount("amount"), on: self.number("value_date") }
            }
            Kind::E12 => {
                let (total, paid) = (self.amount("total"), self.paid());
                let retained = self.body.map(|_| self.amount("retained").unwrap_or_default());
                let left = |total: i64| total.checked_sub(paid?)?.checked_sub(retained?);
                What::Distributed { total, paid, to_others: total.and_then(left) }
            }
            Kind::E13 => self.change(),
            Kind::E14 => What::Transferred {
                from: self.id("from_bailiff"),
                to: self.id("to_bailiff")?,
                region: self.known("region_code"),
            },
            Kind::E15 => match self.word("outcome") {
                "EXECUTED" => What::Closed { outcome: Stage::ClosedExecuted },
                "TERMINATED" => What::Closed { outcome: Stage::ClosedTerminated },
                "RETURNED_CLAIMANT" => What::Closed { outcome: Stage::ClosedReturnedClaimant },
                "RETURNED_ISSUER" => What::Closed { outcome: Stage::ClosedReturnedIssuer },
                _ => What::Reopened,
            },
            Kind::E16 => What::Registered {
                entered: self.word("reason") == "ENTERED",
                reason: self.text("reason"),
                presentation_deadline: self.number("presentation_deadline"),
            },
            Kind::E17 => What::Complained {
                complaint: self.named(Role::Complaint)?,
                kind: ComplaintKind::from_name(self.word("complaint_kind")),
                stage: ComplaintStage::from_name(self.word("stage"))?,
            },
            Kind::E18 => self.correction()?,
            _ => return None,
        })
    }

    fn presentation(&self) -> Option<Presentation> {
        let previous = self.reference(relation::PREVIOUS_CASE);
        Some(Presentation {
            debtor: self.named(Role::Debtor)?,
            claimants: self.all_named(Role::Claimant).collect(),
            document: self.named(Role::Document)?,
            claim: self.named(Role::Claim),
            previous,
            document_type: self.text("exec_doc_type"),
            issuer: self.id("issuer_id"),
            issued_on: self.number("issue_date"),
            in_force_on: self.number("in_force_date")?,
            presentation_deadline: self.number("presentation_deadline"),
            restored: self.field("term_restored_by").is_some(),
            interrupted_on: self.number("term_interrupted_on"),
            category: self.text("claim_category"),
            region: self.known("region_code"),
            periodic: self.field("periodic").and_then(Value::as_bool).unwrap_or(false),
            amount: self.amount("amount_due"),
            case_number: self.restricted("case_number").and_then(Value::as_text).map(str::to_owned),
            document_number: self
                .restricted("exec_doc_number")
                .and_then(Value::as_text)
                .map(str::to_owned),
        })
    }

    fn change(&self) -> What {
        let until = self.number("until");
        match self.word("transition") {
            "SUSPEND" => What::Suspended { ground: self.text("ground_code"), until },
            "RESUME" => What::Resumed { ground: self.text("ground_code") },
            "DEFER" | "POSTPONE" => What::Deferred { until },
            _ => What::DeferralEnded,
        }
    }

    fn correction(&self) -> Option<What> {
        let how = match self.word("correction_kind") {
            "AMEND" => Correction::Amended,
            "ANNUL" => Correction::Annulled,
            "REINSTATE" => Correction::Reinstated,
            _ => Correction::Redacted,
        };
        Some(What::Corrected {
            how,
            target: self.reference(relation::TARGET)?,
            amount_delta: self.amount("amount_delta").unwrap_or_default(),
            payout_delta: self.payout_delta(),
        })
    }

    fn payout_delta(&self) -> Option<PayoutDelta> {
        if self.record.body.is_some() && self.body.is_none() {
            return None;
        }
        let delta = |name: &str| self.amount(name).unwrap_or_default();
        let to_others =
            ["expenses_delta", "fee_delta", "passed_delta", "returned_delta", "sanction_delta"];
        let to_others =
            to_others.into_iter().try_fold(0_i64, |sum, name| sum.checked_add(delta(name)))?;
        let total = to_others
            .checked_add(delta("distributed_delta"))?
            .checked_add(delta("retained_delta"))?;
        Some(PayoutDelta { total, to_others })
    }

    /// What a payout of another case passes on to claimants of this one.
    fn paid_to(&self, case: SubjectId) -> Option<i64> {
        let Some(lines) = self.restricted("other_lines") else { return self.body.map(|_| 0) };
        lines.as_list()?.iter().try_fold(0_i64, |sum, line| {
            let line = line.as_list()?;
            let amount = line.last()?.as_i64()?;
            if line.first()?.as_array_of() == Some(case.0) {
                sum.checked_add(amount)
            } else {
                Some(sum)
            }
        })
    }

    /// What the lines of a payout come to.
    fn paid(&self) -> Option<i64> {
        let Some(lines) = self.restricted("lines") else { return self.body.map(|_| 0) };
        lines
            .as_list()?
            .iter()
            .try_fold(0_i64, |sum, line| sum.checked_add(line.as_list()?.last()?.as_i64()?))
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.record.field(self.info.field_named(name)?.number)
    }

    fn restricted(&self, name: &str) -> Option<&Value> {
        self.body?.get(name)
    }

    fn amount(&self, name: &str) -> Option<i64> {
        self.restricted(name)?.as_i64()
    }

    fn word(&self, name: &str) -> &str {
        self.field(name).and_then(Value::as_text).unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        self.word(name).to_owned()
    }

    fn known(&self, name: &str) -> Option<String> {
        self.field(name).and_then(Value::as_text).map(str::to_owned)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.field(name)?.as_i64()
    }

    fn time(&self, name: &str) -> Option<UnixMillis> {
        self.number(name).map(UnixMillis)
    }

    fn id(&self, name: &str) -> Option<SubjectId> {
        self.field(name)?.as_array_of().map(SubjectId)
    }

    fn all_named(&self, role: Role) -> impl Iterator<Item = SubjectId> {
        self.record.subjects.iter().filter(move |subject| subject.role == role).map(|it| it.id)
    }

    fn named(&self, role: Role) -> Option<SubjectId> {
        self.all_named(role).next()
    }

    fn reference(&self, relation: u8) -> Option<RecordId> {
        self.record.references.iter().find(|it| it.relation == relation).map(|it| it.record)
    }
}

#[cfg(test)]
mod tests;
