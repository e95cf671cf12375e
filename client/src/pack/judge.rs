//! Judging a pack, as an archive or as the folder that it was unpacked to (spec §13.13): every file of it, then whether
//! they belong together.

use std::collections::BTreeMap;
use std::path::Path;

use tamga_format::id::sha256;
use tamga_format::policy::Policy;
use tamga_format::subject::Subject;
use tamga_format::subject_proof::{Known, ProvenSubject};

use super::archive::{MEMBERS_MAX, PACK_BYTES_MAX, is_name};
use super::{
    CONTENTS, Contents, Ground, Member, PAGE, POLICIES, POLICY, PROOFS, RECEIPTS, SUMS, is_page,
    readable, receipt_name,
};
use crate::error::CliError;
use crate::file;
use crate::history::{self, HistoryError};
use crate::lang::Said;
use crate::text;
use crate::trust::{self, Trust};
use crate::verify::{self, Facts, Report, Verdict, fault};

/// Folders within folders of what is judged.
const DEPTH_MAX: usize = 8;

/// The verdict on one file of a pack.
#[derive(Debug)]
pub struct Judged {
    /// Its path in the pack.
    pub name: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What is wrong with it.
    pub fault: Option<Said>,
}

/// The verdict on a pack.
#[derive(Debug)]
pub struct Judgement {
    /// Of every file, in the order of their names.
    pub files: Vec<Judged>,
    /// What is proven of the subject, if the pack as a whole is authentic.
    pub proven: Option<ProvenSubject>,
}

impl Judgement {
    /// The worst of the verdicts.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.files.iter().map(|file| file.verdict).max().unwrap_or(Verdict::CannotCheck)
    }
}

/// Whether files are those of a pack.
#[must_use]
pub fn is_pack(members: &[Member]) -> bool {
    members.iter().any(|member| member.name == CONTENTS)
}

/// The files in a folder, by their names.
///
/// # Errors
/// When one can't be read, or they are too many or too large.
pub fn folder(path: &Path) -> Result<Vec<Member>, CliError> {
    let (mut members, mut left) = (Vec::new(), PACK_BYTES_MAX);
    walk(path, "", 0, &mut members, &mut left)?;
    members.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(members)
}

fn walk(
    path: &Path,
    prefix: &str,
    depth: usize,
    members: &mut Vec<Member>,
    left: &mut usize,
) -> Result<(), CliError> {
    let failed = |error| CliError::file(path, &error);
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && depth < DEPTH_MAX {
            walk(&entry.path(), &format!("{name}/"), depth + 1, members, left)?;
            continue;
        }
        if kind.is_dir() || members.len() >= MEMBERS_MAX {
            let limit = vec![("limit", MEMBERS_MAX.to_string().into())];
            let said = Said::message("detail-folder", limit);
            return Err(CliError::unreadable(path.display().to_string(), said));
        }
        let bytes = file::read(&entry.path(), *left)?;
        *left -= bytes.len();
        members.push(Member { name, bytes });
    }
    Ok(())
}

/// Judges the files of a pack.
#[must_use]
pub fn judge(members: &[Member], trust: &Trust) -> Judgement {
    let files: BTreeMap<&str, &[u8]> =
        members.iter().map(|member| (member.name.as_str(), member.bytes.as_slice())).collect();
    let mut bench = Bench { found: BTreeMap::new() };
    // A folder has no file twice, an archive may.
    if files.len() != members.len() {
        bench.wrong(SUMS, "fault-pack-twice");
    }
    bench.sums(&files);
    let trust = bench.policies(&files, trust);
    let contents = bench.contents(&files, &trust);
    let records = bench.receipts(&files, &trust);
    let subject = contents.as_ref().and_then(|it| it.subject.parse::<Subject>().ok());
    let proven = subject.and_then(|subject| bench.proofs(&files, &trust, &subject, &records));
    bench.policy(&files, &trust);
    bench.page(&files);
    if let (Some(contents), Some(proven)) = (&contents, &proven) {
        bench.readable(&files, contents, &Ground { proven, records: &records });
    }
    let judged = files.keys().map(|name| (*name).to_owned()).collect();
    bench.end(judged, proven)
}

