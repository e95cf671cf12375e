//! Making a pack: the proof of completeness, every receipt, and what is made of them for people.

use std::collections::BTreeMap;

use tamga_format::id::sha256;
use tamga_format::subject::Subject;

use super::{
    CONTENTS, Contents, Ground, LANGUAGES, Member, OWN_PAGE, PAGE, POLICIES, POLICY, PROOFS, SUMS,
    VERSION, has_deadlines, readable, receipt_name, sums,
};
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::history::{self, History, HistoryError};
use crate::lang::{Language, Said};
use crate::text;
use crate::trust::{self, Trust};
use crate::verify::{self, Facts};

/// A pack as it is made.
pub struct Made {
    /// Its files, in order.
    pub members: Vec<Member>,
    /// Records in it.
    pub records: usize,
    /// Those whose body is not opened, though they have one.
    pub closed: usize,
}

/// Fetches and verifies all of a subject, and makes its pack; `speak` gives a client for a language. The chain of policies
/// that the node has goes in and is judged by, if it goes on from what is trusted.
///
/// # Errors
///
/// [`HistoryError`]: the node does not answer, or what it answers is not proven.
pub fn make(
    speak: &dyn Fn(Language) -> Result<Client, CliError>,
    trust: &Trust,
    subject: &Subject,
) -> Result<Made, HistoryError> {
    let client = speak(Language::En)?;
    let chain = client.policies()?;
    let known = trust::alone(&chain).ok().and_then(|policies| trust.with(&policies));
    let trust = known.ok_or_else(CliError::policies_differ)?;
    let policy = trust.newest();
    let whole = history::whole(&client, policy, subject)?;
    let (receipts, records, closed) = receipts(&client, &trust, subject, &whole)?;
    let mut deadlines = BTreeMap::new();
    for language in LANGUAGES.into_iter().filter(|_| has_deadlines(subject.role)) {
        let computed = speak(language)?.deadlines(&subject.to_text())?;
        deadlines.insert(language.tag().to_owned(), computed);
    }
    let contents = Contents {
        version: VERSION,
        subject: subject.to_text(),
        origin: policy.origin().to_owned(),
        genesis: genesis(&client)?,
        deadlines,
    };
    let ground = Ground { proven: &whole.proven, records: &records };
    let mut members = readable(&contents, &ground);
    for (number, proof) in (1..).zip(&whole.files) {
        let number: usize = number;
        members.push(Member::new(format!("{PROOFS}{number:05}.tamga-subject"), proof.as_str()));
    }
    for (number, (facts, receipt)) in (1..).zip(records.iter().zip(&receipts)) {
        members.push(Member::new(receipt_name(number, facts), receipt.as_str()));
    }
    members.push(Member::new(POLICY, policy.encode()));
    members.push(Member::new(POLICIES, chain));
    members.push(Member::new(PAGE, OWN_PAGE));
    members.push(Member::new(CONTENTS, contents.encode()));
    members.push(Member::new(SUMS, sums(&members)));
    Ok(Made { members, records: records.len(), closed })
}

/// The receipt of every record that is proven, opened as far as this token may, and what each proves.
fn receipts(
    client: &Client,
    trust: &Trust,
    subject: &Subject,
    whole: &History,
) -> Result<(Vec<String>, Vec<Facts>, usize), CliError> {
    let listed = client.subject_records(&subject.to_text())?;
    let ids: BTreeMap<u64, String> =
        listed.into_iter().map(|record| (record.index, record.record_id)).collect();
    let (mut receipts, mut records, mut closed) = (Vec::new(), Vec::new(), 0);
    for (index, leaf) in &whole.records {
        let missing = || CliError::false_log(client.url(), Said::plain("detail-no-listed"));
        let id = ids.get(&index.get()).ok_or_else(missing)?;
        let judged = |receipt: &str| {
            let report = verify::receipt(receipt, trust.judging(receipt));
            let other = || CliError::false_log(client.url(), Said::plain("detail-other-record"));
            let fault = report.fault.map(|fault| fault.said);
            let facts = report.facts.ok_or_else(|| {
                fault.map_or_else(other, |said| CliError::false_log(client.url(), said))
            })?;
            let same = facts.index == index.get() && facts.leaf == *leaf;
            if same { Ok(facts) } else { Err(other()) }
        };
        let mut receipt = client.receipt(id, None)?;
        let mut facts = judged(&receipt)?;
        if facts.record.body.is_some() {
            match client.receipt(id, Some("*")) {
                Ok(opened) => {
                    facts = judged(&opened)?;
                    receipt = opened;
                }
                Err(error) if matches!(error.exit, Exit::NotFound | Exit::Permission) => {
                    closed += 1
                }
                Err(error) => return Err(error),
            }
        }
        receipts.push(receipt);
        records.push(facts);
    }
    Ok((receipts, records, closed))
}

/// The hash of the genesis file that a node has; it may have none to show.
fn genesis(client: &Client) -> Result<Option<String>, CliError> {
    match client.genesis() {
        Ok(file) => Ok(Some(text::hex(&sha256(&[file.as_bytes()])))),
        Err(error) if error.exit == Exit::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
