//! The scripts on a real Redis.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod differential;

mod admitting;
mod coming_back;
mod guarding;
mod joining;
mod limits;
mod listening;

use shared::{
    ids::TicketId,
    line::{Admission, Epoch},
};
use testkit::room::TestRoom;

const EPOCH: Epoch = TestRoom::EPOCH;

/// The ids of admitted tickets.
fn ids(admission: &Admission) -> Vec<TicketId> {
    admission.tickets.iter().map(|one| one.ticket.ticket_id).collect()
}
