//! Where a benchmark ran. Without it, figures cannot be compared.

use serde::Serialize;
use std::{fs, io::Write as _, path::Path, time::Instant};

/// The machine, and how busy it was.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    cores: usize,
    /// The name of the processor.
    model: String,
    /// The load average of the last minute when the run began.
    load: String,
    /// A write of 4 KiB with fsync, microseconds, median.
    fsync_us: f64,
    /// Open files of one process, at most.
    open_files: String,
    /// How this program was built.
    build: &'static str,
}

impl Machine {
    /// Describes this machine; `dir` is where the servers keep their data.
    pub(crate) fn describe(dir: &Path) -> Self {
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            model: line_of("/proc/cpuinfo", "model name"),
            load: first_word("/proc/loadavg"),
            fsync_us: fsync_us(dir).unwrap_or(f64::NAN),
            open_files: line_of("/proc/self/limits", "Max open files"),
            build: if cfg!(debug_assertions) { "debug: not to be quoted" } else { "release" },
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cores, model, load, fsync_us, open_files, build } = self;
        let files = open_files.split_whitespace().next().unwrap_or_default();
        write!(
            f,
            "{cores} cores ({model}), load {load}, fsync {fsync_us:.0} us, {files} open files, {build} build"
        )
    }
}

fn line_of(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_default().trim_matches([' ', '\t', ':']).to_owned()
}

fn first_word(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

fn fsync_us(dir: &Path) -> std::io::Result<f64> {
    let mut file = tempfile::tempfile_in(dir)?;
    let mut times = Vec::new();
    for _ in 0..64 {
        let started = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
