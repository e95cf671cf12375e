//! Dates, working days, terms, fees and shares, counted the long way (domain model §1.2, §1.5, §4.1, §4.2).

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::cbor::Value;

/// A day as days since 1970-01-01.
pub(super) type Day = i64;

/// The civil day of an instant in UTC+5.
pub(super) fn day_of(ms: i64) -> Day {
    (ms + 5 * 3_600_000).div_euclid(24 * 3_600_000)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of the month, found by walking from 1970.
pub(super) fn civil(day: Day) -> (i64, i64, i64) {
    let (mut year, mut left) = (1970, day);
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let mut month = 1;
    while left >= days_in(year, month) {
        left -= days_in(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// The day of a date.
pub(super) fn day(year: i64, month: i64, dom: i64) -> Day {
    let years = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum::<i64>();
    years + (1..month).map(|month| days_in(year, month)).sum::<i64>() + dom - 1
}

/// The same day of a later month, or that month's last day.
pub(super) fn add_months(start: Day, months: i64) -> Day {
    let (mut year, mut month, dom) = civil(start);
    for _ in 0..months {
        month += 1;
        if month == 13 {
            (year, month) = (year + 1, 1);
        }
    }
    day(year, month, dom.min(days_in(year, month)))
}

fn is_weekend(day: Day) -> bool {
    // 1970-01-03 was a Saturday.
    matches!((day - 2).rem_euclid(7), 0 | 1)
}

/// Values of parameters by first day; what is no value any more is null.
pub(super) type Versions = Vec<(Day, Value)>;

/// The figures of the law, by the day of the event.
#[derive(Clone, Debug, Default)]
pub(super) struct Law(BTreeMap<String, Versions>);

impl Law {
    /// A value is entered; one of the same first day is replaced.
    pub(super) fn enter(&mut self, name: &str, from: Day, to: Option<Day>, value: Value) {
        let versions = self.0.entry(name.to_owned()).or_default();
        versions.retain(|(known, _)| *known != from);
        versions.push((from, value));
        if let Some(next) = to.map(|to| to + 1)
            && versions.iter().all(|(known, _)| *known != next)
        {
            versions.push((next, Value::Null));
        }
        versions.sort_by_key(|(from, _)| *from);
    }

    fn on(&self, name: &str, day: Day) -> Option<&Value> {
        let versions = self.0.get(name)?;
        versions.iter().rev().find(|(from, _)| *from <= day).map(|(_, value)| value)
    }

    pub(super) fn number(&self, name: &str, day: Day) -> Option<i64> {
        self.on(name, day).and_then(Value::as_i64)
    }

    pub(super) fn flag(&self, name: &str, day: Day) -> Option<bool> {
        self.on(name, day).and_then(Value::as_bool)
    }

    pub(super) fn word(&self, name: &str, day: Day) -> Option<&str> {
        self.on(name, day).and_then(Value::as_text)
    }

    fn numbers(&self, name: &str, day: Day) -> Option<Vec<i64>> {
        self.on(name, day)?.as_list()?.iter().map(Value::as_i64).collect()
    }

    /// So many МРП of the day, in tiyn.
    pub(super) fn mrp(&self, count: &str, day: Day) -> Option<i128> {
        let (count, mrp) = (self.number(count, day)?, self.number("mrp", day)?);
        Some(i128::from(count) * i128::from(mrp) * 100)
    }

    /// The free days of a year as it is known now; weekends only if nothing is entered.
    fn free_days(&self, year: i64) -> BTreeSet<Day> {
        let all = day(year, 1, 1)..day(year + 1, 1, 1);
        let mut free: BTreeSet<Day> = all.filter(|day| is_weekend(*day)).collect();
        let entries = self.0.get(&format!("calendar.{year}")).and_then(|known| known.last());
        let entries = entries.and_then(|(_, value)| value.as_list()).unwrap_or_default();
        let mut dated: Vec<(Day, i64)> = entries
            .iter()
            .filter_map(Value::as_i64)
            .map(|it| (day(year, it % 10_000 / 100, it % 100), it / 10_000))
            .collect();
        dated.sort_unstable();
        free.extend(dated.iter().filter(|(_, kind)| *kind != 4).map(|(day, _)| *day));
        for (day, _) in dated.iter().filter(|(day, kind)| *kind == 1 && is_weekend(*day)) {
            let next = (day + 1..).find(|next| !free.contains(next));
            free.extend(next);
        }
        for (day, _) in dated.iter().filter(|(_, kind)| *kind == 4) {
            free.remove(day);
        }
        free
    }

    /// The day, or the next working day.
    pub(super) fn roll(&self, day: Day) -> Day {
        let mut day = day;
        while self.free_days(civil(day).0).contains(&day) {
            day += 1;
        }
        day
    }

    /// The most that all fees of a case may come to; nothing unless the whole scale is known.
    pub(super) fn most_fee(
        &self,
        recovered: i128,
        day: Day,
        initiated: Option<Day>,
    ) -> Option<i128> {
        let by_initiation = self.word("fee_mrp_date", day) == Some("initiation");
        let mrp_day = initiated.filter(|_| by_initiation).unwrap_or(day);
        let unit = i128::from(self.number("mrp", mrp_day)?) * 100;
        let rates = self.numbers("fee_rates_bp", day)?;
        let bounds: Vec<i128> = self
            .numbers("fee_brackets_mrp", day)?
            .into_iter()
            .map(|it| i128::from(it) * unit)
            .collect();
        let inclusive = self.flag("fee_boundary_inclusive", day)?;
        let mode = self.word("fee_mode", day)?;
        let mut floor = 0;
        for bound in &bounds {
            if *bound <= floor {
                return None;
            }
            floor = *bound;
        }
        if rates.len() != bounds.len() + 1 {
            return None;
        }
        if mode == "flat" {
            let bracket = bounds
                .iter()
                .filter(|bound| if inclusive { recovered > **bound } else { recovered >= **bound });
            return Some(recovered * i128::from(rates[bracket.count()]) / 10_000);
        }
        let mut weighted = 0;
        for (at, rate) in rates.iter().enumerate() {
            let lower = if at == 0 { 0 } else { bounds[at - 1] };
            let upper = bounds.get(at).copied().unwrap_or(i128::MAX);
            weighted += (recovered.min(upper) - lower).max(0) * i128::from(*rate);
        }
        Some(weighted / 10_000)
    }
}

/// A sum in proportion to weights: floors, then a tiyn each to the largest remainders, the earlier of equal ones first.
pub(super) fn divide(total: i128, weights: &[i128]) -> Vec<i128> {
    let all: i128 = weights.iter().sum();
    let mut parts: Vec<i128> = weights.iter().map(|weight| total * weight / all).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| core::cmp::Reverse(total * weights[*at] % all));
    let left = usize::try_from(total - parts.iter().sum::<i128>()).expect("a tiyn a part at most");
    for at in order.into_iter().take(left) {
        parts[at] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_models_arithmetic_follows_the_vectors_of_the_domain_model() {
        assert_eq!(divide(1_000_000, &[400_000, 800_000]), [333_333, 666_667]);
        assert_eq!(divide(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(divide(1_000_001, &[5000, 2500, 2500]), [500_001, 250_000, 250_000]);
        assert_eq!(divide(7, &[3333, 3333, 3334]), [2, 2, 3]);
        assert_eq!(civil(day(2024, 2, 29)), (2024, 2, 29));
        let initial = tamga_state::law::parameters::initial_lines();
        let mut law = Law::default();
        for line in initial {
            law.enter(&line.name, line.from, None, line.value);
        }
        for (sum, flat) in [
            (10_000_000, 2_500_000),
            (25_950_000, 6_487_500),
            (25_950_100, 5_190_020),
            (100_000_000, 20_000_000),
            (432_500_000, 64_875_000),
            (10_000_000_000, 300_000_000),
        ] {
            assert_eq!(law.most_fee(sum, day(2026, 3, 2), None), Some(flat));
        }
        law.enter("fee_mode", day(2026, 3, 1), None, Value::text("marginal"));
        for (sum, marginal) in [
            (10_000_000, 2_500_000),
            (25_950_100, 6_487_520),
            (100_000_000, 21_297_500),
            (432_500_000, 72_660_000),
            (10_000_000_000, 675_410_000),
        ] {
            assert_eq!(law.most_fee(sum, day(2026, 3, 2), None), Some(marginal));
        }
        for (start, months, end) in [
            (day(2026, 12, 31), 2, day(2027, 3, 1)),
            (day(2026, 6, 30), 2, day(2026, 8, 31)),
            (day(2026, 11, 6), 4, day(2027, 3, 9)),
        ] {
            assert_eq!(law.roll(add_months(start, months)), end);
        }
    }
}
