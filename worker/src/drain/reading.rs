//! What was seen of the pressure on a drop.

use shared::{decide::drain::DrainFinding, line::AdmitBlock, text_enum};
use std::time::Duration;
use tokio::time::Instant;

/// What was seen longer ago tells nothing: three looks have not come back.
const FRESH: Duration = Duration::from_millis(1500);

text_enum! {
    /// Why nobody else is let in though somebody waits, other than by the rate.
    HoldUp {
        /// No order processor is alive.
        NoProcessor = "no_processor",
        /// The order processors cannot be seen.
        Unseen = "unseen",
        /// As many commands wait to be processed as may.
        CommandsWait = "commands_wait",
        /// Orders are behind those who were let in, so fewer are.
        EasedByLag = "eased_by_lag",
        /// Orders take long to be written, so fewer are let in.
        EasedByCommits = "eased_by_commits",
        /// Calls to the payment provider fail, so fewer are let in.
        EasedByProvider = "eased_by_provider",
        /// The payment provider does not answer.
        ProviderAway = "provider_away",
        /// The payment provider is tried with a few.
        ProviderTried = "provider_tried",
        /// The line cannot be reached.
        LineAway = "line_away",
        /// As many are admitted and not finished as may be.
        Occupancy = "occupancy",
        /// No units are free for whoever is next.
        Stock = "stock",
    }
}

/// How people may be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// As fast as the limits allow.
    Free,
    /// Fewer than the limits allow, for this reason.
    Eased(HoldUp),
    /// A few at a time.
    Slow,
    /// Not at all, for this reason.
    Blocked(HoldUp),
}

/// What one look has seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) flow: Flow,
    /// How many people may be let in by it.
    pub(super) room: u32,
    /// Generation of the log that commands go to.
    ///
    /// Always read before they are produced: a position that is given too old a generation is
    /// one that the reconciler does not trust, never one that it waits for in vain.
    pub(super) generation: i64,
    pub(super) seen_at: Instant,
}

impl Reading {
    /// Returns what stands for a look that has seen nothing: nobody is let in.
    pub(super) fn unseen() -> Self {
        let flow = Flow::Blocked(HoldUp::Unseen);
        Self { flow, room: 0, generation: 0, seen_at: Instant::now() }
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.seen_at.elapsed() < FRESH
    }
}

/// How many people were let in by the last reading.
#[derive(Debug, Default)]
pub(super) struct LetIn(Option<(Instant, u32)>);

impl LetIn {
    /// Notes that so many more were.
    pub(super) fn add(&mut self, reading: Reading, n_people: usize) {
        let n_people = u32::try_from(n_people).unwrap_or(u32::MAX);
        self.0 = Some((reading.seen_at, self.by(reading).saturating_add(n_people)));
    }

    /// Returns how many more may be before there is another reading.
    pub(super) fn room_left(&self, reading: Reading) -> u32 {
        reading.room.saturating_sub(self.by(reading))
    }

    fn by(&self, reading: Reading) -> u32 {
        self.0.map_or(0, |(seen_at, n)| if seen_at == reading.seen_at { n } else { 0 })
    }
}

/// Says what holds those up who wait, if anything but the rate does: by what a drain has found, and how
/// people might be let in as far as that was seen.
pub(super) const fn held_up_by(finding: DrainFinding, flow: Option<Flow>) -> Option<HoldUp> {
    match (finding, flow) {
        (DrainFinding::HeldUp, Some(Flow::Blocked(why) | Flow::Eased(why))) => Some(why),
        (DrainFinding::HeldUp, Some(Flow::Free | Flow::Slow)) => Some(HoldUp::CommandsWait),
        (DrainFinding::Slow, _) => Some(HoldUp::ProviderTried),
        (DrainFinding::Unknown, _) => Some(HoldUp::LineAway),
        (DrainFinding::Answered { blocked_by: Some(AdmitBlock::Occupancy), .. }, _) => {
            Some(HoldUp::Occupancy)
        }
        (DrainFinding::Answered { blocked_by: Some(AdmitBlock::Stock), .. }, _) => {
            Some(HoldUp::Stock)
        }
        (
            DrainFinding::HeldUp
            | DrainFinding::Asleep
            | DrainFinding::NobodyWaits
            | DrainFinding::Answered { .. },
            _,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_more_than_the_rate_is_held_up_for_a_reason() {
        let answered = |blocked_by| {
            let finding = DrainFinding::Answered { blocked_by, next_due: None };
            held_up_by(finding, Some(Flow::Free))
        };
        assert_eq!((answered(Some(AdmitBlock::Rate)), answered(None)), (None, None));
        assert_eq!(answered(Some(AdmitBlock::Stock)), Some(HoldUp::Stock));
        let blocked = Some(Flow::Blocked(HoldUp::NoProcessor));
        assert_eq!(held_up_by(DrainFinding::HeldUp, blocked), Some(HoldUp::NoProcessor));
        let eased = Some(Flow::Eased(HoldUp::EasedByLag));
        assert_eq!(held_up_by(DrainFinding::HeldUp, eased), Some(HoldUp::EasedByLag));
        assert_eq!(held_up_by(DrainFinding::HeldUp, None), None, "nothing was seen yet");
        assert_eq!(held_up_by(DrainFinding::NobodyWaits, blocked), None);
    }

    #[test]
    fn no_more_are_let_in_by_a_reading_than_it_has_room_for() {
        let reading = Reading { room: 30, ..Reading::unseen() };
        let mut let_in = LetIn::default();
        assert_eq!(let_in.room_left(reading), 30);
        let_in.add(reading, 20);
        assert_eq!(let_in.room_left(reading), 10);
        let_in.add(reading, 15);
        assert_eq!(let_in.room_left(reading), 0);
        let next = Reading { seen_at: reading.seen_at + FRESH, ..reading };
        assert_eq!(let_in.room_left(next), 30, "those are seen to wait by now");
    }
}
