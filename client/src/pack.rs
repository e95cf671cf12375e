//! Evidence packs (spec §13.13): all that a court needs of one subject in one file, checked without a network.
//!
//! What people read in a pack is made from what is proven in it, and is made again when the pack is judged: so no word
//! of it can be changed, even by somebody who writes new checksums.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tamga_api::queries::CaseDeadlines;
use tamga_format::id::sha256;
use tamga_format::subject::Role;
use tamga_format::subject_proof::ProvenSubject;

use crate::lang::{Language, Messages};
use crate::pdf::account::{Account, pages};
use crate::pdf::lines::code;
use crate::text;
use crate::verify::Facts;

pub mod archive;
pub mod judge;
pub mod make;

/// The file that says what the pack is about.
pub const CONTENTS: &str = "pack.json";
/// The checksums of all other files, as `sha256sum` reads them.
pub const SUMS: &str = "SHA256SUMS";
/// The trust policy that the pack was made under.
pub const POLICY: &str = "policy.txt";
/// The chain of policies that leads to it.
pub const POLICIES: &str = "policies.tamga-policies";
/// The page that checks a pack in a browser.
pub const PAGE: &str = "verify.html";
/// The page of this release.
const OWN_PAGE: &[u8] = include_bytes!("../assets/verify.html");
/// SHA-256 of every page released so far: another one could say of a false pack that it is genuine.
const PAGES: &[&str] = &["58c14eeafcc8343fd64735bc435da55e565101e5faacf71c9d19867e6b9e9338"];
const README: &str = "README.txt";
/// Folder of the proof that no record is left out.
pub const PROOFS: &str = "proof/";
/// Folder of the receipts.
pub const RECEIPTS: &str = "receipts/";
/// The form of packs.
const VERSION: u32 = 1;
/// The languages in which people read a pack.
const LANGUAGES: [Language; 2] = [Language::Kk, Language::Ru];

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path in the pack.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Member {
    fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

/// What a pack is about, and what a node says beside the proofs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The form of the pack.
    pub version: u32,
    /// The subject.
    pub subject: String,
    /// The ledger.
    pub origin: String,
    /// SHA-256 of the ledger's genesis file, hex, as a node says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genesis: Option<String>,
    /// What was to follow in a case by when, as a node computed it, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deadlines: BTreeMap<String, CaseDeadlines>,
}

impl Contents {
    /// What a pack of this form says.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let contents: Self = serde_json::from_slice(bytes).ok()?;
        let whole = contents.version == VERSION && contents.encode() == bytes;
        whole.then_some(contents)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// What is proven of a pack's subject.
struct Ground<'a> {
    proven: &'a ProvenSubject,
    records: &'a [Facts],
}

/// The files that are made for people, from what is proven.
fn readable(contents: &Contents, ground: &Ground<'_>) -> Vec<Member> {
    let mut members = vec![Member::new(README, readme(contents, ground))];
    for language in LANGUAGES {
        let account = Account {
            proven: ground.proven,
            records: ground.records,
            genesis: contents.genesis.as_deref(),
            deadlines: contents.deadlines.get(language.tag()),
        };
        let name = format!("account.{}.pdf", language.tag());
        members.push(Member::new(name, pages(&account, language)));
    }
    members
}

/// What the pack is and how it is checked, with this program and without, in three languages.
fn readme(contents: &Contents, ground: &Ground<'_>) -> String {
    let args = [
        ("subject", contents.subject.clone()),
        ("origin", contents.origin.clone()),
        ("count", ground.proven.count.to_string()),
        ("height", ground.proven.height.to_string()),
        ("time", text::local_time(ground.proven.time)),
        ("genesis", contents.genesis.clone().unwrap_or_else(|| "-".to_owned())),
    ];
    let texts = [Language::Kk, Language::Ru, Language::En].map(|language| {
        let text = Messages::new(language).text("pack-readme", &args);
        format!("{text}\n")
    });
    texts.join(&format!("\n{}\n\n", "-".repeat(72)))
}

/// The name of a receipt in a pack.
fn receipt_name(number: usize, facts: &Facts) -> String {
    format!("{RECEIPTS}{number:05}-{}.tamga-receipt", code(&facts.record))
}

/// The checksums of files.
fn sums(members: &[Member]) -> String {
    let line =
        |member: &Member| format!("{}  {}\n", text::hex(&sha256(&[&member.bytes])), member.name);
    members.iter().filter(|member| member.name != SUMS).map(line).collect()
}

/// Whether a subject has deadlines.
fn has_deadlines(role: Role) -> bool {
    role == Role::Case
}

/// Whether a page is one that was released.
fn is_page(bytes: &[u8]) -> bool {
    PAGES.contains(&text::hex(&sha256(&[bytes])).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever builds the page anew puts it at the end of the list, and takes no released one from it.
    #[test]
    fn the_page_that_packs_get_is_among_those_released() {
        assert_eq!(text::hex(&sha256(&[OWN_PAGE])), *PAGES.last().unwrap());
        assert!(is_page(OWN_PAGE) && !is_page(b"<!doctype html>"));
    }
}
