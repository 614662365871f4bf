//! The worker on real Redis, Postgres and Kafka.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod at_rest;
mod checkout;
mod cool_downs;
mod cut_logs;
mod drain;
mod easing;
mod event_log;
mod forged;
mod health;
mod history;
mod late_writes;
mod leases;
mod limit_plans;
mod line_updates;
mod live_drops;
mod log_away;
mod manual;
mod migrate;
mod modes;
mod old_rooms;
mod orders;
mod ownership;
mod partitions;
mod passes;
mod payments;
mod pools;
mod presence;
mod provider_away;
mod provider_faults;
mod rebuild;
mod relay;
mod schedule;
mod small_rooms;
mod stalls;
mod sweeper;
mod test_line;
mod test_provider;
mod test_proxy;
mod test_worker;
mod wakes;
mod wrong_answers;
mod wrong_clocks;

use std::time::Duration;

/// Everything in these tests is over within this, on a slow and busy machine as well.
const SOON: Duration = Duration::from_secs(120);
