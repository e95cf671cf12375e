//! `tamga receipt`: fetches receipts, shows them, and turns them into other forms and back.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tamga_format::receipt::Receipt as Parsed;

use super::Session;
use crate::carrier;
use crate::code;
use crate::config::Origin;
use crate::error::{CliError, Exit};
use crate::export::Exported;
use crate::file;
use crate::lang::{Language, Said};
use crate::output::Shown;
use crate::pdf::receipt::{Options, page};
use crate::verify::{self, fault};

/// Receipts.
#[derive(Subcommand)]
pub(super) enum Receipt {
    /// Fetch the receipt of a final record.
    Get(Get),
    /// Show what a receipt says, without checking it.
    Show {
        /// Receipt file, or what carries one: PDF, text or picture of a code.
        file: PathBuf,
    },
    /// Turn a receipt into another form.
    Convert(Convert),
}

/// Which receipt to fetch.
#[derive(Args)]
pub(super) struct Get {
    /// Record id, 64 hex digits.
    id: String,
    /// File to write; without it, and without --pdf, the receipt goes to stdout.
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// File for a page that people can read, with the receipt in it.
    #[arg(long)]
    pdf: Option<PathBuf>,
    /// Body fields to open, comma-separated, or `*`; needs a token.
    #[arg(long)]
    open: Option<String>,
    #[command(flatten)]
    sheet: Sheet,
}

/// What to make of a receipt.
#[derive(Args)]
pub(super) struct Convert {
    /// Receipt file, or what carries one: PDF, text or picture of a code.
    file: PathBuf,
    /// The form: a page for people, the receipt itself, the text of the large code, the proof of inclusion alone, or the
    /// record alone.
    #[arg(long, value_enum)]
    to: Form,
    /// File to write; texts go to stdout without it.
    #[arg(short, long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    sheet: Sheet,
}

/// What a page needs beside the receipt.
#[derive(Args)]
struct Sheet {
    /// Base address of the portal that the small code leads to [env: TAMGA_PORTAL].
    #[arg(long)]
    portal: Option<String>,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
}

/// The forms of a receipt.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Pdf,
    Receipt,
    Qr,
    TlogProof,
    Cose,
}

pub(super) fn run(command: &Receipt, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Receipt::Get(command) => get(command, session),
        Receipt::Show { file } => show(file, session),
        Receipt::Convert(command) => convert(command, session),
    }
}

fn get(command: &Get, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let Get { id, out, pdf, open, sheet } = command;
    let unused = [(sheet.portal.is_some(), "--portal"), (sheet.policy.is_some(), "--policy")];
    if let Some((_, flag)) = unused.into_iter().find(|(given, _)| *given && pdf.is_none()) {
        return Err(CliError::pointless(flag, "receipt get"));
    }
    let receipt = session.client()?.receipt(id, open.as_deref())?;
    if let Some(path) = pdf {
        file::replace(path, &sheet.page(&receipt, id, session)?)?;
    }
    if let Some(path) = out {
        file::replace(path, receipt.as_bytes())?;
    }
    let name = |path: &PathBuf| path.display().to_string();
    let (file, page) = (out.as_ref().map(name), pdf.as_ref().map(name));
    let data = json!({ "record_id": id, "receipt": receipt, "file": file, "pdf": page });
    let plain = vec![id.clone(), file.clone().unwrap_or_default()];
    let written: Vec<String> = file.into_iter().chain(page).collect();
    let human = if written.is_empty() { receipt } else { written.join("\n") };
    session.out.result("receipt.get", &Shown { data, human, plain, id: id.clone() });
    Ok(Exit::Success)
}

