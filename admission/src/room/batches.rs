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
mod tests {
    use super::*;
    use parking_lot::Mutex;

    /// Doubles numbers, and notes how many at a time.
    struct Doubling(Arc<Mutex<Vec<usize>>>);

    impl BatchCall for Doubling {
        type Question = u64;
        type Answer = u64;

        const MAX_BATCH: usize = 500;

        async fn call(&self, numbers: Vec<u64>) -> Result<Vec<u64>, BatchError> {
            self.0.lock().push(numbers.len());
            Ok(numbers.into_iter().map(|number| 2 * number).collect())
        }
    }

    /// Answers nobody before the gate is open, and notes how many calls there were, of how many.
    struct Gated {
        gate: Semaphore,
        sizes: Mutex<Vec<usize>>,
    }

    impl BatchCall for Arc<Gated> {
        type Question = ();
        type Answer = ();

        const MAX_BATCH: usize = 500;

        async fn call(&self, questions: Vec<()>) -> Result<Vec<()>, BatchError> {
            self.sizes.lock().push(questions.len());
            let _open = self.gate.acquire().await.map_err(|_| BatchError::Failed)?;
            Ok(questions)
        }
    }

    /// Lets all others do what they can.
    async fn let_all_run() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    type Answered = oneshot::Receiver<Result<u64, BatchError>>;

    fn job(question: u64, since: Instant) -> (Job<Doubling>, Answered) {
        let (answer, answered) = oneshot::channel();
        (Job { question, since, answer }, answered)
    }

    #[test]
    fn who_is_gone_is_not_asked_for_and_who_waits_too_long_is_refused() {
        let start = Instant::now();
        let (late, mut refused) = job(1, start);
        let (gone, answered) = job(2, start + PATIENCE);
        drop(answered);
        let (in_time, mut waiting) = job(3, start + Duration::from_millis(1));

        let now = start + PATIENCE + Duration::from_millis(1);
        let batch = still_wanted(vec![late, gone, in_time], now);

        assert_eq!(batch.iter().map(|job| job.question).collect::<Vec<_>>(), [3]);
        assert_eq!(refused.try_recv(), Ok(Err(BatchError::TooMany)));
        assert!(waiting.try_recv().is_err(), "its call comes next");
    }

    #[tokio::test]
    async fn who_asks_at_once_with_the_first_shares_its_call() {
        let (sender, mut inbox) = mpsc::channel(8);
        let gathering = tokio::spawn(async move { gather(&mut inbox, 3).await });
        let_all_run().await;
        // It is woken before the others have their turn.
        sender.send(1).await.unwrap();
        for question in 2..=4 {
            let sender = sender.clone();
            tokio::spawn(async move { sender.send(question).await });
        }
        assert_eq!(gathering.await.unwrap(), Some(vec![1, 2, 3]), "a call has no more");
    }

    #[tokio::test]
    async fn where_nobody_can_ask_any_more_nothing_is_waited_for() {
        let (sender, mut inbox) = mpsc::channel::<u64>(1);
        drop(sender);
        assert_eq!(gather(&mut inbox, 3).await, None);
    }

    #[tokio::test]
    async fn a_thousand_who_ask_at_once_share_a_few_calls_and_each_has_its_own_answer() {
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let batcher = Batcher::start(Doubling(Arc::clone(&sizes)), CancellationToken::new());
        let batcher = Arc::new(batcher);
        let ask = |number| {
            let batcher = Arc::clone(&batcher);
            tokio::spawn(async move { batcher.ask(number).await })
        };
        let asking: Vec<_> = (0..1000).map(ask).collect();
        for (number, answer) in (0..).zip(asking) {
            assert_eq!(answer.await.unwrap(), Ok(2 * number));
        }
        let sizes = sizes.lock().clone();
        assert_eq!(sizes.iter().sum::<usize>(), 1000);
        assert!(sizes.len() <= 4, "calls of {sizes:?}");
    }

    #[tokio::test]
    async fn who_asks_while_two_calls_are_under_way_shares_the_third() {
        let calls = Arc::new(Gated { gate: Semaphore::new(0), sizes: Mutex::default() });
        let batcher = Arc::new(Batcher::start(Arc::clone(&calls), CancellationToken::new()));
        let mut asking = Vec::new();
        for _ in 0..100 {
            let batcher = Arc::clone(&batcher);
            asking.push(tokio::spawn(async move { batcher.ask(()).await }));
            // Each comes after the one before was taken, if it could be.
            let_all_run().await;
        }
        assert_eq!(calls.sizes.lock().len(), MAX_CALLS);
        calls.gate.add_permits(1);
        for answer in asking {
            assert_eq!(answer.await.unwrap(), Ok(()));
        }
        let sizes = calls.sizes.lock().clone();
        assert!(sizes.len() == MAX_CALLS + 1 && sizes.iter().sum::<usize>() == 100, "{sizes:?}");
    }
}
