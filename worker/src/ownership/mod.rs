//! Who does what: work with a key (a drop, a partition) is done by the one instance that holds
//! its lock.
//!
//! | file | holds |
//! |---|---|
//! | `key` | what work is divided by |
//! | `owner` | what this instance does of a role: its share, begun and ended |
//! | `locks` | the session that holds the locks of a role |
//!
//! Locks are advisory ones of Postgres, held by one session per role: roles may run in processes of
//! their own. A session that is lost has lost all its locks, so its work is told to stop, and begins
//! again under new ones.
//!
//! Work is spread: an instance takes at most ⌈keys / instances⌉ of a role and gives back what is
//! more. The sessions themselves are counted, so an instance counts for exactly as long as it can
//! hold anything.
//!
//! | what happens to an instance | who has its keys |
//! |---|---|
//! | it starts | it gets its share from the others, within two of their looks |
//! | it ends | the others, at their next look |
//! | it is frozen (SIGSTOP, a paused VM) | the others, 5 to 6 s later: Postgres ends a silent session |
//! | its host vanishes | the same |
//! | it is thawed | still the others; its own work stops once its ping has failed, in milliseconds |
//!
//! A thawed process does not know at first that it was frozen: until the ping has failed, it goes
//! on in the middle of its work, beside the new holder. So a lock only saves work, and what is done
//! under one must be correct when two do it at once: through a compare-and-set in Postgres
//! (offsets, cursors, epochs, states), scripts that are one step in Redis, and records in Kafka
//! whose readers take the first of each.

mod key;
mod locks;
mod owner;

use crate::app::App;
use key::WorkKey;
use owner::Owner;
use shared::shutdown::Shutdown;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Pause between two looks at which keys there are and who holds them.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Runs `work` for this process's share of `keys`, until the process stops.
///
/// `work` gets a token that is cancelled when it must end: at the stop, when the lock is lost,
/// when the key is gone, when the share has become smaller. It ends between two pieces of its work,
/// and only then somebody else begins. When it ends by itself, it is started again at the next look.
pub(crate) async fn run_owned<K, Keys, Work, F, G>(
    app: App,
    shutdown: Shutdown,
    name: &'static str,
    keys: Keys,
    work: Work,
) where
    K: WorkKey,
    Keys: Fn(App) -> F,
    F: Future<Output = Vec<K>>,
    Work: Fn(App, K, CancellationToken) -> G,
    G: Future<Output = ()> + Send + 'static,
{
    let mut changes = app.drops.subscribe();
    let mut owner = Owner::new(app.clone(), name);
    let soft = shutdown.soft();
    while !soft.is_cancelled() {
        let wanted = keys(app.clone()).await;
        owner.look(&wanted, &work, &soft).await;
        tokio::select! {
            () = soft.cancelled() => {}
            () = sleep(LOOK_EVERY) => {}
            // Somebody waits for the lock of what has ended.
            () = owner.some_ended() => {}
            // A new drop does not wait for the next look.
            Ok(()) = changes.changed() => {}
        }
    }
    owner.stop().await;
}
