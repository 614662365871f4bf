//! A small TCP proxy that stands between a client and a server, and makes trouble when it is told to.
//!
//! It knows no protocol: bytes go on as they come, unless there is [`Trouble`]. Both ends are on this
//! machine, and what it keeps is bounded: connections, and bytes of each that wait to go on.
//!
//! | module | holds |
//! |---|---|
//! | `proxy` | [`FaultProxy`]: listens, leads to one server, counts |
//! | `trouble` | [`Trouble`]: what may happen on the way |
//! | `connection` | a client's connection and the one to the server |
//! | `direction` | one way of it: what was read waits until it may go on |
//! | `passage` | when that is |
//! | `state` | what all connections of a proxy share |

mod connection;
mod direction;
mod passage;
mod proxy;
mod state;
mod trouble;

pub use proxy::FaultProxy;
pub use trouble::{Trouble, Ways};
