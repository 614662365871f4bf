//! The scripts on a real Redis.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod differential;
mod server;
mod world;

mod admitting;
mod coming_back;
mod guarding;
mod joining;
mod limits;
mod listening;
