//! What failed inside, as failures of the API.

use super::ApiError;
use crate::room::{BatchError, RoomError};
use edge::Problem;
use queue::QueueError;

impl From<RoomError> for ApiError {
    fn from(error: RoomError) -> Self {
        match error {
            RoomError::DropNotFound => Self::DropNotFound,
            RoomError::NotOpen { opens_at } => Self::NotOpen { opens_at },
            RoomError::Ended(reason) => Self::Ended(reason),
            RoomError::Rebuilding => Self::rebuilding(),
            RoomError::TooManyLookups => Self::Busy,
            RoomError::Lookup(error) => Self::Database(error),
        }
    }
}

impl From<BatchError> for ApiError {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Rebuilding => Self::rebuilding(),
            BatchError::TooMany | BatchError::Failed => Self::Busy,
        }
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        if error.is_epoch() { Self::rebuilding() } else { Self::Queue(error) }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}