/// What was found so far: of each file the worst.
struct Bench {
    found: BTreeMap<String, (Verdict, Option<Said>)>,
}

impl Bench {
    fn say(&mut self, name: &str, verdict: Verdict, said: Option<Said>) {
        let entry = self.found.entry(name.to_owned()).or_insert((Verdict::Authentic, None));
        if entry.1.is_none() || verdict > entry.0 {
            *entry = (verdict.max(entry.0), said.or(entry.1.take()));
        }
    }

    fn wrong(&mut self, name: &str, id: &'static str) {
        self.say(name, Verdict::Mismatch, Some(Said::plain(id)));
    }

    fn open(&mut self, name: &str, id: &'static str) {
        self.say(name, Verdict::CannotCheck, Some(Said::plain(id)));
    }

    fn good(&mut self, name: &str) {
        self.say(name, Verdict::Authentic, None);
    }

    /// The checksums: of all files and no others. That one is right says nothing yet: whoever changes a file can change it.
    fn sums(&mut self, files: &BTreeMap<&str, &[u8]>) {
        let Some(given) = files.get(SUMS) else { return self.wrong(SUMS, "fault-pack-absent") };
        let mut listed = BTreeMap::new();
        let whole = given.is_empty() || given.ends_with(b"\n");
        let lines = core::str::from_utf8(given).ok().filter(|_| whole);
        for line in lines.unwrap_or("?").lines() {
            let sum = line.split_once("  ").filter(|(_, name)| is_name(name));
            match sum {
                Some((sum, name)) if listed.insert(name, sum).is_none() => {}
                _ => return self.wrong(SUMS, "fault-pack-sums"),
            }
        }
        self.good(SUMS);
        for (name, bytes) in files.iter().filter(|(name, _)| **name != SUMS) {
            match listed.remove(name) {
                Some(sum) if sum == text::hex(&sha256(&[bytes])) => {}
                Some(_) => self.wrong(name, "fault-pack-sum"),
                None => self.open(name, "fault-pack-unlisted"),
            }
        }
        for name in listed.into_keys() {
            self.wrong(name, "fault-pack-absent");
        }
    }

    /// What is judged by: the chain in the pack may add to what is trusted, never replace it.
    fn policies(&mut self, files: &BTreeMap<&str, &[u8]>, trust: &Trust) -> Trust {
        let Some(bytes) = files.get(POLICIES) else { return trust.clone() };
        match trust::alone(core::str::from_utf8(bytes).unwrap_or_default()) {
            Ok(policies) => {
                if let Some(more) = trust.with(&policies) {
                    self.good(POLICIES);
                    return more;
                }
                self.open(POLICIES, "fault-pack-policies");
            }
            Err(error) => {
                let report = verify::refused(error);
                self.say(POLICIES, report.verdict, report.fault.map(|fault| fault.said));
            }
        }
        trust.clone()
    }

    fn contents(&mut self, files: &BTreeMap<&str, &[u8]>, trust: &Trust) -> Option<Contents> {
        let bytes = files.get(CONTENTS)?;
        let Some(contents) = Contents::parse(bytes) else {
            self.open(CONTENTS, "fault-pack-form");
            return None;
        };
        if contents.origin != trust.newest().origin() {
            self.open(CONTENTS, "fault-pack-ledger");
            return None;
        }
        self.good(CONTENTS);
        Some(contents)
    }

