//! The one procedure that makes a room: for a drop's first one, after a restart or failover of
//! Redis, and for a store that was wiped.
//!
//! Redis may have gone back a second, or have nothing at all; Postgres has every order, Kafka
//! every logged event and every command. Each step can be repeated, and a rebuild that does not
//! come to its end is started again with the next epoch.
//!
//! 1. **Begin**: the drop row gets the next epoch. From here on nothing of an older one works in
//!    Redis.
//! 2. **Log**: what survived in Redis and is not logged is logged.
//! 3. **Boundary**: F, the end of the drop's commands, is kept for this epoch: what comes behind it
//!    from an older one is passed over. With it the event is kept that the epoch follows.
//! 4. **Fold**: one snapshot of Postgres, the whole log and the commands before F say who is where.
//! 5. **Load**: that takes the place of whatever Redis has. Who has to cool down is in Postgres, too.
//! 6. **Open**: limits come from Postgres, the bucket is empty, and for a grace only those from
//!    before may come back.
//! 7. **Say**: who waits is announced if the log may not know them all; then the row says that the
//!    room is open.
//!
//! An instance that dies before the last step leaves a room that is open in Redis and not in the row;
//! the next one takes that step.

use super::{
    error::LogError,
    folding::{self, Ends},
    room_logs::RoomLogs,
    writer::LogWriter,
};
use crate::{
    app::App,
    kafka_log::{self, KafkaLogError},
    pause::pause_point,
    room_config::room_config,
};
use database::{
    line::epochs::{self, Boundary},
    selling::scheduling::{self, LiveDrop},
};
use shared::{
    decide::room::RebuildPlan,
    ids::DropId,
    line::{Epoch, Follows, JoinedTicket},
    telemetry::CounterName,
};
use std::time::Duration;

/// Events read at one time.
const CHUNK: u32 = 500;

/// Builds the room of a drop under the next epoch. After an error the next look starts again.
pub(super) async fn rebuild(
    logs: &RoomLogs,
    flash_drop: &LiveDrop,
    plan: RebuildPlan,
) -> Result<(), LogError> {
    let (app, id, epoch) = (&logs.app, flash_drop.id, plan.epoch);
    let started = app.clock.now();
    let rebuild = Rebuild { logs, app, flash_drop, epoch };
    // First, so that a log that is away does not use up an epoch with each try.
    let mut writer = LogWriter::open(app, flash_drop).await?;
    rebuild.begin().await?;
    pause_point!("log.rebuild_after_begin", &id.to_string());
    let has_gap = rebuild.log_survivors(&mut writer).await?;
    pause_point!("log.rebuild_after_log", &id.to_string());
    let follows = writer.follows();
    let boundary = rebuild.fix_boundary(follows).await?;
    pause_point!("log.rebuild_after_boundary", &id.to_string());
    let with_survivors = plan.with_survivors || has_gap;
    let survivors = rebuild.survivors(with_survivors).await?;
    let filled = rebuild.fill(Ends { cursor: writer.cursor(), boundary }, survivors).await?;
    let n_orders = filled.n_orders;
    pause_point!("log.rebuild_after_truth", &id.to_string());
    rebuild.open(follows).await?;
    pause_point!("log.rebuild_after_open", &id.to_string());
    say_open(app, id, epoch, with_survivors || !filled.is_log_whole).await?;
    let took_ms = app.clock.now().as_millisecond() - started.as_millisecond();
    CounterName::RoomsRebuilt.get().increment(1);
    tracing::info!(
        drop.id = %id, %epoch, n_orders, took_ms,
        "opened the room of drop {id} in epoch {epoch}, with {n_orders} orders"
    );
    Ok(())
}

/// The last step: announces who waits, if need be, and notes that the room is open. Announcing twice
/// is harmless.
pub(super) async fn say_open(
    app: &App,
    drop_id: DropId,
    epoch: Epoch,
    announce: bool,
) -> Result<(), LogError> {
    if announce {
        app.queue.announce(drop_id, epoch).await?;
    }
    if !epochs::mark_open(&app.pool, drop_id, epoch).await? {
        return Err(LogError::Late);
    }
    Ok(())
}

