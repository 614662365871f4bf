//! Migrations have time limits of their own.

use crate::test_worker::TestWorker;
use shared::config::DatabaseSettings;
use std::num::NonZeroU64;

#[tokio::test]
async fn a_migration_may_take_longer_than_a_statement_of_the_services() {
    let worker = TestWorker::new(&[]).await;
    worker.execute("drop schema public cascade").await;
    worker.execute("create schema public").await;
    // A millisecond.
    let statement_timeout_ms = NonZeroU64::MIN;
    let settings =
        DatabaseSettings { statement_timeout_ms, ..worker.app.settings.database.clone() };

    database::migrate(&database::connect(&settings).unwrap()).await.unwrap();

    assert_eq!(worker.number("select count(*) from drops").await, 0);
}
