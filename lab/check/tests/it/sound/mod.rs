//! A run without a fault: 60 shoppers, 30 units, one admission per second, two holds that expire,
//! and a shopper whose first card is declined.
//!
//! | file | holds |
//! |---|---|
//! | `line.rs` | what happened in line, and what the shoppers saw of it |
//! | `orders.rs` | commands, orders, their changes, and who was told of them |
//! | `books.rs` | the drop with its limits, its stock and its money |

mod books;
mod line;
mod orders;

pub(crate) use line::{chain, happened, joined, position, score};
pub(crate) use orders::{journal_id, last_journal_id, usage};

use check::{
    Evidence,
    evidence::{BoundaryEvidence, RoomDump},
    judge,
};
use shared::{
    ids::{DropId, OrderId, ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
};
use uuid::Uuid;

use crate::tenants::{elsewhere, owners, probes};

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
    // This drop issues no passes and has one lane.
    assert_eq!(judged.count(), report.judgements.len() - 2, "{report}");
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
        shoppers: (1..=SHOPPERS).map(line::story).collect(),
        refused_tries: Vec::new(),
        faults: Vec::new(),
        probes: probes(),
        elsewhere: elsewhere(),
        owners: owners(),
        events: chain(happened()),
        commands: (1..=ADMITTED).map(orders::command).collect(),
        order_events: orders::order_events(),
        last_event_us: Some(ended_us(ADMITTED)),
        drop: books::flash_drop(),
        lanes: Vec::new(),
        boundaries: vec![BoundaryEvidence { epoch: 1, generation: 1, log_offset: 1 }],
        inventory: vec![books::inventory()],
        moves: books::moves(),
        journal: (1..=ADMITTED).flat_map(orders::journal).collect(),
        orders: (1..=ADMITTED).map(orders::order).collect(),
        transitions: (1..=ADMITTED).flat_map(orders::transitions).collect(),
        usage: Vec::new(),
        payments: paid().map(books::payment).collect(),
        ledger: paid().flat_map(books::booked).collect(),
        audit: books::audit(),
        dead_orders: Vec::new(),
        provider: (1..=ADMITTED).flat_map(books::provider).collect(),
        redis: Some(RoomDump { has_room: true, ..RoomDump::default() }),
    }
}

fn paid() -> impl Iterator<Item = u64> {
    (1..=ADMITTED).filter(|n| !UNPAID.contains(n))
}
