//! Who has which connections to Postgres.

use crate::{SOON, test_worker::TestWorker};
use testkit::wait_until;

#[tokio::test]
async fn a_role_works_while_others_have_every_connection_of_theirs() {
    let worker = TestWorker::new(&[]).await;
    worker.place().await;
    worker.execute("update orders set hold_expires_at = now()").await;
    let pool = &worker.app.pool;
    let mut taken = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        taken.push(pool.acquire().await.unwrap());
    }

    worker::start::tasks(&worker.app, &"sweeper".parse().unwrap(), &worker.shutdown);

    let expired = "select count(*) from orders where state = 'expired'";
    wait_until("an expired order", SOON, async || {
        (worker.number(expired).await == 1).then_some(())
    })
    .await;
}
