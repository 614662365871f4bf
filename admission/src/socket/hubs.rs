//! The hubs of all rooms that somebody listens to.

use super::{Hub, Outlet, Seen, fanout};
use crate::room::{Room, RoomObserver};
use parking_lot::Mutex;
use queue::Queue;
use shared::{
    credentials::TicketClaims,
    ids::{DropId, TicketId},
    supervise::supervise,
};
use std::{
    collections::HashMap,
    ptr,
    sync::{Arc, Weak},
    time::Instant,
};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

/// One hub per room, from the room's first listener on.
pub(crate) struct Hubs {
    queue: Queue,
    soft: CancellationToken,
    by_drop: Mutex<HashMap<DropId, OpenHub>>,
}

/// A hub, and the room that tells it of its changes: a drop's room may be forgotten and followed
/// again.
struct OpenHub {
    room: Weak<Room>,
    hub: Arc<Hub>,
}

/// A listener's seat in a hub; dropped, it is free again.
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    ticket_id: TicketId,
    outlet: Arc<Outlet>,
    /// Keeps the fan-out going.
    _room: Arc<Room>,
}

impl Hubs {
    /// Nobody listens yet. `soft` ends the fan-outs.
    pub(crate) fn new(queue: Queue, soft: CancellationToken) -> Arc<Self> {
        Arc::new(Self { queue, soft, by_drop: Mutex::default() })
    }

    /// Has somebody listen to a room; the first opens its hub.
    pub(crate) fn subscribe(
        &self,
        room: Arc<Room>,
        claims: TicketClaims,
        seen: Option<Seen>,
        now: Instant,
    ) -> Subscription {
        let hub = self.of(&room, now);
        let outlet = hub.subscribe(claims, seen, now);
        Subscription { hub, ticket_id: claims.ticket.ticket_id, outlet, _room: room }
    }

    /// The hub of a room that somebody has listened to.
    pub(crate) fn known(&self, drop_id: DropId) -> Option<Arc<Hub>> {
        self.by_drop.lock().get(&drop_id).map(|open| Arc::clone(&open.hub))
    }

    pub(super) fn all(&self) -> Vec<Arc<Hub>> {
        self.by_drop.lock().values().map(|open| Arc::clone(&open.hub)).collect()
    }

    fn of(&self, room: &Arc<Room>, now: Instant) -> Arc<Hub> {
        let mut by_drop = self.by_drop.lock();
        if let Some(open) = by_drop.get(&room.drop_id).filter(|open| open.is_of(room)) {
            return Arc::clone(&open.hub);
        }
        // Hubs of rooms that were forgotten go, too.
        by_drop.retain(|_, open| open.room.strong_count() > 0);
        let hub = self.open(room, now);
        let open = OpenHub { room: Arc::downgrade(room), hub: Arc::clone(&hub) };
        by_drop.insert(room.drop_id, open);
        hub
    }

    fn open(&self, room: &Arc<Room>, now: Instant) -> Arc<Hub> {
        let hub = Arc::new(Hub::new(now));
        room.observe(Arc::clone(&hub) as Arc<dyn RoomObserver>);
        let (weak, queue, soft) = (Arc::downgrade(room), self.queue.clone(), self.soft.clone());
        let told = Arc::clone(&hub);
        let start =
            move || fanout::run(Weak::clone(&weak), Arc::clone(&told), queue.clone(), soft.clone());
        // Not waited for at a stop: the connections that it tells are.
        tokio::spawn(supervise(self.soft.clone(), start, on_panic(room.drop_id, &hub)));
        hub
    }
}

/// What is done when the fan-out of a drop has panicked.
fn on_panic(drop_id: DropId, hub: &Arc<Hub>) -> impl Fn(JoinError) + Send + use<> {
    let hub = Arc::clone(hub);
    move |error| {
        tracing::error!(
            drop.id = %drop_id, %error,
            "the fan-out of drop {drop_id} broke off; starting it again"
        );
        // What it had taken up and not told is lost, so the next one looks at everybody.
        hub.replaced();
    }
}

impl OpenHub {
    fn is_of(&self, room: &Arc<Room>) -> bool {
        ptr::eq(self.room.as_ptr(), Arc::as_ptr(room))
    }
}

impl Subscription {
    /// Where the listener finds its frames.
    pub(crate) const fn outlet(&self) -> &Arc<Outlet> {
        &self.outlet
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.unsubscribe(self.ticket_id, &self.outlet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use shared::{
        ids::{ShopperId, VariantId},
        line::{Epoch, Intent, JoinedTicket, Lane, Score},
    };
    use std::sync::atomic::{AtomicU32, Ordering};

    fn claims() -> TicketClaims {
        let ticket = JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: Score::new(Epoch(1), 1),
            intent: Intent { variant_id: VariantId::generate(), units: 1 },
            joined_at_ms: 0,
        };
        TicketClaims { drop_id: DropId::generate(), ticket, expires_at_ms: i64::MAX, key: None }
    }

    /// Supervises a fan-out that panics so many times; returns how often it was started, and
    /// whether somebody who listens is to be looked at since.
    async fn supervised(n_panics: u32) -> (u32, bool) {
        let hub = Arc::new(Hub::new(Instant::now()));
        let _outlet = hub.subscribe(claims(), None, Instant::now());
        hub.woken().await;
        let n_starts = AtomicU32::new(0);
        let start = || {
            let is_well = n_starts.fetch_add(1, Ordering::Relaxed) >= n_panics;
            async move { assert!(is_well, "a fan-out that breaks off") }
        };
        let on_panic = on_panic(DropId::generate(), &hub);
        supervise(CancellationToken::new(), start, on_panic).await;
        (n_starts.into_inner(), hub.woken().now_or_never().is_some())
    }

    #[tokio::test]
    async fn a_fan_out_that_panics_is_started_again_and_looks_at_everybody() {
        assert_eq!(supervised(1).await, (2, true));
    }

    #[tokio::test]
    async fn a_fan_out_that_ends_leaves_nobody_to_look_at() {
        assert_eq!(supervised(0).await, (1, false));
    }
}
