//! What is at hand of a record's body, and the one place that opens and seals private states (spec §14.4, §18.8).

use std::cell::Cell;

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::subject::Subject;

use crate::machine::Judgement;
use crate::overlay::Effects;
use crate::status::{Amounts, Money};
use crate::told::{Marks, Told, Trace};
use crate::view::{Private, View, ViewError};

/// What is at hand of a record's body, and of the private states that it touches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AtHand<'a> {
    /// Everything: the body, if the record has one, and every opening. So it is with validators, always.
    All(Option<&'a Body>),
    /// The body, if the record has one, but perhaps not every opening.
    Body(Option<&'a Body>, &'a Telling<'a>),
    /// Not the body.
    Unseen(&'a Telling<'a>),
}

/// What an audit was told of a record, and what it could not judge by itself.
#[derive(Debug)]
pub(crate) struct Telling<'a> {
    told: &'a Trace,
    /// Whether an opening was missing, so that amounts were not judged.
    pub(crate) unjudged: Cell<bool>,
    /// The last subject of which something had to be told and was not.
    pub(crate) untold: Cell<Option<Subject>>,
}

impl<'a> Telling<'a> {
    pub(crate) const fn new(told: &'a Trace) -> Self {
        Self { told, unjudged: Cell::new(false), untold: Cell::new(None) }
    }
}

impl<'a> AtHand<'a> {
    /// The body, if the record has one and it is at hand.
    pub(crate) const fn body(self) -> Option<&'a Body> {
        match self {
            Self::All(body) | Self::Body(body, _) => body,
            Self::Unseen(_) => None,
        }
    }

    /// Whether the record has a body that is not at hand.
    pub(crate) const fn is_unseen(self) -> bool {
        matches!(self, Self::Unseen(_))
    }

    const fn telling(self) -> Option<&'a Telling<'a>> {
        match self {
            Self::All(_) => None,
            Self::Body(_, telling) | Self::Unseen(telling) => Some(telling),
        }
    }

    /// What is told of a subject.
    pub(crate) fn told(self, subject: &Subject) -> Option<Told> {
        self.telling().and_then(|telling| telling.told.get(subject)).copied()
    }

    /// What has to be told of a subject; if it is not, that is noted.
    pub(crate) fn must_be_told(self, subject: &Subject) -> Option<Told> {
        let told = self.told(subject);
        if let (None, Some(telling)) = (told, self.telling()) {
            telling.untold.set(Some(*subject));
        }
        told
    }
}

impl<'a, V: View> Judgement<'a, V> {
    /// Whether the record has a body that is not at hand: of its fields nothing is judged.
    pub(crate) const fn is_unseen(&self) -> bool {
        self.at_hand.is_unseen()
    }

    /// A field of the body as an amount; 0 if it is absent or not at hand.
    pub(crate) fn amount(&self, name: &str) -> i64 {
        self.in_body(name).and_then(Value::as_i64).unwrap_or_default()
    }

    /// Whether the body is seen to have a field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.in_body(name).is_some()
    }

    /// Whether the body is seen to have no such field.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        !self.is_unseen() && !self.has(name)
    }

    /// A field of the body as a list; nothing if it is absent or not at hand.
    pub(crate) fn list(&self, name: &str) -> Option<&'a [Value]> {
        self.in_body(name).and_then(Value::as_list)
    }

    /// A field of the body; nothing if it is absent or not at hand.
    pub(crate) fn in_body(&self, name: &str) -> Option<&'a Value> {
        self.at_hand.body().and_then(|body| body.get(name))
    }
}

/// A private state as far as it is known, with the salt that its next commitment is chained to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened<T> {
    subject: Subject,
    before: Before<T>,
    /// The amounts; `None` if they are not known here.
    pub(crate) amounts: Option<T>,
}

/// A private state before the record.
#[derive(Clone, Copy, Debug)]
enum Before<T> {
    /// There was none, or it is stated anew.
    Nothing,
    Open {
        salt: [u8; 32],
        amounts: T,
    },
    /// Its opening is not known here.
    Closed,
}

