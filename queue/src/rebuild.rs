//! The steps that bring a lost line back, each of its own; the order is the caller's.
//!
//! `begin` needs a greater epoch than the stored one, every later step needs its own epoch and a
//! room that is being rebuilt. Each step can be repeated.

use crate::{
    LogPosition, Queue, QueueError, RoomConfig, StockFigure, StoredEvent, events,
    keys::{ROOMS, lane_names},
    script::LineScript,
    wire::{Reader, position_text, ticket_row},
};
use shared::{
    drops::CloseReason,
    ids::{DropId, TicketId},
    messages::{ChainHash, EventPoint, JoinedTicket, RoomEvent, TicketScore},
    tickets::{Epoch, Score},
};
use std::time::Duration;

static SURVIVED: LineScript =
    LineScript::unguarded("survived", include_str!("../lua/survived.lua"));
static BEGIN: LineScript = LineScript::unguarded("begin", include_str!("../lua/begin.lua"));
static CLEAR: LineScript = LineScript::rebuilding("clear", include_str!("../lua/clear.lua"));
static WAITING: LineScript =
    LineScript::rebuilding("restore waiting", include_str!("../lua/restore_waiting.lua"));
static FINISHED: LineScript =
    LineScript::rebuilding("restore finished", include_str!("../lua/restore_finished.lua"));
static ADMITTED: LineScript =
    LineScript::rebuilding("restore admitted", include_str!("../lua/restore_admitted.lua"));
static STOCK: LineScript =
    LineScript::rebuilding("restore stock", include_str!("../lua/restore_stock.lua"));
static OPEN: LineScript = LineScript::rebuilding("open", include_str!("../lua/open.lua"));

/// Tickets of one call: few enough that nobody else has to wait long.
const CHUNK: usize = 500;

/// A ticket that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoredTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its place in the order of its lane.
    pub score: Score,
    /// How it ended.
    pub end: RestoredEnd,
}

/// How a ticket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoredEnd {
    /// Went away.
    Left,
    /// Closed before its turn.
    Closed(CloseReason),
    /// Its order is over.
    Ordered,
}

/// A ticket whose command waits in the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestoredInFlight {
    /// The ticket.
    pub ticket: JoinedTicket,
    /// When it was let in, microseconds.
    pub admitted_at_us: i64,
    /// Where its command stands.
    pub position: LogPosition,
}

/// The event that an epoch follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follows {
    /// Which.
    pub point: EventPoint,
    /// Its hash.
    pub hash: ChainHash,
}

