//! Other sources of the log: whoever audits one node learns whether others show the same ledger.

use std::path::PathBuf;

use serde_json::{Value, json};
use tamga_format::note::Note;

use super::super::checkpoint;
use super::Session;
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::light::{Answer, Limits, NodeReport, Standing};
use crate::output::Colour;
use crate::trust::Trust;
use crate::verify::fault;

/// The nodes with which the audited one is compared.
pub(super) struct Sources {
    others: Vec<Client>,
    /// The last time each was asked.
    reports: Vec<NodeReport>,
}

impl Sources {
    /// Nodes by their base addresses, or those of the settings; the audited one is none of them.
    ///
    /// # Errors
    /// When nodes are named, and there is no folder for evidence against them.
    pub(super) fn new(
        named: &[String],
        audited: &Client,
        session: &Session<'_>,
    ) -> Result<Self, CliError> {
        let set = session.config.nodes.as_ref().map(|nodes| nodes.value.as_slice());
        let urls = match (named, &session.config.state_dir) {
            ([], None) => &[],
            ([], Some(_)) => set.unwrap_or_default(),
            (named, _) => session.state_dir().map(|_| named)?,
        };
        let mut others = checkpoint::clients_of(urls, session);
        others.retain(|it| it.url() != audited.url());
        Ok(Self { others, reports: Vec::new() })
    }

    /// Compares the checkpoint of the audited node with those of the others, and all with what this computer saw; the
    /// first is the node's newest when `audited` is absent. The file of evidence if there are two logs.
    ///
    /// # Errors
    /// When nothing can be kept.
    pub(super) fn compare(
        &mut self,
        client: &Client,
        audited: Option<&Note>,
        trust: &Trust,
        session: &Session<'_>,
    ) -> Result<Option<PathBuf>, CliError> {
        let alone = self.others.is_empty() && audited.is_none();
        if alone || session.config.state_dir.is_none() {
            return Ok(None);
        }
        let clients: Vec<&Client> = [client].into_iter().chain(&self.others).collect();
        let mut answers = checkpoint::ask(&clients);
        if let (Some(note), Some(first)) = (audited, answers.first_mut()) {
            *first = Answer { url: client.url().to_owned(), checkpoint: Ok(note.encode()) };
        }
        let mut seen = session.seen_before(trust)?;
        if let Some(evidence) = seen.evidence() {
            return Ok(Some(evidence));
        }
        // An audit may take longer than a view may be old.
        let limits = Limits { now: session.now, max_age_s: u64::MAX };
        let done = seen.round(&clients, answers, trust, limits);
        let evidence = seen.keep(&done, session.now)?;
        self.reports = done.nodes;
        Ok(evidence)
    }

    /// Those that are told of: the others, and the audited node if it contradicts what this computer saw.
    fn told(&self) -> impl Iterator<Item = &NodeReport> {
        let others = self.reports.iter().enumerate();
        others.filter(|(at, it)| *at > 0 || contradicts(it)).map(|(_, it)| it)
    }

    /// How the audit ends for what the others show.
    pub(super) fn exit(&self) -> Exit {
        if self.told().any(contradicts) { Exit::Mismatch } else { Exit::Success }
    }

    /// What the report says of them.
    pub(super) fn data(&self) -> Value {
        let data = |it: &NodeReport| {
            let size = it.view.as_ref().map(|view| view.size.get());
            json!({ "url": it.url, "standing": it.standing.name(), "size": size })
        };
        self.told().map(data).collect()
    }

    /// A line for each.
    pub(super) fn lines(&self, session: &Session<'_>) -> Vec<String> {
        let line = |it: &NodeReport| {
            let messages = &session.out.messages;
            let said = |id: &str, args: &[_]| messages.text(id, args);
            let detail = match &it.standing {
                Standing::Unproven(error) | Standing::Unreachable(error) => {
                    messages.said(&error.detail())
                }
                Standing::False(error) | Standing::Unknown(error) => messages.said(&fault(error)),
                Standing::Current
                | Standing::Behind(_)
                | Standing::WentBack(_)
                | Standing::Forked => String::new(),
            };
            let size = it.view.as_ref().map(|view| view.size.to_string()).unwrap_or_default();
            let args = [("url", it.url.clone()), ("size", size), ("detail", detail)];
            let (sign, colour, id) = match &it.standing {
                Standing::Current | Standing::Behind(_) => {
                    ("✔", Colour::Green, "audit-source-same")
                }
                Standing::WentBack(_) => ("✖", Colour::Red, "audit-source-went-back"),
                Standing::False(_) | Standing::Forked => ("✖", Colour::Red, "audit-source-other"),
                Standing::Unproven(_) | Standing::Unknown(_) | Standing::Unreachable(_) => {
                    ("!", Colour::Yellow, "audit-source-silent")
                }
            };
            format!("{} {}", session.out.paint(colour, sign), said(id, &args))
        };
        self.told().map(line).collect()
    }
}

/// Whether a node shows what is not of the log that was seen.
fn contradicts(report: &NodeReport) -> bool {
    matches!(report.standing, Standing::False(_) | Standing::WentBack(_))
}
