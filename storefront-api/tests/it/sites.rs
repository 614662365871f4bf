//! "Protect this site at n per minute, at most m inside": one call.

use crate::{
    answer::text,
    shop::{NOBODY, Shop},
    site::site_body,
};
use serde_json::{Value, json};
use testkit::settings::TEST_RSA_KEY;

const SITES: &str = "/v1/seller/sites";

#[tokio::test]
async fn a_site_is_protected_with_one_call() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let made = shop.post(SITES, &seller.who, &site_body()).await.expect(201);
    assert_eq!(made["fulfilment"], "pass");
    assert_eq!(made["state"], "scheduled", "its line opens now");
    assert_eq!(
        (&made["site_url"], &made["site_name"]),
        (&json!("http://site.test/"), &json!("site.test"))
    );
    assert_eq!(made["return_origins"], json!(["http://www.site.test"]));
    assert_eq!(
        (&made["admission_rate_per_second"], &made["occupancy_cap"]),
        (&json!(5.0), &json!(50))
    );
    assert_eq!((&made["hold_seconds"], &made["members_only"]), (&json!(1200), &json!(false)));
    assert_eq!((&made["manual"], &made["max_visits"]), (&json!(false), &Value::Null));
    assert_eq!((&made["units_total"], &made["max_units_per_ticket"]), (&json!(0), &json!(1)));

    let drop_id = text(&made, "id");
    let gate = format!("{}/v1/gate/{drop_id}/", shop.url);
    let waiting = format!("{}/drops/{drop_id}", shop.url);
    assert_eq!(
        made["gate"],
        json!({ "base_url": gate, "check_url": format!("{gate}check"), "waiting_url": waiting })
    );

    let seen = shop.get(&format!("/v1/drops/{drop_id}"), &NOBODY).await.expect(200);
    assert_eq!((&seen["fulfilment"], &seen["site_name"]), (&json!("pass"), &json!("site.test")));
    assert_eq!(seen["site_url"], Value::Null, "where it begins is its seller's business");
    let own = shop.get(&format!("/v1/seller/drops/{drop_id}"), &seller.who).await.expect(200);
    assert_eq!(own["site_url"], "http://site.test/");
    let sold = shop.get(&format!("/v1/drops/{}", shop.drop_of(&seller).await), &NOBODY).await;
    let sold = sold.expect(200);
    assert_eq!((&sold["fulfilment"], &sold["site_name"]), (&json!("auto"), &Value::Null));
}

#[tokio::test]
async fn a_site_is_protected_once_under_one_key() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let first = shop.post_keyed(SITES, &seller.who, "site", &site_body()).await.expect(201);
    let again = shop.post_keyed(SITES, &seller.who, "site", &site_body()).await.expect(201);
    assert_eq!(first["id"], again["id"]);
    let n_drops: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 1);
}

#[tokio::test]
async fn each_bad_value_of_a_site_is_named() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (body, fields) = ("invalid_body", "invalid_fields");
    let cases = [
        ("title", json!(" "), fields, "/title"),
        ("site_url", json!(""), fields, "/site_url"),
        ("site_url", json!("site.test"), fields, "/site_url"),
        ("site_url", json!("ftp://site.test/"), fields, "/site_url"),
        ("site_url", json!("javascript:alert(1)"), fields, "/site_url"),
        ("site_url", json!("https://user:pass@site.test/"), fields, "/site_url"),
        ("site_url", json!("https://site.test/?a=b"), fields, "/site_url"),
        ("site_url", json!(null), body, "/site_url"),
        ("return_origins", json!(["https://a.test/path"]), fields, "/return_origins/0"),
        ("return_origins", json!(["http://a.test", "*"]), fields, "/return_origins/1"),
        ("return_origins", json!(["null"]), fields, "/return_origins/0"),
        ("return_origins", json!(vec!["http://a.test"; 11]), fields, "/return_origins"),
        ("visitors_per_minute", json!(0), fields, "/visitors_per_minute"),
        ("visitors_per_minute", json!(0.05), fields, "/visitors_per_minute"),
        ("visitors_per_minute", json!(6_000_001), fields, "/visitors_per_minute"),
        ("visitors_per_minute", json!(null), fields, "/visitors_per_minute"),
        ("max_inside", json!(null), fields, "/max_inside"),
        ("max_inside", json!(0), fields, "/max_inside"),
        ("max_inside", json!(-1), body, "/max_inside"),
        ("max_visits", json!(0), fields, "/max_visits"),
        ("max_visits", json!(10_000_001), fields, "/max_visits"),
        ("max_visits", json!(1.5), body, "/max_visits"),
        ("pass_seconds", json!(0), fields, "/pass_seconds"),
        ("pass_seconds", json!(86_401), fields, "/pass_seconds"),
        ("opens_at", json!("2020-01-01T00:00:00Z"), fields, "/opens_at"),
        ("closes_at", json!("2020-01-01T00:00:00Z"), fields, "/closes_at"),
        ("manual", json!(1), body, "/manual"),
        ("manual", json!(true), fields, "/visitors_per_minute"),
        ("failure_policy", json!("shut"), body, "/failure_policy"),
        ("failure_policy", json!("open"), fields, "/failure_per_minute"),
        ("failure_per_minute", json!(5), fields, "/failure_per_minute"),
        ("units", json!(5), body, "/units"),
    ];
    for (field, value, code, at) in cases {
        let mut input = site_body();
        input[field] = value.clone();
        let answer = shop.post(SITES, &seller.who, &input).await;
        assert_eq!(answer.code(), code, "{field} = {value}: {}", answer.text);
        assert!(answer.fields().contains(&at), "{field} = {value}: {}", answer.text);
    }
    let n_drops: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 0);
}

