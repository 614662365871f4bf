//! Passes, as a site's own server deals with them: redeemed once (PASS-1), ended, taken back.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, Who},
    site::{ProtectedSite, cookie},
};
use aws_lc_rs::{hmac, signature::Ed25519KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credentials::{EntryReason, PassClaims, PassKeys, PassPurpose},
    ids::{DropId, ShopperId, TicketId},
};
use testkit::{TestRedis, settings::TEST_KEYS};
use uuid::Uuid;

const REDEEM: &str = "/v1/passes/redeem";
const END: &str = "/v1/passes/end";
const KEYS: &str = "/v1/passes/keys.json";

async fn redeem(shop: &Shop, who: &Who, drop_id: &str, pass: &str) -> Answer {
    shop.post(REDEEM, who, &json!({ "drop_id": drop_id, "pass": pass })).await
}

async fn end(shop: &Shop, who: &Who, drop_id: &str, ticket_ids: &[&str]) -> Answer {
    shop.post(END, who, &json!({ "drop_id": drop_id, "ticket_ids": ticket_ids })).await
}

async fn revoke(shop: &Shop, who: &Who, path: &str, drop_id: &str) -> Answer {
    shop.post(path, who, &json!({ "drop_id": drop_id, "why": "shared" })).await
}

/// What a token of ours says for somebody who never stood in line.
fn claims(drop_id: &str, lasts_s: i64) -> PassClaims {
    let now_s = SystemClock.now().as_second();
    PassClaims {
        jti: TicketId::generate(),
        aud: drop_id.parse::<DropId>().unwrap(),
        sub: ShopperId::generate(),
        iss: "http://elsewhere".to_owned(),
        iat: now_s,
        nbf: now_s,
        exp: now_s + lasts_s,
        purpose: PassPurpose::HandOver,
        reason: EntryReason::Queue,
    }
}

fn keys(text: &str) -> PassKeys {
    PassKeys::parse(&text.into()).unwrap()
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

#[tokio::test]
async fn of_many_who_redeem_a_pass_at_once_one_lets_its_visitor_in() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let (ticket_id, pass) = site.admitted(&shop).await;
    let asking = (0..8).map(|_| redeem(&shop, &site.seller.who, &site.drop_id, &pass));
    let answers = join_all(asking).await;
    let (redeemed, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(redeemed.len(), 1);
    for answer in refused {
        answer.expect_problem(409, "pass_redeemed");
    }
    let begun = &redeemed[0].json;
    assert_eq!(begun["ticket_id"], ticket_id);
    assert_eq!(site.story_of(&shop, &ticket_id).await, ("redeemed".to_owned(), 1));

    let (drop_id, now_s) = (site.drop_id.parse().unwrap(), SystemClock.now().as_second());
    let visit = text(begun, "visit");
    let visit = keys(TEST_KEYS).verify(&visit, PassPurpose::Visit, drop_id, now_s).unwrap();
    let ends_at: jiff::Timestamp = text(begun, "expires_at").parse().unwrap();
    assert_eq!(visit.exp, ends_at.as_second());
    let at_gate = site.enter(&shop, &pass, "/", None).await;
    assert!(!at_gate.headers.contains_key("set-cookie"), "the gate is no second way");
}

#[tokio::test]
async fn each_pass_that_is_none_has_its_code() {
    let shop = Shop::open().await;
    let (site, other) = (ProtectedSite::open(&shop).await, ProtectedSite::open(&shop).await);
    let (ticket_id, pass) = site.admitted(&shop).await;
    let (own, drop_id) = (&site.seller.who, site.drop_id.as_str());
    let strange = keys(&format!("1:{}", "cd".repeat(32)));
    let unknown = keys(&format!("9:{}", "ab".repeat(32)));
    let visit = PassClaims { purpose: PassPurpose::Visit, ..claims(drop_id, 60) };
    let mut changed = pass.clone();
    let last = if pass.ends_with('A') { "B" } else { "A" };
    changed.replace_range(pass.len() - 1.., last);
    for (what, token, status, code) in [
        ("nothing", String::new(), 422, "pass_invalid"),
        ("no token", "a.b.c".to_owned(), 422, "pass_invalid"),
        ("changed", changed, 422, "pass_invalid"),
        ("of a strange key", strange.sign(&claims(drop_id, 60)), 422, "pass_invalid"),
        ("of no key of ours", unknown.sign(&claims(drop_id, 60)), 422, "pass_invalid"),
        ("of a visit", keys(TEST_KEYS).sign(&visit), 422, "pass_invalid"),
        ("of nobody", keys(TEST_KEYS).sign(&claims(drop_id, 60)), 422, "pass_invalid"),
        ("over", keys(TEST_KEYS).sign(&claims(drop_id, -1)), 409, "pass_expired"),
        (
            "for another site",
            keys(TEST_KEYS).sign(&claims(&other.drop_id, 60)),
            403,
            "pass_foreign",
        ),
    ] {
        let refused = redeem(&shop, own, drop_id, &token).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (status, code), "{what}");
    }
    let stolen = redeem(&shop, &other.seller.who, drop_id, &pass).await;
    stolen.expect_problem(403, "pass_foreign");
    let passed_on = redeem(&shop, &other.seller.who, &other.drop_id, &pass).await;
    passed_on.expect_problem(403, "pass_foreign");
    assert_eq!(site.story_of(&shop, &ticket_id).await, ("passed".to_owned(), 0));

    end(&shop, own, drop_id, &[&ticket_id]).await.expect(200);
    redeem(&shop, own, drop_id, &pass).await.expect_problem(409, "pass_over");
    let (ticket_id, pass) = site.admitted(&shop).await;
    revoke(&shop, own, &format!("/v1/passes/{ticket_id}/revoke"), drop_id).await.expect(200);
    redeem(&shop, own, drop_id, &pass).await.expect_problem(409, "pass_revoked");
}

