//! Why a room did not do what it was asked.

use database::DatabaseError;
use jiff::Timestamp;
use shared::drops::CloseReason;

/// A failed call of a room or of the directory.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RoomError {
    #[error("find a room: there is no such drop")]
    DropNotFound,
    #[error("find a room: the drop has not opened yet")]
    NotOpen { opens_at: Option<Timestamp> },
    #[error("find a room: its line has ended: {0}")]
    Ended(CloseReason),
    #[error("find a room: too many lookups at once")]
    TooManyLookups,
    #[error("find a room: the drop could not be looked up")]
    Lookup(#[from] DatabaseError),
    /// Lost, of another epoch or being rebuilt; tickets stay valid.
    #[error("use a room: its line is being rebuilt")]
    Rebuilding,
}
