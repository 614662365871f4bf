//! How this process does, written once a second for the operators' charts: streams, those who wait, memory.
//!
//! Nothing waits for a row, and one that could not be written is missing.

use crate::room::{Replica, RoomDirectory};
use database::{
    PgPool,
    line::admission_history::{self, AdmissionSample},
};
use shared::telemetry::with_causes;
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const EVERY: Duration = Duration::from_secs(1);
/// Where Linux tells a process about itself.
const STATUS: &str = "/proc/self/status";

/// Writes until the soft stop; `n_sockets` tells how many streams are open.
pub(crate) async fn run(
    rooms: Arc<RoomDirectory>,
    pool: PgPool,
    n_sockets: impl Fn() -> usize,
    soft: CancellationToken,
) {
    let instance = Uuid::now_v7().simple().to_string();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while soft.run_until_cancelled(ticks.tick()).await.is_some() {
        let memory_bytes = memory_bytes().await;
        let sample = AdmissionSample {
            sockets: i32::try_from(n_sockets()).unwrap_or(i32::MAX),
            waiting: n_waiting(&rooms),
            memory_bytes,
        };
        let writing = admission_history::write(&pool, &instance, sample);
        if let Some(Err(error)) = soft.run_until_cancelled(writing).await {
            let error = with_causes(&error);
            tracing::debug!(error, "could not write how this process does");
        }
    }
}

/// People in all lines that are known here.
fn n_waiting(rooms: &RoomDirectory) -> i64 {
    let waiting = rooms.all().iter().filter_map(|room| room.read(Replica::waiting)).sum::<u64>();
    i64::try_from(waiting).unwrap_or(i64::MAX)
}

/// Memory that this process has of its machine, as far as the system tells.
async fn memory_bytes() -> Option<i64> {
    resident(&tokio::fs::read_to_string(STATUS).await.ok()?)
}

/// Finds the resident memory in what the system tells of a process, bytes.
fn resident(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_what_the_system_tells() {
        let status = "Name:\tadmission\nVmPeak:\t  90 kB\nVmRSS:\t    1234 kB\nThreads:\t3\n";
        assert_eq!(resident(status), Some(1234 * 1024));
        for unknown in ["", "VmRSS:\tmuch", "VmRSS:\t12 MB", "VmRSS:\t9223372036854775807 kB"] {
            assert_eq!(resident(unknown), None, "{unknown}");
        }
    }
}
