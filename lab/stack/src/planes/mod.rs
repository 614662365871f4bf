//! What closes the servers of a stack to strangers, as those of a deployment are: TLS on all three, and
//! a login for each service that may do what the service does.
//!
//! Everything is made anew with the stack, so this is for folders without data.
//!
//! | module | holds |
//! |---|---|
//! | `certificates` | an authority, and what it vouches for |
//! | `servers` | what each server is started with |

mod certificates;
mod servers;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use self::certificates::Certificates;
use crate::{
    Env, StackError,
    fleet::random_hex,
    options::Ports,
    private_files::{make_dir, write_secret},
    unprivileged::Demotion,
};

/// Who owns everything: migrates, makes topics, looks.
pub(crate) const OWNER: &str = "sluice";
/// The broker itself.
const BROKER: &str = "broker";
/// Services by binary, each with its login.
const SERVICES: [(&str, &str); 3] =
    [("admission", "admission"), ("storefront-api", "storefront"), ("worker", "worker")];
/// The only service that talks to Kafka.
const WORKER: &str = "worker";
/// How clients of Kafka say who they are.
const MECHANISM: &str = "SCRAM-SHA-512";

/// Certificates and passwords of closed servers.
#[derive(Clone)]
pub struct Planes {
    dir: PathBuf,
    ports: Ports,
    certificates: Certificates,
    /// By login.
    passwords: BTreeMap<&'static str, String>,
}

impl std::fmt::Debug for Planes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planes").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Planes {
    /// Makes certificates and passwords for servers on these ports.
    pub(crate) async fn make(stack_dir: &Path, ports: Ports) -> Result<Self, StackError> {
        let dir = stack_dir.join("planes");
        make_dir(&dir)?;
        let certificates = Certificates::make(&dir).await?;
        let logins = SERVICES.iter().map(|(_, login)| *login).chain([OWNER, BROKER]);
        let passwords = logins.map(|login| random_hex().map(|password| (login, password)));
        let passwords = passwords.collect::<Result<BTreeMap<_, _>, StackError>>()?;
        let planes = Self { dir, ports, certificates, passwords };
        write_secret(&planes.redis_users(), planes.redis_users_text().as_bytes())?;
        Demotion::detect().own(&planes.dir)?;
        Ok(planes)
    }

    /// The file of the authority that vouches for all three servers, PEM.
    pub fn ca_file(&self) -> &Path {
        &self.certificates.authority
    }

    /// Settings of whoever runs the installation, beside the addresses: trust, and the right to make
    /// topics.
    pub fn env(&self) -> Env {
        let ca_file = self.ca_file().display().to_string();
        named([
            ("REDIS__CA_FILE", ca_file.clone()),
            ("KAFKA__TLS", "true".to_owned()),
            ("KAFKA__CA_FILE", ca_file),
            ("KAFKA__SASL", MECHANISM.to_lowercase()),
            ("KAFKA__USER", WORKER.to_owned()),
            ("KAFKA__PASSWORD", self.password(WORKER).to_owned()),
        ])
    }

    /// What each service has instead, by its binary: logins of its own.
    pub fn env_of_services(&self) -> BTreeMap<String, Env> {
        SERVICES.iter().map(|(binary, login)| ((*binary).to_owned(), self.env_of(login))).collect()
    }

    fn env_of(&self, login: &str) -> Env {
        let mut env = named([
            ("REDIS__URL", self.redis_url(login)),
            ("DATABASE__URL", self.postgres_url(login, OWNER)),
        ]);
        if login != WORKER {
            env.extend(named(["KAFKA__USER", "KAFKA__PASSWORD"].map(|name| (name, String::new()))));
        }
        env
    }

    /// Makes the logins of the services in Postgres; their roles come with the schema.
    ///
    /// # Errors
    ///
    /// Returns what Postgres said.
    pub async fn create_logins(&self) -> Result<(), StackError> {
        let failed = |error: sqlx::Error| StackError::Command {
            command: "create the logins of the services".to_owned(),
            detail: error.to_string(),
        };
        let url = self.postgres_url(OWNER, OWNER);
        let mut connection = PgConnection::connect(&url).await.map_err(failed)?;
        for (_, login) in SERVICES {
            let password = self.password(login);
            let sql =
                format!("create role {login} login password '{password}' in role sluice_{login}");
            connection.execute(AssertSqlSafe(sql)).await.map_err(failed)?;
        }
        connection.close().await.map_err(failed)
    }

    /// Address of Redis for a login.
    ///
    /// # Panics
    ///
    /// Panics if there is no such login.
    pub fn redis_url(&self, login: &str) -> String {
        format!("rediss://{login}:{}@127.0.0.1:{}", self.password(login), self.ports.redis)
    }

    /// Address of a database for a login.
    pub(crate) fn postgres_url(&self, login: &str, database: &str) -> String {
        format!(
            "postgres://{login}:{}@127.0.0.1:{}/{database}?sslmode=verify-full&sslrootcert={}",
            self.password(login),
            self.ports.postgres,
            self.ca_file().display(),
        )
    }

    /// Password of a login.
    pub(crate) fn password(&self, login: &str) -> &str {
        self.passwords.get(login).expect("every login has a password")
    }
}

fn named<const N: usize>(settings: [(&str, String); N]) -> Env {
    settings.map(|(name, value)| (format!("SLUICE_{name}"), value)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_service_has_logins_of_its_own_and_only_the_worker_one_for_kafka() {
        let dir = tempfile::tempdir().unwrap();
        let planes = Planes::make(dir.path(), Ports::STANDARD).await.unwrap();
        let services = planes.env_of_services();
        let urls: Vec<_> = services.values().map(|env| &env["SLUICE_REDIS__URL"]).collect();
        assert!(urls[0] != urls[1] && urls[1] != urls[2]);
        for (binary, env) in &services {
            let has_kafka = !env.contains_key("SLUICE_KAFKA__PASSWORD");
            assert_eq!(has_kafka, binary == "worker", "{binary}");
        }
        let users = planes.redis_users_text();
        assert!(!users.contains("_PASSWORD resetkeys"), "{users}");
    }
}
