//! A settler for each drop with answers; it comes and goes with them.

use super::settler::Settler;
use crate::{app::App, causes::with_causes, line_updates::LineUpdater};
use database::money::payments::Answer;
use parking_lot::Mutex;
use shared::{ids::DropId, shutdown::Shutdown, telemetry::CounterName};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};
use tokio::sync::{
    Notify,
    mpsc::{self, Sender, error::SendError},
};

/// Answers of a drop that wait, at most; a call keeps its place until its answer is taken.
const WAITING: usize = 1000;

type Queues = Arc<Mutex<HashMap<DropId, Sender<Answer>>>>;

/// Takes answers; clones hand them to the same settlers.
#[derive(Clone)]
pub(super) struct Settlers {
    app: App,
    updater: LineUpdater,
    shutdown: Shutdown,
    queues: Queues,
    settled: Arc<Notify>,
}

impl Settlers {
    pub(super) fn new(app: App, updater: LineUpdater, shutdown: Shutdown) -> Self {
        Self { app, updater, shutdown, queues: Arc::default(), settled: Arc::default() }
    }

    /// Hands an answer to the settler of its drop.
    pub(super) async fn hand_over(&self, drop_id: DropId, mut answer: Answer) {
        // One that has just ended its work gives it back.
        while let Err(SendError(back)) = self.queue(drop_id).send(answer).await {
            answer = back;
        }
    }

    /// Waits until answers were settled, which may have made other calls due.
    pub(super) async fn settled(&self) {
        self.settled.notified().await;
    }

    /// Lets the settlers end once they have settled what they were given.
    pub(super) fn close(&self) {
        self.queues.lock().clear();
    }

    fn queue(&self, drop_id: DropId) -> Sender<Answer> {
        match self.queues.lock().entry(drop_id) {
            Entry::Occupied(entry) if !entry.get().is_closed() => entry.get().clone(),
            entry => entry.insert_entry(self.start(drop_id)).get().clone(),
        }
    }

    fn start(&self, drop_id: DropId) -> Sender<Answer> {
        let (sender, mut answers) = mpsc::channel(WAITING);
        let settler = Settler {
            app: self.app.clone(),
            drop_id,
            updater: self.updater.clone(),
            settled: Arc::clone(&self.settled),
        };
        let work = async move {
            settler.work_until_idle(&mut answers).await;
            answers.close();
            // What was handed over meanwhile.
            settler.work_until_idle(&mut answers).await;
        };
        self.shutdown.spawn(see_through(work, drop_id, Arc::clone(&self.queues)));
        sender
    }
}

/// Waits for the end of a settler, however it ends, and takes its queue away, unless another
/// settler has one in its place. Answers that were lost with it are asked for again.
async fn see_through(
    work: impl Future<Output = ()> + Send + 'static,
    drop_id: DropId,
    queues: Queues,
) {
    if let Err(error) = tokio::spawn(work).await {
        CounterName::WorkerPanics.get().increment(1);
        let error = with_causes(error);
        tracing::error!(
            drop.id = %drop_id, error,
            "the settler of drop {drop_id} broke off; its answers are asked for again when their \
             claims are over"
        );
    }
    let mut queues = queues.lock();
    if queues.get(&drop_id).is_some_and(Sender::is_closed) {
        queues.remove(&drop_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_settler_that_panics_leaves_no_queue_behind() {
        let (queues, drop_id) = (Queues::default(), DropId::generate());
        let (sender, answers) = mpsc::channel(WAITING);
        queues.lock().insert(drop_id, sender);
        let work = async move {
            assert!(answers.is_closed(), "a settler that breaks off");
        };
        see_through(work, drop_id, Arc::clone(&queues)).await;
        assert!(queues.lock().is_empty());
    }

    #[tokio::test]
    async fn a_settler_that_ends_leaves_the_queue_of_the_next_one() {
        let (queues, drop_id) = (Queues::default(), DropId::generate());
        let (sender, _answers) = mpsc::channel(WAITING);
        queues.lock().insert(drop_id, sender);
        see_through(async {}, drop_id, Arc::clone(&queues)).await;
        assert_eq!(queues.lock().len(), 1);
    }
}
