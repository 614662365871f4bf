//! The history of drops: written second by second, thinned with age, read in steps.

use crate::fixture::{DropOptions, TestDrop};
use database::selling::history::{self, DropSample, DropStrain, HistoryPoint};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use shared::{
    clock::{Clock, SystemClock},
    ids::{DropId, SellerId},
};
use sqlx::AssertSqlSafe;
use std::time::Duration;
use testkit::TestDatabase;

/// Two writes may be of two seconds; not each time.
const N_TRIES: usize = 5;

fn nothing_seen(drop_id: DropId) -> DropSample {
    DropSample {
        drop_id,
        waiting: None,
        joined: None,
        admitted: None,
        left: None,
        closed: None,
        command_lag_ms: None,
        commit_ms: None,
        provider_errors: 0,
        held_up_by: None,
    }
}

async fn all(test_drop: &TestDrop, step_s: u32) -> Vec<HistoryPoint> {
    let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    history::read(&test_drop.pool, test_drop.drop_id, from, to, step_s).await.unwrap()
}

/// Runs a statement about the drop `$1`.
async fn execute(test_drop: &TestDrop, sql: &'static str) {
    sqlx::query(sql).bind(test_drop.drop_id).execute(&test_drop.pool).await.unwrap();
}

#[tokio::test]
async fn what_two_processes_saw_of_a_drop_in_one_second_is_one_row() {
    let test_drop = TestDrop::new(DropOptions { units: 9, ..DropOptions::default() }).await;
    let drop_id = test_drop.drop_id;
    test_drop.process(&test_drop.commands(2)).await;
    let of_line = DropSample {
        waiting: Some(7),
        joined: Some(10),
        admitted: Some(3),
        left: Some(1),
        closed: Some(0),
        provider_errors: 1,
        held_up_by: Some("stock"),
        ..nothing_seen(drop_id)
    };
    let of_orders = DropSample {
        command_lag_ms: Some(40),
        commit_ms: Some(12),
        provider_errors: 2,
        ..nothing_seen(drop_id)
    };
    let mut points = Vec::new();
    for _ in 0..N_TRIES {
        history::write(&test_drop.pool, std::slice::from_ref(&of_line), 2).await.unwrap();
        history::write(&test_drop.pool, std::slice::from_ref(&of_orders), 0).await.unwrap();
        points = all(&test_drop, 1).await;
        if points.len() == 1 {
            break;
        }
        execute(&test_drop, "delete from drop_history where drop_id = $1").await;
    }

    let [point] = points.as_slice() else { panic!("{points:?}") };
    assert_eq!((point.waiting, point.joined, point.admitted), (Some(7), Some(10), Some(3)));
    assert_eq!((point.left, point.closed, point.lost), (Some(1), Some(0), 0));
    assert_eq!((point.placed, point.held, point.available, point.sold), (2, 2, 7, 0));
    assert_eq!((point.command_lag_ms, point.commit_ms), (Some(40), Some(12)));
    assert_eq!((point.provider_errors, point.breaker), (3, 2));
    assert_eq!(point.held_up_by.as_deref(), Some("stock"));
}

