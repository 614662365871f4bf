//! Random worlds, restarts and rebuilds included, on Redis and on the pure model side by side:
//! every answer and the whole state must be equal.
//!
//! `SLUICE_QUEUE_SEEDS=17..18` plays chosen worlds; `SLUICE_QUEUE_STEPS` sets how many steps each.

mod dump;
mod execute;
mod store;

use dump::Dump;
use execute::Target;
use queue::Queue;
use redis::aio::MultiplexedConnection;
use shared::{ids::DropId, line::EventPoint};
use simulation::{
    check::{RateLog, nobody_is_passed_over},
    line::{LineCommand, LineModel, LineReply},
    world::{RedisFault, SeededWorld, Step},
};
use std::{ops::Range, sync::Arc, time::Instant};
use store::Store;

/// Worlds played at one time, each on a connection of its own.
const AT_ONCE: u64 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_does_what_the_model_does_in_many_short_worlds() {
    play_all(seeds(0..10_000), steps(16)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_does_what_the_model_does_in_some_long_worlds() {
    play_all(seeds(1_000_000..1_000_100), steps(200)).await;
}

async fn play_all(seeds: Range<u64>, steps: usize) {
    let started = Instant::now();
    let seeds = Arc::new(seeds);
    let tasks = (0..AT_ONCE).map(|task| {
        let seeds = Arc::clone(&seeds);
        tokio::spawn(async move {
            let (queue, connection) = store::connect().await;
            for seed in (seeds.start + task..seeds.end).step_by(AT_ONCE as usize) {
                Play::new(&queue, connection.clone(), seed).run(steps).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("a world diverged from the model; its seed is above");
    }
    let worlds = seeds.end - seeds.start;
    tracing::info!("{worlds} worlds of {steps} steps in {:?}", started.elapsed());
}

/// Where a world is; formatted only when it diverges.
#[derive(Debug)]
struct At {
    seed: u64,
    n: usize,
    step: Step,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}, step {}: {:?}", self.seed, self.n, self.step)
    }
}

/// One world.
struct Play<'q> {
    queue: &'q Queue,
    drop_id: DropId,
    seed: u64,
    world: SeededWorld,
    line: LineModel,
    /// The line at the last sync, if Redis may fall back to it.
    synced: Option<LineModel>,
    store: Store,
    rates: RateLog,
}

impl<'q> Play<'q> {
    fn new(queue: &'q Queue, connection: MultiplexedConnection, seed: u64) -> Self {
        let drop_id = DropId::generate();
        Self {
            queue,
            drop_id,
            seed,
            world: SeededWorld::new(seed),
            line: LineModel::default(),
            synced: None,
            store: Store::of(drop_id, connection),
            rates: RateLog::default(),
        }
    }

    async fn run(mut self, steps: usize) {
        for n in 0..steps {
            let step = self.world.next(&self.line);
            let at = At { seed: self.seed, n, step: step.clone() };
            match step {
                Step::Synced => self.sync().await,
                Step::Fault(fault) => self.fail(fault).await,
                Step::Command(_, command) if command.names_nobody() => {}
                Step::Command(epoch, command) => {
                    let before = self.line.clone();
                    let (queue, store, drop_id) = (self.queue, &mut self.store, self.drop_id);
                    let mut target = Target { queue, store, drop_id, epoch };
                    let (now_us, reply) = target.execute(&command).await;
                    let expected = self.line.step(epoch, now_us, &command);
                    assert_eq!(reply, expected, "Redis (left) and model (right) at {at}");
                    self.world.observe(epoch, &command, &reply);
                    self.check(&before, now_us, &command, &reply, &at);
                    if command == LineCommand::Begin {
                        // Losing more than the last moments is another test's business.
                        self.synced = None;
                        self.store.epoch = self.world.epoch;
                    }
                }
            }
            // The whole state only now and then, since it costs more than a step.
            if n % 16 == 15 || n + 1 == steps {
                self.compare(&at).await;
            }
        }
        self.rates.check().unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
        self.store.clean().await;
    }

    fn check(
        &mut self,
        before: &LineModel,
        now_us: i64,
        command: &LineCommand,
        reply: &LineReply,
        at: &At,
    ) {
        if let Some(config) = &self.line.config
            && matches!(command, LineCommand::Open { .. } | LineCommand::Configure(_))
            && !matches!(reply, LineReply::Refused(_))
        {
            self.rates.rate(now_us, config.admission_rate_per_second);
        }
        if let LineReply::Admitted(admission) = reply
            && before.memo.len() < self.line.memo.len().max(1)
        {
            self.rates.admitted(admission.at_us, admission.tickets.len());
            nobody_is_passed_over(before, &admission.tickets)
                .unwrap_or_else(|error| panic!("{at}: {error}"));
        }
    }

    async fn sync(&mut self) {
        self.store.save().await;
        self.synced = Some(self.line.clone());
    }

    async fn fail(&mut self, fault: RedisFault) {
        match fault {
            RedisFault::Restarts => {}
            RedisFault::LosesItsTail => {
                if let Some(synced) = &self.synced {
                    self.store.load().await;
                    self.line = synced.clone();
                }
            }
            RedisFault::Wiped => {
                self.store.wipe().await;
                self.line = LineModel::default();
            }
        }
        self.store.pretend_restart().await;
        if let Some(room) = &mut self.line.room {
            room.trusted = false;
        }
        self.synced = None;
    }

    async fn compare(&mut self, at: &At) {
        let real = self.store.dump().await;
        assert_eq!(real, Dump::of_model(&self.line), "Redis (left) and model (right) after {at}");
        real.check_accounts().unwrap_or_else(|error| panic!("{at}: {error}"));
        // What readers are told follows from the state; asking in some worlds is enough.
        let asks = self.seed.is_multiple_of(4);
        if asks && self.line.room.is_some_and(|room| room.trusted && room.open) {
            self.compare_answers(at).await;
        }
    }

    /// Compares what readers are told: counts (QUEUE-2), states, positions, the snapshot.
    async fn compare_answers(&self, at: &At) {
        let Some(room) = self.line.room else { return };
        let (queue, drop_id, epoch) = (self.queue, self.drop_id, room.epoch);
        let counts = queue.counts(drop_id, epoch).await.unwrap();
        let sum = counts.waiting
            + counts.missed
            + counts.occupied
            + counts.left
            + counts.closed
            + counts.ordered;
        assert_eq!(counts.joined, sum, "QUEUE-2 after {at}: {counts:?}");

        let keys: Vec<_> = self.line.tickets.iter().map(|(id, one)| (*id, one.score)).collect();
        let states = queue.status(drop_id, epoch, &keys).await.unwrap();
        for ((ticket_id, _), state) in keys.iter().zip(states) {
            assert_eq!(state, self.line.state_of(*ticket_id), "{ticket_id} after {at}");
        }
        let events = queue.events_after(drop_id, EventPoint::default(), 10_000).await.unwrap();
        let events: Vec<_> = events.into_iter().map(|one| (one.point, one.event)).collect();
        assert_eq!(events, self.line.events, "events after {at}");
        let snapshot = queue.snapshot(drop_id, epoch).await.unwrap();
        let waiting: Vec<_> = self.line.waiting().iter().map(|ticket| ticket.score).collect();
        assert_eq!((snapshot.point.evn, &snapshot.lanes[0].scores), (room.evn, &waiting), "{at}");
        if let Some(last) = self.line.waiting().last() {
            let found = queue.position(drop_id, epoch, last.lane, last.score).await.unwrap();
            assert_eq!(found.position, waiting.len() as u64, "{at}");
            let found = queue.find_by_account(drop_id, epoch, last.shopper_id).await.unwrap();
            assert_eq!(found.map(|(ticket, _)| ticket), Some(*last), "{at}");
        }
    }
}

fn seeds(usual: Range<u64>) -> Range<u64> {
    let chosen = variable("SLUICE_QUEUE_SEEDS").and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    chosen.unwrap_or(usual)
}

fn steps(usual: usize) -> usize {
    variable("SLUICE_QUEUE_STEPS").and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[expect(clippy::disallowed_methods, reason = "a knob of this test alone")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
