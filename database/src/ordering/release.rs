//! Giving units back: the one way in which an order ends without being paid.
//!
//! The compare-and-set on the hold decides the order's fate: past the pivot a hold is `capturing`,
//! and the sweeper, a cancel and a late decline all find nothing to release.

use super::{
    customer_usage::{self, Usage},
    inventory::{self, DropStock, Move, MoveKind},
    order::{EndedOrder, Order},
    orders,
};
use crate::{DatabaseError, Doing};
use shared::{ids::OrderId, lifecycle::TicketState};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// What a change of orders means for the lines: the ends to tell, and the stock as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Orders that came to their end.
    pub ended: Vec<EndedOrder>,
    /// Stock that has changed, of one drop or several.
    pub stock: Vec<DropStock>,
}

/// Which holds may be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HoldStage {
    /// Those before the pivot.
    Held,
    /// Those past it, by the payment that failed.
    Capturing,
}

impl HoldStage {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Capturing => "capturing",
        }
    }
}

/// Ends locked orders in `to`: holds, stock, customers, moves, transitions, events, and the money
/// that is authorized for them is let go. Orders that cannot make this move are left alone.
pub(crate) async fn release(
    conn: &mut PgConnection,
    locked: Vec<Order>,
    stage: HoldStage,
    to: TicketState,
    reason: &str,
) -> Result<Outcome, DatabaseError> {
    let movable = locked.iter().filter(|order| order.state.check_move(to).is_ok());
    let ids: Vec<OrderId> = movable.map(|order| order.id).collect();
    let won = release_holds(conn, &ids, stage).await?;
    let orders: Vec<Order> = locked.into_iter().filter(|order| won.contains(&order.id)).collect();
    if orders.is_empty() {
        return Ok(Outcome::default());
    }
    let stock = inventory::apply(conn, &moves(&orders)).await?;
    customer_usage::give_back(conn, &usage(&orders)).await?;
    let ids: Vec<OrderId> = won.into_iter().collect();
    void_authorizations(conn, &ids).await?;
    let orders = orders::change(conn, orders, to, Some(reason)).await?;
    Ok(Outcome { ended: orders.iter().map(|order| order.ended(to)).collect(), stock })
}

async fn release_holds(
    conn: &mut PgConnection,
    ids: &[OrderId],
    stage: HoldStage,
) -> Result<BTreeSet<OrderId>, DatabaseError> {
    let won: Vec<OrderId> = sqlx::query_scalar(
        "update holds set state = 'released', updated_at = clock_timestamp()
         where order_id = any($1) and state = $2 returning order_id",
    )
    .bind(ids)
    .bind(stage.as_str())
    .fetch_all(conn)
    .await
    .doing("release holds")?;
    Ok(won.into_iter().collect())
}

fn moves(orders: &[Order]) -> Vec<Move> {
    let release = |order: &Order| Move {
        drop_id: order.drop_id,
        variant_id: order.variant_id,
        order_id: order.id,
        kind: MoveKind::Release,
        units: order.units,
    };
    orders.iter().map(release).collect()
}

fn usage(orders: &[Order]) -> Usage {
    let mut usage = Usage::new();
    for order in orders {
        *usage.entry((order.drop_id, order.shopper_id)).or_default() += order.units.unsigned_abs();
    }
    usage
}

/// Asks for what was authorized to be let go. An authorization that is still on its way is let go
/// when it comes.
async fn void_authorizations(
    conn: &mut PgConnection,
    orders: &[OrderId],
) -> Result<(), DatabaseError> {
    sqlx::query(
        "insert into payments (id, order_id, kind, idempotency_key, amount_minor, currency,
             payment_method, provider_id)
         select gen_random_uuid(), order_id, 'void', order_id || ':void:1', amount_minor, currency,
             payment_method, provider_id
         from payments where order_id = any($1) and kind = 'authorize' and status = 'succeeded'
         on conflict on constraint payment_once do nothing",
    )
    .bind(orders)
    .execute(conn)
    .await
    .doing("ask for money to be let go")?;
    Ok(())
}
