//! Those who listen to one room.
//!
//! Events are only noted here, since the feed of all rooms brings them; the fan-out's task takes
//! them up and tells who is due.

use super::{Outlet, Seen, news::News, watch::Watch};
use crate::room::{Replica, RoomObserver};
use parking_lot::Mutex;
use queue::Hint;
use shared::{
    credentials::TicketClaims,
    drops::CloseReason,
    ids::TicketId,
    line::{AttachOutcome, JoinedTicket, LineState, RoomEvent, TicketKey},
};
use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::sync::Notify;

/// The listeners of a room, and what happened to it since they were looked at.
pub struct Hub {
    watch: Mutex<Watch>,
    news: Mutex<News>,
    n_listeners: AtomicUsize,
    /// Wakes the fan-out before its next tick.
    wake: Notify,
}

impl Hub {
    /// Nobody listens yet.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            watch: Mutex::new(Watch::new(now)),
            news: Mutex::default(),
            n_listeners: AtomicUsize::new(0),
            wake: Notify::new(),
        }
    }

    /// Adds a listener. Returns where its frames go.
    pub fn subscribe(&self, claims: TicketClaims, seen: Option<Seen>, now: Instant) -> Arc<Outlet> {
        let outlet = self.change(|watch| watch.subscribe(claims.ticket, seen, now));
        self.wake.notify_one();
        outlet
    }

    /// Forgets a listener whose connection is gone.
    pub(super) fn unsubscribe(&self, ticket_id: TicketId, outlet: &Arc<Outlet>) {
        self.change(|watch| watch.unsubscribe(ticket_id, outlet));
    }

    /// Changes who listens.
    fn change<T>(&self, change: impl FnOnce(&mut Watch) -> T) -> T {
        let mut watch = self.watch.lock();
        let changed = change(&mut watch);
        self.n_listeners.store(watch.n_listeners(), Ordering::Release);
        changed
    }

    /// Whether nobody listens.
    pub(super) fn is_empty(&self) -> bool {
        self.n_listeners.load(Ordering::Acquire) == 0
    }

    /// Notes an event that the replica has applied, to be looked at soon.
    pub fn hear(&self, event: &RoomEvent) {
        self.note(|news| news.note(event));
    }

    fn note(&self, note: impl FnOnce(&mut News)) {
        if !self.is_empty() {
            note(&mut self.news.lock());
            self.wake.notify_one();
        }
    }

    /// Waits for something that is to be looked at soon.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes up what was noted; each look begins with it.
    pub fn catch_up(&self, now: Instant) {
        let news = mem::take(&mut *self.news.lock());
        self.watch.lock().take(news, now);
    }

    /// Tells some of those who are due. Returns whether there are more: so many frames are written
    /// that others should have a turn first.
    pub fn look(&self, replica: Option<&Replica>, now: Instant) -> bool {
        self.watch.lock().look(replica, now)
    }

    /// The tickets of those who listen at positions up to this one.
    pub(crate) fn front(&self, to: u64) -> Vec<TicketId> {
        let mut watch = self.watch.lock();
        let is_news = watch.front_to() != to;
        let front = watch.front(to);
        if is_news {
            self.wake.notify_one();
        }
        front
    }

    /// Up to `n` tickets that Redis is to be asked about.
    pub(super) fn take_questions(&self, n: usize) -> Vec<TicketKey> {
        self.watch.lock().take_questions(n)
    }

    /// Whether Redis is to be asked.
    pub(super) fn has_questions(&self) -> bool {
        self.watch.lock().has_questions()
    }

    /// Takes a hint.
    pub(super) fn hint(&self, ticket_id: TicketId, hint: Hint, now: Instant) {
        self.watch.lock().with(ticket_id, |one| match hint {
            Hint::Admitting => one.admitting(now),
            Hint::Held => one.held(now),
            Hint::Order(state) => one.order(state, now),
        });
    }

    /// Takes what Redis said. Returns the tickets that have to be attached.
    pub(super) fn settle(
        &self,
        answers: impl Iterator<Item = (TicketId, LineState)>,
        now: Instant,
    ) -> Vec<JoinedTicket> {
        let mut to_attach = Vec::new();
        for (ticket_id, status) in answers {
            let mut attach = None;
            self.watch.lock().with(ticket_id, |one| attach = one.settle(status, now).or(attach));
            to_attach.extend(attach);
        }
        to_attach
    }

    /// Takes what became of a ticket that was to be attached.
    pub(super) fn attached(&self, ticket_id: TicketId, outcome: AttachOutcome, now: Instant) {
        self.watch.lock().with(ticket_id, |one| match outcome {
            // Its event brings its position.
            AttachOutcome::Attached
            | AttachOutcome::Returned
            | AttachOutcome::Known(LineState::Unknown) => {}
            AttachOutcome::Known(status) => {
                one.settle(status, now);
            }
            AttachOutcome::Replaced(_) | AttachOutcome::Refused(_) => {
                one.closed(CloseReason::Replaced);
            }
            AttachOutcome::Ended(reason) => one.closed(reason),
            AttachOutcome::Impossible => one.impossible(),
        });
    }

    /// Has Redis asked about everybody who is past waiting: hints may have been lost.
    pub(super) fn ask_all(&self, now: Instant) {
        self.watch.lock().ask_all(now);
        self.wake.notify_one();
    }
}

impl RoomObserver for Hub {
    fn applied(&self, event: &RoomEvent) {
        self.hear(event);
    }

    fn replaced(&self) {
        self.note(|news| news.is_replaced = true);
    }

    fn over(&self, reason: CloseReason) {
        self.note(|news| news.over = Some(reason));
    }

    fn is_needed(&self) -> bool {
        !self.is_empty()
    }
}