impl Queue {
    /// Tells the last event that Redis had for this drop, whatever became of its room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn survived(&self, drop_id: DropId) -> Result<Option<EventPoint>, QueueError> {
        let id: Option<String> = self.run(&SURVIVED, drop_id, []).await?;
        id.map(|id| events::point(Reader(SURVIVED.operation), &id)).transpose()
    }

    /// Begins a rebuild, or a drop's first room: from now on every script of older epochs is
    /// refused. What survived stays.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Epoch`] if the stored epoch is not lower.
    pub async fn begin(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        // First, so that no room exists that the list does not name.
        let mut command = redis::cmd("SADD");
        command.arg(ROOMS).arg(drop_id.to_string());
        self.command::<()>(BEGIN.operation, &command).await?;
        self.run(&BEGIN, drop_id, [epoch.to_string()]).await
    }

    /// Forgets what survived, events included, when the line is to be filled from the log alone.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn clear(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        let args = [epoch.to_string(), lane_names(), "0".to_owned()];
        self.run(&CLEAR, drop_id, &args).await
    }

    /// Applies logged events that Redis does not have, in their order. Admissions are not
    /// applied: who was admitted is told by rows and commands, and waits if neither is there.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn replay(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        events: &[StoredEvent],
    ) -> Result<(), QueueError> {
        for StoredEvent { event, .. } in events {
            match event {
                RoomEvent::Joined { tickets } | RoomEvent::Attached { tickets } => {
                    self.restore_waiting(drop_id, epoch, tickets).await?;
                }
                RoomEvent::Left { tickets } => {
                    let over = over(tickets, RestoredEnd::Left);
                    self.restore_finished(drop_id, epoch, &over).await?;
                }
                RoomEvent::Closed { reason, tickets } => {
                    let over = over(tickets, RestoredEnd::Closed(*reason));
                    self.restore_finished(drop_id, epoch, &over).await?;
                }
                RoomEvent::Admitted { .. }
                | RoomEvent::Configured(_)
                | RoomEvent::Begun { .. }
                | RoomEvent::Ended { .. } => {}
            }
        }
        Ok(())
    }

    /// Puts tickets in line that are neither past waiting nor over.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_waiting(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[JoinedTicket],
    ) -> Result<(), QueueError> {
        for chunk in tickets.chunks(CHUNK) {
            let mut args = vec![epoch.to_string()];
            args.extend(chunk.iter().map(ticket_row));
            self.run::<()>(&WAITING, drop_id, args).await?;
        }
        Ok(())
    }

    /// Takes tickets that are over out of wherever they stand.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_finished(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[RestoredTicket],
    ) -> Result<(), QueueError> {
        for chunk in tickets.chunks(CHUNK) {
            let mut args = vec![epoch.to_string()];
            for ticket in chunk {
                let (code, why) = ticket.end.code_and_why();
                args.push(ticket.ticket_id.to_string());
                args.push(ticket.score.raw().to_string());
                args.push(code.to_owned());
                args.push(why.to_owned());
            }
            self.run::<()>(&FINISHED, drop_id, args).await?;
        }
        Ok(())
    }

    /// Notes tickets whose orders go on: out of line, occupying.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_occupied(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[JoinedTicket],
    ) -> Result<(), QueueError> {
        let rows = tickets.iter().map(|ticket| [ticket_row(ticket), String::new(), "0".to_owned()]);
        self.restore_admitted(drop_id, epoch, Duration::ZERO, rows.collect()).await
    }

    /// Notes tickets whose commands wait in the log: out of line, in flight for `lease`.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_in_flight(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[RestoredInFlight],
        lease: Duration,
    ) -> Result<(), QueueError> {
        let rows = tickets.iter().map(|one| {
            let position = position_text(&one.position);
            [ticket_row(&one.ticket), position, one.admitted_at_us.to_string()]
        });
        self.restore_admitted(drop_id, epoch, lease, rows.collect()).await
    }

    async fn restore_admitted(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        lease: Duration,
        rows: Vec<[String; 3]>,
    ) -> Result<(), QueueError> {
        for chunk in rows.chunks(CHUNK) {
            let mut args = vec![epoch.to_string(), lease.as_micros().to_string()];
            args.extend(chunk.iter().flatten().cloned());
            self.run::<()>(&ADMITTED, drop_id, args).await?;
        }
        Ok(())
    }

    /// Sets the stock, whatever was there.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_stock(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        stock: &[StockFigure],
    ) -> Result<(), QueueError> {
        let mut args = vec![epoch.to_string()];
        for figure in stock {
            args.push(figure.variant_id.to_string());
            let StockFigure { version, available, reserved, .. } = figure;
            args.push(format!("{version}|{available}|{reserved}"));
        }
        self.run(&STOCK, drop_id, args).await
    }

    /// Opens the room: empty bucket, first event of the epoch, and for `grace` only old tickets
    /// may come back.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn open(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        config: &RoomConfig,
        follows: Option<Follows>,
        grace: Duration,
    ) -> Result<(), QueueError> {
        let follows = follows
            .map(|Follows { point, hash }| format!("{}|{}|{hash:?}", point.epoch, point.evn));
        let mut args = vec![
            epoch.to_string(),
            grace.as_micros().to_string(),
            follows.unwrap_or_default(),
            "version".to_owned(),
            config.version.to_string(),
            "label".to_owned(),
            config.label(),
            "rate".to_owned(),
            config.rate(),
        ];
        args.extend(config.fields());
        if let Some(reason) = config.ended {
            args.extend(["ended".to_owned(), reason.to_string()]);
        }
        self.run(&OPEN, drop_id, args).await
    }
}

impl RestoredEnd {
    /// Its bits, and why it was closed.
    const fn code_and_why(self) -> (&'static str, &'static str) {
        match self {
            Self::Left => ("1", ""),
            Self::Closed(reason) => ("2", reason.as_str()),
            Self::Ordered => ("3", ""),
        }
    }
}

fn over(tickets: &[TicketScore], end: RestoredEnd) -> Vec<RestoredTicket> {
    let over = |ticket: &TicketScore| RestoredTicket {
        ticket_id: ticket.ticket_id,
        score: ticket.score,
        end,
    };
    tickets.iter().map(over).collect()
}
