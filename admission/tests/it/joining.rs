//! Joining, looking, leaving.

mod refusals;

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, answer, claims};
use jiff::Timestamp;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::{ids::VariantId, line::CoolDown};
use testkit::{room::TestRoom, wait_until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_who_joins_twice_has_one_ticket() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let (ann, bob) = (TestShopper::new(), TestShopper::new());

    let first = test.join(&instance, &ann).await;
    let other = test.join(&instance, &bob).await;
    let (status, again) = test.try_join(&instance, &ann).await;

    assert_eq!(status, 200);
    assert_eq!((&first["position"], &other["position"]), (&json!(1), &json!(2)));
    for key in ["ticket_id", "queue_number", "position", "token", "joined_at"] {
        assert_eq!(again[key], first[key], "{key}");
    }
    assert_eq!(test.room.queue.counts(test.room.drop_id, TestRoom::EPOCH).await.unwrap().joined, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tabs_on_two_instances_get_one_ticket() {
    let test = AdmissionTest::open().await;
    let (one, two) = (test.instance().await, test.instance().await);
    let shopper = TestShopper::new();
    let tabs = (0..20).map(|tab| test.try_join(if tab % 2 == 0 { &one } else { &two }, &shopper));
    let answers = futures_util::future::join_all(tabs).await;
    let created = answers.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!(created, 1);
    assert!(answers.iter().all(|(_, body)| body["ticket_id"] == answers[0].1["ticket_id"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_lets_the_others_move_up_on_every_instance() {
    let test = AdmissionTest::open().await;
    let (one, two) = (test.instance().await, test.instance().await);
    let mut tokens = Vec::new();
    for position in 1..=5 {
        let joined = test.join(&one, &TestShopper::new()).await;
        assert_eq!(joined["position"], position);
        tokens.push(joined["token"].as_str().unwrap().to_owned());
    }
    let (status, left) = test.leave(&two, &tokens[1]).await;
    assert_eq!((status, &left["state"]), (200, &json!("left")));
    for instance in [&one, &two] {
        wait_until("position of 4", PATIENCE, async || {
            let (_, view) = test.status(instance, &tokens[4]).await;
            (view["position"] == 4 && view["waiting"] == 4).then_some(())
        })
        .await;
    }
    assert_eq!(test.status(&one, &tokens[1]).await.1["state"], "left");
    assert_eq!(test.leave(&one, &tokens[1]).await.1["state"], "left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_hold_ran_out_is_told_when_to_join_again() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let (late, other) = (TestShopper::new(), TestShopper::new());
    let (queue, drop_id) = (&test.room.queue, test.room.drop_id);
    let now_us = queue.room(drop_id).await.unwrap().unwrap().now_us;
    let cool_down = CoolDown { shopper_id: late.id, until_us: now_us + 90_000_000 };
    queue.cool(drop_id, TestRoom::EPOCH, &[cool_down]).await.unwrap();

    let request = instance.request(Method::POST, &test.path("tickets"), &late);
    let refused = request.json(&test.body()).send().await.unwrap();
    assert_eq!(refused.status(), 409);
    let retry_after = refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=120).contains(&retry_after), "{retry_after}");
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(
        (&problem["code"], &problem["errors"][0]["field"]),
        (&json!("cooling_down"), &json!("until"))
    );
    let until: Timestamp = problem["errors"][0]["detail"].as_str().unwrap().parse().unwrap();
    assert_eq!(until.as_microsecond(), cool_down.until_us);
    assert_eq!(test.join(&instance, &other).await["position"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_comes_back_by_its_cookie() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let request = instance.request(Method::POST, &test.path("tickets"), &TestShopper::new());
    let response = request.json(&test.body()).send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["__Host-sluice-ticket-", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let value = cookie.split(';').next().unwrap();
    let asked = Client::new().get(instance.url(&test.path("ticket"))).header("cookie", value);
    let view: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!((&view["state"], &view["position"]), (&json!("waiting"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_left_loses_the_cookie() {
    let test = AdmissionTest::open().await;
    test.room.fill_bucket().await;
    let instance = test.instance().await;
    let (first, second) = (TestShopper::new(), TestShopper::new());
    let leave = async |joined: Value, shopper: &TestShopper| {
        let token = joined["token"].as_str().unwrap();
        let request = instance.request(Method::DELETE, &test.path("ticket"), shopper);
        request.header("sluice-ticket", token).send().await.unwrap()
    };
    let let_in = test.join(&instance, &first).await;
    assert_eq!(test.room.admit(1).await.tickets.len(), 1);

    let refused = leave(let_in, &first).await;
    assert_eq!(refused.status(), 200);
    assert!(refused.headers().get("set-cookie").is_none());
    let view: Value = refused.json().await.unwrap();
    assert_eq!(view["state"], "waiting", "it is not told yet");

    let left = leave(test.join(&instance, &second).await, &second).await;
    let cookie = left.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    let view: Value = left.json().await.unwrap();
    assert_eq!(view["state"], "left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_tells_its_numbers() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    test.join(&instance, &TestShopper::new()).await;
    // The event of the join may still be on its way.
    let (cached, room) = wait_until("the one who waits", PATIENCE, async || {
        let response = Client::new().get(instance.url(&test.path("room"))).send().await.unwrap();
        let cached = response.headers().get("cache-control").cloned();
        let room: Value = response.json().await.unwrap();
        (room["waiting"] == 1).then_some((cached, room))
    })
    .await;
    assert_eq!(cached.unwrap(), "public, max-age=1");
    assert_eq!(room["state"], "open");
    assert_eq!(room["admission_rate_per_second"], 1000.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_units_are_chosen_later_a_ticket_is_for_as_many_as_it_may_have() {
    let mut test = AdmissionTest::empty().await;
    test.room.config.takes_most = true;
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    let join = async |body: Value| {
        let request = instance.request(Method::POST, &test.path("tickets"), &TestShopper::new());
        answer(request.json(&body)).await
    };
    let variant_id = test.room.variant_id;

    let (status, joined) = join(json!({ "variant_id": variant_id })).await;
    assert_eq!(status, 201, "{joined}");
    let ticket = claims(joined["token"].as_str().unwrap()).ticket;
    assert_eq!((ticket.intent.variant_id, ticket.intent.units), (variant_id, 2));

    let (status, problem) = join(json!({ "variant_id": variant_id, "units": 1 })).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_units")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_says_which_variant_it_waits_for() {
    let mut test = AdmissionTest::empty().await;
    let other = VariantId::generate();
    test.room.config.variants.push(other);
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    for variant_id in [test.room.variant_id, other] {
        let shopper = TestShopper::new();
        let (status, joined) = test.try_join_for(variant_id, &instance, &shopper).await;
        assert_eq!((status, &joined["position"]), (201, &json!(1)), "each has its own line");
        let (_, view) = test.status(&instance, joined["token"].as_str().unwrap()).await;
        for told in [&joined, &view] {
            assert_eq!(told["variant_id"], json!(variant_id), "{told}");
        }
    }
}
