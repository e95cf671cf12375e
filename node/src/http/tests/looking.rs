//! What is looked up in the index: over a real ledger of one validator, its index, and the law it begins with.

use tamga_replica::index::{Index, LawTerms, Step};
use tamga_replica::testing::TestLedger;
use tamga_rocks::{RocksIndex, RocksStore};
use tamga_state::catalogue::Kind;
use tamga_state::testing::{Draft as Lawful, NOW as BLOCK_TIME, TODAY, World, tag, writer};
use tempfile::TempDir;

use super::*;
use crate::index::Lookup;

const DAY_MS: i64 = 86_400_000;
const AUTHORISED: [(&str, &str); 1] = [("authorization", TOKEN)];

/// A ledger on disk and its index; its blocks are of 2026-03-02, a Monday.
struct Filled {
    ledger: TestLedger<RocksStore>,
    index: Index<RocksIndex>,
    _folder: TempDir,
}

impl Filled {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = RocksStore::open(&folder.path().join("db")).unwrap();
        let ledger = TestLedger::new(store);
        let index = RocksIndex::open(&folder.path().join("index")).unwrap();
        let index = Index::open(index, &ledger.app.reader()).unwrap();
        Self { ledger, index, _folder: folder }
    }

    fn world(&self) -> &World {
        &self.ledger.world
    }

    fn record(&mut self, draft: Lawful, days_ago: i64) -> RecordId {
        let info = Kind::from_number(draft.record.kind).unwrap().info();
        let draft = draft.at(UnixMillis(BLOCK_TIME.get() - days_ago * DAY_MS));
        let dates =
            ["act_date", "value_date"].into_iter().filter(|name| info.field_named(name).is_some());
        let day = TODAY - days_ago;
        self.ledger.record(&dates.fold(draft, |draft, name| draft.field(name, day)))
    }

    /// A case that was presented and assigned so many days ago.
    fn assigned(&mut self, n: u8, days_ago: i64) {
        let presented = World::present(numbered(n), 1_000)
            .field("in_force_date", TODAY - 60)
            .field("issuer_id", [9; 32])
            .body("case_number", "7-1");
        self.record(presented, days_ago + 1);
        self.record(World::distribute(numbered(n), "bailiff"), days_ago);
    }

    fn initiated(&mut self, n: u8, days_ago: i64) {
        self.assigned(n, days_ago + 1);
        let initiation = self.world().initiate(numbered(n), "bailiff");
        self.record(initiation, days_ago);
    }

    /// The index as of the last block, asked without a network.
    fn server(&mut self) -> Server {
        self.ledger.block();
        let log = self.ledger.app.reader();
        let law = LawTerms::read(&log).unwrap();
        while self.index.step(&log, &law).unwrap() != Step::Done {}
        let lookup = Lookup { log, rows: self.index.reader() };
        Server::new(Fake { lookup: Some(Arc::new(lookup)), ..Fake::default() })
    }
}

fn numbered(n: u8) -> Subject {
    tag(Role::Case, &format!("case {n}"))
}

fn bailiff() -> String {
    writer("bailiff").to_text()
}

impl Server {
    #[track_caller]
    fn looked(&self, path: &str) -> impl Future<Output = Json> {
        let answer = self.get_with(path, &AUTHORISED);
        async move {
            let answer = answer.await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            answer.json()
        }
    }

    /// Follows a list by its `Link` header to the end.
    async fn all(&self, first: &str) -> Vec<Json> {
        let mut items = Vec::new();
        let mut path = first.to_owned();
        loop {
            let answer = self.get_with(&path, &AUTHORISED).await;
            let page = answer.json();
            items.extend(page["data"].as_array().unwrap().iter().cloned());
            let link = answer.header("link");
            assert_eq!(link.is_empty(), page["page"]["has_more"] == false, "{path}");
            let Some(next) = link.strip_prefix('<') else { return items };
            path = next.split_once('>').unwrap().0.to_owned();
        }
    }
}

