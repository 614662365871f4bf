//! What each shopper will do, drawn from the seed before anybody starts.

use std::{net::Ipv4Addr, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    options::RunOptions,
    shape::{Arrivals, CrowdShape},
};

/// Makes another sequence of a seed, so that no habit changes what is drawn without it.
const OF_HABITS: u64 = 0x4ab1;
/// People's own addresses: those that carriers give.
const PEOPLE: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 0);
const N_PEOPLE: u64 = 1 << 22;

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
    /// The payment method; `None` never pays, nor goes into a site.
    pub(crate) card: Option<String>,
    /// Joins from two tabs at the same moment.
    pub(crate) impatient: bool,
    /// Redeems the code of a lane before joining.
    pub(crate) has_code: bool,
    /// Polls instead of opening a stream.
    pub(crate) poll_only: bool,
    /// Seed of the shopper's own random choices.
    pub(crate) seed: u64,
    /// Tabs, each with a stream.
    pub(crate) tabs: u64,
    /// A program, which never pays.
    pub(crate) is_bot: bool,
    /// Once out of the site, waits for it once more.
    pub(crate) comes_back: bool,
    /// Reads the page again this often, about.
    pub(crate) reload_every: Option<Duration>,
    /// Loses each stream after this long, about.
    pub(crate) reconnect_every: Option<Duration>,
    /// What requests say whom they are from.
    pub(crate) address: Option<Ipv4Addr>,
}

/// Draws everybody's plan; the same options give the same plans.
pub(crate) fn draw(options: &RunOptions) -> Vec<Plan> {
    let shape = options.shape();
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut of_habits = StdRng::seed_from_u64(options.seed ^ OF_HABITS);
    let mut arrivals: Vec<f64> =
        (0..options.shoppers).map(|_| arrival(shape.arrivals, &mut rng)).collect();
    arrivals.sort_by(f64::total_cmp);
    let over = Duration::from_secs_f64(shape.over_seconds.clamp(0.0, 3_600.0));
    (1..)
        .zip(arrivals)
        .map(|(process, at)| {
            let absent = rng.random_bool(share(shape.absent));
            let pays = !rng.random_bool(share(shape.never_pay));
            let card = options.cards.draw(&mut rng);
            let impatient = rng.random_bool(share(options.impatient));
            let poll_only = rng.random_bool(share(options.poll_only));
            let seed = rng.random();
            let plan = Plan {
                process,
                arrives_after: over.mul_f64(at),
                absent,
                returns: absent && part(seed) < share(options.returning),
                card: pays.then_some(card),
                impatient,
                // The other half of the bits, or those who come back would be those with a code.
                has_code: part(seed.rotate_left(32)) < share(shape.with_code),
                poll_only,
                seed,
                tabs: shape.tabs.max(1),
                is_bot: false,
                comes_back: of_habits.random_bool(share(shape.come_back)),
                reload_every: every(shape.reload_seconds),
                reconnect_every: every(shape.reconnect_seconds),
                address: shape.forwarded_for.then(|| person_address(process)),
            };
            let is_bot = of_habits.random_bool(share(shape.bots));
            if is_bot { plan.into_bot(&shape, &mut of_habits) } else { plan }
        })
        .collect()
}

impl Plan {
    /// Has a program do it: it asks for a place and for its turn, and for nothing else.
    fn into_bot(self, shape: &CrowdShape, rng: &mut StdRng) -> Self {
        let address = bot_address(rng.random_range(1..=shape.bot_addresses.max(1)));
        Self {
            absent: false,
            returns: false,
            card: None,
            impatient: false,
            has_code: false,
            poll_only: true,
            tabs: 1,
            is_bot: true,
            comes_back: false,
            reload_every: None,
            address: shape.forwarded_for.then_some(address),
            ..self
        }
    }
}

/// Draws when in the time of arrivals one arrives, 0 to 1. Sorted even draws are a Poisson stream.
fn arrival(arrivals: Arrivals, rng: &mut StdRng) -> f64 {
    let even = rng.random::<f64>();
    match arrivals {
        Arrivals::Even => even,
        Arrivals::Spike if rng.random_bool(0.9) => even * 0.1,
        Arrivals::Spike => even,
        Arrivals::TwoWaves if rng.random_bool(0.5) => even / 3.0,
        Arrivals::TwoWaves => 0.95 + even * 0.05,
    }
}

/// Where in all seeds one is, 0 to 1: another draw would change everybody's plan.
fn part(seed: u64) -> f64 {
    seed as f64 / u64::MAX as f64
}

fn share(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

fn every(seconds: f64) -> Option<Duration> {
    (seconds > 0.0).then(|| Duration::from_secs_f64(seconds.clamp(0.1, 3_600.0)))
}

fn person_address(process: u64) -> Ipv4Addr {
    let offset = u32::try_from(process % N_PEOPLE).unwrap_or_default();
    Ipv4Addr::from_bits(PEOPLE.to_bits() + offset)
}

/// One of those that documents use.
const fn bot_address(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(203, 0, 113, number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::ids::DropId;

    use super::*;
    use crate::preset::Preset;

    fn drawn(preset: Preset, shoppers: u64) -> Vec<Plan> {
        draw(&RunOptions { preset, ..RunOptions::new(DropId::generate(), shoppers) })
    }

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

    #[test]
    fn who_has_a_code_does_all_else_as_before() {
        let mut options = RunOptions::new(DropId::generate(), 4_000);
        let plans = draw(&options);
        assert!(plans.iter().all(|plan| !plan.has_code));
        options.habits.with_code = Some(0.4);
        let with_code = draw(&options);
        let n_with_code = with_code.iter().filter(|plan| plan.has_code).count();
        assert!((1_450..1_750).contains(&n_with_code), "{n_with_code}");
        let as_before = with_code.into_iter().map(|plan| Plan { has_code: false, ..plan });
        assert!(as_before.eq(plans));
    }

    #[test]
    fn two_waves_leave_a_gap_between_them() {
        let plans = drawn(Preset::LateSurge, 2_000);
        let at = |plan: &Plan| plan.arrives_after.as_secs_f64() / 20.0;
        let n_early = plans.iter().filter(|plan| at(plan) < 0.34).count();
        let n_late = plans.iter().filter(|plan| at(plan) > 0.94).count();
        assert_eq!(n_early + n_late, 2_000);
        assert!((900..1_100).contains(&n_late), "{n_late}");
    }

    #[test]
    fn bots_share_few_addresses_and_never_pay_and_people_are_as_they_were() {
        let (steady, mixed) = (drawn(Preset::Steady, 1_000), drawn(Preset::Bots, 1_000));
        let (bots, people): (Vec<Plan>, Vec<Plan>) =
            mixed.into_iter().partition(|plan| plan.is_bot);
        assert!((400..600).contains(&bots.len()), "{}", bots.len());
        assert!(bots.iter().all(|bot| bot.card.is_none() && bot.poll_only && !bot.absent));
        let addresses = |plans: &[Plan]| {
            plans.iter().filter_map(|plan| plan.address).collect::<BTreeSet<_>>().len()
        };
        assert_eq!((addresses(&bots), addresses(&people)), (4, people.len()));
        for person in people {
            let before = &steady[usize::try_from(person.process - 1).unwrap()];
            assert_eq!(Plan { address: None, ..person }, *before);
        }
    }
}
