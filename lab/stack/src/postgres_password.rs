//! The password of a stack's own Postgres, kept beside the data that it opens.
//!
//! What Postgres keeps of a password is usually made in 4096 rounds, against those who guess. Nobody
//! guesses 32 random bytes, and a client that was built without optimization would spend a good part of
//! a test on these rounds, for each connection anew. So Postgres is given what one round makes.

use std::path::Path;

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac::{self, HMAC_SHA256, Key, Tag},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    StackError,
    fleet::random_hex,
    private_files::{read_secret, write_secret},
};

/// Number of the first round, as it is salted with.
const FIRST_ROUND: [u8; 4] = [0, 0, 0, 1];

/// Returns the password of the Postgres in this folder, which is made once.
pub(crate) fn load_or_make(dir: &Path) -> Result<String, StackError> {
    let path = dir.join("postgres-password");
    if let Some(password) = read_secret(&path)? {
        return Ok(password);
    }
    let password = random_hex()?;
    write_secret(&path, password.as_bytes())?;
    Ok(password)
}

/// Writes what initdb makes the owner's password of.
pub(crate) fn write_verifier(path: &Path, password: &str) -> Result<(), StackError> {
    write_secret(path, verifier(password, random_hex()?.as_bytes()).as_bytes())
}

/// Returns what Postgres keeps of a password, and takes in its place: RFC 5803, one round.
fn verifier(password: &str, salt: &[u8]) -> String {
    let salted = sign(password.as_bytes(), &[salt, &FIRST_ROUND].concat());
    let client_key = sign(salted.as_ref(), b"Client Key");
    let stored_key = digest(&SHA256, client_key.as_ref());
    let server_key = sign(salted.as_ref(), b"Server Key");
    let [salt, stored_key, server_key] =
        [salt, stored_key.as_ref(), server_key.as_ref()].map(|bytes| STANDARD.encode(bytes));
    format!("SCRAM-SHA-256$1:{salt}${stored_key}:{server_key}")
}

fn sign(key: &[u8], text: &[u8]) -> Tag {
    hmac::sign(&Key::new(HMAC_SHA256, key), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_made_once_and_kept() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let password = load_or_make(dir.path()).unwrap();
        assert_eq!(load_or_make(dir.path()).unwrap(), password);
        assert_ne!(load_or_make(other.path()).unwrap(), password);
    }

    #[test]
    fn the_verifier_is_that_of_the_standard() {
        assert_eq!(
            verifier("pencil", b"salt"),
            "SCRAM-SHA-256$1:c2FsdA==$\
             Otk5kdnAo/6UDUcm0KaO+uESed84FVLF7Qg4N9v1MRA=:Uc4DDcQRN5WJ44eNiyKPEO+MJvVo84Ucr4WI9nixz60="
        );
    }
}
