//! Codes that open a lane of a drop: shown once, kept as a hash.
//!
//! People read them off paper and type them, so they are short, have no letters that look like
//! digits, and are read however they are spaced and cased. 60 random bits stand against guessing
//! only together with the limits on how often one may try.

use aws_lc_rs::digest;
use rand::{TryRngCore, rngs::OsRng};
use secrecy::{ExposeSecret, SecretString};

/// Crockford's base 32: no I, L, O and U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;

/// A code as its owner holds it.
#[derive(Debug)]
pub struct DropCode(SecretString);

/// What is stored of a code.
pub type DropCodeHash = [u8; 32];

impl DropCode {
    /// Generates a code of 60 bits from the system's randomness.
    ///
    /// # Errors
    ///
    /// Returns the system's error when it cannot provide randomness.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = [0; LENGTH];
        OsRng.try_fill_bytes(&mut bytes).map_err(std::io::Error::other)?;
        let text: String =
            bytes.map(|byte| char::from(DIGITS[usize::from(byte % 32)])).iter().collect();
        Ok(Self(text.into()))
    }

    /// Reads a typed code: case, spaces and hyphens do not matter, and letters that look like digits
    /// stand for them. `None` if it does not have our form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let typed = text.chars().filter(|letter| !matches!(letter, ' ' | '-'));
        let code: String = typed.map(digit).take(LENGTH + 1).collect::<Option<_>>()?;
        (code.len() == LENGTH).then(|| Self(code.into()))
    }

    /// Returns the hash to look it up by.
    #[must_use]
    pub fn hash(&self) -> DropCodeHash {
        let mut hash = [0; 32];
        let digest = digest::digest(&digest::SHA256, self.0.expose_secret().as_bytes());
        hash.copy_from_slice(digest.as_ref());
        hash
    }

    /// Returns the code itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

fn digit(letter: char) -> Option<char> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    DIGITS.iter().map(|digit| char::from(*digit)).find(|digit| *digit == letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_its_hash() {
        let code = DropCode::generate().unwrap();
        assert_eq!(code.reveal().len(), LENGTH);
        assert_eq!(DropCode::parse(code.reveal()).unwrap().hash(), code.hash());
        assert_ne!(DropCode::generate().unwrap().hash(), code.hash());
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let read = |text: &str| DropCode::parse(text).unwrap().reveal().to_owned();
        assert_eq!(read("01AB-CDEF-GHJK"), "01ABCDEFGHJK");
        assert_eq!(read(" ol ab cd ef gh jk"), "01ABCDEFGHJK");
        assert_eq!(read("iLoO00000000"), "110000000000");
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let long = "0".repeat(10_000);
        for text in ["", "01ABCDEFGHJ", "01ABCDEFGHJKM", "01ABCDEFGHJU", "01ABCDEFGHJ\u{e9}", &long]
        {
            assert!(DropCode::parse(text).is_none(), "{text}");
        }
    }
}
