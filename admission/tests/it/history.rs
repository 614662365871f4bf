//! What an instance writes of itself for the operators' charts.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, next};
use testkit::{TestDatabase, wait_until};

/// Waits until a query finds something.
async fn finds(database: &TestDatabase, what: &str, sql: &'static str) {
    let found = async || (database.scalar::<i64>(sql).await > 0).then_some(());
    wait_until(what, PATIENCE, found).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_writes_its_streams_who_waits_and_its_memory_each_second() {
    let database = TestDatabase::create().await;
    let mut test = AdmissionTest::open().await;
    database.url().clone_into(&mut test.database_url);
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    test.join(&instance, &TestShopper::new()).await;
    let mut socket = test.stream(&instance, joined["token"].as_str().unwrap(), "").await;
    next(&mut socket).await.unwrap();

    let row = "select count(*) from admission_history where step_s = 1 and sockets = 1
        and waiting = 2 and memory_bytes > 0";
    finds(&database, "a row of both who wait and the stream", row).await;
    drop(socket);
    let closed = "select count(*) from admission_history where sockets = 0 and waiting = 2
        and at > (select max(at) from admission_history where sockets = 1)";
    finds(&database, "a row without the stream", closed).await;
    let n_instances = "select count(distinct instance) from admission_history";
    assert_eq!(database.scalar::<i64>(n_instances).await, 1);
}
