//! How a world begins.

use super::{SeededWorld, id};
use crate::line::LineModel;
use rand::{Rng, SeedableRng, rngs::StdRng};
use shared::{
    drops::DropMode,
    ids::{ShopperId, VariantId},
    line::{Epoch, RoomConfig, StockFigure},
};
use std::{
    collections::{BTreeMap, VecDeque},
    mem,
};

impl SeededWorld {
    /// Creates the world of a seed. In one half of them the first steps create the room, amid
    /// faults and impatient shoppers; the other half has fixed [opening steps](Self::n_opening).
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let shoppers = (0..rng.random_range(3..12)).map(|_| ShopperId::from_uuid(id(&mut rng)));
        let shoppers = shoppers.collect();
        let variants: Vec<_> =
            (0..rng.random_range(1..3)).map(|_| VariantId::from_uuid(id(&mut rng))).collect();
        let stock = variants.iter().map(|variant_id| {
            let available = rng.random_range(1..12);
            (
                *variant_id,
                StockFigure { variant_id: *variant_id, version: 1, available, reserved: 0 },
            )
        });
        let stock = stock.collect();
        let config = RoomConfig {
            mode: DropMode::Running,
            admission_rate_per_second: rate(&mut rng),
            occupancy_cap: rng.random_range(1..10),
            capacity: if rng.random_bool(0.8) { 1000 } else { rng.random_range(1..8) },
            opens_at_us: 0,
            closes_at_us: None,
            max_units_per_ticket: 3,
            variants,
            message: None,
            ended: None,
            version: 1,
        };
        let diligence = if rng.random_bool(0.7) { 0.4 } else { 0.02 };
        let mut world = Self {
            rng,
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
            boundaries: Vec::new(),
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

/// Fast enough to be seen within a short test, or so slow that it stops everybody.
pub(super) fn rate(rng: &mut StdRng) -> f64 {
    match rng.random_range(0..8) {
        0 => 1.0 / 60.0,
        1 => f64::from(rng.random_range(1..500)),
        2 => rng.random_range(500.0..5_000.0),
        _ => rng.random_range(5_000.0..100_000.0),
    }
}
