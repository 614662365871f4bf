//! CPU used during a run, in clock ticks.

use std::collections::BTreeMap;

/// What has been used since a watch began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UsedTicks {
    /// By service; `None` if none of its processes was found.
    pub(crate) services: BTreeMap<&'static str, Option<u64>>,
    /// This process.
    pub(crate) client: Option<u64>,
    /// Everything on this machine.
    pub(crate) machine: Option<u64>,
}

/// A counter's first and last known values.
#[derive(Debug, Default)]
pub(crate) struct TickSpan(Option<(u64, u64)>);

impl TickSpan {
    /// Records the counter's current value; `None`, when it cannot be read, changes nothing.
    pub(crate) fn saw(&mut self, now: Option<u64>) {
        let Some(now) = now else { return };
        let first = self.0.map_or(now, |(first, _)| first);
        self.0 = Some((first, now));
    }

    /// Returns how much the counter has grown; `None` if it could never be read.
    pub(crate) fn used(&self) -> Option<u64> {
        self.0.map(|(first, last)| last.saturating_sub(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_value_count() {
        let mut span = TickSpan::default();
        assert_eq!(span.used(), None);
        for now in [Some(40), Some(47), None, Some(52), None] {
            span.saw(now);
        }
        assert_eq!(span.used(), Some(12));
    }
}
