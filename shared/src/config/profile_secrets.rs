//! Secrets in production: each is there where it is needed, nowhere else, and is no other one's.

use super::{Program, Settings};
use secrecy::{ExposeSecret, SecretString};

/// What a keyring has instead of a key that must not be accepted any more.
const RETIRED: &str = "retired";

/// A secret of the settings.
struct Secret<'a> {
    name: &'static str,
    /// Who needs it.
    needed_by: &'static [Program],
    text: &'a str,
    /// Its keys by themselves, where it is a keyring.
    is_keyring: bool,
    /// Whether they can do without it.
    is_optional: bool,
}

/// Lists what is wrong with the secrets that `program` was given.
pub(super) fn faults(settings: &Settings, program: Program) -> Vec<String> {
    let secrets = secrets(settings);
    let mut faults: Vec<String> =
        secrets.iter().filter_map(|secret| secret.misplaced(program)).collect();
    for (index, secret) in secrets.iter().enumerate() {
        let alike = secrets[..index].iter().find(|other| secret.has_key_of(other));
        faults.extend(alike.map(|other| format!("{} is that of {}", secret.name, other.name)));
    }
    faults
}

fn secrets(settings: &Settings) -> [Secret<'_>; 8] {
    use Program::{Admission, Storefront, Worker};
    let (keys, payments) = (&settings.credentials, &settings.payments);
    let storefront = &settings.storefront;
    [
        keyring("credentials.ticket_keys", keys.ticket_keys.as_ref(), &[Admission]),
        keyring("credentials.session_keys", keys.session_keys.as_ref(), &[Admission, Storefront]),
        keyring("credentials.command_keys", keys.command_keys.as_ref(), &[Worker]),
        keyring("credentials.log_keys", keys.log_keys.as_ref(), &[Worker]),
        keyring("storefront.pass_keys", storefront.pass_keys.as_ref(), &[Storefront]),
        optional("storefront.aws_key_pem", storefront.aws_key_pem.as_ref(), &[Storefront]),
        password("payments.api_key", &payments.api_key, &[Worker]),
        password("payments.callback_secret", &payments.callback_secret, &[Storefront]),
    ]
}

fn keyring<'a>(
    name: &'static str,
    keys: Option<&'a SecretString>,
    needed_by: &'static [Program],
) -> Secret<'a> {
    let text = keys.map_or("", |keys| keys.expose_secret());
    Secret { name, needed_by, text, is_keyring: true, is_optional: false }
}

fn password<'a>(
    name: &'static str,
    secret: &'a SecretString,
    needed_by: &'static [Program],
) -> Secret<'a> {
    Secret { name, needed_by, text: secret.expose_secret(), is_keyring: false, is_optional: false }
}

fn optional<'a>(
    name: &'static str,
    secret: Option<&'a SecretString>,
    needed_by: &'static [Program],
) -> Secret<'a> {
    let text = secret.map_or("", |secret| secret.expose_secret());
    Secret { name, needed_by, text, is_keyring: false, is_optional: true }
}

impl Secret<'_> {
    /// Tells if the program lacks it, or has it without need.
    fn misplaced(&self, program: Program) -> Option<String> {
        let (is_needed, is_empty) =
            (self.needed_by.contains(&program), self.text.trim().is_empty());
        match (is_needed, is_empty) {
            (true, true) if !self.is_optional => Some(format!("{} is empty", self.name)),
            (false, false) => Some(format!("{} must not be given to {program}", self.name)),
            (true, _) | (false, true) => None,
        }
    }

    fn has_key_of(&self, other: &Secret<'_>) -> bool {
        let others: Vec<&str> = other.keys().collect();
        self.keys().any(|key| others.iter().any(|other| key.eq_ignore_ascii_case(other)))
    }

    /// What must not be found anywhere else.
    fn keys(&self) -> impl Iterator<Item = &str> {
        let is_keyring = self.is_keyring;
        let entries = self.text.split(move |letter| is_keyring && letter == ',');
        let keys = entries.map(move |entry| match entry.split_once(':') {
            Some((_, key)) if is_keyring => key.trim(),
            _ => entry.trim(),
        });
        keys.filter(|key| !key.is_empty() && *key != RETIRED)
    }
}
