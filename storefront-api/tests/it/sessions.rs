//! Sessions: what a browser is told, how long they last, how they end.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, SOON, Shop, Who},
};
use database::people::sessions;
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credentials::{Keyring, Session},
    ids::ShopperId,
};
use std::collections::BTreeSet;
use testkit::{TestRedis, keyring, settings::TEST_KEYS, wait_until};

const SESSION: &str = "/v1/session";
const DAY_MS: i64 = 24 * 3600 * 1000;

/// A session that began and ends so many days from now.
fn session(began_days: i64, ends_days: i64) -> Session {
    let now_ms = SystemClock.now().as_millisecond();
    Session {
        shopper_id: ShopperId::generate(),
        began_at_ms: now_ms + began_days * DAY_MS,
        expires_at_ms: now_ms + ends_days * DAY_MS,
        member_of: None,
        key: None,
    }
}

fn with(session: &Session, keys: &Keyring) -> Who {
    Who(Some(session.seal(keys)))
}

/// As a page asks.
async fn from_page(shop: &Shop, cookie: Option<&str>) -> Answer {
    let request = shop.request(Method::POST, SESSION, &NOBODY).header("origin", &shop.url);
    let request = request.header("sec-fetch-site", "same-origin").json(&json!({}));
    let request = match cookie {
        Some(cookie) => request.header("cookie", cookie),
        None => request,
    };
    Answer::read(request.send().await.unwrap()).await
}

/// The session's cookie, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    let set = answer.headers["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn no_script_is_told_the_token_of_its_page() {
    let shop = Shop::open().await;
    let begun = from_page(&shop, None).await;
    assert_eq!((begun.status.as_u16(), &begun.json["token"]), (201, &Value::Null));
    let renewed = from_page(&shop, Some(&cookie(&begun))).await;
    assert_eq!((renewed.status.as_u16(), &renewed.json["token"]), (200, &Value::Null));
    assert_eq!(renewed.json["shopper_id"], begun.json["shopper_id"]);
    // Without what a script may leave out: the page's origin stays.
    let request = shop.request(Method::POST, SESSION, &NOBODY).header("origin", &shop.url);
    let bare = Answer::read(request.send().await.unwrap()).await;
    assert_eq!((bare.status.as_u16(), &bare.json["token"]), (201, &Value::Null));

    let program = shop.post(SESSION, &NOBODY, &json!({})).await.expect(201);
    let who = Who(Some(text(&program, "token")));
    assert!(shop.post(SESSION, &who, &json!({})).await.expect(200)["token"].is_string());
}

#[tokio::test]
async fn a_session_that_was_ended_is_refused_whoever_has_kept_it() {
    let shop = Shop::open().await;
    let (shopper, other) = (shop.shopper().await, shop.shopper().await);
    let before = shop.post(SESSION, &shopper, &json!({})).await.expect(200);
    let renewed = Who(Some(text(&before, "token")));

    let ended = shop.delete(SESSION, &shopper).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
    let cookie = ended.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    for kept in [&shopper, &renewed] {
        shop.get("/v1/orders", kept).await.expect_problem(401, "session_invalid");
        let next = shop.post(SESSION, kept, &json!({})).await.expect(201);
        assert_ne!(next["shopper_id"], before["shopper_id"]);
    }
    shop.get("/v1/orders", &other).await.expect(200);
    assert_eq!(shop.delete(SESSION, &NOBODY).await.status, 204, "there is nothing to end");
}

#[tokio::test]
async fn an_admin_ends_the_sessions_of_a_shopper_and_it_is_written_down() {
    let shop = Shop::open().await;
    let (shopper, admin) = (shop.shopper().await, shop.admin().await);
    let session = shop.post(SESSION, &shopper, &json!({})).await.expect(200);
    let shopper_id = text(&session, "shopper_id");
    let path = format!("/v1/operator/shoppers/{shopper_id}/end-sessions");
    let ended = shop.post(&path, &admin, &json!({ "why": "a stolen phone" })).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
    shop.get("/v1/orders", &shopper).await.expect_problem(401, "session_invalid");

    let log = shop.get("/v1/operator/audit", &admin).await.expect(200);
    let row = &log["data"][0];
    assert_eq!((&row["action"], &row["actor"]), (&json!("session.end"), &json!("operator:eve")));
    assert_eq!(row["new"]["shopper_id"], shopper_id);
}

