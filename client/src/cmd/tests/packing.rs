//! Evidence packs: made from a ledger, judged as an archive and as a folder, changed in every file.

use std::fs;

use serde_json::{Value, json};
use tamga_format::id::sha256;
use tamga_format::subject::Subject;
use tamga_state::codes::Code;

use super::desk::Desk;
use super::*;
use crate::pack::{Member, SUMS, archive};
use crate::testing::ServedLog;
use crate::text;

/// A desk whose ledger proves all of one case, and the case.
fn desk() -> (Desk, Subject) {
    let desk = Desk::imported();
    let taken = desk.ledger.taken();
    let case = taken[0].record().record().subject;
    let mut log = ServedLog::mapping(case);
    for block in taken.chunks(5) {
        log.commit(block, NOW);
    }
    log.serve(&desk.ledger);
    let path = format!("/v1/cases/{case}/deadlines");
    desk.ledger.answer(&path, 200, deadlines(&case).to_string());
    desk.ledger.answer("/.well-known/tamga/genesis", 200, "version = 1\n");
    (desk, case)
}

/// Deadlines as a node computes them: one that is broken, one that somebody should look at.
fn deadlines(case: &Subject) -> Value {
    let deadline = |rule: &str, nature: &str, state: &str, days: i64| {
        json!({
            "rule": rule, "nature": nature, "title": "no decision", "basis": "EL art. 37",
            "state": state, "days": days, "start": "2026-03-12", "due": "2026-03-17",
            "cause": "00", "inputs": [], "years": [],
        })
    };
    json!({
        "case": case.to_text(), "as_of": { "height": 3, "size": 20, "time": "2026-11-01T00:00:00Z" },
        "day": "2026-11-01",
        "data": [
            deadline("D03", "statutory", "overdue", 229), deadline("D05", "signal", "late", 2),
            deadline("D01", "statutory", "in-time", 1),
        ],
    })
}

impl Desk {
    fn pack(&self, case: &Subject, name: &str) -> Call {
        let out = self.path(name);
        self.call(&["export", "evidence", "--case", &case.to_text(), "--out", &out])
    }

    /// The files of a pack that was made.
    fn members(&self, case: &Subject) -> Vec<Member> {
        let made = self.pack(case, "delo.zip");
        assert_eq!(made.exit, 0, "{} {}", made.stdout, made.stderr);
        archive::read(&fs::read(self.path("delo.zip")).unwrap()).unwrap()
    }

    /// The verdict on files as a pack, and those that are wrong.
    fn judged(&self, members: &[Member]) -> (u8, Vec<String>) {
        fs::write(self.path("judged.zip"), archive::write(members).unwrap()).unwrap();
        let call = self.call(&["verify", &self.path("judged.zip"), "--json"]);
        let found: Value = serde_json::from_str(&call.stdout).unwrap();
        let files = found["files"].as_array().unwrap();
        let names = files.iter().map(|file| file["file"].as_str().unwrap());
        let inside = names.filter_map(|name| name.split_once("judged.zip/"));
        (call.exit, inside.map(|(_, name)| name.to_owned()).collect())
    }
}

/// The files with new checksums.
fn summed(members: &[Member]) -> Vec<Member> {
    let (mut members, mut sums) = (members.to_vec(), String::new());
    for member in members.iter().filter(|member| member.name != SUMS) {
        sums.push_str(&format!("{}  {}\n", text::hex(&sha256(&[&member.bytes])), member.name));
    }
    members.last_mut().unwrap().bytes = sums.into_bytes();
    members
}

