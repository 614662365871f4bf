//! Folders and ports from the environment.

use std::{env::VarError, net::SocketAddr, path::PathBuf};

use anyhow::{Context, bail};
use shared::config::KafkaMode;
use stack::{
    Env, Fleet, FleetPorts, Ports, Secrets, ServerSource, Stack, StackError, StackOptions, paths,
};

/// What the environment says about where things run.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) options: StackOptions,
    pub(crate) fleet_ports: FleetPorts,
    /// Every `SLUICE_SECTION__KEY` of the environment; these win over what we would choose.
    given: Env,
}

impl Settings {
    /// Reads the environment; a flag for the folder wins over it.
    pub(crate) fn load(dir: Option<PathBuf>, free_ports: bool) -> anyhow::Result<Self> {
        let ports = if free_ports { Ports::free()? } else { standard_ports()? };
        let mut options = StackOptions::new(sluice_dir(dir)?, ports);
        for (source, key) in [
            (&mut options.redis, "SLUICE_REDIS__URL"),
            (&mut options.postgres, "SLUICE_DATABASE__URL"),
            (&mut options.kafka, "SLUICE_KAFKA__BROKERS"),
        ] {
            if let Some(address) = variable(key)? {
                *source = ServerSource::Existing(address);
            }
        }
        if let Some(word) = variable("SLUICE_KAFKA__MODE")? {
            options.kafka_mode = word.parse::<KafkaMode>().with_context(|| {
                format!("SLUICE_KAFKA__MODE={word}: expected auto, kafka or embedded")
            })?;
        }
        let given = std::env::vars()
            .filter(|(name, _)| name.starts_with("SLUICE_") && name.contains("__"))
            .collect();
        Ok(Self { options, fleet_ports: fleet_ports()?, given })
    }

    /// Reads the secrets of this folder's installation, which are generated once.
    pub(crate) fn secrets(&self) -> Result<Secrets, StackError> {
        Secrets::load_or_generate(&self.options.dir.join("secrets.env"))
    }

    /// The services on this stack, with what the environment says about them.
    pub(crate) fn fleet(&self, stack: &Stack, secrets: &Secrets) -> Fleet {
        let endpoints = stack.endpoints();
        let mut env = self.given.clone();
        env.extend(endpoints.env());
        Fleet::new(&self.options.dir, self.fleet_ports, &endpoints, secrets, env)
    }
}

/// Returns the folder for data and logs: the flag, the environment, or `.sluice` in the workspace.
pub(crate) fn sluice_dir(flag: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let dir = match flag {
        Some(dir) => dir,
        None => variable("SLUICE_STACK_DIR")?.map_or_else(paths::sluice_dir, PathBuf::from),
    };
    std::path::absolute(&dir).with_context(|| format!("cannot resolve {}", dir.display()))
}

fn standard_ports() -> anyhow::Result<Ports> {
    Ok(Ports {
        redis: port("SLUICE_STACK_REDIS_PORT", Ports::STANDARD.redis)?,
        postgres: port("SLUICE_STACK_POSTGRES_PORT", Ports::STANDARD.postgres)?,
        kafka: port("SLUICE_STACK_KAFKA_PORT", Ports::STANDARD.kafka)?,
        kafka_controller: port(
            "SLUICE_STACK_KAFKA_CONTROLLER_PORT",
            Ports::STANDARD.kafka_controller,
        )?,
    })
}

/// Returns the services' ports, which follow their own settings, so that the table and the health
/// checks agree.
fn fleet_ports() -> anyhow::Result<FleetPorts> {
    let standard = FleetPorts::STANDARD;
    Ok(FleetPorts {
        storefront: listen_port("SLUICE_STOREFRONT__LISTEN", standard.storefront)?,
        storefront_admin: listen_port(
            "SLUICE_STOREFRONT__ADMIN_LISTEN",
            standard.storefront_admin,
        )?,
        admission: listen_port("SLUICE_ADMISSION__LISTEN", standard.admission)?,
        admission_admin: listen_port("SLUICE_ADMISSION__ADMIN_LISTEN", standard.admission_admin)?,
        worker_admin: listen_port("SLUICE_WORKER__ADMIN_LISTEN", standard.worker_admin)?,
        psp: listen_port("SLUICE_PSP__LISTEN", standard.psp)?,
        site: port("SLUICE_STACK_SITE_PORT", standard.site)?,
    })
}

fn port(key: &str, default: u16) -> anyhow::Result<u16> {
    let Some(text) = variable(key)? else { return Ok(default) };
    match text.parse() {
        Ok(0) | Err(_) => bail!("{key}={text}: expected a port between 1 and 65535"),
        Ok(port) => Ok(port),
    }
}

fn listen_port(key: &str, default: u16) -> anyhow::Result<u16> {
    let Some(text) = variable(key)? else { return Ok(default) };
    let address: SocketAddr =
        text.parse().with_context(|| format!("{key}={text}: expected address:port"))?;
    Ok(address.port())
}

/// Reads an environment variable; an empty one counts as not set.
#[expect(clippy::disallowed_methods, reason = "the one place where xtask reads its environment")]
fn variable(key: &str) -> anyhow::Result<Option<String>> {
    match std::env::var(key) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => bail!("{key} is not valid text"),
    }
}
