//! What a guard has to ask is away: it refuses.

use crate::{
    document::routes,
    roles::ask,
    shop::{Shop, Who},
};
use serde_json::json;
use std::collections::BTreeMap;

/// A storefront whose Postgres and Redis nobody can reach.
async fn alone() -> Shop {
    Shop::open_with([
        ("SLUICE_DATABASE__URL", "postgres://nobody@127.0.0.1:1/nothing".to_owned()),
        ("SLUICE_DATABASE__ACQUIRE_TIMEOUT_MS", "50".to_owned()),
        ("SLUICE_REDIS__URL", "redis://127.0.0.1:1".to_owned()),
    ])
    .await
}

#[tokio::test]
async fn no_key_opens_any_route_while_nobody_can_tell_whose_it_is() {
    let shop = alone().await;
    let mut answers = BTreeMap::<u16, usize>::new();
    for (n, route) in routes().into_iter().enumerate() {
        if !route.role.contains("_key") {
            continue;
        }
        // As long as nobody can tell, each may be a good one.
        let who = Who(Some(format!("sk_{n:064x}")));
        let (status, code) = ask(&shop, &route, &who).await;
        assert!(matches!(status, 429 | 503), "{route:?}: {status} {code}");
        *answers.entry(status).or_default() += 1;
    }
    assert!(answers.get(&503).is_some_and(|n| *n > 0), "{answers:?}");
}

#[tokio::test]
async fn a_callback_without_its_signature_is_refused_whatever_is_away() {
    let shop = alone().await;
    let event = json!({ "event_id": "e", "reference": "r", "type": "payment.captured" });
    let answer = shop.post("/v1/provider/callbacks", &Who(None), &event).await;
    assert_eq!(answer.status, 401, "{}", answer.text);
}

#[tokio::test]
async fn nobody_is_told_that_a_session_is_over_of_which_that_was_not_written_down() {
    let shop = alone().await;
    let shopper = shop.shopper().await;
    let answer = shop.delete("/v1/session", &shopper).await;
    assert!(answer.status.is_server_error(), "{}", answer.text);
    shop.shopper_id(&shopper).await;
}
