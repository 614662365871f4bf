//! Many questions, one call: those who ask while the calls are busy, or at once with the first, share
//! the next one. No timer, so a lone one is not delayed; under load the batches grow by themselves.
//!
//! Who has waited too long for a call is refused, and for those who have gone meanwhile nothing is
//! asked.

use super::header::TrustedHeader;
use queue::{Queue, QueueError};
use shared::{ids::DropId, line::Epoch};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Questions that may wait for a call; more are refused.
const MAX_WAITING: usize = 8192;
/// Calls at one time. Each has a price of its own, so few with many questions cost Redis least: a
/// join of a full batch costs a third of one in a batch of four. The second call fills the time
/// that the first one is on its way.
const MAX_CALLS: usize = 2;
/// How long a question may wait for its call. Most who waited longer have given up or asked again.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BatchError {
    #[error("ask the line: too many are waiting")]
    TooMany,
    #[error("ask the line: it is being rebuilt")]
    Rebuilding,
    /// The cause was logged once for the whole batch.
    #[error("ask the line: it did not answer")]
    Failed,
}

/// A call that answers many questions of one kind.
pub(super) trait BatchCall: Send + Sync + 'static {
    type Question: Send + 'static;
    type Answer: Send + 'static;

    /// Questions of one call.
    const MAX_BATCH: usize;

    /// Makes the call; returns the answers in the order of the questions.
    fn call(
        &self,
        questions: Vec<Self::Question>,
    ) -> impl Future<Output = Result<Vec<Self::Answer>, BatchError>> + Send;
}

/// Puts questions together for a call.
pub(super) struct Batcher<C: BatchCall>(mpsc::Sender<Job<C>>);

struct Job<C: BatchCall> {
    question: C::Question,
    since: Instant,
    answer: oneshot::Sender<Result<C::Answer, BatchError>>,
}

impl<C: BatchCall> Batcher<C> {
    /// Starts the task that makes the calls. It ends with the batcher, or at the hard stop:
    /// requests under way at a soft stop are still served.
    pub(super) fn start(caller: C, hard: CancellationToken) -> Self {
        let (sender, inbox) = mpsc::channel(MAX_WAITING);
        // Not waited for at a stop: the requests that need its answers are.
        tokio::spawn(run(Arc::new(caller), inbox, hard));
        Self(sender)
    }

    /// Asks. Fails if too many wait or this one waits too long, or as the call does. Dropped before
    /// the call is made, the question is not part of it.
    pub(super) async fn ask(&self, question: C::Question) -> Result<C::Answer, BatchError> {
        let (answer, answered) = oneshot::channel();
        let job = Job { question, since: Instant::now(), answer };
        self.0.try_send(job).map_err(|_| BatchError::TooMany)?;
        answered.await.map_err(|_| BatchError::Failed)?
    }
}

async fn run<C: BatchCall>(
    caller: Arc<C>,
    mut inbox: mpsc::Receiver<Job<C>>,
    hard: CancellationToken,
) {
    let calls = Arc::new(Semaphore::new(MAX_CALLS));
    loop {
        let Ok(call) = Arc::clone(&calls).acquire_owned().await else { return };
        let receiving = gather(&mut inbox, C::MAX_BATCH);
        let Some(Some(jobs)) = hard.run_until_cancelled(receiving).await else { return };
        let batch = still_wanted(jobs, Instant::now());
        if batch.is_empty() {
            continue;
        }
        let caller = Arc::clone(&caller);
        tokio::spawn(async move { answer(&*caller, batch, call).await });
    }
}

/// Waits for a question, and takes those that come at once with it; `None` once nobody can ask.
async fn gather<T>(inbox: &mut mpsc::Receiver<T>, max: usize) -> Option<Vec<T>> {
    let mut questions = Vec::new();
    if inbox.recv_many(&mut questions, max).await == 0 {
        return None;
    }
    // The first question wakes this task before others that are here already have been read: they come
    // first, and where there are none nothing is waited for.
    tokio::task::yield_now().await;
    while questions.len() < max
        && let Ok(question) = inbox.try_recv()
    {
        questions.push(question);
    }
    Some(questions)
}

/// Those who still wait for an answer. Who waits too long is refused.
fn still_wanted<C: BatchCall>(jobs: Vec<Job<C>>, now: Instant) -> Vec<Job<C>> {
    let waiting = jobs.into_iter().filter(|job| !job.answer.is_closed());
    let (in_time, late): (Vec<_>, Vec<_>) =
        waiting.partition(|job| now.duration_since(job.since) <= PATIENCE);
    for job in late {
        let _ = job.answer.send(Err(BatchError::TooMany));
    }
    in_time
}

/// Answers a batch. The next one may make its call as soon as this one's is answered.
async fn answer<C: BatchCall>(caller: &C, batch: Vec<Job<C>>, call: OwnedSemaphorePermit) {
    let (questions, waiting): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|job| (job.question, job.answer)).unzip();
    let answered = caller.call(questions).await;
    drop(call);
    match answered {
        Ok(answers) => {
            for (one, answer) in waiting.into_iter().zip(answers) {
                let _ = one.send(Ok(answer));
            }
        }
        Err(error) => {
            for one in waiting {
                let _ = one.send(Err(error));
            }
        }
    }
}

/// The line that calls are made to.
#[derive(Clone)]
pub(super) struct CalledLine {
    pub(super) drop_id: DropId,
    pub(super) header: Arc<TrustedHeader>,
    pub(super) queue: Queue,
}

impl CalledLine {
    /// The epoch to call, unless the line is being rebuilt.
    pub(super) fn epoch(&self) -> Result<Epoch, BatchError> {
        self.header.epoch().ok_or(BatchError::Rebuilding)
    }

    /// Notes that a call with so many questions failed; returns how they are refused.
    pub(super) fn failed(&self, error: &QueueError, n_questions: usize) -> BatchError {
        if error.is_epoch() {
            self.header.distrust();
            return BatchError::Rebuilding;
        }
        tracing::warn!(drop.id = %self.drop_id, %error, n_questions, "could not ask the line");
        BatchError::Failed
    }
}

#[cfg(test)]
mod tests;
