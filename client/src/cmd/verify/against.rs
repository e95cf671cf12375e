//! Whether the ledger's lists have the record of a receipt, or those who signed them left it out.

use serde_json::{Value as Json, json};
use tamga_format::omission::{Mention, mention};
use tamga_format::policy::Policy;
use tamga_format::receipt::{Proven, Receipt};
use tamga_format::subject_proof::ProvenSubject;

use super::super::Session;
use super::row;
use crate::history::Lists;
use crate::output::Colour;
use crate::text;

/// What the lists say of one record.
pub(super) struct Compared<'l> {
    mention: Mention,
    list: &'l ProvenSubject,
    index: u64,
    recorded: String,
}

/// Compares the record of an authentic receipt with each list; the lists of subjects that it does not name count only
/// if there are no others.
pub(super) fn compared<'l>(receipt: &[u8], lists: &'l Lists, policy: &Policy) -> Vec<Compared<'l>> {
    let Some(proven) = proven(receipt, policy) else { return Vec::new() };
    let of = |list: &'l ProvenSubject| Compared {
        mention: mention(list, &proven),
        list,
        index: proven.index.get(),
        recorded: text::local_time(proven.recorded_at),
    };
    let mut all: Vec<Compared<'l>> = lists.whole().map(of).collect();
    if all.iter().any(|it| it.mention != Mention::OtherSubject) {
        all.retain(|it| it.mention != Mention::OtherSubject);
    }
    all
}

fn proven(receipt: &[u8], policy: &Policy) -> Option<Proven> {
    Receipt::parse(core::str::from_utf8(receipt).ok()?).ok()?.verify(policy).ok()
}

impl Compared<'_> {
    /// Whether those who signed the list left the record out.
    pub(super) fn is_left_out(&self) -> bool {
        self.mention == Mention::LeftOut
    }

    /// Whether the list has the record.
    pub(super) const fn is_listed(&self) -> bool {
        matches!(self.mention, Mention::Listed(_))
    }

    /// The message, and the word in JSON.
    const fn said(&self) -> (&'static str, &'static str) {
        match self.mention {
            Mention::Listed(_) => ("against-listed", "listed"),
            Mention::OtherSubject => ("against-other-subject", "other-subject"),
            Mention::Later => ("against-later", "later"),
            Mention::NotShown => ("against-not-shown", "not-shown"),
            Mention::LeftOut => ("against-left-out", "left-out"),
        }
    }

    /// For people.
    pub(super) fn lines(&self, session: &Session<'_>) -> Vec<String> {
        let Self { mention, list, index, recorded } = self;
        let names: Vec<&str> = list.cosigners.iter().map(|(name, _)| name.as_str()).collect();
        let number =
            if let Mention::Listed(number) = mention { number.saturating_add(1) } else { 0 };
        let args = [
            ("subject", list.subject.to_text()),
            ("number", number.to_string()),
            ("count", list.count.to_string()),
            ("height", list.height.to_string()),
            ("time", text::local_time(list.time)),
            ("names", names.join(", ")),
            ("index", index.to_string()),
            ("recorded", recorded.clone()),
        ];
        let (id, _) = self.said();
        let said = session.out.messages.text(id, &args);
        if !self.is_left_out() {
            return vec![row(session, "against", &said)];
        }
        let why = session.out.messages.text("against-left-out.why", &args);
        let next = session.text("against-left-out.next");
        let title = session.out.paint(Colour::Red, &format!("✖ {said}"));
        vec![title, row(session, "verify-why", &why), format!("  {next}")]
    }

    /// As JSON.
    pub(super) fn to_json(&self) -> Json {
        let (_, word) = self.said();
        let number = if let Mention::Listed(number) = self.mention { Some(number) } else { None };
        json!({
            "subject": self.list.subject.to_text(), "says": word, "number": number,
            "records": self.list.count, "height": self.list.height.get(),
            "time": text::rfc3339(self.list.time), "size": self.list.size.get(),
            "signed": self.list.cosigners.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        })
    }
}
