//! What an authentic statement file says: for people, as JSON, and as CSV.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value as Json, json};
use tamga_api::time;
use tamga_format::subject::{Role, Subject};
use tamga_state::royalty::period::Period;
use tamga_state::status::Confirmation;

use super::By;
use crate::cmd::Session;
use crate::error::CliError;
use crate::file;
use crate::output::Colour;
use crate::statement::Shown;
use crate::statement::rows::{self, Compared, Money, Row};
use crate::text;

/// What of a file is shown.
pub(super) struct View<'v> {
    /// By what lines are added up.
    pub(super) by: By,
    /// Only statements of this period.
    pub(super) period: Option<Period>,
    /// Compared with those of another.
    pub(super) compare: Option<Period>,
    /// Where the lines are written.
    pub(super) csv: Option<&'v Path>,
}

impl View<'_> {
    /// Whether the lines can be grouped as asked.
    fn groups(&self, shown: &Shown) -> bool {
        self.by != By::User || shown.reports.is_some()
    }
}

/// What the lines of a group are called.
fn group(by: By, row: &Row<'_>) -> String {
    let line = &row.allotted.line;
    match by {
        By::Month => time::day(line.used_on).chars().take(7).collect(),
        By::Work => Subject::new(Role::Work, line.work).to_text(),
        By::Source => line.basis.name().to_owned(),
        By::User => match &row.allotted.usage {
            Some(usage) => Subject::new(Role::Licensee, usage.user).to_text(),
            None => line.basis.name().to_owned(),
        },
    }
}

fn percent(bp: Option<i64>) -> String {
    bp.map_or_else(|| "—".to_owned(), |bp| format!("{} %", text::hundredths(bp)))
}

/// The file for people; without a view, what its check found.
pub(super) fn human(
    shown: &Shown,
    view: Option<&View<'_>>,
    name: &str,
    session: &Session<'_>,
) -> String {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let money = text::hundredths;
    let period = view.and_then(|view| view.period.as_ref());
    let verdict = format!("✔ {}", session.text("verdict-authentic"));
    let author = Subject::new(Role::Rightsholder, shown.rightsholder).to_text();
    let mut lines = vec![
        format!("{}  {name}", session.out.paint(Colour::Green, &verdict)),
        format!("  {}", say("statement-of", &[("author", author)])),
    ];
    for stated in shown.statements.iter().filter(|it| rows::lies_in(&it.period, period)) {
        let args = [
            ("period", stated.period.clone()),
            ("opening", money(stated.opening)),
            ("allocated", money(stated.allocated)),
            ("net", money(stated.net)),
            ("tax", money(stated.tax)),
            ("levied", money(stated.levied)),
            ("closing", money(stated.closing)),
        ];
        lines.push(format!("  {}", say("statement-line", &args)));
    }
    let counts = [
        ("lines", shown.lines.len().to_string()),
        ("batches", shown.batches.to_string()),
        ("payouts", shown.payouts.len().to_string()),
    ];
    lines.push(format!("  {}", say("statement-whole", &counts)));
    for pool in &shown.pools {
        let args = [
            ("collected", money(pool.collected)),
            ("deducted", money(pool.deducted)),
            ("allocated", money(pool.allocated)),
            ("undistributed", money(pool.undistributed)),
        ];
        lines.push(format!("  {}", say("statement-pool", &args)));
    }
    lines.extend(shown.reports.as_ref().map(|reports| {
        let args = [("reports", reports.count.to_string()), ("unpaid", reports.unpaid.to_string())];
        format!("  {}", say("statement-uses", &args))
    }));
    lines.extend(shown.balance.as_ref().map(|balance| {
        let args = [
            ("owed", money(balance.owed)),
            ("height", balance.height.to_string()),
            ("time", balance.time.clone()),
            ("batches", shown.batches.to_string()),
        ];
        let id = if shown.whole.is_some() { "statement-proven" } else { "statement-balance" };
        format!("  {}", say(id, &args))
    }));
    lines.extend(shown.whole.as_ref().map(|whole| {
        let args = [
            ("batches", whole.later.batches.to_string()),
            ("allocated", money(whole.later.allocated)),
            ("net", money(whole.later.net)),
            ("tax", money(whole.later.tax)),
            ("levied", money(whole.later.levied)),
            ("owed", money(whole.owed)),
        ];
        let id = if whole.later.batches > 0 { "statement-later" } else { "statement-owed" };
        format!("  {}", say(id, &args))
    }));
    if let Some(view) = view {
        waterfall(shown, view, session, &mut lines);
    }
    lines.join("\n")
}

