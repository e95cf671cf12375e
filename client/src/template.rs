//! Empty tables for people to fill in, in Kazakh and Russian, and the mappings that read them.
//!
//! A template's columns have a name of their own, which mappings use, and headings in both languages; a table is read under
//! any of the three. Words that cells may hold, such as those for spheres, are known in both languages and by code.

use std::collections::BTreeMap;

use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::error::CliError;
use crate::import::table::Aliases;
use crate::royalty::name::normalised;

mod columns;
mod contracts;
mod words;

pub use columns::{PARTIES, USAGE, WORKS};
pub use contracts::{COLLECTIONS, LICENCES, MANDATES};
pub use words::ROLES;

/// What a line of a text begins with that is a note and no row.
pub const COMMENT: u8 = b'#';
/// Separator of columns: what spreadsheets in both languages write.
const DELIMITER: u8 = b';';
/// Most characters that a workbook's list of choices may have.
const CHOICES_MAX: usize = 255;
/// Rows of a workbook that are prepared for filling in.
const ROWS: u32 = 10_000;
/// Widest column that is made as wide as its heading.
const WIDTH_MAX: usize = 40;

/// All templates.
pub const ALL: [&Template; 6] = [&WORKS, &PARTIES, &MANDATES, &LICENCES, &COLLECTIONS, &USAGE];

/// A language of templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Tongue {
    /// Kazakh.
    Kk,
    /// Russian.
    Ru,
}

/// A form of templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Columns separated by `;`, in UTF-8 with a byte order mark.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

/// Words by the code that they stand for.
#[derive(Debug)]
pub struct WordList {
    /// Each code with its word in Kazakh and in Russian.
    pub words: &'static [(&'static str, [&'static str; 2])],
}

/// A column of a template.
#[derive(Debug)]
pub struct Column {
    /// Its name in mappings.
    pub name: &'static str,
    /// Its heading in Kazakh and in Russian.
    pub heading: [&'static str; 2],
    /// What goes into it, in Kazakh and in Russian.
    pub note: [&'static str; 2],
    /// An example that can't be real.
    pub example: &'static str,
    /// The words it may hold, one of them.
    pub words: Option<&'static WordList>,
}

/// A table to fill in.
#[derive(Debug)]
pub struct Template {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in Kazakh and in Russian.
    pub title: [&'static str; 2],
    /// Its columns.
    pub columns: &'static [Column],
    /// The command that reads it.
    pub command: &'static str,
    /// The mapping, without what follows from the columns and the words; `None` where the command knows the columns.
    mapping: Option<&'static str>,
}

impl Tongue {
    const fn of<'a>(self, texts: &[&'a str; 2]) -> &'a str {
        match self {
            Self::Kk => texts[0],
            Self::Ru => texts[1],
        }
    }
}

impl WordList {
    /// The code that a word stands for, whatever its case.
    #[must_use]
    pub fn word(&self, text: &str) -> Option<&'static str> {
        let text = normalised(text);
        let means = |word: &str| normalised(word) == text;
        let found = self
            .words
            .iter()
            .find(|(code, words)| means(code) || words.iter().any(|word| means(word)));
        found.map(|(code, _)| *code)
    }

    /// As an inline table of a mapping: words, each with what `value` makes of its code.
    fn toml(&self, value: impl Fn(&str) -> String) -> String {
        let mut all: BTreeMap<&str, &str> = BTreeMap::new();
        for (code, words) in self.words {
            for word in words.iter().chain([code]) {
                all.entry(word).or_insert(code);
            }
        }
        let pairs = all.iter().map(|(word, code)| format!("\"{word}\" = \"{}\"", value(code)));
        format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
    }

    fn list(&self) -> String {
        let words = self.words.iter().flat_map(|(code, words)| words.iter().chain([code]));
        let mut words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
        words.sort();
        words.dedup();
        format!("[{}]", words.join(", "))
    }
}

