//! A process that is frozen in the middle of a transaction keeps what it locked for seconds only.

use crate::fixture::{DropOptions, TestDrop};
use std::{sync::Arc, time::Duration};
use testkit::TestDatabase;
use tokio::time::timeout;

/// How long others wait for it, at most: ten seconds, and what a busy machine adds. Without an end they
/// would wait for ever, since its connection is sound.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_transaction_that_falls_silent_lets_go_of_the_stock() {
    let own = Arc::new(TestDatabase::create().await);
    let test_drop = TestDrop::in_database(&own, DropOptions::default()).await;
    let settings = testkit::settings([("SLUICE_DATABASE__URL", own.url())]);
    let of_a_service = database::connect(&settings.database).unwrap();
    let mut frozen = of_a_service.begin().await.unwrap();
    let lock = "select from inventory for no key update";
    sqlx::query(lock).execute(&mut *frozen).await.unwrap();

    let commands = test_drop.commands(1);
    let batch = timeout(LONGEST_WAIT, test_drop.process(&commands)).await;

    assert_eq!(batch.expect("a batch gets the stock").n_placed, 1);
    let thawed = sqlx::query("select from inventory").execute(&mut *frozen).await;
    assert!(thawed.is_err(), "it is told that its transaction is gone");
    test_drop.assert_invariants().await;
}
