//! The gate of a protected site, as its proxy and the browsers of its visitors meet it.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, SOON, Shop},
    site::{ProtectedSite, cookie, location, site_body},
};
use database::selling::passes;
use reqwest::Method;
use serde_json::json;
use shared::{
    credentials::{PassKeys, PassPurpose},
    ids::DropId,
};
use testkit::{settings::TEST_KEYS, wait_until};

/// Ways to say another host, or something else that is no place on the site.
const ELSEWHERE: [&str; 14] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/%2f/evil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "/%252f%252fevil.example",
    "/\t/evil.example",
    "/..//evil.example",
    "/%2e%2e//evil.example",
    "https://evil.example",
    "http://site.test@evil.example/",
    "javascript:alert(1)",
    "/.sluice/leave",
];

#[tokio::test]
async fn a_visitor_waits_comes_in_once_and_is_inside() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let waiting = site.waiting_page(&shop, "?to=%2Flamps%3Fsize%3D2");
    let outside = site.check(&shop, None).await;
    assert_eq!((outside.status.as_u16(), location(&outside)), (302, waiting.as_str()));
    assert_eq!(outside.headers["cache-control"], "no-store");
    let request = site.gate(&shop, Method::GET, "check?answer=401", None);
    let request = request.header("x-original-uri", "/lamps?size=2").send().await;
    let refused = Answer::read(request.unwrap()).await;
    assert_eq!((refused.status.as_u16(), location(&refused)), (401, waiting.as_str()));

    let (ticket_id, pass) = site.admitted(&shop).await;
    let entered = site.enter(&shop, &pass, "/lamps?size=2", None).await;
    assert_eq!((entered.status.as_u16(), location(&entered)), (303, "/lamps?size=2"));
    let own = cookie(&entered).unwrap();
    assert!(own.starts_with(&format!("sluice-pass-{}=", &site.drop_id[..8])), "{own}");
    let set = entered.headers["set-cookie"].to_str().unwrap();
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=1"] {
        assert!(set.contains(part), "{part}: {set}");
    }
    assert!(!set.contains("Secure"), "the site has no https: {set}");

    let inside = site.check(&shop, Some(&own)).await;
    assert_eq!(inside.status, 204, "{}", inside.text);
    assert_eq!(inside.headers["x-sluice-pass"], ticket_id.as_str());

    let again = site.enter(&shop, &pass, "/lamps?size=2", Some(&own)).await;
    assert_eq!((again.status.as_u16(), location(&again)), (303, "/lamps?size=2"));
    assert!(cookie(&again).is_none(), "it has its cookie");
    let replayed = site.enter(&shop, &pass, "/lamps?size=2", None).await;
    assert_eq!((replayed.status.as_u16(), location(&replayed)), (303, waiting.as_str()));
    assert!(cookie(&replayed).is_none());
    assert_eq!(site.story_of(&shop, &ticket_id).await, ("redeemed".to_owned(), 1));
}

#[tokio::test]
async fn a_site_with_https_has_a_cookie_that_no_other_host_can_set() {
    let shop = Shop::open().await;
    let mut body = site_body();
    body["site_url"] = json!("https://site.test/sale/");
    let site = ProtectedSite::open_with(&shop, &body).await;
    let (_, pass) = site.admitted(&shop).await;
    let entered = site.enter(&shop, &pass, "/admin", None).await;
    assert_eq!(location(&entered), "/sale/", "the rest of the host is not the site");
    let own = cookie(&entered).unwrap();
    assert!(own.starts_with("__Host-sluice-pass-"), "{own}");
    assert!(entered.headers["set-cookie"].to_str().unwrap().contains("; Secure"));
    assert_eq!(site.check(&shop, Some(&own)).await.status, 204);
    let planted = own.replace("__Host-", "");
    assert_eq!(site.check(&shop, Some(&planted)).await.status, 302);
}

