//! Who may join and who may leave, and what is said of a credential that cannot be checked.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, answer, claims};
use reqwest::{Client, Method};
use serde_json::json;
use shared::{
    config::Settings,
    credentials::{Keyring, Session},
    ids::{SellerId, ShopperId},
};
use testkit::{TestDatabase, room::TestRoom, settings::TEST_KEYS, wait_until};

/// Keys of an instance that signs with a new one already.
fn newer_keys() -> Keyring {
    Keyring::parse(&format!("2:{}", "cd".repeat(32)).into()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_in_other_hands_shows_a_place_and_does_not_take_it_away() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let owner = TestShopper::new();
    let joined = test.join(&instance, &owner).await;
    let token = joined["token"].as_str().unwrap();

    let url = instance.url(&test.path("ticket"));
    let without = answer(Client::new().delete(url).header("sluice-ticket", token)).await;
    assert_eq!((without.0, &without.1["code"]), (401, &json!("session_required")));
    let thief = test.leave_as(&instance, token, &TestShopper::new()).await;
    assert_eq!((thief.0, &thief.1["code"]), (403, &json!("ticket_of_another")));
    let (status, view) = test.status(&instance, token).await;
    assert_eq!((status, &view["state"], &view["position"]), (200, &json!("waiting"), &json!(1)));

    let left = test.leave_as(&instance, token, &owner).await;
    assert_eq!((left.0, &left.1["state"]), (200, &json!("left")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_key_to_come_has_signed_is_neither_lost_nor_taken() {
    let test = AdmissionTest::open().await;
    let old = test.instance().await;
    let newer = format!("2:{},{TEST_KEYS}", "cd".repeat(32));
    let change = |settings: &mut Settings| {
        settings.credentials.ticket_keys = Some(newer.clone().into());
        settings.credentials.session_keys = Some(newer.clone().into());
    };
    let new = test.instance_with(change).await;

    let session = Session {
        shopper_id: ShopperId::generate(),
        began_at_ms: 0,
        expires_at_ms: i64::MAX,
        member_of: None,
        key: None,
    };
    let shopper = TestShopper { id: session.shopper_id, session: session.seal(&newer_keys()) };
    let refused = test.try_join(&old, &shopper).await;
    assert_eq!((refused.0, &refused.1["code"]), (503, &json!("session_key_unknown")));
    let joined = test.join(&new, &shopper).await;
    let token = joined["token"].as_str().unwrap();
    let refused = test.status(&old, token).await;
    assert_eq!((refused.0, &refused.1["code"]), (503, &json!("ticket_key_unknown")));
    // 503 and not a close code that would end it: the page comes back.
    let protocols = format!("sluice.v1, sluice.ticket.{token}");
    let refused = test.try_stream(&old, &[("sec-websocket-protocol", protocols)]).await;
    assert_eq!(refused.err(), Some(503));
    assert_eq!(test.status(&new, token).await.0, 200);

    // The other way round all is well: the new instance verifies what the old key signs.
    let earlier = test.join(&old, &TestShopper::new()).await;
    let earlier = earlier["token"].as_str().unwrap();
    assert_eq!(claims(earlier).drop_id, test.room.drop_id);
    assert_eq!(test.status(&new, earlier).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_sellers_members_join_a_drop_for_members() {
    let mut test = AdmissionTest::empty().await;
    let seller_id = SellerId::generate();
    test.room.config.members_of = Some(seller_id);
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    for stranger in [TestShopper::new(), TestShopper::member_of(SellerId::generate())] {
        let (status, body) = test.try_join(&instance, &stranger).await;
        assert_eq!((status, &body["code"]), (403, &json!("members_only")));
    }
    let (status, body) = test.try_join(&instance, &TestShopper::member_of(seller_id)).await;
    assert_eq!((status, &body["position"]), (201, &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_ended_elsewhere_joins_nowhere() {
    let mut test = AdmissionTest::open().await;
    let database = TestDatabase::create().await;
    test.database_url = database.url().to_owned();
    let instance = test.instance().await;
    let shopper = TestShopper::new();
    let other = TestShopper::new();
    test.join(&instance, &shopper).await;

    sqlx::query("insert into ended_sessions (shopper_id, began_until) values ($1, now())")
        .bind(shopper.id)
        .execute(database.pool())
        .await
        .unwrap();
    wait_until("refusal", PATIENCE, async || {
        let request = instance.request(Method::POST, &test.path("tickets"), &shopper);
        let (status, body) = answer(request.json(&test.body())).await;
        (status == 401 && body["code"] == "session_invalid").then_some(())
    })
    .await;
    test.join(&instance, &other).await;
}
