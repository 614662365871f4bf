//! The chain of a drop's log: dense numbers, each event bound to the one before.

use std::collections::BTreeMap;

use shared::{
    line::{ChainHash, EventPoint, RoomEvent},
    messages::QueueEventV1,
};

/// The log's events in order, by the first record of each.
pub(crate) type LoggedEvents<'a> = BTreeMap<EventPoint, &'a QueueEventV1>;

/// Takes the first record of each event, and tells where the chain is broken. Two writers may
/// have written an event, but not two contents of it.
pub(crate) fn unbroken(records: &[QueueEventV1]) -> (LoggedEvents<'_>, Vec<String>) {
    let mut breaks = Vec::new();
    let events = firsts(records, &mut breaks);
    check_links(&events, &mut breaks);
    (events, breaks)
}

fn firsts<'a>(records: &'a [QueueEventV1], breaks: &mut Vec<String>) -> LoggedEvents<'a> {
    let mut firsts = BTreeMap::new();
    for record in records {
        let first: &mut &QueueEventV1 = firsts.entry(record.point()).or_insert(record);
        if first.hash != record.hash {
            breaks.push(format!("event {} was logged with two contents", record.point()));
        }
    }
    firsts
}

fn check_links(events: &LoggedEvents<'_>, breaks: &mut Vec<String>) {
    let mut last: Option<&QueueEventV1> = None;
    for record in events.values() {
        let at = record.point();
        if !record.is_intact() {
            breaks.push(format!("the hash of event {at} does not match its content"));
        }
        let (previous_point, previous_hash) =
            last.map_or((None, ChainHash::default()), |last| (Some(last.point()), last.hash));
        let next_expected = match previous_point {
            Some(point) if point.epoch == at.epoch => at.evn == point.evn + 1,
            Some(_) | None => at.evn == 1,
        };
        if !next_expected {
            let after = previous_point.unwrap_or_default();
            breaks.push(format!("event {at} follows {after}: events are missing in between"));
        } else if record.previous != previous_hash {
            breaks.push(format!("event {at} is not chained to the one before it"));
        }
        if let (1, RoomEvent::Begun { follows, follows_hash }) = (at.evn, &record.event)
            && (*follows, *follows_hash) != (previous_point, previous_hash)
        {
            breaks.push(format!("epoch {} names another event as the one it follows", at.epoch));
        }
        last = Some(record);
    }
}
