use serde_json::json;
use std::time::Duration;
use testkit::{TestApp, wait_until};

/// The line ends long before.
const LONGEST: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_joins_is_let_in_pays_and_has_the_order() {
    let app = TestApp::start().await;
    let flash_drop = app.seller().await.flash_drop().units(2).create().await;
    let shopper = app.shopper().await;

    let joined = shopper.join(&flash_drop).await;
    let mut stream = shopper.stream(&flash_drop).await;
    stream.until("held").await;
    assert_eq!(shopper.wait_order("reserved").await["id"], joined.ticket_id.to_string());
    shopper.pay("pm_card_approve").await;
    let order = shopper.wait_order("confirmed").await;
    assert_eq!(order["units"], 1);

    let sold: i64 = app.world.database.scalar("select sum(sold)::bigint from inventory").await;
    assert_eq!(sold, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_takes_fewer_units_than_are_held_and_the_next_is_let_in_with_the_others() {
    let app = TestApp::start().await;
    let seller = app.seller().await;
    let flash_drop = seller.flash_drop().units(3).max_units(2).checkout().create().await;
    let (first, second) = (app.shopper().await, app.shopper().await);
    first.join(&flash_drop).await;
    assert_eq!(first.wait_order("reserved").await["units"], 2);
    second.join(&flash_drop).await;
    assert_eq!(second.ticket(&flash_drop).await["state"], "waiting", "only one unit is left");

    let chosen = first.choose_units(1).await;

    assert_eq!((&chosen["units"], &chosen["amount_minor"]), (&json!(1), &json!(1_999)));
    assert_eq!(second.wait_order("reserved").await["units"], 2);
    for shopper in [first, second] {
        shopper.pay("pm_card_approve").await;
        shopper.wait_order("confirmed").await;
    }
    let sold: i64 = app.world.database.scalar("select sum(sold)::bigint from inventory").await;
    assert_eq!(sold, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_unit_goes_to_whoever_is_next_though_a_ticket_takes_two() {
    let app = TestApp::start().await;
    let seller = app.seller().await;
    let flash_drop = seller.flash_drop().units(3).max_units(2).checkout().create().await;
    let (first, second) = (app.shopper().await, app.shopper().await);
    first.join(&flash_drop).await;
    assert_eq!(first.wait_order("reserved").await["are_last_units"], false);
    second.join(&flash_drop).await;
    assert_eq!(second.ticket(&flash_drop).await["state"], "waiting", "two may come back");

    first.pay("pm_card_approve").await;

    let last = second.wait_order("reserved").await;
    assert_eq!((&last["units"], &last["are_last_units"]), (&json!(1), &json!(true)));
    second.pay("pm_card_approve").await;
    second.wait_order("confirmed").await;
    let sold: i64 = app.world.database.scalar("select sum(sold)::bigint from inventory").await;
    assert_eq!(sold, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_the_place_in_the_queue() {
    let app = TestApp::start().await;
    let flash_drop = app.seller().await.flash_drop().admission_rate(0.1).create().await;
    let others = [app.shopper().await, app.shopper().await];
    for other in &others {
        other.join(&flash_drop).await;
    }
    let shopper = app.shopper().await;

    let first = shopper.join(&flash_drop).await;
    let again = shopper.join(&flash_drop).await;

    assert_eq!(again.queue_number, first.queue_number);
    assert_eq!(again.ticket_id, first.ticket_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_is_let_into_a_protected_site_and_the_next_once_the_visit_is_over() {
    let app = TestApp::start().await;
    let seller = app.seller().await;
    let site = seller.site("http://shop.example/").max_inside(1).protect().await;
    let (first, second) = (app.shopper().await, app.shopper().await);
    let joined = first.join(&site).await;
    first.stream(&site).await.until("held").await;
    first.wait_order("passed").await;
    second.join(&site).await;
    assert_eq!(second.ticket(&site).await["state"], "waiting", "the only place is taken");

    let ended = seller.end_visits(&site, &[joined.ticket_id]).await;

    assert_eq!(ended["ended"][0], joined.ticket_id.to_string());
    second.wait_order("passed").await;
    assert_eq!(first.wait_order("visited").await["units"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_visit_of_a_site_goes_to_the_first_and_the_others_hear_that_none_is_left() {
    let app = TestApp::start().await;
    let seller = app.seller().await;
    let site = seller.site("http://shop.example/").max_visits(1).protect().await;
    let (first, second) = (app.shopper().await, app.shopper().await);
    let joined = first.join(&site).await;
    first.wait_order("passed").await;
    second.join(&site).await;
    assert_eq!(second.ticket(&site).await["state"], "waiting", "it may come back");

    // A site that looks at passes by itself tells of the visit at its end.
    seller.end_visits(&site, &[joined.ticket_id]).await;

    let closed = wait_until("the line's end", LONGEST, async || {
        let ticket = second.ticket(&site).await;
        (ticket["state"] == "closed").then_some(ticket)
    })
    .await;
    assert_eq!(closed["reason"], "sold_out");
}
