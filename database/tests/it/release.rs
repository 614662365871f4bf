//! Units that come back.

use crate::fixture::{Make, Room};
use database::ordering::holds::{self, Cancelled};
use shared::{ids::ShopperId, lifecycle::TicketState};

#[tokio::test]
async fn holds_that_ran_out_give_everything_back() {
    let room = Room::new(Make { per_customer: 1, per_ticket: 1, ..Make::default() }).await;
    let commands = room.commands(10);
    room.process(&commands).await;
    assert!(holds::expire_due(&room.pool, 500).await.unwrap().ended.is_empty(), "not due yet");

    room.let_holds_run_out().await;
    let outcome = holds::expire_due(&room.pool, 500).await.unwrap();

    assert_eq!(outcome.ended.len(), 10);
    assert!(outcome.ended.iter().all(|order| order.state == TicketState::Expired));
    assert_eq!((outcome.stock[0].available, outcome.stock[0].reserved), (100, 0));
    assert_eq!(room.stock().await, (100, 0, 0));
    room.assert_invariants().await;

    let again = room.process(&[room.command(commands[0].shopper_id, 1)]).await;
    assert_eq!(again.settled[0].state, TicketState::Reserved, "the limit has its unit back");
}

#[tokio::test]
async fn a_sweep_takes_at_most_its_limit() {
    let room = Room::new(Make::default()).await;
    room.process(&room.commands(10)).await;
    room.let_holds_run_out().await;
    assert_eq!(holds::expire_due(&room.pool, 3).await.unwrap().ended.len(), 3);
    assert_eq!(room.stock().await, (93, 7, 0));
    room.assert_invariants().await;
}

#[tokio::test]
async fn sweepers_share_the_work_and_none_does_it_twice() {
    let room = Room::new(Make::default()).await;
    room.process(&room.commands(80)).await;
    room.let_holds_run_out().await;
    let sweeps = (0..4).map(|_| {
        let pool = room.pool.clone();
        tokio::spawn(async move { holds::expire_due(&pool, 30).await.unwrap().ended.len() })
    });
    let mut total = 0;
    for sweep in sweeps.collect::<Vec<_>>() {
        total += sweep.await.unwrap();
    }
    total += holds::expire_due(&room.pool, 500).await.unwrap().ended.len();
    assert_eq!(total, 80);
    assert_eq!(room.stock().await, (100, 0, 0));
    room.assert_invariants().await;
}

#[tokio::test]
async fn a_shopper_cancels_only_their_own_reserved_order() {
    let room = Room::new(Make::default()).await;
    let (order_id, shopper_id) = room.reserved().await;
    let stranger = holds::cancel_order(&room.pool, order_id, ShopperId::generate()).await.unwrap();
    assert_eq!(stranger, Cancelled::NotFound);
    let done = holds::cancel_order(&room.pool, order_id, shopper_id).await.unwrap();
    assert!(matches!(done, Cancelled::Done(outcome) if outcome.ended.len() == 1));
    let again = holds::cancel_order(&room.pool, order_id, shopper_id).await.unwrap();
    assert_eq!(again, Cancelled::Refused(TicketState::Cancelled));
    assert_eq!(room.stock().await, (100, 0, 0));
    room.assert_invariants().await;
}

#[tokio::test]
async fn orders_of_a_cancelled_drop_end_unless_they_are_past_the_pivot() {
    let room = Room::new(Make::default()).await;
    let (reserved, _) = room.reserved().await;
    let (authorizing, _) = room.authorizing().await;
    let (capturing, _) = room.capturing().await;
    assert!(holds::cancel_of_cancelled_drops(&room.pool, 500).await.unwrap().ended.is_empty());

    sqlx::query("update drops set state = 'cancelled'").execute(&room.pool).await.unwrap();
    let outcome = holds::cancel_of_cancelled_drops(&room.pool, 500).await.unwrap();

    assert_eq!(outcome.ended.len(), 2);
    assert_eq!(room.state(reserved).await, "cancelled");
    assert_eq!(room.state(authorizing).await, "cancelled");
    assert_eq!(room.state(capturing).await, "capturing");
    room.assert_invariants().await;
}
