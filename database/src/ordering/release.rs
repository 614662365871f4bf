//! Giving units back: the one way in which an order ends without being paid.
//!
//! Whoever wins the compare-and-set on the hold decides the order's fate: past the pivot a hold
//! is `capturing`, and the sweeper, a cancel and a late decline all find nothing to release.

use crate::{
    DatabaseError, Doing,
    ordering::customer_usage::{self, Usage},
    ordering::inventory::{self, Move, MoveKind, StockFigure},
    ordering::order::Order,
    ordering::orders::{self, EndedOrder},
};
use shared::lifecycle::TicketState;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a change of orders means for the line: who is to be told, and the stock as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Orders that came to their end.
    pub ended: Vec<EndedOrder>,
    /// Stock that has changed.
    pub stock: Vec<StockFigure>,
}

/// Which holds may be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Those before the pivot.
    Held,
    /// Those past it, by the payment that failed.
    Capturing,
}

/// Ends locked orders in `to`: holds, stock, customers, moves, transitions, events, and the money
/// that is held for them is asked back. Orders that cannot make this move are left alone.
pub(crate) async fn release(
    conn: &mut PgConnection,
    locked: Vec<Order>,
    from: From,
    to: TicketState,
    reason: &str,
) -> Result<Outcome, DatabaseError> {
    let ids: Vec<Uuid> = locked
        .iter()
        .filter(|order| order.state.check_move(to).is_ok())
        .map(|order| order.id.as_uuid())
        .collect();
    let won = release_holds(conn, &ids, from).await?;
    let orders: Vec<Order> =
        locked.into_iter().filter(|order| won.contains(&order.id.as_uuid())).collect();
    if orders.is_empty() {
        return Ok(Outcome::default());
    }
    let stock = inventory::apply(conn, &moves(&orders)).await?;
    customer_usage::give_back(conn, &usage(&orders)).await?;
    let ids: Vec<Uuid> = won.into_iter().collect();
    void_authorizations(conn, &ids).await?;
    let orders = orders::change(conn, orders, to, Some(reason)).await?;
    Ok(Outcome { ended: orders.iter().map(|order| order.ended(to)).collect(), stock })
}

async fn release_holds(
    conn: &mut PgConnection,
    ids: &[Uuid],
    from: From,
) -> Result<BTreeSet<Uuid>, DatabaseError> {
    let from = match from {
        From::Held => "held",
        From::Capturing => "capturing",
    };
    let won: Vec<Uuid> = sqlx::query_scalar(
        "update holds set state = 'released', updated_at = clock_timestamp()
         where order_id = any($1) and state = $2 returning order_id",
    )
    .bind(ids)
    .bind(from)
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
    orders: &[Uuid],
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
