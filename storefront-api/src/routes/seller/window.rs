//! When a drop may be open.

use crate::extract::Faults;
use jiff::{SignedDuration, Timestamp};

/// Requires a window that lies ahead. Its moments are checked here and not with the other values,
/// since that takes the current time.
pub(crate) fn check_window(
    opens_at: Timestamp,
    closes_at: Option<Timestamp>,
    now: Timestamp,
) -> Faults {
    // A minute of grace: the caller's clock may be behind, and "now" is a good time to open.
    const BEHIND: SignedDuration = SignedDuration::from_secs(60);
    const YEARS: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);
    let mut faults = Faults::default();
    let within_years = |moment: Timestamp| moment.duration_since(now) < YEARS;
    if now.duration_since(opens_at) > BEHIND {
        faults.add("/opens_at", "must not be in the past");
    }
    if !within_years(opens_at) {
        faults.add("/opens_at", "must be within ten years");
    }
    if let Some(closes_at) = closes_at {
        if closes_at <= opens_at || closes_at <= now {
            faults.add("/closes_at", "must be after opens_at and in the future");
        }
        if !within_years(closes_at) {
            faults.add("/closes_at", "must be within ten years");
        }
    }
    faults
}
