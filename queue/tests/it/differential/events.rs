//! Room events as text, the same from Redis and from the model.

use super::{
    dump::Fields,
    packed::{event_data, mark_texts, row_texts, text},
};
use shared::line::{ChainHash, EventPoint, RoomEvent};

/// What an event costs beyond its data, as its room counts the bytes.
const EVENT_BYTES: usize = 64;

/// Writes the events that are stored. Each tells the size of all up to it; the first of them is the
/// first of its epoch, since nobody trims here.
pub(super) fn stored_events(events: &[(String, Fields)]) -> Vec<String> {
    let mut size = 0;
    let text_of = |(at, fields): &(String, Fields)| {
        let field = |name: &str| fields.get(name.as_bytes()).map_or(&[][..], Vec::as_slice);
        let (kind, data) = (text(field("k")), field("d"));
        size += data.len() + EVENT_BYTES;
        assert_eq!(text(field("b")), size.to_string(), "the size of the events up to {at}");
        format!("{at} {kind} {} {}", text(field("r")), event_data(&kind, data))
    };
    events.iter().map(text_of).collect()
}

/// Writes an event of the model.
pub(super) fn model_event(at: EventPoint, event: &RoomEvent) -> String {
    let (kind, reason, data) = match event {
        RoomEvent::Joined { tickets } => ("J", String::new(), row_texts(tickets)),
        RoomEvent::Attached { tickets } => ("X", String::new(), row_texts(tickets)),
        RoomEvent::Missed { tickets } => ("M", String::new(), row_texts(tickets)),
        RoomEvent::Returned { tickets } => ("R", String::new(), row_texts(tickets)),
        RoomEvent::Left { tickets } => ("L", String::new(), mark_texts(tickets)),
        RoomEvent::Admitted { tickets } => ("A", String::new(), mark_texts(tickets)),
        RoomEvent::Closed { reason, tickets } => ("C", reason.to_string(), mark_texts(tickets)),
        RoomEvent::Ended { reason } => ("E", reason.to_string(), String::new()),
        RoomEvent::Configured(told) => {
            let message = told.message.as_deref().unwrap_or_default();
            let until = told.mode_until_us.map_or(String::new(), |until| format!("@{until}"));
            let (mode, rate, cap) = (told.mode, told.admission_rate_micro, told.occupancy_cap);
            ("G", String::new(), format!("{mode}{until}|{rate}|{cap}|{message}"))
        }
        RoomEvent::Begun { follows, follows_hash } => {
            ("B", String::new(), follows.map_or(String::new(), |at| begun(at, follows_hash)))
        }
    };
    format!("{at} {kind} {reason} {data}")
}

fn begun(at: EventPoint, hash: &ChainHash) -> String {
    format!("{}|{}|{hash:?}", at.epoch, at.evn)
}
