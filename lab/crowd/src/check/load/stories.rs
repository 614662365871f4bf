//! The history, sorted by shopper.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use shared::{ids::DropId, messages::QueueEventV1};

use crate::{
    check::evidence::{End, Join, OrderRow, ShopperStory, Shown},
    history::{Action, Line, Type},
    run::frames::Frame,
};

/// The seed and the drop that the history begins with.
pub(super) fn run_of(lines: &[Line]) -> (Option<u64>, Option<DropId>) {
    let run = lines.iter().find(|line| line.f == Action::Run && line.kind == Type::Invoke);
    let value = run.map_or(&Value::Null, |line| &line.value);
    let drop_id = value["drop_id"].as_str().and_then(|text| text.parse().ok());
    (value["seed"].as_u64(), drop_id)
}

/// Each shopper's part.
pub(super) fn stories(lines: &[Line]) -> Vec<ShopperStory> {
    let mut stories: BTreeMap<u64, ShopperStory> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.process != 0) {
        let story = stories.entry(line.process).or_default();
        story.process = line.process;
        tell(story, line);
    }
    stories.into_values().collect()
}

/// The tickets that the run is about, as texts.
pub(super) fn tickets(
    stories: &[ShopperStory],
    events: &[QueueEventV1],
    orders: &[OrderRow],
) -> HashSet<String> {
    use shared::messages::RoomEvent::{Attached, Joined};
    let told = stories.iter().flat_map(|story| &story.joins).map(|join| join.ticket_id);
    let logged = events.iter().flat_map(|record| match &record.event {
        Joined { tickets } | Attached { tickets } => tickets.as_slice(),
        _ => &[],
    });
    let told = told.chain(logged.map(|ticket| ticket.ticket_id)).map(|id| id.to_string());
    told.chain(orders.iter().map(|order| order.id.to_string())).collect()
}

fn tell(story: &mut ShopperStory, line: &Line) {
    let value = &line.value;
    match (line.f, line.kind) {
        (Action::Join, Type::Invoke) => {
            story.join_sent_ns.get_or_insert(line.mono_ns);
        }
        (Action::Join, Type::Ok) => tell_join(story, line),
        (Action::Shown, Type::Ok) => tell_shown(story, line),
        (Action::Order, Type::Ok) => {
            let id = value["id"].as_str().and_then(|text| text.parse().ok());
            let state = value["state"].as_str().and_then(|text| text.parse().ok());
            story.order_states.extend(id.zip(state));
        }
        (Action::Again, Type::Ok) => {
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            story.again.push((text("key"), text("first"), text("again")));
        }
        (Action::End, _) => {
            let how = value["how"].as_str().unwrap_or_default().to_owned();
            story.end = Some(End { how, at_us: line.at_us });
        }
        _ => {}
    }
}

fn tell_join(story: &mut ShopperStory, line: &Line) {
    let value = &line.value;
    let number = |name: &str| value[name].as_u64();
    let ticket_id = value["ticket_id"].as_str().and_then(|text| text.parse().ok());
    let (Some(ticket_id), Some(queue_number)) = (ticket_id, number("queue_number")) else { return };
    let epoch = u32::try_from(number("epoch").unwrap_or_default()).unwrap_or_default();
    story.joins.push(Join { ticket_id, queue_number, epoch, answered_ns: line.mono_ns });
    if let (Some(evn), Some(place)) = (number("evn"), number("place")) {
        show_place(story, Shown::Place { epoch, evn, place, rise: None, by_stream: false });
    }
}

fn tell_shown(story: &mut ShopperStory, line: &Line) {
    let Ok(frame) = serde_json::from_value::<Frame>(line.value.clone()) else { return };
    let by_stream = line.value["source"] == "stream";
    match frame {
        Frame::Waiting { epoch, evn, place, rise, .. } => {
            show_place(story, Shown::Place { epoch, evn, place, rise, by_stream });
        }
        Frame::Admitting | Frame::Held | Frame::Order { .. } => story.shown.push(Shown::LetIn),
        Frame::Closed { reason } => {
            story.shown.push(Shown::Closed { reason, at_us: line.at_us });
        }
        Frame::Left | Frame::Rebuilding { .. } => {}
    }
}

/// Takes a place in, unless a page would not show it: a polled answer that is older than what is
/// shown, or that says nothing newer than before the shopper heard of being let in.
fn show_place(story: &mut ShopperStory, shown: Shown) {
    let point = |shown: &Shown| match shown {
        Shown::Place { epoch, evn, by_stream, .. } => Some(((*epoch, *evn), *by_stream)),
        Shown::LetIn | Shown::Closed { .. } => None,
    };
    if let (Some((at, false)), Some((shown_at, _))) =
        (point(&shown), story.shown.iter().rev().find_map(point))
    {
        let let_in = story.shown.contains(&Shown::LetIn);
        if at < shown_at || (let_in && at == shown_at) {
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
        let lines = values.iter().map(|(f, value)| Line {
            process: 7,
            f: *f,
            kind: Type::Ok,
            value: value.clone(),
            mono_ns: 5,
            at_us: 9,
        });
        stories(&lines.collect::<Vec<_>>()).remove(0)
    }

    fn place(source: &str, evn: u64, place: u64) -> (Action, Value) {
        let place = json!({
            "type": "waiting", "epoch": 1, "evn": evn, "place": place, "source": source,
        });
        (Action::Shown, place)
    }

    #[test]
    fn a_story_has_what_the_shopper_met() {
        let id = "01a1fe7d-fb40-747c-978d-d852b68c23a2";
        let join = json!({"ticket_id": id, "queue_number": 9, "epoch": 1, "evn": 4, "place": 9});
        let story = story(&[
            (Action::Join, join),
            place("stream", 5, 8),
            (Action::Shown, json!({"type": "admitting", "source": "stream"})),
            (Action::Order, json!({"id": id, "state": "confirmed"})),
            (Action::End, json!({"how": "confirmed"})),
        ]);
        assert_eq!((story.joins.len(), story.shown.len()), (1, 3));
        assert_eq!(story.shown[2], Shown::LetIn);
        assert_eq!(story.order_states.len(), 1);
        assert_eq!(story.end.unwrap().how, "confirmed");
    }

    #[test]
    fn an_old_answer_of_a_poll_is_not_shown_and_an_old_frame_is() {
        let polled = story(&[place("stream", 5, 8), place("poll", 4, 9)]);
        assert_eq!(polled.shown.len(), 1);
        let streamed = story(&[place("stream", 5, 8), place("stream", 4, 9)]);
        assert_eq!(streamed.shown.len(), 2);
    }

    #[test]
    fn a_poll_that_knows_nothing_newer_does_not_put_one_back_in_line() {
        let admitting = (Action::Shown, json!({"type": "admitting", "source": "stream"}));
        let same = story(&[place("stream", 5, 8), admitting.clone(), place("poll", 5, 8)]);
        assert_eq!(same.shown.len(), 2);
        let newer = story(&[place("stream", 5, 8), admitting, place("poll", 6, 8)]);
        assert_eq!(newer.shown.len(), 3);
    }
}
