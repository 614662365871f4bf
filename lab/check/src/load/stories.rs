//! The history, sorted by shopper.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use shared::{
    ids::DropId,
    line::RoomEvent::{Attached, Joined},
    messages::QueueEventV1,
};

use crate::{
    evidence::{AnsweredJoin, OrderEvidence, SeenVisit, ShopperStory, Shown, StoryEnd},
    history::{Action, EntryType, HistoryEntry, SeenFrame},
};

/// Returns the seed and the drop that the history begins with.
pub(super) fn run_of(entries: &[HistoryEntry]) -> (Option<u64>, Option<DropId>) {
    let is_begin =
        |entry: &&HistoryEntry| (entry.f, entry.kind) == (Action::Run, EntryType::Invoke);
    let value = entries.iter().find(is_begin).map_or(&Value::Null, |entry| &entry.value);
    let drop_id = value["drop_id"].as_str().and_then(|text| text.parse().ok());
    (value["seed"].as_u64(), drop_id)
}

/// Sorts the history into one story per shopper.
pub(super) fn stories(entries: &[HistoryEntry]) -> Vec<ShopperStory> {
    let mut stories: BTreeMap<u64, ShopperStory> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.process != 0) {
        let story = stories.entry(entry.process).or_default();
        story.process = entry.process;
        tell(story, entry);
    }
    stories.into_values().collect()
}

/// Returns the tickets that the run is about, as texts.
pub(super) fn tickets(
    stories: &[ShopperStory],
    events: &[QueueEventV1],
    orders: &[OrderEvidence],
) -> HashSet<String> {
    let told = stories.iter().flat_map(|story| &story.joins).map(|join| join.ticket_id);
    let logged = events.iter().flat_map(|record| match &record.event {
        Joined { tickets } | Attached { tickets } => tickets.as_slice(),
        _ => &[],
    });
    let told = told.chain(logged.map(|ticket| ticket.ticket_id)).map(|id| id.to_string());
    told.chain(orders.iter().map(|order| order.id.to_string())).collect()
}

fn tell(story: &mut ShopperStory, entry: &HistoryEntry) {
    let value = &entry.value;
    match (entry.f, entry.kind) {
        (Action::Join, EntryType::Invoke) => {
            story.join_sent_ns.get_or_insert(entry.mono_ns);
        }
        (Action::Join, EntryType::Ok) => tell_join(story, entry),
        (Action::Shown, EntryType::Ok) => tell_shown(story, entry),
        (Action::Order, EntryType::Ok) => {
            let id = value["id"].as_str().and_then(|text| text.parse().ok());
            let state = value["state"].as_str().and_then(|text| text.parse().ok());
            story.order_states.extend(id.zip(state));
        }
        (Action::Away, _) => story.was_away = true,
        (Action::Again, EntryType::Ok) => {
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            story.again.push((text("key"), text("first"), text("again")));
        }
        (Action::HungUp, _) => story.hung_up_us.push(entry.at_us),
        (Action::Enter | Action::Look, EntryType::Ok) => story.visits.extend(seen_visit(entry)),
        (Action::End, _) => {
            let how = value["how"].as_str().unwrap_or_default().to_owned();
            story.end = Some(StoryEnd { how, at_us: entry.at_us });
        }
        _ => {}
    }
}

fn tell_join(story: &mut ShopperStory, entry: &HistoryEntry) {
    let value = &entry.value;
    let number = |name: &str| value[name].as_u64();
    let ticket_id = value["ticket_id"].as_str().and_then(|text| text.parse().ok());
    let (Some(ticket_id), Some(queue_number)) = (ticket_id, number("queue_number")) else { return };
    let epoch = u32::try_from(number("epoch").unwrap_or_default()).unwrap_or_default();
    let (answered_ns, at_us) = (entry.mono_ns, entry.at_us);
    let answered_at_us = at_us;
    story.joins.push(AnsweredJoin { ticket_id, queue_number, epoch, answered_ns, answered_at_us });
    if let (Some(evn), Some(position)) = (number("evn"), number("position")) {
        let (rise, by_stream) = (None, false);
        show_position(story, Shown::Position { epoch, evn, position, rise, by_stream, at_us });
    }
}

fn tell_shown(story: &mut ShopperStory, entry: &HistoryEntry) {
    let Ok(frame) = serde_json::from_value::<SeenFrame>(entry.value.clone()) else { return };
    let (by_stream, at_us) = (entry.value["source"] == "stream", entry.at_us);
    match frame {
        SeenFrame::Waiting { epoch, evn, position, rise, .. } => {
            show_position(story, Shown::Position { epoch, evn, position, rise, by_stream, at_us });
        }
        SeenFrame::Admitting | SeenFrame::Held | SeenFrame::Order { .. } => {
            story.shown.push(Shown::Admitted);
        }
        SeenFrame::Closed { .. } => story.shown.push(Shown::Closed { at_us }),
        SeenFrame::Missed | SeenFrame::Left | SeenFrame::Rebuilding { .. } => {}
    }
}

