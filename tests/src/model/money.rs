//! Money of cases: due, recovered, given out (domain model §1.5; spec §16.6, §16.7).

use std::collections::BTreeMap;

use tamga_format::id::SubjectId;
use tamga_format::subject::Role;

use super::case::{Case, Correction, Stand, correction_kind};
use super::facts::{Facts, Writer};
use super::law::divide;
use super::says::{Says, id_of, tiyn};
use super::{Answer, unless};

const MOST: i128 = 100_000_000_000_000_000;

/// The parts of a payout that go to nobody in particular.
const PARTS: [&str; 5] = ["fee", "expenses", "sanction", "retained", "returned"];

/// A case's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// What is due.
    pub due: i128,
    /// What came in, also from other cases of the debtor.
    pub recovered: i128,
    /// What went to claimants of the case.
    pub distributed: i128,
    /// The private bailiff's fee.
    pub fee: i128,
    /// Expenses of enforcement.
    pub expenses: i128,
    /// The state bailiff's sanction.
    pub sanction: i128,
    /// What is retained.
    pub retained: i128,
    /// What went back to the debtor.
    pub returned: i128,
    /// What went to claimants of the debtor's other cases.
    pub passed: i128,
}

impl Money {
    fn part(&mut self, name: &str) -> &mut i128 {
        match name {
            "due" => &mut self.due,
            "recovered" => &mut self.recovered,
            "distributed" => &mut self.distributed,
            "fee" => &mut self.fee,
            "expenses" => &mut self.expenses,
            "sanction" => &mut self.sanction,
            "retained" => &mut self.retained,
            "returned" => &mut self.returned,
            _ => &mut self.passed,
        }
    }

    /// Every part, in the order of the specification.
    #[must_use]
    pub fn parts(&self) -> [i128; 9] {
        let Self {
            due,
            recovered,
            distributed,
            fee,
            expenses,
            sanction,
            retained,
            returned,
            passed,
        } = *self;
        [due, recovered, distributed, fee, expenses, sanction, retained, returned, passed]
    }

    /// What was recovered and not given out.
    #[must_use]
    pub fn undistributed(&self) -> i128 {
        let [_, recovered, out @ ..] = self.parts();
        recovered - out.iter().sum::<i128>()
    }

    pub(super) fn unpaid(&self) -> i128 {
        (self.due - self.distributed).max(0)
    }

    /// Everything is recovered: the debt and what enforcement cost.
    pub(super) fn is_whole(&self) -> bool {
        self.due > 0 && self.recovered >= self.due + self.fee + self.expenses + self.sanction
    }

    /// Nothing is below 0, and no more was given out than came in.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.parts().iter().all(|part| *part >= 0) && self.undistributed() >= 0
    }
}

/// A debt that several debtors owe together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Solidary {
    pub(super) due: i128,
    pub(super) distributed: i128,
}

/// All cases, as a rule about money sees them.
#[derive(Debug)]
pub(super) struct Books<'a> {
    pub(super) cases: &'a BTreeMap<SubjectId, Case>,
    /// The debtor's cases.
    pub(super) of_debtor: &'a [SubjectId],
    pub(super) claims: &'a BTreeMap<SubjectId, Solidary>,
    pub(super) facts: &'a Facts,
}

/// What a record makes of the money of the cases it touches.
pub(super) type Touched = BTreeMap<SubjectId, Money>;

