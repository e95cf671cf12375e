//! What organisations do with the money, for everybody.

use tamga_state::status::{Account, CmoStatus, Flows, Pool, PoolState, Sphere};

use super::*;

const BIN: &str = "591240000248";
const PATH: &str = "/v1/okups/591240000248/transparency";

fn pool(sphere: Sphere, period: &str, [collected, paid]: [i64; 2]) -> (Subject, Vec<u8>) {
    let deducted = collected / 4;
    let pool = Pool {
        cmo: Subject::registered(Role::Cmo, BIN).id,
        sphere,
        period: period.to_owned(),
        currency: "KZT".to_owned(),
        state: PoolState::Published,
        collections: 1,
        collected,
        unlicensed: 0,
        deductions: [deducted, 0, 0, 0],
        undocumented: period == "2026-Q1",
        allocated: collected - deducted,
        undistributed: 0,
        in_lines: collected - deducted,
        paid: [paid, 0, 0],
        redistributed_out: 0,
        weighting: None,
        fixed_on: Some(20_000),
        batches: 1,
    };
    (Pool::subject(BIN, sphere, period, "KZT"), encode(&pool, None))
}

fn fake() -> Fake {
    let account = |sphere| Account {
        sphere,
        currency: "KZT".to_owned(),
        flows: Flows::default(),
        reported: Flows::default(),
        closing: 0,
    };
    let cmo = CmoStatus {
        accounts: vec![account(Sphere::RelatedRights), account(Sphere::Copyright)],
        ..CmoStatus::default()
    };
    let statuses = [
        (Subject::registered(Role::Cmo, BIN), encode(&cmo, None)),
        pool(Sphere::Copyright, "2026-Q1", [100_000, 75_000]),
        pool(Sphere::Copyright, "2026-Q2", [100_000, 60_000]),
        pool(Sphere::RelatedRights, "2026-03", [10_000, 7_500]),
        pool(Sphere::RelatedRights, "2025", [1_000, 0]),
    ];
    Fake { statuses: statuses.into(), ..Fake::default() }
}

#[tokio::test]
async fn all_pools_of_a_period_are_found_and_added_up() {
    let server = Server::new(fake());
    let answer = server.get(PATH).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let view = answer.json();
    // The year is that of the newest block.
    assert_eq!((&view["period"], &view["pools"]), (&json!("2026"), &json!(3)));
    assert_eq!(view["threshold_bp"], 7_000);
    let sums = view["sums"].as_array().unwrap();
    let sum = |at: usize| {
        let it = &sums[at];
        json!([
            it["sphere"],
            it["pools"],
            it["warned"],
            it["money"]["collected"],
            it["money"]["paid_bp"],
            it["reaches_threshold"]
        ])
    };
    assert_eq!(sums.len(), 2);
    assert_eq!(sum(0), json!(["COPYRIGHT", 2, 1, 200_000, 6_750, false]));
    assert_eq!(sum(1), json!(["RELATED_RIGHTS", 1, 0, 10_000, 7_500, true]));
    let pools = view["data"].as_array().unwrap();
    let names: Vec<&str> = pools.iter().map(|it| it["period"].as_str().unwrap()).collect();
    assert_eq!(names, ["2026-Q1", "2026-Q2", "2026-03"]);
    assert!(pools[0]["warnings"][0].as_str().unwrap().starts_with("C03 "));
    assert_eq!(pools[1]["warnings"], json!([]));

    let quarter = server.get(&format!("{PATH}?period=2026-Q1")).await.json();
    assert_eq!(quarter["pools"], 2, "the quarter, and the month in it");
    let year = server.get(&format!("{PATH}?period=2025")).await.json();
    assert_eq!(year["sums"][0]["reaches_threshold"], false);
    let none = server.get(&format!("{PATH}?period=2024")).await.json();
    assert_eq!((&none["pools"], &none["sums"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn pools_come_in_pages_with_the_sums_of_all() {
    let server = Server::new(fake());
    let first = server.get(&format!("{PATH}?limit=2")).await.json();
    assert_eq!(first["page"], json!({ "next": "2", "has_more": true }));
    let second = server.get(&format!("{PATH}?limit=2&after=2")).await.json();
    assert_eq!(second["page"], json!({ "has_more": false }));
    assert_eq!(first["sums"], second["sums"]);
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    assert_eq!(second["data"][0]["period"], "2026-03");
    let beyond = server.get(&format!("{PATH}?after=99")).await.json();
    assert_eq!(beyond["data"], json!([]));
}

#[tokio::test]
async fn what_is_no_organisation_or_period_is_said() {
    let server = Server::new(fake());
    server.get("/v1/okups/591240000258/transparency").await.is_problem(Code::NotFound);
    for wrong in ["period=summer", "limit=0", "limit=1000", "sphere=COPYRIGHT"] {
        server.get(&format!("{PATH}?{wrong}")).await.is_problem(Code::BadParameter);
    }
}
