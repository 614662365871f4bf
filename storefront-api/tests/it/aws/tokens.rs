//! Tokens of those whose turn it is, and the key that verifies them.

use super::event::{Event, expect_error, now_s};
use crate::answer::text;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::ids::TicketId;

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Verifies a token with a public key, and returns what it says.
#[track_caller]
fn verified(token: &str, jwk: &Value) -> Value {
    let [n, e] = ["n", "e"].map(|part| decode(&text(jwk, part)));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = RsaPublicKeyComponents { n, e };
    let signature = decode(signature);
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    assert_eq!((&header["alg"], &header["kid"]), (&json!("RS256"), &jwk["kid"]));
    serde_json::from_slice(&decode(claims)).unwrap()
}

impl Event {
    async fn public_key(&self) -> Value {
        self.get("public_key", "").await.expect(200)
    }
}

#[tokio::test]
async fn whoever_is_let_in_gets_three_tokens_that_the_public_key_verifies() {
    let event = Event::open().await;
    event.assign().await;
    let request = event.assign().await;
    expect_error(&event.generate_token(&request).await, 202);
    event.let_in(&request).await;
    let wish = json!({ "request_id": request, "issuer": "mine", "validity_period": 5 });
    let given = event.post("generate_token", wish).await.expect(200);
    assert_eq!(given["token_type"], "Bearer");
    assert!((3590..=3600).contains(&given["expires_in"].as_i64().unwrap()), "{given}");
    assert_eq!(given.as_object().unwrap().len(), 5, "{given}");

    let jwk = event.public_key().await;
    assert_eq!((&jwk["kty"], &jwk["alg"]), (&json!("RSA"), &json!("RS256")));
    assert_eq!(jwk.as_object().unwrap().len(), 5, "nothing private: {jwk}");
    for token_use in ["access", "refresh", "id"] {
        let claims = verified(&text(&given, &format!("{token_use}_token")), &jwk);
        let (issued_at, now) = (claims["iat"].as_i64().unwrap(), now_s());
        assert!((now - 60..=now + 5).contains(&issued_at), "{claims}");
        let wanted = json!({
            "aud": event.id,
            "sub": request,
            "queue_position": 2,
            "token_use": token_use,
            "iat": issued_at,
            "nbf": issued_at,
            "exp": issued_at + 3600,
            "iss": format!("{}/aws", event.shop.url),
        });
        assert_eq!(claims, wanted);
    }
}

#[tokio::test]
async fn whoever_asks_again_gets_the_same_tokens_with_the_time_that_is_left() {
    let event = Event::open().await;
    let request = event.admitted().await;
    let first = event.generate_token(&request).await.expect(200);
    let wish = json!({ "request_id": request, "issuer": "mine", "validity_period": 5 });
    let of_server = event.tell("generate_token", wish).await.expect(200);
    for kind in ["access_token", "refresh_token", "id_token"] {
        assert_eq!(first[kind], of_server[kind]);
    }
    event
        .sql(
            "update aws_tokens set issued_at = issued_at - interval '1000 seconds',
                 expires_at = expires_at - interval '1000 seconds'",
        )
        .await;
    let again = event.generate_token(&request).await.expect(200);
    assert!((2590..=2600).contains(&again["expires_in"].as_i64().unwrap()), "{again}");
    event.sql("update aws_tokens set expires_at = issued_at + interval '1 second'").await;
    assert_eq!(event.generate_token(&request).await.expect(200)["expires_in"], 0);
    let n_redeemed: i64 = event
        .shop
        .database
        .scalar("select count(*) from ticket_transitions where to_state = 'redeemed'")
        .await;
    assert_eq!(n_redeemed, 1);
}

#[tokio::test]
async fn a_sites_own_server_names_the_issuer_and_the_validity() {
    let event = Event::open().await;
    let jwk = event.public_key().await;
    let request = event.admitted().await;
    for (field, value) in [
        ("issuer", json!("")),
        ("issuer", json!("x".repeat(501))),
        ("issuer", json!("a\u{0}b")),
        ("issuer", json!(7)),
        ("validity_period", json!(0)),
        ("validity_period", json!(-1)),
        ("validity_period", json!(2_592_001)),
        ("validity_period", json!(1.5)),
        ("validity_period", json!("soon")),
    ] {
        let mut wish = json!({ "request_id": request });
        wish[field] = value.clone();
        let answer = event.tell("generate_token", wish).await;
        assert_eq!(answer.status, 400, "{field} = {value}: {}", answer.text);
    }
    let wish = json!({
        "request_id": request,
        "issuer": "https://shop.example",
        "validity_period": 2_592_000,
    });
    let given = event.tell("generate_token", wish).await.expect(200);
    let claims = verified(&text(&given, "access_token"), &jwk);
    assert_eq!(claims["iss"], "https://shop.example");
    let lasts = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lasts, 2_592_000);
    let hold_ends: i64 = event
        .shop
        .database
        .scalar("select extract(epoch from max(hold_expires_at))::bigint from orders")
        .await;
    assert_eq!(json!(hold_ends), claims["exp"], "the pass lasts as long");
}

#[tokio::test]
async fn who_is_unknown_or_over_gets_no_tokens() {
    let event = Event::open().await;
    expect_error(&event.generate_token(&TicketId::generate().to_string()).await, 400);
    let request = event.inside().await;
    let over = json!({ "request_id": request, "status": -1 });
    event.tell("update_session", over).await.expect(200);
    expect_error(&event.generate_token(&request).await, 410);
}
