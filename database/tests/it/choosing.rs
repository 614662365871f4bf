//! Shoppers choose how many of the held units to take.

use crate::fixture::{DropOptions, TestDrop, pay};
use database::{
    journal,
    money::payments::{Conclusion, PayOutcome},
    ordering::{
        counters,
        holds::{self, UnitChoice},
        order_views,
    },
    selling::scheduling,
};
use shared::{
    drops::{DropState, Fulfilment},
    ids::{OrderId, ShopperId, VariantId},
    lifecycle::TicketState,
    messages::PlaceOrder,
};
use std::{sync::Arc, time::Duration};
use testkit::TestDatabase;

/// A drop of 100 units whose tickets take four each.
async fn checkout() -> TestDrop {
    TestDrop::new(DropOptions { fulfilment: Fulfilment::Checkout, ..DropOptions::default() }).await
}

/// Places an order of four units.
async fn four_held(test_drop: &TestDrop) -> (OrderId, ShopperId) {
    let command = test_drop.command(ShopperId::generate(), 4);
    let done = test_drop.process(std::slice::from_ref(&command)).await;
    assert_eq!(done.settled[0].state, TicketState::Reserved);
    (command.ticket_id.into(), command.shopper_id)
}

async fn choose(test_drop: &TestDrop, order: (OrderId, ShopperId), units: u32) -> UnitChoice {
    holds::choose_units(&test_drop.pool, order.0, order.1, units).await.unwrap()
}

/// Units and amount of an order, as its shopper sees them.
async fn seen(test_drop: &TestDrop, (order_id, shopper_id): (OrderId, ShopperId)) -> (i32, i64) {
    let wanted = [(shopper_id, order_id)];
    let found = order_views::find_of_shoppers(&test_drop.pool, &wanted).await.unwrap();
    let [Some(order)] = &found[..] else { panic!("{found:?}") };
    (order.units, order.amount_minor)
}

#[tokio::test]
async fn units_that_are_not_taken_are_free_at_once_and_the_price_follows() {
    let test_drop = checkout().await;
    let order = four_held(&test_drop).await;
    assert_eq!(seen(&test_drop, order).await, (4, 6_000));
    assert_eq!(test_drop.stock().await, (96, 4, 0));

    assert_eq!(choose(&test_drop, order, 3).await, UnitChoice::Done { units_back: 1 });
    assert_eq!(choose(&test_drop, order, 1).await, UnitChoice::Done { units_back: 2 });

    assert_eq!(seen(&test_drop, order).await, (1, 1_500));
    assert_eq!(test_drop.stock().await, (99, 1, 0));
    assert_eq!(test_drop.number("select units from customer_usage").await, 1);
    let moved = "select sum(d_available) from stock_moves where cause = 'choose'";
    assert_eq!(test_drop.number(moved).await, 3);
    test_drop.assert_invariants().await;
    let told = journal::waiting_events(&test_drop.pool, 10).await.unwrap();
    let last = told.last().and_then(|row| row.events.last()).unwrap();
    assert_eq!((last.sequence, last.units, last.amount_minor), (3, 1, 1_500));
    let untold = journal::untold(&test_drop.pool, Duration::ZERO, 10).await.unwrap();
    assert_eq!(untold.len(), 3, "the line hears of the placing and of both choices");
}