#[test]
fn a_pack_holds_all_of_a_case_and_is_verified_offline_in_both_shapes() {
    let (desk, case) = desk();
    let members = desk.members(&case);
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(
        names[..4],
        ["README.txt", "account.kk.pdf", "account.ru.pdf", "proof/00001.tamga-subject"]
    );
    let last = ["policy.txt", "policies.tamga-policies", "verify.html", "pack.json", "SHA256SUMS"];
    assert_eq!(names[names.len() - 5..], last);
    let receipts = names.iter().filter(|name| name.starts_with("receipts/")).count();
    let named = desk.ledger.taken();
    let named = named.iter().filter(|it| it.record().record().all_subjects().any(|it| it == case));
    assert!(receipts == named.count() && receipts > 2, "{names:?}");

    for (language, word) in [("en", "AUTHENTIC"), ("ru", "ПОДЛИННО"), ("kk", "ТҮПНҰСҚА")]
    {
        let call = desk.call(&["verify", &desk.path("delo.zip"), "--lang", language]);
        assert!(call.exit == 0 && call.stdout.contains(word), "{}", call.stdout);
    }
    for member in &members {
        let path = desk.path(&format!("unpacked/{}", member.name));
        fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        fs::write(path, &member.bytes).unwrap();
    }
    let folder = desk.call(&["verify", &desk.path("unpacked")]);
    assert_eq!(folder.exit, 0, "{}", folder.stdout);
    fs::write(desk.path("unpacked/more.pdf"), "more").unwrap();
    assert_eq!(desk.call(&["verify", &desk.path("unpacked")]).exit, 4, "a file of nobody's");

    let again = desk.pack(&case, "again.zip");
    assert_eq!(again.exit, 0);
    assert_eq!(fs::read(desk.path("again.zip")).unwrap(), fs::read(desk.path("delo.zip")).unwrap());
}

#[test]
fn a_changed_byte_in_any_file_of_a_pack_is_found_and_the_file_named() {
    let (desk, case) = desk();
    let members = desk.members(&case);
    for (number, member) in members.iter().enumerate() {
        for at in [0, member.bytes.len() / 2, member.bytes.len() - 1] {
            let mut changed = members.clone();
            changed[number].bytes[at] ^= 1;
            let (exit, wrong) = desk.judged(&changed);
            assert!(matches!(exit, 3 | 4), "{} at {at}: {exit}", member.name);
            let named = wrong.contains(&member.name) || member.name == SUMS;
            assert!(named && !wrong.is_empty(), "{} at {at}: {wrong:?}", member.name);
        }
    }
    let file = fs::read(desk.path("delo.zip")).unwrap();
    for at in (0..file.len()).step_by(997) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        fs::write(desk.path("changed.zip"), changed).unwrap();
        let exit = desk.call(&["verify", &desk.path("changed.zip")]).exit;
        assert!(matches!(exit, 3 | 4), "byte {at}: {exit}");
    }
}

/// Whoever changes a file can change its checksum too; what follows from proofs they can't change.
#[test]
fn files_with_new_checksums_are_judged_by_what_they_say() {
    let (desk, case) = desk();
    let members = desk.members(&case);
    assert_eq!(summed(&members), members);
    let at = |name: &str| members.iter().position(|it| it.name.starts_with(name)).unwrap();
    let edit = |name: &str, from: &str, to: &str| {
        let mut edited = members.clone();
        let bytes = &mut edited[at(name)].bytes;
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains(from), "{name}: {from}");
        *bytes = text.replacen(from, to, 1).into_bytes();
        desk.judged(&summed(&edited))
    };
    let (exit, wrong) = edit("README.txt", "ПАКЕТ", "ПАКЕТ:");
    assert_eq!((exit, &wrong[0][..]), (3, "README.txt"));
    let (exit, wrong) = edit("pack.json", "overdue", "in-time");
    assert_eq!((exit, &wrong[0][..]), (3, "account.kk.pdf"));
    assert_eq!(edit("pack.json", "tamga.example/import", "tamga.example/other").0, 4);
    assert_eq!(edit("policy.txt", "quorum", "# note\nquorum").0, 0, "a remark changes no policy");

    let mut page = members.clone();
    let bytes = page[at("account.ru.pdf")].bytes.len();
    page[at("account.ru.pdf")].bytes[bytes / 2] ^= 1;
    assert_eq!(desk.judged(&summed(&page)), (3, vec!["account.ru.pdf".to_owned()]));

    let mut fewer = members.clone();
    fewer.remove(at("receipts/00002"));
    assert_eq!(desk.judged(&summed(&fewer)).0, 3, "a record is left out");
    let mut none = members.clone();
    none.remove(at("proof/"));
    assert_eq!(desk.judged(&summed(&none)).0, 3, "nothing proves that none is");
    let mut more = members.clone();
    more.insert(0, Member { name: "verdict.txt".to_owned(), bytes: b"guilty".to_vec() });
    assert_eq!(desk.judged(&summed(&more)), (4, vec!["verdict.txt".to_owned()]));
    let mut twice = members.clone();
    twice.insert(0, members[0].clone());
    assert_eq!(desk.judged(&summed(&twice)).0, 3);
    let mut swapped = members;
    let (one, two) = (at_of(&swapped, "receipts/00001"), at_of(&swapped, "receipts/00002"));
    let name = swapped[one].name.clone();
    swapped[one].name = swapped[two].name.clone();
    swapped[two].name = name;
    assert_eq!(desk.judged(&summed(&swapped)).0, 3);
}

