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

/// Takes a place in, unless a page would not show it: an answer that is older than what is shown.
fn show_place(story: &mut ShopperStory, shown: Shown) {
    if let (
        Shown::Place { epoch, evn, by_stream: false, .. },
        Some(Shown::Place { epoch: shown_epoch, evn: shown_evn, .. }),
    ) = (&shown, story.shown.last())
        && (epoch, evn) < (shown_epoch, shown_evn)
    {
        return;
    }
    story.shown.push(shown);
}
