//! A drain in simulated time, by the worker's own rule of when to look again: whoever may be let in
//! waits a moment if wakes are heard, and half a second at most if those that free something are lost.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IteratorRandom};
use shared::{
    decide::drain::{DrainFinding, next_look},
    drops::DropMode,
    ids::{ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    line::{
        AdmitBlock, Epoch, Intent, JoinRequest, Lane, RoomConfig, SettleOutcome, Settlement,
        StockFigure,
    },
};
use simulation::line::{LineCommand, LineModel, LineReply, ModelState};
use std::time::Duration;
use uuid::Uuid;

const EPOCH: Epoch = Epoch(1);
const START_US: i64 = 1_700_000_000_000_000;
const TICK_US: i64 = 1_000;
const N_TICKS: i64 = 4_000;
const N_WORLDS: u64 = 30;
/// Least pause between two looks.
const EVERY: Duration = Duration::from_millis(20);
/// How long somebody waits at most where nothing wakes the drain.
const UNWOKEN: Duration = Duration::from_millis(500);
/// Tickets of one ADMIT.
const LIMIT: usize = 50;
const LEASE_US: i64 = 60_000_000;

/// A line with one variant, and its drain.
struct DrainedLine {
    rng: StdRng,
    line: LineModel,
    stock: StockFigure,
    now_us: i64,
    /// Whether a wake is heard that tells of a slot or a unit.
    hears: bool,
    earliest_us: i64,
    look_at_us: i64,
    /// What has held people up.
    blocks: Vec<AdmitBlock>,
}

impl DrainedLine {
    fn open(seed: u64, hears: bool) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let variant_id = VariantId::from_uuid(id(&mut rng));
        let available = rng.random_range(0..10);
        let stock = StockFigure { variant_id, version: 1, available, reserved: 0 };
        let config = config(&mut rng, variant_id);
        let mut line = LineModel::default();
        for command in [
            LineCommand::Begin,
            LineCommand::RestoreStock(vec![stock]),
            LineCommand::Open { config, follows: None, grace_us: 0 },
        ] {
            assert_eq!(line.step(EPOCH, START_US, &command), LineReply::Done);
        }
        Self {
            rng,
            line,
            stock,
            now_us: START_US,
            hears,
            earliest_us: START_US,
            look_at_us: START_US,
            blocks: Vec::new(),
        }
    }

    /// Lets time pass. Returns how long somebody waited at most who could have been let in.
    fn run(&mut self) -> Duration {
        let (mut since_us, mut longest_us) = (None, 0);
        for _ in 0..N_TICKS {
            self.now_us += TICK_US;
            self.happen();
            if self.now_us >= self.look_at_us {
                self.look();
            }
            if self.could_let_in() {
                longest_us = longest_us.max(self.now_us - *since_us.get_or_insert(self.now_us));
            } else {
                since_us = None;
            }
            // Nobody reads them here.
            self.line.events.clear();
        }
        Duration::from_micros(longest_us as u64)
    }

    /// People join, units come back, orders end.
    fn happen(&mut self) {
        match self.rng.random_range(0..100) {
            0..2 => self.join(),
            2 => {
                self.stock.version += 1;
                self.stock.available += self.rng.random_range(0..3);
                self.settle(Vec::new());
            }
            3..6 => {
                let past =
                    self.line.tickets.values().filter(|one| one.state != ModelState::Waiting);
                let ended = past.map(|ticket| ticket.key).choose(&mut self.rng);
                let outcome = SettleOutcome::Ended(TicketState::Expired);
                self.settle(
                    ended.map(|ticket| Settlement { ticket, outcome }).into_iter().collect(),
                );
            }
            _ => {}
        }
    }

    fn join(&mut self) {
        let was_empty = self.line.waiting().is_empty();
        let units = self.rng.random_range(1..3);
        let request = JoinRequest {
            ticket_id: TicketId::from_uuid(id(&mut self.rng)),
            shopper_id: ShopperId::from_uuid(id(&mut self.rng)),
            lane: Lane(0),
            intent: Intent { variant_id: self.stock.variant_id, units },
        };
        self.line.step(EPOCH, self.now_us, &LineCommand::Join(vec![request]));
        if was_empty {
            self.wake();
        }
    }

    fn settle(&mut self, settlements: Vec<Settlement>) {
        let command = LineCommand::Settle { stock: vec![self.stock], settlements };
        self.line.step(EPOCH, self.now_us, &command);
        if self.hears {
            self.wake();
        }
    }

    fn wake(&mut self) {
        self.look_at_us = self.look_at_us.min(self.now_us.max(self.earliest_us));
    }

    /// Lets in everybody who may come in, and decides when to look again.
    fn look(&mut self) {
        loop {
            let request = id(&mut self.rng);
            let command =
                LineCommand::Admit { limit: LIMIT, lease_us: LEASE_US, request, extra: 0 };
            let reply = self.line.step(EPOCH, self.now_us, &command);
            let LineReply::Admitted(admission) = reply else { panic!("the room is open") };
            if admission.tickets.len() < LIMIT {
                self.blocks.extend(admission.blocked_by);
                let pause = next_look(DrainFinding::of(&admission), EVERY);
                self.look_at_us = self.now_us + pause.as_micros() as i64;
                self.earliest_us = self.now_us + EVERY.as_micros() as i64;
                return;
            }
        }
    }

    fn could_let_in(&self) -> bool {
        let request = Uuid::nil();
        let command = LineCommand::Admit { limit: 1, lease_us: LEASE_US, request, extra: 0 };
        let reply = self.line.clone().step(EPOCH, self.now_us, &command);
        matches!(reply, LineReply::Admitted(admission) if !admission.tickets.is_empty())
    }
}

