//! Drops that could not be swept, left alone for a while that grows with each failure.

use crate::causes::with_causes;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use database::DatabaseError;
use shared::ids::DropId;
use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;

const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(500))
    .with_max_delay(LONGEST_PAUSE)
    .without_max_times();

/// The drops that are left alone.
#[derive(Debug, Default)]
pub(super) struct Setbacks(HashMap<DropId, Setback>);

#[derive(Debug)]
struct Setback {
    until: Instant,
    pauses: ExponentialBackoff,
}

impl Setbacks {
    pub(super) fn is_left_alone(&self, drop_id: DropId) -> bool {
        self.0.get(&drop_id).is_some_and(|setback| Instant::now() < setback.until)
    }

    /// Notes that a drop could not be swept.
    pub(super) fn note(&mut self, drop_id: DropId, error: DatabaseError) {
        let setback = self
            .0
            .entry(drop_id)
            .or_insert_with(|| Setback { until: Instant::now(), pauses: PAUSES.build() });
        let pause = setback.pauses.next().unwrap_or(LONGEST_PAUSE);
        setback.until = Instant::now() + pause;
        let (error, after_ms) = (with_causes(error), pause.as_millis());
        tracing::error!(
            drop.id = %drop_id, error,
            "could not sweep drop {drop_id}; its holds stay, trying again in {after_ms} ms"
        );
    }

    /// Notes that a drop was swept.
    pub(super) fn forget(&mut self, drop_id: DropId) {
        self.0.remove(&drop_id);
    }
}
