//! `tamga receipt get`, `tamga receipt show`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use tamga_api::draft::Draft;

use super::Session;
use crate::error::{CliError, Exit};
use crate::text;

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
            let data = json!({ "record_id": id, "receipt": receipt, "file": out });
            match out {
                Some(path) => {
                    std::fs::write(path, &receipt).map_err(|error| CliError::file(path, &error))?;
                    let human = path.display().to_string();
                    session.out.result("receipt.get", data, &human, id);
                }
                None => session.out.result("receipt.get", data, &receipt, id),
            }
        }
        Receipt::Show { file } => {
            let content =
                std::fs::read_to_string(file).map_err(|error| CliError::file(file, &error))?;
            let receipt = tamga_format::receipt::Receipt::parse(&content)
                .map_err(|error| CliError::unreadable("receipt", &error.to_string()))?;
            let record = receipt.record.record();
            let draft = Draft::read(record, None);
            let data = json!({
                "record_id": receipt.record.id().to_string(),
                "record": draft,
                "key_id": record.key_id.to_string(),
                "index": receipt.proof.index.get(),
                "height": receipt.block.height.get(),
                "recorded_at": text::rfc3339(receipt.block.time),
            });
            let human = serde_json::to_string_pretty(&data).unwrap_or_default();
            session.out.tell_message("receipt-unchecked", &[("path", file.display().to_string())]);
            session.out.result("receipt.show", data, &human, &receipt.record.id().to_string());
        }
    }
    Ok(Exit::Success)
}
