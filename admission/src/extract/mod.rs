//! What handlers get out of a request.

pub mod ticket;

pub use ticket::{PresentedTicket, TicketSource, ticket_cookie_name};