/// The money after a record; refuses what isn't lawful.
pub(super) fn after(
    books: &Books<'_>,
    says: &Says<'_>,
    writer: &Writer,
    (case, before, after): (&Case, Option<&Stand>, &Stand),
) -> Answer<Touched> {
    let own = says.record.subject.id;
    let kind = says.kind();
    let correction = (kind == "E18").then(|| correction_kind(says));
    if kind == "E10" {
        prices(case, says)?;
    }
    if correction == Some(Correction::Redact) {
        return Ok(Touched::new());
    }
    let turns = before.is_some_and(Stand::is_enforced) != after.is_enforced();
    let moves = match kind {
        "E01" | "E11" | "E12" | "E15" => true,
        "E18" => says.body.is_some(),
        _ => false,
    };
    if let Some(how) = correction.filter(|_| !moves) {
        unless(how == Correction::Amend || !target_moved_money(case, says), "validation")?;
    }
    if !moves && !turns {
        return Ok(Touched::new());
    }
    let reopens = kind == "E15" && says.word("outcome") == "REOPENED";
    let old = if case.erased {
        unless(reopens, "body-erased")?;
        restated(says)?
    } else {
        case.money
    };
    let mut new = old;
    let mut others: BTreeMap<SubjectId, i128> = named_cases(says);
    match kind {
        "E01" => new.due = says.amount("amount_due"),
        "E11" => {
            new.recovered += says.amount("amount");
            let fits = says.amount("amount") > 0 && new.recovered <= MOST;
            unless(fits, "amount-out-of-range")?;
        }
        "E12" => pay_out(books, says, writer, after, &mut new, &mut others)?,
        "E15" if !reopens => closed(says, &new)?,
        "E18" if moves => corrected(case, says, &mut new, &mut others)?,
        _ => {}
    }
    let mut touched = Touched::from([(own, new)]);
    for (id, amount) in &others {
        if *amount == 0 && kind != "E12" {
            continue;
        }
        let other = &books.cases[id];
        unless(!other.erased, "body-erased")?;
        let mut money = other.money;
        money.recovered += amount;
        money.distributed += amount;
        unless(money.is_sound() && money.recovered <= MOST, "totals-mismatch")?;
        touched.insert(*id, money);
    }
    if kind == "E12" {
        priority(books, own, after, &touched, &others)?;
    }
    solidary(books, says, (own, old, before.is_none(), after.claim), &touched)?;
    Ok(touched)
}

/// The cases it names beside its own.
pub(super) fn named_cases(says: &Says<'_>) -> BTreeMap<SubjectId, i128> {
    says.named(Role::Case).into_iter().map(|id| (id, 0)).collect()
}

/// E15: nothing lies undistributed, and what is stated is so.
fn closed(says: &Says<'_>, money: &Money) -> Answer {
    unless(money.undistributed() == 0, "funds-undistributed")?;
    for (name, is) in [("recovered", money.recovered), ("distributed", money.distributed)] {
        unless(says.word("outcome") != "EXECUTED" || says.states(name), "validation")?;
        unless(!says.states(name) || says.amount(name) == is, "totals-mismatch")?;
    }
    Ok(())
}

/// Every part stated once, and soundly.
fn restated(says: &Says<'_>) -> Answer<Money> {
    let mut money = Money::default();
    let mut names = Vec::new();
    for row in says.rows("restated") {
        let name = row[0].as_text().unwrap_or_default();
        unless(!names.contains(&name), "body-erased")?;
        names.push(name);
        *money.part(name) = tiyn(&row[1]);
    }
    unless(names.len() == 9, "body-erased")?;
    unless(money.is_sound(), "totals-mismatch")?;
    Ok(money)
}

/// E12.
fn pay_out(
    books: &Books<'_>,
    says: &Says<'_>,
    writer: &Writer,
    stand: &Stand,
    money: &mut Money,
    others: &mut BTreeMap<SubjectId, i128>,
) -> Answer {
    let mut paid = 0;
    for line in says.rows("lines") {
        unless(stand.claimants.contains(&id_of(&line[1])), "payee-not-party")?;
        unless(line[0].as_i64() == Some(stand.order), "claim-order")?;
        paid += tiyn(&line[2]);
    }
    let mut passed = 0;
    for line in says.rows("other_lines") {
        let id = id_of(&line[0]);
        let gets = others.get_mut(&id).ok_or("subject-missing")?;
        unless(books.cases[&id].stand().claimants.contains(&id_of(&line[1])), "payee-not-party")?;
        *gets += tiyn(&line[2]);
        passed += tiyn(&line[2]);
    }
    unless(says.amount("fee") == 0 || writer.role == "PRIVATE_BAILIFF", "role-forbidden")?;
    unless(says.amount("sanction") == 0 || writer.role == "STATE_BAILIFF", "role-forbidden")?;
    let sum = paid + passed + PARTS.iter().map(|name| says.amount(name)).sum::<i128>();
    let total = says.amount("total");
    unless(total > 0 && sum == total, "totals-mismatch")?;
    unless(total <= money.undistributed(), "totals-mismatch")?;
    money.distributed += paid;
    money.passed += passed;
    for name in PARTS {
        *money.part(name) += says.amount(name);
    }
    if stand.periodic || money.due == 0 {
        return Ok(());
    }
    let law = &books.facts.law;
    if says.amount("fee") > 0 {
        let most = law.most_fee(money.recovered, says.day(), stand.initiated_on);
        unless(most.is_none_or(|most| money.fee <= most), "limit-exceeded")?;
    }
    if says.amount("sanction") > 0 {
        let rate = law.number("sanction_bp", says.day());
        let most = rate.map(|rate| money.due * i128::from(rate) / 10_000);
        unless(most.is_none_or(|most| money.sanction <= most), "limit-exceeded")?;
    }
    Ok(())
}

