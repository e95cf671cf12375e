//! The life of a case: kinds E01–E18 as steps of the matrix (spec §16).
//!
//! | Module | Holds |
//! |---|---|
//! | `step` | a record read as a step; its row of the matrix; what it does to a case's status |
//! | `authority` | who may take the step |
//! | `checks` | dates, grounds and eligibility, kind by kind |
//! | [`assignment`] | E02: candidates, the draw among them, and its proof |
//! | `money` | what is due, recovered and given out; conservation |
//! | `parties` | which subjects must be named, and their statuses |
//! | `correction` | E18: amend, annul, reinstate by replay |
//! | `timeline` | the stages of a case, record by record, for those who show it |

use crate::catalogue::Kind;
use crate::codes::{Code, Rejection};
use crate::machine::Judgement;
use crate::overlay::Effects;
use crate::status::Case;
use crate::view::View;

pub mod assignment;
mod authority;
mod checks;
mod correction;
mod money;
mod parties;
mod step;
mod timeline;

pub use correction::HISTORY_MAX;
pub use timeline::{Moment, timeline};

use correction::History;
use step::Step;

/// Judges one enforcement record.
pub(crate) fn execute<V: View>(judged: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let before: Option<Case> = judged.primary()?;
    if before.is_none() && judged.info.kind != Kind::E01 {
        let detail = format!("there is no {}", judged.record.subject);
        return Err(Rejection::new(Code::SubjectUnknown, "/subject", detail));
    }
    let step = Step::read(judged.info.kind, judged.record)?;
    let stage = before.as_ref().map(|case| case.stage);
    let row = step.row(stage);
    step::permitted(row, judged.info.kind, stage)?;
    let history = match &step {
        Step::Correct(_) => Some(History::of(judged)?),
        _ => None,
    };
    let mut after = match (&before, &history, &step) {
        (None, _, _) => step::present(judged.record)?,
        (Some(case), Some(history), Step::Correct(how)) => history.correct(judged, case, *how)?,
        (Some(case), _, _) => {
            let mut after = case.clone();
            step.apply(row, &mut after, judged.record)?;
            after
        }
    };
    let case = before.as_ref().unwrap_or(&after);
    if !assignment::may_draw(judged, &step) {
        authority::check(judged, row, case, history.as_ref())?;
    }
    checks::check(judged, &step, case)?;
    assignment::apply(judged, &step, &mut after)?;
    let mut effects = Effects::default();
    parties::write(judged, before.as_ref(), &after, &step, &mut effects)?;
    money::apply(judged, &step, history.as_ref(), &mut after, &mut effects)?;
    judged.write(&mut effects, judged.record.subject.id, &after)?;
    Ok(effects)
}

#[cfg(test)]
mod tests;
