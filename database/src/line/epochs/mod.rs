//! Generations of a drop's line in Redis, and what a rebuild reads.
//!
//! The drop row says which epoch is meant and whether it is open. While it is `rebuilding`, its
//! commands wait. Each rebuild keeps its boundary for ever: what it left out stays left out.
//!
//! | file | holds |
//! |---|---|
//! | `steps.rs` | the steps of a rebuild in the drop row: begun, boundary kept, open |
//! | `first_boundary.rs` | where the commands of a drop begin |
//! | `followed.rs` | which event each epoch follows |
//! | `truth.rs` | what Postgres knows of a line, in one snapshot |
//! | `ticket_truth.rs` | the same of some tickets |

mod first_boundary;
mod followed;
mod steps;
mod ticket_truth;
mod truth;

pub use crate::ordering::boundaries::{Boundaries, Boundary};
pub use first_boundary::first_boundary;
pub use followed::followed;
pub use steps::{begin, mark_open, set_boundary};
pub use ticket_truth::{TicketTruth, truth_of};
pub use truth::{LineTruth, OrderInLine, truth};