#[tokio::test]
async fn lists_need_a_token_and_an_index() {
    let server = Filled::new().server();
    let without = Server::new(Fake::default());
    for path in [
        format!("/v1/cases?officer={}", bailiff()),
        format!("/v1/officers/{}/desk", bailiff()),
        "/v1/register".into(),
        format!("/v1/register/{}", tag(Role::Debtor, "debtor")),
        "/v1/duplicates?link=document".into(),
        "/v1/metrics/kpi/opened/records".into(),
    ] {
        server.get(&path).await.is_problem(Code::Unauthenticated);
        assert_eq!(server.looked(&path).await["data"], json!([]), "{path}");
        without.get_with(&path, &AUTHORISED).await.is_problem(Code::IndexUnavailable);
    }
    without.get("/v1/metrics/kpi?indicator=opened").await.is_problem(Code::IndexUnavailable);
}

#[tokio::test]
async fn deadlines_are_computed_from_the_records_and_tell_from_what() {
    // Both happened on 12 March 2026, a Thursday.
    let server = Server::new(Fake::holding(vec![presented(), distributed(2)]));
    let path = format!("/v1/cases/{}/deadlines", case());
    let view = server.get_with(&path, &[("accept-language", "ru")]).await.json();
    assert_eq!((&view["case"], &view["day"]), (&json!(case().to_text()), &json!("2026-03-12")));
    let of = |rule: &str| {
        let found = view["data"].as_array().unwrap().iter().find(|it| it["rule"] == rule);
        found.unwrap_or_else(|| panic!("{view}")).clone()
    };
    let first = of("D01");
    assert_eq!((&first["state"], &first["nature"]), (&json!("in-time"), &json!("statutory")));
    assert_eq!(first["met_by"], distributed(2).0.id().to_string());
    let second = of("D02");
    assert_eq!(
        (&second["state"], &second["due"], &second["days"]),
        (&json!("running"), &json!("2026-03-17"), &json!(5))
    );
    assert_eq!(second["cause"], distributed(2).0.id().to_string());
    assert_eq!(second["inputs"][0]["parameter"], "initiation_wd");
    assert_eq!(
        (&second["inputs"][0]["value"], &second["inputs"][0]["mark"]),
        (&json!("3"), &json!("UNVERIFIED"))
    );
    assert_eq!(second["years"][0]["year"], 2026);
    assert!(second["title"].as_str().unwrap().contains("возбуждать"));
    let unknown = format!("/v1/cases/{}/deadlines", numbered(9));
    server.get(&unknown).await.is_problem(Code::NotFound);
    server.get(&format!("{path}?x=1")).await.is_problem(Code::BadParameter);
}

#[tokio::test]
async fn a_calendar_names_the_days_off() {
    let server = Server::new(Fake::default());
    let year = server.get("/v1/calendars/2026").await.json();
    assert_eq!((&year["year"], &year["known"]), (&json!(2026), &json!("holidays")));
    assert_eq!(year["working_days"], 247);
    assert!(year["weekdays_off"].as_array().unwrap().contains(&json!("2026-03-09")));
    assert_eq!(server.get("/v1/calendars/2030").await.json()["known"], "nothing");
    for wrong in ["1999", "x", "2101"] {
        server.get(&format!("/v1/calendars/{wrong}")).await.is_problem(Code::NotFound);
    }
}

/// One case of each sort: overdue, due today, due tomorrow; three working days are given for a decision.
fn desks() -> Filled {
    let mut filled = Filled::new();
    filled.assigned(1, 40);
    filled.assigned(2, 5);
    filled.assigned(3, 4);
    filled
}

