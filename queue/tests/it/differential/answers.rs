//! What readers are told, compared with the model.

use super::{play::At, store::Store};
use queue::Queue;
use shared::{
    ids::DropId,
    line::{Epoch, EventPoint, TicketKey},
};
use simulation::line::LineModel;

/// Leases that are asked for, at most.
const LEASES: u32 = 1_000;

/// An open line that is asked about.
pub(super) struct Answers<'p> {
    pub(super) queue: &'p Queue,
    pub(super) drop_id: DropId,
    pub(super) line: &'p LineModel,
    /// Tickets that anybody keeps, wherever they are.
    pub(super) kept: Vec<TicketKey>,
    pub(super) at: &'p At,
}

impl Answers<'_> {
    /// Compares counts (QUEUE-2), states, positions, leases, events and the snapshot.
    pub(super) async fn compare(&self, store: &mut Store) {
        let Some(room) = self.line.room else { return };
        self.compare_counts(room.epoch).await;
        self.compare_states(room.epoch).await;
        self.compare_events().await;
        self.compare_lines(room.epoch, room.evn).await;
        self.compare_leases(room.epoch, store).await;
    }

    async fn compare_counts(&self, epoch: Epoch) {
        let counts = self.queue.counts(self.drop_id, epoch).await.unwrap();
        let sum = counts.waiting
            + counts.missed
            + counts.occupied
            + counts.left
            + counts.closed
            + counts.ordered;
        assert_eq!(counts.joined, sum, "QUEUE-2 after {}: {counts:?}", self.at);
    }

    async fn compare_states(&self, epoch: Epoch) {
        let live = self.line.tickets.values().map(|ticket| ticket.key);
        let keys: Vec<_> = self.kept.iter().copied().chain(live).collect();
        let states = self.queue.status(self.drop_id, epoch, &keys).await.unwrap();
        assert_eq!(states.len(), keys.len(), "{}", self.at);
        for (key, state) in keys.iter().zip(states) {
            assert_eq!(state, self.line.state_of(*key), "{key:?} after {}", self.at);
        }
    }

    async fn compare_events(&self) {
        let all = self.queue.events_after(self.drop_id, EventPoint::default(), 10_000).await;
        let events = all.unwrap().complete().unwrap().into_iter();
        let events: Vec<_> = events.map(|one| (one.point, one.event)).collect();
        assert_eq!(events, self.line.events, "events after {}", self.at);
    }

    async fn compare_lines(&self, epoch: Epoch, evn: u64) {
        let snapshot = self.queue.snapshot(self.drop_id, epoch).await.unwrap();
        assert_eq!(snapshot.point, EventPoint { epoch, evn }, "{}", self.at);
        let mut lines = self.line.lines();
        for found in snapshot.lines {
            let expected = lines.remove(&(found.lane, found.variant_id)).unwrap_or_default();
            let scores: Vec<_> = expected.iter().map(|ticket| ticket.score).collect();
            assert_eq!(found.scores, scores, "{}", self.at);
            let Some(last) = expected.last() else { continue };
            let (lane, variant_id, score) = (last.lane, last.intent.variant_id, last.score);
            let at = self.queue.position(self.drop_id, epoch, lane, variant_id, score).await;
            assert_eq!(at.unwrap().position, scores.len() as u64, "{}", self.at);
            let found = self.queue.find_by_account(self.drop_id, epoch, last.shopper_id).await;
            assert_eq!(found.unwrap().map(|(ticket, _)| ticket), Some(*last), "{}", self.at);
        }
        assert!(lines.is_empty(), "lines that the snapshot leaves out after {}", self.at);
    }

    /// Compares all leases, and those that have run out; time goes on while they are asked for.
    async fn compare_leases(&self, epoch: Epoch, store: &mut Store) {
        let all = self.line.leases();
        let found = self.queue.in_flight(self.drop_id, epoch).await.unwrap();
        assert_eq!(found, all, "leases after {}", self.at);
        let before_us = store.now_us().await;
        let expired = self.queue.expired_leases(self.drop_id, epoch, LEASES).await.unwrap();
        let after_us = store.now_us().await;
        let n_at = |us: i64| all.iter().take_while(|lease| lease.deadline_us <= us).count();
        assert_eq!(expired, all[..expired.len()], "expired leases after {}", self.at);
        assert!((n_at(before_us)..=n_at(after_us)).contains(&expired.len()), "{}", self.at);
    }
}
