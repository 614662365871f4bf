//! No log of a run tells a secret: neither the world's own nor those of its people.

use std::{fs, path::Path};
use testkit::World;

/// Words of settings' names that tell of a secret.
const SECRET: [&str; 3] = ["KEY", "SECRET", "PASSWORD"];
/// What is shorter is no secret, but perhaps the number of a key.
const MIN_LENGTH: usize = 16;
/// The least number of logs: one of each service.
const MIN_LOGS: usize = 4;

/// What nobody may read in a log.
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Keys and passwords of all services of a world, and the API keys of its seller and operator.
    pub(crate) fn of(world: &World) -> Self {
        let fleet = &world.fleet;
        let settings = fleet.env.iter().chain(fleet.own.values().flatten());
        let of_settings = settings.flat_map(|(name, value)| of_setting(name, value));
        let of_people = [world.seller_key.clone(), world.operator_key.clone()];
        Self(of_settings.chain(of_people).collect())
    }

    /// Adds what people were given, such as sessions and tickets.
    pub(crate) fn add(&mut self, secrets: impl IntoIterator<Item = String>) {
        self.0.extend(secrets);
    }

    /// Searches all logs of a folder.
    pub(crate) fn assert_in_no_log(&self, folder: &Path) -> anyhow::Result<()> {
        let mut n_logs = 0;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if !path.is_file() {
                continue;
            }
            let log = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            let found = self.0.iter().filter(|secret| log.contains(secret.as_str()));
            // Not which: this is a log, too.
            assert_eq!(found.count(), 0, "secrets in {}", path.display());
            n_logs += usize::from(!log.is_empty());
        }
        assert!(n_logs >= MIN_LOGS, "only {n_logs} logs in {}", folder.display());
        Ok(())
    }
}

/// The secrets in a setting: the keys without their numbers, and the password of an address.
fn of_setting(name: &str, value: &str) -> Vec<String> {
    let is_secret = SECRET.iter().any(|word| name.contains(word)) && !value.contains('/');
    let keys = value.split([',', ':']).filter(|_| is_secret);
    let address = value.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
    let password = address.and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    let all = keys.chain(password).filter(|secret| secret.len() >= MIN_LENGTH);
    all.map(str::to_owned).collect()
}

#[test]
fn keys_and_passwords_are_the_secrets_of_settings() {
    let (key, other) = ("ab".repeat(32), "cd".repeat(32));
    let keys = format!("1:{key},2:{other}:retired");
    assert_eq!(of_setting("SLUICE_CREDENTIALS__TICKET_KEYS", &keys), [key.clone(), other]);
    let url = format!("postgres://worker:{key}@127.0.0.1:5432/sluice");
    assert_eq!(of_setting("SLUICE_DATABASE__URL", &url), [key]);
    for plain in ["postgres://sluice@127.0.0.1:5432/sluice", "http://127.0.0.1:8080/a-long-path"] {
        assert!(of_setting("SLUICE_DATABASE__URL", plain).is_empty(), "{plain}");
    }
}