/// From what was collected for the author to what is open, and the groups.
fn waterfall(shown: &Shown, view: &View<'_>, session: &Session<'_>, lines: &mut Vec<String>) {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let selected = shown.rows(view.period.as_ref());
    for (step, amount) in rows::total(&selected).steps() {
        let name = session.text(&format!("statement-step-{step}"));
        lines.push(format!("    {name:<32} {:>18}", text::hundredths(amount)));
        if step == "held" {
            for (hold, amount) in rows::held(&selected) {
                let args =
                    [("reason", hold.name().to_owned()), ("amount", text::hundredths(amount))];
                lines.push(format!("      {}", say("statement-held", &args)));
            }
        }
    }
    let word = |said: Option<Confirmation>| {
        session.text(said.map_or("payment-nothing", super::super::payment::text_of))
    };
    for paid in shown.payments(view.period.as_ref()) {
        let args = [
            ("declared", paid.checks.declared.name().to_owned()),
            ("bank", word(paid.checks.bank)),
            ("author", word(paid.checks.author)),
            ("net", text::hundredths(paid.line.net)),
            ("tax", text::hundredths(paid.line.tax)),
            ("levied", text::hundredths(paid.line.levied)),
        ];
        lines.push(format!("  {}", say("statement-payout", &args)));
    }
    if !view.groups(shown) {
        lines.push(format!("  {}", session.text("statement-no-uses")));
        return;
    }
    let groups = rows::by(&selected, |row| group(view.by, row));
    if let Some(compare) = &view.compare {
        let before = rows::by(&shown.rows(Some(compare)), |row| group(view.by, row));
        let now = view.period.map_or_else(String::new, |period| period.to_string());
        let titles = [now, compare.to_string(), session.text("statement-difference")];
        let [now, then, difference] = titles;
        lines.push(format!("    {:<52} {now:>18} {then:>18} {difference:>18}", ""));
        let compared = Compared::of(groups, before);
        for (key, it) in &compared {
            lines.push(format!(
                "    {key:<52} {:>18} {:>18} {:>18} {:>12}",
                text::hundredths(it.now),
                text::hundredths(it.before),
                text::hundredths(it.difference()),
                percent(it.change_bp()),
            ));
        }
        return;
    }
    let title = |step: &str| session.text(&format!("statement-step-{step}"));
    let titles = ["collected", "deducted", "allocated", "tax", "paid"].map(title);
    let [collected, deducted, allocated, tax, paid] = titles;
    lines.push(format!(
        "    {:<52} {:>6} {collected:>18} {deducted:>18} {allocated:>18} {tax:>18} {paid:>18}",
        "",
        session.text("statement-lines"),
    ));
    for (key, sum) in groups {
        let Money { lines: count, collected, deducted, allocated, tax, paid, .. } = sum;
        let [collected, deducted, allocated, tax, paid] =
            [collected, deducted, allocated, tax, paid].map(text::hundredths);
        lines.push(format!(
            "    {key:<52} {count:>6} {collected:>18} {deducted:>18} {allocated:>18} {tax:>18} {paid:>18}",
        ));
    }
}

fn money_json(money: &Money) -> serde_json::Map<String, Json> {
    let steps = money.steps().into_iter().map(|(step, amount)| (step.to_owned(), json!(amount)));
    steps.chain([("lines".to_owned(), json!(money.lines))]).collect()
}

