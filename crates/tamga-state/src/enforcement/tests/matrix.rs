use super::*;
use crate::matrix::{MATRIX, Transition};
use crate::status::{Measure, decode};
use tamga_format::record::Reference;

/// A case in a stage that has an entry in the register, an open measure and a filed complaint where
/// the law permits them, so that every step has something to act on.
fn furnished(stage: Stage) -> World {
    let enforced = matches!(
        stage,
        Stage::ClosedExecuted
            | Stage::ClosedTerminated
            | Stage::ClosedReturnedClaimant
            | Stage::ClosedReturnedIssuer
    );
    if !enforced {
        let mut world = match stage {
            Stage::Enforcing | Stage::Deferred | Stage::Suspended => levied(stage),
            _ => in_stage(stage),
        };
        if stage.is_enforced() {
            world.record(&arrest(&world));
        }
        return world;
    }
    let mut world = in_stage(Stage::Enforcing);
    world.record(&arrest(&world));
    world.record(&register(&world, "ENTERED"));
    let draft = match stage {
        Stage::ClosedExecuted => world.close(case(), "bailiff"),
        Stage::ClosedTerminated => closing(&world, "TERMINATED", Some("LIQUIDATION")),
        Stage::ClosedReturnedClaimant => closing(&world, "RETURNED_CLAIMANT", Some("NO_PROPERTY")),
        _ => closing(&world, "RETURNED_ISSUER", None),
    };
    world.record(&draft.naming(&[measure()]));
    assert_eq!(world.case(case()).stage, stage);
    world
}

/// A case that levied on royalties while it was enforced.
fn levied(stage: Stage) -> World {
    let mut world = in_stage(Stage::Enforcing);
    world.record(&levies::on_royalties(&world, case(), "author"));
    match stage {
        Stage::Deferred => {
            world.record(&world.change(case(), "court", "DEFER"));
        }
        Stage::Suspended => {
            world.record(&suspension(&world, "bailiff", "DEBTOR_HOSPITAL"));
        }
        _ => {}
    }
    world
}

fn arrest(world: &World) -> Draft {
    world.impose(case(), "bailiff", measure(), "PROPERTY_ARREST", "ACTIVE")
}

/// The reference to the record that imposed the measure, if there is one.
fn imposed(world: &World) -> Vec<Reference> {
    let row = world.view.statuses.get(&measure());
    let known = row.and_then(|row| decode::<Measure>(&row.bytes).ok());
    let record = known.and_then(|(_, known)| known.imposed_by);
    let reference =
        record.map(|record| Reference { relation: relation::IMPOSED, record, subject: measure() });
    reference.into_iter().collect()
}

/// A lawful record of a row, if the row starts in the case's stage.
fn step(world: &World, row: &str) -> Draft {
    let ended = !world.case(case()).stage.is_open();
    let open_measure = world.case(case()).open_measures > 0;
    let naming_measure = |draft: Draft| match open_measure {
        true => draft.naming(&[measure()]),
        false => draft,
    };
    match row {
        "T01" => World::present(case(), 5),
        "T02a" => World::commit(case(), &[("bailiff", None)]),
        "T02" => World::distribute(case(), "bailiff"),
        "T03" => refusal(world),
        "T04" => world.initiate(case(), "bailiff"),
        "T05" => notice(world, "bailiff"),
        "T06" => world.start(case(), "bailiff"),
        "T07" => {
            let second = tag(Role::Measure, "second");
            world.impose(case(), "bailiff", second, "VEHICLE_BAN", "ACTIVE")
        }
        "T07L" => world
            .about(Kind::E08, "bailiff", case())
            .naming(&[measure()])
            .field("measure_state", "LIFTED")
            .field("reason", "OTHER")
            .field("act_date", TODAY)
            .with(|record| record.references = imposed(world)),
        "T08" => world
            .about(Kind::E09, "bailiff", case())
            .field("levy_kind", "PROPERTY")
            .field("payer_kind", "BUYER")
            .field("act_date", TODAY),
        "T08L" => levies::lifting(world, case()),
        "T09" => world.lot(case(), "bailiff", lot(), "IDENTIFIED").field("asset_kind", "VEHICLE"),
        "T10" => world.recover(case(), "bailiff", 5),
        "T11" => world.pay_out(case(), "bailiff", 1),
        "T12" | "T12b" => suspension(world, "court", "EXPERT_EXAMINATION"),
        "T13" => resumption(world, "DEBTOR_HOSPITAL"),
        "T14" => world.change(case(), "court", "DEFER"),
        "T15" => world.change(case(), "bailiff", "POSTPONE").field("until", TODAY + 3),
        "T16" => world.change(case(), "operator", "END_DEFERRAL"),
        "T17" => world.transfer(case(), "chamber", "colleague"),
        "T18a" => naming_measure(world.close(case(), "bailiff")),
        "T18b" => naming_measure(closing(world, "TERMINATED", Some("LIQUIDATION"))),
        "T18c" => naming_measure(closing(world, "RETURNED_CLAIMANT", Some("NO_PROPERTY"))),
        "T18d" => naming_measure(closing(world, "RETURNED_ISSUER", None)),
        "T19" => reopening(world),
        "T21" => complaint(world, "debtor", "FILED"),
        "T22" => world.correct(case(), "operator", "AMEND", world.first_record(case())),
        "TER" if ended => register(world, "REMOVED_ERROR"),
        _ => register(world, "ENTERED"),
    }
}