#[tokio::test]
async fn no_other_token_is_taken_for_a_visit() {
    let shop = Shop::open().await;
    let (site, other) = (ProtectedSite::open(&shop).await, ProtectedSite::open(&shop).await);
    let (ticket_id, pass) = site.admitted(&shop).await;
    let name = |site: &ProtectedSite| format!("sluice-pass-{}", &site.drop_id[..8]);
    let visit = site.visitor(&shop).await.1;
    let visit = visit.split_once('=').unwrap().1;
    for (site, token) in [(&site, pass.as_str()), (&other, visit), (&site, ""), (&site, "a.b.c")] {
        let planted = format!("{}={token}", name(site));
        assert_eq!(site.check(&shop, Some(&planted)).await.status, 302, "{token}");
        let entered = site.enter(&shop, token, "/", Some(&planted)).await;
        // The first of them is a pass after all.
        assert_eq!(cookie(&entered).is_some(), token == pass, "{token}");
    }
    let entered = site.enter(&shop, visit, "/", None).await;
    assert_eq!(location(&entered), site.waiting_page(&shop, "?to=%2F"));
    assert_eq!(site.story_of(&shop, &ticket_id).await, ("redeemed".to_owned(), 1));
}

#[tokio::test]
async fn a_pass_that_was_taken_back_elsewhere_is_refused_soon() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let (ticket_id, own) = site.visitor(&shop).await;
    assert_eq!(site.check(&shop, Some(&own)).await.status, 204);
    let (pool, drop_id) = (&shop.app.pool, site.drop_id.parse().unwrap());
    let taken = passes::revoke(pool, None, drop_id, ticket_id.parse().unwrap(), "x", "y").await;
    taken.unwrap();
    wait_until("refusal", SOON, async || {
        (site.check(&shop, Some(&own)).await.status == 302).then_some(())
    })
    .await;
    let entered = site.enter(&shop, "", "/", Some(&own)).await;
    assert_eq!(location(&entered), site.waiting_page(&shop, "?to=%2F"));
}

#[tokio::test]
async fn a_visitor_leaves_and_only_the_sites_own_pages_may_ask_for_it() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let (ticket_id, own) = site.visitor(&shop).await;
    let leave = async |origin: Option<&str>, cookie: Option<&str>| {
        let request = site.gate(&shop, Method::POST, "leave", cookie);
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        Answer::read(request.send().await.unwrap()).await
    };
    for foreign in ["http://evil.example", "null", "http://site.test.evil.example", &shop.url] {
        let refused = leave(Some(foreign), Some(&own)).await;
        refused.expect_problem(403, "origin_refused");
    }
    assert_eq!(site.check(&shop, Some(&own)).await.status, 204);

    let left = leave(Some("http://www.site.test"), Some(&own)).await;
    assert_eq!(left.status, 204, "{}", left.text);
    assert!(left.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(site.check(&shop, Some(&own)).await.status, 302, "this process knows at once");
    assert_eq!(site.story_of(&shop, &ticket_id).await, ("visited".to_owned(), 1));
    assert_eq!(leave(None, Some(&own)).await.status, 204, "there is nothing to leave");
    assert_eq!(leave(Some("http://site.test"), None).await.status, 204);
}

#[tokio::test]
async fn no_address_in_any_encoding_leads_away_from_the_site() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let (_, own) = site.visitor(&shop).await;
    for to in ELSEWHERE {
        let entered = site.enter(&shop, "", to, Some(&own)).await;
        assert_eq!((entered.status.as_u16(), location(&entered)), (303, "/"), "{to:?}");
        let sent_away = site.enter(&shop, "", to, None).await;
        assert_eq!(location(&sent_away), site.waiting_page(&shop, "?to=%2F"), "{to:?}");
        // No header has a tab in the middle of an address.
        if to.contains('\t') {
            continue;
        }
        let request = site.gate(&shop, Method::GET, "check", None);
        let request = request.header("x-forwarded-uri", to).send().await.unwrap();
        let checked = Answer::read(request).await;
        assert_eq!(location(&checked), site.waiting_page(&shop, ""), "{to:?}");
    }
}

