//! What everybody may see: a second old at most, and never in a payment's way.

use crate::shop::{NOBODY, SOON, Shop};
use futures_util::future::join_all;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::wait_until;
use uuid::Uuid;

#[tokio::test]
async fn a_change_is_seen_a_moment_later() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = format!("/v1/drops/{}", shop.drop_of(&seller).await);
    assert_eq!(shop.get(&path, &NOBODY).await.expect(200)["title"], "Friday drop");
    assert_eq!(shop.get("/v1/drops", &NOBODY).await.expect(200)["data"][0]["title"], "Friday drop");
    let renamed = "update drops set title = 'Sunday drop'";
    sqlx::query(renamed).execute(&shop.app.pool).await.unwrap();
    wait_until("new title", SOON, async || {
        let one = shop.get(&path, &NOBODY).await.expect(200);
        let list = shop.get("/v1/drops", &NOBODY).await.expect(200);
        let is_new = [&one, &list["data"][0]].iter().all(|drop| drop["title"] == "Sunday drop");
        is_new.then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_servers_clock_is_not_from_the_cache() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = format!("/v1/drops/{}", shop.drop_of(&seller).await);
    let first = shop.get(&path, &NOBODY).await.expect(200);
    let second = shop.get(&path, &NOBODY).await.expect(200);
    assert_ne!(first["server_time"], second["server_time"]);
}

#[tokio::test]
async fn whoever_only_looks_keeps_no_payment_waiting() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let seen = format!("/v1/drops/{drop_id}");
    shop.get(&seen, &NOBODY).await.expect(200);

    let mut blocker = shop.database.pool().begin().await.unwrap();
    let lock = "lock table drops in access exclusive mode";
    sqlx::query(lock).execute(&mut *blocker).await.unwrap();
    let n_answered = AtomicUsize::new(0);
    let looks = join_all((0..40).map(|_| async {
        let answer = shop.get(&format!("/v1/drops/{}", Uuid::now_v7()), &NOBODY).await;
        n_answered.fetch_add(1, Ordering::Relaxed);
        answer
    }));
    let paying = async {
        wait_until("look that is sent away", SOON, async || {
            (n_answered.load(Ordering::Relaxed) > 0).then_some(())
        })
        .await;
        let body = json!({ "payment_method": "pm_card_approve" });
        let path = format!("/v1/orders/{order_id}/payment");
        shop.post(&path, &shopper, &body).await.expect(202);
        let known = shop.get(&seen, &NOBODY).await;
        assert_eq!(known.status, 200, "what was true a moment ago will do: {}", known.text);
        blocker.rollback().await.unwrap();
    };
    let (answers, ()) = tokio::join!(looks, paying);
    let n_sent_away = answers.iter().filter(|answer| answer.code() == "overloaded").count();
    assert!(n_sent_away > 0);
    for answer in answers {
        assert!(matches!(answer.status.as_u16(), 404 | 503), "{}", answer.text);
    }
}
