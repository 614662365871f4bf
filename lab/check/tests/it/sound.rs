//! A run without a fault: 60 shoppers, 30 units, one admission per second, two holds that expire,
//! and a shopper whose first card is declined.

use std::collections::HashMap;

use check::{
    Evidence,
    evidence::{
        AnsweredJoin, AuditEvidence, BoundaryEvidence, CommandRecord, DropEvidence,
        InventoryEvidence, JournalEvidence, LedgerEvidence, MoveEvidence, OrderEvidence,
        PaymentEvidence, ProviderEntry, RoomDump, ShopperStory, Shown, StoryEnd,
        TransitionEvidence, UsageEvidence,
    },
    judge,
};
use serde_json::json;
use shared::{
    drops::{CloseReason, DropMode, DropState},
    ids::{DropId, OrderId, PaymentId, ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    line::{
        ChainHash, Configured, Epoch, EventPoint, Intent, JoinedTicket, Lane, RoomEvent, Score,
        TicketScore,
    },
    messages::{PlaceOrder, QueueEventV1},
};
use uuid::Uuid;

use crate::tenants::{elsewhere, owners, probes, product_id, seller_id};

pub(crate) const SHOPPERS: u64 = 60;
const UNITS: i32 = 30;
/// Hold and do not pay; their units go to the two who come after the thirtieth.
const UNPAID: [u64; 2] = [3, 7];
pub(crate) const ADMITTED: u64 = 32;
/// Pays with a second card.
const SECOND_CARD: u64 = 11;
const PRICE: i64 = 4_900;
pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const ENDED_US: i64 = 36 * SECOND;

#[test]
fn a_sound_run_violates_nothing() {
    let report = judge(&evidence());
    assert!(report.is_clean(), "{report}");
    let judged = report.judgements.iter().filter(|judgement| judgement.verdict.word() == "PASS");
    // No drop issues passes.
    assert_eq!(judged.count(), report.judgements.len() - 1, "{report}");
}

pub(crate) fn drop_id() -> DropId {
    DropId::from_uuid(Uuid::from_u128(1))
}

pub(crate) fn ticket(n: u64) -> TicketId {
    TicketId::from_uuid(Uuid::from_u128(0x7000 + u128::from(n)))
}

pub(crate) fn order_id(n: u64) -> OrderId {
    ticket(n).into()
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
        shoppers: (1..=SHOPPERS).map(story).collect(),
        refused_tries: Vec::new(),
        faults: Vec::new(),
        probes: probes(),
        elsewhere: elsewhere(),
        owners: owners(),
        events: chain(happened()),
        commands: (1..=ADMITTED).map(command).collect(),
        order_events: order_events(),
        last_event_us: Some(ended_us(ADMITTED)),
        drop: flash_drop(),
        boundaries: vec![BoundaryEvidence { epoch: 1, generation: 1, log_offset: 1 }],
        inventory: vec![InventoryEvidence {
            variant_id: variant(),
            total: UNITS,
            available: 0,
            reserved: 0,
            sold: UNITS,
            version: i64::try_from(moves().len()).unwrap(),
        }],
        moves: moves(),
        journal: (1..=ADMITTED).flat_map(journal).collect(),
        orders: (1..=ADMITTED).map(order).collect(),
        transitions: (1..=ADMITTED).flat_map(transitions).collect(),
        usage: Vec::new(),
        payments: paid().map(payment).collect(),
        ledger: paid().flat_map(booked).collect(),
        audit: audit(),
        dead_orders: Vec::new(),
        provider: (1..=ADMITTED).flat_map(provider).collect(),
        redis: Some(RoomDump { has_room: true, ..RoomDump::default() }),
    }
}

fn paid() -> impl Iterator<Item = u64> {
    (1..=ADMITTED).filter(|n| !UNPAID.contains(n))
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

fn story(n: u64) -> ShopperStory {
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
        end: Some(StoryEnd { how: how.to_owned(), at_us: ENDED_US + SECOND }),
    }
}

fn command(n: u64) -> CommandRecord {
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
    CommandRecord { offset: i64::try_from(n).unwrap(), order }
}

fn flash_drop() -> DropEvidence {
    DropEvidence {
        id: drop_id(),
        seller_id: seller_id(),
        product_id: product_id(),
        state: DropState::SoldOut,
        mode: DropMode::Running,
        ended_at_us: Some(ENDED_US),
        max_units_per_customer: 1,
        hold_seconds: 4,
        admission_rate_per_second: 1.0,
        occupancy_cap: 100,
        order_rate_per_second: 10.0,
        limits_version: 2,
        epoch: 1,
        log_generation: 1,
    }
}

/// The journal row that has this change of an order.
pub(crate) fn journal_id(n: u64, sequence: usize) -> i64 {
    i64::try_from(n * 100).unwrap() + i64::try_from(sequence).unwrap()
}

/// The journal row that has an order's end.
pub(crate) fn last_journal_id(n: u64) -> i64 {
    journal_id(n, transitions(n).len())
}

