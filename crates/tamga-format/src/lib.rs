//! The bytes of Tamga and how to check them: what an outsider must trust.
//!
//! | Layer | Modules | Spec |
//! |---|---|---|
//! | bytes | [`cbor`], [`id`], [`amount`], [`error`], [`limits`] | §2, §3 |
//! | keys | [`signature`] | §4 |
//! | what is written | [`record`], [`body`], [`subject`] | §5, §6, §7 |
//! | the log and its proofs | [`merkle`], [`tile`], [`block_leaf`], [`note`], [`checkpoint`], [`tlog_proof`] | §8 and after |
//! | the authenticated map | [`mpt`] | |
//! | batches of lines and their proofs | [`attachment`], [`lines`], [`held`] | §24 |
//! | who agreed | [`cosignature`], [`policy`], [`policy_record`], [`witness`], [`validators`], [`peer`], [`certificate`], [`beacon`] | |
//! | the files one hands over | [`receipt`], [`subject_proof`], [`omission`], [`assignment`], [`policy_chain`], [`acceptance`], [`contradiction`], [`evidence`] | |
//!
//! Facts are types, each built only by the step before:
//! [`record::Record`] → [`record::SignedRecord`] → [`record::VerifiedRecord`].
//!
//! The crate does no I/O, reads no clock, holds no randomness and allocates no more than a fixed
//! multiple of its input.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![warn(clippy::missing_errors_doc)]
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod acceptance;
pub mod amount;
pub mod assignment;
pub mod attachment;
pub mod beacon;
pub mod block_leaf;
pub mod body;
pub mod cbor;
pub mod certificate;
pub mod checkpoint;
pub mod contradiction;
pub mod cosignature;
pub mod error;
pub mod evidence;
pub mod held;
pub mod id;
pub mod limits;
pub mod lines;
pub mod merkle;
pub mod mpt;
pub mod note;
pub mod omission;
pub mod peer;
pub mod policy;
pub mod policy_chain;
pub mod policy_record;
pub mod receipt;
pub mod reconciliation;
pub mod record;
pub mod signature;
pub mod subject;
pub mod subject_proof;
pub mod tile;
pub mod tlog_proof;
pub mod validators;
pub mod witness;
