//! Which events of a log are a drop's own chain.
//!
//! Each event names the hash of the one before, so copies, and whatever does not continue the chain,
//! are passed over. Hashes alone do not settle a fork: a write that was given up may still land,
//! behind the event that the next epoch follows. The epoch decides: the chain is cut back to the event
//! that it follows, and what came late behind that one does not count.

use crate::{
    line::{ChainHash, Epoch, Follows},
    messages::QueueEventV1,
};
use std::collections::{BTreeMap, HashMap};

/// The event that each epoch of a drop follows; a first one follows none.
pub type Followed = BTreeMap<Epoch, Follows>;

/// Follows a drop's chain through the events of a log.
#[derive(Clone, Debug)]
pub struct EventChain {
    last: Option<ChainHash>,
    /// Events behind which an epoch begins: nothing else may follow them. Zeros stand for the
    /// beginning of the log.
    forks: HashMap<ChainHash, Epoch>,
}

impl EventChain {
    /// Creates the chain that leads to `epoch`, behind the event `last`. Without it, the first event
    /// that is taken begins the chain.
    #[must_use]
    pub fn new(last: Option<ChainHash>, mut epoch: Epoch, followed: &Followed) -> Self {
        let mut forks = HashMap::new();
        while let Some(Follows { point, hash }) = followed.get(&epoch)
            && point.epoch < epoch
        {
            forks.insert(*hash, epoch);
            epoch = point.epoch;
        }
        // Nor may another epoch begin the chain: one whose writes were given up before any had landed.
        if !forks.is_empty() {
            forks.insert(ChainHash::default(), epoch);
        }
        Self { last, forks }
    }

    /// Takes an event that is intact; returns whether it is the next of the chain.
    pub fn take(&mut self, event: &QueueEventV1) -> bool {
        let is_next = self.last.is_none_or(|last| last == event.previous);
        let is_other_fork =
            self.forks.get(&event.previous).is_some_and(|epoch| *epoch != event.epoch);
        if !is_next || is_other_fork {
            return false;
        }
        self.last = Some(event.hash);
        true
    }

    /// Returns the hash of the last event that was taken.
    #[must_use]
    pub const fn last(&self) -> Option<ChainHash> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        drops::CloseReason,
        ids::DropId,
        line::{EventPoint, RoomEvent},
    };

    fn event(drop_id: DropId, epoch: u32, evn: u64, previous: ChainHash) -> QueueEventV1 {
        let point = EventPoint { epoch: Epoch(epoch), evn };
        let event = RoomEvent::Ended { reason: CloseReason::Closed };
        QueueEventV1::chained(drop_id, point, 5, event, previous)
    }

    fn behind(event: &QueueEventV1) -> Follows {
        Follows { point: event.point(), hash: event.hash }
    }

    fn taken(chain: &mut EventChain, events: &[&QueueEventV1]) -> Vec<bool> {
        events.iter().map(|event| chain.take(event)).collect()
    }

    #[test]
    fn copies_and_strangers_are_passed_over() {
        let id = DropId::generate();
        let first = event(id, 1, 1, ChainHash::default());
        let second = event(id, 1, 2, first.hash);
        let stranger = event(DropId::generate(), 1, 3, ChainHash::default());
        let mut chain = EventChain::new(None, Epoch(1), &Followed::new());
        let events = [&first, &first, &stranger, &second, &first];
        assert_eq!(taken(&mut chain, &events), [true, false, false, true, false]);
        assert_eq!(chain.last(), Some(second.hash));
    }

    #[test]
    fn what_lands_late_behind_the_event_that_an_epoch_follows_does_not_count() {
        let id = DropId::generate();
        let first = event(id, 1, 1, ChainHash::default());
        let late = event(id, 1, 2, first.hash);
        let later = event(id, 1, 3, late.hash);
        let begun = event(id, 2, 1, first.hash);
        let joined = event(id, 2, 2, begun.hash);
        let followed = Followed::from([(Epoch(2), behind(&first))]);
        let mut chain = EventChain::new(None, Epoch(2), &followed);
        let events = [&first, &late, &later, &begun, &joined, &later];
        assert_eq!(taken(&mut chain, &events), [true, false, false, true, true, false]);
    }

    #[test]
    fn what_lands_late_before_the_first_event_of_all_does_not_begin_the_chain() {
        let id = DropId::generate();
        let late = event(id, 1, 1, ChainHash::default());
        let first = event(id, 2, 1, ChainHash::default());
        let begun = event(id, 3, 1, first.hash);
        let followed = Followed::from([(Epoch(3), behind(&first))]);
        let mut chain = EventChain::new(None, Epoch(3), &followed);
        assert_eq!(taken(&mut chain, &[&late, &first, &begun]), [false, true, true]);
    }

    #[test]
    fn an_epoch_that_none_follows_cuts_nothing_off() {
        let id = DropId::generate();
        let first = event(id, 1, 1, ChainHash::default());
        let second = event(id, 1, 2, first.hash);
        let begun = event(id, 3, 1, second.hash);
        // Epoch 2 was begun behind the first event and never opened.
        let followed = Followed::from([(Epoch(2), behind(&first)), (Epoch(3), behind(&second))]);
        let mut chain = EventChain::new(None, Epoch(3), &followed);
        assert_eq!(taken(&mut chain, &[&first, &second, &begun]), [true, true, true]);
    }
}
