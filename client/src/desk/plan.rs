//! The plan of a distribution, as an organisation writes it (TOML or JSON).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tamga_api::draft::parse_subject;
use tamga_format::id::SubjectId;
use tamga_format::lines::Hold;
use tamga_format::subject::Role;
use tamga_state::catalogue::DEDUCTION_KINDS;
use tamga_state::status::{Batch, RightCategories, RightCategory, Weighting};

use crate::error::CliError;
use crate::lang::Said;
use crate::text;

/// A plan as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    weighting: String,
    right_categories: Vec<String>,
    usage: Vec<String>,
    #[serde(default)]
    deductions: BTreeMap<String, i64>,
    #[serde(default)]
    undistributed: i64,
    document_hash: Option<String>,
    tax: Option<TaxFile>,
    #[serde(default)]
    minimum: i64,
    #[serde(default)]
    levies: LevyRule,
    #[serde(default)]
    hold: Vec<HoldFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxFile {
    rule: String,
    rate_bp: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldFile {
    rightsholder: Option<String>,
    work: Option<String>,
    reason: String,
}

/// What is done with royalties on which a bailiff levied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LevyRule {
    /// They may be paid, with the bailiff's part (spec §23.11).
    #[default]
    Pay,
    /// They are held.
    Hold,
}

/// By which rule tax is withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    /// The rule's name.
    pub rule: String,
    /// Basis points of what is paid.
    pub rate_bp: i64,
}

impl Tax {
    /// The tax on a sum above 0, to the whole tiyn, what is less left to the rightsholder.
    #[must_use]
    pub fn of(&self, amount: i64) -> i64 {
        let product = i128::from(amount) * i128::from(self.rate_bp) / 10_000;
        i64::try_from(product).unwrap_or_default()
    }
}

/// How a pool is to be distributed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// By what it is divided.
    pub weighting: Weighting,
    /// The categories of rights in which the usage is consumed.
    pub categories: RightCategories,
    /// The batches of uses.
    pub usage: Vec<SubjectId>,
    /// What is kept, by kind, in the order of the catalogue.
    pub deductions: [i64; 4],
    /// What is not distributed yet.
    pub undistributed: i64,
    /// Hash of the document behind another deduction.
    pub document_hash: Option<[u8; 32]>,
    /// The tax, if payouts are to be tried or made.
    pub tax: Option<Tax>,
    /// Below this sum a rightsholder is not paid.
    pub minimum: i64,
    /// What is done with royalties that are levied on.
    pub levies: LevyRule,
    /// What is held, by rightsholder.
    pub held_rightsholders: BTreeMap<SubjectId, Hold>,
    /// What is held, by work.
    pub held_works: BTreeMap<SubjectId, Hold>,
}

