//! The policy: which signatures make a checkpoint final, as C2SP tlog-policy (spec §11.5, §11.6).

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::cosignature;
use crate::error::{FormatCode, FormatError};
use crate::id::{PolicyHash, sha256};
use crate::limits::{
    NOTE_SIGNATURES_MAX, POLICY_BYTES_MAX, POLICY_GROUPS_MAX, POLICY_WITNESSES_MAX,
};
use crate::note::{Note, NoteSignature, VKey, VKeyKind, check_name};

/// A cosigner that a policy knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name within the policy.
    pub name: String,
    /// Its key, of type 0x04.
    pub key: VKey,
    /// Where it can be reached.
    pub url: String,
}

/// How many members of a group must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// One.
    Any,
    /// Every one.
    All,
    /// This many.
    Count(usize),
}

/// Some witnesses and groups of which a number must agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name within the policy.
    pub name: String,
    /// How many members must agree.
    pub threshold: Threshold,
    /// Names defined above this group.
    pub members: Vec<String>,
}

impl Group {
    fn needed(&self) -> usize {
        match self.threshold {
            Threshold::Any => 1,
            Threshold::All => self.members.len(),
            Threshold::Count(count) => count,
        }
    }
}

/// One definition of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// A cosigner.
    Witness(Witness),
    /// A group of names defined above it.
    Group(Group),
}

/// One log and the cosigners that must agree on its checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    log: VKey,
    url: String,
    definitions: Vec<Definition>,
    quorum: Option<String>,
}

/// A checkpoint that a policy accepts; only [`Policy`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    checkpoint: Checkpoint,
    cosigners: Vec<(String, u64)>,
}

impl VerifiedCheckpoint {
    /// The checkpoint.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Who cosigned, by policy name and in policy order, and when in UTC seconds.
    pub fn cosigners(&self) -> &[(String, u64)] {
        &self.cosigners
    }
}

impl Policy {
    /// A policy of these parts.
    ///
    /// # Errors
    /// [`FormatCode::VKeyType`], [`FormatCode::PolicyLimit`], [`FormatCode::PolicyName`],
    /// [`FormatCode::PolicyThreshold`] or [`FormatCode::PolicySyntax`], with the position of the
    /// definition, the log being 0.
    pub fn new(
        log: VKey,
        url: String,
        definitions: Vec<Definition>,
        quorum: Option<String>,
    ) -> Result<Self, FormatError> {
        let policy = Self { log, url, definitions, quorum };
        policy.check()?;
        Ok(policy)
    }

