//! The HTTP routes.

pub(crate) mod line;
mod listener;
pub(crate) mod room;
mod seen;
pub(crate) mod stream;
pub(crate) mod tickets;
