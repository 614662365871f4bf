//! Moves of an order that the lifecycle does not have.

use crate::fixture::{DropOptions, TestDrop};
use database::{DatabaseError, money::payments};
use shared::lifecycle::{InvalidTransition, TicketState};

#[tokio::test]
async fn a_move_that_the_lifecycle_does_not_have_is_refused_and_changes_nothing() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    // No step of ours leads here: the hold is past the pivot, its order is not.
    sqlx::query("update orders set state = 'reserved'").execute(&test_drop.pool).await.unwrap();

    let error = payments::captured(&test_drop.pool, capture).await.unwrap_err();

    let refused = InvalidTransition { from: TicketState::Reserved, to: TicketState::Confirmed };
    assert!(
        matches!(error, DatabaseError::InvalidTransition(found) if found == refused),
        "{error:?}"
    );
    assert!(!error.is_transient(), "trying again can't help");
    assert_eq!(test_drop.state(order_id).await, "reserved");
    assert_eq!(test_drop.stock().await, (99, 1, 0));
    assert_eq!(test_drop.number("select count(*) from ledger_entries").await, 0);
    let held = "select count(*) from holds where state = 'capturing'";
    assert_eq!(test_drop.number(held).await, 1);
    let asked = "select count(*) from payments where kind = 'capture' and status = 'pending'";
    assert_eq!(test_drop.number(asked).await, 1);
}
