//! For how long replicas have been behind their rooms. Pure: no I/O, the time is passed in.

use std::time::{Duration, Instant};

/// How long a replica may be behind: a snapshot of a long line takes about a second.
const PATIENCE: Duration = Duration::from_secs(2);

/// Since when some replica has been behind; `None` while all keep up.
#[derive(Debug, Default)]
pub(super) struct LagWatch(Option<Instant>);

impl LagWatch {
    /// Notes by how many events the furthest replica is behind. Returns whether all keep up, short
    /// moments aside.
    pub(super) fn keeps_up(&mut self, n_behind: u64, now: Instant) -> bool {
        if n_behind == 0 {
            self.0 = None;
            return true;
        }
        let since = *self.0.get_or_insert(now);
        now.duration_since(since) <= PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_stays_behind_does_not_keep_up() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut watch = LagWatch::default();
        assert!(watch.keeps_up(9, at(0)) && watch.keeps_up(5, at(1500)));
        assert!(watch.keeps_up(0, at(1900)));
        assert!(watch.keeps_up(1, at(2500)) && watch.keeps_up(1, at(4500)));
        assert!(!watch.keeps_up(1, at(4501)));
        assert!(watch.keeps_up(0, at(5000)));
    }
}
