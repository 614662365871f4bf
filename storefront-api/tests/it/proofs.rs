//! Work that new guests have to do while many come.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, Who},
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credentials::ProofChallenge,
};
use testkit::{TestRedis, keyring};

const SESSION: &str = "/v1/session";
const CHALLENGE: &str = "/v1/session/challenge";
/// Guests of one minute that need no proof.
const FREE: usize = 3;

/// A shop that asks this machine for work, too, as settings say.
async fn open<const N: usize>(redis: &TestRedis, changes: [(&str, &str); N]) -> Shop {
    let mut settings = vec![
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_ABUSE__POW_EXEMPT", "192.0.2.0/24".to_owned()),
        ("SLUICE_ABUSE__POW_FREE_PER_NETWORK", FREE.to_string()),
        ("SLUICE_ABUSE__POW_LEAST", "200".to_owned()),
        ("SLUICE_ABUSE__POW_MOST", "2000".to_owned()),
    ];
    settings.extend(changes.map(|(name, value)| (name, value.to_owned())));
    Shop::open_with_all(settings).await
}

/// A shop in which so many guests have come that the next ones need a proof.
async fn busy() -> Shop {
    let shop = open(&TestRedis::create().await, []).await;
    for _ in 0..FREE {
        shop.shopper().await;
    }
    shop
}

fn hash(text: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// Solves a challenge as a stock solver does.
fn solve(challenge: &Value) -> Value {
    let salt = text(challenge, "salt");
    let found = (0..=challenge["maxnumber"].as_u64().unwrap())
        .find(|number| challenge["challenge"] == hash(&format!("{salt}{number}")));
    json!({
        "algorithm": challenge["algorithm"],
        "challenge": challenge["challenge"],
        "number": found.unwrap(),
        "salt": salt,
        "signature": challenge["signature"],
        "took": 5,
    })
}

/// Asks for a session with a proof.
async fn with(shop: &Shop, proof: &Value) -> Answer {
    let proof = STANDARD.encode(proof.to_string());
    let request = shop.request(Method::POST, SESSION, &NOBODY).header("altcha", proof);
    Answer::read(request.send().await.unwrap()).await
}

async fn without(shop: &Shop) -> Answer {
    shop.post(SESSION, &NOBODY, &json!({})).await
}

/// Asks what it costs to begin a session now.
async fn challenge(shop: &Shop) -> Value {
    shop.get(CHALLENGE, &NOBODY).await.expect(200)
}

#[tokio::test]
async fn while_it_is_calm_nobody_is_asked_for_a_proof() {
    let shop = open(&TestRedis::create().await, []).await;
    for _ in 0..FREE {
        without(&shop).await.expect(201);
    }
    let refused = without(&shop).await;
    refused.expect_problem(403, "proof_needed");
    assert_eq!(refused.json["challenge"]["algorithm"], "SHA-256");

    let here = [("SLUICE_ABUSE__POW_EXEMPT", "127.0.0.0/8")];
    let exempt = open(&TestRedis::create().await, here).await;
    for _ in 0..10 * FREE {
        without(&exempt).await.expect(201);
    }
}

#[tokio::test]
async fn a_guest_who_has_solved_the_challenge_is_let_in_by_header_or_field() {
    let shop = busy().await;
    let proof = solve(&without(&shop).await.json["challenge"]);
    with(&shop, &proof).await.expect(201);

    let challenge = challenge(&shop).await;
    assert_eq!(challenge.as_object().unwrap().len(), 5, "{challenge}");
    let field = json!({ "altcha": STANDARD.encode(solve(&challenge).to_string()) });
    let session = shop.post(SESSION, &NOBODY, &field).await.expect(201);

    let who = Who(Some(text(&session, "token")));
    shop.post(SESSION, &who, &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_proof_begins_one_session_however_many_storefronts_are_asked_at_once() {
    let redis = TestRedis::create().await;
    let always = [("SLUICE_ABUSE__POW_MODE", "always")];
    let (one, other) = tokio::join!(open(&redis, always), open(&redis, always));
    let proof = solve(&without(&one).await.json["challenge"]);
    let asked = (0..10).map(|n| with(if n % 2 == 0 { &one } else { &other }, &proof));
    let answers = join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.expect_problem(403, "proof_invalid");
        assert!(refused.json["challenge"]["salt"].is_string(), "{}", refused.text);
    }
    // What comes with the refusal leads on.
    let next = answers.iter().find(|answer| answer.status != 201).unwrap();
    with(&other, &solve(&next.json["challenge"])).await.expect(201);
}

#[tokio::test]
async fn a_forged_wrong_or_old_proof_begins_no_session() {
    let shop = busy().await;
    let good = solve(&without(&shop).await.json["challenge"]);
    let changed = |field: &str, value: Value| {
        let mut proof = good.clone();
        proof[field] = value;
        proof
    };
    let ours = |expires_at_s| {
        let made = ProofChallenge::generate(&keyring(), 200, expires_at_s).unwrap();
        solve(&serde_json::to_value(made).unwrap())
    };
    let now_s = SystemClock.now().as_second();
    let number = good["number"].as_u64().unwrap();
    let salt = text(&good, "salt");
    let made_up = salt.replace("&max=", "&max=9");
    let easy = json!({ "algorithm": "SHA-256", "challenge": hash(&format!("{made_up}0")),
        "number": 0, "salt": made_up, "signature": good["signature"] });
    let last_digit = number % 10;
    let spliced = changed("salt", json!(format!("{salt}{}", number / 10)));
    for (name, proof) in [
        ("a wrong number", changed("number", json!(number + 1))),
        ("no number", changed("number", Value::Null)),
        ("another algorithm", changed("algorithm", json!("SHA-1"))),
        ("another signature", changed("signature", json!("1.00"))),
        ("a made-up challenge", easy),
        ("digits moved", {
            let mut proof = spliced;
            proof["number"] = json!(last_digit);
            proof
        }),
        ("an old one", ours(now_s - 1)),
        ("nothing", json!({})),
    ] {
        let refused = with(&shop, &proof).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "proof_invalid"), "{name}");
    }
    with(&shop, &ours(now_s + 60)).await.expect(201);
    with(&shop, &good).await.expect(201);
}

