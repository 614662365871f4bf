//! The way in and the way out.

use crate::{
    shop::{Shop, TestBrowser},
    stand_in::{StandInSluice, claims, sign},
};
use axum::http::{Method, StatusCode, header};
use std::time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn without_a_pass_every_way_leads_to_the_line_and_back_to_the_same_place() {
    let sluice = StandInSluice::start().await;
    let (shop, mut browser) = (Shop::open(&sluice, None), TestBrowser::default());
    for (path, place) in [
        ("/hall", "%2Fhall"),
        ("/hall?size=42&color=r%20d", "%2Fhall%3Fsize%3D42%26color%3Dr%2520d"),
        ("/no/such/page", "%2Fno%2Fsuch%2Fpage"),
        ("/", "%2F"),
    ] {
        let answer = shop.send(&mut browser, Method::GET, path).await;
        answer.expect_sent_to_the_line(&sluice, place);
        let posted = shop.send(&mut browser, Method::POST, path).await;
        posted.expect_sent_to_the_line(&sluice, place);
    }
    let ours = shop.send(&mut browser, Method::GET, "/.sluice/other").await;
    assert_eq!(ours.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_pass_lets_its_browser_in_and_the_address_is_clean_again() {
    let sluice = StandInSluice::start().await;
    let (shop, mut browser) = (Shop::open(&sluice, None), TestBrowser::default());
    let entered = shop.enter(&mut browser, &sluice.pass()).await;
    entered.expect_sent_in("/hall");
    let set = entered.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.starts_with("__Host-sluice-pass-0198f1de="), "{set}");
    let rest = "; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=";
    let (_, age) = set.split_once(rest).unwrap();
    assert!((590..=600).contains(&age.parse::<u64>().unwrap()), "{set}");
    shop.look(&mut browser).await.expect_inside();
}

#[tokio::test]
async fn a_pass_counts_once_but_its_own_browser_may_go_back_to_its_address() {
    let sluice = StandInSluice::start().await;
    let (shop, mut browser) = (Shop::open(&sluice, None), TestBrowser::default());
    let pass = sluice.pass();
    shop.enter(&mut browser, &pass).await.expect_sent_in("/hall");
    shop.enter(&mut browser, &pass).await.expect_sent_in("/hall");
    let mut other = TestBrowser::default();
    shop.enter(&mut other, &pass).await.expect_sent_to_the_line(&sluice, "%2Fhall");
    shop.look(&mut other).await.expect_sent_to_the_line(&sluice, "%2Fhall");
    assert_eq!(sluice.n_inside(), 1);
}

#[tokio::test]
async fn a_new_pass_is_used_even_if_an_old_visit_still_goes_on() {
    let sluice = StandInSluice::start().await;
    let (shop, mut browser) = (Shop::open(&sluice, None), TestBrowser::default());
    shop.enter(&mut browser, &sluice.pass()).await.expect_sent_in("/hall");
    let before = browser.cookie.clone();
    shop.enter(&mut browser, &sluice.pass()).await.expect_sent_in("/hall");
    assert_ne!(browser.cookie, before);
    assert_eq!(sluice.n_inside(), 2);
}

#[tokio::test]
async fn forged_foreign_and_misused_passes_never_reach_sluice() {
    let sluice = StandInSluice::start().await;
    let (shop, id) = (Shop::open(&sluice, None), Uuid::from_u128(3));
    let mine = |token_use, seconds| claims(sluice.drop_id, id, token_use, seconds);
    let mut elsewhere = mine("handover", 60);
    elsewhere["iss"] = "https://evil.example".into();
    let visit = sign(1, &mine("visit", 60));
    for pass in [
        "nonsense".to_owned(),
        String::new(),
        sign(9, &mine("handover", 60)),
        sign(1, &claims(Uuid::from_u128(4), id, "handover", 60)),
        sign(1, &elsewhere),
        visit.clone(),
        sign(1, &mine("handover", 0)),
    ] {
        let mut browser = TestBrowser::default();
        shop.enter(&mut browser, &pass).await.expect_sent_to_the_line(&sluice, "%2Fhall");
        // Who has only that is not inside either; the token of a visit would do.
        if pass != visit {
            browser.cookie = format!("__Host-sluice-pass-0198f1de={pass}");
            shop.look(&mut browser).await.expect_sent_to_the_line(&sluice, "%2Fhall");
        }
    }
    assert_eq!(sluice.n_inside(), 0);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_by_the_entrance() {
    let sluice = StandInSluice::start().await;
    let shop = Shop::open(&sluice, None);
    for to in ["https://evil.example", "//evil.example", "/%5Cevil.example", "/..//evil.example"] {
        let mut browser = TestBrowser::default();
        let to: String = to.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let path = format!("/.sluice/enter?pass={}&to={to}", sluice.pass());
        shop.send(&mut browser, Method::GET, &path).await.expect_sent_in("/");
        let path = format!("/.sluice/enter?pass=forged&to={to}");
        let mut outsider = TestBrowser::default();
        let answer = shop.send(&mut outsider, Method::GET, &path).await;
        answer.expect_sent_to_the_line(&sluice, "%2F");
    }
}

#[tokio::test]
async fn who_leaves_is_outside_at_once_and_sluice_is_told() {
    let sluice = StandInSluice::start().await;
    let shop = Shop::open(&sluice, Some(Duration::from_secs(60)));
    let mut browser = TestBrowser::default();
    shop.enter(&mut browser, &sluice.pass()).await.expect_sent_in("/hall");
    shop.look(&mut browser).await.expect_inside();
    let mut kept = browser.clone();
    let left = shop.leave(&mut browser).await;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    assert_eq!((browser.cookie.as_str(), sluice.n_inside()), ("__Host-sluice-pass-0198f1de=", 0));
    shop.look(&mut browser).await.expect_sent_to_the_line(&sluice, "%2Fhall");
    shop.look(&mut kept).await.expect_sent_to_the_line(&sluice, "%2Fhall");
    let twice = shop.leave(&mut browser).await;
    assert_eq!(twice.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn only_a_get_enters_and_only_a_post_leaves() {
    let sluice = StandInSluice::start().await;
    let (shop, mut browser) = (Shop::open(&sluice, None), TestBrowser::default());
    let path = format!("/.sluice/enter?pass={}", sluice.pass());
    for method in [Method::HEAD, Method::POST] {
        let answer = shop.send(&mut browser, method, &path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    shop.enter(&mut browser, &sluice.pass()).await.expect_sent_in("/hall");
    let answer = shop.send(&mut browser, Method::GET, "/.sluice/leave").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(sluice.n_inside(), 1);
}
