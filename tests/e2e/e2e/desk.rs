//! A quarter through the commands of an organisation's desk, on real processes: usage, check, publication, payouts,
//! statements, a report; and every author verifies offline.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tamga_api::draft::Draft;
use tamga_client::client::{Client, Submitted, Wait};
use tamga_client::keyfile;
use tamga_format::lines::lines_of_chunk;
use tamga_format::policy::Policy;
use tamga_format::signature::SigningKey;
use tamga_node::clock::Clock;
use tamga_node::config::PaceConfig;
use tamga_node::devnet::royalties::{Keys, OKUP, Scale, Season};
use tamga_node::founding::Registry;
use tamga_node::keys::Seed;
use tamga_tests::processes::{Cluster, ORIGIN, TOKEN};

use super::shell::{Called, call};

const FOUR: &str = include_str!("../../../genesis/four-organisations.toml");
const READY: Duration = Duration::from_secs(60);
const FINAL: Duration = Duration::from_secs(30);
const SCALE: Scale = Scale { authors: 5, works: 7, uses: 60, own: 20 };
/// Who writes the demo story.
const REGISTRY: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../genesis/demo-registry.toml"));

/// The organisation's desk: a folder, a key, a node.
struct Desk {
    folder: tempfile::TempDir,
    url: String,
}

impl Desk {
    fn new(url: String, policy: &Policy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let seed = Seed::demo("okup:demo").0;
        std::fs::write(folder.path().join("okup.key"), keyfile::seal(&seed, "horse", 2).unwrap())
            .unwrap();
        std::fs::write(folder.path().join("policy.txt"), policy.encode()).unwrap();
        Self { folder, url }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.folder.path().join(name), content).unwrap();
        self.path(name)
    }

    /// A command with JSON output: its exit code, its object, and what it told.
    fn call(&self, args: &[&str]) -> (u8, Json, String) {
        let env = [
            ("TAMGA_URL", self.url.clone()),
            ("TAMGA_TOKEN", TOKEN.to_owned()),
            ("TAMGA_POLICY", self.path("policy.txt")),
            ("TAMGA_KEY", self.path("okup.key")),
            ("TAMGA_PASSPHRASE", "horse".to_owned()),
        ];
        let Called { exit, shown, told } = call(self.folder.path(), &env, args);
        (exit, shown, told)
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> Json {
        let (exit, shown, told) = self.call(args);
        assert_eq!(exit, 0, "{args:?}: {shown:#}\n{told}");
        shown
    }
}

/// What the season reports as its usage, as a draft that leaves out whatever follows from the lines, and the lines.
fn usage(season: &mut Season) -> (Json, Vec<u8>) {
    let piece = season.usage(1).unwrap();
    let mut draft = json!(Draft::read(piece.submission.record().record(), None));
    let fields = draft["fields"].as_object_mut().unwrap();
    fields.retain(|name, _| matches!(name.as_str(), "okup_id" | "source"));
    let (_, _, chunks) = piece.attachment.unwrap();
    let lines = chunks.iter().flat_map(|chunk| lines_of_chunk(chunk).unwrap().concat()).collect();
    (draft, lines)
}

fn plan(season: &Season, batch: &Json, deducted: i64) -> String {
    format!(
        "weighting = \"SECONDS\"\nright_categories = [\"PR\"]\nusage = [{batch}]\nundistributed = 7\n\
         [deductions]\nCOLLECTION_COST = {}\n[tax]\nrule = \"demo-10\"\nrate_bp = 1000\n",
        season.collected() * deducted / 100
    )
}

