//! Messages in Kazakh, Russian and English from the Fluent files in `locales/`.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::error::CliError;

/// A language of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Kazakh.
    Kk,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// Two-letter code.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language of a `LANG` value or a tag; `None` for other languages.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let start = tag.get(..2)?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(start))
    }

    fn source(self) -> &'static str {
        match self {
            Self::Kk => include_str!("../locales/kk.ftl"),
            Self::Ru => include_str!("../locales/ru.ftl"),
            Self::En => include_str!("../locales/en.ftl"),
        }
    }
}

/// The messages of one language.
pub struct Messages {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Messages {
    /// The messages of `language`.
    ///
    /// # Panics
    /// When a locale file of this program is malformed, which a test excludes.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let id: LanguageIdentifier = language.tag().parse().expect("a language tag is valid");
        let resource = FluentResource::try_new(language.source().to_owned())
            .unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new(vec![id]);
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).expect("message ids are unique");
        Self { language, bundle }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The message `id`, or the id itself when there is none; `id.attribute` reads an attribute.
    #[must_use]
    pub fn text(&self, id: &str, args: &[(&'static str, String)]) -> String {
        self.find(id, args).unwrap_or_else(|| id.to_owned())
    }

    /// The message `id` when there is one.
    #[must_use]
    pub fn find(&self, id: &str, args: &[(&'static str, String)]) -> Option<String> {
        let (name, attribute) =
            id.split_once('.').map_or((id, None), |(name, rest)| (name, Some(rest)));
        let message = self.bundle.get_message(name)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            values.set(*name, FluentValue::from(value.as_str()));
        }
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
    }

    /// What happened, why, what next, and the code: one line each.
    #[must_use]
    pub fn error(&self, error: &CliError) -> String {
        let mut lines = vec![self.text(error.id, &error.args)];
        for part in ["why", "next"] {
            let line = self.find(&format!("{}.{part}", error.id), &error.args);
            lines.extend(
                line.filter(|line| !line.trim().is_empty()).map(|line| format!("  {line}")),
            );
        }
        lines.push(format!("{}  (tamga explain {})", error.code, error.code));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests;
