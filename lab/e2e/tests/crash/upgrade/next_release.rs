//! The next release: its binaries, and what is done with them.

use super::gateway;
use ::mutants::{BuildCopy, ServiceBinary, ServiceVariant};
use anyhow::{Context, ensure};
use shared::ids::DropId;
use stack::{Service, ServiceOptions, StackError, output_of, ports};
use std::path::{Path, PathBuf};
use testkit::World;
use tokio::process::Command;

/// Seconds that the system may take to settle before it is judged.
const SETTLE_S: u32 = 60;

/// Its binaries.
#[derive(Debug)]
pub(super) struct NextRelease {
    sluice: PathBuf,
    pub(super) worker: PathBuf,
    admission: PathBuf,
    storefront_api: PathBuf,
    crowd: PathBuf,
}

/// Its instances of what shoppers meet, and where they listen.
#[derive(Debug)]
pub(super) struct Newcomers {
    pub(super) storefront_port: u16,
    pub(super) admission_port: u16,
    storefront_api: Service,
    admission: Service,
}

impl NextRelease {
    /// Builds what is not there yet.
    pub(super) async fn build() -> anyhow::Result<Self> {
        let build_copy = BuildCopy::of_workspace()?;
        let build = async |binary| build_copy.binary(ServiceVariant::of_next_release(binary)).await;
        Ok(Self {
            sluice: build(ServiceBinary::Sluice).await?,
            worker: build(ServiceBinary::Worker).await?,
            admission: build(ServiceBinary::Admission).await?,
            storefront_api: build(ServiceBinary::StorefrontApi).await?,
            crowd: build(ServiceBinary::Crowd).await?,
        })
    }

    /// Brings the schema to what it needs.
    pub(super) async fn migrate(&self, world: &World) -> anyhow::Result<()> {
        let mut command = Command::new(&self.sluice);
        command.arg("migrate").env_clear().envs(world.fleet.service_env());
        run(command, "sluice migrate").await.map(drop)
    }

    /// Starts its storefront and its admission beside those of a world.
    pub(super) async fn start(&self, world: &World) -> anyhow::Result<Newcomers> {
        let fleet = &world.fleet;
        let (storefront, storefront_port) =
            instance(fleet.storefront_api()?, &self.storefront_api, "STOREFRONT")?;
        let (admission, admission_port) =
            instance(fleet.admission()?, &self.admission, "ADMISSION")?;
        let (storefront_api, admission) =
            tokio::try_join!(Service::start(storefront), Service::start(admission))?;
        Ok(Newcomers { storefront_port, admission_port, storefront_api, admission })
    }

    /// Judges what came of a crowd's run, by every invariant: this release cannot read all that the
    /// next one has written. Returns the report.
    pub(super) async fn judge(&self, world: &World, drop_id: DropId) -> anyhow::Result<String> {
        let dir = &world.fleet.dir;
        let mut command = Command::new(&self.crowd);
        command
            .env_clear()
            .arg("check")
            .arg("--history")
            .arg(dir.join("history.jsonl"))
            .arg("--faults")
            .arg(dir.join("faults.jsonl"))
            .arg("--psp-ledger")
            .arg(world.fleet.psp_ledger())
            .arg(format!("--database={}", world.database.url()))
            .arg(format!("--redis={}", world.redis.url()))
            .arg(format!("--kafka={}", world.topics.settings().brokers))
            .arg(format!("--topic-prefix={}", world.topics.prefix()))
            .arg(format!("--drop={drop_id}"))
            .arg(format!("--settle-seconds={SETTLE_S}"));
        run(command, "crowd check").await
    }
}

impl Newcomers {
    /// Where its admission listens.
    pub(super) fn admission_url(&self) -> String {
        gateway::url(self.admission_port)
    }

    /// Stops them gracefully.
    pub(super) async fn stop(&self) -> anyhow::Result<()> {
        self.storefront_api.stop().await?;
        Ok(self.admission.stop().await?)
    }
}

/// Makes another instance of a service, of this binary, which listens on ports of its own.
fn instance(
    mut options: ServiceOptions,
    binary: &Path,
    section: &str,
) -> Result<(ServiceOptions, u16), StackError> {
    let (listen, admin) = (ports::reserve()?, ports::reserve()?);
    options.binary = binary.to_owned();
    let name = format!("next-{}", options.name);
    let options = options
        .name(name)
        .env([
            (format!("SLUICE_{section}__LISTEN"), format!("127.0.0.1:{listen}")),
            (format!("SLUICE_{section}__ADMIN_LISTEN"), format!("127.0.0.1:{admin}")),
        ])
        .ready_url(format!("{}/readyz", gateway::url(admin)));
    Ok((options, listen))
}

/// Runs a command to its end, and returns what it said.
async fn run(mut command: Command, name: &str) -> anyhow::Result<String> {
    let output = output_of(command.kill_on_drop(true)).await;
    let output = output.with_context(|| format!("cannot run {name}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed:\n{said}{complaint}");
    Ok(said)
}
