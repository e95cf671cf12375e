//! Conservation: what must hold of the whole ledger, whatever was recorded (domain model §1.4.2, §1.5, §3.5).

use std::collections::BTreeMap;

use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_state::View;
use tamga_state::status::{
    self, Amounts, Case as CaseStatus, ClaimantStatus, DebtorStatus, Document, Officer,
    RightsholderStatus, Typed,
};

use super::Model;
use super::case::Stand;
use super::money::Money;

/// What the checks have looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checked {
    /// Cases.
    pub cases: usize,
    /// Open cases.
    pub open: usize,
    /// Officers, debtors, claimants, documents and rightsholders whose counts were compared.
    pub counts: usize,
    /// All that was recovered, in tiyn.
    pub recovered: i128,
    /// All that went to claimants, in tiyn.
    pub distributed: i128,
    /// All that lies undistributed, in tiyn.
    pub undistributed: i128,
}

fn typed<T: Typed, V: View>(view: &V, id: SubjectId) -> Result<Option<T>, String> {
    let subject = Subject::new(T::ROLE, id);
    let row = view.status(&subject).map_err(|error| error.to_string())?;
    let decoded = row.map(|row| status::decode::<T>(&row.bytes)).transpose();
    Ok(decoded.map_err(|error| format!("{subject}: {error}"))?.map(|(_, status)| status))
}

/// Compares the machine's statuses with what the model counts, and checks the model's sums.
///
/// # Errors
///
/// The first thing that does not hold.
pub(super) fn check<V: View>(model: &Model, view: &V) -> Result<Checked, String> {
    let mut checked = Checked::default();
    let mut loads: BTreeMap<SubjectId, u64> = BTreeMap::new();
    let mut claimants: BTreeMap<SubjectId, u64> = BTreeMap::new();
    let mut debtors: BTreeMap<SubjectId, (u64, u64, [u64; 10], [i128; 10])> = BTreeMap::new();
    let mut levies: BTreeMap<SubjectId, u64> = BTreeMap::new();
    for (id, case) in &model.cases {
        let stand = case.stand();
        checked.cases += 1;
        case_holds(model, view, *id, &stand)?;
        let money = case.money;
        if !case.erased {
            checked.recovered += money.recovered;
            checked.distributed += money.distributed;
            checked.undistributed += money.undistributed();
        }
        // A rightsholder on whom no levy is in force any more is compared too.
        for rightsholder in case.records.iter().flat_map(|it| it.says().named(Role::Rightsholder)) {
            levies.entry(rightsholder).or_default();
        }
        let debtor = debtors.entry(stand.debtor).or_default();
        debtor.1 += u64::from(stand.in_register);
        if stand.is_open() {
            checked.open += 1;
            debtor.0 += 1;
            for rightsholder in &stand.royalties {
                *levies.entry(*rightsholder).or_default() += 1;
            }
            for claimant in &stand.claimants {
                *claimants.entry(*claimant).or_default() += 1;
            }
            if let Some(officer) = stand.assignee {
                *loads.entry(officer).or_default() += 1;
            }
        }
        if stand.is_enforced() {
            let order = usize::try_from(stand.order).unwrap_or_default();
            debtor.2[order] += 1;
            debtor.3[order] += money.unpaid();
        }
    }
    for (id, load) in loads {
        let officer: Option<Officer> = typed(view, id)?;
        if officer.map(|officer| officer.load) != Some(load) || model.loads.get(&id) != Some(&load)
        {
            return Err(format!(
                "officer {id} carries {load} open cases, not what the status says"
            ));
        }
        checked.counts += 1;
    }
    for (id, open) in claimants {
        let claimant: Option<ClaimantStatus> = typed(view, id)?;
        if claimant.map(|it| it.open_cases) != Some(open) {
            return Err(format!("claimant {id} has {open} open cases, not what the status says"));
        }
        checked.counts += 1;
    }
    for (id, count) in levies {
        let known: Option<RightsholderStatus> = typed(view, id)?;
        if known.map(|it| it.levies) != Some(count) {
            return Err(format!("rightsholder {id}: {count} levies, not what the status says"));
        }
        checked.counts += 1;
    }
    for (id, (open, entries, orders, unpaid)) in debtors {
        let debtor: Option<DebtorStatus> = typed(view, id)?;
        let known = debtor.ok_or_else(|| format!("debtor {id} has no status"))?;
        if (known.open_cases, known.register_entries, known.claims) != (open, entries, orders) {
            return Err(format!(
                "debtor {id}: {open} open, {entries} entries, {orders:?}, not {known:?}"
            ));
        }
        let private = view.private(&Subject::new(Role::Debtor, id)).map_err(|it| it.to_string())?;
        let private = private.map(|it| status::Unpaid::decode(&it.bytes)).transpose();
        let private = private.map_err(|it| it.to_string())?.unwrap_or_default();
        if private.0.map(i128::from) != unpaid {
            return Err(format!("debtor {id}: unpaid by order {unpaid:?}, not {private:?}"));
        }
        checked.counts += 1;
    }
    for (id, cases) in &model.of_document {
        let open: Vec<&SubjectId> =
            cases.iter().filter(|id| model.cases[id].stand().is_open()).collect();
        let document: Option<Document> = typed(view, *id)?;
        let known = document.ok_or_else(|| format!("document {id} has no status"))?;
        if open.len() > 1 || known.open_case.as_ref() != open.first().copied() {
            return Err(format!("document {id}: open cases {open:?}, not {:?}", known.open_case));
        }
        checked.counts += 1;
    }
    Ok(checked)
}

