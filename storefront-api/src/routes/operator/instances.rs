//! The processes of the workers.

use super::health::ALIVE_MS;
use crate::{ApiError, App, extract::CurrentOperator};
use axum::extract::State;
use database::workers::instances::{self, RunningRole};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::ids::DropId;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which workers there are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct InstancesResponse {
    /// The oldest first.
    data: Vec<InstanceResponse>,
    /// The server's clock.
    server_time: Timestamp,
}

/// A process of a worker that was heard from in the last hour.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct InstanceResponse {
    /// Names the process; another one at each start.
    instance: String,
    /// When it was started.
    started_at: Option<Timestamp>,
    /// Whether any of its roles was heard from lately enough.
    alive: bool,
    roles: Vec<RoleResponse>,
}

/// A role of a process.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RoleResponse {
    role: String,
    /// Time since its last heartbeat.
    age_ms: i64,
    /// Whether that is recent enough.
    alive: bool,
    /// Pieces of work that it has in hand: drops or partitions, or the one piece that there is; none of a
    /// role that is not divided, or while another instance has them.
    n_pieces: i64,
    /// The drops that they are about.
    drops: Vec<DropId>,
}

impl From<RunningRole> for RoleResponse {
    fn from(running: RunningRole) -> Self {
        Self {
            role: running.role,
            age_ms: running.age_ms,
            alive: running.age_ms <= ALIVE_MS,
            n_pieces: running.n_pieces,
            drops: running.drops,
        }
    }
}

/// Lists the workers, with their roles and what each has in hand.
#[utoipa::path(get, path = "/v1/operator/instances", tag = "operator",
    security(("operator_key" = [])),
    responses((status = 200, body = InstancesResponse), Problem))]
#[tracing::instrument(name = "handler.instances.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentOperator,
) -> Result<Json<InstancesResponse>, ApiError> {
    let roles = instances::list(&app.pool).await?;
    Ok(Json(InstancesResponse { data: by_instance(roles), server_time: app.now() }))
}

/// Puts the roles of each instance together; they come in its order.
fn by_instance(roles: Vec<RunningRole>) -> Vec<InstanceResponse> {
    let mut found: Vec<InstanceResponse> = Vec::new();
    for mut running in roles {
        let instance = std::mem::take(&mut running.instance);
        let role = RoleResponse::from(running);
        match found.last_mut().filter(|last| last.instance == instance) {
            Some(last) => {
                last.alive |= role.alive;
                last.roles.push(role);
            }
            None => found.push(InstanceResponse {
                started_at: started_at(&instance),
                instance,
                alive: role.alive,
                roles: vec![role],
            }),
        }
    }
    found
}

/// A process names itself by a UUID with the time of its start.
pub(super) fn started_at(instance: &str) -> Option<Timestamp> {
    let (seconds, nanos) = Uuid::parse_str(instance).ok()?.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(instance: &str, role: &str, age_ms: i64) -> RunningRole {
        RunningRole {
            instance: instance.to_owned(),
            role: role.to_owned(),
            age_ms,
            n_pieces: 0,
            drops: Vec::new(),
        }
    }

    #[test]
    fn an_instance_is_alive_as_long_as_one_of_its_roles_is() {
        let roles = vec![
            running("one", "drain", ALIVE_MS + 1),
            running("one", "log", 5),
            running("two", "drain", ALIVE_MS + 1),
        ];
        let found = by_instance(roles);
        let seen = found.iter().map(|one| (one.instance.as_str(), one.alive, one.roles.len()));
        assert_eq!(seen.collect::<Vec<_>>(), [("one", true, 2), ("two", false, 1)]);
    }

    #[test]
    fn the_name_of_an_instance_tells_when_it_was_started() {
        let name = "0199c0de-0000-7000-8000-000000000001";
        let name = Uuid::parse_str(name).unwrap().simple().to_string();
        assert_eq!(started_at(&name).unwrap().as_millisecond(), 0x0199_c0de_0000);
        assert_eq!(started_at("worker-1"), None);
    }
}
