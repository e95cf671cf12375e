//! A policy is drafted, signed by each for itself without a network, and put together.

use serde_json::Value;
use tamga_format::beacon::VrfSecret;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::signature::SigningKey;

use super::*;
use crate::keyfile;
use crate::testing::{AUTHORITY, OKUP, RADIO, genesis_file, seed};

const GOVERNORS: [&str; 3] = [AUTHORITY, OKUP, RADIO];

fn public(name: &str) -> String {
    crate::text::base64(SigningKey::from_seed(seed(name)).public().as_bytes())
}

fn vkey(name: &str, key: &str) -> String {
    let key = SigningKey::from_seed(seed(key)).public();
    VKey::new(name, VKeyKind::Cosigner, key).unwrap().to_string()
}

/// A folder with a genesis of organisations that govern.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let (mut file, _) = genesis_file();
        for part in &mut file.organisations {
            if GOVERNORS.contains(&part.number.as_str()) {
                part.governance = Some(public(&format!("governs {}", part.number)));
            }
        }
        desk.write("genesis.toml", &file.to_toml());
        desk.write("policy.txt", &file.genesis().unwrap().policy.encode());
        for number in GOVERNORS {
            let seed = seed(&format!("governs {number}"));
            desk.write(&format!("{number}.key"), &keyfile::seal(&seed, "horse", 2).unwrap());
        }
        desk.write("stranger.key", &keyfile::seal(&seed("stranger"), "horse", 2).unwrap());
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn call(&self, args: &[&str]) -> Call {
        let env = [
            ("TAMGA_POLICY", self.path("policy.txt")),
            ("TAMGA_PASSPHRASE", "horse".to_owned()),
            // Nobody listens there.
            ("TAMGA_URL", "http://127.0.0.1:9".to_owned()),
        ];
        let env = env.each_ref().map(|(name, value)| (*name, value.as_str()));
        call_with(&[args, &["--lang", "en"]].concat(), &env)
    }

    fn draft(&self, changes: &str, out: &str) -> Call {
        self.write("changes.toml", changes);
        let (changes, out, genesis) =
            (self.path("changes.toml"), self.path(out), self.path("genesis.toml"));
        self.call(&["policy", "draft", &changes, "--out", &out, "--genesis", &genesis])
    }

    /// Signs a copy of a draft.
    fn sign(&self, draft: &str, key: &str, copy: &str) -> Call {
        std::fs::copy(self.path(draft), self.path(copy)).unwrap();
        self.call(&["policy", "sign", &self.path(copy), "--key", &self.path(key), "--yes"])
    }

    fn review(&self, drafts: &[&str]) -> Value {
        let paths: Vec<String> = drafts.iter().map(|name| self.path(name)).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let call = self.call(&[&["policy", "review", "--json"], &paths[..]].concat());
        assert_eq!(call.exit, 0, "{}", call.stderr);
        serde_json::from_str(&call.stdout).unwrap()
    }
}

/// v3 gets another cosigner key, v2 leaves, v4 joins, and who collects governs no longer.
fn changes() -> String {
    let beacon = crate::text::base64(VrfSecret::from_seed(&seed("v4")).public().as_bytes());
    let peer = format!("12D3KooW{}v4", "a".repeat(42));
    format!(
        "[validator.v2]\nleaves = true\n[validator.v3]\ncosigner = \"{}\"\n\
         [validator.v4]\norganisation = \"591240009003\"\nconsensus = \"{}\"\ncosigner = \"{}\"\n\
         beacon = \"{beacon}\"\npeer = \"{peer}\"\nurl = \"http://v4.example/\"\n\
         [governance.{OKUP}]\nleaves = true\n",
        vkey("v3", "v3 again"),
        public("consensus v4"),
        vkey("v4", "cosigner v4"),
    )
}

/// The keys of a process as its file holds them.
fn keys_of_process(consensus: &str, cosigner: &str, beacon: &str) -> String {
    let hex = |name: &str| crate::text::hex(&seed(name));
    let (consensus, cosigner, beacon) = (hex(consensus), hex(cosigner), hex(beacon));
    format!(
        "consensus = \"{consensus}\"\ncosigner = \"{cosigner}\"\nbeacon = \"{beacon}\"\nnetwork = \"{consensus}\"\n"
    )
}

