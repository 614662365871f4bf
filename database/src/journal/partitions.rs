//! The journal's partitions: a table for each day, made ahead and dropped whole.
//!
//! A row whose day has no table stands in the default one, so nothing fails for want of a
//! partition; making the table moves the row along. Two functions of the owner do both, since a
//! worker owns no table; see `migrations/0004_journal.sql`.

use crate::{DatabaseError, Doing};
use jiff::{ToSpan, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use std::collections::BTreeSet;

/// Name of a day's table, as the functions write it; the day is one of UTC.
const NAME: &str = "journal_%Y_%m_%d";

/// Makes the partitions of `today`, of the `days_ahead` days behind it, and of days that have rows in
/// the default partition, where they are missing. Those rows are moved along. Returns how many are
/// new.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away, or the journal stays locked.
pub async fn make_ahead(pool: &PgPool, today: Date, days_ahead: u32) -> Result<u32, DatabaseError> {
    let mut wanted = days_in_default(pool).await?;
    wanted.extend(today.series(1.day()).take(days_ahead as usize + 1));
    let made = days(pool).await?;
    let mut n_new = 0;
    for day in wanted.difference(&made) {
        n_new += u32::from(make(pool, *day).await?);
    }
    Ok(n_new)
}

/// Drops the partitions of days before `before` of which nothing is pending; returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away, or the journal stays locked.
pub async fn drop_old(pool: &PgPool, before: Date) -> Result<u32, DatabaseError> {
    let mut n_dropped = 0;
    for day in days(pool).await?.range(..before) {
        n_dropped += u32::from(drop_one(pool, *day).await?);
    }
    Ok(n_dropped)
}

/// Counts the rows whose day has no partition of its own: if there are any, nobody makes
/// partitions.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn n_in_default(pool: &PgPool) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(r#"select count(*) as "n!" from journal_default"#)
        .fetch_one(pool)
        .await
        .doing("count journal rows without a partition")
}

/// Lists the days whose rows have no partition of their own.
async fn days_in_default(pool: &PgPool) -> Result<BTreeSet<Date>, DatabaseError> {
    let days = sqlx::query_scalar!(
        r#"select distinct day as "day!: jiff_sqlx::Date" from journal_default"#
    )
    .fetch_all(pool)
    .await
    .doing("look for journal rows without a partition")?;
    Ok(days.into_iter().map(jiff_sqlx::Date::to_jiff).collect())
}

/// Lists the days that have a partition.
async fn days(pool: &PgPool) -> Result<BTreeSet<Date>, DatabaseError> {
    let names = sqlx::query_scalar!(
        r#"select c.relname::text as "name!" from pg_inherits i
         join pg_class c on c.oid = i.inhrelid where i.inhparent = 'journal'::regclass"#
    )
    .fetch_all(pool)
    .await
    .doing("list the partitions of the journal")?;
    // The default one is of no day.
    Ok(names.iter().filter_map(|name| Date::strptime(NAME, name).ok()).collect())
}

/// Makes the partition of a day; `false` if somebody else was faster.
async fn make(pool: &PgPool, day: Date) -> Result<bool, DatabaseError> {
    sqlx::query_scalar!(
        r#"select make_journal_day($1) as "is_new!""#,
        day.to_sqlx() as jiff_sqlx::Date,
    )
    .fetch_one(pool)
    .await
    .doing("make a partition of the journal")
}

/// Drops the partition of a day; `false` while something of it is pending.
async fn drop_one(pool: &PgPool, day: Date) -> Result<bool, DatabaseError> {
    sqlx::query_scalar!(
        r#"select drop_journal_day($1) as "is_dropped!""#,
        day.to_sqlx() as jiff_sqlx::Date,
    )
    .fetch_one(pool)
    .await
    .doing("drop a partition of the journal")
}
