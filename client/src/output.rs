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
    /// One JSON object per result.
    Json,
    /// Ids only.
    Quiet,
}

/// The two streams and the form of what goes into them.
pub struct Output<'io> {
    stdout: &'io mut dyn Write,
    stderr: &'io mut dyn Write,
    form: Form,
    colour: bool,
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
        Self { stdout, stderr, form, colour, terminal: false, messages }
    }

    /// The form asked for.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Prints one result: its JSON with the schema's name, its text, or its id.
    pub fn result(&mut self, command: &str, data: Value, human: &str, id: &str) {
        match self.form {
            Form::Human => self.print(human),
            Form::Quiet => self.print(id),
            Form::Json => {
                let mut object = Map::new();
                object.insert("schema".to_owned(), json!(format!("tamga.cli.{command}/1")));
                if let Value::Object(fields) = data {
                    object.extend(fields);
                }
                self.print(&Value::Object(object).to_string());
            }
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
        if self.form == Form::Json {
            let data = json!({
                "code": error.code,
                "exit": error.exit.number(),
                "message": self.messages.text(error.id, &error.args),
            });
            self.result("error", data, "", "");
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
