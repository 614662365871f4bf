//! The events of all rooms of this instance, read with one command on one connection and handed to
//! the loops of their drops.
//!
//! For a loop that is behind, no more than a few batches are read ahead, so that one slow log neither
//! fills the memory nor holds up another. It can begin anew at any event: the events stay in Redis
//! until the log has them.

use crate::causes::with_causes;
use parking_lot::Mutex;
use queue::{EventBatch, EventReader};
use shared::{ids::DropId, line::EventPoint};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// How long one read waits for events. A room that was added meanwhile waits for the next read.
const WAIT: Duration = Duration::from_millis(250);
/// The same while some rooms are left out, because their loops are behind.
const WAIT_FOR_OTHERS: Duration = Duration::from_millis(5);
/// Pause after a read that found something: what happens meanwhile is read together.
const GATHER: Duration = Duration::from_millis(5);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(200);
/// Events of one batch.
const BATCH: u32 = 200;
/// Batches that a loop may be behind.
const AHEAD: usize = 2;

/// Where loops ask for the events of their rooms; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    followers: Arc<Mutex<HashMap<DropId, Follower>>>,
    reconnects: watch::Sender<u64>,
}

#[derive(Debug)]
struct Follower {
    /// The last event that was handed over.
    after: EventPoint,
    batches: mpsc::Sender<EventBatch>,
}

/// The events of one room, as they happen.
#[derive(Debug)]
pub(super) struct RoomEvents {
    batches: mpsc::Receiver<EventBatch>,
    reconnects: watch::Receiver<u64>,
}

/// What a loop hears.
#[derive(Debug)]
pub(super) enum RoomNews {
    /// Events, in their order.
    Events(EventBatch),
    /// Redis was away, or looks like another one now.
    Reconnected,
    /// Nothing will come any more; the events have to be asked for anew.
    Ended,
}

impl Default for Feed {
    fn default() -> Self {
        Self { followers: Arc::default(), reconnects: watch::Sender::new(0) }
    }
}

impl RoomEvents {
    /// Waits for the next. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> RoomNews {
        tokio::select! {
            batch = self.batches.recv() => batch.map_or(RoomNews::Ended, RoomNews::Events),
            changed = self.reconnects.changed() => match changed {
                Ok(()) => RoomNews::Reconnected,
                Err(_) => RoomNews::Ended,
            },
        }
    }
}

impl Feed {
    /// Asks for the events of a room behind `after`. Who asked before gets no more.
    pub(super) fn follow(&self, drop_id: DropId, after: EventPoint) -> RoomEvents {
        let (sender, batches) = mpsc::channel(AHEAD);
        self.followers.lock().insert(drop_id, Follower { after, batches: sender });
        RoomEvents { batches, reconnects: self.reconnects.subscribe() }
    }

    /// Tells all loops that Redis may be another one now.
    pub(super) fn note_reconnect(&self) {
        self.reconnects.send_modify(|n_times| *n_times += 1);
    }

    /// Reads until told to stop.
    pub(super) async fn run(self, mut reader: EventReader, stop: CancellationToken) {
        let mut is_away = false;
        while !stop.is_cancelled() {
            let (rooms, wait) = self.rooms();
            if rooms.is_empty() {
                stop.run_until_cancelled(sleep(wait)).await;
                continue;
            }
            match reader.read(&rooms, wait, BATCH).await {
                Ok(batches) => {
                    if std::mem::take(&mut is_away) {
                        self.note_reconnect();
                    }
                    if !batches.is_empty() {
                        self.hand_over(&rooms, batches);
                        sleep(GATHER).await;
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut is_away, true) {
                        let error = with_causes(error);
                        tracing::warn!(error, "could not read room events; trying again");
                    }
                    stop.run_until_cancelled(sleep(PAUSE)).await;
                }
            }
        }
    }

