//! The waiting line in Redis: a fast index that can be lost and rebuilt.
//!
//! Every change is one Lua script behind one check (`lua/guard.lua`): the caller's epoch is the
//! stored one, the server is the one that the line was built on, and the line is open. A script
//! that cannot be sure of that answers [`QueueError::Epoch`] and changes nothing.
//!
//! | module | holds |
//! |---|---|
//! | `keys` | the only module that builds key names |
//! | `lines`, `line_lookup` | which lines a room has, one for each lane and variant |
//! | `script` | a script behind the guard, and its keys |
//! | `args`, `wire` | what scripts take, what they return: packed |
//! | `client` | who vouches for the servers over TLS |
//! | `connection` | [`Queue`]: calls with a time limit, on a connection that all share |
//! | `servers` | one server, the master that sentinels name, or the nodes of a cluster |
//! | `masters` | whether all parts of a cluster are there |
//! | `checks` | settings of the servers that could lose the line |
//! | `room`, `room_fields` | a room's header and limits: look up, configure, remove |
//! | `join`, `attach`, `leave` | the ways in, back and out |
//! | `admit` | waiting → in flight, by rate or by number, occupancy and stock |
//! | `here` | who is there near the front |
//! | `leases` | tickets in flight: extend, list, find those past their lease |
//! | `settle`, `finish` | what Postgres decided, brought back to the line |
//! | `cool` | who may not join for a while |
//! | `close` | the end of a line |
//! | `status` | where a ticket stands |
//! | `glance` | whether there is anything to do at all, by plain commands |
//! | `events`, `reader`, `trim` | the room events: read, wait for, keep short |
//! | `subscription` | a pub/sub pattern, listened to for as long as it takes |
//! | `hints` | pub/sub: "something happened to this ticket" |
//! | `wakes` | pub/sub: "somebody may be let in now" |
//! | `snapshot` | all waiting numbers, and the counts of a room |
//! | `announce` | who waits, for a log that lost its beginning |
//! | `proofs` | proofs of work that were accepted; no part of any line |
//! | `rebuild`, `load` | the steps that bring a lost line back; its tickets in bulk |

mod admit;
mod announce;
mod args;
mod attach;
mod checks;
mod client;
mod close;
mod connection;
mod cool;
mod error;
mod events;
mod finish;
mod glance;
mod here;
mod hints;
mod join;
mod keys;
mod leases;
mod leave;
mod line_lookup;
mod lines;
mod load;
mod masters;
mod proofs;
mod reader;
mod rebuild;
mod room;
mod room_fields;
mod script;
mod servers;
mod settle;
mod snapshot;
mod status;
mod subscription;
mod trim;
mod wakes;
mod wire;

pub use connection::Queue;
pub use error::QueueError;
pub use events::{EventBatch, StoredEvent, UnreadableEvent};
pub use glance::ServersMark;
pub use hints::{Hint, HintMessage, HintStream};
pub use join::MAX_JOIN_BATCH;
pub use keys::DropKeys;
pub use reader::EventReader;
pub use snapshot::{LineScores, Snapshot};
pub use wakes::{Wake, WakeStream};
