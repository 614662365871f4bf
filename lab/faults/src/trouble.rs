//! What may happen on the way.

use std::{num::NonZeroU32, time::Duration};

/// What happens to everything that goes through a proxy, from when it is told until it is told
/// something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing: all goes on as it comes.
    #[default]
    Nothing,
    /// Each piece comes later by `by` and up to `jitter` more, both ways; none overtakes another.
    Late {
        /// At least.
        by: Duration,
        /// On top of it, at most.
        jitter: Duration,
    },
    /// No more than so much goes on, each way of each connection.
    Narrow {
        /// On average; pieces are of a few KiB.
        bytes_per_second: NonZeroU32,
    },
    /// Nothing goes on, and nobody is told: what was sent waits, as it does in the network, and so
    /// does the end of a connection. New connections are taken and are as silent.
    Silence(Ways),
    /// Connections are broken off, also new ones.
    Reset,
    /// The server gets each request that has these bytes in it, any request if there are none, and
    /// does what it asks for; instead of the answer the connection is broken off.
    LostReply {
        /// What the request has in it.
        to: &'static [u8],
    },
}

/// The directions in which nothing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// Both.
    Both,
    /// To the server.
    Requests,
    /// To the client, so that the server does what it is asked for.
    Replies,
}

/// A direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    Server,
    Client,
}

impl Ways {
    /// Whether nothing goes on in this direction.
    pub(crate) const fn include(self, heading: Heading) -> bool {
        match self {
            Self::Both => true,
            Self::Requests => matches!(heading, Heading::Server),
            Self::Replies => matches!(heading, Heading::Client),
        }
    }
}