#[tokio::test]
async fn the_same_choice_made_twice_changes_nothing_the_second_time() {
    let test_drop = checkout().await;
    let order = four_held(&test_drop).await;
    assert_eq!(choose(&test_drop, order, 2).await, UnitChoice::Done { units_back: 2 });
    assert_eq!(choose(&test_drop, order, 2).await, UnitChoice::Done { units_back: 0 });
    assert_eq!(choose(&test_drop, order, 3).await, UnitChoice::NotHeld { held: 2 });
    assert_eq!(test_drop.number("select sequence from orders").await, 2);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn units_are_chosen_by_whom_they_are_held_for_and_while_they_are() {
    let test_drop = checkout().await;
    let order = four_held(&test_drop).await;
    assert_eq!(choose(&test_drop, order, 0).await, UnitChoice::NotHeld { held: 4 });
    assert_eq!(choose(&test_drop, order, 5).await, UnitChoice::NotHeld { held: 4 });
    let stranger = (order.0, ShopperId::generate());
    assert_eq!(choose(&test_drop, stranger, 1).await, UnitChoice::NotFound);
    let nothing = (OrderId::generate(), order.1);
    assert_eq!(choose(&test_drop, nothing, 1).await, UnitChoice::NotFound);

    assert_eq!(pay(&test_drop.pool, order.0, order.1, "pm_card").await, PayOutcome::Started);
    let refused = UnitChoice::Refused(TicketState::Authorizing);
    assert_eq!(choose(&test_drop, order, 1).await, refused);

    let late = four_held(&test_drop).await;
    test_drop.let_holds_run_out().await;
    assert_eq!(choose(&test_drop, late, 1).await, UnitChoice::HoldExpired);
    test_drop.assert_invariants().await;

    let auto = TestDrop::new(DropOptions::default()).await;
    let order = four_held(&auto).await;
    assert_eq!(choose(&auto, order, 1).await, UnitChoice::Fixed);
    assert_eq!(auto.stock().await, (96, 4, 0));
}

#[tokio::test]
async fn after_a_declined_card_fewer_units_may_be_taken_and_paid() {
    let test_drop = checkout().await;
    let order = four_held(&test_drop).await;
    pay(&test_drop.pool, order.0, order.1, "pm_card").await;
    let first = test_drop.payment(order.0, "authorize").await;
    test_drop.settle(first, Conclusion::AuthorizationDeclined { code: "no".into() }).await;

    assert_eq!(choose(&test_drop, order, 2).await, UnitChoice::Done { units_back: 2 });
    assert_eq!(pay(&test_drop.pool, order.0, order.1, "pm_card").await, PayOutcome::Started);
    let asked = "select amount_minor from payments where attempt = 2";
    assert_eq!(test_drop.number(asked).await, 3_000);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn whoever_chose_and_then_did_not_pay_is_no_no_show_and_gives_back_what_was_left() {
    let test_drop = checkout().await;
    let (order, absent) = (four_held(&test_drop).await, four_held(&test_drop).await);
    choose(&test_drop, order, 1).await;
    test_drop.let_holds_run_out().await;
    let swept = holds::expire_due(&test_drop.pool, test_drop.drop_id, 10).await.unwrap();

    assert_eq!(swept.ended.len(), 2);
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    let ends = counters::ends(&test_drop.pool, &[test_drop.drop_id]).await.unwrap();
    assert_eq!((ends[&test_drop.drop_id].ended, ends[&test_drop.drop_id].no_shows), (2, 1));
    assert_eq!(test_drop.state(absent.0).await, "expired");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_choice_and_a_payment_at_once_agree_on_the_price() {
    let test_drop = checkout().await;
    let (mut paid_for_one, mut paid_for_four) = (0, 0);
    for round in 0..24 {
        let order = four_held(&test_drop).await;
        let choosing = choose(&test_drop, order, 1);
        let paying = pay(&test_drop.pool, order.0, order.1, "pm_card");
        let (choice, begun) = match round % 3 {
            0 => (choosing.await, paying.await),
            1 => {
                let begun = paying.await;
                (choosing.await, begun)
            }
            _ => tokio::join!(choosing, paying),
        };
        assert_eq!(begun, PayOutcome::Started);
        let asked = "select amount_minor from payments where order_id = $1";
        let amount: i64 =
            sqlx::query_scalar(asked).bind(order.0).fetch_one(&test_drop.pool).await.unwrap();
        assert_eq!(amount, seen(&test_drop, order).await.1, "{choice:?}");
        match choice {
            UnitChoice::Done { units_back: 3 } => paid_for_one += 1,
            UnitChoice::Refused(TicketState::Authorizing) => paid_for_four += 1,
            other => panic!("{other:?}"),
        }
        test_drop.assert_invariants().await;
    }
    assert!(paid_for_one > 0 && paid_for_four > 0, "{paid_for_one} and {paid_for_four}");
}

#[tokio::test]
async fn a_choice_and_the_sweeper_at_once_lose_no_unit_and_make_none() {
    let test_drop = checkout().await;
    for round in 0..16 {
        let order = four_held(&test_drop).await;
        let run_out = "update orders set hold_expires_at = clock_timestamp()
                 + $2 * interval '1 microsecond' where id = $1";
        sqlx::query(run_out)
            .bind(order.0)
            .bind(f64::from(round * 400))
            .execute(&test_drop.pool)
            .await
            .unwrap();
        let (choice, swept) = tokio::join!(
            choose(&test_drop, order, 1),
            holds::expire_due(&test_drop.pool, test_drop.drop_id, 10)
        );
        swept.unwrap();
        let is_expected = matches!(
            choice,
            UnitChoice::Done { units_back: 3 }
                | UnitChoice::HoldExpired
                | UnitChoice::Refused(TicketState::Expired)
        );
        assert!(is_expected, "{choice:?}");
        test_drop.assert_invariants().await;
        test_drop.let_holds_run_out().await;
        holds::expire_due(&test_drop.pool, test_drop.drop_id, 10).await.unwrap();
        assert_eq!(test_drop.stock().await, (100, 0, 0));
    }
}

/// Orders so many units of a variant, and pays for them.
async fn sell(test_drop: &TestDrop, variant_id: VariantId, units: u32) {
    let command = PlaceOrder { variant_id, ..test_drop.command(ShopperId::generate(), units) };
    test_drop.process(std::slice::from_ref(&command)).await;
    let order_id = command.ticket_id.into();
    pay(&test_drop.pool, order_id, command.shopper_id, "pm_card").await;
    let card = test_drop.payment(order_id, "authorize").await;
    test_drop.settle(card, Conclusion::Authorized { provider_id: order_id.to_string() }).await;
    let capture = test_drop.payment(order_id, "capture").await;
    test_drop.settle(capture, Conclusion::Captured).await;
}

#[tokio::test]
async fn a_drop_whose_units_are_chosen_is_over_when_none_is_left_of_any_variant() {
    let database = Arc::new(TestDatabase::create().await);
    let options =
        DropOptions { units: 6, fulfilment: Fulfilment::Checkout, ..DropOptions::default() };
    let test_drop = TestDrop::in_database(&database, options).await;
    let first = test_drop.command(ShopperId::generate(), 1).variant_id;
    let second = test_drop.add_variant(3).await;
    let over = async || scheduling::end_due(database.pool()).await.unwrap();
    sell(&test_drop, first, 4).await;
    assert!(over().await.is_empty(), "less than a ticket takes is left, and it is for somebody");
    sell(&test_drop, first, 2).await;
    assert!(over().await.is_empty(), "the other variant has not been sold");

    let command = PlaceOrder { variant_id: second, ..test_drop.command(ShopperId::generate(), 3) };
    test_drop.process(std::slice::from_ref(&command)).await;
    assert!(over().await.is_empty(), "what is held may come back");
    let order = (OrderId::from(command.ticket_id), command.shopper_id);
    choose(&test_drop, order, 2).await;
    pay(&test_drop.pool, order.0, order.1, "pm_card").await;
    let card = test_drop.payment(order.0, "authorize").await;
    test_drop.settle(card, Conclusion::Authorized { provider_id: "pay_2".into() }).await;
    let capture = test_drop.payment(order.0, "capture").await;
    test_drop.settle(capture, Conclusion::Captured).await;
    assert!(over().await.is_empty(), "the unit that was not taken is left");

    sell(&test_drop, second, 1).await;
    assert_eq!(over().await, [(test_drop.drop_id, DropState::SoldOut)]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn each_variant_of_a_drop_is_sold_from_its_own_stock() {
    let test_drop = TestDrop::new(DropOptions { units: 2, ..DropOptions::default() }).await;
    let second = test_drop.add_variant(1).await;
    let of_second = |command: PlaceOrder| PlaceOrder { variant_id: second, ..command };
    let [a, b, c, d] = [1, 1, 1, 1].map(|units| test_drop.command(ShopperId::generate(), units));
    let commands = [a, of_second(b), of_second(c), d];
    let done = test_drop.process(&commands).await;

    let states: Vec<_> = done.settled.iter().map(|ticket| ticket.state.as_str()).collect();
    assert_eq!(states, ["reserved", "reserved", "rejected", "reserved"]);
    let left: Vec<_> =
        done.stock.iter().map(|stock| (stock.figure.variant_id, stock.figure.available)).collect();
    assert_eq!(left.len(), 2);
    assert!(left.iter().all(|(_, available)| *available == 0), "{left:?}");
    test_drop.assert_invariants().await;
}
