//! One case in short, and the rows that follow from it.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use tamga_format::id::{LeafIndex, SubjectId, sha256};
use tamga_state::delay::Nature;
use tamga_state::dossier::{Event, Presentation, What, course, in_effect};
use tamga_state::indicators::{Area, Contribution, Due, Month, Outcome, Tally, contributions};
use tamga_state::matrix::Stage;

use super::Terms;
use super::layout::{self, DeskKey, IndexTable, Link, Scope};

/// A case in short: what lists of cases show, and whatever rows of the index come from it.
///
/// Ids are those of subjects of the role that the field names.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Outline {
    /// Number of the stage.
    pub stage: u8,
    /// The officer who has it.
    pub officer: Option<[u8; 32]>,
    /// Its region.
    pub region: Option<String>,
    /// The debtor.
    pub debtor: [u8; 32],
    /// The claimants.
    pub claimants: Vec<[u8; 32]>,
    /// The executive document.
    pub document: [u8; 32],
    /// The solidary claim.
    pub claim: Option<[u8; 32]>,
    /// What documents that look alike have in common.
    pub similar: Option<[u8; 32]>,
    /// What documents from one case of a court have in common.
    pub court_case: Option<[u8; 32]>,
    /// Records of the case.
    pub records: u64,
    /// Day of the presentation.
    pub presented: i64,
    /// Day of the initiation.
    pub initiated: Option<i64>,
    /// Day on which it was refused or closed, if it is.
    pub ended: Option<i64>,
    /// When the last thing happened, in milliseconds since 1970-01-01 UTC.
    pub last_event: i64,
    /// Since which day the debtor is in the register of debtors because of it.
    pub registered: Option<i64>,
    /// Terms that are not met.
    pub open: Vec<OpenTerm>,
    /// Where the case was when something was counted.
    areas: Vec<(Option<String>, Option<[u8; 32]>)>,
    counted: Vec<Counted>,
}

/// A term that is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OpenTerm {
    /// Number of the rule.
    pub rule: u8,
    /// Whether missing it breaches a statutory term; otherwise it is a heuristic signal.
    pub statutory: bool,
    /// The record from which it runs.
    pub from: u64,
    /// Its last day.
    pub on: i64,
}

/// A contribution with its area by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Counted {
    tally: u16,
    month: u32,
    area: u16,
    record: u64,
    ordinal: u16,
    value: i64,
}

/// A [`Outline`] on disk.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub(crate) enum OutlineRow {
    V1(Outline),
}

/// Rows by table and key.
pub(crate) type Rows = BTreeMap<(IndexTable, Vec<u8>), Vec<u8>>;

impl Outline {
    /// The outline of a case, given its events in log order; `None` before its presentation.
    #[must_use]
    pub fn of<T: Terms + ?Sized>(events: &[Event], terms: &T) -> Option<Self> {
        let presentation = in_effect(events).into_iter().find_map(|event| {
            let What::Presented(presentation) = &event.what else { return None };
            Some((event, presentation))
        });
        let (first, presentation) = presentation?;
        let course = course(events);
        let (last, now) = course.last()?;
        let day_of = |holds: &dyn Fn(&What) -> bool| {
            course.iter().rev().find(|(event, _)| holds(&event.what)).map(|(event, _)| event.day())
        };
        let due = terms.of(events);
        let mut outline = Self {
            stage: now.stage.map_or(0, Stage::code),
            officer: now.officer.map(|id| id.0),
            region: now.region.clone(),
            debtor: presentation.debtor.0,
            claimants: presentation.claimants.iter().map(|id| id.0).collect(),
            document: presentation.document.0,
            claim: presentation.claim.map(|id| id.0),
            similar: similar(presentation),
            court_case: court_case(presentation),
            records: u64::try_from(events.len()).unwrap_or(u64::MAX),
            presented: first.day(),
            initiated: day_of(&|what| matches!(what, What::Initiated { .. })),
            ended: day_of(&|what| matches!(what, What::Closed { .. } | What::Refused { .. }))
                .filter(|_| !now.is_open()),
            last_event: last.happened.get(),
            registered: day_of(&|what| matches!(what, What::Registered { entered: true, .. }))
                .filter(|_| now.registered),
            open: due.iter().filter_map(OpenTerm::of).collect(),
            areas: Vec::new(),
            counted: Vec::new(),
        };
        for contribution in contributions(events, &due) {
            outline.count(contribution);
        }
        Some(outline)
    }

