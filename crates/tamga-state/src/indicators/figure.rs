//! A formula over the sizes of tallies.

use core::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Formula, INFLOW, Indicator, STOCK};
use super::month::{Month, Period};
use super::tally::{Outcome, Tally};
use crate::delay::{Nature, Rule};

/// How many records of a tally there are in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The month.
    pub month: Month,
    /// The value that these records have, for tallies that are spread.
    pub value: Option<i64>,
    /// How many.
    pub count: u64,
    /// Sum of their values.
    pub sum: i64,
}

/// The sizes of tallies in one area.
pub trait Cells {
    /// Why they can't be read.
    type Error;

    /// The cells of a tally in a period, by month and value.
    ///
    /// # Errors
    ///
    /// Those of the implementation.
    fn read(&self, tally: Tally, period: Period) -> Result<Vec<Cell>, Self::Error>;

    /// Cells that were there and not given, because they are too small to be shown.
    fn withheld(&self) -> u64 {
        0
    }
}

/// The rules of one nature whose terms are counted one by one.
///
/// Of D19 and D22, which every record begins, only what is missed is known: a share of them means nothing, and they are
/// counted by themselves.
#[must_use]
pub fn counted_rules(nature: Nature) -> Vec<Rule> {
    let counted = |rule: &Rule| !matches!(rule, Rule::D19 | Rule::D22);
    let of = |rule: &Rule| rule.info().nature == nature;
    Rule::of_cases().filter(of).filter(counted).collect()
}

/// What came of a formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// The figure, in the indicator's unit; `None` where nothing is counted or too little may be shown.
    pub value: Option<i64>,
    /// What is divided: records or tiyn.
    pub part: Option<i64>,
    /// What it is divided by: records or tiyn.
    pub whole: Option<i64>,
    /// For medians: the value that nine tenths don't exceed.
    pub p90: Option<i64>,
    /// Records counted.
    pub records: u64,
    /// Cells left out because they are too small to be shown.
    pub withheld: u64,
}

/// A tally's values and how often each occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread(BTreeMap<i64, u64>);

impl Spread {
    /// Adds so many records of a value.
    pub fn add(&mut self, value: i64, count: u64) {
        let known = self.0.entry(value).or_default();
        *known = known.saturating_add(count);
    }

    /// How many records there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The smallest value that `tenths` tenths of the records don't exceed.
    #[must_use]
    pub fn quantile(&self, tenths: u64) -> Option<i64> {
        let rank = self.count().saturating_mul(tenths).div_ceil(10).max(1);
        let mut seen = 0_u64;
        self.0.iter().find_map(|(value, count)| {
            seen = seen.saturating_add(*count);
            (seen >= rank).then_some(*value)
        })
    }
}

impl Indicator {
    /// The figure of a period, with terms judged on a day: one that ends today is not past yet.
    ///
    /// # Errors
    ///
    /// Those of reading the cells.
    pub fn figure<C: Cells>(
        &self,
        cells: &C,
        period: Period,
        today: i64,
    ) -> Result<Figure, C::Error> {
        let counting = Counting { cells, period, today };
        let figure = match self.formula {
            Formula::Count(tallies) => counted(counting.count(tallies, period)?),
            Formula::Share(part, whole) => {
                share(counting.count(part, period)?, counting.count(whole, period)?)
            }
            Formula::SumShare(part, whole) => {
                let records = counting.count(&[part], period)?;
                Figure { records, ..divided(counting.sum(part)?, counting.sum(whole)?) }
            }
            Formula::ShareOfStock(part) => {
                let whole = counting.before()?.saturating_add(counting.net(INFLOW, period)?);
                let records = counting.count(part, period)?;
                Figure { records, ..divided(signed(records), whole) }
            }
            Formula::Stock => {
                let stock = counting.before()?.saturating_add(counting.net(STOCK, period)?);
                Figure { value: Some(stock), records: unsigned(stock), ..Figure::default() }
            }
            Formula::Median(tally) => counting.median(tally)?,
            Formula::Missed(nature) => counting.missed(&counted_rules(nature))?,
            Formula::Overdue(nature) => counted(counting.overdue(&of_nature(nature))?),
            Formula::MissedOf(rule) => counting.missed(&[rule])?,
            Formula::OverdueOf(rule) => counted(counting.overdue(&[rule])?),
            Formula::MissedAmong(rule, tally) => {
                let late = counting.count(&[Tally::Term(rule, Outcome::Late)], period)?;
                let missed = late.saturating_add(counting.overdue(&[rule])?);
                share(missed, counting.count(&[tally], period)?)
            }
        };
        let withheld = cells.withheld();
        let whole =
            matches!(self.formula, Formula::Count(_) | Formula::Overdue(_) | Formula::OverdueOf(_));
        // Parts of a share or a median that are missing would make it another figure.
        Ok(match withheld {
            0 => figure,
            _ if whole => Figure { withheld, ..figure },
            _ => Figure { withheld, ..Figure::default() },
        })
    }

