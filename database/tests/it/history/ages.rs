//! Rows of every age: thinned, read in steps, and looked at for what was hard lately.

use super::all;
use crate::fixture::{DropOptions, TestDrop};
use database::selling::history::{self, DropStrain};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use shared::{
    clock::{Clock, SystemClock},
    ids::DropId,
};
use std::time::Duration;

/// The beginning of a minute so long ago.
fn minute(ago: SignedDuration) -> Timestamp {
    let second = (SystemClock.now() - ago).as_second();
    Timestamp::from_second(second - second % 60).unwrap()
}

/// Writes rows that stand for so many seconds each, `n` of them. In the sixth of each ten something was
/// slow, and in the last nobody looked who waits.
async fn insert(test_drop: &TestDrop, step_s: i32, from: Timestamp, n: i32) {
    let sql = "
        insert into drop_history (drop_id, step_s, at, waiting, joined, admitted, left_line, closed,
            wait_p50_ms, wait_p90_ms, placed, confirmed, lost, held, sold, available, revenue_minor,
            admission_rate_per_second, command_lag_ms, commit_ms, provider_errors, breaker,
            held_up_by)
        select $1, $2::integer, $3 + make_interval(secs => i * $2::integer),
            case when i % 10 = 9 then null else i end, i, i,
            case when i % 10 = 9 then null else i end, 0,
            case when i % 10 = 9 then null else 100 * i end,
            case when i % 10 = 9 then null else 200 * i end, i, i, i, 0, 0, 0, 0, 50, 5,
            case when i % 10 = 5 then 900 else 10 end, 1, 0, null
        from generate_series(0, $4::integer - 1) i";
    sqlx::query(sql)
        .bind(test_drop.drop_id)
        .bind(step_s)
        .bind(from.to_sqlx())
        .bind(n)
        .execute(&test_drop.pool)
        .await
        .unwrap();
}

async fn n_rows(test_drop: &TestDrop) -> Vec<(i16, i64)> {
    sqlx::query_as("select step_s, count(*) from drop_history group by step_s order by step_s")
        .fetch_all(&test_drop.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn rows_are_thinned_with_age_and_what_was_slow_stays_slow() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let hours = |n| minute(SignedDuration::from_hours(n));
    insert(&test_drop, 1, hours(2), 120).await;
    insert(&test_drop, 1, minute(SignedDuration::from_mins(20)), 60).await;
    insert(&test_drop, 10, hours(26), 60).await;
    insert(&test_drop, 60, hours(40 * 24), 5).await;

    assert_eq!(history::thin(&test_drop.pool).await.unwrap(), 185);
    assert_eq!(n_rows(&test_drop).await, [(1, 60), (10, 12), (60, 10)]);
    assert_eq!(history::thin(&test_drop.pool).await.unwrap(), 0, "all are as old as they may be");

    let first = "select waiting, placed, commit_ms, provider_errors from drop_history
        where step_s = 10 order by at limit 1";
    let first: (Option<i32>, i64, Option<i32>, i32) =
        sqlx::query_as(first).fetch_one(&test_drop.pool).await.unwrap();
    assert_eq!(first, (Some(8), 9, Some(900), 10));
    let waits = "select left_line, lost, wait_p50_ms, wait_p90_ms from drop_history
        where step_s = 10 order by at limit 1";
    let waits: (Option<i64>, i64, Option<i64>, Option<i64>) =
        sqlx::query_as(waits).fetch_one(&test_drop.pool).await.unwrap();
    assert_eq!(waits, (Some(8), 9, Some(800), Some(1600)), "they stay as they were last known");
}

#[tokio::test]
async fn what_comes_late_is_added_to_the_row_that_is_there() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let from = minute(SignedDuration::from_hours(2));
    insert(&test_drop, 1, from, 3).await;
    history::thin(&test_drop.pool).await.unwrap();
    insert(&test_drop, 1, from, 6).await;
    history::thin(&test_drop.pool).await.unwrap();

    assert_eq!(n_rows(&test_drop).await, [(10, 1)]);
    let points = all(&test_drop, 10).await;
    assert_eq!((points[0].placed, points[0].provider_errors), (5, 9));
    assert_eq!(points[0].commit_ms, Some(900));
}

#[tokio::test]
async fn a_span_is_read_in_steps_from_rows_of_any_age() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    insert(&test_drop, 1, minute(SignedDuration::from_mins(20)), 120).await;
    insert(&test_drop, 10, minute(SignedDuration::from_hours(3)), 12).await;

    let points = all(&test_drop, 60).await;
    assert_eq!(points.iter().map(|point| point.placed).collect::<Vec<_>>(), [5, 11, 59, 119]);
    assert!(points.iter().all(|point| point.at.as_second() % 60 == 0), "{points:?}");
    assert_eq!((points[2].waiting, points[2].provider_errors), (Some(58), 60));
    assert_eq!((points[2].left, points[2].lost), (Some(58), 59));
    assert_eq!((points[2].wait_p50_ms, points[2].wait_p90_ms), (Some(5800), Some(11600)));
    assert_eq!((points[1].commit_ms, points[2].commit_ms), (Some(10), Some(900)));

    let (from, step) = (points[2].at, SignedDuration::from_secs(60));
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let one = history::read(pool, drop_id, from, from + step, 60).await.unwrap();
    assert_eq!(one, points[2..3]);
}

#[tokio::test]
async fn what_was_hard_lately_is_told_and_what_was_earlier_is_not() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (within, drop_ids) = (Duration::from_secs(3600), [test_drop.drop_id, DropId::generate()]);
    let strain = || history::strain(&test_drop.pool, &drop_ids, within);
    insert(&test_drop, 1, minute(SignedDuration::from_hours(3)), 60).await;
    assert!(strain().await.unwrap().is_empty(), "that was earlier");

    insert(&test_drop, 1, minute(SignedDuration::from_mins(20)), 6).await;
    insert(&test_drop, 10, minute(SignedDuration::from_mins(40)), 6).await;
    let seen = strain().await.unwrap();
    let expected = DropStrain { commit_ms: 900, provider_errors: 6 };
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [(test_drop.drop_id, expected)]);
}
