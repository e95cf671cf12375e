//! `tamga case history --prove`: these are all records of the case, as of now or of an earlier block, and they go on from
//! those that this computer saw before.

use serde_json::{Value as Json, json};
use tamga_api::shapes::CaseEvent;
use tamga_format::id::{Height, TreeSize, UnixMillis};
use tamga_format::note::Note;
use tamga_format::subject::Subject;

use super::super::{Session, status};
use crate::client::Client;
use crate::error::CliError;
use crate::history::{self, History};
use crate::light::{SubjectSeen, View};
use crate::log::{Head, Log};
use crate::text;
use crate::trust::Trust;
use crate::verify::{Verdict, fault};

/// Whether the list is complete, and what is said of it.
pub(super) struct Complete {
    pub(super) verdict: Verdict,
    pub(super) human: String,
    pub(super) data: Json,
    /// The proofs, one after the other.
    pub(super) pages: Vec<String>,
}

/// The block as of which something holds.
struct AsOf {
    height: Height,
    time: UnixMillis,
    /// Leaves of the log at its end.
    size: TreeSize,
}

/// Compares the list with the proof of all records of the case; with a block, both up to that one.
pub(super) fn prove(
    case: &str,
    at: Option<u64>,
    events: &mut Vec<CaseEvent>,
    trust: &Trust,
    session: &Session<'_>,
) -> Result<Complete, CliError> {
    let subject: Subject = case.parse().map_err(|_| CliError::bad_value("CASE", case))?;
    let client = session.client()?;
    let whole = match history::whole(&client, trust.newest(), &subject) {
        Ok(whole) => whole,
        Err(error) => {
            let (verdict, human) = status::refused(error, session)?;
            let data = json!({ "verdict": verdict.name() });
            return Ok(Complete { verdict, human, data, pages: Vec::new() });
        }
    };
    // Later pages rest on checkpoints that are not smaller.
    let note = whole.files.last().and_then(|file| history::checkpoint(file));
    let note = note.ok_or_else(|| CliError::bug("a history has a proof"))?;
    session.take_note(&client, trust, &note)?;
    let newest = &whole.proven;
    let newest = AsOf { height: newest.height, time: newest.time, size: newest.size };
    let as_of = match at {
        None => newest,
        Some(height) if height == newest.height.get() => newest,
        Some(height) => earlier(Height(height), &newest, note, &client, trust, session)?,
    };
    let size = as_of.size.get();
    let records: Vec<u64> = whole.records.iter().map(|(index, _)| index.get()).collect();
    let records = records.partition_point(|index| *index < size);
    let proven = whole.records.iter().take(records);
    // The list may be newer than the proof, never older than what it proves.
    if at.is_some() {
        events.retain(|event| event.index < size);
    }
    let listed = events.iter().map(|event| event.index).filter(|index| *index < size);
    let same = listed.eq(proven.map(|(index, _)| index.get()));
    let args = [
        ("count", records.to_string()),
        ("height", as_of.height.to_string()),
        ("time", text::local_time(as_of.time)),
    ];
    let message = if same { "case-complete" } else { "case-incomplete" };
    let mut lines = vec![session.out.messages.text(message, &args)];
    let (goes_on, before) = compare(&whole, subject, trust, session)?;
    if let Some((_, args)) = &before {
        let message = if goes_on { "case-goes-on" } else { "case-rewritten" };
        let sign = if goes_on { "  " } else { "✖ " };
        lines.push(format!("{sign}{}", session.out.messages.text(message, args)));
        if !goes_on {
            lines.push(format!("  {}", session.text("case-rewritten.next")));
        }
    }
    let verdict = if same && goes_on { Verdict::Authentic } else { Verdict::Mismatch };
    let data = json!({
        "verdict": verdict.name(), "records": records,
        "height": as_of.height.get(), "size": size,
        "seen_before": before.map(|(seen, _)| json!({
            "records": seen.known.count(), "height": seen.height.get(), "goes_on": goes_on,
        })),
    });
    Ok(Complete { verdict, human: lines.join("\n"), data, pages: whole.files })
}

/// An earlier block, proven to be of the same log.
fn earlier(
    height: Height,
    newest: &AsOf,
    note: Note,
    client: &Client,
    trust: &Trust,
    session: &Session<'_>,
) -> Result<AsOf, CliError> {
    if height > newest.height {
        return Err(CliError::bad_value("--at", &height.to_string()));
    }
    let view = View::of_note(note, trust)
        .map_err(|error| CliError::false_log(client.url(), fault(&error.fault())))?;
    let head = Head { note: view.note, size: view.size, root: view.root };
    let interrupted = (session.interrupt)();
    let block = Log::new(client, trust.newest(), &interrupted).block(&head, height)?;
    Ok(AsOf { height, time: block.time, size: block.size })
}

/// What was seen before, and how that is told.
type Before = (SubjectSeen, Vec<(&'static str, String)>);

/// Whether the records go on from those seen before; then all of them are kept.
fn compare(
    whole: &History,
    subject: Subject,
    trust: &Trust,
    session: &Session<'_>,
) -> Result<(bool, Option<Before>), CliError> {
    let before = session.subject_seen(trust, &subject)?;
    let newest = &whole.proven;
    // An older block may hold fewer records; that it is of the same log is known already.
    let older = before.as_ref().is_some_and(|before| newest.size < before.size);
    let goes_on = older || before.as_ref().is_none_or(|before| before.known.begins(&whole.records));
    if goes_on && !older {
        session.keep_subject(
            trust,
            &SubjectSeen {
                origin: trust.newest().origin().to_owned(),
                subject,
                height: newest.height,
                time: newest.time,
                size: newest.size,
                known: newest.known.clone(),
            },
        )?;
    }
    let told = before.map(|before| {
        let new = newest.count.saturating_sub(before.known.count());
        let args = vec![
            ("known", before.known.count().to_string()),
            ("height", before.height.to_string()),
            ("time", text::local_time(before.time)),
            ("new", new.to_string()),
        ];
        (before, args)
    });
    Ok((goes_on, told))
}
