//! Who waits in one room, as its events tell: positions in memory, the same on every instance.
//!
//! Those who want the same variant in the same lane are one line, with positions of its own.
//!
//! Events are numbered (epoch, evn) without gaps. A replica that does not see the next one says so
//! and is replaced by a new snapshot; it never guesses.
//!
//! What is left of each variant is no part of that, nor how fast the room moves: that is what looks at
//! the room's header say.
//!
//! What happens is taken in here; `reading` says what follows for those who ask.

mod reading;

use super::{forecast::Forecast, notice::RoomNotice, waiting_lines::WaitingLines};
use shared::{
    drops::{CloseReason, DropMode},
    ids::VariantId,
    line::{
        EventPoint, JoinedTicket, Lane, RoomEvent, RoomHeader, Score, TicketScore, VariantUnits,
    },
};

/// Why a shown position may rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rise {
    /// The room was rebuilt.
    Rebuild,
    /// An operator has something else to say.
    Operator,
    /// The room's mode changed.
    Mode,
    /// Somebody ahead came back to their own position.
    Returned,
}

/// What an event did to the replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was the next one.
    Next,
    /// It was known already.
    Old,
    /// Events before it are missing: take a new snapshot.
    Gap,
}

/// A room at one point of its history.
#[derive(Clone, Debug)]
pub struct Replica {
    point: EventPoint,
    lines: WaitingLines,
    notice: RoomNotice,
    ended: Option<CloseReason>,
    last_rise: Option<(EventPoint, Rise)>,
    noticed_at: EventPoint,
    units: Vec<VariantUnits>,
    forecast: Box<Forecast>,
}

impl Replica {
    /// An empty room just after the event `point`.
    #[must_use]
    pub fn at(point: EventPoint, mode: DropMode) -> Self {
        Self {
            point,
            lines: WaitingLines::default(),
            notice: RoomNotice::of_mode(mode),
            ended: None,
            last_rise: None,
            noticed_at: point,
            units: Vec::new(),
            forecast: Box::default(),
        }
    }

    /// Puts a waiting ticket in; one that is there already stays.
    pub fn insert(&mut self, lane: Lane, variant_id: VariantId, score: Score) {
        self.lines.insert((lane, variant_id), score);
    }

    /// Takes tickets out; returns how many stood in line.
    fn remove_all(&mut self, tickets: &[TicketScore]) -> usize {
        let removed =
            |ticket: &&TicketScore| self.lines.remove(ticket.lane, ticket.score).is_some();
        tickets.iter().filter(removed).count()
    }

    fn admit_all(&mut self, tickets: &[TicketScore]) {
        for ticket in tickets {
            if let Some(line) = self.lines.remove(ticket.lane, ticket.score) {
                self.forecast.note_admitted(line);
            }
        }
    }

    /// Takes those out who are passed over; one that is missed already is only told again.
    fn miss_all(&mut self, tickets: &[JoinedTicket]) {
        let removed =
            |ticket: &&JoinedTicket| self.lines.remove(ticket.lane, ticket.score).is_some();
        let n_missed = tickets.iter().filter(removed).count();
        self.forecast.note_missed(n_missed);
    }

    fn insert_all(&mut self, tickets: &[JoinedTicket]) {
        let n_lines = self.lines.n_lines();
        for ticket in tickets {
            self.insert(ticket.lane, ticket.intent.variant_id, ticket.score);
        }
        // The first in a line need not wait for the next look.
        if self.lines.n_lines() > n_lines {
            let lines = self.lines.lengths();
            self.forecast.make_outlooks(&lines, &self.units);
        }
    }

    /// Takes over what a snapshot says beside the tickets.
    pub(crate) fn describe(&mut self, notice: RoomNotice, ended: Option<CloseReason>) {
        (self.notice, self.ended) = (notice, ended);
        self.noticed_at = self.point;
    }

    /// Takes over what is left of each variant.
    pub(crate) fn set_units(&mut self, units: &[VariantUnits]) {
        self.units = units.to_vec();
    }

    /// Takes in a look at the room: what is left, and how fast it moves.
    pub(crate) fn observe(&mut self, header: &RoomHeader) {
        self.set_units(&header.units);
        if header.epoch == self.point.epoch {
            self.forecast.look(header, &self.lines.lengths());
        }
    }

    /// Notes that positions from here on need not continue those before.
    pub(crate) const fn note_rise(&mut self, rise: Rise) {
        self.last_rise = Some((self.point, rise));
    }

    /// Applies the event with this number, if it is the next. A snapshot that was read in chunks
    /// may hold its change already; each change says where a ticket stands afterwards, so doing
    /// it twice is fine.
    pub fn apply(&mut self, point: EventPoint, event: &RoomEvent) -> Applied {
        if point <= self.point {
            return Applied::Old;
        }
        if point.epoch != self.point.epoch || point.evn != self.point.evn + 1 {
            return Applied::Gap;
        }
        self.point = point;
        self.change(event);
        Applied::Next
    }

    fn change(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::Joined { tickets } => self.insert_all(tickets),
            RoomEvent::Attached { tickets } => {
                self.insert_all(tickets);
                self.note_rise(Rise::Returned);
            }
            RoomEvent::Returned { tickets } => {
                self.forecast.note_back(tickets.len());
                self.insert_all(tickets);
                self.note_rise(Rise::Returned);
            }
            RoomEvent::Missed { tickets } => self.miss_all(tickets),
            RoomEvent::Admitted { tickets } => self.admit_all(tickets),
            RoomEvent::Left { tickets } => {
                let n_left = self.remove_all(tickets);
                self.forecast.note_left(n_left);
            }
            RoomEvent::Closed { tickets, .. } => {
                self.remove_all(tickets);
            }
            RoomEvent::Configured(configured) => {
                self.take_notice(configured.into());
                let lines = self.lines.lengths();
                self.forecast.configure(self.point, configured, &lines, &self.units);
            }
            RoomEvent::Begun { .. } => self.note_rise(Rise::Rebuild),
            RoomEvent::Ended { reason } => self.ended = Some(*reason),
        }
    }

    /// Limits alone are nothing that is said to everybody, and move nobody: a ramp changes them each
    /// second.
    fn take_notice(&mut self, notice: RoomNotice) {
        if notice == self.notice {
            return;
        }
        let is_same_mode = notice.mode == self.notice.mode;
        self.notice = notice;
        self.noticed_at = self.point;
        self.note_rise(if is_same_mode { Rise::Operator } else { Rise::Mode });
    }
}

#[cfg(test)]
mod tests;
