//! A seller's members: who its own site says they are, once for each token.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, TestSeller, Who, drop_body},
};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use testkit::TestRedis;
use uuid::Uuid;

const MEMBER: &str = "/v1/session/member";
const KEYS: &str = "/v1/seller/join-keys";

/// A seller's own site.
struct Site {
    seller: TestSeller,
    private_key: Ed25519KeyPair,
    key_id: String,
}

impl Site {
    async fn of(shop: &Shop, seed: u8) -> Self {
        let seller = shop.seller().await;
        let private_key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let public_key = URL_SAFE_NO_PAD.encode(private_key.public_key().as_ref());
        let body = json!({ "name": "site", "public_key": public_key });
        let stored = shop.post(KEYS, &seller.who, &body).await.expect(201);
        Self { seller, private_key, key_id: text(&stored, "id") }
    }

    /// A token for a member, with a name of its own.
    fn token(&self, member: &str) -> String {
        self.token_that_ends(member, 60)
    }

    fn token_that_ends(&self, member: &str, in_s: i64) -> String {
        let exp = SystemClock.now().as_second() + in_s;
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.key_id });
        let claims =
            json!({ "aud": "sluice-join", "sub": member, "jti": Uuid::now_v7(), "exp": exp });
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.private_key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

async fn present(shop: &Shop, token: &str) -> Answer {
    shop.post(MEMBER, &NOBODY, &json!({ "token": token })).await
}

#[tokio::test]
async fn a_member_is_the_same_shopper_each_time_and_others_are_others() {
    let shop = Shop::open().await;
    let (site, other_site) = (Site::of(&shop, 1).await, Site::of(&shop, 2).await);
    let first = present(&shop, &site.token("member-7")).await.expect(201);
    let again = present(&shop, &site.token("member-7")).await.expect(201);
    let other = present(&shop, &site.token("member-8")).await.expect(201);
    let elsewhere = present(&shop, &other_site.token("member-7")).await.expect(201);
    assert_eq!(first["shopper_id"], again["shopper_id"]);
    assert_ne!(first["shopper_id"], other["shopper_id"]);
    assert_ne!(first["shopper_id"], elsewhere["shopper_id"]);
    assert_eq!(first["member_of"], json!(site.seller.id));

    let who = Who(Some(text(&first, "token")));
    let renewed = shop.post("/v1/session", &who, &json!({})).await.expect(200);
    assert_eq!(renewed["member_of"], json!(site.seller.id), "a renewal keeps it");
    assert_eq!(renewed["shopper_id"], first["shopper_id"]);
}

#[tokio::test]
async fn a_token_makes_one_session_however_many_present_it_at_once() {
    let shop = Shop::open().await;
    let site = Site::of(&shop, 1).await;
    let token = site.token("member-7");
    let answers = join_all((0..20).map(|_| present(&shop, &token))).await;
    let n_made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(n_made, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(401, "join_token_used");
    }
}

#[tokio::test]
async fn what_the_site_has_not_said_or_says_no_more_counts_for_nothing() {
    let shop = Shop::open().await;
    let (site, other_site) = (Site::of(&shop, 1).await, Site::of(&shop, 2).await);
    let in_anothers_name = Site { key_id: other_site.key_id.clone(), ..Site::of(&shop, 3).await };
    let nobodys = Site { key_id: Uuid::now_v7().to_string(), ..Site::of(&shop, 4).await };
    let tokens = [
        "x.y.z".to_owned(),
        String::new(),
        in_anothers_name.token("member-7"),
        nobodys.token("member-7"),
        site.token_that_ends("member-7", -1),
        site.token_that_ends("member-7", 3600),
    ];
    for token in tokens {
        present(&shop, &token).await.expect_problem(401, "join_token_invalid");
    }
    let path = format!("{KEYS}/{}/revoke", site.key_id);
    shop.post(&path, &site.seller.who, &json!({ "why": "leaked" })).await.expect(200);
    let late = present(&shop, &site.token("member-7")).await;
    late.expect_problem(401, "join_token_invalid");
    let action: String = shop
        .database
        .scalar(
            "select action from audit_log where action like 'join_key%' order by id desc limit 1",
        )
        .await;
    assert_eq!(action, "join_key.revoke");
}

#[tokio::test]
async fn members_prove_no_work_when_guests_have_to() {
    let redis = TestRedis::create().await;
    let shop = Shop::open_with([
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_ABUSE__POW_MODE", "always".to_owned()),
        ("SLUICE_ABUSE__POW_EXEMPT", "192.0.2.0/24".to_owned()),
    ])
    .await;
    let guest = shop.post("/v1/session", &NOBODY, &json!({})).await;
    guest.expect_problem(403, "proof_needed");
    let site = Site::of(&shop, 1).await;
    let member = present(&shop, &site.token("member-7")).await.expect(201);

    let who = Who(Some(text(&member, "token")));
    shop.post("/v1/session", &who, &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_drop_says_whether_it_is_for_members() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["members_only"] = json!(true);
    let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let path = format!("/v1/drops/{}", text(&made, "id"));
    assert_eq!(shop.get(&path, &NOBODY).await.expect(200)["members_only"], true);
}

#[tokio::test]
async fn keys_that_are_none_are_refused() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    for public_key in ["", "abc", &"A".repeat(44), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"] {
        let body = json!({ "name": "site", "public_key": public_key });
        let answer = shop.post(KEYS, &seller.who, &body).await;
        assert_eq!((answer.code(), answer.fields()), ("invalid_fields", vec!["/public_key"]));
    }
}
