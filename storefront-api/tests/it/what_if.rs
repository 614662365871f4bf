//! How a sale would go, as sellers ask before they make it.

use crate::shop::Shop;
use serde_json::{Value, json};

const PATH: &str = "/v1/seller/what-if";

fn last(answer: &Value, column: &str) -> Value {
    answer[column].as_array().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn a_seller_sees_how_a_sale_would_go_and_nothing_is_made() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let sale = json!({
        "people": 2000, "at_opening_percent": 100, "units": 300, "units_per_ticket": 2,
        "admission_rate_per_second": 20, "occupancy_cap": 1000, "order_rate_per_second": 100,
        "hold_seconds": 120, "pay_percent": 80, "pay_after_seconds": 30,
    });
    let seen = shop.post(PATH, &seller.who, &sale).await.expect(200);
    let n_moments = seen["joined"].as_array().unwrap().len();
    for column in ["waiting", "admitted", "held", "sold", "available"] {
        assert_eq!(seen[column].as_array().unwrap().len(), n_moments, "{column}");
    }
    assert_eq!((last(&seen, "sold"), last(&seen, "available")), (json!(300), json!(0)));
    assert_eq!((&seen["is_over"], &seen["held_up_by"]), (&json!(true), &json!("stock")));
    assert_eq!(seen["sold_out_after_seconds"], seen["looked_seconds"]);
    let let_in = last(&seen, "admitted").as_u64().unwrap();
    assert_eq!(seen["not_let_in"], 2000 - let_in);
    let drops = shop.get("/v1/seller/drops", &seller.who).await.expect(200);
    assert_eq!(drops["data"], json!([]));
}

#[tokio::test]
async fn before_a_site_nobody_pays_and_no_unit_is_left() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let site =
        json!({ "people": 500, "over_seconds": 0, "occupancy_cap": 100, "hold_seconds": 60 });
    let seen = shop.post(PATH, &seller.who, &site).await.expect(200);
    assert_eq!((last(&seen, "admitted"), last(&seen, "sold")), (json!(500), json!(0)));
    assert_eq!((last(&seen, "available"), &seen["held_up_by"]), (Value::Null, &json!("occupancy")));
    assert_eq!(seen["sold_out_after_seconds"], Value::Null);
}

#[tokio::test]
async fn each_bad_value_of_a_what_if_is_named_and_it_is_sellers_business_alone() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let wrong = json!({
        "people": 0, "at_opening_percent": 101, "over_seconds": 86_401, "units": 1,
        "units_per_ticket": 2, "admission_rate_per_second": 0, "occupancy_cap": 0,
        "order_rate_per_second": 1e9, "hold_seconds": 0, "pay_percent": 200,
        "pay_after_seconds": 86_401,
    });
    let refused = shop.post(PATH, &seller.who, &wrong).await;
    refused.expect_problem(422, "invalid_fields");
    let fields: Vec<_> = refused.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    for field in ["/people", "/at_opening_percent", "/over_seconds", "/units_per_ticket"] {
        assert!(fields.contains(&field), "{field} of {fields:?}");
    }
    assert_eq!(fields.len(), 10, "{fields:?}");
    let sale = json!({ "people": 10 });
    shop.post(PATH, &viewer, &sale).await.expect_problem(403, "forbidden");
}