/// EL arts. 110–112: an order after the one before it, and within an order pro rata.
fn priority(
    books: &Books<'_>,
    own: SubjectId,
    own_stand: &Stand,
    touched: &Touched,
    others: &BTreeMap<SubjectId, i128>,
) -> Answer {
    // The debtor's cases under enforcement: order, whether periodic, unpaid before, and what each gets now.
    struct Claim {
        id: SubjectId,
        order: i64,
        periodic: bool,
        unpaid: i128,
        left: i128,
        gets: i128,
        named: bool,
    }
    let mut claims: Vec<Claim> = Vec::new();
    for id in books.of_debtor {
        let case = &books.cases[id];
        let stand = if *id == own { own_stand.clone() } else { case.stand() };
        if !stand.is_enforced() {
            continue;
        }
        let after = touched.get(id).unwrap_or(&case.money);
        claims.push(Claim {
            id: *id,
            order: stand.order,
            periodic: stand.periodic,
            unpaid: case.money.unpaid(),
            left: after.unpaid(),
            gets: after.distributed - case.money.distributed,
            named: *id == own || others.contains_key(id),
        });
    }
    claims.sort_by_key(|claim| (claim.order, claim.id));
    let paid = |order: i64| claims.iter().any(|it| it.order == order && it.gets > 0);
    for order in (0..=9).filter(|order| paid(*order)) {
        let of_order: Vec<&Claim> = claims.iter().filter(|it| it.order == order).collect();
        unless(of_order.iter().all(|it| it.named), "claims-missing")?;
        if of_order.iter().any(|it| it.periodic) {
            continue;
        }
        unless(of_order.iter().all(|it| it.gets <= it.unpaid), "limit-exceeded")?;
        let weights: Vec<i128> = of_order.iter().map(|it| it.unpaid).collect();
        let shares = divide(of_order.iter().map(|it| it.gets).sum(), &weights);
        let fair = of_order.iter().zip(shares).all(|(it, share)| it.gets == share);
        unless(fair, "claim-share")?;
    }
    let idle = claims.iter().any(|it| it.named && it.id != own && !paid(it.order));
    unless(!idle, "subject-unexpected")?;
    let last = (0..=9).rev().find(|order| paid(*order)).unwrap_or(0);
    unless(claims.iter().all(|it| it.order >= last || it.left == 0), "claim-order")
}

/// A debt that is owed together is stated alike everywhere, and paid once.
fn solidary(
    books: &Books<'_>,
    says: &Says<'_>,
    (own, own_old, first, own_claim): (SubjectId, Money, bool, Option<SubjectId>),
    touched: &Touched,
) -> Answer {
    let mut moved: BTreeMap<SubjectId, Solidary> = BTreeMap::new();
    for (id, money) in touched {
        let (old, claim) = match *id == own {
            true => (own_old, own_claim),
            false => (books.cases[id].money, books.cases[id].stand().claim),
        };
        let Some(claim) = claim else { continue };
        let it = moved.entry(claim).or_default();
        it.due += money.due - old.due;
        it.distributed += money.distributed - old.distributed;
    }
    for (claim, moved) in moved {
        let Some(known) = books.claims.get(&claim) else { continue };
        if first {
            unless(says.amount("amount_due") == known.due, "totals-mismatch")?;
            continue;
        }
        let most = known.due + moved.due;
        let fits = moved.distributed <= 0 || known.distributed + moved.distributed <= most;
        unless(fits, "double-recovery")?;
    }
    Ok(())
}

