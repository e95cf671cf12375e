//! Help and wrong calls in the user's language.
//!
//! The English help stands beside each argument. Its translations are in `locales/help.*.ftl`: a message per
//! command, named by its words, with an attribute per argument.

use clap::builder::{PossibleValue, Resettable};
use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, Command};

use crate::error::CliError;
use crate::lang::{Catalogue, Language, Said};

/// The command line with its help in a language.
pub(super) fn localised(mut command: Command, language: Language) -> Command {
    let Some(help) = Catalogue::help(language) else { return command };
    command.build();
    let headings = match language {
        Language::Kk => {
            Headings {
                arguments: "Аргументтер", options: "Параметрлер", commands: "Пәрмендер"
            }
        }
        Language::Ru => {
            Headings {
                arguments: "Аргументы", options: "Параметры", commands: "Команды"
            }
        }
        Language::En => {
            Headings { arguments: "Arguments", options: "Options", commands: "Commands" }
        }
    };
    translate(command, "tamga", &help, &headings)
}

/// Headings of a help, which the parser wants to live as long as the program.
struct Headings {
    arguments: &'static str,
    options: &'static str,
    commands: &'static str,
}

fn translate(command: Command, name: &str, help: &Catalogue, headings: &Headings) -> Command {
    let text = |id: &str| help.text(id, &[]);
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim_start();
    let usage = usage
        .replace("[OPTIONS]", &text("heading-usage.options"))
        .replace("[COMMAND]", &text("heading-usage.command"))
        .replace("<COMMAND>", &text("heading-usage.command"));
    let template = format!(
        "{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}",
        text("heading-usage")
    );
    let mut command = command
        .about(text(name))
        .override_usage(usage)
        .help_template(template)
        .subcommand_help_heading(headings.commands)
        .mut_args(|arg| translate_argument(arg, name, help, headings));
    let names: Vec<String> =
        command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for word in names {
        let name = format!("{name}-{word}");
        command = command.mut_subcommand(word, |command| translate(command, &name, help, headings));
    }
    command
}

fn translate_argument(arg: Arg, command: &str, help: &Catalogue, headings: &Headings) -> Arg {
    let id = arg.get_id().to_string();
    // What every command has is told once.
    let owner = if arg.is_global_set() || id == "help" { "tamga" } else { command };
    let mut text = help.text(&format!("{owner}.{id}"), &[]);
    let mut note = |id: &str, value: String| {
        if !value.is_empty() {
            text.push(' ');
            text.push_str(&help.text(id, &[("value", value)]));
        }
    };
    let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    note("note-default", defaults.collect::<Vec<_>>().join(", "));
    let values = arg.get_possible_values();
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    if arg.get_action().takes_values() {
        note("note-values", values.join(", "));
    }
    let heading = if arg.is_positional() { headings.arguments } else { headings.options };
    arg.help(text)
        .long_help(Resettable::Reset)
        .hide_default_value(true)
        .hide_possible_values(true)
        .help_heading(heading)
}

/// A call that the parser refused.
pub(super) fn wrong_call(error: &clap::Error) -> CliError {
    let of = |kind| error.get(kind).map(ToString::to_string).filter(|text| !text.is_empty());
    let arg = of(ContextKind::InvalidArg).unwrap_or_default();
    let value = of(ContextKind::InvalidValue);
    let said = |id, args: Vec<(&'static str, String)>| {
        let args = args.into_iter().map(|(name, value)| (name, value.into())).collect();
        CliError::usage(Said::message(id, args))
    };
    let kind = error.kind();
    if kind == ErrorKind::UnknownArgument {
        return match of(ContextKind::SuggestedArg) {
            Some(near) => said("usage-unknown-near", vec![("arg", arg), ("near", near)]),
            None => said("usage-unknown", vec![("arg", arg)]),
        };
    }
    if kind == ErrorKind::InvalidSubcommand {
        let name = of(ContextKind::InvalidSubcommand).unwrap_or_default();
        return match of(ContextKind::SuggestedSubcommand) {
            Some(near) => said("usage-unknown-near", vec![("arg", name), ("near", near)]),
            None => said("usage-command", vec![("arg", name)]),
        };
    }
    if kind == ErrorKind::MissingRequiredArgument {
        return said("usage-missing", vec![("arg", arg)]);
    }
    if kind == ErrorKind::ArgumentConflict {
        let other = of(ContextKind::PriorArg).unwrap_or_default();
        if other.is_empty() || other == arg {
            return said("usage-twice", vec![("arg", arg)]);
        }
        return said("usage-conflict", vec![("arg", arg), ("other", other)]);
    }
    match (kind, value) {
        (ErrorKind::InvalidValue, Some(value)) => {
            let values = of(ContextKind::ValidValue).unwrap_or_default();
            said("usage-value", vec![("arg", arg), ("value", value), ("values", values)])
        }
        (ErrorKind::InvalidValue, None) => said("usage-no-value", vec![("arg", arg)]),
        (ErrorKind::ValueValidation, value) => {
            let value = value.unwrap_or_default();
            let source = std::error::Error::source(error).map(ToString::to_string);
            let range = source.as_deref().and_then(|text| text.split_once(" is not in "));
            match range {
                Some((_, range)) => {
                    let range = range.replace("..=", "–");
                    said("usage-range", vec![("arg", arg), ("value", value), ("range", range)])
                }
                None => said("usage-bad", vec![("arg", arg), ("value", value)]),
            }
        }
        (kind, _) => said("usage-other", vec![("detail", format!("{kind} {arg}"))]),
    }
}

#[cfg(test)]
mod tests;
