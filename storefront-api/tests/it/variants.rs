//! Drops of several variants.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, TestSeller, drop_body},
    site::ProtectedSite,
};
use serde_json::{Value, json};

/// Gives a seller another product, and returns its id and the ids of its variants: with ten units each, in
/// these currencies.
pub(crate) async fn product(
    shop: &Shop,
    seller: &TestSeller,
    currencies: [&str; 2],
) -> (Value, [Value; 2]) {
    let [one, two] = currencies;
    let body = json!({ "name": "Tea cup", "variants": [
        { "name": "Small", "price_minor": 900, "currency": one, "stock": 10 },
        { "name": "Large", "price_minor": 1250, "currency": two, "stock": 10 },
    ]});
    let made = shop.post("/v1/seller/products", &seller.who, &body).await.expect(201);
    (made["id"].clone(), [0, 1].map(|n| made["variants"][n]["id"].clone()))
}

/// Creates a drop of both variants, with so many units.
pub(crate) async fn create(
    shop: &Shop,
    seller: &TestSeller,
    (product_id, variants): &(Value, [Value; 2]),
    units: [i32; 2],
    change: impl FnOnce(&mut Value),
) -> Answer {
    let mut body = drop_body(seller);
    body["product_id"] = product_id.clone();
    body["variants"] = json!([
        { "variant_id": variants[0], "units": units[0] },
        { "variant_id": variants[1], "units": units[1] },
    ]);
    change(&mut body);
    shop.post("/v1/seller/drops", &seller.who, &body).await
}

/// What is in stock of the variants of a product.
async fn stock(shop: &Shop, seller: &TestSeller, product_id: &Value) -> [i64; 2] {
    let path = format!("/v1/seller/products/{}", product_id.as_str().unwrap());
    let product = shop.get(&path, &seller.who).await.expect(200);
    [0, 1].map(|n| product["variants"][n]["stock"].as_i64().unwrap())
}

#[tokio::test]
async fn a_drop_takes_its_units_out_of_each_of_its_variants_and_gives_them_back() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let cup = product(&shop, &seller, ["EUR", "EUR"]).await;
    let made = create(&shop, &seller, &cup, [4, 7], |_| {}).await.expect(201);
    assert_eq!(stock(&shop, &seller, &cup.0).await, [6, 3]);

    let path = format!("/v1/drops/{}", text(&made, "id"));
    let seen = shop.get(&path, &NOBODY).await.expect(200);
    assert_eq!((&seen["units_total"], &seen["units_left"]), (&json!(11), &json!(11)));
    assert_eq!(seen["fulfilment"], "auto");
    let variants = seen["variants"].as_array().unwrap();
    let told = ["id", "name", "price_minor", "currency", "units_total", "units_left", "units_held"];
    for variant in variants {
        assert!(told.iter().all(|field| !variant[*field].is_null()), "{variant}");
    }
    let mut names = variants.iter().map(|variant| text(variant, "name")).collect::<Vec<_>>();
    names.sort_unstable();
    assert_eq!(names, ["Large", "Small"]);
    let units = |id: &Value| {
        variants.iter().find(|variant| variant["id"] == *id).map(|found| &found["units_left"])
    };
    assert_eq!(cup.1.each_ref().map(units), [Some(&json!(4)), Some(&json!(7))]);

    let cancel = format!("/v1/seller/drops/{}/cancel", text(&made, "id"));
    shop.post(&cancel, &seller.who, &json!({ "reason": "a scratch" })).await.expect(200);
    assert_eq!(stock(&shop, &seller, &cup.0).await, [10, 10]);
}

#[tokio::test]
async fn where_one_variant_is_short_nothing_is_taken_of_any() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let cup = product(&shop, &seller, ["EUR", "EUR"]).await;
    for (units, short) in [([4, 11], 1), ([11, 4], 0)] {
        let refused = create(&shop, &seller, &cup, units, |_| {}).await;
        refused.expect_problem(409, "not_enough_stock");
        let named = cup.1[short].as_str().unwrap();
        assert!(refused.text.contains(named), "{}", refused.text);
    }
    let other = [cup.1[0].clone(), json!(seller.variant_id)];
    let of_another = (cup.0.clone(), other);
    let refused = create(&shop, &seller, &of_another, [4, 4], |_| {}).await;
    refused.expect_problem(404, "variant_not_found");

    let yen = product(&shop, &seller, ["EUR", "JPY"]).await;
    let refused = create(&shop, &seller, &yen, [1, 1], |_| {}).await;
    refused.expect_problem(422, "several_currencies");

    for made in [&cup, &yen] {
        assert_eq!(stock(&shop, &seller, &made.0).await, [10, 10]);
    }
    let n_drops: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 0);
}

#[tokio::test]
async fn a_ticket_may_have_as_many_units_as_it_can_be_let_in_with() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let cup = product(&shop, &seller, ["EUR", "EUR"]).await;
    for (fulfilment, max_units, may_be) in
        [("auto", 3, true), ("auto", 4, false), ("checkout", 2, true), ("checkout", 3, false)]
    {
        let limits = |body: &mut Value| {
            body["fulfilment"] = json!(fulfilment);
            body["max_units_per_ticket"] = json!(max_units);
            body["max_units_per_customer"] = json!(max_units);
        };
        let answer = create(&shop, &seller, &cup, [2, 3], limits).await;
        if may_be {
            assert_eq!(answer.expect(201)["fulfilment"], fulfilment);
        } else {
            answer.expect_problem(422, "invalid_fields");
            assert_eq!(answer.fields(), ["/max_units_per_ticket"], "{fulfilment} {max_units}");
        }
    }
}

#[tokio::test]
async fn of_what_lets_into_a_site_no_units_are_told() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let seen = shop.get(&format!("/v1/drops/{}", site.drop_id), &NOBODY).await.expect(200);
    let [variant] = seen["variants"].as_array().unwrap().as_slice() else { panic!("{seen}") };
    assert_eq!((&variant["name"], &variant["currency"]), (&json!("Visit"), &json!("XXX")));
    assert!(variant.get("units_left").is_none(), "{variant}");
}