    /// Returns the rooms that may be read, with the last event of each, and how long to wait.
    fn rooms(&self) -> (Vec<(DropId, EventPoint)>, Duration) {
        let mut followers = self.followers.lock();
        followers.retain(|_, follower| !follower.batches.is_closed());
        let ready = followers.iter().filter(|(_, follower)| follower.batches.capacity() > 0);
        let rooms: Vec<_> = ready.map(|(drop_id, follower)| (*drop_id, follower.after)).collect();
        let wait = if rooms.len() < followers.len() { WAIT_FOR_OTHERS } else { WAIT };
        (rooms, wait)
    }

    fn hand_over(&self, rooms: &[(DropId, EventPoint)], batches: Vec<(DropId, EventBatch)>) {
        let asked: HashMap<_, _> = rooms.iter().copied().collect();
        let mut followers = self.followers.lock();
        for (drop_id, batch) in batches {
            let Some(follower) = followers.get_mut(&drop_id) else { continue };
            // Who has asked anew meanwhile may need others.
            if asked.get(&drop_id) != Some(&follower.after) {
                continue;
            }
            follower.after = batch.events.last().map_or(follower.after, |event| event.point);
            let is_readable = batch.unreadable.is_none();
            let is_taken = follower.batches.try_send(batch).is_ok();
            // Behind an event that cannot be read there is nothing to hand over.
            if !is_readable || !is_taken {
                followers.remove(&drop_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use queue::StoredEvent;
    use shared::{
        drops::CloseReason,
        line::{Epoch, RoomEvent},
    };

    fn point(evn: u64) -> EventPoint {
        EventPoint { epoch: Epoch(1), evn }
    }

    fn batch(evns: &[u64]) -> EventBatch {
        let stored = |evn: &u64| StoredEvent {
            point: point(*evn),
            at_us: 0,
            event: RoomEvent::Ended { reason: CloseReason::Closed },
        };
        EventBatch { events: evns.iter().map(stored).collect(), unreadable: None }
    }

    #[tokio::test]
    async fn a_loop_gets_its_events_in_their_order() {
        let (feed, drop_id) = (Feed::default(), DropId::generate());
        let mut events = feed.follow(drop_id, point(3));
        let (rooms, wait) = feed.rooms();
        assert_eq!((rooms.as_slice(), wait), ([(drop_id, point(3))].as_slice(), WAIT));
        feed.hand_over(&rooms, vec![(drop_id, batch(&[4, 5]))]);
        let RoomNews::Events(heard) = events.next().await else { panic!("expected events") };
        assert_eq!(heard.events.len(), 2);
        assert_eq!(feed.rooms().0, [(drop_id, point(5))], "read on behind them");
    }

    #[tokio::test]
    async fn a_loop_that_is_behind_is_left_out_and_holds_up_no_other() {
        let (feed, slow, other) = (Feed::default(), DropId::generate(), DropId::generate());
        let _slow = feed.follow(slow, point(0));
        let _other = feed.follow(other, point(0));
        for evn in 1..=AHEAD as u64 {
            let (rooms, _) = feed.rooms();
            feed.hand_over(&rooms, vec![(slow, batch(&[evn]))]);
        }
        assert_eq!(feed.rooms(), (vec![(other, point(0))], WAIT_FOR_OTHERS));
    }

    #[tokio::test]
    async fn who_asks_anew_gets_nothing_that_was_read_for_the_one_before() {
        let (feed, drop_id) = (Feed::default(), DropId::generate());
        let _before = feed.follow(drop_id, point(7));
        let (rooms, _) = feed.rooms();
        let mut events = feed.follow(drop_id, point(2));
        feed.hand_over(&rooms, vec![(drop_id, batch(&[8]))]);
        feed.hand_over(&feed.rooms().0, vec![(drop_id, batch(&[3]))]);
        let RoomNews::Events(heard) = events.next().await else { panic!("expected events") };
        assert_eq!(heard.events[0].point, point(3));
    }

    #[tokio::test]
    async fn a_room_that_nobody_follows_any_more_is_not_read() {
        let feed = Feed::default();
        drop(feed.follow(DropId::generate(), point(0)));
        assert!(feed.rooms().0.is_empty());
    }
}
