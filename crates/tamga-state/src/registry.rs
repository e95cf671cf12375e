//! The registry: organisations, officers, keys, accreditations, parameters, delegations, the policy
//! and approvals (spec §15).

mod accreditation;
mod approval;
mod delegation;
mod keys;
mod parameters;
mod people;
mod policy;

pub(crate) use accreditation::accreditation;
pub(crate) use approval::approval;
pub(crate) use delegation::delegation;
pub(crate) use keys::{key_changed, key_registered};
pub use keys::{key_of, key_subject, possession_message};
pub(crate) use parameters::parameter;
pub(crate) use people::{officer, organisation};
pub use policy::{entered_policy, genesis_policy_fields};
pub(crate) use policy::{of_genesis as policy_of_genesis, policy};

#[cfg(test)]
mod tests;
