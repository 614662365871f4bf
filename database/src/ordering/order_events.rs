//! Order events: one for each change of an order, through the outbox.

use super::order::Change;
use crate::{DatabaseError, journal::outbox::NewRows};
use jiff::Timestamp;
use shared::messages::{OrderChanged, OrderEvent, topics};
use sqlx::PgConnection;
use uuid::Uuid;

/// Writes the events of changes.
pub(super) async fn append(
    conn: &mut PgConnection,
    changes: &[Change<'_>],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let mut rows = NewRows::default();
    for change in changes {
        let event_id = Uuid::now_v7();
        let event = order_event(change, event_id, at);
        let payload = serde_json::to_string(&event).expect("an order event has string keys only");
        let sequence = i64::from(change.sequence);
        rows.push(topics::ORDER_EVENTS, event_id, change.order.id, sequence, payload);
    }
    rows.write(conn).await
}

fn order_event(change: &Change<'_>, event_id: Uuid, at: Timestamp) -> OrderEvent {
    let order = change.order;
    OrderEvent::V1(OrderChanged {
        event_id,
        order_id: order.id,
        sequence: i64::from(change.sequence),
        drop_id: order.drop_id,
        seller_id: order.seller_id,
        variant_id: order.variant_id,
        units: order.units.unsigned_abs(),
        amount_minor: order.amount_minor,
        currency: order.currency.clone(),
        state: change.to,
        reason: change.reason.clone(),
        at_us: at.as_microsecond(),
    })
}
