//! How a room moved lately: how much of its rate was used, how fast those who were let in made room for
//! others, how many left the line, and how many were away when it was their turn.
//!
//! Looks come twice a second or so. What happened between two of them goes into bins of five seconds, of
//! which the last five minutes are kept. Those five minutes count, since many events tell a rate better than
//! few; once the last half minute is unlike them by more than chance explains, that half minute counts alone.

use std::collections::VecDeque;

const BIN_US: i64 = 5_000_000;
/// Bins that are kept: five minutes.
const N_BINS: i64 = 60;
/// Bins that may count alone: half a minute.
const N_RECENT: i64 = 6;
/// Nothing can be said of a longer time between two looks.
const LONGEST_US: i64 = 10_000_000;
/// Standard deviations that are taken for chance.
const CHANCE: f64 = 2.5;
/// Scatter before anything is known, which weighs as much as so many bins.
const SCATTER_BINS: f64 = 10.0;

/// A room at one moment, and what happened since the look before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaceLook {
    /// When, in microseconds of any clock that goes on.
    pub at_us: i64,
    /// Whether people are let in.
    pub admits: bool,
    /// Tickets in line.
    pub waiting: u64,
    /// Those among them for whom units are free.
    pub eligible: u64,
    /// Tickets admitted and not finished.
    pub occupied: u32,
    /// Such tickets, at most.
    pub occupancy_cap: u32,
    /// Admissions per second, at most.
    pub rate_per_second: f64,
    /// Tickets admitted since the look before.
    pub admitted: u64,
    /// Tickets whose shoppers left since then.
    pub left: u64,
    /// Tickets that were passed over since then, since nobody was there at their turn.
    pub missed: u64,
    /// Tickets that stand at their own place again after that.
    pub came_back: u64,
}

/// How often something happened, and what it could have happened to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SeenShare {
    /// How often it happened.
    pub count: f64,
    /// Chances, or the seconds of all to whom it could have happened.
    pub exposure: f64,
}

/// What a room's looks say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedPace {
    /// Admissions, of those that the rate would have allowed while slots and people were there.
    pub used: SeenShare,
    /// Admitted tickets that have finished, over the seconds that tickets spent inside.
    pub ended: SeenShare,
    /// Tickets that left the line, over the seconds that tickets spent in it.
    pub left: SeenShare,
    /// Tickets that were passed over for good, of those whose turn it was.
    pub missed: SeenShare,
    /// Variance over mean of how many finish in a while: 1 for pure chance, 0 for a clockwork.
    pub scatter: f64,
}

/// How a room moved in the last five minutes.
#[derive(Clone, Debug, Default)]
pub struct RoomPace {
    bins: VecDeque<Bin>,
    last: Option<PaceLook>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    number: i64,
    used: SeenShare,
    ended: SeenShare,
    left: SeenShare,
    missed: SeenShare,
}

impl RoomPace {
    /// Takes in a look.
    pub fn look(&mut self, look: PaceLook) {
        let Some(before) = self.last.replace(look) else { return };
        let elapsed_us = look.at_us - before.at_us;
        if (1..=LONGEST_US).contains(&elapsed_us) {
            let mut bin = Bin { number: look.at_us.div_euclid(BIN_US), ..Bin::default() };
            bin.note(&before, &look, elapsed_us as f64 / 1e6);
            self.add(bin);
        }
    }

    fn add(&mut self, bin: Bin) {
        match self.bins.back_mut() {
            Some(last) if last.number >= bin.number => last.add(&bin),
            _ => self.bins.push_back(bin),
        }
        while self.bins.front().is_some_and(|first| first.number <= bin.number - N_BINS) {
            self.bins.pop_front();
        }
    }

    /// Returns what the looks say.
    #[must_use]
    pub fn observed(&self) -> ObservedPace {
        let last = self.bins.back().map_or(0, |bin| bin.number);
        let (mut whole, mut recent) = (Bin::default(), Bin::default());
        for bin in &self.bins {
            whole.add(bin);
            if bin.number > last - N_RECENT {
                recent.add(bin);
            }
        }
        let scatter = self.scatter(whole.ended);
        ObservedPace {
            used: recent.used.unless_like(whole.used, 1.0),
            ended: recent.ended.unless_like(whole.ended, scatter),
            left: recent.left.unless_like(whole.left, 1.0),
            missed: recent.missed.unless_like(whole.missed, 1.0),
            scatter,
        }
    }

    /// How much more, or less, than by pure chance the bins differ in how many finished.
    fn scatter(&self, whole: SeenShare) -> f64 {
        let (mut squares, mut expected) = (0.0, 0.0);
        for bin in &self.bins {
            let mean = whole.per_exposure() * bin.ended.exposure;
            squares += (bin.ended.count - mean).powi(2);
            expected += mean;
        }
        if expected <= 0.0 {
            return 1.0;
        }
        let n_bins = self.bins.len() as f64;
        let scatter = (n_bins * squares / expected + SCATTER_BINS) / (n_bins + SCATTER_BINS);
        scatter.clamp(0.25, 10.0)
    }
}

impl Bin {
    /// Notes what happened between two looks.
    fn note(&mut self, before: &PaceLook, now: &PaceLook, seconds: f64) {
        let allowed = before.rate_per_second * seconds;
        if before.has_room_for(allowed) && now.has_room_for(allowed) {
            self.used = SeenShare { count: now.admitted as f64, exposure: allowed };
        }
        let inside = (f64::from(before.occupied) + f64::from(now.occupied)) / 2.0;
        let ended = f64::from(before.occupied) + now.admitted as f64 - f64::from(now.occupied);
        self.ended = SeenShare { count: ended, exposure: inside * seconds };
        let waiting = (before.waiting as f64 + now.waiting as f64) / 2.0;
        self.left = SeenShare { count: now.left as f64, exposure: waiting * seconds };
        let missed = now.missed as f64 - now.came_back as f64;
        self.missed = SeenShare { count: missed, exposure: now.admitted as f64 + missed.max(0.0) };
    }

    fn add(&mut self, other: &Self) {
        self.used.add(other.used);
        self.ended.add(other.ended);
        self.left.add(other.left);
        self.missed.add(other.missed);
    }
}

impl PaceLook {
    /// Whether so many could have been let in, had the rate alone decided.
    fn has_room_for(&self, admissions: f64) -> bool {
        let free = f64::from(self.occupancy_cap) - f64::from(self.occupied);
        self.admits && free >= admissions && self.eligible as f64 >= admissions
    }
}

impl SeenShare {
    /// Returns how often it happened to one, or in one second of one; 0 where nothing was seen.
    #[must_use]
    pub fn per_exposure(self) -> f64 {
        if self.exposure > 0.0 { self.count.max(0.0) / self.exposure } else { 0.0 }
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.exposure += other.exposure;
    }

    /// Returns the longer time's share, unless this one differs from it by more than chance explains.
    fn unless_like(self, whole: Self, scatter: f64) -> Self {
        let expected = whole.per_exposure() * self.exposure;
        let chance = CHANCE * ((expected + 1.0) * scatter.max(1.0)).sqrt();
        if (self.count - expected).abs() > chance { self } else { whole }
    }
}

#[cfg(test)]
mod tests;
