//! The scripts on a real Redis.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod differential;

mod admitting;
mod chunks;
mod cluster;
mod coming_back;
mod cooling;
mod due;
mod guarding;
mod joining;
mod lanes;
mod limits;
mod listening;
mod loading;
mod long_lines;
mod managed;
mod manual;
mod modes;
mod presence;
mod private_redis;
mod restarting;
mod sentinel;
mod trying_again;
mod users;
mod without_stock;

use queue::QueueError;
use shared::{
    ids::TicketId,
    line::{Admission, Epoch, EpochProblem},
};
use testkit::room::TestRoom;

const EPOCH: Epoch = TestRoom::EPOCH;

/// The ids of admitted tickets.
fn ids(admission: &Admission) -> Vec<TicketId> {
    admission.tickets.iter().map(|one| one.ticket.ticket_id).collect()
}

/// How the room differs from the one that a refused call was for.
fn problem<T: std::fmt::Debug>(result: Result<T, QueueError>) -> EpochProblem {
    match result.unwrap_err() {
        QueueError::Epoch { problem, .. } => problem,
        other => panic!("{other:?}"),
    }
}
