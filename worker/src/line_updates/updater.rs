//! A bounded queue of updates, worked off beside the work that decided them.
//!
//! What does not fit, fails or breaks off is left to the reconciler.

use super::{
    line_update::LineUpdate,
    update::{Update, by_drop},
};
use crate::{app::App, causes::with_causes};
use database::{
    journal::{self, Consumer, JournalId},
    ordering::{holds::Outcome, order_batch::BatchDone},
};
use shared::{ids::DropId, shutdown::Shutdown, telemetry::CounterName};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Updates that wait, at most.
const WAITING: usize = 256;
/// Updates that are sent together, at most.
const TOGETHER: usize = 64;

/// Takes updates for the lines of any drops; clones feed the same task.
#[derive(Clone, Debug)]
pub(crate) struct LineUpdater(Sender<Update>);

impl LineUpdater {
    /// Starts the task that sends updates. It ends when every clone of this is gone.
    pub(crate) fn start(app: &App, shutdown: &Shutdown) -> Self {
        let (sender, updates) = mpsc::channel(WAITING);
        let app = app.clone();
        shutdown.spawn(work_off(updates, move |together| send(app.clone(), together)));
        Self(sender)
    }

    /// Reports tickets that have order rows now.
    pub(crate) fn settled(&self, done: &BatchDone) {
        self.queue(Update {
            settled: done.settled.clone(),
            stock: done.stock.clone(),
            journal: done.journal.clone(),
            ..Update::default()
        });
    }

    /// Reports orders that have ended, or wait for another card.
    pub(crate) fn ended(&self, outcome: Outcome) {
        let Outcome { ended, again, stock, journal } = outcome;
        self.queue(Update { settled: Vec::new(), ended, again, stock, journal });
    }

    fn queue(&self, update: Update) {
        if !update.is_empty() && self.0.try_send(update).is_err() {
            tracing::debug!("update queue full; leaving it to the reconciler");
        }
    }
}

/// Sends updates until no more can come, those together that wait together. Each time a task of its
/// own sends them: one that panics takes nothing with it but its updates.
async fn work_off<F>(mut updates: Receiver<Update>, send: impl Fn(Vec<Update>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut together = Vec::new();
    while updates.recv_many(&mut together, TOGETHER).await > 0 {
        let n_updates = together.len();
        if let Err(error) = tokio::spawn(send(mem::take(&mut together))).await {
            CounterName::WorkerPanics.get().increment(1);
            let error = with_causes(error);
            tracing::error!(
                n_updates,
                error,
                "{n_updates} updates of lines broke off; leaving them to the reconciler"
            );
        }
    }
}

async fn send(app: App, mut together: Vec<Update>) {
    let rows: Vec<_> = together
        .iter_mut()
        .map(|update| (update.drops(), mem::take(&mut update.journal)))
        .collect();
    let untold = tell(&app, by_drop(together)).await;
    let told = rows.into_iter().filter(|(drops, _)| drops.is_disjoint(&untold));
    let told: Vec<JournalId> = told.flat_map(|(_, rows)| rows).collect();
    if let Err(error) = journal::acknowledge(&app.pool, Consumer::Line, &told).await {
        let error = with_causes(error);
        tracing::debug!(error, "could not note what lines were told; they are told again");
    }
}

/// Returns the drops whose lines could not be told.
async fn tell(app: &App, lines: BTreeMap<DropId, LineUpdate>) -> BTreeSet<DropId> {
    let mut untold = BTreeSet::new();
    for (drop_id, update) in lines {
        // Whether a drop that is not known has no line any more, the reconciler finds out.
        let told = match app.drops.find(drop_id) {
            Some(flash_drop) => update.send(app, &flash_drop).await,
            None => Err(anyhow::anyhow!("it is not known")),
        };
        if let Err(error) = told {
            let error = with_causes(error);
            tracing::debug!(
                drop.id = %drop_id, error,
                "could not update the line of drop {drop_id}; leaving it to the reconciler"
            );
            untold.insert(drop_id);
        }
    }
    untold
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[tokio::test]
    async fn what_comes_behind_updates_that_break_off_is_sent() {
        let (sender, updates) = mpsc::channel(WAITING);
        for _ in 0..=TOGETHER {
            sender.send(Update::default()).await.unwrap();
        }
        drop(sender);
        let sent = RefCell::new(Vec::new());

        work_off(updates, |together| {
            let is_well = !sent.borrow().is_empty();
            sent.borrow_mut().push(together.len());
            async move { assert!(is_well, "updates that break off") }
        })
        .await;

        assert_eq!(sent.into_inner(), [TOGETHER, 1]);
    }
}
