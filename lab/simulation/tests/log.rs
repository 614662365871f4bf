//! A drop's log with copies in it, and with writes that land when nobody reckons with them any more:
//! whoever reads it, from its start or from any event on, finds what the workers have taken for the
//! drop's own chain, and nothing else.

use rand::{Rng, SeedableRng, rngs::StdRng};
use shared::{
    decide::chain::{EventChain, Followed},
    ids::DropId,
    line::{ChainHash, Epoch, Follows, Lane},
    messages::QueueEventV1,
};
use simulation::{
    line::{LineCommand, LineModel, LineReply},
    world::{Crowd, RedisFault, SeededWorld, Step},
};
use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
};

const START_US: i64 = 1_700_000_000_000_000;
const STEP_US: i64 = 100;
const N_WORLDS: u64 = 600;
const N_STEPS: usize = 150;

/// `queue-events` of a drop, with what Postgres knows of it, and the worker that writes there.
struct TestLog {
    drop_id: DropId,
    rng: StdRng,
    records: Vec<QueueEventV1>,
    /// Offsets of the drop's own chain, as far as a cursor has moved along it.
    own: Vec<usize>,
    epoch: Epoch,
    followed: Followed,
    /// Sent by a worker that was given up: each may land at any time, in this order.
    late: VecDeque<QueueEventV1>,
}

impl TestLog {
    fn new(seed: u64) -> Self {
        Self {
            drop_id: DropId::generate(),
            rng: StdRng::seed_from_u64(seed),
            records: Vec::new(),
            own: Vec::new(),
            epoch: Epoch(0),
            followed: Followed::new(),
            late: VecDeque::new(),
        }
    }

    /// Offset behind the last event that the log is known to have.
    fn cursor(&self) -> usize {
        self.own.last().map_or(0, |offset| offset + 1)
    }

    fn last(&self) -> Option<&QueueEventV1> {
        self.own.last().map(|offset| &self.records[*offset])
    }

    /// Chains what the line has and the log has not.
    fn unlogged(&self, line: &LineModel) -> Vec<QueueEventV1> {
        let (point, mut hash) =
            self.last().map(|last| (last.point(), last.hash)).unwrap_or_default();
        let mut records = Vec::new();
        for (at, event) in line.events.iter().filter(|(at, _)| *at > point) {
            let record = QueueEventV1::chained(self.drop_id, *at, 0, event.clone(), hash);
            hash = record.hash;
            records.push(record);
        }
        records
    }

    /// Writes what the log has not, and something a second time now and then.
    fn write(&mut self, line: &LineModel) {
        for record in self.unlogged(line) {
            self.own.push(self.records.len());
            self.records.push(record);
            if self.rng.random_bool(0.1) {
                let copied = self.rng.random_range(0..self.records.len());
                self.records.push(self.records[copied].clone());
            }
        }
    }

    /// Redis fails, and the worker with it: what it has sent by then may land later.
    fn give_up(&mut self, line: &LineModel) {
        // The first record begins the chain, whoever has sent it.
        if self.own.is_empty() {
            return;
        }
        let mut sent = self.unlogged(line);
        let n_sent = self.rng.random_range(0..=sent.len());
        self.late.extend(sent.drain(..n_sent));
    }

    /// Lets the next late write land, now and then.
    fn go_on(&mut self) {
        if self.rng.random_bool(0.2) {
            self.records.extend(self.late.pop_front());
        }
    }

    /// A worker begins an epoch: its cursor moves behind what has landed, it logs what Redis still
    /// has, and keeps which event the epoch follows.
    fn begin(&mut self, epoch: Epoch, line: &LineModel) {
        let landed = self.cursor()..self.records.len();
        let landed = self.read(landed, self.last().map(|last| last.hash));
        self.own.extend(landed);
        self.write(line);
        if let Some(last) = self.last() {
            let follows = Follows { point: last.point(), hash: last.hash };
            self.followed.insert(epoch, follows);
        }
        self.epoch = epoch;
    }