#[tokio::test]
async fn a_site_whose_seller_counts_people_in_has_no_rate_and_needs_the_adapter() {
    let body = json!({ "title": "Harbour Lamps", "site_url": "http://site.test/", "manual": true });
    let without = Shop::open().await;
    let refused = without.post(SITES, &without.seller().await.who, &body).await;
    assert_eq!(refused.fields(), ["/manual"], "{}", refused.text);

    let key = ("SLUICE_STOREFRONT__AWS_KEY_PEM", TEST_RSA_KEY.to_owned());
    let shop = Shop::open_with([key]).await;
    let seller = shop.seller().await;
    let made = shop.post(SITES, &seller.who, &body).await.expect(201);
    assert_eq!((&made["manual"], &made["hold_seconds"]), (&json!(true), &json!(900)));
    assert_eq!(made["presence"], false, "nobody can tell who is absent");
    let mut narrow = body.clone();
    narrow["max_inside"] = json!(5);
    narrow["pass_seconds"] = json!(60);
    let made = shop.post(SITES, &seller.who, &narrow).await.expect(201);
    assert_eq!((&made["occupancy_cap"], &made["hold_seconds"]), (&json!(5), &json!(60)));
    narrow["members_only"] = json!(true);
    let refused = shop.post(SITES, &seller.who, &narrow).await;
    assert_eq!(refused.fields(), ["/members_only"], "{}", refused.text);
}

#[tokio::test]
async fn a_site_may_give_only_so_many_visits_and_everybody_is_told_how_many() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = site_body();
    body["max_visits"] = json!(500);
    let made = shop.post(SITES, &seller.who, &body).await.expect(201);
    assert_eq!((&made["max_visits"], &made["units_total"]), (&json!(500), &json!(500)));
    let seen = format!("/v1/drops/{}", text(&made, "id"));
    let seen = shop.get(&seen, &NOBODY).await.expect(200);
    assert_eq!((&seen["units_left"], &seen["units_held"]), (&json!(500), &json!(0)));
    assert_eq!(seen["variants"][0]["units_left"], 500);

    let mut open = body.clone();
    (open["failure_policy"], open["failure_per_minute"]) = (json!("open"), json!(60));
    let refused = shop.post(SITES, &seller.who, &open).await;
    assert_eq!(refused.fields(), ["/failure_policy"], "{}", refused.text);
    let manual = json!({ "title": "Harbour Lamps", "site_url": "http://site.test/", "manual": true,
        "max_visits": 500 });
    let refused = shop.post(SITES, &seller.who, &manual).await;
    assert_eq!(refused.fields(), ["/max_visits"], "{}", refused.text);
}

#[tokio::test]
async fn in_production_a_site_is_reached_over_https() {
    let shop = Shop::open_with([("SLUICE_PROFILE__NAME", "production".to_owned())]).await;
    let seller = shop.seller().await;
    for (site_url, origin, status) in [
        ("http://site.test/", "https://www.site.test", 422),
        ("https://site.test/", "http://www.site.test", 422),
        ("https://site.test/", "https://www.site.test", 201),
    ] {
        let mut body = site_body();
        body["site_url"] = json!(site_url);
        body["return_origins"] = json!([origin]);
        let answer = shop.post(SITES, &seller.who, &body).await;
        assert_eq!(answer.status, status, "{site_url} {origin}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_seller_has_no_more_sites_than_drops() {
    let shop = Shop::open().await;
    let (seller, admin) = (shop.seller().await, shop.admin().await);
    let quota = format!("/v1/operator/sellers/{}/quota", seller.id);
    let body = json!({ "max_live_drops": 1, "why": "a test" });
    shop.patch(&quota, &admin, &body).await.expect(200);
    shop.post(SITES, &seller.who, &site_body()).await.expect(201);
    let second = shop.post(SITES, &seller.who, &site_body()).await;
    second.expect_problem(409, "quota_used");
    let n_products: i64 =
        shop.database.scalar("select count(*) from products where name like 'Visits to%'").await;
    assert_eq!(n_products, 1, "what is refused leaves nothing behind");
}
