//! What can go wrong between us and Redis.

use redis::RedisError;
use shared::line::EpochProblem;

/// A call that did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The line is not the one the caller knows; nothing has changed.
    #[error("{operation}: the epoch check refused the call: {problem}")]
    Epoch {
        /// The call, such as `join`.
        operation: &'static str,
        /// How the line differs.
        problem: EpochProblem,
    },
    /// Redis didn't answer, or can't work right now. The call may have taken effect.
    #[error("{operation}: Redis is unavailable")]
    Unavailable {
        /// The call, such as `join`.
        operation: &'static str,
        /// What happened.
        source: RedisError,
    },
    /// Redis refused the call.
    #[error("{operation}: Redis refused the call")]
    Redis {
        /// The call, such as `join`.
        operation: &'static str,
        /// What Redis said.
        source: RedisError,
    },
    /// Redis holds something that we did not write.
    #[error("{operation}: cannot read {what}")]
    Malformed {
        /// The call, such as `join`.
        operation: &'static str,
        /// What could not be read.
        what: String,
    },
    /// The server's settings could lose the line.
    #[error("Redis has {setting} = {found:?} but needs {needed:?}")]
    Setting {
        /// Its name in `redis.conf`.
        setting: &'static str,
        /// The value it has.
        found: String,
        /// The value it has to have.
        needed: &'static str,
    },
}

impl QueueError {
    /// Whether the line has to be looked up again, or rebuilt, before anything else.
    #[must_use]
    pub const fn is_epoch(&self) -> bool {
        matches!(self, Self::Epoch { .. })
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether the room has other lines than the caller knew.
    pub(crate) fn is_shape(&self) -> bool {
        matches!(self, Self::Unavailable { source, .. } if source.code() == Some("SHAPE"))
    }

    /// The one table from what Redis says to what it means to us.
    pub(crate) fn of(operation: &'static str, source: RedisError) -> Self {
        match source.code() {
            Some("EPOCH") => match source.detail().unwrap_or_default().parse() {
                Ok(problem) => Self::Epoch { operation, problem },
                Err(_) => Self::Redis { operation, source },
            },
            // It is loading its data, is a replica, is giving the slot to another node, or its memory
            // or disk is full: this passes. So does a room whose lines have changed twice.
            Some("LOADING" | "READONLY" | "MASTERDOWN" | "CLUSTERDOWN" | "BUSY")
            | Some("MOVED" | "ASK" | "TRYAGAIN" | "OOM" | "MISCONF" | "SHAPE") => {
                Self::Unavailable { operation, source }
            }
            _ if source.is_io_error() || source.is_timeout() || source.is_connection_dropped() => {
                Self::Unavailable { operation, source }
            }
            _ => Self::Redis { operation, source },
        }
    }

    /// A call that took too long.
    pub(crate) fn timed_out(operation: &'static str) -> Self {
        let source = std::io::Error::from(std::io::ErrorKind::TimedOut);
        Self::Unavailable { operation, source: source.into() }
    }

    pub(crate) fn malformed(operation: &'static str, what: impl Into<String>) -> Self {
        Self::Malformed { operation, what: what.into() }
    }
}
