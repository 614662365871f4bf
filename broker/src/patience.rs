//! When a client of librdkafka is given up for another one.
//!
//! A cluster whose brokers are all away for a moment, in its own eyes, answers with topics and
//! without brokers. librdkafka (2.10 to 2.13, its issue 5301) then forgets the brokers it knew and
//! goes back to those of its settings, unless that same answer calls it off: then the client has none
//! for good, and looks from outside as if Kafka were away. So a client that fails for long is replaced
//! where a new one is answered. One that only asks about logs is replaced where a new one has the answer.

use parking_lot::Mutex;
use rdkafka::{ClientContext, client::Client};
use std::time::{Duration, Instant};

/// How long a client may fail: longer than Kafka takes to elect leaders.
const PATIENCE: Duration = Duration::from_secs(6);
/// How long the broker may take to answer a new client.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a client has failed, and how long it may.
#[derive(Debug)]
pub(crate) struct Patience {
    length: Duration,
    since: Mutex<Option<Instant>>,
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(PATIENCE)
    }
}

impl Patience {
    /// Ends once there have been failures alone for so long.
    pub(crate) fn of(length: Duration) -> Self {
        Self { length, since: Mutex::default() }
    }

    /// Notes that the client was answered.
    pub(crate) fn renew(&self) {
        self.since.lock().take();
    }

    /// Notes a failure. Returns whether there have been failures alone for too long; then the time
    /// begins anew.
    pub(crate) fn ends(&self) -> bool {
        self.ends_at(Instant::now())
    }

    fn ends_at(&self, now: Instant) -> bool {
        let mut since = self.since.lock();
        let is_over = now.duration_since(*since.get_or_insert(now)) >= self.length;
        if is_over {
            since.take();
        }
        is_over
    }
}

/// Returns whether a client is answered, and by a cluster that has brokers. Blocks meanwhile.
pub(crate) fn is_answered(client: &Client<impl ClientContext>) -> bool {
    client.fetch_metadata(None, ANSWER_TIMEOUT).is_ok_and(|told| !told.brokers().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_alone_end_the_patience() {
        let (patience, now) = (Patience::default(), Instant::now());
        assert!(!patience.ends_at(now));
        assert!(!patience.ends_at(now + PATIENCE / 2));
        assert!(patience.ends_at(now + PATIENCE));
        assert!(!patience.ends_at(now + PATIENCE), "the time begins anew");
    }

    #[test]
    fn an_answer_in_between_renews_it() {
        let (patience, now) = (Patience::default(), Instant::now());
        assert!(!patience.ends_at(now));
        patience.renew();
        assert!(!patience.ends_at(now + PATIENCE * 2));
    }
}
