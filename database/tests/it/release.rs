//! Units that come back.

use crate::fixture::{DropOptions, TestDrop, a_moment};
use database::ordering::holds::{self, Cancelled, Outcome};
use shared::{ids::ShopperId, lifecycle::TicketState};
use std::sync::Arc;
use testkit::TestDatabase;

async fn sweep(test_drop: &TestDrop) -> Outcome {
    holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap()
}

#[tokio::test]
async fn holds_that_ran_out_give_everything_back() {
    for per_customer in [1, 2] {
        let options = DropOptions { per_customer, per_ticket: 1, ..DropOptions::default() };
        let test_drop = TestDrop::new(options).await;
        let commands = test_drop.commands(10);
        test_drop.process(&commands).await;
        assert_eq!(sweep(&test_drop).await, Outcome::default(), "not due yet");

        test_drop.let_holds_run_out().await;
        let outcome = sweep(&test_drop).await;

        assert_eq!((outcome.ended.len(), outcome.journal.len()), (10, 1));
        assert!(outcome.ended.iter().all(|order| order.state == TicketState::Expired));
        assert_eq!((outcome.stock[0].figure.available, outcome.stock[0].figure.reserved), (100, 0));
        assert_eq!(test_drop.stock().await, (100, 0, 0));
        test_drop.assert_invariants().await;

        let again = test_drop.process(&[test_drop.command(commands[0].shopper_id, 1)]).await;
        assert_eq!(again.settled[0].state, TicketState::Reserved, "the limit has its unit back");
        test_drop.assert_invariants().await;
    }
}

#[tokio::test]
async fn a_sweep_takes_at_most_its_limit() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.process(&test_drop.commands(10)).await;
    test_drop.let_holds_run_out().await;
    let swept = holds::expire_due(&test_drop.pool, test_drop.drop_id, 3).await.unwrap();
    assert_eq!(swept.ended.len(), 3);
    assert_eq!(test_drop.stock().await, (93, 7, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn sweepers_share_the_work_and_none_does_it_twice() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    test_drop.process(&test_drop.commands(80)).await;
    test_drop.let_holds_run_out().await;
    let sweeps = (0..4).map(|_| {
        let (pool, drop_id) = (test_drop.pool.clone(), test_drop.drop_id);
        tokio::spawn(
            async move { holds::expire_due(&pool, drop_id, 30).await.unwrap().ended.len() },
        )
    });
    let mut total = 0;
    for sweep in sweeps.collect::<Vec<_>>() {
        total += sweep.await.unwrap();
    }
    total += sweep(&test_drop).await.ended.len();
    assert_eq!(total, 80);
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn no_drop_waits_for_another_or_fails_with_it() {
    let database = Arc::new(TestDatabase::create().await);
    let mut drops = Vec::new();
    for _ in 0..3 {
        let test_drop = TestDrop::in_database(&database, DropOptions::default()).await;
        test_drop.process(&test_drop.commands(5)).await;
        drops.push(test_drop);
    }
    drops[0].let_holds_run_out().await;
    let [busy, broken, sound] = &drops[..] else { unreachable!("there are three") };
    let mut due = holds::drops_with_due_holds(database.pool(), 10).await.unwrap();
    due.sort_unstable();
    let mut expected = [busy.drop_id, broken.drop_id, sound.drop_id];
    expected.sort_unstable();
    assert_eq!(due, expected);

    let mut lock = database.pool().begin().await.unwrap();
    sqlx::query("select from inventory where drop_id = $1 for update")
        .bind(busy.drop_id)
        .execute(&mut *lock)
        .await
        .unwrap();
    let (pool, drop_id) = (busy.pool.clone(), busy.drop_id);
    let waiting = tokio::spawn(async move { holds::expire_due(&pool, drop_id, 500).await });
    a_moment().await;
    // Its stock says that nothing is held, so nothing can come back.
    sqlx::query("update inventory set available = total, reserved = 0 where drop_id = $1")
        .bind(broken.drop_id)
        .execute(database.pool())
        .await
        .unwrap();
    assert!(holds::expire_due(&broken.pool, broken.drop_id, 500).await.is_err());

    assert_eq!(sweep(sound).await.ended.len(), 5);

    assert!(!waiting.is_finished(), "its stock is locked");
    lock.rollback().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().ended.len(), 5);
    let left = holds::drops_with_due_holds(database.pool(), 10).await.unwrap();
    assert_eq!(left, [broken.drop_id]);
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
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let (reserved, _) = test_drop.reserved().await;
    let (authorizing, _) = test_drop.authorizing().await;
    let (capturing, _) = test_drop.capturing().await;
    assert!(holds::cancelled_drops_with_holds(pool, 10).await.unwrap().is_empty());
    assert_eq!(holds::cancel_all(pool, drop_id, 500).await.unwrap(), Outcome::default());

    sqlx::query("update drops set state = 'cancelled'").execute(pool).await.unwrap();
    assert_eq!(holds::cancelled_drops_with_holds(pool, 10).await.unwrap(), [drop_id]);
    let outcome = holds::cancel_all(pool, drop_id, 500).await.unwrap();

    assert_eq!(outcome.ended.len(), 2);
    assert_eq!(test_drop.state(reserved).await, "cancelled");
    assert_eq!(test_drop.state(authorizing).await, "cancelled");
    assert_eq!(test_drop.state(capturing).await, "capturing");
    assert!(holds::cancelled_drops_with_holds(pool, 10).await.unwrap().is_empty());
    test_drop.assert_invariants().await;
}