    fn receipts(&mut self, files: &BTreeMap<&str, &[u8]>, trust: &Trust) -> Vec<Facts> {
        let mut records = Vec::new();
        for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with(RECEIPTS)) {
            let policy = trust.judging(core::str::from_utf8(bytes).unwrap_or_default());
            let Report { verdict, facts, fault, .. } = verify::file(bytes, None, policy);
            self.say(name, verdict, fault.map(|fault| fault.said));
            if let Some(facts) = facts {
                if receipt_name(records.len() + 1, &facts) != *name {
                    self.wrong(name, "fault-pack-place");
                }
                records.push(facts);
            }
        }
        records
    }

    /// The proof that the receipts are those of all records of the subject.
    fn proofs(
        &mut self,
        files: &BTreeMap<&str, &[u8]>,
        trust: &Trust,
        subject: &Subject,
        records: &[Facts],
    ) -> Option<ProvenSubject> {
        let (mut known, mut places, mut last) = (Known::default(), Vec::new(), None);
        for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with(PROOFS)) {
            let text = core::str::from_utf8(bytes).unwrap_or_default();
            match history::judge(text, trust.judging(text), subject, &known) {
                Ok(proven) => {
                    places.extend(proven.records.iter().copied());
                    known = proven.known.clone();
                    self.good(name);
                    last = Some((*name, proven));
                }
                Err(HistoryError::Proof(error)) => {
                    let report = verify::refused(error);
                    self.say(name, report.verdict, report.fault.map(|fault| fault.said));
                }
                Err(_) => self.wrong(name, "fault-pack-subject"),
            }
        }
        let Some((name, proven)) = last else {
            self.wrong(CONTENTS, "fault-pack-no-proof");
            return None;
        };
        if !proven.is_complete() {
            self.wrong(name, "fault-pack-incomplete");
            return None;
        }
        let held: Vec<_> = records.iter().map(|facts| (facts.index, facts.leaf)).collect();
        let proved: Vec<_> = places.iter().map(|(index, leaf)| (index.get(), *leaf)).collect();
        if held != proved {
            self.wrong(name, "fault-pack-records");
            return None;
        }
        Some(proven)
    }

    /// The policy in the pack is one that is judged by: a pack can't bring its own trust.
    fn policy(&mut self, files: &BTreeMap<&str, &[u8]>, trust: &Trust) {
        let Some(bytes) = files.get(POLICY) else { return };
        let text = core::str::from_utf8(bytes).unwrap_or_default();
        match Policy::parse(text) {
            Ok(own) if trust.has(&own) => self.good(POLICY),
            Ok(_) => self.open(POLICY, "fault-pack-policy"),
            Err(error) => self.say(POLICY, Verdict::CannotCheck, Some(fault(&error))),
        }
    }

    /// The checking page is one that was released.
    fn page(&mut self, files: &BTreeMap<&str, &[u8]>) {
        match files.get(PAGE) {
            Some(bytes) if is_page(bytes) => self.good(PAGE),
            Some(_) => self.wrong(PAGE, "fault-pack-page"),
            None => {}
        }
    }

    /// What people read is what is made from the proofs.
    fn readable(
        &mut self,
        files: &BTreeMap<&str, &[u8]>,
        contents: &Contents,
        ground: &Ground<'_>,
    ) {
        for Member { name, bytes } in readable(contents, ground) {
            match files.get(name.as_str()) {
                Some(own) if *own == bytes => self.good(&name),
                Some(_) => self.wrong(&name, "fault-pack-words"),
                None => self.wrong(&name, "fault-pack-absent"),
            }
        }
    }

    fn end(self, names: Vec<String>, proven: Option<ProvenSubject>) -> Judgement {
        let mut found = self.found;
        for name in names {
            // No check above is about such a file.
            found.entry(name).or_insert_with(|| {
                (Verdict::CannotCheck, Some(Said::plain("fault-pack-unlisted")))
            });
        }
        let file = |(name, (verdict, fault))| Judged { name, verdict, fault };
        let judgement = Judgement { files: found.into_iter().map(file).collect(), proven };
        let authentic = judgement.verdict() == Verdict::Authentic;
        Judgement { proven: judgement.proven.filter(|_| authentic), ..judgement }
    }
}
