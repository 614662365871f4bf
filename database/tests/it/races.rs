//! What happens when several do the same at once.

use crate::fixture::{DropOptions, TestDrop, a_moment, batch};
use database::{
    money::payments,
    ordering::holds,
    ordering::order_batch::{BatchOutcome, process},
};
use shared::lifecycle::TicketState;

#[tokio::test]
async fn of_four_processors_on_the_same_batch_one_wins() {
    let test_drop = TestDrop::new(DropOptions { units: 60, ..DropOptions::default() }).await;
    let mut commands = test_drop.commands(100);
    commands.extend_from_within(..20);
    let race = (0..4).map(|_| {
        let (pool, batch) = (test_drop.pool.clone(), batch(0, commands.clone()));
        tokio::spawn(async move { process(&pool, batch).await.unwrap() })
    });
    let mut won = Vec::new();
    for processor in race.collect::<Vec<_>>() {
        if let BatchOutcome::Done(done) = processor.await.unwrap() {
            won.push(done);
        }
    }
    assert_eq!(won.len(), 1);
    assert_eq!((won[0].n_placed, won[0].n_duplicates), (100, 20));
    assert_eq!(test_drop.stock().await, (0, 60, 0));
    assert_eq!(test_drop.number("select count(*) from orders where reason = 'sold_out'").await, 40);
    assert_eq!(test_drop.number("select count(*) from outbox").await, 100);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn processors_of_two_generations_cannot_place_an_order_twice() {
    let test_drop = TestDrop::new(DropOptions { units: 60, ..DropOptions::default() }).await;
    // As if the log was replaced and read again on another partition's row: no offset stands
    // between the two, only the order rows do.
    sqlx::query("insert into consumer_offsets (topic, partition) values ('other', 0)")
        .execute(&test_drop.pool)
        .await
        .unwrap();
    let commands = test_drop.commands(100);
    let race = ["order-commands", "other"].map(|topic| {
        let mut batch = (*batch(0, commands.clone())).clone();
        batch.topic = topic.into();
        let pool = test_drop.pool.clone();
        tokio::spawn(async move { process(&pool, batch.into()).await.unwrap() })
    });
    let mut placed = 0;
    for processor in race {
        if let BatchOutcome::Done(done) = processor.await.unwrap() {
            placed += done.n_placed;
        }
    }
    assert_eq!(placed, 100);
    assert_eq!(test_drop.stock().await, (0, 60, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn either_the_sweeper_or_the_pivot_wins() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let mut confirmed = 0;
    for _ in 0..12 {
        let (order_id, payment) = test_drop.authorizing().await;
        sqlx::query(
            "update holds set expires_at = clock_timestamp() + interval '3 ms'
             where order_id = $1",
        )
        .bind(order_id)
        .execute(&test_drop.pool)
        .await
        .unwrap();
        let (authorized, swept) = tokio::join!(
            payments::authorized(&test_drop.pool, payment, "pay"),
            holds::expire_due(&test_drop.pool, 500)
        );
        authorized.unwrap();
        swept.unwrap();
        a_moment().await;
        holds::expire_due(&test_drop.pool, 500).await.unwrap();
        match test_drop.state(order_id).await.as_str() {
            "capturing" => {
                let capture = test_drop.payment(order_id, "capture").await;
                payments::captured(&test_drop.pool, capture).await.unwrap();
                confirmed += 1;
            }
            "expired" => {
                let _ = test_drop.payment(order_id, "void").await;
            }
            other => panic!("neither won: {other}"),
        }
        test_drop.assert_invariants().await;
    }
    assert_eq!(test_drop.stock().await, (100 - confirmed, 0, confirmed));
}

#[tokio::test]
async fn an_order_cannot_be_cancelled_past_the_pivot() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    let ids = [order_id];
    let (released, captured) = tokio::join!(
        holds::release_orders(&test_drop.pool, &ids, TicketState::Cancelled, "test"),
        payments::captured(&test_drop.pool, capture)
    );
    assert!(released.unwrap().ended.is_empty());
    assert_eq!(captured.unwrap().ended.len(), 1);
    assert_eq!(test_drop.state(order_id).await, "confirmed");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn batches_sweeps_and_payments_at_once_never_oversell() {
    let test_drop = TestDrop::new(DropOptions { units: 50, ..DropOptions::default() }).await;
    let sweeper = {
        let pool = test_drop.pool.clone();
        tokio::spawn(async move {
            for _ in 0..40 {
                sqlx::query(
                    "update holds set expires_at = now() - interval '1 s'
                     where state = 'held' and random() < 0.3",
                )
                .execute(&pool)
                .await
                .unwrap();
                holds::expire_due(&pool, 7).await.unwrap();
            }
        })
    };
    for _ in 0..20 {
        let commands = test_drop.commands(10);
        test_drop.process(&commands).await;
        for command in commands.iter().take(3) {
            let id = command.ticket_id.into();
            let shopper = command.shopper_id;
            if payments::begin_authorization(&test_drop.pool, id, shopper, "pm").await.unwrap()
                == payments::PayOutcome::Started
            {
                let payment = test_drop.payment(id, "authorize").await;
                payments::authorized(&test_drop.pool, payment, "pay").await.unwrap();
            }
        }
        test_drop.assert_invariants().await;
    }
    sweeper.await.unwrap();
    test_drop.assert_invariants().await;
}