#[tokio::test]
async fn a_proof_from_calmer_times_is_too_easy_for_a_rush() {
    let shop = busy().await;
    let early = challenge(&shop).await;
    let mut n_more = 3;
    // Each guest makes it harder for the next one, until it is ten times as hard.
    while n_more > 0 {
        let now = challenge(&shop).await;
        with(&shop, &solve(&now)).await.expect(201);
        n_more -= u8::from(now["maxnumber"] == 2000);
    }
    let refused = with(&shop, &solve(&early)).await;
    refused.expect_problem(403, "proof_needed");
    assert_eq!(refused.json["challenge"]["maxnumber"], 2000);
    with(&shop, &solve(&refused.json["challenge"])).await.expect(201);
}

#[tokio::test]
async fn whoever_has_a_session_needs_no_proof() {
    let shop = open(&TestRedis::create().await, [("SLUICE_ABUSE__POW_MODE", "always")]).await;
    without(&shop).await.expect_problem(403, "proof_needed");
    let proof = solve(&challenge(&shop).await);
    let session = with(&shop, &proof).await.expect(201);
    let who = Who(Some(text(&session, "token")));
    let renewed = shop.post(SESSION, &who, &json!({})).await.expect(200);
    assert_eq!(renewed["shopper_id"], session["shopper_id"]);
}

#[tokio::test]
async fn who_owes_a_proof_waits_while_nobody_can_tell_whether_it_was_used() {
    let nowhere = [
        ("SLUICE_REDIS__URL", "redis://127.0.0.1:1"),
        ("SLUICE_REDIS__TIMEOUT_MS", "300"),
        ("SLUICE_ABUSE__POW_MODE", "always"),
    ];
    let shop = open(&TestRedis::create().await, nowhere).await;
    let proof = solve(&challenge(&shop).await);
    with(&shop, &proof).await.expect_problem(503, "queue_unavailable");
}
