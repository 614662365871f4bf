//! What sellers do with a drop beside making it: pause it, edit its texts, read its orders.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, SOON, Shop, TestSeller, Who, in_hours},
};
use serde_json::{Value, json};
use shared::ids::DropId;
use std::collections::BTreeSet;
use testkit::wait_until;

async fn audit(shop: &Shop, reader: &Who, drop_id: &str, action: &str) -> Vec<Value> {
    let path = format!("/v1/operator/audit?drop_id={drop_id}&limit=100");
    let page = shop.get(&path, reader).await.expect(200);
    let rows = page["data"].as_array().unwrap().iter();
    rows.filter(|row| row["action"] == action).cloned().collect()
}

/// Acts on a drop as a seller.
async fn act(shop: &Shop, seller: &TestSeller, drop_id: &str, act: &str) -> Answer {
    let path = format!("/v1/seller/drops/{drop_id}/{act}");
    shop.post(&path, &seller.who, &json!({ "why": "a lamp fell" })).await
}

async fn operate(shop: &Shop, operator: &Who, drop_id: &str, act: &str) {
    let path = format!("/v1/operator/drops/{drop_id}/{act}");
    shop.post(&path, operator, &json!({ "why": "an incident" })).await.expect(200);
}

#[tokio::test]
async fn a_seller_pauses_and_resumes_their_drop() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/seller/drops/{drop_id}/pause");
    let body = json!({ "why": "a lamp fell", "message": "Back at noon" });
    let paused = shop.post(&path, &seller.who, &body).await.expect(200);
    assert_eq!((&paused["mode"], &paused["message"]), (&json!("paused"), &json!("Back at noon")));
    let seen = format!("/v1/drops/{drop_id}");
    wait_until("message", SOON, async || {
        let seen = shop.get(&seen, &NOBODY).await.expect(200);
        (seen["message"] == "Back at noon").then_some(())
    })
    .await;

    let resumed = act(&shop, &seller, &drop_id, "resume").await.expect(200);
    assert_eq!((&resumed["mode"], &resumed["message"]), (&json!("running"), &Value::Null));
    act(&shop, &seller, &drop_id, "resume").await.expect(200);
    let rows = audit(&shop, &shop.viewer().await, &drop_id, "drop.resume").await;
    assert_eq!(rows.len(), 1, "what changes nothing is no change");
    assert!(text(&rows[0], "actor").starts_with("seller:"));
    assert_eq!(rows[0]["new"]["version"], 3, "workers bring it to the line");
}

#[tokio::test]
async fn what_an_operator_has_stopped_no_seller_resumes() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    for stop in ["pause", "emergency-stop"] {
        operate(&shop, &operator, &drop_id, stop).await;
        for own in ["pause", "resume"] {
            let refused = act(&shop, &seller, &drop_id, own).await;
            refused.expect_problem(409, "drop_stopped_by_operator");
        }
        operate(&shop, &operator, &drop_id, "resume").await;
        act(&shop, &seller, &drop_id, "pause").await.expect(200);
        act(&shop, &seller, &drop_id, "resume").await.expect(200);
    }

    act(&shop, &seller, &drop_id, "pause").await.expect(200);
    let before = audit(&shop, &operator, &drop_id, "drop.pause").await;
    operate(&shop, &operator, &drop_id, "pause").await;
    let refused = act(&shop, &seller, &drop_id, "resume").await;
    refused.expect_problem(409, "drop_stopped_by_operator");
    let after = audit(&shop, &operator, &drop_id, "drop.pause").await;
    assert_eq!(after.len(), before.len() + 1, "whose pause it is, is a change");
    assert_eq!(after[0]["old"], after[0]["new"], "but none of the mode");
}

#[tokio::test]
async fn texts_are_edited_before_a_drop_and_during_it_and_not_after() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/seller/drops/{drop_id}");
    let title = json!({ "title": "Saturday drop" });
    let edited = shop.patch(&path, &seller.who, &title).await.expect(200);
    assert_eq!((&edited["title"], &edited["description"]), (&title["title"], &json!("")));

    sqlx::query("update drops set state = 'open'").execute(&shop.app.pool).await.unwrap();
    let description = json!({ "description": "Solid brass.\nTwo sizes." });
    let edited = shop.patch(&path, &seller.who, &description).await.expect(200);
    assert_eq!(edited["title"], title["title"], "what is left out stays");
    assert_eq!(edited["description"], description["description"]);
    shop.patch(&path, &seller.who, &description).await.expect(200);
    let rows = audit(&shop, &shop.viewer().await, &drop_id, "drop.edit").await;
    assert_eq!(rows.len(), 2, "what changes nothing is no change");
    assert_eq!(rows[1]["old"]["title"], "Friday drop");
    assert_eq!(rows[1]["new"]["title"], "Saturday drop");

    let product = format!("/v1/seller/products/{}", seller.product_id);
    let name = json!({ "name": "Harbour Lamp" });
    let edited = shop.patch(&product, &seller.who, &name).await.expect(200);
    assert_eq!(edited["name"], "Harbour Lamp");
    assert_eq!(shop.get(&path, &seller.who).await.expect(200)["product"]["name"], "Harbour Lamp");

    for body in [json!({}), json!({ "title": " " }), json!({ "title": "x".repeat(201) })] {
        shop.patch(&path, &seller.who, &body).await.expect_problem(422, "invalid_fields");
    }
    let over = "update drops set state = 'closed', ended_at = now()";
    sqlx::query(over).execute(&shop.app.pool).await.unwrap();
    let late = shop.patch(&path, &seller.who, &json!({ "title": "Sunday drop" })).await;
    late.expect_problem(409, "drop_wrong_state");
}