    /// The policy by which `quorum` of these witnesses, at most 15, make a checkpoint final: a note
    /// has room for their lines and the log's.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn for_validators(
        log: VKey,
        url: String,
        witnesses: Vec<Witness>,
        quorum: usize,
    ) -> Result<Self, FormatError> {
        // The log's line comes in addition to the quorum's.
        if quorum >= NOTE_SIGNATURES_MAX {
            return Err(FormatError::new(FormatCode::PolicyLimit, quorum).of("quorum"));
        }
        let name = "validators".to_string();
        let members = witnesses.iter().map(|witness| witness.name.clone()).collect();
        let group = Group { name: name.clone(), threshold: Threshold::Count(quorum), members };
        let definitions = witnesses
            .into_iter()
            .map(Definition::Witness)
            .chain([Definition::Group(group)])
            .collect();
        Self::new(log, url, definitions, Some(name))
    }

    /// Reads a policy text; empty lines and lines that start with `#` are skipped.
    ///
    /// # Errors
    /// Those of [`Self::new`] and [`VKey::parse`], with the number of the line, from 0.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        if text.len() > POLICY_BYTES_MAX {
            return Err(FormatError::new(FormatCode::PolicyLimit, POLICY_BYTES_MAX));
        }
        let (mut log, mut definitions, mut quorum) = (None, Vec::new(), None);
        for (number, line) in text.split('\n').enumerate() {
            let syntax = FormatError::new(FormatCode::PolicySyntax, number);
            if line.trim_matches([' ', '\t']).is_empty() || line.starts_with('#') {
                continue;
            }
            let vkey =
                |text| VKey::parse(text).map_err(|error| FormatError { at: number, ..error });
            let words: Vec<&str> =
                line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            match *words.as_slice() {
                _ if quorum.is_some() => return Err(syntax),
                ["log", key, url] => {
                    if log.replace((vkey(key)?, url.to_string())).is_some() {
                        return Err(FormatError::new(FormatCode::PolicyLimit, number).of("log"));
                    }
                }
                ["witness", name, key, url] => definitions.push(Definition::Witness(Witness {
                    name: name.to_string(),
                    key: vkey(key)?,
                    url: url.to_string(),
                })),
                ["group", name, threshold, ref members @ ..] => {
                    definitions.push(Definition::Group(Group {
                        name: name.to_string(),
                        threshold: parse_threshold(threshold).ok_or(syntax)?,
                        members: members.iter().map(ToString::to_string).collect(),
                    }));
                }
                ["quorum", name] => quorum = Some(name),
                _ => return Err(syntax),
            }
        }
        let missing = |what| FormatError::new(FormatCode::PolicySyntax, 0).of(what);
        let (log, url) = log.ok_or(missing("log"))?;
        let quorum = quorum.ok_or(missing("quorum"))?;
        Self::new(log, url, definitions, (quorum != "none").then(|| quorum.to_string()))
    }

    /// The text in its one form: log, definitions in order, quorum, single spaces, no comments.
    pub fn encode(&self) -> String {
        let mut text = format!("log {} {}\n", self.log, self.url);
        for definition in &self.definitions {
            match definition {
                Definition::Witness(Witness { name, key, url }) => {
                    text.push_str(&format!("witness {name} {key} {url}\n"));
                }
                Definition::Group(group) => {
                    text.push_str(&format!("group {} ", group.name));
                    text.push_str(&match group.threshold {
                        Threshold::Any => "any".to_string(),
                        Threshold::All => "all".to_string(),
                        Threshold::Count(count) => count.to_string(),
                    });
                    for member in &group.members {
                        text.push_str(&format!(" {member}"));
                    }
                    text.push('\n');
                }
            }
        }
        text.push_str(&format!("quorum {}\n", self.quorum.as_deref().unwrap_or("none")));
        text
    }

    /// SHA-256 of [`Self::encode`]: what block leaves name.
    pub fn hash(&self) -> PolicyHash {
        PolicyHash(sha256(&[self.encode().as_bytes()]))
    }

    /// The log's key; its name is the origin.
    pub const fn log(&self) -> &VKey {
        &self.log
    }

    /// The name of the ledger.
    pub fn origin(&self) -> &str {
        self.log.name()
    }

    /// Where the log is served.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The witnesses and groups, in order.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The witnesses, in order.
    pub fn witnesses(&self) -> impl Iterator<Item = &Witness> {
        self.definitions.iter().filter_map(|definition| match definition {
            Definition::Witness(witness) => Some(witness),
            Definition::Group(_) => None,
        })
    }

    /// The name that must agree; `None` if the log's signature is enough.
    pub fn quorum(&self) -> Option<&str> {
        self.quorum.as_deref()
    }

    /// Whether the quorum demands `count` of exactly these witnesses, as the group `validators`:
    /// alone, or among others that all must agree (spec §11.5).
    pub fn demands_validators(&self, names: &BTreeSet<&str>, count: usize) -> bool {
        const VALIDATORS: &str = "validators";
        let group = |name: &str| match self.definition(name) {
            Some(Definition::Group(group)) => Some(group),
            Some(Definition::Witness(_)) | None => None,
        };
        let demanded = self.quorum().is_some_and(|quorum| {
            quorum == VALIDATORS
                || group(quorum).is_some_and(|all| {
                    all.needed() == all.members.len()
                        && all.members.iter().any(|member| member == VALIDATORS)
                })
        });
        demanded
            && group(VALIDATORS).is_some_and(|them| {
                let members: BTreeSet<&str> = them.members.iter().map(String::as_str).collect();
                them.needed() == count && members == *names
            })
    }

    /// Whether the quorum holds once these witnesses, by policy name, have cosigned; the log's own
    /// signature is not asked for.
    pub fn is_satisfied_by(&self, names: &BTreeSet<&str>) -> bool {
        self.quorum().is_none_or(|quorum| self.select(quorum, names).is_some())
    }

    /// How many cosigners may fail before the policy's promise does: one less than the fewest whose absence alone
    /// keeps it from being satisfied. Of n validators with a quorum of ⌊2n/3⌋ + 1 these are the f of n > 3f.
    pub fn withstands(&self) -> usize {
        self.quorum().map_or(0, |quorum| self.blocking(quorum).saturating_sub(1))
    }

    /// The fewest witnesses without which a name can't agree.
    fn blocking(&self, name: &str) -> usize {
        match self.definition(name) {
            None => 0,
            Some(Definition::Witness(_)) => 1,
            Some(Definition::Group(group)) => {
                let mut members: Vec<usize> =
                    group.members.iter().map(|member| self.blocking(member)).collect();
                members.sort_unstable();
                // Groups name only what is defined above them, so this ends.
                let enough = (members.len() + 1).saturating_sub(group.needed());
                members.into_iter().take(enough).sum()
            }
        }
    }

    /// Checks a note by the rules of C2SP: lines of unknown keys are ignored, a line of a known
    /// key must hold.
    ///
    /// # Errors
    /// [`FormatCode::CheckpointSyntax`], [`FormatCode::NoteOrigin`],
    /// [`FormatCode::NoteLogSignature`] if the log's line is missing,
    /// [`FormatCode::SignatureInvalid`] or [`FormatCode::CosignatureSyntax`] at the signature that
    /// does not hold, [`FormatCode::CosignatureQuorum`].
    pub fn verify(&self, note: &Note) -> Result<VerifiedCheckpoint, FormatError> {
        let checkpoint = Checkpoint::parse(&note.text)?;
        if checkpoint.origin != self.origin() {
            return Err(FormatError::new(FormatCode::NoteOrigin, 0));
        }
        let mut signed = false;
        for (at, line) in note.signatures.iter().enumerate() {
            if self.log.is_named_by(line) {
                self.log
                    .verify_text(&note.text, line)
                    .map_err(|error| FormatError { at, ..error })?;
                signed = true;
            }
        }
        if !signed {
            return Err(FormatError::new(FormatCode::NoteLogSignature, note.signatures.len()));
        }
        let mut cosigners = Vec::new();
        for witness in self.witnesses() {
            let mut time = None;
            for (at, line) in note.signatures.iter().enumerate() {
                if witness.key.is_named_by(line) {
                    let this = cosignature::verify(&witness.key, &note.text, line)
                        .map_err(|error| FormatError { at, ..error })?;
                    time = time.or(Some(this));
                }
            }
            cosigners.extend(time.map(|time| (witness.name.clone(), time)));
        }
        let verified = VerifiedCheckpoint { checkpoint, cosigners };
        self.needed(&verified)?;
        Ok(verified)
    }

    /// Checks a note that must be exactly what [`Self::minimal`] makes, as receipts demand.
    ///
    /// # Errors
    /// Those of [`Self::verify`], and [`FormatCode::NoteNotMinimal`].
    pub fn verify_canonical(&self, note: &Note) -> Result<VerifiedCheckpoint, FormatError> {
        if self.minimal(note)? == *note {
            self.verify(note)
        } else {
            Err(FormatError::new(FormatCode::NoteNotMinimal, 0))
        }
    }

    /// The same checkpoint with the log's line and then, in policy order, just the cosignatures
    /// that the quorum needs: of each group the first members that agree.
    ///
    /// # Errors
    /// Those of [`Self::verify`].
    pub fn minimal(&self, note: &Note) -> Result<Note, FormatError> {
        let verified = self.verify(note)?;
        let needed = self.needed(&verified)?;
        let keys = self.witnesses().filter(|witness| needed.contains(witness.name.as_str()));
        let keys = [&self.log].into_iter().chain(keys.map(|witness| &witness.key));
        let line = |key: &VKey| -> Option<NoteSignature> {
            note.signatures.iter().find(|line| key.is_named_by(line)).cloned()
        };
        Ok(Note { text: note.text.clone(), signatures: keys.filter_map(line).collect() })
    }

    /// The witnesses that the quorum needs, of those that cosigned.
    fn needed(&self, verified: &VerifiedCheckpoint) -> Result<BTreeSet<&str>, FormatError> {
        let Some(quorum) = self.quorum() else {
            return Ok(BTreeSet::new());
        };
        let present = verified.cosigners.iter().map(|(name, _)| name.as_str()).collect();
        self.select(quorum, &present)
            .ok_or(FormatError::new(FormatCode::CosignatureQuorum, verified.cosigners.len()))
    }

    fn select(&self, name: &str, present: &BTreeSet<&str>) -> Option<BTreeSet<&str>> {
        match self.definition(name)? {
            Definition::Witness(witness) => {
                present.contains(name).then(|| BTreeSet::from([witness.name.as_str()]))
            }
            Definition::Group(group) => {
                let agreeing: Vec<_> = group
                    .members
                    .iter()
                    .filter_map(|member| self.select(member, present))
                    .take(group.needed())
                    .collect();
                (agreeing.len() == group.needed()).then(|| agreeing.into_iter().flatten().collect())
            }
        }
    }

    fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition_name(definition) == name)
    }

    fn check(&self) -> Result<(), FormatError> {
        let error = FormatError::new;
        if self.log.kind() != VKeyKind::Log {
            return Err(error(FormatCode::VKeyType, 0).of("log"));
        }
        check_url(&self.url, 0)?;
        if self.witnesses().count() > POLICY_WITNESSES_MAX
            || self.definitions.len() - self.witnesses().count() > POLICY_GROUPS_MAX
        {
            return Err(error(FormatCode::PolicyLimit, self.definitions.len()));
        }
        if self.encode().len() > POLICY_BYTES_MAX {
            return Err(error(FormatCode::PolicyLimit, POLICY_BYTES_MAX).of("text"));
        }
        let (mut defined, mut used, mut keys) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut names = BTreeSet::from([self.origin()]);
        keys.insert(*self.log.key());
        for (at, definition) in (1..).zip(&self.definitions) {
            let name = definition_name(definition);
            check_name(name).map_err(|error| FormatError { at, ..error })?;
            if name == "none" || !defined.insert(name) {
                return Err(error(FormatCode::PolicyName, at));
            }
            match definition {
                Definition::Witness(witness) => {
                    if witness.key.kind() != VKeyKind::Cosigner {
                        return Err(error(FormatCode::VKeyType, at).of("witness"));
                    }
                    // A key or a name that counts twice would weaken every threshold.
                    if !keys.insert(*witness.key.key()) || !names.insert(witness.key.name()) {
                        return Err(error(FormatCode::PolicyName, at).of("key"));
                    }
                    check_url(&witness.url, at)?;
                }
                Definition::Group(group) => {
                    for member in &group.members {
                        let known = member != name && defined.contains(member.as_str());
                        if !known || !used.insert(member.as_str()) {
                            return Err(error(FormatCode::PolicyName, at).of("member"));
                        }
                    }
                    if group.needed() == 0 || group.needed() > group.members.len() {
                        return Err(error(FormatCode::PolicyThreshold, at));
                    }
                }
            }
        }
        match self.quorum() {
            Some(name) if !defined.contains(name) => {
                Err(error(FormatCode::PolicyName, self.definitions.len() + 1).of("quorum"))
            }
            _ => Ok(()),
        }
    }
}

fn definition_name(definition: &Definition) -> &str {
    match definition {
        Definition::Witness(witness) => &witness.name,
        Definition::Group(group) => &group.name,
    }
}

fn parse_threshold(text: &str) -> Option<Threshold> {
    match text {
        "any" => Some(Threshold::Any),
        "all" => Some(Threshold::All),
        _ => text
            .parse::<usize>()
            .ok()
            .filter(|count| count.to_string() == text)
            .map(Threshold::Count),
    }
}

fn check_url(url: &str, at: usize) -> Result<(), FormatError> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let fits =
        host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic()));
    if fits { Ok(()) } else { Err(FormatError::new(FormatCode::PolicySyntax, at).of("url")) }
}

#[cfg(test)]
mod tests;
