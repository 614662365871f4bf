//! Rooms as this instance follows them: places in memory, fed by the room events.
//!
//! | file | holds |
//! |---|---|
//! | [`ranked_bitmap`] | queue numbers with ranks |
//! | [`replica`] | who waits, at one point of a room's history |
//! | [`room`] | one room: header, replica, those who listen |
//! | [`rooms`] | all rooms of this instance; what to answer about others |
//! | [`snapshot`] | a replica from Redis |
//! | [`feed`] | one blocking reader for the events of all rooms |
//! | [`keeper`] | looks after each room: is it open, is it ours, is it gone |
//! | [`joins`] | many joins, one call |

pub mod feed;
pub mod joins;
pub mod keeper;
pub mod ranked_bitmap;
pub mod replica;
#[expect(clippy::module_inception, reason = "the room is what this folder is about")]
pub mod room;
pub mod rooms;
pub mod snapshot;

pub use replica::{Applied, Replica, Rise};
pub use room::{Placed, Room};
pub use rooms::Rooms;
