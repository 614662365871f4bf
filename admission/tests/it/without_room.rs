//! Drops without a room in Redis: Postgres tells why.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper};
use serde_json::json;
use shared::ids::{DropId, ProductId, SellerId};
use sqlx::PgPool;
use testkit::{TestDatabase, room::TestRoom, wait_until};

async fn drop_in_state(pool: &PgPool, state: &str) -> DropId {
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
        "insert into drops (id, seller_id, product_id, title, state, opens_at)
         values ($1, $2, $3, 't', $4, now() + interval '1 hour')",
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
