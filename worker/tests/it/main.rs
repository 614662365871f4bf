//! The worker on real Redis, Postgres and Kafka.

mod drain;
mod line;
mod log;
mod rebuild;
mod schedule;
