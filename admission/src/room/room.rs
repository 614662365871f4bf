//! One room: its header, its replica, what is asked of its line.

use super::{
    Replica, RoomError, RoomObserver,
    batches::CalledLine,
    header::TrustedHeader,
    joins::JoinBatcher,
    live_replica::LiveReplica,
    presence::{FrontPolls, watched_to},
    rest::Rest,
    statuses::StatusBatcher,
    unreadable::UnreadableEvents,
};
use parking_lot::Mutex;
use queue::{Queue, StoredEvent, UnreadableEvent};
use shared::{
    drops::CloseReason,
    ids::{DropId, TicketId},
    line::{EventPoint, PresenceMark, RoomHeader},
    telemetry::with_causes,
};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A room that this instance follows.
pub(crate) struct Room {
    pub(crate) drop_id: DropId,
    pub(crate) joins: JoinBatcher,
    pub(crate) statuses: StatusBatcher,
    header: Arc<TrustedHeader>,
    replica: LiveReplica,
    unreadable: Mutex<UnreadableEvents>,
    rest: Mutex<Rest>,
    polls: FrontPolls,
    observer: OnceLock<Arc<dyn RoomObserver>>,
}

impl Room {
    /// Makes a room that nothing is known of yet. `look_again` wakes the keeper.
    pub(super) fn new(
        drop_id: DropId,
        queue: &Queue,
        look_again: Arc<Notify>,
        hard: CancellationToken,
    ) -> Self {
        let header = TrustedHeader::new(look_again);
        let line = CalledLine { drop_id, header: Arc::clone(&header), queue: queue.clone() };
        Self {
            drop_id,
            joins: JoinBatcher::start(line.clone(), hard.clone()),
            statuses: StatusBatcher::start(line, hard),
            header,
            replica: LiveReplica::new(),
            unreadable: Mutex::new(UnreadableEvents::new(Instant::now())),
            rest: Mutex::new(Rest::new(Instant::now())),
            polls: FrontPolls::default(),
            observer: OnceLock::new(),
        }
    }

    /// Tells this observer of every change from now on. A room has one; a second is not told.
    pub(crate) fn observe(&self, observer: Arc<dyn RoomObserver>) {
        let _ = self.observer.set(observer);
    }

    /// Returns the room's header, or [`RoomError::Rebuilding`] while its line cannot be used.
    pub(crate) fn header(&self) -> Result<Arc<RoomHeader>, RoomError> {
        self.header.get()
    }

    /// Takes over what Redis said of the room; `None` if it knows no such room.
    pub(super) fn set_header(&self, header: Option<RoomHeader>) {
        if let Some(header) = &header {
            self.replica.observe(header);
        }
        self.header.set(header);
    }

    /// Notes that Redis did not answer.
    pub(super) fn note_failure(&self) {
        self.header.note_failure();
    }

    /// Notes that Redis knows another line than we do, and has the keeper look at once.
    pub(crate) fn distrust(&self) {
        self.header.distrust();
    }

    /// Whether there is a replica, of the epoch that is open.
    pub(crate) fn is_live(&self) -> bool {
        self.feed_point().is_some()
    }

