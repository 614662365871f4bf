//! A row for each drop in which something goes on.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;

/// People whose waits are looked at, at most: the last to join of all who were let in. It is done each
/// second, so they are fewer than the figures of one drop go by.
const LATEST_WAITS: i64 = 200;

/// What one process saw of a drop in a second. What is `None`, it did not look at.
#[derive(Clone, Debug, PartialEq)]
pub struct DropSample {
    /// The drop.
    pub drop_id: DropId,
    /// People in line.
    pub waiting: Option<i32>,
    /// People who ever joined.
    pub joined: Option<i64>,
    /// People who were ever let in.
    pub admitted: Option<i64>,
    /// People who ever left the line.
    pub left: Option<i64>,
    /// People whose tickets were closed before their turn.
    pub closed: Option<i64>,
    /// How long the order command that has waited longest has waited, milliseconds.
    pub command_lag_ms: Option<i32>,
    /// How long the slowest batch of orders took, milliseconds.
    pub commit_ms: Option<i32>,
    /// Calls to the payment provider that got no clear answer.
    pub provider_errors: i32,
    /// What held those up who waited, as a stable code.
    pub held_up_by: Option<&'static str>,
}

/// Writes what was seen in this second, with how each drop sells; `breaker` is 0 while the payment
/// provider is called, 1 while it is tried and 2 while it is not. Several processes may see different
/// things of one drop: their rows become one. How long people waited is looked up where a sample tells
/// how many joined.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the second is missing then.
pub async fn write(
    pool: &PgPool,
    samples: &[DropSample],
    breaker: i16,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into drop_history as h (drop_id, step_s, at, waiting, joined, admitted, left_line,
             closed, wait_p50_ms, wait_p90_ms, placed, confirmed, lost, held, sold, available,
             revenue_minor, admission_rate_per_second, command_lag_ms, commit_ms, provider_errors,
             breaker, held_up_by)
         select d.id, 1, date_trunc('second', now()), s.waiting, s.joined, s.admitted, s.left_line,
             s.closed, w.p50_ms, w.p90_ms, c.placed, c.confirmed, c.lost,
             case when d.fulfilment = 'pass' then c.placed - c.ended else i.reserved end,
             i.sold, i.available, c.revenue_minor, d.admission_rate_per_second, s.command_lag_ms,
             s.commit_ms, s.provider_errors, $11::smallint, s.held_up_by
         from unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[],
             $6::bigint[], $7::integer[], $8::integer[], $9::integer[], $10::text[])
             as s (drop_id, waiting, joined, admitted, left_line, closed, command_lag_ms, commit_ms,
             provider_errors, held_up_by)
         join drops d on d.id = s.drop_id
         cross join lateral (
             select coalesce(sum(reserved), 0) as reserved, coalesce(sum(sold), 0) as sold,
                 coalesce(sum(available), 0) as available
             from inventory where drop_id = d.id) i
         cross join lateral (
             select coalesce(sum(n) filter (where what = 'placed'), 0) as placed,
                 coalesce(sum(n) filter (where what = 'confirmed'), 0) as confirmed,
                 coalesce(sum(n) filter (where what not in ('placed', 'refunded', 'no_show')),
                     0) as ended,
                 coalesce(sum(n) filter (where what in ('rejected', 'dead', 'expired',
                     'payment_failed', 'cancelled', 'revoked')), 0) as lost,
                 coalesce(sum(amount_minor) filter (where what = 'confirmed'), 0)
                     - coalesce(sum(amount_minor) filter (where what = 'refunded'), 0)
                     as revenue_minor
             from drop_counters where drop_id = d.id) c
         cross join lateral (
             select percentile_disc(0.5) within group (order by o.wait_ms) as p50_ms,
                 percentile_disc(0.9) within group (order by o.wait_ms) as p90_ms
             from (
                 select greatest(0, (extract(epoch from admitted_at) * 1000)::bigint
                     - ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint) as wait_ms
                 from orders where drop_id = d.id and s.joined is not null
                 order by id desc limit $12) o) w
         on conflict (drop_id, step_s, at) do update set
             waiting = coalesce(excluded.waiting, h.waiting),
             joined = coalesce(excluded.joined, h.joined),
             admitted = coalesce(excluded.admitted, h.admitted),
             left_line = coalesce(excluded.left_line, h.left_line),
             closed = coalesce(excluded.closed, h.closed),
             wait_p50_ms = coalesce(excluded.wait_p50_ms, h.wait_p50_ms),
             wait_p90_ms = coalesce(excluded.wait_p90_ms, h.wait_p90_ms),
             placed = excluded.placed, confirmed = excluded.confirmed, lost = excluded.lost,
             held = excluded.held, sold = excluded.sold, available = excluded.available,
             revenue_minor = excluded.revenue_minor,
             admission_rate_per_second = excluded.admission_rate_per_second,
             command_lag_ms = greatest(h.command_lag_ms, excluded.command_lag_ms),
             commit_ms = greatest(h.commit_ms, excluded.commit_ms),
             provider_errors = h.provider_errors + excluded.provider_errors,
             breaker = greatest(h.breaker, excluded.breaker),
             held_up_by = coalesce(excluded.held_up_by, h.held_up_by)",
        column(samples, |sample| sample.drop_id) as Vec<DropId>,
        column(samples, |sample| sample.waiting) as Vec<Option<i32>>,
        column(samples, |sample| sample.joined) as Vec<Option<i64>>,
        column(samples, |sample| sample.admitted) as Vec<Option<i64>>,
        column(samples, |sample| sample.left) as Vec<Option<i64>>,
        column(samples, |sample| sample.closed) as Vec<Option<i64>>,
        column(samples, |sample| sample.command_lag_ms) as Vec<Option<i32>>,
        column(samples, |sample| sample.commit_ms) as Vec<Option<i32>>,
        column(samples, |sample| sample.provider_errors) as Vec<i32>,
        column(samples, |sample| sample.held_up_by) as Vec<Option<&str>>,
        breaker,
        LATEST_WAITS,
    )
    .execute(pool)
    .await
    .doing("write the history of drops")?;
    Ok(())
}

fn column<T>(samples: &[DropSample], of: impl Fn(&DropSample) -> T) -> Vec<T> {
    samples.iter().map(of).collect()
}
