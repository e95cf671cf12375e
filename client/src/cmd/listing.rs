//! What commands that look things up have in common: subjects, days, lists and their ends.

use std::ops::ControlFlow;

use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tamga_api::queries::Indexed;
use tamga_api::shapes::AsOf;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::Session;
use crate::client::Query;
use crate::error::{CliError, Exit};
use crate::lang::Said;
use crate::output::{Form, Output, Shown};
use crate::text;

/// Items of a page, a limit of the interface (spec §20.2).
pub(super) const PAGE_MAX: usize = 200;

/// How much of a list is wanted.
#[derive(Args)]
pub(super) struct Limit {
    /// Items at most; all by default.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: Option<u32>,
}

impl Limit {
    pub(super) fn items(&self) -> Option<usize> {
        self.limit.and_then(|limit| usize::try_from(limit).ok())
    }
}

/// A subject of a role: `role:…`, `role#number` of a public registry, or its id in hex.
pub(super) fn subject(written: &str, role: Role) -> Result<String, CliError> {
    let named = |text: &str| text.parse().ok().filter(|found: &Subject| found.role == role);
    let found = match (text::parse_hex32(written), written.split_once('#')) {
        (Some(id), _) => Some(Subject::new(role, SubjectId(id))),
        (None, Some((name, number))) if name == role.name() && !number.is_empty() => {
            Some(Subject::registered(role, number))
        }
        (None, _) => named(written).or_else(|| named(&format!("{}:{written}", role.name()))),
    };
    found.map(|subject| subject.to_text()).ok_or_else(|| {
        let args = vec![("text", written.into()), ("role", role.name().into())];
        CliError::usage(Said::message("usage-subject", args))
    })
}

/// A day as people read it: `12.03.2026`.
pub(super) fn day(written: &str) -> String {
    let parts: Vec<&str> = written.split('-').collect();
    match parts.as_slice() {
        [year, month, day] => format!("{day}.{month}.{year}"),
        _ => written.to_owned(),
    }
}

/// An instant as people read it.
pub(super) fn time(written: &str) -> String {
    text::parse_rfc3339(written).map_or_else(|| written.to_owned(), text::local_time)
}

/// The name of a stage.
pub(super) fn stage(stage: &str, out: &Output<'_>) -> String {
    out.messages.find(&format!("stage-{stage}"), &[]).unwrap_or_else(|| stage.to_owned())
}

/// A field that people read on a line of its own.
pub(super) fn field(label: &str, value: &str, out: &Output<'_>) -> String {
    format!("  {:<22} {value}", out.messages.text(label, &[]))
}

/// What a list is as of.
pub(super) fn as_of(as_of: &AsOf, out: &Output<'_>) -> String {
    let args = [("time", time(&as_of.time)), ("height", as_of.height.to_string())];
    out.messages.text("as-of", &args)
}

/// A list as it is printed, item by item.
pub(super) struct Listing {
    count: usize,
    as_of: Option<AsOf>,
    more: bool,
}

impl Listing {
    pub(super) const fn new() -> Self {
        Self { count: 0, as_of: None, more: false }
    }

    /// Prints the items of a query as its pages come, with `limit` items at most over all queries of this list.
    pub(super) fn add<T: DeserializeOwned + Serialize>(
        &mut self,
        query: &Query,
        (limit, most): (&Limit, usize),
        session: &mut Session<'_>,
        schema: &str,
        show: impl Fn(&T, &Output<'_>) -> Shown,
    ) -> Result<(), CliError> {
        let left = limit.items().map(|limit| limit.saturating_sub(self.count));
        if left == Some(0) {
            self.more = true;
            return Ok(());
        }
        let client = session.client()?;
        let out = &mut session.out;
        let more = client.pages(query, left, most, |page: Indexed<T>| {
            self.count += page.data.len();
            self.as_of.get_or_insert(page.as_of);
            for item in &page.data {
                let shown = show(item, out);
                out.item(schema, shown);
            }
            ControlFlow::Continue(())
        })?;
        self.more |= more;
        Ok(())
    }

    /// Ends the list.
    pub(super) fn end(self, command: &str, session: &mut Session<'_>) -> Exit {
        let data = json!({ "as_of": self.as_of, "page": { "has_more": self.more } });
        let human = session.out.form() == Form::Human;
        session.out.end_list(command, "data", Shown { data, ..Shown::default() });
        if human {
            end(self.count, self.more, self.as_of.as_ref(), &mut session.out);
        }
        Exit::Success
    }
}

/// Tells how much was shown, and of when.
pub(super) fn end(count: usize, more: bool, at: Option<&AsOf>, out: &mut Output<'_>) {
    if let Some(at) = at {
        let args = [("count", count.to_string()), ("as_of", as_of(at, out))];
        out.tell_message(if count == 0 { "list-empty" } else { "list-count" }, &args);
    }
    if more {
        out.tell_message("list-more", &[]);
    }
}

/// An item as JSON, for every form that shows it so.
pub(super) fn data(item: &impl Serialize) -> Value {
    json!(item)
}

/// A column that may be empty.
pub(super) fn column(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
