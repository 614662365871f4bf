//! Random worlds, restarts and rebuilds included, on Redis and on the pure model side by side:
//! every answer and the whole state must be equal.
//!
//! `SLUICE_QUEUE_SEEDS=17..18` plays chosen worlds; `SLUICE_QUEUE_STEPS` sets how many steps each
//! has behind its opening.

mod answers;
mod dump;
mod events;
mod execute;
mod ground;
mod packed;
mod play;
mod reached;
mod store;

use ground::Ground;
use play::{MakeCrowd, Play, Played};
use reached::{Reached, Sight};
use simulation::world::Crowd;
use std::{ops::Range, sync::Arc, time::Instant};

/// Worlds played at one time, each on a connection of its own.
const AT_ONCE: u64 = 8;
const SEEDS: &str = "SLUICE_QUEUE_SEEDS";
const STEPS: &str = "SLUICE_QUEUE_STEPS";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_does_what_the_model_does_in_many_short_worlds() {
    // A fault comes in 3 of 100 steps and a rebuild takes about six, so more than one world in ten
    // gets through a second one. A quarter of that must.
    let depth = play_all(seeds(0..7_000), steps(16), Crowd::small).await;
    depth.assert_rebuilt(40);
    depth.assert_reached(&[
        Sight::FullBatch,
        Sight::TooEarly,
        Sight::TooLate,
        Sight::WhileRebuilding,
        Sight::LeaseRanOut,
        Sight::TwoVariants,
        Sight::WithoutStock,
        Sight::FewerUnits,
        Sight::TwoLanes,
        Sight::ByNumber,
    ]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_does_what_the_model_does_in_some_long_worlds() {
    // With six faults in each, nearly all of them do.
    let depth = play_all(seeds(1_000_000..1_000_300), steps(200), Crowd::small).await;
    depth.assert_rebuilt(2);
    depth.assert_reached(&[Sight::Missed, Sight::Returned]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_does_what_the_model_does_with_thousands_in_line() {
    let depth = play_all(seeds(2_000_000..2_000_008), steps(160), Crowd::large).await;
    depth.assert_rebuilt(2);
    depth.assert_reached(&[Sight::FullBatch, Sight::TwoVariants, Sight::TwoLanes, Sight::LongLine]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_does_what_the_model_does_when_it_really_restarts() {
    let ground = Ground::private().await;
    let (seeds, steps) = (seeds(3_000_000..3_000_006), steps(120));
    let mut depth = Depth::default();
    for seed in seeds {
        depth.add(Play::new(&ground, seed, Crowd::small).await.run(steps).await);
    }
    depth.assert_rebuilt(3);
}

/// How deep a run went.
#[derive(Default)]
struct Depth {
    n_worlds: u64,
    /// Worlds whose line was built, and built again after a fault.
    n_rebuilt: u64,
    reached: Reached,
}

impl Depth {
    fn add(&mut self, Played { n_built, reached }: Played) {
        self.n_worlds += 1;
        self.n_rebuilt += u64::from(n_built >= 2);
        self.reached.add(reached);
    }

    fn add_all(&mut self, others: Self) {
        self.n_worlds += others.n_worlds;
        self.n_rebuilt += others.n_rebuilt;
        self.reached.add(others.reached);
    }

    /// Asserts that in one of so many worlds, on average, the line was built a second time: most of
    /// what can go wrong goes wrong behind that.
    fn assert_rebuilt(&self, one_of: u64) {
        let Self { n_worlds, n_rebuilt, .. } = self;
        assert!(
            !is_usual() || n_rebuilt * one_of >= *n_worlds,
            "a second rebuild finished in only {n_rebuilt} of {n_worlds} worlds"
        );
    }

    /// Asserts that some world has come to each of these.
    fn assert_reached(&self, sights: &[Sight]) {
        let lacking = self.reached.lacks(sights);
        assert!(!is_usual() || lacking.is_empty(), "no world has come to {lacking:?}");
    }
}

async fn play_all(seeds: Range<u64>, steps: usize, crowd: MakeCrowd) -> Depth {
    let started = Instant::now();
    let seeds = Arc::new(seeds);
    let tasks = (0..AT_ONCE).map(|task| {
        let seeds = Arc::clone(&seeds);
        tokio::spawn(async move {
            let ground = Ground::shared().await;
            let mut depth = Depth::default();
            for seed in (seeds.start + task..seeds.end).step_by(AT_ONCE as usize) {
                depth.add(Play::new(&ground, seed, crowd).await.run(steps).await);
            }
            depth
        })
    });
    let mut depth = Depth::default();
    for task in tasks.collect::<Vec<_>>() {
        depth.add_all(task.await.expect("a world diverged from the model; its seed is above"));
    }
    let Depth { n_worlds, n_rebuilt, .. } = &depth;
    tracing::info!(
        "{n_worlds} worlds of {steps} steps in {:?}; a second rebuild finished in {n_rebuilt}",
        started.elapsed()
    );
    depth
}

/// Whether neither the worlds nor their steps were chosen.
fn is_usual() -> bool {
    [SEEDS, STEPS].into_iter().all(|knob| variable(knob).is_none())
}

fn seeds(usual: Range<u64>) -> Range<u64> {
    let chosen = variable(SEEDS).and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    chosen.unwrap_or(usual)
}

fn steps(usual: usize) -> usize {
    variable(STEPS).and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[expect(clippy::disallowed_methods, reason = "a knob of this test alone")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
