//! The world that tests run in: all services as processes, never linked, and the servers that
//! they meet on.
//!
//! | | [`World::shared`] | [`World::start`] |
//! |---|---|---|
//! | servers | those of the test run, with database, Redis and topics of its own | its own, which the test may kill |
//! | keys | fixed ones, so that a test can read and make tokens | generated |
//! | times | the defaults | short: what is lost is found again within seconds |
//! | folder | goes away with the test, unless it fails | `.sluice/e2e/<name>`, kept until the next run |

mod folder;
mod instances;
mod options;
mod process;
mod progress;
mod victim;

use shared::config::Settings;
use stack::{
    Env, Fleet, FleetPorts, Planes, RedisCluster, RedisSentinels, Secrets, Seed, ServerSource,
    Service, Stack, StackOptions,
};

use self::{folder::ServicesFolder, instances::Instances};
use crate::{TestDatabase, TestRedis, TestTopics, keys, settings};

pub use options::WorldOptions;
pub use progress::{ProgressReader, SaleProgress};
pub use victim::Victim;

/// Everything, running. Dropped without [`stop`](Self::stop), it is killed.
#[derive(Debug)]
pub struct World {
    /// The payment provider.
    pub sandbox_psp: Service,
    /// Pages and API.
    pub storefront_api: Service,
    /// Instances of admission: joins and streams.
    pub admissions: Vec<Service>,
    /// Their addresses, in the same order.
    pub admission_urls: Vec<String>,
    /// Instances of worker, each with all roles unless the settings say otherwise.
    pub workers: Vec<Service>,
    /// Settings and addresses of the services.
    pub fleet: Fleet,
    /// The API key of a seller.
    pub seller_key: String,
    /// The API key of an operator.
    pub operator_key: String,
    /// The services' database.
    pub database: TestDatabase,
    /// The services' Redis.
    pub redis: TestRedis,
    /// The services' topics.
    pub topics: TestTopics,
    /// Redis, Postgres and Kafka, where they are this world's own.
    pub stack: Option<Stack>,
    /// The nodes of Redis, where it is a cluster.
    pub redis_cluster: Option<RedisCluster>,
    /// The master of Redis with its replicas, where sentinels watch it.
    pub redis_sentinels: Option<RedisSentinels>,
    /// Dropped after the services, which write there.
    _folder: Option<ServicesFolder>,
}

impl World {
    /// Starts all services on the servers of the test run.
    ///
    /// # Errors
    ///
    /// Returns what did not start, with the end of its log.
    pub async fn shared(options: WorldOptions) -> anyhow::Result<Self> {
        let (database, redis, topics) =
            tokio::join!(TestDatabase::create(), TestRedis::create(), TestTopics::create());
        let mut env = topics.env().clone();
        env.insert("SLUICE_DATABASE__URL".to_owned(), database.url().to_owned());
        env.insert("SLUICE_REDIS__URL".to_owned(), redis.url().to_owned());
        env.extend(settings::credentials());
        env.extend(options.env.clone());
        let folder = ServicesFolder::new();
        let (ports, secrets) = (FleetPorts::free()?, Secrets::generate()?);
        let fleet = Fleet::new(folder.path(), ports, crate::endpoints(), &secrets, env);
        let seller_key = keys::seller(database.pool()).await;
        let operator_key = keys::operator(database.pool()).await;
        let Instances { sandbox_psp, storefront_api, admissions, admission_urls, workers } =
            Instances::start(&fleet, &options).await?;
        Ok(Self {
            sandbox_psp,
            storefront_api,
            admissions,
            admission_urls,
            workers,
            fleet,
            seller_key,
            operator_key,
            database,
            redis,
            topics,
            stack: None,
            redis_cluster: None,
            redis_sentinels: None,
            _folder: Some(folder),
        })
    }

    /// Starts servers and services of the test's own, in a folder of this name; what an earlier
    /// run left there is deleted.
    ///
    /// # Errors
    ///
    /// Returns what did not start, with the end of its log.
    pub async fn start(name: &str, options: WorldOptions) -> anyhow::Result<Self> {
        let dir = folder::emptied(name)?;
        let mut servers = StackOptions::on_free_ports(&dir)?.kafka_mode(options.kafka_mode);
        if options.are_closed {
            servers = servers.closed();
        }
        let mut env = short_times();
        let mut redis_cluster = None;
        if options.redis_cluster {
            let nodes = redis_cluster.insert(RedisCluster::start(&dir).await?);
            servers.redis = ServerSource::Off;
            env.extend(nodes.env());
        }
        let mut redis_sentinels = None;
        if options.redis_sentinels {
            let watched = redis_sentinels.insert(RedisSentinels::start(&dir).await?);
            servers.redis = ServerSource::Off;
            env.extend(watched.env());
        }
        let stack = Stack::start(servers).await?;
        let endpoints = stack.endpoints();
        env.extend(stack.planes().map(Planes::env).unwrap_or_default());
        env.extend(options.env.clone());
        let (ports, secrets) = (FleetPorts::free()?, Secrets::generate()?);
        let mut fleet = Fleet::new(&dir, ports, &endpoints, &secrets, env);
        fleet.migrate().await?;
        if let Some(planes) = stack.planes() {
            planes.create_logins().await?;
            fleet.own = planes.env_of_services();
        }
        let kafka = Settings::from_vars(fleet.service_env())?.kafka;
        let topics = TestTopics::of_server(stack.kafka(), kafka).await?;
        let Seed { seller_key, operator_key, .. } = fleet.seed(None).await?;
        let Instances { sandbox_psp, storefront_api, admissions, admission_urls, workers } =
            Instances::start(&fleet, &options).await?;
        Ok(Self {
            sandbox_psp,
            storefront_api,
            admissions,
            admission_urls,
            workers,
            seller_key,
            operator_key,
            database: TestDatabase::of_server(&endpoints)?,
            redis: TestRedis::of(&fleet.service_env()),
            topics,
            fleet,
            stack: Some(stack),
            redis_cluster,
            redis_sentinels,
            _folder: None,
        })
    }

    /// Stops everything gracefully, the services that people meet first.
    ///
    /// # Errors
    ///
    /// Returns what did not stop.
    pub async fn stop(self) -> anyhow::Result<()> {
        let services = std::iter::once(&self.storefront_api)
            .chain(&self.admissions)
            .chain(&self.workers)
            .chain(std::iter::once(&self.sandbox_psp));
        for service in services {
            service.stop().await?;
        }
        if let Some(stack) = &self.stack {
            stack.stop().await?;
        }
        if let Some(nodes) = &self.redis_cluster {
            nodes.stop().await?;
        }
        if let Some(watched) = &self.redis_sentinels {
            watched.stop().await?;
        }
        Ok(())
    }
}

/// Times that suit a test of a minute.
fn short_times() -> Env {
    [
        ("SLUICE_PAYMENTS__TIMEOUT_MS", "1000"),
        ("SLUICE_PAYMENTS__GIVE_UP_AFTER_SECONDS", "5"),
        ("SLUICE_LINE__LEASE_MS", "3000"),
        ("SLUICE_LINE__EXTENDED_LEASE_MS", "4000"),
        ("SLUICE_KAFKA__DELIVERY_TIMEOUT_MS", "2000"),
        ("SLUICE_LINE__GRACE_MS", "1000"),
        ("SLUICE_TELEMETRY__LOG", "info,batch_aint_one=warn"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
