//! Places in memory against Redis itself.

use crate::world::{Shopper, World, next, until, wait};
use queue::AdmitRequest;
use rand::{Rng, SeedableRng, rngs::StdRng};
use shared::tickets::Epoch;
use std::time::Duration;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_place_is_that_of_redis_on_both_instances() {
    let world = World::open().await;
    let (one, two) = (world.instance().await, world.instance().await);
    let mut random = StdRng::seed_from_u64(7);
    let mut tokens = Vec::new();
    for round in 0..120 {
        let instance = if random.random_bool(0.5) { &one } else { &two };
        if tokens.is_empty() || random.random_bool(0.7) {
            let joined = world.join(instance, &Shopper::new()).await;
            tokens.push(joined["token"].as_str().unwrap().to_owned());
        } else {
            let at = random.random_range(0..tokens.len());
            world.leave(instance, &tokens.remove(at)).await;
        }
        if round % 40 == 39 {
            let request = AdmitRequest {
                limit: 3,
                lease: Duration::from_secs(30),
                request_id: Uuid::now_v7(),
                ignore_stock: false,
            };
            world.queue.admit(world.drop_id, Epoch(1), request).await.unwrap();
        }
    }
    for token in &tokens {
        let ticket = world.claims(token).ticket;
        let place = world.queue.place(world.drop_id, Epoch(1), ticket.lane, ticket.score).await;
        let Ok(Some(place)) = place.map(Some) else { continue };
        for instance in [&one, &two] {
            wait("the place of Redis", async || {
                let (_, view) = world.status(instance, token).await;
                (view["place"] == place.place && view["evn"] == place.evn).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_never_rises_while_people_come_and_go() {
    let world = World::open().await;
    let (one, two) = (world.instance().await, world.instance().await);
    let mut ahead = Vec::new();
    for _ in 0..20 {
        ahead.push(world.join(&one, &Shopper::new()).await);
    }
    let mine = world.join(&two, &Shopper::new()).await;
    assert_eq!(mine["place"], 21);
    let mut socket = world.stream(&one, mine["token"].as_str().unwrap(), "").await;
    let mut shown = next(&mut socket).await.unwrap()["place"].as_u64().unwrap();
    assert_eq!(shown, 21);
    for other in &ahead {
        world.leave(&two, other["token"].as_str().unwrap()).await;
        world.join(&one, &Shopper::new()).await;
    }
    while shown > 1 {
        let frame = until(&mut socket, |frame| frame["type"] == "waiting").await;
        let place = frame["place"].as_u64().unwrap();
        assert!(place <= shown && frame["rise"].is_null(), "{shown} -> {frame}");
        shown = place;
    }
}
