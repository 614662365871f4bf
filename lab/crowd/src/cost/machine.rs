//! The machine's clock ticks, in which `/proc` counts CPU.

use std::fs;

use nix::unistd::{SysconfVar, sysconf};

/// Ticks in a second: 100 on nearly every Linux.
pub(crate) fn ticks_per_second() -> u64 {
    let answer = sysconf(SysconfVar::CLK_TCK).ok().flatten();
    answer.and_then(|ticks| u64::try_from(ticks).ok()).filter(|ticks| *ticks > 0).unwrap_or(100)
}

/// Returns how long all cores together have been busy since the machine started.
pub(crate) fn busy_ticks() -> Option<u64> {
    parse_busy(&fs::read_to_string("/proc/stat").ok()?)
}

/// Returns how long the machine has been up.
pub(crate) fn uptime_ticks() -> Option<u64> {
    let text = fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some((seconds * ticks_per_second() as f64) as u64)
}

/// Adds up user, nice, system, irq and softirq: neither idle time, nor waits for a disk, nor what
/// a hypervisor gave to others.
fn parse_busy(stat: &str) -> Option<u64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let ticks: Vec<u64> = fields.map(str::parse::<u64>).collect::<Result<_, _>>().ok()?;
    [0, 1, 2, 5, 6].into_iter().map(|at: usize| ticks.get(at).copied()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_and_stolen_time_is_not_busy() {
        let stat = "cpu  100 20 3 9000 800 4 5 700 60 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(parse_busy(stat), Some(132));
        assert_eq!(parse_busy("cpu  100 20 3\n"), None);
        assert_eq!(parse_busy("intr 1 2 3\n"), None);
    }

    #[test]
    fn this_machine_has_been_up_and_busy() {
        assert!(ticks_per_second() > 0);
        assert!(uptime_ticks() > Some(0) && busy_ticks() > Some(0));
    }
}