#[tokio::test]
async fn whose_turn_it_is_gets_a_way_in_that_leads_nowhere_else() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let (shopper, other) = (shop.shopper().await, shop.shopper().await);
    let none = site.hand_over(&shop, &shopper, &json!({})).await;
    none.expect_problem(404, "pass_not_found");
    let ticket_id = site.let_in(&shop, &shopper).await;
    site.hand_over(&shop, &other, &json!({})).await.expect_problem(404, "pass_not_found");

    let way_in = site.hand_over(&shop, &shopper, &json!({ "to": "/lamps?size=2" })).await;
    let way_in = way_in.expect(200);
    assert_eq!((&way_in["state"], &way_in["ticket_id"]), (&json!("passed"), &json!(ticket_id)));
    let token = text(&way_in, "pass");
    let enter = format!("http://site.test/.sluice/enter?pass={token}&to=%2Flamps%3Fsize%3D2");
    assert_eq!(way_in["return_url"], enter);
    let keys = PassKeys::parse(&TEST_KEYS.into()).unwrap();
    let drop_id: DropId = site.drop_id.parse().unwrap();
    let claims = keys.verify(&token, PassPurpose::HandOver, drop_id, 0);
    assert!(claims.is_err(), "it does not count before its time");
    let now: jiff::Timestamp = text(&way_in, "server_time").parse().unwrap();
    let claims = keys.verify(&token, PassPurpose::HandOver, drop_id, now.as_second()).unwrap();
    assert_eq!(claims.jti.to_string(), ticket_id);
    assert!(claims.exp <= claims.iat + 60, "{claims:?}");
    assert_eq!(claims.iss, shop.url);

    for to in ELSEWHERE.into_iter().filter(|to| !to.contains('\t')) {
        let way_in = site.hand_over(&shop, &shopper, &json!({ "to": to })).await.expect(200);
        let url = text(&way_in, "return_url");
        let is_home =
            url.starts_with("http://site.test/.sluice/enter?") && url.ends_with("&to=%2F");
        assert!(is_home, "{to}: {url}");
    }
    let named = json!({ "to": "http://www.site.test/a" });
    let way_in = site.hand_over(&shop, &shopper, &named).await.expect(200);
    assert!(text(&way_in, "return_url").starts_with("http://www.site.test/.sluice/enter?"));
    let odd = site.hand_over(&shop, &shopper, &json!({ "to": "/\t/evil.example\u{0}" })).await;
    odd.expect_problem(422, "invalid_fields");

    let over = "update orders set hold_expires_at = now() - interval '1 second'";
    sqlx::query(over).execute(&shop.app.pool).await.unwrap();
    site.hand_over(&shop, &shopper, &json!({})).await.expect_problem(404, "pass_not_found");
    let late = site.enter(&shop, &token, "/", None).await;
    assert!(cookie(&late).is_none(), "a pass is over when its time is");
}

#[tokio::test]
async fn a_drop_that_sells_units_has_no_gate() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    for (method, ask) in [(Method::GET, "check"), (Method::GET, "enter"), (Method::POST, "leave")] {
        let request = shop.request(method, &format!("/v1/gate/{drop_id}/{ask}"), &NOBODY);
        let answer = Answer::read(request.send().await.unwrap()).await;
        answer.expect_problem(404, "drop_not_found");
    }
}

#[tokio::test]
async fn a_gate_says_nothing_for_the_sites_host() {
    let public_url = ("SLUICE_STOREFRONT__PUBLIC_URL", "https://line.test".to_owned());
    let shop = Shop::open_with([public_url]).await;
    let site = ProtectedSite::open(&shop).await;
    let ours = shop.get("/v1/drops", &NOBODY).await;
    assert!(ours.headers.contains_key("strict-transport-security"));
    let theirs = site.check(&shop, None).await;
    assert!(location(&theirs).starts_with("https://line.test/drops/"));
    assert!(!theirs.headers.contains_key("strict-transport-security"), "{:?}", theirs.headers);
    assert_eq!(theirs.headers["referrer-policy"], "no-referrer");
}
