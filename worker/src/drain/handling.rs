//! How fast the commands of a drop are handled, and how many of them may wait at that pace.

use crate::kafka_log::SeenLog;
use shared::decide::backlog;
use tokio::time::Instant;

/// Seconds over which the pace is averaged.
const WINDOW_S: f64 = 5.0;

/// What the looks at a drop's log have shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handling {
    log: SeenLog,
    seen_at: Instant,
    /// Commands that can be handled, per second.
    pace: f64,
}

impl Handling {
    /// Goes on from what the look before has shown, if there was one. The order rate is believed
    /// until the processors show that they are slower.
    pub(super) fn after(
        before: Option<&Self>,
        log: SeenLog,
        seen_at: Instant,
        order_rate: f64,
    ) -> Self {
        let pace = before.and_then(|before| before.pace_until(log, seen_at));
        Self { log, seen_at, pace: pace.unwrap_or(order_rate) }
    }

    /// Returns the generation of the log.
    pub(super) const fn generation(&self) -> i64 {
        self.log.generation
    }

    /// Returns when that was seen.
    pub(super) const fn seen_at(&self) -> Instant {
        self.seen_at
    }

    /// Returns how many commands are handled per second, at this order rate.
    pub(super) fn pace(&self, order_rate: f64) -> f64 {
        self.pace.min(order_rate)
    }

    /// Returns the seconds of work that wait, beside what the order rate lets pass at once.
    pub(super) fn lag_s(&self, order_rate: f64) -> f64 {
        backlog::lag_s(order_rate, self.pace, n_waiting(self.log).unsigned_abs())
    }

    /// Returns how many more commands may wait.
    pub(super) fn room(&self, order_rate: f64) -> u32 {
        backlog::room(order_rate, self.pace, n_waiting(self.log).unsigned_abs())
    }

    /// Returns the pace with this look; `None` if it shows nothing: only processors that had something
    /// to do all the time show how much they can.
    fn pace_until(&self, log: SeenLog, seen_at: Instant) -> Option<f64> {
        let n_handled = log.next_offset - self.log.next_offset;
        let had_work = (0..n_waiting(self.log)).contains(&n_handled);
        if log.generation != self.log.generation || !had_work {
            return None;
        }
        let seconds = seen_at.duration_since(self.seen_at).as_secs_f64();
        let share = (seconds / WINDOW_S).min(1.0);
        Some(self.pace * (1.0 - share) + n_handled as f64 / seconds.max(WINDOW_S))
    }
}

fn n_waiting(log: SeenLog) -> i64 {
    (log.end - log.next_offset).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const EVERY: Duration = Duration::from_millis(500);

    fn seen(next_offset: i64, end: i64) -> SeenLog {
        SeenLog { generation: 1, next_offset, end }
    }

    fn first(n_waiting: i64, order_rate: f64) -> Handling {
        Handling::after(None, seen(0, n_waiting), Instant::now(), order_rate)
    }

    /// Looks for so many seconds while so many of many commands are handled each second.
    fn look_on(mut handling: Handling, seconds: u32, handled: i64, order_rate: f64) -> Handling {
        for _ in 0..seconds * 2 {
            let SeenLog { next_offset, end, .. } = handling.log;
            let log = seen(next_offset + handled / 2, end);
            handling = Handling::after(Some(&handling), log, handling.seen_at + EVERY, order_rate);
        }
        handling
    }

    #[test]
    fn ten_seconds_of_the_order_rate_may_wait_at_first() {
        assert_eq!(first(0, 200.0).room(200.0), 2020, "a burst and ten seconds");
        assert_eq!(first(2019, 200.0).room(200.0), 1);
        assert_eq!(first(2020, 200.0).room(200.0), 0);
        assert_eq!(first(9999, 200.0).room(200.0), 0);
    }

    #[test]
    fn the_lag_is_in_seconds_of_the_pace_and_a_burst_is_none() {
        assert_eq!(first(20, 200.0).lag_s(200.0), 0.0);
        assert_eq!(first(1020, 200.0).lag_s(200.0), 5.0);
        let slow = look_on(first(100_000, 200.0), 60, 20, 200.0);
        let waiting = Handling { log: seen(0, 220), ..slow };
        assert!((9.5..=10.5).contains(&waiting.lag_s(200.0)), "{slow:?}");
        assert_eq!(first(1, 1.0 / 60.0).lag_s(1.0 / 60.0), 0.0);
    }

    #[test]
    fn at_one_order_a_minute_one_command_may_wait() {
        assert_eq!(first(0, 1.0 / 60.0).room(1.0 / 60.0), 1);
        assert_eq!(first(1, 1.0 / 60.0).room(1.0 / 60.0), 0);
    }

    #[test]
    fn slow_processors_have_fewer_commands_waiting() {
        let slow = look_on(first(100_000, 200.0), 60, 20, 200.0);
        let waiting = |n: i64| Handling { log: seen(0, n), ..slow };
        assert!((215..=225).contains(&waiting(0).room(200.0)), "{slow:?}");
        assert_eq!(waiting(225).room(200.0), 0);
        let stalled = look_on(first(100_000, 200.0), 120, 0, 200.0);
        let nothing_waits = Handling { log: seen(0, 0), ..stalled };
        assert_eq!(nothing_waits.room(200.0), 20, "a burst to see whether they go on");
    }

    #[test]
    fn processors_as_fast_as_the_order_rate_have_ten_seconds_of_it_waiting() {
        let fast = look_on(first(100_000, 200.0), 60, 200, 200.0);
        let nothing_waits = Handling { log: seen(0, 0), ..fast };
        assert!((2019..=2020).contains(&nothing_waits.room(200.0)), "{fast:?}");
        let beyond = look_on(first(100_000, 200.0), 60, 900, 200.0);
        let nothing_waits = Handling { log: seen(0, 0), ..beyond };
        assert_eq!(nothing_waits.room(200.0), 2020, "the order rate bounds it");
    }

    #[test]
    fn processors_that_ran_out_of_work_are_believed_to_be_fast() {
        let slow = look_on(first(1000, 200.0), 40, 4, 200.0);
        let all_done = seen(slow.log.end, slow.log.end);
        let rested = Handling::after(Some(&slow), all_done, slow.seen_at + EVERY, 200.0);
        assert_eq!(rested.room(200.0), 2020);
    }

    #[test]
    fn another_log_shows_nothing() {
        let slow = look_on(first(1000, 200.0), 40, 4, 200.0);
        let another = SeenLog { generation: 2, next_offset: 0, end: 0 };
        let fresh = Handling::after(Some(&slow), another, slow.seen_at + EVERY, 200.0);
        assert_eq!((fresh.room(200.0), fresh.generation()), (2020, 2));
    }
}
