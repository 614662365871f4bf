//! Servers and services of the benchmark's own.

use super::options::SaleSize;
use anyhow::ensure;
use crowd::{RunOptions, RunReport, ServerAddresses};
use shared::config::Settings;
use stack::{Env, Fleet, FleetPorts, Secrets, Seed, Service, Stack, StackError, StackOptions};
use tempfile::TempDir;

/// Everything that sells, on free ports, with the default settings.
///
/// The services are children of this process: that is how the crowd finds those without an address.
pub(super) struct Installation {
    /// Dropped, and so killed, before the servers that they use.
    _services: [Service; 4],
    fleet: Fleet,
    seller_key: String,
    stack: Stack,
    /// Dropped last: everything above writes there.
    _dir: TempDir,
}

impl Installation {
    /// Starts everything from the binaries beside the running one.
    ///
    /// # Errors
    ///
    /// Returns which binary was not built, or what did not start, with the end of its log.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let stack = Stack::start(StackOptions::on_free_ports(dir.path())?).await?;
        let (ports, secrets) = (FleetPorts::free()?, Secrets::generate()?);
        let fleet = Fleet::new(dir.path(), ports, &stack.endpoints(), &secrets, Env::new());
        fleet.migrate().await?;
        create_topics(&stack, &fleet).await?;
        let Seed { seller_key, .. } = fleet.seed(None).await?;
        let services = start_services(&fleet).await?;
        Ok(Self { _services: services, fleet, seller_key, stack, _dir: dir })
    }

    /// Sells a new drop to a crowd.
    ///
    /// # Errors
    ///
    /// Returns what kept the crowd from starting, or its report if nobody could buy.
    pub(super) async fn sell(&self, size: &SaleSize) -> anyhow::Result<RunReport> {
        let endpoints = self.stack.endpoints();
        let options = RunOptions {
            seller_key: Some(self.seller_key.clone()),
            storefront: self.fleet.storefront_url(),
            admission: vec![self.fleet.admission_url()],
            servers: ServerAddresses {
                redis: Some(endpoints.redis_url),
                database: Some(endpoints.database_url),
                kafka: Some(endpoints.kafka_brokers),
            },
            ..size.run_options()?
        };
        let report = crowd::run(options).await?;
        ensure!(report.paid > 0, "nothing was sold:\n{report}");
        Ok(report)
    }
}

async fn create_topics(stack: &Stack, fleet: &Fleet) -> anyhow::Result<()> {
    let kafka = Settings::from_vars(fleet.service_env())?.kafka;
    stack.kafka().create_embedded_topics(&kafka.topic_prefix, kafka.partitions.get())?;
    Ok(broker::admin::ensure_topics(&kafka).await?)
}

async fn start_services(fleet: &Fleet) -> Result<[Service; 4], StackError> {
    let sandbox_psp = Service::start(fleet.sandbox_psp()?).await?;
    let (worker, admission, storefront_api) = tokio::try_join!(
        Service::start(fleet.worker()?),
        Service::start(fleet.admission()?),
        Service::start(fleet.storefront_api()?),
    )?;
    Ok([storefront_api, admission, worker, sandbox_psp])
}
