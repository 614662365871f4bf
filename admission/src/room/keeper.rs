//! Checks each room: whether it is open, of the epoch that we follow, on the server that it was
//! built on, and no further than our replica of it. No event says that Redis was wiped or restarted,
//! or that the feed stands still.
//!
//! Postgres is asked about lost rooms beside these looks, which go on whatever it does: a room that
//! comes back is found by its next look.

use super::{Room, RoomDirectory, lag::LagWatch, snapshot};
use database::{PgPool, line::room_lookup};
use futures_util::{StreamExt as _, future::join_all, stream};
use queue::Queue;
use shared::telemetry::GaugeName;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Pause between two looks at a room that is not at rest.
const PAUSE: Duration = Duration::from_millis(500);
/// Least pause, however often somebody asks for a look.
const MIN_PAUSE: Duration = Duration::from_millis(50);
/// Pause before Postgres is asked, once more, whether the drops of lost rooms are over.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// Such questions at one time.
const MAX_QUESTIONS: usize = 4;
/// How long one may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What a look at all rooms found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Whether Redis answers.
    pub(crate) is_reachable: bool,
    /// Whether the replicas keep up with their rooms.
    pub(crate) keeps_up: bool,
}

/// Looks after all rooms until the soft stop, and tells after each look what it found: those at rest
/// aside, in which nobody would notice.
pub(crate) async fn run(
    rooms: Arc<RoomDirectory>,
    queue: Queue,
    pool: PgPool,
    tell: impl FnMut(Findings) + Send,
    soft: CancellationToken,
) {
    tokio::join!(
        look_again_and_again(&rooms, &queue, tell, &soft),
        soft.run_until_cancelled(end_those_that_are_over(&rooms, &pool)),
    );
}

async fn look_again_and_again(
    rooms: &RoomDirectory,
    queue: &Queue,
    mut tell: impl FnMut(Findings),
    soft: &CancellationToken,
) {
    let mut watch = LagWatch::default();
    while !soft.is_cancelled() {
        let due: Vec<_> = rooms.all().into_iter().filter(|room| room.is_due()).collect();
        let n_behind = join_all(due.iter().map(|room| look(room, queue))).await;
        let n_behind = n_behind.into_iter().max().unwrap_or_default();
        GaugeName::RoomEventLag.get().set(n_behind as f64);
        let keeps_up = watch.keeps_up(n_behind, Instant::now());
        tell(Findings { is_reachable: queue.ping().await.is_ok(), keeps_up });
        sleep(MIN_PAUSE).await;
        let rest = PAUSE.saturating_sub(MIN_PAUSE);
        let _ = timeout(rest, rooms.look_again()).await;
    }
}

/// Asks in rounds, each over before the next: nobody asks twice at a time about the same room.
async fn end_those_that_are_over(rooms: &RoomDirectory, pool: &PgPool) {
    loop {
        sleep(ASK_EVERY).await;
        let ask = |room: Arc<Room>| async move { end_if_over(rooms, &room, pool).await };
        stream::iter(rooms.all()).for_each_concurrent(MAX_QUESTIONS, ask).await;
    }
}

/// Looks at a room. Returns how many events of the look before the replica still lacks; those since
/// then may be on their way.
async fn look(room: &Arc<Room>, queue: &Queue) -> u64 {
    match queue.room(room.drop_id).await {
        Ok(header) => {
            let n_behind = room.n_behind();
            snapshot::take_over(room, queue, header);
            n_behind
        }
        Err(error) => {
            tracing::debug!(drop.id = %room.drop_id, %error, "could not look at the room");
            room.note_failure();
            0
        }
    }
}

/// Tells those who still listen to a lost room that its drop is over, and forgets the room once
/// they are gone.
async fn end_if_over(rooms: &RoomDirectory, room: &Room, pool: &PgPool) {
    if room.header().is_ok() {
        return;
    }
    let asking = timeout(ANSWER_WITHIN, room_lookup::find(pool, room.drop_id));
    let Ok(Ok(Some(found))) = asking.await else { return };
    let Some(reason) = found.state.close_reason() else { return };
    room.end(reason);
    if !room.is_needed() {
        rooms.forget(room.drop_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::RoomObserver;
    use parking_lot::Mutex;
    use shared::{drops::CloseReason, line::RoomEvent};
    use std::sync::atomic::{AtomicBool, Ordering};
    use testkit::{
        TestDatabase,
        room::TestRoom,
        stored::{DropOptions, store_open_drop},
    };

    /// Somebody who listens to a room.
    #[derive(Default)]
    struct Listener {
        told: Mutex<Option<CloseReason>>,
        is_gone: AtomicBool,
    }

    impl RoomObserver for Listener {
        fn applied(&self, _: &RoomEvent) {}

        fn replaced(&self) {}

        fn over(&self, reason: CloseReason) {
            *self.told.lock() = Some(reason);
        }

        fn is_needed(&self) -> bool {
            !self.is_gone.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn a_removed_room_is_forgotten_once_its_drop_is_over_and_nobody_listens() {
        let database = TestDatabase::create().await;
        let drop_id = store_open_drop(database.pool(), DropOptions::default()).await.drop_id;
        let mut line = TestRoom::empty().await;
        line.drop_id = drop_id;
        line.begin(TestRoom::EPOCH, 100).await;
        let (queue, pool) = (&line.queue, database.pool());
        let rooms = RoomDirectory::new(queue.clone(), pool.clone(), CancellationToken::new());
        let room = rooms.find(drop_id).await.unwrap();
        let listener = Arc::new(Listener::default());
        room.observe(Arc::<Listener>::clone(&listener));

        queue.remove_room(drop_id, TestRoom::EPOCH).await.unwrap();
        look(&room, queue).await;
        end_if_over(&rooms, &room, pool).await;
        assert!(rooms.known(drop_id).is_some(), "the drop is open: its room may come back");
        assert_eq!(*listener.told.lock(), None);

        sqlx::query("update drops set state = 'closed', ended_at = now() where id = $1")
            .bind(drop_id)
            .execute(pool)
            .await
            .unwrap();
        end_if_over(&rooms, &room, pool).await;
        assert_eq!(*listener.told.lock(), Some(CloseReason::Closed));
        assert!(rooms.known(drop_id).is_some(), "somebody still listens");

        listener.is_gone.store(true, Ordering::Relaxed);
        end_if_over(&rooms, &room, pool).await;
        assert!(rooms.known(drop_id).is_none());
    }
}