fn moves() -> Vec<MoveEvidence> {
    let move_at = |journal_id, at_us, cause: &str, d: [i32; 3]| MoveEvidence {
        variant_id: variant(),
        version: 0,
        cause: cause.to_owned(),
        d_available: d[0],
        d_reserved: d[1],
        d_sold: d[2],
        journal_id,
        at_us,
    };
    let mut moves = vec![move_at(None, -1, "carve", [UNITS, 0, 0])];
    for n in 1..=ADMITTED {
        let (placed, ended) = (Some(journal_id(n, 1)), Some(last_journal_id(n)));
        moves.push(move_at(placed, admitted_us(n) + 1_000, "place", [-1, 1, 0]));
        moves.push(match state_of(n) {
            TicketState::Expired => move_at(ended, ended_us(n), "expire", [1, -1, 0]),
            _ => move_at(ended, ended_us(n), "pay", [0, -1, 1]),
        });
    }
    moves.sort_by_key(|change| change.at_us);
    for (version, change) in (1..).zip(&mut moves) {
        change.version = version;
    }
    moves
}

fn order(n: u64) -> OrderEvidence {
    OrderEvidence {
        id: order_id(n),
        shopper_id: shopper(n),
        variant_id: variant(),
        placed_by: journal_id(n, 1),
        units_asked: 1,
        units_held: i32::from(!UNPAID.contains(&n)),
        is_only_one: true,
        sequence: i32::try_from(transitions(n).len()).unwrap(),
        amount_minor: PRICE,
        currency: "EUR".to_owned(),
        state: state_of(n),
        processed_at_us: admitted_us(n) + 1_000,
        updated_at_us: ended_us(n),
        expires_at_us: Some(admitted_us(n) + 4 * SECOND),
    }
}

fn transitions(n: u64) -> Vec<TransitionEvidence> {
    use TicketState::{Admitted, Authorized, Authorizing, Capturing, Confirmed, Expired, Reserved};

    let mut states = match state_of(n) {
        Expired => vec![Admitted, Reserved, Expired],
        _ => vec![Admitted, Reserved, Authorizing, Authorized, Capturing, Confirmed],
    };
    if n == SECOND_CARD {
        states.splice(1..1, [Reserved, Authorizing]);
    }
    let last = states.len() - 1;
    let rows = (1..).zip(states.windows(2)).map(|(sequence, pair)| TransitionEvidence {
        order_id: order_id(n),
        sequence,
        from_state: pair[0],
        to_state: pair[1],
        terminal: usize::try_from(sequence).unwrap() == last,
        at_us: if sequence == 1 { admitted_us(n) + 1_000 } else { ended_us(n) },
    });
    rows.collect()
}

/// Everybody's units, as a drop counts them that allows more than one.
pub(crate) fn usage() -> Vec<UsageEvidence> {
    let of = |n| UsageEvidence { shopper_id: shopper(n), units: i32::from(!UNPAID.contains(&n)) };
    (1..=ADMITTED).map(of).collect()
}

fn payment(n: u64) -> PaymentEvidence {
    PaymentEvidence {
        id: PaymentId::from_uuid(id(3, n)),
        order_id: order_id(n),
        kind: "capture".to_owned(),
        status: "succeeded".to_owned(),
    }
}

fn booked(n: u64) -> [LedgerEvidence; 2] {
    [("provider", PRICE), ("seller", -PRICE)].map(|(account, amount_minor)| LedgerEvidence {
        payment_id: PaymentId::from_uuid(id(3, n)),
        order_id: order_id(n),
        account: account.to_owned(),
        amount_minor,
        currency: "EUR".to_owned(),
    })
}

fn audit() -> Vec<AuditEvidence> {
    let row = |id, old, new| AuditEvidence {
        id,
        at_us: 0,
        actor: "operator:ann".to_owned(),
        old,
        new,
        why: "a test".to_owned(),
    };
    let limits = |cap| json!({"limits": {"occupancy_cap": cap, "admission_rate_per_second": 1.0}});
    vec![row(1, None, Some(json!({"units": UNITS}))), row(2, Some(limits(50)), Some(limits(100)))]
}

/// Each change of an order, in a transaction of its own.
fn journal(n: u64) -> Vec<JournalEvidence> {
    let rows = (1..).zip(transitions(n)).map(|(sequence, transition)| JournalEvidence {
        id: journal_id(n, sequence),
        orders: vec![transition.order_id],
        sequences: vec![transition.sequence],
        states: vec![transition.to_state],
        events_pending: false,
        line_pending: false,
    });
    rows.collect()
}

fn order_events() -> HashMap<OrderId, Vec<(Uuid, i64)>> {
    let of = |n| {
        let published = transitions(n).into_iter().map(|transition| {
            let sequence = i64::from(transition.sequence);
            (id(5, n * 100 + sequence.unsigned_abs()), sequence)
        });
        (order_id(n), published.collect())
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
    let declined = ProviderEntry { payment_id: format!("pay_{n}_1"), ..entry("declined") };
    match state_of(n) {
        TicketState::Expired => vec![entry("authorized"), entry("voided")],
        _ if n == SECOND_CARD => vec![declined, entry("authorized"), entry("captured")],
        _ => vec![entry("authorized"), entry("captured")],
    }
}
