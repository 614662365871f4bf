//! Many joins, one call: those who ask while the calls are busy share the next one. No timer, so a
//! lone join is not delayed; under load the batches grow by themselves.

use super::{RoomError, header::TrustedHeader};
use queue::{MAX_JOIN_BATCH, Queue};
use shared::{
    ids::DropId,
    line::{EventPoint, JoinOutcome, JoinRequest},
};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Joins that may wait for a call; more are refused.
const MAX_WAITING: usize = 8192;
/// Calls at one time.
const MAX_CALLS: usize = 4;

/// What became of one join, and the event from which on it counts.
pub(crate) type JoinAnswer = (JoinOutcome, EventPoint);

/// The way into a room.
pub(crate) struct JoinBatcher(mpsc::Sender<JoinJob>);

struct JoinJob {
    request: JoinRequest,
    answer: oneshot::Sender<Result<JoinAnswer, RoomError>>,
}

/// What a call needs.
#[derive(Clone)]
struct JoinCaller {
    drop_id: DropId,
    header: Arc<TrustedHeader>,
    queue: Queue,
}

impl JoinBatcher {
    /// Starts the task that makes the calls. It ends with the batcher, or at the hard stop:
    /// requests under way at a soft stop are still served.
    pub(super) fn start(
        drop_id: DropId,
        header: Arc<TrustedHeader>,
        queue: Queue,
        hard: CancellationToken,
    ) -> Self {
        let (sender, inbox) = mpsc::channel(MAX_WAITING);
        // Not waited for at a stop: the requests that need its answers are.
        tokio::spawn(run(JoinCaller { drop_id, header, queue }, inbox, hard));
        Self(sender)
    }

    /// Joins a shopper. Fails if too many wait, or if the line is being rebuilt or does not answer.
    pub(crate) async fn join(&self, request: JoinRequest) -> Result<JoinAnswer, RoomError> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(JoinJob { request, answer }).map_err(|_| RoomError::TooManyJoins)?;
        answered.await.map_err(|_| RoomError::JoinFailed)?
    }
}

async fn run(caller: JoinCaller, mut inbox: mpsc::Receiver<JoinJob>, hard: CancellationToken) {
    let calls = Arc::new(Semaphore::new(MAX_CALLS));
    let mut jobs = Vec::with_capacity(MAX_JOIN_BATCH);
    loop {
        let Ok(call) = Arc::clone(&calls).acquire_owned().await else { return };
        let receiving = inbox.recv_many(&mut jobs, MAX_JOIN_BATCH);
        let Some(1..) = hard.run_until_cancelled(receiving).await else { return };
        let (caller, batch) = (caller.clone(), std::mem::take(&mut jobs));
        tokio::spawn(async move {
            caller.join(batch).await;
            drop(call);
        });
    }
}

impl JoinCaller {
    async fn join(&self, batch: Vec<JoinJob>) {
        let Ok(header) = self.header.get() else { return refuse(batch, || RoomError::Rebuilding) };
        let requests: Vec<_> = batch.iter().map(|job| job.request).collect();
        match self.queue.join(self.drop_id, header.epoch, &requests).await {
            Ok(joins) => {
                let point = EventPoint { epoch: header.epoch, evn: joins.evn };
                for (job, outcome) in batch.into_iter().zip(joins.outcomes) {
                    let _ = job.answer.send(Ok((outcome, point)));
                }
            }
            Err(error) if error.is_epoch() => {
                self.header.distrust();
                refuse(batch, || RoomError::Rebuilding);
            }
            Err(error) => {
                let n_joins = batch.len();
                tracing::warn!(drop.id = %self.drop_id, %error, n_joins, "could not join");
                refuse(batch, || RoomError::JoinFailed);
            }
        }
    }
}

fn refuse(batch: Vec<JoinJob>, error: impl Fn() -> RoomError) {
    for job in batch {
        let _ = job.answer.send(Err(error()));
    }
}
