//! Our services: seeded, started, each step shown.

use std::{process::Stdio, sync::Arc};

use anyhow::{Context, bail};
use serde_json::{Map, Value};
use stack::{Fleet, Service, ServiceOptions, StackError};
use tokio::process::Command;

use crate::{console::Console, supervise::Running};

/// What the seed said: the demo's keys and drop.
pub(crate) type Seed = Map<String, Value>;

/// Seeds the database and starts all services; what was started is in `running`.
pub(crate) async fn start(
    console: &Console,
    running: &Running,
    fleet: &Fleet,
) -> anyhow::Result<Seed> {
    let seeded = console.step("seed", seed(fleet)).await?;
    start_one(console, running, fleet.sandbox_psp()?).await?;
    tokio::try_join!(
        start_one(console, running, fleet.worker()?),
        start_one(console, running, fleet.admission()?),
        start_one(console, running, fleet.storefront_api()?),
    )?;
    Ok(seeded)
}

async fn start_one(
    console: &Console,
    running: &Running,
    options: ServiceOptions,
) -> Result<(), StackError> {
    let name = options.name.clone();
    let starting = async {
        let service = Arc::new(Service::launch(options).await?);
        running.add(Arc::clone(&service)); // before it is ready: a stop must reach it
        service.wait_ready().await
    };
    console.step(&name, starting).await
}

/// Puts the demo seller, operator and drop there, once.
async fn seed(fleet: &Fleet) -> anyhow::Result<Seed> {
    let options = fleet.sluice()?;
    let system_env =
        std::env::vars_os().filter(|(name, _)| !name.to_string_lossy().starts_with("SLUICE_"));
    let output = Command::new(&options.binary)
        .args(["seed", "--state"])
        .arg(fleet.dir.join("demo.json")) // keys and drop stay the same in the next run
        .env_clear()
        .envs(system_env)
        .envs(&options.env)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run sluice seed")?;
    if !output.status.success() {
        bail!("sluice seed failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

/// Puts all JSON objects together, one a line; other lines are log.
fn parse(output: &str) -> Seed {
    let values = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    values.filter_map(|value| value.as_object().cloned()).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_objects_are_passed_over() {
        let seed = parse("starting\n{\"seller_key\":\"sk_1\"}\n\"word\"\n{\"drop_id\":\"7\"}\n");
        assert_eq!(seed.keys().collect::<Vec<_>>(), ["drop_id", "seller_key"]);
    }
}