    /// Reads as a worker does, behind the event `last`. Returns the offsets of what it takes.
    fn read(&self, offsets: Range<usize>, last: Option<ChainHash>) -> Vec<usize> {
        let mut chain = EventChain::new(last, self.epoch, &self.followed);
        offsets.filter(|offset| chain.take(&self.records[*offset])).collect()
    }

    fn hashes(&self, offsets: &[usize]) -> Vec<ChainHash> {
        offsets.iter().map(|offset| self.records[*offset].hash).collect()
    }

    /// Compares what is read from the start, and from some event on, with the drop's own chain.
    fn check(&mut self, seed: u64) {
        let read = self.read(0..self.cursor(), None);
        assert_eq!(self.hashes(&read), self.hashes(&self.own), "seed {seed}: from the start");
        if self.own.is_empty() {
            return;
        }
        let n = self.rng.random_range(0..self.own.len());
        let offset = self.own[n];
        let read = self.read(offset + 1..self.cursor(), Some(self.records[offset].hash));
        let expected = self.hashes(&self.own[n + 1..]);
        assert_eq!(self.hashes(&read), expected, "seed {seed}: behind event {n}");
    }

    /// Whether a record is there twice.
    fn has_copies(&self) -> bool {
        let hashes = self.records.iter().map(|record| *record.hash.as_bytes());
        hashes.collect::<BTreeSet<_>>().len() < self.records.len()
    }

    /// Whether hashes alone, without the events that epochs follow, lead somewhere else.
    fn is_forked(&self) -> bool {
        let mut chain = EventChain::new(None, self.epoch, &Followed::new());
        let read = self.records[..self.cursor()].iter().filter(|record| chain.take(record));
        let read: Vec<_> = read.map(|record| record.hash).collect();
        read != self.hashes(&self.own)
    }
}

/// Plays a world, with a worker that logs its line. Returns the log.
fn play(seed: u64) -> TestLog {
    let mut world = SeededWorld::new(seed, Crowd::small(&[Lane(0)], START_US, STEP_US));
    let (mut line, mut synced) = (LineModel::default(), LineModel::default());
    let (mut log, mut now_us) = (TestLog::new(seed), START_US);
    for _ in 0..N_STEPS {
        now_us += STEP_US;
        log.go_on();
        match world.next(&line) {
            Step::Synced => synced = line.clone(),
            Step::Fault(fault) => {
                log.give_up(&line);
                line = after(fault, line, &synced);
                synced = line.clone();
            }
            Step::Command(epoch, command) => {
                let before = line.clone();
                let reply = line.step(epoch, now_us, &command);
                world.observe(epoch, now_us, &command, &reply);
                match (command, reply) {
                    (LineCommand::Begin, LineReply::Done) => {
                        log.begin(epoch, &before);
                        synced = line.clone();
                    }
                    (LineCommand::Open { .. }, LineReply::Done) => log.check(seed),
                    _ => {}
                }
            }
        }
        let is_usable = line.room.is_some_and(|room| room.trusted && room.open);
        if is_usable && log.rng.random_bool(0.3) {
            log.write(&line);
        }
    }
    log.check(seed);
    log
}

/// Returns what a fault leaves of the line, which nobody trusts then.
fn after(fault: RedisFault, line: LineModel, synced: &LineModel) -> LineModel {
    let mut left = match fault {
        RedisFault::Restarts => line,
        RedisFault::LosesItsTail => synced.clone(),
        RedisFault::Wiped => LineModel::default(),
    };
    if let Some(room) = &mut left.room {
        room.trusted = false;
    }
    left
}

#[test]
fn what_is_no_part_of_the_chain_is_never_read_whatever_lands_when() {
    let (mut with_copies, mut with_forks) = (0, 0);
    for seed in 0..N_WORLDS {
        let log = play(seed);
        with_copies += usize::from(log.has_copies());
        with_forks += usize::from(log.is_forked());
    }
    // Without either, the test would show nothing.
    assert!(with_copies >= 100, "copies in {with_copies} of {N_WORLDS} logs");
    assert!(with_forks >= 30, "forks in {with_forks} of {N_WORLDS} logs");
}
