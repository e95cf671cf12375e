//! `tamga verify` of an evidence pack, as an archive or as the folder it was unpacked to.

use serde_json::json;

use super::super::{Session, status};
use super::title;
use crate::output::Shown;
use crate::pack::judge::{Judged, judge};
use crate::pack::{Member, POLICY};
use crate::trust::Trust;
use crate::verify::Verdict;

/// Judges the files of a pack: those that are not authentic are shown, then the pack as a whole.
pub(super) fn run(
    members: &[Member],
    name: &str,
    trust: &Trust,
    session: &mut Session<'_>,
) -> Verdict {
    let judgement = judge(members, trust);
    let worst = judgement.verdict();
    let mut lines = Vec::new();
    if let Some(proven) = &judgement.proven {
        lines.extend(status::lines(proven, session));
    }
    for file in judgement.files.iter().filter(|file| file.verdict != Verdict::Authentic) {
        let shown = shown(file, name, session);
        session.out.item("verify.file", shown);
    }
    let wrong = judgement.files.iter().filter(|file| file.verdict != Verdict::Authentic).count();
    let args = [
        ("count", judgement.files.len().to_string()),
        ("wrong", wrong.to_string()),
        ("policy", POLICY.to_owned()),
    ];
    lines.insert(0, title(worst, name, session));
    lines.push(format!("  {}", session.out.messages.text("verify-pack", &args)));
    if worst == Verdict::Authentic {
        lines.push(format!("  {}", session.out.messages.text("verify-pack-limits", &args)));
    } else {
        lines.push(format!("  {}", session.text(&format!("verdict-{}.next", worst.name()))));
    }
    let verdict = worst.name();
    let data = json!({
        "file": name, "verdict": verdict, "files": judgement.files.len(), "wrong": wrong,
        "subject": judgement.proven.as_ref().map(status::to_json),
    });
    let blank = std::iter::repeat_n(String::new(), 4);
    let plain = [name.to_owned(), verdict.to_owned()].into_iter().chain(blank).collect();
    let shown = Shown { data, human: lines.join("\n"), plain, id: verdict.to_owned() };
    session.out.item("verify.file", shown);
    worst
}

fn shown(file: &Judged, pack: &str, session: &Session<'_>) -> Shown {
    let name = format!("{pack}/{}", file.name);
    let verdict = file.verdict.name();
    let fault = file.fault.as_ref().map(|said| session.out.messages.said(said));
    let why = fault.iter().map(|fault| format!("\n  {:<14} {fault}", session.text("verify-why")));
    let human = format!("{}{}", title(file.verdict, &name, session), why.collect::<String>());
    let data = json!({ "file": name, "verdict": verdict, "fault": fault });
    let blank = std::iter::repeat_n(String::new(), 4);
    let plain = [name, verdict.to_owned()].into_iter().chain(blank).collect();
    Shown { data, human, plain, id: verdict.to_owned() }
}
