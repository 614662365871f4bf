//! The history of drops: written second by second, thinned with age, read in steps.

mod ages;

use crate::fixture::{DropOptions, TestDrop};
use database::selling::history::{self, DropSample, HistoryPoint, LineGlance};
use jiff::Timestamp;
use shared::ids::{DropId, SellerId};
use sqlx::AssertSqlSafe;
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
async fn a_line_is_as_whoever_looked_at_it_last_has_seen_it() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let line = || history::line(&test_drop.pool, test_drop.drop_id);
    assert_eq!(line().await.unwrap(), None, "nobody has looked");
    // The last to write is a processor, which knows nothing of the line.
    execute(
        &test_drop,
        "insert into drop_history (drop_id, step_s, at, waiting, admitted, placed, confirmed, lost,
             held, sold, available, revenue_minor, admission_rate_per_second, provider_errors,
             breaker)
         select $1, 1, now() - make_interval(secs => i), case when i > 1 then 40 + i end, 30, 20, 9, 5,
             6, 9, 0, 0, 50, 0, 0
         from generate_series(1, 5) i",
    )
    .await;
    let seen =
        LineGlance { waiting: 42, admitted: Some(30), placed: 20, lost: 5, held: 6, sold: 9 };
    assert_eq!(line().await.unwrap(), Some(seen));

    execute(
        &test_drop,
        "update drop_history set at = at - interval '2 minutes' where drop_id = $1",
    )
    .await;
    assert_eq!(line().await.unwrap(), None, "nobody has looked lately");
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
