//! Our services: seeded, started, each step shown.

use std::{path::PathBuf, sync::Arc};

use stack::{DemoShop, Fleet, Seed, Service, ServiceOptions, StackError};

use crate::{console::Console, supervise::Running};

/// Seeds the database and starts all services. What was started is in `running`, even after a
/// failure.
pub(crate) async fn start(
    console: &Console,
    running: &Running,
    fleet: &Fleet,
) -> anyhow::Result<Seed> {
    let seed = console.step("seed", fleet.seed(Some(&state_file(fleet)))).await?;
    start_all(console, running, fleet).await?;
    Ok(seed)
}

/// The same with a whole shop to look around in, with somebody's own site that has a line before it, and
/// with an agent that sends the crowds which operators ask for.
pub(crate) async fn start_demo(
    console: &Console,
    running: &Running,
    fleet: &Fleet,
) -> anyhow::Result<DemoShop> {
    start_all(console, running, fleet).await?;
    let shop = console.step("demo shop", fleet.demo(&state_file(fleet))).await?;
    let site = fleet.sample_site(&shop.site_drop_id, &shop.seller_key)?;
    start_one(console, running, site).await?;
    let agent = fleet.load_agent(&shop.operator_key, &shop.seller_key)?;
    start_one(console, running, agent).await?;
    Ok(shop)
}

/// Keeps keys, products and drops the same in the next run.
fn state_file(fleet: &Fleet) -> PathBuf {
    fleet.dir.join("demo.json")
}

async fn start_all(console: &Console, running: &Running, fleet: &Fleet) -> Result<(), StackError> {
    start_one(console, running, fleet.sandbox_psp()?).await?;
    tokio::try_join!(
        start_one(console, running, fleet.worker()?),
        start_one(console, running, fleet.admission()?),
        start_one(console, running, fleet.storefront_api()?),
    )?;
    Ok(())
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
