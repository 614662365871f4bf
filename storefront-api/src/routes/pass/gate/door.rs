//! The way in without a line, while that gives no answer and the site's policy lets some people in.

use super::visit::Gate;
use axum_extra::extract::CookieJar;
use database::selling::passes::{self, DoorOutcome};
use shared::{
    ids::TicketId,
    telemetry::{CounterName, with_causes},
};

impl Gate<'_> {
    /// Whether somebody outside may try to come in without the line.
    pub(super) async fn is_door_open(&self) -> bool {
        // Who comes in is counted in Postgres.
        let can_open = self.found.has_door && !self.found.is_cut_off;
        can_open && self.app.doors.is_open(self.drop_id).await
    }

    /// Lets somebody in without the line, if the door is open and it is not too early; returns the
    /// cookie of their visit. Whoever can't be counted waits like everybody else.
    pub(super) async fn let_through(&self) -> Option<CookieJar> {
        if !self.is_door_open().await {
            return None;
        }
        let (drop_id, visit_id) = (self.drop_id, TicketId::generate());
        match passes::let_through(&self.app.pool, drop_id, visit_id).await {
            Ok(DoorOutcome::Through { ends_at }) => {
                CounterName::VisitorsLetThrough.get().increment(1);
                tracing::info!(drop.id = %drop_id, visit.id = %visit_id,
                    "let visit {visit_id} into the site of drop {drop_id} without a line");
                Some(self.begin_without_line(visit_id, ends_at))
            }
            Ok(outcome) => {
                self.app.doors.note(drop_id, outcome);
                None
            }
            Err(error) => {
                let error = with_causes(&error);
                tracing::warn!(drop.id = %drop_id, error,
                    "could not let anybody into the site of drop {drop_id} without a line");
                None
            }
        }
    }
}
