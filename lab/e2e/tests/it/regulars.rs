//! Shoppers who buy all that one customer may have, ticket by ticket, and then ask for more.
//!
//! They come before the crowd and before any fault. The crowd never buys twice, so without them
//! LIMIT-1 could not fail.

use shared::ids::TicketId;
use std::time::Duration;
use testkit::{
    TestApp,
    app::{Shopper, TestDrop},
    wait_until,
};

/// How many there are.
pub(crate) const N_REGULARS: u64 = 4;
/// Units that one customer may have.
pub(crate) const UNITS_EACH: u32 = 2;
/// Units that all of them buy.
pub(crate) const UNITS: u64 = N_REGULARS * UNITS_EACH as u64;

/// How long the line may take to hear that the last order is over.
const PATIENCE: Duration = Duration::from_secs(15);

/// Returns when everybody has bought up to the limit and was refused one more: the sessions and
/// tickets that they were given.
pub(crate) async fn buy(app: &TestApp, flash_drop: &TestDrop) -> Vec<String> {
    let one = || buy_to_the_limit(app, flash_drop);
    let (first, second, third, fourth) = tokio::join!(one(), one(), one(), one());
    [first, second, third, fourth].concat()
}

async fn buy_to_the_limit(app: &TestApp, flash_drop: &TestDrop) -> Vec<String> {
    let shopper = app.shopper().await;
    let mut given: Vec<_> = shopper.storefront().key().map(str::to_owned).into_iter().collect();
    let mut last = None;
    for _ in 0..UNITS_EACH {
        last = Some(join_again(&shopper, flash_drop, last).await);
        given.extend(shopper.admission().ticket().map(str::to_owned));
        shopper.wait_order("reserved").await;
        shopper.ticket(flash_drop).await;
        shopper.pay("pm_card_approve").await;
        shopper.wait_order("confirmed").await;
    }
    join_again(&shopper, flash_drop, last).await;
    let order = shopper.wait_order("rejected").await;
    assert_eq!(order["reason"], "limit", "LIMIT-1: {order}");
    given
}

/// Joins with a new ticket: until the line hears that the last one is over, a join returns that one.
async fn join_again(shopper: &Shopper, flash_drop: &TestDrop, last: Option<TicketId>) -> TicketId {
    wait_until("new ticket", PATIENCE, async || {
        let joined = shopper.join(flash_drop).await;
        (Some(joined.ticket_id) != last).then_some(joined.ticket_id)
    })
    .await
}
