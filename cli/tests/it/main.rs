//! The `sluice` command against a real database and the built services.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod command;
mod demo;
mod drops;
mod lanes;
mod links;
mod load_runs;
mod people;
mod seeding;
mod sites;
mod themes;
