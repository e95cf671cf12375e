//! Opening and sealing private states (spec §14.4).

use tamga_format::subject::Subject;

use crate::machine::Judgement;
use crate::overlay::Effects;
use crate::status::Amounts;
use crate::view::{Private, View, ViewError};

/// A private state as it stands, with the salt that its next commitment is chained to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened<T> {
    subject: Subject,
    salt: [u8; 32],
    /// The amounts.
    pub(crate) amounts: T,
}

impl<T: Amounts + Copy> Opened<T> {
    /// The first private state of a subject.
    pub(crate) const fn first(subject: Subject, amounts: T) -> Self {
        Self { subject, salt: [0; 32], amounts }
    }

    /// Opens the commitment in the subject's status.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if the opening is not held here or does not fit: faults of the replica.
    pub(crate) fn open<V: View>(
        view: &V,
        subject: Subject,
        commitment: [u8; 32],
    ) -> Result<Self, ViewError> {
        let private = view.private(&subject)?.ok_or(ViewError::PrivateMissing(subject))?;
        if private.commitment() != commitment {
            return Err(ViewError::Corrupt(subject));
        }
        let amounts = T::decode(&private.bytes).map_err(|_| ViewError::Corrupt(subject))?;
        Ok(Self { subject, salt: private.salt, amounts })
    }

    /// Chains the salt with those of the record's body, and gives the new commitment.
    pub(crate) fn seal<V: View>(
        self,
        judged: &Judgement<'_, V>,
        effects: &mut Effects,
    ) -> [u8; 32] {
        let fields = judged.body.map(tamga_format::body::Body::fields).unwrap_or_default();
        let salts = fields.iter().map(|field| &field.salt);
        let salt = Private::next_salt(&self.subject, &self.salt, salts);
        let private = Private { salt, bytes: self.amounts.encode() };
        let commitment = private.commitment();
        effects.privates.push((self.subject, Some(private)));
        commitment
    }
}
