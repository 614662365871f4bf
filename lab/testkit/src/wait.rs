//! Conditions with a deadline, instead of sleeping for a time that is never right.

use std::time::Duration;

use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_millis(20);
/// How long a test waits for something that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until there is an answer, and returns it.
///
/// `ask` returns `Some` once the condition holds; `what` names it in the message of a failure.
///
/// # Panics
///
/// Panics when the time is up.
#[track_caller]
pub fn wait_until<T, F>(
    what: &str,
    at_most: Duration,
    mut ask: impl FnMut() -> F,
) -> impl Future<Output = T>
where
    F: Future<Output = Option<T>>,
{
    // Read here, since the caller is not known inside of the future.
    let caller = std::panic::Location::caller();
    async move {
        let deadline = Instant::now() + at_most;
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            assert!(Instant::now() < deadline, "{caller}: no {what} within {at_most:?}");
            sleep(PAUSE).await;
        }
    }
}

/// Returns the middle one of these times. A machine that is busy makes some of them long, and a defect
/// most.
///
/// # Panics
///
/// Panics if there are none.
#[must_use]
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_answer_comes_back() {
        let mut n_asked = 0;
        let answer = wait_until("third try", Duration::from_secs(5), || {
            n_asked += 1;
            std::future::ready((n_asked == 3).then_some(n_asked))
        });
        assert_eq!(answer.await, 3);
    }

    #[test]
    fn a_few_times_do_not_move_the_middle_one() {
        let times = [9, 1, 2, 90, 3].map(Duration::from_secs);
        assert_eq!(median(times.into()), Duration::from_secs(3));
    }

    #[tokio::test]
    #[should_panic(expected = "no miracle within 30ms")]
    async fn the_time_is_up() {
        wait_until("miracle", Duration::from_millis(30), async || None::<()>).await;
    }
}
