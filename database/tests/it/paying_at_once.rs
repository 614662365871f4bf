//! Calls that begin payments of the same orders at the same time.

use crate::fixture::{DropOptions, TestDrop, begin, until_waiting, wish};
use database::{
    PgPool,
    money::payments::{self, PayOutcome},
};
use shared::ids::OrderId;

/// Keeps everybody else from an order until the transaction ends.
async fn lock(pool: &PgPool, order_id: OrderId) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("select from orders where id = $1 for update")
        .bind(order_id)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction
}

#[tokio::test]
async fn two_calls_for_the_same_orders_never_wait_in_a_circle() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let pool = &test_drop.pool;
    let mut orders = Vec::new();
    for _ in 0..5 {
        orders.push(test_drop.reserved().await);
    }
    let forwards: Vec<_> = orders.iter().copied().map(wish).collect();
    let backwards: Vec<_> = orders.iter().rev().copied().map(wish).collect();
    // Whoever did not begin with the first order would have the last ones by now.
    let in_between = lock(pool, orders[2].0).await;
    let calls = [forwards, backwards].map(|wishes| {
        let pool = pool.clone();
        tokio::spawn(async move { payments::begin_authorizations(&pool, wishes).await })
    });
    until_waiting(pool, 2).await;
    in_between.rollback().await.unwrap();

    let mut n_started = 0;
    for call in calls {
        let outcomes = call.await.unwrap().unwrap();
        n_started += outcomes.iter().filter(|outcome| **outcome == PayOutcome::Started).count();
    }
    assert_eq!(n_started, orders.len());
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_wish_that_was_overtaken_changes_nothing_and_can_be_made_again() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let pool = &test_drop.pool;
    let order = test_drop.reserved().await;
    let wishes = vec![wish(order), wish(test_drop.reserved().await)];
    let mut overtaking = lock(pool, order.0).await;
    let (own_pool, late) = (pool.clone(), wishes.clone());
    let call = tokio::spawn(async move { payments::begin_authorizations(&own_pool, late).await });
    until_waiting(pool, 1).await;
    // Another card of the order is asked and declined, all while the call waits.
    sqlx::query(
        "insert into payments (id, order_id, drop_id, kind, amount_minor, currency, status)
         select gen_random_uuid(), id, drop_id, 'authorize', amount_minor, currency, 'declined'
         from orders where id = $1",
    )
    .bind(order.0)
    .execute(&mut *overtaking)
    .await
    .unwrap();
    overtaking.commit().await.unwrap();

    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.constraint(), Some("authorization_once"), "{error:?}");
    assert!(!error.is_transient(), "it is not for the others to wait");
    assert_eq!(test_drop.number("select count(*) from ticket_transitions").await, 0);
    assert_eq!(begin(pool, wishes).await, [PayOutcome::Started; 2]);
    test_drop.assert_invariants().await;
}
