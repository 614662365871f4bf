//! People who are put in line at the same moment: those of one drop in one step, which is one event.

use crate::ApiError;
use batch_aint_one::{Batcher, BatchingPolicy, Limits, Processor};
use queue::{MAX_JOIN_BATCH, Queue, QueueError};
use shared::{
    ids::DropId,
    line::{EpochProblem, JoinOutcome, JoinRequest},
};
use std::sync::Arc;

/// Calls of one drop that are under way, at most.
const MAX_UNDER_WAY: usize = 2;
/// People that are worth a second call beside the first; fewer wait until that one ends.
const WORTH_A_SECOND: usize = 50;
/// People of one drop who may wait for their call. Whoever comes then is sent away, so that nothing
/// piles up.
const MAX_WAITING: usize = 5000;

/// Gathers people who are to be put in line.
pub(super) struct JoinGatherer(Batcher<JoinTogether>);

/// Puts those who were gathered in line.
#[derive(Clone)]
struct JoinTogether(Queue);

impl JoinGatherer {
    /// Begins to gather, on a task of the runtime that it is called in.
    pub(super) fn new(queue: Queue) -> Self {
        let limits = Limits::builder()
            .max_batch_size(MAX_JOIN_BATCH)
            .max_key_concurrency(MAX_UNDER_WAY)
            .max_key_queued_items(MAX_WAITING)
            .build();
        let batcher = Batcher::builder()
            .name("joins")
            .processor(JoinTogether(queue))
            .limits(limits)
            .batching_policy(BatchingPolicy::Balanced { min_size_hint: WORTH_A_SECOND })
            .build();
        Self(batcher)
    }

    /// Puts somebody in line, together with whoever asks meanwhile.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Overloaded`] when too many wait, or why there is no answer.
    pub(super) async fn ask(
        &self,
        drop_id: DropId,
        request: JoinRequest,
    ) -> Result<JoinOutcome, ApiError> {
        Ok(self.0.add(drop_id, request).await?)
    }
}

impl JoinTogether {
    async fn join(
        &self,
        drop_id: DropId,
        requests: &[JoinRequest],
    ) -> Result<Vec<JoinOutcome>, QueueError> {
        let header = self.0.room(drop_id).await?;
        let epoch = header
            .map(|header| header.epoch)
            .ok_or(QueueError::Epoch { operation: "join", problem: EpochProblem::Missing })?;
        Ok(self.0.join(drop_id, epoch, requests).await?.outcomes)
    }
}

impl Processor for JoinTogether {
    type Key = DropId;
    type Input = JoinRequest;
    type Output = JoinOutcome;
    type Error = Arc<QueueError>;
    /// All calls share one connection.
    type Resources = ();

    async fn acquire_resources(&self, _: DropId) -> Result<(), Arc<QueueError>> {
        Ok(())
    }

    async fn process(
        &self,
        drop_id: DropId,
        requests: impl Iterator<Item = JoinRequest> + Send,
        (): (),
    ) -> Result<Vec<JoinOutcome>, Arc<QueueError>> {
        let requests: Vec<JoinRequest> = requests.collect();
        self.join(drop_id, &requests).await.map_err(Arc::new)
    }
}
