//! An operator: limits, pause, audit.

use super::{Api, TestDrop};
use crate::wait_until;
use serde_json::{Value, json};
use shared::drops::DropMode;
use std::time::Duration;

/// How long a line may take to hear of a mode, on the busiest machine.
const HEARD: Duration = Duration::from_secs(30);

/// An operator of the installation.
#[derive(Clone, Debug)]
pub struct Operator {
    api: Api,
    admission: Api,
}

impl Operator {
    pub(super) fn new(api: Api, admission: Api) -> Self {
        Self { api, admission }
    }

    /// The API with the operator's key.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Changes limits of a drop, such as `{"admission_rate_per_second": 5}`.
    pub async fn set_limits(&self, flash_drop: &TestDrop, mut limits: Value) -> Value {
        limits["why"] = json!("a test");
        let path = format!("/v1/operator/drops/{}/limits", flash_drop.id);
        self.api.patch(&path, limits).await.expect(200)
    }

    /// Stops admission and keeps the line. Returns once the line has heard of it: whoever joins then
    /// is not let in.
    pub async fn pause(&self, flash_drop: &TestDrop) -> Value {
        let paused = self.set_mode(flash_drop, DropMode::Paused).await;
        let room = format!("/v1/drops/{}/room", flash_drop.id);
        wait_until("paused room", HEARD, async || {
            (self.admission.get(&room).await.body["mode"] == "paused").then_some(())
        })
        .await;
        paused
    }

    /// Ends a pause.
    pub async fn resume(&self, flash_drop: &TestDrop) -> Value {
        self.set_mode(flash_drop, DropMode::Running).await
    }

    /// Stops joins and admission.
    pub async fn emergency_stop(&self, flash_drop: &TestDrop) -> Value {
        self.set_mode(flash_drop, DropMode::Stopped).await
    }

    /// Puts a drop in a mode.
    pub async fn set_mode(&self, flash_drop: &TestDrop, mode: DropMode) -> Value {
        let act = match mode {
            DropMode::Running => "resume",
            DropMode::Paused => "pause",
            DropMode::Hold => "hold",
            DropMode::Drain => "drain",
            DropMode::Maintenance => "maintenance",
            DropMode::Stopped => "emergency-stop",
        };
        let path = format!("/v1/operator/drops/{}/{act}", flash_drop.id);
        self.api.post(&path, json!({ "why": "a test" })).await.expect(200)
    }

    /// The audit log, latest first.
    pub async fn audit(&self) -> Value {
        self.api.get("/v1/operator/audit").await.expect(200)
    }
}
