//! A run without a fault: 60 shoppers, 30 units, one let in each second, two holds that expire.

use std::collections::HashMap;

use crowd::check::{
    Evidence,
    evidence::{
        AuditRow, Command, DropRow, End, InventoryRow, Join, LedgerRow, MoveRow, OrderRow,
        OutboxRow, PaymentRow, ProviderEntry, ShopperStory, Shown, TransitionRow, UsageRow,
    },
    judge,
};
use serde_json::json;
use shared::{
    drops::{CloseReason, DropMode},
    ids::{DropId, ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    messages::{
        ChainHash, Configured, EventPoint, JoinedTicket, PlaceOrder, QueueEventV1, RoomEvent,
        TicketScore,
    },
    tickets::{Epoch, Intent, Lane, Score},
};
use uuid::Uuid;

pub(crate) const SHOPPERS: u64 = 60;
const UNITS: i32 = 30;
/// Hold and do not pay; their units go to the two who come after the thirtieth.
const UNPAID: [u64; 2] = [3, 7];
const ADMITTED: u64 = 32;
const PRICE: i64 = 4_900;
pub(crate) const SECOND: i64 = 1_000_000;
const ENDED_US: i64 = 36 * SECOND;

#[test]
fn a_sound_run_violates_nothing() {
    let report = judge(&evidence());
    assert!(report.is_clean(), "{report}");
    let judged = report.judgements.iter().filter(|judgement| judgement.verdict.word() == "PASS");
    assert_eq!(judged.count(), report.judgements.len() - 2, "{report}");
}

pub(crate) fn drop_id() -> DropId {
    DropId::from_uuid(Uuid::from_u128(1))
}

pub(crate) fn ticket(n: u64) -> TicketId {
    TicketId::from_uuid(Uuid::from_u128(0x7000 + u128::from(n)))
}

fn shopper(n: u64) -> ShopperId {
    ShopperId::from_uuid(Uuid::from_u128(0x5000 + u128::from(n)))
}

fn variant() -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(2))
}

fn id(kind: u128, n: u64) -> Uuid {
    Uuid::from_u128((kind << 64) + u128::from(n))
}

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

fn admitted_us(n: u64) -> i64 {
    i64::try_from(n).unwrap() * SECOND
}

fn state_of(n: u64) -> TicketState {
    if UNPAID.contains(&n) { TicketState::Expired } else { TicketState::Confirmed }
}

fn ended_us(n: u64) -> i64 {
    admitted_us(n) + if UNPAID.contains(&n) { 5 * SECOND } else { SECOND }
}

pub(crate) fn evidence() -> Evidence {
    Evidence {
        seed: Some(42),
        gathered_us: ENDED_US + 10 * SECOND,
        shoppers: (1..=SHOPPERS).map(story).collect(),
        faults: Vec::new(),
        events: chain(happened()),
        commands: (1..=ADMITTED).map(command).collect(),
        order_events: order_events(),
        drop: flash_drop(),
        inventory: vec![InventoryRow {
            variant_id: variant().as_uuid(),
            total: UNITS,
            available: 0,
            reserved: 0,
            sold: UNITS,
        }],
        moves: moves(),
        orders: (1..=ADMITTED).map(order).collect(),
        transitions: (1..=ADMITTED).flat_map(transitions).collect(),
        usage: (1..=ADMITTED).map(usage).collect(),
        payments: paid().map(payment).collect(),
        ledger: paid().flat_map(booked).collect(),
        audit: audit(),
        outbox: (1..=ADMITTED).flat_map(news).collect(),
        dead_orders: Vec::new(),
        provider: (1..=ADMITTED).flat_map(provider).collect(),
    }
}

fn paid() -> impl Iterator<Item = u64> {
    (1..=ADMITTED).filter(|n| !UNPAID.contains(n))
}

fn story(n: u64) -> ShopperStory {
    let answered_ns = n * 1_000_000;
    let join = Join { ticket_id: ticket(n), queue_number: n, epoch: 1, answered_ns };
    let place = |evn, place| Shown::Place { epoch: 1, evn, place, rise: None, by_stream: true };
    let mut shown = vec![place(3, n)];
    if n > 1 {
        shown.push(place(4, n - 1));
    }
    let (how, order_states) = if n <= ADMITTED {
        shown.push(Shown::LetIn);
        let states = [TicketState::Reserved, state_of(n)];
        (state_of(n).as_str(), states.map(|state| (ticket(n).as_uuid(), state)).to_vec())
    } else {
        shown.push(Shown::Closed { reason: "sold_out".to_owned(), at_us: ENDED_US });
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
        end: Some(End { how: how.to_owned(), at_us: ENDED_US + SECOND }),
    }
}

fn command(n: u64) -> Command {
    let order = PlaceOrder {
        ticket_id: ticket(n),
        drop_id: drop_id(),
        shopper_id: shopper(n),
        lane: Lane(0),
        variant_id: variant(),
        units: 1,
        epoch: Epoch(1),
        score: Score::new(Epoch(1), n),
        admitted_at_us: admitted_us(n),
        mac: shared::credentials::Mac::default(),
    };
    Command { offset: i64::try_from(n).unwrap(), order }
}

