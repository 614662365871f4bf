//! What each shopper will do, drawn from the seed before anybody starts.

use std::time::Duration;

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::options::{Preset, RunOptions};

/// What one shopper will do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// Number of the shopper, from 1.
    pub(crate) process: u64,
    /// When the shopper means to arrive, after the start.
    pub(crate) arrives_after: Duration,
    /// Leaves the page after joining.
    pub(crate) absent: bool,
    /// And comes back after a while.
    pub(crate) returns: bool,
    /// The payment method; `None` never pays.
    pub(crate) card: Option<String>,
    /// Joins from two tabs at the same moment.
    pub(crate) impatient: bool,
    /// Polls instead of opening a stream.
    pub(crate) poll_only: bool,
    /// Seed of the shopper's own random choices.
    pub(crate) seed: u64,
}

/// Draws everybody's plan; the same options give the same plans.
pub(crate) fn draw(options: &RunOptions) -> Vec<Plan> {
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut arrivals: Vec<f64> =
        (0..options.shoppers).map(|_| arrival(options.preset, &mut rng)).collect();
    arrivals.sort_by(f64::total_cmp);
    let over = options.over();
    (1..)
        .zip(arrivals)
        .map(|(process, at)| {
            let absent = rng.random_bool(share(options.absent_share()));
            let pays = !rng.random_bool(share(options.never_pay_share()));
            let card = options.cards.draw(&mut rng);
            let impatient = rng.random_bool(share(options.impatient));
            let poll_only = rng.random_bool(share(options.poll_only));
            let seed = rng.random();
            Plan {
                process,
                arrives_after: over.mul_f64(at),
                absent,
                returns: absent && part(seed) < share(options.returning),
                card: pays.then_some(card),
                impatient,
                poll_only,
                seed,
            }
        })
        .collect()
}

/// Draws when in the time of arrivals one arrives, 0 to 1. Sorted even draws are a Poisson stream.
fn arrival(preset: Preset, rng: &mut StdRng) -> f64 {
    let even = rng.random::<f64>();
    match preset {
        Preset::Steady | Preset::Absentees => even,
        // Nine in ten within the first tenth.
        Preset::Spike if rng.random_bool(0.9) => even * 0.1,
        Preset::Spike => even,
    }
}

/// Where in all seeds one is, 0 to 1: another draw would change everybody's plan.
fn part(seed: u64) -> f64 {
    seed as f64 / u64::MAX as f64
}

fn share(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use shared::ids::DropId;

    use super::*;

    #[test]
    fn a_seed_decides_everything() {
        let mut options = RunOptions::new(DropId::generate(), 200);
        assert_eq!(draw(&options), draw(&options));
        let before = draw(&options);
        options.seed = 43;
        assert_ne!(before, draw(&options));
    }

    #[test]
    fn the_shares_are_kept() {
        let options = RunOptions::new(DropId::generate(), 4_000);
        let plans = draw(&options);
        let n_absent = plans.iter().filter(|plan| plan.absent).count();
        let n_unpaid = plans.iter().filter(|plan| plan.card.is_none()).count();
        assert!((700..900).contains(&n_absent), "{n_absent}");
        assert!((300..500).contains(&n_unpaid), "{n_unpaid}");
        assert!(plans.iter().all(|plan| !plan.returns));
        let half = draw(&RunOptions { returning: 0.5, ..options });
        let n_returning = half.iter().filter(|plan| plan.returns).count();
        assert!((300..500).contains(&n_returning), "{n_returning}");
        let as_before = half.into_iter().map(|plan| Plan { returns: false, ..plan });
        assert!(as_before.eq(plans.iter().cloned()), "nothing else is changed by it");
        assert!(plans.is_sorted_by_key(|plan| plan.arrives_after));
    }
}
