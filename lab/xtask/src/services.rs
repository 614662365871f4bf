//! Our services: seeded, started, each step shown.

use std::sync::Arc;

use stack::{Fleet, Seed, Service, ServiceOptions, StackError};

use crate::{console::Console, supervise::Running};

/// Seeds the database and starts all services. What was started is in `running`, even after a
/// failure.
pub(crate) async fn start(
    console: &Console,
    running: &Running,
    fleet: &Fleet,
) -> anyhow::Result<Seed> {
    let state = fleet.dir.join("demo.json"); // keys and drop stay the same in the next run
    let seed = console.step("seed", fleet.seed(Some(state.as_path()))).await?;
    start_one(console, running, fleet.sandbox_psp()?).await?;
    tokio::try_join!(
        start_one(console, running, fleet.worker()?),
        start_one(console, running, fleet.admission()?),
        start_one(console, running, fleet.storefront_api()?),
    )?;
    Ok(seed)
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