fn flash_drop() -> DropRow {
    DropRow {
        id: drop_id().as_uuid(),
        state: "sold_out".to_owned(),
        mode: "running".to_owned(),
        end_reason: Some("sold_out".to_owned()),
        opens_at_us: Some(0),
        ended_at_us: Some(ENDED_US),
        max_units_per_customer: 1,
        hold_seconds: 5,
        admission_rate_per_second: 1.0,
        occupancy_cap: 100,
        order_rate_per_second: 10.0,
        limits_version: 2,
        epoch: 1,
    }
}

fn moves() -> Vec<MoveRow> {
    let move_at = |at_us, kind: &str, n: u64, d: [i32; 3]| MoveRow {
        id: 0,
        variant_id: variant().as_uuid(),
        order_id: Some(ticket(n).as_uuid()),
        kind: kind.to_owned(),
        d_available: d[0],
        d_reserved: d[1],
        d_sold: d[2],
        version: 0,
        at_us,
    };
    let mut moves = vec![move_at(-1, "carve", 0, [UNITS, 0, 0])];
    for n in 1..=ADMITTED {
        moves.push(move_at(admitted_us(n) + 1_000, "reserve", n, [-1, 1, 0]));
        moves.push(match state_of(n) {
            TicketState::Expired => move_at(ended_us(n), "release", n, [1, -1, 0]),
            _ => move_at(ended_us(n), "sell", n, [0, -1, 1]),
        });
    }
    moves.sort_by_key(|change| change.at_us);
    for (version, change) in (1..).zip(&mut moves) {
        (change.id, change.version) = (version, version);
    }
    moves
}

fn order(n: u64) -> OrderRow {
    OrderRow {
        id: ticket(n).as_uuid(),
        shopper_id: shopper(n).as_uuid(),
        variant_id: variant().as_uuid(),
        units: 1,
        amount_minor: PRICE,
        currency: "EUR".to_owned(),
        state: state_of(n).as_str().to_owned(),
        processed_at_us: admitted_us(n) + 1_000,
        updated_at_us: ended_us(n),
    }
}

fn transitions(n: u64) -> Vec<TransitionRow> {
    let states = match state_of(n) {
        TicketState::Expired => vec!["admitted", "reserved", "expired"],
        _ => {
            vec!["admitted", "reserved", "authorizing", "authorized", "capturing", "confirmed"]
        }
    };
    let last = states.len() - 1;
    let rows = (1..).zip(states.windows(2)).map(|(sequence, pair)| TransitionRow {
        order_id: ticket(n).as_uuid(),
        sequence,
        from_state: pair[0].to_owned(),
        to_state: pair[1].to_owned(),
        terminal: usize::try_from(sequence).unwrap() == last,
        at_us: if sequence == 1 { admitted_us(n) + 1_000 } else { ended_us(n) },
    });
    rows.collect()
}

fn usage(n: u64) -> UsageRow {
    let units = i32::from(!UNPAID.contains(&n));
    UsageRow { customer_key: shopper(n).to_string(), units }
}

fn payment(n: u64) -> PaymentRow {
    PaymentRow {
        id: id(3, n),
        order_id: ticket(n).as_uuid(),
        kind: "capture".to_owned(),
        status: "succeeded".to_owned(),
        updated_at_us: ended_us(n),
    }
}

fn booked(n: u64) -> [LedgerRow; 2] {
    [("provider", PRICE), ("seller", -PRICE)].map(|(account, amount_minor)| LedgerRow {
        transaction_id: id(4, n),
        order_id: ticket(n).as_uuid(),
        account: account.to_owned(),
        amount_minor,
        currency: "EUR".to_owned(),
    })
}

pub(crate) fn audit() -> Vec<AuditRow> {
    let row = |id, action: &str, old, new| AuditRow {
        id,
        at_us: 0,
        actor: "operator:ann".to_owned(),
        action: action.to_owned(),
        old,
        new,
        why: "a try".to_owned(),
    };
    let limits = |cap| json!({"limits": {"occupancy_cap": cap, "admission_rate_per_second": 1.0}});
    vec![
        row(1, "drop.create", None, Some(json!({"units": UNITS}))),
        row(2, "drop.limits", Some(limits(50)), Some(limits(100))),
    ]
}

fn news(n: u64) -> Vec<OutboxRow> {
    let rows = transitions(n).into_iter().map(|transition| OutboxRow {
        event_id: id(5, n * 100 + u64::try_from(transition.sequence).unwrap()),
        topic: "order-events".to_owned(),
        aggregate: ticket(n).as_uuid(),
        sequence: transition.sequence.into(),
        published_at_us: Some(transition.at_us),
    });
    rows.collect()
}

fn order_events() -> HashMap<Uuid, Vec<(Uuid, i64)>> {
    let of = |n| {
        let told = news(n).into_iter().map(|row| (row.event_id, row.sequence));
        (ticket(n).as_uuid(), told.collect())
    };
    (1..=ADMITTED).map(of).collect()
}

fn provider(n: u64) -> Vec<ProviderEntry> {
    let entry = |kind: &str| ProviderEntry {
        kind: kind.to_owned(),
        payment_id: format!("pay_{n}"),
        reference: ticket(n).to_string(),
        amount_minor: PRICE,
        currency: "EUR".to_owned(),
    };
    match state_of(n) {
        TicketState::Expired => vec![entry("authorized"), entry("voided")],
        _ => vec![entry("authorized"), entry("captured")],
    }
}
