//! What somebody who waits may expect, and why it takes longer than they were told.

use serde::Serialize;
use utoipa::ToSchema;

/// Why it takes more than a fifth longer than it was told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EtaReason {
    /// Fewer are let in each second, or fewer may be inside at one time.
    RateLowered,
    /// People are let in more slowly than before, though nobody changed anything.
    Slower,
    /// The room stood still for a while.
    Paused,
    /// The room was rebuilt.
    Rebuild,
    /// Somebody ahead came back to their own position.
    Returned,
}

/// What somebody who waits may expect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Prospects {
    /// Seconds after which half of such waits are over; `None` while no time can be told.
    pub eta_p50_s: Option<u32>,
    /// Seconds after which nine in ten are.
    pub eta_p90_s: Option<u32>,
    /// Why it takes more than a fifth longer than was told before, if it does.
    pub eta_reason: Option<EtaReason>,
    /// How likely it is that the wanted units are left at the turn, or one where they are chosen then, in
    /// steps of five; `None` where no units are waited for.
    pub odds_percent: Option<u8>,
    /// Whether every unit that is not sold is held by others.
    pub standby: bool,
}

impl Prospects {
    /// Says why it takes longer, if it does by more than a fifth of the `told` seconds.
    #[must_use]
    pub(crate) fn explained(
        mut self,
        told: Option<u32>,
        reason: impl FnOnce() -> EtaReason,
    ) -> Self {
        let has_risen = |told: u32, now: u32| u64::from(now) * 5 > u64::from(told) * 6;
        if let (Some(told), Some(now)) = (told, self.eta_p50_s)
            && has_risen(told, now)
        {
            self.eta_reason = Some(reason());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(told: Option<u32>, now: Option<u32>) -> Option<EtaReason> {
        let prospects = Prospects { eta_p50_s: now, ..Prospects::default() };
        prospects.explained(told, || EtaReason::Slower).eta_reason
    }

    #[test]
    fn every_rise_by_more_than_a_fifth_has_a_reason_and_no_other_change() {
        for (told, now) in [(100, 121), (1, 2), (10, u32::MAX)] {
            assert_eq!(reason(Some(told), Some(now)), Some(EtaReason::Slower), "{told} {now}");
        }
        for (told, now) in [(100, 120), (100, 90), (0, 0), (u32::MAX, u32::MAX)] {
            assert_eq!(reason(Some(told), Some(now)), None, "{told} {now}");
        }
        assert_eq!(reason(None, Some(900)), None, "nothing was told before");
        assert_eq!(reason(Some(100), None), None, "no time is told now");
    }
}
