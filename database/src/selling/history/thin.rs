//! What is left of the rows with age.

use crate::{DatabaseError, Doing};
use sqlx::PgPool;

/// Rows that one call takes, at most.
pub const THIN_BATCH: i64 = 20_000;

/// Makes one row of those of ten seconds after an hour, and of those of a minute after a day; after 30
/// days none is left. What is a state stays as it was last, what was measured as it was at worst. Takes
/// the oldest rows, at most [`THIN_BATCH`], and returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn thin(pool: &PgPool) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"with due as (
             select drop_id, step_s, at from drop_history
             where (step_s = 1 and at < date_bin('1 minute', now() - interval '1 hour', 'epoch'))
                 or (step_s = 10 and at < date_bin('1 minute', now() - interval '1 day', 'epoch'))
                 or (step_s = 60 and at < now() - interval '30 days')
             order by at limit $1),
         gone as (
             delete from drop_history h using due d
             where h.drop_id = d.drop_id and h.step_s = d.step_s and h.at = d.at returning h.*),
         binned as (
             select *, case step_s when 1 then 10 else 60 end as bin_s,
                 date_bin(case step_s when 1 then interval '10 seconds' else interval '1 minute' end,
                     at, 'epoch') as bin
             from gone where step_s < 60),
         merged as (
             insert into drop_history as h (drop_id, step_s, at, waiting, joined, admitted, left_line,
                 closed, wait_p50_ms, wait_p90_ms, placed, confirmed, lost, held, sold, available,
                 revenue_minor, admission_rate_per_second, command_lag_ms, commit_ms,
                 provider_errors, breaker, held_up_by)
             select distinct on (drop_id, bin_s, bin) drop_id, bin_s, bin,
                 coalesce(waiting, max(waiting) over same), coalesce(joined, max(joined) over same),
                 coalesce(admitted, max(admitted) over same),
                 coalesce(left_line, max(left_line) over same),
                 coalesce(closed, max(closed) over same),
                 coalesce(wait_p50_ms, max(wait_p50_ms) over same),
                 coalesce(wait_p90_ms, max(wait_p90_ms) over same), placed, confirmed, lost, held,
                 sold, available, revenue_minor, admission_rate_per_second,
                 max(command_lag_ms) over same, max(commit_ms) over same,
                 sum(provider_errors) over same, max(breaker) over same, held_up_by
             from binned window same as (partition by drop_id, bin_s, bin)
             order by drop_id, bin_s, bin, at desc
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
                 held_up_by = excluded.held_up_by)
         select count(*) as "n!" from gone"#,
        THIN_BATCH,
    )
    .fetch_one(pool)
    .await
    .doing("thin the history of drops")
}
