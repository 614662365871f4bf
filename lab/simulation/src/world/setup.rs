//! How a world begins.

use super::{Crowd, SeededWorld, id};
use crate::line::LineModel;
use rand::{Rng, SeedableRng, rngs::StdRng};
use shared::{
    decide::boundaries::Boundaries,
    drops::DropMode,
    ids::{ShopperId, VariantId},
    line::{Epoch, Lane, LaneShare, Presence, RoomConfig, ServedNumbers, StockFigure},
};
use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    num::NonZeroU32,
};

/// Waiting tickets, at most, in most worlds.
const CAPACITY: u32 = 1_000_000;
/// One world of so many lets in by number.
const SERVES_NUMBERS: u64 = 23;

impl SeededWorld {
    /// Creates the world of a seed. In one half of them the first steps create the room, amid
    /// faults and impatient shoppers; the other half has fixed [opening steps](Self::n_opening).
    #[must_use]
    pub fn new(seed: u64, crowd: Crowd) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let n_shoppers = rng.random_range(crowd.shoppers.clone());
        let shoppers = (0..n_shoppers).map(|_| ShopperId::from_uuid(id(&mut rng))).collect();
        let n_variants = rng.random_range(crowd.variants.clone());
        let variants: Vec<_> =
            (0..n_variants).map(|_| VariantId::from_uuid(id(&mut rng))).collect();
        let stock = variants.iter().map(|variant_id| {
            let available = rng.random_range(crowd.units.clone());
            let figure =
                StockFigure { variant_id: *variant_id, version: 1, available, reserved: 0 };
            (*variant_id, figure)
        });
        let stock = stock.collect();
        let mut config = config(&mut rng, &crowd, variants);
        // Drawn from nothing, so that the other worlds stay as they are.
        if seed % SERVES_NUMBERS == 11 {
            config.manual = Some(served(&mut rng));
        }
        let diligence = if rng.random_bool(0.7) { 0.4 } else { 0.02 };
        let mut world = Self {
            rng,
            now_us: crowd.now_us,
            crowd,
            epoch: Epoch(0),
            config,
            ended: None,
            shoppers,
            browsers: BTreeMap::new(),
            diligence,
            log: Vec::new(),
            in_hand: Vec::new(),
            commands: Vec::new(),
            speaks_for: None,
            processed: 0,
            boundaries: Boundaries::default(),
            rows: BTreeMap::new(),
            stock,
            requests: Vec::new(),
            opening: VecDeque::new(),
            rebuild: VecDeque::new(),
            last_rebuilt: None,
            broken: true,
        };
        if world.rng.random_bool(0.5) {
            world.plan_opening();
        }
        world
    }

    /// Counts the opening steps still to come: they build the room, bring shoppers into it and
    /// start its bucket, so that even a short world sees what happens to a line.
    #[must_use]
    pub fn n_opening(&self) -> usize {
        self.opening.len()
    }

    /// Plans the first steps of a world that starts with its room open.
    fn plan_opening(&mut self) {
        self.plan_rebuild(&LineModel::default());
        self.opening = mem::take(&mut self.rebuild);
        let (first, second, admits) = (self.joins(), self.joins(), self.admits());
        // A bucket fills from the first ADMIT on.
        self.opening.extend([admits, first, second]);
    }
}

/// Most lines open at once and stay open; a few open or close while one looks on. Some let in without
/// stock; in some, each ticket takes as many units as it may.
fn config(rng: &mut StdRng, crowd: &Crowd, variants: Vec<VariantId>) -> RoomConfig {
    let soon =
        |rng: &mut StdRng, steps: i64| crowd.now_us + rng.random_range(0..steps) * crowd.step_us;
    let opens_at_us = if rng.random_bool(0.15) { soon(rng, 30) } else { 0 };
    let closes_at_us = rng.random_bool(0.1).then(|| soon(rng, 300));
    let is_small = rng.random_bool(0.2);
    RoomConfig {
        mode: DropMode::Running,
        mode_until_us: None,
        admission_rate_per_second: rate(rng),
        occupancy_cap: rng.random_range(crowd.occupancy_cap.clone()),
        capacity: if is_small { rng.random_range(crowd.capacities.clone()) } else { CAPACITY },
        opens_at_us,
        closes_at_us,
        max_units_per_ticket: 3,
        takes_most: rng.random_bool(0.1),
        variants,
        has_stock: rng.random_bool(0.9),
        lanes: shares(rng, &crowd.lanes),
        manual: None,
        members_of: None,
        invite_only: false,
        presence: presence(rng, crowd),
        message: None,
        ended: None,
        version: 1,
    }
}

/// Returns the lanes beside the normal one; now and then one that has no share.
fn shares(rng: &mut StdRng, lanes: &[Lane]) -> Vec<LaneShare> {
    let beside = lanes.iter().filter(|lane| **lane != Lane::NORMAL);
    let share = |lane: &Lane| LaneShare { lane: *lane, percent: 5 * rng.random_range(0..=6) };
    beside.map(share).collect()
}

/// In most rooms people are missed, after a time that is short enough to be seen: some steps, or many, since
/// on a slow machine a step takes many times as long as planned.
fn presence(rng: &mut StdRng, crowd: &Crowd) -> Option<Presence> {
    if rng.random_bool(0.3) {
        return None;
    }
    let ttl_us = (4.0 * 100_f64.powf(rng.random())) as i64 * crowd.step_us;
    let ttl_ms = NonZeroU32::new((ttl_us / 1000) as u32).unwrap_or(NonZeroU32::MIN);
    let window = rng.random_range(crowd.windows.clone());
    Some(Presence { ttl_ms, window: NonZeroU32::new(window).unwrap_or(NonZeroU32::MIN) })
}

/// Some of the first numbers; now and then none of the very first.
pub(super) fn served(rng: &mut StdRng) -> ServedNumbers {
    let after = if rng.random_bool(0.1) { rng.random_range(1..4) } else { 0 };
    ServedNumbers { after, up_to: after + rng.random_range(0..12) }
}

/// Fast enough to be seen within a short test, or so slow that it stops everybody.
pub(super) fn rate(rng: &mut StdRng) -> f64 {
    match rng.random_range(0..8) {
        0 => 1.0 / 60.0,
        1 => f64::from(rng.random_range(1..500)),
        2 => rng.random_range(500.0..5_000.0),
        _ => rng.random_range(5_000.0..100_000.0),
    }
}
