//! Ranges of the numbers that sellers and operators set.

use shared::decide::{failure::MOST_PER_MINUTE, no_show::MOST_PERCENT};
use std::ops::RangeInclusive;

/// Admission and order rates, per second: from one in about a quarter of an hour.
pub(super) const RATES: RangeInclusive<f64> = 0.001..=100_000.0;
/// The same for people let into a site, per minute.
pub(super) const PER_MINUTE: RangeInclusive<f64> = 0.06..=6_000_000.0;
/// People let into a site per minute while its line gives no answer.
pub(super) const FAILURE_PER_MINUTE: RangeInclusive<u32> = 1..=MOST_PER_MINUTE;
/// Tickets admitted and not finished.
pub(super) const OCCUPANCY_CAPS: RangeInclusive<u32> = 1..=10_000_000;
/// By how many percent that may be exceeded in place of no-shows.
pub(super) const NO_SHOW_PERCENT: RangeInclusive<u8> = 0..=MOST_PERCENT;
/// Tickets that may wait at one time.
pub(super) const LINE_CAPS: RangeInclusive<u32> = 1..=10_000_000;
/// Seconds that units are held, or that a pass is good: up to a day.
pub(super) const HOLD_SECONDS: RangeInclusive<i32> = 1..=86_400;
/// Seconds that somebody may not join again whose hold ran out: up to a day.
pub(super) const COOLDOWN_SECONDS: RangeInclusive<i32> = 0..=86_400;
/// Units of a variant or a drop.
pub(super) const MAX_UNITS: i32 = 10_000_000;
/// Characters of a code, however it is written.
pub(super) const MAX_CODE: usize = 40;
/// Keeps every sum of a drop within 64 bits: units times price is at most 10^18.
pub(super) const MAX_PRICE_MINOR: i64 = 100_000_000_000;