impl Sheet {
    /// The page of a receipt, which has to be genuine: in Kazakh and Russian unless a language is asked for.
    fn page(&self, receipt: &str, name: &str, session: &Session<'_>) -> Result<Vec<u8>, CliError> {
        let set = session.config.portal.as_ref().map(|portal| portal.value.as_str());
        let portal = self.portal.as_deref().or(set);
        let language = &session.config.language;
        let languages = match (&language.origin, language.value) {
            (Origin::Flag(_), Language::En) => vec![Language::En],
            _ => vec![Language::Kk, Language::Ru],
        };
        let options = Options::new(&languages, portal)
            .ok_or_else(|| CliError::bad_value("--portal", portal.unwrap_or_default()))?;
        let trust = session.trust(self.policy.as_ref())?;
        let report = verify::receipt(receipt, trust.judging(receipt));
        match (&report.facts, report.fault) {
            (Some(facts), _) => Ok(page(receipt, facts, &options)),
            (None, fault) => {
                let said = fault.map_or_else(|| Said::plain("verdict-pending"), |it| it.said);
                Err(CliError::not_genuine(name, report.verdict.exit(), said))
            }
        }
    }
}

/// The receipt in a file, whatever carries it, not checked.
fn read(path: &Path) -> Result<(String, Parsed), CliError> {
    let unreadable = |said: Said| CliError::unreadable(path.display().to_string(), said);
    let bytes = file::read(path, carrier::FILE_BYTES_MAX)?;
    let text = match carrier::receipt(&bytes) {
        Some(carried) => carried.map_err(unreadable)?,
        None => String::from_utf8(bytes).map_err(|_| unreadable(Said::plain("detail-not-text")))?,
    };
    let parsed = Parsed::parse(&text).map_err(|error| unreadable(fault(&error)))?;
    Ok((text, parsed))
}

fn show(path: &Path, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let (_, receipt) = read(path)?;
    let block = (receipt.block.height, receipt.block.time);
    let said = Exported::new(&receipt.record, receipt.proof.index, block, None);
    let data = json!(said);
    let human = serde_json::to_string_pretty(&data).unwrap_or_default();
    session.out.tell_message("receipt-unchecked", &[("path", path.display().to_string())]);
    let (id, record) = (said.record_id, said.record);
    let plain = vec![
        id.clone(),
        record.kind,
        record.issuer,
        record.subject,
        record.event_time,
        said.recorded_at,
        said.index.to_string(),
        said.height.to_string(),
    ];
    session.out.result("receipt.show", &Shown { data, human, plain, id });
    Ok(Exit::Success)
}

fn convert(command: &Convert, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let Convert { file: path, to, out, sheet } = command;
    let unused = [(sheet.portal.is_some(), "--portal"), (sheet.policy.is_some(), "--policy")];
    if let Some((_, flag)) = unused.into_iter().find(|(given, _)| *given && *to != Form::Pdf) {
        return Err(CliError::pointless(flag, "receipt convert"));
    }
    let (receipt, parsed) = read(path)?;
    let name = path.display().to_string();
    let bytes = match to {
        Form::Pdf => sheet.page(&receipt, &name, session)?,
        Form::Receipt => receipt.into_bytes(),
        Form::Qr => code::whole(&receipt).into_bytes(),
        Form::TlogProof => parsed.proof.encode().into_bytes(),
        Form::Cose => parsed.record.entry().to_vec(),
    };
    let id = parsed.record.id().to_string();
    let file = out.as_ref().map(|path| path.display().to_string());
    let text = match (out, String::from_utf8(bytes)) {
        (Some(path), bytes) => {
            let bytes = bytes.map_or_else(|error| error.into_bytes(), String::into_bytes);
            file::replace(path, &bytes)?;
            None
        }
        (None, Ok(text)) if *to != Form::Pdf => Some(text),
        (None, _) => return Err(CliError::missing("-o, --out")),
    };
    let data = json!({ "record_id": id, "file": file, "text": text });
    let plain = vec![id.clone(), file.clone().unwrap_or_default()];
    let human = file.or(text).unwrap_or_default();
    session.out.result("receipt.convert", &Shown { data, human, plain, id });
    Ok(Exit::Success)
}
