//! R03: a rightsholder gives an organisation the management of rights (spec §23.3).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::{
    Cmo, categories, day, document, event_day, past_day, required_day, sphere, text, without,
};
use crate::civil::DAY_DOUBT;
use crate::codes::{Code, Rejection};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Mandate, MandateState, MandateTerm, RightCategories, RightsholderStatus};
use crate::view::View;

const CATEGORIES: (u16, &str) = (3, "right_categories");
const TERRITORY: (u16, &str) = (4, "territory");
const VALID_FROM: (u16, &str) = (5, "valid_from");
const VALID_TO: (u16, &str) = (6, "valid_to");
const END_DATE: (u16, &str) = (7, "end_date");
const EXCLUDED: (u16, &str) = (8, "excluded_works");
const SPHERE: (u16, &str) = (9, "sphere");

/// R03: a step of a mandate.
pub(crate) fn mandate<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::required(case)?;
    let [rightsholder] = case.named(Role::Rightsholder)[..] else {
        let detail = "R03 must name exactly one rightsholder";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    case.expect_subjects(vec![cmo.subject, Subject::new(Role::Rightsholder, rightsholder)])?;
    let known: Option<Mandate> = case.primary()?;
    if known.as_ref().is_some_and(|known| known.rightsholder != rightsholder) {
        let detail = "the mandate is another rightsholder's";
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
    }
    if known.as_ref().is_some_and(|known| known.cmo != cmo.subject.id) {
        let detail = "the mandate is another organisation's";
        return Err(at_field(Code::SubjectUnexpected, "okup_id", detail));
    }
    let holder: RightsholderStatus = case.status(rightsholder)?.unwrap_or_default();
    let mut step = Step { case, cmo, holder };
    let status = match (text(case, 2), known) {
        (Some("SIGNED"), None) => step.signed(rightsholder)?,
        (Some("AMENDED"), Some(known)) => step.amended(known)?,
        (Some("TERMINATION_NOTICED"), Some(known)) => step.noticed(known)?,
        (Some("ENDED"), Some(known)) => step.ended(known)?,
        (Some("SIGNED"), Some(_)) => {
            return Err(Rejection::new(Code::Duplicate, "/subject", "the mandate is signed"));
        }
        (_, _) => {
            return Err(at_field(Code::StageNotAllowed, "action", "the mandate is not signed"));
        }
    };
    step.holder.rights_set = Some(case.id);
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    case.write(&mut effects, rightsholder, &step.holder)?;
    step.cmo.write(case, &mut effects)?;
    Ok(effects)
}

/// A step under way.
struct Step<'c, 'a, V: View> {
    case: &'c Judgement<'a, V>,
    cmo: Cmo,
    holder: RightsholderStatus,
}

impl<V: View> Step<'_, '_, V> {
    fn signed(&mut self, rightsholder: SubjectId) -> Result<Mandate, Rejection> {
        let case = self.case;
        without(case, &[END_DATE])?;
        document(case)?;
        let missing = |name| at_field(Code::Validation, name, "a signed mandate has it");
        let sphere = sphere(case, SPHERE)?;
        let categories = categories(case, CATEGORIES.0)?.ok_or_else(|| missing(CATEGORIES.1))?;
        let territory = text(case, TERRITORY.0).ok_or_else(|| missing(TERRITORY.1))?.to_owned();
        let from = required_day(case, VALID_FROM)?;
        self.cmo.accredited(case, sphere, event_day(case), "sphere")?;
        self.add(from, day(case, VALID_TO.0), categories)?;
        self.cmo.status.mandates = self.cmo.status.mandates.saturating_add(1);
        Ok(Mandate {
            rightsholder,
            cmo: self.cmo.subject.id,
            state: MandateState::InForce,
            sphere,
            territory,
            excluded: self.excluded()?.unwrap_or_default(),
        })
    }

    /// From a day on it covers something else.
    fn amended(&mut self, known: Mandate) -> Result<Mandate, Rejection> {
        let case = self.case;
        without(case, &[END_DATE, SPHERE])?;
        document(case)?;
        self.expect(&known, &[MandateState::InForce])?;
        let from = required_day(case, VALID_FROM)?;
        let term = *self.latest()?;
        if from < term.from || term.to.is_some_and(|to| from >= to) {
            let detail = "it does not lie in the mandate's term";
            return Err(at_field(Code::DateOrder, VALID_FROM.1, detail));
        }
        if from == term.from {
            self.holder.mandates.retain(|known| *known != term);
        } else {
            self.latest()?.to = Some(from);
        }
        let to = day(case, VALID_TO.0).or(term.to);
        self.add(from, to, categories(case, CATEGORIES.0)?.unwrap_or(term.categories))?;
        let territory = text(case, TERRITORY.0).map_or(known.territory, str::to_owned);
        let excluded = self.excluded()?.unwrap_or(known.excluded);
        Ok(Mandate { territory, excluded, ..known })
    }

