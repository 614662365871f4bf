//! The real program, over HTTP, on a ledger of its own.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod behaviour;
mod callbacks;
mod crash;
mod crowd;
mod faults;
mod process;
