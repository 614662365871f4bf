//! What the storefront shows of a line that exists in Redis.

use crate::shop::{SOON, Shop, TestSeller, Who};
use serde_json::json;
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Epoch, Intent, JoinOutcome, JoinRequest, Lane},
};
use std::time::Duration;
use testkit::{room::room_config, wait_until};

pub(crate) const EPOCH: Epoch = Epoch(1);

/// Opens the room of a drop, as the workers do.
pub(crate) async fn open_room(shop: &Shop, seller: &TestSeller, drop_id: DropId) {
    let queue = &shop.app.queue;
    queue.begin(drop_id, EPOCH).await.unwrap();
    let config = room_config(vec![seller.variant_id.parse().unwrap()]);
    queue.open(drop_id, EPOCH, &config, None, Duration::ZERO).await.unwrap();
    let open = "update drops set state = 'open', epoch = 1, epoch_state = 'open'";
    sqlx::query(open).execute(&shop.app.pool).await.unwrap();
}

pub(crate) async fn join(
    shop: &Shop,
    seller: &TestSeller,
    drop_id: DropId,
    shopper_id: ShopperId,
) -> TicketId {
    let variant_id: VariantId = seller.variant_id.parse().unwrap();
    let request = JoinRequest {
        ticket_id: TicketId::generate(),
        shopper_id,
        lane: Lane(0),
        intent: Intent { variant_id, units: 1 },
    };
    let joins = shop.app.queue.join(drop_id, EPOCH, &[request]).await.unwrap();
    match joins.outcomes[0] {
        JoinOutcome::Joined(ticket, _) => ticket.ticket_id,
        other => panic!("not joined: {other:?}"),
    }
}

pub(crate) async fn id_of(shop: &Shop, shopper: &Who) -> ShopperId {
    let session = shop.post("/v1/session", shopper, &json!({})).await.expect(200);
    session["shopper_id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_browser_that_lost_its_ticket_finds_it_and_nobody_elses() {
    let shop = Shop::open().await;
    let (seller, shopper, other) =
        (shop.seller().await, shop.shopper().await, shop.shopper().await);
    let drop_id: DropId = shop.drop_of(&seller).await.parse().unwrap();
    open_room(&shop, &seller, drop_id).await;
    let ticket_id = join(&shop, &seller, drop_id, id_of(&shop, &shopper).await).await;

    let mine = shop.get("/v1/tickets", &shopper).await.expect(200);
    assert_eq!(mine["not_ready"], json!([]));
    let ticket = &mine["data"][0];
    assert_eq!(ticket["ticket_id"], ticket_id.to_string());
    assert_eq!((&ticket["state"], &ticket["queue_number"]), (&json!("waiting"), &json!(1)));
    assert_eq!(ticket["drop_id"], drop_id.to_string());
    assert_eq!(shop.get("/v1/tickets", &other).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_seller_sees_how_many_wait() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id: DropId = shop.drop_of(&seller).await.parse().unwrap();
    open_room(&shop, &seller, drop_id).await;
    for _ in 0..3 {
        join(&shop, &seller, drop_id, ShopperId::generate()).await;
    }
    let path = format!("/v1/seller/drops/{drop_id}/numbers");
    // The sales' numbers do not wait for the line's for long.
    let line = wait_until("numbers of the line", SOON, async || {
        let numbers = shop.get(&path, &seller.who).await.expect(200);
        (!numbers["line"].is_null()).then(|| numbers["line"].clone())
    })
    .await;
    assert_eq!((&line["waiting"], &line["joined"]), (&json!(3), &json!(3)));
}

#[tokio::test]
async fn a_line_that_is_rebuilt_is_not_taken_for_an_empty_one_and_hides_no_other() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let rebuilt: DropId = shop.drop_of(&seller).await.parse().unwrap();
    let healthy: DropId = shop.drop_of(&seller).await.parse().unwrap();
    for drop_id in [rebuilt, healthy] {
        open_room(&shop, &seller, drop_id).await;
    }
    let shopper_id = id_of(&shop, &shopper).await;
    let ticket_id = join(&shop, &seller, healthy, shopper_id).await;
    shop.app.queue.begin(rebuilt, Epoch(2)).await.unwrap();

    let tickets = shop.get("/v1/tickets", &shopper).await.expect(200);
    assert_eq!(tickets["not_ready"], json!([rebuilt]));
    assert_eq!(tickets["data"].as_array().unwrap().len(), 1);
    assert_eq!(tickets["data"][0]["ticket_id"], ticket_id.to_string());
}

#[tokio::test]
async fn a_shop_whose_line_is_lost_does_not_say_that_nobody_waits() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    // Postgres says that the room is open, Redis has lost everything.
    let open = "update drops set state = 'open', epoch = 1, epoch_state = 'open'";
    sqlx::query(open).execute(&shop.app.pool).await.unwrap();
    let tickets = shop.get("/v1/tickets", &shopper).await.expect(200);
    assert_eq!(tickets, json!({ "data": [], "not_ready": [drop_id] }));
}
