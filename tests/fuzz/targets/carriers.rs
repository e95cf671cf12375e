//! Files that carry receipts: PDF, the text and the picture of a code, archives.

use std::collections::BTreeSet;

use tamga_client::code::{self, picture};
use tamga_client::lang::Language;
use tamga_client::pack::{Member, archive};
use tamga_client::pdf::embedded;
use tamga_client::pdf::receipt::{Options, judge, page};
use tamga_client::verify::{self, Verdict};

use super::{Target, of_text, same};
use crate::ledger;
use crate::seeds;

pub(super) fn targets() -> Vec<Target> {
    vec![pdf(), code_text(), code_picture(), pack_archive()]
}

/// Two receipts of the small ledger: with nothing opened, and with something.
fn receipts() -> Vec<String> {
    let all = seeds::receipts(&seeds::small_ledger());
    let opened = all.iter().find(|receipt| !receipt.body.is_empty());
    all.first().into_iter().chain(opened).map(|receipt| receipt.encode()).collect()
}

/// A page is authentic only if not a byte of it is changed; whatever is found in it is within bounds.
fn pdf() -> Target {
    let policy = ledger::policy();
    let languages = [Language::Kk, Language::Ru];
    let options = Options::new(&languages, Some("https://tamga.example")).unwrap();
    let of = |receipt: &String| {
        let facts = verify::receipt(receipt, &policy).facts.unwrap();
        page(receipt, &facts, &options)
    };
    let inputs: Vec<Vec<u8>> = receipts().iter().map(of).collect();
    let known: BTreeSet<Vec<u8>> = inputs.iter().cloned().collect();
    let policy = ledger::policy();
    Target::new("pdf", inputs, move |input| {
        drop(embedded::receipt(input));
        let authentic = judge(input, &policy).verdict == Verdict::Authentic;
        assert!(!authentic || known.contains(input), "a changed page is authentic");
        authentic
    })
}

fn code_text() -> Target {
    let inputs = receipts().iter().map(|receipt| code::whole(receipt).into_bytes()).collect();
    Target::new(
        "code-text",
        inputs,
        of_text(|text| {
            let Some(receipt) = code::unpack(text) else { return false };
            assert_eq!(code::unpack(&code::whole(&receipt)), Some(receipt));
            true
        }),
    )
}

fn code_picture() -> Target {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../client/tests/data/");
    let files = ["link.png", "link.jpg"].map(|name| std::fs::read(format!("{folder}{name}")));
    let inputs = files.into_iter().map(Result::unwrap).collect();
    Target::new("code-picture", inputs, |input| {
        picture::is_picture(input) && picture::codes(input).is_some_and(|codes| !codes.is_empty())
    })
}

fn pack_archive() -> Target {
    let member = |(name, receipt): (&str, &String)| Member {
        name: name.to_owned(),
        bytes: receipt.clone().into_bytes(),
    };
    let members: Vec<Member> =
        ["receipts/00001-E01", "README.txt"].into_iter().zip(&receipts()).map(member).collect();
    let inputs = vec![archive::write(&members).unwrap(), archive::write(&[]).unwrap()];
    Target::new("archive", inputs, |input| {
        archive::read(input).is_some_and(|members| same(input, archive::write(&members).unwrap()))
    })
}
