//! Whether passes are good, for sites that ask at each request of each visitor.
//!
//! A pass that was taken back is refused within a second, so what is known counts for less than that,
//! from the moment on at which Postgres was asked. When Postgres does not answer, nobody can take a
//! pass back either, and what was known last counts for a while: those who are inside stay inside. Where
//! a site keeps its visits on failure, it counts until they are over.

use crate::ApiError;
use parking_lot::Mutex;
use shared::{ids::TicketId, lifecycle::TicketState};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How old an answer may be.
const FRESH: Duration = Duration::from_millis(900);
/// How old it may be when there is no newer one.
const STALE: Duration = Duration::from_secs(10);
/// Passes that are remembered, about 50 bytes each.
const N_PASSES: usize = 1 << 17;

/// What is known of passes. Its size is bounded: what does not fit is asked for each time.
#[derive(Debug, Default)]
pub(crate) struct PassStates(Mutex<HashMap<TicketId, Known>>);

#[derive(Clone, Copy, Debug)]
struct Known {
    asked_at: Instant,
    /// `None` for a ticket that has no pass.
    state: Option<TicketState>,
}

impl PassStates {
    /// Returns the state of a pass; asks for it if it is not known well enough.
    pub(crate) async fn get(
        &self,
        ticket_id: TicketId,
        question: impl Future<Output = Result<Option<TicketState>, ApiError>>,
    ) -> Result<Option<TicketState>, ApiError> {
        let asked_at = Instant::now();
        if let Some(known) = self.younger_than(FRESH, ticket_id) {
            return Ok(known.state);
        }
        match question.await {
            Ok(state) => {
                self.keep(ticket_id, Known { asked_at, state });
                Ok(state)
            }
            Err(error) => {
                let known = self.younger_than(STALE, ticket_id).ok_or(error)?;
                Ok(known.state)
            }
        }
    }

    /// Returns the state that was known last, however long ago; `otherwise` if nothing is remembered.
    pub(crate) fn last(&self, ticket_id: TicketId, otherwise: TicketState) -> Option<TicketState> {
        self.0.lock().get(&ticket_id).map_or(Some(otherwise), |known| known.state)
    }

    /// Takes note of a state that this process has just brought a pass into.
    pub(crate) fn note(&self, ticket_id: TicketId, state: TicketState) {
        self.keep(ticket_id, Known { asked_at: Instant::now(), state: Some(state) });
    }

    fn younger_than(&self, age: Duration, ticket_id: TicketId) -> Option<Known> {
        let known = self.0.lock().get(&ticket_id).copied();
        known.filter(|known| known.asked_at.elapsed() < age)
    }

    /// Keeps what is newest: an answer may have been on its way for long.
    fn keep(&self, ticket_id: TicketId, new: Known) {
        let mut states = self.0.lock();
        if states.get(&ticket_id).is_some_and(|known| known.asked_at > new.asked_at) {
            return;
        }
        if states.len() >= N_PASSES && !states.contains_key(&ticket_id) {
            states.retain(|_, known| known.asked_at.elapsed() < FRESH);
            if states.len() >= N_PASSES {
                return;
            }
        }
        states.insert(ticket_id, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSIDE: Option<TicketState> = Some(TicketState::Redeemed);

    fn aged(age: Duration, state: Option<TicketState>) -> Known {
        Known { asked_at: Instant::now().checked_sub(age).unwrap(), state }
    }

    async fn answer(states: &PassStates, id: TicketId, state: TicketState) -> Option<TicketState> {
        states.get(id, async move { Ok(Some(state)) }).await.unwrap()
    }

    #[tokio::test]
    async fn nothing_that_is_a_second_old_is_believed_while_postgres_answers() {
        let (states, id) = (PassStates::default(), TicketId::generate());
        assert_eq!(answer(&states, id, TicketState::Redeemed).await, INSIDE);
        assert_eq!(answer(&states, id, TicketState::Revoked).await, INSIDE, "it is known");
        states.0.lock().insert(id, aged(FRESH, INSIDE));
        let revoked = answer(&states, id, TicketState::Revoked).await;
        assert_eq!(revoked, Some(TicketState::Revoked));
    }

    #[tokio::test]
    async fn while_postgres_is_away_those_inside_stay_for_a_while() {
        let (states, id) = (PassStates::default(), TicketId::generate());
        let ask = || states.get(id, async { Err(ApiError::Overloaded) });
        assert!(ask().await.is_err());
        states.0.lock().insert(id, aged(FRESH, INSIDE));
        assert_eq!(ask().await.unwrap(), INSIDE);
        states.0.lock().insert(id, aged(STALE, INSIDE));
        assert!(ask().await.is_err());
    }

    #[tokio::test]
    async fn what_was_known_last_is_remembered_for_sites_that_keep_their_visits() {
        let (states, id) = (PassStates::default(), TicketId::generate());
        assert_eq!(states.last(id, TicketState::Redeemed), INSIDE, "nothing is known");
        states.0.lock().insert(id, aged(STALE, Some(TicketState::Revoked)));
        assert_eq!(states.last(id, TicketState::Redeemed), Some(TicketState::Revoked));
        states.0.lock().insert(id, aged(STALE, None));
        assert_eq!(states.last(id, TicketState::Redeemed), None, "it has no pass");
    }

    #[tokio::test]
    async fn an_answer_that_was_long_on_its_way_does_not_bring_a_pass_back() {
        let (states, id) = (PassStates::default(), TicketId::generate());
        let asked = states.get(id, async {
            states.note(id, TicketState::Revoked);
            Ok(INSIDE)
        });
        assert_eq!(asked.await.unwrap(), INSIDE);
        let known = answer(&states, id, TicketState::Redeemed).await;
        assert_eq!(known, Some(TicketState::Revoked));
    }
}
