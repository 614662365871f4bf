//! Where a returning client was: `?seen=<epoch>.<evn>.<place>`. It says so itself, unsigned, and
//! can only make its own view worse.

use shared::{messages::EventPoint, tickets::Epoch};
use std::str::FromStr;

/// The place a client saw last, and the event that it was exact with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The event.
    pub point: EventPoint,
    /// The place.
    pub place: u64,
}

impl FromStr for Seen {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        let epoch = Epoch(part().parse()?);
        let point = EventPoint { epoch, evn: part().parse()? };
        Ok(Self { point, place: part().parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused() {
        let seen: Seen = "2.77.42".parse().unwrap();
        assert_eq!((seen.point.epoch, seen.point.evn, seen.place), (Epoch(2), 77, 42));
        for wrong in ["", "1", "1.2", "1.2.3.4", "-1.2.3", "a.b.c", "1.2.99999999999999999999"] {
            assert!(wrong.parse::<Seen>().is_err(), "{wrong}");
        }
    }
}
