//! A drop's row as the settings of its room in Redis.

use database::selling::scheduling::LiveDrop;
use shared::{
    config::Settings,
    line::{Presence, RoomConfig},
};

/// Returns the room's limits, mode and times as the row has them, with what the settings say of all
/// rooms. A drop without a cap of its own may have as many people in line as they allow.
pub(crate) fn room_config(flash_drop: &LiveDrop, settings: &Settings) -> RoomConfig {
    let presence = Presence {
        ttl_ms: settings.admission.presence_ttl_ms,
        window: settings.admission.front_window,
    };
    RoomConfig {
        mode: flash_drop.mode,
        mode_until_us: flash_drop.mode_until.map(jiff::Timestamp::as_microsecond),
        admission_rate_per_second: flash_drop.limits.admission_rate_per_second,
        occupancy_cap: flash_drop.limits.occupancy_cap,
        capacity: flash_drop.limits.line_cap.unwrap_or(settings.line.capacity.get()),
        opens_at_us: flash_drop.opens_at.as_microsecond(),
        closes_at_us: flash_drop.closes_at.map(jiff::Timestamp::as_microsecond),
        max_units_per_ticket: flash_drop.max_units_per_ticket,
        takes_most: flash_drop.fulfilment.takes_most(),
        variants: flash_drop.variants.clone(),
        has_stock: flash_drop.has_stock,
        lanes: flash_drop.lanes.clone(),
        manual: flash_drop.served,
        members_of: flash_drop.members_of,
        invite_only: flash_drop.invite_only,
        presence: flash_drop.presence.then_some(presence),
        message: flash_drop.message.clone(),
        ended: flash_drop.state.close_reason(),
        version: flash_drop.limits_version,
    }
}
