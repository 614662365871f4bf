//! Wishes to pay that come together.

use crate::fixture::{DropOptions, TestDrop, assert_invariants, begin, wish};
use database::{
    money::payments::{Conclusion, PayOutcome, PaymentWish},
    ordering::holds,
};
use shared::{
    ids::{DropId, OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use std::{collections::BTreeMap, sync::Arc};
use testkit::TestDatabase;

const UNDER_WAY: PayOutcome = PayOutcome::UnderWay(TicketState::Authorizing);

#[tokio::test]
async fn wishes_of_several_drops_and_shoppers_get_their_own_outcomes_in_order() {
    let database = Arc::new(TestDatabase::create().await);
    let pool = database.pool();
    let here = TestDrop::in_database(&database, DropOptions::default()).await;
    let there = TestDrop::in_database(&database, DropOptions::default()).await;
    let run_out = wish(here.reserved().await);
    here.let_holds_run_out().await;
    let first = wish(here.reserved().await);
    let second = wish(here.reserved().await);
    let elsewhere = wish(there.reserved().await);
    let paid = wish(there.reserved().await);
    assert_eq!(begin(pool, vec![paid.clone()]).await, [PayOutcome::Started]);
    let ended = wish(there.reserved().await);
    holds::cancel_order(pool, ended.order_id, ended.shopper_id).await.unwrap();

    let (wishes, expected): (Vec<_>, Vec<_>) = [
        (second.clone(), PayOutcome::Started),
        (run_out, PayOutcome::HoldExpired),
        (wish((first.order_id, ShopperId::generate())), PayOutcome::NotFound),
        (elsewhere.clone(), PayOutcome::Started),
        (paid.clone(), UNDER_WAY),
        (PaymentWish { method: "pm_other".into(), ..paid }, PayOutcome::OtherMethod),
        (ended, PayOutcome::Ended(TicketState::Cancelled)),
        (wish((OrderId::generate(), ShopperId::generate())), PayOutcome::NotFound),
        (first.clone(), PayOutcome::Started),
    ]
    .into_iter()
    .unzip();
    assert_eq!(begin(pool, wishes).await, expected);

    let begun = [&first, &second, &elsewhere];
    let ids: Vec<PaymentId> = sqlx::query_scalar(
        "select p.id from payments p join orders o on o.id = p.order_id
         where p.order_id = any($1) and p.status = 'pending' and o.state = 'authorizing'
         order by p.order_id",
    )
    .bind(begun.map(|wish| wish.order_id).to_vec())
    .fetch_all(pool)
    .await
    .unwrap();
    let by_order: BTreeMap<OrderId, PaymentId> =
        begun.iter().map(|wish| (wish.order_id, wish.id)).collect();
    assert_eq!(ids, by_order.into_values().collect::<Vec<_>>(), "each with its own payment");
    assert_invariants(pool).await;
}

#[tokio::test]
async fn payments_that_begin_together_are_told_in_one_row_of_each_drop() {
    let database = Arc::new(TestDatabase::create().await);
    let pool = database.pool();
    let here = TestDrop::in_database(&database, DropOptions::default()).await;
    let there = TestDrop::in_database(&database, DropOptions::default()).await;
    let mut of_drops = BTreeMap::<DropId, Vec<OrderId>>::new();
    let mut wishes = Vec::new();
    for test_drop in [&here, &there, &here] {
        let order = test_drop.reserved().await;
        of_drops.entry(test_drop.drop_id).or_default().push(order.0);
        wishes.push(wish(order));
    }
    of_drops.values_mut().for_each(|orders| orders.sort());
    wishes.reverse();
    assert_eq!(begin(pool, wishes).await, [PayOutcome::Started; 3]);

    let told: Vec<(DropId, Vec<OrderId>, String)> = sqlx::query_as(
        "select j.drop_id, j.orders, p.consumer
         from journal j join pending p on p.journal_id = j.id
         where j.states[1] = 'authorizing' order by j.drop_id",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let expected = of_drops.into_iter().map(|(id, orders)| (id, orders, "events".to_owned()));
    assert_eq!(told, expected.collect::<Vec<_>>());
    let moments: i64 = sqlx::query_scalar(
        "select count(distinct at) from (
             select at from journal where states[1] = 'authorizing'
             union all select at from ticket_transitions
             union all select updated_at from orders
             union all select created_at from payments
             union all select updated_at from payments) m",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(moments, 1);
    assert_invariants(pool).await;
}

#[tokio::test]
async fn the_same_order_twice_in_one_call_is_paid_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let order = test_drop.reserved().await;
    let first = wish(order);
    let changed = PaymentWish { method: "pm_other".into(), ..first.clone() };
    let wishes = vec![first.clone(), first.clone(), changed, wish(order)];
    let expected = [PayOutcome::Started, UNDER_WAY, PayOutcome::OtherMethod, UNDER_WAY];
    assert_eq!(begin(&test_drop.pool, wishes).await, expected);
    let asked: Vec<PaymentId> =
        sqlx::query_scalar("select id from payments").fetch_all(&test_drop.pool).await.unwrap();
    assert_eq!(asked, [first.id]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_wish_in_vain_leaves_the_order_to_the_next_one() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let order = test_drop.reserved().await;
    let declined = wish(order);
    assert_eq!(begin(&test_drop.pool, vec![declined.clone()]).await, [PayOutcome::Started]);
    let answer = Conclusion::AuthorizationDeclined { code: "card_declined".into() };
    test_drop.settle(declined.id, answer).await;

    let wishes = vec![declined, wish((order.0, ShopperId::generate())), wish(order)];
    let expected = [UNDER_WAY, PayOutcome::NotFound, PayOutcome::Started];
    assert_eq!(begin(&test_drop.pool, wishes).await, expected);
    test_drop.assert_invariants().await;
}
