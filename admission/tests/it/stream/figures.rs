//! What who waits hears beside the position: what is left, how long it takes, and how likely a unit is.

use super::EPOCH;
use crate::harness::{AdmissionTest, PATIENCE, TestShopper, until};
use serde_json::{Value, json};
use std::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_hears_what_is_left_and_what_is_held() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = test.stream(&instance, token, "").await;
    until(&mut socket, |frame| frame["units_left"] == 1000 && frame["units_held"] == 0).await;

    let stock = [test.room.stock(9, 0, 7)];
    test.room.queue.update_stock(test.room.drop_id, EPOCH, &stock).await.unwrap();
    // Nobody moves, so nothing else makes the frame due before it is 15 s since the last one.
    let begun = Instant::now();
    until(&mut socket, |frame| frame["units_left"] == 0 && frame["units_held"] == 7).await;
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    let (_, view) = test.status(&instance, token).await;
    assert_eq!((&view["units_left"], &view["units_held"]), (&json!(0), &json!(7)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_hears_how_long_it_takes_and_how_likely_a_unit_is() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = test.stream(&instance, token, "").await;
    let first = until(&mut socket, |frame| frame["units_left"] == 1000).await;
    let seconds = |view: &Value, field: &str| view[field].as_u64().unwrap();
    assert!(seconds(&first, "eta_p50_s") <= seconds(&first, "eta_p90_s"), "{first}");
    assert_eq!((&first["odds_percent"], &first["standby"]), (&json!(95), &json!(false)));

    // Whoever polls is told the same, and why it takes longer than what they say they were told.
    let (_, view) = test.status_after(&instance, token, "?seen=1.2.1&eta=0").await;
    assert_eq!(seconds(&view, "eta_p50_s"), seconds(&first, "eta_p50_s"), "{view}");
    assert_eq!((&view["eta_reason"], &view["odds_percent"]), (&json!("slower"), &json!(95)));
    let (_, view) = test.status_after(&instance, token, "?seen=1.2.1&eta=nonsense").await;
    assert!(view["eta_p50_s"].is_u64() && view["eta_reason"].is_null(), "{view}");

    let stock = [test.room.stock(9, 0, 7)];
    test.room.queue.update_stock(test.room.drop_id, EPOCH, &stock).await.unwrap();
    let held = until(&mut socket, |frame| frame["standby"] == true).await;
    assert!(held["eta_p50_s"].is_null() && seconds(&held, "odds_percent") > 50, "{held}");
    let (_, view) = test.status(&instance, token).await;
    assert_eq!((&view["standby"], &view["odds_percent"]), (&json!(true), &held["odds_percent"]));
    assert!(view["eta_p50_s"].is_null(), "{view}");
}
