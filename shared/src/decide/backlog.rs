//! How far the processors of a drop are behind, and how many order commands may wait for them: whoever is let
//! in is to have an order soon.

use crate::gcra;

/// Seconds of work that may wait: whoever is let in gets an order within about so many.
const WAIT_S: f64 = 10.0;

/// Returns how many more commands may wait: ten seconds of work at this pace, and what the order rate lets
/// pass at once, less those that wait already. Both are per second.
#[must_use]
pub fn room(order_rate: f64, pace: f64, n_waiting: u64) -> u32 {
    let may_wait = gcra::burst(order_rate) + WAIT_S * pace.min(order_rate);
    (may_wait.floor() - n_waiting as f64).max(0.0) as u32
}

/// Returns the seconds of work that wait at this pace, beside what the order rate lets pass at once. Both
/// are per second.
#[must_use]
pub fn lag_s(order_rate: f64, pace: f64, n_waiting: u64) -> f64 {
    let beyond = n_waiting as f64 - gcra::burst(order_rate);
    if beyond <= 0.0 { 0.0 } else { beyond / pace.min(order_rate) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_beside_a_burst_is_behind_by_the_slower_of_both() {
        assert_eq!(lag_s(200.0, 200.0, 20), 0.0);
        assert_eq!(lag_s(200.0, 900.0, 1020), 5.0);
        assert_eq!(lag_s(200.0, 20.0, 120), 5.0);
        assert_eq!(lag_s(200.0, 0.0, 21), f64::INFINITY);
    }

    #[test]
    fn ten_seconds_of_the_slower_of_both_may_wait() {
        assert_eq!(room(200.0, 200.0, 0), 2020, "a burst and ten seconds");
        assert_eq!(room(200.0, 900.0, 20), 2000);
        assert_eq!(room(200.0, 20.0, 0), 220);
        assert_eq!(room(200.0, 200.0, 2020), 0);
        assert_eq!(room(200.0, 200.0, u64::MAX), 0);
        assert_eq!(room(1.0 / 60.0, 1.0 / 60.0, 0), 1);
    }
}
