//! Moments that a request may name.

use crate::{ApiError, extract::Faults};
use jiff::{SignedDuration, Timestamp};

/// How far ahead a moment may be.
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Requires a moment that lies ahead, within a year.
///
/// This is not checked with the other values, since it takes the current time.
pub(super) fn check_ahead(field: &str, moment: Timestamp, now: Timestamp) -> Result<(), ApiError> {
    let mut faults = Faults::default();
    if moment <= now {
        faults.add(field, "must be in the future");
    }
    if moment.duration_since(now) > YEAR {
        faults.add(field, "must be within a year");
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}
