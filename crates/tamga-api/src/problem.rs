//! Error answers: RFC 9457 problem details built from the one registry of codes (spec §20.3).

use serde::{Deserialize, Serialize};
use tamga_state::codes::{Code, Rejection};
use utoipa::ToSchema;

/// Media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A language of human-readable texts; codes and field names are never translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Kazakh.
    Kk,
    /// Russian.
    Ru,
    /// English, also for requests that ask for another.
    #[default]
    En,
}

impl Language {
    /// The two-letter code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The best of an `Accept-Language` header; of equals, the first.
    #[must_use]
    pub fn accept(header: &str) -> Self {
        let mut best = (Self::default(), 0);
        for range in header.split(',').take(16) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let language = match tag.split('-').next().unwrap_or_default() {
                "kk" | "KK" | "Kk" => Self::Kk,
                "ru" | "RU" | "Ru" => Self::Ru,
                "en" | "EN" | "En" | "*" => Self::En,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, weight);
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }
}

/// A quality value in thousandths.
fn weight(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u32>()) {
        ("1", _) => 1000,
        ("0", Ok(thousandths)) => thousandths,
        _ => 0,
    }
}

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:tamga:problem:` and the code's slug.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in the language of the request.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong here.
    pub detail: String,
    /// What to do, in the language of the request.
    pub remedy: String,
    /// Stable code, `TMG-4120`; `tamga explain` tells more.
    pub code: String,
    /// The same request may succeed later.
    pub retryable: bool,
    /// Seconds after which to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Path of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Id of the request, for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// With `sequence-conflict`: the id to name in `after` instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_record: Option<String>,
    /// The fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the record or the request.
    pub pointer: String,
    /// The code's slug.
    pub code: String,
    /// What is wrong with it.
    pub detail: String,
    /// What to do.
    pub hint: String,
}

impl Problem {
    /// The problem that tells of a rejection.
    #[must_use]
    pub fn new(rejection: &Rejection, language: Language) -> Self {
        let info = rejection.code.info();
        let remedy = info.remedy.in_language(language.code()).to_owned();
        let mut errors = Vec::new();
        if !rejection.pointer.is_empty() {
            errors.push(FieldError {
                pointer: rejection.pointer.clone(),
                code: info.slug.to_owned(),
                detail: rejection.detail.clone(),
                hint: remedy.clone(),
            });
        }
        Self {
            kind: format!("urn:tamga:problem:{}", info.slug),
            title: info.title.in_language(language.code()).to_owned(),
            status: info.http,
            detail: rejection.detail.clone(),
            remedy,
            code: rejection.code.to_string(),
            retryable: info.retryable,
            retry_after: None,
            instance: None,
            request_id: None,
            last_record: None,
            errors,
        }
    }

    /// The code, if this program knows it.
    #[must_use]
    pub fn known_code(&self) -> Option<Code> {
        Code::from_number(&self.code)
    }
}

#[cfg(test)]
mod tests;
