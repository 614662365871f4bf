//! What the gate of a site does while its line, or Postgres, gives no answer.

use crate::{
    answer::Answer,
    line::open_room,
    shop::{SOON, Shop},
    silent_postgres::Way,
    site::{ProtectedSite, cookie, location, site_body},
};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{TestDatabase, TestRedis, wait_until};

const ENTRANCE: &str = "http://site.test/.sluice/enter?to=%2Flamps%3Fsize%3D2";

/// A site with an open drop, and no room: as if the line was lost.
async fn site_without_line(shop: &Shop, policy: &Value) -> ProtectedSite {
    let mut body = site_body();
    body["failure_policy"] = policy["policy"].clone();
    body["failure_per_minute"] = policy["per_minute"].clone();
    let site = ProtectedSite::open_with(shop, &body).await;
    sqlx::query("update drops set state = 'open'").execute(&shop.app.pool).await.unwrap();
    site
}

/// Waits until somebody outside is sent there.
async fn until_sent_to(site: &ProtectedSite, shop: &Shop, way: &str) {
    wait_until("other way for those outside", SOON, async || {
        (location(&site.check(shop, None).await) == way).then_some(())
    })
    .await;
}

/// Comes to the entrance without a pass, as a browser that was sent there.
async fn come_in(site: &ProtectedSite, shop: &Shop) -> Answer {
    let request = site.gate(shop, Method::GET, "enter?to=%2Flamps%3Fsize%3D2", None);
    Answer::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn while_the_line_gives_no_answer_as_many_come_in_without_it_as_the_policy_says() {
    let shop = Shop::open().await;
    let one = json!({ "policy": "open", "per_minute": 1 });
    let site = site_without_line(&shop, &one).await;
    let waiting = site.waiting_page(&shop, "?to=%2Flamps%3Fsize%3D2");
    assert_eq!(location(&come_in(&site, &shop).await), waiting, "a moment is no outage");
    until_sent_to(&site, &shop, ENTRANCE).await;

    let entered = come_in(&site, &shop).await;
    assert_eq!((entered.status.as_u16(), location(&entered)), (303, "/lamps?size=2"));
    let own = cookie(&entered).unwrap();
    let inside = site.check(&shop, Some(&own)).await;
    assert_eq!(inside.status, 204, "{}", inside.text);
    assert!(inside.headers.contains_key("x-sluice-pass"));
    let next = come_in(&site, &shop).await;
    assert_eq!((location(&next), cookie(&next)), (waiting.as_str(), None));

    let path = format!("/v1/seller/drops/{}/failure-policy", site.drop_id);
    let told = shop.get(&path, &site.seller.who).await.expect(200);
    assert_eq!((&told["per_minute"], &told["let_through"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn once_the_line_answers_again_nobody_else_passes_it_and_who_is_inside_stays() {
    let shop = Shop::open().await;
    let many = json!({ "policy": "open", "per_minute": 60_000 });
    let site = site_without_line(&shop, &many).await;
    until_sent_to(&site, &shop, ENTRANCE).await;
    let own = cookie(&come_in(&site, &shop).await).unwrap();

    open_room(&shop, &site.seller, site.drop_id.parse().unwrap()).await;

    until_sent_to(&site, &shop, &site.waiting_page(&shop, "?to=%2Flamps%3Fsize%3D2")).await;
    assert_eq!(cookie(&come_in(&site, &shop).await), None);
    assert_eq!(site.check(&shop, Some(&own)).await.status, 204);
    let request = site.gate(&shop, Method::POST, "leave", Some(&own));
    let left = Answer::read(request.send().await.unwrap()).await;
    assert!(left.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn a_site_that_holds_keeps_its_visits_while_postgres_is_silent_and_a_closed_one_does_not() {
    let (database, redis) = (TestDatabase::create().await, TestRedis::create().await);
    let way = Way::to(&database).await;
    let shop = Shop::open_with([
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_DATABASE__URL", way.url.clone()),
    ])
    .await;
    let holding = site_without_line(&shop, &json!({ "policy": "hold" })).await;
    let closed = site_without_line(&shop, &json!({ "policy": "closed" })).await;
    let (own, other) = (holding.visitor(&shop).await.1, closed.visitor(&shop).await.1);
    assert_eq!(holding.check(&shop, Some(&own)).await.status, 204);
    assert_eq!(closed.check(&shop, Some(&other)).await.status, 204);

    way.is_blocked.send_replace(true);
    wait_until("refusal of the closed site", SOON, async || {
        let (held, refused) =
            tokio::join!(holding.check(&shop, Some(&own)), closed.check(&shop, Some(&other)));
        assert_eq!(held.status, 204, "{}", held.text);
        refused.status.is_server_error().then_some(())
    })
    .await;
    let stays = holding.check(&shop, Some(&own)).await;
    assert_eq!(stays.status, 204, "{}", stays.text);
    let outside = holding.check(&shop, None).await;
    assert_eq!(location(&outside), holding.waiting_page(&shop, "?to=%2Flamps%3Fsize%3D2"));
}

#[tokio::test]
async fn sellers_and_operators_set_a_failure_policy_where_there_is_a_gate() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let operator = shop.operator().await;
    let of_seller = format!("/v1/seller/drops/{}/failure-policy", site.drop_id);
    let of_operator = format!("/v1/operator/drops/{}/failure-policy", site.drop_id);
    let told = shop.get(&of_operator, &operator).await.expect(200);
    assert_eq!(told["policy"], "closed", "that is the default");
    for (path, who) in [(&of_seller, &site.seller.who), (&of_operator, &operator)] {
        for (policy, per_minute) in [("open", json!(60)), ("hold", json!(null))] {
            let body = json!({ "policy": policy, "per_minute": per_minute, "why": "a test" });
            let told = shop.put(path, who, &body).await.expect(200);
            assert_eq!((&told["policy"], &told["per_minute"]), (&json!(policy), &per_minute));
            let seen = format!("/v1/seller/drops/{}", site.drop_id);
            let seen = shop.get(&seen, &site.seller.who).await.expect(200);
            assert_eq!(seen["failure_policy"], policy);
            assert_eq!(seen["failure_per_minute"], per_minute);
        }
    }
    for (policy, per_minute) in [("open", json!(null)), ("open", json!(0)), ("hold", json!(5))] {
        let body = json!({ "policy": policy, "per_minute": per_minute, "why": "a test" });
        let refused = shop.put(&of_seller, &site.seller.who, &body).await;
        assert_eq!(refused.fields(), ["/per_minute"], "{}", refused.text);
    }
    sqlx::query("update drops set members_only = true").execute(&shop.app.pool).await.unwrap();
    let open = json!({ "policy": "open", "per_minute": 60, "why": "a test" });
    let refused = shop.put(&of_seller, &site.seller.who, &open).await;
    refused.expect_problem(409, "not_for_all");
    let sold = shop.drop_of(&site.seller).await;
    let path = format!("/v1/seller/drops/{sold}/failure-policy");
    let refused = shop.put(&path, &site.seller.who, &open).await;
    refused.expect_problem(404, "drop_not_found");
}
