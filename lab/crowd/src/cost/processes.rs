//! Processes of this machine and the CPU that they have used, in clock ticks.

use std::{collections::BTreeMap, fs};

/// What `/proc/<pid>/stat` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProcessStat {
    /// The first 15 bytes of the program's name.
    pub(crate) name: String,
    /// The parent's process id.
    pub(crate) parent: u32,
    /// When it was started, counted from the start of the machine.
    pub(crate) started_ticks: u64,
    /// Used by its threads, including those that have ended.
    pub(crate) own_ticks: u64,
    /// Used by its children that have ended.
    pub(crate) reaped_ticks: u64,
}

/// Returns all processes by their ids; none where there is no `/proc`.
pub(crate) fn all() -> BTreeMap<u32, ProcessStat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    // A process may end before its file is read.
    pids.filter_map(|pid| {
        Some((pid, parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?))
    })
    .collect()
}

/// Returns the CPU of a process and of its children that run the same program, such as the
/// backends of Postgres.
///
/// The time of a child that ends moves to its parent's [`reaped_ticks`](ProcessStat), so nothing
/// is lost or counted twice.
pub(crate) fn ticks_with_children(processes: &BTreeMap<u32, ProcessStat>, pid: u32) -> Option<u64> {
    let root = processes.get(&pid)?;
    let children =
        processes.values().filter(|child| child.parent == pid && child.name == root.name);
    let used = |process: &ProcessStat| process.own_ticks + process.reaped_ticks;
    Some(used(root) + children.map(used).sum::<u64>())
}

/// Reads a line of `/proc/<pid>/stat`. The name stands in brackets and may hold anything.
fn parse(stat: &str) -> Option<ProcessStat> {
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(ProcessStat {
        name: name.to_owned(),
        parent: fields.get(1)?.parse().ok()?,
        started_ticks: ticks(19)?,
        own_ticks: ticks(11)? + ticks(12)?,
        reaped_ticks: ticks(13)? + ticks(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "812 (odd) name) S 7 812 812 0 -1 4194560 979 5 4 0 31 12 40 2 20 0 5 0 \
                        458578 64905216 3014 18446744073709551615 1 1 0 0 0 0 0";

    #[test]
    fn a_stat_line_is_read_after_the_last_bracket() {
        let wanted = ProcessStat {
            name: "odd) name".to_owned(),
            parent: 7,
            started_ticks: 458_578,
            own_ticks: 43,
            reaped_ticks: 42,
        };
        assert_eq!(parse(STAT), Some(wanted));
        assert_eq!(parse("812 (short) S 7 812"), None);
    }

    #[test]
    fn children_of_the_same_program_count_and_others_do_not() {
        let process = |name: &str, parent, own_ticks| ProcessStat {
            name: name.to_owned(),
            parent,
            started_ticks: 0,
            own_ticks,
            reaped_ticks: 1,
        };
        let processes = BTreeMap::from([
            (10, process("postgres", 1, 5)),
            (11, process("postgres", 10, 20)),
            (12, process("sh", 10, 300)),
            (13, process("postgres", 12, 4_000)),
        ]);
        assert_eq!(ticks_with_children(&processes, 10), Some(27));
        assert_eq!(ticks_with_children(&processes, 99), None);
    }

    #[test]
    fn this_process_is_among_them() {
        let own = &all()[&std::process::id()];
        assert!(own.started_ticks > 0 && !own.name.is_empty(), "{own:?}");
    }
}
