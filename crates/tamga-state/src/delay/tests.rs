use std::collections::BTreeMap;

use tamga_format::cbor::Value;
use tamga_format::subject::{Role, Subject};

use super::*;
use crate::dossier::story::*;
use crate::dossier::{Correction, LotEvent, PayoutDelta, What};
use crate::law::parameters::Mark;
use crate::status::{ComplaintStage, ItemVersion, LotStage, MeasureCode, MeasureState, Parameter};

mod cases;
mod rules;

impl Story {
    fn of(&self, rule: Rule) -> Vec<Deadline> {
        let report = deadlines(&self.events, &law());
        report.deadlines.into_iter().filter(|deadline| deadline.rule == rule).collect()
    }

    /// The one deadline of a rule.
    #[track_caller]
    fn only(&self, rule: Rule) -> Deadline {
        let mut found = self.of(rule);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }
}

/// The initial law, with a term for courts, which no source names.
fn law() -> Law {
    with_values(&[(Name::SanctionDecisionWd, &[(0, 3)])])
}

/// The initial law with other numbers.
fn with_values(values: &[(Name, &[(i64, i64)])]) -> Law {
    let initial = Law::initial();
    let mut parameters: BTreeMap<Name, Parameter> = Name::ALL
        .iter()
        .filter(|name| name.info().is_mandatory())
        .map(|name| {
            let versions = name.info().initial.iter().map(|(from, value)| ItemVersion {
                from: *from,
                value: value.value(),
                mark: name.info().mark,
            });
            (*name, Parameter { name: name.name().to_owned(), versions: versions.collect() })
        })
        .collect();
    for (name, versions) in values {
        let version = |(from, value): &(i64, i64)| ItemVersion {
            from: *from,
            value: Value::int(*value),
            mark: Mark::Unverified,
        };
        let versions = versions.iter().map(version).collect();
        parameters.insert(*name, Parameter { name: name.name().to_owned(), versions });
    }
    Law::new(parameters, initial.calendar().clone())
}