    /// The tallies whose records stand behind the figure.
    #[must_use]
    pub fn tallies(&self) -> BTreeSet<Tally> {
        let terms = |rules: &[Rule], outcomes: &[Outcome]| {
            let each = |rule: &Rule| {
                outcomes.iter().map(|outcome| Tally::Term(*rule, *outcome)).collect::<Vec<_>>()
            };
            rules.iter().flat_map(each).collect::<BTreeSet<_>>()
        };
        let all = [Outcome::Kept, Outcome::Late, Outcome::Open];
        match self.formula {
            Formula::Count(tallies) => tallies.iter().copied().collect(),
            Formula::Share(part, whole) => part.iter().chain(whole).copied().collect(),
            Formula::SumShare(part, whole) => BTreeSet::from([part, whole]),
            Formula::ShareOfStock(part) => {
                part.iter().chain(STOCK.0).chain(STOCK.1).copied().collect()
            }
            Formula::Stock => STOCK.0.iter().chain(STOCK.1).copied().collect(),
            Formula::Median(tally) => BTreeSet::from([tally]),
            Formula::Missed(nature) => terms(&counted_rules(nature), &all),
            Formula::Overdue(nature) => terms(&of_nature(nature), &[Outcome::Open]),
            Formula::MissedOf(rule) => terms(&[rule], &all),
            Formula::OverdueOf(rule) => terms(&[rule], &[Outcome::Open]),
            Formula::MissedAmong(rule, tally) => {
                let mut tallies = terms(&[rule], &[Outcome::Late, Outcome::Open]);
                tallies.insert(tally);
                tallies
            }
        }
    }
}

/// Cells as the public may see them: a month in which a tally has fewer than `k` records is withheld.
///
/// Whatever is computed from them is a function of cells that may be shown, so no two figures together tell more.
#[derive(Debug)]
pub struct Published<C> {
    cells: C,
    least: u64,
    withheld: RefCell<BTreeSet<(Tally, Month)>>,
}

impl<C> Published<C> {
    /// The cells that hold at least so many records.
    #[must_use]
    pub fn new(cells: C, least: u64) -> Self {
        Self { cells, least, withheld: RefCell::default() }
    }
}

impl<C: Cells> Cells for Published<C> {
    type Error = C::Error;

    fn read(&self, tally: Tally, period: Period) -> Result<Vec<Cell>, C::Error> {
        let mut cells = self.cells.read(tally, period)?;
        let mut months: BTreeMap<Month, u64> = BTreeMap::new();
        for cell in &cells {
            let count = months.entry(cell.month).or_default();
            *count = count.saturating_add(cell.count);
        }
        months.retain(|_, count| (1..self.least).contains(count));
        cells.retain(|cell| !months.contains_key(&cell.month));
        self.withheld.borrow_mut().extend(months.into_keys().map(|month| (tally, month)));
        Ok(cells)
    }

