//! What handlers get out of a request.

mod ticket;

pub(crate) use ticket::{PresentedTicket, SUBPROTOCOL, TicketSource};
