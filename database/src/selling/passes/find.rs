//! Reading passes.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, SellerId, ShopperId, TicketId},
    lifecycle::TicketState,
};
use sqlx::PgPool;

/// A pass, with the site that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The same as its ticket's.
    pub id: OrderId,
    /// The drop that stands before the site.
    pub drop_id: DropId,
    /// The account that was let in.
    pub shopper_id: ShopperId,
    /// The tenant whose site it is.
    pub seller_id: SellerId,
    /// The state it is in; `passed` or `redeemed` while it is good.
    pub state: TicketState,
    /// Whether its site gives only so many visits in all, of which it holds one.
    pub is_limited: bool,
    /// Until when it is good; `None` once it has ended.
    pub expires_at: Option<Timestamp>,
    /// Where the site begins.
    pub site_url: String,
    /// Further origins to which its visitor may be sent.
    pub return_origins: Vec<String>,
}

/// Reads passes: orders `o` of drops `d` that stand before a site.
macro_rules! select_passes {
    ($from:literal, $($argument:expr),+) => {
        sqlx::query!(
            r#"select o.id, o.drop_id, o.shopper_id, o.seller_id, o.state, o.hold_expires_at,
                 d.max_visits is not null as "is_limited!", d.site_url as "site_url!",
                 d.return_origins
             from "#
                + $from,
            $($argument),+
        )
        .map(|row| Pass {
            id: row.id,
            drop_id: row.drop_id,
            shopper_id: row.shopper_id,
            seller_id: row.seller_id,
            state: row.state,
            is_limited: row.is_limited,
            expires_at: row.hold_expires_at.map(jiff_sqlx::Timestamp::to_jiff),
            site_url: row.site_url,
            return_origins: row.return_origins,
        })
    };
}

/// Finds the pass of a ticket, whatever has become of it.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(
    pool: &PgPool,
    drop_id: DropId,
    ticket_id: TicketId,
) -> Result<Option<Pass>, DatabaseError> {
    select_passes!(
        "orders o join drops d on d.id = o.drop_id
         where o.drop_id = $1 and o.id = $2 and d.fulfilment = 'pass'",
        drop_id as DropId,
        ticket_id as TicketId
    )
    .fetch_optional(pool)
    .await
    .doing("find a pass")
}

/// Finds the pass of a shopper that is good now.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_of_shopper(
    pool: &PgPool,
    drop_id: DropId,
    shopper_id: ShopperId,
) -> Result<Option<Pass>, DatabaseError> {
    // No index serves `is not distinct from`, and none the time that is compared outside: so no plan
    // looks for the pass anywhere but among the few orders of the shopper.
    select_passes!(
        "(select id, drop_id, shopper_id, seller_id, state, hold_expires_at from orders
          where shopper_id = $2 and drop_id is not distinct from $1
              and state in ('passed', 'redeemed') limit 1) o
         join drops d on d.id = o.drop_id
         where d.fulfilment = 'pass' and o.hold_expires_at > clock_timestamp()",
        drop_id as DropId,
        shopper_id as ShopperId
    )
    .fetch_optional(pool)
    .await
    .doing("find a shopper's pass")
}

/// Reads the state of each pass, in their order; `None` for a ticket that has no order.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn states(
    pool: &PgPool,
    passes: &[(DropId, TicketId)],
) -> Result<Vec<Option<TicketState>>, DatabaseError> {
    let (of_drops, tickets): (Vec<DropId>, Vec<TicketId>) = passes.iter().copied().unzip();
    // The lateral join keeps a plan that was made on an empty table from scanning a full one.
    sqlx::query_scalar!(
        r#"select o.state as "state?: TicketState"
         from unnest($1::uuid[], $2::uuid[]) with ordinality p (drop_id, id, nth)
         left join lateral (
             select state from orders where drop_id = p.drop_id and id = p.id limit 1) o on true
         order by p.nth"#,
        of_drops as Vec<DropId>,
        tickets as Vec<TicketId>,
    )
    .fetch_all(pool)
    .await
    .doing("look at the states of passes")
}
