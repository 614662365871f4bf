//! Redis is wiped and the line rebuilt: nobody loses a place.

use crate::world::{Shopper, World, next, until, wait};
use serde_json::json;
use shared::tickets::Epoch;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_wipe_connected_tickets_come_back_at_their_own_place() {
    let world = World::open().await;
    let instance = world.instance().await;
    let mut tokens = Vec::new();
    for _ in 0..5 {
        let joined = world.join(&instance, &Shopper::new()).await;
        tokens.push(joined["token"].as_str().unwrap().to_owned());
    }
    let mut socket = world.stream(&instance, &tokens[2], "").await;
    assert_eq!(next(&mut socket).await.unwrap()["place"], 3);

    world.stack.wipe_redis().await.unwrap();
    until(&mut socket, |frame| frame["type"] == "rebuilding").await;
    let (status, problem) = world.try_join(&instance, &Shopper::new()).await;
    assert_eq!((status, &problem["code"]), (503, &json!("room_rebuilding")));

    world.open_room(Epoch(2)).await;
    // Nothing was restored from the log here: only those who show their ticket are back.
    let back = until(&mut socket, |frame| frame["type"] == "waiting").await;
    assert_eq!((&back["epoch"], &back["place"]), (&json!(2), &json!(1)));
    let first = wait("the first ticket", async || {
        let (status, view) = world.status(&instance, &tokens[0]).await;
        (status == 200).then_some(view)
    })
    .await;
    assert_eq!(first["place"], 1);
    let risen = until(&mut socket, |frame| frame["place"] == 2).await;
    assert_eq!(risen["rise"], "returned");

    let (status, newcomer) = wait("a join", async || {
        let (status, body) = world.try_join(&instance, &Shopper::new()).await;
        (status == 201).then_some((status, body))
    })
    .await;
    assert_eq!((status, &newcomer["place"]), (201, &json!(3)));
    // Late, but ahead of the newcomer all the same.
    assert_eq!(world.status(&instance, &tokens[4]).await.1["place"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_redis_is_not_mistaken_for_the_one_before() {
    let world = World::open().await;
    let instance = world.instance().await;
    let joined = world.join(&instance, &Shopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = world.stream(&instance, token, "").await;
    next(&mut socket).await.unwrap();

    world.stack.redis().kill9().await.unwrap();
    until(&mut socket, |frame| frame["type"] == "rebuilding").await;
    assert_eq!(world.try_join(&instance, &Shopper::new()).await.0, 503);
    world.stack.redis().restart().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(world.try_join(&instance, &Shopper::new()).await.0, 503);

    world.open_room(Epoch(2)).await;
    let frame = until(&mut socket, |frame| frame["type"] == "waiting").await;
    assert_eq!((&frame["place"], &frame["epoch"]), (&json!(1), &json!(2)));
}
