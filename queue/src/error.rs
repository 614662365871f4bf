//! What can go wrong between us and Redis.

use redis::{ErrorKind, RedisError};
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

    /// Whether the room was built on another server than the one that answered.
    pub(crate) fn is_other_server(&self) -> bool {
        matches!(self, Self::Epoch { problem: EpochProblem::OtherServer, .. })
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
            // It is loading its data, is a replica or has just become one, misses its own replicas,
            // is giving the slot to another node, or its memory or disk is full: this passes. So does
            // a room whose lines have changed twice.
            Some("LOADING" | "READONLY" | "UNBLOCKED" | "NOREPLICAS" | "MASTERDOWN" | "BUSY")
            | Some("CLUSTERDOWN" | "MOVED" | "ASK" | "TRYAGAIN" | "OOM" | "MISCONF" | "SHAPE") => {
                Self::Unavailable { operation, source }
            }
            // The slot is gone, or the cluster is down, in the middle of a script.
            Some("ERR") if is_out_of_reach(&source) => Self::Unavailable { operation, source },
            _ if source.is_io_error() || source.is_timeout() || source.is_connection_dropped() => {
                Self::Unavailable { operation, source }
            }
            // No node, or no sentinel, could say whom to ask.
            _ if matches!(
                source.kind(),
                ErrorKind::ClusterConnectionNotFound | ErrorKind::MasterNameNotFoundBySentinel
            ) =>
            {
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

/// Whether a script was refused a key or a write because of the state that the cluster is in.
fn is_out_of_reach(error: &RedisError) -> bool {
    error.detail().is_some_and(|detail| detail.starts_with("Script attempted to "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use redis::make_extension_error;

    fn of(code: &str, detail: &str) -> QueueError {
        QueueError::of("test", make_extension_error(code.to_owned(), Some(detail.to_owned())))
    }

    #[test]
    fn what_a_moving_slot_or_a_deposed_master_says_passes() {
        for code in ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "READONLY", "NOREPLICAS"] {
            assert!(of(code, "").is_unavailable(), "{code}");
        }
        assert!(of("ERR", "Script attempted to access a non local key").is_unavailable());
        assert!(!of("ERR", "unknown command").is_unavailable());
        assert!(of("EPOCH", "other_server").is_other_server());
    }
}
