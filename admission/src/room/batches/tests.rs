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
