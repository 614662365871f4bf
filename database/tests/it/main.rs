//! The queries on a real Postgres; each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod append_only;
mod batch;
mod callbacks;
mod cards;
mod choosing;
mod claims;
mod codes;
mod consoles;
mod counting_in;
mod faults;
mod fixture;
mod frozen;
mod giving_back;
mod handoffs;
mod history;
mod instances;
mod journal;
mod lanes;
mod let_through;
mod lifecycle;
mod limit_plans;
mod limits;
mod line_truth;
mod lock_order;
mod locks;
mod migrations;
mod numbers;
mod order_rate;
mod order_views;
mod passes;
mod paying_at_once;
mod paying_together;
mod payments;
mod pictures;
mod plans;
mod protecting;
mod races;
mod release;
mod review;
mod roles;
mod scheduling;
mod schema;
mod settling;
mod themes;