/// What the record at the end of the chain moved: due, recovered, or parts given out.
fn money_of_root(case: &Case, says: &Says<'_>) -> Option<(usize, &'static str)> {
    let target = says.reference(1)?.record;
    let target = case.records.iter().position(|known| known.id == target)?;
    let kind = case.records[case.root(target)].says().kind();
    matches!(kind, "E01" | "E11" | "E12").then_some((target, kind))
}

fn target_moved_money(case: &Case, says: &Says<'_>) -> bool {
    money_of_root(case, says).is_some_and(|(target, _)| {
        let target = &case.records[target];
        target.says().kind() != "E18" || target.record.body.is_some()
    })
}

/// E18: contrary amounts.
fn corrected(
    case: &Case,
    says: &Says<'_>,
    money: &mut Money,
    others: &mut BTreeMap<SubjectId, i128>,
) -> Answer {
    let how = correction_kind(says);
    let root = money_of_root(case, says);
    let parts: &[(&str, &str)] = match root.map(|(_, kind)| kind) {
        Some("E01") => &[("amount_delta", "due")],
        Some("E11") => &[("amount_delta", "recovered")],
        Some(_) => &[
            ("distributed_delta", "distributed"),
            ("expenses_delta", "expenses"),
            ("fee_delta", "fee"),
            ("passed_delta", "passed"),
            ("retained_delta", "retained"),
            ("returned_delta", "returned"),
            ("sanction_delta", "sanction"),
        ],
        None => &[],
    };
    let payout = root.is_some_and(|(_, kind)| kind == "E12");
    for field in says.body.expect("it has one").fields() {
        let known = parts.iter().any(|(name, _)| *name == field.name)
            || payout && field.name == "other_deltas";
        unless(known, "target-not-correctable")?;
    }
    if how != Correction::Amend && target_moved_money(case, says) {
        unless(parts.iter().any(|(name, _)| says.amount(name) != 0), "validation")?;
        let (target, _) = root.expect("it moved money");
        if case.records[target].says().kind() != "E18" {
            let mut amounts: Vec<i128> = parts.iter().map(|(name, _)| says.amount(name)).collect();
            amounts.extend(says.rows("other_deltas").iter().map(|row| tiyn(&row[1])));
            let fits = |amount: &i128| match how {
                Correction::Annul => *amount <= 0,
                Correction::Amend | Correction::Reinstate | Correction::Redact => *amount >= 0,
            };
            unless(amounts.iter().all(fits), "totals-mismatch")?;
        }
    }
    for (name, part) in parts {
        let part = money.part(part);
        *part += says.amount(name);
        unless(*part <= MOST, "amount-out-of-range")?;
    }
    let mut passed = 0;
    for row in says.rows("other_deltas") {
        *others.get_mut(&id_of(&row[0])).ok_or("subject-missing")? += tiyn(&row[1]);
        passed += tiyn(&row[1]);
    }
    unless(passed == says.amount("passed_delta"), "totals-mismatch")?;
    unless(money.is_sound(), "totals-mismatch")
}

/// E10: prices of a lot.
fn prices(case: &Case, says: &Says<'_>) -> Answer {
    match says.word("lot_stage") {
        "VALUED" => unless(says.states("valuation"), "validation"),
        "LISTED" => {
            unless(says.states("start_price") && says.states("minimum_price"), "validation")?;
            unless(says.amount("minimum_price") <= says.amount("start_price"), "totals-mismatch")
        }
        "SOLD" => {
            unless(says.states("sale_price"), "validation")?;
            let least = least_price(case, says.first(Role::Lot));
            unless(says.amount("sale_price") >= least, "price-below-minimum")
        }
        _ => Ok(()),
    }
}

/// The lowest price that was recorded last for a lot, unless one of its bodies was erased since.
fn least_price(case: &Case, lot: Option<SubjectId>) -> i128 {
    let mut least = 0;
    for (at, written) in case.records.iter().enumerate() {
        let says = written.says();
        let own = |says: &Says<'_>| says.kind() == "E10" && says.first(Role::Lot) == lot;
        if own(&says) && says.word("lot_stage") == "LISTED" {
            least = says.amount("minimum_price");
        }
        if let Some((Correction::Redact, target)) = case.correction(at)
            && own(&case.records[target].says())
        {
            least = 0;
        }
    }
    least
}
