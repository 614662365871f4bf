//! Who does what: work with a key (a drop, a partition) is done by the one instance that holds
//! its lock.
//!
//! Locks are advisory ones of Postgres, held by one connection per role. A connection that is
//! lost has lost all its locks, so its tasks are told to stop. The old holder may go on for a
//! moment beside the new one: work done this way must stay correct then.

use crate::{app::App, causes::with_causes};
use shared::shutdown::Shutdown;
use sqlx::{Connection as _, PgConnection};
use std::{collections::HashMap, fmt::Display, hash::Hash, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Pause between two looks at which keys there are and who holds them.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the lock connection may take to answer before it counts as lost.
const ANSWER: Duration = Duration::from_secs(3);

/// A host that vanishes without a word must not keep its locks for hours.
const KEEPALIVE: [(&str, &str); 3] =
    [("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "2"), ("tcp_keepalives_count", "3")];

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
    let mut owner = Owner { app, name, connection: None, held: HashMap::new() };
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
    connection: Option<PgConnection>,
    held: HashMap<K, Task>,
}

struct Task {
    stop: CancellationToken,
    handle: JoinHandle<()>,
}

impl<K: Clone + Eq + Hash + Display> Owner<K> {
    async fn look<Work, G>(&mut self, wanted: &[K], work: &Work, soft: &CancellationToken)
    where
        Work: Fn(App, K, CancellationToken) -> G,
        G: Future<Output = ()> + Send + 'static,
    {
        if let Err(error) = self.keep_connection().await {
            let (role, error) = (self.name, with_causes(error));
            tracing::warn!(
                role,
                error,
                "lost the connection that holds the locks of role {role}; stopping its work"
            );
            self.connection = None;
            self.stop().await;
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
            if !self.held.contains_key(key) && self.lock(key).await {
                let stop = soft.child_token();
                let handle = tokio::spawn(work(self.app.clone(), key.clone(), stop.clone()));
                self.held.insert(key.clone(), Task { stop, handle });
            }
        }
    }

    async fn keep_connection(&mut self) -> Result<(), sqlx::Error> {
        let connect = async {
            match &mut self.connection {
                Some(connection) => connection.ping().await,
                None => {
                    let options = (*self.app.pool.connect_options()).clone().options(KEEPALIVE);
                    self.connection = Some(PgConnection::connect_with(&options).await?);
                    Ok(())
                }
            }
        };
        tokio::time::timeout(ANSWER, connect).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn lock(&mut self, key: &K) -> bool {
        let Some(connection) = &mut self.connection else { return false };
        let name = format!("{}:{key}", self.name);
        let locked = sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended($1, 0))")
            .bind(name)
            .fetch_one(connection)
            .await;
        locked.unwrap_or(false)
    }

    async fn release(&mut self, key: &K) {
        if let Some(task) = self.held.remove(key) {
            finish(self.name, key, task).await;
        }
        let Some(connection) = &mut self.connection else { return };
        let name = format!("{}:{key}", self.name);
        let unlocked = sqlx::query("select pg_advisory_unlock(hashtextextended($1, 0))")
            .bind(name)
            .execute(connection)
            .await;
        if unlocked.is_err() {
            // Closing the connection gives all its locks back; the next look takes them again.
            self.connection = None;
        }
    }

    async fn stop(&mut self) {
        for task in self.held.values() {
            task.stop.cancel();
        }
        for (key, task) in self.held.drain() {
            finish(self.name, &key, task).await;
        }
        if let Some(connection) = self.connection.take() {
            // A server that is away has given the locks back by itself.
            let _ = connection.close().await;
        }
    }
}

async fn finish(role: &str, key: &impl Display, task: Task) {
    task.stop.cancel();
    if let Err(error) = task.handle.await {
        let error = with_causes(error);
        tracing::error!(role, %key, error, "role {role} failed on {key}; starting it again");
    }
}
