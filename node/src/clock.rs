//! The wall clock: the only reader of it in this package.

use std::time::{SystemTime, UNIX_EPOCH};

use tamga_format::id::UnixMillis;

/// Reads the machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// Milliseconds since 1970-01-01 UTC; a clock before that reads as zero.
    #[must_use]
    pub fn now(self) -> UnixMillis {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
    }
}