#[tokio::test]
async fn a_desk_shows_what_is_overdue_and_what_ends_today_and_tomorrow() {
    let server = desks().server();
    let path = format!("/v1/officers/{}/desk", bailiff());
    let desk = server.looked(&format!("{path}?nature=statutory")).await;
    assert_eq!(desk["day"], "2026-03-02");
    assert_eq!(
        desk["statutory"],
        json!({"overdue": 1, "today": 1, "tomorrow": 1, "capped": false})
    );
    let told: Vec<(&Json, &Json, &Json)> = desk["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (&item["case"], &item["due"], &item["days_left"]))
        .collect();
    let cases = [1, 2, 3].map(|n| json!(numbered(n).to_text()));
    let due = ["2026-01-26", "2026-03-02", "2026-03-03"].map(|day| json!(day));
    let left = [-35, 0, 1].map(|days| json!(days));
    let expected: Vec<_> = cases.iter().zip(&due).zip(&left).map(|((a, b), c)| (a, b, c)).collect();
    assert_eq!(told, expected);
    assert!(desk["data"].as_array().unwrap().iter().all(|item| item["rule"] == "D02"));

    let only = async |due: &str| server.looked(&format!("{path}?nature=statutory&due={due}")).await;
    for (due, n) in [("overdue", 1), ("today", 2), ("tomorrow", 3)] {
        let desk = only(due).await;
        assert_eq!(desk["data"].as_array().unwrap().len(), 1, "{due}");
        assert_eq!(desk["data"][0]["case"], numbered(n).to_text());
    }
    // The first case has been silent for forty days: a signal, never among the breaches.
    let signals = server.all(&format!("{path}?nature=signal&due=overdue")).await;
    assert!(signals.iter().any(|item| item["rule"] == "D19"));
    assert!(signals.iter().all(|item| item["nature"] == "signal"));
    for size in 1..=3 {
        let all = server.all(&format!("{path}?nature=statutory&limit={size}")).await;
        assert_eq!(all, *desk["data"].as_array().unwrap());
    }
    for wrong in ["due=later", "nature=x", "limit=0", "after=zz", "after=00"] {
        let answer = server.get_with(&format!("{path}?{wrong}"), &AUTHORISED).await;
        answer.is_problem(Code::BadParameter);
    }
    let other = format!("/v1/officers/{}/desk", tag(Role::Debtor, "debtor"));
    server.get_with(&other, &AUTHORISED).await.is_problem(Code::NotFound);
}

#[tokio::test]
async fn cases_are_listed_by_whom_they_concern() {
    let server = desks().server();
    for whose in [
        format!("officer={}", bailiff()),
        "officer=officer%23bailiff".into(),
        format!("debtor={}", tag(Role::Debtor, "debtor")),
        format!("claimant={}", tag(Role::Claimant, "claimant")),
    ] {
        for size in 1..=4 {
            let all = server.all(&format!("/v1/cases?{whose}&limit={size}")).await;
            assert_eq!(all.len(), 3, "{whose}");
            assert!(all.iter().all(|case| case["stage"] == "ASSIGNED" && case["open"] == true));
        }
        let attention = server.all(&format!("/v1/cases?{whose}&attention=true&limit=1")).await;
        assert_eq!(attention.len(), 1);
        assert_eq!(attention[0]["case"], numbered(1).to_text());
        assert_eq!(
            (&attention[0]["overdue"], &attention[0]["next_due"]),
            (&json!(1), &json!("2026-01-26"))
        );
        assert_eq!(server.all(&format!("/v1/cases?{whose}&open=false")).await, Vec::<Json>::new());
    }
    for wrong in ["", "officer=x", "debtor=officer:x", "officer=officer%23a&debtor=y", "x=1"] {
        let answer = server.get_with(&format!("/v1/cases?{wrong}"), &AUTHORISED).await;
        answer.is_problem(Code::BadParameter);
    }
}

#[tokio::test]
async fn an_entry_is_stale_once_no_case_of_the_debtor_goes_on() {
    let mut filled = Filled::new();
    let debtor = tag(Role::Debtor, "debtor");
    for n in [1, 2] {
        filled.initiated(n, 20);
        let entry =
            filled.world().about(Kind::E16, "bailiff", numbered(n)).field("reason", "ENTERED");
        filled.record(entry, 19);
    }
    let close = filled.world().close(numbered(1), "bailiff");
    filled.record(close, 10);
    let server = filled.server();
    let entries = server.all("/v1/register").await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["case"], numbered(2).to_text());
    assert!(
        entries.iter().all(|entry| entry["stale"] == false && entry["debtor"] == debtor.to_text())
    );
    assert_eq!(entries[1]["ended"], "2026-02-20");
    assert_eq!(server.all("/v1/register?state=stale").await, Vec::<Json>::new());
    drop(server);

    let close = filled.world().close(numbered(2), "bailiff");
    filled.record(close, 5);
    let server = filled.server();
    for size in 1..=3 {
        for path in [
            format!("/v1/register?state=stale&limit={size}"),
            format!("/v1/register?state=stale&region=75&limit={size}"),
            format!("/v1/register?limit={size}"),
            format!("/v1/register/{debtor}?limit={size}"),
        ] {
            let entries = server.all(&path).await;
            assert_eq!(entries.len(), 2, "{path}");
            assert!(
                entries.iter().all(|entry| entry["stale"] == true && entry["expired"] == false)
            );
        }
    }
    assert_eq!(server.all("/v1/register?state=stale&region=10").await, Vec::<Json>::new());
    assert_eq!(server.all("/v1/register?state=expired").await, Vec::<Json>::new());
}

