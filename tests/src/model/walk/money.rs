//! Payouts over all claims of a debtor, and corrections with their contrary amounts.

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::draft::Draft;
use super::registry::officer;
use super::{Walk, parties};
use crate::model::Model;
use crate::model::case::Stand;
use crate::model::law::divide;
use crate::model::says::tiyn;

impl Walk {
    /// All that is undistributed, by priority over the debtor's claims; the rest goes back.
    pub(super) fn pay_out(&mut self, model: &Model, case: Subject, stand: &Stand) -> Draft {
        let own = &model.cases[&case.id];
        let mut left = own.money.undistributed();
        if self.one_in(4) {
            left /= 2;
        }
        let (fee, total) = (left / self.pick(&[8, 20, 100]), left);
        let mut draft = self.by_assignee("E12", case, stand);
        let (mut lines, mut other_lines) = (Vec::new(), Vec::new());
        if stand.assignee == Some(officer("state-bailiff").id) {
            draft = draft.body("sanction", fee.min(own.money.due / 10));
            left -= fee.min(own.money.due / 10);
        } else if stand.assignee != Some(officer("robot").id) {
            draft = draft.body("fee", fee);
            left -= fee;
        }
        let ids = model.of_debtor.get(&stand.debtor).cloned().unwrap_or_default();
        let mut claims: Vec<(i64, SubjectId, Stand)> = ids
            .into_iter()
            .map(|id| (model.cases[&id].stand(), id))
            .map(|(s, id)| (s.order, id, s))
            .collect();
        claims.retain(|(_, _, stand)| stand.is_enforced());
        claims.sort_by_key(|(order, id, _)| (*order, *id));
        for order in 0..=9 {
            let of_order: Vec<_> = claims.iter().filter(|it| it.0 == order).collect();
            let unpaid: Vec<i128> =
                of_order.iter().map(|it| model.cases[&it.1].money.unpaid()).collect();
            let pays = left.min(unpaid.iter().sum());
            if pays <= 0 {
                continue;
            }
            left -= pays;
            for ((_, id, of), part) in of_order.iter().zip(divide(pays, &unpaid)) {
                let part = Value::int(i64::try_from(part).unwrap_or(i64::MAX));
                let payee = Value::bytes(of.claimants[0].as_bytes());
                if *id == case.id {
                    lines.push(Value::Array(vec![Value::int(order), payee, part]));
                } else {
                    other_lines.push(Value::Array(vec![Value::bytes(id.as_bytes()), payee, part]));
                    draft = draft.naming([Subject::new(Role::Case, *id)]);
                    draft = draft
                        .naming(of.claimants.iter().map(|id| Subject::new(Role::Claimant, *id)));
                    draft = draft.naming(of.claim.map(|id| Subject::new(Role::Claim, id)));
                }
            }
        }
        draft
            .rows("lines", lines)
            .rows("other_lines", other_lines)
            .body("returned", left)
            .body("total", total)
    }

    pub(super) fn correct(&mut self, model: &Model, case: Subject, stand: &Stand) -> Draft {
        let known = &model.cases[&case.id];
        // Mostly one of the last records: what others rest on can't be annulled.
        let many = known.records.len();
        let recent = many.min(3);
        let at = if self.one_in(4) { self.below(many) } else { many - 1 - self.below(recent) };
        let target = &known.records[at];
        let ended = !stand.is_open();
        let ways =
            ["ANNUL", "ANNUL", "AMEND", "REINSTATE", if ended { "REDACT_BODY" } else { "ANNUL" }];
        let mut how = self.pick(&ways);
        if !known.in_effect(None)[at] {
            how = "REINSTATE";
        }
        let root = &known.records[known.root(at)];
        let mut draft = self
            .draft("E18", "court", case)
            .naming(parties(stand, "E18"))
            .referring(1, target.id, case)
            .field("correction_kind", how)
            .field("reason", "CLERICAL");
        if !self.one_in(3) {
            draft.writer = target.record.issuer;
        }
        let roles = [Role::Measure, Role::Lot, Role::Complaint, Role::Case];
        let closing = root.says().kind() == "E15";
        let affected = root.record.subjects.iter().copied();
        draft = draft.naming(
            affected
                .filter(|it| roles.contains(&it.role) && !(closing && it.role == Role::Measure)),
        );
        if how == "REINSTATE" {
            let levied = root.says().named(Role::Rightsholder);
            draft = draft.naming(levied.into_iter().map(|id| Subject::new(Role::Rightsholder, id)));
        }
        for id in root.says().named(Role::Case) {
            let other = model.cases[&id].stand();
            draft =
                draft.naming(other.claimants.iter().map(|id| Subject::new(Role::Claimant, *id)));
            draft = draft.naming(other.claim.map(|id| Subject::new(Role::Claim, id)));
        }
        if matches!(root.says().kind(), "E02" | "E14") {
            let change = Some((at, how == "REINSTATE"));
            if let Ok((after, _)) = known.replay(change) {
                draft.subjects.retain(|it| it.role != Role::Officer);
                let officers = [stand.assignee, after.assignee].into_iter().flatten();
                draft = draft.naming(officers.map(|id| Subject::new(Role::Officer, id)));
            }
        }
        if how == "REDACT_BODY" {
            return draft;
        }
        let sign = if how == "REINSTATE" { 1 } else { -1 };
        let says = root.says();
        match says.kind() {
            "E01" if how == "AMEND" => draft.body("amount_delta", self.pick(&[-5, 5, 1_000])),
            "E11" => draft.body("amount_delta", sign * says.amount("amount")),
            "E12" => {
                let mut given = says.rows("lines").iter().map(|row| tiyn(&row[2])).sum();
                given *= sign;
                let others = says.rows("other_lines");
                let passed: i128 = others.iter().map(|row| tiyn(&row[2])).sum();
                let rows = others.iter().map(|row| {
                    let amount = sign * tiyn(&row[2]);
                    Value::Array(vec![
                        row[0].clone(),
                        Value::int(i64::try_from(amount).unwrap_or(0)),
                    ])
                });
                let rows = rows.collect();
                draft
                    .body("distributed_delta", given)
                    .body("fee_delta", sign * says.amount("fee"))
                    .body("sanction_delta", sign * says.amount("sanction"))
                    .body("returned_delta", sign * says.amount("returned"))
                    .body("passed_delta", sign * passed)
                    .rows("other_deltas", rows)
            }
            _ => draft,
        }
    }
}
