//! The queries on a real Postgres; each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod batch;
mod faults;
mod fixture;
mod giving_back;
mod lifecycle;
mod locks;
mod migrations;
mod order_rate;
mod payments;
mod races;
mod release;
mod schema;
