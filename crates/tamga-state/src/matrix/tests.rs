use super::*;

#[test]
fn the_table_is_that_of_the_domain_model_and_a_levy_on_royalties_is_lifted() {
    let table: String = MATRIX.iter().map(|row| format!("{row}\n")).collect();
    assert_eq!(
        table,
        "\
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
"
    );
}

#[test]
fn every_stage_shows_its_steps() {
    let steps: String = Stage::ALL
        .iter()
        .map(|&stage| format!("{}: {}\n", stage.name(), next_steps(Some(stage)).join(" ")))
        .collect();
    assert_eq!(
        steps,
        "\
RECEIVED: T02a T02 T21 T22
ASSIGNED: T03 T04 T17 T18d T21 T22
REFUSED: T05 T19 T21 T22
INITIATED: T05 T06 T07 T10 T11 T12 T14 T17 T18a T18b T18c T18d T21 T22 TER
ENFORCING: T05 T07 T08 T08L T09 T10 T11 T12 T14 T15 T17 T18a T18b T18c T18d T21 T22 TER
DEFERRED: T05 T07 T08L T10 T11 T12 T16 T17 T18a T18b T18d T21 T22 TER
SUSPENDED: T05 T07 T08L T10 T11 T12b T13 T17 T18a T18b T18c T18d T21 T22 TER
CLOSED_EXECUTED: T05 T07L T19 T21 T22 TER
CLOSED_TERMINATED: T05 T07L T19 T21 T22 TER
CLOSED_RETURNED_CLAIMANT: T05 T07L T19 T21 T22 TER
CLOSED_RETURNED_ISSUER: T05 T07L T19 T21 T22 TER
"
    );
    assert_eq!(next_steps(None), ["T01"]);
}

#[test]
fn roles_that_write_a_kind_are_those_of_its_rows() {
    fn roles(author: Author) -> Vec<WriterRole> {
        match author {
            Author::Role(role) => vec![role],
            Author::Bailiff | Author::BailiffWithCorrection => {
                vec![WriterRole::PrivateBailiff, WriterRole::StateBailiff]
            }
            Author::Superior => vec![WriterRole::AuthorisedBody],
            Author::AuthorOfTarget => WriterRole::ALL.to_vec(),
        }
    }
    for row in MATRIX {
        let kinds: Vec<_> = row.kinds.iter().map(|kind| kind.info()).collect();
        for role in row.authors.iter().flat_map(|author| roles(*author)) {
            // A row of several kinds says who takes part; each kind says who writes it.
            let writes = kinds.iter().filter(|kind| kind.authors.contains(&role)).count();
            assert!(
                writes > 0 && (writes == kinds.len() || kinds.len() > 1),
                "{} {role:?}",
                row.id
            );
        }
    }
    for kind in Kind::ALL.iter().filter(|kind| (200..300).contains(&kind.number())) {
        let rows = MATRIX.iter().filter(|row| row.kinds.contains(kind));
        let allowed: Vec<_> =
            rows.flat_map(|row| row.authors).flat_map(|author| roles(*author)).collect();
        // Whoever runs a validator may record a draw, whatever the organisation is.
        let validators = [
            WriterRole::AuthorisedBody,
            WriterRole::RepublicanChamber,
            WriterRole::Court,
            WriterRole::IssuingBody,
            WriterRole::Operator,
        ];
        for role in kind.info().authors {
            let draws = *kind == Kind::E02 && validators.contains(role);
            assert!(draws || allowed.contains(role), "{kind:?} {role:?}");
        }
    }
}
