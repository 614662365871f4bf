//! What the production profile refuses: settings that suit a laptop and put people at risk elsewhere.
//!
//! Each program looks at what it goes by itself, and names all that is wrong at once. What cannot be
//! seen from the settings stays the operator's: `docs/SECURITY.md` lists it.

use super::{KafkaMode, KafkaSasl, Profile, Program, Settings, profile_secrets};
use secrecy::{ExposeSecret, SecretString};

/// Why a program does not start in production; names settings, never their values.
#[derive(Debug, thiserror::Error)]
#[error("not fit for production: {}", .0.join("; "))]
pub struct UnfitSettings(Vec<String>);

impl Settings {
    /// Checks what a program goes by against the profile. For development, all is well.
    ///
    /// # Errors
    ///
    /// Returns [`UnfitSettings`] with everything that is not fit.
    pub fn ensure_fit(&self, program: Program) -> Result<(), UnfitSettings> {
        if self.profile.name == Profile::Development {
            return Ok(());
        }
        let mut faults = database_faults(self);
        match program {
            Program::Admission => {
                faults.extend(redis_faults(self));
                faults.extend(admission_faults(self));
            }
            Program::Storefront => {
                faults.extend(redis_faults(self));
                faults.extend(https("storefront.public_url", &self.storefront.public_url));
                faults.extend(proxy_faults(self));
            }
            Program::Worker => {
                faults.extend(redis_faults(self));
                faults.extend(kafka_faults(self));
                // The sandbox speaks no TLS.
                faults.extend(https("payments.provider_url", &self.payments.provider_url));
            }
            Program::Console => {}
        }
        // The command needs none, and may be run where a service is.
        if program != Program::Console {
            faults.extend(profile_secrets::faults(self, program));
        }
        if faults.is_empty() { Ok(()) } else { Err(UnfitSettings(faults)) }
    }
}

fn database_faults(settings: &Settings) -> Vec<String> {
    let url = settings.database.url.expose_secret();
    let mut faults = Vec::from_iter(without_password("database.url", url));
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let is_verified =
        query.split('&').filter_map(|pair| pair.split_once('=')).any(|(key, value)| {
            matches!(key, "sslmode" | "ssl-mode") && matches!(value, "verify-full" | "verify-ca")
        });
    if !is_verified && !settings.profile.private_network {
        faults.push("database.url has no sslmode=verify-full".to_owned());
    }
    faults
}

fn redis_faults(settings: &Settings) -> Vec<String> {
    let (redis, is_private) = (&settings.redis, settings.profile.private_network);
    let mut faults = Vec::from_iter(without_password("redis.url", redis.url.expose_secret()));
    let is_verified = |url: &SecretString| {
        let url = url.expose_secret();
        url.starts_with("rediss://") && !url.ends_with("#insecure")
    };
    if !is_private && !is_verified(&redis.url) {
        faults.push("redis.url is not rediss://".to_owned());
    }
    if !is_private && !redis.nodes.iter().all(is_verified) {
        faults.push("redis.nodes are not all rediss://".to_owned());
    }
    faults
}

fn kafka_faults(settings: &Settings) -> Vec<String> {
    let (kafka, is_private) = (&settings.kafka, settings.profile.private_network);
    let has_login = kafka.sasl != KafkaSasl::None;
    let mut faults = Vec::new();
    if kafka.mode == KafkaMode::Embedded {
        faults.push("kafka.mode is embedded, which keeps nothing".to_owned());
    }
    if !kafka.tls && !is_private {
        faults.push("kafka.tls is off".to_owned());
    }
    if !has_login && kafka.certificate_file.is_empty() && !is_private {
        faults.push("kafka.sasl is none and there is no certificate_file".to_owned());
    }
    if has_login && kafka.password.expose_secret().is_empty() {
        faults.push("kafka.password is empty".to_owned());
    }
    faults
}

fn admission_faults(settings: &Settings) -> Vec<String> {
    let admission = &settings.admission;
    let mut faults = Vec::from_iter(https("admission.public_url", &admission.public_url));
    let origins = admission.allowed_origins.iter();
    faults.extend(origins.filter_map(|origin| https("admission.allowed_origins", origin)));
    faults.extend(proxy_faults(settings));
    faults
}

/// The listeners speak plain HTTP, so there is a proxy that speaks TLS; it has to be known.
fn proxy_faults(settings: &Settings) -> Option<String> {
    let proxies = &settings.edge.trusted_proxies;
    if proxies.is_empty() {
        return Some("edge.trusted_proxies is empty: who has the certificate?".to_owned());
    }
    let is_everybody = proxies.iter().any(|network| network.prefix_len() == 0);
    is_everybody.then(|| "edge.trusted_proxies believes everybody".to_owned())
}

fn https(name: &str, url: &str) -> Option<String> {
    (!url.starts_with("https://")).then(|| format!("{name} is not https://"))
}

fn without_password(name: &str, url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let server = rest.split('?').next().unwrap_or(rest);
    let login = server.rsplit_once('@').map_or("", |(login, _)| login);
    let password = login.split_once(':').map_or("", |(_, password)| password);
    password.is_empty().then(|| format!("{name} has no password"))
}

#[cfg(test)]
mod tests;
