//! A room's settings as its hash in Redis holds them.

use crate::args::Args;
use shared::line::{Configured, Presence, RoomConfig};

/// Returns the rate: the shortest text that reads back as the same number.
pub(crate) fn rate(config: &RoomConfig) -> String {
    config.admission_rate_per_second.to_string()
}

/// Returns what shoppers and replicas are told; when it changes, that is a room event.
pub(crate) fn label(config: &RoomConfig) -> String {
    let Configured { mode, mode_until_us, admission_rate_micro, occupancy_cap, message } =
        config.told();
    let until = mode_until_us.map(|until| format!("@{until}")).unwrap_or_default();
    let message = message.unwrap_or_default();
    format!("{mode}{until}|{admission_rate_micro}|{occupancy_cap}|{message}")
}

/// Adds all fields but version, label and rate, each followed by its value.
pub(crate) fn push_all(args: &mut Args, config: &RoomConfig) {
    let closes_at = config.closes_at_us.map(|at| at.to_string()).unwrap_or_default();
    let mode_until = config.mode_until_us.map(|at| at.to_string()).unwrap_or_default();
    let lanes: Vec<_> = config.lanes.iter().map(ToString::to_string).collect();
    let served = config.manual.map(|served| format!("{}|{}", served.after, served.up_to));
    let members_of = config.members_of.map(|seller_id| seller_id.to_string()).unwrap_or_default();
    let [ttl_ms, window] = match config.presence {
        Some(Presence { ttl_ms, window }) => [ttl_ms.to_string(), window.to_string()],
        None => Default::default(),
    };
    let texts = [
        ("mode", config.mode.to_string()),
        ("mode_until", mode_until),
        ("cap", config.occupancy_cap.to_string()),
        ("capacity", config.capacity.to_string()),
        ("opens_at", config.opens_at_us.to_string()),
        ("closes_at", closes_at),
        ("max_units", config.max_units_per_ticket.to_string()),
        ("takes_most", u8::from(config.takes_most).to_string()),
        ("lanes", lanes.join(",")),
        ("members_of", members_of),
        ("invite_only", u8::from(config.invite_only).to_string()),
        ("presence", ttl_ms),
        ("window", window),
        ("message", config.message.clone().unwrap_or_default()),
        ("stockless", if config.has_stock { String::new() } else { "1".to_owned() }),
        ("served", served.unwrap_or_default()),
    ];
    for (name, value) in texts {
        args.push_text(name);
        args.push_text(value);
    }
    args.push_text("variants");
    args.push(config.variants.iter().flat_map(|id| *id.as_bytes()).collect::<Vec<_>>());
}
