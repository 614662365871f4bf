//! How drops sell, kept instead of counted anew.

use crate::{DatabaseError, Doing};
use shared::{decide::no_show::OrderEnds, ids::DropId, text_enum};
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;

text_enum! {
    /// What is counted of a drop: its orders, those that came to each end, refunds and no-shows.
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
        /// Those of the expired orders whose shoppers neither chose units nor began to pay.
        NoShow = "no_show",
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

/// Reads how the orders of drops have ended; a drop without any is left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn ends(
    pool: &PgPool,
    drop_ids: &[DropId],
) -> Result<HashMap<DropId, OrderEnds>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select drop_id,
             coalesce(sum(n) filter (
                 where what in ('confirmed', 'expired', 'payment_failed', 'cancelled')), 0)::bigint
                 as "n_ended!",
             coalesce(sum(n) filter (where what = 'no_show'), 0)::bigint as "n_no_shows!"
         from drop_counters where drop_id = any($1) group by drop_id"#,
        drop_ids as &[DropId],
    )
    .fetch_all(pool)
    .await
    .doing("read how orders have ended")?;
    let ends = rows.into_iter().map(|row| {
        let (ended, no_shows) = (row.n_ended.unsigned_abs(), row.n_no_shows.unsigned_abs());
        (row.drop_id, OrderEnds { ended, no_shows })
    });
    Ok(ends.collect())
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
