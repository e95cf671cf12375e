//! What this computer saw of a log, for every command that judges a checkpoint: nothing may contradict it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tamga_format::id::UnixMillis;
use tamga_format::note::Note;
use tamga_format::subject::Subject;

use super::Session;
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::light::{
    Answer, Limits, Memory, Policies, Round, Standing, Store, SubjectSeen, View, round, set_aside,
};
use crate::verify::fault;

/// How often a lock is tried, and the pause between.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// What was seen of a log, locked while this lives.
pub(super) struct Seen {
    store: Store,
    /// What was seen.
    pub(super) memory: Memory,
    /// The largest checkpoint, judged again.
    pub(super) kept: Option<View>,
}

impl Session<'_> {
    /// The folder where it is kept.
    pub(super) fn state_dir(&self) -> Result<&Path, CliError> {
        let folder = self.config.state_dir.as_ref();
        folder.map(|folder| folder.value.as_path()).ok_or_else(no_folder)
    }

    /// What was seen of a log. A fork that was found before is the end of it.
    pub(super) fn seen(&self, policies: &dyn Policies) -> Result<Seen, CliError> {
        let seen = self.seen_before(policies)?;
        match &seen.memory.fork {
            None => Ok(seen),
            Some(fork) => Err(CliError::fork(&seen.store.evidence(fork))),
        }
    }

    /// The same, with a fork or without.
    pub(super) fn seen_before(&self, policies: &dyn Policies) -> Result<Seen, CliError> {
        let (folder, origin) = (self.state_dir()?, policies.origin());
        let mut tries = 0..LOCK_TRIES;
        let (store, memory) = Store::open(folder, origin, || {
            (self.sleep)(LOCK_PAUSE);
            tries.next().is_some()
        })?;
        let kept = match &memory.head {
            None => None,
            Some(head) => {
                let view = View::of_note(head.note.clone(), policies);
                Some(view.map_err(|error| {
                    CliError::memory_policy(&Store::path(folder, origin), fault(&error.fault()))
                })?)
            }
        };
        Ok(Seen { store, memory, kept })
    }

    /// Sets it aside; the place it is moved to.
    pub(super) fn forget(&self, policies: &dyn Policies) -> Result<Option<PathBuf>, CliError> {
        set_aside(self.state_dir()?, policies.origin(), self.now)
    }

    /// What was seen of a subject before; nothing where there is no folder to keep it in.
    pub(super) fn subject_seen(
        &self,
        policies: &dyn Policies,
        subject: &Subject,
    ) -> Result<Option<SubjectSeen>, CliError> {
        if self.config.state_dir.is_none() {
            return Ok(None);
        }
        self.seen(policies)?.store.subject(policies.origin(), subject)
    }

    /// Keeps what was seen of a subject, if there is a folder for it.
    pub(super) fn keep_subject(
        &self,
        policies: &dyn Policies,
        seen: &SubjectSeen,
    ) -> Result<(), CliError> {
        if self.config.state_dir.is_none() {
            return Ok(());
        }
        self.seen(policies)?.store.keep_subject(seen)
    }

    /// Takes note of a checkpoint that a node's answer rests on: it must be of the log that was seen before. Where there is
    /// no folder to keep it in, nothing is known to compare with.
    pub(super) fn take_note(
        &self,
        client: &Client,
        policies: &dyn Policies,
        note: &Note,
    ) -> Result<(), CliError> {
        if self.config.state_dir.is_none() {
            return Ok(());
        }
        let mut seen = self.seen(policies)?;
        let answer = Answer { url: client.url().to_owned(), checkpoint: Ok(note.encode()) };
        // A proof may rest on an old checkpoint.
        let limits = Limits { now: self.now, max_age_s: u64::MAX };
        let done = seen.round(&[client], vec![answer], policies, limits);
        if let Some(path) = seen.keep(&done, self.now)? {
            return Err(CliError::fork(&path));
        }
        match done.nodes.into_iter().next().map(|node| node.standing) {
            Some(Standing::False(error) | Standing::Unknown(error)) => {
                Err(CliError::other_log(client.url(), fault(&error)))
            }
            Some(Standing::Unproven(error)) if error.exit != Exit::Network => {
                Err(CliError::unproven_log(client.url(), error.detail()))
            }
            Some(Standing::Unproven(error) | Standing::Unreachable(error)) => Err(error),
            _ => Ok(()),
        }
    }
}

impl Seen {
    /// Judges the answers of nodes.
    pub(super) fn round(
        &mut self,
        clients: &[&Client],
        answers: Vec<Answer>,
        policies: &dyn Policies,
        limits: Limits,
    ) -> Round {
        let fetch = |at: usize, tile: &tamga_format::tile::TileCoord| {
            let client = clients.get(at).ok_or_else(|| CliError::bug("every answer has a node"))?;
            client.log_file(&tile.path())
        };
        round(&mut self.memory, self.kept.as_ref(), answers, policies, &fetch, limits)
    }

    /// Keeps what came of a round; the file of evidence if there is some.
    pub(super) fn keep(
        &mut self,
        round: &Round,
        now: UnixMillis,
    ) -> Result<Option<PathBuf>, CliError> {
        match &round.evidence {
            None => self.store.keep(&self.memory).map(|()| None),
            Some(evidence) => self.store.keep_fork(&mut self.memory, evidence, now).map(Some),
        }
    }

    /// The file of evidence, if a fork was found.
    pub(super) fn evidence(&self) -> Option<PathBuf> {
        self.memory.fork.as_ref().map(|fork| self.store.evidence(fork))
    }
}

fn no_folder() -> CliError {
    CliError::missing("XDG_STATE_HOME, HOME")
}