/// What a stage says to a row: `+`, `=` if another row of the same record permits it, or the code
/// that refuses it.
fn verdict(stage: Stage, row: &Transition) -> String {
    let mut world = furnished(stage);
    if row.id == "T11" && stage.is_enforced() {
        world.record(&world.recover(case(), "bailiff", 1));
    }
    let draft = step(&world, row.id);
    match world.submit(&draft) {
        Ok(_) if row.starts_in(Some(stage)) => "+".to_owned(),
        Ok(_) => "=".to_owned(),
        Err(rejection) => {
            assert!(!row.starts_in(Some(stage)), "{} in {}: {rejection}", row.id, stage.name());
            rejection.code.info().number.to_string()
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "with --nocapture the table is for people to read")]
fn the_whole_matrix_holds_stage_by_stage() {
    let rows: Vec<&Transition> = MATRIX.iter().collect();
    let heads: Vec<String> = rows.iter().map(|row| format!("{:>4}", row.id)).collect();
    let mut table = format!("{} from\n", heads.join(" "));
    let before: Vec<String> = rows
        .iter()
        .map(|row| {
            // Records about a case that is not there; what they name is taken from one that is.
            let draft = step(&furnished(Stage::Enforcing), row.id);
            let verdict = match World::new().submit(&draft) {
                Ok(_) => "+".to_owned(),
                Err(rejection) => rejection.code.info().number.to_string(),
            };
            assert_eq!(verdict == "+", row.starts_in(None), "{}", row.id);
            format!("{verdict:>4}")
        })
        .collect();
    table.push_str(&format!("{} NONE\n", before.join(" ")));
    for &stage in Stage::ALL {
        let cells: Vec<String> =
            rows.iter().map(|row| format!("{:>4}", verdict(stage, row))).collect();
        table.push_str(&format!("{} {}\n", cells.join(" "), stage.name()));
    }
    println!("{table}");
    // `+` permitted, `=` permitted by T12 or T12b, T07 or T07L; 4120 is stage-not-allowed, 4190
    // subject-unknown.
    assert_eq!(
        table,
        "\x20T01 T02a  T02  T03  T04  T05  T06  T07 T07L  T08 T08L  T09  T10  T11  T12 T12b  T13  T14  T15  T16  T17 T18a T18b T18c T18d  T19  T21  T22  TER from
   + 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 4190 NONE
4120    +    + 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120    +    + 4120 RECEIVED
4120 4120 4120    +    + 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120    + 4120 4120 4120    + 4120    +    + 4120 ASSIGNED
4120 4120 4120 4120 4120    + 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120    +    +    + 4120 REFUSED
4120 4120 4120 4120 4120    +    +    +    = 4120 4120 4120    +    +    +    = 4120    + 4120 4120    +    +    +    +    + 4120    +    +    + INITIATED
4120 4120 4120 4120 4120    + 4120    +    =    +    +    +    +    +    +    = 4120    +    + 4120    +    +    +    +    + 4120    +    +    + ENFORCING
4120 4120 4120 4120 4120    + 4120    +    = 4120    + 4120    +    +    +    = 4120 4120 4120    +    +    +    + 4120    + 4120    +    +    + DEFERRED
4120 4120 4120 4120 4120    + 4120    +    = 4120    + 4120    +    +    =    +    + 4120 4120 4120    +    +    +    +    + 4120    +    +    + SUSPENDED
4120 4120 4120 4120 4120    + 4120 4120    + 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120    +    +    +    + CLOSED_EXECUTED
4120 4120 4120 4120 4120    + 4120 4120    + 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120    +    +    +    + CLOSED_TERMINATED
4120 4120 4120 4120 4120    + 4120 4120    + 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120    +    +    +    + CLOSED_RETURNED_CLAIMANT
4120 4120 4120 4120 4120    + 4120 4120    + 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120 4120    +    +    +    + CLOSED_RETURNED_ISSUER
"
    );
}
