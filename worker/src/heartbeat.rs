//! Signs of life of the roles, for back-pressure and the operators' view.

use crate::{app::App, causes::with_causes, roles::Roles};
use database::workers::heartbeats;
use shared::shutdown::Shutdown;
use std::time::Duration;
use tokio::time::sleep;

const EVERY: Duration = Duration::from_secs(1);

/// Notes every second that this process runs its roles.
pub(crate) async fn run(app: App, roles: Roles, shutdown: Shutdown) {
    let soft = shutdown.soft();
    while !soft.is_cancelled() {
        for role in roles.iter() {
            let beat = heartbeats::beat(&app.pool, &app.instance, role.as_str()).await;
            if let Err(error) = beat {
                let error = with_causes(error);
                tracing::debug!(%role, error, "could not note that role {role} is alive");
                break;
            }
        }
        soft.run_until_cancelled(sleep(EVERY)).await;
    }
}
