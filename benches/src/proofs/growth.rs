//! Figures side by side, with how they grow.

use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

/// Figures of ledgers of several sizes.
#[derive(Debug, Default)]
pub(super) struct Growth {
    sizes: Vec<u64>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    unit: &'static str,
    limit: Limit,
    /// By size, in their order; absent where it was not measured.
    values: Vec<Option<f64>>,
}

/// What is aimed at (design, numbers to reach).
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    /// Nothing is said of it.
    None,
    /// Not more, at the largest size.
    AtMost(f64),
    /// Not less, at the largest size.
    AtLeast(f64),
}

/// The figures of one size.
#[derive(Debug)]
pub(super) struct Column<'g> {
    growth: &'g mut Growth,
    at: usize,
}

impl Growth {
    /// The figures of the next size.
    pub(super) fn column(&mut self, size: u64) -> Column<'_> {
        self.sizes.push(size);
        for row in &mut self.rows {
            row.values.push(None);
        }
        let at = self.sizes.len() - 1;
        eprintln!("{size} records");
        Column { growth: self, at }
    }

    /// Prints the table and writes the summary.
    pub(super) fn finish(self, summary: &Path) -> Result<()> {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
        let mut head = format!("{:width$}", "figure");
        for size in &self.sizes {
            head.push_str(&format!("  {size:>12}"));
        }
        for pair in self.sizes.windows(2) {
            let growth = format!("per x{}", pair[1] / pair[0].max(1));
            head.push_str(&format!("  {growth:>12}"));
        }
        println!("{head}  {:>10}       unit", "limit");
        let mut all = Map::new();
        for row in &self.rows {
            let mut line = format!("{:width$}", row.name);
            for value in &row.values {
                line.push_str(&format!("  {:>12}", value.map_or("-".to_owned(), text)));
            }
            for pair in row.values.windows(2) {
                let ratio = pair[0].zip(pair[1]).map(|(before, after)| after / before);
                line.push_str(&format!("  {:>12}", ratio.map_or("-".to_owned(), text)));
            }
            let last = row.values.iter().rev().find_map(|value| *value).unwrap_or_default();
            let (limit, holds) = match row.limit {
                Limit::None => ("-".to_owned(), ""),
                Limit::AtMost(most) => (text(most), if last <= most { "ok" } else { "OVER" }),
                Limit::AtLeast(least) => (text(least), if last >= least { "ok" } else { "UNDER" }),
            };
            println!("{line}  {limit:>10} {holds:>5}  {}", row.unit);
            let values = self.sizes.iter().zip(&row.values);
            let values: Map<String, Value> =
                values.map(|(size, value)| (size.to_string(), json!(value))).collect();
            all.insert(row.name.clone(), json!({ "unit": row.unit, "values": values }));
        }
        std::fs::write(summary, serde_json::to_string_pretty(&Value::Object(all))? + "\n")?;
        println!("written to {}", summary.display());
        Ok(())
    }
}

impl Column<'_> {
    /// Adds a figure.
    pub(super) fn add(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        limit: Limit,
    ) {
        let name = name.into();
        eprintln!("  {name} = {} {unit}", text(value));
        let Growth { sizes, rows } = self.growth;
        let at = rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
            rows.push(Row { name, unit, limit, values: vec![None; sizes.len()] });
            rows.len() - 1
        });
        rows[at].values[self.at] = Some(value);
    }
}

fn text(value: f64) -> String {
    if value.abs() < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}
