//! The waiting line in Redis: a fast index that can be lost and rebuilt.
//!
//! Every change is one Lua script behind one check (`lua/guard.lua`): the caller's epoch is the
//! stored one, the server is the one that the line was built on, and the line is open. A script
//! that cannot be sure of that answers [`QueueError::Epoch`] and changes nothing.
//!
//! | module | holds |
//! |---|---|
//! | [`keys`] | the only place that makes key names |
//! | [`connection`] | [`Queue`]: one multiplexed connection, calls with a time limit |
//! | [`room`] | a room's header and limits: look up, configure |
//! | [`join`], [`attach`], [`leave`] | the ways in, back and out |
//! | [`admit`] | waiting → in flight, by rate, occupancy and stock |
//! | [`leases`] | tickets in flight: extend, list, find those past their lease |
//! | [`settle`], [`finish`] | what Postgres decided, brought back to the line |
//! | [`close`] | the end of a line |
//! | [`status`] | where a ticket stands |
//! | [`events`], [`reader`] | the room events: read, wait for, trim |
//! | [`hints`] | pub/sub: "something happened to this ticket" |
//! | [`snapshot`] | all waiting numbers, and the counts of a room |
//! | [`announce`] | who waits, told anew to a log that lost its beginning |
//! | [`rebuild`] | the steps that bring a lost line back |

pub mod admit;
pub mod announce;
pub mod attach;
pub mod close;
pub mod connection;
pub mod error;
pub mod events;
pub mod finish;
pub mod hints;
pub mod join;
pub mod keys;
pub mod leases;
pub mod leave;
mod mutants;
mod mutated;
pub mod reader;
pub mod rebuild;
pub mod room;
mod script;
pub mod settle;
pub mod snapshot;
pub mod status;
mod wire;

pub use admit::{Admission, AdmitBlock, AdmitRequest, AdmittedTicket};
pub use attach::{AttachOutcome, Attachments};
pub use close::CloseProgress;
pub use connection::Queue;
pub use error::{EpochProblem, QueueError};
pub use events::StoredEvent;
pub use finish::Finished;
pub use hints::{Hint, HintMessage, HintStream};
pub use join::{JoinOutcome, JoinRequest, Joins, MAX_JOIN_BATCH};
pub use keys::{DropKeys, LANES};
pub use leases::{Extension, Lease, LogPosition};
pub use leave::LeaveOutcome;
pub use reader::EventReader;
pub use rebuild::{Follows, RestoredEnd, RestoredInFlight, RestoredTicket};
pub use room::{ConfigChange, RoomConfig, RoomHeader, RoomState};
pub use settle::{SettleOutcome, Settlement, StockFigure};
pub use snapshot::{LaneScores, RoomCounts, Snapshot};
pub use status::{Place, TicketPlace, TicketStatus};
