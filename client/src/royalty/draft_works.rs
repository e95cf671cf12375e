//! Works as a registration tells of them, as drafts of R01 and R02.
//!
//! Every work gets one R01 with the categories in which anybody has a share, and for each of these and each territory that
//! the registration names the whole set of shares. Only who stands in the list of parties is written; what the others have
//! stays out, so that their money is held until they are known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tamga_api::draft::Draft;
use tamga_format::subject::Subject;

use super::known::KnownWork;
use super::name;
use super::parties::{Parties, Who};
use super::work::{CATEGORIES, Party, PartyKind, Work};
use super::{Finding, Findings, LeftOut};
use crate::lang::Said;
use crate::royalty::statement::WORK_ID_BYTES_MAX;
use crate::text;

/// All of a work, in basis points.
const WHOLE_BP: u32 = 10_000;
/// CISAC's number of the world, in which a party collects wherever nothing else is said.
const WORLD: &str = "2136";
/// Most recordings of an R01.
const RECORDINGS_MAX: usize = 64;
/// Most creators of an R01.
const CREATORS_MAX: usize = 64;
/// Most rows of a set of shares.
const SHARES_MAX: usize = 120;

/// What all drafts of a file share.
#[derive(Clone, Debug)]
pub struct Terms {
    /// БИН of the organisation that registers the works.
    pub okup: String,
    /// First day of the shares, `YYYY-MM-DD`.
    pub valid_from: String,
    /// Time of the events, RFC 3339.
    pub event_time: String,
    /// Hash of the registration.
    pub document: [u8; 32],
    /// Kind of all works, such as `MUSIC`.
    pub work_kind: String,
    /// Which number of a work becomes its id.
    pub number: Number,
    /// What stands before that number.
    pub prefix: String,
}

/// A number of a work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Number {
    /// The submitter's.
    Submitter,
    /// The society's, in acknowledgements.
    Society,
}

/// The drafts of a file.
#[derive(Debug, Default)]
pub struct Drafted {
    /// Drafts in an order in which they can be recorded.
    pub drafts: Vec<Draft>,
    /// The works, as usage is matched with them.
    pub works: Vec<KnownWork>,
    /// Works that got no draft.
    pub left_out: u64,
    /// What stayed out, and why.
    pub findings: Findings,
}

/// The drafts of works.
#[must_use]
pub fn draft(works: &[Work], parties: &Parties, terms: &Terms) -> Drafted {
    let mut drafted = Drafted::default();
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for work in works {
        let mut maker = Maker { work, terms, parties, findings: &mut drafted.findings };
        let made = maker.id(&mut lines).and_then(|id| maker.work(&id));
        match made {
            Some((drafts, known)) => {
                drafted.drafts.extend(drafts);
                drafted.works.push(known);
            }
            None => drafted.left_out = drafted.left_out.saturating_add(1),
        }
    }
    drafted
}

struct Maker<'a> {
    work: &'a Work,
    terms: &'a Terms,
    parties: &'a Parties,
    findings: &'a mut Findings,
}

