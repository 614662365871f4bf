//! The HTTP routes.

mod listener;
pub(crate) mod room;
mod seen;
pub(crate) mod stream;
pub(crate) mod tickets;
