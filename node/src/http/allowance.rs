//! How much each client may ask for, in memory that no number of clients exceeds.
//!
//! An allowance is a bucket of `quota` units that refills evenly within a minute. All that is kept of a client is the
//! instant at which its bucket is full again, and a client whose bucket is full is not kept at all. When there are too
//! many, the one whose bucket is fullest is forgotten: of all it gains the least by it.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::Duration;

/// The time in which an empty bucket fills.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
const WINDOW_NS: u64 = 60_000_000_000;

/// What is left to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Units that it may take now.
    pub(super) remaining: u64,
    /// Seconds until its bucket is full.
    pub(super) full_in_s: u64,
}

/// The buckets of all clients of one kind. Times are those since a fixed moment.
#[derive(Debug)]
pub(super) struct Allowances {
    quota: u64,
    /// Nanoseconds in which one unit comes back.
    unit_ns: u64,
    clients_max: usize,
    full_at: HashMap<IpAddr, u64>,
    fullest_first: BTreeSet<(u64, IpAddr)>,
}

impl Allowances {
    /// Full buckets of `quota` units, at least one, for at most `clients_max` clients at a time.
    pub(super) fn new(quota: u32, clients_max: usize) -> Self {
        let quota = u64::from(quota.max(1));
        Self {
            quota,
            unit_ns: WINDOW_NS / quota,
            clients_max: clients_max.max(1),
            full_at: HashMap::new(),
            fullest_first: BTreeSet::new(),
        }
    }

    /// Units of a full bucket.
    pub(super) const fn quota(&self) -> u64 {
        self.quota
    }

    /// Clients whose bucket is not known to be full.
    #[cfg(test)]
    pub(super) fn clients(&self) -> usize {
        self.full_at.len()
    }

    /// Takes a unit from a client's bucket.
    ///
    /// # Errors
    ///
    /// The time after which one is there; nothing is taken.
    pub(super) fn take(&mut self, client: IpAddr, now: Duration) -> Result<(), Duration> {
        self.grant(client, 1, 1, now)
    }

    /// Takes as many units more, for a request that turned out to be worth them. They may overdraw the bucket, once:
    /// what is owed comes back before anything else is taken.
    ///
    /// # Errors
    ///
    /// The time after which a unit is there, if the bucket is overdrawn already; nothing is taken.
    pub(super) fn take_more(
        &mut self,
        client: IpAddr,
        units: u64,
        now: Duration,
    ) -> Result<(), Duration> {
        self.grant(client, units, 0, now)
    }

    /// Takes units if as many as `left` are there.
    fn grant(
        &mut self,
        client: IpAddr,
        units: u64,
        left: u64,
        now: Duration,
    ) -> Result<(), Duration> {
        let now = nanoseconds(now);
        self.forget_full(now);
        let from = self.full_at(client, now);
        let spent = from - now;
        if spent.saturating_add(self.unit_ns * left) > self.bucket_ns() {
            let missing = spent.saturating_add(self.unit_ns) - self.bucket_ns();
            return Err(Duration::from_nanos(missing));
        }
        self.put(client, from.saturating_add(self.unit_ns.saturating_mul(units)));
        Ok(())
    }

    /// What is left to a client.
    pub(super) fn standing(&self, client: IpAddr, now: Duration) -> Standing {
        let now = nanoseconds(now);
        let spent = self.full_at(client, now) - now;
        Standing {
            remaining: self.bucket_ns().saturating_sub(spent) / self.unit_ns,
            full_in_s: spent.div_ceil(1_000_000_000),
        }
    }

    /// Nanoseconds in which an empty bucket fills; at most [`WINDOW`].
    const fn bucket_ns(&self) -> u64 {
        self.unit_ns * self.quota
    }

    /// When a client's bucket is full, not before `now`.
    fn full_at(&self, client: IpAddr, now: u64) -> u64 {
        self.full_at.get(&client).copied().unwrap_or_default().max(now)
    }

    fn put(&mut self, client: IpAddr, full_at: u64) {
        match self.full_at.insert(client, full_at) {
            Some(before) => {
                self.fullest_first.remove(&(before, client));
            }
            None if self.full_at.len() > self.clients_max => {
                if let Some((_, fullest)) = self.fullest_first.pop_first() {
                    self.full_at.remove(&fullest);
                }
            }
            None => {}
        }
        self.fullest_first.insert((full_at, client));
    }

    /// Forgets two clients whose buckets are full, if there are any: one more than a call brings in.
    fn forget_full(&mut self, now: u64) {
        for _ in 0..2 {
            match self.fullest_first.first() {
                Some(&(full_at, client)) if full_at <= now => {
                    self.fullest_first.pop_first();
                    self.full_at.remove(&client);
                }
                _ => return,
            }
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
