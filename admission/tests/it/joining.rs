//! Joining, looking, leaving.

use crate::world::{Shopper, World, wait};
use reqwest::Client;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_who_joins_twice_has_one_place() {
    let world = World::open().await;
    let instance = world.instance().await;
    let (ann, bob) = (Shopper::new(), Shopper::new());

    let first = world.join(&instance, &ann).await;
    let other = world.join(&instance, &bob).await;
    let (status, again) = world.try_join(&instance, &ann).await;

    assert_eq!(status, 200);
    assert_eq!((&first["place"], &other["place"]), (&json!(1), &json!(2)));
    for key in ["ticket_id", "queue_number", "place", "token", "joined_at"] {
        assert_eq!(again[key], first[key], "{key}");
    }
    assert_eq!(
        world.queue.counts(world.drop_id, shared::tickets::Epoch(1)).await.unwrap().joined,
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tabs_on_two_instances_get_one_ticket() {
    let world = World::open().await;
    let (one, two) = (world.instance().await, world.instance().await);
    let shopper = Shopper::new();
    let tabs = (0..20).map(|tab| world.try_join(if tab % 2 == 0 { &one } else { &two }, &shopper));
    let answers = futures_util::future::join_all(tabs).await;
    let created = answers.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!(created, 1);
    assert!(answers.iter().all(|(_, body)| body["ticket_id"] == answers[0].1["ticket_id"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_lets_the_others_move_up_on_every_instance() {
    let world = World::open().await;
    let (one, two) = (world.instance().await, world.instance().await);
    let mut tokens = Vec::new();
    for place in 1..=5 {
        let joined = world.join(&one, &Shopper::new()).await;
        assert_eq!(joined["place"], place);
        tokens.push(joined["token"].as_str().unwrap().to_owned());
    }
    let (status, left) = world.leave(&two, &tokens[1]).await;
    assert_eq!((status, &left["state"]), (200, &json!("left")));
    for instance in [&one, &two] {
        wait("a place of 4", async || {
            let (_, view) = world.status(instance, &tokens[4]).await;
            (view["place"] == 4 && view["waiting"] == 4).then_some(())
        })
        .await;
    }
    assert_eq!(world.status(&one, &tokens[1]).await.1["state"], "left");
    assert_eq!(world.leave(&one, &tokens[1]).await.1["state"], "left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_comes_back_by_its_cookie() {
    let world = World::open().await;
    let instance = world.instance().await;
    let request = instance.request(reqwest::Method::POST, &world.path("tickets"), &Shopper::new());
    let response = request.json(&world.body()).send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["__Host-sluice-ticket-", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let value = cookie.split(';').next().unwrap();
    let asked = Client::new().get(instance.url(&world.path("ticket"))).header("cookie", value);
    let view: serde_json::Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!((&view["state"], &view["place"]), (&json!("waiting"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_tells_its_numbers() {
    let world = World::open().await;
    let instance = world.instance().await;
    world.join(&instance, &Shopper::new()).await;
    let response = Client::new().get(instance.url(&world.path("room"))).send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "public, max-age=1");
    let room: serde_json::Value = response.json().await.unwrap();
    assert_eq!((&room["state"], &room["waiting"]), (&json!("open"), &json!(1)));
    assert_eq!(room["admission_rate_per_second"], 1000.0);
}
