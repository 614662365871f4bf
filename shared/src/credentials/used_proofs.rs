//! Proofs of possession that were used already, as each process knows them.
//!
//! A proof counts for about a minute, so what was used is remembered for two and then forgotten, in
//! two halves that take turns. Another process would take the same proof again within its minute;
//! whoever sends it there needs the ticket, too.

use super::{ProvenPossession, possession::MAX_DISTANCE_MS};
use aws_lc_rs::digest;
use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, PoisonError},
};

/// How long a half is filled: as long as a proof may count that was made by a clock ahead of ours.
const HALF_MS: i64 = 2 * MAX_DISTANCE_MS;
/// Proofs in a half, at most; each takes about 32 bytes.
const MAX_PROOFS: usize = 1 << 20;

/// Which proofs were used.
#[derive(Debug, Default)]
pub struct UsedProofs(Mutex<Halves>);

#[derive(Debug, Default)]
struct Halves {
    begun_at_ms: i64,
    now: HashSet<u128>,
    before: HashSet<u128>,
}

impl UsedProofs {
    /// Notes that a proof is used at `now_ms`. `false` if it was used before, or if so many were of late
    /// that no other can be remembered: a proof that is not remembered would count twice.
    #[must_use]
    pub fn note(&self, proven: &ProvenPossession, now_ms: i64) -> bool {
        let name = name(proven);
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.turn(now_ms);
        if halves.before.contains(&name) || halves.now.len() >= MAX_PROOFS {
            return false;
        }
        halves.now.insert(name)
    }
}

impl Halves {
    fn turn(&mut self, now_ms: i64) {
        let filled_ms = now_ms.saturating_sub(self.begun_at_ms);
        if filled_ms < HALF_MS {
            return;
        }
        self.before = mem::take(&mut self.now);
        if filled_ms >= 2 * HALF_MS {
            self.before.clear();
        }
        self.begun_at_ms = now_ms;
    }
}

/// The proof of a key, whatever names its owner gives to them.
fn name(proven: &ProvenPossession) -> u128 {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(proven.key.as_bytes());
    context.update(proven.proof_id.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&context.finish().as_ref()[..16]);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::KeyThumbprint;

    const NOW_MS: i64 = 1_800_000_000_000;

    fn proven(key: &str, proof_id: &str) -> ProvenPossession {
        ProvenPossession { key: KeyThumbprint::of_p256(key, key), proof_id: proof_id.to_owned() }
    }

    #[test]
    fn a_proof_is_used_once_for_as_long_as_it_may_count() {
        let used = UsedProofs::default();
        assert!(used.note(&proven("a", "one"), NOW_MS));
        for later_ms in [0, 1, HALF_MS - 1, HALF_MS] {
            assert!(!used.note(&proven("a", "one"), NOW_MS + later_ms), "{later_ms} ms later");
        }
        assert!(used.note(&proven("a", "two"), NOW_MS + HALF_MS));
        assert!(used.note(&proven("b", "one"), NOW_MS + HALF_MS), "another's of the same name");
    }

    #[test]
    fn what_counts_no_more_is_forgotten() {
        let used = UsedProofs::default();
        for half in 0..10 {
            let now_ms = NOW_MS + half * HALF_MS;
            assert!(used.note(&proven("a", &half.to_string()), now_ms));
            let halves = used.0.lock().unwrap();
            assert!(halves.now.len() + halves.before.len() <= 2);
        }
        assert!(used.note(&proven("a", "late"), NOW_MS + 100 * HALF_MS));
        assert!(used.0.lock().unwrap().before.is_empty());
    }
}
