//! What happens when several do the same at once.

use crate::fixture::{DropOptions, TestDrop, a_moment, batch, done, pay};
use database::{
    PgPool,
    money::payments::{Conclusion, PayOutcome},
    ordering::{
        holds::{self, Cancelled},
        order_batch::{BatchOutcome, process},
    },
};
use shared::ids::{DropId, OrderId};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

fn authorized() -> Conclusion {
    Conclusion::Authorized { provider_id: "pay".into() }
}

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
    assert_eq!(
        test_drop.number("select sum(cardinality(orders)) from journal").await,
        100,
        "each is told once"
    );
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
    let (mut n_placed, mut n_duplicates) = (0, 0);
    for processor in race {
        let done = done(processor.await.unwrap());
        n_placed += done.n_placed;
        n_duplicates += done.n_duplicates;
    }
    // Both read all of it: whichever comes second meets the order rows of the first.
    assert_eq!((n_placed, n_duplicates), (100, 100));
    assert_eq!(test_drop.stock().await, (0, 60, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn either_the_sweeper_or_the_pivot_wins() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (mut confirmed, mut expired) = (0, 0);
    // The winner of a round gets a worse start in the next, so the rounds settle where either may
    // win. Both must have won in the end, on any machine: a hold that has run out can't be paid,
    // and one with seconds left can't be swept.
    let mut left_us: i64 = 3_000;
    for _ in 0..16 {
        let (order_id, payment) = test_drop.authorizing().await;
        run_out_in(&test_drop, order_id, left_us).await;
        let (settled, swept) = tokio::join!(
            test_drop.settle(payment, authorized()),
            holds::expire_due(&test_drop.pool, test_drop.drop_id, 500)
        );
        assert!(settled.ended.is_empty());
        swept.unwrap();
        // A hold that nobody won yet is over by then.
        tokio::time::sleep(Duration::from_micros(left_us.max(0) as u64)).await;
        a_moment().await;
        holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap();
        match test_drop.state(order_id).await.as_str() {
            "capturing" => {
                let capture = test_drop.payment(order_id, "capture").await;
                test_drop.settle(capture, Conclusion::Captured).await;
                confirmed += 1;
                left_us = left_us / 2 - 500;
            }
            "expired" => {
                let _ = test_drop.payment(order_id, "void").await;
                expired += 1;
                left_us = left_us.max(500) * 2;
            }
            other => panic!("neither won: {other}"),
        }
        test_drop.assert_invariants().await;
    }
    assert!(confirmed > 0 && expired > 0, "{confirmed} confirmed, {expired} expired");
    assert_eq!(test_drop.stock().await, (100 - confirmed, 0, confirmed));
}

/// Sets when the hold of an order runs out: in so many microseconds, or that long ago.
async fn run_out_in(test_drop: &TestDrop, order_id: OrderId, left_us: i64) {
    sqlx::query(
        "update orders set hold_expires_at = clock_timestamp() + $2 * interval '1 microsecond'
         where id = $1",
    )
    .bind(order_id)
    .bind(left_us as f64)
    .execute(&test_drop.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn an_order_cannot_be_cancelled_past_the_pivot() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    let shopper_id = sqlx::query_scalar("select shopper_id from orders")
        .fetch_one(&test_drop.pool)
        .await
        .unwrap();
    let (cancelled, captured) = tokio::join!(
        holds::cancel_order(&test_drop.pool, order_id, shopper_id),
        test_drop.settle(capture, Conclusion::Captured)
    );
    assert!(matches!(cancelled.unwrap(), Cancelled::Refused(_)));
    assert_eq!(captured.ended.len(), 1);
    assert_eq!(test_drop.state(order_id).await, "confirmed");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn batches_sweeps_and_payments_at_once_never_oversell() {
    let test_drop = TestDrop::new(DropOptions { units: 50, ..DropOptions::default() }).await;
    let sold = Arc::new(AtomicBool::new(false));
    let (pool, drop_id) = (test_drop.pool.clone(), test_drop.drop_id);
    let sweeper = tokio::spawn(sweep_until(pool, drop_id, Arc::clone(&sold)));
    for _ in 0..20 {
        let commands = test_drop.commands(10);
        test_drop.process(&commands).await;
        for command in commands.iter().take(3) {
            let id = command.ticket_id.into();
            let begun = pay(&test_drop.pool, id, command.shopper_id, "pm").await;
            if begun == PayOutcome::Started {
                let payment = test_drop.payment(id, "authorize").await;
                test_drop.settle(payment, authorized()).await;
            }
        }
        test_drop.assert_invariants().await;
    }
    sold.store(true, Ordering::Relaxed);
    let n_swept = sweeper.await.unwrap();
    // Seven of each ten orders are never paid, so the sweeper has work however slow it is; three
    // are paid at once, and a sweep takes one held order in ten.
    let n_past = test_drop.number("select count(*) from orders where state = 'capturing'").await;
    assert!(n_swept > 0 && n_past > 0, "{n_swept} swept, {n_past} past the pivot");
    test_drop.assert_invariants().await;
}

/// Lets holds run out at random and sweeps them until all is sold, and once more. Returns how many
/// orders it has ended.
async fn sweep_until(pool: PgPool, drop_id: DropId, sold: Arc<AtomicBool>) -> usize {
    let mut n_swept = 0;
    loop {
        let is_last = sold.load(Ordering::Relaxed);
        let share = if is_last { 1.0 } else { 0.1 };
        sqlx::query(
            "update orders set hold_expires_at = now() - interval '1 s' where id in
                 (select id from orders where hold_expires_at is not null and random() < $1
                  for update skip locked)",
        )
        .bind(share)
        .execute(&pool)
        .await
        .unwrap();
        n_swept += holds::expire_due(&pool, drop_id, 7).await.unwrap().ended.len();
        if is_last {
            return n_swept;
        }
    }
}
