//! Keys change while visitors are inside.

use crate::{
    shop::{Shop, TestBrowser},
    stand_in::{StandInSluice, claims, sign},
};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// What has to happen happens by then.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_rotation_turns_nobody_away() {
    let sluice = StandInSluice::start().await;
    let shop = Shop::open(&sluice, None);
    let mut first = TestBrowser::default();
    shop.enter(&mut first, &sluice.pass()).await.expect_sent_in("/hall");

    // The new key signs before the shop has seen it: it is fetched when a token names it.
    sluice.rotate_to(&[2, 1]);
    let begun = Instant::now();
    let mut second = TestBrowser::default();
    while second.cookie.is_empty() {
        assert!(begun.elapsed() < SOON, "the new key is never fetched");
        shop.enter(&mut second, &sluice.pass()).await;
        sleep(Duration::from_millis(100)).await;
    }
    for browser in [&mut first, &mut second] {
        shop.look(browser).await.expect_inside();
    }
    assert_eq!(sluice.n_key_requests(), 2);
}

#[tokio::test]
async fn tokens_with_made_up_keys_do_not_make_the_shop_ask_for_ever() {
    let sluice = StandInSluice::start().await;
    let shop = Shop::open(&sluice, None);
    for seed in 10..60 {
        let forged = sign(seed, &claims(sluice.drop_id, Uuid::from_u128(1), "handover", 60));
        let mut browser = TestBrowser::default();
        shop.enter(&mut browser, &forged).await.expect_sent_to_the_line(&sluice, "%2Fhall");
    }
    assert!(sluice.n_key_requests() <= 2, "asked {} times", sluice.n_key_requests());
}
