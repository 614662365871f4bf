//! A room's settings as its hash in Redis holds them.

use shared::line::{Configured, RoomConfig};

/// Returns the rate: the shortest text that reads back as the same number.
pub(crate) fn rate(config: &RoomConfig) -> String {
    config.admission_rate_per_second.to_string()
}

/// Returns what shoppers and replicas are told; when it changes, that is a room event.
pub(crate) fn label(config: &RoomConfig) -> String {
    let Configured { mode, admission_rate_micro, occupancy_cap, message } = config.told();
    format!("{mode}|{admission_rate_micro}|{occupancy_cap}|{}", message.unwrap_or_default())
}

/// Returns all fields but version, label and rate, each followed by its value.
pub(crate) fn all(config: &RoomConfig) -> Vec<String> {
    let variants: Vec<_> = config.variants.iter().map(ToString::to_string).collect();
    let closes_at = config.closes_at_us.map(|at| at.to_string()).unwrap_or_default();
    [
        ("mode", config.mode.to_string()),
        ("cap", config.occupancy_cap.to_string()),
        ("capacity", config.capacity.to_string()),
        ("opens_at", config.opens_at_us.to_string()),
        ("closes_at", closes_at),
        ("max_units", config.max_units_per_ticket.to_string()),
        ("variants", variants.join(",")),
        ("message", config.message.clone().unwrap_or_default()),
    ]
    .into_iter()
    .flat_map(|(name, value)| [name.to_owned(), value])
    .collect()
}
