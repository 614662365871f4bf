//! What handlers get out of a request.

mod joined_drop;
mod ticket;

pub(crate) use joined_drop::JoinedDrop;
pub(crate) use ticket::{PresentedTicket, SUBPROTOCOL, TicketSource};
