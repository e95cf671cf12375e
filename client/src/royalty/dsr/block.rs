//! A block of a sales report: what was sold or used, and the sales that name it by its reference in the block.

use std::collections::{BTreeMap, BTreeSet};

use tamga_state::catalogue::Identifier;

use super::{ISRC, ISWC, Kind, OWN_ID, REFERENCE, RELEASE, RESOURCE, Record, TITLE};
use crate::lang::Said;
use crate::royalty::{BLOCK_RECORDS_MAX, Finding, Findings, LeftOut};

/// Texts, each once, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Unique {
    seen: BTreeSet<String>,
    list: Vec<String>,
}

impl Unique {
    pub(super) fn add(&mut self, text: &str) {
        if self.seen.insert(text.to_owned()) {
            self.list.push(text.to_owned());
        }
    }

    fn extend(&mut self, other: &Self) {
        other.list.iter().for_each(|text| self.add(text));
    }
}

/// A recording or a release.
struct Thing {
    id: Option<String>,
    title: Option<String>,
    isrcs: Unique,
    iswcs: Unique,
}

impl Thing {
    fn of(record: &Record, findings: &mut Findings) -> Self {
        Self {
            id: record.text(&OWN_ID),
            title: record.text(&TITLE),
            isrcs: record.identifiers(&ISRC, Identifier::Isrc, findings),
            iswcs: record.identifiers(&ISWC, Identifier::Iswc, findings),
        }
    }
}

/// What a line of sales is about.
pub(super) struct Sold {
    pub(super) id: Option<String>,
    pub(super) title: Option<String>,
    pub(super) isrcs: Vec<String>,
    pub(super) iswcs: Vec<String>,
}

/// Records of one block.
#[derive(Default)]
pub(super) struct Block {
    pub(super) id: String,
    records: usize,
    resources: BTreeMap<String, Thing>,
    releases: BTreeMap<String, Thing>,
    /// Identifiers of all recordings.
    isrcs: Unique,
    iswcs: Unique,
    /// Those of the works, which belong to the block as a whole.
    works: Unique,
    work_title: Option<String>,
    sales: Vec<Record>,
}

impl Block {
    pub(super) fn new(id: String) -> Self {
        Self { id, ..Self::default() }
    }

    /// Whether it has more records than are kept: then it is left out.
    pub(super) fn is_full(&self) -> bool {
        self.records > BLOCK_RECORDS_MAX
    }

    pub(super) fn sales(&self) -> &[Record] {
        &self.sales
    }

    pub(super) fn sales_count(&self) -> u64 {
        u64::try_from(self.sales.len()).unwrap_or(u64::MAX)
    }

    /// Takes a record of the block.
    pub(super) fn take(&mut self, kind: Kind, record: Record, findings: &mut Findings) {
        let was_full = self.is_full();
        self.records = self.records.saturating_add(1);
        if self.is_full() && !was_full {
            let args = vec![("limit", BLOCK_RECORDS_MAX.to_string().into())];
            let why = Said::message("royalty-too-many", args);
            findings.add(record.finding(None, LeftOut::Group, why));
        }
        if kind == Kind::Sales {
            // Also of a block that is left out: its sales are counted.
            return self.sales.push(record);
        }
        if self.is_full() {
            return;
        }
        let thing = Thing::of(&record, findings);
        let things = match kind {
            Kind::Resource => {
                self.isrcs.extend(&thing.isrcs);
                self.iswcs.extend(&thing.iswcs);
                &mut self.resources
            }
            Kind::Release => &mut self.releases,
            Kind::Work => {
                self.works.extend(&thing.iswcs);
                self.work_title = self.work_title.take().or(thing.title);
                return;
            }
            Kind::Head | Kind::Summary | Kind::Sales | Kind::Foot => return,
        };
        let reference = record.get(&REFERENCE);
        if things.contains_key(reference) {
            let why = Said::plain("royalty-reference-again");
            return findings.add(record.finding(Some(&REFERENCE), LeftOut::Record, why));
        }
        things.insert(reference.to_owned(), thing);
    }

    /// What was sold or used: a recording of the block, or a release and with it all recordings of the block.
    pub(super) fn sold(&self, sales: &Record) -> Result<Sold, Box<Finding>> {
        let fails = || {
            let why = Said::plain("royalty-no-reference");
            Box::new(sales.finding(Some(&RESOURCE), LeftOut::Item, why))
        };
        let (resource, release) = (sales.get(&RESOURCE), sales.get(&RELEASE));
        let (thing, whole) = if !resource.is_empty() {
            (self.resources.get(resource).ok_or_else(fails)?, false)
        } else if !release.is_empty() {
            let fails = || {
                let why = Said::plain("royalty-no-reference");
                Box::new(sales.finding(Some(&RELEASE), LeftOut::Item, why))
            };
            (self.releases.get(release).ok_or_else(fails)?, true)
        } else {
            // Some profiles have one recording in a block, and no references.
            let mut all = self.resources.values();
            (all.next().filter(|_| all.next().is_none()).ok_or_else(fails)?, false)
        };
        let (mut isrcs, mut iswcs) = (thing.isrcs.clone(), thing.iswcs.clone());
        if whole {
            isrcs.extend(&self.isrcs);
            iswcs.extend(&self.iswcs);
        }
        iswcs.extend(&self.works);
        Ok(Sold {
            id: thing.id.clone(),
            title: thing.title.clone().or_else(|| self.work_title.clone()),
            isrcs: isrcs.list,
            iswcs: iswcs.list,
        })
    }
}
