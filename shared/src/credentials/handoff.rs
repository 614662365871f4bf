//! One-time codes that take a place in line along to another device.
//!
//! A code is short enough to be typed, so it is kept as a keyed hash: whoever reads the table without the
//! keys cannot try them all.

use super::{Keyring, Purpose};
use rand::{TryRngCore, rngs::OsRng};
use std::fmt;

/// How many codes there are: eight digits.
const N_CODES: u32 = 100_000_000;
const N_DIGITS: usize = 8;

/// A code as a shopper types it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HandoffCode(u32);

impl HandoffCode {
    /// Generates a code from the system's randomness.
    ///
    /// # Errors
    ///
    /// Returns the system's error when it cannot provide randomness.
    pub fn generate() -> std::io::Result<Self> {
        // Above this, some codes would come more often than others.
        let fair = u32::MAX / N_CODES * N_CODES;
        loop {
            let number = OsRng.try_next_u32().map_err(std::io::Error::other)?;
            if number < fair {
                return Ok(Self(number % N_CODES));
            }
        }
    }

    /// Reads what somebody typed, spaces and hyphens aside; `None` if it is no code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let typed = |c: &char| !c.is_whitespace() && *c != '-';
        let digits: String = text.chars().filter(typed).collect();
        let is_code = digits.len() == N_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// Returns its digits in one piece, as a link holds them.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:08}", self.0)
    }

    /// Returns the hashes to look it up by, one for each key; the first is the one to store.
    #[must_use]
    pub fn hashes(self, keys: &Keyring) -> Vec<Vec<u8>> {
        keys.tags(Purpose::Handoff, &self.0.to_be_bytes())
    }
}

impl fmt::Display for HandoffCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04} {:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// Keeps it out of logs.
impl fmt::Debug for HandoffCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandoffCode").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = HandoffCode(420_007);
        assert_eq!((code.to_string().as_str(), code.digits().as_str()), ("0042 0007", "00420007"));
        for typed in ["0042 0007", "00420007", " 0042-0007\n", "00 42 00 07"] {
            assert_eq!(HandoffCode::parse(typed), Some(code), "{typed}");
        }
        for wrong in ["", "420007", "004200071", "0042000a", "+0420007", "\u{ff10}0420007"] {
            assert_eq!(HandoffCode::parse(wrong), None, "{wrong}");
        }
        let generated = HandoffCode::generate().unwrap();
        assert_eq!(HandoffCode::parse(&generated.to_string()), Some(generated));
    }

    #[test]
    fn a_code_is_found_after_a_new_key_came_to_the_front() {
        let (old, new) = ("ab".repeat(32), "cd".repeat(32));
        let before = Keyring::parse(&format!("1:{old},2:{new}").into()).unwrap();
        let after = Keyring::parse(&format!("2:{new},1:{old}").into()).unwrap();
        let code = HandoffCode(7);
        let stored = &code.hashes(&before)[0];
        assert!(code.hashes(&after).contains(stored) && code.hashes(&after)[0] != *stored);
        assert!(!HandoffCode(8).hashes(&after).contains(stored));
        assert_eq!(stored.len(), 32);
    }
}
