//! An order's end is its only one, whatever goes wrong above the database.

use crate::fixture::{DropOptions, TestDrop};
use database::{money::payments::Conclusion, ordering::holds};

#[tokio::test]
async fn a_second_end_of_an_order_is_refused_and_changes_nothing() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    test_drop.settle(capture, Conclusion::Captured).await;
    // No step of ours leads here: the order is over, and its row says that its hold ran out.
    sqlx::query(
        "update orders set state = 'reserved', sequence = sequence + 1,
             hold_expires_at = now() - interval '1 second'",
    )
    .execute(&test_drop.pool)
    .await
    .unwrap();

    let error = holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap_err();

    assert_eq!(error.constraint(), Some("one_terminal_transition"), "{error:?}");
    assert!(!error.is_transient(), "trying again can't help");
    assert_eq!(test_drop.state(order_id).await, "reserved");
    assert_eq!(test_drop.stock().await, (99, 0, 1));
    let booked = "select count(*) from ledger_entries";
    assert_eq!(test_drop.number(booked).await, 2);
}
