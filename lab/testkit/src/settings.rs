//! The services' settings with the addresses of a test.

use shared::config::Settings;
use stack::fleet::Env;

/// Keys for tests: fixed, so that a token can be made in one process and read in another.
pub const TEST_KEYS: &str = "1:abababababababababababababababababababababababababababababababab";

/// The defaults with these variables over them; the keys that have no default are filled in.
///
/// # Panics
///
/// Panics with the key's name when a setting is unknown or wrong.
pub fn settings<K: Into<String>, V: Into<String>>(
    changes: impl IntoIterator<Item = (K, V)>,
) -> Settings {
    let mut env: Env = ["TICKET_KEYS", "SESSION_KEYS", "COMMAND_KEYS"]
        .map(|name| (format!("SLUICE_CREDENTIALS__{name}"), TEST_KEYS.to_owned()))
        .into();
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
