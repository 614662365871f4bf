//! Orders as their shoppers see them, each with its timeline.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use shared::{
    drop_message::DropMessage,
    drops::{DropState, Fulfilment},
    ids::{DropId, OrderId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::{PgPool, types::Json};
use std::collections::BTreeMap;

/// An order with its timeline.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// The same as its ticket's.
    pub id: OrderId,
    /// The drop that it bought from.
    pub drop_id: DropId,
    /// The drop as it is now.
    pub flash_drop: OrderedDrop,
    /// The state it is in.
    pub state: TicketState,
    /// Why it is in that state, where there is a reason.
    pub reason: Option<String>,
    /// Units as the order command asked for them; fewer, if the shopper chose so.
    pub units: i32,
    /// What was ordered, as shoppers know it; a rejected order may name what does not exist.
    pub variant_name: Option<String>,
    /// Price of all units, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Until when the units are held; `None` once they are not, or past the pivot.
    pub hold_expires_at: Option<Timestamp>,
    /// When its command was processed.
    pub created_at: Timestamp,
    /// When it last changed its state.
    pub updated_at: Timestamp,
    /// Whether the money is back with its shopper; `None` unless it goes back.
    pub is_refunded: Option<bool>,
    /// Every state that it has been in, the earliest first.
    pub timeline: Vec<Transition>,
}

/// What the shopper of an order is told of its drop.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderedDrop {
    /// 1 to 200 characters.
    pub title: String,
    /// What an admission leads to.
    pub fulfilment: Fulfilment,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: i32,
    /// Where it is in its life.
    pub state: DropState,
    /// The message to shoppers, the seller's or an operator's.
    #[serde(deserialize_with = "kept_message")]
    pub message: Option<DropMessage>,
    /// Why it ended: `closed`, `sold_out`, or the seller's words if it was cancelled.
    pub end_reason: Option<String>,
}

fn kept_message<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DropMessage>, D::Error> {
    let kept = Option::<String>::deserialize(from)?;
    Ok(kept.as_deref().map(DropMessage::read))
}

impl OrderView {
    /// Whether the shopper may choose how many of the held units to take.
    #[must_use]
    pub fn may_choose(&self) -> bool {
        let is_held = self.state == TicketState::Reserved;
        is_held && self.flash_drop.fulfilment.takes_most() && self.units > 1
    }

    /// Whether the held units are fewer than the shopper could have chosen from, since they were all that
    /// was left; until fewer are chosen, or the payment begins.
    #[must_use]
    pub fn has_last_units(&self) -> bool {
        let is_as_placed = self.state == TicketState::Reserved && self.reason.is_none();
        let OrderedDrop { fulfilment, max_units_per_ticket, .. } = &self.flash_drop;
        is_as_placed && fulfilment.takes_most() && self.units < *max_units_per_ticket
    }
}

/// A step of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct Transition {
    /// The state reached.
    pub state: TicketState,
    /// When it was reached.
    pub at: Timestamp,
    /// Why, where there is a reason.
    pub reason: Option<String>,
}

/// Reads the orders `o` of a `from` clause, each with its shopper; one statement, so that state and
/// timeline are of one moment.
///
macro_rules! select_orders {
    ($from:literal, $($argument:expr),+) => {
        sqlx::query!(
            r#"select o.shopper_id, o.id, o.drop_id, o.state, o.reason, o.units_asked,
                 o.amount_minor, o.currency, o.processed_at, o.updated_at, o.hold_expires_at,
                 (select name from variants where id = o.variant_id) as variant_name,
                 (select json_build_object('title', title, 'fulfilment', fulfilment, 'state', state,
                      'message', message, 'end_reason', end_reason,
                      'max_units_per_ticket', max_units_per_ticket)
                  from drops where id = o.drop_id) as "flash_drop!: Json<OrderedDrop>",
                 (select bool_and(status = 'succeeded') from payments
                  where order_id = o.id and kind = 'refund') as is_refunded,
                 (select json_agg(json_build_object('state', to_state, 'at', at, 'reason', reason)
                      order by sequence)
                  from ticket_transitions where order_id = o.id)
                     as "transitions?: Json<Vec<Transition>>"
             from "#
                + $from,
            $($argument),+
        )
        .map(|row| {
            let created_at = row.processed_at.to_jiff();
            let mut timeline = Vec::from_iter(first_step(row.state, &row.flash_drop, created_at));
            timeline.extend(row.transitions.into_iter().flat_map(|steps| steps.0));
            let order = OrderView {
                id: row.id,
                drop_id: row.drop_id,
                flash_drop: row.flash_drop.0,
                state: row.state,
                reason: row.reason,
                units: row.units_asked,
                variant_name: row.variant_name,
                amount_minor: row.amount_minor,
                currency: row.currency,
                hold_expires_at: row.hold_expires_at.map(jiff_sqlx::Timestamp::to_jiff),
                created_at,
                updated_at: row.updated_at.to_jiff(),
                is_refunded: row.is_refunded,
                timeline,
            };
            (row.shopper_id, order)
        })
    };
}

/// The first step of an order in this state, which is its row: a pass, or a hold. None if its only state
/// was the end, which has a row of its own: none but `rejected` and `dead` are reached at once, and
/// neither in any other way.
fn first_step(state: TicketState, flash_drop: &OrderedDrop, at: Timestamp) -> Option<Transition> {
    if matches!(state, TicketState::Rejected | TicketState::Dead) {
        return None;
    }
    let is_held = flash_drop.fulfilment.sells();
    let state = if is_held { TicketState::Reserved } else { TicketState::Passed };
    Some(Transition { state, at, reason: None })
}

/// Reads orders of a shopper, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_of_shopper(
    pool: &PgPool,
    shopper_id: ShopperId,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<OrderView>, DatabaseError> {
    let found = select_orders!(
        "orders o where o.shopper_id = $1 and ($2::uuid is null or o.id < $2)
         order by o.id desc limit $3",
        shopper_id as ShopperId,
        before as Option<OrderId>,
        limit
    )
    .fetch_all(pool)
    .await
    .doing("list orders")?;
    Ok(found.into_iter().map(|(_, order)| order).collect())
}

/// Finds, for each pair and in their order, the order if that shopper has it.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_of_shoppers(
    pool: &PgPool,
    wanted: &[(ShopperId, OrderId)],
) -> Result<Vec<Option<OrderView>>, DatabaseError> {
    let (shoppers, ids): (Vec<ShopperId>, Vec<OrderId>) = wanted.iter().copied().unzip();
    // The lateral join keeps a plan that was made on an empty table from scanning a full one.
    let found = select_orders!(
        "unnest($1::uuid[], $2::uuid[]) w (shopper_id, id)
         cross join lateral (
             select * from orders where id = w.id and shopper_id = w.shopper_id limit 1) o",
        shoppers as Vec<ShopperId>,
        ids as Vec<OrderId>
    )
    .fetch_all(pool)
    .await
    .doing("find orders")?;
    let found: BTreeMap<(ShopperId, OrderId), OrderView> =
        found.into_iter().map(|(shopper_id, order)| ((shopper_id, order.id), order)).collect();
    Ok(wanted.iter().map(|pair| found.get(pair).cloned()).collect())
}
