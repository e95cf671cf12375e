//! The one registry of stable codes of the whole system (spec §17): rules, formats, HTTP, tools.
//!
//! A code is never renumbered or reused. Each has a row: number, slug, HTTP
//! status, whether a retry may help, and title and remedy in Kazakh, Russian and English.

use core::fmt;

use tamga_format::error::{FormatCode, FormatError};

use crate::view::ViewError;

mod table;
pub use table::Code;

/// A text in the three languages of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Kazakh.
    pub kk: &'static str,
    /// Russian.
    pub ru: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text in a language given by its two-letter code; English for any other.
    #[must_use]
    pub fn in_language(&self, language: &str) -> &'static str {
        match language {
            "kk" => self.kk,
            "ru" => self.ru,
            _ => self.en,
        }
    }
}

/// What is known of a code (spec §17.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The number after `TMG-`.
    pub number: u16,
    /// The stable name, in kebab case.
    pub slug: &'static str,
    /// HTTP status of an answer with this code; 0 for codes of the tools, which HTTP never sends.
    pub http: u16,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What happened.
    pub title: Text,
    /// What to do.
    pub remedy: Text,
}

impl Code {
    /// The code with a slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.info().slug == slug)
    }

    /// The code written `TMG-4120`, `tmg-4120` or `4120`.
    #[must_use]
    pub fn from_number(text: &str) -> Option<Self> {
        let digits = match text.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("tmg-") => text.get(4..)?,
            _ => text,
        };
        let number: u16 = digits.parse().ok()?;
        Self::ALL.iter().copied().find(|code| code.info().number == number)
    }

    /// The code under which a refusal of the formats is reported (spec §17.2).
    #[must_use]
    pub fn of_format(code: FormatCode) -> Self {
        match code {
            FormatCode::SignatureInvalid | FormatCode::SignatureKey => Self::BadSignature,
            FormatCode::KeyNotPoint
            | FormatCode::KeyNotCanonical
            | FormatCode::KeySmallOrder
            | FormatCode::KeyTorsion => Self::KeyNotAdmissible,
            FormatCode::RecordTooLong | FormatCode::BodyTooLong => Self::PayloadTooLarge,
            FormatCode::BodyCommitment => Self::BodyMismatch,
            FormatCode::BodyMissing | FormatCode::BodyUnexpected => Self::BodyPresence,
            FormatCode::AmountOverflow => Self::AmountOutOfRange,
            _ => Self::FormatInvalid,
        }
    }
}

/// `TMG-4120`.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TMG-{:04}", self.info().number)
    }
}

/// Why a record is refused (spec §17.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The stable code, with its title and remedy.
    pub code: Code,
    /// JSON pointer into the record: `/fields/act_date`, `/subjects/2`, `/body/amount`.
    pub pointer: String,
    /// What is wrong here, in English, without confidential values.
    pub detail: String,
}

impl Rejection {
    /// A rejection.
    #[must_use]
    pub fn new(code: Code, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { code, pointer: pointer.into(), detail: detail.into() }
    }

    /// Whether the view failed: the replica must stop, and the record is not judged.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.code == Code::StateUnreadable
    }
}

impl From<ViewError> for Rejection {
    fn from(error: ViewError) -> Self {
        let code = match error {
            ViewError::ChangedSince(_) => Code::BaseOutdated,
            ViewError::Store(_) | ViewError::Corrupt(_) | ViewError::PrivateMissing(_) => {
                Code::StateUnreadable
            }
        };
        Self::new(code, "", error.to_string())
    }
}

impl From<FormatError> for Rejection {
    fn from(error: FormatError) -> Self {
        Self::new(Code::of_format(error.code), "", error.to_string())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.code.info();
        write!(f, "{} {}", self.code, info.slug)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        write!(f, ": {}; {}", self.detail, info.remedy.en)
    }
}

impl core::error::Error for Rejection {}

#[cfg(test)]
mod tests;