impl Plan {
    /// Reads a plan file.
    ///
    /// # Errors
    /// When it can't be read, or says something that is none of a plan.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
        Self::parse(&text)
            .map_err(|detail| CliError::unreadable(path.display().to_string(), detail))
    }

    /// The plan in a text.
    ///
    /// # Errors
    /// What is wrong.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let file: File = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| Said::from(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| Said::from(error.message()))?
        };
        let bad = |field: &str, value: &str| {
            let args = vec![("field", field.into()), ("value", value.into())];
            Said::message("detail-plan", args)
        };
        let id = |field: &str, role: Role, text: &str| {
            let parsed = parse_subject(text).ok().filter(|subject| subject.role == role);
            parsed.map(|subject| subject.id).ok_or_else(|| bad(field, text))
        };
        let categories: Option<Vec<RightCategory>> =
            file.right_categories.iter().map(|it| RightCategory::from_name(it)).collect();
        let categories = categories.and_then(|it| RightCategories::new(&it));
        let written = || bad("right_categories", &file.right_categories.join(", "));
        let mut deductions = [0_i64; 4];
        for (kind, amount) in &file.deductions {
            let at = DEDUCTION_KINDS.iter().position(|known| known == kind);
            match at.and_then(|at| deductions.get_mut(at)) {
                Some(slot) if *amount >= 0 => *slot = *amount,
                _ => return Err(bad("deductions", &format!("{kind} = {amount}"))),
            }
        }
        for (field, amount) in [("undistributed", file.undistributed), ("minimum", file.minimum)] {
            if amount < 0 {
                return Err(bad(field, &amount.to_string()));
            }
        }
        let mut usage = Vec::new();
        for batch in &file.usage {
            let batch_id = id("usage", Role::Batch, batch)?;
            if usage.contains(&batch_id) || usage.len() >= Batch::NAMED_MAX {
                return Err(bad("usage", batch));
            }
            usage.push(batch_id);
        }
        let document_hash = match &file.document_hash {
            None => None,
            Some(hex) => Some(text::parse_hex32(hex).ok_or_else(|| bad("document_hash", hex))?),
        };
        let tax = match file.tax {
            None => None,
            Some(tax) if (0..=10_000).contains(&tax.rate_bp) => {
                Some(Tax { rule: tax.rule, rate_bp: tax.rate_bp })
            }
            Some(tax) => return Err(bad("tax.rate_bp", &tax.rate_bp.to_string())),
        };
        let (mut held_rightsholders, mut held_works) = (BTreeMap::new(), BTreeMap::new());
        for rule in &file.hold {
            let reason = Hold::from_name(&rule.reason);
            let reason = reason.ok_or_else(|| bad("hold.reason", &rule.reason))?;
            match (&rule.rightsholder, &rule.work) {
                (Some(text), None) => {
                    held_rightsholders
                        .insert(id("hold.rightsholder", Role::Rightsholder, text)?, reason);
                }
                (None, Some(text)) => {
                    held_works.insert(id("hold.work", Role::Work, text)?, reason);
                }
                _ => return Err(bad("hold", &rule.reason)),
            }
        }
        Ok(Self {
            weighting: Weighting::from_name(&file.weighting)
                .ok_or_else(|| bad("weighting", &file.weighting))?,
            categories: categories.ok_or_else(written)?,
            usage,
            deductions,
            undistributed: file.undistributed,
            document_hash,
            tax,
            minimum: file.minimum,
            levies: file.levies,
            held_rightsholders,
            held_works,
        })
    }

    /// What is kept in all.
    #[must_use]
    pub fn deducted(&self) -> i64 {
        self.deductions.iter().fold(0_i64, |sum, amount| sum.saturating_add(*amount))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"
weighting = "SECONDS"
right_categories = ["PR"]
usage = []
undistributed = 5
minimum = 100
[deductions]
COLLECTION_COST = 250
[tax]
rule = "income-10"
rate_bp = 1000
"#;

    #[test]
    fn a_plan_is_the_same_in_toml_and_json_and_every_wrong_word_is_found() {
        let plan = Plan::parse(PLAN).unwrap();
        assert_eq!((plan.deductions, plan.undistributed, plan.minimum), ([250, 0, 0, 0], 5, 100));
        assert_eq!(plan.tax.as_ref().unwrap().of(1_009), 100);
        let value: toml::Value = toml::from_str(PLAN).unwrap();
        assert_eq!(Plan::parse(&serde_json::to_string(&value).unwrap()).unwrap(), plan);
        for (right, wrong) in [
            ("SECONDS", "MINUTES"),
            ("\"PR\"", "\"PR\", \"PR\""),
            ("\"PR\"", "\"XX\""),
            ("COLLECTION_COST", "COSTS"),
            ("= 250", "= -250"),
            ("= 5", "= -5"),
            ("rate_bp = 1000", "rate_bp = 10001"),
            ("usage = []", "usage = [\"work:AAAA\"]"),
            ("minimum", "minimun"),
        ] {
            assert!(Plan::parse(&PLAN.replace(right, wrong)).is_err(), "{wrong}");
        }
    }
}
