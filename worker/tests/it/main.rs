//! The worker on real Redis, Postgres and Kafka.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod drain;
#[expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]
mod fixture;
mod line;
mod log;
#[expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]
mod orders;
mod payments;
mod rebuild;
mod relay;
mod schedule;
