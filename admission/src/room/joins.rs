//! Many joins, one call: whoever asks while a call is under way goes with the next one. No timer,
//! so a lone join is not delayed; under load the batches grow by themselves.

use super::Room;
use crate::error::ApiError;
use queue::{JoinOutcome, JoinRequest, MAX_JOIN_BATCH, Queue};
use shared::messages::EventPoint;
use std::sync::{Arc, Weak};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Joins that may wait for their call; more are refused.
const WAITING: usize = 8192;
/// Calls under way.
const CALLS: usize = 4;

/// What became of one join, and the event with which it counts.
pub type Joined = (JoinOutcome, EventPoint);

/// The way into a room.
pub struct Joins(mpsc::Sender<Job>);

/// One join.
pub struct Job {
    request: JoinRequest,
    answer: oneshot::Sender<Result<Joined, ApiError>>,
}

impl Joins {
    pub(super) fn new() -> (Self, mpsc::Receiver<Job>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Joins a shopper.
    ///
    /// # Errors
    ///
    /// Returns that too many wait, that the line is being rebuilt or cannot be reached.
    pub async fn join(&self, request: JoinRequest) -> Result<Joined, ApiError> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Job { request, answer }).map_err(|_| ApiError::Busy)?;
        answered.await.map_err(|_| ApiError::Busy)?
    }
}

/// Takes jobs until the room is forgotten or the process must end: requests that are under way at
/// a soft stop are still served.
pub async fn run(
    room: Weak<Room>,
    queue: Queue,
    mut inbox: mpsc::Receiver<Job>,
    hard: CancellationToken,
) {
    let calls = Arc::new(Semaphore::new(CALLS));
    let mut jobs = Vec::with_capacity(MAX_JOIN_BATCH);
    loop {
        let Ok(call) = Arc::clone(&calls).acquire_owned().await else { return };
        tokio::select! {
            n = inbox.recv_many(&mut jobs, MAX_JOIN_BATCH) => if n == 0 { return },
            () = hard.cancelled() => return,
        }
        let Some(room) = room.upgrade() else { return };
        let (queue, batch) = (queue.clone(), std::mem::take(&mut jobs));
        tokio::spawn(async move {
            call_once(&room, &queue, batch).await;
            drop(call);
        });
    }
}

async fn call_once(room: &Room, queue: &Queue, batch: Vec<Job>) {
    let requests: Vec<_> = batch.iter().map(|job| job.request).collect();
    let header = match room.header() {
        Ok(header) => header,
        Err(_) => return refuse(batch, ApiError::rebuilding),
    };
    match queue.join(room.drop_id, header.epoch, &requests).await {
        Ok(joins) => {
            let point = EventPoint { epoch: header.epoch, evn: joins.evn };
            for (job, outcome) in batch.into_iter().zip(joins.outcomes) {
                let _ = job.answer.send(Ok((outcome, point)));
            }
        }
        Err(error) if error.is_epoch() => {
            room.distrust();
            refuse(batch, ApiError::rebuilding);
        }
        Err(error) => {
            tracing::warn!(drop.id = %room.drop_id, %error, n_joins = batch.len(), "could not join");
            refuse(batch, || ApiError::Busy);
        }
    }
}

fn refuse(batch: Vec<Job>, error: impl Fn() -> ApiError) {
    for job in batch {
        let _ = job.answer.send(Err(error()));
    }
}
