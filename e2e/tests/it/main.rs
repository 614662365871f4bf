//! Whole-system tests, one at a time: each has its own servers, and two cores are few.

#![expect(clippy::print_stdout, reason = "a report is worth reading when a test passes, too")]

mod crowd_runs;
