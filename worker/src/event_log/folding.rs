//! For a rebuild: what the line begins with.
//!
//! Who is over comes first, since a shopper may have joined again behind a ticket that ended; then
//! the log's events; then those whom the log may not know; then who holds units; then the commands
//! that have no row yet. Nothing is kept of orders and events once they are folded in, so a long
//! history takes no more memory than the line that comes of it.

use super::{error::LogError, history::History, in_flight, room_logs::RoomLogs};
use crate::{app::App, cool_downs::cool_down};
use database::{
    line::{
        epochs::{self, Boundary, LineTruth, OrderInLine},
        log_cursors::LogCursor,
    },
    selling::scheduling::{self, LiveDrop},
};
use shared::{
    decide::chain::EventChain,
    lifecycle::TicketState,
    line::{
        CoolDown, EndedTicket, Epoch, Intent, JoinedTicket, LineEnd, LineFold, LineImage,
        RoomEvent, Score, StockFigure,
    },
};

/// What a room is filled with.
pub(super) struct Folded {
    pub(super) image: LineImage,
    pub(super) stock: Vec<StockFigure>,
    /// Those whose hold ran out a short while ago.
    pub(super) cool_downs: Vec<CoolDown>,
    pub(super) n_orders: usize,
    /// Whether the log led to its last event. If not, it may not know all who wait.
    pub(super) is_log_whole: bool,
}

/// Where the log ends, and where the commands that count do.
#[derive(Clone, Copy)]
pub(super) struct Ends<'a> {
    pub(super) cursor: &'a LogCursor,
    pub(super) boundary: Boundary,
}

/// Folds everything that is known of a drop's line, for the epoch that begins. `survivors` wait in
/// Redis and may be missing in the log; where the log turns out not to lead to its end, those are
/// asked for that were not.
pub(super) async fn fold(
    logs: &RoomLogs,
    flash_drop: &LiveDrop,
    epoch: Epoch,
    ends: Ends<'_>,
    survivors: Vec<JoinedTicket>,
) -> Result<Folded, LogError> {
    let app = &logs.app;
    let (mut fold, mut held, mut cool_downs) = (LineFold::new(), Vec::new(), Vec::new());
    let now_us = app.clock.now().as_microsecond();
    let take = |order: OrderInLine| {
        cool_downs.extend(cooling(flash_drop, &order, now_us));
        match standing(&order) {
            Some(Standing::Over(ticket)) => fold.end(ticket),
            Some(Standing::Held(ticket)) => held.push(ticket),
            // A score that no ticket can have was never in line.
            None => {}
        }
    };
    let truth = truth(logs, flash_drop, take).await?;
    let commands = in_flight::commands_before(app, flash_drop, &truth, ends.boundary).await?;
    let is_log_whole = fold_log(app, flash_drop, epoch, ends.cursor, &mut fold).await?;
    let survivors = if survivors.is_empty() && !is_log_whole {
        app.queue.survivors_in_line(flash_drop.id, epoch).await?
    } else {
        survivors
    };
    fold.apply(&RoomEvent::Attached { tickets: survivors });
    held.into_iter().for_each(|ticket| fold.hold(ticket));
    commands.into_iter().for_each(|ticket| fold.fly(ticket));
    let LineTruth { stock, n_orders, .. } = truth;
    Ok(Folded { image: fold.image(), stock, cool_downs, n_orders, is_log_whole })
}

/// Reads what Postgres knows, when it is this drop's turn.
async fn truth(
    logs: &RoomLogs,
    flash_drop: &LiveDrop,
    take: impl FnMut(OrderInLine),
) -> Result<LineTruth, LogError> {
    let _turn = logs.long_reads.acquire().await;
    let (app, partition) = (&logs.app, flash_drop.partition);
    let topic = &app.topics.order_commands;
    Ok(epochs::truth(&app.pool, flash_drop.id, topic, partition, take).await?)
}

/// Applies the whole log, up to its cursor; returns whether it led there.
async fn fold_log(
    app: &App,
    flash_drop: &LiveDrop,
    epoch: Epoch,
    cursor: &LogCursor,
    fold: &mut LineFold,
) -> Result<bool, LogError> {
    if cursor.point.evn == 0 {
        return Ok(true);
    }
    let id = flash_drop.id;
    // Read again: the log may have been begun just now.
    let row = scheduling::live_drop(&app.pool, id).await?;
    let range = row.map_or(0, |row| row.events_start.1)..cursor.next_offset;
    let followed = epochs::followed(&app.pool, id).await?;
    let chain = EventChain::new(None, epoch, &followed);
    let mut history = History::open(app, id, cursor.partition, range, chain).await?;
    while let Some(events) = history.next().await? {
        events.iter().for_each(|logged| fold.apply(&logged.event.event));
    }
    let is_whole = history.last() == Some(cursor.hash);
    if !is_whole {
        say_why_not(flash_drop, cursor, &history);
    }
    Ok(is_whole)
}

/// Says how far the log of a drop has led, and what was met on the way that is not ours.
fn say_why_not(flash_drop: &LiveDrop, cursor: &LogCursor, history: &History) {
    let (id, point, n_foreign) = (flash_drop.id, cursor.point, history.n_foreign());
    let reached = history.reached().unwrap_or_default();
    tracing::error!(
        drop.id = %id, %point, %reached, n_foreign,
        "the log of drop {id} leads to {reached} and not to its last event {point}, past \
         {n_foreign} records that no worker with our log_keys has written; going on with what it \
         has and with those who wait in Redis"
    );
}

/// Returns until when the shopper of an order has to cool down, if that is yet to come.
fn cooling(flash_drop: &LiveDrop, order: &OrderInLine, now_us: i64) -> Option<CoolDown> {
    if order.state != TicketState::Expired {
        return None;
    }
    let cool_down = cool_down(flash_drop, order.shopper_id, order.updated_at)?;
    (cool_down.until_us > now_us).then_some(cool_down)
}

enum Standing {
    Over(EndedTicket),
    Held(JoinedTicket),
}

fn standing(order: &OrderInLine) -> Option<Standing> {
    let (ticket_id, score) = (order.ticket_id, Score::from_raw(order.score)?);
    if order.state.is_terminal() {
        return Some(Standing::Over(EndedTicket { ticket_id, score, end: LineEnd::Ordered }));
    }
    Some(Standing::Held(JoinedTicket {
        ticket_id,
        shopper_id: order.shopper_id,
        lane: order.lane,
        score,
        intent: Intent { variant_id: order.variant_id, units: order.units },
        // Not kept with an order; nothing is decided by it any more.
        joined_at_ms: order.admitted_at_us / 1000,
    }))
}
