//! Live positions: what each connected shopper sees, told when it changes.
//!
//! A room's [`Hub`] holds one small subscriber per connection. One fan-out task per room looks at
//! those who may be due, in memory, and writes each frame straight to its socket. A connection's
//! task is woken only to read, to close, and when its socket was full; then the latest frame waits
//! in its outlet. Nothing is done for a connection that is not due, and none has a timer of its own.
//!
//! | file | holds |
//! |---|---|
//! | `frame` | what is sent, and its text on the wire |
//! | `close` | why a connection is closed |
//! | `encoding` | frames as they are written to a socket |
//! | `wire` | a socket's writing side |
//! | `outlet` | where a connection's frames go, and the latest that waits |
//! | `cadence` | who hears how often |
//! | `resume` | where a returning client was |
//! | `subscriber` | what one connection was told, and what it hears next |
//! | `seats` | subscribers by number and by ticket |
//! | `wheel` | who is looked at when |
//! | `lines` | who is looked at after how many departures |
//! | `rounds` | who is looked at when limits change |
//! | `news` | what happened since the last look |
//! | `watch` | whom a hub looks at, and what they hear |
//! | `hub` | those who listen to one room |
//! | `fanout` | the task that tells them |
//! | `hubs` | the hubs of all rooms that somebody listens to |
//! | `hints` | what happened to tickets past waiting |
//! | `handshake` | whether a request asks for a socket |
//! | `upgrade` | from a request to a socket |
//! | [`ws`], `sse` | the connections |

pub(crate) mod cadence;
mod close;
mod encoding;
mod fanout;
mod frame;
mod handshake;
pub(crate) mod hints;
mod hub;
mod hubs;
mod lines;
mod news;
mod outlet;
mod resume;
mod rounds;
mod seats;
pub(crate) mod sse;
mod subscriber;
mod upgrade;
mod watch;
mod wheel;
mod wire;
pub mod ws;

pub use close::DisconnectReason;
pub use frame::Frame;
pub use handshake::NotAnUpgrade;
pub use hub::Hub;
pub(crate) use hubs::{Hubs, Subscription};
pub use outlet::Outlet;
pub use resume::Seen;
pub use upgrade::{SocketUpgrade, UpgradedSocket};