#[tokio::test]
async fn no_pass_chooses_how_it_is_verified() {
    let shop = Shop::open().await;
    let site = ProtectedSite::open(&shop).await;
    let set = shop.get(KEYS, &NOBODY).await.expect(200);
    let public_key = text(&set["keys"][0], "x");
    let payload = part(&json!(claims(&site.drop_id, 60)));
    let ours = Ed25519KeyPair::from_seed_unchecked(&[0xab; 32]).unwrap();
    let mut tokens = Vec::new();
    for alg in ["none", "None", "HS256", "ES256", "EdDsa", ""] {
        let signed = format!("{}.{payload}", part(&json!({ "alg": alg, "kid": "1" })));
        tokens.push(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(ours.sign(signed.as_bytes()))));
        tokens.push(format!("{signed}."));
        let secret = hmac::Key::new(hmac::HMAC_SHA256, public_key.as_bytes());
        let tag = hmac::sign(&secret, signed.as_bytes());
        tokens.push(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)));
    }
    for token in tokens {
        let refused = redeem(&shop, &site.seller.who, &site.drop_id, &token).await;
        refused.expect_problem(422, "pass_invalid");
        let entered = site.enter(&shop, &token, "/", None).await;
        assert!(!entered.headers.contains_key("set-cookie"), "{token}");
    }
}

#[tokio::test]
async fn visits_are_ended_by_their_own_site() {
    let shop = Shop::open().await;
    let (site, other) = (ProtectedSite::open(&shop).await, ProtectedSite::open(&shop).await);
    let (one, two) = (site.visitor(&shop).await, site.visitor(&shop).await);
    let elsewhere = other.visitor(&shop).await.0;
    let (own, drop_id) = (&site.seller.who, site.drop_id.as_str());
    let foreign = end(&shop, &other.seller.who, drop_id, &[&one.0]).await;
    foreign.expect_problem(404, "drop_not_found");
    assert_eq!(site.check(&shop, Some(&one.1)).await.status, 204);

    let nobodys = Uuid::now_v7().to_string();
    let strays = [one.0.as_str(), &elsewhere, &nobodys];
    let ended = end(&shop, own, drop_id, &strays).await.expect(200);
    assert_eq!(ended["ended"], json!([one.0]));
    assert_eq!(site.check(&shop, Some(&one.1)).await.status, 302);
    assert_eq!(site.check(&shop, Some(&two.1)).await.status, 204);
    assert_eq!(other.story_of(&shop, &elsewhere).await.0, "redeemed");
    let again = end(&shop, own, drop_id, &strays).await.expect(200);
    assert_eq!(again["ended"], json!([]));

    end(&shop, own, drop_id, &[]).await.expect_problem(422, "invalid_fields");
    let many: Vec<_> = (0..401).map(|_| Uuid::now_v7().to_string()).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    end(&shop, own, drop_id, &many).await.expect_problem(422, "invalid_fields");
    end(&shop, own, drop_id, &many[1..]).await.expect(200);
}

