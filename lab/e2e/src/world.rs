//! Servers and services of one test, on ports, data and keys of their own.

use anyhow::{Context, bail};
use serde_json::Value;
use shared::config::{DatabaseSettings, KafkaSettings};
use stack::{
    Fleet, FleetPorts, KafkaMode, Secrets, Service, ServiceOptions, Stack, StackOptions, paths,
};
use std::{collections::BTreeMap, path::PathBuf, process::Stdio};
use tokio::process::Command;

/// Settings by name.
pub type Env = BTreeMap<String, String>;

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// Which broker.
    pub kafka_mode: KafkaMode,
    /// Instances of admission.
    pub n_admissions: usize,
    /// Instances of worker.
    pub n_workers: usize,
    /// Settings over the short times of a test.
    pub env: Env,
    /// Workers are those that can be wrong on purpose.
    pub with_mutants: bool,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            kafka_mode: KafkaMode::Kafka,
            n_admissions: 1,
            n_workers: 1,
            env: Env::new(),
            with_mutants: false,
        }
    }
}

impl WorldOptions {
    /// Sets one setting of the services.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }
}

/// Everything, running. Dropped without [`stop`](Self::stop), it is killed.
#[derive(Debug)]
pub struct World {
    /// Redis, Postgres, Kafka.
    pub stack: Stack,
    /// Addresses and settings of the services.
    pub fleet: Fleet,
    /// The payment provider.
    pub sandbox_psp: Service,
    /// The storefront.
    pub storefront_api: Service,
    /// Instances of admission.
    pub admissions: Vec<Service>,
    /// Addresses of the instances of admission.
    pub admission_urls: Vec<String>,
    /// Instances of worker.
    pub workers: Vec<Service>,
    /// A seller's key.
    pub seller_key: String,
    /// An operator's key.
    pub operator_key: String,
}

impl World {
    /// Starts everything in a folder named after the test; what a run before left there is gone.
    ///
    /// # Errors
    ///
    /// Returns what did not start, with the end of its log.
    pub async fn start(name: &str, options: WorldOptions) -> anyhow::Result<Self> {
        let dir = fresh_dir(name)?;
        let servers = StackOptions::on_free_ports(&dir)?.kafka_mode(options.kafka_mode);
        let stack = Stack::start(servers).await?;
        let mut env = short_times();
        env.extend(options.env);
        let fleet =
            Fleet::new(&dir, FleetPorts::free()?, &stack.endpoints(), &Secrets::generate()?, env);
        prepare(&stack, &fleet).await?;
        let keys = seed(&fleet).await?;
        let key = |name: &str| keys[name].as_str().map(str::to_owned).context("no key in the seed");

        let sandbox_psp = Service::start(fleet.sandbox_psp()?).await?;
        let (admission_options, admission_urls) = admissions(&fleet, options.n_admissions)?;
        let admissions = start_all(admission_options).await?;
        let mut worker_options = workers(&fleet, options.n_workers)?;
        if options.with_mutants {
            worker_options.iter_mut().try_for_each(use_mutants)?;
        }
        let workers = start_all(worker_options).await?;
        let storefront_api = Service::start(fleet.storefront_api()?).await?;
        Ok(Self {
            stack,
            sandbox_psp,
            storefront_api,
            admissions,
            admission_urls,
            workers,
            seller_key: key("seller_key")?,
            operator_key: key("operator_key")?,
            fleet,
        })
    }

    /// Stops everything in order.
    ///
    /// # Errors
    ///
    /// Returns what did not stop.
    pub async fn stop(self) -> anyhow::Result<()> {
        for service in self.services() {
            service.stop().await?;
        }
        self.stack.stop().await?;
        Ok(())
    }

    /// All services, those that shoppers meet first.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        std::iter::once(&self.storefront_api)
            .chain(&self.admissions)
            .chain(&self.workers)
            .chain(std::iter::once(&self.sandbox_psp))
    }
}

