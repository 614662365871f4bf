//! Units that come back.

use crate::fixture::{DropOptions, TestDrop};
use database::ordering::holds::{self, Cancelled};
use shared::{ids::ShopperId, lifecycle::TicketState};

#[tokio::test]
async fn holds_that_ran_out_give_everything_back() {
    let test_drop =
        TestDrop::new(DropOptions { per_customer: 1, per_ticket: 1, ..DropOptions::default() })
            .await;
    let commands = test_drop.commands(10);
    test_drop.process(&commands).await;
    assert!(holds::expire_due(&test_drop.pool, 500).await.unwrap().ended.is_empty(), "not due yet");

    test_drop.let_holds_run_out().await;
    let outcome = holds::expire_due(&test_drop.pool, 500).await.unwrap();

    assert_eq!(outcome.ended.len(), 10);
    assert!(outcome.ended.iter().all(|order| order.state == TicketState::Expired));
    assert_eq!((outcome.stock[0].figure.available, outcome.stock[0].figure.reserved), (100, 0));
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    test_drop.assert_invariants().await;

    let again = test_drop.process(&[test_drop.command(commands[0].shopper_id, 1)]).await;
    assert_eq!(again.settled[0].state, TicketState::Reserved, "the limit has its unit back");
}

#[tokio::test]
async fn a_sweep_takes_at_most_its_limit() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.process(&test_drop.commands(10)).await;
    test_drop.let_holds_run_out().await;
    assert_eq!(holds::expire_due(&test_drop.pool, 3).await.unwrap().ended.len(), 3);
    assert_eq!(test_drop.stock().await, (93, 7, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn sweepers_share_the_work_and_none_does_it_twice() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.process(&test_drop.commands(80)).await;
    test_drop.let_holds_run_out().await;
    let sweeps = (0..4).map(|_| {
        let pool = test_drop.pool.clone();
        tokio::spawn(async move { holds::expire_due(&pool, 30).await.unwrap().ended.len() })
    });
    let mut total = 0;
    for sweep in sweeps.collect::<Vec<_>>() {
        total += sweep.await.unwrap();
    }
    total += holds::expire_due(&test_drop.pool, 500).await.unwrap().ended.len();
    assert_eq!(total, 80);
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_shopper_cancels_only_their_own_reserved_order() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    let stranger =
        holds::cancel_order(&test_drop.pool, order_id, ShopperId::generate()).await.unwrap();
    assert_eq!(stranger, Cancelled::NotFound);
    let done = holds::cancel_order(&test_drop.pool, order_id, shopper_id).await.unwrap();
    assert!(matches!(done, Cancelled::Done(outcome) if outcome.ended.len() == 1));
    let again = holds::cancel_order(&test_drop.pool, order_id, shopper_id).await.unwrap();
    assert_eq!(again, Cancelled::Refused(TicketState::Cancelled));
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn orders_of_a_cancelled_drop_end_unless_they_are_past_the_pivot() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (reserved, _) = test_drop.reserved().await;
    let (authorizing, _) = test_drop.authorizing().await;
    let (capturing, _) = test_drop.capturing().await;
    assert!(holds::cancel_of_cancelled_drops(&test_drop.pool, 500).await.unwrap().ended.is_empty());

    sqlx::query("update drops set state = 'cancelled'").execute(&test_drop.pool).await.unwrap();
    let outcome = holds::cancel_of_cancelled_drops(&test_drop.pool, 500).await.unwrap();

    assert_eq!(outcome.ended.len(), 2);
    assert_eq!(test_drop.state(reserved).await, "cancelled");
    assert_eq!(test_drop.state(authorizing).await, "cancelled");
    assert_eq!(test_drop.state(capturing).await, "capturing");
    test_drop.assert_invariants().await;
}
