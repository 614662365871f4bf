//! How a sale would go, told before it is made: a made-up crowd in simulated time, let in by the rules that
//! let in a real one.
//!
//! All people are alike, and nobody leaves, comes too late for their turn or comes back. So it is a picture
//! of what the settings allow, and no forecast.
//!
//! | file | holds |
//! |---|---|
//! | `plan` | the sale and the crowd |
//! | `line` | who has come, and how long each waited |
//! | `inside` | who was let in, until they have paid or are done |
//! | `course` | how it went, in a bounded number of points |
//! | `run` | one tick after another |

mod course;
mod inside;
mod line;
mod plan;
mod run;

pub use course::{Course, CoursePoint, LineBound, MAX_POINTS};
pub use plan::WhatIfPlan;
pub use run::{LONGEST_S, run};
