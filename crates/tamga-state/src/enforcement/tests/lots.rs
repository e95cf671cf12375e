use super::*;
use crate::status::{Lot, LotStage};

fn identified(world: &World) -> Draft {
    world.lot(case(), "bailiff", lot(), "IDENTIFIED").field("asset_kind", "VEHICLE")
}

fn valued(world: &World, day: i64) -> Draft {
    world
        .lot(case(), "bailiff", lot(), "VALUED")
        .field("valuation_date", day)
        .body("valuation", 1_000)
}

fn listed(world: &World, round: i64) -> Draft {
    world
        .lot(case(), "uetp", lot(), "LISTED")
        .field("auction_round", round)
        .body("start_price", 1_000)
        .body("minimum_price", 800)
}

fn held(world: &World) -> Draft {
    world.lot(case(), "uetp", lot(), "AUCTION_HELD").field("participants", 2)
}

/// A lot that is valued today.
fn ready() -> World {
    let mut world = in_stage(Stage::Enforcing);
    world.record(&identified(&world));
    world.record(&world.lot(case(), "bailiff", lot(), "ARRESTED"));
    let appointed = world.lot(case(), "bailiff", lot(), "APPRAISER_APPOINTED");
    refused(&mut world, &appointed, Code::Validation, "/fields/appraiser_id");
    world.record(&appointed.field("appraiser_id", [3; 32]));
    world.record(&valued(&world, TODAY));
    world
}

#[test]
fn a_lot_is_sold_at_the_lowest_price_and_not_below() {
    let mut world = ready();
    assert_eq!(world.case(case()).open_lots, 1);
    let upside_down = listed(&world, 1).body("minimum_price", 1_001);
    refused(&mut world, &upside_down, Code::TotalsMismatch, "/body/minimum_price");
    world.record(&listed(&world, 1));
    world.record(&held(&world));
    let sold = world.lot(case(), "uetp", lot(), "SOLD");
    refused(&mut world, &sold, Code::Validation, "/body/sale_price");
    let cheap = sold.clone().body("sale_price", 799);
    refused(&mut world, &cheap, Code::PriceBelowMinimum, "/body/sale_price");
    world.record(&sold.body("sale_price", 800));
    let status: Lot = world.status(lot());
    assert_eq!((status.stage, status.round), (LotStage::Sold, 1));
    assert_eq!(status.prices, Some(world.view.privates[&lot()].commitment()));
    assert_eq!(world.case(case()).open_lots, 0);
}

#[test]
fn there_are_two_auctions_and_no_third() {
    let mut world = ready();
    for round in 1..=2 {
        let wrong = listed(&world, 3 - round);
        refused(&mut world, &wrong, Code::Validation, "/fields/auction_round");
        world.record(&listed(&world, round));
        world.record(&held(&world));
        world.record(&world.lot(case(), "uetp", lot(), "FAILED"));
    }
    let third = listed(&world, 3);
    refused(&mut world, &third, Code::AuctionsExhausted, "/fields/auction_round");
    let given = world.lot(case(), "uetp", lot(), "TRANSFERRED_TO_CLAIMANT");
    refused(&mut world, &given, Code::RoleForbidden, "/fields/lot_stage");
    world.record(&world.lot(case(), "bailiff", lot(), "TRANSFERRED_TO_CLAIMANT"));
}

#[test]
fn a_valuation_grows_old() {
    let mut world = ready();
    world.set("valuation_validity_m", 6);
    let mut fresh = in_stage(Stage::Enforcing);
    fresh.set("valuation_validity_m", 6);
    for draft in [identified(&fresh), fresh.lot(case(), "bailiff", lot(), "ARRESTED")] {
        fresh.record(&draft);
    }
    let appointed = fresh.lot(case(), "bailiff", lot(), "APPRAISER_APPOINTED");
    fresh.record(&appointed.field("appraiser_id", [3; 32]));
    // 2025-09-02 and 2025-09-01: six months before the listing, and a day more.
    let mut old = fresh.clone();
    fresh.record(&valued(&fresh, TODAY - 181));
    fresh.record(&listed(&fresh, 1));
    old.record(&valued(&old, TODAY - 182));
    let late = listed(&old, 1);
    refused(&mut old, &late, Code::ValuationExpired, "/fields/stage_date");
    let again = old.lot(case(), "bailiff", lot(), "APPRAISER_APPOINTED");
    old.record(&again.field("appraiser_id", [4; 32]));
    old.record(&valued(&old, TODAY));
    old.record(&listed(&old, 1));
}

#[test]
fn stages_of_a_lot_follow_the_law() {
    let table: String = LotStage::ALL
        .iter()
        .map(|from| {
            let row: String = LotStage::ALL
                .iter()
                .map(|&to| if from.may_become(to) { '+' } else { '.' })
                .collect();
            format!("{row} {}\n", from.name())
        })
        .collect();
    assert_eq!(
        table,
        "\
.+........+. IDENTIFIED
..+.......+. ARRESTED
...+......+. APPRAISER_APPOINTED
..+.+.....+. VALUED
.....+....+. LISTED
......++.... AUCTION_HELD
............ SOLD
..+.+...+++. FAILED
............ TRANSFERRED_TO_CLAIMANT
............ RETURNED_TO_DEBTOR
............ RELEASED
............ ANNULLED
"
    );
    let mut world = in_stage(Stage::Enforcing);
    let first = world.lot(case(), "bailiff", lot(), "ARRESTED");
    refused(&mut world, &first, Code::LotStage, "/fields/lot_stage");
    world.record(&identified(&world));
    let jump = valued(&world, TODAY);
    refused(&mut world, &jump, Code::LotStage, "/fields/lot_stage");
    let future = world.lot(case(), "bailiff", lot(), "ARRESTED").field("stage_date", TODAY + 2);
    refused(&mut world, &future, Code::DateOrder, "/fields/stage_date");
}

#[test]
fn a_case_does_not_close_while_a_lot_is_for_sale() {
    let mut world = ready();
    let close = world.close(case(), "bailiff");
    refused(&mut world, &close, Code::MeasuresOpen, "/fields/outcome");
    world.record(&world.lot(case(), "bailiff", lot(), "RELEASED"));
    world.record(&close);
}

#[test]
fn prices_survive_the_annulment_of_a_later_stage() {
    let mut world = ready();
    world.record(&listed(&world, 1));
    let held = world.record(&held(&world));
    world.record(&world.correct(case(), "court", "ANNUL", held).naming(&[lot()]));
    let status: Lot = world.status(lot());
    assert_eq!(status.stage, LotStage::Listed);
    assert_eq!(status.prices, Some(world.view.privates[&lot()].commitment()));
}
