//! What happens when several do the same at once.

use crate::fixture::{Make, Room, a_moment, batch};
use database::{
    money::payments,
    ordering::holds,
    ordering::order_batch::{BatchOutcome, process},
};
use shared::lifecycle::TicketState;

#[tokio::test]
async fn of_four_processors_on_the_same_batch_one_wins() {
    let room = Room::new(Make { units: 60, ..Make::default() }).await;
    let mut commands = room.commands(100);
    commands.extend_from_within(..20);
    let race = (0..4).map(|_| {
        let (pool, batch) = (room.pool.clone(), batch(0, commands.clone()));
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
    assert_eq!(room.stock().await, (0, 60, 0));
    assert_eq!(room.number("select count(*) from orders where reason = 'sold_out'").await, 40);
    assert_eq!(room.number("select count(*) from outbox").await, 100);
    room.assert_invariants().await;
}

#[tokio::test]
async fn processors_of_two_generations_cannot_place_an_order_twice() {
    let room = Room::new(Make { units: 60, ..Make::default() }).await;
    // As if the log was replaced and read again on another partition's row: no offset stands
    // between the two, only the order rows do.
    sqlx::query("insert into consumer_offsets (topic, partition) values ('other', 0)")
        .execute(&room.pool)
        .await
        .unwrap();
    let commands = room.commands(100);
    let race = ["order-commands", "other"].map(|topic| {
        let mut batch = (*batch(0, commands.clone())).clone();
        batch.topic = topic.into();
        let pool = room.pool.clone();
        tokio::spawn(async move { process(&pool, batch.into()).await.unwrap() })
    });
    let mut placed = 0;
    for processor in race {
        if let BatchOutcome::Done(done) = processor.await.unwrap() {
            placed += done.n_placed;
        }
    }
    assert_eq!(placed, 100);
    assert_eq!(room.stock().await, (0, 60, 0));
    room.assert_invariants().await;
}

#[tokio::test]
async fn either_the_sweeper_or_the_pivot_wins() {
    let room = Room::new(Make::default()).await;
    let mut confirmed = 0;
    for _ in 0..12 {
        let (order_id, payment) = room.authorizing().await;
        sqlx::query(
            "update holds set expires_at = clock_timestamp() + interval '3 ms'
             where order_id = $1",
        )
        .bind(order_id.as_uuid())
        .execute(&room.pool)
        .await
        .unwrap();
        let (authorized, swept) = tokio::join!(
            payments::authorized(&room.pool, payment, "pay"),
            holds::expire_due(&room.pool, 500)
        );
        authorized.unwrap();
        swept.unwrap();
        a_moment().await;
        holds::expire_due(&room.pool, 500).await.unwrap();
        match room.state(order_id).await.as_str() {
            "capturing" => {
                let capture = room.payment(order_id, "capture").await;
                payments::captured(&room.pool, capture).await.unwrap();
                confirmed += 1;
            }
            "expired" => {
                let _ = room.payment(order_id, "void").await;
            }
            other => panic!("neither won: {other}"),
        }
        room.assert_invariants().await;
    }
    assert_eq!(room.stock().await, (100 - confirmed, 0, confirmed));
}

#[tokio::test]
async fn an_order_cannot_be_cancelled_past_the_pivot() {
    let room = Room::new(Make::default()).await;
    let (order_id, capture) = room.capturing().await;
    let ids = [order_id];
    let (released, captured) = tokio::join!(
        holds::release_orders(&room.pool, &ids, TicketState::Cancelled, "test"),
        payments::captured(&room.pool, capture)
    );
    assert!(released.unwrap().ended.is_empty());
    assert_eq!(captured.unwrap().ended.len(), 1);
    assert_eq!(room.state(order_id).await, "confirmed");
    room.assert_invariants().await;
}

#[tokio::test]
async fn batches_sweeps_and_payments_at_once_never_oversell() {
    let room = Room::new(Make { units: 50, ..Make::default() }).await;
    let sweeper = {
        let pool = room.pool.clone();
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
        let commands = room.commands(10);
        room.process(&commands).await;
        for command in commands.iter().take(3) {
            let id = command.ticket_id.into();
            let shopper = command.shopper_id;
            if payments::begin_authorization(&room.pool, id, shopper, "pm").await.unwrap()
                == payments::Begun::Started
            {
                let payment = room.payment(id, "authorize").await;
                payments::authorized(&room.pool, payment, "pay").await.unwrap();
            }
        }
        room.assert_invariants().await;
    }
    sweeper.await.unwrap();
    room.assert_invariants().await;
}
