//! What a room in Redis has to know of its drop's row.

use database::{ordering::inventory::StockFigure, selling::scheduling::LiveDrop};
use queue::RoomConfig;
use shared::drops::{CloseReason, DropState};

/// The room's limits, mode and times as the row has them.
#[must_use]
pub fn room_config(flash_drop: &LiveDrop, capacity: u32) -> RoomConfig {
    RoomConfig {
        mode: flash_drop.mode,
        admission_rate_per_second: flash_drop.limits.admission_rate_per_second,
        occupancy_cap: flash_drop.limits.occupancy_cap,
        capacity,
        opens_at_us: flash_drop.opens_at.as_microsecond(),
        closes_at_us: flash_drop.closes_at.map(jiff::Timestamp::as_microsecond),
        max_units_per_ticket: flash_drop.max_units_per_ticket,
        variants: flash_drop.variants.clone(),
        message: flash_drop.message.clone(),
        ended: end_reason(flash_drop.state),
        version: flash_drop.limits_version,
    }
}

/// Why the line of a drop in this state is over, if it is.
#[must_use]
pub const fn end_reason(state: DropState) -> Option<CloseReason> {
    match state {
        DropState::SoldOut => Some(CloseReason::SoldOut),
        DropState::Closed => Some(CloseReason::Closed),
        DropState::Cancelled => Some(CloseReason::Cancelled),
        DropState::Draft | DropState::Scheduled | DropState::Open => None,
    }
}

/// A stock figure in the words of the line.
#[must_use]
pub fn stock_figure(figure: &StockFigure) -> queue::StockFigure {
    queue::StockFigure {
        variant_id: figure.variant_id,
        version: figure.version,
        available: figure.available.max(0).unsigned_abs(),
        reserved: figure.reserved.max(0).unsigned_abs(),
    }
}

/// Stock figures in the words of the line.
#[must_use]
pub fn stock_figures(figures: &[StockFigure]) -> Vec<queue::StockFigure> {
    figures.iter().map(stock_figure).collect()
}
