//! Requests at a steady rate, however slow the answers are: a crowd does not wait until those before
//! it have been served. What comes late is timed from when it was due.

use crate::{http::HttpConnection, latency::Latencies};
use anyhow::bail;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// When the next request is sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// As soon as a connection has the answer to its last one.
    AsAnswered,
    /// So many a second.
    PerSecond(f64),
}

/// What came of all requests.
#[derive(Debug, Default)]
pub(super) struct PacedReplies {
    /// Those that were answered with 201.
    pub(super) accepted: Latencies,
    /// Those that were answered with 503 and when to come back.
    pub(super) refused: Latencies,
    /// When the last one was sent, and when the last one was answered, from the beginning on.
    last_sent: Duration,
    last_answered: Duration,
}

/// The requests that are left.
struct Turns {
    requests: Vec<Vec<u8>>,
    pace: Pace,
    n_taken: AtomicUsize,
    begun: Instant,
}

/// Sends all requests, over so many connections, and reads the answers. Fails if one is neither
/// accepted nor refused with the time to come back.
pub(super) async fn send(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    pace: Pace,
    n_connections: usize,
) -> anyhow::Result<PacedReplies> {
    let mut connections = Vec::with_capacity(n_connections);
    for _ in 0..n_connections {
        connections.push(HttpConnection::open(address).await?);
    }
    let begun = Instant::now();
    let turns = Arc::new(Turns { requests, pace, n_taken: AtomicUsize::new(0), begun });
    let mut clients = JoinSet::new();
    for connection in connections {
        clients.spawn(take_turns(connection, Arc::clone(&turns)));
    }
    let mut all = PacedReplies::default();
    while let Some(own) = clients.join_next().await {
        all.add(own??);
    }
    Ok(all)
}

async fn take_turns(
    mut connection: HttpConnection,
    turns: Arc<Turns>,
) -> anyhow::Result<PacedReplies> {
    let mut replies = PacedReplies::default();
    while let Some((request, due)) = turns.next() {
        let since = time_from(due).await;
        replies.last_sent = turns.begun.elapsed();
        let status = connection.exchange(request).await?;
        replies.last_answered = turns.begun.elapsed();
        replies.count(status, connection.has_header("retry-after"), since.elapsed())?;
    }
    Ok(replies)
}

/// Returns from when on a request's time counts: from when it was due, if that is over. Who waited
/// for it begins now, since the timer's own millisecond is nobody's wait.
async fn time_from(due: Option<Instant>) -> Instant {
    match due {
        Some(due) if due <= Instant::now() => due,
        Some(due) => {
            tokio::time::sleep_until(due.into()).await;
            Instant::now()
        }
        None => Instant::now(),
    }
}

impl Turns {
    /// Takes the next request, with when it is due if it has such a time; `None` once all are taken.
    fn next(&self) -> Option<(&[u8], Option<Instant>)> {
        let index = self.n_taken.fetch_add(1, Ordering::Relaxed);
        let request = self.requests.get(index)?.as_slice();
        let due = match self.pace {
            Pace::AsAnswered => None,
            Pace::PerSecond(rate) => {
                Some(self.begun + Duration::from_secs_f64(index as f64 / rate))
            }
        };
        Some((request, due))
    }
}

impl PacedReplies {
    /// Requests sent per second.
    pub(super) fn sent_per_second(&self) -> f64 {
        (self.accepted.len() + self.refused.len()) as f64 / self.last_sent.as_secs_f64()
    }

    /// Requests accepted per second.
    pub(super) fn accepted_per_second(&self) -> f64 {
        self.accepted.len() as f64 / self.last_answered.as_secs_f64()
    }

    fn count(&mut self, status: u16, says_when: bool, took: Duration) -> anyhow::Result<()> {
        match status {
            201 => self.accepted.push(took),
            503 if says_when => self.refused.push(took),
            503 => bail!("a request was refused without Retry-After"),
            _ => bail!("a request was answered with {status}"),
        }
        Ok(())
    }

    fn add(&mut self, other: Self) {
        self.accepted.extend(other.accepted);
        self.refused.extend(other.refused);
        self.last_sent = self.last_sent.max(other.last_sent);
        self.last_answered = self.last_answered.max(other.last_answered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_due_at_its_own_time_and_taken_once() {
        let (begun, requests) = (Instant::now(), vec![vec![1], vec![2], vec![3]]);
        let pace = Pace::PerSecond(10.0);
        let turns = Turns { requests, pace, n_taken: AtomicUsize::new(0), begun };
        let due = |index: u32| Some(begun + index * Duration::from_millis(100));
        for (index, byte) in (0..).zip(1_u8..=3) {
            assert_eq!(turns.next(), Some((&[byte][..], due(index))));
        }
        assert_eq!(turns.next(), None);
    }

    #[tokio::test]
    async fn what_comes_late_counts_from_when_it_was_due() {
        let now = Instant::now();
        let late = now.checked_sub(Duration::from_secs(1));
        assert_eq!(Some(time_from(late).await), late);
        assert!(time_from(Some(now + Duration::from_millis(20))).await >= now);
    }

    #[test]
    fn a_refusal_has_to_say_when_to_come_back() {
        let (mut replies, took) = (PacedReplies::default(), Duration::from_millis(1));
        assert!(replies.count(201, false, took).is_ok());
        assert!(replies.count(503, true, took).is_ok());
        assert!(replies.count(503, false, took).is_err());
        assert!(replies.count(500, true, took).is_err());
        assert_eq!((replies.accepted.len(), replies.refused.len()), (1, 1));
    }
}
