//! Whether all that open drops need is there: the workers, the line and the payment provider.

use crate::{ApiError, App};
use database::{
    selling::{drops::FlashDrop, history::DropGlance},
    workers::instances::{self, AtWork},
};
use futures_util::future::join_all;
use serde::Serialize;
use shared::{
    drops::{DropState, Fulfilment},
    ids::DropId,
};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether all that an open drop needs is there.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct RoomHealth {
    /// Whether a worker that was heard from in the last ten seconds lets people in.
    drain_alive: bool,
    /// Whether one places its orders.
    orders_alive: bool,
    /// Whether its line answers, and is not being restored.
    line_answers: bool,
    /// Whether the payment provider was called at `seen_at`: 0 yes, 1 tried again with a few calls, 2 no;
    /// null if no worker has looked, and for a drop that sells nothing.
    breaker: Option<i16>,
}

/// Looks at those of these drops that are open.
pub(super) async fn look(
    app: &App,
    drops: &[FlashDrop],
    glances: &BTreeMap<DropId, DropGlance>,
) -> Result<BTreeMap<DropId, RoomHealth>, ApiError> {
    let open: Vec<_> = drops.iter().filter(|one| one.state == DropState::Open).collect();
    if open.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<DropId> = open.iter().map(|one| one.id).collect();
    let at_work = instances::at_work(&app.pool, &ids).await?;
    let answers =
        join_all(ids.iter().copied().map(|drop_id| app.doors.line_answers(drop_id))).await;
    let seen = open.into_iter().zip(answers).map(|(flash_drop, line_answers)| {
        let at_work = at_work.get(&flash_drop.id).copied().unwrap_or_default();
        let glance = glances.get(&flash_drop.id);
        (flash_drop.id, RoomHealth::new(flash_drop.fulfilment, at_work, line_answers, glance))
    });
    Ok(seen.collect())
}

impl RoomHealth {
    fn new(
        fulfilment: Fulfilment,
        at_work: AtWork,
        line_answers: bool,
        glance: Option<&DropGlance>,
    ) -> Self {
        let sells = fulfilment != Fulfilment::Pass;
        Self {
            drain_alive: at_work.drain,
            orders_alive: at_work.orders,
            line_answers,
            breaker: glance.filter(|_| sells).map(|glance| glance.breaker),
        }
    }
}
