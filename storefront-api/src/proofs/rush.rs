//! How many guests have come in the last minute: from each network, and in all.
//!
//! Each count fades with time, so that a steady stream counts as what comes of it in a minute.
//! Networks are hashed into a fixed number of cells, so memory is bounded by construction; those
//! that share a cell count together, and the secret seed keeps that rare.

use parking_lot::Mutex;
use std::{
    hash::{BuildHasher, RandomState},
    time::Instant,
};

/// Cells for networks, 24 bytes each.
const CELLS: usize = 1 << 16;
/// In which a count falls to 37 %.
const MINUTE_S: f64 = 60.0;

/// Counts guests. Its size is bounded.
pub(super) struct Rush {
    counts: Mutex<Counts>,
    seed: RandomState,
}

struct Counts {
    networks: Vec<Recent>,
    all: Recent,
}

/// A count that fades.
#[derive(Clone, Copy, Default)]
struct Recent {
    n: f64,
    /// When that was the count.
    at: Option<Instant>,
}

impl Rush {
    /// Begins with nobody.
    pub(super) fn new() -> Self {
        let counts = Counts { networks: vec![Recent::default(); CELLS], all: Recent::default() };
        Self { counts: Mutex::new(counts), seed: RandomState::new() }
    }

    /// Counts a guest of a network, if that is known.
    pub(super) fn count(&self, network: Option<u64>, now: Instant) {
        let cell = network.map(|network| self.cell(network));
        let mut counts = self.counts.lock();
        counts.all.add(now);
        if let Some(cell) = cell {
            counts.networks[cell].add(now);
        }
    }

    /// Returns how many have come in the last minute: from this network, and in all.
    pub(super) fn recent(&self, network: Option<u64>, now: Instant) -> (f64, f64) {
        let cell = network.map(|network| self.cell(network));
        let counts = self.counts.lock();
        let of_network = cell.map_or(0.0, |cell| counts.networks[cell].at(now));
        (of_network, counts.all.at(now))
    }

    fn cell(&self, network: u64) -> usize {
        self.seed.hash_one(network) as usize % CELLS
    }
}

impl Recent {
    fn at(&self, now: Instant) -> f64 {
        let Some(at) = self.at else { return 0.0 };
        let past_s = now.saturating_duration_since(at).as_secs_f64();
        self.n * (-past_s / MINUTE_S).exp()
    }

    fn add(&mut self, now: Instant) {
        *self = Self { n: self.at(now) + 1.0, at: Some(now) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_steady_stream_counts_as_what_comes_of_it_in_a_minute() {
        let (rush, start) = (Rush::new(), Instant::now());
        let at = |n: u32| start + Duration::from_millis(100) * n;
        (0..6_000).for_each(|n| rush.count(Some(u64::from(n % 4)), at(n)));
        let (of_network, all) = rush.recent(Some(1), at(6_000));
        assert!((590.0..610.0).contains(&all), "{all}");
        assert!((140.0..160.0).contains(&of_network), "{of_network}");
        assert!(rush.recent(Some(9), at(6_000)).0 < 1.0, "another network is calm");
    }

    #[test]
    fn a_rush_is_over_some_minutes_later() {
        let (rush, start) = (Rush::new(), Instant::now());
        (0..1_000).for_each(|_| rush.count(Some(7), start));
        assert!((rush.recent(Some(7), start).0 - 1_000.0).abs() < 1e-6);
        assert!(rush.recent(Some(7), start + Duration::from_secs(600)).0 < 1.0);
        assert!(rush.recent(None, start).0 < f64::EPSILON, "nobody knows the network");
    }

    #[test]
    fn many_networks_take_no_more_cells() {
        let (rush, start) = (Rush::new(), Instant::now());
        (0..200_000).for_each(|network| rush.count(Some(network), start));
        assert_eq!(rush.counts.lock().networks.len(), CELLS);
    }
}
