//! `tamga register`: entries in the register of debtors.

use clap::{Args, ValueEnum};
use tamga_api::queries::RegisterItem;
use tamga_format::subject::Role;

use super::Session;
use super::listing::{self, Limit, Listing, PAGE_MAX, column, day};
use crate::client::Query;
use crate::error::{CliError, Exit};
use crate::output::{Colour, Output, Shown};

/// Which entries.
#[derive(Args)]
pub(super) struct Register {
    /// Only the entries of this debtor: `debtor:…`.
    #[arg(conflicts_with_all = ["state", "region"])]
    debtor: Option<String>,
    /// Which entries: of debtors without an open case, or of documents that can't be presented again.
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only those of cases in this region.
    #[arg(long)]
    region: Option<String>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    Listed,
    Stale,
    Expired,
}

pub(super) fn run(command: &Register, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let query = match &command.debtor {
        Some(debtor) => {
            Query::new(format!("/v1/register/{}", listing::subject(debtor, Role::Debtor)?))
        }
        None => {
            let state = command.state.map(|state| match state {
                State::Listed => "listed",
                State::Stale => "stale",
                State::Expired => "expired",
            });
            Query::new("/v1/register")
                .with("state", state)
                .with("region", command.region.as_deref())
        }
    };
    let mut list = Listing::new();
    list.add(&query, (&command.limit, PAGE_MAX), session, "register.entry", shown)?;
    Ok(list.end("register", session))
}

fn shown(item: &RegisterItem, out: &Output<'_>) -> Shown {
    let plain = vec![
        item.debtor.clone(),
        item.case.clone(),
        item.since.clone(),
        item.stage.clone(),
        column(item.region.as_ref()),
        column(item.ended.as_ref()),
        item.stale.to_string(),
        item.expired.to_string(),
        column(item.presentable_until.as_ref()),
    ];
    Shown { data: listing::data(item), human: line(item, out), plain, id: item.debtor.clone() }
}

fn line(item: &RegisterItem, out: &Output<'_>) -> String {
    let wrong = item.stale || item.expired;
    let sign = if wrong { out.paint(Colour::Yellow, "!") } else { "·".to_owned() };
    let text = |id: &str, on: &str| out.messages.text(id, &[("day", day(on))]);
    let mut parts = vec![text("register-since", &item.since)];
    parts.extend(item.ended.as_ref().map(|on| text("register-ended", on)));
    if item.stale {
        parts.push(out.messages.text("register-stale", &[]));
    }
    parts.extend(item.presentable_until.as_ref().map(|on| {
        text(if item.expired { "register-expired" } else { "register-presentable" }, on)
    }));
    format!(
        "{sign} {}\n    {}  [{}]\n    {}",
        item.debtor,
        item.case,
        listing::stage(&item.stage, out),
        parts.join("; "),
    )
}
