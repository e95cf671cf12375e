//! `tamga receipt get`, `tamga receipt show`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::Session;
use crate::error::{CliError, Exit};
use crate::export::Exported;
use crate::file;
use crate::output::Shown;
use crate::verify::fault;

/// Receipts.
#[derive(Subcommand)]
pub(super) enum Receipt {
    /// Fetch the receipt of a final record.
    Get {
        /// Record id, 64 hex digits.
        id: String,
        /// File to write; without it the receipt goes to stdout.
        #[arg(short, long)]
        out: Option<PathBuf>,
        /// Body fields to open, comma-separated, or `*`; needs a token.
        #[arg(long)]
        open: Option<String>,
    },
    /// Show what a receipt says, without checking it.
    Show {
        /// Receipt file.
        file: PathBuf,
    },
}

pub(super) fn run(command: &Receipt, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Receipt::Get { id, out, open } => {
            let receipt = session.client()?.receipt(id, open.as_deref())?;
            let file = out.as_ref().map(|path| path.display().to_string());
            let data = json!({ "record_id": id, "receipt": receipt, "file": file });
            if let Some(path) = out {
                file::replace(path, receipt.as_bytes())?;
            }
            let plain = vec![id.clone(), file.clone().unwrap_or_default()];
            let human = file.unwrap_or(receipt);
            session.out.result("receipt.get", &Shown { data, human, plain, id: id.clone() });
        }
        Receipt::Show { file } => {
            let content =
                std::fs::read_to_string(file).map_err(|error| CliError::file(file, &error))?;
            let receipt = tamga_format::receipt::Receipt::parse(&content)
                .map_err(|error| CliError::unreadable(file.display().to_string(), fault(&error)))?;
            let block = (receipt.block.height, receipt.block.time);
            let said = Exported::new(&receipt.record, receipt.proof.index, block, None);
            let data = json!(said);
            let human = serde_json::to_string_pretty(&data).unwrap_or_default();
            session.out.tell_message("receipt-unchecked", &[("path", file.display().to_string())]);
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
        }
    }
    Ok(Exit::Success)
}