/// Times that suit a test of a minute: whatever is lost is found again within seconds.
fn short_times() -> Env {
    [
        ("SLUICE_PAYMENTS__TIMEOUT_MS", "1000"),
        ("SLUICE_LINE__LEASE_MS", "3000"),
        ("SLUICE_LINE__EXTENDED_LEASE_MS", "4000"),
        ("SLUICE_KAFKA__DELIVERY_TIMEOUT_MS", "2000"),
        ("SLUICE_LINE__GRACE_MS", "1000"),
        ("SLUICE_TELEMETRY__LOG", "info"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn fresh_dir(name: &str) -> anyhow::Result<PathBuf> {
    let dir = paths::sluice_dir().join("e2e").join(name);
    match std::fs::remove_dir_all(&dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot empty {}", dir.display()))
        }
        _ => Ok(dir),
    }
}

/// Makes the schema and the topics.
async fn prepare(stack: &Stack, fleet: &Fleet) -> anyhow::Result<()> {
    let settings = shared::config::Settings::from_vars(fleet.service_env())?;
    migrate(&settings.database).await?;
    make_topics(stack, &settings.kafka).await
}

async fn migrate(settings: &DatabaseSettings) -> anyhow::Result<()> {
    Ok(database::migrate(&database::connect(settings)?).await?)
}

async fn make_topics(stack: &Stack, settings: &KafkaSettings) -> anyhow::Result<()> {
    match stack.kafka().as_embedded() {
        Some(broker) => broker.create_topics(&settings.topic_prefix, settings.partitions.get())?,
        None => broker::admin::ensure_topics(settings).await?,
    }
    Ok(())
}

/// Makes a seller and an operator; gives their keys.
async fn seed(fleet: &Fleet) -> anyhow::Result<Value> {
    let options = fleet.sluice()?;
    let output = Command::new(&options.binary)
        .arg("seed")
        .envs(&options.env)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    if !output.status.success() {
        bail!("sluice seed failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("the seed's answer is no JSON")
}

fn admissions(fleet: &Fleet, n: usize) -> anyhow::Result<(Vec<ServiceOptions>, Vec<String>)> {
    let mut instances = vec![fleet.admission()?];
    let mut urls = vec![fleet.admission_url()];
    for number in 2..=n {
        let (listen, admin) = (stack::ports::reserve()?, stack::ports::reserve()?);
        let url = format!("http://127.0.0.1:{listen}");
        let instance = fleet
            .admission()?
            .name(format!("admission-{number}"))
            .env([
                ("SLUICE_ADMISSION__LISTEN", format!("127.0.0.1:{listen}")),
                ("SLUICE_ADMISSION__ADMIN_LISTEN", format!("127.0.0.1:{admin}")),
                ("SLUICE_ADMISSION__PUBLIC_URL", url.clone()),
            ])
            .ready_url(format!("http://127.0.0.1:{admin}/readyz"));
        instances.push(instance);
        urls.push(url);
    }
    Ok((instances, urls))
}

fn workers(fleet: &Fleet, n: usize) -> anyhow::Result<Vec<ServiceOptions>> {
    let mut instances = vec![fleet.worker()?];
    for number in 2..=n {
        let admin = stack::ports::reserve()?;
        let instance = fleet
            .worker()?
            .name(format!("worker-{number}"))
            .env([("SLUICE_WORKER__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))])
            .ready_url(format!("http://127.0.0.1:{admin}/readyz"));
        instances.push(instance);
    }
    Ok(instances)
}

/// Takes the worker that `scripts/test` builds with the feature `mutants`.
fn use_mutants(options: &mut ServiceOptions) -> anyhow::Result<()> {
    options.binary = options.binary.with_file_name("mutants").join("worker");
    anyhow::ensure!(
        options.binary.exists(),
        "{} is missing; ./scripts/test --crash builds it",
        options.binary.display()
    );
    Ok(())
}

async fn start_all(options: Vec<ServiceOptions>) -> anyhow::Result<Vec<Service>> {
    let mut services = Vec::new();
    for options in options {
        services.push(Service::start(options).await?);
    }
    Ok(services)
}