/// What a room was filled with.
struct Filled {
    n_orders: usize,
    is_log_whole: bool,
}

struct Rebuild<'a> {
    logs: &'a RoomLogs,
    app: &'a App,
    flash_drop: &'a LiveDrop,
    epoch: Epoch,
}

impl Rebuild<'_> {
    async fn begin(&self) -> Result<(), LogError> {
        let (id, from) = (self.flash_drop.id, self.flash_drop.epoch);
        if !epochs::begin(&self.app.pool, id, from, self.epoch).await? {
            return Err(LogError::Late);
        }
        Ok(self.app.queue.begin(id, self.epoch).await?)
    }

    /// Returns whether the log misses events that Redis has no more.
    async fn log_survivors(&self, writer: &mut LogWriter) -> Result<bool, LogError> {
        let (queue, id) = (&self.app.queue, self.flash_drop.id);
        loop {
            let events = queue.events_after(id, writer.last(), CHUNK).await?.complete()?;
            if events.is_empty() {
                return Ok(false);
            }
            match writer.write(&events).await {
                // The line itself still has who waits.
                Err(LogError::Gap { last, next }) => {
                    tracing::warn!(
                        drop.id = %id, %last, %next,
                        "the log of drop {id} misses room events between {last} and {next}; \
                         going on without them"
                    );
                    return Ok(true);
                }
                written => written?,
            }
        }
    }

    /// Keeps F, and the event that the epoch follows.
    async fn fix_boundary(&self, follows: Option<Follows>) -> Result<Boundary, LogError> {
        let (topic, partition) = (&self.app.topics.order_commands, self.flash_drop.partition);
        let log = match kafka_log::known_log(self.app, topic, partition).await {
            // Raised right now; its end is asked for again.
            Err(KafkaLogError::Replaced) => {
                kafka_log::known_log(self.app, topic, partition).await?
            }
            log => log?,
        };
        let boundary = Boundary { generation: log.known.generation, offset: log.offsets.end };
        let (pool, id) = (&self.app.pool, self.flash_drop.id);
        if !epochs::set_boundary(pool, id, self.epoch, boundary, follows).await? {
            return Err(LogError::Late);
        }
        Ok(boundary)
    }

    /// Returns those who wait in Redis, if they are asked for.
    async fn survivors(&self, are_asked_for: bool) -> Result<Vec<JoinedTicket>, LogError> {
        if !are_asked_for {
            return Ok(Vec::new());
        }
        Ok(self.app.queue.survivors_in_line(self.flash_drop.id, self.epoch).await?)
    }

    /// Folds what is known and loads it.
    async fn fill(&self, ends: Ends<'_>, survivors: Vec<JoinedTicket>) -> Result<Filled, LogError> {
        let (queue, id, epoch) = (&self.app.queue, self.flash_drop.id, self.epoch);
        let folded = folding::fold(self.logs, self.flash_drop, epoch, ends, survivors).await?;
        let lease = self.app.settings.line.extended_lease();
        // Where numbers say whose turn it is, none is given a second time.
        let image = match self.flash_drop.served {
            Some(served) => folded.image.with_numbers_after(served.after),
            None => folded.image,
        };
        queue.load(id, epoch, &image, lease).await?;
        queue.restore_stock(id, epoch, &folded.stock).await?;
        queue.restore_cool_downs(id, epoch, &folded.cool_downs).await?;
        Ok(Filled { n_orders: folded.n_orders, is_log_whole: folded.is_log_whole })
    }

    async fn open(&self, follows: Option<Follows>) -> Result<(), LogError> {
        let settings = &self.app.settings;
        // The row is read again: limits may have changed meanwhile.
        let row = scheduling::live_drop(&self.app.pool, self.flash_drop.id).await?;
        let config = room_config(row.as_ref().unwrap_or(self.flash_drop), settings);
        let grace = match follows {
            Some(_) => Duration::from_millis(settings.line.grace_ms),
            None => Duration::ZERO,
        };
        let id = self.flash_drop.id;
        Ok(self.app.queue.open(id, self.epoch, &config, follows, grace).await?)
    }
}
