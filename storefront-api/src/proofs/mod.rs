//! What a new guest costs: nothing while it is calm, work while many come.
//!
//! | file | holds |
//! |---|---|
//! | `rush` | how many guests have come in the last minute |
//!
//! A guest is somebody new, so whoever wants to be many has to pay for each. Work is asked for in the
//! form of ALTCHA ([`ProofChallenge`]), the harder the more guests this process has welcomed lately.
//! Nobody proves any who has a session, is a seller's member, or comes from a network that the
//! settings exempt.

mod rush;

use crate::ApiError;
use edge::{PeerAddr, Problem};
use jiff::Timestamp;
use queue::Queue;
use rush::Rush;
use shared::{
    config::{AbuseSettings, ProofMode},
    credentials::{Keyring, ProofChallenge, SolvedProof},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A refusal that says what work there is to do.
type Refusal = fn(Box<ProofChallenge>) -> ApiError;

/// How many times harder than a proof the work may have become since its challenge was given.
const SLACK: u32 = 4;

/// Asks new guests for work.
pub(crate) struct ProofGate {
    settings: AbuseSettings,
    keys: Arc<Keyring>,
    queue: Queue,
    rush: Rush,
}

impl ProofGate {
    /// Begins without any guests. Challenges are signed with `keys`; those that were solved are
    /// remembered where `queue` is.
    pub(crate) fn new(settings: &AbuseSettings, keys: &Arc<Keyring>, queue: &Queue) -> Self {
        Self {
            settings: settings.clone(),
            keys: Arc::clone(keys),
            queue: queue.clone(),
            rush: Rush::new(),
        }
    }

    /// Lets a new guest in, who is counted then, or says what work there is to do first.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::ProofNeeded`] without a proof, or with one that is too easy by now, and
    /// [`ApiError::ProofInvalid`] for one that is not ours, wrong, over, or was accepted before.
    pub(crate) async fn admit(
        &self,
        peer: Option<PeerAddr>,
        proof: Option<&str>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if peer.is_some_and(|peer| self.settings.is_exempt(peer.0.ip())) {
            return Ok(());
        }
        if let Some(max_number) = self.demanded(peer) {
            self.check(max_number, proof, now).await?;
        }
        self.rush.count(peer.map(PeerAddr::network_key), Instant::now());
        Ok(())
    }

    /// Makes a challenge as hard as one would be now; the easiest, while nobody needs any.
    ///
    /// # Errors
    ///
    /// Returns an internal problem when the system cannot provide randomness.
    pub(crate) fn challenge(
        &self,
        peer: Option<PeerAddr>,
        now: Timestamp,
    ) -> Result<ProofChallenge, ApiError> {
        let least = self.settings.pow_least.get();
        self.make(self.demanded(peer).unwrap_or(least), now)
    }

    /// Returns how hard the work is for a guest who comes now; `None` for no work at all.
    fn demanded(&self, peer: Option<PeerAddr>) -> Option<u32> {
        let recent = self.rush.recent(peer.map(PeerAddr::network_key), Instant::now());
        demanded(&self.settings, recent)
    }

    async fn check(
        &self,
        max_number: u32,
        proof: Option<&str>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let refuse = |refusal: Refusal| self.refusal(refusal, max_number, now);
        let Some(proof) = proof else { return Err(refuse(ApiError::ProofNeeded)) };
        let Ok(solved) = SolvedProof::verify(&self.keys, proof, now.as_second()) else {
            return Err(refuse(ApiError::ProofInvalid));
        };
        if solved.max_number < max_number / SLACK {
            return Err(refuse(ApiError::ProofNeeded));
        }
        // A second on top, for clocks that differ a little.
        let left_s = (solved.expires_at_s - now.as_second()).unsigned_abs() + 1;
        if !self.queue.take_proof(&solved.id, Duration::from_secs(left_s)).await? {
            return Err(refuse(ApiError::ProofInvalid));
        }
        Ok(())
    }

    /// Refuses with the work that there is to do instead.
    fn refusal(&self, refusal: Refusal, max_number: u32, now: Timestamp) -> ApiError {
        match self.make(max_number, now) {
            Ok(challenge) => refusal(Box::new(challenge)),
            Err(error) => error,
        }
    }

    fn make(&self, max_number: u32, now: Timestamp) -> Result<ProofChallenge, ApiError> {
        let expires_at_s = now.as_second().saturating_add_unsigned(self.settings.pow_valid_s.get());
        ProofChallenge::generate(&self.keys, max_number, expires_at_s).map_err(|error| {
            tracing::error!(%error, "the system gave no randomness for a challenge");
            Problem::internal().into()
        })
    }
}

/// Returns how hard the work is after so many guests in the last minute, of the same network and in
/// all: as many times the least as there are free ones.
fn demanded(settings: &AbuseSettings, (of_network, in_all): (f64, f64)) -> Option<u32> {
    // The one who comes now is one of them.
    let times = |recent: f64, free: u32| (recent + 1.0) / f64::from(free);
    let times = times(of_network, settings.pow_free_per_network.get())
        .max(times(in_all, settings.pow_free_in_all.get()));
    match settings.pow_mode {
        ProofMode::Off => return None,
        ProofMode::Auto if times <= 1.0 => return None,
        ProofMode::Auto | ProofMode::Always => {}
    }
    let (least, most) = (settings.pow_least.get(), settings.pow_most.get());
    let wanted = f64::from(least) * times.max(1.0);
    Some(wanted.min(f64::from(most.max(least))) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(mode: &str) -> AbuseSettings {
        testkit::settings([
            ("SLUICE_ABUSE__POW_MODE", mode),
            ("SLUICE_ABUSE__POW_FREE_PER_NETWORK", "10"),
            ("SLUICE_ABUSE__POW_FREE_IN_ALL", "100"),
            ("SLUICE_ABUSE__POW_LEAST", "1000"),
            ("SLUICE_ABUSE__POW_MOST", "8000"),
        ])
        .abuse
    }

    #[test]
    fn work_gets_harder_with_the_rush_up_to_its_most() {
        let auto = settings("auto");
        for (recent, wanted) in [
            ((0.0, 0.0), None),
            ((9.0, 99.0), None),
            ((19.0, 0.0), Some(2_000)),
            ((0.0, 299.0), Some(3_000)),
            ((49.0, 299.0), Some(5_000)),
            ((1e9, 1e9), Some(8_000)),
        ] {
            assert_eq!(demanded(&auto, recent), wanted, "{recent:?}");
        }
    }

    #[test]
    fn work_is_asked_for_never_or_always_where_that_is_set() {
        assert_eq!(demanded(&settings("off"), (1e9, 1e9)), None);
        assert_eq!(demanded(&settings("always"), (0.0, 0.0)), Some(1_000));
        assert_eq!(demanded(&settings("always"), (29.0, 0.0)), Some(3_000));
    }
}
