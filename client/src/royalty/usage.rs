//! Usage of a work or a recording as a report tells of it: a line of the file of usage.

use serde::{Deserialize, Serialize};

/// Usage over a period, or money for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Usage {
    /// Row of the table, 1 for the first after the header; line of a flat file, from 1.
    pub line: u64,
    /// Title of the work or recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Names of the creators, as the report gives them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub creators: Vec<String>,
    /// Number of the work, recording or release at whoever reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_id: Option<String>,
    /// ISWCs in their bare form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub iswcs: Vec<String>,
    /// ISRCs in their bare form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub isrcs: Vec<String>,
    /// Category of rights: PR, MR, SR, PC or RR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_category: Option<String>,
    /// Where it was used, as the report says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Number of uses: an exact decimal, since some services report parts of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
    /// How long it was used in all, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Amount of a statement in hundredths of its currency: tiyn of tenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Revenue in units of its currency: an exact decimal, finer than hundredths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue: Option<String>,
    /// Code of the currency of either (ISO 4217).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Territory: two letters of ISO 3166-1 or a number of TIS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// The service, as the report names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// First day of the period, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_from: Option<String>,
    /// Last day of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_to: Option<String>,
}