#[tokio::test]
async fn a_pass_is_taken_back_by_its_seller_or_an_operator_and_it_is_written_down() {
    let shop = Shop::open().await;
    let (site, other) = (ProtectedSite::open(&shop).await, ProtectedSite::open(&shop).await);
    let operator = shop.operator().await;
    let drop_id = site.drop_id.as_str();
    for (who, base) in [(&site.seller.who, "/v1/passes"), (&operator, "/v1/operator/passes")] {
        let (ticket_id, own) = site.visitor(&shop).await;
        let foreign = format!("/v1/passes/{ticket_id}/revoke");
        for stranger in [&site.drop_id, &other.drop_id] {
            let refused = revoke(&shop, &other.seller.who, &foreign, stranger).await;
            refused.expect_problem(404, "pass_not_found");
        }
        assert_eq!(site.check(&shop, Some(&own)).await.status, 204);
        let path = format!("{base}/{ticket_id}/revoke");
        let taken = revoke(&shop, who, &path, drop_id).await.expect(200);
        assert_eq!(taken, json!({ "ticket_id": ticket_id, "state": "revoked" }));
        assert_eq!(site.check(&shop, Some(&own)).await.status, 302, "this process knows at once");
        revoke(&shop, who, &path, drop_id).await.expect(200);
    }
    let (ended, _) = site.visitor(&shop).await;
    end(&shop, &site.seller.who, drop_id, &[&ended]).await.expect(200);
    let path = format!("/v1/operator/passes/{ended}/revoke");
    revoke(&shop, &operator, &path, drop_id).await.expect_problem(409, "pass_over");

    let audit = format!("/v1/operator/audit?drop_id={drop_id}");
    let log = shop.get(&audit, &operator).await.expect(200);
    let rows = log["data"].as_array().unwrap().iter();
    let rows: Vec<_> = rows.filter(|row| row["action"] == "pass.revoke").collect();
    assert_eq!(rows.len(), 2, "a repeat is no change: {log}");
    assert_eq!((&rows[0]["actor"], &rows[0]["why"]), (&json!("operator:ann"), &json!("shared")));
    assert!(text(rows[1], "actor").starts_with("seller:"));
}

#[tokio::test]
async fn keys_of_passes_are_rotated_and_no_visitor_is_lost() {
    let (old, new) = (TEST_KEYS.to_owned(), format!("2:{}", "cd".repeat(32)));
    let steps = [old.clone(), format!("{old},{new}"), format!("{new},{old}"), new.clone()];
    let first = Shop::open().await;
    let redis = TestRedis::create().await;
    let open = async |keys: &String| {
        Shop::open_with([
            ("SLUICE_REDIS__URL", redis.url().to_owned()),
            ("SLUICE_DATABASE__URL", first.database.url().to_owned()),
            ("SLUICE_STOREFRONT__PASS_KEYS", keys.clone()),
        ])
        .await
    };
    let site = ProtectedSite::open(&first).await;
    // Each step is rolled out beside the one before, so a visitor meets both.
    for pair in steps[..3].windows(2) {
        let (before, after) = (open(&pair[0]).await, open(&pair[1]).await);
        for (one, two) in [(&before, &after), (&after, &before)] {
            let (_, pass) = site.admitted(one).await;
            let entered = site.enter(two, &pass, "/", None).await;
            let own = cookie(&entered).expect("a cookie");
            assert_eq!(site.check(one, Some(&own)).await.status, 204);
            assert_eq!(site.check(two, Some(&own)).await.status, 204);
        }
    }
    let kids = async |shop: &Shop| {
        let set = shop.get(KEYS, &NOBODY).await;
        assert_eq!(set.headers["cache-control"], "public, max-age=60");
        let listed = set.json["keys"].as_array().unwrap().clone();
        listed.iter().map(|key| text(key, "kid")).collect::<Vec<_>>()
    };
    assert_eq!(kids(&open(&steps[1]).await).await, ["1", "2"], "it is listed before it signs");
    assert_eq!(kids(&open(&steps[2]).await).await, ["2", "1"]);
    let last = open(&steps[3]).await;
    let stolen = site.visitor(&open(&steps[0]).await).await.1;
    assert_eq!(site.check(&last, Some(&stolen)).await.status, 302);
}
