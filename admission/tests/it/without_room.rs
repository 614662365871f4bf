//! Drops without a room in Redis: Postgres tells why.

use crate::world::{Shopper, World};
use serde_json::json;
use shared::ids::DropId;
use sqlx::PgPool;
use stack::{Stack, StackOptions};

async fn postgres() -> (Stack, tempfile::TempDir, PgPool) {
    let dir = tempfile::tempdir().unwrap();
    let options = StackOptions::on_free_ports(dir.path()).unwrap().only(false, true, false);
    let stack = Stack::start(options).await.unwrap();
    let pool = PgPool::connect(&stack.endpoints().database_url).await.unwrap();
    database::migrate(&pool).await.unwrap();
    (stack, dir, pool)
}

async fn drop_in_state(pool: &PgPool, state: &str) -> DropId {
    let (drop_id, seller, product) =
        (DropId::generate(), uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    sqlx::query("insert into sellers (id, name) values ($1, 's')")
        .bind(seller)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into products (id, seller_id, name) values ($1, $2, 'p')")
        .bind(product)
        .bind(seller)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into drops (id, seller_id, product_id, title, state, opens_at)
         values ($1, $2, $3, 't', $4, now() + interval '1 hour')",
    )
    .bind(drop_id.as_uuid())
    .bind(seller)
    .bind(product)
    .bind(state)
    .execute(pool)
    .await
    .unwrap();
    drop_id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_tells_why_there_is_no_room() {
    let (stack, _dir, pool) = postgres().await;
    let mut world = World::empty().await;
    world.database_url = stack.endpoints().database_url;
    let instance = world.instance().await;
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
        world.drop_id = match state {
            "" => DropId::generate(),
            state => drop_in_state(&pool, state).await,
        };
        let (got, problem) = world.try_join(&instance, &Shopper::new()).await;
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{state}");
    }
    // Asked again, a room that opened meanwhile is found.
    world.open_room(shared::tickets::Epoch(1)).await;
    let place = crate::world::wait("the room", async || {
        let (status, joined) = world.try_join(&instance, &Shopper::new()).await;
        (status == 201).then_some(joined["place"].clone())
    })
    .await;
    assert_eq!(place, json!(1));
}
