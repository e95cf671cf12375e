//! What each kind demands (spec §16.3, §16.14 to §16.18), and who may take a step (spec §16.4).

use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_state::BlockContext;

use super::case::{Case, Fixed, Measure, SUSPENSION_GROUNDS, Stand, row_of};
use super::draw;
use super::facts::{Writer, is_bailiff, takes_cases};
use super::law::{Day, add_months};
use super::says::Says;
use super::{Answer, Model, unless};

/// A written date may seem a day off.
const DOUBT: Day = 1;

const REFUSAL: [&str; 8] = [
    "NOT_EXECUTIVE_DOCUMENT",
    "NOT_IN_FORCE",
    "PRESENTATION_EXPIRED",
    "WRONG_TERRITORY",
    "REQUISITES_MISSING",
    "DEFERRED_BY_COURT",
    "ALREADY_EXECUTED",
    "DUPLICATE",
];
const TERMINATION: [&str; 7] = [
    "CLAIMANT_WAIVER",
    "SETTLEMENT_APPROVED",
    "ACT_CANCELLED",
    "DEATH_NO_SUCCESSION",
    "LIQUIDATION",
    "LIMITATION_OF_EXECUTION",
    "CLAIMANT_REFUSED_ITEM",
];
const RETURN: [&str; 5] = [
    "CLAIMANT_REQUEST",
    "NO_PROPERTY",
    "DEBTOR_NOT_FOUND",
    "CLAIMANT_OBSTRUCTS",
    "PROPERTY_NOT_SOLD_AND_REFUSED",
];

/// A record before the rules of its kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged<'a> {
    pub(super) model: &'a Model,
    pub(super) block: &'a BlockContext,
    pub(super) says: Says<'a>,
    pub(super) writer: &'a Writer,
    /// The case as a list; empty for its first record.
    pub(super) case: &'a Case,
    /// Where it stands; for its first record, where that brings it.
    pub(super) stand: &'a Stand,
    pub(super) after: &'a Stand,
}

fn same_region(office: Option<&String>, case: Option<&String>) -> bool {
    office.is_none() || case.is_none() || office == case
}

