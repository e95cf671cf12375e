//! Shapes of what is looked up in the index, or computed from the records of a case (spec §20.13).
//!
//! Everything says the block it is as of. Days are `2026-03-12`, shares basis points, money whole tiyn.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::{AsOf, PageInfo};

/// A list from the index, and how to read on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Indexed<T> {
    /// The newest block whose records the index has.
    pub as_of: AsOf,
    /// The items.
    pub data: Vec<T>,
    /// Where the list goes on.
    pub page: PageInfo,
}

/// What missing a deadline means; the two are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// A term of the law is broken.
    Statutory,
    /// Somebody should look; nothing is broken.
    Signal,
}

/// How a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeadlineState {
    /// It was met in time, or ended before its last day.
    InTime,
    /// It was met, or ended, after its last day.
    Late,
    /// It is not met, and its last day is not past.
    Running,
    /// It is not met, and its last day is past.
    Overdue,
    /// It is not met, and its clock stands.
    Standing,
}

/// A parameter's value as a deadline was computed from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Input {
    /// The parameter.
    pub parameter: String,
    /// Its value on the day of the event.
    pub value: String,
    /// The first day on which that value is in force.
    pub since: String,
    /// `CONFIRMED`, `UNVERIFIED` or `DESIGN`.
    pub mark: String,
}

/// Days on which a clock stood: after one, through another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stop {
    /// The day of the event that stopped it.
    pub after: String,
    /// The day of the event that set it going; absent while it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
}

/// What was known of a calendar year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarYear {
    /// The year.
    pub year: i64,
    /// `holidays`, `weekends` or `nothing`.
    pub known: String,
    /// `CONFIRMED`, `UNVERIFIED` or `DESIGN`; absent for a year that nobody entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// Something that was to follow a record by a day, with all it was computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadlineView {
    /// The rule, such as `D03`.
    pub rule: String,
    /// What missing it means.
    pub nature: Nature,
    /// What is the matter when it is missed.
    pub title: String,
    /// Act and article.
    pub basis: String,
    /// How it stands on `day` of the answer.
    pub state: DeadlineState,
    /// Days left, late or overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    /// The day from which it is counted; that day is not counted.
    pub start: String,
    /// The last day in time; absent while the clock stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Record id of what begins it.
    pub cause: String,
    /// The measure, lot or complaint it is about; absent for the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Record id of what met or ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_on: Option<String>,
    /// Parameters it was computed from.
    pub inputs: Vec<Input>,
    /// When the clock stood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<Stop>,
    /// Calendar years it was computed from.
    pub years: Vec<CalendarYear>,
}

/// The working days of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct YearView {
    /// What is known of the year.
    #[serde(flatten)]
    pub year: CalendarYear,
    /// How many working days it has.
    pub working_days: u64,
    /// Days off from Monday to Friday.
    pub weekdays_off: Vec<String>,
    /// Saturdays and Sundays on which work was moved.
    pub weekends_worked: Vec<String>,
}

/// A rule that asked for something and could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SilentRule {
    /// The rule.
    pub rule: String,
    /// Record id of what begins the deadline.
    pub cause: String,
    /// What is missing: a parameter's name, or `amounts`.
    pub missing: String,
}

/// The deadlines of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseDeadlines {
    /// The case.
    pub case: String,
    /// The block whose records and parameters they are computed from.
    pub as_of: AsOf,
    /// The day on which they are judged: that of the block, in UTC+5.
    pub day: String,
    /// The deadlines, by the day they are counted from.
    pub data: Vec<DeadlineView>,
    /// What could not be computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<SilentRule>,
}

/// Something that was to follow in the work of a collective management organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OkupDeadline {
    /// The deadline; about a pool or batch. Users and rightsholders are not named.
    #[serde(flatten)]
    pub deadline: DeadlineView,
    /// Of D34, how many users stand like this; `cause` is the licence of one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u64>,
    /// Of D32, how statements followed the payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statements: Option<StatementCounts>,
}

/// How statements followed a payout; each is counted at the last payout that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementCounts {
    /// Lines of the payout: a rightsholder has one or a few.
    pub lines: u64,
    /// Statements that came in time.
    pub in_time: u64,
    /// Statements that came later.
    pub late: u64,
}

/// The deadlines of a collective management organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OkupDeadlines {
    /// БИН of the organisation.
    pub okup: String,
    /// The block whose records and parameters they are computed from.
    pub as_of: AsOf,
    /// The day on which they are judged: that of the block, in UTC+5.
    pub day: String,
    /// Whether all records of the organisation were read; otherwise only the newest were.
    pub complete: bool,
    /// The deadlines, by the day they are counted from.
    pub data: Vec<OkupDeadline>,
    /// What could not be computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<SilentRule>,
}

/// A case in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseItem {
    /// The case.
    pub case: String,
    /// Stage of the proceedings.
    pub stage: String,
    /// Whether it goes on.
    pub open: bool,
    /// Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The officer who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// The debtor.
    pub debtor: String,
    /// Records of the case.
    pub records: u64,
    /// Day of the presentation.
    pub presented: String,
    /// Day of the initiation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiated: Option<String>,
    /// Day on which it was refused or closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// When the last thing happened.
    pub last_event: String,
    /// The next day on which a statutory term ends; past if one is missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due: Option<String>,
    /// Statutory terms that are missed and not met yet.
    pub overdue: u64,
    /// Heuristic signals that are open.
    pub signals: u64,
    /// Since which day the debtor is in the register of debtors because of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_since: Option<String>,
}