#[test]
fn a_quarter_goes_through_the_desk_and_every_author_verifies_it() {
    // With the initial law, which limits what may be deducted.
    let mut registry = Registry::initial().unwrap();
    registry.extend(toml::from_str(REGISTRY).unwrap());
    let cluster = Cluster::start_with(FOUR, &registry, PaceConfig::default()).unwrap();
    cluster.ready(READY).unwrap();
    let client = Client::new(&cluster.url(0), Some(TOKEN.to_owned()), "en", std::thread::sleep);
    let key = |name: &str| SigningKey::from_seed(Seed::demo(name).0);
    let keys = Keys { authority: key("authority:demo"), okup: key("okup:demo") };
    let mut season = Season::new("desk", ORIGIN, SCALE, keys, Clock.now());
    for submission in season.beginning().unwrap() {
        let done = client.submit(&submission, Wait::Final(FINAL)).unwrap();
        assert!(matches!(done, Submitted::Final { .. }), "{done:?}");
    }
    let desk = Desk::new(cluster.url(0), cluster.policy());
    let period = season.period();
    let which = ["--okup", OKUP, "--period", &period];

    // Usage: tried, submitted with its lines, and the same call again finds it.
    let (draft, lines) = usage(&mut season);
    let batch = draft["subject"].clone();
    let (draft, lines) =
        (desk.write("usage.json", draft.to_string()), desk.write("usage.lines", lines));
    let submit = ["submit", &draft, "--attachment", &lines];
    let tried = desk.done(&[&submit[..], &["--dry-run"]].concat());
    assert_eq!(tried["rules_checked"], true);
    let first = desk.done(&submit);
    assert_eq!(desk.done(&submit)["record_id"], first["record_id"]);

    // A plan that keeps too much fails at the check that forbids it, and nothing is recorded.
    let greedy = desk.write("greedy.toml", plan(&season, &batch, 31));
    for command in ["check", "publish"] {
        let (exit, shown, told) = desk.call(&[&["pool", command, &greedy][..], &which].concat());
        assert_eq!((exit, &shown["outcome"]), (8, &json!("fails")), "{shown:#}\n{told}");
        let failed: Vec<&str> = shown["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["outcome"] == "fails")
            .filter_map(|row| row["check"].as_str())
            .collect();
        assert_eq!(failed, ["C02", "RULES"]);
    }

    let good = desk.write("plan.toml", plan(&season, &batch, 25));
    let shown = desk.done(&[&["pool", "check", &good][..], &which].concat());
    assert_eq!(
        (&shown["outcome"], &shown["state"]),
        (&json!("holds"), &json!("OPEN")),
        "{shown:#}"
    );
    let checks: Vec<&str> =
        shown["checks"].as_array().unwrap().iter().filter_map(|it| it["check"].as_str()).collect();
    assert_eq!(
        checks,
        [
            "C01", "C02", "C03", "C04", "C05", "C06", "C08", "C09", "C10", "C11", "C12", "C13",
            "C14", "C15", "C16", "C17", "C18", "C19", "RULES"
        ]
    );
    let rules = shown["checks"].as_array().unwrap().last().unwrap();
    assert_eq!(rules["compared"]["records"], 5, "fixed, allocated, approved, published, paid");

    let publish = [&["pool", "publish", &good][..], &which].concat();
    let published = desk.done(&publish);
    let steps = published["records"].as_array().unwrap();
    assert_eq!((steps.len(), &published["state"]), (4, &json!("PUBLISHED")), "{published:#}");
    let again = desk.done(&publish);
    assert_eq!(again["records"].as_array().unwrap().len(), 0, "nothing is repeated");

    let payout = [&["pool", "payout", &good][..], &which].concat();
    let paid = desk.done(&payout);
    assert_eq!(paid["payments"], 6);
    let list = paid["payouts"][0]["list"].as_str().unwrap();
    let rows: Vec<String> =
        std::fs::read_to_string(list).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(
        (rows[0].as_str(), rows.len()),
        ("rightsholder,net,tax,levied,reference,allocation", 7)
    );
    assert_eq!(desk.done(&payout)["payments"], 0, "nothing is owed any more");
    // The bank sends one payment back; told twice, it comes back once, and is owed and paid again.
    let returned = desk.write("returned.csv", format!("{}\n{}\n", rows[0], rows[1]));
    let back = [&payout[..], &["--returned", &returned]].concat();
    assert_eq!(desk.done(&back)["payments"], 1);
    assert_eq!(desk.done(&back)["payments"], 0);
    assert_eq!(desk.done(&payout)["payments"], 1);

    let statements = [
        "pool",
        "statements",
        "--okup",
        OKUP,
        "--period",
        &period,
        "--run",
        &desk.path("run.json"),
    ];
    let given = desk.done(&statements);
    assert_eq!((&given["recorded"], &given["failed"]), (&json!(6), &json!(0)), "{given:#}");
    assert_eq!(desk.done(&statements)["rightsholders"], 0, "everybody has theirs");

    let document = desk.write("report.txt", "the report");
    let report = [&["pool", "report", "--document", &document][..], &which].concat();
    let reported = desk.done(&report);
    assert_eq!(reported["figures"]["collected"], season.collected());
    assert_eq!(desk.done(&report)["record_id"], reported["record_id"]);

    // Every author checks everything offline.
    let exports: Vec<String> = rows[1..]
        .iter()
        .map(|row| {
            let author = row.split(',').next().unwrap();
            let out = desk.path(&format!("{}.json", &author[13..21]));
            desk.done(&["statement", "export", author, "--okup", OKUP, "--out", &out, "--prove"]);
            out
        })
        .collect();
    drop(cluster);
    for file in &exports {
        assert!(Path::new(file).is_file());
        let shown = desk.done(&["statement", "verify", file]);
        assert_eq!(shown["verdict"], "authentic", "{shown:#}");
        assert_eq!(shown["statements"][0]["closing"], 0, "everything is paid");
        assert_eq!(shown["balance"]["as_of"]["proven"], true, "{shown:#}");
        assert_eq!(
            (&shown["whole"]["owed"], &shown["whole"]["later"]["batches"]),
            (&0.into(), &0.into())
        );
    }
}