fn id(rng: &mut StdRng) -> Uuid {
    Uuid::from_u128(rng.random())
}

/// Half of the lines open a second later; rates and caps are small enough to be felt.
fn config(rng: &mut StdRng, variant_id: VariantId) -> RoomConfig {
    RoomConfig {
        mode: DropMode::Running,
        mode_until_us: None,
        admission_rate_per_second: rng.random_range(2.0..100.0),
        occupancy_cap: rng.random_range(2..10),
        capacity: 1_000_000,
        opens_at_us: if rng.random_bool(0.5) { START_US + 1_000_000 } else { 0 },
        closes_at_us: None,
        max_units_per_ticket: 2,
        takes_most: false,
        variants: vec![variant_id],
        has_stock: true,
        lanes: Vec::new(),
        manual: None,
        members_of: None,
        invite_only: false,
        presence: None,
        message: None,
        ended: None,
        version: 1,
    }
}

/// Runs all worlds. Returns the longest wait of all; fails if something held nobody up in any.
fn longest_wait(hears: bool) -> Duration {
    let (mut longest, mut blocks) = (Duration::ZERO, Vec::new());
    for seed in 0..N_WORLDS {
        let mut drained = DrainedLine::open(seed, hears);
        longest = longest.max(drained.run());
        blocks.extend(drained.blocks);
    }
    let felt = [
        AdmitBlock::NotOpen,
        AdmitBlock::Rate,
        AdmitBlock::Occupancy,
        AdmitBlock::Stock,
        AdmitBlock::Empty,
    ];
    for block in felt {
        assert!(blocks.contains(&block), "{block:?} held nobody up");
    }
    longest
}

#[test]
fn whoever_may_be_let_in_is_let_in_at_the_next_look_of_a_drain_that_hears_wakes() {
    let longest = longest_wait(true);
    assert!(longest <= EVERY, "{longest:?}");
}

#[test]
fn lost_wakes_cost_whoever_may_be_let_in_half_a_second_at_most() {
    let longest = longest_wait(false);
    assert!(longest <= UNWOKEN, "{longest:?}");
    assert!(longest > EVERY, "no wake was lost that mattered");
}