/// The most dangerous file of a pack would be a false checking page, the next a chain that brings its own judges.
#[test]
fn a_pack_with_another_page_or_chain_is_refused_and_one_without_is_not() {
    let (desk, case) = desk();
    let members = desk.members(&case);
    let with = |name: &str, bytes: Vec<u8>| {
        let mut changed = members.clone();
        changed[at_of(&members, name)].bytes = bytes;
        desk.judged(&summed(&changed))
    };
    let page = with("verify.html", b"<!doctype html><p>AUTHENTIC".to_vec());
    assert_eq!(page, (3, vec!["verify.html".to_owned()]));
    let other = fs::read(vectors("policy-chain/whole.tamga-policies")).unwrap();
    let (exit, wrong) = with("policies.tamga-policies", other);
    assert_eq!((exit, &wrong[..]), (4, &["policies.tamga-policies".to_owned()][..]));
    let false_one = fs::read(vectors("policy-chain/swapped.tamga-policies")).unwrap();
    assert_eq!(with("policies.tamga-policies", false_one).0, 3);
    let mut older = members.clone();
    older.retain(|member| !["policies.tamga-policies", "verify.html"].contains(&&*member.name));
    assert_eq!(desk.judged(&summed(&older)).0, 0);
}

fn at_of(members: &[Member], name: &str) -> usize {
    members.iter().position(|member| member.name.starts_with(name)).unwrap()
}

#[test]
fn a_body_that_is_not_to_be_had_stays_closed_and_a_false_ledger_gives_no_pack() {
    let (desk, case) = desk();
    let open = desk.pack(&case, "open.zip");
    let said = |call: &Call| call.stdout.clone();
    assert!(!said(&open).contains("may not open"), "{}", said(&open));
    let ids: Vec<String> =
        desk.ledger.taken().iter().map(|taken| taken.record().id().to_string()).collect();
    for id in &ids {
        desk.ledger.refuse(&format!("/v1/records/{id}/receipt?open"), Code::NotFound);
    }
    let closed = desk.pack(&case, "closed.zip");
    assert!(closed.exit == 0 && said(&closed).contains("may not open"), "{}", said(&closed));
    assert_eq!(desk.call(&["verify", &desk.path("closed.zip")]).exit, 0);

    let path = format!("/v1/subjects/{case}/proof");
    desk.ledger.answer(&path, 200, "tamga-subject/v1\n");
    let refused = desk.pack(&case, "refused.zip");
    assert_eq!(refused.exit, 4, "{}", refused.stdout);
    assert!(!Path::new(&desk.path("refused.zip")).exists());
    let both = desk.call(&["export", "evidence", "--out", "x"]);
    assert_eq!(both.exit, 2, "a case or a subject is needed");
}