#[test]
fn a_draft_says_all_that_changes_and_whose_signatures_it_needs() {
    let desk = Desk::new();
    let drafted = desk.draft(&changes(), "draft");
    assert_eq!(drafted.exit, 0, "{}", drafted.stderr);
    for line in [
        "policy 1 of tamga.example/import-devnet, to follow policy 0",
        "validator v4 joins",
        "validator v2 leaves",
        "validator v3 gets other keys: cosigner key",
        "governs no longer",
        "- witness v2 ",
        "+ witness v4 ",
        "+ group validators 3 v0 v1 v3 v4",
        "organisations that signed: 0, needed: 3; new keys that have not signed: 4",
    ] {
        assert!(drafted.stdout.contains(line), "{line}: {}", drafted.stdout);
    }
    let shown = desk.review(&["draft"]);
    let owners: Vec<&str> = shown["signatures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["owner"].as_str().unwrap().split(' ').next().unwrap())
        .collect();
    assert_eq!(owners.len(), 7, "{owners:?}");
}

#[test]
fn each_signs_a_copy_and_the_copies_make_a_whole() {
    let desk = Desk::new();
    assert_eq!(desk.draft(&changes(), "draft").exit, 0);
    let before = desk.read("draft");
    // Nothing is signed unless it is said twice, or by whom nobody asks.
    let shown = desk.call(&["policy", "sign", &desk.path("draft")]);
    assert_eq!((shown.exit, desk.read("draft") == before), (2, true), "{}", shown.stdout);
    assert!(shown.stdout.contains("validator v2 leaves"), "{}", shown.stdout);
    assert_eq!(desk.sign("draft", "stranger.key", "of a stranger").exit, 2);

    desk.write("v3.toml", &keys_of_process("consensus v3", "v3 again", "v3"));
    desk.write("v4.toml", &keys_of_process("consensus v4", "cosigner v4", "v4"));
    let mut copies = Vec::new();
    for key in [AUTHORITY, OKUP].map(|number| format!("{number}.key")) {
        let copy = format!("by {key}");
        let signed = desk.sign("draft", &key, &copy);
        assert_eq!(signed.exit, 0, "{}", signed.stderr);
        assert!(signed.stderr.contains("governance key"), "{}", signed.stderr);
        copies.push(desk.path(&copy));
    }
    for key in ["v3.toml", "v4.toml"] {
        let signed = desk.sign("draft", key, &format!("by {key}"));
        assert_eq!(signed.exit, 0, "{}", signed.stderr);
        copies.push(desk.path(&format!("by {key}")));
    }
    let submit = |copies: &[String]| {
        let copies: Vec<&str> = copies.iter().map(String::as_str).collect();
        let key = desk.path("stranger.key");
        desk.call(&[&["policy", "submit", "--key", &key], &copies[..]].concat())
    };
    let few = submit(&copies);
    assert_eq!(few.exit, 8, "{}", few.stderr);
    assert!(few.stderr.contains("organisations 2, needed 3"), "{}", few.stderr);
    // A chain of signatures in one file is as good as copies.
    let more = desk.sign("by v4.toml", &format!("{RADIO}.key"), "by both");
    assert_eq!(more.exit, 0, "{}", more.stderr);
    let last = copies.len() - 1;
    copies[last] = desk.path("by both");
    let whole = submit(&copies);
    assert_eq!(whole.exit, 6, "all have signed, and there is no node: {}", whole.stderr);
    copies.remove(2);
    let lacks = submit(&copies);
    assert_eq!(lacks.exit, 8);
    assert!(lacks.stderr.contains("cosigner key v3"), "{}", lacks.stderr);

    // What one signed is no signature of another policy.
    assert_eq!(desk.draft("[validator.v2]\nleaves = true\n", "other").exit, 0);
    assert_eq!(submit(&[desk.path("other"), copies[0].clone()]).exit, 3);
}

#[test]
fn a_draft_that_was_changed_on_its_way_is_refused() {
    let desk = Desk::new();
    assert_eq!(desk.draft(&changes(), "draft").exit, 0);
    assert_eq!(desk.draft("[validator.v2]\nleaves = true\n", "other").exit, 0);
    assert_eq!(desk.sign("draft", &format!("{AUTHORITY}.key"), "signed").exit, 0);
    let (draft, other, signed) = (desk.read("draft"), desk.read("other"), desk.read("signed"));
    let signature = signed.lines().last().unwrap().to_owned();
    let (first, rest) = signature.split_at(signature.len() - 20);
    let flipped = format!("{first}{}", rest.replace(|c: char| c.is_ascii_lowercase(), "A"));
    for changed in [
        String::new(),
        "tamga-policy-draft/v1\n".to_owned(),
        draft.trim_end().to_owned(),
        format!("{draft}\n"),
        draft.replace("/v1", "/v2"),
        format!("{other}{signature}\n"),
        format!("{draft}{flipped}\n"),
        format!("{signed}{signature}\n"),
        signed.replace("GOVERNANCE", "COSIGNER"),
        draft.replacen("to ", "to AAAA", 1),
    ] {
        desk.write("changed", &changed);
        let refused = desk.call(&["policy", "review", &desk.path("changed")]);
        assert_eq!(refused.exit, 2, "{changed}: {}", refused.stdout);
    }
}

#[test]
fn changes_that_can_not_be_are_named() {
    let desk = Desk::new();
    for (changes, word) in [
        ("[validator.v9]\nleaves = true\n", "v9"),
        ("[validator.v9]\nurl = \"http://v9.example/\"\n", "consensus"),
        ("[validator.v3]\ncosigner = \"nonsense\"\n", "cosigner of v3"),
        ("[validator.v3]\ncolour = 1\n", "colour"),
        ("[governance.123]\nkey = \"AAAA\"\n", "governance of 123"),
        (
            "[validator.v0]\nleaves = true\n[validator.v1]\nleaves = true\n[validator.v2]\nleaves = true\n[validator.v3]\nleaves = true\n",
            "changes.toml",
        ),
    ] {
        let refused = desk.draft(changes, "draft");
        assert_eq!(refused.exit, 2, "{changes}: {}", refused.stdout);
        assert!(refused.stderr.contains(word), "{changes}: {}", refused.stderr);
        assert!(!Path::new(&desk.path("draft")).exists());
    }
    // Of a genesis where nobody governs, no policy follows.
    desk.write("genesis.toml", &genesis_file().0.to_toml());
    let refused = desk.draft("[validator.v2]\nleaves = true\n", "draft");
    assert_eq!(refused.exit, 2);
    assert!(refused.stderr.contains("no organisation governs"), "{}", refused.stderr);
}
