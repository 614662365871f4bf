//! Whole-system tests. Two cores are few: a test that keeps them busy runs alone, and of those that mostly
//! wait there are two at a time.

#![expect(clippy::print_stdout, reason = "a report is worth reading even if a test passes")]

mod absentees;
mod acts;
mod changed_limits;
mod clustered;
#[path = "../common/mod.rs"]
mod common;
mod composed;
mod crowd_runs;
mod figure;
mod frozen;
mod gateways;
mod judged;
mod losses;
mod lost_site;
mod modes;
mod neighbours;
mod open_door;
mod planes;
mod predicted;
mod presets;
mod profile;
mod protected;
mod regulars;
mod restarts;
mod restore;
mod rotation;
mod sale;
mod secrets;
mod stage;
mod variants;

use tokio::sync::{Semaphore, SemaphorePermit};

/// The halves of the machine. Tests of one process run at once.
static MACHINE: Semaphore = Semaphore::const_new(2);

/// Waits for the whole machine: for a crowd of a thousand or more, and whatever else needs all of it.
async fn whole_machine() -> SemaphorePermit<'static> {
    MACHINE.acquire_many(2).await.expect("it is never closed")
}

/// Waits for half of the machine: for a test that spends most of its time waiting.
async fn half_of_the_machine() -> SemaphorePermit<'static> {
    MACHINE.acquire().await.expect("it is never closed")
}
