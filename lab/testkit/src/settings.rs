//! The services' settings with the addresses and keys of a test.

use shared::{config::Settings, credentials::Keyring};
use stack::Env;

/// Keys for tests: fixed, so that a token can be made in one process and read in another.
pub const TEST_KEYS: &str = "1:abababababababababababababababababababababababababababababababab";

/// An RSA key for tests, likewise: of the adapter for the retired waiting room.
pub const TEST_RSA_KEY: &str = include_str!("test_rsa_key.pem");

/// Returns the settings that have no default: the keys of credentials, those of all services.
#[must_use]
pub fn credentials() -> Env {
    [
        "CREDENTIALS__TICKET_KEYS",
        "CREDENTIALS__SESSION_KEYS",
        "CREDENTIALS__COMMAND_KEYS",
        "CREDENTIALS__LOG_KEYS",
        "STOREFRONT__PASS_KEYS",
    ]
    .map(|name| (format!("SLUICE_{name}"), TEST_KEYS.to_owned()))
    .into()
}

/// Returns the keys that services have under [`credentials`].
///
/// # Panics
///
/// Never: they are valid.
#[must_use]
pub fn keyring() -> Keyring {
    Keyring::parse(&TEST_KEYS.into()).expect("the keys of tests are valid")
}

/// Returns the defaults with these variables over them, and with [`credentials`].
///
/// # Panics
///
/// Panics with the key's name when a setting is unknown or wrong.
pub fn settings<K: Into<String>, V: Into<String>>(
    changes: impl IntoIterator<Item = (K, V)>,
) -> Settings {
    let mut env = credentials();
    env.extend(changes.into_iter().map(|(key, value)| (key.into(), value.into())));
    Settings::from_vars(env).expect("a test gives settings that can be used")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_win_over_defaults() {
        assert_eq!(settings([("SLUICE_ORDERS__BATCH", "9")]).orders.batch.get(), 9);
    }
}
