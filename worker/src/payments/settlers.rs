//! A settler for each drop with answers; it comes and goes with them.

use super::settler::Settler;
use crate::{app::App, line_updates::LineUpdater};
use database::money::payments::Answer;
use parking_lot::Mutex;
use shared::{ids::DropId, shutdown::Shutdown};
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

/// Takes answers; clones hand them to the same settlers.
#[derive(Clone)]
pub(super) struct Settlers {
    app: App,
    updater: LineUpdater,
    shutdown: Shutdown,
    queues: Arc<Mutex<HashMap<DropId, Sender<Answer>>>>,
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
        let queues = Arc::clone(&self.queues);
        self.shutdown.spawn(async move {
            settler.work_until_idle(&mut answers).await;
            queues.lock().remove(&drop_id);
            answers.close();
            // What was handed over meanwhile.
            settler.work_until_idle(&mut answers).await;
        });
        sender
    }
}
