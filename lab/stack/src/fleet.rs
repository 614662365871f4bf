//! All our services, with the settings that make them find one another.
//!
//! `up` starts one fleet on the standard ports; a test may start several, each against a
//! database and topics of its own.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rand::{TryRngCore, rngs::OsRng};

use crate::{
    Endpoints, ServiceOptions, StackError,
    managed::make_dir,
    ports::{self},
};

/// Settings by name.
pub type Env = BTreeMap<String, String>;

/// Ports of the services, all on 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetPorts {
    /// Pages and API.
    pub storefront: u16,
    /// Health and metrics of storefront-api.
    pub storefront_admin: u16,
    /// Joins and streams.
    pub admission: u16,
    /// Health and metrics of admission.
    pub admission_admin: u16,
    /// Health and metrics of worker.
    pub worker_admin: u16,
    /// The payment provider to test against.
    pub psp: u16,
}

impl FleetPorts {
    /// The ports of `./scripts/up`.
    pub const STANDARD: Self = Self {
        storefront: 8080,
        storefront_admin: 9180,
        admission: 8081,
        admission_admin: 9181,
        worker_admin: 9182,
        psp: 8090,
    };

    /// Ports that nobody else uses, kept for this process until it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if no free port was found.
    pub fn free() -> Result<Self, StackError> {
        Ok(Self {
            storefront: ports::reserve()?,
            storefront_admin: ports::reserve()?,
            admission: ports::reserve()?,
            admission_admin: ports::reserve()?,
            worker_admin: ports::reserve()?,
            psp: ports::reserve()?,
        })
    }
}

/// Keys and passwords of an installation, as settings.
#[derive(Clone)]
pub struct Secrets(Env);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.keys()).finish()
    }
}

impl Secrets {
    /// Makes new ones from the system's randomness.
    ///
    /// # Errors
    ///
    /// Returns an error if the system has no randomness to give.
    pub fn generate() -> Result<Self, StackError> {
        let mut secrets = Env::new();
        for name in ["TICKET_KEYS", "SESSION_KEYS", "COMMAND_KEYS"] {
            secrets.insert(format!("SLUICE_CREDENTIALS__{name}"), format!("1:{}", random_hex()?));
        }
        let (api_key, callback_secret) = (random_hex()?, random_hex()?);
        secrets.insert("SLUICE_PSP__API_KEY".to_owned(), api_key.clone());
        secrets.insert("SLUICE_PAYMENTS__API_KEY".to_owned(), api_key);
        secrets.insert("SLUICE_PSP__CALLBACK_SECRET".to_owned(), callback_secret.clone());
        secrets.insert("SLUICE_PAYMENTS__CALLBACK_SECRET".to_owned(), callback_secret);
        Ok(Self(secrets))
    }

    /// Reads the secrets of an installation, and adds those that are not there yet.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read or written.
    pub fn load_or_generate(path: &Path) -> Result<Self, StackError> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let stored: Env = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut secrets = Self::generate()?;
        let complete = secrets.0.keys().all(|name| stored.contains_key(name));
        secrets.0.extend(stored);
        if !complete {
            secrets.write(path)?;
        }
        Ok(secrets)
    }

    /// The secrets as settings.
    pub fn env(&self) -> &Env {
        &self.0
    }

    fn write(&self, path: &Path) -> Result<(), StackError> {
        make_dir(path.parent().unwrap_or(path))?;
        let text: String = self.0.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(StackError::file("create", path))?;
        file.write_all(text.as_bytes()).map_err(StackError::file("write", path))
    }
}

/// What all services of one installation are started with.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// Logs, and the provider's ledger.
    pub dir: PathBuf,
    /// Where they listen.
    pub ports: FleetPorts,
    /// All settings, the provider's included.
    pub env: Env,
}

impl Fleet {
    /// Puts the settings together; `more` wins over everything else.
    pub fn new(
        dir: impl Into<PathBuf>,
        ports: FleetPorts,
        endpoints: &Endpoints,
        secrets: &Secrets,
        more: Env,
    ) -> Self {
        let mut env = endpoints.env();
        env.extend(addresses(ports));
        env.extend(secrets.env().clone());
        env.extend(more);
        Self { dir: dir.into(), ports, env }
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

    /// The provider's file of payments.
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
        let psp = |name: &&String| name.starts_with("SLUICE_PSP__");
        let given = self.env.iter().filter(|(name, _)| psp(name));
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

    /// The `sluice` command: not a service, but with the same settings.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn sluice(&self) -> Result<ServiceOptions, StackError> {
        Ok(ServiceOptions::built("sluice", &self.dir)?.env(self.service_env()))
    }

    /// Settings of our own services: everything but the provider's.
    pub fn service_env(&self) -> Env {
        let ours = self.env.iter().filter(|(name, _)| !name.starts_with("SLUICE_PSP__"));
        ours.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn ours(&self, binary: &str, admin_port: u16) -> Result<ServiceOptions, StackError> {
        let options = ServiceOptions::built(binary, &self.dir)?;
        Ok(options.env(self.service_env()).ready_url(format!("{}/readyz", local_url(admin_port))))
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

fn random_hex() -> Result<String, StackError> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| StackError::Command {
        command: "read the system's randomness".to_owned(),
        detail: error.to_string(),
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.env");
        let first = Secrets::load_or_generate(&path).unwrap();
        let second = Secrets::load_or_generate(&path).unwrap();
        assert_eq!(first.env(), second.env());
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{first:?}").contains("1:"));
    }

    #[test]
    fn both_sides_of_the_provider_share_their_secrets() {
        let secrets = Secrets::generate().unwrap();
        let env = secrets.env();
        assert_eq!(env["SLUICE_PSP__API_KEY"], env["SLUICE_PAYMENTS__API_KEY"]);
        assert_eq!(env["SLUICE_PSP__CALLBACK_SECRET"], env["SLUICE_PAYMENTS__CALLBACK_SECRET"]);
    }
}
