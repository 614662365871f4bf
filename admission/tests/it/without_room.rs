//! Drops without a room in Redis: Postgres tells why.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper};
use futures_util::future::join_all;
use serde_json::json;
use shared::ids::{DropId, ProductId, SellerId};
use sqlx::PgPool;
use std::{num::NonZeroU32, time::Instant};
use testkit::{TestDatabase, room::TestRoom, wait_until};

pub(crate) async fn drop_in_state(pool: &PgPool, state: &str) -> DropId {
    let (drop_id, seller_id, product_id) =
        (DropId::generate(), SellerId::generate(), ProductId::generate());
    sqlx::query("insert into sellers (id, name) values ($1, 's')")
        .bind(seller_id)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into products (id, seller_id, name) values ($1, $2, 'p')")
        .bind(product_id)
        .bind(seller_id)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into drops (id, seller_id, product_id, title, state, opens_at, partition)
         values ($1, $2, $3, 't', $4, now() + interval '1 hour', case $4 when 'open' then 0 end)",
    )
    .bind(drop_id)
    .bind(seller_id)
    .bind(product_id)
    .bind(state)
    .execute(pool)
    .await
    .unwrap();
    drop_id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_tells_why_there_is_no_room() {
    let database = TestDatabase::create().await;
    let mut test = AdmissionTest::empty().await;
    test.database_url = database.url().to_owned();
    let instance = test.instance().await;
    let cases = [
        ("", 404, "drop_not_found"),
        ("draft", 404, "drop_not_found"),
        ("scheduled", 409, "drop_not_open"),
        ("closed", 409, "drop_closed"),
        ("cancelled", 409, "drop_closed"),
        ("sold_out", 409, "sold_out"),
        ("open", 503, "room_rebuilding"),
    ];
    for (state, status, code) in cases {
        test.room.drop_id = match state {
            "" => DropId::generate(),
            state => drop_in_state(database.pool(), state).await,
        };
        let (got, problem) = test.try_join(&instance, &TestShopper::new()).await;
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{state}");
    }
    // Asked again, a room that opened meanwhile is found.
    test.begin(TestRoom::EPOCH).await;
    let position = wait_until("room", PATIENCE, async || {
        let (status, joined) = test.try_join(&instance, &TestShopper::new()).await;
        (status == 201).then_some(joined["position"].clone())
    })
    .await;
    assert_eq!(position, json!(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_that_is_not_ready_costs_nobody_their_joins() {
    let database = TestDatabase::create().await;
    let mut test = AdmissionTest::empty().await;
    test.database_url = database.url().to_owned();
    test.room.drop_id = drop_in_state(database.pool(), "open").await;
    let instance =
        test.instance_with(|settings| settings.limits.joins_per_second = NonZeroU32::MIN).await;
    let shopper = TestShopper::new();
    for _ in 0..10 {
        let (status, problem) = test.try_join(&instance, &shopper).await;
        assert_eq!((status, &problem["code"]), (503, &json!("room_rebuilding")));
    }

    test.begin(TestRoom::EPOCH).await;
    let joined = wait_until("room", PATIENCE, async || {
        let (status, body) = test.try_join(&instance, &shopper).await;
        (status != 503).then_some((status, body))
    })
    .await;
    assert_eq!((joined.0, &joined.1["position"]), (201, &json!(1)));
    // The limit is there all the same: what two seconds earn passes at once, and what is earned
    // meanwhile.
    let begun = Instant::now();
    let answers = join_all((0..20).map(|_| test.try_join(&instance, &shopper))).await;
    let most = 2.0 + begun.elapsed().as_secs_f64();
    let n_passed = answers.iter().filter(|(status, _)| *status != 429).count();
    assert!(n_passed as f64 <= most, "{n_passed} passed, {most} may");
}