#[tokio::test]
async fn cases_that_look_alike_are_shown_together_with_what_that_means() {
    let mut filled = desks();
    let server = filled.server();
    // One court case, one debtor, one claimant, one sum; three documents.
    let groups = server.all("/v1/duplicates?link=similar").await;
    assert_eq!(groups.len(), 1);
    let findings = groups[0]["findings"].as_array().unwrap();
    assert_eq!((groups[0]["cases"].as_array().unwrap().len(), findings.len()), (3, 3));
    assert!(findings.iter().all(|it| it["finding"] == "NEAR" && it["gravity"] == "signal"));
    assert_eq!(server.all("/v1/duplicates?link=document").await, Vec::<Json>::new());
    let wrong = server.get_with("/v1/duplicates", &AUTHORISED).await;
    wrong.is_problem(Code::BadParameter);
}

#[tokio::test]
async fn the_public_sees_figures_of_months_that_are_over_and_no_small_ones() {
    let mut filled = Filled::new();
    for n in 0..12 {
        filled.initiated(n, 20);
    }
    filled.initiated(20, 1);
    let close = filled.world().close(numbered(0), "bailiff");
    filled.record(close, 15);
    let server = filled.server();
    let public = async |query: &str| server.get(&format!("/v1/metrics/kpi?{query}")).await;
    let opened = public("indicator=opened").await.json();
    assert_eq!((&opened["period"], &opened["figure"]["value"]), (&json!("2026-02"), &json!(12)));
    assert!(opened.get("records").is_none());
    let closed = public("indicator=closed&period=2026-02").await.json();
    assert_eq!((&closed["figure"]["value"], &closed["figure"]["withheld"]), (&json!(0), &json!(1)));
    let share = public("indicator=share-closed&period=2026-02").await.json();
    assert_eq!(share["figure"]["value"], Json::Null);
    for query in [
        "indicator=opened&period=2026-03".to_owned(),
        "indicator=recovered-share".into(),
        format!("indicator=opened&office={}", bailiff()),
        "indicator=opened&by=office".into(),
    ] {
        public(&query).await.is_problem(Code::Unauthenticated);
    }
    for query in [
        "indicator=x",
        "indicator=opened&period=26",
        "indicator=opened&region=75&by=region",
        "indicator=opened&region=too-long-a-name",
        "indicator=opened&by=x",
        "indicator=opened&after=ff",
    ] {
        public(query).await.is_problem(Code::BadParameter);
    }
}