/// A term on an officer's desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskItem {
    /// The case.
    pub case: String,
    /// Stage of the proceedings.
    pub stage: String,
    /// The rule, such as `D03`.
    pub rule: String,
    /// What missing it means.
    pub nature: Nature,
    /// What is the matter when it is missed.
    pub title: String,
    /// The last day in time.
    pub due: String,
    /// Days left; negative when overdue.
    pub days_left: i64,
    /// Position in the log of the record that begins it.
    pub cause_index: u64,
}

/// How many terms are on a desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskCounts {
    /// Past their last day.
    pub overdue: u64,
    /// Ending today.
    pub today: u64,
    /// Ending tomorrow.
    pub tomorrow: u64,
    /// Whether there are more than were counted.
    pub capped: bool,
}

/// An officer's desk: open terms by their last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Desk {
    /// The officer.
    pub officer: String,
    /// The newest block whose records the index has.
    pub as_of: AsOf,
    /// Today: the day of that block, in UTC+5.
    pub day: String,
    /// Statutory terms.
    pub statutory: DeskCounts,
    /// Heuristic signals.
    pub signals: DeskCounts,
    /// The terms asked for.
    pub data: Vec<DeskItem>,
    /// Where the list goes on.
    pub page: PageInfo,
}

/// An entry in the register of debtors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterItem {
    /// The debtor.
    pub debtor: String,
    /// The case that put the debtor there.
    pub case: String,
    /// Since when.
    pub since: String,
    /// Stage of that case.
    pub stage: String,
    /// Region of that case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Day on which that case ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// The entry stands though no case of the debtor goes on.
    pub stale: bool,
    /// The last day on which the document may be presented again is past, and no case about it goes on.
    pub expired: bool,
    /// That day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentable_until: Option<String>,
}

/// What it means that cases look like each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    /// It is lawful.
    Lawful,
    /// Somebody should look.
    Signal,
    /// It must not be.
    Error,
}

/// What was found of cases that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// `EXACT`, `RE_PRESENTATION`, `NEAR`, `SOLIDARY` or `DOUBLE_RECOVERY`.
    pub finding: String,
    /// What that means.
    pub gravity: Gravity,
    /// The cases it is about.
    pub cases: Vec<String>,
    /// For a double recovery: how much more than is due, in tiyn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

/// Cases that have something in common that one debt has once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DuplicateGroup {
    /// What they have in common: `document`, `claim`, `similar`, `court-case`.
    pub link: String,
    /// Its id, or a hash of it.
    pub key: String,
    /// What follows from their records.
    pub findings: Vec<Finding>,
    /// The first cases of the group.
    pub cases: Vec<CaseItem>,
    /// Whether the group has more.
    pub more: bool,
}

/// An indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorView {
    /// Its name in `indicator=`.
    pub indicator: String,
    /// Its title.
    pub title: String,
    /// `records`, `basis-points` or `days`.
    pub unit: String,
    /// How it is computed from tallies.
    pub formula: String,
    /// Tallies whose records stand behind it.
    pub tallies: Vec<String>,
    /// Whether the public sees it.
    pub public: bool,
    /// The ministry's targets, in the indicator's unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
}

/// A target of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// The year.
    pub year: u16,
    /// The target.
    pub value: i64,
}

/// Every indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Catalogue {
    /// The indicators.
    pub data: Vec<IndicatorView>,
    /// Records that a public cell holds at least.
    pub k_min: u64,
}

/// What came of a formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FigureView {
    /// The figure, in the indicator's unit; absent where nothing is counted or too little may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// What is divided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<i64>,
    /// What it is divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<i64>,
    /// For medians: what nine tenths don't exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<i64>,
    /// Records counted.
    pub records: u64,
    /// Cells left out because they hold too few records to be shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withheld: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A part of a figure: of a month, a region, an office or a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// The month, region, office or rule; empty for cases whose region nobody has told.
    pub of: String,
    /// The figure.
    pub figure: FigureView,
    /// The records behind it; only for holders of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
}

/// An indicator of an area and a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kpi {
    /// The indicator.
    pub indicator: IndicatorView,
    /// The newest block whose records the index has.
    pub as_of: AsOf,
    /// The day on which terms are judged.
    pub day: String,
    /// The months.
    pub period: String,
    /// The region; absent for the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// The figure.
    pub figure: FigureView,
    /// The records behind it; only for holders of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// The figure's parts, if asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<Part>,
    /// Where the parts go on.
    pub page: PageInfo,
}

/// A record behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedRecord {
    /// The tally that holds it.
    pub tally: String,
    /// In which month.
    pub month: String,
    /// In which region; empty where nobody has told it.
    pub region: String,
    /// Record id.
    pub record_id: String,
    /// Code of the kind.
    pub kind: String,
    /// The case.
    pub case: String,
    /// Position in the log.
    pub index: u64,
    /// When it happened, as its writer says.
    pub event_time: String,
    /// Days, tiyn, or the last day of a term, as the tally says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
