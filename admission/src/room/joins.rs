//! Many joins, one call: those who ask while the calls are busy share the next one. No timer, so a
//! lone join is not delayed; under load the batches grow by themselves.
//!
//! A shopper is told a position, and only the event of the join brings everybody ahead into the
//! replica. A batch is one event, so it waits as one: each shopper is woken once, by the answer.

use super::{RoomError, header::TrustedHeader, live_replica::LiveReplica};
use queue::{MAX_JOIN_BATCH, Queue};
use shared::{
    ids::DropId,
    line::{EventPoint, JoinOutcome, JoinRequest, ShownState},
};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
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
pub(super) struct JoinCaller {
    pub(super) drop_id: DropId,
    pub(super) header: Arc<TrustedHeader>,
    pub(super) replica: Arc<LiveReplica>,
    pub(super) queue: Queue,
}

impl JoinBatcher {
    /// Starts the task that makes the calls. It ends with the batcher, or at the hard stop:
    /// requests under way at a soft stop are still served.
    pub(super) fn start(caller: JoinCaller, hard: CancellationToken) -> Self {
        let (sender, inbox) = mpsc::channel(MAX_WAITING);
        // Not waited for at a stop: the requests that need its answers are.
        tokio::spawn(run(Arc::new(caller), inbox, hard));
        Self(sender)
    }

    /// Joins a shopper. One who is in line is answered once the replica has their event, or does
    /// not get it in time. Fails if too many wait, or if the line is being rebuilt or does not
    /// answer.
    pub(crate) async fn join(&self, request: JoinRequest) -> Result<JoinAnswer, RoomError> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(JoinJob { request, answer }).map_err(|_| RoomError::TooManyJoins)?;
        answered.await.map_err(|_| RoomError::JoinFailed)?
    }
}

async fn run(caller: Arc<JoinCaller>, mut inbox: mpsc::Receiver<JoinJob>, hard: CancellationToken) {
    let calls = Arc::new(Semaphore::new(MAX_CALLS));
    loop {
        let Ok(call) = Arc::clone(&calls).acquire_owned().await else { return };
        let mut batch = Vec::new();
        let receiving = inbox.recv_many(&mut batch, MAX_JOIN_BATCH);
        let Some(1..) = hard.run_until_cancelled(receiving).await else { return };
        let caller = Arc::clone(&caller);
        tokio::spawn(async move { caller.join(batch, call).await });
    }
}

impl JoinCaller {
    /// Joins a batch. The next one may make its call as soon as Redis has answered this one.
    async fn join(&self, batch: Vec<JoinJob>, call: OwnedSemaphorePermit) {
        let Ok(header) = self.header.get() else { return refuse(batch, || RoomError::Rebuilding) };
        let requests: Vec<_> = batch.iter().map(|job| job.request).collect();
        let joined = self.queue.join(self.drop_id, header.epoch, &requests).await;
        drop(call);
        match joined {
            Ok(joins) => {
                let point = EventPoint { epoch: header.epoch, evn: joins.evn };
                self.answer(batch, joins.outcomes, point).await;
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

    /// Answers those who are told a position once the replica has the event, the others at once.
    async fn answer(&self, batch: Vec<JoinJob>, outcomes: Vec<JoinOutcome>, point: EventPoint) {
        let answers = batch.into_iter().zip(outcomes);
        let (in_line, others): (Vec<_>, Vec<_>) =
            answers.partition(|(_, outcome)| is_in_line(outcome));
        tell(others, point);
        if in_line.is_empty() {
            return;
        }
        // When the event does not come, they are told without a position: they did join.
        let _ = self.replica.reach(point).await;
        tell(in_line, point);
    }
}

/// Whether the shopper is told a position.
fn is_in_line(outcome: &JoinOutcome) -> bool {
    match outcome {
        JoinOutcome::Joined(_) => true,
        JoinOutcome::Existing(_, live) => live.shown() == ShownState::Waiting,
        JoinOutcome::NotOpenYet { .. }
        | JoinOutcome::Ended(_)
        | JoinOutcome::Stopped
        | JoinOutcome::Full
        | JoinOutcome::Grace { .. } => false,
    }
}

fn tell(answers: Vec<(JoinJob, JoinOutcome)>, point: EventPoint) {
    for (job, outcome) in answers {
        let _ = job.answer.send(Ok((outcome, point)));
    }
}

fn refuse(batch: Vec<JoinJob>, error: impl Fn() -> RoomError) {
    for job in batch {
        let _ = job.answer.send(Err(error()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::Replica;
    use queue::StoredEvent;
    use shared::{
        drops::DropMode,
        ids::{ShopperId, TicketId, VariantId},
        line::{Epoch, Intent, JoinedTicket, Lane, RoomEvent, Score},
    };
    use std::time::Duration;

    const EPOCH: Epoch = Epoch(1);

    fn point(evn: u64) -> EventPoint {
        EventPoint { epoch: EPOCH, evn }
    }

    fn joined() -> (JoinRequest, JoinedTicket) {
        let (ticket_id, shopper_id) = (TicketId::generate(), ShopperId::generate());
        let (lane, intent) = (Lane(0), Intent { variant_id: VariantId::generate(), units: 1 });
        let score = Score::new(EPOCH, 1);
        let ticket = JoinedTicket { ticket_id, shopper_id, lane, score, intent, joined_at_ms: 0 };
        (JoinRequest { ticket_id, shopper_id, lane, intent }, ticket)
    }

    #[tokio::test]
    async fn who_is_in_line_hears_with_the_event_and_who_is_refused_at_once() {
        let replica = LiveReplica::new();
        replica.install(Replica::at(point(4), DropMode::Running));
        let caller = JoinCaller {
            drop_id: DropId::generate(),
            header: TrustedHeader::new(Arc::default()),
            replica: Arc::clone(&replica),
            // Nothing listens there, and nothing is asked.
            queue: testkit::room::connect("redis://127.0.0.1:1").await,
        };
        let (request, ticket) = joined();
        let (answer, refused) = oneshot::channel();
        let refused_job = JoinJob { request, answer };
        let (answer, mut in_line) = oneshot::channel();
        let batch = vec![JoinJob { request, answer }, refused_job];
        let outcomes = vec![JoinOutcome::Joined(ticket), JoinOutcome::Stopped];
        tokio::spawn(async move { caller.answer(batch, outcomes, point(5)).await });

        assert_eq!(refused.await.unwrap().unwrap(), (JoinOutcome::Stopped, point(5)));
        assert!(in_line.try_recv().is_err(), "who is ahead is not known yet");

        let event = RoomEvent::Left { tickets: Vec::new() };
        replica.apply(&[StoredEvent { point: point(5), at_us: 0, event }]);
        let told = tokio::time::timeout(Duration::from_secs(1), &mut in_line).await;
        let told = told.expect("the event wakes them").unwrap().unwrap();
        assert_eq!(told, (JoinOutcome::Joined(ticket), point(5)));
    }
}
