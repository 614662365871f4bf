//! How long somebody in line still waits, as two times: half of such waits are over by the first, and nine
//! in ten by the second.
//!
//! A turn comes once everybody ahead has been let in, has left, or was passed over for being away. Two
//! things may hold that up, and the slower one decides: the admission rate, or slots, which come back as
//! fast as those inside were seen to finish. Each gives a mean and a variance, and with them a gamma
//! distribution, of which the two times are quantiles. The variance has what happens by chance, and how
//! little is known of what was seen.

use super::pace::{ObservedPace, SeenShare};

/// Chances of using the rate that are believed to be taken before any was seen.
const BELIEVED: f64 = 5.0;
/// Share of the rate that is used where nothing is wrong: what is missing comes of bursts and pauses, and
/// not by chance.
const WELL_USED: f64 = 0.9;
/// Share of the rate below which nothing moves, and of how many admissions it must be the share.
const STANDSTILL: f64 = 0.05;
const STANDSTILL_OF: f64 = 10.0;
/// Turns that are believed to find somebody, before any was seen.
const BELIEVED_THERE: f64 = 20.0;
/// Tickets that must have finished before slots are awaited.
const ENOUGH_ENDED: f64 = 3.0;
/// How late a turn is told, in seconds, and its variance.
const LATE_S: f64 = 0.25;
const LATE_VARIANCE: f64 = 0.05;
/// Standard deviation of what no model knows, as a part of the wait.
const UNKNOWN: f64 = 0.005;
/// Below this share of leavers, they change nothing.
const FEW: f64 = 1e-4;
/// Where nine in ten of a normal distribution lie.
const Z_90: f64 = 1.2816;

/// How long a wait lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eta {
    /// Half of such waits are over by then, in milliseconds.
    pub p50_ms: u64,
    /// Nine in ten are.
    pub p90_ms: u64,
}

/// Why no time can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEta {
    /// Nobody is let in: the room is paused or stopped, or over.
    Halted,
    /// Nobody is let in yet.
    NotOpen,
    /// People are counted in by hand, and whoever does that says when.
    ByHand,
    /// Everybody could be let in, and nobody is.
    NothingMoves,
    /// Slots have to come back, and hardly any has yet.
    TooEarly,
    /// The turn comes only if units come back.
    Units,
}

/// What decides when the turns of a line come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineFlow {
    /// Why nobody is let in; `None` while people are.
    pub halted: Option<NoEta>,
    /// Admissions of the room per second, at most.
    pub rate_per_second: f64,
    /// Admitted and unfinished tickets of the room, at most.
    pub occupancy_cap: u32,
    /// Such tickets.
    pub occupied: u32,
    /// This line's part of those who are let in, above 0 and up to 1.
    pub share: f64,
    /// How the room moved lately.
    pub observed: ObservedPace,
}

/// How fast the line is let in.
#[derive(Clone, Copy)]
struct Flow {
    per_second: f64,
    /// Variance over mean of how many are let in in a while.
    scatter: f64,
    /// Variance of `per_second`, as a part of its square.
    doubt: f64,
}

/// Those ahead of a position, by whether they will be there at their turn.
#[derive(Clone, Copy)]
struct Ahead {
    there: f64,
    away: f64,
    variance: f64,
}

/// When a turn comes, in seconds from now.
#[derive(Clone, Copy)]
struct Passage {
    mean: f64,
    variance: f64,
    /// People ahead who will have left, or will have been passed over.
    leavers: f64,
}

impl LineFlow {
    /// Returns when the turn of a position comes.
    ///
    /// # Errors
    ///
    /// Returns why no time can be told.
    pub fn eta(&self, position: u64) -> Result<Eta, NoEta> {
        if let Some(reason) = self.halted {
            return Err(reason);
        }
        let (rate, slots) = (self.by_rate(position)?, self.by_slots(position)?);
        let at = |z| rate.quantile(z).max(slots.map_or(0.0, |slots| slots.quantile(z)));
        let ms = |seconds: f64| (seconds * 1000.0).round() as u64;
        Ok(Eta { p50_ms: ms(at(0.0)), p90_ms: ms(at(Z_90)) })
    }

    /// Returns how many of those ahead of a position will have left by its turn, or will have been passed
    /// over; 0 where no time can be told.
    #[must_use]
    pub fn leavers(&self, position: u64) -> f64 {
        let Ok(rate) = self.by_rate(position) else { return 0.0 };
        let slots = self.by_slots(position).ok().flatten();
        slots.map_or(0.0, |slots| slots.leavers).max(rate.leavers)
    }

    /// Returns how many of this line's tickets finish each second.
    #[must_use]
    pub fn ended_per_second(&self) -> f64 {
        self.observed.ended.per_exposure() * f64::from(self.occupied) * self.share
    }

