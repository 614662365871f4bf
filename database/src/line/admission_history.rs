//! How the processes that keep lines have done: each writes for itself, the rows are thinned with age, and
//! operators read them as charts.
//!
//! Nothing is decided by it, and a second that is missing is missed by nobody.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

/// Rows that one call of [`thin`] takes, at most.
pub const THIN_BATCH: i64 = 20_000;
/// Processes that one call of [`read`] tells of, at most: those that were there last.
pub const MAX_INSTANCES: i64 = 16;

/// What a process found of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmissionSample {
    /// Streams that are open.
    pub sockets: i32,
    /// People in the lines that it follows.
    pub waiting: i64,
    /// Memory that it has of its machine, bytes; `None` where the system does not tell.
    pub memory_bytes: Option<i64>,
}

/// How a process did in one step: the most of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionPoint {
    /// Names the process; another one at each start.
    pub instance: String,
    /// When the step began: a whole number of steps after 1970.
    pub at: Timestamp,
    /// Streams that were open.
    pub sockets: i32,
    /// People in the lines that it followed.
    pub waiting: i64,
    /// Memory that it had of its machine, bytes; `None` where the system did not tell.
    pub memory_bytes: Option<i64>,
}

/// Writes what a process found in this second.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the second is missing then.
pub async fn write(
    pool: &PgPool,
    instance: &str,
    sample: AdmissionSample,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into admission_history as h (instance, step_s, at, sockets, waiting, memory_bytes)
         values ($1, 1, date_trunc('second', now()), $2, $3, $4)
         on conflict (instance, step_s, at) do update set
             sockets = greatest(h.sockets, excluded.sockets),
             waiting = greatest(h.waiting, excluded.waiting),
             memory_bytes = greatest(h.memory_bytes, excluded.memory_bytes)",
        instance,
        sample.sockets,
        sample.waiting,
        sample.memory_bytes,
    )
    .execute(pool)
    .await
    .doing("write the history of admission")?;
    Ok(())
}

/// Reads how the processes did from one moment to before another, in steps of so many seconds, the
/// earliest first and those of one moment by instance. Tells of at most [`MAX_INSTANCES`] of them.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn read(
    pool: &PgPool,
    from: Timestamp,
    to: Timestamp,
    step_s: u32,
) -> Result<Vec<AdmissionPoint>, DatabaseError> {
    sqlx::query_as!(
        AdmissionPoint,
        r#"with last_there as (
             select instance from admission_history
             where step_s in (1, 10, 60) and at >= $1 and at < $2
             group by instance order by max(at) desc, instance desc limit $4)
         select h.instance as "instance!", b.bin as "at!", max(h.sockets) as "sockets!",
             max(h.waiting) as "waiting!", max(h.memory_bytes) as "memory_bytes?"
         from admission_history h
         join last_there l on l.instance = h.instance
         cross join lateral (
             select date_bin(make_interval(secs => $3), h.at, 'epoch') as bin) b
         where h.step_s in (1, 10, 60) and h.at >= $1 and h.at < $2
         group by h.instance, b.bin
         order by b.bin, h.instance"#,
        from.to_sqlx(),
        to.to_sqlx(),
        f64::from(step_s),
        MAX_INSTANCES,
    )
    .fetch_all(pool)
    .await
    .doing("read the history of admission")
}

/// Makes one row of those of ten seconds after an hour, and of those of a minute after a day; after 30
/// days none is left. Takes the oldest rows, at most [`THIN_BATCH`], and returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn thin(pool: &PgPool) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"with due as (
             select instance, step_s, at from admission_history
             where (step_s = 1 and at < date_bin('1 minute', now() - interval '1 hour', 'epoch'))
                 or (step_s = 10 and at < date_bin('1 minute', now() - interval '1 day', 'epoch'))
                 or (step_s = 60 and at < now() - interval '30 days')
             order by at limit $1),
         gone as (
             delete from admission_history h using due d
             where h.instance = d.instance and h.step_s = d.step_s and h.at = d.at
             returning h.*),
         binned as (
             select *, case step_s when 1 then 10 else 60 end as bin_s,
                 date_bin(case step_s when 1 then interval '10 seconds' else interval '1 minute' end,
                     at, 'epoch') as bin
             from gone where step_s < 60),
         merged as (
             insert into admission_history as h (instance, step_s, at, sockets, waiting,
                 memory_bytes)
             select instance, bin_s, bin, max(sockets), max(waiting), max(memory_bytes)
             from binned group by instance, bin_s, bin
             on conflict (instance, step_s, at) do update set
                 sockets = greatest(h.sockets, excluded.sockets),
                 waiting = greatest(h.waiting, excluded.waiting),
                 memory_bytes = greatest(h.memory_bytes, excluded.memory_bytes))
         select count(*) as "n!" from gone"#,
        THIN_BATCH,
    )
    .fetch_one(pool)
    .await
    .doing("thin the history of admission")
}
