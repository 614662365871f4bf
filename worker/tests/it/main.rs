//! The worker on real Redis, Postgres and Kafka.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod drain;
mod line;
mod log;
mod rebuild;
mod schedule;
