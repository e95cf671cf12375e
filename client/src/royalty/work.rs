//! A work as a registration tells of it: a line of the file of works.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A work.
///
/// Shares are in basis points, their sums over all parties at most 10,000 in each category.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Work {
    /// Line of the file at which its transaction begins.
    pub line: u64,
    /// Type of the transaction: `NWR`, `REV`, `ISW` or `EXC`.
    pub transaction: String,
    /// What the society answered, such as `AS`; in acknowledgements only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The submitter's number.
    pub submitter_work: String,
    /// The society's number; in acknowledgements only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub society_work: Option<String>,
    /// ISWC in its bare form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iswc: Option<String>,
    /// The title.
    pub title: String,
    /// Other titles.
    pub alternative_titles: Vec<Title>,
    /// Duration in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<u32>,
    /// ISRCs of its recordings, each once.
    pub isrcs: Vec<String>,
    /// Names of performers.
    pub performers: Vec<String>,
    /// Writers and publishers, in the order of the file.
    pub interested_parties: Vec<Party>,
}

/// Another title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Title {
    /// The title.
    pub title: String,
    /// Its type, such as `AT`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// Writer or publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Publisher.
    Publisher,
    /// Writer.
    Writer,
}

/// Categories of rights for which a registration gives shares, in the order of its columns.
pub const CATEGORIES: [&str; 3] = ["PR", "MR", "SR"];

/// Shares in basis points by category.
pub type Shares = BTreeMap<&'static str, u16>;

fn by_category<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<BTreeMap<&'static str, T>, D::Error> {
    let read: BTreeMap<String, T> = BTreeMap::deserialize(from)?;
    let known = |(name, value): (String, T)| {
        let category = CATEGORIES.into_iter().find(|category| *category == name);
        category
            .map(|category| (category, value))
            .ok_or_else(|| D::Error::unknown_variant(&name, &CATEGORIES))
    };
    read.into_iter().map(known).collect()
}

/// An interested party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The submitter's number of it; empty for some that the submitter does not control.
    pub number: String,
    /// Writer or publisher.
    pub kind: PartyKind,
    /// Its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its role, such as `E` for an original publisher or `CA` for composer and author.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// IPI name number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipi_name: Option<String>,
    /// IPI base number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipi_base: Option<String>,
    /// Whether the submitter controls it.
    pub controlled: bool,
    /// Its shares as an owner.
    #[serde(deserialize_with = "by_category")]
    pub shares: Shares,
    /// Numbers of its societies by category.
    #[serde(deserialize_with = "by_category")]
    pub societies: BTreeMap<&'static str, String>,
    /// Where it collects.
    pub territories: Vec<Territory>,
    /// Numbers of a writer's publishers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub publishers: Vec<String>,
}

/// A territory in which a party collects, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Territory {
    /// Number in CISAC's list of territories (TIS), without zeros before it.
    pub tis: String,
    /// Whether it is in; otherwise it is taken out of one named before.
    pub included: bool,
    /// What it collects there.
    #[serde(deserialize_with = "by_category")]
    pub shares: Shares,
}
