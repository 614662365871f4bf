//! Who hears how often: near the front at once, far from it when the change is worth a look.

use std::time::Duration;

/// Pause between two looks at all who may be due.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// Longest silence; also keeps proxies from closing the connection.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Positions up to this one hear every change.
const FRONT: u64 = 200;
/// Least pause between two changes at the front, and before a rise.
const FRONT_PAUSE: Duration = Duration::from_millis(250);
/// Least pause elsewhere.
const PAUSE: Duration = Duration::from_secs(1);
/// Far from the front, a change of this part of the position (one in 50) is worth telling; so is one of
/// a time that other limits made.
const WORTH: u64 = 50;

/// Whether a position that was `shown` for `silent` is told as `now`.
pub(super) fn is_due(shown: u64, now: u64, silent: Duration) -> bool {
    if silent >= KEEP_ALIVE {
        return true;
    }
    let is_soon = now > shown || now <= soon_at(shown);
    (is_soon && silent >= FRONT_PAUSE) || (now <= later_at(shown) && silent >= PAUSE)
}

/// Whether a change of what is left is told to one who was `shown` this position. Further back it
/// waits for the next frame, since at the end of a sale it changes all the time.
pub(super) fn is_stock_due(shown: u64, silent: Duration) -> bool {
    shown <= FRONT && silent >= PAUSE
}

/// Whether a time that was `shown`, in seconds, is told as `now` because limits changed.
pub(super) fn is_time_due(shown: Option<u32>, now: Option<u32>) -> bool {
    let (Some(before), Some(after)) = (shown, now) else { return shown != now };
    u64::from(before.abs_diff(after)) >= worth(before.into())
}

/// The highest position that is told after [`FRONT_PAUSE`].
fn soon_at(shown: u64) -> u64 {
    shown.saturating_sub(1).min(FRONT)
}

/// The highest position that is told after [`PAUSE`].
fn later_at(shown: u64) -> u64 {
    shown.saturating_sub(worth(shown))
}

/// By how much something has to change.
fn worth(shown: u64) -> u64 {
    (shown / WORTH).max(1)
}

/// Before what neither [`is_due`] nor [`is_stock_due`] will say yes: either of the two, or
/// [`KEEP_ALIVE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NextLook {
    /// Such a silence.
    pub(super) silent: Duration,
    /// So many more leave the line; `None` if that changes nothing.
    pub(super) departures: Option<u64>,
}

/// When to look again at somebody who was `shown` one position and has another `now`.
pub(super) fn next_look(shown: u64, now: u64) -> NextLook {
    let (soon, later) = (soon_at(shown), later_at(shown));
    if now > shown || now <= soon {
        return NextLook { silent: FRONT_PAUSE, departures: None };
    }
    if now <= later {
        return NextLook { silent: PAUSE, departures: Some(now - soon) };
    }
    // The front, who are few, are looked at all the time: nothing says when their stock changes.
    let silent = if shown <= FRONT { PAUSE } else { KEEP_ALIVE };
    NextLook { silent, departures: Some(now - soon.max(later)) }
}

/// When a client that polls should ask again, milliseconds. Past waiting, each time costs a question
/// to Redis.
pub(crate) fn refresh_after_ms(position: Option<u64>, rate_per_second: f64) -> u64 {
    let Some(position) = position else { return rand::random_range(3000..=3500) };
    // A tenth of the way to go, so that a poller is about as fresh as it is near.
    let to_go_ms = position as f64 / rate_per_second.max(0.001) * 1000.0;
    let pace = (to_go_ms / 10.0).clamp(1000.0, 15_000.0) as u64;
    pace + rand::random_range(0..=pace / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::watched_to;
    use proptest::prelude::*;
    use shared::line::Presence;
    use std::num::NonZeroU32;

    #[test]
    fn the_front_hears_within_a_second() {
        assert!(is_due(10, 9, Duration::from_millis(300)));
        assert!(is_due(150, 149, FRONT_PAUSE));
        assert!(!is_due(10, 10, PAUSE));
    }

    #[test]
    fn far_away_only_what_matters_is_told() {
        assert!(!is_due(100_000, 99_500, Duration::from_secs(5)));
        assert!(is_due(100_000, 98_000, Duration::from_secs(1)));
        assert!(is_due(100_000, 99_999, KEEP_ALIVE));
        assert!(is_due(5, 5, KEEP_ALIVE) && !is_due(5, 5, Duration::from_secs(14)));
    }

    #[test]
    fn the_front_hears_of_the_stock_within_a_second_and_others_with_their_next_frame() {
        assert!(is_stock_due(91, PAUSE) && !is_stock_due(91, FRONT_PAUSE));
        assert!(!is_stock_due(FRONT + 1, KEEP_ALIVE));
    }

    #[test]
    fn a_time_is_told_for_other_limits_if_it_comes_goes_or_changes_by_one_in_fifty() {
        for (shown, now) in [(None, Some(9)), (Some(9), None), (Some(600), Some(588))] {
            assert!(is_time_due(shown, now), "{shown:?} {now:?}");
        }
        for (shown, now) in [(None, None), (Some(9), Some(9)), (Some(600), Some(611))] {
            assert!(!is_time_due(shown, now), "{shown:?} {now:?}");
        }
        assert!(is_time_due(Some(9), Some(8)) && is_time_due(Some(0), Some(u32::MAX)));
    }

    proptest! {
        #[test]
        fn whoever_comes_into_the_window_was_looked_at_before(
            window in 1..100_000_u32, beyond in 1..100_000_u64
        ) {
            let window = NonZeroU32::new(window).unwrap();
            let shown = watched_to(Presence { ttl_ms: NonZeroU32::MIN, window }) + beyond;
            // From this position on they are looked at, and it is still outside.
            prop_assert!(soon_at(shown).max(later_at(shown)) > u64::from(window.get()));
        }

        #[test]
        fn nobody_is_due_before_the_next_look(
            shown in 1..30_000_u64, now in 1..30_000_u64, left in 0..2000_u64, ms in 0..15_000_u64
        ) {
            let (next, silent) = (next_look(shown, now), Duration::from_millis(ms));
            let is_before = next.departures.is_none_or(|departures| left < departures);
            let later = now.saturating_sub(left).max(1);
            // Where nothing is awaited of departures, the silence alone decides.
            if is_before && silent < next.silent && (next.departures.is_some() || left == 0) {
                prop_assert!(!is_due(shown, later, silent), "{next:?}");
                prop_assert!(!is_stock_due(shown, silent), "{next:?}");
            }
        }
    }
}