#[tokio::test]
async fn how_long_people_waited_is_written_with_the_line_and_who_was_lost_always() {
    let test_drop = TestDrop::new(DropOptions { units: 9, ..DropOptions::default() }).await;
    test_drop.process(&test_drop.commands(3)).await;
    // They joined 1000 s after 1970, as their ids say, and were let in 1, 2 and 9 s later.
    for sql in [
        "with numbered as (
             select id, row_number() over (order by id) as n from orders where drop_id = $1)
         update orders o set admitted_at = to_timestamp(1000 + case n when 3 then 9 else n end),
             id = overlay(o.id::text placing '0000000f-4240-7000-8000' from 1 for 23)::uuid
         from numbered n where n.id = o.id and o.drop_id = $1",
        "insert into drop_counters (drop_id, what, n, amount_minor) values
             ($1, 'expired', 2, 0), ($1, 'rejected', 1, 0), ($1, 'confirmed', 4, 0),
             ($1, 'no_show', 1, 0), ($1, 'refunded', 1, 0)",
    ] {
        execute(&test_drop, sql).await;
    }
    let last = async |sample: DropSample| {
        history::write(&test_drop.pool, &[sample], 0).await.unwrap();
        all(&test_drop, 1).await.pop().unwrap()
    };
    let unseen = last(nothing_seen(test_drop.drop_id)).await;
    assert_eq!((unseen.wait_p50_ms, unseen.wait_p90_ms, unseen.lost), (None, None, 3));
    let line = DropSample { joined: Some(3), ..nothing_seen(test_drop.drop_id) };
    let seen = last(line).await;
    assert_eq!((seen.wait_p50_ms, seen.wait_p90_ms, seen.lost), (Some(2000), Some(9000), 3));
}

#[tokio::test]
async fn of_a_line_before_a_site_those_inside_are_told() {
    let test_drop = TestDrop::before_site().await;
    test_drop.process(&test_drop.commands(3)).await;
    let sample = nothing_seen(test_drop.drop_id);
    history::write(&test_drop.pool, &[sample], 0).await.unwrap();
    let points = all(&test_drop, 1).await;
    assert_eq!((points[0].held, points[0].placed, points[0].available), (3, 3, 0));
}

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
async fn at_a_glance_a_drop_shows_the_speed_of_the_last_seconds() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let glance = || history::latest(&test_drop.pool, std::slice::from_ref(&test_drop.drop_id));
    assert!(glance().await.unwrap().is_empty(), "nobody has looked");
    execute(
        &test_drop,
        "insert into drop_history (drop_id, step_s, at, waiting, admitted, placed, confirmed, lost,
             held, sold, available, revenue_minor, admission_rate_per_second, provider_errors,
             breaker)
         select $1, 1, date_trunc('second', now()) - make_interval(secs => i), 9, 500 - 5 * i, 0, 0,
             0, 0, 100 - 2 * i, 0, 0, 50, 0, case i when 1 then 2 else 0 end
         from generate_series(1, 15) i",
    )
    .await;
    let seen = glance().await.unwrap().remove(&test_drop.drop_id).unwrap();
    assert_eq!((seen.waiting, seen.held_up_by, seen.breaker), (Some(9), None, 2));
    assert_eq!((seen.admitted_per_second, seen.sold_per_second), (Some(5.0), Some(2.0)));

    execute(
        &test_drop,
        "update drop_history set at = at - interval '3 minutes' where drop_id = $1",
    )
    .await;
    assert!(glance().await.unwrap().is_empty(), "nobody has looked lately");
}

#[tokio::test]
async fn a_seller_reads_the_history_of_no_other() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    history::write(&test_drop.pool, &[nothing_seen(test_drop.drop_id)], 0).await.unwrap();
    let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    let read = async |seller_id: SellerId| {
        let mut connection = test_drop.pool.acquire().await.unwrap();
        for sql in [format!("set sluice.seller = '{seller_id}'"), "set role sluice_seller".into()] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
        }
        let counting = sqlx::query_scalar("select count(*) from drop_history");
        let n_rows: i64 = counting.fetch_one(&mut *connection).await.unwrap();
        for sql in ["reset role", "reset sluice.seller"] {
            sqlx::query(sql).execute(&mut *connection).await.unwrap();
        }
        n_rows
    };
    assert_eq!(read(test_drop.seller_id).await, 1);
    assert_eq!(read(SellerId::generate()).await, 0);
    let unknown = DropId::generate();
    assert!(history::read(&test_drop.pool, unknown, from, to, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_written_of_a_drop_that_is_not_there() {
    let database = TestDatabase::create().await;
    history::write(database.pool(), &[nothing_seen(DropId::generate())], 0).await.unwrap();
    let n_rows: i64 = database.scalar("select count(*) from drop_history").await;
    assert_eq!(n_rows, 0);
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
