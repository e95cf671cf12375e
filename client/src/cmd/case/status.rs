//! `tamga case status`: a case as of the newest block.

use serde_json::Value;
use tamga_api::shapes::CaseView;

use super::super::Session;
use super::super::listing::{self, field};
use crate::error::{CliError, Exit};
use crate::output::{Output, Shown};

pub(super) fn run(case: &str, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let view = session.client()?.case(case)?;
    let human = human(&view, &session.out);
    let of = |name: &str| text(view.status.as_ref().and_then(|status| status.get(name)));
    let plain = vec![
        view.case.clone(),
        view.stage.clone(),
        view.records.to_string(),
        view.last_record.clone(),
        of("assignee"),
        of("debtor"),
        of("until"),
    ];
    let shown = Shown { data: listing::data(&view), human, plain, id: view.case.clone() };
    session.out.result("case.status", &shown);
    let args = [("case", view.case.clone())];
    if view.status.is_none() {
        session.out.tell_message("status-public", &args);
    }
    session.out.tell_message("status-hint", &args);
    Ok(Exit::Success)
}

fn human(view: &CaseView, out: &Output<'_>) -> String {
    let mut lines = vec![
        out.messages.text("status-title", &[("case", view.case.clone())]),
        field("status-stage", &listing::stage(&view.stage, out), out),
        field("status-records", &view.records.to_string(), out),
        field("status-last", &view.last_record, out),
        field("status-as-of", &listing::as_of(&view.as_of, out), out),
    ];
    let Some(status) = &view.status else { return lines.join("\n") };
    let yes = |value: &Value| {
        let id = if value == &Value::Bool(true) { "word-yes" } else { "word-no" };
        out.messages.text(id, &[])
    };
    let day = |value: &Value| listing::day(&text(Some(value)));
    let time = |value: &Value| listing::time(&text(Some(value)));
    let plain = |value: &Value| text(Some(value));
    let fields: [(&str, &str, Show<'_>); 12] = [
        ("assignee", "status-officer", &plain),
        ("debtor", "status-debtor", &plain),
        ("claimants", "status-claimants", &plain),
        ("document", "status-document", &plain),
        ("region", "status-region", &plain),
        ("received_at", "status-received", &time),
        ("initiated_at", "status-initiated", &time),
        ("until", "status-until", &day),
        ("in_debtor_register", "status-register", &yes),
        ("open_complaints", "status-complaints", &plain),
        ("levied_rightsholder", "status-levied", &plain),
        ("royalty_levies", "status-royalty-levies", &plain),
    ];
    for (name, label, show) in fields {
        let value = status.get(name).filter(|value| !value.is_null());
        lines.extend(value.map(|value| field(label, &show(value), out)));
    }
    lines.join("\n")
}

/// How a value of the status is written for people.
type Show<'a> = &'a dyn Fn(&Value) -> String;

/// A value of the status as it is printed.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            items.iter().map(|item| text(Some(item))).collect::<Vec<_>>().join(", ")
        }
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::Object(_))) => value.to_string(),
    }
}
