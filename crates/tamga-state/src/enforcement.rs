//! The life of a case: kinds E01–E18 as steps of the matrix (spec §16).
//!
//! | Module | Holds |
//! |---|---|
//! | `step` | a record read as a step; its row of the matrix; what it does to a proceeding |
//! | `proceeding` | a case with its measures, lots and complaints |
//! | `measures`, `lots`, `levies` | E06–E10 |
//! | `authority` | who may take the step |
//! | `checks` | dates, grounds and eligibility, kind by kind |
//! | [`assignment`] | E02: candidates, the draw among them, and its proof |
//! | `parties` | which subjects must be named, and their statuses |
//! | `money`, `payout`, `fees` | what is due, recovered and given out; conservation; priority |
//! | `private` | opening and sealing private states |
//! | `correction` | E18: amend, annul, reinstate by replay; erase a body |
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
mod fees;
mod levies;
mod lots;
mod measures;
mod money;
mod parties;
mod payout;
mod proceeding;
mod step;
mod timeline;

pub use correction::HISTORY_MAX;
pub use timeline::{Moment, timeline};

use correction::History;
use parties::Others;
use proceeding::{Act, Proceeding};
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
    let before = before.map(|case| Proceeding::load(judged, case)).transpose()?;
    let act = Act { record: judged.record, id: judged.id };
    let mut after = match (&before, &history, &step) {
        (None, _, _) => Proceeding::new(step::present(act)?),
        (Some(known), Some(history), Step::Correct(how)) => history.correct(judged, known, *how)?,
        (Some(known), _, _) => {
            let mut after = known.clone();
            step.apply(row, &mut after, act)?;
            after
        }
    };
    let change = Change { step, before: before.as_ref(), history: history.as_ref() };
    if !assignment::may_draw(judged, &change.step) {
        authority::check(judged, row, change.case(&after), history.as_ref())?;
    }
    checks::check(judged, &change, &after)?;
    assignment::apply(judged, &change.step, &mut after.case)?;
    let mut others = Others::load(judged, &change, &after.case)?;
    parties::expect(judged, &change, &after, &others)?;
    let mut effects = Effects::default();
    let sealed = money::apply(judged, &change, &mut after, &mut others, &mut effects)?;
    parties::write(judged, &change, &after, &others, &sealed, &mut effects)?;
    judged.write(&mut effects, judged.record.subject.id, &after.case)?;
    Ok(effects)
}

/// What a record is about to change: the step, the proceeding before it, and for a correction the
/// case's history.
struct Change<'a> {
    step: Step,
    before: Option<&'a Proceeding>,
    history: Option<&'a History>,
}

impl Change<'_> {
    /// The case before the record; for the first one, as it leaves it.
    fn case<'c>(&'c self, after: &'c Proceeding) -> &'c Case {
        self.before.map_or(&after.case, |known| &known.case)
    }
}

#[cfg(test)]
mod tests;