#[tokio::test]
async fn a_figure_leads_to_the_records_behind_it() {
    let mut filled = Filled::new();
    for n in 0..5 {
        filled.initiated(n, 20);
    }
    let close = filled.world().close(numbered(0), "bailiff");
    let closing = filled.record(close, 15);
    let server = filled.server();
    let kpi = server.looked("/v1/metrics/kpi?indicator=closed&period=2026-Q1&by=month").await;
    assert_eq!(kpi["figure"]["value"], 1);
    let months: Vec<&Json> =
        kpi["data"].as_array().unwrap().iter().map(|part| &part["of"]).collect();
    assert_eq!(months, [&json!("2026-01"), &json!("2026-02"), &json!("2026-03")]);
    assert_eq!(kpi["data"][1]["figure"]["value"], 1);
    let records = server.all(kpi["records"].as_str().unwrap()).await;
    assert_eq!(records.len(), 1);
    assert_eq!(
        (&records[0]["record_id"], &records[0]["kind"]),
        (&json!(closing.to_string()), &json!("E15"))
    );
    assert_eq!(records[0]["case"], numbered(0).to_text());

    let by_region =
        server.looked("/v1/metrics/kpi?indicator=opened&period=2026-02&by=region").await;
    assert_eq!(by_region["data"][0]["of"], "75");
    assert_eq!(by_region["data"][0]["figure"]["value"], 5);
    let address = by_region["data"][0]["records"].as_str().unwrap();
    assert_eq!(server.all(&format!("{address}&limit=2")).await.len(), 5);
    let office =
        server.looked(&format!("/v1/metrics/kpi?indicator=opened&office={}", bailiff())).await;
    assert_eq!(office["figure"]["value"], 5);
    let offices = server.all("/v1/metrics/kpi?indicator=opened&by=office&limit=1").await;
    assert_eq!(offices[0]["of"], bailiff());

    // Nobody was notified within three working days: a breach of two rules in each case, apart from signals.
    let breaches = "/v1/metrics/kpi?indicator=statutory-overdue&period=2026-02";
    let rules = server.all(&format!("{breaches}&by=rule&limit=3")).await;
    let of = |rule: &str| {
        rules
            .iter()
            .find(|part| part["of"] == rule)
            .map_or(Json::Null, |part| part["figure"]["value"].clone())
    };
    assert_eq!((of("D03"), of("D04"), of("D19")), (json!(4), json!(4), Json::Null));
    let overdue = server.looked(breaches).await["figure"]["value"].as_i64().unwrap();
    let parts: i64 = rules.iter().filter_map(|part| part["figure"]["value"].as_i64()).sum();
    assert_eq!(overdue, parts);
    let wrong =
        server.get_with("/v1/metrics/kpi/closed/records?tally=initiated", &AUTHORISED).await;
    wrong.is_problem(Code::BadParameter);
}

#[tokio::test]
async fn the_catalogue_describes_every_indicator_in_three_languages() {
    let server = Server::new(Fake::default());
    let mut titles = Vec::new();
    for language in ["kk", "ru", "en"] {
        let catalogue =
            server.get_with("/v1/metrics/catalogue", &[("accept-language", language)]).await.json();
        assert_eq!(catalogue["k_min"], 10);
        let executed = catalogue["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["indicator"] == "share-executed")
            .cloned()
            .unwrap();
        assert_eq!(executed["unit"], "basis-points");
        assert_eq!(executed["targets"][1], json!({"year": 2026, "value": 6_940}));
        assert!(executed["tallies"].as_array().unwrap().contains(&json!("executed")));
        titles.push(executed["title"].clone());
    }
    titles.dedup();
    assert_eq!(titles.len(), 3);
}
