//! Tokens as they should be, and as nobody should get in with them.

use super::*;
use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::json;

const NOW_S: i64 = 1_700_000_000;
const ISSUER: &str = "https://line.example";
const DROP: Uuid = Uuid::from_u128(7);

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn x(seed: u8) -> String {
    URL_SAFE_NO_PAD.encode(key(seed).public_key())
}

/// The keys 1 and 2, made of these seeds.
fn keys() -> KeySet {
    let jwk = |id: u8| json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": id.to_string(), "x": x(id) });
    KeySet::read(json!({ "keys": [jwk(1), jwk(2)] }).to_string().as_bytes()).unwrap()
}

fn claims() -> Value {
    json!({
        "jti": Uuid::from_u128(1), "aud": DROP, "sub": Uuid::from_u128(2), "iss": ISSUER,
        "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 60, "use": "visit", "reason": "queue",
    })
}

fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut changed = claims();
    changed[field] = value.into();
    changed
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// A token that is signed rightly, whatever it says.
fn token(header: &Value, claims: &Value) -> String {
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key(1).sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn good_header() -> Value {
    json!({ "alg": "EdDSA", "typ": "JWT", "kid": "1" })
}

fn open_at(token: &str, now_s: i64) -> Result<Visitor, Refusal> {
    let wanted = Wanted { issuer: ISSUER, drop_id: DROP, token_use: TokenUse::Visit, now_s };
    UnverifiedToken::read(token)?.verify(&keys(), &wanted)
}

fn open(token: &str) -> Result<Visitor, Refusal> {
    open_at(token, NOW_S)
}

#[test]
fn a_token_counts_from_its_beginning_to_its_end() {
    let token = token(&good_header(), &claims());
    let visitor = open(&token).unwrap();
    assert_eq!(visitor.ticket_id, Uuid::from_u128(1));
    assert_eq!(visitor.expires_at, NOW_S + 60);
    assert!(open_at(&token, NOW_S + 59).is_ok());
    assert_eq!(open_at(&token, NOW_S + 60), Err(Refusal::Expired));
    assert!(open_at(&token, NOW_S - AHEAD_S).is_ok(), "clocks differ a little");
    assert_eq!(open_at(&token, NOW_S - AHEAD_S - 1), Err(Refusal::TooEarly));
}

#[test]
fn a_token_is_for_one_site_and_one_use() {
    let foreign = [
        with("aud", Uuid::from_u128(8).to_string()),
        with("iss", "https://line.example.evil"),
        with("iss", ""),
    ];
    for claims in foreign {
        assert_eq!(open(&token(&good_header(), &claims)), Err(Refusal::Foreign), "{claims}");
    }
    let hand_over = token(&good_header(), &with("use", "handover"));
    assert_eq!(open(&hand_over), Err(Refusal::WrongUse));
    let slash = token(&good_header(), &with("iss", format!("{ISSUER}/")));
    assert!(open(&slash).is_ok(), "a slash at the end means nothing");
}

#[test]
fn no_header_chooses_how_a_token_is_verified() {
    for alg in ["none", "None", "HS256", "ES256", "RS256", "Ed25519", "eddsa", "EdDSA ", ""] {
        let header = json!({ "alg": alg, "kid": "1" });
        assert_eq!(open(&token(&header, &claims())), Err(Refusal::WrongAlgorithm), "{alg}");
    }
    let malformed = [
        json!({ "kid": "1" }),
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "EdDSA", "kid": 1 }),
        json!({ "alg": ["EdDSA"], "kid": "1" }),
        json!({ "alg": "EdDSA", "kid": "1", "crit": ["exp"] }),
    ];
    for header in malformed {
        assert_eq!(open(&token(&header, &claims())), Err(Refusal::Malformed), "{header}");
    }
}

#[test]
fn a_key_that_a_token_brings_along_is_not_used() {
    let own = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "9", "x": x(1) });
    let header = json!({ "alg": "EdDSA", "kid": "9", "jwk": own });
    assert_eq!(open(&token(&header, &claims())), Err(Refusal::UnknownKey));
    let other = json!({ "alg": "EdDSA", "kid": "2" });
    assert_eq!(open(&token(&other, &claims())), Err(Refusal::WrongSignature));
}

#[test]
fn what_is_public_signs_no_token() {
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "kid": "1" })), part(&claims()));
    let public = x(1);
    for secret in [public.as_bytes(), &URL_SAFE_NO_PAD.decode(&public).unwrap()] {
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac));
        assert_eq!(open(&forged), Err(Refusal::WrongAlgorithm));
    }
    let unsigned = format!("{}.{}.", part(&good_header()), part(&claims()));
    assert_eq!(open(&unsigned), Err(Refusal::WrongSignature));
}

#[test]
fn every_changed_character_of_a_token_is_seen() {
    let token = token(&good_header(), &claims());
    for at in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        assert!(open(str::from_utf8(&forged).unwrap()).is_err(), "character {at}");
    }
    let long = format!("{token}{}", "A".repeat(MAX_BYTES));
    for cut in ["", ".", "..", "...", "a.b.c", &token[1..], &token[..token.len() - 1], &long] {
        assert!(open(cut).is_err(), "{cut}");
    }
}

#[test]
fn a_token_without_all_it_must_say_is_refused() {
    for field in ["jti", "aud", "sub", "iss", "nbf", "exp", "use"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(field);
        assert_eq!(open(&token(&good_header(), &claims)), Err(Refusal::Malformed), "{field}");
    }
    let many = with("aud", json!([DROP]));
    assert_eq!(open(&token(&good_header(), &many)), Err(Refusal::Malformed));
}
