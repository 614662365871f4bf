//! Somebody new, who asks for a place whatever mode the line is in.

use super::PATIENCE;
use anyhow::ensure;
use shared::drops::DropMode;
use std::time::Duration;
use testkit::{TestApp, app::TestDrop, wait_until};
use tokio::time::sleep;

/// Pause between two tries of one newcomer.
const TRY_EVERY: Duration = Duration::from_millis(300);

/// What somebody new hears who asks for a place; `None` where they get one.
pub(super) const fn refusal(mode: DropMode) -> Option<&'static str> {
    match mode {
        DropMode::Running | DropMode::Paused => None,
        DropMode::Hold => Some("held"),
        DropMode::Drain => Some("drop_draining"),
        DropMode::Maintenance => Some("drop_maintenance"),
        DropMode::Stopped => Some("drop_stopped"),
    }
}

/// Each instance gives somebody new the answer of the mode, also one that has just started.
pub(super) async fn are_answered(
    app: &TestApp,
    flash_drop: &TestDrop,
    mode: DropMode,
) -> anyhow::Result<()> {
    for url in &app.world.admission_urls {
        let newcomer = app.shopper().await.through(url);
        let what = format!("answer to a newcomer while {mode}");
        let reply = wait_until(&what, PATIENCE, async || {
            let reply = newcomer.try_join(flash_drop, flash_drop.units_asked()).await;
            let is_refused = refusal(mode).is_some_and(|code| reply.body["code"] == code);
            if is_refused || reply.status.is_success() {
                return Some(reply);
            }
            sleep(TRY_EVERY).await;
            None
        })
        .await;
        let has_place = reply.status.is_success();
        ensure!(has_place == refusal(mode).is_none(), "while {mode}: {}", reply.body);
    }
    Ok(())
}
