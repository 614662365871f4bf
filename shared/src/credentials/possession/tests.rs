use super::*;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const NOW_S: i64 = 1_800_000_000;
const REQUEST: AskedRequest<'_> = AskedRequest { method: "GET", path: "/v1/drops/7/ticket" };

fn device() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

fn header(device: &EcdsaKeyPair) -> Value {
    let point = device.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
    json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk })
}

fn claims() -> Value {
    let htu = "https://line.example/v1/drops/7/ticket?seen=1.7.42";
    json!({ "jti": "one", "htm": "GET", "htu": htu, "iat": NOW_S })
}

fn sign(device: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = device.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verify_at(proof: &str, now_ms: i64) -> Result<ProvenPossession, CredentialError> {
    UnverifiedPossession::parse(proof)?.verify(REQUEST, now_ms)
}

fn verify(proof: &str) -> Result<ProvenPossession, CredentialError> {
    verify_at(proof, NOW_S * 1000)
}

fn changed(whole: &Value, pointer: &str, value: Value) -> Value {
    let mut whole = whole.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    whole.pointer_mut(parent).unwrap()[name] = value;
    whole
}

#[test]
fn a_proof_shows_who_has_the_key() {
    let device = device();
    let header = header(&device);
    let proven = verify(&sign(&device, &header, &claims())).unwrap();
    let coordinate = |name: &str| header["jwk"][name].as_str().unwrap();
    assert_eq!(proven.key, KeyThumbprint::of_p256(coordinate("x"), coordinate("y")));
    assert_eq!(proven.proof_id, "one");
}

#[test]
fn every_changed_character_of_a_proof_is_seen() {
    let device = device();
    let proof = sign(&device, &header(&device), &claims());
    assert!(verify(&proof).is_ok());
    for at in 0..proof.len() {
        let mut forged = proof.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        assert!(verify(str::from_utf8(&forged).unwrap()).is_err(), "character {at}");
    }
}

#[test]
fn a_proof_is_for_one_request_and_about_one_moment() {
    let device = device();
    let header = header(&device);
    for (pointer, value) in [
        ("/htm", json!("DELETE")),
        ("/htm", json!("get")),
        ("/htu", json!("https://line.example/v1/drops/8/ticket")),
        ("/htu", json!("https://line.example/v1/drops/7/ticket/")),
        ("/htu", json!("/v1/drops/7/ticket")),
        ("/htu", json!("https://line.example")),
        ("/jti", json!("")),
        ("/jti", json!("x".repeat(101))),
        ("/iat", json!("now")),
    ] {
        let proof = sign(&device, &header, &changed(&claims(), pointer, value.clone()));
        assert_eq!(verify(&proof), Err(CredentialError::Invalid), "{pointer} {value}");
    }
    let proof = sign(&device, &header, &claims());
    for (distance_s, counts) in [(-61, false), (-60, true), (60, true), (61, false)] {
        let refusal = verify_at(&proof, (NOW_S + distance_s) * 1000).err();
        let wanted = (!counts).then_some(CredentialError::Expired);
        assert_eq!(refusal, wanted, "{distance_s} s");
    }
    let far = sign(&device, &header, &changed(&claims(), "/iat", json!(i64::MAX)));
    assert_eq!(verify(&far), Err(CredentialError::Expired));
}

#[test]
fn a_proof_has_one_form_and_shows_no_private_key() {
    let (device, stranger) = (device(), device());
    let own = header(&device);
    for (pointer, value) in [
        ("/typ", json!("JWT")),
        ("/alg", json!("none")),
        ("/alg", json!("EdDSA")),
        ("/crit", json!(["exp"])),
        ("/jwk/kty", json!("RSA")),
        ("/jwk/crv", json!("P-384")),
        ("/jwk/d", json!("AA")),
        ("/jwk/x", json!("AA")),
        ("/jwk/y", json!(null)),
        ("/jwk/x", header(&stranger)["jwk"]["x"].clone()),
    ] {
        let proof = sign(&device, &changed(&own, pointer, value.clone()), &claims());
        assert_eq!(verify(&proof), Err(CredentialError::Invalid), "{pointer} {value}");
    }
    let foreign = sign(&stranger, &own, &claims());
    assert_eq!(verify(&foreign), Err(CredentialError::Invalid));
    let long = format!("{}.{}", "A".repeat(3000), sign(&device, &own, &claims()));
    for text in ["", ".", "a.b", "a.b.c", &long] {
        assert_eq!(verify(text), Err(CredentialError::Invalid), "{text}");
    }
}
