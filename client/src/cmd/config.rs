//! `tamga config show`: the settings of a call, and where each comes from.

use clap::{Args, Subcommand};
use serde_json::json;

use super::Session;
use crate::config::{Origin, Setting};
use crate::error::{CliError, Exit};
use crate::output::Shown;

/// Settings.
#[derive(Subcommand)]
pub(super) enum Config {
    /// Show every setting as this call would use it.
    Show(Show),
}

/// What to show of the settings.
#[derive(Args)]
pub(super) struct Show {
    /// Show where each value comes from.
    #[arg(long)]
    origin: bool,
}

/// A setting as text; a secret is only said to be set.
struct Line {
    name: &'static str,
    value: Option<String>,
    origin: Option<Origin>,
}

impl Line {
    fn of<T>(
        name: &'static str,
        setting: Option<&Setting<T>>,
        show: impl Fn(&T) -> String,
    ) -> Self {
        let value = setting.map(|setting| show(&setting.value));
        Self { name, value, origin: setting.map(|setting| setting.origin.clone()) }
    }
}

pub(super) fn run(command: &Config, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let Config::Show(show) = command;
    let config = &session.config;
    let secret = |_: &String| session.text("config-secret");
    let lines = [
        Line::of("profile", config.profile.as_ref(), String::clone),
        Line::of("url", config.url.as_ref(), String::clone),
        Line::of("nodes", config.nodes.as_ref(), |nodes| nodes.join(" ")),
        Line::of("devnet", config.devnet.as_ref(), |path| path.display().to_string()),
        Line::of("policy", config.policy.as_ref(), |path| path.display().to_string()),
        Line::of("key", config.key.as_ref(), String::clone),
        Line::of("token", config.token.as_ref(), secret),
        Line::of("passphrase", config.passphrase.as_ref(), secret),
        Line::of("portal", config.portal.as_ref(), String::clone),
        Line::of("lang", Some(&config.language), |language| language.tag().to_owned()),
        Line::of("keys", Some(&config.keys_dir), |path| path.display().to_string()),
        Line::of("state", config.state_dir.as_ref(), |path| path.display().to_string()),
    ];
    for Line { name, value, origin } in lines {
        let from = origin.as_ref().filter(|_| show.origin).map(|origin| told(origin, session));
        let text = value.clone().unwrap_or_else(|| session.text("config-not-set"));
        let from_text = from.as_ref().map(|from| format!("  ({from})")).unwrap_or_default();
        let mut data = json!({ "setting": name, "value": value });
        let mut plain = vec![name.to_owned(), value.unwrap_or_default()];
        if let (true, Some(fields)) = (show.origin, data.as_object_mut()) {
            let word = origin.as_ref().map(named);
            fields.insert("origin".to_owned(), json!(word));
            plain.push(word.unwrap_or_default());
        }
        let human = format!("{name:<11} {text}{from_text}");
        let shown = Shown { data, human, plain, id: name.to_owned() };
        session.out.item("config.setting", shown);
    }
    session.out.end_list("config.show", "settings", Shown::default());
    Ok(Exit::Success)
}

/// An origin for programs: the same in every language.
fn named(origin: &Origin) -> String {
    match origin {
        Origin::Flag(name) | Origin::Variable(name) => (*name).to_owned(),
        Origin::File(path, None) => path.display().to_string(),
        Origin::File(path, Some(profile)) => format!("{}#profile.{profile}", path.display()),
        Origin::Devnet => "devnet".to_owned(),
        Origin::BuiltIn => "built-in".to_owned(),
    }
}

fn told(origin: &Origin, session: &Session<'_>) -> String {
    let text = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let path = |path: &std::path::Path| ("path", path.display().to_string());
    match origin {
        Origin::Flag(name) => text("config-flag", &[("name", (*name).to_owned())]),
        Origin::Variable(name) => text("config-variable", &[("name", (*name).to_owned())]),
        Origin::File(file, None) => text("config-file", &[path(file)]),
        Origin::File(file, Some(profile)) => {
            text("config-profile", &[path(file), ("profile", profile.clone())])
        }
        Origin::Devnet => text("config-devnet", &[]),
        Origin::BuiltIn => text("config-built-in", &[]),
    }
}
