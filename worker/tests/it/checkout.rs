//! Units that are chosen once they are held, and variants beside each other.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
};
use database::ordering::holds::{self, UnitChoice};
use shared::{
    drops::{CloseReason, DropState, Fulfilment},
    ids::TicketId,
    line::{Intent, JoinedTicket, LineState, StockFigure},
};
use testkit::wait_until;

/// Everything up to the hold: nobody pays.
const ROLES: &str = "log,drain,orders,reconciler,scheduler,sweeper";

async fn reserved(line: &TestLine, ticket: &JoinedTicket) {
    wait_until("reserved order", SOON, async || {
        is_reserved(line, ticket.ticket_id).await.then_some(())
    })
    .await;
}

async fn is_reserved(line: &TestLine, ticket_id: TicketId) -> bool {
    sqlx::query_scalar("select exists (select from orders where id = $1 and state = 'reserved')")
        .bind(ticket_id)
        .fetch_one(&line.app.pool)
        .await
        .unwrap()
}

/// Units that an order was placed for.
async fn units_of(line: &TestLine, ticket: &JoinedTicket) -> i32 {
    sqlx::query_scalar("select units_asked from orders where id = $1")
        .bind(ticket.ticket_id)
        .fetch_one(&line.app.pool)
        .await
        .unwrap()
}

/// Sells all units that are held, and tells the line.
async fn sell_what_is_held(line: &TestLine) {
    for sql in [
        "update inventory set sold = sold + reserved, reserved = 0, version = version + 1",
        "update orders set state = 'confirmed', hold_expires_at = null",
    ] {
        sqlx::query(sql).execute(&line.app.pool).await.unwrap();
    }
    let (version, available): (i64, i32) =
        sqlx::query_as("select version, available from inventory")
            .fetch_one(&line.app.pool)
            .await
            .unwrap();
    let (variant_id, available) = (line.variant_id, available.unsigned_abs());
    let stock = StockFigure { variant_id, version, available, reserved: 0 };
    let epoch = line.row().await.unwrap().epoch;
    line.app.queue.update_stock(line.drop_id, epoch, &[stock]).await.unwrap();
}

#[tokio::test]
async fn units_that_a_shopper_does_not_take_let_the_next_one_in() {
    let line = TestLine::new(LineOptions {
        units: 6,
        max_units: 4,
        fulfilment: Fulfilment::Checkout,
        ..LineOptions::default()
    })
    .await;
    let shutdown = line.run(ROLES);
    line.open(1).await;
    assert!(line.header().await.unwrap().config.takes_most);
    let all = Intent { variant_id: line.variant_id, units: 4 };
    let [first, second, third, fourth] = line.join_for([all; 4]).await;
    reserved(&line, &first).await;
    assert!(!is_reserved(&line, second.ticket_id).await, "two units are left");

    let (pool, order_id) = (&line.app.pool, first.ticket_id.into());
    let choice = holds::choose_units(pool, order_id, first.shopper_id, 1).await.unwrap();
    assert_eq!(choice, UnitChoice::Done { units_back: 3 });

    reserved(&line, &second).await;
    let left: (i32, i32) =
        sqlx::query_as("select available, reserved from inventory").fetch_one(pool).await.unwrap();
    assert_eq!(left, (1, 5));
    assert!(!is_reserved(&line, third.ticket_id).await, "what is held may come back");

    // Nothing can come back, so the last unit is for whoever is next.
    sell_what_is_held(&line).await;
    reserved(&line, &third).await;
    assert_eq!(units_of(&line, &third).await, 1);
    sell_what_is_held(&line).await;
    wait_until("the end of the drop", SOON, async || {
        (line.row().await?.state == DropState::SoldOut).then_some(())
    })
    .await;
    let epoch = line.row().await.unwrap().epoch;
    wait_until("the end of the line", SOON, async || {
        let status = line.app.queue.status(line.drop_id, epoch, &[fourth.key()]).await.unwrap();
        (status == [LineState::Closed(CloseReason::SoldOut)]).then_some(())
    })
    .await;
    shutdown.begin();
}

#[tokio::test]
async fn a_variant_whose_units_are_all_held_holds_up_nobody_who_wants_another() {
    let options = LineOptions { units: 1, second_units: Some(2), ..LineOptions::default() };
    let line = TestLine::new(options).await;
    let shutdown = line.run(ROLES);
    line.open(1).await;
    let one = Intent { variant_id: line.variant_id, units: 1 };
    let other = Intent { variant_id: line.second_variant_id, units: 1 };
    let [first, second, third, fourth] = line.join_for([one, one, other, other]).await;

    for ticket in [first, third, fourth] {
        reserved(&line, &ticket).await;
    }
    let epoch = line.row().await.unwrap().epoch;
    let status = line.app.queue.status(line.drop_id, epoch, &[second.key()]).await.unwrap();
    assert_eq!(status, [LineState::Waiting], "the unit may come back");
    let held = "select count(*) from inventory where available = 0 and reserved = total";
    assert_eq!(line.database.scalar::<i64>(held).await, 2);

    let (pool, order_id) = (&line.app.pool, first.ticket_id.into());
    holds::cancel_order(pool, order_id, first.shopper_id).await.unwrap();
    reserved(&line, &second).await;
    shutdown.begin();
}
