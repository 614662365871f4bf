//! The HTTP routes.

mod listener;
pub(crate) mod room;
pub(crate) mod stream;
pub(crate) mod tickets;
