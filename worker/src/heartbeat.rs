//! Signs of life of the roles, for back-pressure and the operators' view.

use crate::{Roles, app::App};
use shared::shutdown::Shutdown;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// Notes each second that this process runs its roles.
pub async fn run(app: App, roles: Roles, shutdown: Shutdown) {
    let soft = shutdown.soft();
    while !soft.is_cancelled() {
        for role in roles.iter() {
            let beat =
                database::selling::scheduling::beat(&app.pool, &app.instance, role.as_str()).await;
            if let Err(error) = beat {
                tracing::debug!(%error, "could not note a sign of life");
                break;
            }
        }
        tokio::select! {
            () = soft.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
