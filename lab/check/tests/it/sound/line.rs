//! What happened in line, and what the shoppers saw of it.

use check::evidence::{AnsweredJoin, ShopperStory, Shown, StoryEnd};
use shared::{
    drops::{CloseReason, DropMode},
    lifecycle::TicketState,
    line::{
        ChainHash, Configured, Epoch, EventPoint, Intent, JoinedTicket, Lane, RoomEvent, Score,
        TicketScore,
    },
    messages::QueueEventV1,
};

use super::{
    ADMITTED, ENDED_US, SECOND, SHOPPERS, admitted_us, drop_id, order_id, shopper, state_of,
    ticket, variant,
};

pub(crate) fn score(n: u64) -> TicketScore {
    TicketScore { ticket_id: ticket(n), lane: Lane(0), score: Score::new(Epoch(1), n) }
}

pub(crate) fn joined(n: u64) -> JoinedTicket {
    JoinedTicket {
        ticket_id: ticket(n),
        shopper_id: shopper(n),
        lane: Lane(0),
        score: Score::new(Epoch(1), n),
        intent: Intent { variant_id: variant(), units: 1 },
        joined_at_ms: 0,
    }
}

/// Chains events, dense from (1, 1).
pub(crate) fn chain(events: Vec<(i64, RoomEvent)>) -> Vec<QueueEventV1> {
    let mut previous = ChainHash::default();
    let records = (1..).zip(events).map(|(evn, (at_us, event))| {
        let point = EventPoint { epoch: Epoch(1), evn };
        let record = QueueEventV1::chained(drop_id(), point, at_us, event, previous);
        previous = record.hash;
        record
    });
    records.collect()
}

/// What happened in the line.
pub(crate) fn happened() -> Vec<(i64, RoomEvent)> {
    let begun = RoomEvent::Begun { follows: None, follows_hash: ChainHash::default() };
    let configured = RoomEvent::Configured(Configured {
        mode: DropMode::Running,
        mode_until_us: None,
        admission_rate_micro: 1_000_000,
        occupancy_cap: 100,
        message: None,
    });
    let all = (1..=SHOPPERS).map(joined).collect();
    let mut events =
        vec![(0, begun), (0, configured), (SECOND / 2, RoomEvent::Joined { tickets: all })];
    for n in 1..=ADMITTED {
        let event = RoomEvent::Admitted { tickets: vec![score(n)] };
        events.push((admitted_us(n), event));
    }
    let rest = (ADMITTED + 1..=SHOPPERS).map(score).collect();
    let reason = CloseReason::SoldOut;
    events.push((ENDED_US, RoomEvent::Ended { reason }));
    events.push((ENDED_US, RoomEvent::Closed { reason, tickets: rest }));
    events
}

/// A position that the stream shows after the event with this number.
pub(crate) fn position(evn: u64, position: u64, rise: Option<&str>) -> Shown {
    let (rise, at_us) = (rise.map(str::to_owned), event_us(evn));
    Shown::Position { epoch: 1, evn, position, rise, by_stream: true, at_us }
}

/// When a frame for this event is shown; the first admission is the fourth event.
fn event_us(evn: u64) -> i64 {
    i64::try_from(evn).unwrap() * SECOND - 3 * SECOND + SECOND / 2
}

pub(super) fn story(n: u64) -> ShopperStory {
    let (answered_ns, answered_at_us) = (n * 1_000_000, SECOND / 2);
    let (ticket_id, queue_number, epoch) = (ticket(n), n, 1);
    let join = AnsweredJoin { ticket_id, queue_number, epoch, answered_ns, answered_at_us };
    let mut shown = vec![position(3, n, None)];
    if n > 1 {
        shown.push(position(4, n - 1, None));
    }
    if n > ADMITTED {
        shown.push(position(33, n - 30, None));
    }
    let (how, order_states) = if n <= ADMITTED {
        shown.push(Shown::Admitted);
        let states = [TicketState::Reserved, state_of(n)];
        (state_of(n).as_str(), states.map(|state| (order_id(n), state)).to_vec())
    } else {
        shown.push(Shown::Closed { at_us: ENDED_US + SECOND / 2 });
        ("closed_sold_out", Vec::new())
    };
    let again = ("pay".to_owned(), "202:1".to_owned(), "202:1".to_owned());
    ShopperStory {
        process: n,
        joins: vec![join.clone(), join],
        join_sent_ns: Some(answered_ns - 10),
        shown,
        order_states,
        again: if n == 1 { vec![again] } else { Vec::new() },
        was_away: false,
        visits: Vec::new(),
        hung_up_us: Vec::new(),
        end: Some(StoryEnd { how: how.to_owned(), at_us: ENDED_US + SECOND }),
    }
}
