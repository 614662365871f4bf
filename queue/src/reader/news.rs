//! Which rooms something happened in, as a cluster's nodes say it.

use crate::DropKeys;
use redis::{
    PushInfo, PushKind, Value,
    aio::{AsyncPushSender, SendError},
};
use shared::ids::DropId;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// What was heard since it was last asked for. It grows with rooms, not with messages.
#[derive(Clone, Debug, Default)]
pub(super) struct SlotNews(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    heard: Mutex<Heard>,
    arrived: Notify,
}

/// What was heard.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Rooms that may have new events.
    pub(super) changed: HashSet<DropId>,
    /// Rooms whose node no longer tells us: their slot went elsewhere.
    pub(super) silent: HashSet<DropId>,
    /// A connection broke: any room may have new events.
    pub(super) broken: bool,
}

impl SlotNews {
    /// Returns what was heard since the last call.
    pub(super) fn take(&self) -> Heard {
        std::mem::take(&mut *self.0.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until there is something to take; it may have been taken by then.
    pub(super) async fn arrived(&self) {
        self.0.arrived.notified().await;
    }
}

impl AsyncPushSender for SlotNews {
    fn send(&self, push: PushInfo) -> Result<(), SendError> {
        self.0.heard.lock().unwrap_or_else(PoisonError::into_inner).note(&push);
        self.0.arrived.notify_one();
        Ok(())
    }
}

impl Heard {
    fn note(&mut self, push: &PushInfo) {
        let room = || match push.data.first()? {
            Value::BulkString(channel) => DropKeys::drop_of(std::str::from_utf8(channel).ok()?),
            _ => None,
        };
        match push.kind {
            // What was said before a subscription was not heard.
            PushKind::SMessage | PushKind::SSubscribe => self.changed.extend(room()),
            PushKind::SUnsubscribe => self.silent.extend(room()),
            PushKind::Disconnection => self.broken = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(kind: PushKind, drop_id: DropId) -> PushInfo {
        let channel = DropKeys::new(drop_id).events();
        PushInfo { kind, data: vec![Value::BulkString(channel.into_bytes()), Value::Int(1)] }
    }

    #[tokio::test]
    async fn news_of_a_room_are_taken_once() {
        let (news, room, moved) = (SlotNews::default(), DropId::generate(), DropId::generate());
        for _ in 0..3 {
            news.send(push(PushKind::SMessage, room)).unwrap();
        }
        news.send(push(PushKind::SUnsubscribe, moved)).unwrap();
        news.arrived().await;
        let heard = news.take();
        assert_eq!((heard.changed, heard.silent), ([room].into(), [moved].into()));
        assert_eq!(news.take(), Heard::default());
    }
}
