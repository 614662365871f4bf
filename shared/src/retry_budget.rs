//! How often calls to a dependency may be repeated: one budget for each, whatever repeats them.
//!
//! As with gRPC's retry throttling, a call without an answer costs a token, and an answer gives a
//! part of one back. While more than half of them are there, every call that failed may be repeated
//! as soon as its pause is over. With fewer, so many repetitions a second are allowed in all, since
//! what is owed has to be asked for at some time; first calls are never held back here. Those who
//! ask say how it went, so that a dependency which hardly answers gets little more than its first
//! calls, and one which answers again is soon asked as before.

use crate::{gcra::Gcra, telemetry::GaugeName, text_enum};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Tokens of a dependency that answers.
const MOST: f64 = 40.0;
/// With no more than this, repetitions are held back.
const FEW: f64 = MOST / 2.0;
/// What an answer gives back: where more than about one call in six has none, tokens get fewer.
const OF_AN_ANSWER: f64 = 0.2;
/// Repetitions a second of one process while they are held back.
const HELD_BACK_PER_SECOND: f64 = 20.0;
/// How often one that waits for its turn looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

text_enum! {
    /// What is called again when it does not answer.
    Dependency {
        /// The payment provider.
        Provider = "provider",
        /// Postgres.
        Postgres = "postgres",
        /// Redis.
        Redis = "redis",
    }
}

/// The budget of one dependency; clones share it.
#[derive(Clone, Debug)]
pub struct RetryBudget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    dependency: Dependency,
    began_at: Instant,
    tokens: Mutex<Tokens>,
}

/// What is left, and when the next one may pass while there is little.
#[derive(Debug)]
struct Tokens {
    left: f64,
    tat_us: Option<f64>,
}

impl RetryBudget {
    /// Creates a full budget.
    #[must_use]
    pub fn new(dependency: Dependency) -> Self {
        let tokens = Mutex::new(Tokens::full());
        Self(Arc::new(Shared { dependency, began_at: Instant::now(), tokens }))
    }

    /// Notes whether a call was answered, be it with a refusal.
    pub fn note(&self, is_answer: bool) {
        let mut tokens = self.tokens();
        if tokens.note(is_answer) {
            let share = tokens.left / MOST;
            drop(tokens);
            let name = GaugeName::RetryBudget.as_str();
            metrics::gauge!(name, "dependency" => self.0.dependency.as_str()).set(share);
        }
    }

    /// Returns how many calls may be repeated now, of up to `want`. What is not made use of is not
    /// kept.
    #[must_use]
    pub fn take(&self, want: u32) -> u32 {
        let now_us = self.0.began_at.elapsed().as_micros() as f64;
        self.tokens().take(now_us, want)
    }

    /// Waits until one call may be repeated.
    pub async fn turn(&self) {
        while self.take(1) == 0 {
            sleep(LOOK_EVERY).await;
        }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens {
    const fn full() -> Self {
        Self { left: MOST, tat_us: None }
    }

    /// Returns whether that has changed anything.
    const fn note(&mut self, is_answer: bool) -> bool {
        let before = self.left;
        let change = if is_answer { OF_AN_ANSWER } else { -1.0 };
        self.left = (before + change).clamp(0.0, MOST);
        // Neither is computed: both are the same bound, or they differ by a fifth at least.
        (self.left - before).abs() > OF_AN_ANSWER / 2.0
    }

    fn take(&mut self, now_us: f64, want: u32) -> u32 {
        if self.left > FEW {
            return want;
        }
        let Some(rate) = Gcra::per_second(HELD_BACK_PER_SECOND) else { return 0 };
        let (taken, tat_us) = rate.take(self.tat_us, now_us, want);
        self.tat_us = Some(tat_us);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: f64 = 1e6;

    /// Asks for as many as it gets each millisecond of a second; returns how many those were.
    fn taken_in_a_second(tokens: &mut Tokens, from_us: f64) -> u32 {
        (0..1000).map(|ms| tokens.take(from_us + f64::from(ms) * SECOND_US / 1000.0, 500)).sum()
    }

    #[test]
    fn who_answers_may_be_asked_again_as_often_as_it_takes() {
        let mut tokens = Tokens::full();
        for n in 0..600 {
            tokens.note(n % 10 > 0);
            assert_eq!(tokens.take(0.0, 500), 500, "one of ten is not answered");
        }
    }

    #[test]
    fn who_does_not_answer_is_asked_again_a_few_times_a_second_and_never_not_at_all() {
        let mut tokens = Tokens::full();
        for _ in 0..1000 {
            tokens.note(false);
        }
        for second in 0..5 {
            let n = taken_in_a_second(&mut tokens, f64::from(second) * SECOND_US);
            assert!((15..=22).contains(&n), "{n} in second {second}");
        }
    }

    #[test]
    fn a_dependency_that_answers_half_of_all_gets_no_storm_of_repetitions() {
        let (mut tokens, mut n_first, mut n_repeated) = (Tokens::full(), 0, 0);
        // A thousand first calls a second, every other one without an answer, for ten seconds.
        for ms in 0..10_000 {
            n_first += 1;
            tokens.note(ms % 2 == 0);
            for _ in 0..tokens.take(f64::from(ms) * 1000.0, 1) {
                n_repeated += 1;
                tokens.note(n_repeated % 2 == 0);
            }
        }
        assert!(n_repeated * 20 < n_first, "{n_repeated} repetitions of {n_first} calls");
    }

    #[test]
    fn whoever_answers_again_has_a_full_budget_after_so_many_answers() {
        let mut tokens = Tokens::full();
        for _ in 0..1000 {
            tokens.note(false);
        }
        let n_answers = (1..).find(|_| {
            tokens.note(true);
            tokens.take(0.0, 500) == 500
        });
        assert!(n_answers.is_some_and(|n| (100..=102).contains(&n)), "{n_answers:?}");
        for _ in 0..1000 {
            tokens.note(true);
        }
        assert!((tokens.left - MOST).abs() < f64::EPSILON, "and never more than that");
    }

    #[test]
    fn what_changes_nothing_is_not_told() {
        let mut tokens = Tokens::full();
        assert!(!tokens.note(true), "it is full");
        assert!(tokens.note(false));
        assert!(tokens.note(true));
        tokens.left = 0.0;
        assert!(!tokens.note(false), "it is empty");
    }

    #[tokio::test]
    async fn everybody_gets_a_turn_in_the_end() {
        let budget = RetryBudget::new(Dependency::Postgres);
        for _ in 0..1000 {
            budget.note(false);
        }
        for _ in 0..5 {
            budget.clone().turn().await;
        }
    }
}
