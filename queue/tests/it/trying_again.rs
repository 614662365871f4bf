//! A Redis that does not answer is left alone by whoever would try again at once.

use futures_util::future::join_all;
use queue::Queue;

/// More than use the budget up.
const N_CALLS: usize = 60;
const N_TRIES: usize = 1000;

fn allowed(queue: &Queue) -> usize {
    (0..N_TRIES).filter(|_| queue.may_try_again()).count()
}

#[tokio::test]
async fn while_redis_does_not_answer_hardly_anything_is_tried_again_at_once() {
    let nowhere = [("SLUICE_REDIS__URL", "redis://127.0.0.1:1")];
    let queue = Queue::connect(&testkit::settings(nowhere).redis).await.unwrap();
    assert_eq!(allowed(&queue), N_TRIES);

    let answers = join_all((0..N_CALLS).map(|_| queue.ping())).await;
    assert!(answers.into_iter().all(|answer| answer.is_err_and(|error| error.is_unavailable())));

    // A clone shares it, as all rooms of a process do.
    assert!(allowed(&queue.clone()) < N_TRIES / 2);
}
