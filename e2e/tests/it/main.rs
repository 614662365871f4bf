//! Whole-system tests, one at a time: each has its own servers, and two cores are few.

mod crowd_runs;
