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

    /// The translated help; the English one stands in the code.
    pub(crate) fn help_source(self) -> Option<&'static str> {
        match self {
            Self::Kk => Some(include_str!("../locales/help.kk.ftl")),
            Self::Ru => Some(include_str!("../locales/help.ru.ftl")),
            Self::En => None,
        }
    }
}

/// What a message is about: told in the user's language when it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// As it stands: a path, an id, a number, or the words of another program.
    Text(String),
    /// A message of the locale files with its values.
    Message(&'static str, Vec<(&'static str, Self)>),
}

impl Said {
    /// The message `id` with its values.
    #[must_use]
    pub fn message(id: &'static str, args: Vec<(&'static str, Self)>) -> Self {
        Self::Message(id, args)
    }

    /// A message without values.
    #[must_use]
    pub fn plain(id: &'static str) -> Self {
        Self::Message(id, Vec::new())
    }

    /// What the operating system says of a file; what often happens, in the user's language.
    #[must_use]
    pub fn io(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let known = [
            (ErrorKind::NotFound, "io-not-found"),
            (ErrorKind::PermissionDenied, "io-denied"),
            (ErrorKind::AlreadyExists, "io-exists"),
            (ErrorKind::IsADirectory, "io-folder"),
            (ErrorKind::StorageFull, "io-full"),
            (ErrorKind::InvalidData, "io-not-text"),
        ];
        let known = known.into_iter().find(|(kind, _)| *kind == error.kind());
        known.map_or_else(|| error.to_string().into(), |(_, id)| Self::plain(id))
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// One locale file.
pub struct Catalogue(FluentBundle<FluentResource>);

impl Catalogue {
    fn new(language: Language, source: &str) -> Self {
        let id: LanguageIdentifier = language.tag().parse().expect("a language tag is valid");
        let resource =
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new(vec![id]);
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).expect("message ids are unique");
        Self(bundle)
    }

    /// The help of the command line; `None` for English, which stands in the code.
    ///
    /// # Panics
    /// When a locale file of this program is malformed, which a test excludes.
    #[must_use]
    pub fn help(language: Language) -> Option<Self> {
        language.help_source().map(|source| Self::new(language, source))
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
        let message = self.0.get_message(name)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            values.set(*name, FluentValue::from(value.as_str()));
        }
        let mut errors = Vec::new();
        Some(self.0.format_pattern(pattern, Some(&values), &mut errors).into_owned())
    }
}

/// The messages of one language.
pub struct Messages {
    language: Language,
    catalogue: Catalogue,
}

impl Messages {
    /// The messages of `language`.
    ///
    /// # Panics
    /// When a locale file of this program is malformed, which a test excludes.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language, catalogue: Catalogue::new(language, language.source()) }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The message `id`, or the id itself when there is none; `id.attribute` reads an attribute.
    #[must_use]
    pub fn text(&self, id: &str, args: &[(&'static str, String)]) -> String {
        self.catalogue.text(id, args)
    }

    /// The message `id` when there is one.
    #[must_use]
    pub fn find(&self, id: &str, args: &[(&'static str, String)]) -> Option<String> {
        self.catalogue.find(id, args)
    }

    /// A text in this language.
    #[must_use]
    pub fn said(&self, said: &Said) -> String {
        match said {
            Said::Text(text) => text.clone(),
            Said::Message(id, args) => self.text(id, &self.all_said(args)),
        }
    }

    /// Values in this language.
    #[must_use]
    pub fn all_said(&self, args: &[(&'static str, Said)]) -> Vec<(&'static str, String)> {
        args.iter().map(|(name, value)| (*name, self.said(value))).collect()
    }

    /// What happened, why, what next, and the code: one line each.
    #[must_use]
    pub fn error(&self, error: &CliError) -> String {
        let args = self.all_said(&error.args);
        let mut lines = vec![self.text(error.id, &args)];
        for part in ["why", "next"] {
            let line = self.find(&format!("{}.{part}", error.id), &args);
            lines.extend(
                line.filter(|line| !line.trim().is_empty()).map(|line| format!("  {line}")),
            );
        }
        lines.push(format!("{}  (tamga explain {})", error.code, error.code));
        lines.join("\n")
    }
}

#[cfg(test)]
pub(crate) mod tests;
