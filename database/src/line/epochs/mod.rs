//! Generations of a drop's line in Redis, and what a rebuild reads.
//!
//! The drop row says which epoch is meant and whether it is open. While it is `rebuilding`, its
//! commands wait. Each rebuild keeps its boundary for ever: what it left out stays left out.
//!
//! | file | holds |
//! |---|---|
//! | `steps.rs` | the steps of a rebuild in the drop row: begun, boundary kept, open |
//! | `truth.rs` | what Postgres knows of a line, in one snapshot |

mod steps;
mod truth;

pub use crate::ordering::boundaries::{Boundaries, Boundary};
pub use steps::{begin, mark_open, set_boundary};
pub use truth::{LineTruth, OrderInLine, TicketTruth, truth, truth_of};
