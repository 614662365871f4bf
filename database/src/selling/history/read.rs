//! A span of a drop's history, in steps.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::DropId;
use sqlx::PgPool;

/// How a drop did in one step: states as they were at its end, what was measured as it was at worst.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPoint {
    /// When the step began: a whole number of steps after 1970.
    pub at: Timestamp,
    /// People in line; `None` if nobody looked.
    pub waiting: Option<i32>,
    /// People who had ever joined, likewise.
    pub joined: Option<i64>,
    /// People who had ever been let in, likewise.
    pub admitted: Option<i64>,
    /// People who had ever left the line, likewise.
    pub left: Option<i64>,
    /// People whose tickets had been closed before their turn, likewise.
    pub closed: Option<i64>,
    /// What half of those had waited at most who were let in last, from their join to their turn,
    /// milliseconds; `None` if nobody looked, or nobody had been let in.
    pub wait_p50_ms: Option<i64>,
    /// What nine in ten of them had waited at most, likewise.
    pub wait_p90_ms: Option<i64>,
    /// Orders that had ever been placed.
    pub placed: i64,
    /// Orders that had ever been confirmed.
    pub confirmed: i64,
    /// Orders that had ever ended without what they were for: refused, run out, given back or taken back.
    pub lost: i64,
    /// Units held for orders that were not paid yet, or passes that were good.
    pub held: i32,
    /// Units of confirmed orders.
    pub sold: i32,
    /// Units that were free.
    pub available: i32,
    /// Price of the confirmed orders less what was given back, minor units.
    pub revenue_minor: i64,
    /// People let in per second, at most.
    pub admission_rate_per_second: f64,
    /// How long the order command that had waited longest had waited, milliseconds.
    pub command_lag_ms: Option<i32>,
    /// How long the slowest batch of orders took, milliseconds.
    pub commit_ms: Option<i32>,
    /// Calls to the payment provider that got no clear answer.
    pub provider_errors: i64,
    /// 0 while the payment provider was called, 1 while it was tried, 2 while it was not.
    pub breaker: i16,
    /// What held those up who waited, as a stable code.
    pub held_up_by: Option<String>,
}

/// Reads how a drop did from one moment to before another, in steps of so many seconds, the earliest
/// first. A step of which nothing is known is left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn read(
    pool: &PgPool,
    drop_id: DropId,
    from: Timestamp,
    to: Timestamp,
    step_s: u32,
) -> Result<Vec<HistoryPoint>, DatabaseError> {
    sqlx::query_as!(
        HistoryPoint,
        r#"select distinct on (b.bin) b.bin as "at!",
             coalesce(h.waiting, max(h.waiting) over same) as "waiting?",
             coalesce(h.joined, max(h.joined) over same) as "joined?",
             coalesce(h.admitted, max(h.admitted) over same) as "admitted?",
             coalesce(h.left_line, max(h.left_line) over same) as "left?",
             coalesce(h.closed, max(h.closed) over same) as "closed?",
             coalesce(h.wait_p50_ms, max(h.wait_p50_ms) over same) as "wait_p50_ms?",
             coalesce(h.wait_p90_ms, max(h.wait_p90_ms) over same) as "wait_p90_ms?",
             h.placed as "placed!", h.confirmed as "confirmed!", h.lost as "lost!", h.held as "held!",
             h.sold as "sold!", h.available as "available!", h.revenue_minor as "revenue_minor!",
             h.admission_rate_per_second as "admission_rate_per_second!",
             max(h.command_lag_ms) over same as "command_lag_ms?",
             max(h.commit_ms) over same as "commit_ms?",
             sum(h.provider_errors) over same as "provider_errors!",
             max(h.breaker) over same as "breaker!", h.held_up_by as "held_up_by?"
         from drop_history h
         cross join lateral (
             select date_bin(make_interval(secs => $4), h.at, 'epoch') as bin) b
         where h.drop_id = $1 and h.step_s in (1, 10, 60) and h.at >= $2 and h.at < $3
         window same as (partition by b.bin)
         order by b.bin, h.at desc"#,
        drop_id as DropId,
        from.to_sqlx(),
        to.to_sqlx(),
        f64::from(step_s),
    )
    .fetch_all(pool)
    .await
    .doing("read the history of a drop")
}
