//! `tamga dispute`: objections of rightsholders, and what an organisation, a court or the authorised body says to them.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};
use tamga_api::draft::Draft;
use tamga_api::time;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::{Decision, Dispute as Status, DisputeAbout, DisputeState};

use super::signing::{Recording, status};
use super::{Session, of_role};
use crate::error::{CliError, Exit};
use crate::output::Shown;
use crate::text;

/// A dispute about shares, allocations, payouts, uses or statements.
#[derive(Subcommand)]
pub(super) enum Dispute {
    /// File a dispute, as a rightsholder or for one.
    File(Filing),
    /// Answer a dispute, as the organisation.
    Answer(Deciding),
    /// Decide a dispute, as a court or the authorised body.
    Resolve(Deciding),
    /// Withdraw a dispute that one has filed.
    Withdraw(Withdrawing),
    /// Show where a dispute stands.
    Show(Showing),
    /// List the disputes of an organisation or a rightsholder.
    List(Listing),
}

/// What is objected to.
#[derive(Args)]
pub(super) struct Filing {
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// What it is about: SHARES, ALLOCATION, PAYOUT, USES or STATEMENT.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(DisputeAbout::NAMES))]
    about: String,
    /// Why: WRONG_SHARE, NOT_THE_HOLDER, WORK_MISSING, USE_MISSING, WRONG_AMOUNT, WRONG_DEDUCTION, WRONG_TAX, NOT_RECEIVED, NOT_STATED or OTHER.
    #[arg(long)]
    reason: String,
    /// The work whose shares are disputed: `work:…` or `work#ID.CATEGORY`.
    #[arg(long)]
    work: Option<String>,
    /// The allocation or payout: `batch:…`.
    #[arg(long)]
    batch: Option<String>,
    /// Hash of the line, 64 hex digits.
    #[arg(long)]
    line: Option<String>,
    /// The period: `2026`, `2026-Q3` or `2026-07`.
    #[arg(long)]
    period: Option<String>,
    /// Rightsholder whom it is about, `rightsholder:…`; the one whose key signs by default. May be repeated.
    #[arg(long)]
    rightsholder: Vec<String>,
    /// Share that is claimed, in basis points; kept in the body.
    #[arg(long, value_parser = clap::value_parser!(u64).range(0..=10_000))]
    claimed_bp: Option<u64>,
    /// Sum that is claimed, in tiyn; kept in the body.
    #[arg(long, allow_hyphen_values = true)]
    claimed_amount: Option<i64>,
    /// Dispute id to use, `dispute:…`; a random one by default.
    #[arg(long)]
    dispute: Option<String>,
    #[command(flatten)]
    recording: Recording,
}

/// What is said to a dispute.
#[derive(Args)]
pub(super) struct Deciding {
    /// The dispute: `dispute:…`.
    dispute: String,
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// GRANTED, PARTLY_GRANTED or REFUSED.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Decision::NAMES))]
    decision: String,
    /// SHA-256 of the signed document that says so, 64 hex digits.
    #[arg(long)]
    document_hash: String,
    #[command(flatten)]
    recording: Recording,
}

/// Which dispute is withdrawn.
#[derive(Args)]
pub(super) struct Withdrawing {
    /// The dispute: `dispute:…`.
    dispute: String,
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    #[command(flatten)]
    recording: Recording,
}

/// Which dispute.
#[derive(Args)]
pub(super) struct Showing {
    /// The dispute: `dispute:…`.
    dispute: String,
}

/// Whose disputes.
#[derive(Args)]
pub(super) struct Listing {
    /// БИН of the organisation.
    #[arg(long, required_unless_present = "rightsholder", conflicts_with = "rightsholder")]
    okup: Option<String>,
    /// The rightsholder: `rightsholder:…`.
    #[arg(long)]
    rightsholder: Option<String>,
    /// Only disputes that nothing has decided yet.
    #[arg(long)]
    open: bool,
}

pub(super) fn run(command: &Dispute, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Dispute::File(filing) => file(filing, session),
        Dispute::Answer(deciding) => decide("ANSWERED", deciding, session),
        Dispute::Resolve(deciding) => decide("RESOLVED", deciding, session),
        Dispute::Withdraw(withdrawing) => {
            let of = (withdrawing.dispute.as_str(), withdrawing.okup.as_str());
            further("WITHDRAWN", of, [], &withdrawing.recording, session)
        }
        Dispute::Show(showing) => show(showing, session),
        Dispute::List(listing) => list(listing, session),
    }
}

