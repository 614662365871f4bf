//! The lanes of a room beside the normal one, and how they share what is admitted.

use super::Lane;
use std::{fmt, str::FromStr};

/// A lane beside the normal one, and its published share of the admissions.
///
/// The normal lane has what the others leave of 100 %. Written as `lane:percent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneShare {
    /// Which lane.
    pub lane: Lane,
    /// Its share, in percent; 0 for a lane that moves only when no other one can.
    pub percent: u8,
}

impl LaneShare {
    /// What the lanes beside the normal one may have together, percent.
    pub const MOST_OF_ALL: u8 = 90;

    /// Whether a room can have these lanes beside the normal one: each once, and not too much together.
    #[must_use]
    pub fn add_up(others: &[Self]) -> bool {
        let taken: u32 = others.iter().map(|one| u32::from(one.percent)).sum();
        let is_again = |(n, one): (usize, &Self)| others[..n].iter().any(|o| o.lane == one.lane);
        taken <= u32::from(Self::MOST_OF_ALL) && !others.iter().enumerate().any(is_again)
    }

    /// Returns what `others` leave to the normal lane, in percent.
    #[must_use]
    pub fn left_of(others: &[Self]) -> u8 {
        let taken: u32 = others.iter().map(|one| u32::from(one.percent)).sum();
        100 - taken.min(100) as u8
    }
}

impl fmt::Display for LaneShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.lane.0, self.percent)
    }
}

impl FromStr for LaneShare {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (lane, percent) = text.split_once(':').ok_or("a lane is written as lane:percent")?;
        let lane = lane.parse::<u8>().ok().filter(|lane| (1..Lane::COUNT).contains(lane));
        let percent = percent.parse::<u8>().ok().filter(|percent| *percent <= Self::MOST_OF_ALL);
        Ok(Self {
            lane: Lane(lane.ok_or("the lanes beside the normal one are 1 to 3")?),
            percent: percent.ok_or("a lane's share is 0 to 90 percent")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_written_as_it_is_read() {
        let share = LaneShare { lane: Lane(2), percent: 20 };
        assert_eq!(share.to_string(), "2:20");
        assert_eq!("2:20".parse(), Ok(share));
    }

    #[test]
    fn lanes_that_no_room_has_are_refused() {
        for text in ["", "1", "0:20", "4:20", "1:91", "1:-1", "one:20", "1:20:3"] {
            assert!(text.parse::<LaneShare>().is_err(), "{text}");
        }
    }

    fn shares(lanes: &[(u8, u8)]) -> Vec<LaneShare> {
        lanes
            .iter()
            .map(|(lane, percent)| LaneShare { lane: Lane(*lane), percent: *percent })
            .collect()
    }

    #[test]
    fn the_normal_lane_has_the_rest() {
        assert_eq!(LaneShare::left_of(&shares(&[(1, 20), (3, 5)])), 75);
        assert_eq!(LaneShare::left_of(&[]), 100);
    }

    #[test]
    fn a_lane_is_there_once_and_something_is_left_for_the_normal_one() {
        for lanes in [&[(1, 90)][..], &[], &[(2, 0), (1, 0), (3, 90)]] {
            assert!(LaneShare::add_up(&shares(lanes)), "{lanes:?}");
        }
        for lanes in [&[(1, 60), (2, 31)][..], &[(1, 5), (1, 5)], &[(1, 90), (2, 90), (3, 90)]] {
            assert!(!LaneShare::add_up(&shares(lanes)), "{lanes:?}");
        }
    }
}