impl<T: Amounts + Copy + PartialEq> Opened<T> {
    /// The first private state of a subject.
    pub(crate) const fn first(subject: Subject, amounts: T) -> Self {
        Self { subject, before: Before::Nothing, amounts: Some(amounts) }
    }

    /// Opens the commitment in the subject's status.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if the opening does not fit or, where all is at hand, is not held here: faults of the replica.
    pub(crate) fn open<V: View>(
        judged: &Judgement<'_, V>,
        subject: Subject,
        commitment: [u8; 32],
    ) -> Result<Self, ViewError> {
        match (judged.view.private(&subject)?, judged.at_hand.telling()) {
            (Some(private), _) => {
                if private.commitment() != commitment {
                    return Err(ViewError::Corrupt(subject));
                }
                let amounts = T::decode(&private.bytes).map_err(|_| ViewError::Corrupt(subject))?;
                let before = Before::Open { salt: private.salt, amounts };
                Ok(Self { subject, before, amounts: Some(amounts) })
            }
            (None, Some(telling)) => {
                telling.unjudged.set(true);
                Ok(Self { subject, before: Before::Closed, amounts: None })
            }
            (None, None) => Err(ViewError::PrivateMissing(subject)),
        }
    }

    /// Amounts that may have moved by what is not known here are unknown from now on; whether they moved is told.
    pub(crate) fn move_unseen<V: View>(&mut self, judged: &Judgement<'_, V>) {
        if matches!(self.before, Before::Nothing) || judged.at_hand.told(&self.subject).is_some() {
            self.amounts = None;
        }
    }

    /// The new commitment, if the record moved the amounts.
    pub(crate) fn seal_moved<V: View>(
        self,
        judged: &Judgement<'_, V>,
        effects: &mut Effects,
    ) -> Option<[u8; 32]> {
        let moved = match (self.before, self.amounts) {
            (Before::Nothing, _) => true,
            (Before::Open { amounts, .. }, Some(now)) => amounts != now,
            (Before::Open { .. } | Before::Closed, _) => {
                judged.at_hand.told(&self.subject).is_some()
            }
        };
        moved.then(|| self.seal(judged, effects))
    }

    /// Chains the salt with those of the record's body, and gives the new commitment. Where the amounts, the salt or the
    /// body are not known, the commitment is the one that is told, and nobody here can open it.
    pub(crate) fn seal<V: View>(
        self,
        judged: &Judgement<'_, V>,
        effects: &mut Effects,
    ) -> [u8; 32] {
        let salt = match self.before {
            Before::Nothing => Some([0; 32]),
            Before::Open { salt, .. } => Some(salt),
            Before::Closed => None,
        };
        if let (Some(salt), Some(amounts), false) = (salt, self.amounts, judged.is_unseen()) {
            let fields = judged.at_hand.body().map(Body::fields).unwrap_or_default();
            let salts = fields.iter().map(|field| &field.salt);
            let salt = Private::next_salt(&self.subject, &salt, salts);
            let private = Private { salt, bytes: amounts.encode() };
            let commitment = private.commitment();
            effects.privates.push((self.subject, Some(private)));
            effects.told.push((self.subject, amounts.told(commitment)));
            return commitment;
        }
        let told = judged.at_hand.must_be_told(&self.subject);
        effects.privates.push((self.subject, None));
        effects.told.extend(told.map(|told| (self.subject, told)));
        told.and_then(|told| told.commitment()).unwrap_or_default()
    }
}

impl Opened<Money> {
    /// What the status of the case is to say of its money; `None` if that is neither known nor told, so that it stays.
    pub(crate) fn marks<V: View>(&self, judged: &Judgement<'_, V>) -> Option<Marks> {
        match (&self.amounts, judged.at_hand.told(&self.subject)) {
            (Some(money), _) => Some(Marks::of(money)),
            (None, Some(Told::Money(_, marks))) => Some(marks),
            (None, _) => None,
        }
    }
}
