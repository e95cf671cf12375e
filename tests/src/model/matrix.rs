//! The transition table of the domain model, §1.4.2, as it stands there, with the lifting of a levy (spec §16.4).

use std::sync::OnceLock;

use super::{Answer, unless};

/// Copied from the domain model, not from the machine; T08L is of the specification.
const TABLE: &str = "\
T01,E01,NONE,RECEIVED,CLAIMANT|ISSUING_BODY|OPERATOR
T02a,E02,RECEIVED,self (candidates committed),REGIONAL_CHAMBER
T02,E02,RECEIVED,ASSIGNED,REGIONAL_CHAMBER
T03,E03,ASSIGNED,REFUSED,BAILIFF
T04,E03,ASSIGNED,INITIATED,BAILIFF|SYSTEM_ROBOT
T05,E04,INITIATED|ENFORCING|DEFERRED|SUSPENDED|CLOSED_*|REFUSED,self,BAILIFF|OPERATOR|SYSTEM_ROBOT
T06,E05,INITIATED,ENFORCING,BAILIFF|SYSTEM_ROBOT
T07,E06|E07|E08,INITIATED|ENFORCING|DEFERRED|SUSPENDED,self,BAILIFF|COURT|SYSTEM_ROBOT
T07L,E08,CLOSED_*,self (lifting only),BAILIFF|COURT|SYSTEM_ROBOT
T08,E09,ENFORCING,self,BAILIFF|SYSTEM_ROBOT
T08L,E09,ENFORCING|DEFERRED|SUSPENDED,self (lifting only),BAILIFF|SYSTEM_ROBOT
T09,E10,ENFORCING,self,BAILIFF|UETP
T10,E11,INITIATED|ENFORCING|DEFERRED|SUSPENDED,self,BAILIFF|BANK_GATEWAY|SYSTEM_ROBOT
T11,E12,INITIATED|ENFORCING|DEFERRED|SUSPENDED,self,BAILIFF|SYSTEM_ROBOT
T12,E13,INITIATED|ENFORCING|DEFERRED,SUSPENDED,BAILIFF|COURT
T12b,E13,SUSPENDED,SUSPENDED (ground added),BAILIFF|COURT
T13,E13,SUSPENDED,previous,BAILIFF|COURT
T14,E13,INITIATED|ENFORCING,DEFERRED,COURT
T15,E13,ENFORCING,DEFERRED,BAILIFF|COURT
T16,E13,DEFERRED,ENFORCING,OPERATOR|COURT
T17,E14,ASSIGNED|INITIATED|ENFORCING|DEFERRED|SUSPENDED,self (assignee changes),REGIONAL_CHAMBER|AUTHORISED_BODY
T18a,E15,INITIATED|ENFORCING|DEFERRED|SUSPENDED,CLOSED_EXECUTED,BAILIFF|SYSTEM_ROBOT
T18b,E15,INITIATED|ENFORCING|DEFERRED|SUSPENDED,CLOSED_TERMINATED,BAILIFF|COURT
T18c,E15,INITIATED|ENFORCING|SUSPENDED,CLOSED_RETURNED_CLAIMANT,BAILIFF
T18d,E15,ASSIGNED|INITIATED|ENFORCING|DEFERRED|SUSPENDED,CLOSED_RETURNED_ISSUER,BAILIFF
T19,E15,CLOSED_*|REFUSED,previous,COURT|BAILIFF(with E18)
T21,E17,any,self,CLAIMANT|DEBTOR|THIRD_PARTY|COURT
T22,E18,any,replayed,AUTHOR_OF_TARGET|SUPERIOR|COURT
TER,E16,INITIATED|ENFORCING|DEFERRED|SUSPENDED|CLOSED_*,self,BAILIFF|OPERATOR
";

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) kinds: Vec<&'static str>,
    from: Vec<&'static str>,
    pub(super) to: &'static str,
    pub(super) authors: Vec<&'static str>,
}

fn table() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let row = |line: &'static str| {
            let cells: Vec<&str> = line.split(',').collect();
            let words = |at: usize| cells[at].split('|').collect();
            Row { id: cells[0], kinds: words(1), from: words(2), to: cells[3], authors: words(4) }
        };
        TABLE.lines().map(row).collect()
    })
}

/// The row with an id.
pub(super) fn row(id: &str) -> &'static Row {
    table().iter().find(|row| row.id == id).expect("every step has a row")
}

/// The rows of a kind.
pub(super) fn rows_of(kind: &str) -> impl Iterator<Item = &'static Row> {
    table().iter().filter(move |row| row.kinds.contains(&kind))
}

/// Whether a case in this stage, or no case, may take the step of a row.
pub(super) fn permitted(row: &Row, stage: Option<&str>) -> Answer {
    let starts = match stage {
        None => row.from == ["NONE"],
        Some(stage) => row.from.iter().any(|from| {
            *from == "any" || *from == stage || *from == "CLOSED_*" && stage.starts_with("CLOSED_")
        }),
    };
    unless(starts, "stage-not-allowed")
}
