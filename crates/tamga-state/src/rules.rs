//! Which rules these are: one hash over their version and their data tables (spec §14.6).

use core::fmt::Write as _;
use std::sync::OnceLock;

use tamga_format::id::{RulesHash, sha256, tag};

use crate::catalogue::{COMMON, Field, GROUNDS, Ground, Kind, MeasureRule, TransferReason};
use crate::enforcement::assignment::{ALGORITHM_VERSION, Exclusion};
use crate::law::parameters::Name;
use crate::law::priority::ORDERS;
use crate::matrix::{MATRIX, MATRIX_VERSION};

/// Version of the code of the rules; it changes whenever a record could be judged differently.
pub const RULES_VERSION: u32 = 7;

/// The hash that block leaves name: the version and every table the rules read.
#[must_use]
pub fn rules_hash() -> RulesHash {
    // Every block asks, and the tables never change.
    static HASH: OnceLock<RulesHash> = OnceLock::new();
    *HASH.get_or_init(|| RulesHash(sha256(&[tag::RULES, description().as_bytes()])))
}

/// The tables as text, one line for each row; auditors may compare them by eye.
#[must_use]
pub fn description() -> String {
    let mut text = format!("rules {RULES_VERSION}\nmatrix {MATRIX_VERSION}\n");
    for row in MATRIX {
        // Writing to a string can't fail.
        let _infallible = writeln!(text, "{row}");
    }
    let reasons = Exclusion::NAMES.join("|");
    let _infallible = writeln!(text, "draw {ALGORITHM_VERSION} {reasons}");
    for ground in GROUNDS {
        let Ground { code, family, basis, from, to } = ground;
        let _infallible = writeln!(text, "ground {code} {family:?} {basis} {from} {to:?}");
    }
    for (category, orders) in ORDERS {
        let _infallible = writeln!(text, "claim {category} {orders:?}");
    }
    for rule in MeasureRule::ALL {
        let _infallible = writeln!(text, "measure {rule:?}");
    }
    for reason in TransferReason::ALL {
        let (name, until) = (reason.name(), reason.until());
        let decision = reason.needs_decision();
        let _infallible = writeln!(text, "transfer {name} {until:?} {decision}");
    }
    describe_fields(&mut text, "common", COMMON);
    for kind in Kind::ALL {
        let info = kind.info();
        let authors: Vec<&str> = info.authors.iter().map(|role| role.name()).collect();
        let _infallible = writeln!(
            text,
            "{} {} {} {:?} {}",
            info.kind.number(),
            info.code,
            info.primary.name(),
            info.parts,
            authors.join("|")
        );
        describe_fields(&mut text, "field", info.fields);
        describe_fields(&mut text, "body", info.body);
    }
    for name in Name::ALL {
        let info = name.info();
        let _infallible =
            writeln!(text, "parameter {} {:?} {}", name.name(), info.form, info.is_mandatory());
    }
    text
}

fn describe_fields(text: &mut String, place: &str, fields: &[Field]) {
    for field in fields {
        let Field { number, name, ty, class, required } = field;
        let _infallible = writeln!(text, "{place} {number} {name} {ty:?} {class:?} {required}");
    }
}
