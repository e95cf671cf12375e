//! What the records of one collective management organisation say in public, as far as deadlines care.

use tamga_format::cbor::Value;
use tamga_format::id::{LeafIndex, RecordId, SubjectId, UnixMillis};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{Kind, KindInfo};
use crate::civil::day_of;
use crate::royalty::period::Period;
use crate::status::{AccreditationState, Sphere, UsageSource};

/// One record of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoyaltyEvent {
    /// Its id.
    pub record: RecordId,
    /// Its position in the log.
    pub index: LeafIndex,
    /// When it happened, as its writer says.
    pub happened: UnixMillis,
    /// What it says.
    pub what: RoyaltyWhat,
}

/// An account: a sphere and a currency.
pub type AccountName = (Sphere, String);

/// What a record of an organisation says, by kind. Days are counted from 1970-01-01.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoyaltyWhat {
    /// G05: a term of an accreditation was granted.
    Accredited {
        /// In which sphere.
        sphere: Sphere,
        /// First day.
        from: i64,
        /// First day no longer.
        to: i64,
    },
    /// G05: the accreditation was revoked.
    Revoked {
        /// In which sphere.
        sphere: Sphere,
        /// From which day on.
        on: i64,
    },
    /// R04: a user was licensed.
    Licensed {
        /// The user.
        licensee: SubjectId,
        /// First day.
        from: i64,
        /// First day no longer.
        to: i64,
    },
    /// R04: a licence ended early.
    Unlicensed {
        /// The record that granted it.
        licence: RecordId,
        /// First day no longer.
        on: i64,
    },
    /// R05: a user reported what was used, or a counter did.
    Used {
        /// The user.
        licensee: SubjectId,
        /// First day of the uses.
        first: i64,
        /// Last day of the uses.
        last: i64,
        /// Whether a counter of the platform reports, not the user.
        counted: bool,
    },
    /// R06: money came into a pool.
    Collected {
        /// The pool.
        pool: SubjectId,
        /// When.
        on: i64,
        /// Last day of the pool's period.
        ends: i64,
        /// The account it is on.
        account: AccountName,
    },
    /// R07: a pool was fixed.
    Fixed {
        /// The pool.
        pool: SubjectId,
    },
    /// R07: the distribution of a pool was published.
    Published {
        /// The pool.
        pool: SubjectId,
    },
    /// R08: a batch of allocations.
    Allocated {
        /// The batch.
        batch: SubjectId,
        /// Its pool.
        pool: SubjectId,
        /// What it allocates, in tiyn.
        total: i64,
        /// What of it is held, in tiyn.
        held: i64,
    },
    /// R09: a batch of payouts.
    Paid {
        /// The batch.
        batch: SubjectId,
        /// The allocation that is paid.
        allocation: SubjectId,
        /// Its pool.
        pool: SubjectId,
        /// What is paid, withheld as tax and levied, in tiyn.
        amount: i64,
        /// Its lines.
        lines: u64,
    },
    /// R10: a rightsholder got a statement about these batches of the book.
    Stated {
        /// The batches.
        batches: Vec<SubjectId>,
    },
    /// R12: a rightsholder objected to something.
    Objected {
        /// The dispute.
        dispute: SubjectId,
    },
    /// R12: the organisation answered, or a court or the authorised body decided.
    Answered {
        /// The dispute.
        dispute: SubjectId,
    },
    /// R12: the objection was withdrawn.
    Withdrawn {
        /// The dispute.
        dispute: SubjectId,
    },
    /// R11: an account was reported for a period.
    Reported {
        /// The account.
        account: AccountName,
        /// Last day of the period.
        ends: i64,
    },
}

impl RoyaltyEvent {
    /// Reads a record that names an organisation; `None` for kinds that no deadline cares about.
    #[must_use]
    pub fn read(signed: &SignedRecord, index: LeafIndex) -> Option<Self> {
        let record = signed.record();
        let info = Kind::from_number(record.kind)?.info();
        let what = Fields { info, record }.what()?;
        Some(Self { record: signed.id(), index, happened: record.event_time, what })
    }

    /// The civil day on which it happened.
    #[must_use]
    pub fn day(&self) -> i64 {
        day_of(self.happened)
    }
}

