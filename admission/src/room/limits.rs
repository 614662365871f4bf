//! The limits of a room that say how fast its line may move.

use shared::line::Configured;

/// How many are let in each second, and how many may be inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RoomLimits {
    /// Admissions per million seconds.
    admission_rate_micro: u64,
    /// Admitted and unfinished tickets, at most.
    occupancy_cap: u32,
}

impl RoomLimits {
    /// Whether fewer are let in than `before`.
    pub(crate) const fn is_lower_than(self, before: Self) -> bool {
        self.admission_rate_micro < before.admission_rate_micro
            || self.occupancy_cap < before.occupancy_cap
    }

    /// Whether one of them is more than a fifth away from what it was `before`: then a time may be, too,
    /// and has a reason.
    pub(crate) fn is_far_from(self, before: Self) -> bool {
        is_far(self.admission_rate_micro, before.admission_rate_micro)
            || is_far(self.occupancy_cap.into(), before.occupancy_cap.into())
    }
}

impl From<&Configured> for RoomLimits {
    fn from(configured: &Configured) -> Self {
        let Configured { admission_rate_micro, occupancy_cap, .. } = *configured;
        Self { admission_rate_micro, occupancy_cap }
    }
}

fn is_far(one: u64, other: u64) -> bool {
    one.max(other).saturating_mul(5) > one.min(other).saturating_mul(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_far_from_others_once_one_of_them_moved_by_more_than_a_fifth() {
        let limits = |admission_rate_micro, occupancy_cap| RoomLimits {
            admission_rate_micro,
            occupancy_cap,
        };
        let before = limits(10_000_000, 100);
        for (rate, cap) in [(12_000_001, 100), (8_333_333, 100), (10_000_000, 121), (0, 100)] {
            assert!(limits(rate, cap).is_far_from(before), "{rate} {cap}");
        }
        for (rate, cap) in [(12_000_000, 120), (8_400_000, 84), (10_000_000, 100)] {
            assert!(!limits(rate, cap).is_far_from(before), "{rate} {cap}");
        }
    }
}
