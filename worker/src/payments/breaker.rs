//! The circuit breaker before the provider.
//!
//! While hardly any call is answered, none is made for a moment; then a few are, and the first
//! answer ends it. What could not be asked stays due, and no call is counted for it.

use crate::provider_state::ProviderState;
use failsafe::{
    Instrument, StateMachine,
    backoff::{self, Exponential},
    failure_policy::{SuccessRateOverTimeWindow, success_rate_over_time_window},
};
use shared::telemetry::GaugeName;
use std::time::Duration;
use tokio::sync::watch;

/// Opens when fewer of the calls than this were answered, over [`WINDOW`]. The calls of one drop
/// may hang, all of them, while those of others are answered.
const ANSWERED: f64 = 0.25;
const WINDOW: Duration = Duration::from_secs(5);
/// Fewer calls in the window say nothing.
const ENOUGH_CALLS: u32 = 20;
/// How long it stays open at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// Calls under way at one time while it is found out whether there is an answer again.
const TRIALS: usize = 4;

/// Whether the provider may be called; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Breaker {
    machine: StateMachine<SuccessRateOverTimeWindow<Exponential>, StateKeeper>,
    state: watch::Receiver<ProviderState>,
}

impl Breaker {
    pub(super) fn new() -> Self {
        let (sender, state) = watch::channel(ProviderState::Answers);
        let pauses = backoff::exponential(FIRST_PAUSE, LONGEST_PAUSE);
        let policy = success_rate_over_time_window(ANSWERED, ENOUGH_CALLS, WINDOW, pauses);
        Self { machine: StateMachine::new(policy, StateKeeper(sender)), state }
    }

    /// Returns how many more calls may be begun beside `under_way`, where `most` may be under way.
    pub(super) fn room(&self, under_way: usize, most: usize) -> usize {
        if !self.machine.is_call_permitted() {
            return 0;
        }
        let most = match self.state() {
            ProviderState::Answers => most,
            ProviderState::Tried | ProviderState::Away => TRIALS.min(most),
        };
        most.saturating_sub(under_way)
    }

    /// Notes whether a call was answered.
    pub(super) fn note(&self, is_answer: bool) {
        if is_answer {
            self.machine.on_success();
        } else {
            self.machine.on_error();
        }
    }

    pub(super) fn state(&self) -> ProviderState {
        *self.state.borrow()
    }
}

/// Hears of each change of the breaker.
#[derive(Debug)]
struct StateKeeper(watch::Sender<ProviderState>);

impl StateKeeper {
    /// Returns whether it was another one before.
    fn set(&self, new: ProviderState) -> bool {
        GaugeName::ProviderBreaker.get().set(match new {
            ProviderState::Answers => 0.0,
            ProviderState::Tried => 1.0,
            ProviderState::Away => 2.0,
        });
        self.0.send_replace(new) != new
    }
}

impl Instrument for StateKeeper {
    fn on_call_rejected(&self) {}

    fn on_open(&self) {
        if self.set(ProviderState::Away) {
            tracing::warn!("the payment provider hardly answers; calling it again in a moment");
        }
    }

    fn on_half_open(&self) {
        self.set(ProviderState::Tried);
    }

    fn on_closed(&self) {
        if self.set(ProviderState::Answers) {
            tracing::info!("the payment provider answers again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use failsafe::clock;

    #[test]
    fn a_provider_without_answers_is_left_alone_for_a_moment() {
        clock::freeze(|time| {
            let breaker = Breaker::new();
            time.advance(WINDOW);
            for _ in 0..ENOUGH_CALLS {
                assert_eq!(breaker.room(0, 100), 100);
                breaker.note(false);
            }
            assert_eq!((breaker.room(0, 100), breaker.state()), (0, ProviderState::Away));

            time.advance(FIRST_PAUSE * 2);
            assert_eq!((breaker.room(1, 100), breaker.state()), (3, ProviderState::Tried));
            breaker.note(true);
            assert_eq!((breaker.room(1, 100), breaker.state()), (99, ProviderState::Answers));
        });
    }

    #[test]
    fn calls_that_hang_beside_others_do_not_open_it() {
        clock::freeze(|time| {
            let breaker = Breaker::new();
            for _ in 0..200 {
                time.advance(WINDOW / 50);
                breaker.note(true);
                time.advance(WINDOW / 50);
                breaker.note(false);
            }
            for _ in 0..200 {
                breaker.note(false);
            }
            assert_eq!(breaker.state(), ProviderState::Answers);
        });
    }
}
