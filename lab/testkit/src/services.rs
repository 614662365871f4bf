//! All services as processes, with database, topics and ports of their own.

use std::path::PathBuf;

use stack::{Endpoints, Fleet, FleetPorts, Secrets, Service, ServiceOptions, fleet::Env, ports};
use uuid::Uuid;

use crate::{TestDatabase, TestRedis, TestTopics, settings::TEST_KEYS};

/// sandbox-psp, worker, admission and storefront-api. Dropped, they are killed.
#[derive(Debug)]
pub struct Services {
    /// The payment provider.
    pub psp: Service,
    /// The worker, all roles.
    pub worker: Service,
    /// Joins and streams.
    pub admission: Service,
    /// Pages and API.
    pub storefront: Service,
    /// Their settings and addresses.
    pub fleet: Fleet,
    /// Their database.
    pub database: TestDatabase,
    /// Their Redis database.
    pub redis: TestRedis,
    /// Their topics.
    pub topics: TestTopics,
    /// Dropped after the services, which write there.
    _dir: FleetDir,
}

/// Logs and ledger of a fleet; kept, and named, when the test fails.
#[derive(Debug)]
struct FleetDir(PathBuf);

impl Drop for FleetDir {
    fn drop(&mut self) {
        if std::thread::panicking() {
            #[expect(clippy::print_stderr, reason = "tells a failed test where to look")]
            {
                eprintln!("logs of the services: {}", self.0.join("logs").display());
            }
        } else {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// How to start [`Services`].
#[derive(Debug, Default)]
pub struct ServicesBuilder {
    env: Env,
    endpoints: Option<Endpoints>,
}

impl ServicesBuilder {
    /// Changes a setting of all services.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl Into<String>) -> Self {
        self.env.insert(key.to_owned(), value.into());
        self
    }

    /// Uses a stack of the test's own, which it may kill.
    #[must_use]
    pub fn on(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Starts everything and waits until all are ready.
    ///
    /// # Panics
    ///
    /// Panics with the end of its log if a service does not start.
    pub async fn start(self) -> Services {
        let endpoints = self.endpoints.as_ref().unwrap_or_else(|| crate::endpoints());
        let database = TestDatabase::create_on(endpoints).await;
        let redis = TestRedis::create_on(endpoints).await;
        let topics = TestTopics::create_on(endpoints).await;
        let fleet = fleet(endpoints, &database, &redis, &topics, self.env);
        let dir = FleetDir(fleet.dir.clone());
        let psp = start(fleet.sandbox_psp()).await;
        let (worker, admission, storefront) = tokio::join!(
            start(fleet.worker()),
            start(fleet.admission()),
            start(fleet.storefront_api()),
        );
        Services { psp, worker, admission, storefront, fleet, database, redis, topics, _dir: dir }
    }
}

impl Services {
    /// All services with the default settings on the shared stack.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Services with other settings or on another stack.
    #[must_use]
    pub fn builder() -> ServicesBuilder {
        ServicesBuilder::default()
    }

    /// One more worker beside the first.
    ///
    /// # Panics
    ///
    /// Panics with the end of its log if it does not start.
    pub async fn another_worker(&self, name: &str) -> Service {
        let admin = free_port();
        let options = self.fleet.worker().map(|options| {
            options
                .name(name)
                .env([("SLUICE_WORKER__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))])
                .ready_url(format!("http://127.0.0.1:{admin}/readyz"))
        });
        start(options).await
    }

    /// One more admission instance, with the address for shoppers.
    ///
    /// # Panics
    ///
    /// Panics with the end of its log if it does not start.
    pub async fn another_admission(&self, name: &str) -> (Service, String) {
        let (listen, admin) = (free_port(), free_port());
        let url = format!("http://127.0.0.1:{listen}");
        let options = self.fleet.admission().map(|options| {
            options
                .name(name)
                .env([
                    ("SLUICE_ADMISSION__LISTEN", format!("127.0.0.1:{listen}")),
                    ("SLUICE_ADMISSION__ADMIN_LISTEN", format!("127.0.0.1:{admin}")),
                ])
                .ready_url(format!("http://127.0.0.1:{admin}/readyz"))
        });
        (start(options).await, url)
    }

    /// Stops all of them politely, those that face people first.
    ///
    /// # Panics
    ///
    /// Panics if one does not vanish.
    pub async fn stop(&self) {
        for service in [&self.storefront, &self.admission, &self.worker, &self.psp] {
            service.stop().await.expect("a service stops");
        }
    }
}

fn fleet(
    endpoints: &Endpoints,
    database: &TestDatabase,
    redis: &TestRedis,
    topics: &TestTopics,
    changes: Env,
) -> Fleet {
    let dir = stack::paths::sluice_dir().join("test").join("fleets");
    let dir = dir.join(Uuid::now_v7().simple().to_string());
    let secrets = Secrets::generate().expect("the system has randomness");
    let mut env = topics.env().clone();
    env.insert("SLUICE_DATABASE__URL".to_owned(), database.url().to_owned());
    env.insert("SLUICE_REDIS__URL".to_owned(), redis.url().to_owned());
    for name in ["TICKET_KEYS", "SESSION_KEYS", "COMMAND_KEYS"] {
        env.insert(format!("SLUICE_CREDENTIALS__{name}"), TEST_KEYS.to_owned());
    }
    env.extend(changes);
    let ports = FleetPorts::free().expect("there are free ports");
    Fleet::new(dir, ports, endpoints, &secrets, env)
}

async fn start(options: Result<ServiceOptions, stack::StackError>) -> Service {
    let started = async { Service::start(options?).await }.await;
    #[expect(clippy::panic, reason = "a test without its services has no better answer")]
    started.unwrap_or_else(|error| panic!("{error}"))
}

fn free_port() -> u16 {
    ports::reserve().expect("there are free ports")
}
