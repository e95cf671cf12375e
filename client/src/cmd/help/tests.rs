use std::collections::BTreeSet;

use clap::CommandFactory;

use super::*;
use crate::cmd::Cli;
use crate::lang::tests::keys_of;

/// Every command by its words, and every argument of it that has help.
fn wanted() -> BTreeSet<String> {
    fn walk(command: &Command, name: &str, into: &mut BTreeSet<String>) {
        into.insert(name.to_owned());
        for arg in command.get_arguments() {
            let common = arg.is_global_set() || arg.get_id() == "help";
            let owner = if common { "tamga" } else { name };
            into.insert(format!("{owner}.{}", arg.get_id()));
        }
        for sub in command.get_subcommands() {
            walk(sub, &format!("{name}-{}", sub.get_name()), into);
        }
    }
    let mut command = Cli::command();
    command.build();
    let mut wanted = BTreeSet::new();
    walk(&command, "tamga", &mut wanted);
    wanted
}

#[test]
fn every_command_and_argument_is_explained_in_every_language() {
    let notes = [
        "heading-usage",
        "heading-usage.options",
        "heading-usage.command",
        "note-default",
        "note-values",
    ];
    let mut wanted = wanted();
    wanted.extend(notes.map(str::to_owned));
    for language in [Language::Kk, Language::Ru] {
        let found = keys_of(language.help_source().unwrap());
        let missing: Vec<_> = wanted.difference(&found).collect();
        let stale: Vec<_> = found.difference(&wanted).collect();
        assert!(missing.is_empty() && stale.is_empty(), "{language:?}: {missing:?}, {stale:?}");
    }
}

#[test]
fn translated_help_has_no_english_words() {
    fn walk(command: &Command, texts: &mut Vec<String>) {
        texts.push(command.clone().render_help().to_string());
        texts.push(command.clone().render_long_help().to_string());
        command.get_subcommands().for_each(|sub| walk(sub, texts));
    }
    for language in [Language::Kk, Language::Ru] {
        let mut texts = Vec::new();
        walk(&localised(Cli::command(), language), &mut texts);
        assert!(texts.len() > 40);
        for text in texts {
            for word in
                ["Usage", "Options", "Arguments", "Commands", "Print", "default", "possible"]
            {
                assert!(!text.contains(word), "{word} in\n{text}");
            }
        }
    }
}

#[test]
fn english_help_is_that_of_the_code() {
    let help = localised(Cli::command(), Language::En).render_help().to_string();
    assert!(help.contains("Usage: tamga") && help.contains("Print ids only"), "{help}");
}
