//! When what waits may go on.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::{Trouble, trouble::Heading};

/// The way of one direction of a connection.
pub(crate) struct Passage {
    trouble: watch::Receiver<Trouble>,
    heading: Heading,
    /// When the last piece has gone through a narrow way.
    free_at: Instant,
}

impl Passage {
    pub(crate) fn new(trouble: watch::Receiver<Trouble>, heading: Heading) -> Self {
        Self { trouble, heading, free_at: Instant::now() }
    }

    /// Waits until a piece may go on; returns the trouble that there is then. When trouble begins
    /// or ends meanwhile, that counts.
    pub(crate) async fn open_for(&mut self, came_at: Instant, n_bytes: usize) -> Trouble {
        loop {
            let trouble = *self.trouble.borrow_and_update();
            let due = self.due(trouble, came_at, n_bytes);
            let due_in_time = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = due_in_time => {
                    self.free_at = Instant::now();
                    return trouble;
                }
                Ok(()) = self.trouble.changed() => {}
            }
        }
    }

    /// When a piece may go on under this trouble; `None` if never.
    fn due(&self, trouble: Trouble, came_at: Instant, n_bytes: usize) -> Option<Instant> {
        match trouble {
            Trouble::Late { by, jitter } => Some(came_at + by + jitter.mul_f64(rand::random())),
            Trouble::Narrow { bytes_per_second } => {
                let seconds = n_bytes as f64 / f64::from(bytes_per_second.get());
                Some(self.free_at.max(came_at) + Duration::from_secs_f64(seconds))
            }
            Trouble::Silence(ways) if ways.include(self.heading) => None,
            Trouble::Nothing | Trouble::Silence(_) | Trouble::Reset | Trouble::LostReply { .. } => {
                Some(came_at)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::Ways;

    fn passage(heading: Heading) -> Passage {
        Passage::new(watch::Sender::new(Trouble::Nothing).subscribe(), heading)
    }

    #[test]
    fn a_narrow_way_takes_one_piece_after_the_other() {
        let (mut passage, now) = (passage(Heading::Server), Instant::now());
        let narrow = Trouble::Narrow { bytes_per_second: NonZeroU32::new(1_000).unwrap() };
        assert_eq!(passage.due(narrow, now, 500), Some(now + Duration::from_millis(500)));
        passage.free_at = now + Duration::from_secs(3);
        assert_eq!(passage.due(narrow, now, 1_000), Some(now + Duration::from_secs(4)));
    }

    #[test]
    fn a_late_piece_is_late_by_the_time_since_it_came() {
        let (passage, now) = (passage(Heading::Client), Instant::now());
        let (by, jitter) = (Duration::from_millis(200), Duration::from_millis(50));
        let due = passage.due(Trouble::Late { by, jitter }, now, 1).unwrap();
        assert!((now + by..=now + by + jitter).contains(&due), "{:?}", due - now);
    }

    #[test]
    fn silence_is_for_the_ways_that_it_is_said_of() {
        let now = Instant::now();
        for (ways, to_server, to_client) in [
            (Ways::Both, false, false),
            (Ways::Requests, false, true),
            (Ways::Replies, true, false),
        ] {
            let is_open = |heading| passage(heading).due(Trouble::Silence(ways), now, 1).is_some();
            assert_eq!(is_open(Heading::Server), to_server, "{ways:?}");
            assert_eq!(is_open(Heading::Client), to_client, "{ways:?}");
        }
    }
}
