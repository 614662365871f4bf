//! How drops sell, kept instead of counted anew.

use crate::{DatabaseError, Doing};
use shared::{ids::DropId, text_enum};
use sqlx::PgConnection;

text_enum! {
    /// What is counted of a drop: its orders, those that came to each end, and refunds.
    Counted {
        /// Every order.
        Placed = "placed",
        /// Orders that were paid.
        Confirmed = "confirmed",
        /// Passes whose visits are over.
        Visited = "visited",
        /// Orders that could not be placed.
        Rejected = "rejected",
        /// Orders whose command could not be understood.
        Dead = "dead",
        /// Orders whose hold, or the time of whose pass, ran out.
        Expired = "expired",
        /// Orders that the provider declined.
        PaymentFailed = "payment_failed",
        /// Orders that were called off.
        Cancelled = "cancelled",
        /// Passes that were taken back.
        Revoked = "revoked",
        /// Payments that were given back.
        Refunded = "refunded",
    }
}

/// More of what is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) what: Counted,
    pub(crate) n: i64,
    /// Price of all of them, minor units.
    pub(crate) amount_minor: i64,
}

/// Adds to the counters of a drop, whose stock is locked: so nobody else changes them meanwhile.
pub(crate) async fn add(
    conn: &mut PgConnection,
    drop_id: DropId,
    counts: &[Count],
) -> Result<(), DatabaseError> {
    if counts.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into drop_counters as c (drop_id, what, n, amount_minor)
         select $1, a.what, sum(a.n)::bigint, sum(a.amount_minor)::bigint
         from unnest($2::text[], $3::bigint[], $4::bigint[]) a (what, n, amount_minor)
         group by a.what order by a.what
         on conflict (drop_id, what) do update
             set n = c.n + excluded.n, amount_minor = c.amount_minor + excluded.amount_minor",
        drop_id as DropId,
        counts.iter().map(|count| count.what).collect::<Vec<_>>() as Vec<Counted>,
        counts.iter().map(|count| count.n).collect::<Vec<_>>() as Vec<i64>,
        counts.iter().map(|count| count.amount_minor).collect::<Vec<_>>() as Vec<i64>,
    )
    .execute(conn)
    .await
    .doing("count orders")?;
    Ok(())
}
