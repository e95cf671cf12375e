//! What the ledger holds of a case, all of it: proven by the command line against real processes, and offline afterwards.

use std::path::Path;

use serde_json::Value;
use tamga_client::client::Client;
use tamga_client::history::{self, HistoryError};
use tamga_format::subject::{Role, Subject};
use tamga_format::subject_proof::Known;
use tamga_node::clock::Clock;
use tamga_node::devnet::casework::{Case, life};
use tamga_tests::processes::{Cluster, TOKEN, submit};

use super::royalty::{FOUR, READY, client};
use super::shell::{call, of_devnet};

/// The name of a case with its whole life.
const NAME: &str = "proven";

#[track_caller]
fn json(cluster: &Cluster, folder: &Path, args: &[&str]) -> Value {
    let done = call(folder, &of_devnet(cluster.url(0), folder), args);
    assert_eq!(done.exit, 0, "{args:?}: {}", done.told);
    done.shown
}

/// The records of a subject in pages of one size, and how many pages they were.
fn pages(client: &Client, cluster: &Cluster, subject: &Subject, limit: usize) -> (usize, usize) {
    let (mut known, mut pages) = (Known::default(), 0);
    loop {
        let text = client.subject_proof(subject, known.count(), Some(limit)).unwrap();
        let proven = history::judge(&text, cluster.policy(), subject, &known).unwrap();
        pages += 1;
        if proven.is_complete() {
            return (usize::try_from(proven.count).unwrap(), pages);
        }
        known = proven.known;
    }
}

#[test]
fn all_records_of_a_case_are_proven_and_where_it_stands() {
    let cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let now = Clock.now();
    let steps: Vec<_> = life(1_000_000).into_iter().collect();
    for (number, step) in (0..).zip(&steps) {
        let submission = Cluster::write(NAME, number, step, now).unwrap();
        let (status, text) = submit(&cluster.url(0), &submission, "final").unwrap();
        assert!(matches!(status, 200 | 201), "{step:?}: {status} {text}");
    }
    let subject = Case::named(NAME).case;
    let case = subject.to_text();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("policy.txt"), cluster.policy().encode()).unwrap();
    std::fs::write(folder.join("token.txt"), TOKEN).unwrap();

    let path = |name: &str| folder.join(name).display().to_string();
    let prove = ["case", "history", &case, "--prove", "--receipts", &path("kept")];
    let history = json(&cluster, folder, &prove);
    assert_eq!(history["complete"]["verdict"], "authentic", "{history}");
    assert_eq!(history["complete"]["records"], steps.len());
    let client = client(&cluster, 0);
    for limit in [1, 3, 4_096] {
        let (records, pages) = pages(&client, &cluster, &subject, limit);
        assert_eq!((records, pages), (steps.len(), steps.len().div_ceil(limit)));
    }

    // A status is kept in a file and judged without the network; of a subject that nobody named there is nothing.
    let status = json(&cluster, folder, &["status", &case, "--out", &path("case.tamga-subject")]);
    assert_eq!(status["records"], steps.len());
    assert!(status["status"].is_array(), "{status}");
    let nobody = Subject::registered(Role::Case, "nobody").to_text();
    let none = json(&cluster, folder, &["status", &nobody, "--out", &path("none.tamga-subject")]);
    assert_eq!((&none["records"], &none["complete"]), (&0.into(), &true.into()));
    let whole = history::whole(&client, cluster.policy(), &subject).unwrap();
    std::fs::write(folder.join("whole.tamga-subject"), &whole.files[0]).unwrap();
    let wrong = client.subject_proof(&subject, 99, None).unwrap_err();
    assert!(format!("{wrong:?}").contains("TMG-"), "{wrong:?}");

    // All of the case for a court, and the page of one record.
    let pack = path("delo.zip");
    let made = json(&cluster, folder, &["export", "evidence", "--case", &case, "--out", &pack]);
    assert_eq!((&made["records"], &made["closed_bodies"]), (&steps.len().into(), &0.into()));
    let first = client.case_events(&case).unwrap()[0].record_id.clone();
    let (sheet, portal) = (path("page.pdf"), "https://tamga.example");
    let page = ["receipt", "get", &first, "--pdf", &sheet, "--open", "*", "--portal", portal];
    json(&cluster, folder, &page);

    let env = of_devnet(cluster.url(0), folder);
    let verify = |file: &str| {
        let file = folder.join(file).display().to_string();
        call(folder, &env, &["verify", &file]).exit
    };
    for file in
        ["case.tamga-subject", "none.tamga-subject", "whole.tamga-subject", "delo.zip", "page.pdf"]
    {
        assert_eq!(verify(file), 0, "{file}");
    }
    // The receipts and the list that were kept agree; an old list does not speak of newer records.
    let kept = |name: &str| folder.join("kept").join(name).display().to_string();
    let receipt = kept("0000-E01.receipt");
    let against = |list: &str| call(folder, &env, &["verify", &receipt, "--against", list]).exit;
    assert_eq!(against(&kept("history-0001.tamga-subject")), 0);
    assert_eq!(against(&path("case.tamga-subject")), 4, "it shows no records");
    let mut bytes = std::fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(folder.join("changed.zip"), bytes).unwrap();
    assert!(matches!(verify("changed.zip"), 3 | 4), "a byte of the pack is changed");
    let text = whole.files[0].clone();
    let third = text.lines().filter(|line| line.starts_with("record ")).nth(2).unwrap();
    let cut: Vec<&str> = text.lines().filter(|line| *line != third).collect();
    std::fs::write(folder.join("cut.tamga-subject"), format!("{}\n", cut.join("\n"))).unwrap();
    assert_eq!(verify("cut.tamga-subject"), 3, "a record is left out");
    let other =
        history::judge(&text, cluster.policy(), &nobody.parse().unwrap(), &Known::default());
    assert!(matches!(other, Err(HistoryError::OtherSubject(_))));
}