fn file(filing: &Filing, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let client = session.client()?;
    let writer = filing.recording.writer(&client, session)?;
    let mut subjects = vec![Subject::registered(Role::Cmo, &filing.okup)];
    for text in &filing.rightsholder {
        subjects.push(of_role("--rightsholder", text, Role::Rightsholder)?);
    }
    if filing.rightsholder.is_empty() && writer.holder.role == Role::Rightsholder {
        subjects.push(writer.holder);
    }
    if let Some(work) = &filing.work {
        subjects.push(of_role("--work", work, Role::Work)?);
    }
    let batch = filing.batch.as_ref().map(|batch| of_role("--batch", batch, Role::Batch));
    let dispute = match &filing.dispute {
        Some(dispute) => of_role("--dispute", dispute, Role::Dispute)?,
        None => fresh()?,
    };
    let mut fields = Map::new();
    let mut say = |name: &str, value: Option<Json>| {
        fields.extend(value.map(|value| (name.to_owned(), value)));
    };
    say("action", Some(json!("FILED")));
    say("about", Some(json!(filing.about)));
    say("reason", Some(json!(filing.reason)));
    say("batch", batch.transpose()?.map(|batch| json!(batch.to_text())));
    say("line", filing.line.as_ref().map(|line| json!(line)));
    say("period", filing.period.as_ref().map(|period| json!(period)));
    let claimed = [
        ("claimed_bp", filing.claimed_bp.map(|bp| json!(bp))),
        ("claimed_amount", filing.claimed_amount.map(|amount| json!(amount))),
    ];
    let claimed = claimed.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let draft = draft(dispute, &filing.okup, &subjects, fields, claimed.collect());
    session.out.tell_message("dispute-id", &[("dispute", dispute.to_text())]);
    filing.recording.record(draft, &writer, session)
}

/// A dispute that nobody filed yet.
fn fresh() -> Result<Subject, CliError> {
    let mut id = [0; 32];
    getrandom::fill(&mut id).map_err(|error| CliError::bug(&error.to_string()))?;
    Ok(Subject::new(Role::Dispute, tamga_format::id::SubjectId(id)))
}

fn draft(
    dispute: Subject,
    okup: &str,
    subjects: &[Subject],
    mut fields: Map<String, Json>,
    body: Map<String, Json>,
) -> Draft {
    let organisation = Subject::registered(Role::Organisation, okup).to_text();
    fields.insert("okup_id".to_owned(), json!(organisation));
    Draft {
        kind: "R12".to_owned(),
        version: None,
        issuer: String::new(),
        subject: dispute.to_text(),
        subjects: subjects.iter().map(Subject::to_text).collect(),
        event_time: String::new(),
        after: None,
        on_behalf_of: None,
        references: Vec::new(),
        fields: fields.into_iter().collect(),
        body: body.into_iter().collect(),
    }
}

fn decide(
    action: &'static str,
    deciding: &Deciding,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let said = [
        ("decision".to_owned(), json!(deciding.decision)),
        ("document_hash".to_owned(), json!(deciding.document_hash)),
    ];
    further(action, (&deciding.dispute, &deciding.okup), said, &deciding.recording, session)
}

/// A step after the filing names whom and what the filing named.
fn further(
    action: &str,
    (dispute, okup): (&str, &str),
    said: impl IntoIterator<Item = (String, Json)>,
    recording: &Recording,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let dispute = of_role("DISPUTE", dispute, Role::Dispute)?;
    let cmo = Subject::registered(Role::Cmo, okup);
    let client = session.client()?;
    let known: Status = status(&client, &dispute)?;
    if known.cmo != cmo.id {
        return Err(CliError::bad_value("--okup", okup));
    }
    let writer = recording.writer(&client, session)?;
    let parties = known.parties.iter().map(|id| Subject::new(Role::Rightsholder, *id));
    let work = known.work.map(|id| Subject::new(Role::Work, id));
    let subjects: Vec<Subject> = [cmo].into_iter().chain(parties).chain(work).collect();
    let mut fields: Map<String, Json> = said.into_iter().collect();
    fields.insert("action".to_owned(), json!(action));
    let draft = draft(dispute, okup, &subjects, fields, Map::new());
    recording.record(draft, &writer, session)
}

