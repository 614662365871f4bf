//! What happened to a room since its hub looked last. Noting it costs next to nothing, since the
//! feed of all rooms waits meanwhile.

use crate::room::LineKey;
use shared::{
    drops::CloseReason,
    ids::TicketId,
    line::{JoinedTicket, RoomEvent},
};

/// What a hub has not looked at yet.
#[derive(Default)]
pub(super) struct News {
    /// Tickets that are in line now.
    pub(super) joined: Vec<(LineKey, TicketId)>,
    /// Tickets that were let in, or missed.
    pub(super) gone: Vec<TicketId>,
    pub(super) ended: Vec<(TicketId, TicketEnding)>,
    /// Positions may have risen, or there is something else for everybody.
    pub(super) is_for_all: bool,
    /// The replica does not go on from the one before.
    pub(super) is_replaced: bool,
    /// The drop is over.
    pub(super) over: Option<CloseReason>,
}

/// How a ticket ended in line.
#[derive(Clone, Copy)]
pub(super) enum TicketEnding {
    Closed(CloseReason),
    Left,
}

impl News {
    /// Notes an event that the replica has applied.
    pub(super) fn note(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::Joined { tickets } => self.note_joined(tickets),
            RoomEvent::Attached { tickets } | RoomEvent::Returned { tickets } => {
                self.note_joined(tickets);
                self.is_for_all = true;
            }
            RoomEvent::Closed { reason, tickets } => {
                let ending = TicketEnding::Closed(*reason);
                self.ended.extend(tickets.iter().map(|ticket| (ticket.ticket_id, ending)));
            }
            RoomEvent::Left { tickets } => {
                self.ended
                    .extend(tickets.iter().map(|ticket| (ticket.ticket_id, TicketEnding::Left)));
            }
            RoomEvent::Admitted { tickets } => {
                self.gone.extend(tickets.iter().map(|ticket| ticket.ticket_id));
            }
            RoomEvent::Missed { tickets } => {
                self.gone.extend(tickets.iter().map(|ticket| ticket.ticket_id));
            }
            // The replica says whom that concerns.
            RoomEvent::Configured(_) => {}
            RoomEvent::Begun { .. } | RoomEvent::Ended { .. } => self.is_for_all = true,
        }
    }

    fn note_joined(&mut self, tickets: &[JoinedTicket]) {
        let line = |ticket: &JoinedTicket| (ticket.lane, ticket.intent.variant_id);
        self.joined.extend(tickets.iter().map(|ticket| (line(ticket), ticket.ticket_id)));
    }
}
