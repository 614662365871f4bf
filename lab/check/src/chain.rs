//! The chain of a drop's log: dense numbers, each event bound to the one before.
//!
//! Each epoch begins behind the event that it follows. A write that was given up may still land
//! behind that event, before the new epoch's first record or after it: nobody builds on it, so it
//! does not count. That is all that is passed over; who was promised something by such an event is
//! missed by the rules.

use std::collections::BTreeMap;

use shared::{
    line::{ChainHash, EventPoint, RoomEvent},
    messages::QueueEventV1,
};

/// The log's events in order, by the first record of each.
pub(crate) type LoggedEvents<'a> = BTreeMap<EventPoint, &'a QueueEventV1>;

/// A drop's log, as far as it counts.
pub(crate) struct Chain<'a> {
    pub(crate) events: LoggedEvents<'a>,
    /// Events behind one that a later epoch follows.
    pub(crate) n_late: usize,
    /// Where it is broken.
    pub(crate) breaks: Vec<String>,
}

impl<'a> Chain<'a> {
    /// Takes the first record of each event that counts. Two writers may have written an event, but
    /// not two contents of it.
    pub(crate) fn of(records: &'a [QueueEventV1]) -> Self {
        let firsts = firsts(records);
        let n_logged = firsts.len();
        let events = cut_back(firsts);
        let mut breaks = second_contents(records, &events);
        check_links(&events, &mut breaks);
        Self { n_late: n_logged - events.len(), events, breaks }
    }
}

fn firsts(records: &[QueueEventV1]) -> LoggedEvents<'_> {
    let mut firsts = LoggedEvents::new();
    for record in records {
        firsts.entry(record.point()).or_insert(record);
    }
    firsts
}

/// Leaves out what stands behind an event that a later epoch follows. The last epoch comes first:
/// one that is left out itself leaves out nothing.
fn cut_back(firsts: LoggedEvents<'_>) -> LoggedEvents<'_> {
    let mut end = None::<EventPoint>;
    let counts = |(at, record): &(EventPoint, &QueueEventV1)| {
        if end.is_some_and(|end| *at > end) {
            return false;
        }
        if let (1, RoomEvent::Begun { follows: Some(follows), .. }) = (at.evn, &record.event) {
            end = Some(*follows);
        }
        true
    };
    firsts.into_iter().rev().filter(counts).collect()
}

fn second_contents(records: &[QueueEventV1], events: &LoggedEvents<'_>) -> Vec<String> {
    let differ = records.iter().filter(|record| {
        let first = events.get(&record.point());
        first.is_some_and(|first| first.hash != record.hash)
    });
    differ.map(|record| format!("event {} was logged with two contents", record.point())).collect()
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
