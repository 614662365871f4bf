//! Who hears how often: near the front at once, far from it when the change is worth a look.

use std::time::Duration;

/// Pause between two looks at all who listen.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// Longest silence; also keeps proxies from closing the connection.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Positions up to this one hear every change.
const FRONT: u64 = 200;
/// Least pause between two changes at the front, and before a rise.
const FRONT_PAUSE: Duration = Duration::from_millis(250);
/// Least pause elsewhere.
const PAUSE: Duration = Duration::from_secs(1);
/// Far from the front, a change of this part of the position (one in 50) is worth telling.
const WORTH: u64 = 50;

/// Whether a position that was `shown` for `silent` is told as `now`.
pub(super) fn is_due(shown: u64, now: u64, silent: Duration) -> bool {
    if silent >= KEEP_ALIVE {
        return true;
    }
    if now == shown {
        return false;
    }
    if now > shown || now <= FRONT {
        return silent >= FRONT_PAUSE;
    }
    silent >= PAUSE && shown - now >= (shown / WORTH).max(1)
}

/// When a client that polls should ask again, milliseconds.
pub(crate) fn refresh_after_ms(position: Option<u64>, rate_per_second: f64) -> u64 {
    let Some(position) = position else { return 1000 };
    // A tenth of the way to go, so that a poller is about as fresh as it is near.
    let to_go_ms = position as f64 / rate_per_second.max(0.001) * 1000.0;
    let pace = (to_go_ms / 10.0).clamp(1000.0, 15_000.0) as u64;
    pace + rand::random_range(0..=pace / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_hears_within_a_second() {
        assert!(is_due(10, 9, Duration::from_millis(300)));
        assert!(is_due(150, 149, FRONT_PAUSE));
    }

    #[test]
    fn far_away_only_what_matters_is_told() {
        assert!(!is_due(100_000, 99_500, Duration::from_secs(5)));
        assert!(is_due(100_000, 98_000, Duration::from_secs(1)));
        assert!(is_due(100_000, 99_999, KEEP_ALIVE));
        assert!(is_due(5, 5, KEEP_ALIVE) && !is_due(5, 5, Duration::from_secs(14)));
    }
}
