//! Times that were told, against what the waits then took, in many made-up sales.

mod sale;

use sale::{PlayedWait, Sale};
use std::ops::RangeInclusive;

const N_WAITS: usize = 10_000;

/// How many of the waits fit, in percent.
fn percent(waits: &[&PlayedWait], fits: impl Fn(&PlayedWait) -> bool) -> f64 {
    let n_fitting = waits.iter().filter(|wait| fits(wait)).count();
    100.0 * n_fitting as f64 / waits.len() as f64
}

fn assert_calibrated(
    waits: &[&PlayedWait],
    p50: RangeInclusive<f64>,
    p90: RangeInclusive<f64>,
    what: &str,
) {
    let by_p50 = percent(waits, |wait| wait.took_ms <= wait.told.p50_ms);
    let by_p90 = percent(waits, |wait| wait.took_ms <= wait.told.p90_ms);
    let n_waits = waits.len();
    assert!(p50.contains(&by_p50), "{what}: {by_p50} % of {n_waits} are let in by p50");
    assert!(p90.contains(&by_p90), "{what}: {by_p90} % of {n_waits} are let in by p90");
}

#[test]
fn half_of_all_waits_are_over_by_p50_and_nine_in_ten_by_p90() {
    let (mut waits, mut n_untold) = (Vec::new(), 0);
    for seed in 0.. {
        let played = Sale::open(seed).play();
        waits.extend(played.waits);
        n_untold += played.n_untold;
        if waits.len() >= N_WAITS {
            break;
        }
    }
    let all: Vec<_> = waits.iter().take(N_WAITS).collect();
    assert!(n_untold * 100 < all.len(), "{n_untold} were told no time");
    assert_calibrated(&all, 45.0..=55.0, 87.0..=93.0, "all");

    // Neither kind of room makes up for the other.
    let (by_slots, by_rate): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|wait| wait.is_held_up_by_slots);
    assert!(by_slots.len() > N_WAITS / 3 && by_rate.len() > N_WAITS / 3);
    assert_calibrated(&by_slots, 40.0..=60.0, 84.0..=96.0, "by slots");
    assert_calibrated(&by_rate, 40.0..=60.0, 84.0..=96.0, "by rate");
}
