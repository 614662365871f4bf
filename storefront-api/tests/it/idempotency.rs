//! IDEM-1: same key and body, same answer.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, drop_body, product_body},
};
use serde_json::json;

const PATH: &str = "/v1/seller/products";

fn replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

#[tokio::test]
async fn a_repeat_is_answered_and_not_repeated() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = drop_body(&seller);
    let first = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    let again = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    assert!(!replayed(&first) && replayed(&again));
    assert_eq!(again.headers["content-type"], first.headers["content-type"]);
    assert_eq!(again.text, first.text, "to the byte");
    assert_eq!(again.status, 201);
    let n_drops: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 1);
}

#[tokio::test]
async fn a_key_belongs_to_its_request() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    shop.post_keyed(PATH, &seller.who, "k1", &product_body()).await.expect(201);
    let mut other = product_body();
    other["name"] = json!("Chair");
    let answer = shop.post_keyed(PATH, &seller.who, "k1", &other).await;
    answer.expect_problem(422, "idempotency_key_reuse");
    let elsewhere = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &product_body()).await;
    elsewhere.expect_problem(422, "idempotency_key_reuse");
}

#[tokio::test]
async fn of_many_at_once_one_runs() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = product_body();
    let post = || shop.post_keyed(PATH, &seller.who, "k1", &body);
    let answers = tokio::join!(post(), post(), post(), post(), post(), post());
    let answers = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5];
    for answer in &answers {
        match answer.status.as_u16() {
            201 => {}
            409 => answer.expect_problem(409, "idempotency_key_running"),
            _ => panic!("{}", answer.text),
        }
    }
    assert_eq!(answers.iter().filter(|a| a.status == 201 && !replayed(a)).count(), 1);
    let n_products: i64 = shop.database.scalar("select count(*) from products").await;
    assert_eq!(n_products, 2, "the seller's first one, and one more");
}

#[tokio::test]
async fn what_was_refused_may_be_corrected() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = product_body();
    body["name"] = json!("");
    shop.post_keyed(PATH, &seller.who, "k1", &body).await.expect_problem(422, "invalid_fields");
    shop.post_keyed(PATH, &seller.who, "k1", &product_body()).await.expect(201);
}

#[tokio::test]
async fn a_decision_is_kept_also_when_it_was_no() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["variants"][0]["units"] = json!(5000);
    let first = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    first.expect_problem(409, "not_enough_stock");
    let again = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    assert!(replayed(&again));
    assert_eq!(again.text, first.text);
}

#[tokio::test]
async fn a_second_run_after_a_crash_finds_what_the_first_one_made() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = drop_body(&seller);
    let first = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await.expect(201);
    // As if the process had died between the commit and the kept answer, a minute ago.
    let died = "update idempotency_keys set status = null, body = null, locked_until = now()";
    sqlx::query(died).execute(&shop.app.pool).await.unwrap();
    let again = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    assert!(!replayed(&again));
    let again = again.expect(201);
    assert_eq!(text(&again, "id"), text(&first, "id"));
    let (n_drops, n_carved): (i64, i64) = sqlx::query_as(
        "select (select count(*) from drops), (select sum(d_available) from stock_moves)::bigint",
    )
    .fetch_one(&shop.app.pool)
    .await
    .unwrap();
    assert_eq!((n_drops, n_carved), (1, 100));
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_is_not_given() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = drop_body(&seller);
    let run = async |sql: &'static str| {
        sqlx::raw_sql(sql).execute(&shop.app.pool).await.unwrap();
    };
    run("create function refuse() returns trigger language plpgsql as
            $$ begin raise exception 'as if the database went away' using errcode = '57P01'; end $$;
         create trigger refuse before update of status on idempotency_keys
            for each row execute function refuse()")
    .await;
    let uncertain = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    assert_eq!(uncertain.status, 503, "{}", uncertain.text);
    run("drop trigger refuse on idempotency_keys;
         update idempotency_keys set locked_until = now()")
    .await;

    let first = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    let again = shop.post_keyed("/v1/seller/drops", &seller.who, "k1", &body).await;
    assert_eq!((first.status.as_u16(), replayed(&again)), (201, true));
    assert_eq!(again.text, first.text);
    let n_drops: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 1);
}

#[tokio::test]
async fn strangers_leave_no_keys_behind() {
    let shop = Shop::open().await;
    let answer = shop.post_keyed(PATH, &NOBODY, "k1", &product_body()).await;
    assert_eq!(answer.status, 401);
    let forged = crate::shop::Who(Some(format!("sk_{}", "ab".repeat(32))));
    let answer = shop.post_keyed(PATH, &forged, "k1", &product_body()).await;
    answer.expect_problem(401, "api_key_invalid");
    let n_keys: i64 = shop.database.scalar("select count(*) from idempotency_keys").await;
    assert_eq!(n_keys, 0);
}

#[tokio::test]
async fn shoppers_have_no_keys() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    shop.post_keyed("/v1/session", &NOBODY, "k1", &json!({})).await.expect(201);
    let body = json!({ "payment_method": "pm_card_approve" });
    let (pay, cancel) =
        (format!("/v1/orders/{order_id}/payment"), format!("/v1/orders/{order_id}/cancel"));
    shop.post_keyed(&pay, &shopper, "k1", &body).await.expect(202);
    let cancelled = shop.post_keyed(&cancel, &shopper, "k1", &body).await;
    cancelled.expect_problem(409, "order_wrong_state");
    let stranger = shop.post_keyed(PATH, &shopper, "k1", &product_body()).await;
    stranger.expect_problem(403, "forbidden");
    let n_keys: i64 = shop.database.scalar("select count(*) from idempotency_keys").await;
    assert_eq!(n_keys, 0);
}

#[tokio::test]
async fn nobody_has_more_keys_than_anybody_may_have() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let first = shop.post_keyed(PATH, &seller.who, "first", &product_body()).await;
    let filled = "insert into idempotency_keys (owner, key, request, status, body)
        select 'seller:' || id, 'k' || n, '', 201, '' from sellers, generate_series(1, 9999) n";
    sqlx::query(filled).execute(&shop.app.pool).await.unwrap();
    let refused = shop.post_keyed(PATH, &seller.who, "one more", &product_body()).await;
    refused.expect_problem(429, "too_many_idempotency_keys");
    let again = shop.post_keyed(PATH, &seller.who, "first", &product_body()).await;
    assert_eq!((again.text, again.status.as_u16()), (first.text, 201));
    shop.post(PATH, &seller.who, &product_body()).await.expect(201);
}

#[tokio::test]
async fn keys_that_are_none_are_refused() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    for key in [String::new(), "x".repeat(256)] {
        let answer = shop.post_keyed(PATH, &seller.who, &key, &product_body()).await;
        answer.expect_problem(400, "idempotency_key_invalid");
    }
}
