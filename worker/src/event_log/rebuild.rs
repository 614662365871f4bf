//! The one procedure that makes a room: for a drop's first one, after a restart or failover of
//! Redis, and for a store that was wiped.
//!
//! Redis may have gone back a second, or have nothing at all; Postgres has every order, Kafka
//! every logged event and every command. Each step can be repeated, and a rebuild that does not
//! come to its end is started again with the next epoch.
//!
//! 1. The drop row gets the next epoch. From here on nothing of an older epoch works in Redis.
//! 2. What survived in Redis and is not logged is logged.
//! 3. F, the end of the drop's commands, is kept for this epoch: what comes behind it from an
//!    older one is passed over.
//! 4. One snapshot of Postgres says who is past waiting. Who is over comes first, since a shopper
//!    may have joined again behind a ticket that ended; then what the log has and Redis has not;
//!    then who holds units. Commands before F that have no row yet are in flight.
//! 5. Limits come from Postgres, the bucket is empty, and for a grace only those from before may
//!    come back.

use super::{error::LogError, history::History, in_flight, writer::LogWriter};
use crate::{
    app::App,
    kafka_log::{self, KafkaLogError},
    pause::pause_point,
    room_config::room_config,
};
use database::{
    line::epochs::{self, Boundary, OrderInLine},
    selling::scheduling::{self, LiveDrop},
};
use queue::StoredEvent;
use shared::{
    line::{
        EndedTicket, Epoch, EventPoint, Follows, Intent, JoinedTicket, LineEnd, RoomHeader, Score,
    },
    telemetry::CounterName,
};
use std::time::Duration;

/// Tickets handed to Redis with one call.
const CHUNK: usize = 500;

/// Builds the room of a drop under the next epoch. After an error the next look starts again.
pub(super) async fn rebuild(
    app: &App,
    flash_drop: &LiveDrop,
    header: Option<&RoomHeader>,
) -> Result<(), LogError> {
    let started = app.clock.now();
    let stored = header.map_or(Epoch(0), |header| header.epoch);
    let epoch = flash_drop.epoch.max(stored).next();
    if epoch.0 >= Epoch::LIMIT {
        return Err(LogError::TooManyEpochs);
    }
    let rebuild = Rebuild { app, flash_drop, epoch };
    // First, so that a log that is away does not use up an epoch with each try.
    let mut writer = LogWriter::open(app, flash_drop).await?;
    rebuild.begin().await?;
    pause_point!("log.rebuild_after_begin");
    let survived = rebuild.log_survivors(&mut writer).await?;
    pause_point!("log.rebuild_after_log");
    let boundary = rebuild.fix_boundary().await?;
    pause_point!("log.rebuild_after_boundary");
    let n_orders = rebuild.fill(&writer, survived, boundary).await?;
    pause_point!("log.rebuild_after_truth");
    let (point, hash) = writer.last();
    let follows = (point.evn > 0).then_some(Follows { point, hash });
    rebuild.open(follows).await?;
    let took_ms = app.clock.now().as_millisecond() - started.as_millisecond();
    CounterName::RoomsRebuilt.get().increment(1);
    let id = flash_drop.id;
    tracing::info!(
        drop.id = %id, %epoch, n_orders, took_ms,
        "opened the room of drop {id} in epoch {epoch}, with {n_orders} orders"
    );
    Ok(())
}

