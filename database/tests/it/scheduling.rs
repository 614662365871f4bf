//! The life of a drop as the workers move it on.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    line::epochs,
    selling::{
        drops::{self, ChangeDropError, Window},
        scheduling,
    },
};
use shared::{
    clock::{Clock as _, SystemClock},
    line::Epoch,
};
use std::{collections::BTreeSet, sync::Arc};
use testkit::TestDatabase;

/// Stores a draft.
async fn draft(database: &Arc<TestDatabase>) -> TestDrop {
    let test_drop = TestDrop::in_database(database, DropOptions::default()).await;
    sqlx::query(
        "update drops set state = 'draft', partition = null, prepared = false,
             epoch = 0, epoch_state = 'none' where id = $1",
    )
    .bind(test_drop.drop_id)
    .execute(&test_drop.pool)
    .await
    .unwrap();
    test_drop
}

/// Schedules a drop for this moment, where there may be so many partitions.
async fn schedule(test_drop: &TestDrop, limit: u16) -> Result<(), ChangeDropError> {
    let window = Window { opens_at: SystemClock.now(), closes_at: None };
    let TestDrop { pool, seller_id, drop_id, .. } = test_drop;
    drops::schedule(pool, *seller_id, *drop_id, window, limit, "a test").await
}

/// Partition and state.
async fn row(test_drop: &TestDrop) -> (Option<i32>, String) {
    sqlx::query_as("select partition, state from drops where id = $1")
        .bind(test_drop.drop_id)
        .fetch_one(&test_drop.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn drops_scheduled_at_once_get_a_partition_each() {
    let database = Arc::new(TestDatabase::create().await);
    let mut drafts = Vec::new();
    for _ in 0..6 {
        drafts.push(draft(&database).await);
    }
    let mut scheduling = Vec::new();
    for test_drop in drafts {
        scheduling.push(tokio::spawn(async move {
            schedule(&test_drop, 6).await.unwrap();
            row(&test_drop).await.0.unwrap()
        }));
    }
    let mut given = BTreeSet::new();
    for scheduled in scheduling {
        given.insert(scheduled.await.unwrap());
    }
    assert_eq!(given, BTreeSet::from_iter(0..6));
}

#[tokio::test]
async fn beyond_the_last_partition_no_drop_is_scheduled_until_one_is_free() {
    let database = Arc::new(TestDatabase::create().await);
    let (first, second) = (draft(&database).await, draft(&database).await);
    let one_too_many = draft(&database).await;
    for test_drop in [&first, &second, &first] {
        schedule(test_drop, 2).await.unwrap();
    }
    assert_eq!((row(&first).await.0, row(&second).await.0), (Some(0), Some(1)));

    let refused = schedule(&one_too_many, 2).await;
    assert!(matches!(refused, Err(ChangeDropError::NoPartition { limit: 2 })), "{refused:?}");
    assert_eq!(row(&one_too_many).await, (None, "draft".to_owned()));

    let TestDrop { pool, seller_id, drop_id, .. } = &first;
    drops::cancel(pool, *seller_id, *drop_id, "a test", "a test").await.unwrap();
    schedule(&one_too_many, 2).await.unwrap();
    assert_eq!(row(&one_too_many).await.0, Some(0));
}

#[tokio::test]
async fn an_ended_drop_keeps_its_partition_until_it_is_settled() {
    let database = Arc::new(TestDatabase::create().await);
    let ended = TestDrop::in_database(&database, DropOptions::default()).await;
    let next = draft(&database).await;
    sqlx::query("update drops set state = 'closed', ended_at = now() where id = $1")
        .bind(ended.drop_id)
        .execute(&ended.pool)
        .await
        .unwrap();
    assert!(schedule(&next, 1).await.is_err(), "its line is still there");
    assert!(scheduling::retire(&ended.pool, ended.drop_id, Epoch(1)).await.unwrap());
    schedule(&next, 1).await.unwrap();
    assert_eq!(row(&next).await.0, Some(0));
}

#[tokio::test]
async fn no_two_open_drops_share_a_partition_whatever_is_written() {
    let database = Arc::new(TestDatabase::create().await);
    for _ in 0..2 {
        TestDrop::in_database(&database, DropOptions::default()).await;
    }
    let shared = sqlx::query("update drops set partition = 0").execute(database.pool()).await;
    let error = shared.unwrap_err().into_database_error().unwrap();
    assert_eq!(error.constraint(), Some("drops_have_own_partitions"));
    let none = sqlx::query("update drops set partition = null").execute(database.pool()).await;
    let error = none.unwrap_err().into_database_error().unwrap();
    assert_eq!(error.constraint(), Some("drop_open_has_partition"));
}

#[tokio::test]
async fn a_drop_is_opened_only_once_its_partition_is_there() {
    let database = Arc::new(TestDatabase::create().await);
    let test_drop = draft(&database).await;
    schedule(&test_drop, 9).await.unwrap();
    let pool = database.pool();

    assert!(scheduling::open_due(pool).await.unwrap().is_empty());
    assert!(scheduling::live_drops(pool).await.unwrap().is_empty());
    assert_eq!(scheduling::unprepared(pool).await.unwrap(), [(test_drop.drop_id, 0)]);

    scheduling::prepare(pool, &[test_drop.drop_id]).await.unwrap();
    assert!(scheduling::unprepared(pool).await.unwrap().is_empty());
    assert_eq!(scheduling::open_due(pool).await.unwrap(), [test_drop.drop_id]);
}

#[tokio::test]
async fn a_drop_is_live_until_it_is_retired() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let is_live = || async {
        let live = scheduling::live_drops(pool).await.unwrap();
        live.iter().any(|flash_drop| flash_drop.id == drop_id)
    };
    assert!(is_live().await);
    sqlx::query("update drops set state = 'closed'").execute(pool).await.unwrap();
    assert!(is_live().await, "its line is there");
    sqlx::query("update drops set epoch_state = 'none'").execute(pool).await.unwrap();
    assert!(!is_live().await);
}

#[tokio::test]
async fn a_drop_gets_its_first_line_before_it_opens() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let scheduled = "update drops set state = 'scheduled', epoch = 0, epoch_state = 'none'";
    sqlx::query(scheduled).execute(&test_drop.pool).await.unwrap();
    test_drop.rebuilt(Epoch(1), 0).await;
}

#[tokio::test]
async fn a_drop_that_is_over_gets_a_line_again_until_it_is_retired() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    sqlx::query("update drops set state = 'closed'").execute(pool).await.unwrap();
    test_drop.rebuilt(Epoch(2), 0).await;
    assert!(scheduling::retire(pool, drop_id, Epoch(2)).await.unwrap());

    assert!(!epochs::begin(pool, drop_id, Epoch(2), Epoch(3)).await.unwrap());

    let line: (i32, String) =
        sqlx::query_as("select epoch, epoch_state from drops").fetch_one(pool).await.unwrap();
    assert_eq!(line, (2, "none".to_owned()));
    let live = scheduling::live_drop(pool, drop_id).await.unwrap();
    assert!(live.is_none(), "nothing is left to build");
}