    /// Whether the case goes on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        Stage::from_code(self.stage.into()).is_some_and(Stage::is_open)
    }

    /// The day on which the first statutory term ends that is not met.
    #[must_use]
    pub fn next_due(&self) -> Option<i64> {
        self.open.iter().filter(|term| term.statutory).map(|term| term.on).min()
    }

    fn count(&mut self, contribution: Contribution) {
        let Contribution { tally, month, area, record, ordinal, value } = contribution;
        let area = (area.region, area.officer.map(|id| id.0));
        let known = self.areas.iter().position(|known| *known == area).unwrap_or_else(|| {
            self.areas.push(area);
            self.areas.len() - 1
        });
        self.counted.push(Counted {
            tally: tally.number(),
            month: month.number(),
            area: u16::try_from(known).unwrap_or(u16::MAX),
            record: record.get(),
            ordinal,
            value,
        });
    }

    /// What the case contributes.
    pub(crate) fn contributions(&self) -> impl Iterator<Item = Contribution> + '_ {
        self.counted.iter().filter_map(|counted| {
            let (region, officer) = self.areas.get(usize::from(counted.area))?.clone();
            Some(Contribution {
                tally: Tally::from_number(counted.tally)?,
                month: Month::from_number(counted.month)?,
                area: Area { region, officer: officer.map(SubjectId) },
                record: LeafIndex(counted.record),
                ordinal: counted.ordinal,
                value: counted.value,
            })
        })
    }

    /// What the case has in common with others.
    pub(crate) fn links(&self) -> Vec<(Link, SubjectId)> {
        let one = |link: Link, id: Option<[u8; 32]>| id.map(|id| (link, SubjectId(id)));
        let mut links = vec![
            (Link::Debtor, SubjectId(self.debtor)),
            (Link::Document, SubjectId(self.document)),
        ];
        links.extend(self.claimants.iter().map(|id| (Link::Claimant, SubjectId(*id))));
        links.extend(one(Link::Officer, self.officer));
        links.extend(one(Link::Claim, self.claim));
        links.extend(one(Link::Similar, self.similar));
        links.extend(one(Link::CourtCase, self.court_case));
        links
    }

    /// Every row that the case has in the index, its counts apart.
    pub(crate) fn rows(&self, case: &SubjectId) -> Rows {
        let mut rows = Rows::new();
        let mut put = |table, key: Vec<u8>, value: Vec<u8>| {
            rows.insert((table, key), value);
        };
        put(
            IndexTable::Cases,
            case.0.to_vec(),
            crate::layout::encode(&OutlineRow::V1(self.clone())),
        );
        for (link, id) in self.links() {
            let open = vec![u8::from(self.is_open())];
            put(IndexTable::Links, layout::link_key(link, &id, case), open);
        }
        if let Some(officer) = self.officer {
            for (ordinal, term) in (0..).zip(&self.open) {
                let key = DeskKey {
                    officer: SubjectId(officer),
                    on: term.on,
                    rule: term.rule,
                    case: *case,
                    from: LeafIndex(term.from),
                    ordinal,
                };
                put(IndexTable::Desk, key.encode(), vec![u8::from(term.statutory)]);
            }
        }
        if self.registered.is_some() {
            let region = self.region.as_deref().unwrap_or_default();
            let debtor = SubjectId(self.debtor);
            let key = layout::register_key(self.is_open(), region, &debtor, case);
            put(IndexTable::Register, key, Vec::new());
        }
        for each in self.contributions() {
            for scope in Scope::of(&each.area).iter().filter(|scope| **scope != Scope::Country) {
                let key =
                    layout::record_key(each.tally, scope, each.month, each.record, each.ordinal);
                put(IndexTable::Records, key, each.value.to_be_bytes().to_vec());
            }
        }
        rows
    }
}

impl OpenTerm {
    fn of(due: &Due) -> Option<Self> {
        let statutory = due.rule.info().nature == Nature::Statutory;
        let (rule, from) = (due.rule.number(), due.from.get());
        (due.outcome() == Outcome::Open).then_some(Self { rule, statutory, from, on: due.on })
    }
}

/// Documents look alike that name the same court's case, issuer, parties and sum.
fn similar(presentation: &Presentation) -> Option<[u8; 32]> {
    let number = presentation.case_number.as_deref()?;
    let mut parties: Vec<u8> = presentation.debtor.0.to_vec();
    for claimant in &presentation.claimants {
        parties.extend_from_slice(claimant.as_bytes());
    }
    let issuer = presentation.issuer.map_or([0; 32], |id| id.0);
    let amount = presentation.amount?.to_be_bytes();
    Some(sha256(&[b"tamga/index/similar/v1\0", &issuer, &amount, &parties, number.as_bytes()]))
}

/// Documents are from one case of a court if they name the same issuer and case.
fn court_case(presentation: &Presentation) -> Option<[u8; 32]> {
    let number = presentation.case_number.as_deref()?;
    let issuer = presentation.issuer?;
    Some(sha256(&[b"tamga/index/court-case/v1\0", issuer.as_bytes(), number.as_bytes()]))
}
