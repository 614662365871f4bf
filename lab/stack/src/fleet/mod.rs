//! All our services, with the settings that make them find one another.
//!
//! `up` starts one fleet on the standard ports; a test may start several, each with a database
//! and topics of its own.
//!
//! | module | holds |
//! |---|---|
//! | `ports`, `secrets` | where the services listen; their keys and passwords |
//! | `commands` | the `sluice` command, run with a fleet's settings |

mod commands;
mod ports;
mod secrets;

use std::{collections::BTreeMap, path::PathBuf};

use crate::{Endpoints, Env, ServiceOptions, StackError};

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

    /// The payment provider.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn sandbox_psp(&self) -> Result<ServiceOptions, StackError> {
        let callback_url = format!("{}/v1/provider/callbacks", self.storefront_url());
        let given = self.env.iter().filter(|(name, _)| name.starts_with("SLUICE_PSP__"));
        let defaults = [
            ("SLUICE_PSP__LISTEN".to_owned(), format!("127.0.0.1:{}", self.ports.psp)),
            ("SLUICE_PSP__LEDGER".to_owned(), self.psp_ledger().display().to_string()),
            ("SLUICE_PSP__CALLBACK_URL".to_owned(), callback_url),
        ];
        let options = ServiceOptions::built("sandbox-psp", &self.dir)?
            .env(defaults)
            .env(given.map(|(name, value)| (name.clone(), value.clone())))
            .ready_url(format!("{}/readyz", self.psp_url()));
        Ok(options)
    }

    /// The worker, with all its roles unless the settings say otherwise.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn worker(&self) -> Result<ServiceOptions, StackError> {
        self.ours("worker", self.ports.worker_admin)
    }

    /// The service that keeps the line.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn admission(&self) -> Result<ServiceOptions, StackError> {
        self.ours("admission", self.ports.admission_admin)
    }

    /// The service that shows and sells.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn storefront_api(&self) -> Result<ServiceOptions, StackError> {
        self.ours("storefront-api", self.ports.storefront_admin)
    }

    /// Somebody's own site, with the line of this drop before it.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn sample_site(
        &self,
        drop_id: &str,
        seller_key: &str,
    ) -> Result<ServiceOptions, StackError> {
        let public_url = self.env.get("SLUICE_STOREFRONT__PUBLIC_URL").cloned();
        let env = [
            ("SAMPLE_SITE_LISTEN", format!("127.0.0.1:{}", self.ports.site)),
            ("SAMPLE_SITE_SLUICE", public_url.unwrap_or_else(|| self.storefront_url())),
            ("SAMPLE_SITE_DROP", drop_id.to_owned()),
            ("SAMPLE_SITE_SELLER_KEY", seller_key.to_owned()),
        ];
        let ready_url = format!("{}/readyz", self.site_url());
        Ok(ServiceOptions::built("sample-site", &self.dir)?.env(env).ready_url(ready_url))
    }

    /// The agent of the load lab: sends the crowds that operators ask for, through drops of this seller.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn load_agent(
        &self,
        operator_key: &str,
        seller_key: &str,
    ) -> Result<ServiceOptions, StackError> {
        let servers = ["REDIS__URL", "DATABASE__URL", "KAFKA__BROKERS", "KAFKA__TOPIC_PREFIX"];
        let is_server = |name: &str| servers.iter().any(|key| name == format!("SLUICE_{key}"));
        let given = self.env.iter().filter(|(name, _)| is_server(name));
        let own = [
            ("OPERATOR_KEY", operator_key.to_owned()),
            ("SELLER_KEY", seller_key.to_owned()),
            ("STOREFRONT", self.storefront_url()),
            ("ADMISSION", self.admission_url()),
            ("PSP_LEDGER", self.psp_url()),
            ("PSP_API_KEY", self.psp_api_key().to_owned()),
        ];
        let mut options = ServiceOptions::built("crowd", &self.dir)?
            .name("load-agent")
            .env(given.map(|(name, value)| (name.clone(), value.clone())))
            .env(own.map(|(name, value)| (format!("SLUICE_CROWD__{name}"), value)));
        options.args = vec!["agent".to_owned()];
        Ok(options)
    }

    /// Settings of our own services: everything but the provider's.
    pub fn service_env(&self) -> Env {
        let ours = self.env.iter().filter(|(name, _)| !name.starts_with("SLUICE_PSP__"));
        ours.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn ours(&self, binary: &str, admin_port: u16) -> Result<ServiceOptions, StackError> {
        let options = ServiceOptions::built(binary, &self.dir)?;
        let ready_url = format!("{}/readyz", local_url(admin_port));
        Ok(options.env(self.env_of(binary)).ready_url(ready_url))
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
