//! The hubs of all rooms that somebody listens to.

use super::{Hub, Outlet, Seen, fanout};
use crate::room::{Room, RoomObserver};
use parking_lot::Mutex;
use queue::Queue;
use shared::{
    credentials::TicketClaims,
    ids::{DropId, TicketId},
};
use std::{
    collections::HashMap,
    ptr,
    sync::{Arc, Weak},
    time::Instant,
};
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
        let hub = self.of(&room);
        let outlet = hub.subscribe(claims, seen, now);
        Subscription { hub, ticket_id: claims.ticket.ticket_id, outlet, _room: room }
    }

    /// The hub of a room that somebody has listened to.
    pub(super) fn known(&self, drop_id: DropId) -> Option<Arc<Hub>> {
        self.by_drop.lock().get(&drop_id).map(|open| Arc::clone(&open.hub))
    }

    pub(super) fn all(&self) -> Vec<Arc<Hub>> {
        self.by_drop.lock().values().map(|open| Arc::clone(&open.hub)).collect()
    }

    fn of(&self, room: &Arc<Room>) -> Arc<Hub> {
        let mut by_drop = self.by_drop.lock();
        if let Some(open) = by_drop.get(&room.drop_id).filter(|open| open.is_of(room)) {
            return Arc::clone(&open.hub);
        }
        // Hubs of rooms that were forgotten go, too.
        by_drop.retain(|_, open| open.room.strong_count() > 0);
        let hub = self.open(room);
        let open = OpenHub { room: Arc::downgrade(room), hub: Arc::clone(&hub) };
        by_drop.insert(room.drop_id, open);
        hub
    }

    fn open(&self, room: &Arc<Room>) -> Arc<Hub> {
        let hub = Arc::new(Hub::default());
        room.observe(Arc::clone(&hub) as Arc<dyn RoomObserver>);
        let (weak, queue, soft) = (Arc::downgrade(room), self.queue.clone(), self.soft.clone());
        // Not waited for at a stop: the connections that it tells are.
        tokio::spawn(fanout::run(weak, Arc::clone(&hub), queue, soft));
        hub
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
