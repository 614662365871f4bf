//! What one instance does of a role: its share of the keys, begun and ended.

use super::{key::WorkKey, locks::Locks};
use crate::{app::App, causes::with_causes};
use shared::telemetry::CounterName;
use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    sync::Arc,
};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Holds the locks of a role and does the work under them.
pub(super) struct Owner<K> {
    app: App,
    role: &'static str,
    locks: Option<Locks>,
    held: HashMap<K, Task>,
    /// Rung by work that was told to end and has ended.
    ended: Arc<Notify>,
}

struct Task {
    stop: CancellationToken,
    /// Ends with the owner, so that no work goes on beside that of an owner which was started again.
    handle: AbortOnDropHandle<()>,
}

impl<K: WorkKey> Owner<K> {
    pub(super) fn new(app: App, role: &'static str) -> Self {
        Self { app, role, locks: None, held: HashMap::new(), ended: Arc::default() }
    }

    /// Waits until work has ended that was told to.
    pub(super) async fn some_ended(&self) {
        self.ended.notified().await;
    }

    /// Brings what is done here in line with what is wanted, and with how many share it.
    pub(super) async fn look<Work, G>(
        &mut self,
        wanted: &[K],
        work: &Work,
        soft: &CancellationToken,
    ) where
        Work: Fn(App, K, CancellationToken) -> G,
        G: Future<Output = ()> + Send + 'static,
    {
        if !self.has_locks(soft).await {
            return;
        }
        self.end_unwanted(wanted);
        self.release_ended().await;
        let Some(n_members) = self.n_members().await else { return };
        let share = wanted.len().div_ceil(n_members.max(1));
        let n_kept = self.shed(wanted, share);
        self.take(wanted, share.saturating_sub(n_kept), work).await;
    }

    /// Opens a session for the locks if there is none; the work of a lost one ends before.
    async fn has_locks(&mut self, soft: &CancellationToken) -> bool {
        if let Some(locks) = &self.locks {
            if !locks.are_lost().await {
                return true;
            }
            self.stop().await;
        }
        match Locks::open(self.role, &self.app.pool, soft).await {
            Ok(locks) => self.locks = Some(locks),
            Err(error) => {
                let (role, error) = (self.role, with_causes(error));
                tracing::warn!(
                    role,
                    error,
                    "no session for the locks of role {role}; trying again"
                );
            }
        }
        self.locks.is_some()
    }

    async fn n_members(&self) -> Option<usize> {
        self.locks.as_ref()?.n_members().await
    }

    fn end_unwanted(&self, wanted: &[K]) {
        let wanted: HashSet<&K> = wanted.iter().collect();
        for (_, task) in self.held.iter().filter(|(key, _)| !wanted.contains(key)) {
            task.stop.cancel();
        }
    }

    /// Gives back the locks of work that has ended.
    async fn release_ended(&mut self) {
        let ended: Vec<_> = self.held.extract_if(|_, task| task.handle.is_finished()).collect();
        if ended.is_empty() {
            return;
        }
        let names: Vec<_> = ended.iter().map(|(key, _)| lock_name(self.role, key)).collect();
        for (key, task) in ended {
            finish(self.role, &key, task).await;
        }
        self.note_held();
        if let Some(locks) = &self.locks {
            locks.give_back(&names).await;
        }
    }

    /// Tells what is more than the share to end, the last keys first; returns how many are kept.
    fn shed(&self, wanted: &[K], share: usize) -> usize {
        let goes_on = |task: &&Task| !task.stop.is_cancelled();
        let kept: Vec<(&K, &Task)> = wanted
            .iter()
            .filter_map(|key| Some((key, self.held.get(key).filter(goes_on)?)))
            .collect();
        let surplus = kept.len().saturating_sub(share);
        let movable = kept.iter().rev().filter(|(key, _)| !key.stays(&self.app));
        let mut n_kept = kept.len();
        for (_, task) in movable.take(surplus) {
            task.stop.cancel();
            n_kept -= 1;
        }
        n_kept
    }

    /// Takes up to `room` keys that nobody has, and begins their work.
    async fn take<Work, G>(&mut self, wanted: &[K], room: usize, work: &Work)
    where
        Work: Fn(App, K, CancellationToken) -> G,
        G: Future<Output = ()> + Send + 'static,
    {
        let others: Vec<&K> = wanted.iter().filter(|key| !self.held.contains_key(key)).collect();
        let Some(locks) = self.locks.as_ref().filter(|_| room > 0 && !others.is_empty()) else {
            return;
        };
        let names: Vec<_> = others.iter().map(|key| lock_name(self.role, key)).collect();
        let taken: HashSet<_> = locks.take(&names, room).await.into_iter().collect();
        for (key, _) in others.into_iter().zip(&names).filter(|(_, name)| taken.contains(*name)) {
            let stop = locks.work_token();
            let running = work(self.app.clone(), key.clone(), stop.clone());
            let task = begin(running, stop, Arc::clone(&self.ended));
            self.held.insert(key.clone(), task);
        }
        if !taken.is_empty() {
            self.note_held();
        }
    }

    /// Ends all work and gives all locks back.
    pub(super) async fn stop(&mut self) {
        for task in self.held.values() {
            task.stop.cancel();
        }
        for (key, task) in self.held.drain() {
            finish(self.role, &key, task).await;
        }
        self.note_held();
        if let Some(locks) = self.locks.take() {
            locks.close().await;
        }
    }

    /// Says what is in hand now.
    fn note_held(&self) {
        self.app.owned_work.note(self.role, self.held.keys().map(ToString::to_string).collect());
    }
}

fn begin(
    work: impl Future<Output = ()> + Send + 'static,
    stop: CancellationToken,
    ended: Arc<Notify>,
) -> Task {
    let is_told = stop.clone();
    let work = async move {
        work.await;
        // What ends by itself waits for the next look, or it would go round without a pause.
        if is_told.is_cancelled() {
            ended.notify_one();
        }
    };
    Task { stop, handle: AbortOnDropHandle::new(tokio::spawn(work)) }
}

async fn finish(role: &str, key: &impl Display, task: Task) {
    task.stop.cancel();
    if let Err(error) = task.handle.await {
        CounterName::WorkerPanics.get().increment(1);
        let error = with_causes(error);
        tracing::error!(role, %key, error, "role {role} failed on {key}; starting it again");
    }
}

fn lock_name(role: &str, key: &impl Display) -> String {
    format!("{role}:{key}")
}
