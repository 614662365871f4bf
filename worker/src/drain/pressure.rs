//! Back-pressure: when the processors are behind or silent, or the payment provider does not answer,
//! nobody else is let in.

use crate::{app::App, causes::with_causes, provider_state::ProviderState};
use database::{
    ordering::offsets::{self, PartitionOffset},
    selling::scheduling::LiveDrop,
    workers::heartbeats,
};
use shared::ids::DropId;
use std::time::Duration;
use tokio::{sync::watch, time::Instant};

/// How often the processors are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Processors that are silent for longer than this count as dead.
const SILENCE_S: f64 = 5.0;
/// Commands that may always wait, and seconds of the order rate that may wait on top of them.
const LAG_FLOOR: f64 = 1000.0;
const LAG_SECONDS: f64 = 5.0;

/// How people may be let in now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// As fast as the limits allow.
    Free,
    /// A few at a time.
    Slow,
    /// Not at all.
    Blocked,
}

/// What is known of the pressure on a drop.
#[derive(Debug)]
pub(super) struct Pressure {
    provider: watch::Receiver<ProviderState>,
    look_at: Instant,
    blocked: Option<&'static str>,
    generation: i64,
}

impl Pressure {
    /// Until the first look nothing is known, so nobody is let in.
    pub(super) fn new(provider: watch::Receiver<ProviderState>) -> Self {
        let blocked = Some("not looked at yet");
        Self { provider, look_at: Instant::now(), blocked, generation: 0 }
    }

    /// Returns how people may be let in now. Fails closed: what cannot be seen counts as behind.
    pub(super) async fn flow(&mut self, app: &App, flash_drop: &LiveDrop) -> Flow {
        if Instant::now() >= self.look_at {
            let blocked = match self.look(app, flash_drop).await {
                Ok(blocked) => blocked,
                Err(error) => {
                    let error = with_causes(error);
                    tracing::debug!(error, "could not look at the order processors");
                    Some("the order processors cannot be seen")
                }
            };
            if blocked != self.blocked {
                log_change(flash_drop.id, blocked);
            }
            self.blocked = blocked;
            self.look_at = Instant::now() + LOOK_EVERY;
        }
        match (self.blocked, *self.provider.borrow()) {
            (Some(_), _) => Flow::Blocked,
            (None, ProviderState::Tried) => Flow::Slow,
            (None, ProviderState::Answers | ProviderState::Away) => Flow::Free,
        }
    }

    /// Generation of the log that commands go to.
    ///
    /// Always read before they are produced: a position that is given too old a generation is
    /// one that the reconciler does not trust, never one that it waits for in vain.
    pub(super) const fn generation(&self) -> i64 {
        self.generation
    }

    async fn look(
        &mut self,
        app: &App,
        flash_drop: &LiveDrop,
    ) -> anyhow::Result<Option<&'static str>> {
        let processed = processed(app, flash_drop).await?;
        self.generation = processed.generation;
        let silent = heartbeats::silence(&app.pool, "orders").await?;
        if silent.is_none_or(|silent| silent > SILENCE_S) {
            return Ok(Some("no order processor is alive"));
        }
        if *self.provider.borrow() == ProviderState::Away {
            return Ok(Some("the payment provider does not answer"));
        }
        let (topic, partition) = (&app.topics.order_commands, flash_drop.partition);
        let end = app.log_info.offsets(topic, partition).await?.end;
        let lag = (end - processed.next_offset).max(0) as f64;
        let bound = LAG_FLOOR + LAG_SECONDS * flash_drop.limits.order_rate_per_second;
        Ok((lag > bound).then_some("too many commands wait to be processed"))
    }
}

fn log_change(drop_id: DropId, blocked: Option<&str>) {
    match blocked {
        Some(why) => {
            tracing::warn!(drop.id = %drop_id, why, "admission to drop {drop_id} waits: {why}");
        }
        None => tracing::info!(drop.id = %drop_id, "admission to drop {drop_id} may go on"),
    }
}

/// How far the commands of a drop's partition are processed; of a new partition, its start.
async fn processed(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<PartitionOffset> {
    let (topic, partition) = (&app.topics.order_commands, flash_drop.partition);
    if let Some(offset) = offsets::find(&app.pool, topic, partition).await? {
        return Ok(offset);
    }
    let start = app.log_info.offsets(topic, partition).await?.start;
    let cluster = app.log_info.cluster_id().await?;
    Ok(offsets::find_or_begin(&app.pool, topic, partition, start, &cluster).await?)
}
