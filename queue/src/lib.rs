//! The waiting line in Redis: a fast index that can be lost and rebuilt.
//!
//! Every change is one Lua script behind one check (`lua/guard.lua`): the caller's epoch is the
//! stored one, the server is the one that the line was built on, and the line is open. A script
//! that cannot be sure of that answers [`QueueError::Epoch`] and changes nothing.
//!
//! | module | holds |
//! |---|---|
//! | `keys` | the only module that builds key names |
//! | `script`, `wire` | a script behind the guard; the texts that scripts take and return |
//! | `connection` | [`Queue`]: one multiplexed connection, calls with a time limit |
//! | `room`, `room_fields` | a room's header and limits: look up, configure |
//! | `join`, `attach`, `leave` | the ways in, back and out |
//! | `admit` | waiting → in flight, by rate, occupancy and stock |
//! | `leases` | tickets in flight: extend, list, find those past their lease |
//! | `settle`, `finish` | what Postgres decided, brought back to the line |
//! | `close` | the end of a line |
//! | `status` | where a ticket stands |
//! | `events`, `reader` | the room events: read, wait for, trim |
//! | `hints` | pub/sub: "something happened to this ticket" |
//! | `snapshot` | all waiting numbers, and the counts of a room |
//! | `announce` | who waits, repeated for a log that lost its beginning |
//! | `rebuild` | the steps that bring a lost line back |

mod admit;
mod announce;
mod attach;
mod close;
mod connection;
mod error;
mod events;
mod finish;
mod hints;
mod join;
mod keys;
mod leases;
mod leave;
mod reader;
mod rebuild;
mod room;
mod room_fields;
mod script;
mod settle;
mod snapshot;
mod status;
mod wire;

pub use connection::Queue;
pub use error::QueueError;
pub use events::{EventBatch, StoredEvent, UnreadableEvent};
pub use hints::{Hint, HintMessage, HintStream};
pub use join::MAX_JOIN_BATCH;
pub use keys::{DropKeys, LANES};
pub use reader::EventReader;
pub use snapshot::{LaneScores, Snapshot};
