//! A partition that can't move on: reported at each try, and counted until it does.

use crate::causes::with_causes;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use shared::telemetry::GaugeName;
use std::time::Duration;

const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Pauses between two tries while a partition is stalled.
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(LONGEST_PAUSE)
    .without_max_times();

/// Whether a partition is stalled.
pub(super) struct Stall {
    partition: i32,
    /// The pauses to come; `None` while it moves on.
    pauses: Option<ExponentialBackoff>,
}

impl Stall {
    pub(super) const fn new(partition: i32) -> Self {
        Self { partition, pauses: None }
    }

    /// Reports what keeps the partition from moving on; returns the pause before the next try.
    pub(super) fn report(&mut self, error: impl Into<anyhow::Error>) -> Duration {
        let (partition, error) = (self.partition, with_causes(error));
        tracing::error!(
            partition,
            error,
            "the orders of partition {partition} are stalled: fix what the error names; none is \
             lost, and they go on by themselves"
        );
        let pauses = self.pauses.get_or_insert_with(|| {
            GaugeName::StalledPartitions.get().increment(1.0);
            PAUSES.build()
        });
        pauses.next().unwrap_or(LONGEST_PAUSE)
    }

    /// Notes that the partition moves on.
    pub(super) fn end(&mut self) {
        if self.pauses.take().is_some() {
            GaugeName::StalledPartitions.get().decrement(1.0);
            let partition = self.partition;
            tracing::info!(partition, "the orders of partition {partition} move on");
        }
    }
}

impl Drop for Stall {
    /// Whoever processes the partition next finds out for itself.
    fn drop(&mut self) {
        if self.pauses.is_some() {
            GaugeName::StalledPartitions.get().decrement(1.0);
        }
    }
}
