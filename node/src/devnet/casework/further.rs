//! What the rarer steps of a case say: measures, levies, lots, postponements, transfers, complaints.

use serde_json::{Value, json};
use tamga_api::draft::DraftReference;
use tamga_api::time::instant;
use tamga_format::id::{RecordId, UnixMillis};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::relation;
use tamga_state::civil::day_of;

use super::{Case, Office, Writer, officer_id};

const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// Kind, subjects, public fields and body of a record.
type Content = (&'static str, Vec<String>, Value, Value);

/// A rarer step of a case. Amounts are tiyn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Further {
    /// E03: proceedings are refused, since the document is not in force.
    Refused,
    /// E04: the debtor is warned of a travel ban.
    Warned,
    /// E06: the measure is imposed, limited to an amount where the law wants that.
    Imposed(&'static str, Option<i64>),
    /// E06: the court is asked to sanction the measure.
    Requested(&'static str),
    /// E07: the court sanctions it.
    Sanctioned,
    /// E06: the measure is imposed on this sanction.
    ImposedOn(&'static str, RecordId),
    /// E08: the measure that this record imposed is lifted.
    Lifted(RecordId),
    /// E09: this much is levied on the debtor's account.
    Levied(i64),
    /// E09: half of the debtor's wages is levied.
    WagesLevied,
    /// E10: the lot comes to a stage.
    Lot(Lot),
    /// E11: a bank's gateway says that money came from an account.
    Collected(i64),
    /// E13: acts of enforcement are postponed for so many days.
    Postponed(i64),
    /// E13: the time of the postponement is over.
    Continued,
    /// E14: the case goes to a colleague, since the bailiff left office.
    Transferred,
    /// E15: the case is terminated, since the claimant waived the claim.
    Terminated,
    /// E15: the document is returned, since the debtor has no property.
    Returned,
    /// E17: a complaint about the bailiff's acts comes to a stage.
    Complained(&'static str),
    /// E18: the amount of the record that presented the case is changed by so much.
    Amended(RecordId, i64),
}

/// What happens to a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lot {
    /// A vehicle is found.
    Identified,
    /// It is arrested.
    Arrested,
    /// An appraiser is appointed.
    Appraised,
    /// It is valued at this.
    Valued(i64),
    /// It is offered at this price, and at no less than four fifths of it.
    Listed(i64),
    /// The auction is held.
    Held,
    /// It is sold at this price.
    Sold(i64),
}

impl Further {
    /// Who writes it, if the office has one.
    pub(super) fn writer<'o>(&self, office: &'o Office) -> Option<&'o Writer> {
        let others = &office.others;
        match self {
            Self::Continued | Self::Amended(..) => Some(&office.operator),
            Self::Transferred => Some(&office.chamber),
            Self::Complained(stage) if *stage == "FILED" => others.petitioner.as_ref(),
            Self::Sanctioned | Self::Complained(_) => others.court.as_ref(),
            Self::Collected(_) => others.bank.as_ref().map(|(bank, _)| bank),
            Self::Refused
            | Self::Warned
            | Self::Imposed(..)
            | Self::Requested(_)
            | Self::ImposedOn(..)
            | Self::Lifted(_)
            | Self::Levied(_)
            | Self::WagesLevied
            | Self::Lot(_)
            | Self::Postponed(_)
            | Self::Terminated
            | Self::Returned => Some(&office.officer),
        }
    }

    /// Makes it refer to this earlier record, if it is one that refers.
    pub(super) fn refer_to(&mut self, record: RecordId) {
        if let Self::ImposedOn(_, it) | Self::Lifted(it) | Self::Amended(it, _) = self {
            *it = record;
        }
    }

    /// The earlier record that it refers to.
    pub(super) fn reference(&self, case: &Case) -> Option<DraftReference> {
        let measure = case.item(Role::Measure);
        if let Self::Amended(record, _) = self {
            return Some(reference(relation::TARGET, record, case.case));
        }
        if let Self::ImposedOn(_, record) = self {
            return Some(reference(relation::AUTHORITY, record, measure));
        }
        if let Self::Lifted(record) = self {
            return Some(reference(relation::IMPOSED, record, measure));
        }
        None
    }

    /// What it says on a day.
    pub(super) fn content(&self, office: &Office, case: &Case, event: UnixMillis) -> Content {
        let day = instant(event)[..10].to_owned();
        let officer = office.officer.issuer.clone();
        let of_debtor = |item: Option<Role>| {
            let item = item.map(|role| case.item(role).to_text());
            [case.debtor.to_text(), officer.clone()].into_iter().chain(item).collect::<Vec<_>>()
        };
        let assigned = |more: &[&Subject]| {
            let parties = [&case.debtor, &case.claimant].into_iter().chain(more.iter().copied());
            parties.map(Subject::to_text).chain([officer.clone()]).collect::<Vec<_>>()
        };
        let none = || json!({});
        let measure = || of_debtor(Some(Role::Measure));
        match self {
            Self::Refused => (
                "E03",
                assigned(&[&case.document]),
                json!({ "decision": "REFUSED", "ground_code": "NOT_IN_FORCE", "act_date": day }),
                none(),
            ),
            Self::Imposed(code, limit) => (
                "E06",
                measure(),
                json!({ "measure_code": code, "measure_state": "ACTIVE", "act_date": day }),
                limit.map_or_else(none, |limit| json!({ "limit_amount": limit })),
            ),
            Self::Requested(code) => (
                "E06",
                measure(),
                json!({ "measure_code": code, "measure_state": "SANCTION_REQUESTED", "act_date": day }),
                none(),
            ),
            Self::Sanctioned => (
                "E07",
                measure(),
                json!({ "decision": "SANCTIONED", "reason": "GROUNDS_HOLD", "act_date": day }),
                none(),
            ),
            Self::ImposedOn(code, _) => (
                "E06",
                measure(),
                json!({ "measure_code": code, "measure_state": "ACTIVE", "act_date": day }),
                none(),
            ),
            Self::Lifted(_) => (
                "E08",
                measure(),
                json!({ "measure_state": "LIFTED", "reason": "PAID", "act_date": day }),
                none(),
            ),
            Self::Levied(limit) => (
                "E09",
                assigned(&[]),
                json!({ "levy_kind": "FUNDS", "payer_kind": "BANK", "act_date": day }),
                json!({ "limit_amount": limit }),
            ),
            Self::WagesLevied => (
                "E09",
                assigned(&[]),
                json!({
                    "levy_kind": "WAGES", "payer_kind": "EMPLOYER", "act_date": day, "rate_bp": 5_000,
                }),
                none(),
            ),
            Self::Lot(stage) => lot(*stage, of_debtor(Some(Role::Lot)), &day),
            Self::Collected(amount) => (
                "E11",
                assigned(&[]),
                json!({ "source_kind": "ACCOUNT", "value_date": day }),
                json!({ "amount": amount }),
            ),
            Self::Postponed(days) => {
                let until = UnixMillis(day_of(event).saturating_add(*days).saturating_mul(DAY_MS));
                (
                    "E13",
                    assigned(&[]),
                    json!({
                        "transition": "POSTPONE", "until": &instant(until)[..10], "act_date": day,
                    }),
                    none(),
                )
            }
            Self::Continued => (
                "E13",
                assigned(&[]),
                json!({ "transition": "END_DEFERRAL", "reason": "TERM_OVER", "act_date": day }),
                none(),
            ),
            Self::Transferred => {
                let to = office.others.colleague.as_ref().map_or("", |it| it.issuer.as_str());
                let mut subjects = assigned(&[]);
                subjects.push(to.to_owned());
                let fields = json!({
                    "from_bailiff": officer_id(&officer), "to_bailiff": officer_id(to),
                    "reason": "LEFT_OFFICE", "inventory_root": case.item(Role::Case).id.to_string(),
                });
                ("E14", subjects, fields, none())
            }
            Self::Terminated => closed(case, &assigned, "TERMINATED", "CLAIMANT_WAIVER", &day),
            Self::Returned => closed(case, &assigned, "RETURNED_CLAIMANT", "NO_PROPERTY", &day),
            Self::Complained(stage) => {
                let complaint = case.item(Role::Complaint);
                let fields =
                    json!({ "complaint_kind": "ACTIONS", "forum": "CIVIL", "stage": stage });
                ("E17", assigned(&[&complaint]), fields, none())
            }
            Self::Amended(_, delta) => (
                "E18",
                assigned(&[&case.document]),
                json!({ "correction_kind": "AMEND", "reason": "AMOUNT_CHANGED" }),
                json!({ "amount_delta": delta }),
            ),
            Self::Warned => (
                "E04",
                assigned(&[]),
                json!({
                    "recipient": "DEBTOR", "channel": "EGOV", "content": "TRAVEL_BAN_WARNING",
                    "sent_at": instant(event), "delivery_status": "DELIVERED",
                    "delivered_at": instant(event),
                }),
                none(),
            ),
        }
    }
}

fn closed(
    case: &Case,
    assigned: &dyn Fn(&[&Subject]) -> Vec<String>,
    outcome: &str,
    ground: &str,
    day: &str,
) -> Content {
    let fields = json!({ "outcome": outcome, "ground_code": ground, "act_date": day });
    ("E15", assigned(&[&case.document]), fields, json!({}))
}

fn lot(stage: Lot, subjects: Vec<String>, day: &str) -> Content {
    let (name, more, body) = match stage {
        Lot::Identified => ("IDENTIFIED", json!({ "asset_kind": "VEHICLE" }), json!({})),
        Lot::Arrested => ("ARRESTED", json!({}), json!({})),
        Lot::Appraised => {
            let appraiser = Subject::registered(Role::Organisation, "591240000998").id.to_string();
            ("APPRAISER_APPOINTED", json!({ "appraiser_id": appraiser }), json!({}))
        }
        Lot::Valued(price) => {
            ("VALUED", json!({ "valuation_date": day }), json!({ "valuation": price }))
        }
        Lot::Listed(price) => (
            "LISTED",
            json!({ "auction_round": 1 }),
            json!({ "start_price": price, "minimum_price": price / 5 * 4 }),
        ),
        Lot::Held => ("AUCTION_HELD", json!({ "participants": 3 }), json!({})),
        Lot::Sold(price) => ("SOLD", json!({}), json!({ "sale_price": price })),
    };
    let mut fields = more;
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("lot_stage".to_owned(), json!(name));
        fields.insert("stage_date".to_owned(), json!(day));
    }
    ("E10", subjects, fields, body)
}

/// A reference of a draft.
pub(super) fn reference(relation: u8, record: &RecordId, subject: Subject) -> DraftReference {
    DraftReference { relation, record: record.to_string(), subject: subject.to_text() }
}
