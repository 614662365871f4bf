//! Who does what: work with a key (a drop, a partition) is done by the one instance that holds
//! its lock.
//!
//! Locks are advisory ones of Postgres, held by one session per role (`locks`). A session that is
//! lost has lost all its locks, so its work is told to stop, and begins again under new ones.
//!
//! | what happens to an instance | who has its locks |
//! |---|---|
//! | it ends | another one, at its next look |
//! | it is frozen (SIGSTOP, a paused VM) | another one, 5 to 6 s later: Postgres ends a silent session |
//! | its host vanishes | the same |
//! | it is thawed | still the other one; its own work stops once its ping has failed, in milliseconds |
//!
//! A thawed process does not know at first that it was frozen: until the ping has failed, it goes
//! on in the middle of its work, beside the new holder. So a lock only saves work, and what is done
//! under one must be correct when two do it at once: through a compare-and-set in Postgres
//! (offsets, cursors, epochs, states), scripts that are one step in Redis, and records in Kafka
//! whose readers take the first of each.

mod locks;

use crate::{app::App, causes::with_causes};
use locks::Locks;
use shared::{shutdown::Shutdown, telemetry::CounterName};
use std::{collections::HashMap, fmt::Display, hash::Hash, time::Duration};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Pause between two looks at which keys there are and who holds them.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Runs `work` for every key of `keys` whose lock this process gets, until the process stops.
///
/// `work` gets a token that is cancelled when it must end: at the stop, when the lock is lost,
/// when the key is gone. It ends between two pieces of its work. When it ends by itself, it is
/// started again at the next look.
pub(crate) async fn run_owned<K, Keys, Work, F, G>(
    app: App,
    shutdown: Shutdown,
    name: &'static str,
    keys: Keys,
    work: Work,
) where
    K: Clone + Eq + Hash + Display + Send + 'static,
    Keys: Fn(App) -> F,
    F: Future<Output = Vec<K>>,
    Work: Fn(App, K, CancellationToken) -> G,
    G: Future<Output = ()> + Send + 'static,
{
    let mut changes = app.drops.subscribe();
    let mut owner = Owner { app, name, locks: None, held: HashMap::new() };
    let soft = shutdown.soft();
    while !soft.is_cancelled() {
        let wanted = keys(owner.app.clone()).await;
        owner.look(&wanted, &work, &soft).await;
        tokio::select! {
            () = soft.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            // A new drop does not wait for the next look.
            Ok(()) = changes.changed() => {}
        }
    }
    owner.stop().await;
}

struct Owner<K> {
    app: App,
    name: &'static str,
    locks: Option<Locks>,
    held: HashMap<K, Task>,
}

struct Task {
    stop: CancellationToken,
    /// Ends with the owner, so that no work goes on beside that of an owner which was started again.
    handle: AbortOnDropHandle<()>,
}

impl<K: Clone + Eq + Hash + Display> Owner<K> {
    async fn look<Work, G>(&mut self, wanted: &[K], work: &Work, soft: &CancellationToken)
    where
        Work: Fn(App, K, CancellationToken) -> G,
        G: Future<Output = ()> + Send + 'static,
    {
        if !self.has_locks(soft).await {
            return;
        }
        let gone: Vec<K> = self
            .held
            .iter()
            .filter(|(key, task)| !wanted.contains(key) || task.handle.is_finished())
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            self.release(&key).await;
        }
        for key in wanted {
            if self.held.contains_key(key) {
                continue;
            }
            if let Some(stop) = self.lock(key).await {
                let work = tokio::spawn(work(self.app.clone(), key.clone(), stop.clone()));
                let handle = AbortOnDropHandle::new(work);
                self.held.insert(key.clone(), Task { stop, handle });
            }
        }
    }

    /// Opens a session for the locks if there is none; the work of a lost one ends before.
    async fn has_locks(&mut self, soft: &CancellationToken) -> bool {
        if let Some(locks) = &self.locks {
            if !locks.are_lost().await {
                return true;
            }
            self.stop().await;
        }
        match Locks::open(self.name, &self.app.pool, soft).await {
            Ok(locks) => self.locks = Some(locks),
            Err(error) => {
                let (role, error) = (self.name, with_causes(error));
                tracing::warn!(
                    role,
                    error,
                    "no session for the locks of role {role}; trying again"
                );
            }
        }
        self.locks.is_some()
    }

    /// Takes the lock of a key; returns the token of the work under it.
    async fn lock(&self, key: &K) -> Option<CancellationToken> {
        let locks = self.locks.as_ref()?;
        let is_ours = locks.try_lock(&self.lock_name(key)).await;
        is_ours.then(|| locks.work_token())
    }

    async fn release(&mut self, key: &K) {
        if let Some(task) = self.held.remove(key) {
            finish(self.name, key, task).await;
        }
        if let Some(locks) = &self.locks {
            locks.unlock(&self.lock_name(key)).await;
        }
    }

    fn lock_name(&self, key: &K) -> String {
        format!("{}:{key}", self.name)
    }

    async fn stop(&mut self) {
        for task in self.held.values() {
            task.stop.cancel();
        }
        for (key, task) in self.held.drain() {
            finish(self.name, &key, task).await;
        }
        if let Some(locks) = self.locks.take() {
            locks.close().await;
        }
    }
}

async fn finish(role: &str, key: &impl Display, task: Task) {
    task.stop.cancel();
    if let Err(error) = task.handle.await {
        CounterName::WorkerPanics.get().increment(1);
        let error = with_causes(error);
        tracing::error!(role, %key, error, "role {role} failed on {key}; starting it again");
    }
}