    fn withheld(&self) -> u64 {
        u64::try_from(self.withheld.borrow().len()).unwrap_or(u64::MAX)
    }
}

/// Reading for one figure.
struct Counting<'c, C> {
    cells: &'c C,
    period: Period,
    today: i64,
}

impl<C: Cells> Counting<'_, C> {
    fn count(&self, tallies: &[Tally], period: Period) -> Result<u64, C::Error> {
        tallies.iter().try_fold(0_u64, |sum, tally| {
            let cells = self.cells.read(*tally, period)?;
            Ok(cells.iter().fold(sum, |sum, cell| sum.saturating_add(cell.count)))
        })
    }

    fn sum(&self, tally: Tally) -> Result<i64, C::Error> {
        let cells = self.cells.read(tally, self.period)?;
        Ok(cells.iter().fold(0, |sum: i64, cell| sum.saturating_add(cell.sum)))
    }

    /// What tallies add, less what others take.
    fn net(&self, (add, take): (&[Tally], &[Tally]), period: Period) -> Result<i64, C::Error> {
        Ok(signed(self.count(add, period)?).saturating_sub(signed(self.count(take, period)?)))
    }

    /// Proceedings open before the period.
    fn before(&self) -> Result<i64, C::Error> {
        let earlier = self.period.first().previous();
        let since = earlier.and_then(|last| Period::new(Month::of(0), last));
        since.map_or(Ok(0), |since| self.net(STOCK, since))
    }

    fn median(&self, tally: Tally) -> Result<Figure, C::Error> {
        let mut spread = Spread::default();
        for cell in self.cells.read(tally, self.period)? {
            spread.add(cell.value.unwrap_or_default(), cell.count);
        }
        let (value, p90) = (spread.quantile(5), spread.quantile(9));
        Ok(Figure { value, p90, records: spread.count(), ..Figure::default() })
    }

    fn overdue(&self, rules: &[Rule]) -> Result<u64, C::Error> {
        rules.iter().try_fold(0_u64, |sum, rule| {
            let cells = self.cells.read(Tally::Term(*rule, Outcome::Open), self.period)?;
            let past = cells.iter().filter(|cell| cell.value.is_some_and(|due| due < self.today));
            Ok(past.fold(sum, |sum, cell| sum.saturating_add(cell.count)))
        })
    }

    fn missed(&self, rules: &[Rule]) -> Result<Figure, C::Error> {
        let of = |outcome| rules.iter().map(|rule| Tally::Term(*rule, outcome)).collect::<Vec<_>>();
        let kept = self.count(&of(Outcome::Kept), self.period)?;
        let late = self.count(&of(Outcome::Late), self.period)?;
        let missed = late.saturating_add(self.overdue(rules)?);
        Ok(share(missed, kept.saturating_add(missed)))
    }
}

/// Every rule of a nature.
fn of_nature(nature: Nature) -> Vec<Rule> {
    Rule::of_cases().filter(|rule| rule.info().nature == nature).collect()
}

fn counted(records: u64) -> Figure {
    Figure { value: Some(signed(records)), records, ..Figure::default() }
}

fn share(part: u64, whole: u64) -> Figure {
    Figure { records: whole, ..divided(signed(part), signed(whole)) }
}

/// Basis points, rounded half up; nothing where there is nothing to divide by.
fn divided(part: i64, whole: i64) -> Figure {
    let points = (whole > 0).then(|| {
        let doubled = i128::from(part).saturating_mul(20_000).saturating_add(whole.into());
        doubled
            .checked_div(i128::from(whole).saturating_mul(2))
            .and_then(|it| i64::try_from(it).ok())
    });
    Figure { value: points.flatten(), part: Some(part), whole: Some(whole), ..Figure::default() }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