/// One case: its money is sound and the machine's, nothing lies undistributed at its end, its status says where it stands.
fn case_holds<V: View>(
    model: &Model,
    view: &V,
    id: SubjectId,
    stand: &Stand,
) -> Result<(), String> {
    let subject = Subject::new(Role::Case, id);
    let case = &model.cases[&id];
    let money = case.money;
    if !money.is_sound() {
        return Err(format!("{subject}: {money:?} is not sound"));
    }
    let closed = stand.stage.starts_with("CLOSED_");
    // A correction may find money after the end, and take a payout back; nothing else may.
    let corrected = case.records.iter().any(|it| it.says().kind() == "E18");
    if closed && !corrected && money.undistributed() != 0 {
        return Err(format!("{subject} is closed with {} undistributed", money.undistributed()));
    }
    let status: Option<CaseStatus> = typed(view, id)?;
    let status = status.ok_or_else(|| format!("{subject} has no status"))?;
    let open = u64::try_from(stand.measures.values().filter(|it| it.is_open()).count());
    let lots = u64::try_from(stand.lots.values().filter(|it| it.is_open()).count());
    let same = status.stage.name() == stand.stage
        && status.assignee == stand.assignee
        && status.region == stand.region
        && status.in_debtor_register == stand.in_register
        && Ok(status.open_measures) == open
        && Ok(status.open_lots) == lots
        && status.erased == case.erased;
    if !same {
        return Err(format!("{subject} stands at {stand:?}, its status says {status:?}"));
    }
    let private = view.private(&subject).map_err(|error| error.to_string())?;
    let private = private.map(|it| status::Money::decode(&it.bytes)).transpose();
    let private = private.map_err(|error| error.to_string())?;
    let expected = (!case.erased).then(|| money.parts());
    if private.map(|it| it.parts().map(i128::from)) != expected {
        return Err(format!("{subject}: money {money:?}, not {private:?}"));
    }
    Ok(())
}

impl Model {
    /// The sums of all cases.
    #[must_use]
    pub fn money_of(&self, case: &Subject) -> Option<Money> {
        self.cases.get(&case.id).map(|case| case.money)
    }
}
