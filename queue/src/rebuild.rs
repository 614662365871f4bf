//! The steps that bring a lost line back, one by one; their order is up to the caller.
//!
//! `begin` needs a greater epoch than the stored one, every later step needs that epoch and a room
//! that is being rebuilt. Each step can be repeated.

use crate::{
    Queue, QueueError, StoredEvent, events,
    keys::{ROOMS, lane_names},
    room_fields,
    script::LineScript,
    wire::{Reader, position_text, ticket_row},
};
use shared::{
    ids::DropId,
    line::{
        EndedTicket, Epoch, EventPoint, Follows, InFlightTicket, JoinedTicket, LineEnd, RoomConfig,
        RoomEvent, StockFigure, TicketScore,
    },
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

impl Queue {
    /// Returns the last event that Redis had for this drop, whatever became of its room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn survived(&self, drop_id: DropId) -> Result<Option<EventPoint>, QueueError> {
        let id: Option<String> = self.run(&SURVIVED, drop_id, []).await?;
        id.map(|id| events::point(Reader(SURVIVED.operation), &id)).transpose()
    }

    /// Begins a rebuild, or a drop's first room: from now on every script of an older epoch is
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

    /// Deletes what survived, events included, so that the line is filled from the log alone.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn clear(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        let args = [epoch.to_string(), lane_names(), "0".to_owned()];
        self.run(&CLEAR, drop_id, &args).await
    }

    /// Applies logged events that Redis doesn't have, in their order. Admissions are not applied:
    /// only an order row or a command proves one, and a ticket with neither waits again.
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
                    let over = over(tickets, LineEnd::Left);
                    self.restore_finished(drop_id, epoch, &over).await?;
                }
                RoomEvent::Closed { reason, tickets } => {
                    let over = over(tickets, LineEnd::Closed(*reason));
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

    /// Puts tickets back in line, unless they are past waiting or over.
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

    /// Ends tickets that are over, wherever they are.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_finished(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[EndedTicket],
    ) -> Result<(), QueueError> {
        for chunk in tickets.chunks(CHUNK) {
            let mut args = vec![epoch.to_string()];
            for ticket in chunk {
                let (code, why) = code_and_why(ticket.end);
                args.push(ticket.ticket_id.to_string());
                args.push(ticket.score.raw().to_string());
                args.push(code.to_owned());
                args.push(why.to_owned());
            }
            self.run::<()>(&FINISHED, drop_id, args).await?;
        }
        Ok(())
    }

    /// Restores tickets whose orders are in progress: out of line, occupying.
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

    /// Restores tickets whose commands wait in the log: out of line, in flight for `lease`.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_in_flight(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[InFlightTicket],
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

    /// Replaces the stock, whatever was there.
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

    /// Opens the room with an empty bucket and the epoch's first event; for `grace`, only earlier
    /// tickets may come back.
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
            room_fields::label(config),
            "rate".to_owned(),
            room_fields::rate(config),
        ];
        args.extend(room_fields::all(config));
        if let Some(reason) = config.ended {
            args.extend(["ended".to_owned(), reason.to_string()]);
        }
        self.run(&OPEN, drop_id, args).await
    }
}

/// Returns the bits of an end, and why the ticket was closed.
const fn code_and_why(end: LineEnd) -> (&'static str, &'static str) {
    match end {
        LineEnd::Left => ("1", ""),
        LineEnd::Closed(reason) => ("2", reason.as_str()),
        LineEnd::Ordered => ("3", ""),
    }
}

fn over(tickets: &[TicketScore], end: LineEnd) -> Vec<EndedTicket> {
    let over = |ticket: &TicketScore| EndedTicket {
        ticket_id: ticket.ticket_id,
        score: ticket.score,
        end,
    };
    tickets.iter().map(over).collect()
}
