//! The HTTP routes.

pub mod room;
pub mod stream;
pub mod tickets;
