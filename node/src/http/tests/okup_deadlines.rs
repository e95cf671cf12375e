//! Deadlines of a collective management organisation: over a real ledger of one validator.

use tamga_format::cbor::Value;
use tamga_replica::testing::TestLedger;
use tamga_rocks::{RocksIndex, RocksStore};
use tamga_state::catalogue::Kind;
use tamga_state::status::{Accreditation, Pool, Sphere};
use tamga_state::testing::{Draft as Lawful, TODAY};

use super::*;
use crate::index::Lookup;

/// Organisations that can't exist: one that manages rights, and two users.
const CMO: &str = "591240000021";
const USERS: [&str; 2] = ["591242000010", "591241000025"];

fn organisation(bin: &str) -> Subject {
    Subject::registered(Role::Organisation, bin)
}

/// A ledger of 2026-03-02: an accreditation that ends on the sixth, two users since January, money of the quarter.
fn filled() -> (TestLedger<RocksStore>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = TestLedger::new(RocksStore::open(&folder.path().join("db")).unwrap());
    let cmo = Subject::registered(Role::Cmo, CMO);
    let about = |kind, subject| {
        Lawful::new(kind, "operator", subject)
            .naming(&[cmo])
            .field("okup_id", organisation(CMO).id.0)
            .field("sphere", "COPYRIGHT")
    };
    for (bin, kind) in [(CMO, "CMO"), (USERS[0], "USER"), (USERS[1], "USER")] {
        let registered = Lawful::new(Kind::G01, "operator", organisation(bin))
            .field("bin", bin)
            .field("organisation_kind", kind);
        ledger.record(&registered);
    }
    let item = Accreditation::subject(CMO, Sphere::Copyright);
    let granted = Lawful::new(Kind::G05, "authority", item)
        .naming(&[organisation(CMO), cmo])
        .field("sphere", "COPYRIGHT")
        .field("state", "GRANTED")
        .field("state_date", TODAY - 400)
        .field("act_hash", [1; 32])
        .field("valid_from", TODAY - 400)
        .field("valid_to", TODAY + 5);
    ledger.record(&granted);
    for bin in USERS {
        let uses = Value::Array(vec![Value::Array(vec![Value::text("BROADCAST")])]);
        let licensed = about(Kind::R04, Subject::registered(Role::Licensee, bin))
            .field("action", "SIGNED")
            .field("user_id", organisation(bin).id.0)
            .field("use_types", uses)
            .field("tariff_rule_id", "radio-2026")
            .field("territory", "KZ")
            .field("valid_from", TODAY - 45)
            .field("valid_to", TODAY + 45)
            .field("document_hash", [4; 32]);
        ledger.record(&licensed);
    }
    let collected = about(Kind::R06, Pool::subject(CMO, Sphere::Copyright, "2026-Q1", "KZT"))
        .field("period", "2026-Q1")
        .field("currency", "KZT")
        .field("amount", 1_000)
        .field("collected_on", TODAY - 10)
        .field("source", "FOREIGN_SOCIETY")
        .field("society", "35");
    ledger.record(&collected);
    ledger.block();
    (ledger, folder)
}

fn server(ledger: &TestLedger<RocksStore>, folder: &tempfile::TempDir) -> Server {
    let log = ledger.app.reader();
    let index = RocksIndex::open(&folder.path().join("index")).unwrap();
    let index = tamga_replica::index::Index::open(index, &log).unwrap();
    let lookup = Lookup { log, rows: index.reader() };
    Server::new(Fake { lookup: Some(Arc::new(lookup)), ..Fake::default() })
}

#[tokio::test]
async fn an_organisations_deadlines_are_for_everybody_and_name_no_person() {
    let (ledger, folder) = filled();
    let server = server(&ledger, &folder);
    // The answer is of 12 March 2026.
    let path = format!("/v1/okups/{CMO}/deadlines");
    let view = server.get_with(&path, &[("accept-language", "ru")]).await.json();
    assert_eq!((&view["okup"], &view["day"]), (&json!(CMO), &json!("2026-03-12")), "{view}");
    assert_eq!(view["complete"], true);
    let items = view["data"].as_array().unwrap();
    let rows: Vec<(&str, &str, &str, &Json)> = items
        .iter()
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap_or_default();
            (text("rule"), text("due"), text("state"), &it["users"])
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("D36", "2026-04-15", "running", &Json::Null),
            ("D34", "2026-02-10", "overdue", &json!(2)),
            ("D33", "2027-02-22", "running", &Json::Null),
            ("D34", "2026-03-10", "overdue", &json!(2)),
            ("D37", "2026-03-06", "overdue", &Json::Null),
        ],
        "{view}"
    );
    assert_eq!(items[4]["nature"], "statutory");
    assert!(items[4]["title"].as_str().unwrap().contains("аккредитации"));
    assert_eq!(items[1]["inputs"][0]["parameter"], "usage_report_cd");
    assert_eq!(items[1]["inputs"][0]["mark"], "UNVERIFIED");
    assert!(items[2]["about"].as_str().unwrap().starts_with("pool:"));
    assert!(items.iter().all(|it| !it.to_string().contains("licensee:")), "{view}");
    let open = server.get(&format!("{path}?open=true")).await.json();
    assert_eq!(open["data"].as_array().unwrap().len(), 5);
    let unknown = format!("/v1/okups/{}/deadlines", USERS[0]);
    server.get(&unknown).await.is_problem(Code::NotFound);
    server.get(&format!("{path}?all=1")).await.is_problem(Code::BadParameter);
}
