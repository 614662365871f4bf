//! The calls under way, counted by drop.

use crate::causes::with_causes;
use shared::{ids::DropId, telemetry::CounterName};
use std::{
    collections::{BTreeMap, HashMap},
    future::pending,
};
use tokio::task::{Id, JoinError, JoinSet};

/// The calls under way.
#[derive(Debug, Default)]
pub(super) struct Calls {
    tasks: JoinSet<()>,
    drops: HashMap<Id, DropId>,
    by_drop: BTreeMap<DropId, i64>,
}

impl Calls {
    pub(super) fn start(
        &mut self,
        drop_id: DropId,
        call: impl Future<Output = ()> + Send + 'static,
    ) {
        let id = self.tasks.spawn(call).id();
        self.drops.insert(id, drop_id);
        *self.by_drop.entry(drop_id).or_default() += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.drops.len()
    }

    /// Returns how many there are for each drop that has any.
    pub(super) const fn by_drop(&self) -> &BTreeMap<DropId, i64> {
        &self.by_drop
    }

    /// Waits until one has ended: for ever, if there is none.
    pub(super) async fn next_end(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.forget(ended),
            None => pending().await,
        }
    }

    /// Takes note of all that have ended.
    pub(super) fn take_ended(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.forget(ended);
        }
    }

    /// Waits until all have ended.
    pub(super) async fn finish(mut self) {
        while self.len() > 0 {
            self.next_end().await;
        }
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                CounterName::WorkerPanics.get().increment(1);
                let (id, error) = (error.id(), with_causes(error));
                tracing::error!(
                    error,
                    "a call to the provider broke off; it is made again when its claim is over"
                );
                id
            }
        };
        let Some(drop_id) = self.drops.remove(&id) else { return };
        if let Some(n) = self.by_drop.get_mut(&drop_id) {
            *n -= 1;
        }
        self.by_drop.retain(|_, n| *n > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;

    #[tokio::test]
    async fn calls_are_counted_until_they_end_however_they_do() {
        let (mut calls, drop_id) = (Calls::default(), DropId::generate());
        calls.start(drop_id, ready(()));
        calls.start(drop_id, async {
            panic!("a call that breaks off");
        });
        calls.start(DropId::generate(), pending());
        assert_eq!((calls.len(), calls.by_drop()[&drop_id]), (3, 2));
        calls.next_end().await;
        calls.next_end().await;
        assert_eq!((calls.len(), calls.by_drop().get(&drop_id)), (1, None));
    }
}