/// The file as JSON.
pub(super) fn to_json(shown: &Shown, view: Option<&View<'_>>) -> Json {
    let period = view.and_then(|view| view.period.as_ref());
    let statements = shown.statements.iter().filter(|it| rows::lies_in(&it.period, period));
    let statements = statements.map(|it| {
        json!({
            "record": it.record, "period": it.period, "opening": it.opening,
            "allocated": it.allocated, "net": it.net, "tax": it.tax, "levied": it.levied,
            "closing": it.closing,
        })
    });
    let pools = shown.pools.iter().map(|it| {
        json!({
            "pool": Subject::new(Role::Pool, it.pool).to_text(), "collected": it.collected,
            "deducted": it.deducted, "allocated": it.allocated,
            "undistributed": it.undistributed,
        })
    });
    let selected = shown.rows(period);
    let grouped = |rows: &[Row<'_>], by: By| rows::by(rows, |row| group(by, row));
    let groups = view.filter(|view| view.groups(shown)).map(|view| {
        let groups = grouped(&selected, view.by).into_iter();
        groups
            .map(|(key, money)| {
                let mut group = money_json(&money);
                group.insert("key".to_owned(), json!(key));
                group.insert("amount".to_owned(), json!(money.allocated));
                Json::Object(group)
            })
            .collect::<Vec<_>>()
    });
    let comparison = view.filter(|view| view.groups(shown)).and_then(|view| {
        let before = grouped(&shown.rows(Some(view.compare.as_ref()?)), view.by);
        let compared: BTreeMap<String, Compared> =
            Compared::of(grouped(&selected, view.by), before);
        let rows = compared.iter().map(|(key, it)| {
            json!({
                "key": key, "amount": it.now, "before": it.before,
                "difference": it.difference(), "change_bp": it.change_bp(),
            })
        });
        Some(rows.collect::<Vec<_>>())
    });
    json!({
        "rightsholder": Subject::new(Role::Rightsholder, shown.rightsholder).to_text(),
        "statements": statements.collect::<Vec<_>>(),
        "pools": pools.collect::<Vec<_>>(),
        "batches": shown.batches,
        "lines": selected.iter().map(line_json).collect::<Vec<_>>(),
        "payouts": shown.payments(period).map(|paid| json!({
            "state": paid.line.state.name(), "net": paid.line.net, "tax": paid.line.tax,
            "levied": paid.line.levied,
            "checks": {
                "declared": paid.checks.declared.name(),
                "bank": paid.checks.bank.map(Confirmation::name),
                "author": paid.checks.author.map(Confirmation::name),
            },
        })).collect::<Vec<_>>(),
        "reports": shown.reports.as_ref().map(|reports| json!({
            "count": reports.count, "unpaid": reports.unpaid,
        })),
        "balance": shown.balance.as_ref().map(|balance| json!({
            "owed": balance.owed,
            "as_of": {
                "height": balance.height, "time": balance.time, "proven": shown.whole.is_some(),
            },
        })),
        "whole": shown.whole.as_ref().map(|whole| json!({
            "owed": whole.owed, "batches": shown.batches,
            "later": {
                "batches": whole.later.batches, "allocated": whole.later.allocated,
                "net": whole.later.net, "tax": whole.later.tax, "levied": whole.later.levied,
            },
            "as_of": { "height": whole.height, "time": whole.time },
        })),
        "money": money_json(&rows::total(&selected)),
        "groups": groups,
        "comparison": comparison,
    })
}

fn line_json(row: &Row<'_>) -> Json {
    let line = &row.allotted.line;
    let mut fields = money_json(&row.money);
    fields.remove("lines");
    let own = json!({
        "work": Subject::new(Role::Work, line.work).to_text(),
        "used_on": time::day(line.used_on), "basis": line.basis.name(),
        "share_bp": line.share_bp, "weight": line.weight, "amount": line.amount,
        "hold": line.hold.map(|hold| hold.name()), "period": row.period,
        "use": row.allotted.usage.as_ref().map(|usage| json!({
            "report": Subject::new(Role::Batch, usage.report).to_text(),
            "user": Subject::new(Role::Licensee, usage.user).to_text(),
            "counted_by": usage.counted_by,
            "first_day": time::day(usage.line.first_day),
            "last_day": time::day(usage.line.last_day),
            "uses": usage.line.uses, "seconds": usage.line.seconds,
            "revenue": usage.line.revenue,
        })),
    });
    if let Json::Object(own) = own {
        fields.extend(own);
    }
    Json::Object(fields)
}

const COLUMNS: [&str; 24] = [
    "period",
    "work",
    "used_on",
    "basis",
    "report",
    "user",
    "counted_by",
    "first_day",
    "last_day",
    "uses",
    "seconds",
    "revenue",
    "share_bp",
    "weight",
    "collected",
    "deducted",
    "allocated",
    "hold",
    "held",
    "tax",
    "levied",
    "paid",
    "open",
    "source",
];

/// Writes the lines as CSV, amounts in tiyn.
pub(super) fn write_csv(
    path: &Path,
    shown: &Shown,
    period: Option<&Period>,
) -> Result<(), CliError> {
    let failed = |error: csv::Error| CliError::file(path, &std::io::Error::other(error));
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS).map_err(failed)?;
    for row in shown.rows(period) {
        let (line, money) = (&row.allotted.line, &row.money);
        let usage = row.allotted.usage.as_ref();
        let of_use = |value: &dyn Fn(&crate::statement::uses::Use) -> String| {
            usage.map_or_else(String::new, value)
        };
        let record: [String; 24] = [
            row.period.to_owned(),
            Subject::new(Role::Work, line.work).to_text(),
            time::day(line.used_on),
            line.basis.name().to_owned(),
            of_use(&|it| Subject::new(Role::Batch, it.report).to_text()),
            of_use(&|it| Subject::new(Role::Licensee, it.user).to_text()),
            of_use(&|it| it.counted_by.clone()),
            of_use(&|it| time::day(it.line.first_day)),
            of_use(&|it| time::day(it.line.last_day)),
            of_use(&|it| it.line.uses.to_string()),
            of_use(&|it| it.line.seconds.to_string()),
            of_use(&|it| it.line.revenue.to_string()),
            line.share_bp.to_string(),
            line.weight.to_string(),
            money.collected.to_string(),
            money.deducted.to_string(),
            money.allocated.to_string(),
            line.hold.map_or("", |hold| hold.name()).to_owned(),
            money.held.to_string(),
            money.tax.to_string(),
            money.levied.to_string(),
            money.paid.to_string(),
            money.open.to_string(),
            line.source.map_or_else(String::new, |source| source.to_string()),
        ];
        out.write_record(record).map_err(failed)?;
    }
    let bytes = out.into_inner().unwrap_or_default();
    file::replace(path, &bytes)
}
