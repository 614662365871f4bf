//! What can go wrong between us and Redis.

use redis::RedisError;

/// A call that did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The line is not the one the caller knows; nothing was changed.
    #[error("{operation}: the line is not the one we know: {problem}")]
    Epoch {
        /// What was asked.
        operation: &'static str,
        /// In what it differs.
        problem: EpochProblem,
    },
    /// Redis did not answer, or cannot work now. The call may have had its effect.
    #[error("{operation}: redis is not available")]
    Unavailable {
        /// What was asked.
        operation: &'static str,
        /// What happened.
        source: RedisError,
    },
    /// Redis refused the call.
    #[error("{operation}: redis refused")]
    Redis {
        /// What was asked.
        operation: &'static str,
        /// What it said.
        source: RedisError,
    },
    /// Redis holds something that we did not write.
    #[error("{operation}: cannot read {what}")]
    Malformed {
        /// What was asked.
        operation: &'static str,
        /// What could not be read.
        what: String,
    },
    /// The server is set up so that it may lose the line.
    #[error("redis has {setting} = {found:?}, but needs {needed:?}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What it is.
        found: String,
        /// What it has to be.
        needed: &'static str,
    },
}

shared::text_enum! {
    /// In what a line differs from the one the caller knows; the words of `lua/guard.lua`.
    EpochProblem {
        /// There is none.
        Missing = "missing",
        /// It has another epoch, or for a new one, an epoch that is not lower.
        Stale = "stale",
        /// It was built on another run of the server.
        OtherServer = "other_server",
        /// It is being rebuilt.
        Rebuilding = "rebuilding",
        /// It is open, where only a rebuild may go on.
        Open = "open",
    }
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

    /// The one table from what Redis says to what it means to us.
    pub(crate) fn of(operation: &'static str, source: RedisError) -> Self {
        match source.code() {
            Some("EPOCH") => match source.detail().unwrap_or_default().parse() {
                Ok(problem) => Self::Epoch { operation, problem },
                Err(_) => Self::Redis { operation, source },
            },
            // It loads its data, is a replica, is full, or its disk is: not for ever.
            Some("LOADING" | "READONLY" | "MASTERDOWN" | "TRYAGAIN" | "CLUSTERDOWN" | "BUSY")
            | Some("OOM" | "MISCONF") => Self::Unavailable { operation, source },
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
