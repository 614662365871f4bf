use super::*;
use aws_lc_rs::hmac;

const NOW_S: i64 = 1_700_000_000;

fn keys(text: &str) -> PassKeys {
    let text = text.replace("OLD", &"ab".repeat(32)).replace("NEW", &"cd".repeat(32));
    PassKeys::parse(&text.into()).unwrap()
}

fn claims() -> PassClaims {
    PassClaims {
        jti: TicketId::generate(),
        aud: DropId::generate(),
        sub: ShopperId::generate(),
        iss: "https://shop.example".to_owned(),
        iat: NOW_S,
        nbf: NOW_S,
        exp: NOW_S + 60,
        purpose: PassPurpose::HandOver,
        reason: EntryReason::Queue,
    }
}

fn open(keys: &PassKeys, token: &str, aud: DropId) -> Result<PassClaims, PassError> {
    keys.verify(token, PassPurpose::HandOver, aud, NOW_S)
}

/// A token with another header, signed rightly.
fn with_header(header: &Value, claims: &PassClaims) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(header), part(&json!(claims)));
    let key = Ed25519KeyPair::from_seed_unchecked(&[0xab; 32]).unwrap();
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[test]
fn a_pass_says_what_it_said_until_it_ends() {
    let (keys, claims) = (keys("1:OLD"), claims());
    let token = keys.sign(&claims);
    assert_eq!(open(&keys, &token, claims.aud), Ok(claims.clone()));
    let at = |now_s| keys.verify(&token, PassPurpose::HandOver, claims.aud, now_s);
    assert_eq!(at(NOW_S + 59), Ok(claims.clone()));
    assert_eq!(at(NOW_S + 60), Err(CredentialError::Expired.into()));
    assert_eq!(at(NOW_S - AHEAD_S), Ok(claims.clone()), "clocks differ a little");
    assert_eq!(at(NOW_S - AHEAD_S - 1), Err(CredentialError::Invalid.into()));
}

#[test]
fn every_changed_character_of_a_pass_is_seen() {
    let (keys, claims) = (keys("1:OLD"), claims());
    let token = keys.sign(&claims);
    for at in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = str::from_utf8(&forged).unwrap();
        assert!(open(&keys, forged, claims.aud).is_err(), "character {at}");
    }
    for cut in ["", ".", "..", &token[1..], &token[..token.len() - 1]] {
        assert!(open(&keys, cut, claims.aud).is_err(), "{cut}");
    }
}

#[test]
fn a_pass_is_for_one_purpose_and_one_site() {
    let (keys, claims) = (keys("1:OLD"), claims());
    let token = keys.sign(&claims);
    let visit = keys.verify(&token, PassPurpose::Visit, claims.aud, NOW_S);
    assert_eq!(visit, Err(CredentialError::Invalid.into()));
    assert_eq!(open(&keys, &token, DropId::generate()), Err(PassError::Foreign));
}

#[test]
fn no_header_chooses_how_a_pass_is_verified() {
    let (keys, claims) = (keys("1:OLD"), claims());
    let right = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "1" });
    assert!(open(&keys, &with_header(&right, &claims), claims.aud).is_ok());
    let mut headers = vec![json!({ "alg": "EdDSA" }), json!({ "kid": "1" }), json!([])];
    for alg in ["none", "None", "HS256", "ES256", "RS256", "Ed25519", "eddsa", "EdDSA ", ""] {
        headers.push(json!({ "alg": alg, "kid": "1" }));
    }
    headers.push(json!({ "alg": ["EdDSA"], "kid": "1" }));
    headers.push(json!({ "alg": "EdDSA", "kid": 1 }));
    headers.push(json!({ "alg": "EdDSA", "kid": "1", "crit": ["exp"] }));
    for header in headers {
        let refused = open(&keys, &with_header(&header, &claims), claims.aud);
        assert_eq!(refused, Err(CredentialError::Invalid.into()), "{header}");
    }
    let embedded = json!({ "alg": "EdDSA", "kid": "9", "jwk": keys.jwks()["keys"][0] });
    let refused = open(&keys, &with_header(&embedded, &claims), claims.aud);
    assert_eq!(refused, Err(CredentialError::UnknownKey.into()));
}

#[test]
fn what_is_public_signs_no_pass() {
    let (keys, claims) = (keys("1:OLD"), claims());
    let x = keys.jwks()["keys"][0]["x"].as_str().unwrap().to_owned();
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let (header, payload) = (json!({ "alg": "HS256", "kid": "1" }), json!(claims));
    let signed = format!("{}.{}", part(header), part(payload));
    for secret in [x.as_bytes(), &URL_SAFE_NO_PAD.decode(&x).unwrap()] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
        assert!(open(&keys, &format!("{signed}.{tag}"), claims.aud).is_err());
    }
    assert!(open(&keys, &format!("{signed}."), claims.aud).is_err());
}

#[test]
fn a_rotation_of_pass_keys_is_understood_at_every_step() {
    let steps = ["1:OLD", "1:OLD,2:NEW", "2:NEW,1:OLD", "2:NEW"].map(keys);
    let claims = claims();
    for pair in steps[..3].windows(2) {
        for (signer, reader) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            assert!(open(reader, &signer.sign(&claims), claims.aud).is_ok());
        }
    }
    let old = steps[0].sign(&claims);
    assert_eq!(open(&steps[3], &old, claims.aud), Err(CredentialError::UnknownKey.into()));
    let stolen = open(&keys("2:NEW,1:retired"), &old, claims.aud);
    assert_eq!(stolen, Err(CredentialError::Invalid.into()));
    assert!(open(&steps[3], &steps[2].sign(&claims), claims.aud).is_ok());
}

#[test]
fn the_key_set_has_what_verifies_and_nothing_secret() {
    let keys = keys("2:NEW,1:OLD,0:retired");
    let set = keys.jwks();
    let listed = set["keys"].as_array().unwrap();
    let kids: Vec<_> = listed.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(kids, ["2", "1"]);
    for key in listed {
        let mut names: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!(key["x"].as_str().unwrap().len(), 43);
    }
}

#[test]
fn pass_keys_that_cannot_work_are_refused() {
    for text in ["", "1:retired", "1:abcd", "x:OLD", "1:OLD,1:NEW", "1:OLDab"] {
        let text = text.replace("OLD", &"ab".repeat(32)).replace("NEW", &"cd".repeat(32));
        assert!(PassKeys::parse(&text.clone().into()).is_err(), "{text}");
    }
}
