//! Live positions: what each connected shopper sees, told when it changes.
//!
//! A room's [`Hub`] holds one small subscriber per connection. One fan-out task per room looks at
//! all of them ten times a second, in memory, and leaves the latest frame in the outlets of those
//! who are due. Each connection's task only writes what it finds in its outlet; nothing else here
//! knows what a connection is.
//!
//! | file | holds |
//! |---|---|
//! | `frame` | what is sent |
//! | `close` | why a connection is closed |
//! | `outlet` | the latest frame that waits to be written |
//! | `cadence` | who hears how often |
//! | `resume` | where a returning client was |
//! | `subscriber` | what one connection was told, and what it hears next |
//! | `hub` | those who listen to one room |
//! | `fanout` | the task that tells them |
//! | `hubs` | the hubs of all rooms that somebody listens to |
//! | `hints` | what happened to tickets past waiting |
//! | [`ws`], `sse` | the connections |

pub(crate) mod cadence;
mod close;
mod fanout;
mod frame;
pub(crate) mod hints;
mod hub;
mod hubs;
mod outlet;
mod resume;
pub(crate) mod sse;
mod subscriber;
pub mod ws;

pub use close::DisconnectReason;
pub use frame::Frame;
pub use hub::Hub;
pub(crate) use hubs::{Hubs, Subscription};
pub use outlet::Outlet;
pub use resume::Seen;
