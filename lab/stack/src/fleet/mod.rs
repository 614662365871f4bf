//! All our services, with the settings that make them find one another.
//!
//! `up` starts one fleet on the standard ports; a test may start several, each with a database
//! and topics of its own.
//!
//! | module | holds |
//! |---|---|
//! | `ports`, `secrets` | where the services listen; their keys and passwords |
//! | `services` | each of our services, ready to be started |
//! | `commands` | the `sluice` command, run with a fleet's settings |

mod commands;
mod ports;
mod secrets;
mod services;

use std::{collections::BTreeMap, path::PathBuf};

use crate::{Endpoints, Env};

pub use commands::{DemoShop, Seed};
pub use ports::FleetPorts;
pub use secrets::Secrets;
pub(crate) use secrets::random_hex;

/// What all services of one installation are started with.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// Folder of the logs, of the provider's ledger and of pictures.
    pub dir: PathBuf,
    /// Where they listen.
    pub ports: FleetPorts,
    /// All settings, the provider's included.
    pub env: Env,
    /// What a service has over these, by its binary.
    pub own: BTreeMap<String, Env>,
}

/// Secrets of our services, each with the binaries that need it. No other service is given it.
const SECRETS: [(&str, &[&str]); 8] = [
    ("SLUICE_CREDENTIALS__TICKET_KEYS", &["admission"]),
    ("SLUICE_CREDENTIALS__SESSION_KEYS", &["admission", "storefront-api"]),
    ("SLUICE_CREDENTIALS__COMMAND_KEYS", &["worker"]),
    ("SLUICE_CREDENTIALS__LOG_KEYS", &["worker"]),
    ("SLUICE_STOREFRONT__PASS_KEYS", &["storefront-api"]),
    ("SLUICE_STOREFRONT__AWS_KEY_PEM", &["storefront-api"]),
    ("SLUICE_PAYMENTS__API_KEY", &["worker"]),
    ("SLUICE_PAYMENTS__CALLBACK_SECRET", &["storefront-api"]),
];

impl Fleet {
    /// Puts the settings together; `more` wins over everything else.
    pub fn new(
        dir: impl Into<PathBuf>,
        ports: FleetPorts,
        endpoints: &Endpoints,
        secrets: &Secrets,
        more: Env,
    ) -> Self {
        let dir: PathBuf = dir.into();
        let mut env = endpoints.env();
        env.extend(addresses(ports));
        let pictures = dir.join("pictures").display().to_string();
        env.insert("SLUICE_STOREFRONT__PICTURE_DIR".to_owned(), pictures);
        env.extend(secrets.env().clone());
        env.extend(more);
        Self { dir, ports, env, own: BTreeMap::new() }
    }

    /// Address of pages and API.
    pub fn storefront_url(&self) -> String {
        local_url(self.ports.storefront)
    }

    /// Address for joins and streams.
    pub fn admission_url(&self) -> String {
        local_url(self.ports.admission)
    }

    /// Address of the payment provider.
    pub fn psp_url(&self) -> String {
        local_url(self.ports.psp)
    }

    /// Address of somebody's own site, with a line before it.
    pub fn site_url(&self) -> String {
        local_url(self.ports.site)
    }

    /// The file in which the provider keeps its payments.
    pub fn psp_ledger(&self) -> PathBuf {
        self.dir.join("psp-ledger.jsonl")
    }

    /// Bearer key of the provider's API.
    pub fn psp_api_key(&self) -> &str {
        self.env.get("SLUICE_PSP__API_KEY").map_or("", String::as_str)
    }

    /// Settings of our own services: everything but the provider's.
    pub fn service_env(&self) -> Env {
        let ours = self.env.iter().filter(|(name, _)| !name.starts_with("SLUICE_PSP__"));
        ours.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Settings of one service: without the secrets that are others', and with its own over the rest.
    fn env_of(&self, binary: &str) -> Env {
        let mut env = self.service_env();
        for (name, needed_by) in SECRETS {
            if !needed_by.contains(&binary) {
                env.remove(name);
            }
        }
        env.extend(self.own.get(binary).cloned().unwrap_or_default());
        env
    }
}

fn addresses(ports: FleetPorts) -> Env {
    let listen = |port: u16| format!("127.0.0.1:{port}");
    let FleetPorts { storefront, admission, .. } = ports;
    [
        ("STOREFRONT__LISTEN", listen(storefront)),
        ("STOREFRONT__ADMIN_LISTEN", listen(ports.storefront_admin)),
        ("STOREFRONT__PUBLIC_URL", local_url(storefront)),
        ("ADMISSION__LISTEN", listen(admission)),
        ("ADMISSION__ADMIN_LISTEN", listen(ports.admission_admin)),
        ("ADMISSION__PUBLIC_URL", local_url(admission)),
        (
            "ADMISSION__ALLOWED_ORIGINS",
            format!("http://127.0.0.1:{storefront},http://localhost:{storefront}"),
        ),
        ("WORKER__ADMIN_LISTEN", listen(ports.worker_admin)),
        ("PAYMENTS__PROVIDER_URL", local_url(ports.psp)),
    ]
    .map(|(name, value)| (format!("SLUICE_{name}"), value))
    .into()
}

fn local_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_given_no_secret_that_it_does_not_need() {
        let endpoints = Endpoints {
            redis_url: String::new(),
            database_url: String::new(),
            kafka_brokers: String::new(),
            kafka_mode: None,
        };
        let secrets = Secrets::generate().unwrap();
        let fleet = Fleet::new("fleet", FleetPorts::STANDARD, &endpoints, &secrets, Env::new());
        for (binary, n_needed) in [("admission", 2), ("storefront-api", 3), ("worker", 3)] {
            let env = fleet.env_of(binary);
            let given = SECRETS.iter().filter(|(name, _)| env.contains_key(*name)).count();
            assert_eq!(given, n_needed, "{binary}");
        }
    }
}
