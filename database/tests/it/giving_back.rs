//! Unsold units go back to their variant, once, with a move and an audit row.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    journal::{self, Consumer},
    money::payments::Conclusion,
    ordering::holds,
    selling::{drops, scheduling},
};
use serde_json::{Value, json};
use shared::line::Epoch;

/// Returns what the audit log says of an action, newest first.
async fn audited(test_drop: &TestDrop, action: &str) -> Vec<Value> {
    sqlx::query_scalar("select new from audit_log where action = $1 order by id desc")
        .bind(action)
        .fetch_all(&test_drop.pool)
        .await
        .unwrap()
}

async fn set_state(test_drop: &TestDrop, state: &str) {
    sqlx::query("update drops set state = $1").bind(state).execute(&test_drop.pool).await.unwrap();
}

const VARIANT_STOCK: &str = "select stock from variants";
const GIVEN_BACK: &str = "select count(*) from stock_moves where cause = 'give_back'";

#[tokio::test]
async fn a_drop_is_retired_once_everything_of_it_is_settled() {
    let test_drop = TestDrop::new(DropOptions { units: 5, ..DropOptions::default() }).await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let placed = test_drop.process(&test_drop.commands(2)).await;
    set_state(&test_drop, "closed").await;
    assert!(!scheduling::retire(pool, drop_id, Epoch(1)).await.unwrap(), "two orders go on");

    test_drop.let_holds_run_out().await;
    let expired = holds::expire_due(pool, drop_id, 500).await.unwrap();
    journal::acknowledge(pool, Consumer::Line, &placed.journal).await.unwrap();
    assert!(!scheduling::retire(pool, drop_id, Epoch(1)).await.unwrap(), "the line is not told");
    assert_eq!(test_drop.number(VARIANT_STOCK).await, 0);

    journal::acknowledge(pool, Consumer::Line, &expired.journal).await.unwrap();
    assert!(!scheduling::retire(pool, drop_id, Epoch(2)).await.unwrap(), "of another epoch");
    assert!(scheduling::retire(pool, drop_id, Epoch(1)).await.unwrap());
    assert!(!scheduling::retire(pool, drop_id, Epoch(1)).await.unwrap(), "once only");

    assert_eq!(test_drop.number(VARIANT_STOCK).await, 5);
    assert_eq!(test_drop.stock().await, (0, 0, 0));
    assert_eq!(test_drop.number(GIVEN_BACK).await, 1);
    let expected = json!({ "state": "closed", "units_given_back": 5 });
    assert_eq!(audited(&test_drop, "drop.retire").await, [expected]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_sold_out_drop_is_retired_with_nothing_to_give_back() {
    let test_drop = TestDrop::new(DropOptions { units: 1, ..DropOptions::default() }).await;
    let (_, capture) = test_drop.capturing().await;
    test_drop.settle(capture, Conclusion::Captured).await;
    sqlx::query("delete from pending").execute(&test_drop.pool).await.unwrap();
    set_state(&test_drop, "sold_out").await;

    assert!(scheduling::retire(&test_drop.pool, test_drop.drop_id, Epoch(1)).await.unwrap());

    assert_eq!(test_drop.number(GIVEN_BACK).await, 0);
    let expected = json!({ "state": "sold_out", "units_given_back": 0 });
    assert_eq!(audited(&test_drop, "drop.retire").await, [expected]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn cancelling_gives_units_back_at_once_only_before_the_opening() {
    for (state, given_back) in [("scheduled", 100), ("open", 0)] {
        let test_drop = TestDrop::new(DropOptions::default()).await;
        set_state(&test_drop, state).await;
        let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);

        let cancelled = drops::cancel(pool, test_drop.seller_id, drop_id, "no mugs", "test").await;

        cancelled.unwrap();
        assert_eq!(test_drop.number(VARIANT_STOCK).await, given_back, "{state}");
        assert_eq!(test_drop.stock().await.0, 100 - i32::try_from(given_back).unwrap(), "{state}");
        let expected = json!({ "state": "cancelled", "units_given_back": given_back });
        assert_eq!(audited(&test_drop, "drop.cancel").await, [expected], "{state}");
        test_drop.assert_invariants().await;
    }
}
