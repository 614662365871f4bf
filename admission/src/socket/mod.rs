//! Live places: what each connected shopper sees, told when it changes.
//!
//! A room's [`Hub`] holds one small subscriber per connection. One fan-out task per room looks at
//! all of them ten times a second, in memory, and leaves the latest frame in the outlets of those
//! who are due. Each connection's task only writes what it finds in its outlet; nothing else here
//! knows what a connection is.
//!
//! | file | holds |
//! |---|---|
//! | [`frame`] | what is sent |
//! | [`close`] | why a connection is closed |
//! | [`outlet`] | the latest frame that waits to be written |
//! | [`cadence`] | how often who hears what |
//! | [`subscriber`] | what one connection was told, and what it hears next |
//! | [`hub`] | those who listen to a room |
//! | [`fanout`] | the task that tells them |
//! | [`hints`] | what happened to tickets past waiting |
//! | [`resume`] | where a returning client was |
//! | [`ws`], [`sse`] | the connections |

pub mod cadence;
pub mod close;
pub mod fanout;
pub mod frame;
pub mod hints;
pub mod hub;
pub mod outlet;
pub mod resume;
pub mod sse;
pub mod subscriber;
pub mod ws;

pub use close::CloseReason;
pub use frame::Frame;
pub use hub::Hub;
pub use outlet::Outlet;
pub use resume::Seen;
