//! Rooms as this instance follows them: positions in memory, fed by the room events.
//!
//! Nothing here knows HTTP or sockets. What fails is a `RoomError`, and those who want to hear of a
//! room's changes register a `RoomObserver` with it.
//!
//! | file | holds |
//! |---|---|
//! | `ranked_bitmap` | queue numbers with ranks |
//! | `waiting_lines` | who waits in each line |
//! | `shares` | which part of those who are let in comes from each line |
//! | `limits` | how fast a room's line may move |
//! | `looked` | what a look at a room's header found |
//! | `forecast`, `prospects` | how long those who wait still wait, and whether a unit is left for them |
//! | `replica` | who waits, at one point of a room's history |
//! | `replica_state` | whether there is a replica to go by |
//! | `live_replica` | the replica as its events keep it, and those who wait for an event |
//! | `lag` | for how long replicas have been behind their rooms |
//! | `header` | a room's header, for as long as its line can be used |
//! | `batches` | many questions, one call |
//! | `joins`, `statuses` | what is asked that way |
//! | `notice` | what a room says to everybody in it |
//! | `observer` | who hears of a room's changes |
//! | `presence` | who polls near the front |
//! | `rest` | whether a room has to be looked at |
//! | `unreadable` | what a room knows of its events that cannot be read |
//! | `room` | one room: header, replica, what is asked of its line |
//! | `snapshot` | a replica from Redis |
//! | `directory` | all rooms of this instance, and what to answer about other drops |
//! | `feed` | one blocking reader for the events of all rooms |
//! | `keeper` | checks each room: is it open, is it ours, is it gone |
//! | `error` | why a room did not do what it was asked |

mod batches;
mod directory;
mod error;
pub(crate) mod feed;
mod forecast;
mod header;
mod joins;
pub(crate) mod keeper;
mod lag;
mod limits;
mod live_replica;
mod looked;
mod notice;
mod observer;
mod presence;
mod prospects;
mod ranked_bitmap;
mod replica;
mod replica_state;
mod rest;
#[expect(clippy::module_inception, reason = "the room is what this folder is about")]
mod room;
mod shares;
mod snapshot;
mod statuses;
mod unreadable;
mod waiting_lines;

pub(crate) use batches::BatchError;
pub(crate) use directory::RoomDirectory;
pub(crate) use error::RoomError;
pub(crate) use limits::RoomLimits;
pub(crate) use notice::RoomNotice;
pub(crate) use observer::RoomObserver;
pub(crate) use presence::watched_to;
pub use prospects::{EtaReason, Prospects};
pub use replica::{Applied, Replica, Rise};
pub(crate) use room::Room;
pub(crate) use shares::LineKey;
