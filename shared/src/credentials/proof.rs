//! Proof of work, in the form of ALTCHA: its first protocol, with SHA-256.
//!
//! The server hashes a salt and a number that it keeps to itself; whoever finds the number has tried
//! half of the numbers that there are, on average. Nothing is kept: salt and hash come back, and a
//! MAC shows that they are ours. When the challenge is over and how hard it was stand in the salt,
//! `<24 hex digits>?expires=<unix seconds>&max=<greatest number>&`. The last sign of it keeps digits
//! of the number from being read as part of the salt, which would make another moment out of it
//! (CVE-2025-68113).

use super::{CredentialError, Keyring, Mac, Purpose};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};

/// Longest proof, in bytes of base64.
pub const MAX_PROOF: usize = 2048;

const ALGORITHM: &str = "SHA-256";
/// Random bytes of a salt.
const SALT: usize = 12;
/// Digits of a number in a salt, at most.
const DIGITS: usize = 18;

/// Work to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ProofChallenge {
    /// How it is hashed.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "SHA-256"))]
    pub algorithm: &'static str,
    /// The hash of the salt with the number behind it, hex.
    pub challenge: String,
    /// The greatest number that it may be; the least is 0.
    pub maxnumber: u32,
    /// What stands before the number. It ends with when the challenge is over.
    pub salt: String,
    /// Shows that the challenge is ours; comes back with the number.
    #[cfg_attr(feature = "utoipa", schema(value_type = String))]
    pub signature: Mac,
}

/// Work that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolvedProof {
    /// Names the challenge: 24 hex digits. Each may be accepted once.
    pub id: String,
    /// How hard it was: the greatest number that it might have been.
    pub max_number: u32,
    /// When it counts no more, seconds since 1970.
    pub expires_at_s: i64,
}

/// What a solver sends. It may hold more, such as how long that took.
#[derive(Deserialize)]
struct Answer {
    algorithm: String,
    challenge: String,
    number: u32,
    salt: String,
    signature: Mac,
}

impl ProofChallenge {
    /// Makes a challenge with a number of at most `max_number`.
    ///
    /// # Errors
    ///
    /// Returns the system's error when it cannot provide randomness.
    pub fn generate(keys: &Keyring, max_number: u32, expires_at_s: i64) -> std::io::Result<Self> {
        let (mut salt, mut number) = ([0; SALT], [0; 8]);
        OsRng.try_fill_bytes(&mut salt).map_err(std::io::Error::other)?;
        OsRng.try_fill_bytes(&mut number).map_err(std::io::Error::other)?;
        let salt = format!("{}?expires={expires_at_s}&max={max_number}&", hex::encode(salt));
        // Of 64 random bits, so that no number is likelier than another by more than 2^-32.
        let number = u64::from_be_bytes(number) % (u64::from(max_number) + 1);
        let challenge = hash(&salt, number);
        let signature = keys.mac(Purpose::Proof, challenge.as_bytes());
        Ok(Self { algorithm: ALGORITHM, challenge, maxnumber: max_number, salt, signature })
    }
}

impl SolvedProof {
    /// Reads what a solver sends, base64 of JSON, and checks it at `now_s`, seconds since 1970.
    ///
    /// That it was not accepted before is for the caller to check.
    ///
    /// # Errors
    ///
    /// Returns [`CredentialError::Expired`] for a challenge that is over, and otherwise
    /// [`CredentialError::Invalid`] or [`CredentialError::UnknownKey`].
    pub fn verify(keys: &Keyring, text: &str, now_s: i64) -> Result<Self, CredentialError> {
        let answer = Answer::parse(text).ok_or(CredentialError::Invalid)?;
        if answer.algorithm != ALGORITHM
            || answer.challenge != hash(&answer.salt, u64::from(answer.number))
        {
            return Err(CredentialError::Invalid);
        }
        keys.check(Purpose::Proof, answer.challenge.as_bytes(), &answer.signature)?;
        let solved = Self::of_salt(&answer.salt).ok_or(CredentialError::Invalid)?;
        if now_s >= solved.expires_at_s {
            return Err(CredentialError::Expired);
        }
        Ok(solved)
    }

