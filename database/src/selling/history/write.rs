//! A row for each drop in which something goes on.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;

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
/// things of one drop: their rows become one.
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
        "insert into drop_history as h (drop_id, step_s, at, waiting, joined, admitted, placed,
             confirmed, held, sold, available, revenue_minor, admission_rate_per_second,
             command_lag_ms, commit_ms, provider_errors, breaker, held_up_by)
         select d.id, 1, date_trunc('second', now()), s.waiting, s.joined, s.admitted, c.placed,
             c.confirmed,
             case when d.fulfilment = 'pass' then c.placed - c.ended else i.reserved end,
             i.sold, i.available, c.revenue_minor, d.admission_rate_per_second, s.command_lag_ms,
             s.commit_ms, s.provider_errors, $9::smallint, s.held_up_by
         from unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bigint[], $5::integer[],
             $6::integer[], $7::integer[], $8::text[]) as s (drop_id, waiting, joined, admitted,
             command_lag_ms, commit_ms, provider_errors, held_up_by)
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
                 coalesce(sum(amount_minor) filter (where what = 'confirmed'), 0)
                     - coalesce(sum(amount_minor) filter (where what = 'refunded'), 0)
                     as revenue_minor
             from drop_counters where drop_id = d.id) c
         on conflict (drop_id, step_s, at) do update set
             waiting = coalesce(excluded.waiting, h.waiting),
             joined = coalesce(excluded.joined, h.joined),
             admitted = coalesce(excluded.admitted, h.admitted),
             placed = excluded.placed, confirmed = excluded.confirmed, held = excluded.held,
             sold = excluded.sold, available = excluded.available,
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
        column(samples, |sample| sample.command_lag_ms) as Vec<Option<i32>>,
        column(samples, |sample| sample.commit_ms) as Vec<Option<i32>>,
        column(samples, |sample| sample.provider_errors) as Vec<i32>,
        column(samples, |sample| sample.held_up_by) as Vec<Option<&str>>,
        breaker,
    )
    .execute(pool)
    .await
    .doing("write the history of drops")?;
    Ok(())
}

fn column<T>(samples: &[DropSample], of: impl Fn(&DropSample) -> T) -> Vec<T> {
    samples.iter().map(of).collect()
}