impl Template {
    /// The template of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|template| template.name == name)
    }

    /// What headers call its columns.
    #[must_use]
    pub fn aliases(&self) -> Aliases {
        let headings = |column: &Column| column.heading.map(str::to_owned).to_vec();
        self.columns.iter().map(|column| (column.name.to_owned(), headings(column))).collect()
    }

    /// The mapping file that reads it, if its command needs one.
    #[must_use]
    pub fn mapping(&self) -> Option<String> {
        let mut text = self.mapping?.to_owned();
        for (name, words) in words::ALL {
            text = text.replace(&format!("@{name}@"), &words.toml(str::to_owned));
            text = text.replace(&format!("@{name}:lower@"), &words.toml(str::to_lowercase));
            text = text.replace(&format!("@{name}:all@"), &words.list());
        }
        text.push_str("\n# What tables in Kazakh and Russian call the columns.\n[aliases]\n");
        for column in self.columns {
            let [kk, ru] = column.heading;
            text.push_str(&format!("{} = [\"{kk}\", \"{ru}\"]\n", column.name));
        }
        Some(text)
    }

    /// The bytes of the empty table, or of one with the example as its row.
    ///
    /// # Errors
    /// Never for the templates of this program.
    pub fn write(&self, form: Form, tongue: Tongue, example: bool) -> Result<Vec<u8>, CliError> {
        match form {
            Form::Csv => self.csv(tongue, example),
            Form::Xlsx => {
                self.xlsx(tongue, example).map_err(|error| CliError::bug(&error.to_string()))
            }
        }
    }

    fn csv(&self, tongue: Tongue, example: bool) -> Result<Vec<u8>, CliError> {
        let bug = |error: &dyn std::fmt::Display| CliError::bug(&error.to_string());
        // Spreadsheets take a text for UTF-8 by this mark alone.
        let mut bytes = b"\xef\xbb\xbf".to_vec();
        let mut note = |text: String| {
            bytes.push(COMMENT);
            bytes.extend_from_slice(format!(" {text}\r\n").as_bytes());
        };
        note(tongue.of(&self.title).to_owned());
        for column in self.columns {
            let [heading, text] = [&column.heading, &column.note].map(|it| tongue.of(it));
            let example = if column.example.is_empty() {
                String::new()
            } else {
                format!(" {} {}", tongue.of(&words::EXAMPLE), column.example)
            };
            note(format!("{heading}: {text}{example}"));
        }
        let mut writer = ::csv::WriterBuilder::new()
            .delimiter(DELIMITER)
            .terminator(::csv::Terminator::CRLF)
            .from_writer(bytes);
        let headings = self.columns.iter().map(|column| tongue.of(&column.heading));
        writer.write_record(headings).map_err(|error| bug(&error))?;
        if example {
            let row = self.columns.iter().map(|column| column.example);
            writer.write_record(row).map_err(|error| bug(&error))?;
        }
        writer.into_inner().map_err(|error| bug(&error))
    }

    fn xlsx(&self, tongue: Tongue, example: bool) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        // A fixed time: the same call gives the same bytes.
        let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
        let wrapped = Format::new().set_text_wrap();
        let sheet = book.add_worksheet();
        sheet.set_name(self.name)?.set_freeze_panes(1, 0)?;
        for (at, column) in (0_u16..).zip(self.columns) {
            let heading = tongue.of(&column.heading);
            let width = heading.chars().count().clamp(12, WIDTH_MAX);
            sheet.set_column_width(at, f64::from(u8::try_from(width).unwrap_or(u8::MAX)))?;
            // Text keeps the zeros before a number, and long numbers whole.
            sheet.set_column_format(at, &text)?;
            sheet.write_with_format(0, at, heading, &bold)?;
            if example {
                sheet.write_with_format(1, at, column.example, &text)?;
            }
            let choices: Vec<&str> = column
                .words
                .iter()
                .flat_map(|list| list.words.iter().map(|(_, words)| tongue.of(words)))
                .collect();
            let length: usize = choices.iter().map(|word| word.chars().count() + 1).sum();
            if !choices.is_empty() && length <= CHOICES_MAX {
                let list = DataValidation::new().allow_list_strings(&choices)?;
                // Codes may be written too.
                let list = list.show_error_message(false);
                sheet.add_data_validation(1, at, ROWS, at, &list)?;
            }
        }
        let notes = book.add_worksheet();
        notes.set_name(tongue.of(&words::NOTES))?.set_column_width(0, 30)?;
        notes.set_column_width(1, 80)?.set_column_width(2, 40)?;
        notes.write_with_format(0, 0, tongue.of(&self.title), &bold)?;
        for (row, column) in (1_u32..).zip(self.columns) {
            notes.write_with_format(row, 0, tongue.of(&column.heading), &bold)?;
            notes.write_with_format(row, 1, tongue.of(&column.note), &wrapped)?;
            notes.write_with_format(row, 2, column.example, &text)?;
        }
        book.save_to_buffer()
    }
}
