//! What was broken on purpose and when: written by whatever broke it, read by the check.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::clock::{Clock, SystemClock};

use crate::json_lines;

/// How long after a fault the system may still be coming back.
pub(crate) const RECOVERY_US: i64 = 10_000_000;

/// One fault, from its beginning until it healed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What was done, in words. A fault of Redis names Redis: it may excuse lost joins.
    pub what: String,
    /// Microseconds since 1970.
    pub began_us: i64,
    /// When everything was back up, in microseconds since 1970.
    pub healed_us: i64,
}

impl Fault {
    /// Whether it may have cost Redis what it had.
    pub(crate) fn is_of_redis(&self) -> bool {
        self.what.to_lowercase().contains("redis")
    }

    /// Whether something was broken between two moments.
    pub(crate) const fn overlaps(&self, from_us: i64, until_us: i64) -> bool {
        self.began_us < until_us && self.healed_us > from_us
    }
}

/// Appends faults to a file, one JSON line each.
#[derive(Debug, Clone)]
pub struct FaultLog {
    path: PathBuf,
}

impl FaultLog {
    /// Appends to this file, which need not exist yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Returns the current time, for [`Fault::began_us`].
    #[must_use]
    pub fn now_us() -> i64 {
        SystemClock.now().as_microsecond()
    }

    /// Records a fault that has just healed.
    ///
    /// # Errors
    ///
    /// Returns an error when the file cannot be written.
    pub fn healed(&self, what: &str, began_us: i64) -> anyhow::Result<()> {
        let fault = Fault { what: what.to_owned(), began_us, healed_us: Self::now_us() };
        json_lines::append(&self.path, &fault)
    }
}
