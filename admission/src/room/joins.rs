//! Joins, many in one call.
//!
//! The line answers with positions, so a join waits for its call alone: neither for its own event
//! nor for a replica.

use super::batches::{BatchCall, BatchError, Batcher, CalledLine};
use queue::MAX_JOIN_BATCH;
use shared::{
    line::{EventPoint, JoinOutcome, JoinRequest},
    telemetry::CounterName,
};
use tokio_util::sync::CancellationToken;

/// What became of one join, and the event from which on it counts.
pub(crate) type JoinAnswer = (JoinOutcome, EventPoint);

/// The way into a room.
pub(crate) struct JoinBatcher(Batcher<JoinCall>);

struct JoinCall(CalledLine);

impl JoinBatcher {
    /// Starts the task that makes the calls; see [`Batcher::start`].
    pub(super) fn start(line: CalledLine, hard: CancellationToken) -> Self {
        Self(Batcher::start(JoinCall(line), hard))
    }

    /// Joins a shopper. Fails if too many wait or this one waits too long, or if the line is being
    /// rebuilt or does not answer. Dropped before the call is made, the join is not.
    pub(crate) async fn join(&self, request: JoinRequest) -> Result<JoinAnswer, BatchError> {
        self.0.ask(request).await
    }
}

impl BatchCall for JoinCall {
    type Question = JoinRequest;
    type Answer = JoinAnswer;

    const MAX_BATCH: usize = MAX_JOIN_BATCH;

    async fn call(&self, requests: Vec<JoinRequest>) -> Result<Vec<JoinAnswer>, BatchError> {
        let Self(line) = self;
        let epoch = line.epoch()?;
        let joins = line.queue.join(line.drop_id, epoch, &requests).await;
        let joins = joins.map_err(|error| line.failed(&error, requests.len()))?;
        count(&joins.outcomes);
        let point = EventPoint { epoch, evn: joins.evn };
        Ok(joins.outcomes.into_iter().map(|outcome| (outcome, point)).collect())
    }
}

fn count(outcomes: &[JoinOutcome]) {
    let is_new = |outcome: &&JoinOutcome| matches!(outcome, JoinOutcome::Joined(..));
    let n_joined = outcomes.iter().filter(is_new).count();
    CounterName::TicketsJoined.get().increment(n_joined as u64);
}
