//! Where a returning client was: `?seen=<epoch>.<evn>.<position>`, and with `?eta=<seconds>` how long it
//! was told to wait. It says so itself, unsigned, and can only make its own view worse.

use shared::line::{Epoch, EventPoint};
use std::{num::NonZeroU64, str::FromStr};

/// The position that a client saw last, and the event with which it was exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The event.
    pub point: EventPoint,
    /// People ahead + 1.
    pub position: u64,
    /// By when half of such waits were said to be over, in seconds, if anything was.
    pub eta_p50_s: Option<u32>,
}

impl FromStr for Seen {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        let epoch = Epoch(part().parse()?);
        let point = EventPoint { epoch, evn: part().parse()? };
        let position: NonZeroU64 = part().parse()?;
        Ok(Self { point, position: position.get(), eta_p50_s: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused() {
        let seen: Seen = "2.77.42".parse().unwrap();
        assert_eq!((seen.point.epoch, seen.point.evn, seen.position), (Epoch(2), 77, 42));
        let too_large = "1.2.99999999999999999999";
        for wrong in ["", "1", "1.2", "1.2.0", "1.2.3.4", "-1.2.3", "a.b.c", too_large] {
            assert!(wrong.parse::<Seen>().is_err(), "{wrong}");
        }
    }
}