    /// When the rate alone lets a position in.
    fn by_rate(&self, position: u64) -> Result<Passage, NoEta> {
        let SeenShare { count, exposure } = self.observed.used;
        if exposure >= STANDSTILL_OF && count < STANDSTILL * exposure {
            return Err(NoEta::NothingMoves);
        }
        let used = ((count + BELIEVED) / (exposure + BELIEVED)).min(1.0);
        let scatter = (WELL_USED - used).max(0.0);
        let flow = Flow {
            per_second: self.share * used * self.rate_per_second,
            scatter,
            doubt: scatter / (count + BELIEVED),
        };
        if flow.per_second <= 0.0 {
            return Err(NoEta::NothingMoves);
        }
        // The next admission is due at any moment up to one interval from now.
        let passage = self.behind(self.ahead(position), flow, 0.5);
        let interval = flow.per_second.recip();
        let unsure = interval.powi(2) / 12.0 + (UNKNOWN * passage.mean).powi(2) + LATE_VARIANCE;
        Ok(Passage {
            mean: passage.mean + LATE_S,
            variance: passage.variance + unsure,
            leavers: passage.leavers,
        })
    }

    /// When slots alone let a position in; `None` where the free ones are enough.
    fn by_slots(&self, position: u64) -> Result<Option<Passage>, NoEta> {
        let free = f64::from(self.occupancy_cap) - f64::from(self.occupied);
        let (ahead, own) = (self.ahead(position), 1.0 - self.share * free);
        if ahead.there + own <= 0.0 {
            return Ok(None);
        }
        let ObservedPace { ended, scatter, .. } = self.observed;
        if ended.count < ENOUGH_ENDED {
            return Err(NoEta::TooEarly);
        }
        let per_second = self.share * ended.per_exposure() * f64::from(self.occupancy_cap);
        if per_second <= 0.0 {
            return Err(NoEta::NothingMoves);
        }
        let flow = Flow { per_second, scatter, doubt: scatter / ended.count };
        Ok(Some(self.behind(ahead, flow, own)))
    }

    /// Returns who of those ahead of a position will be there at their turn.
    fn ahead(&self, position: u64) -> Ahead {
        let n_ahead = position.saturating_sub(1) as f64;
        let SeenShare { count, exposure } = self.observed.missed;
        let n_seen = exposure + BELIEVED_THERE;
        let away = (count.max(0.0) / n_seen).min(1.0);
        let doubt = away * (1.0 - away);
        Ahead {
            there: n_ahead * (1.0 - away),
            away: n_ahead * away,
            variance: n_ahead * doubt + n_ahead.powi(2) * doubt / n_seen,
        }
    }

    /// When the turn comes behind those who are there, and so many more.
    fn behind(&self, ahead: Ahead, flow: Flow, more: f64) -> Passage {
        let passage = self.through(flow, ahead.there + more);
        Passage {
            variance: passage.variance + ahead.variance / flow.per_second.powi(2),
            leavers: passage.leavers + ahead.away,
            ..passage
        }
    }

    /// When the last of so many is let in, while those ahead leave as they were seen to: the line shrinks
    /// by the flow, and by a part of itself.
    fn through(&self, flow: Flow, n_tickets: f64) -> Passage {
        let Flow { per_second, scatter, doubt } = flow;
        let leaving = self.observed.left.per_exposure();
        let alone = n_tickets.max(0.0) / per_second;
        if leaving * alone < FEW {
            let variance = scatter * alone / per_second + alone.powi(2) * doubt;
            return Passage { mean: alone, variance, leavers: 0.0 };
        }
        let stayed = (1.0 + leaving * alone).recip();
        let mean = -stayed.ln() / leaving;
        let by_chance = (scatter * (1.0 - stayed.powi(2)) + (1.0 - stayed).powi(2))
            / (2.0 * leaving * per_second);
        // How far the mean moves with the flow, and with how fast people leave.
        let by_flow = alone * stayed;
        let by_leaving = mean - by_flow;
        let n_left = self.observed.left.count.max(0.0);
        Passage {
            mean,
            variance: by_chance + by_flow.powi(2) * doubt + by_leaving.powi(2) / (n_left + 1.0),
            leavers: (n_tickets - per_second * mean).max(0.0),
        }
    }
}

impl Passage {
    /// The quantile that lies `z` standard deviations above the median of a normal distribution, by the
    /// approximation of Wilson and Hilferty.
    fn quantile(self, z: f64) -> f64 {
        if self.mean <= 0.0 {
            return 0.0;
        }
        let spread = self.variance / (9.0 * self.mean.powi(2));
        self.mean * (1.0 - spread + z * spread.sqrt()).max(0.0).powi(3)
    }
}

#[cfg(test)]
mod tests;