fn show(showing: &Showing, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let dispute = of_role("DISPUTE", &showing.dispute, Role::Dispute)?;
    let known: Status = status(&session.client()?, &dispute)?;
    let human = lines(&dispute, &known, session).join("\n");
    let data = to_json(&dispute, &known);
    let (id, plain) = (dispute.to_text(), plain(&dispute, &known));
    session.out.result("dispute.show", &Shown { data, human, plain, id });
    Ok(Exit::Success)
}

fn list(listing: &Listing, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let of = match (&listing.okup, &listing.rightsholder) {
        (_, Some(rightsholder)) => of_role("--rightsholder", rightsholder, Role::Rightsholder)?,
        (okup, None) => Subject::registered(Role::Cmo, okup.as_deref().unwrap_or_default()),
    };
    let client = session.client()?;
    let mut found: Vec<(Subject, Status)> = Vec::new();
    for record in client.subject_records(&of.to_text())? {
        if record.kind != "R12" {
            continue;
        }
        let about = client.record_subject(&record.record_id)?;
        if found.iter().any(|(known, _)| *known == about) {
            continue;
        }
        let known: Status = status(&client, &about)?;
        if !listing.open || known.state.is_open() {
            found.push((about, known));
        }
    }
    let human = match found.as_slice() {
        [] => session.text("dispute-none"),
        found => {
            let each = found.iter().flat_map(|(dispute, known)| lines(dispute, known, session));
            each.collect::<Vec<_>>().join("\n")
        }
    };
    let data = json!({
        "disputes": found.iter().map(|(it, known)| to_json(it, known)).collect::<Vec<_>>(),
    });
    let plain = vec![found.len().to_string()];
    let ids: Vec<String> = found.iter().map(|(dispute, _)| dispute.to_text()).collect();
    session.out.result("dispute.list", &Shown { data, human, plain, id: ids.join("\n") });
    Ok(Exit::Success)
}

fn lines(dispute: &Subject, known: &Status, session: &Session<'_>) -> Vec<String> {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let day = |day: Option<i64>| day.map_or_else(|| "—".to_owned(), time::day);
    let state = say(state_text(known.state), &[]);
    let args = [
        ("about", known.about.name().to_owned()),
        ("filed", time::day(known.filed_on)),
        ("answered", day(known.answered_on)),
        ("ended", day(known.ended_on)),
        ("decision", known.decision.map_or("—", Decision::name).to_owned()),
    ];
    let mut lines = vec![format!("{}  {state}", dispute.to_text())];
    lines.push(format!("  {}", say("dispute-line", &args)));
    if let Some(work) = known.work {
        lines.push(format!("  {}", Subject::new(Role::Work, work).to_text()));
    }
    if let Some(batch) = known.batch {
        lines.push(format!("  {}", Subject::new(Role::Batch, batch).to_text()));
    }
    lines
}

const fn state_text(state: DisputeState) -> &'static str {
    match state {
        DisputeState::Filed => "dispute-filed",
        DisputeState::Answered => "dispute-answered",
        DisputeState::Withdrawn => "dispute-withdrawn",
        DisputeState::Resolved => "dispute-resolved",
    }
}

fn plain(dispute: &Subject, known: &Status) -> Vec<String> {
    let decision = known.decision.map_or("", Decision::name).to_owned();
    vec![dispute.to_text(), known.state.name().to_owned(), decision]
}

fn to_json(dispute: &Subject, known: &Status) -> Json {
    let of = |role: Role, id: tamga_format::id::SubjectId| Subject::new(role, id).to_text();
    json!({
        "dispute": dispute.to_text(),
        "okup": of(Role::Cmo, known.cmo),
        "about": known.about.name(),
        "state": known.state.name(),
        "filed_by": known.filed_by.to_text(),
        "parties": known.parties.iter().map(|id| of(Role::Rightsholder, *id)).collect::<Vec<_>>(),
        "work": known.work.map(|id| of(Role::Work, id)),
        "batch": known.batch.map(|id| of(Role::Batch, id)),
        "line": known.line.map(|line| text::hex(&line)),
        "filed_on": time::day(known.filed_on),
        "answered_on": known.answered_on.map(time::day),
        "ended_on": known.ended_on.map(time::day),
        "decision": known.decision.map(Decision::name),
    })
}
