//! `tamga template`: tables to fill in, and the mappings that read them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::Session;
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::{Language, Said};
use crate::output::Shown;
use crate::template::{ALL, Form, Template as Table, Tongue};
use crate::text;

/// Tables to fill in.
#[derive(Subcommand)]
pub(super) enum Template {
    /// List the templates.
    List,
    /// Write an empty table with notes, and the mapping that reads it.
    Write(Write),
}

/// A table to write.
#[derive(Args)]
pub(super) struct Write {
    /// Name of the template.
    name: String,
    /// File to write.
    #[arg(short, long)]
    out: PathBuf,
    /// Language of the headings; that of messages by default, and Russian where these are English.
    #[arg(long, value_enum)]
    headings: Option<Tongue>,
    /// Form of the table; by the file's name by default.
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Mapping file to write too, for templates that are read through one.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Write an example as the first row; its numbers are impossible.
    #[arg(long)]
    example: bool,
}

pub(super) fn run(command: &Template, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Template::List => {
            list(session);
            Ok(Exit::Success)
        }
        Template::Write(command) => write(command, session),
    }
}

/// The language of templates for that of messages.
fn tongue(session: &Session<'_>) -> Tongue {
    match session.out.messages.language() {
        Language::Kk => Tongue::Kk,
        Language::Ru | Language::En => Tongue::Ru,
    }
}

fn list(session: &mut Session<'_>) {
    for template in ALL {
        let [kk, ru] = template.title;
        let title = match session.out.messages.language() {
            Language::Kk => kk.to_owned(),
            Language::Ru => ru.to_owned(),
            Language::En => session.text(&format!("template-{}", template.name)),
        };
        let columns: Vec<&str> = template.columns.iter().map(|column| column.name).collect();
        let data = json!({
            "name": template.name, "title": { "kk": kk, "ru": ru }, "columns": columns,
            "read_by": template.command, "mapping": template.mapping().is_some(),
        });
        let human = format!("{:<12} {title}\n{:<12} {}", template.name, "", template.command);
        let plain = vec![template.name.to_owned(), template.command.to_owned(), title];
        let shown = Shown { data, human, plain, id: template.name.to_owned() };
        session.out.item("template.list", shown);
    }
}

fn write(command: &Write, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let template = Table::named(&command.name).ok_or_else(|| {
        let known = ALL.map(|template| template.name).join(", ");
        let args = vec![("name", command.name.as_str().into()), ("known", known.into())];
        CliError::usage(Said::message("usage-template", args))
    })?;
    let workbook = command.out.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx"));
    let form = command.format.unwrap_or(if workbook { Form::Xlsx } else { Form::Csv });
    let tongue = command.headings.unwrap_or_else(|| tongue(session));
    let path = command.out.display().to_string();
    let mapping = match (&command.mapping, template.mapping()) {
        (Some(path), _) if *path == command.out => {
            let args =
                vec![("flag", "--mapping".into()), ("path", path.display().to_string().into())];
            return Err(CliError::usage(Said::message("usage-same-file", args)));
        }
        (Some(path), Some(text)) => Some((path, text)),
        (Some(_), None) => return Err(CliError::pointless("--mapping", &command.name)),
        (None, _) => None,
    };
    file::replace(&command.out, &template.write(form, tongue, command.example)?)?;
    if let Some((path, text)) = &mapping {
        file::replace(path, text.as_bytes())?;
    }
    let map = mapping.as_ref().map(|(path, _)| path.display().to_string());
    let words = [template.command, map.as_deref().unwrap_or_default()];
    let words: Vec<String> =
        words.iter().filter(|word| !word.is_empty()).map(|word| (*word).to_owned()).collect();
    let call = format!("{} {}", words.join(" "), text::shell_word(&path));
    let human =
        session.out.messages.text("template-written", &[("path", path.clone()), ("command", call)]);
    let data = json!({ "name": template.name, "file": path, "mapping": map });
    let plain = vec![path.clone(), map.unwrap_or_default()];
    let shown = Shown { data, human, plain, id: path };
    session.out.result("template.write", &shown);
    Ok(Exit::Success)
}
