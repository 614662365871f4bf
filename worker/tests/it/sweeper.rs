//! Holds that run out.

use crate::test_worker::TestWorker;

#[tokio::test]
async fn a_drop_that_cannot_be_swept_holds_up_no_other() {
    let worker = TestWorker::new(&[]).await;
    let stuck = worker.place().await;
    let other = worker.another_drop().await;
    let order_id = worker.place_in(&other).await;
    // The first drop has 100 units, the other one 50.
    worker
        .execute(
            "create trigger stuck before update on inventory for each row
             when (old.total = 100) execute function refuse_change()",
        )
        .await;
    worker.execute("update orders set hold_expires_at = now()").await;

    tokio::spawn(worker::sweeper::run(worker.app.clone(), worker.shutdown.clone()));

    worker.comes_to(order_id, "expired").await;
    assert_eq!(worker.state(stuck).await, "reserved");
    worker.execute("drop trigger stuck on inventory").await;
    worker.comes_to(stuck, "expired").await;
    assert_eq!(worker.number("select sum(available) from inventory").await, 150);
}
