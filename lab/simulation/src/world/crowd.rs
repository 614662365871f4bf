//! How large a world is, and how fast its clock runs.

use rand::{Rng, rngs::StdRng};
use shared::line::Lane;
use std::ops::Range;

/// Requests of one JOIN and tickets of one ATTACH, at most.
const MAX_BATCH: usize = 256;
/// Tickets of one ADMIT or CLOSE, at most.
const MAX_LIMIT: usize = 500;

/// What kind of world a seed makes.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// The lanes of the room, the normal one first.
    pub lanes: Vec<Lane>,
    /// When the world begins, in microseconds of the line's time.
    pub now_us: i64,
    /// How long a step takes, roughly: times are chosen so that they come during the world.
    pub step_us: i64,
    pub(super) shoppers: Range<usize>,
    pub(super) variants: Range<usize>,
    pub(super) units: Range<u32>,
    pub(super) occupancy_cap: Range<u32>,
    pub(super) capacities: Range<u32>,
    /// How many positions the front window has.
    pub(super) windows: Range<u32>,
    pub(super) usual_batch: usize,
    pub(super) usual_limit: usize,
    /// How often a step that may end the line does.
    pub(super) haste: f64,
}

impl Crowd {
    /// A handful of shoppers, so that everything soon happens to each of them.
    #[must_use]
    pub fn small(lanes: &[Lane], now_us: i64, step_us: i64) -> Self {
        Self {
            lanes: lanes.to_vec(),
            now_us,
            step_us,
            shoppers: 3..12,
            variants: 1..4,
            units: 1..12,
            occupancy_cap: 1..10,
            capacities: 1..8,
            windows: 1..7,
            usual_batch: 4,
            usual_limit: 5,
            haste: 0.5,
        }
    }

    /// Thousands of shoppers and long batches.
    #[must_use]
    pub fn large(lanes: &[Lane], now_us: i64, step_us: i64) -> Self {
        Self {
            shoppers: 4_000..6_000,
            variants: 2..5,
            units: 200..2_000,
            occupancy_cap: 50..400,
            capacities: 1_000..3_000,
            windows: 50..3_000,
            usual_batch: MAX_BATCH,
            usual_limit: MAX_LIMIT,
            haste: 0.02,
            ..Self::small(lanes, now_us, step_us)
        }
    }

    /// Returns how many come in one call; now and then as many as may.
    pub(super) fn batch(&self, rng: &mut StdRng) -> usize {
        up_to(rng, self.usual_batch, MAX_BATCH)
    }

    /// Returns how many may be let in or closed by one call; now and then as many as may be.
    pub(super) fn limit(&self, rng: &mut StdRng) -> usize {
        up_to(rng, self.usual_limit, MAX_LIMIT)
    }
}

fn up_to(rng: &mut StdRng, usual: usize, most: usize) -> usize {
    if rng.random_bool(0.03) { most } else { rng.random_range(1..=usual) }
}