#[tokio::test]
async fn a_session_that_another_process_ended_is_refused_soon() {
    let shop = Shop::open().await;
    let shopper = shop.shopper().await;
    let app = shop.app.clone();
    let following = tokio::spawn(async move { app.follow_ended_sessions().await });
    let session = shop.post(SESSION, &shopper, &json!({})).await.expect(200);
    let shopper_id: ShopperId = text(&session, "shopper_id").parse().unwrap();
    let now = SystemClock.now();
    sessions::end(&shop.app.pool, shopper_id, now).await.unwrap();
    wait_until("refusal", SOON, async || {
        (shop.get("/v1/orders", &shopper).await.status == 401).then_some(())
    })
    .await;
    following.abort();
}

#[tokio::test]
async fn however_often_it_is_renewed_a_session_ends_with_its_lifetime() {
    let shop = Shop::open().await;
    let old = session(-29, 1);
    let renewed = shop.post(SESSION, &with(&old, &keyring()), &json!({})).await.expect(200);
    let left = text(&renewed, "expires_at").parse::<jiff::Timestamp>().unwrap();
    let left_days = (left.as_millisecond() - SystemClock.now().as_millisecond()) / DAY_MS;
    assert!((0..=1).contains(&left_days), "{left_days} of the 7 days of a younger one");
    let young = shop.shopper().await;
    let renewed = shop.post(SESSION, &young, &json!({})).await.expect(200);
    let left = text(&renewed, "expires_at").parse::<jiff::Timestamp>().unwrap();
    assert!(left.as_millisecond() - SystemClock.now().as_millisecond() > 6 * DAY_MS);
}

#[tokio::test]
async fn nobody_becomes_somebody_new_while_keys_are_rotated() {
    let (old, new) = (TEST_KEYS.to_owned(), format!("2:{}", "cd".repeat(32)));
    let steps =
        [old.clone(), format!("{old},{new}"), format!("{new},{old}"), format!("{new},1:retired")];
    let redis = TestRedis::create().await;
    let open = async |keys: &String| {
        let redis_url = ("SLUICE_REDIS__URL", redis.url().to_owned());
        Shop::open_with([redis_url, ("SLUICE_CREDENTIALS__SESSION_KEYS", keys.clone())]).await
    };
    let mut shopper_ids = BTreeSet::new();
    let mut who = NOBODY;
    // Each step is rolled out beside the one before: a shopper meets both, in any order.
    for pair in steps[..3].windows(2) {
        let (before, after) = (open(&pair[0]).await, open(&pair[1]).await);
        for shop in [&before, &after, &before, &after] {
            let session = shop.post(SESSION, &who, &json!({})).await;
            assert!(session.status.is_success(), "{}", session.text);
            who = Who(Some(text(&session.json, "token")));
            shopper_ids.insert(text(&session.json, "shopper_id"));
        }
    }
    assert_eq!(shopper_ids.len(), 1, "{shopper_ids:?}");

    // Where signing came first, the old process keeps the shopper waiting, and makes no other.
    let shop = open(&steps[0]).await;
    shop.post(SESSION, &who, &json!({})).await.expect_problem(503, "session_key_unknown");
    shop.get("/v1/orders", &who).await.expect_problem(503, "session_key_unknown");
    shop.delete(SESSION, &who).await.expect_problem(503, "session_key_unknown");
    let shop = open(&steps[3]).await;
    let stolen = with(&session(0, 1), &keyring());
    shop.get("/v1/orders", &stolen).await.expect_problem(401, "session_invalid");
    shop.post(SESSION, &stolen, &json!({})).await.expect(201);
}
