//! Sluice takes passes back, or is away.

use crate::{
    shop::{Shop, TestBrowser},
    stand_in::StandInSluice,
};
use axum::http::{StatusCode, header};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const ASK_AGAIN_AFTER: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_pass_that_is_taken_back_counts_until_sluice_is_asked_again() {
    let sluice = StandInSluice::start().await;
    let shop = Shop::open(&sluice, Some(ASK_AGAIN_AFTER));
    let mut browser = TestBrowser::default();
    shop.enter(&mut browser, &sluice.pass()).await.expect_sent_in("/hall");
    let begun = Instant::now();
    for _ in 0..50 {
        shop.look(&mut browser).await.expect_inside();
    }
    let n_due = begun.elapsed().as_millis() / ASK_AGAIN_AFTER.as_millis() + 1;
    assert!(sluice.n_gate_requests() as u128 <= n_due, "asked at each request");
    sluice.revoke_all();
    sleep(ASK_AGAIN_AFTER).await;
    shop.look(&mut browser).await.expect_sent_to_the_line(&sluice, "%2Fhall");
}

#[tokio::test]
async fn while_sluice_is_away_those_inside_stay_and_nobody_else_gets_in() {
    let sluice = StandInSluice::start().await;
    let shop = Shop::open(&sluice, Some(Duration::ZERO));
    let mut inside = TestBrowser::default();
    shop.enter(&mut inside, &sluice.pass()).await.expect_sent_in("/hall");
    shop.look(&mut inside).await.expect_inside();
    sluice.stop();

    shop.look(&mut inside).await.expect_inside();
    let (mut late, pass) = (TestBrowser::default(), sluice.pass());
    let refused = shop.enter(&mut late, &pass).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers.contains_key(header::RETRY_AFTER) && late.cookie.is_empty());
    shop.look(&mut late).await.expect_sent_to_the_line(&sluice, "%2Fhall");
    let left = shop.leave(&mut inside).await;
    assert_eq!(left.status, StatusCode::SERVICE_UNAVAILABLE);
    shop.look(&mut inside).await.expect_inside();
}