    /// Reads what a salt says, which is ours to the letter.
    fn of_salt(salt: &str) -> Option<Self> {
        let (id, rest) = salt.split_once("?expires=")?;
        let (expires_at, max) = rest.strip_suffix('&')?.split_once("&max=")?;
        let is_number = |text: &str| {
            (1..=DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_id = id.len() == 2 * SALT && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_id || !is_number(expires_at) || !is_number(max) {
            return None;
        }
        Some(Self {
            id: id.to_owned(),
            max_number: max.parse().ok()?,
            expires_at_s: expires_at.parse().ok()?,
        })
    }
}

impl Answer {
    fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_PROOF {
            return None;
        }
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    }
}

fn hash(salt: &str, number: u64) -> String {
    let text = format!("{salt}{number}");
    hex::encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW_S: i64 = 1_800_000_000;

    fn keys(id: u8, byte: &str) -> Keyring {
        Keyring::parse(&format!("{id}:{}", byte.repeat(32)).into()).unwrap()
    }

    fn challenge() -> ProofChallenge {
        ProofChallenge::generate(&keys(1, "ab"), 500, NOW_S + 60).unwrap()
    }

    /// What a solver sends, as a stock one has it.
    fn solution(challenge: &ProofChallenge) -> Value {
        let found = (0..=u64::from(challenge.maxnumber))
            .find(|number| hash(&challenge.salt, *number) == challenge.challenge);
        let mut answer = serde_json::to_value(challenge).unwrap();
        answer["number"] = json!(found.unwrap());
        answer["took"] = json!(12);
        answer
    }

    fn verify_at(answer: &Value, now_s: i64) -> Result<SolvedProof, CredentialError> {
        SolvedProof::verify(&keys(1, "ab"), &STANDARD.encode(answer.to_string()), now_s)
    }

    fn changed(answer: &Value, field: &str, value: impl Into<Value>) -> Value {
        let mut answer = answer.clone();
        answer[field] = value.into();
        answer
    }

    #[test]
    fn who_finds_the_number_has_proved_the_work() {
        let challenge = challenge();
        let solved = verify_at(&solution(&challenge), NOW_S).unwrap();
        assert_eq!((solved.max_number, solved.expires_at_s), (500, NOW_S + 60));
        assert!(challenge.salt.starts_with(&solved.id));
        assert_eq!((challenge.challenge.len(), challenge.algorithm), (64, "SHA-256"));
    }

    #[test]
    fn a_proof_counts_until_its_challenge_is_over() {
        let answer = solution(&challenge());
        assert!(verify_at(&answer, NOW_S + 59).is_ok());
        assert_eq!(verify_at(&answer, NOW_S + 60), Err(CredentialError::Expired));
    }

    #[test]
    fn a_changed_or_foreign_proof_proves_nothing() {
        let challenge = challenge();
        let answer = solution(&challenge);
        let number = answer["number"].as_u64().unwrap();
        let others = solution(&ProofChallenge::generate(&keys(1, "cd"), 500, NOW_S + 60).unwrap());
        let later = challenge.salt.replace("?expires=1", "?expires=2");
        let easy = json!({ "algorithm": "SHA-256", "challenge": hash("x", 1), "number": 1,
            "salt": "x", "signature": challenge.signature });
        for forged in [
            changed(&answer, "number", number + 1),
            changed(&answer, "number", -1),
            changed(&answer, "algorithm", "SHA-1"),
            changed(&answer, "challenge", hash("x", 1)),
            changed(&answer, "signature", "1.00"),
            changed(&changed(&answer, "salt", later.as_str()), "challenge", hash(&later, number)),
            others,
            easy,
            json!([]),
            Value::Null,
        ] {
            assert_eq!(verify_at(&forged, NOW_S), Err(CredentialError::Invalid), "{forged}");
        }
        let unknown = solution(&ProofChallenge::generate(&keys(2, "ab"), 5, NOW_S + 60).unwrap());
        assert_eq!(verify_at(&unknown, NOW_S), Err(CredentialError::UnknownKey));
        for text in ["", "e30=", "not base64", &"A".repeat(MAX_PROOF + 4)] {
            let verified = SolvedProof::verify(&keys(1, "ab"), text, NOW_S);
            assert_eq!(verified, Err(CredentialError::Invalid), "{text}");
        }
    }

    #[test]
    fn digits_of_the_number_cannot_be_moved_into_the_salt() {
        let keys = keys(1, "ab");
        let spliced = |salt: &str, number: u64, read_salt: &str, read_number: u64| {
            let challenge = hash(salt, number);
            assert_eq!(hash(read_salt, read_number), challenge, "the same text");
            let signature = keys.mac(Purpose::Proof, challenge.as_bytes());
            let answer = json!({ "algorithm": "SHA-256", "challenge": challenge,
                "number": read_number, "salt": read_salt, "signature": signature });
            verify_at(&answer, NOW_S)
        };
        let id = "0123456789abcdef01234567";
        let salt = format!("{id}?expires={}&max=500&", NOW_S + 60);
        assert!(spliced(&salt, 123, &salt, 123).is_ok());
        let longer = format!("{salt}1");
        assert_eq!(spliced(&salt, 123, &longer, 23), Err(CredentialError::Invalid));
        // Ours without the last sign would be read as harder than it was.
        let (open, harder) = (salt.trim_end_matches('&'), format!("{id}?expires={NOW_S}&max=5001"));
        assert_eq!(spliced(open, 123, open, 123), Err(CredentialError::Invalid));
        assert!(SolvedProof::of_salt(&harder).is_none());
    }
}