    /// Looks at the replica, if there is one. Be short: the feed waits meanwhile.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Replica) -> T) -> Option<T> {
        self.replica.read(look)
    }

    /// Begins to load the replica of the open epoch, unless it is there or being loaded.
    pub(super) fn begin_loading(&self) -> bool {
        self.replica.begin_loading(self.header.epoch())
    }

    /// Ends loading without a replica.
    pub(super) fn give_up_loading(&self) {
        self.replica.give_up_loading();
    }

    /// Ends loading with this replica.
    pub(super) fn install(&self, replica: Replica) {
        self.replica.install(replica);
        if let Some(observer) = self.observer.get() {
            observer.replaced();
        }
    }

    /// Applies what the feed read. False when an event is missing: then the replica is gone, and
    /// the header stays, so joins go on.
    pub(super) fn apply(&self, events: &[StoredEvent]) -> bool {
        let (applied, is_dense) = self.replica.apply(events);
        // Only now that the lock is free: an observer takes its own.
        if let Some(observer) = self.observer.get() {
            applied.iter().for_each(|event| observer.applied(event));
        }
        is_dense
    }

    /// Drops the replica if this event, which cannot be read, stands behind it. Returns whether it
    /// did; the header stays, as at a gap.
    pub(super) fn stop_at(&self, event: &UnreadableEvent) -> bool {
        let is_stopped = self.replica.stop_at(event.point);
        if is_stopped {
            self.note_unreadable(event);
        }
        is_stopped
    }

    /// Notes an event that cannot be read: snapshots become rarer, and the first of each kind is
    /// logged.
    pub(super) fn note_unreadable(&self, event: &UnreadableEvent) {
        if self.unreadable.lock().note(&event.kind, Instant::now()) {
            let (kind, error) = (&event.kind, with_causes(&event.error));
            tracing::warn!(
                drop.id = %self.drop_id, kind, error,
                "cannot read an event of kind {kind:?}: going on from a snapshot behind each"
            );
        }
    }

    /// When the next snapshot may be taken.
    pub(super) fn snapshot_at(&self) -> Instant {
        self.unreadable.lock().snapshot_at()
    }

    /// Tells the observer that the drop is over.
    pub(super) fn end(&self, reason: CloseReason) {
        if let Some(observer) = self.observer.get() {
            observer.over(reason);
        }
    }

    /// Whether an observer still needs the room.
    pub(super) fn is_needed(&self) -> bool {
        self.observer.get().is_some_and(|observer| observer.is_needed())
    }

    /// Notes that somebody asks about the room. Returns whether nobody has in a while, so that what is
    /// known of it may be old.
    pub(super) fn note_question(&self) -> bool {
        self.rest.lock().note_question(Instant::now())
    }

    /// Notes somebody who was told this position, and when to ask again: near the front that counts as
    /// being there.
    pub(crate) fn note_poll(&self, ticket_id: TicketId, position: Option<u64>, again: Duration) {
        let presence = self.header().ok().and_then(|header| header.config.presence);
        let is_near = |presence| position.is_some_and(|position| position <= watched_to(presence));
        if presence.is_some_and(is_near) {
            self.polls.note(ticket_id, Instant::now() + again);
        }
    }

    /// Returns those who poll near the front.
    pub(crate) fn polls(&self) -> Vec<PresenceMark> {
        self.polls.marks(Instant::now())
    }

    /// Whether it is time to tell the room who is there.
    pub(crate) fn is_mark_due(&self, every: Duration) -> bool {
        self.polls.is_due(every, Instant::now())
    }

    /// Whether the keeper looks at the room now. One that is lost is never at rest.
    pub(super) fn is_due(&self) -> bool {
        let nobody_waits = self.is_live() && self.read(Replica::waiting) == Some(0);
        let is_quiet = nobody_waits && !self.is_needed();
        self.rest.lock().is_due(is_quiet, Instant::now())
    }

    /// Where the feed goes on reading; `None` while there is nothing to go on from.
    pub(super) fn feed_point(&self) -> Option<EventPoint> {
        let point = self.read(Replica::point)?;
        (self.header.epoch() == Some(point.epoch)).then_some(point)
    }

    /// Events that the room had at the last look and that the replica still lacks; all of them
    /// while there is no replica.
    pub(super) fn n_behind(&self) -> u64 {
        let Ok(header) = self.header() else { return 0 };
        let reached = self.feed_point().map_or(0, |point| point.evn);
        header.evn.saturating_sub(reached)
    }

    /// Looks at the replica until something is found; `None` when the events that would show it do
    /// not come in time.
    pub(crate) async fn until<T>(&self, look: impl Fn(&Replica) -> Option<T>) -> Option<T> {
        self.replica.until(look).await
    }

    /// Waits until the replica has this event; [`RoomError::Rebuilding`] when it does not come.
    pub(crate) async fn reach(&self, point: EventPoint) -> Result<(), RoomError> {
        self.replica.reach(point).await
    }
}

#[cfg(test)]
mod tests;
