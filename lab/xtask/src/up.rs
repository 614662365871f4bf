//! Brings everything up and keeps it running until it is told to stop.

use std::{process::ExitCode, sync::Arc};

use anyhow::bail;
use stack::{background::StackState, ports};

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
            console.line("\nstopping; press Ctrl-C again to kill");
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
    let secrets = settings.secrets()?;
    let stack = servers::start(console, settings, &running.stack).await?;
    let fleet = settings.fleet(&stack, &secrets);
    servers::prepare_data(console, &stack, &fleet).await?;
    let shop = services::start_demo(console, running, &fleet).await?;

    state_of(&stack).write(&settings.options.dir)?;
    console.line(&table::addresses(&fleet, &stack.endpoints(), &shop));
    let seconds = console.elapsed().as_secs_f32();
    console.line(&format!("up after {seconds:.1} s; press Ctrl-C to stop"));
    Ok(())
}

/// Checks the services' ports before anything is started, and names all that are busy.
fn check_service_ports(settings: &Settings) -> anyhow::Result<()> {
    let ports = settings.fleet_ports;
    let listen = |key: &str| format!("{key}=127.0.0.1:<free port>");
    let busy: Vec<String> = [
        (ports.storefront, listen("SLUICE_STOREFRONT__LISTEN")),
        (ports.storefront_admin, listen("SLUICE_STOREFRONT__ADMIN_LISTEN")),
        (ports.admission, listen("SLUICE_ADMISSION__LISTEN")),
        (ports.admission_admin, listen("SLUICE_ADMISSION__ADMIN_LISTEN")),
        (ports.worker_admin, listen("SLUICE_WORKER__ADMIN_LISTEN")),
        (ports.psp, listen("SLUICE_PSP__LISTEN")),
        (ports.site, "SLUICE_STACK_SITE_PORT=<free port>".to_owned()),
    ]
    .into_iter()
    .filter(|(port, _)| !ports::is_free(*port))
    .map(|(port, remedy)| format!("port {port} is in use: set {remedy}"))
    .collect();
    if busy.is_empty() {
        return Ok(());
    }
    bail!(
        "{}\n(or stop what listens there; if it is an `up` of this folder: ./scripts/stack stop)",
        busy.join("\n")
    )
}
