//! Where results and messages go: data to stdout, everything else to stderr.

use std::io::Write;

use serde_json::{Map, Value, json};

use crate::error::CliError;
use crate::lang::Messages;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Human,
    /// One line per result, columns separated by tabs; their number and order are stable.
    Plain,
    /// One JSON object per call.
    Json,
    /// One JSON object per item, then one for the whole if it says more.
    Ndjson,
    /// Ids only.
    Quiet,
}

/// One result in every form.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The fields of its JSON object.
    pub data: Value,
    /// Its text for people.
    pub human: String,
    /// Its columns.
    pub plain: Vec<String>,
    /// Its id.
    pub id: String,
}

/// The two streams and the form of what goes into them.
pub struct Output<'io> {
    stdout: &'io mut dyn Write,
    stderr: &'io mut dyn Write,
    form: Form,
    colour: bool,
    /// Items of a list that is printed as one object at its end.
    items: Vec<Value>,
    /// Whether stderr is a terminal, so that progress may be drawn.
    pub terminal: bool,
    /// The user's language.
    pub messages: Messages,
}

/// A colour of the terminal, used for verdicts only.
#[derive(Clone, Copy, Debug)]
pub enum Colour {
    /// Verified.
    Green,
    /// Does not match.
    Red,
    /// Cannot check, pending.
    Yellow,
}

impl<'io> Output<'io> {
    /// Streams, form and language of one call.
    pub fn new(
        stdout: &'io mut dyn Write,
        stderr: &'io mut dyn Write,
        form: Form,
        colour: bool,
        messages: Messages,
    ) -> Self {
        Self { stdout, stderr, form, colour, items: Vec::new(), terminal: false, messages }
    }

    /// The form asked for.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Prints the one result of a command.
    pub fn result(&mut self, command: &str, shown: &Shown) {
        match self.form {
            Form::Human => self.print(&shown.human),
            Form::Plain => self.print(&columns(&shown.plain)),
            Form::Json | Form::Ndjson => self.print(&object(command, &shown.data).to_string()),
            Form::Quiet => self.print(&shown.id),
        }
    }

    /// Prints an item of a list as soon as it is there, or keeps it for the one object of the list.
    pub fn item(&mut self, schema: &str, shown: Shown) {
        match self.form {
            Form::Json => self.items.push(shown.data),
            Form::Human | Form::Plain | Form::Ndjson | Form::Quiet => self.result(schema, &shown),
        }
    }

    /// Ends a list: as one object its items stand under `name`; otherwise the list's own fields follow, and for
    /// people its text.
    pub fn end_list(&mut self, command: &str, name: &str, mut list: Shown) {
        let has_fields = list.data.as_object().is_some_and(|fields| !fields.is_empty());
        match self.form {
            Form::Human => self.print(&list.human),
            Form::Ndjson if has_fields => self.result(command, &list),
            Form::Json => {
                let items = Value::Array(std::mem::take(&mut self.items));
                if !has_fields {
                    list.data = json!({});
                }
                if let Some(fields) = list.data.as_object_mut() {
                    fields.insert(name.to_owned(), items);
                }
                self.result(command, &list);
            }
            Form::Ndjson | Form::Plain | Form::Quiet => {}
        }
    }

    /// Prints text to stdout as it stands, with a line end when it has none.
    pub fn print(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let end = if text.ends_with('\n') { "" } else { "\n" };
        // A closed pipe is the reader's choice, not a failure of the command.
        drop(write!(self.stdout, "{text}{end}").and_then(|()| self.stdout.flush()));
    }

    /// Tells something on stderr, unless only ids are wanted.
    pub fn tell(&mut self, text: &str) {
        if self.form != Form::Quiet {
            drop(writeln!(self.stderr, "{text}"));
        }
    }

    /// Tells the message `id` on stderr.
    pub fn tell_message(&mut self, id: &str, args: &[(&'static str, String)]) {
        let text = self.messages.text(id, args);
        self.tell(&text);
    }

    /// Tells a failure: text on stderr, and with JSON output an object on stdout.
    pub fn fail(&mut self, error: &CliError) {
        let text = self.messages.error(error);
        if matches!(self.form, Form::Json | Form::Ndjson) {
            let data = json!({
                "code": error.code,
                "exit": error.exit.number(),
                "message": self.messages.text(error.id, &self.messages.all_said(&error.args)),
            });
            self.print(&object("error", &data).to_string());
        }
        drop(writeln!(self.stderr, "{text}"));
    }

    /// The text in a colour, where colours are wanted.
    #[must_use]
    pub fn paint(&self, colour: Colour, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let number = match colour {
            Colour::Green => 32,
            Colour::Red => 31,
            Colour::Yellow => 33,
        };
        format!("\u{1b}[{number}m{text}\u{1b}[0m")
    }
}

/// An object with the name of its schema.
fn object(command: &str, data: &Value) -> Value {
    let mut object = Map::new();
    object.insert("schema".to_owned(), json!(format!("tamga.cli.{command}/1")));
    if let Value::Object(fields) = data {
        object.extend(fields.clone());
    }
    Value::Object(object)
}

/// One line of columns; what would break the line or the columns becomes a space.
fn columns(values: &[String]) -> String {
    let clean = |value: &String| value.replace(['\t', '\n', '\r'], " ");
    values.iter().map(clean).collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests;
