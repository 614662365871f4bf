//! What operators do, and what Postgres has of the stock.

use super::{
    SeededWorld,
    setup::{rate, served},
};
use crate::line::LineCommand;
use rand::{Rng, seq::IteratorRandom};
use shared::{
    drops::{CloseReason, DropMode},
    line::{RoomConfig, StockFigure},
};

impl SeededWorld {
    pub(super) fn configures(&mut self) -> LineCommand {
        let newer = self.rng.random_range(-1..3);
        let mode = match self.rng.random_range(0..20) {
            0 => DropMode::Paused,
            1 => DropMode::Stopped,
            2 => DropMode::Hold,
            3 => DropMode::Drain,
            4 => DropMode::Maintenance,
            _ => DropMode::Running,
        };
        let is_told = mode == DropMode::Maintenance && self.rng.random_bool(0.5);
        let message = self.rng.random_bool(0.2).then(|| "back | at\n5".to_owned());
        let manual = self.config.manual.map(|_| served(&mut self.rng));
        LineCommand::Configure(RoomConfig {
            mode,
            mode_until_us: is_told.then_some(self.now_us + 600_000_000),
            admission_rate_per_second: rate(&mut self.rng),
            occupancy_cap: self.rng.random_range(self.crowd.occupancy_cap.clone()),
            message,
            manual,
            version: self.config.version + newer,
            ..self.config.clone()
        })
    }

    pub(super) fn closes(&mut self) -> LineCommand {
        let reason = self.ended.unwrap_or(CloseReason::Cancelled);
        let up_to = self.config.manual.map(|served| served.after);
        LineCommand::CloseWaiting { reason, limit: self.crowd.limit(&mut self.rng), up_to }
    }

    pub(super) fn ends(&mut self) -> LineCommand {
        let reasons = [CloseReason::SoldOut, CloseReason::Closed, CloseReason::Cancelled];
        if !self.rng.random_bool(self.crowd.haste) {
            return self.joins();
        }
        LineCommand::End(reasons.into_iter().choose(&mut self.rng).expect("there are three"))
    }

    pub(super) fn figures(&mut self) -> Vec<StockFigure> {
        let mut figures: Vec<_> = self.stock.values().copied().collect();
        // A figure that was read earlier and arrives late.
        if self.rng.random_bool(0.1) {
            for figure in &mut figures {
                figure.version -= 1;
                figure.available += 1;
            }
        }
        figures
    }
}