/// Who has a share of a set, in which role.
type Holding = (Subject, &'static str);

impl Maker<'_> {
    fn tell(&mut self, field: &'static str, value: &str, left_out: LeftOut, reason: Said) {
        self.findings.add(Finding {
            line: self.work.line,
            record: self.work.transaction.clone(),
            field,
            value: value.to_owned(),
            left_out,
            reason,
        });
    }

    /// The work's id; `None` when it can be none, which is told.
    fn id(&mut self, lines: &mut BTreeMap<String, u64>) -> Option<String> {
        let number = match self.terms.number {
            Number::Submitter => Some(self.work.submitter_work.as_str()),
            Number::Society => self.work.society_work.as_deref(),
        };
        let id = format!("{}{}", self.terms.prefix, number.unwrap_or_default());
        let letters = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if number.is_none_or(str::is_empty) || !letters || id.len() > WORK_ID_BYTES_MAX {
            let why = Said::plain("royalty-no-work-id");
            self.tell("work_id", &id, LeftOut::Item, why);
            return None;
        }
        if let Some(first) = lines.get(&id) {
            let why = Said::message("royalty-id-again", vec![("line", first.to_string().into())]);
            self.tell("work_id", &id, LeftOut::Item, why);
            return None;
        }
        lines.insert(id.clone(), self.work.line);
        Some(id)
    }

    /// The drafts of the work: R01, then its sets of shares.
    fn work(&mut self, id: &str) -> Option<(Vec<Draft>, KnownWork)> {
        let work = self.work;
        if name::normalised(&work.title).is_empty() {
            self.tell("title", &work.title, LeftOut::Item, Said::plain("royalty-no-title"));
            return None;
        }
        let sets = self.sets();
        let categories: Vec<&'static str> = CATEGORIES
            .into_iter()
            .filter(|it| sets.iter().any(|set| set.category == *it))
            .collect();
        if categories.is_empty() {
            self.tell("shares", id, LeftOut::Item, Said::plain("royalty-no-category"));
            return None;
        }
        let who = self.known();
        let mut drafts = vec![self.registration(id, &categories, &who)];
        for set in &sets {
            drafts.extend(self.shares(id, set, &who));
        }
        Some((drafts, self.entry(id, &categories)))
    }

    /// The rightsholder of each party, in the order of the parties; who has none is told once, with all that stays out.
    fn known(&mut self) -> Vec<Option<Subject>> {
        let work = self.work;
        let parties = work.interested_parties.iter();
        parties
            .map(|party| {
                let id = match self.parties.who(party) {
                    Who::Known(subject) => return Some(subject),
                    Who::Unknown => "royalty-no-tag",
                    Who::Unclear => "royalty-two-tags",
                };
                let share = |category| {
                    let share = party.shares.get(category).filter(|share| **share > 0)?;
                    Some(format!("{category} {share}"))
                };
                let shares: Vec<String> = CATEGORIES.into_iter().filter_map(share).collect();
                let shares = if shares.is_empty() { "0".to_owned() } else { shares.join(", ") };
                let why = Said::message(id, vec![("shares", shares.into())]);
                let number = [party.ipi_name.as_deref(), Some(party.number.as_str())];
                let number = number.into_iter().flatten().find(|it| !it.is_empty());
                self.tell("rightsholder", number.unwrap_or(&party.name), LeftOut::Field, why);
                None
            })
            .collect()
    }

    fn registration(
        &mut self,
        id: &str,
        categories: &[&'static str],
        who: &[Option<Subject>],
    ) -> Draft {
        let work = self.work;
        let parties = work.interested_parties.iter().zip(who);
        let mut creators: BTreeSet<Subject> = BTreeSet::new();
        for (_, creator) in parties.filter(|(party, _)| party.kind == PartyKind::Writer) {
            creators.extend(creator);
        }
        let most = |limit: usize| vec![("limit", Said::from(limit.to_string()))];
        if creators.len() > CREATORS_MAX {
            let count = creators.len().to_string();
            let why = Said::message("royalty-beyond", most(CREATORS_MAX));
            self.tell("creators", &count, LeftOut::Field, why);
        }
        if work.isrcs.len() > RECORDINGS_MAX {
            let count = work.isrcs.len().to_string();
            let why = Said::message("royalty-beyond", most(RECORDINGS_MAX));
            self.tell("isrc", &count, LeftOut::Field, why);
        }
        let rows = |name: &str, values: &mut dyn Iterator<Item = &str>| {
            Value::Array(values.map(|value| json!({ name: value })).collect())
        };
        let mut fields = self.fields();
        fields.extend(object(json!({
            "work_id": id,
            "right_categories": rows("category", &mut categories.iter().copied()),
            "title_hash": text::hex(&name::title_hash(&work.title)),
            "work_kind": self.terms.work_kind,
        })));
        fields.extend(work.iswc.as_ref().map(|iswc| ("iswc".to_owned(), json!(iswc))));
        fields.extend(work.duration_s.map(|seconds| ("duration_s".to_owned(), json!(seconds))));
        if !work.isrcs.is_empty() {
            let mut isrcs = work.isrcs.iter().map(String::as_str).take(RECORDINGS_MAX);
            fields.insert("recordings".to_owned(), rows("isrc", &mut isrcs));
        }
        let others = categories.iter().skip(1).map(|category| subject(id, category));
        let creators = creators.iter().take(CREATORS_MAX).map(Subject::to_text);
        let primary = subject(id, categories.first().copied().unwrap_or_default());
        self.record("R01", primary, others.chain(creators), fields)
    }

    /// The set of shares as a draft; `None` when nobody in it is known.
    fn shares(&mut self, id: &str, set: &Set, who: &[Option<Subject>]) -> Option<Draft> {
        let work = self.work;
        let at = format!("{} {}", set.category, set.territory);
        let whole: u32 = set.shares.iter().map(|share| u32::from(*share)).sum();
        if whole < WHOLE_BP {
            let args = vec![("sum", whole.to_string().into())];
            self.tell("shares", &at, LeftOut::Nothing, Said::message("royalty-shares-open", args));
        }
        let mut rows: Vec<(Holding, u32)> = Vec::new();
        for ((party, holder), share) in work.interested_parties.iter().zip(who).zip(&set.shares) {
            let Some(holder) = holder.filter(|_| *share > 0) else { continue };
            let holding = (holder, role(party));
            match rows.iter_mut().find(|(known, _)| *known == holding) {
                Some((_, sum)) => *sum = sum.saturating_add(u32::from(*share)),
                None => rows.push((holding, u32::from(*share))),
            }
        }
        if rows.is_empty() {
            self.tell("shares", &at, LeftOut::Record, Said::plain("royalty-nobody-known"));
            return None;
        }
        if rows.len() > SHARES_MAX {
            let args = vec![("limit", SHARES_MAX.to_string().into())];
            self.tell("shares", &at, LeftOut::Record, Said::message("royalty-beyond", args));
            return None;
        }
        let sum: u32 = rows.iter().map(|(_, share)| share).sum();
        let mut fields = self.fields();
        fields.extend(object(json!({
            "territory": set.territory,
            "valid_from": self.terms.valid_from,
            "completeness": if sum == WHOLE_BP { "COMPLETE" } else { "INCOMPLETE" },
            "document_hash": text::hex(&self.terms.document),
        })));
        let holders: BTreeSet<Subject> = rows.iter().map(|((holder, _), _)| *holder).collect();
        let row = |((holder, role), share): &(Holding, u32)| json!({ "party": holder.to_text(), "role": role, "share_bp": share });
        let body = json!({ "shares": rows.iter().map(row).collect::<Vec<_>>() });
        let holders = holders.iter().map(Subject::to_text);
        let mut draft = self.record("R02", subject(id, set.category), holders, fields);
        draft.body = object(body);
        Some(draft)
    }

    /// The sets of shares in which anybody has one, by category and territory. A set above the whole is told and left out.
    fn sets(&mut self) -> Vec<Set> {
        let parties = &self.work.interested_parties;
        let named = parties.iter().flat_map(|party| &party.territories);
        let mut territories: BTreeSet<&str> = named.map(|it| it.tis.as_str()).collect();
        if territories.is_empty() {
            territories.insert(WORLD);
        }
        let mut sets = Vec::new();
        for category in CATEGORIES {
            for territory in &territories {
                let shares: Vec<u16> =
                    parties.iter().map(|party| share(party, category, territory)).collect();
                let sum: u32 = shares.iter().map(|share| u32::from(*share)).sum();
                if sum > WHOLE_BP {
                    let args = vec![("category", category.into()), ("sum", sum.to_string().into())];
                    let why = Said::message("royalty-shares", args);
                    let at = format!("{category} {territory}");
                    self.findings.add(Finding {
                        line: self.work.line,
                        record: self.work.transaction.clone(),
                        field: "shares",
                        value: at,
                        left_out: LeftOut::Record,
                        reason: why,
                    });
                } else if sum > 0 {
                    sets.push(Set { category, territory: (*territory).to_owned(), shares });
                }
            }
        }
        sets
    }

    fn entry(&self, id: &str, categories: &[&'static str]) -> KnownWork {
        let work = self.work;
        let writers =
            work.interested_parties.iter().filter(|party| party.kind == PartyKind::Writer);
        let titles = work.alternative_titles.iter().map(|other| &other.title);
        KnownWork {
            work_id: id.to_owned(),
            numbers: [Some(&work.submitter_work), work.society_work.as_ref()]
                .into_iter()
                .flatten()
                .filter(|number| !number.is_empty())
                .cloned()
                .collect(),
            iswc: work.iswc.clone(),
            isrcs: work.isrcs.clone(),
            titles: [&work.title].into_iter().chain(titles).cloned().collect(),
            creators: writers.map(|party| party.name.clone()).collect(),
            categories: categories.iter().map(|category| (*category).to_owned()).collect(),
        }
    }

    fn fields(&self) -> BTreeMap<String, Value> {
        let okup = format!("organisation#{}", self.terms.okup);
        BTreeMap::from([("okup_id".to_owned(), json!(okup))])
    }

    fn record(
        &self,
        kind: &str,
        primary: String,
        others: impl Iterator<Item = String>,
        fields: BTreeMap<String, Value>,
    ) -> Draft {
        let okup = &self.terms.okup;
        Draft {
            kind: kind.to_owned(),
            version: None,
            issuer: format!("organisation#{okup}"),
            subject: primary,
            subjects: others.chain([format!("cmo#{okup}")]).collect(),
            event_time: self.terms.event_time.clone(),
            after: None,
            on_behalf_of: None,
            references: Vec::new(),
            fields,
            body: BTreeMap::new(),
        }
    }
}

/// The shares of all parties in a category and a territory, in the order of the parties.
struct Set {
    category: &'static str,
    territory: String,
    shares: Vec<u16>,
}

/// What a party has in a territory: what it collects there or, where nothing is said of the territory, in the world. A
/// party of which no territory is said has its share as an owner everywhere.
fn share(party: &Party, category: &str, territory: &str) -> u16 {
    let shares = if party.territories.is_empty() {
        Some(&party.shares)
    } else {
        // Of several the last one counts: what is taken out stands after what it is taken out of.
        let said = |tis: &str| party.territories.iter().rev().find(|it| it.tis == tis);
        let said = said(territory).or_else(|| said(WORLD));
        said.filter(|it| it.included).map(|it| &it.shares)
    };
    shares.and_then(|shares| shares.get(category)).copied().unwrap_or(0)
}

/// The role of R02 for that of a registration.
fn role(party: &Party) -> &'static str {
    let known = [
        ("A", "LYRICIST"),
        ("C", "COMPOSER"),
        ("CA", "AUTHOR"),
        ("SA", "LYRICIST"),
        ("AR", "ARRANGER"),
        ("SR", "ARRANGER"),
        ("TR", "TRANSLATOR"),
    ];
    let same = [
        "AUTHOR",
        "COMPOSER",
        "LYRICIST",
        "ARRANGER",
        "TRANSLATOR",
        "PUBLISHER",
        "PERFORMER",
        "PHONOGRAM_PRODUCER",
        "HEIR",
    ];
    let same = same.into_iter().find(|role| *role == party.role);
    let coded = known.into_iter().find(|(code, _)| *code == party.role).map(|(_, role)| role);
    same.or(coded).unwrap_or(match party.kind {
        PartyKind::Publisher => "PUBLISHER",
        PartyKind::Writer => "OTHER",
    })
}

fn subject(work: &str, category: &str) -> String {
    format!("work#{work}.{category}")
}

fn object(value: Value) -> BTreeMap<String, Value> {
    if let Value::Object(map) = value { map.into_iter().collect() } else { BTreeMap::new() }
}