fn seen_visit(entry: &HistoryEntry) -> Option<SeenVisit> {
    let value = &entry.value;
    let ticket_id = value["ticket_id"].as_str()?.parse().ok()?;
    if entry.f == Action::Enter {
        return Some(SeenVisit::Entered { ticket_id });
    }
    Some(SeenVisit::Looked {
        ticket_id,
        inside: value["inside"].as_bool()?,
        asked_at_us: value["asked_at_us"].as_i64()?,
        answered_at_us: entry.at_us,
    })
}

/// Records a position unless a page would not show it: a polled answer that is older than what is
/// shown, or no newer than the last position before the shopper was told of the admission.
fn show_position(story: &mut ShopperStory, shown: Shown) {
    let point = |shown: &Shown| match shown {
        Shown::Position { epoch, evn, by_stream, .. } => Some(((*epoch, *evn), *by_stream)),
        Shown::Admitted | Shown::Closed { .. } => None,
    };
    if let (Some((at, false)), Some((shown_at, _))) =
        (point(&shown), story.shown.iter().rev().find_map(point))
    {
        let admitted = story.shown.contains(&Shown::Admitted);
        if at < shown_at || (admitted && at == shown_at) {
            return;
        }
    }
    story.shown.push(shown);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn story(values: &[(Action, Value)]) -> ShopperStory {
        let entries = values.iter().map(|(f, value)| HistoryEntry {
            process: 7,
            f: *f,
            kind: EntryType::Ok,
            value: value.clone(),
            mono_ns: 5,
            at_us: 9,
        });
        stories(&entries.collect::<Vec<_>>()).remove(0)
    }

    fn position(source: &str, evn: u64, position: u64) -> (Action, Value) {
        let frame = json!({
            "type": "waiting", "epoch": 1, "evn": evn, "position": position, "source": source,
        });
        (Action::Shown, frame)
    }

    #[test]
    fn a_story_has_what_the_shopper_saw() {
        let id = "01a1fe7d-fb40-747c-978d-d852b68c23a2";
        let join = json!({"ticket_id": id, "queue_number": 9, "epoch": 1, "evn": 4, "position": 9});
        let story = story(&[
            (Action::Join, join),
            position("stream", 5, 8),
            (Action::Shown, json!({"type": "admitting", "source": "stream"})),
            (Action::Order, json!({"id": id, "state": "confirmed"})),
            (Action::HungUp, json!({"why": "reload"})),
            (Action::End, json!({"how": "confirmed"})),
        ]);
        assert_eq!((story.joins.len(), story.shown.len()), (1, 3));
        assert_eq!(story.shown[2], Shown::Admitted);
        assert_eq!(story.order_states.len(), 1);
        assert!(story.has_hung_up(9, 9) && !story.has_hung_up(10, 99));
        assert_eq!(story.end.unwrap().how, "confirmed");
    }

    #[test]
    fn a_visitor_was_let_in_and_looked_whether_it_still_counts() {
        let id = "01a1fe7d-fb40-747c-978d-d852b68c23a2";
        let look = json!({"ticket_id": id, "inside": true, "asked_at_us": 4});
        let story = story(&[
            (Action::Enter, json!({"ticket_id": id, "status": 303})),
            (Action::Look, look),
            (Action::Look, json!({"inside": true})),
        ]);
        let ticket_id = id.parse().unwrap();
        let (inside, asked_at_us, answered_at_us) = (true, 4, 9);
        let looked = SeenVisit::Looked { ticket_id, inside, asked_at_us, answered_at_us };
        assert_eq!(story.visits, [SeenVisit::Entered { ticket_id }, looked]);
    }

    #[test]
    fn an_old_answer_of_a_poll_is_not_shown_and_an_old_frame_is() {
        let polled = story(&[position("stream", 5, 8), position("poll", 4, 9)]);
        assert_eq!(polled.shown.len(), 1);
        let streamed = story(&[position("stream", 5, 8), position("stream", 4, 9)]);
        assert_eq!(streamed.shown.len(), 2);
    }

    #[test]
    fn a_poll_with_nothing_newer_does_not_put_a_shopper_back_in_line() {
        let admitting = (Action::Shown, json!({"type": "admitting", "source": "stream"}));
        let same = story(&[position("stream", 5, 8), admitting.clone(), position("poll", 5, 8)]);
        assert_eq!(same.shown.len(), 2);
        let newer = story(&[position("stream", 5, 8), admitting, position("poll", 6, 8)]);
        assert_eq!(newer.shown.len(), 3);
    }
}
