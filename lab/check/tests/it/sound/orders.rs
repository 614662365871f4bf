//! Commands, orders, their changes, and who was told of them.

use std::collections::HashMap;

use check::evidence::{
    CommandRecord, JournalEvidence, OrderEvidence, TransitionEvidence, UsageEvidence,
};
use shared::{
    ids::OrderId,
    lifecycle::TicketState,
    line::{Epoch, Lane, Score},
    messages::PlaceOrder,
};
use uuid::Uuid;

use super::{
    ADMITTED, PRICE, SECOND, SECOND_CARD, UNPAID, admitted_us, drop_id, ended_us, id, order_id,
    shopper, state_of, ticket, variant,
};

pub(super) fn command(n: u64) -> CommandRecord {
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

pub(super) fn order(n: u64) -> OrderEvidence {
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

pub(super) fn transitions(n: u64) -> Vec<TransitionEvidence> {
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

/// The journal row that has this change of an order.
pub(crate) fn journal_id(n: u64, sequence: usize) -> i64 {
    i64::try_from(n * 100).unwrap() + i64::try_from(sequence).unwrap()
}

/// The journal row that has an order's end.
pub(crate) fn last_journal_id(n: u64) -> i64 {
    journal_id(n, transitions(n).len())
}

/// Each change of an order, in a transaction of its own.
pub(super) fn journal(n: u64) -> Vec<JournalEvidence> {
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

pub(super) fn order_events() -> HashMap<OrderId, Vec<(Uuid, i64)>> {
    let of = |n| {
        let published = transitions(n).into_iter().map(|transition| {
            let sequence = i64::from(transition.sequence);
            (id(5, n * 100 + sequence.unsigned_abs()), sequence)
        });
        (order_id(n), published.collect())
    };
    (1..=ADMITTED).map(of).collect()
}

/// Everybody's units, as a drop counts them that allows more than one.
pub(crate) fn usage() -> Vec<UsageEvidence> {
    let of = |n| UsageEvidence { shopper_id: shopper(n), units: i32::from(!UNPAID.contains(&n)) };
    (1..=ADMITTED).map(of).collect()
}
