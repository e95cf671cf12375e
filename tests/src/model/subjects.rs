//! Whom a record names beside its case (spec §16.3, §16.5).

use std::collections::BTreeSet;

use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::case::{Case, Stand};
use super::says::Says;
use super::{Answer, Model, unless};

impl Model {
    /// Exactly the subjects of the kind are named.
    pub(super) fn expect_subjects(
        &self,
        case: &Case,
        before: Option<&Stand>,
        after: &Stand,
        says: &Says<'_>,
    ) -> Answer {
        self.other_cases(after, says)?;
        let debtor = [Subject::new(Role::Debtor, after.debtor)];
        let all = |role: Role, ids: &[SubjectId]| -> Vec<Subject> {
            ids.iter().map(|id| Subject::new(role, *id)).collect()
        };
        let claimants = all(Role::Claimant, &after.claimants);
        let document = all(Role::Document, &[after.document]);
        let claim = all(Role::Claim, after.claim.as_slice());
        let had = all(Role::Officer, before.and_then(|stand| stand.assignee).as_slice());
        let has = all(Role::Officer, after.assignee.as_slice());
        // The debtor as a rightsholder: who is levied on before or after the record.
        let before_and_after = before.into_iter().chain([after]);
        let levied: Vec<SubjectId> =
            before_and_after.flat_map(|stand| stand.royalties.iter().copied()).collect();
        let levied = all(Role::Rightsholder, &levied);
        // One whose id the writer chose.
        let chosen = |role: Role| {
            let id = says.first(role).unwrap_or(SubjectId([0; 32]));
            vec![Subject::new(role, id)]
        };
        let mut named: BTreeSet<Subject> = BTreeSet::new();
        let mut add = |lists: &[&[Subject]]| {
            for list in lists {
                named.extend(*list);
            }
        };
        match says.kind() {
            "E01" => add(&[&debtor, &claimants, &document, &claim]),
            "E02" => add(&[&has]),
            "E03" if says.word("decision") == "REFUSED" => {
                add(&[&debtor, &claimants, &had, &document]);
            }
            "E03" | "E04" | "E05" | "E13" => add(&[&debtor, &claimants, &had]),
            "E06" | "E07" | "E08" => add(&[&debtor, &had, &chosen(Role::Measure)]),
            "E09" if says.word("levy_kind") == "ROYALTIES" => {
                add(&[&debtor, &claimants, &had, &levied]);
            }
            "E09" => add(&[&debtor, &claimants, &had]),
            "E10" => add(&[&debtor, &had, &chosen(Role::Lot)]),
            "E11" => add(&[&debtor, &claimants, &had, &claim]),
            "E12" => {
                let others = self.with_parties(says.named(Role::Case));
                add(&[&debtor, &claimants, &had, &claim, &others]);
            }
            "E14" => add(&[&debtor, &claimants, &had, &has]),
            "E15" => {
                let open = if says.word("outcome") == "REOPENED" {
                    Vec::new()
                } else {
                    open_measures(after, says)?
                };
                add(&[&debtor, &claimants, &had, &document, &claim, &open, &levied]);
            }
            "E16" => add(&[&debtor, &had]),
            "E17" => add(&[&debtor, &claimants, &had, &chosen(Role::Complaint)]),
            _ => {
                let affected = self.affected(case, says);
                add(&[&debtor, &claimants, &document, &claim, &had, &has, &affected, &levied]);
            }
        }
        named.remove(&says.record.subject);
        let is: BTreeSet<Subject> = says.record.subjects.iter().copied().collect();
        unless(named.is_subset(&is), "subject-missing")?;
        unless(is.is_subset(&named), "subject-unexpected")
    }

    /// Cases that a payout or a correction names are the debtor's, and a payout's are under enforcement.
    fn other_cases(&self, after: &Stand, says: &Says<'_>) -> Answer {
        if !matches!(says.kind(), "E12" | "E18") {
            return Ok(());
        }
        for id in says.named(Role::Case) {
            let other = self.cases.get(&id).ok_or("subject-unknown")?.stand();
            let fits =
                other.debtor == after.debtor && (says.kind() == "E18" || other.is_enforced());
            unless(fits, "subject-unexpected")?;
        }
        Ok(())
    }

    /// Cases with their claimants and solidary claims.
    fn with_parties(&self, cases: Vec<SubjectId>) -> Vec<Subject> {
        let mut subjects = Vec::new();
        for id in cases {
            subjects.push(Subject::new(Role::Case, id));
            let Some(case) = self.cases.get(&id) else { continue };
            let stand = case.stand();
            subjects.extend(stand.claimants.iter().map(|id| Subject::new(Role::Claimant, *id)));
            subjects.extend(stand.claim.map(|id| Subject::new(Role::Claim, id)));
        }
        subjects
    }

    /// Whatever the record at the end of the chain of corrections has an effect on.
    fn affected(&self, case: &Case, says: &Says<'_>) -> Vec<Subject> {
        let target = says.reference(1).map(|it| it.record);
        let target = case.records.iter().position(|it| Some(it.id) == target);
        let root = case.records[case.root(target.expect("it was found"))].says();
        let mut affected = self.with_parties(root.named(Role::Case));
        for role in [Role::Measure, Role::Lot, Role::Complaint] {
            // A closing names measures and changes none.
            if role != Role::Measure || root.kind() != "E15" {
                affected.extend(root.named(role).into_iter().map(|id| Subject::new(role, id)));
            }
        }
        affected
    }
}

/// A closing names every open measure of the case.
fn open_measures(stand: &Stand, says: &Says<'_>) -> Answer<Vec<Subject>> {
    let open = stand.measures.iter().filter(|(_, it)| it.is_open()).map(|(id, _)| *id);
    let open: Vec<SubjectId> = open.collect();
    let named = says.named(Role::Measure);
    unless(named.iter().all(|id| open.contains(id)), "subject-unexpected")?;
    unless(named.len() == open.len(), "measures-open")?;
    Ok(named.into_iter().map(|id| Subject::new(Role::Measure, id)).collect())
}