struct Rebuild<'a> {
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

    /// Step 2. Returns the last event that Redis still knows; without one it is emptied.
    async fn log_survivors(&self, writer: &mut LogWriter) -> Result<Option<EventPoint>, LogError> {
        let (queue, id) = (&self.app.queue, self.flash_drop.id);
        let Some(survived) = queue.survived(id).await? else {
            queue.clear(id, self.epoch).await?;
            return Ok(None);
        };
        loop {
            let events = queue.events_after(id, writer.last().0, CHUNK as u32).await?.complete()?;
            if events.is_empty() {
                return Ok(Some(survived));
            }
            match writer.write(&events).await {
                // The log lost what `ev` no longer has; the line itself still has it.
                Err(LogError::Gap { last, next }) => {
                    tracing::warn!(
                        drop.id = %id, %last, %next,
                        "the log of drop {id} misses room events between {last} and {next}; \
                         going on without them"
                    );
                    return Ok(Some(survived));
                }
                written => written?,
            }
        }
    }

    /// Applies what the log has and Redis has not.
    async fn replay(
        &self,
        writer: &LogWriter,
        survived: Option<EventPoint>,
    ) -> Result<(), LogError> {
        let cursor = writer.cursor();
        if survived.is_some_and(|survived| survived >= cursor.point) || cursor.point.evn == 0 {
            return Ok(());
        }
        let row = scheduling::live_drop(&self.app.pool, self.flash_drop.id).await?;
        let start = row.map_or(0, |row| row.events_start.1);
        let range = start..cursor.next_offset;
        let mut history =
            History::open(self.app, self.flash_drop.id, cursor.partition, range, None)?;
        while let Some(logged) = history.next().await? {
            let events: Vec<_> = logged
                .into_iter()
                .map(|logged| logged.event)
                .filter(|event| survived.is_none_or(|survived| event.point() > survived))
                .map(|event| StoredEvent {
                    point: event.point(),
                    at_us: event.at_us,
                    event: event.event,
                })
                .collect();
            for chunk in events.chunks(CHUNK) {
                self.app.queue.replay(self.flash_drop.id, self.epoch, chunk).await?;
            }
        }
        Ok(())
    }

    /// Step 3: F.
    async fn fix_boundary(&self) -> Result<Boundary, LogError> {
        let (topic, partition) = (&self.app.topics.order_commands, self.flash_drop.partition);
        let log = match kafka_log::known_log(self.app, topic, partition).await {
            // Raised right now; its end is asked for again.
            Err(KafkaLogError::Replaced) => {
                kafka_log::known_log(self.app, topic, partition).await?
            }
            log => log?,
        };
        let boundary = Boundary { generation: log.known.generation, offset: log.offsets.end };
        let id = self.flash_drop.id;
        if !epochs::set_boundary(&self.app.pool, id, self.epoch, boundary).await? {
            return Err(LogError::Late);
        }
        Ok(boundary)
    }

    /// Step 4. Returns the number of orders.
    async fn fill(
        &self,
        writer: &LogWriter,
        survived: Option<EventPoint>,
        boundary: Boundary,
    ) -> Result<usize, LogError> {
        let (queue, id, epoch) = (&self.app.queue, self.flash_drop.id, self.epoch);
        let (topic, partition) = (&self.app.topics.order_commands, self.flash_drop.partition);
        let truth = epochs::truth(&self.app.pool, id, topic, partition).await?;
        let commands =
            in_flight::commands_without_row(self.app, self.flash_drop, &truth, boundary).await?;

        let (ended, going_on): (Vec<_>, Vec<_>) =
            truth.orders.iter().partition(|order| order.state.is_terminal());
        let ended: Vec<_> = ended.into_iter().filter_map(restored_end).collect();
        for chunk in ended.chunks(CHUNK) {
            queue.restore_finished(id, epoch, chunk).await?;
        }
        self.replay(writer, survived).await?;
        let occupied: Vec<_> = going_on.into_iter().filter_map(joined).collect();
        for chunk in occupied.chunks(CHUNK) {
            queue.restore_occupied(id, epoch, chunk).await?;
        }
        let lease = self.app.settings.line.extended_lease();
        for chunk in commands.chunks(CHUNK) {
            queue.restore_in_flight(id, epoch, chunk, lease).await?;
        }
        queue.restore_stock(id, epoch, &truth.stock).await?;
        Ok(truth.orders.len())
    }

    /// Step 5.
    async fn open(&self, follows: Option<Follows>) -> Result<(), LogError> {
        let line = &self.app.settings.line;
        // The row is read again: limits may have changed meanwhile.
        let row = scheduling::live_drop(&self.app.pool, self.flash_drop.id).await?;
        let config = room_config(row.as_ref().unwrap_or(self.flash_drop), line.capacity.get());
        let grace = match follows {
            Some(_) => Duration::from_millis(line.grace_ms),
            None => Duration::ZERO,
        };
        let id = self.flash_drop.id;
        self.app.queue.open(id, self.epoch, &config, follows, grace).await?;
        pause_point!("log.rebuild_after_open");
        if row.is_some_and(|row| row.events_start.0 > 1) {
            // The log begins in mid-chain: it may not know all who wait.
            self.app.queue.announce(id, self.epoch).await?;
        }
        if !epochs::mark_open(&self.app.pool, id, self.epoch).await? {
            return Err(LogError::Late);
        }
        Ok(())
    }
}

fn restored_end(order: &OrderInLine) -> Option<EndedTicket> {
    let score = Score::from_raw(order.score)?;
    Some(EndedTicket { ticket_id: order.ticket_id, score, end: LineEnd::Ordered })
}

fn joined(order: &OrderInLine) -> Option<JoinedTicket> {
    Some(JoinedTicket {
        ticket_id: order.ticket_id,
        shopper_id: order.shopper_id,
        lane: order.lane,
        score: Score::from_raw(order.score)?,
        intent: Intent { variant_id: order.variant_id, units: order.units },
        // Not kept with an order; nothing is decided by it any more.
        joined_at_ms: order.admitted_at_us / 1000,
    })
}
