//! A made-up sale around a line: people join and leave, most of those who are let in pay and some never
//! come, and the limits may change once. Whoever is asked about is told a time, stays, and is let in.

use rand::{Rng, SeedableRng, rngs::StdRng};
use shared::{
    decide::{
        eta::{Eta, LineFlow},
        pace::{PaceLook, RoomPace},
    },
    gcra::Gcra,
};
use std::{cmp::Reverse, collections::BinaryHeap, mem};

const SECOND_US: i64 = 1_000_000;
/// Pause between two admissions.
const TICK_US: i64 = 100_000;
/// Pause between two looks at the room.
const LOOK_US: i64 = 500_000;
/// Waits of one sale, and the time in which they are asked about.
const N_ASKED: usize = 10;
const ASKED_WITHIN_S: f64 = 300.0;
/// No wait is so long.
const LONGEST_US: i64 = 5_000 * SECOND_US;

/// A wait that is over.
pub(crate) struct PlayedWait {
    pub(crate) told: Eta,
    pub(crate) took_ms: u64,
    /// Whether slots are scarcer than what the rate allows.
    pub(crate) is_held_up_by_slots: bool,
}

/// What came of a sale.
pub(crate) struct PlayedSale {
    pub(crate) waits: Vec<PlayedWait>,
    pub(crate) n_untold: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Joins,
    Leaves(usize),
    Finishes,
}

#[derive(Default)]
struct Person {
    is_out_of_line: bool,
    /// When they were told a time, and which.
    told: Vec<(i64, Eta)>,
}

/// How people behave, in seconds.
struct Habits {
    stay: f64,
    pay_within: f64,
    hold: f64,
    never_come: f64,
    join_every: f64,
}

/// A sale in progress.
pub(crate) struct Sale {
    rng: StdRng,
    habits: Habits,
    rate: f64,
    cap: u32,
    is_held_up_by_slots: bool,
    /// By which factor the limits change before anybody is asked about.
    change: Option<f64>,
    now_us: i64,
    tat: Option<f64>,
    occupied: u32,
    people: Vec<Person>,
    front: usize,
    waiting: u64,
    happenings: BinaryHeap<Reverse<(i64, Happening)>>,
    pace: RoomPace,
    admitted: u64,
    left: u64,
    /// The last is the next.
    ask_at_us: Vec<i64>,
    n_open: usize,
    played: PlayedSale,
}

impl Sale {
    /// Opens with a line.
    pub(crate) fn open(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let rate = rng.random_range(0.3_f64.ln()..5.0_f64.ln()).exp();
        let (pay_within, hold) = (rng.random_range(20.0..90.0), rng.random_range(120.0..240.0));
        let never_come = rng.random_range(0.0..0.35);
        let inside = (1.0 - never_come) * pay_within + never_come * hold;
        let is_held_up_by_slots = rng.random_bool(0.5);
        let slots = if is_held_up_by_slots { 0.3..0.7 } else { 1.5..3.5 };
        let cap = (rng.random_range(slots) * rate * inside).round().max(3.0);
        let stay = if rng.random_bool(0.1) { 1e9 } else { rng.random_range(200.0..1200.0) };
        let flow = rate.min(cap / inside);
        let n_first = (flow * (0.3 * hold + rng.random_range(60.0..460.0))).ceil();
        let joins = flow * rng.random_range(0.6..1.2) + n_first / stay;
        let change = rng.random_bool(0.3).then(|| rng.random_range(0.6..1.6));
        // Once the first holds have run out.
        let ask_at = |_| ((hold + ASKED_WITHIN_S * rng.random::<f64>()) * 1e6) as i64;
        let mut ask_at_us: Vec<_> = (0..N_ASKED).map(ask_at).collect();
        ask_at_us.sort_unstable_by_key(|at_us| Reverse(*at_us));
        let mut sale = Self {
            rng,
            habits: Habits { stay, pay_within, hold, never_come, join_every: joins.recip() },
            rate,
            cap: cap as u32,
            is_held_up_by_slots,
            change,
            now_us: 0,
            tat: None,
            occupied: 0,
            people: Vec::new(),
            front: 0,
            waiting: 0,
            happenings: BinaryHeap::new(),
            pace: RoomPace::default(),
            admitted: 0,
            left: 0,
            ask_at_us,
            n_open: 0,
            played: PlayedSale { waits: Vec::new(), n_untold: 0 },
        };
        (0..n_first as u64).for_each(|_| sale.join(0));
        sale.plan(0, sale.habits.join_every, Happening::Joins);
        sale
    }

