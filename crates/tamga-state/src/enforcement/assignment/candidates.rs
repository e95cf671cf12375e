//! The list of candidates: officers by ascending id, and why some are left out (spec §16.18).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::record::Record;

use super::field;
use crate::catalogue::{CANDIDATES_MAX, coded};

coded! {
    /// Why an officer of the list is not drawn.
    Exclusion {
        /// The office is in another region than the case; checked.
        WrongRegion = 1 "WRONG_REGION";
        /// The officer or the licence is not in force; checked.
        NotInForce = 2 "OFFICE_NOT_IN_FORCE";
        /// The officer has no key in force; as declared.
        KeyNotInForce = 3 "KEY_NOT_IN_FORCE";
        /// The officer is a party of the case, says the identity vault; as declared.
        OwnTag = 4 "OWN_TAG";
        /// The officer has declared a relation to a party; as declared.
        DeclaredRelation = 5 "DECLARED_RELATION";
        /// The officer was recused in a linked case; as declared.
        PreviousRecusal = 6 "PREVIOUS_RECUSAL";
        /// An act of the officer was annulled in a case of the same party; as declared.
        AnnulledAct = 7 "ANNULLED_ACT";
    }
}

/// An officer on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The officer.
    pub officer: SubjectId,
    /// Why the officer is left out; `None` if not.
    pub exclusion: Option<Exclusion>,
}

/// A list of 1 to [`CANDIDATES_MAX`] officers, by ascending id, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates(Vec<Candidate>);

impl Candidates {
    /// The list of these officers, put in order; `None` if there are none, too many, or one twice.
    #[must_use]
    pub fn new(mut officers: Vec<Candidate>) -> Option<Self> {
        officers.sort_by_key(|candidate| candidate.officer);
        Self::sorted(officers)
    }

    fn sorted(officers: Vec<Candidate>) -> Option<Self> {
        let ascending = officers.iter().zip(officers.iter().skip(1));
        let in_order = ascending.into_iter().all(|(a, b)| a.officer < b.officer);
        let fits = (1..=CANDIDATES_MAX).contains(&officers.len());
        (fits && in_order).then_some(Self(officers))
    }

    /// Reads the value of the field; `None` if it has another form.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let items = value.as_list().filter(|items| items.len() <= CANDIDATES_MAX)?;
        Self::sorted(items.iter().map(candidate).collect::<Option<_>>()?)
    }

    /// The list in a record; `None` if it has none.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        record.field(field::CANDIDATES).and_then(Self::read)
    }

    /// The value of the field.
    #[must_use]
    pub fn value(&self) -> Value {
        let item = |candidate: &Candidate| {
            let officer = Value::bytes(candidate.officer.as_bytes());
            match candidate.exclusion {
                None => officer,
                Some(reason) => Value::Array(vec![officer, Value::text(reason.name())]),
            }
        };
        Value::Array(self.0.iter().map(item).collect())
    }

    /// The officers in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Candidate] {
        &self.0
    }
}

fn candidate(value: &Value) -> Option<Candidate> {
    let officer = |value: &Value| value.as_array_of().map(SubjectId);
    match value.as_list() {
        None => Some(Candidate { officer: officer(value)?, exclusion: None }),
        Some([id, reason]) => {
            let exclusion = Exclusion::from_name(reason.as_text()?)?;
            Some(Candidate { officer: officer(id)?, exclusion: Some(exclusion) })
        }
        Some(_) => None,
    }
}

/// Reads the loads in a record that draws; `None` if the value has another form.
#[must_use]
pub fn read_loads(value: &Value) -> Option<Vec<u32>> {
    let items = value.as_list().filter(|items| (1..=CANDIDATES_MAX).contains(&items.len()))?;
    items.iter().map(|item| item.as_u64().and_then(|load| u32::try_from(load).ok())).collect()
}
