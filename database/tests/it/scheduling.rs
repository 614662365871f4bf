//! The life of a drop as the workers move it on.

use crate::fixture::{DropOptions, TestDrop};
use database::{line::epochs, selling::scheduling};
use shared::line::Epoch;
use std::{collections::BTreeSet, sync::Arc};
use testkit::TestDatabase;

#[tokio::test]
async fn schedulers_at_once_give_each_drop_a_partition_of_its_own() {
    let database = Arc::new(TestDatabase::create().await);
    let mut drops = Vec::new();
    for _ in 0..6 {
        drops.push(TestDrop::in_database(&database, DropOptions::default()).await);
    }
    let pool = database.pool();
    sqlx::query("update drops set partition = null").execute(pool).await.unwrap();

    let schedulers = (0..4).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move { scheduling::assign_partitions(&pool, 6).await.unwrap() })
    });
    let mut n_assigned = 0;
    for scheduler in schedulers.collect::<Vec<_>>() {
        n_assigned += scheduler.await.unwrap();
    }

    assert_eq!(n_assigned, 6);
    let given: Vec<i32> =
        sqlx::query_scalar("select partition from drops").fetch_all(pool).await.unwrap();
    assert_eq!(BTreeSet::from_iter(given), BTreeSet::from_iter(0..6));
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
