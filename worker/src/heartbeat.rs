//! Signs of life of the roles, for back-pressure and the operators' view; with what each has in hand. The
//! time is asked for as often.

use crate::{app::App, causes::with_causes, roles::Roles};
use database::{
    DatabaseError,
    workers::{heartbeats, owned_work},
};
use shared::shutdown::Shutdown;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::sleep;

const EVERY: Duration = Duration::from_secs(1);

/// Notes every second that this process runs its roles.
pub(crate) async fn run(app: App, roles: Roles, shutdown: Shutdown) {
    let (soft, mut noted) = (shutdown.soft(), BTreeMap::new());
    while !soft.is_cancelled() {
        if let Err(error) = app.clock.follow(&app.pool).await {
            let error = with_causes(error);
            tracing::debug!(error, "could not ask for the time");
        }
        for role in roles.iter() {
            let beat = heartbeats::beat(&app.pool, &app.instance, role.as_str()).await;
            if let Err(error) = beat {
                let error = with_causes(error);
                tracing::debug!(%role, error, "could not note that role {role} is alive");
                break;
            }
        }
        if let Err(error) = note_changed(&app, &mut noted).await {
            let error = with_causes(error);
            tracing::debug!(error, "could not note what is in hand");
        }
        soft.run_until_cancelled(sleep(EVERY)).await;
    }
}

/// Notes what is in hand of each role in which that has changed since it was noted.
async fn note_changed(
    app: &App,
    noted: &mut BTreeMap<&'static str, Vec<String>>,
) -> Result<(), DatabaseError> {
    for (role, keys) in app.owned_work.now() {
        if noted.get(role) != Some(&keys) {
            owned_work::note(&app.pool, &app.instance, role, &keys).await?;
            noted.insert(role, keys);
        }
    }
    Ok(())
}