impl Judged<'_> {
    fn is_assignee(&self) -> bool {
        let assignee = self.stand.assignee.map(|id| Subject::new(Role::Officer, id));
        assignee == Some(self.writer.subject)
    }

    /// One of the authors of the row writes. Of several reasons why not, the one nearest to success is given.
    pub(super) fn author(&self) -> Answer {
        let says = &self.says;
        let organisation = self.writer.subject.role == Role::Organisation;
        if says.kind() == "E02"
            && says.word("phase") == "DRAW"
            && organisation
            && self.block.organisations.contains(&self.writer.subject.id)
        {
            return Ok(());
        }
        let stage = (!self.case.records.is_empty()).then_some(self.stand.stage);
        let mut nearest = "role-forbidden";
        for author in &row_of(says, stage).authors {
            match self.is_author(author) {
                Ok(()) => return Ok(()),
                Err("role-forbidden") => {}
                Err(code) => nearest = code,
            }
        }
        Err(nearest)
    }

    fn is_author(&self, author: &str) -> Answer {
        let role = self.writer.role.as_str();
        match author {
            "BAILIFF" => {
                unless(is_bailiff(role), "role-forbidden")?;
                unless(self.is_assignee(), "not-assignee")
            }
            "BAILIFF(with E18)" => {
                unless(is_bailiff(role), "role-forbidden")?;
                unless(self.is_assignee(), "not-assignee")?;
                let known = self.case.records.iter().rev();
                let last = known.into_iter().find(|it| it.says().kind() == "E18").map(|it| it.id);
                unless(self.says.refers(3, last, self.says.record.subject), "authority-required")
            }
            "AUTHOR_OF_TARGET" => {
                let target = self.target().record.issuer;
                unless(target == self.says.record.issuer, "role-forbidden")?;
                unless(!takes_cases(role) || self.is_assignee(), "not-assignee")
            }
            "SUPERIOR" => {
                let target = self.target().record.issuer;
                let officer = self.model.facts.officers.get(&target.id);
                let state = target.role == Role::Officer
                    && officer.is_some_and(|officer| officer.role == "STATE_BAILIFF");
                unless(role == "AUTHORISED_BODY" && state, "role-forbidden")
            }
            _ if author != role => Err("role-forbidden"),
            "SYSTEM_ROBOT" => unless(self.is_assignee(), "not-assignee"),
            "DEBTOR" => {
                let debtor = Subject::new(Role::Debtor, self.stand.debtor);
                unless(self.writer.subject == debtor, "not-party")
            }
            "CLAIMANT" => {
                let Subject { role, id } = self.writer.subject;
                let party = role == Role::Claimant && self.stand.claimants.contains(&id);
                unless(party, "not-party")
            }
            "REGIONAL_CHAMBER" => {
                let fits = same_region(self.writer.region.as_ref(), self.stand.region.as_ref());
                unless(fits, "wrong-region")
            }
            _ => Ok(()),
        }
    }

    fn target(&self) -> &super::case::Written {
        let target = self.says.reference(1).map(|it| it.record);
        let target = self.case.records.iter().find(|it| Some(it.id) == target);
        target.expect("the target was found before")
    }

    /// Dates, grounds, limits.
    pub(super) fn check(&self) -> Answer {
        let says = &self.says;
        if self.writer.role == "SYSTEM_ROBOT" {
            self.robot()?;
        }
        match says.kind() {
            "E01" => self.presented(),
            "E02" => self.distributed(),
            "E03" => self.decided(),
            "E04" => self.notified(),
            "E05" => self.started(),
            "E06" => {
                self.act_date()?;
                self.imposed()
            }
            "E07" => self.act_date(),
            "E08" => {
                self.act_date()?;
                self.changed()
            }
            "E09" => {
                self.act_date()?;
                if says.word("step") == "LIFTED" { self.lifted() } else { self.levied() }
            }
            "E10" => self.lot(),
            "E11" => {
                self.not_after_event("value_date")?;
                let named = says.has("payout_batch");
                unless(!named || says.word("source_kind") == "ROYALTIES", "validation")?;
                // A ledger of proceedings alone has no batch in which anything was levied.
                unless(!named, "target-unknown")
            }
            "E12" => self.not_after_event("payout_date"),
            "E13" => self.lifecycle(),
            "E14" => self.transferred(),
            "E15" => self.closed(),
            "E16" => self.registered(),
            "E17" => self.complained(),
            _ => Ok(()),
        }
    }

    /// The robot recovers for the state, and small sums.
    fn robot(&self) -> Answer {
        unless(self.stand.for_the_state, "robot-not-allowed")?;
        let most = self.model.facts.law.mrp("robot_threshold_mrp", self.says.day());
        let due = match self.case.records.is_empty() {
            true => self.says.amount("amount_due"),
            false => self.case.money.due,
        };
        unless(self.case.erased || most.is_none_or(|most| due < most), "robot-not-allowed")
    }

    fn not_after_event(&self, name: &str) -> Answer {
        let date = self.says.number(name);
        unless(date.is_none_or(|date| date <= self.says.day() + DOUBT), "date-order")
    }

    fn act_date(&self) -> Answer {
        self.not_after_event("act_date")?;
        let date = self.says.number("act_date");
        let earliest = self.stand.received_on - DOUBT;
        unless(date.is_none_or(|date| date >= earliest), "date-order")
    }

    /// Whether the ground is of a list, and in force on the day.
    fn has_ground(&self, list: &[&str]) -> bool {
        let ground = self.says.word("ground_code");
        // Law № 178-VII of 30.12.2022, in force from 2023-03-03.
        let young =
            ground == "SOLVENCY_RESTORATION" && self.says.day() < super::law::day(2023, 3, 3);
        list.contains(&ground) && !young
    }

    fn presented(&self) -> Answer {
        let says = &self.says;
        self.not_after_event("issue_date")?;
        self.not_after_event("in_force_date")?;
        // EL arts. 111, 112: who is paid first, who second, and nobody else so early.
        let order = says.number("claim_order").unwrap_or_default();
        let fits = match says.word("claim_category") {
            "ALIMONY" | "HARM" | "WAGES" => order == 1,
            "AUTHOR_REMUNERATION" => order == 2,
            _ => order > 2,
        };
        unless(fits, "claim-order")?;
        if let Some(reference) = says.reference(2) {
            let other =
                reference.subject.role == Role::Case && reference.subject != says.record.subject;
            let previous = self.model.cases.get(&reference.subject.id).filter(|_| other);
            let previous = previous.ok_or("reference-not-allowed")?.stand();
            let last = self.model.last.get(&reference.subject);
            let fits = previous.document == self.stand.document
                && last == Some(&reference.record)
                && (previous.stage == "REFUSED" || previous.stage.starts_with("CLOSED_RETURNED_"));
            unless(fits, "reference-not-allowed")?;
        }
        self.in_time()
    }

    /// Domain model §1.2: within the presentation period.
    fn in_time(&self) -> Answer {
        let (says, law) = (&self.says, &self.model.facts.law);
        let day = says.day();
        let earlier = self.model.cases_about(self.stand.document);
        let restored = earlier.iter().any(|it| it.records[0].says().has("term_restored_by"));
        if restored || says.has("term_restored_by") {
            return Ok(());
        }
        let document_type = says.word("exec_doc_type");
        let name = format!("presentation_months.{}", document_type.to_ascii_lowercase());
        let Some(months) = law.number(&name, day) else { return Ok(()) };
        let in_force = says.number("in_force_date").unwrap_or(day);
        let begins = match document_type {
            "AIFC_SECURING_ORDER" => says.number("issue_date").unwrap_or(in_force),
            _ => in_force,
        };
        let stands: Vec<Stand> = earlier.iter().map(|it| it.stand()).collect();
        let last_day = if law.flag("elapsed_before_interruption_counts", day).unwrap_or(true) {
            let stopped =
                stands.iter().filter_map(|it| it.ended_on().map(|end| end - it.received_on));
            add_months(begins, months) + stopped.map(|days| days.max(0)).sum::<i64>()
        } else {
            let ended = stands.iter().filter_map(Stand::ended_on).max();
            let anew = add_months(ended.unwrap_or(begins).max(begins), months);
            // An interruption after the last day does not revive the period.
            match says.number("term_interrupted_on") {
                Some(on) if on > begins && on <= law.roll(anew) => anew.max(add_months(on, months)),
                _ => anew,
            }
        };
        unless(day <= law.roll(last_day), "presentation-expired")
    }

    fn eligible(&self, officer: Option<SubjectId>, region: Option<&String>) -> Answer {
        let officers = &self.model.facts.officers;
        let officer = officer.and_then(|id| officers.get(&id)).ok_or("subject-unknown")?;
        unless(takes_cases(&officer.role), "role-forbidden")?;
        officer.in_force(self.says.record.event_time.get(), self.block.time.get())?;
        unless(same_region(officer.region.as_ref(), region), "wrong-region")
    }

    fn distributed(&self) -> Answer {
        let says = &self.says;
        match says.word("phase") {
            "COMMIT" => self.committed()?,
            "DRAW" => return self.drawn(),
            _ => {
                self.eligible(says.id("bailiff_id"), self.stand.region.as_ref())?;
                unless(self.stand.draw.is_none(), "draw-committed")?;
                unless(says.has("provenance"), "draw-required")?;
                let from = self.model.facts.law.number("draw_required_from", says.day());
                unless(from.is_none_or(|from| says.day() < from), "draw-required")?;
            }
        }
        unless(says.day() >= self.stand.received_on, "date-order")
    }

    /// The candidates, as the record lists them.
    fn candidates(says: &Says<'_>) -> Vec<draw::Candidate> {
        says.value("candidates").and_then(draw::candidates).expect("the fields were checked")
    }

    fn limit(says: &Says<'_>) -> u64 {
        says.number("max_load").and_then(|it| u64::try_from(it).ok()).unwrap_or_default()
    }

    fn committed(&self) -> Answer {
        let says = &self.says;
        unless(self.stand.draw.is_none(), "draw-committed")?;
        let limit = self.model.facts.law.number("max_load", says.day()).unwrap_or(0);
        unless(says.number("max_load").unwrap_or(0) == limit, "validation")?;
        for (id, reason) in Self::candidates(says) {
            let officer = self.model.facts.officers.get(&id).ok_or("subject-unknown")?;
            unless(takes_cases(&officer.role), "role-forbidden")?;
            let in_force = officer.in_force(says.record.event_time.get(), self.block.time.get());
            let in_region = same_region(officer.region.as_ref(), self.stand.region.as_ref());
            match reason.as_deref() {
                None => {
                    in_force?;
                    unless(in_region, "wrong-region")?;
                }
                Some("WRONG_REGION") => unless(!in_region, "exclusion-unfounded")?,
                Some("OFFICE_NOT_IN_FORCE") => unless(in_force.is_err(), "exclusion-unfounded")?,
                Some(_) => {}
            }
        }
        let weights = draw::weights(&self.loads(), Self::limit(says));
        unless(weights.iter().sum::<u64>() > 0, "no-candidate")
    }

    /// Open cases of every candidate who is not left out.
    fn loads(&self) -> Vec<u64> {
        let drawn = Self::candidates(&self.says).into_iter().filter(|(_, reason)| reason.is_none());
        drawn.map(|(id, _)| self.model.loads.get(&id).copied().unwrap_or_default()).collect()
    }

    /// What a commitment fixes: the block, the loads, and the hash over candidates and loads.
    pub(super) fn fixed(&self) -> Fixed {
        let (list, loads) = (Self::candidates(&self.says), self.loads());
        let root = draw::root(&list, &loads, Self::limit(&self.says)).expect("a load for each");
        Fixed { height: self.block.height, root, loads }
    }

    fn drawn(&self) -> Answer {
        let says = &self.says;
        let (commitment, _) =
            self.stand.draw.filter(|it| it.1.is_none()).ok_or("draw-not-committed")?;
        unless(says.refers(3, Some(commitment), says.record.subject), "draw-not-committed")?;
        let committed = self.case.records.iter().find(|it| it.id == commitment);
        let committed = committed.expect("it is in the list");
        let fixed = committed.fixed.as_ref().expect("a commitment fixes loads");
        unless(says.bytes("candidate_root") == Some(fixed.root), "draw-candidates")?;
        let (list, limit) = (Self::candidates(&committed.says()), Self::limit(&committed.says()));
        let loads = says.value("loads").and_then(draw::loads).unwrap_or_default();
        // Before its block is committed, nobody can open the commitment.
        unless(fixed.height < self.block.height, "draw-loads")?;
        unless(draw::root(&list, &loads, limit) == Some(fixed.root), "draw-loads")?;
        let height = usize::try_from(fixed.height.get()).expect("short logs");
        let beacon = draw::beacon(&self.model.blocks, height).ok_or("draw-not-due")?;
        let drawn = (&beacon, says.record.subject.id, &fixed.root);
        let winner = draw::winner(&list, &loads, limit, drawn);
        unless(winner == says.id("bailiff_id"), "draw-winner")
    }

    fn decided(&self) -> Answer {
        let says = &self.says;
        self.act_date()?;
        let refused = says.word("decision") == "REFUSED";
        unless(refused == says.has("ground_code"), "ground-unknown")?;
        unless(!refused || self.has_ground(&REFUSAL), "ground-unknown")?;
        unless(refused != says.has("execution_class"), "validation")
    }

    fn notified(&self) -> Answer {
        let says = &self.says;
        if let Some(tag) = says.id("recipient_tag") {
            let party = match says.word("recipient") {
                "DEBTOR" => tag == self.stand.debtor,
                "CLAIMANT" => self.stand.claimants.contains(&tag),
                _ => true,
            };
            unless(party, "not-party")?;
        }
        let (sent, delivered) = (says.number("sent_at"), says.number("delivered_at"));
        let says_so = says.word("delivery_status") == "DELIVERED";
        unless(says_so == delivered.is_some(), "validation")?;
        unless(delivered.is_none() || delivered >= sent, "date-order")?;
        let latest = self.block.time.get() + 5 * 60_000;
        unless([sent, delivered].into_iter().flatten().all(|it| it <= latest), "event-in-future")
    }

    fn started(&self) -> Answer {
        let (start, end) = (self.says.number("term_start"), self.says.number("term_end"));
        unless(end.is_none() || end >= start, "date-order")?;
        let elapsed = self.says.word("reason") == "VOLUNTARY_TERM_ELAPSED";
        let over = end.is_none_or(|end| end <= self.says.day() + DOUBT);
        unless(!elapsed || over, "term-not-over")
    }

    /// The unpaid sum, which is gone if a body was erased.
    fn unpaid(&self) -> Answer<i128> {
        unless(!self.case.erased, "body-erased")?;
        Ok(self.case.money.unpaid())
    }

    fn measure(&self) -> (Subject, &Measure) {
        let id = self.says.first(Role::Measure).expect("it was named");
        (Subject::new(Role::Measure, id), &self.after.measures[&id])
    }

    fn imposed(&self) -> Answer {
        let (says, law, day) = (&self.says, &self.model.facts.law, self.says.day());
        let (subject, measure) = self.measure();
        let code = measure.code.as_str();
        if measure.state == "ACTIVE" {
            let by_law = [
                "TRAVEL_BAN",
                "TRAVEL_BAN_SUSPEND",
                "COMPULSORY_BRINGING",
                "LICENCE_SUSPENSION",
                "SEARCH_DEBTOR",
            ];
            let name = format!("sanction_required.{}", code.to_ascii_lowercase());
            let required = law.flag(&name, day).unwrap_or_else(|| by_law.contains(&code));
            let answer = measure.answered_by;
            unless(!required || answer.is_some(), "sanction-missing")?;
            unless(answer.is_none() || says.refers(3, answer, subject), "sanction-missing")?;
        }
        if measure.state == "PROPOSED" {
            return Ok(());
        }
        let takes_money = matches!(code, "FUNDS_COLLECTION" | "WAGE_WITHHOLDING");
        unless(!takes_money || self.stand.stage != "SUSPENDED", "stage-not-allowed")?;
        match code {
            "TRAVEL_BAN" => self.travel_ban(),
            "ACCOUNT_ARREST" | "FUNDS_COLLECTION" => {
                unless(says.states("limit_amount"), "validation")?;
                let unpaid = self.unpaid()?;
                // The highest rate of the fee may be added to an arrest.
                let most = if code == "ACCOUNT_ARREST" { unpaid * 125 / 100 } else { unpaid };
                unless(says.amount("limit_amount") <= most, "limit-exceeded")
            }
            _ => Ok(()),
        }
    }

    fn travel_ban(&self) -> Answer {
        let (says, law, day) = (&self.says, &self.model.facts.law, self.says.day());
        let person = matches!(self.stand.debtor_kind.as_str(), "PERSON" | "ENTREPRENEUR");
        unless(person || says.flag("debtor_is_head"), "measure-not-allowed")?;
        let since = law.number("travel_ban_notice_required_from", day);
        let warned = self.stand.warned_at.is_some_and(|at| at <= says.record.event_time.get());
        let needed = day >= since.unwrap_or_else(|| super::law::day(2025, 12, 25));
        unless(!needed || warned, "warning-missing")?;
        if let Some(arrears) = says.number("arrears_since").filter(|_| self.stand.periodic) {
            let months = law.number("travel_ban_periodic_m", day);
            let long = months.is_none_or(|months| day > add_months(arrears, months));
            return unless(long, "measure-not-allowed");
        }
        match law.mrp("travel_ban_mrp", day) {
            Some(most) => unless(self.unpaid()? > most, "measure-not-allowed"),
            None => Ok(()),
        }
    }

    fn changed(&self) -> Answer {
        let says = &self.says;
        let (subject, measure) = self.measure();
        unless(says.refers(4, measure.imposed_by, subject), "reference-not-allowed")?;
        let ban = measure.code == "TRAVEL_BAN" && measure.state == "SUSPENDED";
        if !ban || self.writer.role == "COURT" {
            return Ok(());
        }
        let authority = says.reference(3).ok_or("sanction-missing")?;
        let suspends = self.stand.measures.get(&authority.subject.id);
        let holds = suspends.is_some_and(|it| {
            authority.subject.role == Role::Measure
                && it.code == "TRAVEL_BAN_SUSPEND"
                && it.state == "ACTIVE"
                && it.imposed_by == Some(authority.record)
        });
        unless(holds, "sanction-missing")
    }

    fn levied(&self) -> Answer {
        let says = &self.says;
        let kind = says.word("levy_kind");
        let payers: &[&str] = match kind {
            "FUNDS" => &["BANK", "DEBTOR"],
            "WAGES" => &["EMPLOYER"],
            "PROPERTY" => &["BUYER", "DEBTOR"],
            "RECEIVABLES" => &["THIRD_PARTY"],
            "ROYALTIES" => &["CMO"],
            _ => &["DEBTOR", "THIRD_PARTY"],
        };
        unless(payers.contains(&says.word("payer_kind")), "validation")?;
        unless(kind != "ROYALTIES" || says.has("payer_id"), "validation")?;
        unless((kind == "WAGES") == says.has("rate_bp"), "validation")?;
        let most = self.model.facts.law.number("wage_withholding_max_bp", says.day());
        let rate = says.number("rate_bp");
        let high = rate.zip(most).is_some_and(|(rate, most)| rate > most);
        unless(!high, "limit-exceeded")?;
        let limited = matches!(kind, "FUNDS" | "RECEIVABLES" | "ROYALTIES");
        unless(!limited || says.states("limit_amount"), "validation")?;
        if says.states("limit_amount") {
            unless(says.amount("limit_amount") <= self.unpaid()?, "limit-exceeded")?;
        }
        Ok(())
    }

    /// A levy on royalties ends with the organisation through which it went.
    fn lifted(&self) -> Answer {
        let says = &self.says;
        unless(says.word("levy_kind") == "ROYALTIES", "validation")?;
        unless(says.word("payer_kind") == "CMO", "validation")?;
        unless(!says.has("rate_bp") && !says.states("limit_amount"), "validation")
    }

    fn lot(&self) -> Answer {
        let (says, law, day) = (&self.says, &self.model.facts.law, self.says.day());
        let stage = says.word("lot_stage");
        let auction = matches!(stage, "LISTED" | "AUCTION_HELD" | "SOLD" | "FAILED");
        unless(self.writer.role != "UETP" || auction, "role-forbidden")?;
        self.not_after_event("stage_date")?;
        let on = says.number("stage_date").unwrap_or_default();
        let needed = match stage {
            "IDENTIFIED" => says.has("asset_kind"),
            "APPRAISER_APPOINTED" => says.has("appraiser_id"),
            "VALUED" => says.has("valuation_date"),
            "LISTED" => says.has("auction_round"),
            "AUCTION_HELD" => says.has("participants"),
            _ => true,
        };
        unless(needed, "validation")?;
        let lot = &self.after.lots[&says.first(Role::Lot).expect("it was named")];
        if stage == "VALUED" {
            unless(lot.valued_on <= Some(on), "date-order")?;
        }
        if stage == "LISTED" {
            let most = law.number("max_auctions", day).unwrap_or(2);
            unless(lot.round <= most, "auctions-exhausted")?;
            unless(says.number("auction_round") == Some(lot.round), "validation")?;
            let months = law.number("valuation_validity_m", day);
            let last = lot.valued_on.zip(months).map(|(valued, months)| add_months(valued, months));
            unless(last.is_none_or(|last| on <= last), "valuation-expired")?;
        }
        Ok(())
    }

    fn lifecycle(&self) -> Answer {
        let (says, day) = (&self.says, self.says.day());
        let transition = says.word("transition");
        if transition == "RESUME" {
            return Ok(());
        }
        if transition == "SUSPEND" {
            return unless(self.has_ground(&SUSPENSION_GROUNDS), "ground-unknown");
        }
        unless(!says.has("ground_code"), "ground-unknown")?;
        if transition == "POSTPONE" {
            let until = says.number("until").ok_or("validation")?;
            let most = self.model.facts.law.number("postpone_max_cd", day);
            unless(until >= day && most.is_none_or(|most| until <= day + most), "date-order")?;
        }
        if transition == "END_DEFERRAL" && says.word("reason") == "TERM_OVER" {
            unless(self.stand.until.is_none_or(|until| day >= until), "term-not-over")?;
        }
        Ok(())
    }

    fn transferred(&self) -> Answer {
        let says = &self.says;
        let reason = says.word("reason");
        // Clause 12 of the Rules № 652 of 02.03.2026.
        let gone = matches!(reason, "CLAIMANT_REQUEST" | "WORKLOAD");
        unless(!gone || says.day() < super::law::day(2026, 3, 2), "transfer-not-allowed")?;
        let by_decision = matches!(reason, "BREACH_CONFIRMED" | "RECUSAL" | "COURT_ACT");
        let decided = says.has("decision_hash") && says.has("decision_date");
        unless(!by_decision || decided, "transfer-not-allowed")?;
        self.not_after_event("decision_date")?;
        unless((reason == "REGION_CHANGED") == says.has("region_code"), "validation")?;
        self.eligible(says.id("to_bailiff"), self.after.region.as_ref())
    }

    fn closed(&self) -> Answer {
        self.act_date()?;
        let outcome = self.says.word("outcome");
        let open_lots = self.stand.lots.values().any(super::case::Lot::is_open);
        unless(outcome == "REOPENED" || !open_lots, "measures-open")?;
        let fits = match outcome {
            "TERMINATED" => self.has_ground(&TERMINATION),
            "RETURNED_CLAIMANT" => self.has_ground(&RETURN),
            _ => !self.says.has("ground_code"),
        };
        unless(fits, "ground-unknown")
    }

    fn registered(&self) -> Answer {
        let stand = self.stand;
        let holds = match self.says.word("reason") {
            "ENTERED" => stand.is_enforced(),
            "REMOVED_EXECUTED" => stand.stage == "CLOSED_EXECUTED" || self.case.money.is_whole(),
            "REMOVED_TERMINATED" => {
                matches!(stand.stage, "CLOSED_TERMINATED" | "CLOSED_RETURNED_ISSUER")
            }
            "REMOVED_EXPIRED" => {
                let last = self.says.number("presentation_deadline");
                !stand.is_open() && last.is_some_and(|last| last < self.says.day())
            }
            _ => true,
        };
        unless(holds, "reason-not-allowed")
    }

    fn complained(&self) -> Answer {
        let says = &self.says;
        self.not_after_event("decision_date")?;
        let stage = says.word("stage");
        let by_party = matches!(stage, "FILED" | "APPEALED");
        unless(by_party || self.writer.role == "COURT", "role-forbidden")?;
        if stage != "FILED" || says.word("complaint_kind") != "ALGORITHMIC_REVIEW" {
            return Ok(());
        }
        let act = says.bytes("act_record").ok_or("validation")?;
        let officer = self.stand.assignee.and_then(|id| self.model.facts.officers.get(&id));
        let robot = officer.is_some_and(|officer| officer.role == "SYSTEM_ROBOT");
        let assigned = self.stand.assigned_by.is_some_and(|id| id.0 == act);
        unless(robot || assigned, "reference-not-allowed")
    }
}
