//! Figures as a table and as `summary.json`.

use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

/// Figures in the order they were measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    figures: Vec<Figure>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    limit: Option<f64>,
}

impl Report {
    /// Adds a figure; a limit is what the machine allows, or for latencies what we aim at.
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        limit: Option<f64>,
    ) {
        let name = name.into();
        eprintln!("  {name} = {} {unit}", text(value));
        self.figures.push(Figure { name, value, unit, limit });
    }

    /// Says how a figure came about.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints the table and writes the summary; records per second come first.
    pub(crate) fn finish(mut self, summary: &Path) -> Result<()> {
        self.figures.sort_by_key(|figure| match figure.name.as_str() {
            name if name.starts_with("final_records_per_second") => 0,
            name if name.starts_with("latency") => 1,
            _ => 2,
        });
        let width = self.figures.iter().map(|figure| figure.name.len()).max().unwrap_or_default();
        println!("{:width$}  {:>12}  {:>12}  unit", "name", "value", "limit");
        let mut all = Map::new();
        for Figure { name, value, unit, limit } in self.figures {
            let shown = limit.map_or_else(|| "-".to_owned(), text);
            println!("{name:width$}  {:>12}  {shown:>12}  {unit}", text(value));
            all.insert(
                name,
                json!({ "value": rounded(value), "unit": unit, "limit": limit.map(rounded) }),
            );
        }
        for note in self.notes {
            println!("{note}");
        }
        std::fs::write(summary, serde_json::to_string_pretty(&Value::Object(all))? + "\n")?;
        println!("written to {}", summary.display());
        Ok(())
    }
}

fn rounded(value: f64) -> f64 {
    if value.abs() < 100.0 { (value * 100.0).round() / 100.0 } else { value.round() }
}

fn text(value: f64) -> String {
    if value.abs() < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}