    /// Goes on until everybody who was asked about is in.
    pub(crate) fn play(mut self) -> PlayedSale {
        while !self.ask_at_us.is_empty() || self.n_open > 0 {
            self.now_us += TICK_US;
            assert!(self.now_us < LONGEST_US, "somebody is never let in");
            if self.now_us as f64 >= self.habits.hold * 1e6
                && let Some(factor) = self.change.take()
            {
                self.rate *= factor;
                self.cap = (f64::from(self.cap) * factor).round().max(3.0) as u32;
            }
            self.happen();
            self.admit();
            if self.now_us % LOOK_US == 0 {
                self.look();
                self.ask();
            }
        }
        self.played
    }

    /// Has something happen after a time that is long or short by chance, `mean` on the average.
    fn plan(&mut self, from_us: i64, mean: f64, happening: Happening) {
        let seconds = -mean * (1.0 - self.rng.random::<f64>()).ln();
        self.happenings.push(Reverse((from_us + (seconds * 1e6) as i64, happening)));
    }

    fn happen(&mut self) {
        while let Some(Reverse((at_us, happening))) = self.happenings.peek().copied()
            && at_us <= self.now_us
        {
            self.happenings.pop();
            match happening {
                Happening::Joins => {
                    self.join(at_us);
                    self.plan(at_us, self.habits.join_every, Happening::Joins);
                }
                Happening::Leaves(number) => self.leave(number),
                Happening::Finishes => self.occupied -= 1,
            }
        }
    }

    fn join(&mut self, at_us: i64) {
        let number = self.people.len();
        self.people.push(Person::default());
        self.waiting += 1;
        self.plan(at_us, self.habits.stay, Happening::Leaves(number));
    }

    fn leave(&mut self, number: usize) {
        let person = &mut self.people[number];
        if !person.is_out_of_line && person.told.is_empty() {
            person.is_out_of_line = true;
            self.waiting -= 1;
            self.left += 1;
        }
    }

    fn admit(&mut self) {
        let rule = Gcra::per_second(self.rate).expect("a rate above 0");
        let want = self.cap.saturating_sub(self.occupied).min(self.waiting as u32);
        let (n_admitted, tat) = rule.take(self.tat, self.now_us as f64, want);
        self.tat = Some(tat);
        (0..n_admitted).for_each(|_| self.let_in());
    }

    /// Lets the first in line in.
    fn let_in(&mut self) {
        while self.people[self.front].is_out_of_line {
            self.front += 1;
        }
        let person = &mut self.people[self.front];
        person.is_out_of_line = true;
        for (told_at_us, told) in mem::take(&mut person.told) {
            let took_ms = ((self.now_us - told_at_us) / 1000).unsigned_abs();
            let is_held_up_by_slots = self.is_held_up_by_slots;
            self.played.waits.push(PlayedWait { told, took_ms, is_held_up_by_slots });
            self.n_open -= 1;
        }
        self.waiting -= 1;
        self.occupied += 1;
        self.admitted += 1;
        if self.rng.random_bool(self.habits.never_come) {
            let ends_at_us = self.now_us + (self.habits.hold * 1e6) as i64;
            self.happenings.push(Reverse((ends_at_us, Happening::Finishes)));
        } else {
            self.plan(self.now_us, self.habits.pay_within, Happening::Finishes);
        }
    }

    fn look(&mut self) {
        self.pace.look(PaceLook {
            at_us: self.now_us,
            admits: true,
            waiting: self.waiting,
            eligible: self.waiting,
            occupied: self.occupied,
            occupancy_cap: self.cap,
            rate_per_second: self.rate,
            admitted: mem::take(&mut self.admitted),
            left: mem::take(&mut self.left),
            missed: 0,
            came_back: 0,
        });
    }

    /// Tells a time to somebody in line, wherever they stand, as often as it is due.
    fn ask(&mut self) {
        while self.ask_at_us.pop_if(|at_us| *at_us <= self.now_us).is_some() {
            if self.waiting == 0 {
                continue;
            }
            let position = self.rng.random_range(1..=self.waiting);
            let flow = LineFlow {
                halted: None,
                rate_per_second: self.rate,
                occupancy_cap: self.cap,
                occupied: self.occupied,
                share: 1.0,
                observed: self.pace.observed(),
            };
            let Ok(eta) = flow.eta(position) else {
                self.played.n_untold += 1;
                continue;
            };
            let mut in_line = self.people.iter_mut().filter(|person| !person.is_out_of_line);
            let asked = in_line.nth(position as usize - 1).expect("so many wait");
            asked.told.push((self.now_us, eta));
            self.n_open += 1;
        }
    }
}
