//! Brings everything up and holds it until it is told to stop.

use std::{process::ExitCode, sync::Arc};

use anyhow::bail;
use stack::{Fleet, Secrets, background::StackState, ports};

use crate::{
    console::Console, servers, services, settings::Settings, signals::Signals,
    stack_command::state_of, supervise::Running, table,
};

/// Starts everything, prints where it is, and stops it on Ctrl-C or SIGTERM.
pub(crate) async fn up(settings: Settings) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let console = Arc::new(Console::new());
    let running = Running::default();
    let work = async {
        bring_up(&console, &settings, &running).await?;
        running.keep_up(&console).await;
        Ok(())
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        () = signals.next() => {
            console.line("\nstopping; once more to kill");
            Ok(())
        }
    };
    StackState::remove(&settings.options.dir);
    running.stop(&console, &mut signals).await;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn bring_up(
    console: &Arc<Console>,
    settings: &Settings,
    running: &Running,
) -> anyhow::Result<()> {
    check_service_ports(settings)?;
    let dir = &settings.options.dir;
    let secrets = Secrets::load_or_generate(&dir.join("secrets.env"))?;
    let stack = servers::start(console, settings, &running.stack).await?;
    servers::prepare_data(console, &stack, &secrets, &settings.given).await?;

    let endpoints = stack.endpoints();
    let mut given = settings.given.clone();
    given.extend(endpoints.env());
    let fleet = Fleet::new(dir, settings.fleet_ports, &endpoints, &secrets, given);
    let seeded = services::start(console, running, &fleet).await?;

    state_of(&stack).write(dir)?;
    console.line(&table::addresses(&fleet, &endpoints, &seeded));
    console.line(&format!("up after {:.1} s; Ctrl-C stops it", console.elapsed().as_secs_f32()));
    Ok(())
}

/// Looks at the services' ports before anything is started, and names all that are busy.
fn check_service_ports(settings: &Settings) -> anyhow::Result<()> {
    let ports = settings.fleet_ports;
    let busy: Vec<String> = [
        (ports.storefront, "SLUICE_STOREFRONT__LISTEN"),
        (ports.storefront_admin, "SLUICE_STOREFRONT__ADMIN_LISTEN"),
        (ports.admission, "SLUICE_ADMISSION__LISTEN"),
        (ports.admission_admin, "SLUICE_ADMISSION__ADMIN_LISTEN"),
        (ports.worker_admin, "SLUICE_WORKER__ADMIN_LISTEN"),
        (ports.psp, "SLUICE_PSP__LISTEN"),
    ]
    .into_iter()
    .filter(|(port, _)| !ports::is_free(*port))
    .map(|(port, key)| format!("port {port} is in use: set {key}=127.0.0.1:<free port>"))
    .collect();
    if busy.is_empty() {
        return Ok(());
    }
    bail!(
        "{}\n(or stop what listens there; an `up` of this folder: ./scripts/stack stop)",
        busy.join("\n")
    )
}