/// Three orders of three shoppers, the second one cancelled; the newest first.
async fn three_orders(shop: &Shop, drop_id: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..3 {
        let shopper = shop.shopper().await;
        let order_id = shop.order_of(&shopper, drop_id).await;
        if n == 1 {
            let path = format!("/v1/orders/{order_id}/cancel");
            shop.post(&path, &shopper, &json!({})).await.expect(200);
        }
        ids.insert(0, order_id);
    }
    ids
}

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|row| text(row, "id")).collect()
}

#[tokio::test]
async fn a_seller_finds_the_orders_of_a_drop() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (drop_id, other) = (shop.drop_of(&seller).await, shop.drop_of(&seller).await);
    let all = three_orders(&shop, &drop_id).await;
    three_orders(&shop, &other).await;
    let list = async |query: &str| {
        let path = format!("/v1/seller/drops/{drop_id}/orders{query}");
        shop.get(&path, &seller.who).await.expect(200)
    };

    let page = list("").await;
    assert_eq!(ids(&page), all);
    assert_eq!(
        (&page["data"][0]["amount_minor"], &page["data"][0]["units"]),
        (&json!(1250), &json!(1))
    );
    assert_eq!(ids(&list("?state=cancelled").await), all[1..2]);
    assert_eq!(ids(&list("?state=confirmed").await), [""; 0]);

    let first = list("?limit=2").await;
    assert_eq!((ids(&first), &first["has_more"]), (all[..2].to_vec(), &json!(true)));
    let cursor = text(&first, "next_cursor");
    assert_eq!(ids(&list(&format!("?limit=2&cursor={cursor}")).await), all[2..]);

    let (before, after) = (in_hours(-1), in_hours(1));
    for (query, n_found) in [
        (format!("?joined_from={before}&joined_before={after}"), 3),
        (format!("?joined_from={after}"), 0),
        (format!("?joined_before={before}"), 0),
        (format!("?joined_before={after}&cursor={cursor}"), 1),
    ] {
        assert_eq!(ids(&list(&query).await).len(), n_found, "{query}");
    }
    let path = format!("/v1/seller/drops/{drop_id}/orders");
    for query in ["?state=paid", "?joined_from=yesterday", "?shopper=me"] {
        let refused = shop.get(&format!("{path}{query}"), &seller.who).await;
        refused.expect_problem(400, "invalid_query");
    }
}

#[tokio::test]
async fn orders_are_downloaded_as_csv() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let all = three_orders(&shop, &drop_id).await;
    let path = format!("/v1/seller/drops/{drop_id}/orders.csv");
    let file = shop.get(&path, &seller.who).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let disposition = format!("attachment; filename=\"orders-{drop_id}.csv\"");
    assert_eq!(file.headers["content-disposition"], disposition.as_str());
    let lines: Vec<&str> = file.text.split_terminator("\r\n").collect();
    assert!(lines[0].starts_with("order_id,shopper_id,variant_id,state,reason,units,"));
    let n_columns = lines[0].split(',').count();
    assert!(lines.iter().all(|line| line.split(',').count() == n_columns), "{}", file.text);
    let found: Vec<&str> = lines[1..].iter().filter_map(|line| line.split(',').next()).collect();
    assert_eq!(found, all);

    let cancelled = shop.get(&format!("{path}?state=cancelled"), &seller.who).await;
    assert_eq!(cancelled.text.lines().count(), 2, "{}", cancelled.text);
    assert!(cancelled.text.contains(&all[1]));
}

#[tokio::test]
async fn a_download_has_every_order_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    // Two whole pieces: the third has none.
    sqlx::query(
        "insert into orders (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score,
             amount_minor, admitted_at, processed_at, updated_at, units_asked, units_held, lane,
             is_only_one, currency, state)
         select gen_random_uuid(), id, seller_id, gen_random_uuid(), gen_random_uuid(), 0, n, 1250,
             now(), now(), now(), 1, 0, 0, true, 'EUR', 'expired'
         from drops, generate_series(1, 2000) n where id = $1",
    )
    .bind(drop_id.parse::<DropId>().unwrap())
    .execute(&shop.app.pool)
    .await
    .unwrap();
    let file = shop.get(&format!("/v1/seller/drops/{drop_id}/orders.csv"), &seller.who).await;
    let ids: Vec<&str> = file.text.lines().skip(1).map(|line| &line[..36]).collect();
    assert_eq!(ids.len(), 2000);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 2000);
}
