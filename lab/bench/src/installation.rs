//! Servers and services of the benchmark's own.

use crate::sale_drops::SaleDrops;
use anyhow::{Context as _, ensure};
use crowd::{CostMeter, RunOptions, RunReport, ServerAddresses};
use database::PgPool;
use queue::Queue;
use shared::config::{KafkaSettings, Settings};
use stack::{
    Env, Fleet, FleetPorts, Secrets, Seed, Service, Stack, StackError, StackOptions, ports,
};
use tempfile::TempDir;

/// Everything that sells, on free ports, with the default settings unless told otherwise.
///
/// The services are children of this process: that is how the crowd finds those without an address.
pub(crate) struct Installation {
    /// Dropped, and so killed, before the servers that they use.
    workers: Vec<Service>,
    others: [Service; 3],
    fleet: Fleet,
    seller_key: String,
    stack: Stack,
    /// Dropped last: everything above writes there.
    _dir: TempDir,
}

impl Installation {
    /// Starts everything from the binaries beside the running one, with these settings over the
    /// defaults.
    ///
    /// # Errors
    ///
    /// Returns which binary was not built, or what did not start, with the end of its log.
    pub(crate) async fn start(settings: Env) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let stack = Stack::start(StackOptions::on_free_ports(dir.path())?).await?;
        let (ports, secrets) = (FleetPorts::free()?, Secrets::generate()?);
        let fleet = Fleet::new(dir.path(), ports, &stack.endpoints(), &secrets, settings);
        fleet.migrate().await?;
        create_topics(&stack, &Settings::from_vars(fleet.service_env())?.kafka).await?;
        let Seed { seller_key, .. } = fleet.seed(None).await?;
        let (worker, others) = start_services(&fleet).await?;
        Ok(Self { workers: vec![worker], others, fleet, seller_key, stack, _dir: dir })
    }

    /// Starts one more worker, with all roles.
    pub(crate) async fn add_worker(&mut self) -> anyhow::Result<()> {
        let admin = ports::reserve()?;
        let options = self
            .fleet
            .worker()?
            .name(format!("worker-{}", self.workers.len() + 1))
            .env([("SLUICE_WORKER__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))])
            .ready_url(format!("http://127.0.0.1:{admin}/readyz"));
        self.workers.push(Service::start(options).await?);
        Ok(())
    }

    /// The first worker.
    pub(crate) fn worker(&self) -> anyhow::Result<&Service> {
        self.workers.first().context("no worker was started")
    }

    /// The service that keeps the line.
    pub(crate) const fn admission(&self) -> &Service {
        let [_, admission, _] = &self.others;
        admission
    }

    /// The servers.
    pub(crate) const fn stack(&self) -> &Stack {
        &self.stack
    }

    /// Settings and addresses of the services.
    pub(crate) const fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Sells a new drop to a crowd.
    ///
    /// # Errors
    ///
    /// Returns what kept the crowd from starting, or its report if nobody could buy.
    pub(crate) async fn sell(&self, options: RunOptions) -> anyhow::Result<RunReport> {
        let report = crowd::run(self.addressed(options)).await?;
        ensure!(report.paid > 0, "nothing was sold:\n{report}");
        Ok(report)
    }

    /// Creates so many drops with these limits, and returns once their rooms are open.
    pub(crate) async fn create_drops(
        &self,
        options: RunOptions,
        n_drops: u32,
    ) -> anyhow::Result<SaleDrops> {
        // Far more at a time than one seller usually may have.
        sqlx::query("update sellers set max_live_drops = 100000").execute(&self.pool()?).await?;
        let drops = crowd::create_drops(&self.addressed(options), n_drops).await?;
        SaleDrops::open(self.queue().await, self.pool()?, drops).await
    }

    /// Starts to count what everything uses.
    pub(crate) async fn meter(&self) -> CostMeter {
        let admission = [self.fleet.admission_url()];
        CostMeter::start(&self.fleet.storefront_url(), &admission, &self.servers()).await
    }

    /// The services' database.
    pub(crate) fn pool(&self) -> anyhow::Result<PgPool> {
        crate::postgres::connect(&self.stack.endpoints().database_url)
    }

    async fn queue(&self) -> Queue {
        testkit::room::connect(self.stack.redis().url()).await
    }

    /// The same options, with this installation's addresses and key.
    fn addressed(&self, options: RunOptions) -> RunOptions {
        RunOptions {
            seller_key: Some(self.seller_key.clone()),
            storefront: self.fleet.storefront_url(),
            admission: vec![self.fleet.admission_url()],
            servers: self.servers(),
            ..options
        }
    }

    fn servers(&self) -> ServerAddresses {
        let endpoints = self.stack.endpoints();
        ServerAddresses {
            redis: Some(endpoints.redis_url),
            database: Some(endpoints.database_url),
            kafka: Some(endpoints.kafka_brokers),
        }
    }
}

/// Creates our topics on a stack's broker.
pub(crate) async fn create_topics(stack: &Stack, settings: &KafkaSettings) -> anyhow::Result<()> {
    stack.kafka().create_embedded_topics(&settings.topic_prefix, settings.partitions.get())?;
    Ok(broker::admin::ensure_topics(settings).await?)
}

async fn start_services(fleet: &Fleet) -> Result<(Service, [Service; 3]), StackError> {
    let sandbox_psp = Service::start(fleet.sandbox_psp()?).await?;
    let (worker, admission, storefront_api) = tokio::try_join!(
        Service::start(fleet.worker()?),
        Service::start(fleet.admission()?),
        Service::start(fleet.storefront_api()?),
    )?;
    Ok((worker, [storefront_api, admission, sandbox_psp]))
}