/// The public fields of one record, by name.
struct Fields<'r> {
    info: &'static KindInfo,
    record: &'r Record,
}

impl Fields<'_> {
    fn what(&self) -> Option<RoyaltyWhat> {
        Some(match self.info.kind {
            Kind::G05 => self.accreditation()?,
            Kind::R04 if self.word("action")? == "SIGNED" => RoyaltyWhat::Licensed {
                licensee: self.record.subject.id,
                from: self.number("valid_from")?,
                to: self.number("valid_to")?,
            },
            Kind::R04 => RoyaltyWhat::Unlicensed {
                licence: self.field("licence")?.as_array_of().map(RecordId)?,
                on: self.number("end_date")?,
            },
            Kind::R05 => RoyaltyWhat::Used {
                licensee: self.named(Role::Licensee)?,
                first: self.number("first_day")?,
                last: self.number("last_day")?,
                counted: self.word("source")? == UsageSource::Counter.name(),
            },
            Kind::R06 => RoyaltyWhat::Collected {
                pool: self.record.subject.id,
                on: self.number("collected_on")?,
                ends: Period::parse(self.word("period")?)?.last_day(),
                account: self.account()?,
            },
            Kind::R07 => {
                let pool = self.record.subject.id;
                match self.word("action")? {
                    "POOL_FIXED" => RoyaltyWhat::Fixed { pool },
                    "PUBLISHED" => RoyaltyWhat::Published { pool },
                    _ => return None,
                }
            }
            Kind::R08 => RoyaltyWhat::Allocated {
                batch: self.record.subject.id,
                pool: self.named(Role::Pool)?,
                total: self.number("total")?,
                held: self.number("held")?,
            },
            Kind::R09 => {
                let amounts = ["net", "tax", "levied"].map(|name| self.number(name));
                let sum = |sum: i64, amount: Option<i64>| Some(sum.saturating_add(amount?));
                RoyaltyWhat::Paid {
                    batch: self.record.subject.id,
                    allocation: self.named(Role::Batch)?,
                    pool: self.named(Role::Pool)?,
                    amount: amounts.into_iter().try_fold(0, sum)?,
                    lines: self.field("line_count")?.as_u64()?,
                }
            }
            Kind::R10 => {
                let rows = self.field("batches")?.as_list()?.iter();
                let id = |row: &Value| row.as_list()?.first()?.as_array_of().map(SubjectId);
                RoyaltyWhat::Stated { batches: rows.filter_map(id).collect() }
            }
            Kind::R11 => RoyaltyWhat::Reported {
                account: self.account()?,
                ends: Period::parse(self.word("report_period")?)?.last_day(),
            },
            Kind::R12 => {
                let dispute = self.record.subject.id;
                match self.word("action")? {
                    "FILED" => RoyaltyWhat::Objected { dispute },
                    "WITHDRAWN" => RoyaltyWhat::Withdrawn { dispute },
                    _ => RoyaltyWhat::Answered { dispute },
                }
            }
            _ => return None,
        })
    }

    /// A grant with a term, or a revocation; what else happens to an accreditation moves no deadline.
    fn accreditation(&self) -> Option<RoyaltyWhat> {
        let sphere = Sphere::from_name(self.word("sphere")?)?;
        match AccreditationState::from_name(self.word("state")?)? {
            AccreditationState::Granted => Some(RoyaltyWhat::Accredited {
                sphere,
                from: self.number("valid_from")?,
                to: self.number("valid_to")?,
            }),
            AccreditationState::Revoked => {
                Some(RoyaltyWhat::Revoked { sphere, on: self.number("state_date")? })
            }
            AccreditationState::Applied
            | AccreditationState::Suspended
            | AccreditationState::Expired => None,
        }
    }

    fn account(&self) -> Option<AccountName> {
        Some((Sphere::from_name(self.word("sphere")?)?, self.word("currency")?.to_owned()))
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.record.field(self.info.field_named(name)?.number)
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_text()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.field(name)?.as_i64()
    }

    fn named(&self, role: Role) -> Option<SubjectId> {
        let named = |subject: &&Subject| subject.role == role;
        self.record.subjects.iter().find(named).map(|subject| subject.id)
    }
}