    fn noticed(&mut self, known: Mandate) -> Result<Mandate, Rejection> {
        without(self.case, &[CATEGORIES, TERRITORY, VALID_FROM, VALID_TO, EXCLUDED, SPHERE])?;
        self.expect(&known, &[MandateState::InForce])?;
        let end = required_day(self.case, END_DATE)?;
        if end < event_day(self.case).saturating_sub(DAY_DOUBT) {
            let detail = "notice is given before the end";
            return Err(at_field(Code::DateOrder, END_DATE.1, detail));
        }
        self.shorten(end)?;
        Ok(Mandate { state: MandateState::TerminationNoticed, ..known })
    }

    fn ended(&mut self, known: Mandate) -> Result<Mandate, Rejection> {
        without(self.case, &[CATEGORIES, TERRITORY, VALID_FROM, VALID_TO, EXCLUDED, SPHERE])?;
        self.expect(&known, &[MandateState::InForce, MandateState::TerminationNoticed])?;
        let end = past_day(self.case, END_DATE)?;
        self.shorten(end)?;
        self.cmo.status.mandates = self.cmo.status.mandates.saturating_sub(1);
        Ok(Mandate { state: MandateState::Ended, ..known })
    }

    fn expect(&self, known: &Mandate, states: &[MandateState]) -> Result<(), Rejection> {
        if states.contains(&known.state) {
            return Ok(());
        }
        let detail = format!("the mandate is {}", known.state.name());
        Err(at_field(Code::StageNotAllowed, "action", detail))
    }

    /// The mandate's latest term.
    fn latest(&mut self) -> Result<&mut MandateTerm, Rejection> {
        let id = self.case.record.subject.id;
        let term = self.holder.mandates.iter_mut().rev().find(|term| term.mandate == id);
        term.ok_or_else(|| at_field(Code::StageNotAllowed, "action", "the mandate has no term"))
    }

    /// The mandate ends on a day, which is not later than it was to.
    fn shorten(&mut self, end: i64) -> Result<(), Rejection> {
        let term = self.latest()?;
        if end < term.from || term.to.is_some_and(|to| to < end) {
            let detail = "it does not lie in the mandate's term";
            return Err(at_field(Code::DateOrder, END_DATE.1, detail));
        }
        term.to = Some(end);
        Ok(())
    }

    /// Adds a term of this mandate: no other organisation manages the same rights then.
    fn add(
        &mut self,
        from: i64,
        to: Option<i64>,
        categories: RightCategories,
    ) -> Result<(), Rejection> {
        if to.is_some_and(|to| to <= from) {
            let detail = "the term ends before it begins";
            return Err(at_field(Code::DateOrder, VALID_TO.1, detail));
        }
        let case = self.case;
        let (mandate, cmo) = (case.record.subject.id, self.cmo.subject.id);
        let term = MandateTerm { mandate, cmo, categories, from, to };
        let reading = parameters::on(case.view, Name::MandateScopeExclusive, event_day(case))?;
        let apart = reading.is_some_and(|it| it.value.as_text() == Some("per_category"));
        let rival = self.holder.mandates.iter().find(|other| {
            other.mandate != mandate
                && other.overlaps(&term)
                && (!apart || other.categories.meets(categories))
        });
        if rival.is_some() {
            let detail = "another mandate of the rightsholder is in force then";
            return Err(at_field(Code::MandateNotExclusive, VALID_FROM.1, detail));
        }
        if self.holder.mandates.len() >= RightsholderStatus::TERMS_MAX {
            let most = RightsholderStatus::TERMS_MAX;
            let detail = format!("the rightsholder has {most} terms of mandates, the limit");
            return Err(Rejection::new(Code::StatusFull, "/subjects", detail));
        }
        self.holder.mandates.push(term);
        Ok(())
    }

    /// The works left out, if the record says which.
    fn excluded(&self) -> Result<Option<Vec<SubjectId>>, Rejection> {
        let Some(rows) = self.case.record.field(EXCLUDED.0).and_then(Value::as_list) else {
            return Ok(None);
        };
        let id = |row: &Value| match row.as_list() {
            Some([id]) => id.as_array_of().map(SubjectId),
            _ => None,
        };
        let works: Vec<SubjectId> = rows.iter().filter_map(id).collect();
        if works.is_sorted_by(|a, b| a < b) {
            Ok(Some(works))
        } else {
            Err(at_field(Code::Validation, EXCLUDED.1, "works stand in ascending order, each once"))
        }
    }
}
