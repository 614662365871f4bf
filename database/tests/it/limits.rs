//! LIMIT-1: no customer has more units than the drop allows.

use crate::fixture::{DropOptions, TestDrop};
use database::ordering::{holds, order_batch::BatchDone};
use shared::ids::ShopperId;
use std::sync::Arc;
use testkit::TestDatabase;

/// Allows a customer one unit.
fn one_unit() -> DropOptions {
    DropOptions { per_ticket: 1, per_customer: 1, ..DropOptions::default() }
}

fn states(done: &BatchDone) -> Vec<&'static str> {
    done.settled.iter().map(|ticket| ticket.state.as_str()).collect()
}

#[tokio::test]
async fn a_customer_gets_no_more_than_the_limit() {
    let test_drop =
        TestDrop::new(DropOptions { per_ticket: 2, per_customer: 3, ..DropOptions::default() })
            .await;
    let shopper = ShopperId::generate();
    let commands: Vec<_> = [2, 2, 1, 1].map(|units| test_drop.command(shopper, units)).into();
    let done = test_drop.process(&commands).await;
    assert_eq!(states(&done), ["reserved", "rejected", "reserved", "rejected"]);
    let again = test_drop.process(&[test_drop.command(shopper, 1)]).await;
    assert_eq!(again.ended.len(), 1, "the limit holds over batches");
    assert_eq!(test_drop.number("select units from customer_usage").await, 3);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_second_order_of_a_customer_is_refused_where_one_unit_is_the_limit() {
    let test_drop = TestDrop::new(one_unit()).await;
    let shopper = ShopperId::generate();

    let mut commands = test_drop.commands(2);
    commands.extend([test_drop.command(shopper, 1), test_drop.command(shopper, 1)]);
    let done = test_drop.process(&commands).await;
    assert_eq!(states(&done), ["reserved", "reserved", "reserved", "rejected"]);

    let mut commands = vec![test_drop.command(shopper, 1)];
    commands.extend(test_drop.commands(2));
    let again = test_drop.process(&commands).await;
    assert_eq!(states(&again), ["rejected", "reserved", "reserved"], "and over batches");
    assert_eq!(test_drop.stock().await, (95, 5, 0));
    assert_eq!(test_drop.number("select count(*) from customer_usage").await, 0);
    test_drop.assert_invariants().await;

    test_drop.let_holds_run_out().await;
    holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap();
    let at_last = test_drop.process(&[test_drop.command(shopper, 1)]).await;
    assert_eq!(states(&at_last), ["reserved"], "the unit was given back");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_customer_gets_one_unit_of_each_drop_that_allows_one() {
    let database = Arc::new(TestDatabase::create().await);
    let one = TestDrop::in_database(&database, one_unit()).await;
    let two = TestDrop::in_database(&database, one_unit()).await;
    let shopper = ShopperId::generate();

    let done = one.process(&[one.command(shopper, 1)]).await;
    assert_eq!(states(&done), ["reserved"]);
    let done = one.process(&[one.command(shopper, 1)]).await;
    assert_eq!(states(&done), ["rejected"]);
    let done = two.process(&[two.command(shopper, 1), two.command(shopper, 1)]).await;
    assert_eq!(states(&done), ["reserved", "rejected"]);
    one.assert_invariants().await;
}

#[tokio::test]
async fn the_key_of_the_limit_refuses_what_the_decision_lets_through() {
    let test_drop = TestDrop::new(one_unit()).await;
    let shopper = ShopperId::generate();
    let commands = [test_drop.command(shopper, 1), test_drop.command(shopper, 1)];
    let done = test_drop.process(&commands).await;
    assert_eq!(states(&done), ["reserved", "rejected"]);

    let taken = "update orders set units_held = 1 where state = 'rejected'";
    let error = sqlx::query(taken).execute(&test_drop.pool).await.unwrap_err();
    let refused = error.as_database_error().unwrap();
    assert_eq!(refused.constraint(), Some("one_unit_per_customer"), "{error:?}");

    let free = "update orders set is_only_one = false";
    sqlx::query(free).execute(&test_drop.pool).await.unwrap();
    let allowed = sqlx::query(taken).execute(&test_drop.pool).await;
    assert!(allowed.is_ok(), "where more are allowed it counts nobody: {allowed:?}");
}
